"""Opening sealed account numbers of payees; each reading and its reason are an audit event."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction as database

from accounts.models import User
from casework import audit
from casework.crypto import unseal
from casework.errors import NotAllowed, Unlawful
from casework.steps import require
from funds.models import Contract, SettlementAccount


@database.atomic
def settlement_number_reveal(
    *, actor: User, settlement: SettlementAccount, reason: str, at: datetime | None = None
) -> str:
    """The whole number of an institution's own account. Raises NotAllowed, Unlawful (no reason)."""
    _read(actor, settlement, reason, settlement.number_digest, at)
    return unseal(settlement.number_sealed, f"funds.settlementaccount.number:{settlement.uid}")


@database.atomic
def payer_number_reveal(*, actor: User, contract: Contract, reason: str, at: datetime | None = None) -> str:
    """The whole number from which a family paid. Raises NotAllowed, Unlawful (no reason, not known)."""
    _read(actor, contract, reason, contract.payer_account_digest, at)
    return unseal(contract.payer_account_sealed, f"funds.contract.payer_account:{contract.uid}")


def _read(
    actor: User, row: Contract | SettlementAccount, reason: str, digest: str, at: datetime | None
) -> None:
    """Who may read, and that it was read; families' digests stay out of the audit."""
    require(actor, "funds.number_reveal")
    if not type(row).objects.visible_to(actor).filter(pk=row.pk).exists():
        raise NotAllowed("不在您的辖区内，不能查看。")
    if not reason.strip():
        raise Unlawful("查看完整账号须写明用途。")
    if not digest:
        raise Unlawful("还没有登记账号。")
    audit.record(
        actor=actor, verb="funds.number_reveal", target=row, reason=reason.strip(), about=row.file_uid, at=at
    )
