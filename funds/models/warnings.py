"""Warnings over supervised money, and the stored days on which they are judged."""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar
from uuid import UUID

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Q

from accounts.models import Bureau, User
from accounts.querysets import ScopedQuerySet, ScopePaths
from casework.models import RootModel
from funds.models.ledger import PARTICIPANTS
from funds.warnings import RULES, DayFacts
from institutions.models import Institution


class WarningLevel(models.TextChoices):
    """How urgent (浙江 2020-12-30: two levels)."""

    YELLOW = "YELLOW", "黄色"
    RED = "RED", "红色"


class WarningStatus(models.TextChoices):
    """Where a warning stands."""

    OPEN = "OPEN", "待认领"
    TAKEN = "TAKEN", "核查中"
    DISPOSED = "DISPOSED", "已处置"
    CLOSED = "CLOSED", "已销去"
    DISMISSED = "DISMISSED", "已排除"


OPEN_WARNING = ["OPEN", "TAKEN", "DISPOSED"]


class Rule(models.TextChoices):
    """The rules of funds.md §8.6."""

    W1 = "W1", RULES["W1"]
    W2 = "W2", RULES["W2"]
    W3 = "W3", RULES["W3"]
    W4 = "W4", RULES["W4"]
    W5 = "W5", RULES["W5"]
    W6 = "W6", RULES["W6"]
    W7 = "W7", RULES["W7"]
    W8 = "W8", RULES["W8"]
    W9 = "W9", RULES["W9"]
    W10 = "W10", RULES["W10"]
    W11 = "W11", RULES["W11"]
    W12 = "W12", RULES["W12"]
    W13 = "W13", RULES["W13"]
    W14 = "W14", RULES["W14"]
    W15 = "W15", RULES["W15"]
    W16 = "W16", RULES["W16"]


class Disposition(models.TextChoices):
    """What was done about a warning."""

    CALL = "CALL", "电话核实"
    VISIT = "VISIT", "现场核查"
    TALK = "TALK", "约谈负责人"
    RECTIFY = "RECTIFY", "责令整改"
    HOLD = "HOLD", "暂缓拨付"
    FREEZE = "FREEZE", "提请冻结账户"
    TRANSFER = "TRANSFER", "移送其他部门"
    OTHER = "OTHER", "其他"


