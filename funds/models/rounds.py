"""Fund audits in rounds 资金专查: the round, a sheet of checks per institution, findings with term and closing."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from accounts.models import User
from accounts.querysets import ScopedQuerySet, ScopePaths
from casework.models import RootModel
from funds.models.ledger import LINE_MAX_FEN, PARTICIPANTS
from institutions.models import Institution


class RoundStatus(models.TextChoices):
    """Where a round stands."""

    RUNNING = "RUNNING", "进行中"
    CLOSED = "CLOSED", "已结束"


class AuditRound(RootModel):
    """One round of fund audits with finance and other offices (功能 F15: 专查兼查、或封或改).

    What counties publish of a round — 核查、约谈 in 家, 问题 in 条 and 类 — is counted from its sheets.
    """

    title = models.CharField("名称", max_length=100)
    basis_no = models.CharField("依据文号", max_length=60, blank=True, default="")
    range_note = models.CharField("核查范围", max_length=300)
    partners = models.CharField("参加部门", max_length=200, blank=True, default="")
    starts_on = models.DateField("开始日期")
    ends_on = models.DateField("结束日期")
    status = models.CharField(
        "状态", max_length=8, choices=RoundStatus.choices, default=RoundStatus.RUNNING, editable=False
    )
    conclusion = models.CharField("结论", max_length=500, blank=True, default="")
    closed_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="结束人"
    )
    closed_at = models.DateTimeField("结束时间", null=True, blank=True)

    scope_paths: ClassVar[ScopePaths] = ScopePaths()
    objects = ScopedQuerySet["AuditRound"].as_manager()

    class Meta:
        verbose_name = "资金专查"
        constraints = [
            models.UniqueConstraint(
                fields=["bureau", "title"],
                name="funds_auditround_once",
                violation_error_message="已有同名的资金专查。",
            ),
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")),
                name="funds_auditround_days",
                violation_error_message="结束日期不能早于开始日期。",
            ),
            models.CheckConstraint(condition=~Q(range_note=""), name="funds_auditround_scope"),
            models.CheckConstraint(
                condition=~Q(status="CLOSED")
                | (Q(closed_by__isnull=False, closed_at__isnull=False) & ~Q(conclusion="")),
                name="funds_auditround_closed",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def status_tone(self) -> str:
        """Colour of the state."""
        return "ok" if self.status == "CLOSED" else "info"


class CheckItem(models.TextChoices):
    """What a sheet asks, and of what kind a finding is (功能 F16)."""

    HIDDEN = "HIDDEN", "隐匿账户、账外收费"
    PRIVATE = "PRIVATE", "个人账户收费"
    CUSTODY = "CUSTODY", "预收费没有全额进监管账户"
    FLIGHT = "FLIGHT", "抽逃、转移资金"
    RELATED = "RELATED", "关联交易"
    COST = "COST", "虚列成本"
    LOAN = "LOAN", "违规借贷、担保、培训贷"
    OVER = "OVER", "超时限、超课时、超金额收费"
    INVOICE = "INVOICE", "发票、合同、付款人不一致"
    OTHER = "OTHER", "其他"


class CheckResult(models.TextChoices):
    """What was found on one item."""

    OK = "OK", "未发现问题"
    BAD = "BAD", "有问题"
    NA = "NA", "不涉及"


class SheetState(models.TextChoices):
    """Where a sheet stands."""

    TODO = "TODO", "待核查"
    DONE = "DONE", "已核查"


class AuditSheet(RootModel):
    """The sheet of one institution in one round. `checks` holds a result for every item once it is filled in."""

    round = models.ForeignKey(AuditRound, models.PROTECT, related_name="sheets", verbose_name="资金专查")
    institution = models.ForeignKey(
        Institution, models.PROTECT, related_name="audit_sheets", verbose_name="机构"
    )
    status = models.CharField(
        "状态", max_length=8, choices=SheetState.choices, default=SheetState.TODO, editable=False
    )
    checked_on = models.DateField("核查日期", null=True, blank=True)
    checkers = models.CharField("核查人员", max_length=100, blank=True, default="")
    checks = models.JSONField("核查结果", default=dict, editable=False)
    note = models.CharField("核查情况", max_length=500, blank=True, default="")
    talked_on = models.DateField("约谈日期", null=True, blank=True)
    talk_note = models.CharField("约谈情况", max_length=300, blank=True, default="")

    scope_paths: ClassVar[ScopePaths] = ScopePaths(participants=PARTICIPANTS)
    objects = ScopedQuerySet["AuditSheet"].as_manager()

    class Meta:
        verbose_name = "资金专查核查表"
        constraints = [
            models.UniqueConstraint(fields=["round", "institution"], name="funds_auditsheet_once"),
            models.CheckConstraint(
                condition=~Q(status="DONE") | (Q(checked_on__isnull=False) & ~Q(checkers="")),
                name="funds_auditsheet_done",
            ),
            models.CheckConstraint(
                condition=Q(talked_on__isnull=True) | ~Q(talk_note=""), name="funds_auditsheet_talked"
            ),
        ]
        indexes = [models.Index(fields=["round", "status"], name="funds_auditsheet_of")]

    def __str__(self) -> str:
        return f"{self.institution.name} 核查表"

    @property
    def file_uid(self) -> UUID:
        """The file on whose timeline events about this row belong."""
        return self.institution.uid

    @property
    def status_tone(self) -> str:
        """Colour of the state."""
        return "ok" if self.status == "DONE" else "warn"

    @property
    def items_without_finding(self) -> list[str]:
        """Items that have a problem of which no finding was entered."""
        told = {row.kind for row in self.findings.all()}
        return [item for item, result in self.checks.items() if result == "BAD" and item not in told]


class AuditMeasure(models.TextChoices):
    """“或封或改”."""

    RECTIFY = "RECTIFY", "限期整改"
    STOP = "STOP", "停止招生"
    FREEZE = "FREEZE", "冻结账户"
    CASE = "CASE", "移送立案"
    SHUT = "SHUT", "关停"


class FindingState(models.TextChoices):
    """Where a finding stands; put right is not yet closed."""

    OPEN = "OPEN", "整改中"
    RECTIFIED = "RECTIFIED", "已整改待复核"
    CLOSED = "CLOSED", "已销号"


class AuditFinding(RootModel):
    """What an audit found at one institution: amount in fen, by when it is put right, how, and who checked it."""

    sheet = models.ForeignKey(AuditSheet, models.PROTECT, related_name="findings", verbose_name="核查表")
    kind = models.CharField("问题", max_length=8, choices=CheckItem.choices)
    amount_fen = models.BigIntegerField("涉及金额（分）", default=0)
    summary = models.CharField("情况", max_length=500)
    measure = models.CharField("处理", max_length=8, choices=AuditMeasure.choices)
    due_on = models.DateField("整改期限")
    status = models.CharField(
        "状态", max_length=10, choices=FindingState.choices, default=FindingState.OPEN, editable=False
    )
    result = models.CharField("整改情况", max_length=500, blank=True, default="")
    rectified_on = models.DateField("整改日期", null=True, blank=True)
    reported_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="整改登记人"
    )
    closed_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="复核人"
    )
    closed_at = models.DateTimeField("销号时间", null=True, blank=True)

    scope_paths: ClassVar[ScopePaths] = ScopePaths(
        participants=tuple(f"sheet__{path}" for path in PARTICIPANTS)
    )
    objects = ScopedQuerySet["AuditFinding"].as_manager()

    class Meta:
        verbose_name = "专查问题"
        constraints = [
            models.CheckConstraint(
                condition=Q(amount_fen__gte=0, amount_fen__lte=LINE_MAX_FEN), name="funds_auditfinding_amount"
            ),
            models.CheckConstraint(condition=~Q(summary=""), name="funds_auditfinding_told"),
            models.CheckConstraint(
                condition=Q(status="OPEN")
                | (Q(rectified_on__isnull=False, reported_by__isnull=False) & ~Q(result="")),
                name="funds_auditfinding_rectified",
            ),
            models.CheckConstraint(
                condition=~Q(status="CLOSED")
                | (Q(closed_by__isnull=False, closed_at__isnull=False) & ~Q(closed_by=F("reported_by"))),
                name="funds_auditfinding_closed",
            ),
        ]
        indexes = [models.Index(fields=["bureau", "status", "due_on"], name="funds_auditfinding_queue")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}"

    @property
    def file_uid(self) -> UUID:
        """The file on whose timeline events about this row belong."""
        return self.sheet.institution.uid

    @property
    def is_late(self) -> bool:
        """Whether its term has run out before it was put right."""
        return self.status == "OPEN" and self.due_on < timezone.localdate()

    @property
    def status_tone(self) -> str:
        """Colour of the state."""
        return {"OPEN": "warn", "RECTIFIED": "info"}.get(self.status, "ok")
