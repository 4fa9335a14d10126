"""A draw of places and officers, from its conditions to its published results."""

from __future__ import annotations

from typing import ClassVar

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q

from accounts.models import Organisation, User
from accounts.querysets import ScopePaths
from casework.models import OfficialDocument, RootModel
from draws.models.officers import SkillRule
from draws.models.yearly import DrawPlanRow
from draws.querysets import DrawQuerySet
from fieldwork.models import Campaign, ChecklistVersion


class DrawStatus(models.TextChoices):
    """Where a draw stands."""

    DRAFT = "DRAFT", "拟定"
    FROZEN = "FROZEN", "已冻结，待抽取"
    DRAWN = "DRAWN", "已抽取"
    PUBLISHED = "PUBLISHED", "结果已公示"
    ABORTED = "ABORTED", "已中止"


class EntropyKind(models.TextChoices):
    """Where the public value comes from. It is announced before it exists."""

    LOTTERY = "LOTTERY", "彩票开奖号码"
    BEACON = "BEACON", "公共随机信标（drand 等）"
    OTHER = "OTHER", "其他公开数值"
    DICE = "DICE", "会议现场掷骰"


class StratumBy(models.TextChoices):
    """Attributes of a place by which a pool is laid in layers, in the order in which they are joined."""

    RISK = "RISK", "风险等级"
    TOWN = "TOWN", "乡镇（街道）"
    KIND = "KIND", "学科属性"
    CREDIT = "CREDIT", "信用等级"


def by_risk() -> list[str]:
    """Layers as they were before others could be chosen."""
    return [StratumBy.RISK.value]


KEEP_FROZEN = """
IF OLD.frozen_at IS NULL THEN
    IF NEW.frozen_at IS NOT NULL
        AND NEW.pool_hash <> encode(sha256(convert_to(NEW.pool_text, 'UTF8')), 'hex') THEN
        RAISE EXCEPTION 'draw: the hash is not that of the pool';
    END IF;
    RETURN NEW;
END IF;
IF (OLD.pool_text, OLD.pool_hash, OLD.frozen_at, OLD.number, OLD.entropy_kind, OLD.entropy_source,
    OLD.entropy_due_at, OLD.planned_on, OLD.predecessor_id, OLD.strata_by, OLD.plan_row_id)
    IS DISTINCT FROM (NEW.pool_text, NEW.pool_hash, NEW.frozen_at, NEW.number, NEW.entropy_kind,
    NEW.entropy_source, NEW.entropy_due_at, NEW.planned_on, NEW.predecessor_id, NEW.strata_by,
    NEW.plan_row_id) THEN
    RAISE EXCEPTION 'draw: a frozen pool and its announced value never change';
END IF;
IF OLD.entropy_confirmed_at IS NOT NULL
    AND (OLD.entropy_value, OLD.entropy_note, OLD.entropy_witnesses, OLD.entropy_entered_at, OLD.entropy_entered_by_id,
    OLD.entropy_confirmed_at, OLD.entropy_confirmed_by_id)
    IS DISTINCT FROM (NEW.entropy_value, NEW.entropy_note, NEW.entropy_witnesses, NEW.entropy_entered_at, NEW.entropy_entered_by_id,
    NEW.entropy_confirmed_at, NEW.entropy_confirmed_by_id) THEN
    RAISE EXCEPTION 'draw: a confirmed public value never changes';
END IF;
IF OLD.drawn_at IS NOT NULL AND (OLD.result_text, OLD.result_hash, OLD.drawn_at)
    IS DISTINCT FROM (NEW.result_text, NEW.result_hash, NEW.drawn_at) THEN
    RAISE EXCEPTION 'draw: a draw has one result';
END IF;
RETURN NEW;
"""


