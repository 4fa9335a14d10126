"""What this room gives to a penalty case: its fee table from the ledger, and a proposed freeze under the agreement."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db import transaction as database

from accounts.models import User
from casework import audit
from casework.canonical import sha256_hex
from casework.crypto import unseal
from casework.errors import NotAllowed, Unlawful
from casework.steps import require
from funds.models import AccountFreeze, Contract, EscrowAccount
from funds.selectors.cases import case_contracts, refunded_of
from funds.services.freezes import freeze_propose
from penalties.fees import FeeLine
from penalties.models import Case
from penalties.services import fees_set

FEED = "funds.case_feed"


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
    rows = list(case_contracts(case, since, until))
    if not rows:
        raise Unlawful("这家机构在所选日期内没有缴过费的合同。")
    paid = refunded_of(rows)
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
        pupil=row.student_masked
        if row.clearing_id
        else unseal(row.student_sealed, f"funds.contract.student:{row.uid}")[:40],
        charged=row.paid_fen,
        lessons_total=row.lessons,
        lessons_used=row.used,
        refunded=refunded,
        refunded_on=day,
        note=f"合同 {row.number} {row.course}"[:120],
    )


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
