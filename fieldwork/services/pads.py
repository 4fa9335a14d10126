"""Pads of slip numbers: handed out, used, voided, handed back."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction as database
from django.utils import timezone

from accounts.models import Organisation, User
from casework import audit
from casework.errors import NotAllowed, Unlawful, WrongState
from casework.records import record_create, root_fields
from casework.workflow import transition
from fieldwork.models import NumberPad, PadNumber, PadNumberState, PadStatus

PAGES = 20


@database.atomic
def pad_hand_out(*, actor: User, holder: User, size: int = PAGES, at: datetime | None = None) -> NumberPad:
    """Register a pad of `size` pages (1 to 100) in the holder's organ and hand it over.

    Codes run by organ and year, `巫教培现2026-003`; its pages are `巫教培现2026-003-07`. Raises NotAllowed, Unlawful.
    """
    at = at or timezone.now()
    _require(actor, "fieldwork.pad_hand_out", "发放现场号码簿")
    organ = holder.organisation
    if organ is None or not organ.number_word or holder.bureau_id != actor.bureau_id:
        raise Unlawful("领用人须是本局有发文机关代字的单位的执法人员，请另选。")
    if not holder.may("fieldwork.field_open"):
        raise Unlawful(f"{holder.name}没有“使用现场应用”的权限，不能领用号码簿。")
    if not 1 <= size <= 100:
        raise Unlawful("一本号码簿为 1 至 100 页。")
    Organisation.objects.select_for_update().get(pk=organ.pk)
    day = timezone.localdate(at)
    count = NumberPad.objects.filter(organ=organ, handed_on__year=day.year).count()
    pad = NumberPad(
        **root_fields(actor=actor, region=organ.region, bureau=organ.bureau),
        organ=organ,
        code=f"{organ.number_word}现{day.year}-{count + 1:03d}",
        size=size,
        holder=holder,
        handed_on=day,
    )
    record_create(actor=actor, obj=pad, verb="fieldwork.numberpad_hand_out", at=at)
    PadNumber.objects.bulk_create(
        PadNumber(pad=pad, serial=serial, text=f"{pad.code}-{serial:02d}") for serial in range(1, size + 1)
    )
    return pad


@database.atomic
def pad_number_use(
    *,
    actor: User,
    text: str,
    subject_uid: UUID,
    subject_label: str,
    operation_uid: UUID | None = None,
    at: datetime | None = None,
) -> PadNumber:
    """Note that a page was left at a subject; the same page for the same subject again changes nothing.

    Raises Unlawful when the page is not the actor's, void, or was used elsewhere.
    """
    at = at or timezone.now()
    number = (
        PadNumber.objects.select_for_update(of=("self",))
        .select_related("pad__holder")
        .filter(text=text)
        .first()
    )
    if number is None or number.pad.bureau_id != actor.bureau_id:
        raise Unlawful(f"没有登记过现场编号 {text}，请核对号码簿。")
    if number.pad.holder_id != actor.pk:
        raise Unlawful(f"现场编号 {text} 的号码簿由{number.pad.holder.name}领用，请用本人的号码簿。")
    if number.state == PadNumberState.USED and number.subject_uid == subject_uid:
        return number
    if number.state != PadNumberState.FREE:
        raise Unlawful(f"现场编号 {text} {number.get_state_display()}，不能再用，请换下一页。")
    number.state, number.subject_uid, number.subject_label = (
        PadNumberState.USED,
        subject_uid,
        subject_label[:200],
    )
    number.operation_uid, number.used_at = operation_uid, at
    number.save(update_fields=["state", "subject_uid", "subject_label", "operation_uid", "used_at"])
    audit.record(
        actor=actor,
        verb="fieldwork.padnumber_use",
        target=number.pad,
        number=text,
        changes={text: ["FREE", "USED"]},
        at=at,
    )
    return number


@database.atomic
def pad_number_void(*, actor: User, number: PadNumber, reason: str, at: datetime | None = None) -> PadNumber:
    """Void a spoilt or lost page, used or not; it stays in the register with the reason."""
    at = at or timezone.now()
    _require(actor, "fieldwork.pad_void", "作废现场编号")
    if not reason.strip():
        raise Unlawful("作废现场编号须写明原因，例如写坏、遗失。")
    locked = PadNumber.objects.select_for_update(of=("self",)).select_related("pad").get(pk=number.pk)
    if locked.pad.holder_id != actor.pk and not actor.may("fieldwork.pad_hand_out"):
        raise NotAllowed("只能作废本人领用的编号；其他编号请由监管股负责人办理。")
    if locked.state not in {PadNumberState.FREE, PadNumberState.USED}:
        raise WrongState(f"现场编号 {locked.text} {locked.get_state_display()}，不能再作废。")
    before, locked.state = locked.state, PadNumberState.VOID
    locked.void_reason, locked.voided_at, locked.voided_by = reason.strip()[:200], at, actor
    locked.save(update_fields=["state", "void_reason", "voided_at", "voided_by"])
    audit.record(
        actor=actor,
        verb="fieldwork.padnumber_void",
        target=locked.pad,
        number=locked.text,
        changes={locked.text: [before, "VOID"]},
        reason=reason,
        at=at,
    )
    return locked


@database.atomic
def pad_return(*, actor: User, pad: NumberPad, note: str = "", at: datetime | None = None) -> NumberPad:
    """Take the pad back; pages never used are out of use from then on. Raises WrongState, Blocked."""
    at = at or timezone.now()
    locked = transition(pad, "return", actor=actor, at=at, values={"returned_note": note.strip()[:200]})
    locked.numbers.filter(state=PadNumberState.FREE).update(state=PadNumberState.RETURNED)
    return locked


def pages_free(actor: User) -> list[str]:
    """Numbers that the actor can still use, in order, for the phone."""
    rows = PadNumber.objects.filter(
        pad__holder=actor, pad__status=PadStatus.HANDED, state=PadNumberState.FREE
    )
    return list(rows.order_by("pad__handed_on", "pad_id", "serial").values_list("text", flat=True)[:40])


def _require(actor: User, permission: str, label: str) -> None:
    if not actor.may(permission):
        raise NotAllowed(f"您没有“{label}”的权限，请联系监管股负责人。")


for code, sentence in {
    "numberpad_hand_out": "发放现场号码簿",
    "numberpad_return": "交回现场号码簿",
    "padnumber_use": "使用现场编号",
    "padnumber_void": "作废现场编号",
}.items():
    audit.verb(f"fieldwork.{code}", sentence)
