"""Handing a clue to the rooms of enforcement, and hearing what came of it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db import transaction as database
from django.utils import timezone

from accounts.models import User
from accounts.services import system_user
from casework import audit
from casework.errors import Unlawful, WrongState
from casework.models import EvidenceFile
from casework.records import record_update
from casework.steps import lock, ready, refuse, require
from casework.workflow import transition
from complaints import guards
from complaints.models import Clue, ClueStatus, Verification, VerifyStatus, VerifyWay
from complaints.services.verification import brief_of
from inspections.events import RectificationClosed, VisitOutcomeRecorded
from inspections.models import (
    Deployment,
    FindingStatus,
    PremisesState,
    RectificationNotice,
    Visit,
    VisitOutcome,
)
from inspections.services import visit_request as inspection_ask
from institutions.models import Institution, Standing, SubjectKind, Track
from institutions.services import institution_register
from penalties.models import Case, PartyKind, SourceKind
from penalties.services import case_draft

SOURCE = "CLUE"
SETTLED_NOTICE = ("CLOSED", "WITHDRAWN", "DRAFT")
GONE = frozenset({FindingStatus.FIXED, FindingStatus.CLOSED})


@database.atomic
def visit_request(
    *, actor: User, clue: Clue, institution: Institution | None = None, at: datetime | None = None
) -> Deployment:
    """Ask officers to inspect the place; asking twice for a place gives the first request.

    The brief and the photos carry nothing of the reporter. An unlicensed place is registered first.
    Raises NotAllowed, WrongState, Blocked, Unlawful without a place.
    """
    at = at or timezone.now()
    locked = lock(clue)
    place = institution or locked.institution
    ready(locked, "request_visit", actor)
    if place is None:
        raise Unlawful("请先选择涉及机构；无证场所请先登记再提请检查。")
    if place.bureau_id != locked.bureau_id:
        raise Unlawful("只能对本级机构提请检查。")
    moved = transition(locked, "request_visit", actor=actor, at=at, values={"institution": place})
    return inspection_ask(
        actor=actor,
        institution=place,
        source_kind=SOURCE,
        source_no=moved.number,
        redacted_brief=brief_of(moved),
        evidence=list(
            EvidenceFile.objects.filter(subject_type="complaints.clue", subject_uid=moved.uid).values_list(
                "uid", flat=True
            )
        ),
        at=at,
    )


@database.atomic
def visit_call_off(*, actor: User, clue: Clue, reason: str, at: datetime | None = None) -> Clue:
    """Take the request for a visit back. Raises NotAllowed, WrongState, Blocked, Unlawful."""
    return transition(clue, "call_off_visit", actor=actor, reason=reason, at=at)


def visit_heard(event: VisitOutcomeRecorded) -> None:
    """A visit that a clue asked for was recorded or closed: it is a look, and perhaps the end of the problem."""
    if event.source_kind != SOURCE:
        return
    clue = _clue_of(event.bureau_id, event.source_no)
    if clue is None or not clue.is_open:
        return
    actor, at = system_user(), timezone.now()
    visit = Visit.objects.select_related("deployment__lead_organ", "institution").get(uid=event.visit_uid)
    _as_look(actor, clue, event, visit, at)
    if clue.status == ClueStatus.INSPECTING:
        clue = transition(clue, "visit_over", actor=actor, at=at)
    if event.is_closed and _all_gone(visit):
        _fixed(actor, clue, event.visited_on, at)


def _clue_of(bureau_id: int, number: str) -> Clue | None:
    return Clue.objects.select_for_update().filter(bureau_id=bureau_id, number=number).first()


def _as_look(actor: User, clue: Clue, event: VisitOutcomeRecorded, visit: Visit, at: datetime) -> None:
    premises = PremisesState(event.premises).label if event.premises else ""
    outcome = VisitOutcome(event.outcome).label if event.outcome else "检查结果待定"
    facts = f"{event.visited_on:%Y-%m-%d} 检查{visit.institution.name}：{premises}，发现问题 {event.problem_count} 个，{outcome}。"
    looked_at = visit.ended_at or visit.started_at or at
    row, is_new = Verification.objects.update_or_create(
        clue=clue,
        source_kind="VISIT",
        source_no=str(event.visit_uid),
        defaults={"facts": facts.replace("：，", "：")},
        create_defaults={
            "bureau": clue.bureau,
            "region": clue.region,
            "region_path": clue.region_path,
            "created_by": actor,
            "status": VerifyStatus.DONE,
            "way": VerifyWay.INSPECTION,
            "facts": facts.replace("：，", "："),
            "looked_at": looked_at,
            "looked_by": visit.deployment.lead_organ.short_name,
            "recorded_by": actor,
            "recorded_at": at,
        },
    )
    audit.record(
        actor=actor,
        verb="complaints.verification_record",
        target=row,
        changes={"facts": [None if is_new else "", facts]},
        at=at,
    )
    if clue.verified_at is None:
        clue.verified_at = looked_at
        clue.save(update_fields=["verified_at"])


def _all_gone(visit: Visit) -> bool:
    states = set(visit.findings.exclude(status=FindingStatus.VOID).values_list("status", flat=True))
    return bool(states) and states <= GONE


def rectification_heard(event: RectificationClosed) -> None:
    """A notice that came of a clue's visit was re-checked as done: with the last one the problem is gone."""
    notice = (
        RectificationNotice.objects.select_related("visit__deployment").filter(uid=event.notice_uid).first()
    )
    if notice is None or notice.visit.deployment.source_kind != SOURCE:
        return
    open_ones = RectificationNotice.objects.filter(visit__deployment=notice.visit.deployment).exclude(
        status__in=SETTLED_NOTICE
    )
    clue = _clue_of(notice.bureau_id, notice.visit.deployment.source_no)
    if clue is None or open_ones.exclude(pk=notice.pk).exists():
        return
    _fixed(system_user(), clue, event.closed_on, timezone.now())


