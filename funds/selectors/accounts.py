"""Scoped reads of this room."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import (
    BigIntegerField,
    Case,
    Count,
    DateField,
    Exists,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Coalesce

from accounts.models import User
from accounts.querysets import ScopedQuerySet
from funds.models import (
    HOLDING,
    AccountFreeze,
    AccountKind,
    Bank,
    DepositMovement,
    DepositRequirement,
    EntryLine,
    EscrowAccount,
    LedgerAccount,
)
from institutions.models import Institution
from institutions.selectors import institutions_visible

MONEY_ON_ACCOUNTS = (AccountKind.DEPOSIT_BANK, AccountKind.ESCROW_BANK)
CONTROLLED = ("OPERATING", "SUSPENDED")


def banks_visible(actor: User) -> ScopedQuerySet[Bank]:
    """Banks of the bureau with the number of accounts in use."""
    in_use = Count("accounts", filter=~Q(accounts__status="CLOSED"))
    rows: Any = Bank.objects.visible_to(actor)
    found: ScopedQuerySet[Bank] = rows.annotate(account_count=in_use).order_by("name", "branch")
    return found


def accounts_visible(actor: User) -> ScopedQuerySet[EscrowAccount]:
    """Supervised accounts with the money on them (fen) and whether a freeze holds, newest first."""
    held = (
        LedgerAccount.objects.filter(subject_uid=OuterRef("uid"), kind__in=MONEY_ON_ACCOUNTS)
        .values("subject_uid")
        .annotate(fen=Sum("balance_fen"))
        .values("fen")
    )
    frozen = AccountFreeze.objects.filter(account=OuterRef("pk"), status__in=HOLDING)
    rows: Any = EscrowAccount.objects.visible_to(actor)
    found: ScopedQuerySet[EscrowAccount] = (
        rows.select_related("institution", "institution__organisation", "bank", "region", "bureau")
        .annotate(
            held_fen=Coalesce(Subquery(held), Value(0), output_field=BigIntegerField()),
            is_frozen=Exists(frozen),
        )
        .order_by("-pk")
    )
    return found


def freezes_visible(actor: User) -> ScopedQuerySet[AccountFreeze]:
    """Freezes, newest first."""
    rows = AccountFreeze.objects.visible_to(actor)
    return rows.select_related(
        "account", "account__institution", "account__bank", "region", "created_by", "approved_by"
    ).order_by("-pk")


def movements_visible(actor: User) -> ScopedQuerySet[DepositMovement]:
    """Deposit movements, newest first."""
    rows = DepositMovement.objects.visible_to(actor)
    return rows.select_related(
        "account", "account__institution", "account__bank", "region", "created_by", "decided_by"
    ).order_by("-booked_on", "-pk")


def account_balance(account: EscrowAccount) -> int:
    """Fen on a supervised account, as the ledger has it."""
    rows = LedgerAccount.objects.filter(subject_uid=account.uid, kind__in=MONEY_ON_ACCOUNTS)
    return int(rows.aggregate(fen=Sum("balance_fen"))["fen"] or 0)


def institution_balance(institution: Institution) -> int:
    """Fen on all supervised accounts of an institution."""
    rows = LedgerAccount.objects.filter(institution=institution, kind__in=MONEY_ON_ACCOUNTS)
    return int(rows.aggregate(fen=Sum("balance_fen"))["fen"] or 0)


def has_waiting(institution: Institution) -> bool:
    """Whether a movement of the institution waits for its second person."""
    return DepositMovement.objects.filter(account__institution=institution, status="PROPOSED").exists()


def lines_of(actor: User, account: EscrowAccount, limit: int = 50) -> list[dict[str, Any]]:
    """The newest lines of the account's money in the ledger, with what each was posted for."""
    lines = list(
        EntryLine.objects.visible_to(actor)
        .filter(account__subject_uid=account.uid, account__kind__in=MONEY_ON_ACCOUNTS)
        .select_related("account")
        .order_by("-pk")[:limit]
    )
    from funds.models import Entry

    entries = {entry.uid: entry for entry in Entry.objects.filter(uid__in=[row.entry_uid for row in lines])}
    return [{"line": line, "entry": entries[line.entry_uid]} for line in lines]


def required_on(institution: Institution, day: date) -> DepositRequirement | None:
    """The requirement in force on a day."""
    rows = DepositRequirement.objects.filter(institution=institution, since__lte=day)
    return rows.order_by("-since").first()


def requirements_of(actor: User, institution: Institution) -> list[DepositRequirement]:
    """All requirements of an institution, newest first."""
    rows = DepositRequirement.objects.visible_to(actor).filter(institution=institution)
    return list(rows.select_related("created_by"))


