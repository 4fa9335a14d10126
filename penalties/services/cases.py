"""Opening a case: drafting, officers, recusal, approval, and its other early ends."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction as database
from django.utils import timezone

from accounts.models import Organisation, Region, User
from casework import audit, events
from casework.crypto import seal
from casework.errors import Unlawful, WrongState
from casework.models import ViolationType
from casework.records import record_create, record_update, root_fields
from casework.steps import lock, ready, refuse, require
from casework.workflow import transition
from inspections import guards as field
from inspections.models import Finding, RectificationNotice
from institutions.models import Institution
from penalties import clock, papers
from penalties.events import CaseFiled
from penalties.models import (
    Case,
    CaseOfficer,
    CaseRecusal,
    PartyKind,
    RecusalStatus,
    SourceKind,
)
from penalties.services.base import DECIDE, add_row, end_term, issue, local, open_case, save_row, start_term

OPEN = ("DRAFT", "SUBMITTED", "FILED", "ENDED", "NOTIFIED")
INQUIRY = ("DRAFT", "FILED")


@database.atomic
def case_draft(
    *,
    actor: User,
    organ: Organisation,
    region: Region,
    values: dict[str, Any],
    party_address: str = "",
    at: datetime | None = None,
) -> Case:
    """Draft a case. `values` are fields of the case; the address of a natural person is sealed.

    Raises NotAllowed, Unlawful, Blocked when the organ may not enforce.
    """
    at = at or timezone.now()
    require(actor, "penalties.case_edit")
    refuse(field.enforcing_reasons(organ))
    given = {**values}
    concurrent = given.pop("concurrent", ())
    case = Case(**root_fields(actor=actor, region=region, bureau=organ.bureau), organ=organ, **given)
    _fill_party(case, party_address)
    case.title = case.title or title_of(case.party_name, case.violation)
    made = record_create(actor=actor, obj=case, verb="penalties.case_draft", at=at)
    made.concurrent.set(concurrent)
    return made


def title_of(party: str, violation: ViolationType) -> str:
    """案件名称: full name of the party, the act, 案."""
    return f"{party}{violation.name}案"[:200]


def _fill_party(case: Case, address: str) -> None:
    """Take what is missing from the register, and put the address where it belongs."""
    place = case.institution
    if place is not None:
        case.party_name = case.party_name or place.name
        case.party_uscc = case.party_uscc or place.uscc
        case.party_head = case.party_head or place.head_name
        case.party_phone = case.party_phone or place.phone
        case.controller = case.controller or place.legal_person
        address = address or (place.address if case.party_kind != PartyKind.PERSON else "")
    if not case.party_name and case.person:
        case.party_name = case.person.name
    if case.party_kind == PartyKind.PERSON:
        case.address_plain, case.address_sealed = "", seal(address, case.address_context)
    else:
        case.address_plain, case.address_sealed = address[:200], b""


@database.atomic
def case_from_notice(
    *,
    actor: User,
    notice: RectificationNotice,
    violation: ViolationType | None = None,
    at: datetime | None = None,
) -> Case:
    """Open a draft from a rectification notice that was escalated. Raises WrongState when it was not, or when used."""
    if notice.status != "ESCALATED":
        raise WrongState("整改通知书没有升级处理，不能据此立案。")
    first = notice.items.select_related("finding__violation").order_by("position").first()
    if first is None:
        raise Unlawful("整改通知书没有整改事项，不能据此立案。")
    values = _from_place(notice.institution, violation or first.finding.violation)
    return case_draft(
        actor=actor,
        organ=notice.organ,
        region=notice.region,
        values={
            **values,
            "source_kind": SourceKind.ESCALATION,
            "source_no": notice.number,
            "source_brief": f"{notice.number}逾期未整改，已升级处理：{notice.escalation_target}。",
            "notice": notice,
            "visit": notice.visit,
            "found_on": notice.visit.visited_on,
            "clue_facts": notice.facts,
            "rule_broken": notice.rule_broken,
        },
        party_address=notice.party_address,
        at=at,
    )


@database.atomic
def case_from_finding(*, actor: User, finding: Finding, at: datetime | None = None) -> Case:
    """Open a draft from a finding that was referred or escalated. Raises WrongState otherwise."""
    if finding.status not in {"REFERRED", "ESCALATED"}:
        raise WrongState("这个问题没有移送或者升级处理，不能据此立案。")
    visit = finding.visit
    return case_draft(
        actor=actor,
        organ=finding.organ,
        region=finding.region,
        values={
            **_from_place(visit.institution, finding.violation),
            "source_kind": SourceKind.INSPECTION,
            "source_no": visit.deployment.number or visit.deployment.name,
            "source_brief": f"{visit.visited_on:%Y-%m-%d} 检查发现：{finding.text}",
            "finding": finding,
            "visit": visit,
            "found_on": visit.visited_on,
            "clue_facts": finding.text,
            "rule_broken": finding.rule_broken,
        },
        at=at,
    )


def _from_place(place: Institution, violation: ViolationType) -> dict[str, Any]:
    return {
        "party_kind": PartyKind.ORGANISATION,
        "party_name": place.name,
        "institution": place,
        "violation": violation,
        "jurisdiction": f"违法行为发生地在{place.region.name}（行政处罚法第二十二条）",
        "title": title_of(place.name, violation),
        "basis": violation.basis,
    }


@database.atomic
def case_edit(
    *,
    actor: User,
    case: Case,
    values: dict[str, Any],
    party_address: str | None = None,
    version: int | None = None,
    at: datetime | None = None,
) -> Case:
    """Change source, party or act while the case is drafted or investigated."""
    locked = open_case(case, actor, "penalties.case_edit", *INQUIRY)
    given = {**values}
    concurrent = given.pop("concurrent", None)
    if party_address is not None:
        kind = given.get("party_kind", locked.party_kind)
        is_person = kind == PartyKind.PERSON
        given["address_plain"] = "" if is_person else party_address
        if is_person and party_address != locked.party_address:
            given["address_sealed"] = seal(party_address, locked.address_context)
    edited = record_update(
        actor=actor, obj=locked, values=given, verb="penalties.case_edit", version=version, at=at
    )
    if concurrent is not None:
        edited.concurrent.set(concurrent)
    return edited


@database.atomic
def officer_add(*, actor: User, case: Case, user: User, at: datetime | None = None) -> CaseOfficer:
    """Appoint an officer with a valid certificate of the organ (G04, G05). Raises Blocked."""
    with clock.acting_at(at) as moment:
        locked = open_case(case, actor, "penalties.case_edit", *OPEN)
        refuse(field.certificate_reasons(user, locked.organ, local(moment)))
        certificate = field.certificate_for(user, locked.organ, local(moment))
        if certificate is None:
            raise Unlawful("没有有效的执法证。")
        row = CaseOfficer(case=locked, user=user, person_name=user.name, certificate_no=certificate.number)
        return add_row(row, actor=actor, verb="penalties.officer_add", at=moment)


@database.atomic
def officer_remove(
    *, actor: User, officer: CaseOfficer, reason: str, at: datetime | None = None
) -> CaseOfficer:
    """Take an officer off the case, with the reason."""
    moment = at or timezone.now()
    open_case(officer.case, actor, "penalties.case_edit", *OPEN)
    if officer.removed_at:
        raise WrongState("该办案人员已经退出。")
    if not reason.strip():
        raise Unlawful("更换办案人员须写明原因。")
    values = {"removed_at": moment, "removed_reason": reason[:120]}
    return save_row(officer, values, actor=actor, verb="penalties.officer_remove", reason=reason, at=moment)


@database.atomic
def recusal_raise(
    *, actor: User, officer: CaseOfficer, ground: str, is_by_party: bool = True, at: datetime | None = None
) -> CaseRecusal:
    """Register an application that an officer stand aside (行政处罚法 第四十三条)."""
    open_case(officer.case, actor, "penalties.case_edit", *OPEN)
    row = CaseRecusal(case=officer.case, officer=officer, ground=ground, is_by_party=is_by_party)
    return add_row(row, actor=actor, verb="penalties.recusal_raise", at=at)


@database.atomic
def recusal_decide(
    *, actor: User, recusal: CaseRecusal, granted: bool, note: str, at: datetime | None = None
) -> CaseRecusal:
    """The head decides; who must stand aside leaves the case at once."""
    moment = at or timezone.now()
    open_case(recusal.case, actor, "penalties.case_approve")
    if recusal.status != RecusalStatus.OPEN:
        raise WrongState("这件回避申请已经决定。")
    values = {
        "status": RecusalStatus.GRANTED if granted else RecusalStatus.REFUSED,
        "decided_by": actor,
        "decided_at": moment,
        "decision_note": note[:200],
    }
    decided = save_row(recusal, values, actor=actor, verb="penalties.recusal_decide", reason=note, at=moment)
    if granted and recusal.officer.removed_at is None:
        gone = {"removed_at": moment, "removed_reason": "回避"}
        save_row(
            recusal.officer, gone, actor=actor, verb="penalties.officer_remove", reason="回避", at=moment
        )
    return decided


@database.atomic
def case_submit(*, actor: User, case: Case, at: datetime | None = None) -> Case:
    """Send the draft to the head (G05, G06, G11, G12); the source form is kept with the case."""
    with clock.acting_at(at) as moment:
        locked = lock(case)
        ready(locked, "submit", actor)
        issue(locked, papers.source_form(locked, at=moment), actor=actor, at=moment)
        return transition(locked, "submit", actor=actor, at=moment)


@database.atomic
def case_return(*, actor: User, case: Case, reason: str, at: datetime | None = None) -> Case:
    """Give the draft back."""
    return transition(case, "return", actor=actor, reason=reason, at=at)


@database.atomic
def case_refuse(*, actor: User, case: Case, reason: str, at: datetime | None = None) -> Case:
    """不予立案, with the reason."""
    return transition(case, "refuse", actor=actor, reason=reason, at=at)


@database.atomic
def case_file(*, actor: User, case: Case, note: str = "", at: datetime | None = None) -> Case:
    """立案: the head approves, the number is taken, the ninety days begin (G11, G28)."""
    with clock.acting_at(at) as moment:
        locked = lock(case)
        ready(locked, "file", actor)
        deadline = start_term(
            locked, DECIDE, "办案期限", "penalty.decision", local(moment), actor=actor, rolls=False
        )
        document = issue(
            locked,
            papers.filing_form(locked, at=moment, approver=actor.name, note=note),
            actor=actor,
            at=moment,
        )
        filed = transition(
            locked,
            "file",
            actor=actor,
            at=moment,
            reason=note,
            values={
                "number": document.number,
                "decide_due_on": deadline.due_on,
                "decide_explanation": deadline.explanation,
            },
        )
        events.publish(CaseFiled(filed.uid, filed.file_uid, filed.number))
        return filed


@database.atomic
def case_resume(*, actor: User, case: Case, reason: str, at: datetime | None = None) -> Case:
    """补充调查: the inquiry goes on; what was told stays as the upper bound once the party argued."""
    with clock.acting_at(at) as moment:
        resumed = transition(case, "resume", actor=actor, reason=reason, at=moment)
        if not resumed.statementpoints.exists() and not resumed.hearings.exists():
            resumed.measures.filter(stage="TOLD").delete()
        return resumed


@database.atomic
def case_transfer(*, actor: User, case: Case, to: str, reason: str, at: datetime | None = None) -> Case:
    """移送 to the competent organ; suspected crime goes to justice and is never settled by a penalty."""
    with clock.acting_at(at) as moment:
        locked = lock(case)
        locked.transfer_to = to.strip()
        ready(locked, "transfer", actor)
        if not locked.transfer_to:
            raise Unlawful("请填写移送机关。")
        issue(locked, papers.transfer_letter(locked, at=moment, reason=reason), actor=actor, at=moment)
        end_term(locked, DECIDE, local(moment), actor=actor)
        return transition(
            locked,
            "transfer",
            actor=actor,
            reason=reason,
            at=moment,
            values={"transfer_to": locked.transfer_to},
        )


@database.atomic
def case_withdraw(*, actor: User, case: Case, reason: str, at: datetime | None = None) -> Case:
    """撤销立案, with the reason."""
    with clock.acting_at(at) as moment:
        withdrawn = transition(case, "withdraw", actor=actor, reason=reason, at=moment)
        end_term(withdrawn, DECIDE, local(moment), actor=actor)
        return withdrawn


@database.atomic
def party_reveal(*, actor: User, case: Case, reason: str, at: datetime | None = None) -> str:
    """The sealed address of a natural person; the reading and its reason are an audit event."""
    require(actor, "penalties.party_reveal")
    if not reason.strip():
        raise Unlawful("查看当事人住址须写明用途。")
    audit.record(
        actor=actor, verb="penalties.party_reveal", target=case, reason=reason, about=case.file_uid, at=at
    )
    return case.party_address


for code, sentence in {
    "case_draft": "起草处罚案件",
    "case_edit": "修改案件情况",
    "officer_add": "指定办案人员",
    "officer_remove": "更换办案人员",
    "recusal_raise": "登记回避申请",
    "recusal_decide": "决定回避申请",
    "party_reveal": "查看当事人住址",
    "case_submit": "送审立案",
    "case_return": "退回补充",
    "case_refuse": "不予立案",
    "case_file": "批准立案",
    "case_resume": "补充调查",
    "case_transfer": "移送案件",
    "case_withdraw": "撤销立案",
}.items():
    audit.verb(f"penalties.{code}", sentence)
