"""Portal accounts of banks' clerks."""

from __future__ import annotations

from django.db import transaction as database

from accounts.models import Organisation, OrganisationKind, User
from accounts.roles import Role
from casework import audit
from casework.people.services import account_make
from casework.records import record_update
from casework.steps import lock, require
from funds.models import Bank

OPEN = "funds.bank_user_open"


@database.atomic
def bank_user_open(*, actor: User, bank: Bank, username: str, name: str, phone: str = "") -> tuple[User, str]:
    """Give a bank's clerk an account; returns it with the first password, which is shown once.

    The first account also makes the body that the bank acts as. Raises NotAllowed, Unlawful.
    """
    require(actor, OPEN)
    body = _body(actor, lock(bank))
    values = {"name": name, "title": "经办人", "phone": phone, "organisation": body}
    return account_make(actor=actor, username=username, values=values, roles=[Role.BANK_CLERK])


def _body(actor: User, bank: Bank) -> Organisation:
    if bank.organisation is not None:
        return bank.organisation
    body = Organisation.objects.create(
        bureau=bank.bureau,
        kind=OrganisationKind.BANK,
        name=str(bank)[:100],
        short_name=str(bank)[:40],
        region=bank.region,
        region_path=bank.region_path,
    )
    record_update(actor=actor, obj=bank, values={"organisation": body}, verb="funds.bank_account_link")
    return body


audit.verb("funds.bank_account_link", "关联银行办事主体")
