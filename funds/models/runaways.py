"""Run-aways and sudden closures: what happened, what was done, and every family's claim in one order."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from django.db import models
from django.db.models import F, Q

from accounts.models import User
from accounts.querysets import ScopedQuerySet, ScopePaths
from casework.models import JobRun, RootModel
from casework.models.base import uuid7
from funds.models.contracts import Contract
from funds.models.ledger import LINE_MAX_FEN, PARTICIPANTS
from funds.models.refunds import Refund
from institutions.models import Institution


class RunawayKind(models.TextChoices):
    """What happened (功能 F17: 卷钱跑路、退费难、爆雷)."""

    RUN = "RUN", "卷钱跑路"
    STOP = "STOP", "突然停业"
    REFUND = "REFUND", "群体退费难"


class FoundBy(models.TextChoices):
    """How the bureau learned of it."""

    WARNING = "WARNING", "资金预警"
    COMPLAINT = "COMPLAINT", "家长投诉"
    VISIT = "VISIT", "检查"
    PATROL = "PATROL", "巡查"
    BANK = "BANK", "银行告知"
    OFFICE = "OFFICE", "部门通报"
    PRESS = "PRESS", "媒体、网络"
    SELF = "SELF", "机构自报"
    OTHER = "OTHER", "其他"


class RunawayStatus(models.TextChoices):
    """Where an event stands."""

    HANDLING = "HANDLING", "处置中"
    CLOSED = "CLOSED", "已办结"
    VOID = "VOID", "登记有误已撤销"


class RunawayEvent(RootModel):
    """One run-away, sudden closure or refund crisis of an institution. None in a year is the aim.

    `contracts_n` to `deposit_fen` are what the ledger said when the event was registered (`counted_at`): open
    contracts and families, their claims, cash in custody that no pending release takes, the risk deposit. An
    institution that cannot be reached is not waited for: its refunds carry no term for an answer.
    """

    institution = models.ForeignKey(
        Institution, models.PROTECT, related_name="runaway_events", verbose_name="机构"
    )
    kind = models.CharField("事件", max_length=8, choices=RunawayKind.choices)
    status = models.CharField(
        "状态", max_length=8, choices=RunawayStatus.choices, default=RunawayStatus.HANDLING, editable=False
    )
    happened_on = models.DateField("发生日期")
    found_on = models.DateField("发现日期")
    found_by = models.CharField("发现途径", max_length=10, choices=FoundBy.choices)
    source_no = models.CharField("来源编号", max_length=60, blank=True, default="")
    is_reachable = models.BooleanField("能联系上负责人", default=False)
    summary = models.CharField("情况", max_length=500)
    contracts_n = models.PositiveIntegerField("涉及合同", default=0, editable=False)
    families_n = models.PositiveIntegerField("涉及家庭", default=0, editable=False)
    owed_fen = models.BigIntegerField("家长未消课和应退（分）", default=0, editable=False)
    custody_fen = models.BigIntegerField("托管存款（分）", default=0, editable=False)
    deposit_fen = models.BigIntegerField("风险保证金（分）", default=0, editable=False)
    counted_at = models.DateTimeField("统计时间")
    job = models.ForeignKey(JobRun, models.PROTECT, null=True, blank=True, related_name="+", editable=False)
    outcome = models.CharField("办结情况", max_length=500, blank=True, default="")
    closed_on = models.DateField("办结日期", null=True, blank=True)
    closed_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="办结人"
    )

    scope_paths: ClassVar[ScopePaths] = ScopePaths(participants=PARTICIPANTS)
    objects = ScopedQuerySet["RunawayEvent"].as_manager()

    class Meta:
        verbose_name = "跑路停业事件"
        constraints = [
            models.UniqueConstraint(
                fields=["institution"],
                condition=Q(status="HANDLING"),
                name="funds_runawayevent_one_open",
                violation_error_message="这家机构已有处置中的事件，请在原事件里继续登记。",
            ),
            models.CheckConstraint(
                condition=Q(found_on__gte=F("happened_on")),
                name="funds_runawayevent_days",
                violation_error_message="发现日期不能早于发生日期。",
            ),
            models.CheckConstraint(condition=~Q(summary=""), name="funds_runawayevent_told"),
            models.CheckConstraint(
                condition=Q(
                    owed_fen__gte=0, owed_fen__lte=LINE_MAX_FEN, custody_fen__lte=LINE_MAX_FEN,
                    deposit_fen__gte=0, deposit_fen__lte=LINE_MAX_FEN,
                ),
                name="funds_runawayevent_amounts",
            ),
            models.CheckConstraint(
                condition=~Q(status="CLOSED")
                | (Q(closed_on__isnull=False, closed_on__gte=F("found_on"), closed_by__isnull=False)
                   & ~Q(closed_by=F("created_by")) & ~Q(outcome="")),
                name="funds_runawayevent_closed",
            ),
            models.CheckConstraint(
                condition=~Q(status="VOID") | ~Q(outcome=""), name="funds_runawayevent_void"
            ),
        ]  # fmt: skip
        indexes = [models.Index(fields=["bureau", "status", "found_on"], name="funds_runaway_queue")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.found_on:%Y-%m-%d}"

    @property
    def file_uid(self) -> UUID:
        """The file on whose timeline events about this row belong."""
        return self.institution.uid

    @property
    def is_over(self) -> bool:
        """Whether the institution teaches no more; in a refund crisis it does, and each family applies itself."""
        return self.kind != RunawayKind.REFUND

    @property
    def status_tone(self) -> str:
        """Colour of the state."""
        return {"HANDLING": "bad", "CLOSED": "ok"}.get(self.status, "mute")


class RunawayMeasure(RootModel):
    """One thing done about an event: when, what, and its paper's number."""

    class Kind(models.TextChoices):
        """What was done."""

        CONTACT = "CONTACT", "联系负责人、上门核查"
        FREEZE = "FREEZE", "冻结监管账户"
        NOTICE = "NOTICE", "告知家长"
        STOP_ENROL = "STOP_ENROL", "停止招生收费"
        PLACEMENT = "PLACEMENT", "安排转学、续课"
        DEPOSIT = "DEPOSIT", "动用风险保证金"
        LABOUR = "LABOUR", "移交劳动部门"
        POLICE = "POLICE", "移送公安"
        COURT = "COURT", "引导诉讼、申请保全"
        PENALTY = "PENALTY", "立案处罚"
        OTHER = "OTHER", "其他"

    event = models.ForeignKey(RunawayEvent, models.PROTECT, related_name="measures", verbose_name="事件")
    kind = models.CharField("措施", max_length=10, choices=Kind.choices)
    taken_on = models.DateField("日期")
    note = models.CharField("情况", max_length=300)
    reference = models.CharField("文号", max_length=60, blank=True, default="")

    scope_paths: ClassVar[ScopePaths] = ScopePaths(
        participants=tuple(f"event__{path}" for path in PARTICIPANTS)
    )
    objects = ScopedQuerySet["RunawayMeasure"].as_manager()

    class Meta:
        verbose_name = "事件处置措施"
        constraints = [models.CheckConstraint(condition=~Q(note=""), name="funds_runawaymeasure_told")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.taken_on:%Y-%m-%d}"

    @property
    def file_uid(self) -> UUID:
        """The file on whose timeline events about this row belong."""
        return self.event.institution.uid


