"""Accounts of the ledger are opened on first use and never closed; a closed one has balance zero."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.db import transaction

from funds.models import ACCOUNT_SIDES, MAY_GO_NEGATIVE, AccountKind, LedgerAccount
from institutions.models import Institution


@transaction.atomic
def account_of(*, kind: AccountKind, subject_uid: UUID, institution: Institution) -> LedgerAccount:
    """The account of that kind about that subject; two callers at once get the same row.

    A missing row cannot be locked, so it is put in before anybody locks it.
    """
    found = LedgerAccount.objects.filter(kind=kind, subject_uid=subject_uid).first()
    if found is not None:
        return found
    LedgerAccount.objects.bulk_create(
        [
            LedgerAccount(
                bureau_id=institution.bureau_id,
                institution=institution,
                kind=kind,
                side=ACCOUNT_SIDES[kind],
                subject_uid=subject_uid,
                may_go_negative=kind in MAY_GO_NEGATIVE,
            )
        ],
        ignore_conflicts=True,
    )
    return LedgerAccount.objects.get(kind=kind, subject_uid=subject_uid)


@transaction.atomic
def accounts_of(
    *, kind: AccountKind, subject_uids: Iterable[UUID], institution: Institution
) -> dict[UUID, LedgerAccount]:
    """The accounts of that kind about many subjects, by subject, in one query when all are open."""
    wanted = set(subject_uids)
    rows = LedgerAccount.objects.filter(kind=kind, subject_uid__in=wanted)
    found = {row.subject_uid: row for row in rows}
    missing = sorted(wanted - found.keys())
    if missing:
        new = [
            LedgerAccount(
                bureau_id=institution.bureau_id,
                institution=institution,
                kind=kind,
                side=ACCOUNT_SIDES[kind],
                subject_uid=uid,
                may_go_negative=kind in MAY_GO_NEGATIVE,
            )
            for uid in missing
        ]
        LedgerAccount.objects.bulk_create(new, ignore_conflicts=True)
        found |= {row.subject_uid: row for row in rows.all()}
    return found
