"""Families and their training contracts: who pays how much to whom for which lessons.

Names, telephones and account numbers of families are sealed. Screens show a masked form (张*), equal values
are found by their digest; neither the clear text nor the digest goes into audit, logs or exports.
"""

from __future__ import annotations

import secrets
from typing import ClassVar
from uuid import UUID

import pgtrigger
from django.db import models
from django.db.models import F, Q

from accounts.querysets import ScopedQuerySet, ScopePaths
from casework.models import RootModel
from funds.models.accounts import EscrowAccount
from funds.models.clearings import FamilyClearing
from funds.models.ledger import LINE_MAX_FEN, PARTICIPANTS
from institutions.models import Institution

ORDER_LENGTH = 12
LESSONS_MAX = 1000


def new_order_no() -> str:
    """Twelve digits for the remark of a bank transfer: ten at random and two that check them (mod 97)."""
    body = 1_000_000_000 + secrets.randbelow(9_000_000_000)
    return f"{body}{98 - body * 100 % 97:02d}"


def is_order_no(text: str) -> bool:
    """Whether digits are an order number and no slip of the pen."""
    return len(text) == ORDER_LENGTH and text.isdecimal() and int(text) % 97 == 1


def new_link_key() -> str:
    """What a family's personal link is made of; another key makes the old link void."""
    return secrets.token_hex(16)


class Family(RootModel):
    """One guardian who pays for a pupil, known by the telephone that the bureau writes to.

    `link_key` enters the signature of the personal link. The link leaves the office through the bureau's
    own channel only, never through an institution.
    """

    name_sealed = models.BinaryField(default=bytes, editable=False)
    name_masked = models.CharField("家长", max_length=20, blank=True, default="", editable=False)
    phone_sealed = models.BinaryField(default=bytes, editable=False)
    phone_digest = models.CharField(max_length=32, editable=False)
    phone_tail = models.CharField("电话末四位", max_length=4, blank=True, default="", editable=False)
    link_key = models.CharField(max_length=32, default=new_link_key, editable=False)
    clearing = models.ForeignKey(
        FamilyClearing, models.PROTECT, null=True, blank=True, related_name="families", editable=False
    )

    scope_paths: ClassVar[ScopePaths] = ScopePaths()
    objects = ScopedQuerySet["Family"].as_manager()

    class Meta:
        verbose_name = "家长"
        verbose_name_plural = "家长"
        constraints = [
            models.UniqueConstraint(fields=["bureau", "phone_digest"], name="funds_family_once"),
            models.CheckConstraint(condition=~Q(phone_digest=""), name="funds_family_reached"),
            models.CheckConstraint(
                condition=Q(clearing__isnull=True) | Q(name_sealed=b"", phone_sealed=b"", phone_tail=""),
                name="funds_family_cleared",
            ),
        ]

    def __str__(self) -> str:
        return f"家长 {self.name_masked}（尾号 {self.phone_tail}）"


class ChargingMode(models.TextChoices):
    """Where the family's money lies."""

    CUSTODY = "CUSTODY", "银行托管"
    DEPOSIT = "DEPOSIT", "机构自收（风险保证金）"


class AbsenceRule(models.TextChoices):
    """What the contract says about a missed lesson."""

    CHARGE = "CHARGE", "缺课照常计费"
    MAKE_UP = "MAKE_UP", "缺课补课，不计费"
    FREE = "FREE", "缺课不计费"


class Delivery(models.TextChoices):
    """How lessons are given."""

    OFFLINE = "OFFLINE", "线下"
    ONLINE = "ONLINE", "线上"


class ContractStatus(models.TextChoices):
    """Where a contract stands."""

    DRAFT = "DRAFT", "草稿"
    SIGNED = "SIGNED", "已签订待缴费"
    PARTLY_PAID = "PARTLY_PAID", "部分缴费"
    ACTIVE = "ACTIVE", "履行中"
    SUSPENDED = "SUSPENDED", "暂停"
    COMPLETED = "COMPLETED", "已完成"
    REFUNDING = "REFUNDING", "退费中"
    REFUNDED = "REFUNDED", "已退费"
    TERMINATED = "TERMINATED", "已终止"


TAKES_PAYMENT = ["SIGNED", "PARTLY_PAID"]
RUNNING = ["ACTIVE", "SUSPENDED"]
OPEN_CONTRACT = ["SIGNED", "PARTLY_PAID", "ACTIVE", "SUSPENDED", "REFUNDING"]
ENDED_CONTRACT = ["COMPLETED", "REFUNDED", "TERMINATED"]