class FundWarning(RootModel):
    """One rule that holds for one institution, worked until somebody closes it; once open at a time.

    `contributions` is the working when it was raised, when its level rose or when last seen; `parameters` are the
    lines used. `seen_on` is the last day on which the rule held, `ended_on` the first on which it no longer did:
    a warning is closed by a person after that, yellow ones that nobody took yet close by themselves.
    """

    institution = models.ForeignKey(
        Institution, models.PROTECT, related_name="fund_warnings", verbose_name="机构"
    )
    rule = models.CharField("规则", max_length=3, choices=Rule.choices)
    level = models.CharField("级别", max_length=6, choices=WarningLevel.choices)
    status = models.CharField(
        "状态", max_length=9, choices=WarningStatus.choices, default=WarningStatus.OPEN, editable=False
    )
    raised_on = models.DateField("预警日期")
    due_on = models.DateField("处置期限")
    due_explanation = models.JSONField(default=list, editable=False)
    seen_on = models.DateField("最近一次成立")
    ended_on = models.DateField("条件消除日期", null=True, blank=True)
    contributions = models.JSONField("依据", default=list, editable=False, encoder=DjangoJSONEncoder)
    parameters = models.JSONField("所用参数", default=dict, editable=False)
    owner = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="责任人"
    )
    taken_at = models.DateTimeField("认领时间", null=True, blank=True)
    disposition = models.CharField(
        "处置措施", max_length=8, choices=Disposition.choices, blank=True, default=""
    )
    outcome = models.CharField("核查和处置情况", max_length=500, blank=True, default="")
    disposed_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="处置人"
    )
    disposed_at = models.DateTimeField("处置时间", null=True, blank=True)
    close_reason = models.CharField("销去或排除的理由", max_length=300, blank=True, default="")
    closed_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="销去或排除人"
    )
    closed_at = models.DateTimeField("销去或排除时间", null=True, blank=True)

    scope_paths: ClassVar[ScopePaths] = ScopePaths(participants=PARTICIPANTS)
    objects = ScopedQuerySet["FundWarning"].as_manager()

    class Meta:
        verbose_name = "资金预警"
        constraints = [
            models.UniqueConstraint(
                fields=["institution", "rule"],
                condition=Q(status__in=OPEN_WARNING),
                name="funds_fundwarning_open_once",
            ),
            models.CheckConstraint(condition=Q(due_on__gte=F("raised_on")), name="funds_fundwarning_due"),
            models.CheckConstraint(condition=Q(seen_on__gte=F("raised_on")), name="funds_fundwarning_seen"),
            models.CheckConstraint(
                condition=~Q(status="TAKEN") | Q(owner__isnull=False, taken_at__isnull=False),
                name="funds_fundwarning_taken",
            ),
            models.CheckConstraint(
                condition=~Q(status="DISPOSED")
                | (
                    Q(owner__isnull=False, disposed_by__isnull=False, disposed_at__isnull=False)
                    & ~Q(disposition="")
                    & ~Q(outcome="")
                ),
                name="funds_fundwarning_disposed",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["CLOSED", "DISMISSED"])
                | (Q(closed_by__isnull=False, closed_at__isnull=False) & ~Q(close_reason="")),
                name="funds_fundwarning_ended",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["OPEN", "TAKEN", "DISMISSED"])
                | Q(disposed_by__isnull=True)
                | Q(closed_by__isnull=True)
                | ~Q(closed_by=F("disposed_by")),
                name="funds_fundwarning_four_eyes",
            ),
            models.CheckConstraint(condition=~Q(contributions=[]), name="funds_fundwarning_shown"),
        ]
        indexes = [
            models.Index(fields=["bureau", "status", "due_on"], name="funds_warning_queue"),
            models.Index(fields=["institution", "rule", "-id"], name="funds_warning_of"),
        ]

    def __str__(self) -> str:
        return f"{self.rule} {self.get_rule_display()}"

    @property
    def file_uid(self) -> UUID:
        """The file on whose timeline events about this row belong."""
        return self.institution.uid

    @property
    def level_tone(self) -> str:
        """Colour of the level."""
        return "bad" if self.level == WarningLevel.RED else "warn"

    @property
    def status_tone(self) -> str:
        """Colour of the state."""
        return {"OPEN": "bad", "TAKEN": "warn", "DISPOSED": "info", "CLOSED": "ok", "DISMISSED": "mute"}[
            self.status
        ]

    @property
    def is_open(self) -> bool:
        """Whether somebody still has to do something."""
        return self.status in OPEN_WARNING


class FundDay(models.Model):
    """What one day of one institution looked like: the facts on which warnings and back-tests are judged.

    Written by the nightly task from the ledger, lessons, contracts, refunds, complaints and signals; days that are
    younger than the task's look-back are written anew, since statements and corrections come late.
    """

    bureau = models.ForeignKey(Bureau, models.PROTECT, related_name="+", verbose_name="主管部门")
    institution = models.ForeignKey(
        Institution, models.PROTECT, related_name="fund_days", verbose_name="机构"
    )
    day = models.DateField("日期")
    facts = models.JSONField("当日情况")
    deposit_required_fen = models.BigIntegerField("应缴保证金（分）", default=0)
    deposit_fen = models.BigIntegerField("保证金余额（分）", default=0)
    written_at = models.DateTimeField("写入时间", auto_now=True)

    scope_paths: ClassVar[ScopePaths] = ScopePaths(
        region="institution__region_path", participants=PARTICIPANTS
    )
    objects = ScopedQuerySet["FundDay"].as_manager()

    class Meta:
        verbose_name = "机构资金日情况"
        constraints = [
            models.UniqueConstraint(fields=["institution", "day"], name="funds_fundday_once"),
        ]
        indexes = [models.Index(fields=["bureau", "day"], name="funds_fundday_of")]

    def __str__(self) -> str:
        return f"{self.institution_id} {self.day:%Y-%m-%d}"

    @property
    def as_facts(self) -> DayFacts:
        """The frozen record that rules read."""
        return facts_of(self.day, self.facts)


def facts_of(day: date, stored: dict[str, Any]) -> DayFacts:
    """Stored facts as the frozen record."""
    units = tuple((int(price), int(lessons)) for price, lessons in stored["units_sold"])
    return DayFacts(**{**stored, "day": day, "units_sold": units, "flags": tuple(stored["flags"])})
