"""The money of one institution: account, transit, what families have paid and not consumed, what is due."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date


@dataclass
class Confirming:
    """Lessons to be taken as confirmed on one day."""

    by_family: int = 0
    by_silence: int = 0
    fen: int = 0


@dataclass
class Movement:
    """What moved on the account in one day, in fen."""

    opening: int
    arrived: int = 0
    released: int = 0
    refunded: int = 0
    unknown: int = 0


@dataclass
class Books:
    """Balances in fen. Always: `account + transit + lost = unearned + releasable`.

    `lost` is what left without an instruction; it is still owed.
    """

    account: int = 0
    unearned: int = 0
    releasable: int = 0
    lost: int = 0
    coming: list[tuple[date, date, int]] = field(default_factory=list)
    """Payments on their way: day paid, first day on which they can be on the account, fen."""
    confirming: dict[date, Confirming] = field(default_factory=lambda: defaultdict(Confirming))
    refunds: list[tuple[date, int]] = field(default_factory=list)
    """Refunds agreed: day due, fen."""
    unseen: int = 0
    """Left without an instruction, in bank files that have not come yet."""

    @property
    def transit(self) -> int:
        """Paid and not yet on the account."""
        return sum(fen for _, _, fen in self.coming)

    def transit_age(self, day: date) -> int:
        """Days since the oldest payment on its way was made."""
        return max(((day - paid).days for paid, _, _ in self.coming), default=0)

    def paid(self, day: date, arrives: date, fen: int) -> None:
        """A family pays."""
        self.unearned += fen
        self.coming.append((day, arrives, fen))

    def arrive(self, day: date, movement: Movement) -> None:
        """Payments whose time has come are on the account."""
        movement.arrived = sum(fen for _, arrives, fen in self.coming if arrives <= day)
        self.coming = [one for one in self.coming if one[1] > day]
        self.account += movement.arrived

    def confirm(self, day: date) -> Confirming:
        """Lessons of this day become earned."""
        done = self.confirming.pop(day, Confirming())
        self.earn(done.fen)
        return done

    def earn(self, fen: int) -> None:
        """What families had paid is the institution's, once released."""
        self.unearned -= fen
        self.releasable += fen

    def release(self, movement: Movement) -> None:
        """Everything earned goes to the institution, as far as the account holds it."""
        movement.released = min(self.releasable, self.account)
        self.releasable -= movement.released
        self.account -= movement.released

    def refund(self, day: date, again: date, movement: Movement, *, is_paid: bool) -> None:
        """Refunds due today are paid as far as the account allows; the others are put off until `again`."""
        kept: list[tuple[date, int]] = []
        for due, fen in self.refunds:
            if due > day:
                kept.append((due, fen))
            elif is_paid and fen <= self.account:
                self.account -= fen
                self.unearned -= fen
                movement.refunded += fen
            else:
                kept.append((again, fen))
        self.refunds = kept

    def lose(self, movement: Movement, fen: int, *, is_seen: bool) -> None:
        """Money leaves without an instruction; it shows on the day whose bank file has come."""
        self.unseen += fen
        if is_seen:
            movement.unknown = min(self.unseen, self.account)
            self.account -= movement.unknown
            self.lost += movement.unknown
            self.unseen = 0
