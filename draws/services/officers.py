"""Standing recusals and skills of officers."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction as database
from django.utils import timezone

from accounts.models import User
from casework import audit
from casework.errors import NotAllowed, Unlawful, WrongState
from casework.records import record_create, record_update, root_fields
from casework.steps import lock, require
from draws.models import OfficerRecusal, OfficerSkill
from institutions.models import Institution


def _same_bureau(actor: User, user: User) -> None:
    if user.bureau_id != actor.bureau_id:
        raise NotAllowed(f"{user.name}不是本辖区的执法人员，请联系其所在单位登记。")


@database.atomic
def recusal_add(
    *, actor: User, user: User, institution: Institution, ground: str, at: datetime | None = None
) -> OfficerRecusal:
    """Note that an officer never checks a place; officers for themselves, heads for everyone.

    A second time gives the first row back. Raises NotAllowed, Unlawful.
    """
    require(actor, "draws.recusal_declare")
    _same_bureau(actor, user)
    if actor.pk != user.pk and not actor.may("draws.recusal_manage"):
        raise NotAllowed("只能登记本人的回避关系。他人的回避关系请监管股负责人登记。")
    if not ground.strip():
        raise Unlawful("登记回避关系须写明事由。")
    known = OfficerRecusal.objects.filter(user=user, institution=institution, ended_at__isnull=True).first()
    if known:
        return known
    row = OfficerRecusal(
        **root_fields(actor=actor, region=institution.bureau.region, bureau=institution.bureau),
        user=user,
        institution=institution,
        ground=ground.strip(),
        declared_at=at or timezone.now(),
    )
    return record_create(actor=actor, obj=row, verb="draws.recusal_add", at=at)


@database.atomic
def recusal_end(
    *, actor: User, recusal: OfficerRecusal, reason: str, at: datetime | None = None
) -> OfficerRecusal:
    """End a recusal with the reason. Raises NotAllowed, Unlawful, WrongState."""
    require(actor, "draws.recusal_manage")
    if not reason.strip():
        raise Unlawful("解除回避关系须写明理由。")
    locked = lock(recusal)
    if locked.ended_at:
        raise WrongState("这条回避关系已经解除。")
    values = {"ended_at": at or timezone.now(), "end_reason": reason.strip()}
    return record_update(
        actor=actor, obj=locked, values=values, verb="draws.recusal_end", reason=reason, at=at
    )


@database.atomic
def skill_add(*, actor: User, user: User, skill: str, proof: str, at: datetime | None = None) -> OfficerSkill:
    """Register a skill of an officer with what shows it; a second time gives the first row back."""
    require(actor, "draws.skill_manage")
    _same_bureau(actor, user)
    known = OfficerSkill.objects.filter(user=user, skill=skill, ended_at__isnull=True).first()
    if known:
        return known
    if user.bureau is None:
        raise Unlawful("系统账号不登记专业。")
    row = OfficerSkill(
        **root_fields(actor=actor, region=user.bureau.region, bureau=user.bureau),
        user=user,
        skill=skill,
        proof=proof.strip(),
    )
    return record_create(actor=actor, obj=row, verb="draws.skill_add", at=at)


@database.atomic
def skill_end(*, actor: User, skill: OfficerSkill, at: datetime | None = None) -> OfficerSkill:
    """Strike a skill; draws frozen before keep it. Raises NotAllowed, WrongState."""
    require(actor, "draws.skill_manage")
    locked = lock(skill)
    if locked.ended_at:
        raise WrongState("这项专业已经撤销。")
    return record_update(
        actor=actor, obj=locked, values={"ended_at": at or timezone.now()}, verb="draws.skill_end", at=at
    )


for code, sentence in {
    "recusal_add": "登记回避关系",
    "recusal_end": "解除回避关系",
    "skill_add": "登记执法人员专业",
    "skill_end": "撤销执法人员专业",
}.items():
    audit.verb(f"draws.{code}", sentence)
