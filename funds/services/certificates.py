"""The daily certificate: what is owed to families, what lies in custody, and a root that proves the sum."""

from __future__ import annotations

import logging
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction as database
from django.db.models import BigIntegerField, Case, F, OuterRef, Subquery, Sum, Value, When
from django.db.models.functions import Coalesce

from accounts.models import User
from casework import audit
from casework.crypto import blind_index
from casework.errors import Unlawful
from funds import merkle
from funds.models import (
    AccountDay,
    Contract,
    DailyCertificate,
    DayState,
    EntryLine,
    EscrowAccount,
    Family,
    LedgerAccount,
)
from funds.selectors.families import left_out, newest_certificate
from funds.selectors.money import transit_cover
from institutions.models import Institution

logger = logging.getLogger(__name__)
BACK_DAYS = 60
CLAIMS = ("CONTRACT_UNEARNED", "REFUND_PAYABLE")


def verified_until(account: EscrowAccount) -> date | None:
    """The last day that was closed with the bank's balance equal to the ledger's; None when there is none."""
    days = AccountDay.objects.filter(account=account, is_closed=True, state=DayState.EVEN)
    return days.order_by("-day").values_list("day", flat=True).first()


def balances_on(institution: Institution, on: date) -> list[LedgerAccount]:
    """Ledger accounts of an institution with `fen`, their balance at the end of a day."""
    signed = Case(When(side=OuterRef("side"), then=F("amount_fen")), default=-F("amount_fen"))
    later = (
        EntryLine.objects.filter(account=OuterRef("pk"), booked_on__gt=on)
        .values("account")
        .annotate(total=Sum(signed))
        .values("total")
    )
    zero = Value(0, output_field=BigIntegerField())
    rows: Any = LedgerAccount.objects.filter(institution=institution)
    found: list[LedgerAccount] = list(
        rows.annotate(fen=F("balance_fen") - Coalesce(Subquery(later, output_field=BigIntegerField()), zero))
    )
    return found


def salt_of(contract: Contract, on: date) -> str:
    """The day's salt of one claim: known to the office and the family only."""
    return blind_index(f"claim/{contract.uid}/{on.isoformat()}")


@database.atomic
def certificate_make(
    *, actor: User, institution: Institution, on: date, at: datetime
) -> DailyCertificate | None:
    """The certificate of one institution for one day, once; None when it has no custody account.

    Claims under deposit-mode contracts are not in it: that money is not in custody.
    """
    account = (
        EscrowAccount.objects.filter(institution=institution, kind="CUSTODY")
        .exclude(status="PLANNED")
        .order_by("-pk")
        .first()
    )
    if account is None:
        return None
    known = DailyCertificate.objects.filter(institution=institution, on=on).first()
    if known is not None:
        return known
    rows = balances_on(institution, on)
    contracts = {row.uid: row for row in Contract.objects.filter(institution=institution, mode="CUSTODY")}
    claims: dict[int, int] = {}
    by_pk = {row.pk: row for row in contracts.values()}
    sums: dict[str, int] = {}
    for row in rows:
        fen: int = getattr(row, "fen")  # noqa: B009
        sums[row.kind] = sums.get(row.kind, 0) + fen
        if row.kind in CLAIMS and row.subject_uid in contracts and fen:
            pk = contracts[row.subject_uid].pk
            claims[pk] = claims.get(pk, 0) + fen
    order = sorted(claims, key=lambda pk: blind_index(f"order/{by_pk[pk].uid}/{on.isoformat()}"))
    top = merkle.root([merkle.leaf(salt_of(by_pk[pk], on), claims[pk], by_pk[pk].order_no) for pk in order])
    made = DailyCertificate.objects.create(
        bureau=institution.bureau,
        institution=institution,
        on=on,
        owed_fen=top[1],
        releasable_fen=sums.get("INST_RELEASABLE", 0),
        other_fen=sums.get("SUSPENSE_IN", 0) + sums.get("OPENING", 0),
        bank_fen=sums.get("ESCROW_BANK", 0),
        transit_fen=sums.get("CHANNEL_TRANSIT", 0),
        gap_fen=_gap(institution, on, owed=top[1], sums=sums),
        claim_fen=sums.get("SUSPENSE_OUT", 0) + sums.get("CLAIM_ON_INST", 0),
        families=len(order),
        root=top[0],
        contracts=order,
        claims=[claims[pk] for pk in order],
        verified_until=verified_until(account),
        made_at=at,
    )
    audit.record(
        actor=actor,
        verb="funds.certificate_make",
        target=institution,
        changes={"on": [None, on], "root": [None, top[0]], "owed_fen": [None, top[1]]},
        about=institution.uid,
        at=at,
    )
    return made


