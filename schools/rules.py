"""Which dated policy value decides. The values themselves are data (政策参数)."""

from __future__ import annotations

from datetime import date

from accounts.models import Region
from casework import policy

TIP_REPLY = "school.letter.reply"
TIP_SUPPLEMENT = "school.letter.supplement"
TIP_REMIND = "school.letter.remind"
TIP_ESCALATE = "school.letter.escalate"
TIP_DEADLINE = "SCHOOL_TIP"
TALK_RETENTION = "school.talk.retention"
CELLS_MIN = "school.cells.min"
REPORT_DUE = "school.report.due"
REPORT_REMIND = "school.report.remind"
REPORT_MONTHLY = "school.report.monthly"


def days(key: str, *, region: Region, on: date) -> int:
    """A policy value that is a number of days."""
    return int(policy.value(key, region=region, on=on).value)
