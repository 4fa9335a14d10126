"""Invoices of institutions and where they do not agree with contract and payer (三一致)."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from django.db import models
from django.db.models import Q

from accounts.models import User
from accounts.querysets import ScopedQuerySet, ScopePaths
from casework.models import RootModel
from funds.models.contracts import Contract
from funds.models.ledger import LINE_MAX_FEN, PARTICIPANTS
from institutions.models import Institution

OF_PLACE = ScopePaths(counterpart="institution__organisation", participants=PARTICIPANTS)


class Invoice(RootModel):
    """One invoice as the tax system's list names it. Red ones are negative (fen). The buyer's name is masked.

    `contract` is found by its number, or by buyer and amount; it stays empty when nothing fits.
    """

    institution = models.ForeignKey(Institution, models.PROTECT, related_name="invoices", verbose_name="机构")
    contract = models.ForeignKey(
        Contract, models.PROTECT, null=True, blank=True, related_name="invoices", verbose_name="合同"
    )
    number = models.CharField("发票号码", max_length=30)
    amount_fen = models.BigIntegerField("价税合计（分）")
    issued_on = models.DateField("开票日期")
    buyer_masked = models.CharField("购买方", max_length=120)
    buyer_digest = models.CharField(max_length=32, editable=False)
    contract_no = models.CharField("备注的合同编号", max_length=40, blank=True, default="")

    scope_paths: ClassVar[ScopePaths] = OF_PLACE
    objects = ScopedQuerySet["Invoice"].as_manager()

    class Meta:
        verbose_name = "发票"
        constraints = [
            models.UniqueConstraint(
                fields=["bureau", "number"],
                name="funds_invoice_once",
                violation_error_message="这个发票号码已经登记。一张发票只能用一次。",
            ),
            models.CheckConstraint(
                condition=~Q(amount_fen=0) & Q(amount_fen__gte=-LINE_MAX_FEN, amount_fen__lte=LINE_MAX_FEN),
                name="funds_invoice_amount",
            ),
            models.CheckConstraint(condition=~Q(buyer_digest=""), name="funds_invoice_buyer"),
        ]
        indexes = [models.Index(fields=["institution", "buyer_digest"], name="funds_invoice_buyer_of")]

    def __str__(self) -> str:
        return f"发票 {self.number}"

    @property
    def file_uid(self) -> UUID:
        """The file on whose timeline events about this row belong."""
        return self.institution.uid


class Mismatch(models.TextChoices):
    """What does not agree."""

    NO_INVOICE = "NO_INVOICE", "收款未开票"
    AMOUNT = "AMOUNT", "开票金额与收款不符"
    BUYER = "BUYER", "购买方与付款人不符"
    NO_CONTRACT = "NO_CONTRACT", "发票没有对应的合同"
    DATE = "DATE", "开票日期与收款日期相差过久"


class CaseStatus(models.TextChoices):
    """Where a disagreement stands."""

    OPEN = "OPEN", "待处理"
    EXPLAINED = "EXPLAINED", "已说明"
    CLEARED = "CLEARED", "已一致"


class InvoiceCase(RootModel):
    """One disagreement between invoice, contract and payer. It clears by itself once they agree."""

    institution = models.ForeignKey(
        Institution, models.PROTECT, related_name="invoice_cases", verbose_name="机构"
    )
    kind = models.CharField("问题", max_length=12, choices=Mismatch.choices)
    contract = models.ForeignKey(
        Contract, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="合同"
    )
    invoice = models.ForeignKey(
        Invoice, models.PROTECT, null=True, blank=True, related_name="cases", verbose_name="发票"
    )
    status = models.CharField(
        "状态", max_length=10, choices=CaseStatus.choices, default=CaseStatus.OPEN, editable=False
    )
    sentence = models.CharField("情况", max_length=300)
    policy = models.JSONField("所用政策参数", default=dict, editable=False)
    reason = models.CharField("说明", max_length=300, blank=True, default="")
    handled_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="处理人"
    )
    handled_at = models.DateTimeField("处理时间", null=True, blank=True)

    scope_paths: ClassVar[ScopePaths] = ScopePaths(participants=PARTICIPANTS)
    objects = ScopedQuerySet["InvoiceCase"].as_manager()

    class Meta:
        verbose_name = "三一致异常"
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "contract", "invoice"],
                condition=~Q(status="CLEARED"),
                nulls_distinct=False,
                name="funds_invoicecase_once",
            ),
            models.CheckConstraint(
                condition=Q(contract__isnull=False) | Q(invoice__isnull=False),
                name="funds_invoicecase_about",
            ),
            models.CheckConstraint(
                condition=~Q(status="EXPLAINED")
                | (~Q(reason="") & Q(handled_by__isnull=False, handled_at__isnull=False)),
                name="funds_invoicecase_explained",
            ),
        ]
        indexes = [models.Index(fields=["bureau", "status", "-id"], name="funds_invoicecase_queue")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}：{self.contract.number if self.contract else self.invoice}"

    @property
    def file_uid(self) -> UUID:
        """The file on whose timeline events about this row belong."""
        return self.institution.uid

    @property
    def status_tone(self) -> str:
        """Colour of the state."""
        return {"OPEN": "bad", "EXPLAINED": "info", "CLEARED": "ok"}[self.status]
