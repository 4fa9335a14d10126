"""What schools keep in order themselves: teachers' pledges and violations, after-school service, campus ads."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from accounts.querysets import ScopedQuerySet, ScopePaths
from casework.models import RootModel
from institutions.models import Institution
from schools.models.registry import School

OF_SCHOOL = ScopePaths(counterpart="school__organisation")


class TeacherPledge(RootModel):
    """How many of a school's teachers signed the pledge against paid tutoring in one year."""

    school = models.ForeignKey(School, models.PROTECT, related_name="pledges", verbose_name="学校")
    year = models.PositiveSmallIntegerField("年度")
    teacher_count = models.PositiveIntegerField("在职教师（人）")
    pledged_count = models.PositiveIntegerField("已签承诺书（人）")

    scope_paths: ClassVar[ScopePaths] = OF_SCHOOL
    objects = ScopedQuerySet["TeacherPledge"].as_manager()

    class Meta:
        verbose_name = "教师承诺"
        ordering = ["-year", "region_path", "id"]
        constraints = [
            models.UniqueConstraint(fields=["school", "year"], name="schools_teacherpledge_year"),
            models.CheckConstraint(
                condition=Q(teacher_count__gte=1) & Q(pledged_count__lte=F("teacher_count")),
                name="schools_teacherpledge_counts",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.school} {self.year} 年承诺"


class Prohibition(models.TextChoices):
    """The six prohibitions on schools and teachers (严禁中小学校和在职中小学教师有偿补课的规定, 2015)."""

    SCHOOL_RUN = "SCHOOL_RUN", "学校组织、要求学生参加有偿补课"
    WITH_BODY = "WITH_BODY", "学校与校外培训机构联合进行有偿补课"
    SUPPORT = "SUPPORT", "学校为有偿补课提供教育教学设施或学生信息"
    INDUCE = "INDUCE", "教师组织、推荐和诱导学生参加校内外有偿补课"
    JOIN = "JOIN", "教师参加校外培训机构或他人组织的有偿补课"
    REFER = "REFER", "教师为培训机构和他人介绍生源、提供相关信息"


class ViolationStatus(models.TextChoices):
    """Where a matter stands."""

    OPEN = "OPEN", "核查中"
    HANDLED = "HANDLED", "属实，已处理"
    UNFOUNDED = "UNFOUNDED", "查无实据"


class TeacherViolation(RootModel):
    """One matter of in-service teachers against the six prohibitions, as counts; no person is named.

    `case_no` is the number of the inspection or penalty case as text; who it is about stands there.
    """

    school = models.ForeignKey(School, models.PROTECT, related_name="violations", verbose_name="学校")
    kind = models.CharField("违反的禁止事项", max_length=12, choices=Prohibition.choices)
    found_on = models.DateField("发现日期")
    teacher_count = models.PositiveIntegerField("涉及在职教师（人）")
    facts = models.CharField("情况", max_length=500)
    case_no = models.CharField("检查或案件编号", max_length=80, blank=True, default="")
    status = models.CharField(
        "状态", max_length=10, choices=ViolationStatus.choices, default=ViolationStatus.OPEN
    )
    handling = models.CharField("处理情况", max_length=300, blank=True, default="")
    handled_at = models.DateTimeField("处理登记时间", null=True, blank=True)
    is_vetoed = models.BooleanField("年度考核一票否决", default=False)

    scope_paths: ClassVar[ScopePaths] = ScopePaths()
    objects = ScopedQuerySet["TeacherViolation"].as_manager()

    class Meta:
        verbose_name = "教师违规"
        ordering = ["-found_on", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(teacher_count__gte=1) | Q(kind__in=["SCHOOL_RUN", "WITH_BODY", "SUPPORT"]),
                name="schools_teacherviolation_somebody",
            ),
            models.CheckConstraint(
                condition=Q(status="OPEN") | Q(handled_at__isnull=False) & ~Q(handling=""),
                name="schools_teacherviolation_handled",
            ),
            models.CheckConstraint(
                condition=Q(is_vetoed=False) | Q(status="HANDLED"), name="schools_teacherviolation_veto"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.school} {self.get_kind_display()}"

    @property
    def status_tone(self) -> str:
        """Colour of the state."""
        return {"OPEN": "warn", "HANDLED": "ok"}.get(self.status, "mute")


class AfterSchool(RootModel):
    """After-school service 课后服务 of one school in one term: who may join, who joins, in counts."""

    school = models.ForeignKey(School, models.PROTECT, related_name="services", verbose_name="学校")
    term_on = models.DateField("学期开始日期")
    enrolled_count = models.PositiveIntegerField("应服务学生（人）")
    joined_count = models.PositiveIntegerField("参加学生（人）")
    course_count = models.PositiveIntegerField("素质拓展课程（门）", default=0)
    days_a_week = models.PositiveSmallIntegerField("每周天数", default=5)

    scope_paths: ClassVar[ScopePaths] = OF_SCHOOL
    objects = ScopedQuerySet["AfterSchool"].as_manager()

    class Meta:
        verbose_name = "课后服务"
        ordering = ["-term_on", "region_path", "id"]
        constraints = [
            models.UniqueConstraint(fields=["school", "term_on"], name="schools_afterschool_term"),
            models.CheckConstraint(
                condition=Q(enrolled_count__gte=1) & Q(joined_count__lte=F("enrolled_count")),
                name="schools_afterschool_counts",
            ),
            models.CheckConstraint(condition=Q(days_a_week__range=(1, 7)), name="schools_afterschool_days"),
            models.CheckConstraint(
                condition=Q(term_on__day=1, term_on__month__in=[2, 9]), name="schools_afterschool_term_start"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.school} {self.term_label}课后服务"

    @property
    def term_label(self) -> str:
        """The term in words."""
        return f"{self.term_on.year} 年{'春' if self.term_on.month < 9 else '秋'}季学期"


class ServiceProvider(models.Model):
    """An outside institution that a school lets into its after-school service; chosen from the white list only.

    `list_status_then` is what the list said on the day of the choice.
    """

    service = models.ForeignKey(AfterSchool, models.PROTECT, related_name="providers")
    institution = models.ForeignKey(Institution, models.PROTECT, related_name="+", verbose_name="机构")
    list_status_then = models.CharField("选用时名单状态", max_length=20)
    chosen_at = models.DateTimeField("选用时间")

    scope_paths: ClassVar[ScopePaths] = ScopePaths(
        bureau="service__bureau", region="service__region_path", counterpart="service__school__organisation"
    )
    objects = ScopedQuerySet["ServiceProvider"].as_manager()

    class Meta:
        verbose_name = "课后服务校外机构"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["service", "institution"], name="schools_serviceprovider_once"),
            models.CheckConstraint(
                condition=Q(list_status_then="WHITE"), name="schools_serviceprovider_white"
            ),
        ]

    def __str__(self) -> str:
        return self.institution.name