def _fixed(actor: User, clue: Clue, on: date, at: datetime) -> None:
    if clue.fixed_at is not None:
        return
    record_update(
        actor=actor,
        obj=clue,
        values={"fixed_at": at},
        verb="complaints.clue_fixed",
        reason=f"检查整改已于 {on:%Y-%m-%d} 确认完成",
        at=at,
    )


@database.atomic
def clue_case_open(*, actor: User, clue: Clue, found_on: date, at: datetime | None = None) -> Case:
    """Draft a penalty case from a clue: its number and a redacted copy go along, nothing of the reporter.

    A second time gives the first case. Raises NotAllowed, Blocked, WrongState, Unlawful without place or violation.
    """
    require(actor, "penalties.case_edit")
    locked = lock(clue)
    refuse(guards.own_organ(locked, actor))
    if not locked.number or locked.status in {ClueStatus.REJECTED, ClueStatus.QUARANTINED}:
        raise WrongState("线索没有受理，不能据此立案。")
    own = Case.objects.filter(bureau=locked.bureau, source_kind=SourceKind.CLUE, source_no=locked.number)
    if known := own.order_by("pk").first():
        return known
    place, violation = locked.institution, locked.violation
    if place is None or violation is None:
        raise Unlawful("请先在线索里补充涉及机构和问题类型，再转为处罚案件。")
    organ = actor.organisation or locked.assigned_organ
    if organ is None:
        raise Unlawful("没有可以立案的单位，请由执法人员办理。")
    looks = locked.verifications.filter(status=VerifyStatus.DONE).values_list("facts", flat=True)
    return case_draft(
        actor=actor,
        organ=organ,
        region=place.region,
        values={
            "party_kind": PartyKind.ORGANISATION,
            "party_name": place.name,
            "institution": place,
            "violation": violation,
            "basis": violation.basis,
            "jurisdiction": f"违法行为发生地在{place.region.name}（行政处罚法第二十二条）",
            "source_kind": SourceKind.CLUE,
            "source_no": locked.number,
            "source_brief": brief_of(locked),
            "found_on": found_on,
            "clue_facts": "\n".join(looks) or brief_of(locked),
        },
        at=at,
    )


@database.atomic
def clue_place_register(
    *, actor: User, clue: Clue, values: dict[str, Any], at: datetime | None = None
) -> Institution:
    """Enter the unlicensed place that a clue is about, and tie the clue to it; twice gives the first.

    Raises NotAllowed, WrongState, Blocked, Unlawful.
    """
    at = at or timezone.now()
    locked = lock(clue)
    refuse(guards.own_organ(locked, actor))
    if locked.status not in {ClueStatus.ASSIGNED, ClueStatus.VERIFYING}:
        raise WrongState(f"线索{locked.get_status_display()}，不能登记场所。")
    if locked.institution is not None:
        return locked.institution
    kinds = {Track.SUBJECT.value: SubjectKind.SUBJECT, Track.UNKNOWN.value: SubjectKind.UNKNOWN}
    kind = kinds.get(values["track"], SubjectKind.NON_SUBJECT)
    place = institution_register(
        actor=actor, values={**values, "subject_kind": kind, "standing": Standing.UNLICENSED}, at=at
    )
    record_update(actor=actor, obj=locked, values={"institution": place}, verb="complaints.clue_edit", at=at)
    return place


for code, sentence in {
    "clue_request_visit": "提请检查",
    "clue_visit_over": "检查已有结果",
    "clue_call_off_visit": "撤回提请检查",
}.items():
    audit.verb(f"complaints.{code}", sentence)
