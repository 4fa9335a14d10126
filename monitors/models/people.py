"""Monitors, their squads, and what they have to do with institutions."""

from __future__ import annotations

from datetime import date, timedelta
from typing import ClassVar

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import Q

from accounts.models import Organisation, Region, User
from accounts.querysets import ScopedQuerySet, ScopePaths
from casework.models import OfficialDocument, RootModel
from casework.models.base import uuid7
from institutions.models import Institution, Person
from monitors.models.selection import CandidateNotice
from monitors.querysets import MonitorQuerySet, OwnQuerySet


class SquadKind(models.TextChoices):
    """Who stands behind a squad."""

    SQUAD = "SQUAD", "巡查小分队"
    ALLIANCE = "ALLIANCE", "行业联盟"


class Squad(RootModel):
    """A patrol squad 巡查小分队: monitors who look after the townships of one area 片区.

    An alliance 联盟 is a squad that an association of the trade puts up for its area and that reports to the bureau.
    """

    kind = models.CharField("类别", max_length=10, choices=SquadKind.choices, default=SquadKind.SQUAD)
    association = models.CharField("协会名称", max_length=80, blank=True, default="")
    name = models.CharField("名称", max_length=60)
    towns = models.ManyToManyField(Region, related_name="+", verbose_name="负责的乡镇（街道）")
    is_active = models.BooleanField("启用", default=True)

    scope_paths: ClassVar[ScopePaths] = ScopePaths()
    objects = ScopedQuerySet["Squad"].as_manager()

    class Meta:
        verbose_name = "巡查小分队"
        ordering = ["name", "id"]
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="monitors_squad_named"),
            models.CheckConstraint(
                condition=Q(kind="SQUAD", association="") | (Q(kind="ALLIANCE") & ~Q(association="")),
                name="monitors_squad_association",
            ),
            models.UniqueConstraint(fields=["bureau", "name"], name="monitors_squad_name"),
        ]

    def __str__(self) -> str:
        return self.name


class MonitorStatus(models.TextChoices):
    """Where a term stands, from the proposal to its end."""

    NOMINATED = "NOMINATED", "待资格审核"
    QUALIFIED = "QUALIFIED", "待公示"
    PUBLICISED = "PUBLICISED", "公示中"
    APPOINTED = "APPOINTED", "在聘"
    REFUSED = "REFUSED", "未通过"
    EXPIRED = "EXPIRED", "任期届满"
    DISMISSED = "DISMISSED", "已解聘"
    RESIGNED = "RESIGNED", "已辞任"


class Source(models.TextChoices):
    """How a person came to be proposed."""

    APPLICATION = "APPLICATION", "本人报名"
    RECOMMENDED = "RECOMMENDED", "单位推荐"
    RENEWAL = "RENEWAL", "续聘"
    BY_ELECTION = "BY_ELECTION", "补选"


class Category(models.TextChoices):
    """What a monitor is in public life (V2)."""

    PEOPLE_DEPUTY = "PEOPLE_DEPUTY", "人大代表"
    CPPCC = "CPPCC", "政协委员"
    PARTY_DEPUTY = "PARTY_DEPUTY", "党代表"
    PRINCIPAL = "PRINCIPAL", "校长"
    TEACHER = "TEACHER", "教师"
    PARENT = "PARENT", "家长"
    MEDIA = "MEDIA", "媒体"
    LAWYER = "LAWYER", "律师"
    COMMUNITY = "COMMUNITY", "社区"
    RETIRED = "RETIRED", "退休人员"
    OTHER = "OTHER", "其他"


class Gender(models.TextChoices):
    """As the identity card says."""

    MALE = "MALE", "男"
    FEMALE = "FEMALE", "女"


SERVED = ["APPOINTED", "EXPIRED", "DISMISSED", "RESIGNED"]
LEFT = ["DISMISSED", "RESIGNED"]