class Draw(RootModel):
    """One double-random draw 双随机抽查: which places are checked and who goes.

    Conditions are free while it is a draft. Freezing writes the pool file (`pool_text`, canonical JSON),
    gives the draw its number and publishes the hash together with the public value that will decide.
    The value is typed by one person and confirmed by another, after it exists. The result follows from
    both by `docs/sampler.md` and is never drawn again: a repeat is a draw of its own that names this one.
    """

    title = models.CharField("名称", max_length=80)
    number = models.CharField("抽查编号", max_length=80, blank=True, default="")
    status = models.CharField("状态", max_length=10, choices=DrawStatus.choices, default=DrawStatus.DRAFT)
    lead_organ = models.ForeignKey(
        Organisation, models.PROTECT, related_name="led_draws", verbose_name="牵头机关"
    )
    organs = models.ManyToManyField(
        Organisation, related_name="draws", verbose_name="参加抽派的机关", blank=True
    )
    campaign = models.ForeignKey(
        Campaign, models.PROTECT, null=True, blank=True, related_name="draws", verbose_name="专项行动"
    )
    checklist_version = models.ForeignKey(
        ChecklistVersion, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="检查清单"
    )
    plan_row = models.ForeignKey(
        DrawPlanRow, models.PROTECT, null=True, blank=True, related_name="draws", verbose_name="年度计划事项"
    )
    outside_reason = models.CharField("计划外抽查的理由", max_length=300, blank=True, default="")
    basis = models.CharField("抽查依据", max_length=300)
    item = models.TextField("抽查事项")
    planned_on = models.DateField("检查开始日期")
    planned_until = models.DateField("检查结束日期")
    filters = models.JSONField("名录条件", default=dict, blank=True)
    strata_by = ArrayField(
        models.CharField(max_length=10, choices=StratumBy.choices), verbose_name="分层依据", default=by_risk
    )
    shares = models.JSONField("各层抽取比例", default=dict, blank=True)
    team_size = models.PositiveSmallIntegerField(
        "每组执法人员数", default=2, validators=[MinValueValidator(2), MaxValueValidator(6)]
    )
    places_per_team = models.PositiveSmallIntegerField(
        "每组检查家数", default=4, validators=[MinValueValidator(1), MaxValueValidator(50)]
    )
    skill_rules = ArrayField(
        models.CharField(max_length=20, choices=SkillRule.choices),
        verbose_name="专业要求",
        default=list,
        blank=True,
    )
    cap_reason = models.CharField("超过比例上限的理由", max_length=300, blank=True, default="")
    entropy_kind = models.CharField("公开值种类", max_length=10, choices=EntropyKind.choices)
    entropy_source = models.CharField("公开值来源", max_length=200)
    entropy_due_at = models.DateTimeField("公开值产生时间")
    pool_text = models.TextField("冻结名录", blank=True, default="", editable=False)
    pool_hash = models.CharField("冻结名录校验值", max_length=64, blank=True, default="", editable=False)
    pool_size = models.PositiveIntegerField("名录家数", default=0, editable=False)
    officer_count = models.PositiveIntegerField("执法人员数", default=0, editable=False)
    frozen_at = models.DateTimeField("冻结时间", null=True, blank=True, editable=False)
    frozen_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", editable=False
    )
    entropy_value = models.CharField("公开值", max_length=200, blank=True, default="")
    entropy_note = models.CharField("公开值出处", max_length=300, blank=True, default="")
    entropy_witnesses = models.CharField("见证人", max_length=100, blank=True, default="")
    entropy_entered_at = models.DateTimeField("公开值录入时间", null=True, blank=True)
    entropy_entered_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="录入人"
    )
    entropy_confirmed_at = models.DateTimeField("公开值复核时间", null=True, blank=True)
    entropy_confirmed_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="复核人"
    )
    result_text = models.TextField("抽取结果", blank=True, default="", editable=False)
    result_hash = models.CharField("抽取结果校验值", max_length=64, blank=True, default="", editable=False)
    drawn_count = models.PositiveIntegerField("抽中家数", default=0, editable=False)
    drawn_at = models.DateTimeField("抽取时间", null=True, blank=True)
    drawn_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="抽取人"
    )
    record_document = models.ForeignKey(
        OfficialDocument, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="抽取记录"
    )
    checks_ended_on = models.DateField("检查结束日", null=True, blank=True, editable=False)
    results_due_on = models.DateField("结果公示期限", null=True, blank=True, editable=False)
    due_explanation = models.JSONField("期限计算", default=list, blank=True, editable=False)
    published_at = models.DateTimeField("公示时间", null=True, blank=True)
    published_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="公示人"
    )
    aborted_at = models.DateTimeField("中止时间", null=True, blank=True)
    abort_reason = models.CharField("中止理由", max_length=300, blank=True, default="")
    predecessor = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="successor", verbose_name="原抽取"
    )
    repeat_reason = models.CharField("重新抽取理由", max_length=300, blank=True, default="")

    scope_paths: ClassVar[ScopePaths] = ScopePaths(participants=("lead_organ", "organs"))
    objects = DrawQuerySet.as_manager()

    class Meta:
        verbose_name = "双随机抽取"
        ordering = ["-created_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(planned_until__gte=F("planned_on")), name="draws_draw_forward"
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["FROZEN", "DRAWN", "PUBLISHED"])
                | (
                    Q(frozen_at__isnull=False, frozen_by__isnull=False)
                    & ~Q(pool_hash="")
                    & ~Q(pool_text="")
                    & ~Q(number="")
                ),
                name="draws_draw_frozen",
            ),
            models.CheckConstraint(
                condition=Q(frozen_at__isnull=True) | Q(entropy_due_at__gt=F("frozen_at")),
                name="draws_draw_announced_before",
            ),
            models.CheckConstraint(
                condition=Q(entropy_value="")
                | Q(
                    frozen_at__isnull=False,
                    entropy_entered_by__isnull=False,
                    entropy_entered_at__gte=F("entropy_due_at"),
                ),
                name="draws_draw_entropy_after",
            ),
            models.CheckConstraint(
                condition=~Q(entropy_kind="DICE") | Q(entropy_value="") | ~Q(entropy_witnesses=""),
                name="draws_draw_dice_witnessed",
            ),
            models.CheckConstraint(
                condition=Q(entropy_confirmed_at__isnull=True)
                | (
                    ~Q(entropy_value="")
                    & Q(entropy_confirmed_by__isnull=False)
                    & ~Q(entropy_confirmed_by=F("entropy_entered_by"))
                ),
                name="draws_draw_two_persons",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["DRAWN", "PUBLISHED"])
                | (
                    Q(drawn_at__isnull=False, drawn_by__isnull=False, entropy_confirmed_at__isnull=False)
                    & ~Q(result_hash="")
                ),
                name="draws_draw_drawn",
            ),
            models.CheckConstraint(
                condition=~Q(status="PUBLISHED") | Q(published_at__isnull=False, published_by__isnull=False),
                name="draws_draw_published",
            ),
            models.CheckConstraint(
                condition=~Q(status="ABORTED") | (Q(aborted_at__isnull=False) & ~Q(abort_reason="")),
                name="draws_draw_aborted",
            ),
            models.CheckConstraint(
                condition=Q(predecessor__isnull=True) | ~Q(repeat_reason=""),
                name="draws_draw_repeat_reason",
            ),
            models.CheckConstraint(condition=~Q(strata_by=[]), name="draws_draw_layered"),
            models.CheckConstraint(
                condition=Q(plan_row__isnull=True) | Q(outside_reason=""), name="draws_draw_row_or_reason"
            ),
            models.UniqueConstraint(
                fields=["bureau", "number"], condition=~Q(number=""), name="draws_draw_number"
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="keep_frozen", operation=pgtrigger.Update, when=pgtrigger.Before, func=KEEP_FROZEN
            ),
            pgtrigger.Trigger(
                name="keep_public",
                operation=pgtrigger.Delete,
                when=pgtrigger.Before,
                func="IF OLD.frozen_at IS NOT NULL THEN RAISE EXCEPTION "
                "'draw: what was announced is never deleted'; END IF; RETURN OLD;",
            ),
        ]
        indexes = [
            models.Index(fields=["bureau", "status", "-created_at"], name="draws_draw_status"),
            models.Index(fields=["bureau", "-frozen_at"], name="draws_draw_announced"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def status_tone(self) -> str:
        """Colour of the state."""
        return {"FROZEN": "warn", "DRAWN": "info", "PUBLISHED": "ok", "ABORTED": "bad"}.get(
            self.status, "mute"
        )

    @property
    def is_confirmed(self) -> bool:
        """Whether the public value was typed and confirmed."""
        return self.entropy_confirmed_at is not None

    @property
    def files_are_public(self) -> bool:
        """Whether pool and result may be read by everyone: before the checks they would give the places away."""
        return self.frozen_at is not None and self.status in {DrawStatus.PUBLISHED, DrawStatus.ABORTED}
