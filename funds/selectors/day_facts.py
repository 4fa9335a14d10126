"""What one day of every institution looked like, read from the ledger, lessons, contracts, refunds and clues."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db.models import BigIntegerField, Case, Count, F, Q, Sum, When

from accounts.models import Bureau
from complaints.models import Clue
from funds.models import (
    AccountKind,
    Contract,
    DepositRequirement,
    Entry,
    EntryKind,
    EntryLine,
    EscrowAccount,
    FileState,
    FundSignal,
    InvoiceCase,
    LedgerAccount,
    Lesson,
    LinePosting,
    Refund,
    Side,
    StatementFile,
    SuspenseItem,
)
from funds.rules import SPLIT
from funds.warnings import DayFacts
from institutions.models import Institution

OUTFLOWS = {
    EntryKind.RELEASE: "release",
    EntryKind.MANUAL_RELEASE: "release",
    EntryKind.REFUND_PAY: "refund",
    EntryKind.IN_RETURNED: "refund",
    EntryKind.OUT_UNMATCHED: "unknown",
}
RECEIPTS = (EntryKind.PAY_CHANNEL, EntryKind.PAY_DIRECT, EntryKind.IN_MATCHED, EntryKind.PAY_DEPOSIT_MODE)
DEPOSIT_SHORT = "DEPOSIT_SHORT"


@dataclass(frozen=True)
class Told:
    """One institution's day with the deposit that it had to keep and kept, in fen."""

    facts: DayFacts
    deposit_required_fen: int
    deposit_fen: int


def watched(bureau: Bureau) -> list[Institution]:
    """Institutions that keep supervised money or have contracts with families."""
    accounts = EscrowAccount.objects.exclude(status__in=["PLANNED", "CLOSED"])
    rows = Institution.objects.filter(bureau=bureau).filter(
        Q(pk__in=accounts.values("institution")) | Q(pk__in=Contract.objects.values("institution"))
    )
    return list(rows.order_by("pk"))


def day_facts(bureau: Bureau, day: date, settled_before: date) -> dict[int, Told]:
    """The day of each watched institution by its key.

    The balance chain of a day holds unless an entry of it was reversed: what was reversed is left out of what
    came and went, though it stands in the balance until the reversal's own day.

    Days from `settled_before` on are too young for a bank file to be missed.
    """
    places = watched(bureau)
    found = _Day(bureau, day, [place.pk for place in places], is_due=day < settled_before)
    return {place.pk: found.told(place.pk) for place in places}


Sums = dict[int, int]


