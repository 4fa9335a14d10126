"""Read by every process of a house that was moved in time (`House.move_to`): it lives from HOUSE_NOW on."""

import os
import sys
from datetime import datetime

if begun := os.environ.get("HOUSE_NOW"):
    # time_machine imports pytest where it can, and settings take a process that has it for a test run.
    sys.modules["pytest"] = None
    import time_machine

    del sys.modules["pytest"]
    time_machine.travel(datetime.fromisoformat(begun), tick=True).start()
