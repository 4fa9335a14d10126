"""The register of activities: briefings, trainings, law study, forums, publicity."""

from __future__ import annotations

from typing import ClassVar

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q

from accounts.models import Organisation, User
from accounts.querysets import ScopedQuerySet, ScopePaths
from casework.models.base import RootModel


class ActivityKind(models.TextChoices):
    """What took place."""

    TRAINING = "TRAINING", "业务培训"
    STUDY = "STUDY", "学法"
    BRIEFING = "BRIEFING", "情况通报"
    FORUM = "FORUM", "座谈"
    BENCHMARK = "BENCHMARK", "交流学习"
    PUBLICITY = "PUBLICITY", "宣传"
    LAW_TALK = "LAW_TALK", "普法宣讲"
    COUNSELLING = "COUNSELLING", "家庭教育指导"
    PARENTS = "PARENTS", "家长会"
    HOME_VISIT = "HOME_VISIT", "家访"
    LETTER = "LETTER", "致居民一封信"


class ActivityLevel(models.TextChoices):
    """Who organised it."""

    OWN = "OWN", "本单位"
    COUNTY = "COUNTY", "县级"
    CITY = "CITY", "市级"
    PROVINCE = "PROVINCE", "省级及以上"


class ActivityAudience(models.TextChoices):
    """For whom it was."""

    OFFICERS = "OFFICERS", "执法人员"
    MONITORS = "MONITORS", "社会监督员"
    INSTITUTIONS = "INSTITUTIONS", "培训机构"
    SCHOOLS = "SCHOOLS", "学校和教师"
    PARENTS = "PARENTS", "家长和学生"
    PUBLIC = "PUBLIC", "社会公众"


class ActivityWay(models.TextChoices):
    """How it reached people."""

    ONSITE = "ONSITE", "现场"
    ONLINE = "ONLINE", "线上"
    ONE_TO_ONE = "ONE_TO_ONE", "一对一（检查时宣讲等）"
    PRINT = "PRINT", "纸质发放、张贴"
    MEDIA = "MEDIA", "媒体、公众号推送"


class Activity(RootModel):
    """One activity of the bureau's work: a training, law study, briefing, forum or publicity event.

    Rooms share it: officers' hours, monitors' meetings and schools' publicity all count from here. Papers
    (notice, sign-in list, photos) are evidence whose subject is the activity. One entry may stand for several
    sessions of the same kind on the same day (家长会 in twelve classes); `head_count` is 人次 over all of them.
    """

    kind = models.CharField("类别", max_length=12, choices=ActivityKind.choices)
    level = models.CharField("级别", max_length=10, choices=ActivityLevel.choices)
    audience = models.CharField("对象", max_length=14, choices=ActivityAudience.choices)
    title = models.CharField("名称", max_length=120)
    held_on = models.DateField("日期")
    hours = models.DecimalField(
        "学时", max_digits=5, decimal_places=1, default=0, validators=[MinValueValidator(0)]
    )
    place = models.CharField("地点", max_length=120, blank=True, default="")
    organiser = models.CharField("组织单位", max_length=120)
    way = models.CharField("方式", max_length=10, choices=ActivityWay.choices, default=ActivityWay.ONSITE)
    session_count = models.PositiveIntegerField("场次", default=1, validators=[MinValueValidator(1)])
    head_count = models.PositiveIntegerField("参加人次", null=True, blank=True)
    copy_count = models.PositiveIntegerField("发放份数", null=True, blank=True)
    reach_count = models.PositiveIntegerField("阅读、覆盖人次", null=True, blank=True)
    summary = models.TextField("内容", blank=True, default="")

    scope_paths: ClassVar[ScopePaths] = ScopePaths(
        participants=("attendees__organisation", "created_by__organisation"),
        counterpart="created_by__organisation",
    )
    objects = ScopedQuerySet["Activity"].as_manager()

    class Meta:
        verbose_name = "活动"
        ordering = ["-held_on", "-id"]
        constraints = [
            models.CheckConstraint(condition=Q(hours__gte=0), name="casework_activity_hours"),
            models.CheckConstraint(condition=~Q(title="") & ~Q(organiser=""), name="casework_activity_told"),
            models.CheckConstraint(condition=Q(session_count__gte=1), name="casework_activity_sessions"),
        ]
        indexes = [models.Index(fields=["bureau", "kind", "held_on"], name="casework_activity_kind")]

    def __str__(self) -> str:
        return self.title


class Attendee(models.Model):
    """One person at one activity, with the hours that count for them."""

    activity = models.ForeignKey(Activity, models.PROTECT, related_name="attendees")
    user = models.ForeignKey(User, models.PROTECT, related_name="attendances", verbose_name="人员")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+", verbose_name="单位")
    hours = models.DecimalField("学时", max_digits=5, decimal_places=1)

    scope_paths: ClassVar[ScopePaths] = ScopePaths(
        bureau="activity__bureau", region="activity__region_path", participants=("organisation",)
    )
    objects = ScopedQuerySet["Attendee"].as_manager()

    class Meta:
        verbose_name = "参加人员"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["activity", "user"], name="casework_attendee_once"),
            models.CheckConstraint(condition=Q(hours__gte=0), name="casework_attendee_hours"),
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.hours} 学时"
