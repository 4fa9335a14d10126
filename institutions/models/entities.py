"""Market entities with training words in name or scope, handed to the market regulator to be sorted out."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from accounts.querysets import ScopedQuerySet, ScopePaths
from casework.models import RootModel
from institutions.models.institutions import Institution


class EntitySource(models.TextChoices):
    """How the bureau came to know of the entity."""

    REGISTRY = "REGISTRY", "市场监管登记数据"
    TOWNSHIP = "TOWNSHIP", "乡镇（街道）排查"
    VISIT = "VISIT", "检查发现"
    CLUE = "CLUE", "线索"
    OTHER = "OTHER", "其他"


class EntityOutcome(models.TextChoices):
    """What became of the entity at the market regulator."""

    SCOPE_CHANGED = "SCOPE_CHANGED", "变更名称或经营范围"
    CANCELLED = "CANCELLED", "注销登记"
    REVOKED = "REVOKED", "吊销营业执照"
    LICENSED = "LICENSED", "取得办学许可"
    ABNORMAL = "ABNORMAL", "列入经营异常名录"
    KEPT = "KEPT", "未从事培训，保留登记"


class MarketEntity(RootModel):
    """A company or sole trader that may train pupils without a licence: found, handed over, settled.

    Counted once by its first day of handing over (清理教育类市场主体: handed to 市场监管 for disposal).
    """

    name = models.CharField("主体名称", max_length=100)
    uscc = models.CharField("统一社会信用代码", max_length=18, blank=True, default="")
    address = models.CharField("住所", max_length=200, blank=True, default="")
    business_scope = models.CharField("涉及培训的经营范围", max_length=300, blank=True, default="")
    source = models.CharField("来源", max_length=8, choices=EntitySource.choices)
    found_on = models.DateField("发现日期")
    institution = models.ForeignKey(
        Institution, models.PROTECT, null=True, blank=True, related_name="entities", verbose_name="机构档案"
    )
    handed_on = models.DateField("移交日期", null=True, blank=True)
    handed_no = models.CharField("移交文号", max_length=60, blank=True, default="")
    outcome = models.CharField(
        "处置结果", max_length=13, choices=EntityOutcome.choices, blank=True, default=""
    )
    settled_on = models.DateField("处置日期", null=True, blank=True)
    settled_note = models.CharField("处置说明", max_length=200, blank=True, default="")

    scope_paths: ClassVar[ScopePaths] = ScopePaths()
    objects = ScopedQuerySet["MarketEntity"].as_manager()

    class Meta:
        verbose_name = "教育类市场主体"
        constraints = [
            models.UniqueConstraint(
                fields=["bureau", "uscc"],
                condition=~Q(uscc=""),
                name="institutions_marketentity_once",
                violation_error_message="这个统一社会信用代码的主体已经登记。",
            ),
            models.CheckConstraint(condition=~Q(name=""), name="institutions_marketentity_named"),
            models.CheckConstraint(
                condition=Q(handed_on__isnull=True, handed_no="")
                | Q(handed_on__isnull=False, handed_on__gte=F("found_on")) & ~Q(handed_no=""),
                name="institutions_marketentity_handed",
                violation_error_message="移交日期不能早于发现日期，并须写明文号。",
            ),
            models.CheckConstraint(
                condition=Q(settled_on__isnull=True, outcome="")
                | Q(handed_on__isnull=False, settled_on__isnull=False, settled_on__gte=F("handed_on"))
                & ~Q(outcome=""),
                name="institutions_marketentity_settled",
                violation_error_message="先移交再登记处置结果，处置日期不能早于移交日期。",
            ),
        ]
        indexes = [models.Index(fields=["bureau", "handed_on"], name="institutions_entity_handed")]

    def __str__(self) -> str:
        return self.name

    @property
    def stage(self) -> str:
        """Where it is: FOUND, HANDED, SETTLED."""
        return "SETTLED" if self.settled_on else "HANDED" if self.handed_on else "FOUND"

    @property
    def status_tone(self) -> str:
        """Colour of the stage."""
        return {"FOUND": "warn", "HANDED": "info", "SETTLED": "mute"}[self.stage]