def deposit_places(actor: User, today: date) -> QuerySet[Any]:
    """Licensed institutions with what they must keep, what they keep and what is missing, in fen.

    Closed places with money left are listed too: it has to go back.
    """
    latest = DepositRequirement.objects.filter(institution=OuterRef("pk"), since__lte=today).order_by(
        "-since"
    )
    held = (
        LedgerAccount.objects.filter(institution=OuterRef("pk"), kind=AccountKind.DEPOSIT_BANK)
        .values("institution")
        .annotate(fen=Sum("balance_fen"))
        .values("fen")
    )
    zero = Value(0, output_field=BigIntegerField())
    rows: Any = institutions_visible(actor)
    found: QuerySet[Any] = (
        rows.annotate(
            required_fen=Subquery(latest.values("required_fen")[:1], output_field=BigIntegerField()),
            top_up_due=Subquery(latest.values("due_on")[:1], output_field=DateField()),
            held_fen=Coalesce(Subquery(held), zero),
        )
        .annotate(
            short_fen=Case(
                When(
                    required_fen__gt=F("held_fen"),
                    operating_state__in=CONTROLLED,
                    then=F("required_fen") - F("held_fen"),
                ),
                default=zero,
                output_field=BigIntegerField(),
            )
        )
        .filter(Q(standing="LICENSED", operating_state__in=CONTROLLED) | Q(held_fen__gt=0))
        .order_by("-short_fen", "region__code", "name_norm", "pk")
    )
    return found


def deposit_totals(actor: User, today: date) -> dict[str, int]:
    """Institutions, fen held, fen missing, how many are short or have no requirement."""
    found = deposit_places(actor, today).aggregate(
        places=Count("pk"),
        held=Sum("held_fen"),
        missing=Sum("short_fen"),
        short=Count("pk", filter=Q(short_fen__gt=0)),
        unset=Count("pk", filter=Q(required_fen__isnull=True)),
    )
    return {name: int(value or 0) for name, value in found.items()}


@dataclass(frozen=True)
class TownRates:
    """Numerators of one township over its licensed institutions in operation."""

    name: str
    places: int
    opened: int
    filed: int
    verified: int
    enabled: int


def rates_by_town(actor: User) -> list[TownRates]:
    """Opened, filed, verified and payment-enabled custody accounts of licensed institutions, by township.

    Counted by institution: one with an account in that state or a later one counts once.
    """
    reached = {
        "opened": ["OPENED", "FILED", "VERIFIED", "PAY_ENABLED", "CLOSING"],
        "filed": ["FILED", "VERIFIED", "PAY_ENABLED", "CLOSING"],
        "verified": ["VERIFIED", "PAY_ENABLED", "CLOSING"],
        "enabled": ["PAY_ENABLED"],
    }
    own = EscrowAccount.objects.filter(institution=OuterRef("pk"), kind="CUSTODY")
    rows: Any = Institution.objects.visible_to(actor).filter(
        standing="LICENSED", operating_state__in=CONTROLLED
    )
    flagged = rows.annotate(**{name: Exists(own.filter(status__in=codes)) for name, codes in reached.items()})
    counted = (
        flagged.order_by()
        .values("region__code", "region__name")
        .annotate(
            places=Count("pk"),
            **{f"{name}_n": Count("pk", filter=Q(**{name: True})) for name in reached},
        )
        .order_by("region__code")
    )
    return [
        TownRates(
            row["region__name"], row["places"], row["opened_n"], row["filed_n"], row["verified_n"],
            row["enabled_n"],
        )
        for row in counted
    ]  # fmt: skip


def rates_total(lines: list[TownRates]) -> TownRates:
    """All townships together."""
    names = ("places", "opened", "filed", "verified", "enabled")
    return TownRates("合计", *(sum(getattr(line, name) for line in lines) for name in names))


def exceptions(actor: User, today: date) -> dict[str, int]:
    """How many accounts are late or frozen, how many movements wait."""
    counted = accounts_visible(actor).aggregate(
        late=Count("pk", filter=Q(status="OPENED", filing_due_on__lt=today)),
        frozen=Count("pk", filter=Q(is_frozen=True)),
    )
    waiting = DepositMovement.objects.visible_to(actor).filter(status="PROPOSED").count()
    return {**counted, "waiting": waiting}


def balances_by_bank(actor: User) -> list[dict[str, Any]]:
    """Accounts in use and fen in the ledger for each bank, the largest first."""
    rows: Any = accounts_visible(actor).exclude(status="CLOSED").order_by()
    return list(
        rows.values("bank", "bank__name", "bank__branch")
        .annotate(accounts=Count("pk"), fen=Sum("held_fen"))
        .order_by("-fen", "bank__name")
    )
