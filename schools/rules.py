"""Which dated policy value decides. The values themselves are data (政策参数)."""

from __future__ import annotations

from datetime import date

from accounts.models import Region
from casework import policy
from casework.deadlines import Calendar, Term, compute

TIP_REPLY = "school.letter.reply"
TIP_SUPPLEMENT = "school.letter.supplement"
TIP_REMIND = "school.letter.remind"
TIP_ESCALATE = "school.letter.escalate"
TIP_DEADLINE = "SCHOOL_TIP"


def days(key: str, *, region: Region, on: date) -> int:
    """A policy value that is a number of days."""
    return int(policy.value(key, region=region, on=on).value)


def workday_after(day: date, amount: int, calendar: Calendar) -> date:
    """The working day that lies `amount` working days after `day`."""
    from casework.deadlines import TermUnit

    return compute(Term(amount, TermUnit.WORKING_DAY), day, calendar).due_on