class AdCarrier(models.TextChoices):
    """Where the ad was."""

    TEXTBOOK = "TEXTBOOK", "教材、教辅"
    STATIONERY = "STATIONERY", "练习册、文具"
    UNIFORM = "UNIFORM", "校服"
    BUS = "BUS", "校车"
    CAMPUS = "CAMPUS", "校园设施"
    GATE = "GATE", "校门口"
    GROUP = "GROUP", "家长群、学习平台"


class AdStatus(models.TextChoices):
    """Where a report stands."""

    REPORTED = "REPORTED", "已上报"
    HANDLED = "HANDLED", "已处理"


class CampusAd(RootModel):
    """A school's report of training ads on campus, which are banned (广告法 第三十九条)."""

    school = models.ForeignKey(School, models.PROTECT, related_name="ads", verbose_name="学校")
    carrier = models.CharField("载体", max_length=12, choices=AdCarrier.choices)
    found_on = models.DateField("发现日期")
    item_count = models.PositiveIntegerField("数量（件）")
    removed_count = models.PositiveIntegerField("已当场清除（件）")
    advertiser = models.CharField("广告主（机构名称）", max_length=100)
    note = models.CharField("情况", max_length=300, blank=True, default="")
    names_checked = models.BooleanField("已核对没有学生姓名", default=False)
    status = models.CharField("状态", max_length=10, choices=AdStatus.choices, default=AdStatus.REPORTED)
    handling = models.CharField("处理情况", max_length=300, blank=True, default="")
    case_no = models.CharField("移送或案件编号", max_length=80, blank=True, default="")
    handled_at = models.DateTimeField("处理登记时间", null=True, blank=True)

    scope_paths: ClassVar[ScopePaths] = OF_SCHOOL
    objects = ScopedQuerySet["CampusAd"].as_manager()

    class Meta:
        verbose_name = "校园广告上报"
        ordering = ["-found_on", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(item_count__gte=1) & Q(removed_count__lte=F("item_count")),
                name="schools_campusad_counts",
            ),
            models.CheckConstraint(
                condition=Q(status="REPORTED") | Q(handled_at__isnull=False) & ~Q(handling=""),
                name="schools_campusad_handled",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.school} {self.get_carrier_display()}广告"

    @property
    def status_tone(self) -> str:
        """Colour of the state."""
        return "ok" if self.status == AdStatus.HANDLED else "warn"
