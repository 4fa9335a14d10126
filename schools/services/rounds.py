"""Rounds of school reports: opened, filled in, sent back, reminded of, closed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction as database
from django.db.models import Sum
from django.utils import timezone

from accounts.models import Bureau, User
from casework import audit, policy, pupils
from casework.deadlines import CalendarMissing, compute, load_calendar
from casework.errors import NotAllowed, Unlawful
from casework.records import clean, record_create, root_fields
from casework.steps import lock, ready, require
from casework.workflow import transition
from schools import rules
from schools.models import LetterReceipt, ReturnStatus, School, SchoolReturn, SchoolRound, SchoolTalk

OPEN = "schools.round_open"


@dataclass(frozen=True)
class Report:
    """What a school enters; everything else is counted from what it entered before."""

    class_count: int
    pupils_checked: int
    filler: str
    is_confirmed: bool
    pupils_subject: int = 0
    pupils_other: int = 0
    clue_count: int = 0
    parties: str = ""
    teachers_involved: int = 0
    is_zero: bool = False
    names_checked: bool = False


@database.atomic
def round_open(
    *,
    actor: User,
    title: str,
    starts_on: date,
    ends_on: date,
    bureau: Bureau | None = None,
    at: datetime | None = None,
) -> SchoolRound:
    """Open a period for every school that teaches now; due by the policy, counted from its last day or today.

    Raises NotAllowed, Unlawful (period, opened before, no school), CalendarMissing.
    """
    require(actor, OPEN)
    at = at or timezone.now()
    owner = bureau or actor.bureau
    if owner is None:
        raise Unlawful("系统开期须指明主管部门。")
    if starts_on > ends_on:
        raise Unlawful("期间的最后一天不能早于第一天。")
    schools = list(School.objects.filter(bureau=owner).open().select_related("region").order_by("pk"))
    if not schools:
        raise Unlawful("学校名册里还没有在办的学校，请先登记学校。")
    if SchoolRound.objects.filter(bureau=owner, starts_on=starts_on, ends_on=ends_on).exists():
        raise Unlawful("这个期间已经开过。")
    term = policy.term(rules.REPORT_DUE, region=owner.region, on=timezone.localdate(at))
    computed = compute(term, max(ends_on, timezone.localdate(at)), load_calendar())
    row = SchoolRound(
        **root_fields(actor=actor, region=owner.region, bureau=owner),
        title=title.strip(),
        starts_on=starts_on,
        ends_on=ends_on,
        due_on=computed.due_on,
        due_explanation=list(computed.explanation),
    )
    record_create(actor=actor, obj=row, verb="schools.round_open", at=at)
    SchoolReturn.objects.bulk_create(_asked(actor, row, school) for school in schools)
    return row


def _asked(actor: User, row: SchoolRound, school: School) -> SchoolReturn:
    root = root_fields(actor=actor, region=school.region, bureau=school.bureau)
    return SchoolReturn(
        **root,
        round=row,
        school=school,
        class_count=school.class_count,
        pupils_checked=school.pupil_count,
    )


@database.atomic
def months_open(*, actor: User, today: date, at: datetime) -> int:
    """Open last month's round for every bureau that keeps monthly reports; returns how many. Repeatable."""
    last = today.replace(day=1) - timedelta(days=1)
    opened = 0
    for bureau in Bureau.objects.filter(is_active=True).select_related("region").order_by("pk"):
        first = last.replace(day=1)
        is_wanted = bool(policy.value(rules.REPORT_MONTHLY, region=bureau.region, on=today).value)
        is_known = SchoolRound.objects.filter(bureau=bureau, starts_on=first, ends_on=last).exists()
        if not is_wanted or is_known or not School.objects.filter(bureau=bureau).open().exists():
            continue
        title = f"{last.year} 年 {last.month} 月学校排查"
        try:
            round_open(actor=actor, title=title, starts_on=first, ends_on=last, bureau=bureau, at=at)
        except CalendarMissing:
            continue
        opened += 1
    return opened


@database.atomic
def return_submit(
    *, actor: User, row: SchoolReturn, report: Report, at: datetime | None = None
) -> SchoolReturn:
    """A school reports; talks and letters are counted from its own entries of the period.

    Nothing found must be said on purpose (零报告). Raises Blocked (another school), NotAllowed, Unlawful, WrongState.
    """
    at = at or timezone.now()
    locked = lock(row)
    ready(locked, "submit", actor)
    _check(report)
    today = timezone.localdate(at)
    values = {
        **vars(report),
        **counted(locked),
        "parties": report.parties.strip(),
        "filler": report.filler.strip(),
        "is_late": locked.is_late or today > locked.round.due_on,
        "submitted_at": at,
        "return_reason": "",
    }
    for name, value in values.items():
        setattr(locked, name, value)
    locked.status = ReturnStatus.SUBMITTED
    clean(locked)
    return transition(row, "submit", actor=actor, at=at, values=values)


