"""Looking at what was reported: asked of somebody, or done and written down with its files."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction as database
from django.utils import timezone

from accounts.models import User
from casework import audit, events
from casework.errors import Unlawful, WrongState
from casework.evidence.services import evidence_receive
from casework.records import record_create, root_fields
from casework.steps import lock, refuse, require
from complaints import guards
from complaints.events import VerificationRequested
from complaints.models import Clue, ClueStatus, Verification, VerifyStatus, VerifyWay
from complaints.redaction import redact

HANDLE = "complaints.clue_handle"
LOOKABLE = (ClueStatus.ASSIGNED, ClueStatus.VERIFYING, ClueStatus.INSPECTING)


@dataclass(frozen=True)
class Look:
    """What was seen: how, when, by whom (as words), the facts, and what it suggests."""

    way: str
    facts: str
    looked_at: datetime
    looked_by: str
    suggestion: str = ""
    source_kind: str = ""
    source_no: str = ""


@database.atomic
def verification_record(
    *,
    actor: User,
    clue: Clue,
    look: Look,
    files: Iterable[Any] = (),
    ask: Verification | None = None,
    at: datetime | None = None,
) -> Verification:
    """Write down a look; the clue counts as looked into from the first one.

    `ask` is the request that this answers (the oldest open one for a monitor's look). A higher room answers as
    the system with `source_kind`/`source_no`; repeating its source gives the first record.
    Raises NotAllowed, Blocked, WrongState, Unlawful.
    """
    at = at or timezone.now()
    if not actor.is_system:
        require(actor, HANDLE)
    locked = lock(clue)
    if look.source_no and (known := _known(locked, look)):
        return known
    if locked.status not in LOOKABLE:
        raise WrongState(f"线索{locked.get_status_display()}，不能登记核查。请先受理并分派。")
    refuse(guards.own_organ(locked, actor))
    _check(look, at)
    row = _answered(locked, ask, look) or Verification(
        **root_fields(actor=actor, region=locked.region, bureau=locked.bureau), clue=locked
    )
    is_new = row.pk is None
    for name in ("way", "facts", "looked_at", "looked_by", "suggestion", "source_kind", "source_no"):
        setattr(row, name, getattr(look, name))
    row.status, row.recorded_by, row.recorded_at = VerifyStatus.DONE, actor, at
    _kept(actor, row, is_new, at)
    for upload in files:
        evidence_receive(actor=actor, subject=row, upload=upload, at=at)
    _looked_into(actor, locked, look.looked_at, at)
    return row


def _known(clue: Clue, look: Look) -> Verification | None:
    return Verification.objects.filter(
        clue=clue, source_kind=look.source_kind, source_no=look.source_no
    ).first()


def _check(look: Look, at: datetime) -> None:
    if not look.facts.strip():
        raise Unlawful("请写明核查看到的情况。")
    if not look.looked_by.strip():
        raise Unlawful("请填写核查人。")
    if look.looked_at > at:
        raise Unlawful("核查时间不能晚于现在。")


def _answered(clue: Clue, ask: Verification | None, look: Look) -> Verification | None:
    rows = Verification.objects.select_for_update().filter(clue=clue, status=VerifyStatus.ASKED)
    if ask is not None:
        found = rows.filter(pk=ask.pk).first()
        if found is None:
            raise WrongState("这项核查请求已经答复或撤回。")
        return found
    return rows.order_by("pk").first() if look.way == VerifyWay.MONITOR else None


def _kept(actor: User, row: Verification, is_new: bool, at: datetime) -> None:
    if is_new:
        record_create(actor=actor, obj=row, verb="complaints.verification_record", at=at)
        return
    row.version += 1
    row.save()
    audit.record(
        actor=actor,
        verb="complaints.verification_record",
        target=row,
        changes={"status": [VerifyStatus.ASKED, VerifyStatus.DONE]},
        at=at,
    )


def _looked_into(actor: User, clue: Clue, looked_at: datetime, at: datetime) -> None:
    if clue.verified_at is not None:
        return
    clue.verified_at = looked_at
    clue.version += 1
    clue.save(update_fields=["verified_at", "version", "updated_at"])
    audit.record(
        actor=actor,
        verb="complaints.clue_verified",
        target=clue,
        changes={"verified_at": [None, looked_at]},
        at=at,
    )


@database.atomic
def verification_ask(
    *, actor: User, clue: Clue, asked: str, due_on: date, at: datetime | None = None
) -> Verification:
    """Ask monitors or grid workers to look; rooms that have them hear of it with a redacted brief.

    Raises NotAllowed, Blocked, WrongState, Unlawful for a day that is over or a second open request.
    """
    require(actor, HANDLE)
    at = at or timezone.now()
    locked = lock(clue)
    if locked.status not in LOOKABLE:
        raise WrongState(f"线索{locked.get_status_display()}，不能请人核查。")
    refuse(guards.own_organ(locked, actor))
    if not asked.strip():
        raise Unlawful("请写明请对方核查什么。")
    if due_on < timezone.localdate(at):
        raise Unlawful("核查期限不能早于今天。")
    if Verification.objects.filter(clue=locked, status=VerifyStatus.ASKED).exists():
        raise WrongState("已有一项核查请求在等答复。")
    row = Verification(
        **root_fields(actor=actor, region=locked.region, bureau=locked.bureau),
        clue=locked,
        status=VerifyStatus.ASKED,
        way=VerifyWay.MONITOR,
        asked=redact(asked).text[:500],
        asked_by=actor,
        asked_at=at,
        due_on=due_on,
    )
    record_create(actor=actor, obj=row, verb="complaints.verification_ask", at=at)
    events.publish(
        VerificationRequested(
            clue_uid=locked.uid,
            bureau_id=locked.bureau_id,
            number=locked.number,
            asked=row.asked,
            brief=brief_of(locked),
            place_text=locked.place_text,
            region_id=locked.region_id,
            due_on=due_on,
            ask_uid=row.uid,
        )
    )
    return row


@database.atomic
def verification_drop(
    *, actor: User, verification: Verification, reason: str, at: datetime | None = None
) -> Verification:
    """Take a request to look back. Raises NotAllowed, Blocked, WrongState, Unlawful."""
    require(actor, HANDLE)
    clue = lock(verification.clue)
    refuse(guards.own_organ(clue, actor))
    row = lock(verification)
    if row.status != VerifyStatus.ASKED:
        raise WrongState("这项核查请求已经答复或撤回。")
    if not reason.strip():
        raise Unlawful("请写明撤回理由。")
    row.status = VerifyStatus.DROPPED
    row.version += 1
    row.save(update_fields=["status", "version", "updated_at"])
    audit.record(
        actor=actor,
        verb="complaints.verification_drop",
        target=row,
        changes={"status": [VerifyStatus.ASKED, VerifyStatus.DROPPED]},
        reason=reason,
        at=at,
    )
    return row


def brief_of(clue: Clue) -> str:
    """What others need in order to look, redacted once more: the matter, the place, the time, the reported side."""
    lines = [f"反映事项：{clue.get_kind_display()}"]
    pairs = (
        ("地点", clue.place_text),
        ("被反映方", clue.institution.name if clue.institution else clue.subject_name),
        ("时间规律", clue.happened_note),
    )
    lines += [f"{label}：{value}" for label, value in pairs if value]
    lines.append(f"反映内容：{clue.text}")
    return redact("\n".join(lines)).text


for code, sentence in {
    "verification_record": "登记核查情况",
    "verification_ask": "请监督员、网格核查",
    "verification_drop": "撤回核查请求",
    "clue_verified": "线索已核查",
}.items():
    audit.verb(f"complaints.{code}", sentence)
