"""The institution's own account for released money: filed, then verified by a second person."""

from __future__ import annotations

import re
from datetime import datetime

from django.db import transaction as database

from accounts.models import User
from casework import audit
from casework.crypto import blind_index, seal
from casework.errors import Unlawful
from casework.records import record_create, root_fields
from casework.steps import require
from casework.workflow import transition
from funds.models import EscrowAccount, SettlementAccount
from institutions.models import Institution

NUMBER = re.compile(r"\d{8,32}")


@database.atomic
def settlement_propose(
    *,
    actor: User,
    institution: Institution,
    account_name: str,
    bank_name: str,
    number: str,
    at: datetime | None = None,
) -> SettlementAccount:
    """File the account to which releases go. Raises NotAllowed, Unlawful (no number, a supervised account)."""
    require(actor, "funds.account_edit")
    digits = re.sub(r"[\s-]", "", number)
    if not NUMBER.fullmatch(digits):
        raise Unlawful("账号应为 8 至 32 位数字，请填写完整账号，不能带星号。")
    digest = blind_index(digits)
    if EscrowAccount.objects.filter(number_digest=digest).exclude(status="CLOSED").exists():
        raise Unlawful("这是监管账户，不能作为结算账户。")
    if account_name.strip() != institution.name:
        raise Unlawful(f"结算账户的户名须是机构本身：{institution.name}。")
    row = SettlementAccount(
        **root_fields(actor=actor, region=institution.region),
        institution=institution,
        account_name=account_name.strip(),
        bank_name=bank_name.strip(),
        number_digest=digest,
        number_tail=digits[-4:],
    )
    row.number_sealed = seal(digits, f"funds.settlementaccount.number:{row.uid}")
    return record_create(actor=actor, obj=row, verb="funds.settlement_propose", at=at)


@database.atomic
def settlement_verify(
    *, actor: User, settlement: SettlementAccount, at: datetime | None = None
) -> SettlementAccount:
    """A second person compared it; an earlier one is retired. Raises WrongState, NotAllowed, Blocked."""
    for old in SettlementAccount.objects.filter(institution=settlement.institution, status="VERIFIED"):
        transition(old, "retire", actor=actor, at=at)
    return transition(settlement, "verify", actor=actor, at=at, values={"verified_by": actor})


def settlement_retire(
    *, actor: User, settlement: SettlementAccount, at: datetime | None = None
) -> SettlementAccount:
    """Take it out of use. Raises WrongState, NotAllowed."""
    return transition(settlement, "retire", actor=actor, at=at)


for code, sentence in {
    "settlement_propose": "登记结算账户",
    "settlementaccount_verify": "核验结算账户",
    "settlementaccount_retire": "停用结算账户",
}.items():
    audit.verb(f"funds.{code}", sentence)
