"""How each bank writes its statements, in versions, and the keys with which a bank's machine signs."""

from __future__ import annotations

from typing import ClassVar

import pgtrigger
from django.db import models
from django.db.models import Q

from accounts.models import User
from accounts.querysets import ScopedQuerySet, ScopePaths
from casework.models import RootModel
from funds.models.accounts import Bank
from funds.models.signals import SignalSource

OF_BANK = ScopePaths(counterpart="bank__organisation")


class BankProfile(RootModel):
    """One version of a layout (对账单模板): what `funds.statements.Profile` reads, as data of the bureau.

    A version that has read a file is never changed (trigger); a change makes the next version, which takes
    its place. `bank` may be empty: a layout of several banks, such as camt.053.
    """

    name = models.CharField("模板名称", max_length=60)
    edition = models.PositiveSmallIntegerField("版本", default=1)
    is_current = models.BooleanField("现用版本", default=True)
    bank = models.ForeignKey(
        Bank, models.PROTECT, null=True, blank=True, related_name="profiles", verbose_name="银行"
    )
    layout = models.JSONField("版式", default=dict)
    note = models.CharField("说明", max_length=200, blank=True, default="")

    scope_paths: ClassVar[ScopePaths] = OF_BANK
    objects = ScopedQuerySet["BankProfile"].as_manager()

    class Meta:
        verbose_name = "对账单模板"
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="funds_bankprofile_named"),
            models.UniqueConstraint(fields=["bureau", "name", "edition"], name="funds_bankprofile_edition"),
            models.UniqueConstraint(
                fields=["bureau", "name"],
                condition=Q(is_current=True),
                name="funds_bankprofile_current",
                violation_error_message="已有同名的模板。请换一个名称，或在原模板上修改。",
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="used_is_kept",
                operation=pgtrigger.Update,
                when=pgtrigger.Before,
                func="""
                    IF ROW(NEW.layout, NEW.name, NEW.edition) IS DISTINCT FROM
                       ROW(OLD.layout, OLD.name, OLD.edition)
                       AND EXISTS (SELECT 1 FROM funds_statementfile f WHERE f.profile_id = OLD.id) THEN
                        RAISE EXCEPTION 'a profile that has read a file is not changed'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'funds_bankprofile_used';
                    END IF;
                    RETURN NEW;
                """,
            ),
            pgtrigger.Protect(name="never_removed", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.name} 第 {self.edition} 版"


class MachineKey(RootModel):
    """A secret shared with the machine of one bank or one other office; shown once, kept sealed.

    A bank hands in statements and signals, another office (`office`: a court, a register) signals of its `source`.
    A rotated key stays valid until `ends_at`, so that the machine can change over without a gap.
    """

    bank = models.ForeignKey(
        Bank, models.PROTECT, null=True, blank=True, related_name="keys", verbose_name="银行"
    )
    office = models.CharField("单位", max_length=60, blank=True, default="")
    source = models.CharField("来源", max_length=8, choices=SignalSource.choices, default=SignalSource.BANK)
    key_id = models.CharField("密钥编号", max_length=24, unique=True)
    secret_sealed = models.BinaryField(editable=False)
    issued_at = models.DateTimeField("发放时间")
    ends_at = models.DateTimeField("停用时间", null=True, blank=True)
    ended_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="停用人"
    )
    end_reason = models.CharField("停用原因", max_length=200, blank=True, default="")
    used_at = models.DateTimeField("最近使用", null=True, blank=True, editable=False)

    scope_paths: ClassVar[ScopePaths] = ScopePaths()
    objects = ScopedQuerySet["MachineKey"].as_manager()

    class Meta:
        verbose_name = "接口密钥"
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__isnull=True) | (Q(ended_by__isnull=False) & ~Q(end_reason="")),
                name="funds_machinekey_ended",
            ),
            models.CheckConstraint(
                condition=Q(bank__isnull=False, office="", source="BANK")
                | (Q(bank__isnull=True) & ~Q(office="") & ~Q(source="BANK")),
                name="funds_machinekey_holder",
                violation_error_message="密钥发给一家银行，或写明单位名称和来源的一个其他单位。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.holder} {self.key_id}"

    @property
    def sender_code(self) -> str:
        """What marks signals of this holder, whichever of its keys signed: the bank's uid, or the office's name."""
        return str(self.bank.uid) if self.bank else self.office

    @property
    def holder(self) -> str:
        """Whose machine signs with it."""
        return str(self.bank) if self.bank else self.office


class MachineNonce(models.Model):
    """A number that a signed request used; the same number of the same key is a replay."""

    key = models.ForeignKey(MachineKey, models.PROTECT, related_name="+")
    nonce = models.CharField(max_length=64)
    seen_at = models.DateTimeField()

    scope_paths: ClassVar[ScopePaths] = ScopePaths(bureau="key__bureau", region="key__region_path")
    objects = ScopedQuerySet["MachineNonce"].as_manager()

    class Meta:
        verbose_name = "接口请求编号"
        constraints = [models.UniqueConstraint(fields=["key", "nonce"], name="funds_machinenonce_once")]
        indexes = [models.Index(fields=["seen_at"], name="funds_machinenonce_seen")]

    def __str__(self) -> str:
        return self.nonce
