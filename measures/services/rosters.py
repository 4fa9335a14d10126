"""Night and weekend duty: shifts, people, swaps, reports; and mystery visits."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction as database
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.utils import timezone

from accounts.models import Organisation, Region, User
from casework import audit
from casework.errors import NotAllowed, Unlawful, WrongState
from casework.evidence.services import evidence_receive
from casework.models import EvidenceFile
from casework.records import record_create, record_update, root_fields
from casework.steps import lock, ready, refuse, require
from casework.workflow import transition
from inspections.services import visit_request
from measures import guards
from measures.models import Duty, MysteryStatus, MysteryVisit, Shift, Swap


@database.atomic
def shift_plan(
    *,
    actor: User,
    region: Region,
    values: dict[str, Any],
    people: Iterable[User],
    at: datetime | None = None,
) -> Shift:
    """Plan one shift with its people. Raises Unlawful when somebody is on duty elsewhere at that time."""
    require(actor, "measures.roster_edit")
    shift = Shift(**root_fields(actor=actor, region=region), **values)
    record_create(actor=actor, obj=shift, verb="measures.shift_plan", at=at)
    for person in people:
        _put(shift, person)
    return shift


def _put(shift: Shift, person: User) -> Duty:
    span = DateTimeTZRange(shift.starts_at, shift.ends_at)
    other = Duty.objects.filter(user=person, span__overlap=span).select_related("shift").first()
    if other and other.shift_id == shift.pk:
        return other
    if other:
        start = timezone.localtime(other.shift.starts_at)
        raise Unlawful(
            f"{person.name}在 {start:%m-%d %H:%M} 已排“{other.shift.area}”，不能同时值班，请换人。"
        )
    return Duty.objects.create(shift=shift, user=person, span=span)


@database.atomic
def shift_edit(
    *,
    actor: User,
    shift: Shift,
    values: dict[str, Any],
    people: Iterable[User],
    version: int | None = None,
    at: datetime | None = None,
) -> Shift:
    """Change a shift that has not begun, and who is on it."""
    at = at or timezone.now()
    require(actor, "measures.roster_edit")
    locked = lock(shift)
    if locked.starts_at <= at:
        raise WrongState("值班已经开始，不能再改。换人请用换班。")
    before = {duty.user_id: duty for duty in locked.duties.select_related("user")}
    edited = record_update(
        actor=actor, obj=locked, values=values, verb="measures.shift_edit", version=version, at=at
    )
    wanted = {person.pk: person for person in people}
    for pk in before.keys() - wanted.keys():
        before[pk].swaps.all().delete()
        before[pk].delete()
    span = DateTimeTZRange(edited.starts_at, edited.ends_at)
    edited.duties.update(span=span)
    for pk in wanted.keys() - before.keys():
        _put(edited, wanted[pk])
    if before.keys() != wanted.keys():
        names = [[duty.user.name for duty in before.values()], [person.name for person in wanted.values()]]
        audit.record(
            actor=actor,
            verb="measures.shift_edit",
            target=edited,
            changes={"值班人员": list(names)},
            at=at,
        )
    return edited


@database.atomic
def shift_report(
    *, actor: User, shift: Shift, places_passed: int, report: str, at: datetime | None = None
) -> Shift:
    """What came of a shift; written by one of those on duty or the head."""
    at = at or timezone.now()
    locked = lock(shift)
    is_on = locked.duties.filter(user=actor).exists()
    if not is_on and not actor.may("measures.roster_edit"):
        raise NotAllowed("只有值班人员或者排班人可以登记值班情况。")
    if locked.starts_at > at:
        raise WrongState("值班还没有开始，不能登记情况。")
    if not report.strip():
        raise Unlawful("请填写值班情况。")
    values = {"places_passed": places_passed, "report": report.strip(), "reported_at": at}
    return record_update(actor=actor, obj=locked, values=values, verb="measures.shift_report", at=at)


@database.atomic
def swap_ask(*, actor: User, duty: Duty, to_user: User, reason: str, at: datetime | None = None) -> Swap:
    """Ask a colleague to take the turn."""
    at = at or timezone.now()
    require(actor, "measures.duty_swap")
    locked = lock(duty)
    if locked.user_id != actor.pk and not actor.may("measures.roster_edit"):
        raise NotAllowed("只能申请换自己的班。")
    if locked.shift.starts_at <= at:
        raise WrongState("值班已经开始，不能换班。")
    if to_user.pk == locked.user_id:
        raise Unlawful("请选择另一位同事。")
    if to_user.bureau_id != locked.user.bureau_id:
        raise Unlawful("只能与本县同事换班。")
    if not reason.strip():
        raise Unlawful("请填写换班原因。")
    if locked.swaps.filter(status="ASKED").exists():
        raise WrongState("已经提出换班，请等对方确认。")
    swap = Swap.objects.create(
        bureau=locked.shift.bureau,
        duty=locked,
        from_user=locked.user,
        to_user=to_user,
        reason=reason.strip(),
        asked_at=at,
    )
    audit.record(
        actor=actor,
        verb="measures.swap_ask",
        target=locked.shift,
        changes={"值班人员": [locked.user.name, to_user.name]},
        reason=reason,
        at=at,
    )
    return swap


def _may_decide(actor: User, swap: Swap) -> None:
    if actor.pk != swap.to_user_id and not actor.may("measures.roster_edit"):
        raise NotAllowed("换班由对方本人或者排班人确认。")


@database.atomic
def swap_agree(*, actor: User, swap: Swap, at: datetime | None = None) -> Swap:
    """The turn passes on. Raises Unlawful when the colleague is on duty elsewhere at that time."""
    at = at or timezone.now()
    _may_decide(actor, swap)
    duty = lock(swap.duty)
    if duty.shift.starts_at <= at:
        raise WrongState("值班已经开始，不能换班。")
    agreed = transition(swap, "agree", actor=actor, at=at)
    span = duty.span
    if Duty.objects.filter(user=swap.to_user, span__overlap=span).exists():
        raise Unlawful(f"{swap.to_user.name}在这段时间已有值班，不能接班。")
    duty.user = swap.to_user
    duty.save(update_fields=["user"])
    return agreed


@database.atomic
def swap_refuse(*, actor: User, swap: Swap, at: datetime | None = None) -> Swap:
    """The colleague cannot."""
    _may_decide(actor, swap)
    return transition(swap, "refuse", actor=actor, at=at)


@database.atomic
def mystery_record(
    *,
    actor: User,
    region: Region,
    organ: Organisation,
    values: dict[str, Any],
    files: Iterable[UploadedFile[Any] | ContentFile[bytes]] = (),
    at: datetime | None = None,
) -> MysteryVisit:
    """Enter what observers saw; its files stay with it and never become evidence."""
    at = at or timezone.now()
    require(actor, "measures.mystery_edit")
    mystery = MysteryVisit(**root_fields(actor=actor, region=region), organ=organ, **values)
    refuse(guards.own("organ")(mystery, actor))
    if mystery.visited_at > at:
        raise Unlawful("走访时间不能晚于现在。")
    record_create(actor=actor, obj=mystery, verb="measures.mystery_record", at=at)
    for upload in files:
        mystery_file_add(actor=actor, mystery=mystery, upload=upload, at=at)
    return mystery


@database.atomic
def mystery_edit(
    *,
    actor: User,
    mystery: MysteryVisit,
    values: dict[str, Any],
    version: int | None = None,
    at: datetime | None = None,
) -> MysteryVisit:
    """Complete the record before it is dealt with."""
    require(actor, "measures.mystery_edit")
    locked = lock(mystery)
    refuse(guards.own("organ")(locked, actor))
    if locked.status not in {MysteryStatus.DRAFT, MysteryStatus.REPORTED}:
        raise WrongState("已经处置，不能修改。")
    return record_update(
        actor=actor, obj=locked, values=values, verb="measures.mystery_edit", version=version, at=at
    )


@database.atomic
def mystery_file_add(
    *,
    actor: User,
    mystery: MysteryVisit,
    upload: UploadedFile[Any] | ContentFile[bytes],
    at: datetime | None = None,
) -> EvidenceFile:
    """Keep a photo or recording as clue material."""
    require(actor, "measures.mystery_edit")
    return evidence_receive(actor=actor, subject=mystery, upload=upload, caption="线索材料", at=at)


@database.atomic
def mystery_report(*, actor: User, mystery: MysteryVisit, at: datetime | None = None) -> MysteryVisit:
    """Hand the record to the head."""
    return transition(mystery, "report", actor=actor, at=at)


@database.atomic
def mystery_hand_on(
    *, actor: User, mystery: MysteryVisit, brief: str, at: datetime | None = None
) -> MysteryVisit:
    """Ask officers to look for themselves: a draft inspection with the brief only, without the files (G07).

    The inspection needs its own approval, notice and evidence.
    """
    at = at or timezone.now()
    locked = lock(mystery)
    ready(locked, "hand_on", actor)
    if not brief.strip():
        raise Unlawful("请填写转办摘要，不写走访人员。")
    institution = locked.institution
    assert institution is not None
    request = visit_request(
        actor=actor,
        institution=institution,
        source_kind="MYSTERY",
        source_no=f"明察暗访-{str(locked.uid)[-12:]}",
        redacted_brief=brief.strip(),
        lead_organ=locked.organ,
        at=at,
    )
    values = {"brief": brief.strip(), "request_uid": request.uid}
    return transition(locked, "hand_on", actor=actor, at=at, values=values)


@database.atomic
def mystery_file(
    *, actor: User, mystery: MysteryVisit, reason: str, at: datetime | None = None
) -> MysteryVisit:
    """Nothing that needs following up."""
    return transition(mystery, "file", actor=actor, reason=reason, at=at)


for code, sentence in {
    "shift_plan": "排班",
    "shift_edit": "修改排班",
    "shift_report": "登记值班情况",
    "swap_ask": "申请换班",
    "swap_agree": "同意换班",
    "swap_refuse": "不同意换班",
    "mystery_record": "登记明察暗访",
    "mystery_edit": "修改明察暗访",
    "mysteryvisit_report": "报告明察暗访",
    "mysteryvisit_hand_on": "明察暗访转检查核实",
    "mysteryvisit_file": "明察暗访存档",
}.items():
    audit.verb(f"measures.{code}", sentence)
