"""Standing recusals, body-camera files, exchanges with other bodies."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction as database
from django.utils import timezone

from accounts.models import User
from casework import audit
from casework.errors import NotAllowed, Unlawful, WrongState
from casework.evidence.services import evidence_receive
from casework.records import record_create, record_update, root_fields
from casework.steps import lock, require
from inspections.models import MemberRole, Visit
from institutions.models import Institution
from measures.models import CameraFile, Exchange, StandingRecusal


@database.atomic
def recusal_declare(
    *,
    actor: User,
    user: User,
    institution: Institution,
    ground: str,
    since: date,
    at: datetime | None = None,
) -> StandingRecusal:
    """Declare a lasting ground: one's own, or a colleague's by the head (行政处罚法 第四十三条)."""
    require(actor, "measures.recusal_edit")
    if user.pk != actor.pk and not actor.may("measures.recusal_manage"):
        raise NotAllowed("只能申报本人的回避情形，他人的由负责人登记。")
    if user.bureau_id != institution.bureau_id:
        raise Unlawful("只能登记本县人员与本县机构的回避情形。")
    if StandingRecusal.objects.filter(user=user, institution=institution, until__isnull=True).exists():
        raise WrongState(f"{user.name}对{institution.name}的回避已经登记。")
    row = StandingRecusal(
        **root_fields(actor=actor, region=institution.region),
        user=user,
        institution=institution,
        ground=ground.strip(),
        since=since,
    )
    return record_create(actor=actor, obj=row, verb="measures.recusal_declare", at=at)


@database.atomic
def recusal_end(
    *, actor: User, recusal: StandingRecusal, until: date, reason: str, at: datetime | None = None
) -> StandingRecusal:
    """The ground fell away; only the head says so."""
    require(actor, "measures.recusal_manage")
    locked = lock(recusal)
    if locked.until is not None:
        raise WrongState("这项回避已经终止。")
    if until < locked.since:
        raise Unlawful("终止日期不能早于起始日期。")
    if not reason.strip():
        raise Unlawful("请写明终止原因。")
    values = {"until": until, "end_reason": reason.strip()}
    return record_update(actor=actor, obj=locked, values=values, verb="measures.recusal_end", at=at)


@database.atomic
def camera_register(
    *,
    actor: User,
    visit: Visit,
    user: User,
    values: dict[str, Any],
    upload: UploadedFile[Any] | ContentFile[bytes] | None = None,
    at: datetime | None = None,
) -> CameraFile:
    """Register one recording of a visit: the file itself, or its hash, size and where it is kept.

    Raises Unlawful for somebody who was not in the team, a recording outside the visit's days, or neither
    file nor place.
    """
    at = at or timezone.now()
    require(actor, "measures.camera_edit")
    team = visit.deployment.members.filter(user=user, removed_at__isnull=True)
    if not team.exists():
        raise Unlawful(f"{user.name}不是这次检查的人员，请核对佩戴人。")
    if not team.filter(role=MemberRole.OFFICER).exists():
        raise Unlawful("佩戴人须为执法人员。")
    if visit.started_at is None or timezone.localdate(values["starts_at"]) < timezone.localdate(
        visit.started_at
    ):
        raise Unlawful("录制时间早于这次检查，请核对检查和文件。")
    if values["ends_at"] > at:
        raise Unlawful("录制结束时间不能晚于现在。")
    row = CameraFile(
        **root_fields(actor=actor, region=visit.region, bureau=visit.bureau), visit=visit, user=user, **values
    )
    if upload is not None:
        evidence = evidence_receive(actor=actor, subject=row, upload=upload, caption="执法记录仪文件", at=at)
        if row.sha256 and row.sha256 != evidence.sha256:
            raise Unlawful("填写的摘要与上传的文件不一致，请核对是不是同一个文件。")
        row.evidence, row.sha256, row.size = evidence, evidence.sha256, evidence.size
    if CameraFile.objects.filter(visit=visit, sha256=row.sha256).exists():
        raise WrongState("这个文件已经登记到这次检查。")
    return record_create(actor=actor, obj=row, verb="measures.camera_register", at=at)


@database.atomic
def exchange_log(*, actor: User, values: dict[str, Any], at: datetime | None = None) -> Exchange:
    """Log one exchange with another department or level."""
    at = at or timezone.now()
    require(actor, "measures.exchange_edit")
    assert actor.bureau is not None
    row = Exchange(**root_fields(actor=actor, region=actor.bureau.region), **values)
    if row.exchanged_on > timezone.localdate(at):
        raise Unlawful("日期不能晚于今天。")
    if bool(row.partner) == bool(row.partner_name):
        raise Unlawful("请选择名录内的单位，或者填写名录外单位，二者填一个。")
    return record_create(actor=actor, obj=row, verb="measures.exchange_log", at=at)


@database.atomic
def exchange_edit(
    *,
    actor: User,
    exchange: Exchange,
    values: dict[str, Any],
    version: int | None = None,
    at: datetime | None = None,
) -> Exchange:
    """Correct an entry, for example add the receipt."""
    require(actor, "measures.exchange_edit")
    if bool(values.get("partner", exchange.partner)) == bool(
        values.get("partner_name", exchange.partner_name)
    ):
        raise Unlawful("请选择名录内的单位，或者填写名录外单位，二者填一个。")
    return record_update(
        actor=actor, obj=exchange, values=values, verb="measures.exchange_edit", version=version, at=at
    )


for code, sentence in {
    "recusal_declare": "登记长期回避",
    "recusal_end": "终止长期回避",
    "camera_register": "登记执法记录仪文件",
    "exchange_log": "登记部门交换",
    "exchange_edit": "修改部门交换",
}.items():
    audit.verb(f"measures.{code}", sentence)
