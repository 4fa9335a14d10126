"""Accounts, photos and ties of monitors."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction as database
from django.utils import timezone

from accounts.models import Organisation, OrganisationKind, User
from accounts.roles import Role
from casework import audit
from casework.errors import NotAllowed, Unlawful, WrongState
from casework.evidence.services import evidence_receive
from casework.models import EvidenceFile
from casework.people.services import account_make
from casework.records import clean, record_update
from casework.steps import lock, require
from institutions.models import Institution
from monitors.models import Monitor, MonitorStatus, Tie
from monitors.services.monitors.common import EDIT

IMAGES = (b"\xff\xd8\xff", b"\x89PNG")


@database.atomic
def account_open(*, actor: User, monitor: Monitor, username: str) -> tuple[User, str]:
    """Give a monitor in office an account; returns it with the first password, which is shown once.

    Raises NotAllowed, WrongState, Unlawful.
    """
    require(actor, EDIT)
    locked = lock(monitor)
    if locked.status != MonitorStatus.APPOINTED:
        raise WrongState("只能为在聘监督员开通账号。")
    if locked.user is not None:
        raise Unlawful("已经开通账号。忘记密码的，请系统管理员重置。")
    team = team_of(locked)
    user, password = account_make(
        actor=actor,
        username=username,
        values={"name": locked.name, "title": "社会监督员", "phone": "", "organisation": team},
        roles=[Role.MONITOR],
    )
    account_link(actor=actor, monitor=locked, user=user)
    return user, password


@database.atomic
def account_link(*, actor: User, monitor: Monitor, user: User, at: datetime | None = None) -> Monitor:
    """Let an account act for a term. Raises NotAllowed, Unlawful for an account that is no monitor's."""
    require(actor, EDIT)
    if user.bureau_id != monitor.bureau_id or Role.MONITOR not in user.role_codes:
        raise Unlawful("只能关联本单位的社会监督员账号。")
    return record_update(actor=actor, obj=monitor, values={"user": user}, verb="monitors.account_open", at=at)


def team_of(monitor: Monitor) -> Organisation:
    """The body that monitors' accounts belong to, made with the first account."""
    team, _ = Organisation.objects.get_or_create(
        bureau=monitor.bureau,
        kind=OrganisationKind.MONITORS,
        name=f"{monitor.bureau.region.name}校外培训社会监督员队伍",
        defaults={
            "short_name": "社会监督员",
            "region": monitor.bureau.region,
            "region_path": monitor.bureau.region.path,
        },
    )
    return team


@database.atomic
def photo_receive(
    *,
    actor: User,
    monitor: Monitor,
    upload: UploadedFile[Any] | ContentFile[bytes],
    at: datetime | None = None,
) -> EvidenceFile:
    """Keep the photo for the card. Raises NotAllowed, Unlawful for a file that is no picture."""
    require(actor, EDIT)
    head = upload.read(16)
    upload.seek(0)
    if not head.startswith(IMAGES):
        raise Unlawful("证件照片须为 JPG 或 PNG 图片。")
    return evidence_receive(actor=actor, subject=monitor, upload=upload, caption="证件照片", at=at)


def _may_declare(actor: User, monitor: Monitor) -> None:
    if actor.may(EDIT) or (monitor.user_id is not None and monitor.user_id == actor.pk):
        return
    raise NotAllowed("利害关系由监督员本人申报，或由监管股代为登记。")


@database.atomic
def ties_none(*, actor: User, monitor: Monitor, at: datetime | None = None) -> Monitor:
    """Declare that there is no tie with any institution. Raises NotAllowed, Unlawful while one stands."""
    _may_declare(actor, monitor)
    at = at or timezone.now()
    if monitor.ties.filter(ended_at__isnull=True).exists():
        raise Unlawful("还有没有解除的利害关系，不能声明没有。")
    return record_update(
        actor=actor, obj=monitor, values={"ties_declared_at": at}, verb="monitors.ties_none", at=at
    )


@database.atomic
def tie_declare(
    *,
    actor: User,
    monitor: Monitor,
    institution: Institution,
    kind: str,
    note: str = "",
    at: datetime | None = None,
) -> Tie:
    """Declare a tie; patrols of that place by this monitor are refused from now on. Raises NotAllowed, Unlawful."""
    _may_declare(actor, monitor)
    at = at or timezone.now()
    locked = lock(monitor)
    if institution.bureau_id != locked.bureau_id:
        raise Unlawful("只能选择本辖区的机构。")
    if locked.ties.filter(institution=institution, ended_at__isnull=True).exists():
        raise Unlawful(f"与{institution.name}的利害关系已经申报。")
    tie = Tie(monitor=locked, institution=institution, kind=kind, note=note.strip(), declared_at=at)
    clean(tie)
    tie.save(force_insert=True)
    record_update(
        actor=actor, obj=locked, values={"ties_declared_at": at}, verb="monitors.tie_declare", at=at,
        about=institution.uid, reason=f"{institution.name}：{tie.get_kind_display()}",
    )  # fmt: skip
    return tie


@database.atomic
def tie_end(*, actor: User, tie: Tie, reason: str, at: datetime | None = None) -> Tie:
    """A tie no longer stands; only the desk says so, with the reason. Raises NotAllowed, WrongState, Unlawful."""
    require(actor, EDIT)
    locked = Tie.objects.select_for_update().get(pk=tie.pk)
    if locked.ended_at is not None:
        raise WrongState("这项利害关系已经解除。")
    if not reason.strip():
        raise Unlawful("请写明解除利害关系的依据。")
    locked.ended_at = at or timezone.now()
    locked.save(update_fields=["ended_at"])
    audit.record(
        actor=actor,
        verb="monitors.tie_end",
        target=locked.monitor,
        changes={"institution": [locked.institution.name, None]},
        reason=reason,
        at=at,
    )
    return locked
