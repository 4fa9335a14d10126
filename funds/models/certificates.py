"""What was owed to families at the end of a day, against what lay in custody, with a root that proves it."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from accounts.models import Bureau
from accounts.querysets import ScopedQuerySet, ScopePaths
from casework.models.audit import APPEND_ONLY
from casework.models.base import uuid7
from funds.models.ledger import PARTICIPANTS
from institutions.models import Institution


class DailyCertificate(models.Model):
    """One institution's day: liabilities and cash by the shadow ledger, and how far the bank has confirmed it.

    `verified_until` is the last day whose statement was compared and closed; later days are the ledger's word
    alone. `gap_fen` is what cash and money in transit within its term lacked against families' claims that day, zero
    when covered; certificates made before the gap was kept have none. `root` and
    `owed_fen` are the top of the Merkle-sum tree over the families' claims; `contracts` and `claims` (fen) are its
    leaves in the day's shuffled order. Append-only: a certificate is never rewritten.
    """

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    bureau = models.ForeignKey(Bureau, models.PROTECT, related_name="+", verbose_name="主管部门")
    institution = models.ForeignKey(
        Institution, models.PROTECT, related_name="certificates", verbose_name="机构"
    )
    on = models.DateField("日期")
    owed_fen = models.BigIntegerField("家长未消课和应退（分）")
    releasable_fen = models.BigIntegerField("已确认未拨付（分）")
    other_fen = models.BigIntegerField("来源不明收款和期初（分）", default=0)
    bank_fen = models.BigIntegerField("托管存款（分）")
    transit_fen = models.BigIntegerField("在途款（分）")
    claim_fen = models.BigIntegerField("无指令支出和应由机构补足（分）", default=0)
    gap_fen = models.BigIntegerField("存款和期限内在途款的缺口（分）", null=True, blank=True)
    families = models.PositiveIntegerField("合同数")
    root = models.CharField("根", max_length=64)
    contracts = ArrayField(models.BigIntegerField(), default=list)
    claims = ArrayField(models.BigIntegerField(), default=list)
    verified_until = models.DateField("已核验至", null=True, blank=True)
    made_at = models.DateTimeField("生成时间")

    scope_paths: ClassVar[ScopePaths] = ScopePaths(
        region="institution__region_path",
        counterpart="institution__organisation",
        participants=PARTICIPANTS,
    )
    objects = ScopedQuerySet["DailyCertificate"].as_manager()

    class Meta:
        verbose_name = "每日资金证明"
        constraints = [
            models.UniqueConstraint(fields=["institution", "on"], name="funds_dailycertificate_once"),
            models.CheckConstraint(condition=Q(owed_fen__gte=0), name="funds_dailycertificate_owed"),
            models.CheckConstraint(condition=Q(gap_fen__gte=0), name="funds_dailycertificate_gap"),
        ]
        indexes = [models.Index(fields=["bureau", "-on"], name="funds_certificate_day")]
        triggers = [*APPEND_ONLY]

    def __str__(self) -> str:
        return f"{self.on:%Y-%m-%d} 资金证明"

    @property
    def is_balanced(self) -> bool:
        """Both sides of the ledger agree (funds.md §8.5 rule 3)."""
        held = self.bank_fen + self.transit_fen + self.claim_fen
        return held == self.owed_fen + self.releasable_fen + self.other_fen