def _check(report: Report) -> None:
    found = (report.pupils_subject, report.pupils_other, report.clue_count, report.teachers_involved)
    if report.pupils_checked < 1:
        raise Unlawful("请先排查，再填写排查学生数。没有排查不能报送，也不能零报告。")
    if not report.is_confirmed:
        raise Unlawful("报表须经校长审核，审核后请勾选。")
    if report.is_zero and (any(found) or report.parties.strip()):
        raise Unlawful("勾选了零报告，但填写了发现的情况。请取消零报告，或者改正数字。")
    if not report.is_zero and not any(found):
        raise Unlawful("各项都是零。确认排查后没有发现的，请勾选“零报告”；否则请填写发现的情况。")
    if max(found[:2]) > report.pupils_checked:
        raise Unlawful("参加培训的学生数不能多于排查学生数。")
    if report.clue_count and not report.parties.strip():
        raise Unlawful("有疑似违规线索的，请填写机构或个人的名称和地址。")
    pupils.require_nameless(report.parties, is_checked=report.names_checked)


def counted(row: SchoolReturn) -> dict[str, int]:
    """What the school entered already during the period: talks by level, parents, letters."""
    span = (row.round.starts_on, row.round.ends_on)
    talks = SchoolTalk.objects.filter(school=row.school_id, held_on__range=span).order_by()
    by_level = dict(talks.values_list("level").annotate(n=Sum("pupil_count")))
    letters = LetterReceipt.objects.filter(school=row.school_id, handed_on__range=span).aggregate(
        sent=Sum("sent_count"), back=Sum("receipt_count")
    )
    return {
        "talks_class_teacher": by_level.get("CLASS_TEACHER", 0),
        "talks_deputy": by_level.get("DEPUTY", 0),
        "talks_principal": by_level.get("PRINCIPAL", 0),
        "parents_talked": talks.aggregate(n=Sum("parent_count"))["n"] or 0,
        "letters_sent": letters["sent"] or 0,
        "letters_returned": letters["back"] or 0,
    }


@database.atomic
def return_send_back(
    *, actor: User, row: SchoolReturn, reason: str, at: datetime | None = None
) -> SchoolReturn:
    """The desk asks the school to correct its report."""
    return transition(
        row, "send_back", actor=actor, at=at, reason=reason, values={"return_reason": reason.strip()[:200]}
    )


@database.atomic
def round_remind(*, actor: User, row: SchoolRound, at: datetime | None = None) -> int:
    """Remind every school whose report is missing; returns how many. Raises NotAllowed."""
    require(actor, OPEN)
    at = at or timezone.now()
    if not actor.is_system and actor.bureau_id != row.bureau_id:
        raise NotAllowed("只能催报本单位的报表。")
    missing = SchoolReturn.objects.filter(round=row).exclude(status=ReturnStatus.SUBMITTED)
    count = missing.update(reminded_at=at)
    if count:
        audit.record(
            actor=actor, verb="schools.round_remind", target=row, changes={"count": [None, count]}, at=at
        )
    return count


@database.atomic
def rounds_remind(*, actor: User, at: datetime) -> int:
    """Remind of rounds whose term is near or over, at most once a day each; returns how many schools."""
    today, calendar, total = timezone.localdate(at), load_calendar(), 0
    for row in SchoolRound.objects.filter(status="OPEN").select_related("region", "bureau").order_by("pk"):
        ahead = rules.days(rules.REPORT_REMIND, region=row.region, on=today)
        try:
            is_near = calendar.workdays_between(today, row.due_on) <= ahead
        except CalendarMissing:
            is_near = today >= row.due_on
        done = SchoolReturn.objects.filter(round=row, reminded_at__date=today).exists()
        if is_near and not done:
            total += round_remind(actor=actor, row=row, at=at)
    return total


@database.atomic
def round_close(*, actor: User, row: SchoolRound, at: datetime | None = None) -> SchoolRound:
    """No more returns are taken."""
    return transition(row, "close", actor=actor, at=at)


for code, sentence in {
    "round_open": "开启学校报表",
    "round_remind": "催报学校报表",
    "schoolround_close": "结束学校报表",
    "schoolreturn_submit": "报送学校报表",
    "schoolreturn_send_back": "退回学校报表",
}.items():
    audit.verb(f"schools.{code}", sentence)