# Waits for a clearing of the family that is under way, and then sees it.
FAMILY_KNOWN = pgtrigger.Trigger(
    name="family_known",
    operation=pgtrigger.Insert | pgtrigger.UpdateOf("family_id"),
    when=pgtrigger.Before,
    declare=[("cleared", "bigint")],
    func="""
        IF TG_OP = 'UPDATE' AND NEW.family_id = OLD.family_id THEN
            RETURN NEW;
        END IF;
        SELECT clearing_id INTO cleared FROM funds_family WHERE id = NEW.family_id FOR KEY SHARE;
        IF cleared IS NOT NULL THEN
            RAISE EXCEPTION 'the family of this contract has been cleared'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'funds_contract_family_known';
        END IF;
        RETURN NEW;
    """,
)


class Contract(RootModel):
    """One training contract (中小学生校外培训服务合同): a pupil, a course, so many lessons for so much.

    `order_no` is what a family writes into the remark of its transfer. `paid_fen` and `used` (paid lessons
    consumed) are moved only together with their ledger entries, under a lock on this row; the k-th lesson
    earns floor(price·k/lessons) − floor(price·(k−1)/lessons). Refund terms are fields, since every contract
    has its own. `checks` keeps what was found at signing with the policy values used.
    """

    institution = models.ForeignKey(
        Institution, models.PROTECT, related_name="contracts", verbose_name="机构"
    )
    family = models.ForeignKey(Family, models.PROTECT, related_name="contracts", verbose_name="家长")
    mode = models.CharField(
        "收费方式", max_length=8, choices=ChargingMode.choices, default=ChargingMode.CUSTODY
    )
    account = models.ForeignKey(
        EscrowAccount, models.PROTECT, null=True, blank=True, related_name="contracts",
        verbose_name="监管账户",
    )  # fmt: skip
    status = models.CharField(
        "状态", max_length=12, choices=ContractStatus.choices, default=ContractStatus.DRAFT, editable=False
    )
    number = models.CharField("合同编号", max_length=40)
    order_no = models.CharField("缴费单号", max_length=12, default=new_order_no, unique=True, editable=False)

    student_sealed = models.BinaryField(default=bytes, editable=False)
    student_digest = models.CharField(max_length=32, editable=False)
    student_masked = models.CharField("学员", max_length=20, editable=False)
    payer_digest = models.CharField(max_length=32, blank=True, default="", editable=False)
    payer_masked = models.CharField("付款人", max_length=20, blank=True, default="", editable=False)
    payer_account_sealed = models.BinaryField(default=bytes, editable=False)
    payer_account_digest = models.CharField(max_length=32, blank=True, default="", editable=False)
    payer_account_tail = models.CharField(
        "付款账号末四位", max_length=4, blank=True, default="", editable=False
    )

    course = models.CharField("课程名称", max_length=80)
    subject = models.CharField("培训科目", max_length=40)
    delivery = models.CharField("授课方式", max_length=8, choices=Delivery.choices, default=Delivery.OFFLINE)
    class_size = models.PositiveSmallIntegerField("班级人数上限", default=20)
    minutes = models.PositiveSmallIntegerField("每课时分钟数", default=45)
    lessons = models.PositiveSmallIntegerField("收费课时")
    bonus_lessons = models.PositiveSmallIntegerField("赠送课时", default=0)
    starts_on = models.DateField("开课日期")
    ends_on = models.DateField("结课日期")
    signed_on = models.DateField("签订日期")
    price_fen = models.BigIntegerField("合同总价（分）")
    list_price_fen = models.BigIntegerField("折扣前总价（分）")
    deduction_fen = models.BigIntegerField("退费时可扣除的费用（分）", default=0)
    deduction_note = models.CharField("可扣除费用的约定", max_length=200, blank=True, default="")
    full_refund_lessons = models.PositiveSmallIntegerField("开课后多少课时内可全额退", default=0)
    used_at_list = models.BooleanField("家长原因退费时已消课按折扣前价格计算", default=False)
    refund_days = models.PositiveSmallIntegerField("约定退费期限（工作日）", default=15)
    absence_rule = models.CharField(
        "缺课约定", max_length=8, choices=AbsenceRule.choices, default=AbsenceRule.CHARGE
    )
    is_model_text = models.BooleanField("使用国家示范文本", default=True)

    paid_fen = models.BigIntegerField("已缴（分）", default=0, editable=False)
    used = models.PositiveSmallIntegerField("已消收费课时", default=0, editable=False)
    bonus_used = models.PositiveSmallIntegerField("已消赠送课时", default=0, editable=False)
    checks = models.JSONField("签订时的核对", default=dict, editable=False)
    warnings = models.JSONField("提示", default=list, editable=False)
    signed_at = models.DateTimeField("生效时间", null=True, blank=True, editable=False)
    first_paid_on = models.DateField("首次缴费日期", null=True, blank=True, editable=False)
    ended_on = models.DateField("结束日期", null=True, blank=True, editable=False)
    end_reason = models.CharField("结束或暂停的理由", max_length=200, blank=True, default="", editable=False)
    clearing = models.ForeignKey(
        FamilyClearing, models.PROTECT, null=True, blank=True, related_name="contracts", editable=False
    )

    scope_paths: ClassVar[ScopePaths] = ScopePaths(
        counterpart="institution__organisation", participants=PARTICIPANTS
    )
    objects = ScopedQuerySet["Contract"].as_manager()

    class Meta:
        verbose_name = "培训合同"
        constraints = [
            models.UniqueConstraint(
                fields=["institution", "number"],
                condition=~Q(status="TERMINATED"),
                name="funds_contract_number_once",
                violation_error_message="这家机构已登记过这个合同编号。",
            ),
            models.CheckConstraint(
                condition=Q(lessons__gte=1, lessons__lte=LESSONS_MAX, bonus_lessons__lte=LESSONS_MAX),
                name="funds_contract_lessons",
                violation_error_message="收费课时须在 1 至 1000 之间。",
            ),
            models.CheckConstraint(
                condition=Q(price_fen__gt=0, price_fen__lte=LINE_MAX_FEN, list_price_fen__gte=F("price_fen")),
                name="funds_contract_price",
                violation_error_message="合同总价须大于零，折扣前总价不能低于合同总价。",
            ),
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")),
                name="funds_contract_days",
                violation_error_message="结课日期不能早于开课日期。",
            ),
            models.CheckConstraint(
                condition=Q(deduction_fen__gte=0, deduction_fen__lte=F("price_fen"))
                & (Q(deduction_fen=0) | ~Q(deduction_note="")),
                name="funds_contract_deduction",
                violation_error_message="可扣除的费用不能超过总价，且须写明合同里的约定。",
            ),
            models.CheckConstraint(
                condition=Q(paid_fen__gte=0, paid_fen__lte=F("price_fen")), name="funds_contract_paid"
            ),
            models.CheckConstraint(
                condition=Q(used__lte=F("lessons"), bonus_used__lte=F("bonus_lessons")),
                name="funds_contract_used",
            ),
            models.CheckConstraint(
                condition=Q(minutes__gte=10, minutes__lte=300, class_size__gte=1),
                name="funds_contract_class",
                violation_error_message="每课时分钟数须在 10 至 300 之间，班级人数至少 1 人。",
            ),
            models.CheckConstraint(
                condition=Q(status="DRAFT") | Q(signed_at__isnull=False) | Q(status="TERMINATED"),
                name="funds_contract_signed",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["ACTIVE", "COMPLETED"]) | Q(paid_fen=F("price_fen")),
                name="funds_contract_active_paid",
            ),
            models.CheckConstraint(
                condition=~Q(mode="CUSTODY")
                | Q(status__in=["DRAFT", "TERMINATED"])
                | Q(account__isnull=False),
                name="funds_contract_account",
            ),
            models.CheckConstraint(
                condition=~Q(student_digest="") & ~Q(student_masked=""), name="funds_contract_student"
            ),
            models.CheckConstraint(
                condition=Q(clearing__isnull=True)
                | Q(
                    status__in=ENDED_CONTRACT,
                    student_sealed=b"",
                    payer_digest="",
                    payer_masked="",
                    payer_account_sealed=b"",
                    payer_account_digest="",
                    payer_account_tail="",
                ),
                name="funds_contract_cleared",
            ),
        ]
        triggers = [FAMILY_KNOWN]
        indexes = [
            models.Index(fields=["institution", "status"], name="funds_contract_of"),
            models.Index(fields=["account", "status"], name="funds_contract_account_ix"),
            models.Index(fields=["institution", "student_digest"], name="funds_contract_pupil"),
            models.Index(
                fields=["bureau", "ended_on"],
                condition=Q(clearing__isnull=True),
                name="funds_contract_kept",
            ),
        ]

    def __str__(self) -> str:
        return f"合同 {self.number}（单号 {self.order_no}）"

    @property
    def file_uid(self) -> UUID:
        """The file on whose timeline events about this row belong."""
        return self.institution.uid

    @property
    def status_tone(self) -> str:
        """Colour of the state."""
        tones = {
            "ACTIVE": "ok", "COMPLETED": "ok", "SIGNED": "warn", "PARTLY_PAID": "warn", "SUSPENDED": "bad",
            "REFUNDING": "warn",
        }  # fmt: skip
        return tones.get(self.status, "mute")

    @property
    def open_fen(self) -> int:
        """What is still to be paid."""
        return self.price_fen - self.paid_fen

    def earned(self, count: int) -> int:
        """What `count` consumed lessons earn, in fen (funds.md §8.3: rounded down, the last takes the rest)."""
        return self.price_fen * count // self.lessons
