"""After the decision: service, money, remedies, publication."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from accounts.models import User
from accounts.querysets import ScopedQuerySet, ScopePaths
from casework.models import OfficialDocument
from inspections.models import ServiceMethod
from penalties.models import choices
from penalties.models.rows import CHILD_SCOPE, CaseRow
from penalties.querysets import CreditQuerySet


class AddressConfirmation(CaseRow):
    """送达地址确认书: where and how the party accepts service; electronic service only with consent."""

    phone = models.CharField("联系电话", max_length=60)
    email = models.CharField("电子送达地址（邮箱、传真）", max_length=120, blank=True, default="")
    is_electronic = models.BooleanField("同意电子送达", default=False)
    signed_on = models.DateField("签署日期")
    document = models.ForeignKey(OfficialDocument, models.PROTECT, null=True, blank=True, related_name="+")

    objects = ScopedQuerySet["AddressConfirmation"].as_manager()

    class Meta:
        verbose_name = "送达地址确认书"
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(is_electronic=False) | ~Q(email=""), name="penalties_addressconfirmation_email"
            ),
        ]

    def __str__(self) -> str:
        return f"送达地址确认书 {self.signed_on:%Y-%m-%d}"


class PaperService(CaseRow):
    """送达回证 of one document of the case: method, proof, two servers, and the day from which terms count."""

    document = models.ForeignKey(
        OfficialDocument, models.PROTECT, related_name="penalty_services", verbose_name="送达文书"
    )
    method = models.CharField("送达方式", max_length=12, choices=ServiceMethod.choices)
    served_at = models.DateTimeField("送达时间")
    effective_on = models.DateField("生效日期")
    place = models.CharField("送达地点", max_length=200)
    receiver = models.CharField("签收人", max_length=40, blank=True, default="")
    receiver_relation = models.CharField("与受送达人关系", max_length=40, blank=True, default="")
    refusal_reason = models.CharField("拒收事由", max_length=200, blank=True, default="")
    witness = models.CharField("见证人", max_length=40, blank=True, default="")
    has_picture = models.BooleanField("有照片或者录像", default=False)
    consent = models.ForeignKey(
        AddressConfirmation,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="电子送达确认书",
    )
    mail_no = models.CharField("邮件回执号", max_length=60, blank=True, default="")
    publication_place = models.CharField("公告载体", max_length=120, blank=True, default="")
    server_one = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="送达人一")
    server_two = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="送达人二")
    receipt = models.ForeignKey(
        OfficialDocument, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="送达回证"
    )

    objects = ScopedQuerySet["PaperService"].as_manager()

    class Meta:
        verbose_name = "送达回证"
        ordering = ["served_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["document"], name="penalties_paperservice_once"),
            models.CheckConstraint(
                condition=~Q(server_one=F("server_two")), name="penalties_paperservice_two_servers"
            ),
            models.CheckConstraint(
                condition=~Q(method="DIRECT") | ~Q(receiver=""), name="penalties_paperservice_direct"
            ),
            models.CheckConstraint(
                condition=~Q(method="LIEN")
                | (~Q(refusal_reason="") & (~Q(witness="") | Q(has_picture=True))),
                name="penalties_paperservice_lien",
            ),
            models.CheckConstraint(
                condition=~Q(method="ELECTRONIC") | Q(consent__isnull=False),
                name="penalties_paperservice_electronic",
            ),
            models.CheckConstraint(
                condition=~Q(method="MAIL") | ~Q(mail_no=""), name="penalties_paperservice_mail"
            ),
            models.CheckConstraint(
                condition=~Q(method="PUBLICATION") | ~Q(publication_place=""),
                name="penalties_paperservice_publication",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.document.kind_name} {self.get_method_display()}"


class Payment(CaseRow):
    """Money that the party paid to the bank, or on the spot where the law allows it. Amount in fen."""

    kind = models.CharField("款项", max_length=14, choices=choices.PaymentKind.choices)
    amount_fen = models.BigIntegerField("金额（分）")
    paid_on = models.DateField("缴款日期")
    receipt_no = models.CharField("票据号", max_length=60)
    is_on_spot = models.BooleanField("当场收缴", default=False)
    on_spot_ground = models.CharField("当场收缴的理由", max_length=120, blank=True, default="")
    hand_in_by = models.DateField("应交付银行日期", null=True, blank=True)
    handed_in_on = models.DateField("实际交付日期", null=True, blank=True)

    objects = ScopedQuerySet["Payment"].as_manager()

    class Meta:
        verbose_name = "缴款"
        ordering = ["paid_on", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="penalties_payment_positive"),
            models.CheckConstraint(condition=~Q(receipt_no=""), name="penalties_payment_receipted"),
            models.CheckConstraint(
                condition=Q(is_on_spot=False) | (Q(hand_in_by__isnull=False) & ~Q(on_spot_ground="")),
                name="penalties_payment_on_spot",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.amount_fen / 100:,.2f}元"


class Deferral(CaseRow):
    """延期、分期缴纳 granted on application (行政处罚法 第六十六条). `schedule` lists day and amount in fen."""

    reason = models.CharField("申请理由", max_length=300)
    schedule = models.JSONField("缴纳安排", default=list)
    due_on = models.DateField("最后缴纳日期")
    approved_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="批准人")
    document = models.ForeignKey(OfficialDocument, models.PROTECT, null=True, blank=True, related_name="+")

    objects = ScopedQuerySet["Deferral"].as_manager()

    class Meta:
        verbose_name = "延期分期缴纳"
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="penalties_deferral_reasoned"),
        ]

    def __str__(self) -> str:
        return f"延期至 {self.due_on:%Y-%m-%d}"


class Proceeding(CaseRow):
    """A 复议 or 诉讼 of the party: while it runs the late fine stands still (行政处罚法 第七十三条)."""

    kind = models.CharField("种类", max_length=8, choices=choices.ProceedingKind.choices)
    body = models.CharField("受理机关", max_length=100)
    case_no = models.CharField("案号", max_length=80, blank=True, default="")
    started_on = models.DateField("受理日期")
    ended_on = models.DateField("终结日期", null=True, blank=True)
    result = models.CharField("结果", max_length=200, blank=True, default="")
    changes_decision = models.BooleanField("变更、撤销或者确认违法", default=False)

    objects = ScopedQuerySet["Proceeding"].as_manager()

    class Meta:
        verbose_name = "复议诉讼"
        ordering = ["started_on", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_on__isnull=True) | (Q(ended_on__gte=F("started_on")) & ~Q(result="")),
                name="penalties_proceeding_ended",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.body}"


class CreditRecord(CaseRow):
    """One row of 双公示 about a decision, frozen in the field names of the credit platform.

    Published within seven working days of the decision; taken down within three when the decision is
    changed; shown for a span that follows from the grade; repaired on application.
    """

    status = models.CharField(
        "状态", max_length=10, choices=choices.CreditStatus.choices, default=choices.CreditStatus.PENDING
    )
    grade = models.CharField(
        "失信程度", max_length=10, choices=choices.CreditGrade.choices, default=choices.CreditGrade.GENERAL
    )
    row = models.JSONField("公示内容")
    row_hash = models.CharField(max_length=64)
    due_on = models.DateField("公示期限")
    published_at = models.DateTimeField("公示时间", null=True, blank=True)
    display_until = models.DateField("公示截止", null=True, blank=True)
    withdraw_due_on = models.DateField("应撤下日期", null=True, blank=True)
    ended_at = models.DateTimeField("撤下或者修复时间", null=True, blank=True)
    end_reason = models.CharField("撤下、修复理由", max_length=200, blank=True, default="")
    repair_papers = models.CharField("修复材料", max_length=200, blank=True, default="")
    alarmed_at = models.DateTimeField("预警时间", null=True, blank=True)
    escalated_at = models.DateTimeField("升级预警时间", null=True, blank=True)

    scope_paths: ClassVar[ScopePaths] = CHILD_SCOPE
    objects = CreditQuerySet.as_manager()

    class Meta:
        verbose_name = "信用公示"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["case"],
                condition=Q(status__in=["PENDING", "PUBLISHED"]),
                name="penalties_creditrecord_one_live",
            ),
            models.CheckConstraint(
                condition=Q(status="PENDING")
                | (Q(status="WITHDRAWN") & ~Q(end_reason=""))
                | (Q(published_at__isnull=False) & Q(display_until__isnull=False)),
                name="penalties_creditrecord_published",
            ),
            models.CheckConstraint(
                condition=~Q(status="REPAIRED") | (~Q(end_reason="") & ~Q(repair_papers="")),
                name="penalties_creditrecord_repaired",
            ),
        ]
        indexes = [models.Index(fields=["status", "due_on"], name="penalties_credit_due")]

    def __str__(self) -> str:
        return f"{self.case.decision_no} 双公示"