class Monitor(RootModel):
    """One term of one social monitor 社会监督员, from the proposal to the end of the term.

    The person with the sealed identity number is `institutions.Person`; `region` is the township that the
    monitor comes from. `term` is half-open and is cut when the monitor leaves early; `term_planned_until`
    keeps the last day as appointed, which a by-election takes over. A renewal is a new row.
    """

    person = models.ForeignKey(Person, models.PROTECT, related_name="monitor_terms", verbose_name="人员")
    user = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="monitor_terms", verbose_name="账号"
    )
    status = models.CharField(
        "状态", max_length=10, choices=MonitorStatus.choices, default=MonitorStatus.NOMINATED
    )
    source = models.CharField("产生方式", max_length=12, choices=Source.choices)
    recommended_by = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="推荐单位"
    )
    recommender = models.CharField("推荐单位名称", max_length=100, blank=True, default="")
    category = models.CharField("身份类别", max_length=14, choices=Category.choices)
    gender = models.CharField("性别", max_length=6, choices=Gender.choices)
    birth_on = models.DateField("出生日期")
    unit_name = models.CharField("工作单位", max_length=100, blank=True, default="")
    post = models.CharField("职务", max_length=60, blank=True, default="")
    statement = models.CharField("推荐理由", max_length=500, blank=True, default="")
    nominated_on = models.DateField("推荐（报名）日期")
    qualify_note = models.CharField("资格审核意见", max_length=300, blank=True, default="")
    qualified_at = models.DateTimeField("审核时间", null=True, blank=True)
    notice = models.ForeignKey(
        CandidateNotice,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="candidates",
        verbose_name="公示",
    )
    ties_declared_at = models.DateTimeField("利害关系申报时间", null=True, blank=True)
    term_no = models.PositiveSmallIntegerField("届次", null=True, blank=True)
    term = DateRangeField("任期", null=True, blank=True)
    term_planned_until = models.DateField("任期最后一日", null=True, blank=True)
    appointed_at = models.DateTimeField("聘任时间", null=True, blank=True)
    certificate = models.ForeignKey(
        OfficialDocument, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="聘书"
    )
    card = models.ForeignKey(
        OfficialDocument, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="监督员证"
    )
    card_no = models.CharField("证件编号", max_length=80, blank=True, default="")
    squad = models.ForeignKey(
        Squad,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="members",
        verbose_name="巡查小分队",
    )
    previous = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="renewals", verbose_name="上一任期"
    )
    replaces = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="successors", verbose_name="接替"
    )
    ended_at = models.DateTimeField("结束时间", null=True, blank=True)
    end_reason = models.CharField("结束原因", max_length=300, blank=True, default="")

    scope_paths: ClassVar[ScopePaths] = ScopePaths()
    objects = MonitorQuerySet.as_manager()

    class Meta:
        verbose_name = "社会监督员"
        ordering = ["-created_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(status__in=SERVED)
                | Q(
                    term__isnull=False,
                    term_planned_until__isnull=False,
                    term_no__isnull=False,
                    appointed_at__isnull=False,
                    ties_declared_at__isnull=False,
                    notice__isnull=False,
                    certificate__isnull=False,
                    card__isnull=False,
                )
                & ~Q(card_no=""),
                name="monitors_monitor_appointed",
            ),
            models.CheckConstraint(
                condition=Q(status__in=SERVED) | Q(term__isnull=True), name="monitors_monitor_no_early_term"
            ),
            models.CheckConstraint(
                condition=~Q(status__in=[*LEFT, "REFUSED"]) | (Q(ended_at__isnull=False) & ~Q(end_reason="")),
                name="monitors_monitor_ended",
            ),
            models.CheckConstraint(
                condition=~Q(status="PUBLICISED") | Q(notice__isnull=False),
                name="monitors_monitor_publicised",
            ),
            models.CheckConstraint(
                condition=~Q(source="BY_ELECTION") | Q(replaces__isnull=False),
                name="monitors_monitor_replaces",
            ),
            models.CheckConstraint(
                condition=~Q(source="RENEWAL") | Q(previous__isnull=False), name="monitors_monitor_renews"
            ),
            models.CheckConstraint(
                condition=~Q(source="RECOMMENDED") | ~Q(recommender=""), name="monitors_monitor_recommended"
            ),
            models.UniqueConstraint(
                fields=["bureau", "card_no"], condition=~Q(card_no=""), name="monitors_monitor_card_no"
            ),
            models.UniqueConstraint(
                fields=["bureau", "person"],
                condition=Q(status__in=["NOMINATED", "QUALIFIED", "PUBLICISED"]),
                name="monitors_monitor_one_candidacy",
            ),
            ExclusionConstraint(
                name="monitors_monitor_one_term",
                expressions=[("person", RangeOperators.EQUAL), ("term", RangeOperators.OVERLAPS)],
                condition=Q(term__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["bureau", "status"], name="monitors_monitor_queue"),
            models.Index(fields=["user"], name="monitors_monitor_user"),
        ]

    def __str__(self) -> str:
        return self.person.name

    @property
    def name(self) -> str:
        """The person's name."""
        return self.person.name

    @property
    def term_from(self) -> date | None:
        """First day of the term."""
        return self.term.lower if self.term else None

    @property
    def term_until(self) -> date | None:
        """Last day of the term."""
        return self.term.upper - timedelta(days=1) if self.term else None

    @property
    def area_name(self) -> str:
        """Where the monitor patrols, as the public reads it: the squad's area, else the township."""
        return self.squad.name if self.squad else self.region.name

    def serves_on(self, day: date) -> bool:
        """Whether the term runs on `day`."""
        return bool(self.term and self.term.lower <= day < self.term.upper)

    @property
    def status_tone(self) -> str:
        """Colour of the state."""
        tones = {"NOMINATED": "warn", "QUALIFIED": "warn", "PUBLICISED": "info", "APPOINTED": "ok"}
        return {**tones, "DISMISSED": "bad", "REFUSED": "bad"}.get(self.status, "mute")


class TieKind(models.TextChoices):
    """What ties a monitor to an institution."""

    SHARE = "SHARE", "持有股份或出资"
    JOB = "JOB", "任职、兼职或授课"
    FAMILY = "FAMILY", "近亲属举办或任职"
    CHILD = "CHILD", "子女在该机构培训"
    LANDLORD = "LANDLORD", "出租场所"
    OTHER = "OTHER", "其他"


class Tie(models.Model):
    """One institution that a monitor has something to do with; the monitor never patrols it meanwhile."""

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    monitor = models.ForeignKey(Monitor, models.PROTECT, related_name="ties")
    institution = models.ForeignKey(Institution, models.PROTECT, related_name="+", verbose_name="机构")
    kind = models.CharField("关系", max_length=10, choices=TieKind.choices)
    note = models.CharField("说明", max_length=200, blank=True, default="")
    declared_at = models.DateTimeField("申报时间")
    ended_at = models.DateTimeField("解除时间", null=True, blank=True)

    scope_paths: ClassVar[ScopePaths] = ScopePaths(bureau="monitor__bureau", region="monitor__region_path")
    objects = OwnQuerySet["Tie"].as_manager()

    class Meta:
        verbose_name = "利害关系"
        ordering = ["-declared_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["monitor", "institution"],
                condition=Q(ended_at__isnull=True),
                name="monitors_tie_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.institution}"
