"""Reading who reported: one person asks, another allows it, one reading within a short time."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction as database
from django.utils import timezone

from accounts.models import User
from casework import audit, policy
from casework.errors import NotAllowed, Unlawful, WrongState
from complaints import wall
from complaints.models import Clue, RevealRequest, RevealStatus

TICKET_MINUTES = "clue.reveal.ticket"
REASON_MIN = 10


@database.atomic
def reveal_ask(*, actor: User, clue: Clue, reason: str, at: datetime | None = None) -> RevealRequest:
    """Ask to read who reported `clue`, for a reason. Raises NotAllowed, Unlawful, WrongState."""
    at = at or timezone.now()
    if (
        not actor.may("complaints.reveal_ask")
        or not Clue.objects.visible_to(actor).filter(pk=clue.pk).exists()
    ):
        raise NotAllowed("您没有“申请查看反映人”的权限。")
    if len(reason.strip()) < REASON_MIN:
        raise Unlawful(
            f"请写明为什么必须知道反映人是谁（不少于 {REASON_MIN} 个字）。能通过往来留言问清的，不要申请。"
        )
    clue = Clue.objects.select_for_update(of=("self",)).get(pk=clue.pk)
    if not wall.sealed_of(clue.uid).filter(shredded_at__isnull=True).exists():
        raise Unlawful("这条线索没有密封的反映人信息，或已按期限销毁。")
    mine = RevealRequest.objects.filter(
        clue=clue, asked_by=actor, status__in=[RevealStatus.ASKED, RevealStatus.APPROVED]
    )
    for open_one in mine:
        if open_one.status == RevealStatus.ASKED or not _is_late(open_one, at):
            raise WrongState("您对这条线索的申请还没有结束，不能重复申请。")
        _expire(actor, open_one, at)
    request = RevealRequest.objects.create(clue=clue, reason=reason.strip(), asked_by=actor, asked_at=at)
    _note(actor, request, "complaints.reveal_ask", at, reason.strip())
    return request


@database.atomic
def reveal_decide(
    *, actor: User, request: RevealRequest, is_approved: bool, note: str = "", at: datetime | None = None
) -> RevealRequest:
    """Allow or refuse the reading. Never by whoever asked. Raises NotAllowed, Unlawful, WrongState."""
    at = at or timezone.now()
    request = _locked(request)
    if (
        not actor.may("complaints.reveal_decide")
        or not Clue.objects.visible_to(actor).filter(pk=request.clue_id).exists()
    ):
        raise NotAllowed("您没有“批准查看反映人”的权限。")
    if request.asked_by_id == actor.pk:
        raise Unlawful("不能批准自己的申请，请由另一位负责人决定。")
    if request.status != RevealStatus.ASKED:
        raise WrongState("这件申请已经决定过了。")
    if not is_approved and not note.strip():
        raise Unlawful("不批准请写明理由。")
    request.status = RevealStatus.APPROVED if is_approved else RevealStatus.REFUSED
    request.decided_by, request.decided_at, request.decision_note = actor, at, note.strip()
    if is_approved:
        value = policy.value(TICKET_MINUTES, region=request.clue.region, on=timezone.localdate(at)).value
        request.expires_at = at + timedelta(minutes=int(value))
    request.save()
    verb = "complaints.reveal_approve" if is_approved else "complaints.reveal_refuse"
    _note(actor, request, verb, at, note.strip())
    return request


@database.atomic
def reveal_read(*, actor: User, request: RevealRequest, at: datetime | None = None) -> list[dict[str, Any]]:
    """What the sealed reports of the clue say, once, to whoever asked. Raises NotAllowed, WrongState.

    Each item holds `sealed_at`, `words`, `contact`, `extra`; shredded reports say so under `lost`.
    """
    at = at or timezone.now()
    request = _locked(request)
    if request.asked_by_id != actor.pk or not actor.may("complaints.reveal_ask"):
        raise NotAllowed("只有申请人本人可以查看。")
    if not Clue.objects.visible_to(actor).filter(pk=request.clue_id).exists():
        raise NotAllowed("这条线索已不由您办理。")
    if request.status != RevealStatus.APPROVED:
        raise WrongState("没有批准，或已经看过一次。需要再看请重新申请。")
    if _is_late(request, at):
        raise WrongState("批准已过期，请重新申请。")
    request.status, request.used_at = RevealStatus.USED, at
    request.save(update_fields=["status", "used_at"])
    opened = [_opened(row) for row in wall.sealed_of(request.clue.uid)]
    _note(actor, request, "complaints.reveal_read", at, request.reason)
    return opened


@database.atomic
def reveals_expire(*, actor: User, now: datetime) -> int:
    """Close approvals that were not used in time; returns how many."""
    rows = list(
        RevealRequest.objects.select_for_update(skip_locked=True, of=("self",))
        .select_related("clue__bureau__region")
        .filter(status=RevealStatus.APPROVED, expires_at__lte=now)
    )
    for row in rows:
        _expire(actor, row, now)
    return len(rows)


def _opened(row: Any) -> dict[str, Any]:
    if not row.wrapped_key:
        return {"sealed_at": row.sealed_at, "lost": True}
    return {"sealed_at": row.sealed_at, "lost": False, **wall.unseal(row)}


def _locked(request: RevealRequest) -> RevealRequest:
    return (
        RevealRequest.objects.select_for_update(of=("self",))
        .select_related("clue__bureau__region", "clue__region", "asked_by")
        .get(pk=request.pk)
    )


def _is_late(request: RevealRequest, at: datetime) -> bool:
    return request.expires_at is not None and at >= request.expires_at


def _expire(actor: User, request: RevealRequest, at: datetime) -> None:
    request.status = RevealStatus.EXPIRED
    request.save(update_fields=["status"])
    _note(actor, request, "complaints.reveal_expire", at, "")


def _note(actor: User, request: RevealRequest, verb: str, at: datetime, reason: str) -> None:
    audit.record(
        actor=actor,
        verb=verb,
        target=request.clue,
        changes={"reveal": [None, str(request.uid)], "status": [None, request.status]},
        reason=reason,
        at=at,
    )


audit.verb("complaints.reveal_ask", "申请查看反映人")
audit.verb("complaints.reveal_approve", "批准查看反映人")
audit.verb("complaints.reveal_refuse", "不批准查看反映人")
audit.verb("complaints.reveal_read", "查看反映人信息")
audit.verb("complaints.reveal_expire", "查看反映人的批准到期")
