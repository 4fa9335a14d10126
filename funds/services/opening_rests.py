"""Closing what is left of opening stock (funds.md §8.2: rest of OPENING → RELEASABLE or CLAIM_ON_INST).

Money over the contracts is what the institution earned before and had not drawn: it becomes releasable and leaves only
by a release, under all its rules. It is not put into suspense, whose rows are lines of the bank, and this has none.
Contracts over the money are the institution's to make good.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction as database
from django.utils import timezone

from accounts.models import User
from casework import audit
from casework.errors import NotAllowed, Unlawful
from casework.models.base import uuid7
from casework.records import record_create, root_fields
from casework.steps import lock, refuse, require
from casework.workflow import transition
from funds import ledger, rules
from funds.ledger import Leg, credit, debit
from funds.models import AccountKind, Entry, EntryKind, OpeningRest, RestSide
from funds.selectors.opening import opening_rest, rest_stops
from funds.services.posting_lines import books, open_day
from institutions.models import Institution

PROPOSE = "funds.suspense_propose"


@database.atomic
def opening_rest_propose(
    *, actor: User, institution: Institution, reason: str, at: datetime | None = None
) -> OpeningRest:
    """Propose to close all that is left. Raises NotAllowed, Unlawful (no reason, nothing left), Blocked."""
    require(actor, PROPOSE)
    if not Institution.objects.visible_to(actor).filter(pk=institution.pk).exists():
        raise NotAllowed("这家机构不在您的辖区内，不能结清它的期初存量。")
    if not reason.strip():
        raise Unlawful("请写明理由：差额是什么，核对了谁、看了什么材料。")
    account = rules.custody_account(institution)
    if account is None:
        raise Unlawful("机构没有托管账户，没有期初存量。")
    account = lock(account)
    refuse(rest_stops(institution))
    rest = opening_rest(institution)
    if not rest:
        raise Unlawful("期初存量已经是零，不用结清。")
    row = OpeningRest(
        **root_fields(actor=actor, region=account.region, bureau=account.bureau),
        account=account,
        side=RestSide.OVER if rest > 0 else RestSide.SHORT,
        fen=abs(rest),
        reason=reason.strip()[:300],
    )
    return record_create(
        actor=actor, obj=row, verb="funds.openingrest_propose", reason=reason.strip()[:300], at=at
    )


@database.atomic
def opening_rest_post(*, actor: User, rest: OpeningRest, at: datetime | None = None) -> OpeningRest:
    """Confirm as another person: one entry, on the first open day of the account.

    Raises NotAllowed, WrongState, Blocked (the proposer; the rest has changed).
    """
    at = at or timezone.now()
    account = lock(rest.account)
    uid, on = uuid7(), open_day(account, timezone.localdate(at))
    values = {"decided_by": actor, "decided_at": at, "entry_uid": uid, "booked_on": on}
    posted = transition(rest, "post", actor=actor, at=at, values=values)
    ledger.entry_post(
        actor=actor,
        kind=EntryKind.OPENING_REST,
        key=str(posted.uid),
        legs=_legs(posted),
        booked_on=on,
        memo=posted.reason,
        at=at,
        uid=uid,
    )
    return posted


def _legs(rest: OpeningRest) -> tuple[Leg, Leg]:
    stock = books(rest.account, AccountKind.OPENING)
    if rest.side == RestSide.OVER:
        return debit(stock, rest.fen), credit(books(rest.account, AccountKind.INST_RELEASABLE), rest.fen)
    return debit(books(rest.account, AccountKind.CLAIM_ON_INST), rest.fen), credit(stock, rest.fen)


def opening_rest_refuse(
    *, actor: User, rest: OpeningRest, reason: str, at: datetime | None = None
) -> OpeningRest:
    """The rest stays where it is. Raises NotAllowed, WrongState, Unlawful, Blocked (the proposer)."""
    at = at or timezone.now()
    values = {"decided_by": actor, "decided_at": at, "refusal": reason.strip()[:300]}
    return transition(rest, "refuse", actor=actor, at=at, reason=reason.strip(), values=values)


@database.atomic
def opening_rest_reverse(
    *, actor: User, rest: OpeningRest, reason: str, at: datetime | None = None
) -> OpeningRest:
    """Undo a closing by its mirror image, as another than who confirmed it; the rest stands as before.

    Raises NotAllowed, WrongState, Unlawful, Blocked, Overdrawn (the money has been paid out meanwhile).
    """
    at = at or timezone.now()
    account, uid = lock(rest.account), uuid7()
    values = {"refusal": reason.strip()[:300], "reversal_uid": uid}
    undone = transition(rest, "reverse", actor=actor, at=at, reason=reason.strip(), values=values)
    entry = Entry.objects.get(uid=str(undone.entry_uid))
    on = open_day(account, max(timezone.localdate(at), entry.booked_on))
    ledger.entry_reverse(actor=actor, entry=entry, booked_on=on, memo=undone.refusal, at=at, uid=uid)
    return undone


for code, sentence in {
    "propose": "提出结清期初存量",
    "post": "复核结清期初存量",
    "refuse": "不予结清期初存量",
    "reverse": "冲正期初存量结清",
}.items():
    audit.verb(f"funds.openingrest_{code}", sentence)
