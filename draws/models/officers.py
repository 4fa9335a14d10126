"""What is known about officers before a draw: whom they must not check, and what they are good at."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from accounts.models import User
from accounts.querysets import ScopedQuerySet, ScopePaths
from casework.models import RootModel
from institutions.models import Institution


class Skill(models.TextChoices):
    """What an officer is trained in beyond inspecting."""

    SUBJECT = "SUBJECT", "学科类鉴别"
    FINANCE = "FINANCE", "财务和预收费"
    FIRE = "FIRE", "消防和场所安全"
    ONLINE = "ONLINE", "线上平台"


class SkillRule(models.TextChoices):
    """Which places need which skill in their team."""

    SUBJECT_PLACES = "SUBJECT_PLACES", "学科类机构：组内须有学科类鉴别专业人员"
    ONLINE_PLACES = "ONLINE_PLACES", "线上培训机构：组内须有线上平台专业人员"
    RISKY_PLACES = "RISKY_PLACES", "高风险机构：组内须有财务和预收费专业人员"
    ALL_FIRE = "ALL_FIRE", "所有机构：组内须有消防和场所安全专业人员"


class OfficerRecusal(RootModel):
    """A standing reason why an officer never checks one place: kinship, former employment, an interest.

    Every draw takes those in force on the day of freezing (行政处罚法 第四十三条). Ended, never deleted.
    """

    user = models.ForeignKey(User, models.PROTECT, related_name="draw_recusals", verbose_name="执法人员")
    institution = models.ForeignKey(
        Institution, models.PROTECT, related_name="draw_recusals", verbose_name="回避的机构"
    )
    ground = models.CharField("回避事由", max_length=300)
    declared_at = models.DateTimeField("登记时间")
    ended_at = models.DateTimeField("解除时间", null=True, blank=True)
    end_reason = models.CharField("解除理由", max_length=300, blank=True, default="")

    scope_paths: ClassVar[ScopePaths] = ScopePaths(participants=("user__organisation",))
    objects = ScopedQuerySet["OfficerRecusal"].as_manager()

    class Meta:
        verbose_name = "回避关系"
        ordering = ["-declared_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "institution"],
                condition=Q(ended_at__isnull=True),
                name="draws_officerrecusal_once",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | ~Q(end_reason=""), name="draws_officerrecusal_ended"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}回避{self.institution}"


class OfficerSkill(RootModel):
    """One skill of one officer, with what shows it (training, former work)."""

    user = models.ForeignKey(User, models.PROTECT, related_name="draw_skills", verbose_name="执法人员")
    skill = models.CharField("专业", max_length=20, choices=Skill.choices)
    proof = models.CharField("依据", max_length=200)
    ended_at = models.DateTimeField("撤销时间", null=True, blank=True)

    scope_paths: ClassVar[ScopePaths] = ScopePaths(participants=("user__organisation",))
    objects = ScopedQuerySet["OfficerSkill"].as_manager()

    class Meta:
        verbose_name = "执法人员专业"
        ordering = ["user", "skill", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "skill"], condition=Q(ended_at__isnull=True), name="draws_officerskill_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.get_skill_display()}"
