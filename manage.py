#!/usr/bin/env python3
"""Django's command line. In development it lends each command the embedded servers when none are configured."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent
COMMANDS_WITHOUT_SERVERS = {
    "",
    "-h",
    "--help",
    "--version",
    "help",
    "version",
    "collectstatic",
    "diffsettings",
}


def needs_servers(arguments: list[str]) -> bool:
    """Whether this command talks to a database that nobody has configured."""
    if os.environ.get("DATABASE_URL") or os.environ.get("APP_ENV") == "production":
        return False
    command = arguments[1] if len(arguments) > 1 else ""
    is_plain_check = command == "check" and "--database" not in arguments
    return command not in COMMANDS_WITHOUT_SERVERS and not is_plain_check


def main() -> None:
    """Run one management command."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    from django.core.management import execute_from_command_line

    if not needs_servers(sys.argv):
        execute_from_command_line(sys.argv)
        return
    from tools import devstack

    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        with devstack.running(ROOT / "var") as urls:
            os.environ.update(urls)
            execute_from_command_line(sys.argv)
    except devstack.DevstackError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
