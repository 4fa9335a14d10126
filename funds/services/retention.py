"""Names and numbers of families leave the contracts when the term after their end has passed.

The rows, amounts, ledger entries, digests of certificates and the audit chain stay: none of them holds a name, so
that `verify_ledger` and the proofs of past days hold as before (个人信息保护法 第十九条、第四十七条). The bank's
own lines are vouchers of the accounts and stay for as long as accounting law keeps them (会计档案管理办法).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction as database
from django.db.models import Exists, OuterRef

from accounts.models import Bureau, User
from casework import audit
from casework.canonical import sha256_hex
from casework.evidence.services import evidence_discard
from casework.models import EvidenceFile
from casework.records import root_fields
from funds.models import Contract, Family, FamilyClearing, Instruction, Refund, new_link_key
from funds.rules import RETENTION
from funds.selectors.retention import Retention, clearing_due, retention

CLEARED = "已清除"
AT_ONCE = 1000
OF_CONTRACT = (
    "student_sealed", "student_masked", "student_digest", "payer_digest", "payer_masked",
    "payer_account_sealed", "payer_account_digest", "payer_account_tail", "clearing", "version",
)  # fmt: skip
OF_FAMILY = (
    "name_sealed", "name_masked", "phone_sealed", "phone_digest", "phone_tail", "link_key", "clearing", "version",
)  # fmt: skip


@database.atomic
def families_clear(*, actor: User, bureau: Bureau, today: date, at: datetime) -> FamilyClearing | None:
    """Clear what ended contracts of a bureau say about their families, AT_ONCE at most; None when nothing is due.

    Pupil, payer, account number, scans and the payee of refunds go with the contract; name, telephone and personal
    link go with a family's last contract. Each call is whole: a run that broke off goes on with the next one.
    """
    term = retention(bureau, today)
    rows = _locked(bureau, term) if term else []
    if term is None or not rows:
        return None
    families = _families_of(rows)
    scans = _scans_of(rows)
    clearing = _clearing(actor, bureau, term, rows, at)
    clearing.families_n, clearing.files_n = len(families), len(scans)
    clearing.payments_n = _payees_clear(rows)
    clearing.save(force_insert=True)
    for row in rows:
        _contract_clear(row, clearing)
    Contract.objects.bulk_update(rows, OF_CONTRACT, batch_size=200)
    for family in families:
        _family_clear(family, clearing)
    Family.objects.bulk_update(families, OF_FAMILY, batch_size=200)
    audit.record(
        actor=actor,
        verb="funds.families_clear",
        target=clearing,
        changes={
            "contracts": [None, len(rows)],
            "families": [None, len(families)],
            "rows_sha256": [None, clearing.rows_sha256],
        },
        reason=term.value.label,
        at=at,
    )
    evidence_discard(actor=actor, files=scans, rule=RETENTION, at=at)
    return clearing


def _locked(bureau: Bureau, term: Retention) -> list[Contract]:
    """What is due, locked in the order of keys; what changed before the lock is left out."""
    rows = Contract.objects.filter(bureau=bureau)
    due = list(clearing_due(rows, term).values_list("pk", flat=True)[:AT_ONCE])
    list(rows.select_for_update().filter(pk__in=due).order_by("pk").values_list("pk"))
    return list(clearing_due(rows, term).filter(pk__in=due))


def _families_of(rows: Sequence[Contract]) -> list[Family]:
    """Those whose every contract is cleared with these. A contract being written meanwhile is waited for."""
    pks = {row.family_id for row in rows}
    list(Family.objects.select_for_update().filter(pk__in=pks).order_by("pk").values_list("pk"))
    others = Contract.objects.filter(family=OuterRef("pk"), clearing__isnull=True).exclude(
        pk__in=[row.pk for row in rows]
    )
    return list(Family.objects.filter(~Exists(others), pk__in=pks, clearing__isnull=True).order_by("pk"))


def _scans_of(rows: Sequence[Contract]) -> list[EvidenceFile]:
    """Papers of the contracts and of their refunds."""
    refunds = Refund.objects.filter(contract__in=rows).values_list("uid", flat=True)
    files = EvidenceFile.objects.select_for_update().filter(
        subject_type__in=[Contract._meta.label_lower, Refund._meta.label_lower],
        subject_uid__in=[*(row.uid for row in rows), *refunds],
        discarded_at__isnull=True,
    )
    return list(files.order_by("pk"))


def _clearing(
    actor: User, bureau: Bureau, term: Retention, rows: Sequence[Contract], at: datetime
) -> FamilyClearing:
    return FamilyClearing(
        **root_fields(actor=actor, region=bureau.region, bureau=bureau),
        rule=RETENTION,
        term=term.value.value,
        basis=term.value.basis,
        ended_before=term.ended_before,
        contracts_n=len(rows),
        rows_sha256=sha256_hex([str(row.uid) for row in rows]),
        cleared_at=at,
    )


def _payees_clear(rows: Sequence[Contract]) -> int:
    """Refunds were paid to the family; the amounts and the bank's numbers stay."""
    return Instruction.objects.filter(contract__in=rows, kind="REFUND_PAY").update(
        payee_masked=CLEARED, payee_digest="", payee_account_digest="", payee_account_tail=""
    )


def _contract_clear(row: Contract, clearing: FamilyClearing) -> None:
    """Constraints ask for a pupil: the row's own identity stands where the digest of the name stood."""
    row.student_masked, row.student_digest = CLEARED, row.uid.hex
    row.student_sealed = row.payer_account_sealed = b""
    row.payer_digest = row.payer_masked = row.payer_account_digest = row.payer_account_tail = ""
    row.clearing = clearing
    row.version += 1


def _family_clear(row: Family, clearing: FamilyClearing) -> None:
    row.name_masked, row.phone_digest, row.phone_tail = CLEARED, row.uid.hex, ""
    row.name_sealed = row.phone_sealed = b""
    row.link_key, row.clearing = new_link_key(), clearing
    row.version += 1


audit.verb("funds.families_clear", "按保存期限清除家长和学员信息")
