"""Who asks for which figures when, and the periods that follow from it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import ClassVar

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Q

from accounts.models import Organisation, User
from accounts.querysets import ScopePaths
from casework.indicators import Period, Scope
from casework.models import RootModel
from fieldwork.models import Campaign
from reports.querysets import PeriodQuerySet, RegimeQuerySet


class Cadence(models.TextChoices):
    """How due days repeat."""

    HALF_MONTH = "HALF_MONTH", "每月固定日"
    WEEK = "WEEK", "每周"
    YEAR = "YEAR", "每年"
    ONCE = "ONCE", "一次"


class ReportRegime(RootModel):
    """One standing order to report: its basis, form, due days, cut-off, recipients and named people.

    Orders change from campaign to campaign, so days and forms are data; a changed order is a new row
    with its own `validity` (days, half-open), and the old one keeps explaining its periods.
    """

    code = models.CharField("代码", max_length=40)
    name = models.CharField("名称", max_length=100)
    basis = models.CharField("依据", max_length=200)
    campaign_code = models.CharField("专项代码", max_length=40, blank=True, default="")
    campaign_name = models.CharField("专项名称", max_length=100, blank=True, default="")
    campaign = models.ForeignKey(
        Campaign, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="专项行动"
    )
    starts_on = models.DateField("累计起算日")
    form_code = models.CharField("表式", max_length=40)
    form_version = models.PositiveSmallIntegerField("表式版本", default=1)
    cadence = models.CharField("频次", max_length=12, choices=Cadence.choices)
    due = models.JSONField("报送日规则")
    cutoff = models.JSONField("截止规则", default=dict)
    reminder_days = models.JSONField("提前提醒的工作日数", default=list)
    is_sealed = models.BooleanField("正式报告（盖章）", default=False)
    report_title = models.CharField("报告标题", max_length=120, blank=True, default="")
    recipients = models.JSONField("报送对象", default=list)
    channels = models.JSONField("报送渠道", default=list)
    organ = models.ForeignKey(Organisation, models.PROTECT, related_name="+", verbose_name="填报单位")
    reporter = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="填报人")
    reviewer = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="审核人")
    validity = DateRangeField("有效期间")

    objects: ClassVar[RegimeQuerySet] = RegimeQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = "报送安排"
        ordering = ["code"]
        constraints = [
            ExclusionConstraint(
                name="reports_reportregime_one_in_force",
                expressions=[
                    ("bureau", RangeOperators.EQUAL),
                    ("code", RangeOperators.EQUAL),
                    ("validity", RangeOperators.OVERLAPS),
                ],
            ),
            models.CheckConstraint(
                condition=~Q(reporter=F("reviewer")), name="reports_reportregime_two_people"
            ),
            models.CheckConstraint(condition=~Q(basis=""), name="reports_reportregime_based"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def scope(self) -> Scope:
        """Whose rows this report counts."""
        is_whole = self.region_id == self.bureau.region_id
        return Scope(self.bureau, None if is_whole else self.region)

    @property
    def due_words(self) -> str:
        """The due rule in words."""
        if self.cadence == Cadence.HALF_MONTH:
            return "每月 " + "、".join(str(day) for day in self.due["days_of_month"]) + " 日"
        if self.cadence == Cadence.WEEK:
            return "每周" + "一二三四五六日"[int(self.due["weekday"]) - 1]
        if self.cadence == Cadence.YEAR:
            return f"次年 {self.due['month']} 月 {self.due['day']} 日"
        return str(self.due["on"])

    @property
    def last_day(self) -> date | None:
        """The last day of validity; None when it has no end."""
        return self.validity.upper - timedelta(days=1) if self.validity.upper else None

    @property
    def validity_words(self) -> str:
        """First and last day of validity in words."""
        return f"{self.validity.lower:%Y-%m-%d} 至 {self.last_day or '长期'}"

    def standing_on(self, day: date) -> tuple[str, str]:
        """Word and tone of the order on a day."""
        if self.validity.lower > day:
            return "尚未生效", "info"
        if self.validity.upper is not None and self.validity.upper <= day:
            return "已到期", "mute"
        return "有效", "ok"


class PeriodStatus(models.TextChoices):
    """Where the reporting of one period stands."""

    OPEN = "OPEN", "收集中"
    FROZEN = "FROZEN", "已冻结，待填报审核"
    REVIEWED = "REVIEWED", "已审核，待签发"
    APPROVED = "APPROVED", "已签发，待报送"
    SUBMITTED = "SUBMITTED", "已报送，待回执"
    ACCEPTED = "ACCEPTED", "上级已接收"
    RETURNED = "RETURNED", "上级退回"


class ReportPeriod(RootModel):
    """One period of a regime: days `starts_on` (included) to `ends_on` (excluded), due on `due_on`.

    Exactly one row per regime and start; its figures live in numbered editions.
    """

    regime = models.ForeignKey(ReportRegime, models.PROTECT, related_name="periods")
    starts_on = models.DateField("期间起")
    ends_on = models.DateField("期间止（不含）")
    cut_off_at = models.DateTimeField("数据截止时间")
    due_on = models.DateField("报送日")
    warn_on = models.DateField("提醒日")
    warned_on = models.DateField("已提醒", null=True, blank=True)
    status = models.CharField("状态", max_length=10, choices=PeriodStatus.choices, default=PeriodStatus.OPEN)
    frozen_at = models.DateTimeField("冻结时间", null=True, blank=True)
    reviewed_at = models.DateTimeField("审核时间", null=True, blank=True)
    reviewed_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    approved_at = models.DateTimeField("签发时间", null=True, blank=True)
    approved_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    submitted_at = models.DateTimeField("报送时间", null=True, blank=True)
    submitted_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    answered_at = models.DateTimeField("回执时间", null=True, blank=True)
    receipt_no = models.CharField("回执号", max_length=60, blank=True, default="")
    return_reason = models.TextField("退回原因", blank=True, default="")

    scope_paths: ClassVar[ScopePaths] = ScopePaths()
    objects: ClassVar[PeriodQuerySet] = PeriodQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = "报送期"
        ordering = ["due_on", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["regime", "starts_on"], name="reports_reportperiod_once"),
            models.CheckConstraint(
                condition=Q(ends_on__gt=F("starts_on")), name="reports_reportperiod_forward"
            ),
            models.CheckConstraint(
                condition=Q(warn_on__lt=F("due_on")), name="reports_reportperiod_warned_before"
            ),
            models.CheckConstraint(
                condition=Q(status="OPEN") | Q(frozen_at__isnull=False), name="reports_reportperiod_frozen"
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["APPROVED", "SUBMITTED", "ACCEPTED", "RETURNED"])
                | Q(approved_by__isnull=False, reviewed_by__isnull=False),
                name="reports_reportperiod_approved",
            ),
        ]
        indexes = [models.Index(fields=["bureau", "status", "due_on"], name="reports_period_due")]

    def __str__(self) -> str:
        return f"{self.regime.name} {self.label}"

    @property
    def label(self) -> str:
        """The period in words, last day included."""
        last = self.ends_on - timedelta(days=1)
        if self.regime.cadence == Cadence.YEAR:
            return f"{self.starts_on.year} 年"
        return f"{self.starts_on:%Y-%m-%d} 至 {last:%Y-%m-%d}"

    @property
    def last_day(self) -> date:
        """The last day inside the period."""
        return self.ends_on - timedelta(days=1)

    @property
    def span(self) -> Period:
        """The period itself, for indicators."""
        return Period(self.starts_on, self.ends_on)

    @property
    def cumulative_span(self) -> Period:
        """From the start of the campaign to the end of the period."""
        return Period(min(self.regime.starts_on, self.starts_on), self.ends_on)

    @property
    def earlier_span(self) -> Period | None:
        """From the start of the campaign to the start of the period; none for its first period."""
        start = self.regime.starts_on
        return Period(start, self.starts_on) if start < self.starts_on else None

    @property
    def current_edition(self) -> ReportEdition | None:
        """The newest edition."""
        return self.editions.order_by("-number").first()

    @property
    def status_tone(self) -> str:
        """Colour of the status dot."""
        return {"ACCEPTED": "ok", "RETURNED": "bad", "OPEN": "mute", "FROZEN": "warn"}.get(
            self.status, "info"
        )


from reports.models.editions import ReportEdition  # noqa: E402
