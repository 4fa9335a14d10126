"""双公示: preparing the row, publishing in time, taking down, repairing, alarms."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db import transaction as database
from django.utils import timezone

from accounts.models import User
from casework import audit, events, policy
from casework.canonical import sha256_hex
from casework.deadlines import Term, TermUnit, deadline_cancel, deadline_finish, deadline_start
from casework.errors import Unlawful, WrongState
from casework.exchange import message_put
from casework.models import OutboxMessage
from casework.outbox import outbox_put
from casework.steps import lock, refuse, require
from casework.workflow import transition
from penalties import clock, credit_fields, guards, terms
from penalties.events import PenaltyPublicityWithdrawn
from penalties.models import Case, CreditGrade, CreditRecord, CreditStatus, MeasureStage
from penalties.services.base import PUBLISH, add_row, local, save_row

CHANNEL = "credit"
MILD = {"WARNING", "CRITICISM"}


def credit_prepare(*, actor: User, case: Case, at: datetime) -> CreditRecord:
    """Freeze the row of a decision and start the term of publication; a part of deciding."""
    kinds = {row.kind for row in terms.measures_at(case, MeasureStage.DECIDED)}
    row = credit_fields.row_of(case, local(at))
    due = terms.term_end(case, "publicity.dual", local(at))
    record = add_row(
        CreditRecord(
            case=case,
            row=row,
            row_hash=sha256_hex(row),
            due_on=due,
            grade=CreditGrade.MINOR if kinds <= MILD else CreditGrade.GENERAL,
        ),
        actor=actor,
        verb="penalties.credit_prepare",
        at=at,
    )
    term = policy.term("publicity.dual", region=case.region, on=local(at))
    deadline_start(
        actor=actor,
        bureau=case.bureau,
        subject=record,
        kind=PUBLISH,
        label="公示处罚决定",
        term=term,
        starts_on=local(at),
    )
    return record


def display_until(case: Case, grade: str, since: date, months: int | None = None) -> date:
    """How long a row is shown (国办发〔2025〕22号). `months` chooses inside the range; raises Unlawful outside."""
    low, high = display_range(case, grade, since)
    wanted = high if months is None else months
    if not low <= wanted <= high:
        raise Unlawful(f"{CreditGrade(grade).label}失信信息的公示期为 {low} 至 {high} 个月。")
    return terms.computed(Term(wanted, TermUnit.MONTH), since, rolls=False).due_on if wanted else since


def display_range(case: Case, grade: str, on: date) -> tuple[int, int]:
    """Shortest and longest display of a grade, in months."""
    if grade == CreditGrade.MINOR:
        return 0, _months(policy.value("credit.display.minor.maximum", region=case.region, on=on).value)
    key = "credit.display.general" if grade == CreditGrade.GENERAL else "credit.display.serious"
    span = policy.value(key, region=case.region, on=on).value
    return _months(span["min"]), _months(span["max"])


def _months(term: dict[str, Any]) -> int:
    return int(term["amount"]) * (12 if term["unit"] == "YEAR" else 1)


@database.atomic
def credit_publish(
    *,
    actor: User,
    record: CreditRecord,
    grade: str = "",
    months: int | None = None,
    at: datetime | None = None,
) -> CreditRecord:
    """Publish the row and hand it to the credit platform through the outbox (G36)."""
    with clock.acting_at(at) as moment:
        require(actor, "penalties.credit_publish")
        case = lock(record.case)
        refuse(guards.is_own_organ(case, actor))
        chosen = grade or record.grade
        decided = local(case.decided_at) if case.decided_at else local(moment)
        until = display_until(case, chosen, decided, months)
        published = transition(
            record, "publish", actor=actor, at=moment, values={"grade": chosen, "display_until": until}
        )
        deadline_finish(actor=actor, subject_uid=record.uid, kind=PUBLISH, on=local(moment))
        _send(published, "PUBLISH", actor)
        return published


def _send(record: CreditRecord, action: str, actor: User) -> OutboxMessage:
    case = record.case
    payload = {
        "action": action,
        "decision_no": case.decision_no,
        "row": record.row,
        "display_until": record.display_until.isoformat() if record.display_until else None,
        "reason": record.end_reason,
    }
    words = {"PUBLISH": "公示", "WITHDRAW": "撤下", "REPAIR": "信用修复"}[action]
    return outbox_put(
        actor=actor,
        bureau=case.bureau,
        channel=CHANNEL,
        subject=record,
        label=f"行政处罚{words}：{case.decision_no}",
        payload=payload,
    )


def deliver(message: OutboxMessage) -> None:
    """Leave the message in the exchange folder of the credit platform, complete or not at all."""
    message_put("credit", message)


@database.atomic
def credit_withdraw_start(
    *, actor: User, record: CreditRecord, on: date, at: datetime | None = None
) -> CreditRecord:
    """The decision was changed or annulled on `on`: the row must come down within three working days."""
    with clock.acting_at(at) as moment:
        case = lock(record.case)
        require(actor, "penalties.case_edit")
        if record.status != CreditStatus.PUBLISHED:
            raise WrongState("这条信息没有在公示中。")
        due = terms.term_end(case, "publicity.withdraw", on)
        return save_row(
            record, {"withdraw_due_on": due}, actor=actor, verb="penalties.credit_withdraw_start", at=moment
        )


@database.atomic
def credit_withdraw(
    *, actor: User, record: CreditRecord, reason: str, at: datetime | None = None
) -> CreditRecord:
    """Take the row down with the reason (行政处罚法 第四十八条)."""
    with clock.acting_at(at) as moment:
        case = lock(record.case)
        refuse(guards.is_own_organ(case, actor))
        was_shown = record.status == CreditStatus.PUBLISHED
        withdrawn = transition(
            record, "withdraw", actor=actor, at=moment, reason=reason, values={"end_reason": reason[:200]}
        )
        deadline_cancel(actor=actor, subject_uid=record.uid, kind=PUBLISH, on=local(moment), reason=reason)
        if was_shown:
            _send(withdrawn, "WITHDRAW", actor)
        _tell(withdrawn)
        return withdrawn


@database.atomic
def credit_repair(
    *, actor: User, record: CreditRecord, papers: str, reason: str, at: datetime | None = None
) -> CreditRecord:
    """信用修复 on application, after the shortest display and performance. Raises Unlawful, WrongState."""
    with clock.acting_at(at) as moment:
        case = lock(record.case)
        refuse(guards.is_own_organ(case, actor))
        decided = local(case.decided_at) if case.decided_at else local(moment)
        low, _ = display_range(case, record.grade, decided)
        earliest = terms.computed(Term(low, TermUnit.MONTH), decided, rolls=False).due_on if low else decided
        if local(moment) < earliest:
            raise Unlawful(f"公示未满最短期限，最早 {earliest:%Y-%m-%d} 可以修复。")
        if case.status not in {"PERFORMED", "CLOSED", "ARCHIVED"}:
            raise WrongState("处罚决定没有履行完毕，不能修复。")
        repaired = transition(
            record,
            "repair",
            actor=actor,
            at=moment,
            reason=reason,
            values={"end_reason": reason[:200], "repair_papers": papers[:200]},
        )
        _send(repaired, "REPAIR", actor)
        _tell(repaired)
        return repaired


def _tell(record: CreditRecord) -> None:
    case = record.case
    events.publish(PenaltyPublicityWithdrawn(case.uid, case.file_uid, case.decision_no, record.end_reason))


@database.atomic
def credit_alarms(*, actor: User, at: datetime | None = None) -> int:
    """Alarm rows late for publication or withdrawal, and escalate when they stay late (G36). Returns how many."""
    moment = at or timezone.now()
    today, count = local(moment), 0
    for record in CreditRecord.objects.late(today).select_related("case", "case__region").order_by("pk"):
        since = record.withdraw_due_on if record.status == CreditStatus.PUBLISHED else record.due_on
        if record.alarmed_at is None:
            save_row(record, {"alarmed_at": moment}, actor=actor, verb="penalties.credit_alarm", at=moment)
            count += 1
        elif (
            record.escalated_at is None
            and since
            and today > terms.term_end(record.case, "publicity.escalation", since)
        ):
            save_row(
                record, {"escalated_at": moment}, actor=actor, verb="penalties.credit_escalate", at=moment
            )
            count += 1
    return count


for code, sentence in {
    "credit_prepare": "生成双公示信息",
    "creditrecord_publish": "公示处罚决定",
    "creditrecord_withdraw": "撤下公示",
    "creditrecord_repair": "信用修复",
    "credit_withdraw_start": "登记应撤下的公示",
    "credit_alarm": "公示逾期预警",
    "credit_escalate": "公示逾期升级预警",
}.items():
    audit.verb(f"penalties.{code}", sentence)