class ClaimState(models.TextChoices):
    """What became of a contract's place in the order."""

    WAITING = "WAITING", "待开立"
    OPENED = "OPENED", "已开立退费申请"
    STOOD = "STOOD", "此前已有申请"
    NOTHING = "NOTHING", "没有可退的余额"


class RunawayClaim(models.Model):
    """A contract's place in the order of one event, and the refund application that stands for it.

    The order: families who had applied already, by the time of their application; then by the day of the first
    payment; of one day by the payment number, which was drawn at random. A contract has one place in an event.
    """

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    event = models.ForeignKey(RunawayEvent, models.PROTECT, related_name="claims", verbose_name="事件")
    seq = models.PositiveIntegerField("序号")
    contract = models.ForeignKey(Contract, models.PROTECT, related_name="+", verbose_name="合同")
    refund = models.ForeignKey(
        Refund, models.PROTECT, null=True, blank=True, related_name="runaway_claims", verbose_name="退费申请"
    )
    state = models.CharField(
        "状态", max_length=8, choices=ClaimState.choices, default=ClaimState.WAITING, editable=False
    )
    reason = models.CharField("说明", max_length=100, blank=True, default="")
    listed_at = models.DateTimeField("列入时间")
    opened_at = models.DateTimeField("开立时间", null=True, blank=True)

    scope_paths: ClassVar[ScopePaths] = ScopePaths(
        bureau="event__bureau",
        region="event__region_path",
        participants=tuple(f"event__{path}" for path in PARTICIPANTS),
    )
    objects = ScopedQuerySet["RunawayClaim"].as_manager()

    class Meta:
        verbose_name = "事件退费登记"
        constraints = [
            models.UniqueConstraint(fields=["event", "contract"], name="funds_runawayclaim_once"),
            models.UniqueConstraint(fields=["event", "seq"], name="funds_runawayclaim_order"),
            models.CheckConstraint(
                condition=Q(state__in=["OPENED", "STOOD"], refund__isnull=False, opened_at__isnull=False)
                | Q(state__in=["WAITING", "NOTHING"], refund__isnull=True),
                name="funds_runawayclaim_refund",
            ),
            models.CheckConstraint(
                condition=~Q(state="NOTHING") | ~Q(reason=""), name="funds_runawayclaim_reasoned"
            ),
        ]
        indexes = [
            models.Index(fields=["event", "seq"], condition=Q(state="WAITING"), name="funds_runaway_waiting")
        ]

    def __str__(self) -> str:
        return f"第 {self.seq} 号"

    @property
    def status_tone(self) -> str:
        """Colour of the state."""
        return {"WAITING": "warn", "OPENED": "ok", "STOOD": "ok"}.get(self.state, "mute")