def _gap(institution: Institution, on: date, *, owed: int, sums: dict[str, int]) -> int:
    """What cash and money in transit within its term lack against families' claims (fen)."""
    lack = owed - sums.get("ESCROW_BANK", 0)
    transit = sums.get("CHANNEL_TRANSIT", 0)
    if lack > 0 and transit > 0:
        place = Institution.objects.filter(pk=institution.pk)
        lack -= min(transit, transit_cover(place, on).get(institution.pk, 0))
    return max(0, lack)


def certificates_make(*, actor: User, on: date, at: datetime, failed: list[str] | None = None) -> int:
    """Certificates of every institution with a custody account; how many stand for that day.

    One that cannot be made is logged and named in `failed`; it does not hold up the others.
    """
    ids = EscrowAccount.objects.filter(kind="CUSTODY").values("institution")
    places = Institution.objects.filter(pk__in=ids).select_related("bureau").order_by("pk")
    stand = 0
    for place in places:
        try:
            stand += certificate_make(actor=actor, institution=place, on=on, at=at) is not None
        except Exception:
            logger.exception("no certificate of institution %s for %s", place.pk, on)
            if failed is not None:
                failed.append(f"{place.name} {on:%Y-%m-%d}")
    return stand


def certificates_catch_up(
    *, actor: User, until: date, at: datetime, failed: list[str] | None = None
) -> list[date]:
    """Make the certificates of `until` and of earlier days that some institution lacks; the days that were gone over.

    Days within `BACK_DAYS` and after an institution's first certificate in that span are looked at.
    """
    since = until - timedelta(days=BACK_DAYS)
    first: dict[int, date] = {}
    made: dict[int, set[date]] = {}
    rows = DailyCertificate.objects.filter(on__range=(since, until)).order_by("on")
    for place, on in rows.values_list("institution", "on"):
        first.setdefault(place, on)
        made.setdefault(place, set()).add(on)
    lacking = {
        on
        for place, start in first.items()
        for on in (start + timedelta(days=index) for index in range((until - start).days))
        if on not in made[place]
    }
    days = sorted({*lacking, until})
    for on in days:
        certificates_make(actor=actor, on=on, at=at, failed=failed)
    return days


def claim_proof(*, family: Family, contract: Contract) -> dict[str, Any]:
    """The proof of one claim in its institution's newest certificate, for `funds/data/verify_claim.py`.

    The subtotals of sibling subtrees are in it; whose they are nobody can tell. Raises Unlawful when there is no
    certificate yet or the claim is not in the newest one, saying whether it should be.
    """
    if contract.family_id != family.pk:
        raise Unlawful("只能查看自己合同的证明。")
    day = newest_certificate(contract)
    if day is None:
        raise Unlawful("还没有包含这份合同的每日证明，请明天再查。")
    if contract.pk not in day.contracts:
        raise Unlawful(left_out(contract, day))
    leaves, is_numbered = _leaves(day)
    place = day.contracts.index(contract.pk)
    return {
        "institution": contract.institution.name,
        "on": day.on.isoformat(),
        "order_no": contract.order_no if is_numbered else "",
        "fen": day.claims[place],
        "salt": salt_of(contract, day.on),
        "path": [
            {"hash": step.hash, "fen": step.fen, "is_left": step.is_left}
            for step in merkle.proof(leaves, place)
        ],
        "root": day.root,
        "total_fen": day.owed_fen,
        "bank_fen": day.bank_fen,
        "verified_until": day.verified_until.isoformat() if day.verified_until else None,
    }


def _leaves(day: DailyCertificate) -> tuple[list[merkle.Node], bool]:
    """The leaves behind a root, and whether order numbers are in them: the first certificates had none."""
    by_pk = Contract.objects.in_bulk(day.contracts)
    rows = [(by_pk[pk], fen) for pk, fen in zip(day.contracts, day.claims, strict=True)]
    leaves = [merkle.leaf(salt_of(row, day.on), fen, row.order_no) for row, fen in rows]
    if day.on >= merkle.NUMBERED_FROM or merkle.root(leaves)[0] == day.root:
        return leaves, True
    return [merkle.leaf(salt_of(row, day.on), fen) for row, fen in rows], False


audit.verb("funds.certificate_make", "生成每日资金证明")
