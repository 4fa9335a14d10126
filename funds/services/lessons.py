"""Lessons: declared by the institution, objected to by families, decided by the bureau. Money: `consuming`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction as database
from django.utils import timezone

from accounts.models import User
from casework import audit, policy
from casework.canonical import sha256_hex
from casework.deadlines import CalendarMissing, compute, load_calendar
from casework.errors import NotAllowed, Unlawful, WrongState
from casework.steps import lock, ready, require
from casework.workflow import transition
from funds.models import OPEN_REFUND, AbsenceRule, Contract, Lesson, LessonStatus, Refund
from funds.services.consuming import lessons_settle
from funds.texting import tell
from institutions.models import Institution

AUTO = "fund.lesson.auto_confirm"
DECLARE_DAYS = "fund.lesson.declare_days"
SLOTS_MAX = 8


@dataclass(frozen=True)
class Taught:
    """One lesson as declared."""

    contract: Contract
    taught_on: date
    slot: int = 1
    is_absent: bool = False


@database.atomic
def lessons_declare(
    *, actor: User, institution: Institution, rows: Iterable[Taught], at: datetime | None = None
) -> list[Lesson]:
    """Declare lessons of one institution, all or none; one audit event with their count and hash.

    A missed lesson that the contract does not charge is kept without a clock. Raises NotAllowed, Unlawful
    (a day in the future, too long ago or since a refund was applied for, outside the contract, more than its
    lessons, declared before),
    WrongState (the contract is not running).
    """
    require(actor, "funds.lesson_declare")
    if not Institution.objects.visible_to(actor).filter(pk=institution.pk).exists():
        raise NotAllowed("只能申报本机构的课时。")
    at = at or timezone.now()
    wanted = list(rows)
    if not wanted:
        raise Unlawful("没有要申报的课时。")
    held = _locked(institution, wanted)
    oldest = _oldest(institution, at)
    for row in wanted:
        _check(held[row.contract.pk], row, timezone.localdate(at), oldest)
    _check_refunds(held, wanted)
    _check_new(held, wanted)
    due_on, term = _due(institution, timezone.localdate(at))
    lessons = [_lesson(actor, held[row.contract.pk], row, at, due_on, term) for row in wanted]
    Lesson.objects.bulk_create(lessons, batch_size=1000)
    _record(actor, institution, "funds.lessons_declare", lessons, at)
    for contract in held.values():
        tell(actor=actor, contract=contract, kind="TAUGHT", on=timezone.localdate(at))
    return lessons


def _locked(institution: Institution, wanted: list[Taught]) -> dict[int, Contract]:
    keys = {row.contract.pk for row in wanted}
    rows = Contract.objects.select_for_update().filter(pk__in=keys, institution=institution).order_by("pk")
    held = {row.pk: row for row in rows}
    if len(held) != len(keys):
        raise NotAllowed("只能申报本机构的课时。")
    return held


def _oldest(institution: Institution, at: datetime) -> date:
    term = policy.term(DECLARE_DAYS, region=institution.region, on=timezone.localdate(at))
    return timezone.localdate(at) - timedelta(days=term.amount)


def _check(contract: Contract, row: Taught, today: date, oldest: date) -> None:
    if contract.status != "ACTIVE":
        raise WrongState(f"合同 {contract.number} 现在是“{contract.get_status_display()}”，不能申报课时。")
    if row.taught_on > today:
        raise Unlawful(f"合同 {contract.number}：上课日期不能晚于今天。")
    if row.taught_on < max(oldest, contract.starts_on):
        raise Unlawful(
            f"合同 {contract.number}：上课日期不能早于开课日期或 {oldest:%Y-%m-%d}（超过补报期限）。"
        )
    if not 1 <= row.slot <= SLOTS_MAX:
        raise Unlawful(f"合同 {contract.number}：一天最多 {SLOTS_MAX} 课时。")


def _check_refunds(held: dict[int, Contract], wanted: list[Taught]) -> None:
    """From the day on which a family asked its money back no lesson is charged while that is open."""
    rows = Refund.objects.filter(contract__in=held, status__in=OPEN_REFUND)
    asked = {pk: timezone.localdate(at) for pk, at in rows.values_list("contract", "applied_at")}
    for row in wanted:
        since = asked.get(row.contract.pk)
        if since is not None and row.taught_on >= since:
            raise Unlawful(
                f"合同 {row.contract.number}：家长已于 {since:%Y-%m-%d} 申请退费，不能申报这一天及以后的课时。"
            )


def _check_new(held: dict[int, Contract], wanted: list[Taught]) -> None:
    """Neither declared before, nor twice now, nor more than the contract has."""
    marks = Counter((row.contract.pk, row.taught_on, row.slot) for row in wanted)
    known = set(
        Lesson.objects.filter(contract__in=held, taught_on__in={row.taught_on for row in wanted})
        .exclude(status=LessonStatus.CANCELLED, is_absent=False)
        .values_list("contract_id", "taught_on", "slot")
    )
    for (pk, day, slot), times in marks.items():
        if times > 1 or (pk, day, slot) in known:
            raise Unlawful(f"合同 {held[pk].number} {day:%Y-%m-%d} 第 {slot} 课时已经申报过。")
    counts = Counter(row.contract.pk for row in wanted if not _is_free(held[row.contract.pk], row))
    waiting = Counter(
        Lesson.objects.filter(contract__in=held, status__in=["TAUGHT", "DISPUTED"]).values_list(
            "contract_id", flat=True
        )
    )
    for pk, count in counts.items():
        row = held[pk]
        left = row.lessons + row.bonus_lessons - row.used - row.bonus_used - waiting[pk]
        if count > left:
            raise Unlawful(f"合同 {row.number} 只剩 {left} 课时，不能再申报 {count} 课时。")


def _is_free(contract: Contract, row: Taught) -> bool:
    return row.is_absent and contract.absence_rule != AbsenceRule.CHARGE


def _due(institution: Institution, today: date) -> tuple[date | None, str]:
    term = policy.term(AUTO, region=institution.region, on=today)
    try:
        return compute(term, today, load_calendar()).due_on, str(term)
    except CalendarMissing as missing:
        return None, missing.message[:40]


def _lesson(
    actor: User, contract: Contract, row: Taught, at: datetime, due_on: date | None, term: str
) -> Lesson:
    is_free = _is_free(contract, row)
    return Lesson(
        bureau_id=contract.bureau_id,
        institution_id=contract.institution_id,
        contract=contract,
        taught_on=row.taught_on,
        slot=row.slot,
        is_absent=row.is_absent,
        status=LessonStatus.CANCELLED if is_free else LessonStatus.TAUGHT,
        declared_at=at,
        declared_by=actor,
        due_on=None if is_free else due_on,
        term=term,
        decision=f"按合同约定：{contract.get_absence_rule_display()}" if is_free else "",
    )


def _record(actor: User, institution: Institution, verb: str, lessons: list[Lesson], at: datetime) -> None:
    audit.record(
        actor=actor,
        verb=verb,
        target=institution,
        changes={
            "lessons": [0, len(lessons)],
            "sha256": [None, sha256_hex(sorted(str(row.uid) for row in lessons))],
        },
        about=institution.uid,
        at=at,
    )


def lesson_confirm(*, actor: User, lesson: Lesson, at: datetime | None = None) -> Lesson:
    """The family says that the lesson was given. Raises WrongState, NotAllowed (a person of the office)."""
    _system(actor)
    return _settled(actor, lesson, "lesson_confirm", at, "TAUGHT")


def _system(actor: User) -> None:
    if not actor.is_system:
        raise NotAllowed("只有家长本人能确认课时或提出异议。")


@database.atomic
def _settled(
    actor: User, lesson: Lesson, verb: str, at: datetime | None, source: LessonStatus | str, **values: object
) -> Lesson:
    """One lesson confirmed by a person, with its own audit event."""
    at = at or timezone.now()
    done = lessons_settle(
        actor=actor,
        institution=lesson.institution,
        lesson_ids=[lesson.pk],
        status=LessonStatus.CONFIRMED,
        at=at,
        sources=(str(source),),
        **values,
    )
    lesson.refresh_from_db()
    if not done.count:
        raise WrongState(f"这一课时现在是“{lesson.get_status_display()}”，不能确认。")
    audit.record(
        actor=actor,
        verb=f"funds.{verb}",
        target=lesson,
        changes={"status": [str(source), lesson.status], "fen": [0, lesson.fen]},
        reason=str(values.get("decision", "")),
        about=lesson.file_uid,
        at=at,
    )
    return lesson


def lesson_dispute(*, actor: User, lesson: Lesson, words: str, at: datetime | None = None) -> Lesson:
    """The family objects before the clock runs out: this lesson is not paid until the bureau decides.

    Raises WrongState, NotAllowed, Unlawful.
    """
    _system(actor)
    values = {"dispute": words.strip()[:200] or "家长没有写明理由"}
    return transition(lesson, "dispute", actor=actor, at=at, values=values)


@database.atomic
def lesson_uphold(*, actor: User, lesson: Lesson, decision: str, at: datetime | None = None) -> Lesson:
    """The bureau finds that it was given: it counts. Raises WrongState, NotAllowed, Unlawful, Blocked (not yet its turn)."""
    require(actor, "funds.lesson_decide")
    if not decision.strip():
        raise Unlawful("请写明认定的理由。")
    lock(lesson.contract)
    lesson.refresh_from_db()
    ready(lesson, "uphold", actor)
    _family_had_its_days(lesson, timezone.localdate(at or timezone.now()))
    return _settled(
        actor,
        lesson,
        "lesson_uphold",
        at,
        lesson.status,
        decision=decision.strip()[:200],
        decided_by=actor,
    )


def _family_had_its_days(lesson: Lesson, today: date) -> None:
    if lesson.status == "TAUGHT" and lesson.due_on is not None and lesson.due_on >= today:
        raise Unlawful(
            f"家长在 {lesson.due_on:%Y-%m-%d} 以前可以确认或提出异议，期满后再认定已授课；没有授课的可以现在认定未授课。"
        )


def lesson_cancel(*, actor: User, lesson: Lesson, decision: str, at: datetime | None = None) -> Lesson:
    """The bureau finds that it was not given: nothing is charged. Raises WrongState, NotAllowed, Unlawful, Blocked."""
    values = {"decision": decision.strip()[:200], "decided_by": actor}
    return transition(lesson, "cancel", actor=actor, at=at, values=values)


def lesson_withdraw(*, actor: User, lesson: Lesson, decision: str, at: datetime | None = None) -> Lesson:
    """The institution takes a mistaken declaration back. Raises WrongState, NotAllowed, Unlawful."""
    return transition(lesson, "withdraw", actor=actor, at=at, values={"decision": decision.strip()[:200]})


for code, sentence in {
    "lessons_declare": "申报课时",
    "lessons_settle": "课时确认入账",
    "lesson_dispute": "家长对课时提出异议",
    "lesson_confirm": "家长确认课时",
    "lesson_auto_confirm": "到期自动确认课时",
    "lesson_uphold": "认定课时已授",
    "lesson_cancel": "认定课时未授，不计费",
    "lesson_withdraw": "机构撤回课时申报",
}.items():
    audit.verb(f"funds.{code}", sentence)
