"""What this room gives to a penalty case: its fee table from the ledger, and a proposed freeze under the agreement."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db import transaction as database
from django.db.models import Max, Sum

from accounts.models import User
from casework import audit
from casework.canonical import sha256_hex
from casework.crypto import unseal
from casework.errors import NotAllowed, Unlawful
from casework.steps import require
from funds.models import AccountFreeze, Contract, EscrowAccount, Refund
from funds.services.freezes import FREEZABLE, freeze_propose
from penalties.fees import FeeLine
from penalties.models import Case
from penalties.services import fees_set

FEED = "funds.case_feed"


def case_contracts(case: Case, since: date | None = None, until: date | None = None) -> list[Contract]:
    """Paid contracts of the case's institution by the day of their first payment, in the days asked for."""
    if case.institution_id is None:
        return []
    rows = Contract.objects.filter(institution=case.institution_id, paid_fen__gt=0)
    if since is not None:
        rows = rows.filter(first_paid_on__gte=since)
    if until is not None:
        rows = rows.filter(first_paid_on__lte=until)
    return list(rows.order_by("first_paid_on", "pk"))


@database.atomic
def case_fees_feed(
    *,
    actor: User,
    case: Case,
    since: date | None = None,
    until: date | None = None,
    at: datetime | None = None,
) -> int:
    """Fill the case's fee table from this room's contracts, by a call down; it replaces what stood. How many rows.

    Pupils' names are opened for the case file and sealed again there; one event says so. Raises NotAllowed,
    Unlawful (nothing to feed), WrongState (the inquiry has ended).
    """
    require(actor, FEED)
    if not Case.objects.visible_to(actor).filter(pk=case.pk).exists():
        raise NotAllowed("这个案件不在您的辖区内。")
    rows = case_contracts(case, since, until)
    if not rows:
        raise Unlawful("这家机构在所选日期内没有缴过费的合同。")
    refunds = Refund.objects.filter(contract__in=rows, status="PAID").order_by().values("contract")
    paid = {
        item["contract"]: (int(item["fen"]), item["day"])
        for item in refunds.annotate(fen=Sum("amount_fen"), day=Max("paid_on"))
    }
    lines = [_line(row, *paid.get(row.pk, (0, None))) for row in rows]
    changes: dict[str, list[Any]] = {
        "rows": [None, len(rows)],
        "sha256": [None, sha256_hex(sorted(str(row.uid) for row in rows))],
    }
    audit.record(
        actor=actor, verb="funds.case_fees_feed", target=case, changes=changes, reason=f"案件 {case.number}",
        about=rows[0].file_uid, at=at,
    )  # fmt: skip
    return fees_set(actor=actor, case=case, lines=lines, at=at)


def _line(row: Contract, refunded: int, day: date | None) -> FeeLine:
    return FeeLine(
        pupil=unseal(row.student_sealed, f"funds.contract.student:{row.uid}")[:40],
        charged=row.paid_fen,
        lessons_total=row.lessons,
        lessons_used=row.used,
        refunded=refunded,
        refunded_on=day,
        note=f"合同 {row.number} {row.course}"[:120],
    )


def freezable_accounts(case: Case) -> list[EscrowAccount]:
    """Accounts of the case's institution that may be frozen."""
    if case.institution_id is None:
        return []
    rows = EscrowAccount.objects.filter(institution=case.institution_id, status__in=FREEZABLE)
    return list(rows.select_related("bank", "institution", "region").order_by("kind", "pk"))


def case_freeze_propose(
    *,
    actor: User,
    case: Case,
    account: EscrowAccount,
    reason: str,
    clause: str = "",
    at: datetime | None = None,
) -> AccountFreeze:
    """Propose a freeze for a case under the agreement's clause; a section head approves it, refunds stay open.

    Raises NotAllowed, Unlawful (an account of another institution, no clause, one is under way).
    """
    if not Case.objects.visible_to(actor).filter(pk=case.pk).exists():
        raise NotAllowed("这个案件不在您的辖区内。")
    if account.institution_id != case.institution_id:
        raise Unlawful("只能冻结本案当事机构的监管账户。")
    return freeze_propose(
        actor=actor, account=account, reason=reason, clause=clause, source_no=(case.number or case.title)[:60],
        at=at,
    )  # fmt: skip


audit.verb("funds.case_fees_feed", "把合同收退费送入处罚案件")