class _Day:
    """All sums of one day, each read once for the whole bureau."""

    def __init__(self, bureau: Bureau, day: date, places: list[int], *, is_due: bool) -> None:
        self.bureau, self.day, self.places, self.is_due = bureau, day, places, is_due
        self.close, self.open = self._balances(day), self._balances(day - timedelta(days=1))
        self.moved = self._moved()
        self.entries = self._count(
            Entry.objects.filter(bureau=bureau, booked_on=day, kind__in=RECEIPTS), "institution"
        )
        self.lessons = self._lessons()
        self.refunds = self._count(Refund.objects.filter(applied_at__date=day), "contract__institution")
        self.clues = self._count(
            Clue.objects.filter(bureau=bureau, received_at__date=day, institution__isnull=False),
            "institution",
        )
        self.cases = self._count(InvoiceCase.objects.filter(status="OPEN"), "institution")
        self.contracts = self._contracts()
        self.missing = self._files_missing() if is_due else set()
        self.required = self._required()
        self.signals = self._signals()

    def told(self, place: int) -> Told:
        """One institution's part."""
        opened, closed = self._of(self.open, place), self._of(self.close, place)
        cash = AccountKind.ESCROW_BANK
        moved = self.moved[place]
        required, held = self.required.get(place, 0), closed[AccountKind.DEPOSIT_BANK]
        transit = closed[AccountKind.CHANNEL_TRANSIT]
        sold, over, pupils = self.contracts[place]
        taught, confirmed, auto = self.lessons[place]
        facts = DayFacts(
            day=self.day,
            opening_fen=opened[cash],
            in_fen=moved["in"],
            out_release_fen=moved["release"],
            out_refund_fen=moved["refund"],
            out_unknown_fen=moved["unknown"],
            closing_fen=closed[cash],
            unearned_fen=closed[AccountKind.CONTRACT_UNEARNED] + closed[AccountKind.REFUND_PAYABLE],
            releasable_fen=closed[AccountKind.INST_RELEASABLE],
            transit_fen=transit,
            transit_oldest_days=self._transit_age(place, transit) if transit > 0 else 0,
            receipts_n=self.entries.get(place, 0),
            active_students=pupils,
            lessons_taught=taught,
            lessons_confirmed=confirmed,
            lessons_auto=auto,
            refunds_asked_n=self.refunds.get(place, 0),
            complaints_n=self.clues.get(place, 0),
            units_sold=sold,
            over_limit_n=over,
            mismatched_n=self.cases.get(place, 0),
            flags=(*self.signals.get(place, ()), *((DEPOSIT_SHORT,) if held < required else ())),
            statement_received=place not in self.missing,
        )
        return Told(facts, required, held)

    @staticmethod
    def _of(balances: dict[tuple[int, str], int], place: int) -> dict[str, int]:
        return {kind: balances.get((place, kind), 0) for kind in AccountKind.values}

    def _balances(self, day: date) -> dict[tuple[int, str], int]:
        """By institution and kind at the end of a day: the kept balance less what was booked later."""
        found: dict[tuple[int, str], int] = defaultdict(int)
        kept = LedgerAccount.objects.filter(institution__in=self.places).order_by()
        for place, kind, fen in kept.values_list("institution", "kind").annotate(fen=Sum("balance_fen")):
            found[place, kind] += int(fen)
        signed = Case(
            When(side=F("account__side"), then=F("amount_fen")), default=-F("amount_fen"),
            output_field=BigIntegerField(),
        )  # fmt: skip
        later = EntryLine.objects.filter(account__institution__in=self.places, booked_on__gt=day).order_by()
        sums = later.values_list("account__institution", "account__kind").annotate(fen=Sum(signed))
        for place, kind, fen in sums:
            found[place, kind] -= int(fen)
        return found

    def _moved(self) -> dict[int, dict[str, int]]:
        """What came and went by institution and by what it was; entries that were reversed did not happen."""
        lines = list(
            EntryLine.objects.filter(
                account__institution__in=self.places,
                account__kind=AccountKind.ESCROW_BANK,
                booked_on=self.day,
            ).values_list("entry_uid", "account__institution", "side", "amount_fen")
        )
        uids = [uid for uid, *_ in lines]
        kinds = dict(Entry.objects.filter(uid__in=uids).values_list("uid", "kind"))
        gone = set(Entry.objects.filter(reversal_of__in=uids).values_list("reversal_of", flat=True))
        explained = self._explained(uids)
        found: dict[int, dict[str, int]] = defaultdict(lambda: defaultdict(int))
        for uid, place, side, fen in lines:
            kind = EntryKind(kinds[uid])
            if uid in gone or kind == EntryKind.REVERSE:
                continue
            name = "in" if side == Side.DEBIT else OUTFLOWS.get(kind, "")
            if name:
                found[place]["release" if uid in explained else name] += fen
        return found

    def _explained(self, uids: list[UUID]) -> set[UUID]:
        """Outflows without instruction on which two people have decided since."""
        lines = SuspenseItem.objects.filter(
            status="RESOLVED", fen__lt=0, account__institution__in=self.places
        )
        rows = LinePosting.objects.filter(entry_uid__in=uids, line_uid__in=lines.values("line_uid"))
        return set(rows.filter(fen__lt=0).values_list("entry_uid", flat=True))

    def _count(self, rows: Any, path: str) -> Sums:
        counted = rows.filter(**{f"{path}__in": self.places}).order_by().values_list(path)
        return {place: int(count) for place, count in counted.annotate(n=Count("pk"))}

    def _lessons(self) -> dict[int, tuple[int, int, int]]:
        on = {"confirmed_at__date": self.day}
        rows = Lesson.objects.filter(institution__in=self.places).filter(Q(taught_on=self.day) | Q(**on))
        counted = rows.order_by().values("institution").annotate(
            taught=Count("pk", filter=Q(taught_on=self.day, is_absent=False)),
            confirmed=Count("pk", filter=Q(status="CONFIRMED", **on)),
            auto=Count("pk", filter=Q(status="AUTO_CONFIRMED", **on)),
        )  # fmt: skip
        none = (0, 0, 0)
        return defaultdict(
            lambda: none,
            {row["institution"]: (row["taught"], row["confirmed"], row["auto"]) for row in counted},
        )

    def _contracts(self) -> dict[int, tuple[tuple[tuple[int, int], ...], int, int]]:
        """Sold on the day as (price of a lesson, lessons); above the caps; pupils whose course runs."""
        rows = Contract.objects.filter(institution__in=self.places, signed_on__lte=self.day).exclude(
            status__in=["DRAFT", "TERMINATED"]
        )
        running = rows.filter(starts_on__lte=self.day, ends_on__gte=self.day).filter(
            Q(ended_on__isnull=True) | Q(ended_on__gt=self.day)
        )
        pupils = dict(
            running.order_by().values_list("institution").annotate(n=Count("student_digest", distinct=True))
        )
        sold: dict[int, list[tuple[int, int]]] = defaultdict(list)
        over: dict[int, int] = defaultdict(int)
        today = rows.filter(signed_on=self.day).values_list("institution", "price_fen", "lessons", "warnings")
        for place, price, lessons, hints in today.order_by("pk"):
            sold[place].append((price // lessons, lessons))
            over[place] += _is_over(hints)
        return {
            place: (tuple(sold.get(place, ())), over.get(place, 0), pupils.get(place, 0))
            for place in self.places
        }

    def _files_missing(self) -> set[int]:
        """Institutions whose bank delivers files, but none for this day."""
        good = StatementFile.objects.filter(
            state__in=[FileState.POSTING, FileState.DONE], account__institution__in=self.places,
            account__kind="CUSTODY",
        ).exclude(account__status="CLOSED")  # fmt: skip
        has_begun = set(good.filter(covers_from__lte=self.day).values_list("account__institution", flat=True))
        covered = good.filter(covers_from__lte=self.day, covers_to__gte=self.day)
        return has_begun - set(covered.values_list("account__institution", flat=True))

    def _signals(self) -> dict[int, tuple[str, ...]]:
        """Kinds of signals that count on the day."""
        rows = FundSignal.objects.filter(institution__in=self.places, happened_on__lte=self.day).filter(
            Q(cleared_on__isnull=True) | Q(cleared_on__gt=self.day)
        )
        found: dict[int, set[str]] = defaultdict(set)
        for place, kind in rows.values_list("institution", "kind"):
            found[place].add(kind)
        return {place: tuple(sorted(kinds)) for place, kinds in found.items()}

    def _required(self) -> Sums:
        rows = DepositRequirement.objects.filter(institution__in=self.places, since__lte=self.day)
        latest = rows.order_by("institution", "-since").distinct("institution")
        return dict(latest.values_list("institution", "required_fen"))

    def _transit_age(self, place: int, fen: int) -> int:
        """Days since the oldest payment that has not settled, the first paid settling first."""
        lines: Iterable[tuple[date, int]] = EntryLine.objects.filter(
            account__institution=place, account__kind=AccountKind.CHANNEL_TRANSIT, side=Side.DEBIT,
            booked_on__lte=self.day,
        ).order_by("-booked_on", "-pk").values_list("booked_on", "amount_fen")  # fmt: skip
        oldest = self.day
        for booked_on, amount in lines:
            oldest, fen = booked_on, fen - amount
            if fen <= 0:
                break
        return (self.day - oldest).days


def _is_over(hints: Any) -> bool:
    return any(str(hint).startswith(SPLIT) for hint in hints)
