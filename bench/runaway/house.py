"""One institution, day by day: lessons, sales, refunds, releases, and the facts that the bureau would hold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from bench.runaway import seasons
from bench.runaway.books import Books, Movement
from bench.runaway.model import Episode, Mood, Profile, count_of
from funds.warnings import DayFacts

MAX_FEN = 500_000  # cap of a single charge: 5,000 yuan
MAX_LESSONS = 60  # cap of a single charge
RENEW_AT = 5  # lessons left when a family decides
WEEKDAYS = (0, 1, 2, 3, 4, 5, 5, 5, 6, 6)  # two in ten lessons of a week on a Sunday, three on a Saturday


@dataclass(slots=True, eq=False)
class Family:
    """A child who comes: timetable, price paid and lessons left."""

    weekdays: frozenset[int]
    unit_fen: int
    left: int
    """Lessons that the platform knows of."""
    owed: int = 0
    """Lessons that the family believes it has and the platform does not know: paid past it, or used up on paper."""
    is_leaving: bool = False
    is_here: bool = False


@dataclass
class Day:
    """What is counted while a day runs."""

    mood: Mood
    movement: Movement
    is_seen: bool
    receipts: int = 0
    taught: int = 0
    confirmed: int = 0
    silent: int = 0
    refunds: int = 0
    complaints: int = 0
    over_limit: int = 0
    sold: list[tuple[int, int]] | None = None


class House:
    """The state of an institution; `live` runs one day."""

    def __init__(
        self, rng: Random, profile: Profile, episodes: Sequence[Episode], first: date, *, is_new: bool
    ) -> None:
        self.rng, self.profile, self.episodes = rng, profile, episodes
        self.books = Books()
        self.families: list[Family] = []
        self.mismatches: list[date] = []
        self.paid_fen = 0
        """All that families ever paid on the platform, the opening stock included."""
        if not is_new:
            self._stock()
        self.first = first

    def _stock(self) -> None:
        for _ in range(self.profile.students):
            family = self._family(self._unit(0.0))
            family.left, family.is_here = self.rng.randint(1, self.profile.pack), True
            self.families.append(family)
            self.books.account += family.left * family.unit_fen
        self.books.unearned = self.paid_fen = self.books.account

    def _family(self, unit: int) -> Family:
        picked = frozenset(self.rng.choice(WEEKDAYS) for _ in range(self.profile.weekly))
        return Family(picked, unit, 0)

    def _unit(self, discount: float) -> int:
        own = self.rng.choice((0.0, 0.0, 0.0, 0.05, 0.08))  # a sibling, an old family
        return max(100, round(self.profile.unit_fen * (1 - own) * (1 - discount) / 100) * 100)

    # -- one day -----------------------------------------------------------------------------------------------

    def live(self, day: date) -> DayFacts:
        """Run one day and say what is known of it."""
        mood = Mood()
        for episode in self.episodes:
            episode.on(day, mood)
        now = Day(mood, Movement(self.books.account), self._is_seen(mood), sold=[])
        if now.is_seen:
            self.books.arrive(day, now.movement)
        self._teach(day, now)
        self._fake(day, now)
        self._confirm(day, now)
        self._enrol(day, now)
        self._ask_back(day, now)
        self._pay_out(day, now)
        self._leave()
        now.complaints += count_of(
            self.rng, self.profile.complaint * len(self.families) / 100 + mood.complaints
        )
        self.mismatches = [until for until in self.mismatches if until > day]
        return self._facts(day, now)

    def _is_seen(self, mood: Mood) -> bool:
        return self.rng.random() >= self.profile.late + mood.late

    def _pace(self, day: date, mood: Mood) -> float:
        if seasons.is_rest(day):
            return 0.0
        if seasons.is_vacation(day):
            return 0.93 * self.profile.vacation_pace * mood.teach
        return (0.8 if seasons.is_exam_time(day) else 0.93) * mood.teach

    def _teach(self, day: date, now: Day) -> None:
        pace, weekday = self._pace(day, now.mood), day.weekday()
        for family in [one for one in self.families if weekday in one.weekdays]:
            if self.rng.random() >= pace:
                continue
            if family.left:
                self._consume(family, day, now)
            else:
                family.owed -= 1
            if family.left + family.owed <= RENEW_AT and not family.is_leaving:
                self._decide(family, day, now)

    def _consume(self, family: Family, day: date, now: Day, *, is_silent: bool = False) -> None:
        """A lesson is entered; it is confirmed within some days, or taken as confirmed."""
        family.left -= 1
        now.taught += 1
        if not is_silent and self.rng.random() < self.profile.confirms * now.mood.confirms:
            entry = self.books.confirming[day + timedelta(days=self.rng.choice((0, 0, 0, 1, 1, 2, 4)))]
            entry.by_family += 1
        else:
            entry = self.books.confirming[seasons.working_days_after(day, self.profile.silent_days)]
            entry.by_silence += 1
        entry.fen += family.unit_fen

    def _decide(self, family: Family, day: date, now: Day) -> None:
        """A family whose lessons run out buys again, pays past the platform, or leaves when it has none left."""
        family.is_leaving = True
        if self.rng.random() < self.profile.renew * now.mood.renew:
            self._sell(family, day, now)

    def _fake(self, day: date, now: Day) -> None:
        """Lessons that were not taught, and lessons to come that families were talked into confirming."""
        if not now.mood.fake and not now.mood.ahead:
            return
        able = [family for family in self.families if family.left]
        for _ in range(count_of(self.rng, now.mood.fake * len(able))):
            family = self.rng.choice(able)
            if family.left:
                self._consume(family, day, now, is_silent=True)
                family.owed += 1
                now.complaints += self.rng.random() < 0.004
        for _ in range(count_of(self.rng, now.mood.ahead * len(able))):
            family = self.rng.choice(able)
            given = min(family.left, self.rng.randint(2, 8))
            family.left -= given
            family.owed += given
            now.taught += given
            now.confirmed += given
            self.books.earn(given * family.unit_fen)

    def _confirm(self, day: date, now: Day) -> None:
        done = self.books.confirm(day)
        now.confirmed += done.by_family
        now.silent += done.by_silence

    # -- families come and go ----------------------------------------------------------------------------------

    def _enrol(self, day: date, now: Day) -> None:
        profile, mood = self.profile, now.mood
        churn = profile.students * (1 - profile.renew) * profile.weekly / (7 * profile.pack)
        gap = profile.students / max(1, len(self.families))
        expected = (churn + profile.students / 900) * min(2.5, gap**1.5)
        for _ in range(count_of(self.rng, expected * seasons.enrolment(day) * mood.demand)):
            self._sell(self._family(0), day, now)
        if mood.pull:
            ready = [family for family in self.families if 0 < family.left <= 20]
            for family in ready:
                if self.rng.random() < mood.pull:
                    self._sell(family, day, now)

    def _sell(self, family: Family, day: date, now: Day) -> None:
        """A contract is signed and paid, on the platform or past it."""
        if self.rng.random() < now.mood.off_book:
            self._join(family, past_platform=self._wanted())
            return
        unit = self._unit(now.mood.discount)
        lessons = min(self._wanted(), MAX_FEN // unit)
        if self.rng.random() < self.profile.over_limit + now.mood.big_packs:
            now.over_limit += 1
            lessons *= self.rng.choice((2, 2, 3, 4))
        self._charge(family, unit, lessons, day, now)
        if self.rng.random() < self.profile.mismatch + now.mood.mismatch:
            self.mismatches.append(day + timedelta(days=self.rng.randint(3, 40)))

    def _join(self, family: Family, past_platform: int = 0) -> None:
        family.owed += past_platform
        family.is_leaving = False
        if not family.is_here:
            family.is_here = True
            self.families.append(family)

    def _wanted(self) -> int:
        share = self.rng.choice((0.5, 1.0, 1.0, 1.0, 1.5))
        return max(4, min(MAX_LESSONS, round(self.profile.pack * share)))

    def _charge(self, family: Family, unit: int, lessons: int, day: date, now: Day) -> None:
        assert now.sold is not None
        total = unit * lessons
        # One price for all lessons left, rounded down; the rest is earned at once, so that no fen is in between.
        worth = family.left * family.unit_fen + total
        family.left += lessons
        family.unit_fen = worth // family.left
        self._join(family)
        self.books.paid(day, day + timedelta(days=self.rng.randint(1, self.profile.transit_days)), total)
        self.books.earn(worth - family.left * family.unit_fen)
        self.paid_fen += total
        now.receipts += 1
        now.sold.append((unit, lessons))

    def _ask_back(self, day: date, now: Day) -> None:
        hazard = self.profile.refund_hazard + now.mood.refund_hazard
        asking = min(len(self.families), count_of(self.rng, hazard * len(self.families)))
        for family in [one for one in self.rng.sample(self.families, asking) if one.left]:
            due = seasons.working_days_after(day, self.rng.randint(1, 9))
            self.books.refunds.append((due, family.left * family.unit_fen))
            self.families.remove(family)
            now.refunds += 1

    def _leave(self) -> None:
        self.families = [family for family in self.families if family.left or family.owed]

    # -- money out ---------------------------------------------------------------------------------------------

    def _pay_out(self, day: date, now: Day) -> None:
        mood, books = now.mood, self.books
        if seasons.is_working(day):
            is_paid = self.rng.random() < mood.refund_pay
            books.refund(day, day + timedelta(days=3), now.movement, is_paid=is_paid)
            if not mood.is_release_held and (mood.is_releasing_daily or self._is_release_day(day)):
                books.release(now.movement)
        books.lose(now.movement, mood.unknown_fen + int(mood.unknown * books.account), is_seen=now.is_seen)

    def _is_release_day(self, day: date) -> bool:
        if self.profile.release_weekday is not None:
            return day.weekday() == self.profile.release_weekday
        return 5 <= day.day <= 11 and day.weekday() == 1

    def _facts(self, day: date, now: Day) -> DayFacts:
        books, movement = self.books, now.movement
        return DayFacts(
            day=day,
            opening_fen=movement.opening,
            in_fen=movement.arrived,
            out_release_fen=movement.released,
            out_refund_fen=movement.refunded,
            out_unknown_fen=movement.unknown,
            closing_fen=books.account,
            unearned_fen=books.unearned,
            releasable_fen=books.releasable,
            transit_fen=books.transit,
            transit_oldest_days=books.transit_age(day),
            receipts_n=now.receipts,
            active_students=sum(1 for family in self.families if family.left),
            lessons_taught=now.taught,
            lessons_confirmed=now.confirmed,
            lessons_auto=now.silent,
            refunds_asked_n=now.refunds,
            complaints_n=now.complaints,
            units_sold=tuple(now.sold or ()),
            over_limit_n=now.over_limit,
            mismatched_n=len(self.mismatches),
            flags=tuple(sorted(now.mood.flags)),
            statement_received=now.is_seen,
        )
