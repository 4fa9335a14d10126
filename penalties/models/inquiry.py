"""What the inquiry gathers: facts, evidence, holds, interviews, and the per-pupil fee table."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from accounts.models import User
from accounts.querysets import ScopedQuerySet, ScopePaths
from casework.crypto import unseal
from casework.models import OfficialDocument
from penalties.models import choices
from penalties.models.rows import CaseRow


class CaseFact(CaseRow):
    """One fact that must be proven; every fact needs evidence before the inquiry ends."""

    position = models.PositiveSmallIntegerField("序号")
    text = models.TextField("认定的事实")

    objects = ScopedQuerySet["CaseFact"].as_manager()

    class Meta:
        verbose_name = "认定事实"
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["case", "position"], name="penalties_casefact_position"),
            models.CheckConstraint(condition=~Q(text=""), name="penalties_casefact_told"),
        ]

    def __str__(self) -> str:
        return f"{self.position}. {self.text[:60]}"


class EvidenceItem(CaseRow):
    """One item of the evidence list: its kind, where it comes from, and what it proves.

    Evidence of electronic monitoring needs a recorded legal and technical review (行政处罚法 第四十一条).
    A void item stays listed.
    """

    position = models.PositiveSmallIntegerField("序号")
    kind = models.CharField("证据种类", max_length=16, choices=choices.EvidenceKind.choices)
    name = models.CharField("证据名称", max_length=120)
    proves = models.TextField("证明事项", blank=True, default="")
    facts = models.ManyToManyField(CaseFact, blank=True, related_name="evidence", verbose_name="证明的事实")
    source = models.CharField("来源（提供人、取得地点）", max_length=120)
    collected_on = models.DateField("取得日期")
    pages = models.PositiveSmallIntegerField("页数", default=1)
    is_original = models.BooleanField("原件、原物", default=True)
    is_monitoring = models.BooleanField("电子技术监控设备取得", default=False)
    monitoring_legal = models.CharField("法制审核意见", max_length=200, blank=True, default="")
    monitoring_technical = models.CharField("技术审核意见", max_length=200, blank=True, default="")
    void_reason = models.CharField("不采纳的理由", max_length=200, blank=True, default="")

    objects = ScopedQuerySet["EvidenceItem"].as_manager()

    class Meta:
        verbose_name = "证据"
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["case", "position"], name="penalties_evidenceitem_position"),
            models.CheckConstraint(condition=~Q(name=""), name="penalties_evidenceitem_named"),
        ]

    def __str__(self) -> str:
        return f"证据{self.position} {self.name}"


class EvidenceHold(CaseRow):
    """先行登记保存: approved by the head, decided within seven working days (行政处罚法 第五十六条)."""

    status = models.CharField(
        "状态", max_length=10, choices=choices.HoldStatus.choices, default=choices.HoldStatus.REQUESTED
    )
    items = models.TextField("保存的物品及数量")
    place = models.CharField("保存地点", max_length=200)
    reason = models.CharField("理由", max_length=200)
    approved_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    held_at = models.DateTimeField("保存时间", null=True, blank=True)
    decide_by = models.DateField("处理期限", null=True, blank=True)
    outcome = models.CharField(
        "处理决定", max_length=12, choices=choices.HoldOutcome.choices, blank=True, default=""
    )
    settled_at = models.DateTimeField("处理时间", null=True, blank=True)
    document = models.ForeignKey(OfficialDocument, models.PROTECT, null=True, blank=True, related_name="+")

    objects = ScopedQuerySet["EvidenceHold"].as_manager()

    class Meta:
        verbose_name = "先行登记保存"
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(status__in=["HELD", "SETTLED"])
                | (Q(approved_by__isnull=False) & Q(held_at__isnull=False) & Q(decide_by__isnull=False)),
                name="penalties_evidencehold_approved",
            ),
            models.CheckConstraint(
                condition=~Q(status="SETTLED") | (~Q(outcome="") & Q(settled_at__isnull=False)),
                name="penalties_evidencehold_settled",
            ),
        ]

    def __str__(self) -> str:
        return f"先行登记保存：{self.items[:40]}"


class Interview(CaseRow):
    """询问笔录 of one person by two officers: identity, rights told, questions and answers, signatures."""

    person_name = models.CharField("被询问人", max_length=40)
    identity = models.CharField("身份（与案件关系、单位职务）", max_length=120)
    place = models.CharField("询问地点", max_length=200)
    started_at = models.DateTimeField("开始时间")
    ended_at = models.DateTimeField("结束时间")
    officers = models.ManyToManyField("penalties.CaseOfficer", related_name="+", verbose_name="询问人")
    recorder = models.CharField("记录人", max_length=40)
    is_identified = models.BooleanField("已核对身份证件", default=False)
    is_rights_told = models.BooleanField("已出示执法证并告知权利义务", default=False)
    is_recusal_told = models.BooleanField("已告知申请回避的权利", default=False)
    questions = models.JSONField("问答", default=list)
    signature = models.CharField(
        "签字", max_length=10, choices=choices.SignState.choices, default=choices.SignState.PENDING
    )
    refusal_note = models.CharField("拒签说明和见证人", max_length=200, blank=True, default="")
    document = models.ForeignKey(OfficialDocument, models.PROTECT, null=True, blank=True, related_name="+")

    objects = ScopedQuerySet["Interview"].as_manager()

    class Meta:
        verbose_name = "询问笔录"
        ordering = ["started_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_at__gte=F("started_at")), name="penalties_interview_forward"
            ),
            models.CheckConstraint(
                condition=~Q(signature="REFUSED") | ~Q(refusal_note=""), name="penalties_interview_refusal"
            ),
        ]

    def __str__(self) -> str:
        return f"询问笔录：{self.person_name}"


class FeeRow(CaseRow):
    """One pupil's payment: charged, lessons bought and used, refunded. Amounts in fen.

    The pupil's name is sealed; screens and papers show the surname only. Zero lessons means that the
    lessons are not known, and a refund then counts as one of undelivered lessons.
    """

    position = models.PositiveIntegerField("序号")
    pupil_mask = models.CharField("学生", max_length=20)
    pupil_sealed = models.BinaryField(default=bytes, editable=False)
    charged_fen = models.BigIntegerField("收费（分）")
    lessons_total = models.PositiveIntegerField("购买课时", default=0)
    lessons_used = models.PositiveIntegerField("已上课时", default=0)
    refunded_fen = models.BigIntegerField("退费（分）", default=0)
    refunded_on = models.DateField("退费日期", null=True, blank=True)
    note = models.CharField("备注", max_length=120, blank=True, default="")

    objects = ScopedQuerySet["FeeRow"].as_manager()

    class Meta:
        verbose_name = "收退费明细"
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["case", "position"], name="penalties_feerow_position"),
            models.CheckConstraint(
                condition=Q(charged_fen__gte=0) & Q(refunded_fen__gte=0), name="penalties_feerow_positive"
            ),
            models.CheckConstraint(
                condition=Q(refunded_fen__lte=F("charged_fen")), name="penalties_feerow_refund_bounded"
            ),
            models.CheckConstraint(
                condition=Q(lessons_used__lte=F("lessons_total")), name="penalties_feerow_lessons"
            ),
            models.CheckConstraint(
                condition=Q(refunded_fen=0) | Q(refunded_on__isnull=False), name="penalties_feerow_dated"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.position} {self.pupil_mask}"

    @property
    def pupil(self) -> str:
        """The name in clear; opening it is the audited step `fee_pupils_reveal`."""
        return unseal(self.pupil_sealed, f"penalties.feerow.pupil:{self.uid}")


class Sampling(CaseRow):
    """抽样取证 of one occasion (行政处罚法 第五十六条): what was taken, how much, of which batch, and what became of it."""

    place = models.CharField("抽样地点", max_length=200)
    sampled_at = models.DateTimeField("抽样时间")
    reason = models.CharField("抽样取证的理由", max_length=200)
    signature = models.CharField(
        "当事人签字", max_length=10, choices=choices.SignState.choices, default=choices.SignState.PENDING
    )
    refusal_note = models.CharField("拒签说明和见证人", max_length=200, blank=True, default="")
    handled_on = models.DateField("处理日期", null=True, blank=True)
    handling = models.CharField("物品处理", max_length=200, blank=True, default="")
    document = models.ForeignKey(OfficialDocument, models.PROTECT, null=True, blank=True, related_name="+")

    objects = ScopedQuerySet["Sampling"].as_manager()

    class Meta:
        verbose_name = "抽样取证"
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(signature="REFUSED") | ~Q(refusal_note=""), name="penalties_sampling_refusal"
            ),
            models.CheckConstraint(
                condition=Q(handled_on__isnull=True) | ~Q(handling=""), name="penalties_sampling_handled"
            ),
        ]

    def __str__(self) -> str:
        return f"抽样取证：{timezone.localdate(self.sampled_at):%Y-%m-%d} {self.place}"


class Sample(models.Model):
    """One kind of thing taken as a sample."""

    sampling = models.ForeignKey(Sampling, models.PROTECT, related_name="samples")
    position = models.PositiveIntegerField("序号")
    name = models.CharField("物品名称", max_length=120)
    quantity = models.CharField("数量", max_length=40)
    batch = models.CharField("批次、规格", max_length=80)

    scope_paths: ClassVar[ScopePaths] = ScopePaths(
        bureau="sampling__case__bureau",
        region="sampling__case__region_path",
        participants=("sampling__case__organ",),
    )
    objects = ScopedQuerySet["Sample"].as_manager()

    class Meta:
        verbose_name = "抽样物品"
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["sampling", "position"], name="penalties_sample_position"),
            models.CheckConstraint(condition=~Q(name="") & ~Q(quantity=""), name="penalties_sample_told"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.quantity}"
