"""Wage and labour claims when an institution closes: counts and amounts, never paid from families' money."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from django.db import models
from django.db.models import F, Q

from accounts.models import User
from accounts.querysets import ScopedQuerySet, ScopePaths
from casework.models import RootModel
from funds.models.ledger import LINE_MAX_FEN, PARTICIPANTS
from funds.models.runaways import RunawayEvent
from institutions.models import Institution


class LabourKind(models.TextChoices):
    """What staff ask for (功能 F21 劳动用工风险)."""

    WAGE = "WAGE", "拖欠工资"
    SEVERANCE = "SEVERANCE", "经济补偿"
    INSURANCE = "INSURANCE", "社会保险"
    OTHER = "OTHER", "其他"


class LabourSource(models.TextChoices):
    """Who brought it."""

    LABOUR = "LABOUR", "人社部门"
    STAFF = "STAFF", "职工反映"
    UNION = "UNION", "工会"
    COURT = "COURT", "法院、仲裁"
    VISIT = "VISIT", "检查发现"
    OTHER = "OTHER", "其他"


class PaidFrom(models.TextChoices):
    """Whose money paid staff. Money in custody and the risk deposit belong to families and are not listed."""

    OWN = "OWN", "机构自有资金"
    OWNER = "OWNER", "举办者、股东"
    ADVANCE = "ADVANCE", "欠薪应急周转金"
    ASSETS = "ASSETS", "处置资产、法院执行"


class LabourStatus(models.TextChoices):
    """Where a claim stands."""

    OPEN = "OPEN", "办理中"
    SETTLED = "SETTLED", "已了结"
    PASSED = "PASSED", "已移交劳动部门"


class LabourClaim(RootModel):
    """Claims of staff of one kind at one institution, as counts and amounts; no name is kept.

    Custody money and the deposit are never used for them: `paid_from` knows no such source, and the database
    takes no payment instruction and no ledger account about a labour claim.
    """

    institution = models.ForeignKey(
        Institution, models.PROTECT, related_name="labour_claims", verbose_name="机构"
    )
    event = models.ForeignKey(
        RunawayEvent, models.PROTECT, null=True, blank=True, related_name="labour_claims",
        verbose_name="跑路停业事件",
    )  # fmt: skip
    kind = models.CharField("诉求", max_length=10, choices=LabourKind.choices)
    source = models.CharField("来源", max_length=8, choices=LabourSource.choices)
    reference = models.CharField("来源编号", max_length=80)
    claimed_on = models.DateField("提出日期")
    persons = models.PositiveIntegerField("涉及人数")
    amount_fen = models.BigIntegerField("涉及金额（分）")
    summary = models.CharField("情况", max_length=300)
    status = models.CharField(
        "状态", max_length=8, choices=LabourStatus.choices, default=LabourStatus.OPEN, editable=False
    )
    paid_fen = models.BigIntegerField("已支付（分）", default=0)
    paid_from = models.CharField("支付来源", max_length=8, choices=PaidFrom.choices, blank=True, default="")
    passed_to = models.CharField("移交部门", max_length=60, blank=True, default="")
    passed_no = models.CharField("移交文号", max_length=60, blank=True, default="")
    ended_on = models.DateField("了结或移交日期", null=True, blank=True)
    ended_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="办理人"
    )
    result = models.CharField("办理结果", max_length=300, blank=True, default="")

    scope_paths: ClassVar[ScopePaths] = ScopePaths(participants=PARTICIPANTS)
    objects = ScopedQuerySet["LabourClaim"].as_manager()

    class Meta:
        verbose_name = "劳动用工诉求"
        constraints = [
            models.UniqueConstraint(
                fields=["institution", "source", "reference", "kind"],
                name="funds_labourclaim_once",
                violation_error_message="这个来源编号的同一种诉求已经登记。",
            ),
            models.CheckConstraint(
                condition=Q(amount_fen__gte=0, amount_fen__lte=LINE_MAX_FEN, persons__gte=1)
                & ~Q(reference="") & ~Q(summary=""),
                name="funds_labourclaim_told",
                violation_error_message="请填写涉及人数（至少 1 人）、金额、来源编号和情况。",
            ),
            models.CheckConstraint(
                condition=Q(paid_fen__gte=0, paid_fen__lte=F("amount_fen")),
                name="funds_labourclaim_paid",
                violation_error_message="已支付的金额不能超过涉及金额。",
            ),
            models.CheckConstraint(
                condition=(Q(paid_fen=0) & Q(paid_from=""))
                | (Q(paid_fen__gt=0) & Q(paid_from__in=["OWN", "OWNER", "ADVANCE", "ASSETS"])),
                name="funds_labourclaim_not_from_families",
                violation_error_message="托管资金和风险保证金是家长的钱，不得用于工资。请填写实际支付来源。",
            ),
            models.CheckConstraint(
                condition=Q(status="OPEN")
                | (Q(ended_on__isnull=False, ended_on__gte=F("claimed_on"), ended_by__isnull=False)
                   & ~Q(result="")),
                name="funds_labourclaim_ended",
                violation_error_message="了结或移交日期不能早于提出日期，并须写明办理结果。",
            ),
            models.CheckConstraint(
                condition=~Q(status="PASSED") | (~Q(passed_to="") & ~Q(passed_no="")),
                name="funds_labourclaim_passed",
            ),
        ]  # fmt: skip
        indexes = [models.Index(fields=["bureau", "status"], name="funds_labourclaim_queue")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.reference}"

    @property
    def file_uid(self) -> UUID:
        """The file on whose timeline events about this row belong."""
        return self.institution.uid

    @property
    def status_tone(self) -> str:
        """Colour of the state."""
        return {"OPEN": "warn", "PASSED": "info"}.get(self.status, "ok")
