"""The inquiry: facts, evidence, holds, interviews, fees, discretion, and its end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction as database
from django.db.models import Max
from django.utils import timezone

from accounts.models import User
from casework import audit
from casework.canonical import sha256_hex
from casework.crypto import seal
from casework.errors import Unlawful, WrongState
from casework.evidence.services import evidence_receive
from casework.records import clean, record_update
from casework.steps import lock, ready, refuse, require
from casework.workflow import transition
from penalties import clock, guards, papers, terms
from penalties.fees import FeeLine, mask
from penalties.models import (
    Case,
    CaseFact,
    CaseOfficer,
    EvidenceHold,
    EvidenceItem,
    FeeRow,
    Interview,
    Measure,
    MeasureStage,
    Sample,
    Sampling,
)
from penalties.services.base import add_row, issue, local, open_case, save_row

GATHERING = ("DRAFT", "FILED")
WEIGHING = ("DRAFT", "FILED", "ENDED", "NOTIFIED")
Upload = UploadedFile[Any] | ContentFile[bytes]


@database.atomic
def facts_set(*, actor: User, case: Case, texts: Sequence[str], at: datetime | None = None) -> list[CaseFact]:
    """Write the facts to be proven, in order. Facts that stay keep their evidence; dropped ones need to have none."""
    locked = open_case(case, actor, "penalties.case_edit", *GATHERING)
    wanted = [text.strip() for text in texts if text.strip()]
    known = list(locked.casefacts.order_by("position"))
    for row in known[len(wanted) :]:
        if row.evidence.exists():
            raise Unlawful(f"第 {row.position} 项事实已有证据，不能删去。请先调整证据的证明事项。")
        row.delete()
    kept: list[CaseFact] = []
    for position, text in enumerate(wanted, 1):
        if position <= len(known):
            row = known[position - 1]
            if row.text != text:
                save_row(row, {"text": text}, actor=actor, verb="penalties.fact_edit", at=at)
            kept.append(row)
        else:
            fact = CaseFact(case=locked, position=position, text=text)
            kept.append(add_row(fact, actor=actor, verb="penalties.fact_add", at=at))
    return kept


@database.atomic
def evidence_add(
    *,
    actor: User,
    case: Case,
    values: dict[str, Any],
    facts: Sequence[CaseFact] = (),
    uploads: Sequence[Upload] = (),
    at: datetime | None = None,
) -> EvidenceItem:
    """List one item of evidence with its files and the facts that it proves."""
    locked = open_case(case, actor, "penalties.case_edit", *GATHERING)
    top = locked.evidenceitems.aggregate(top=Max("position"))["top"] or 0
    item = add_row(
        EvidenceItem(case=locked, position=top + 1, **values),
        actor=actor,
        verb="penalties.evidence_add",
        at=at,
    )
    _link(item, facts)
    for upload in uploads:
        evidence_receive(actor=actor, subject=item, upload=upload, caption=item.name, at=at)
    return item


@database.atomic
def evidence_edit(
    *,
    actor: User,
    item: EvidenceItem,
    values: dict[str, Any],
    facts: Sequence[CaseFact] | None = None,
    uploads: Sequence[Upload] = (),
    at: datetime | None = None,
) -> EvidenceItem:
    """Correct an item, what it proves, or its reviews; add files."""
    open_case(item.case, actor, "penalties.case_edit", *GATHERING)
    saved = save_row(item, values, actor=actor, verb="penalties.evidence_edit", at=at)
    if facts is not None:
        _link(saved, facts)
    for upload in uploads:
        evidence_receive(actor=actor, subject=saved, upload=upload, caption=saved.name, at=at)
    return saved


def _link(item: EvidenceItem, facts: Sequence[CaseFact]) -> None:
    if any(fact.case_id != item.case_id for fact in facts):
        raise Unlawful("证据只能对应本案的事实。")
    item.facts.set(facts)


@database.atomic
def evidence_void(
    *, actor: User, item: EvidenceItem, reason: str, at: datetime | None = None
) -> EvidenceItem:
    """Set an item aside; it stays listed with the reason."""
    open_case(item.case, actor, "penalties.case_edit", *GATHERING)
    if not reason.strip():
        raise Unlawful("不采纳证据须写明理由。")
    return save_row(
        item, {"void_reason": reason[:200]}, actor=actor, verb="penalties.evidence_void", reason=reason, at=at
    )


@database.atomic
def hold_request(
    *, actor: User, case: Case, items: str, place: str, reason: str, at: datetime | None = None
) -> EvidenceHold:
    """Ask the head for 先行登记保存."""
    locked = open_case(case, actor, "penalties.case_edit", "FILED")
    row = EvidenceHold(case=locked, items=items, place=place, reason=reason)
    return add_row(row, actor=actor, verb="penalties.hold_request", at=at)


@database.atomic
def hold_approve(*, actor: User, hold: EvidenceHold, at: datetime | None = None) -> EvidenceHold:
    """The head approves; the notice is issued and seven working days run (G14)."""
    with clock.acting_at(at) as moment:
        require(actor, "penalties.case_approve")
        case = lock(hold.case)
        refuse(guards.approver_is_outsider(case, actor))
        due = terms.term_end(case, "penalty.evidence_hold", local(moment))
        values = {"approved_by": actor, "held_at": moment, "decide_by": due}
        held = transition(hold, "approve", actor=actor, at=moment, values=values)
        document = issue(case, papers.hold_notice(held, at=moment), actor=actor, at=moment)
        held.document = document
        held.save(update_fields=["document"])
        return held


@database.atomic
def hold_settle(*, actor: User, hold: EvidenceHold, outcome: str, at: datetime | None = None) -> EvidenceHold:
    """Decide about held evidence. After seven working days it can only be given back (G14)."""
    with clock.acting_at(at) as moment:
        open_case(hold.case, actor, "penalties.case_edit")
        late = hold.decide_by is not None and local(moment) > hold.decide_by
        if late and outcome not in {"RETURNED", "COPIED"}:
            raise Unlawful("已超过七个工作日，先行登记保存自动解除，只能退还。")
        return transition(hold, "settle", actor=actor, at=moment, values={"outcome": outcome})


@dataclass(frozen=True)
class SamplingDetails:
    """Where, when and why samples were taken, and whether the party signed."""

    place: str
    sampled_at: datetime
    reason: str
    signature: str = "PENDING"
    refusal_note: str = ""


@database.atomic
def sampling_take(
    *,
    actor: User,
    case: Case,
    details: SamplingDetails,
    samples: Sequence[tuple[str, str, str]],
    at: datetime | None = None,
) -> Sampling:
    """抽样取证 by two officers: each sample is name, quantity, batch; the notice is issued at once. Raises Blocked."""
    with clock.acting_at(at) as moment:
        locked = open_case(case, actor, "penalties.case_edit", "FILED")
        refuse(guards.two_handlers(locked, actor))
        if details.sampled_at > moment:
            raise Unlawful("抽样时间不能晚于现在。")
        if not samples:
            raise Unlawful("请至少填写一项样品。")
        row = Sampling(case=locked, **vars(details))
        taken = add_row(row, actor=actor, verb="penalties.sampling_take", at=moment)
        for position, (name, quantity, batch) in enumerate(samples, 1):
            sample = Sample(sampling=taken, position=position, name=name, quantity=quantity, batch=batch)
            clean(sample)
            sample.save(force_insert=True)
        return _sampling_told(taken, locked, actor, moment)


@database.atomic
def sampling_handle(
    *, actor: User, sampling: Sampling, on: date, note: str, at: datetime | None = None
) -> Sampling:
    """What became of the samples: returned, used up, destroyed; the party is told by 物品处理通知书."""
    with clock.acting_at(at) as moment:
        case = open_case(sampling.case, actor, "penalties.case_edit")
        if sampling.handled_on:
            raise WrongState("样品已经登记处理。")
        if not timezone.localdate(sampling.sampled_at) <= on <= local(moment):
            raise Unlawful("处理日期须在抽样之后，并且不晚于今天。")
        values = {"handled_on": on, "handling": note.strip()[:200]}
        handled = save_row(sampling, values, actor=actor, verb="penalties.sampling_handle", at=moment)
        return _sampling_told(handled, case, actor, moment)


def _sampling_told(row: Sampling, case: Case, actor: User, at: datetime) -> Sampling:
    row.document = issue(case, papers.sampling_notice(row, at=at), actor=actor, at=at)
    row.save(update_fields=["document"])
    return row


@dataclass(frozen=True)
class InterviewDetails:
    """What an interview record needs beside the person."""

    person_name: str
    identity: str
    place: str
    started_at: datetime
    ended_at: datetime
    recorder: str
    questions: tuple[tuple[str, str], ...]
    is_identified: bool = False
    is_rights_told: bool = False
    is_recusal_told: bool = False
    signature: str = "PENDING"
    refusal_note: str = ""


@database.atomic
def interview_record(
    *,
    actor: User,
    case: Case,
    officers: Sequence[CaseOfficer],
    details: InterviewDetails,
    at: datetime | None = None,
) -> Interview:
    """Record an interview by two officers and issue its paper; refuses what G13 asks for. Raises Blocked."""
    with clock.acting_at(at) as moment:
        locked = open_case(case, actor, "penalties.case_edit", "FILED")
        refuse(guards.two_certified(locked, [row.user for row in officers]))
        values = {**vars(details), "questions": [{"q": q, "a": a} for q, a in details.questions]}
        row = add_row(
            Interview(case=locked, **values), actor=actor, verb="penalties.interview_record", at=moment
        )
        row.officers.set(officers)
        refuse(guards.interview_reasons(row))
        row.document = issue(locked, papers.interview_record(row, at=moment), actor=actor, at=moment)
        row.save(update_fields=["document"])
        return row


@database.atomic
def fees_set(*, actor: User, case: Case, lines: Sequence[FeeLine], at: datetime | None = None) -> int:
    """Replace the fee table by what was read; one audit event with count and hash. Returns the rows."""
    locked = open_case(case, actor, "penalties.case_edit", *GATHERING)
    locked.feerows.all().delete()
    rows = []
    for position, line in enumerate(lines, 1):
        row = FeeRow(
            case=locked,
            created_by=actor,
            position=position,
            pupil_mask=mask(line.pupil),
            charged_fen=line.charged,
            lessons_total=line.lessons_total,
            lessons_used=line.lessons_used,
            refunded_fen=line.refunded,
            refunded_on=line.refunded_on,
            note=line.note,
        )
        row.pupil_sealed = seal(line.pupil, f"penalties.feerow.pupil:{row.uid}")
        clean(row)
        rows.append(row)
    FeeRow.objects.bulk_create(rows)
    digest = sha256_hex(
        [[row.charged_fen, row.refunded_fen, row.lessons_used, row.lessons_total] for row in rows]
    )
    audit.record(
        actor=actor,
        verb="penalties.fees_set",
        target=locked,
        changes={"rows": [None, len(rows)], "sha256": [None, digest]},
        about=locked.file_uid,
        at=at,
    )
    return len(rows)


@dataclass(frozen=True)
class MeasureInput:
    """One proposed measure; amounts in fen, `times` in hundredths."""

    kind: str
    amount_fen: int = 0
    times: int = 0
    months: int | None = None
    detail: str = ""


@database.atomic
def discretion_set(
    *,
    actor: User,
    case: Case,
    values: dict[str, Any],
    measures: Sequence[MeasureInput] | None = None,
    version: int | None = None,
    at: datetime | None = None,
) -> Case:
    """Write down rule, seriousness, factors, ladder step, weighing, and the measures proposed."""
    locked = open_case(case, actor, "penalties.case_edit", *WEIGHING)
    edited = record_update(
        actor=actor, obj=locked, values=values, verb="penalties.discretion_set", version=version, at=at
    )
    if measures is not None:
        _propose(edited, measures, actor, at)
    return edited


def _propose(case: Case, measures: Sequence[MeasureInput], actor: User, at: datetime | None) -> None:
    before = [row.words for row in terms.measures_at(case, MeasureStage.PROPOSED)]
    case.measures.filter(stage=MeasureStage.PROPOSED).delete()
    for given in measures:
        row = Measure(case=case, created_by=actor, stage=MeasureStage.PROPOSED, **vars(given))
        clean(row)
        row.save(force_insert=True)
    after = [row.words for row in terms.measures_at(case, MeasureStage.PROPOSED)]
    if before != after:
        audit.record(
            actor=actor,
            verb="penalties.measures_set",
            target=case,
            changes={"measures": ["；".join(before), "；".join(after)]},
            about=case.file_uid,
            at=at,
        )


def copy_measures(case: Case, source: str, target: str, actor: User) -> list[Measure]:
    """Copy the measures of one stage to the next, replacing what stood there."""
    case.measures.filter(stage=target).delete()
    copies = [
        Measure(
            case=case,
            created_by=actor,
            stage=target,
            kind=row.kind,
            amount_fen=row.amount_fen,
            times=row.times,
            months=row.months,
            detail=row.detail,
        )
        for row in terms.measures_at(case, source)
    ]
    return list(Measure.objects.bulk_create(copies))


@database.atomic
def inquiry_end(*, actor: User, case: Case, at: datetime | None = None) -> Case:
    """调查终结 with the report (G13 to G16)."""
    with clock.acting_at(at) as moment:
        locked = lock(case)
        ready(locked, "end_inquiry", actor)
        issue(locked, papers.investigation_report(locked, at=moment), actor=actor, at=moment)
        return transition(locked, "end_inquiry", actor=actor, at=moment)


@database.atomic
def pupils_reveal(*, actor: User, case: Case, reason: str, at: datetime | None = None) -> dict[int, str]:
    """Names of the pupils by line, opened for refunds; the reading is an audit event."""
    require(actor, "penalties.party_reveal")
    if not reason.strip():
        raise Unlawful("查看学生姓名须写明用途。")
    rows = list(case.feerows.order_by("position"))
    if not rows:
        raise WrongState("本案没有收退费明细。")
    audit.record(
        actor=actor, verb="penalties.pupils_reveal", target=case, reason=reason, about=case.file_uid, at=at
    )
    return {row.position: row.pupil for row in rows}


for code, sentence in {
    "fact_add": "列出认定事实",
    "fact_edit": "修改认定事实",
    "evidence_add": "登记证据",
    "evidence_edit": "修改证据",
    "evidence_void": "不采纳证据",
    "hold_request": "申请先行登记保存",
    "evidencehold_approve": "批准先行登记保存",
    "evidencehold_refuse": "不予批准先行登记保存",
    "evidencehold_settle": "处理先行登记保存的证据",
    "sampling_take": "抽样取证",
    "sampling_handle": "处理抽样物品",
    "interview_record": "制作询问笔录",
    "fees_set": "登记收退费明细",
    "discretion_set": "填写裁量",
    "measures_set": "填写拟处罚内容",
    "case_end_inquiry": "调查终结",
    "pupils_reveal": "查看学生姓名",
}.items():
    audit.verb(f"penalties.{code}", sentence)
