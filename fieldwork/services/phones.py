"""Phones: who uses which, how far their clock is off, and taking one out of use."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import NAMESPACE_OID, UUID, uuid5

from django.db import transaction
from django.utils import timezone

from accounts.models import Bureau, User
from casework import audit
from casework.errors import NotAllowed, Unlawful
from fieldwork.models import FieldDevice

SKEW_NOTED = timedelta(minutes=2)
SKEW_WRONG = timedelta(days=1)
FUTURE_SLACK = timedelta(minutes=5)
OLDEST = timedelta(days=30)


class DeviceRevoked(NotAllowed):
    """The phone was taken out of use; it forgets what it carries."""


@dataclass(frozen=True)
class Moment:
    """A phone's time set right: `at` is None when it cannot be believed, and the note says so."""

    at: datetime | None
    note: str


@transaction.atomic
def device_meet(
    *, actor: User, uid: UUID, label: str, clock: datetime | None, at: datetime | None = None
) -> FieldDevice:
    """The phone that is talking to us, registered at its first word, with the skew of its clock.

    Raises NotAllowed for a phone that was taken out of use or belongs to somebody else.
    """
    at = at or timezone.now()
    if not actor.may("fieldwork.field_open"):
        raise NotAllowed("您没有“使用现场应用”的权限，请联系监管股负责人。")
    known = FieldDevice.objects.select_for_update().filter(uid=uid).first()
    if known is None:
        known = _register(actor, uid, label, at)
    if known.user_id != actor.pk:
        raise NotAllowed("这部手机登记在另一人名下。请退出登录后，用本人账号重新打开现场应用。")
    if known.revoked_at:
        raise DeviceRevoked("这部手机已停用，不能再取用资料。手机里没有发送的记录请导出文件，交监管股导入。")
    known.last_seen_at = at
    if clock is not None:
        skew = clock - at
        known.skew_ms = int(skew.total_seconds() * 1000)
        known.is_clock_wrong = abs(skew) > SKEW_WRONG
    known.save(update_fields=["last_seen_at", "skew_ms", "is_clock_wrong"])
    return known


def _register(actor: User, uid: UUID, label: str, at: datetime) -> FieldDevice:
    device, is_new = FieldDevice.objects.get_or_create(
        uid=uid,
        defaults={
            "bureau": bureau_of(actor),
            "user": actor,
            "label": label.strip()[:60] or "手机",
            "first_seen_at": at,
            "last_seen_at": at,
        },
    )
    if is_new:
        audit.record(
            actor=actor, verb="fieldwork.fielddevice_register", target=device, bureau=actor.bureau, at=at
        )
    return device


def bureau_of(actor: User) -> Bureau:
    """The actor's bureau; raises Unlawful for the system, which carries no phone."""
    if actor.bureau is None:
        raise Unlawful("系统账号不能使用现场应用。")
    return actor.bureau


def desk_device(actor: User, at: datetime) -> FieldDevice:
    """The desk as the place where a person decides; one row per person."""
    device, _ = FieldDevice.objects.get_or_create(
        uid=uuid5(NAMESPACE_OID, f"desk:{actor.pk}"),
        defaults={
            "bureau": bureau_of(actor),
            "user": actor,
            "label": "工作台",
            "is_desk": True,
            "first_seen_at": at,
            "last_seen_at": at,
        },
    )
    return device


@transaction.atomic
def device_revoke(
    *, actor: User, device: FieldDevice, reason: str, at: datetime | None = None
) -> FieldDevice:
    """Take a lost or replaced phone out of use: it gets no more data and deletes its extracts.

    What it still sends is kept, but counts only when somebody else hands it in. Raises NotAllowed, Unlawful.
    """
    at = at or timezone.now()
    if device.user_id != actor.pk and not actor.may("fieldwork.device_revoke"):
        raise NotAllowed("只能停用自己的手机；停用他人的手机请联系监管股负责人。")
    if not reason.strip():
        raise Unlawful("请写明停用原因，例如遗失、换机。")
    locked = FieldDevice.objects.select_for_update().get(pk=device.pk)
    if locked.revoked_at:
        return locked
    locked.revoked_at, locked.revoked_by, locked.revoked_reason = at, actor, reason.strip()[:200]
    locked.save(update_fields=["revoked_at", "revoked_by", "revoked_reason"])
    audit.record(
        actor=actor,
        verb="fieldwork.fielddevice_revoke",
        target=locked,
        reason=reason,
        bureau=locked.bureau,
        at=at,
    )
    return locked


def parsed_time(raw: object) -> datetime | None:
    """An ISO time or epoch milliseconds as a phone writes it; None for anything else."""
    found: datetime | None = None
    try:
        if isinstance(raw, int | float) and not isinstance(raw, bool):
            found = datetime.fromtimestamp(raw / 1000, UTC)
        elif isinstance(raw, str) and raw:
            found = datetime.fromisoformat(raw)
    except (ValueError, OverflowError, OSError):
        return None
    if found is None or not 1900 <= found.year <= 9000:
        return None
    return found if found.tzinfo else timezone.make_aware(found)


def corrected(made_at: datetime | None, sent_at: datetime | None, received_at: datetime) -> Moment:
    """When it happened, by our clock: the phone's time minus the skew seen when it was sent.

    A time in the future or older than a month is not believed (a phone that woke up in 1970).
    """
    if made_at is None:
        return Moment(None, "手机没有给出时间，以收到时间为准")
    skew = (sent_at - received_at) if sent_at else timedelta()
    happened = made_at - skew
    if not received_at - OLDEST <= happened <= received_at + FUTURE_SLACK:
        return Moment(None, f"手机时间 {_written(made_at)} 不可信，以收到时间为准")
    if abs(skew) > SKEW_NOTED:
        word = "快" if skew > timedelta() else "慢"
        return Moment(min(happened, received_at), f"手机时钟{word} {_span(abs(skew))}，已校正")
    return Moment(min(happened, received_at), "")


def _written(moment: datetime) -> str:
    return f"{timezone.localtime(moment):%Y-%m-%d %H:%M}"


def _span(length: timedelta) -> str:
    minutes = int(length.total_seconds() // 60)
    if minutes < 120:
        return f"{minutes} 分钟"
    return f"{minutes // 60} 小时" if minutes < 2880 else f"{minutes // 1440} 天"


audit.verb("fieldwork.fielddevice_register", "登记现场手机")
audit.verb("fieldwork.fielddevice_revoke", "停用现场手机")
