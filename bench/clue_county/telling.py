"""From a site to a clue: what this reporter saw, what was typed, what went wrong on the way."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from random import Random

from bench.clue_county import words
from bench.clue_county.address import Writer, Written, homophone
from bench.clue_county.ground import moved
from bench.clue_county.model import SHANGHAI, Channel, Clue, ClueKind, Estate, Noise, Pattern, Site, Spot
from bench.clue_county.prose import CITIZENS, Prose, Told
from bench.clue_county.sites import LAST_DAY

# Shares in per cent. They are the writer's judgement of a county, from no survey; see the package's text.
ONLY_NAME, ONLY_PHONE, ONLY_POSITION, NEAREST = 0.02, 0.02, 0.015, 0.02
GPS_HOME = 0.12
READABLE_GPS = 100  # metres within which a reader may take the position for the estate's
PHONE_STYLES = (
    "{0}{1}{2}",
    "{0}{1}{2}",
    "{0}{1}{2}",
    "{0} {1} {2}",
    "{0}-{1}-{2}",
    "+86 {0}{1}{2}",
    "{0}{1} {2}",
)


@dataclass(frozen=True)
class Habit:
    """What a channel's clues usually hold; chances from 0 to 1. `details` weighs estate, building, floor, room."""

    weight: int
    gps: float
    place: float
    phone: float
    wechat: float
    name: float
    details: tuple[int, int, int, int]
    is_official: bool = False


HABITS = {
    Channel.SNAPSHOT: Habit(34, 0.75, 0.85, 0.35, 0.15, 0.55, (6, 18, 30, 46)),
    Channel.HOTLINE_12345: Habit(22, 0.0, 0.97, 0.3, 0.05, 0.6, (6, 20, 28, 46)),
    Channel.PHONE: Habit(10, 0.0, 0.95, 0.25, 0.05, 0.5, (8, 24, 30, 38)),
    Channel.MAILBOX: Habit(6, 0.0, 0.92, 0.35, 0.15, 0.65, (8, 22, 28, 42)),
    Channel.MONITOR: Habit(8, 0.9, 0.97, 0.4, 0.15, 0.6, (2, 10, 30, 58), is_official=True),
    Channel.GRID: Habit(7, 0.7, 0.97, 0.25, 0.05, 0.5, (2, 10, 28, 60), is_official=True),
    Channel.SCHOOL: Habit(4, 0.0, 0.9, 0.15, 0.1, 0.7, (25, 30, 25, 20)),
    Channel.DEPARTMENT: Habit(3, 0.2, 1.0, 0.4, 0.1, 0.8, (2, 10, 24, 64), is_official=True),
    Channel.MEDIA: Habit(1, 0.0, 0.9, 0.1, 0.05, 0.8, (40, 40, 10, 10)),
    Channel.AD: Habit(5, 0.0, 0.65, 0.9, 0.6, 0.85, (15, 20, 25, 40)),
}
DETAILS = ("estate", "building", "floor", "room")


@dataclass
class Draft:
    """What one clue will hold, while it is being put together."""

    place: str = ""
    place_in_text: str = ""
    phones: tuple[str, ...] = ()
    phone_in_text: str = ""
    wechat: str | None = None
    operator: str | None = None
    position: tuple[float, float] | None = None
    accuracy: float | None = None
    facts: list[str] = field(default_factory=list)
    noise: list[Noise] = field(default_factory=list)


class Teller:
    """Makes clues about sites. `estates` are where reporters live."""

    def __init__(self, random: Random, estates: list[Estate]) -> None:
        self.random = random
        self.estates = estates
        self.writer = Writer(random)
        self.prose = Prose(random)

    def clue(self, site: Site) -> Clue:
        """One clue about a site, on a day while it was open. Its `id` is still empty."""
        random = self.random
        channel = random.choices(list(HABITS), [habit.weight for habit in HABITS.values()])[0]
        at = self._moment(site)
        spot = site.spot_on(at.date())
        draft = self._draft(site, spot, channel)
        kind = random.choice(list(ClueKind))
        text = self._scarce_text(draft) or self.prose.text(
            channel, kind, site, self._told(draft, is_citizen=channel in CITIZENS)
        )
        happened, pattern = self._occasion(site, at)
        lng, lat = draft.position or (None, None)
        return Clue(
            id="",
            channel=channel,
            received_at=at,
            kind=kind,
            text=text,
            place_text=draft.place,
            lng=lng,
            lat=lat,
            accuracy=draft.accuracy,
            phones=draft.phones,
            wechat=draft.wechat,
            operator=draft.operator,
            happened_at=happened,
            pattern=pattern,
            site_id=site.site_id,
            noise=_once(draft.noise),
            facts=tuple(sorted(set(draft.facts))),
        )

    def spam(self, site: Site, text: str, at: datetime) -> Clue:
        """A copied text with the address of this place; near `at` with its like, if the place was open then."""
        is_open = site.opened_on <= at.date() <= site.closed_on
        at = at + timedelta(minutes=self.random.randint(0, 90)) if is_open else self._moment(site)
        spot = site.spot_on(at.date())
        written = self.writer.write(spot, detail=self.random.choice(("building", "floor", "room", "room")))
        return Clue(
            id="",
            channel=self.random.choice((Channel.HOTLINE_12345, Channel.SNAPSHOT, Channel.MAILBOX)),
            received_at=at,
            kind=ClueKind.UNLICENSED,
            text=text,
            place_text=written.text,
            site_id=site.site_id,
            noise=_once([Noise.SPAM_COPY, *written.noise]),
            facts=written.facts,
        )

    def resent(self, clue: Clue) -> Clue:
        """The same complaint once more, some days later, perhaps over another channel."""
        channel = self.random.choice((clue.channel, Channel.HOTLINE_12345, Channel.MAILBOX))
        later = timedelta(days=self.random.randint(1, 40), minutes=self.random.randint(0, 600))
        at = min(clue.received_at + later, _at(LAST_DAY, 23, 0))
        return replace(clue, channel=channel, received_at=at, noise=_once([*clue.noise, Noise.RESENT]))

    # -- time --------------------------------------------------------------------------------------------------

    def _moment(self, site: Site) -> datetime:
        """Some minute of a day while the site was open."""
        span = max(1, (min(site.closed_on, LAST_DAY) - site.opened_on).days)
        day = site.opened_on + timedelta(days=self.random.randrange(span))
        return _at(day, self.random.randint(7, 22), self.random.randrange(60))

    def _occasion(self, site: Site, at: datetime) -> tuple[datetime | None, Pattern | None]:
        """A lesson shortly before the report, and what the reporter says of its days and hours."""
        random = self.random
        happened = None
        if random.random() < 0.5:
            day = at.date() - timedelta(days=1)
            while day.weekday() not in site.pattern.weekdays:
                day -= timedelta(days=1)
            happened = _at(day, random.randrange(site.pattern.hour_from, site.pattern.hour_to), 0)
        if random.random() > 0.4:
            return happened, None
        seen = tuple(day for day in site.pattern.weekdays if random.random() < 0.85) or site.pattern.weekdays
        start = site.pattern.hour_from + random.choice((-1, 0, 0, 0, 1))
        end = max(start + 1, site.pattern.hour_to + random.choice((-1, 0, 0, 0, 1)))
        return happened, Pattern(seen, start, end)

    # -- what the clue holds -----------------------------------------------------------------------------------

    def _draft(self, site: Site, spot: Spot, channel: Channel) -> Draft:
        draft = Draft()
        habit = HABITS[channel]
        scarce = self._scarce(channel)
        if scarce is Noise.ONLY_NAME:
            self._add_name(draft, site)
        elif scarce is Noise.ONLY_PHONE:
            self._add_phone(draft, site)
        elif scarce is Noise.ONLY_POSITION:
            self._add_position(draft, spot, is_home_possible=False)
        else:
            self._add_much(draft, site, spot, habit)
        if scarce:
            draft.noise.append(scarce)
        return draft

    def _scarce(self, channel: Channel) -> Noise | None:
        roll = self.random.random()
        if roll < ONLY_NAME:
            return Noise.ONLY_NAME
        if roll < ONLY_NAME + ONLY_PHONE:
            return Noise.ONLY_PHONE
        if roll < ONLY_NAME + ONLY_PHONE + ONLY_POSITION * 2 and HABITS[channel].gps > 0.5:
            return Noise.ONLY_POSITION
        return None

    def _add_much(self, draft: Draft, site: Site, spot: Spot, habit: Habit) -> None:
        random = self.random
        if random.random() < habit.name:
            self._add_name(draft, site)
        if random.random() < habit.phone:
            self._add_phone(draft, site)
        if random.random() < habit.wechat:
            self._add_wechat(draft, site)
        if random.random() < habit.gps:
            self._add_position(draft, spot, is_home_possible=not habit.is_official)
        if random.random() < habit.place or not (draft.operator or draft.phones or draft.position):
            self._add_place(draft, spot, habit)

    def _add_place(self, draft: Draft, spot: Spot, habit: Habit) -> None:
        random = self.random
        if random.random() < NEAREST and not habit.is_official:
            near = random.choice(("{}附近", "{}旁边", "{}", "{}对面")).format(spot.estate.landmark)
            draft.place = near
            draft.noise.append(Noise.NEAREST_LANDMARK)
            draft.facts.append(f"landmark:{spot.estate.landmark}")
            return
        detail = random.choices(DETAILS, habit.details)[0]
        written = self.writer.write(spot, detail=detail, is_official=habit.is_official)
        draft.facts += written.facts
        draft.noise += written.noise
        if random.random() < 0.08:
            draft.place_in_text = written.text
            draft.noise.append(Noise.PLACE_IN_TEXT)
            return
        draft.place = written.text
        if Noise.WRONG_DOOR not in written.noise and random.random() < 0.3:
            self._add_second_place(draft, spot, habit)

    def _add_second_place(self, draft: Draft, spot: Spot, habit: Habit) -> None:
        """The prose names the place again, in other words and less exactly."""
        again: Written = self.writer.write(
            spot, detail=self.random.choice(("estate", "building")), is_official=habit.is_official
        )
        if Noise.WRONG_DOOR in again.noise:
            return
        draft.place_in_text = again.text
        draft.facts += again.facts

    def _add_name(self, draft: Draft, site: Site) -> None:
        random = self.random
        roll = random.random()
        if roll < 0.14:
            draft.operator = site.teacher[0] + random.choice(("老师", "老师", "某", "姓老师"))
            draft.facts.append(f"surname:{site.teacher[0]}")
            return
        if roll < 0.24:
            draft.operator = site.teacher
            draft.facts += [f"teacher:{site.teacher}", f"surname:{site.teacher[0]}"]
            return
        alias = random.choices(site.aliases, (50, 20, 12, 10, 8))[0]
        draft.facts.append(f"stem:{site.aliases[1]}")
        if site.brand in alias:
            draft.facts.append(f"brand:{site.brand}")
        if alias != site.brand:
            draft.noise.append(Noise.NAME_ALIAS)
        changed = homophone(random, alias, until=3) if random.random() < 0.06 else alias
        if changed != alias:
            draft.noise.append(Noise.NAME_HOMOPHONE)
        draft.operator = changed

    def _add_phone(self, draft: Draft, site: Site) -> None:
        random = self.random
        number = site.second_phone if site.second_phone and random.random() < 0.25 else site.phone
        shown = [self._number(draft, number)]
        if site.landlord_phone and random.random() < 0.5:
            draft.noise.append(Noise.LANDLORD_PHONE)
            draft.facts += [f"phone:{site.landlord_phone}", f"tail:{site.landlord_phone[-4:]}"]
            shown = [site.landlord_phone] if random.random() < 0.4 else [*shown, site.landlord_phone]
            if len(shown) == 1:
                draft.facts = [fact for fact in draft.facts if fact not in _phone_facts(number)]
        if len(shown) == 1 and random.random() < 0.15:
            draft.noise.append(Noise.PHONE_IN_TEXT)
            draft.phone_in_text = shown[0]
            return
        draft.phones = tuple(shown)

    def _number(self, draft: Draft, number: str) -> str:
        """The number as typed; what is left of it goes to the facts."""
        random = self.random
        roll = random.random()
        if roll < 0.03:
            draft.noise.append(Noise.PHONE_TYPO)
            at = random.randrange(3, 11)
            return number[:at] + str((int(number[at]) + random.randint(1, 9)) % 10) + number[at + 1 :]
        draft.facts.append(f"tail:{number[-4:]}")
        if roll < 0.06:
            draft.noise.append(Noise.PHONE_MASKED)
            return f"{number[:3]}****{number[-4:]}"
        draft.facts.append(f"phone:{number}")
        style = random.choice(PHONE_STYLES)
        text = style.format(number[:3], number[3:7], number[7:])
        if random.random() < 0.05:
            text = words.full_width(text)
        if text != number:
            draft.noise.append(Noise.PHONE_FORMAT)
        return text

    def _add_wechat(self, draft: Draft, site: Site) -> None:
        draft.facts.append(f"wechat:{site.wechat}")
        if site.wechat == site.phone:
            draft.facts += _phone_facts(site.phone)
        draft.wechat = site.wechat.upper() if self.random.random() < 0.06 else site.wechat

    def _add_position(self, draft: Draft, spot: Spot, *, is_home_possible: bool) -> None:
        random = self.random
        place = building_position(spot)
        bearing = random.uniform(0, 2 * math.pi)
        if is_home_possible and random.random() < GPS_HOME:
            draft.position = moved(*place, random.uniform(1_000, 5_000), bearing)
            draft.accuracy = round(random.uniform(8, 60), 1)
            draft.noise.append(Noise.GPS_HOME)
            return
        metres = min(300.0, 10 + random.expovariate(1 / 45))
        draft.position = moved(*place, metres, bearing)
        draft.accuracy = round(max(5.0, metres * random.uniform(0.4, 1.8)), 1)
        draft.noise.append(Noise.GPS_NOISE)
        if metres <= READABLE_GPS:
            draft.facts += spot.facts("name", detail="estate")

    # -- what the prose mentions -------------------------------------------------------------------------------

    def _told(self, draft: Draft, *, is_citizen: bool) -> Told:
        random = self.random
        home = reporter_phone = name = ""
        if not is_citizen:
            pass
        elif random.random() < 0.06:
            home = random.choice([estate.name for estate in self.estates if estate.name])
        elif random.random() < 0.05:
            reporter_phone = f"154{random.randrange(10**8):08d}"
        if home or reporter_phone:
            draft.noise.append(Noise.REPORTER_IN_TEXT)
        if draft.operator and random.random() < 0.5:
            name = draft.operator
        return Told(draft.place_in_text, name, draft.phone_in_text, home, reporter_phone)

    def _scarce_text(self, draft: Draft) -> str:
        """A clue that holds one thing only says little else."""
        noise = set(draft.noise)
        if Noise.ONLY_NAME in noise:
            return self.random.choice(("{}违规补课，请查。", "举报{}。", "{}无证办学！")).format(
                draft.operator
            )
        if Noise.ONLY_PHONE in noise:
            number = draft.phone_in_text or "、".join(draft.phones)
            return self.random.choice(("收到补课广告，电话{}。", "有人发短信招生补课：{}")).format(number)
        if Noise.ONLY_POSITION in noise:
            return self.random.choice(("这里有人补课。", "楼上补课，太吵了。", "就是这里，违规培训。"))
        return ""


def building_position(spot: Spot) -> tuple[float, float]:
    """Where a building stands inside its estate, up to about 130 m from the middle."""
    bearing = spot.building * 2.399963  # the golden angle spreads them evenly
    return moved(spot.estate.lng, spot.estate.lat, 30 * math.sqrt(spot.building), bearing)


def _phone_facts(number: str) -> list[str]:
    return [f"phone:{number}", f"tail:{number[-4:]}"]


def _once(noise: list[Noise]) -> tuple[Noise, ...]:
    return tuple(sorted(set(noise)))


def _at(day: date, hour: int, minute: int) -> datetime:
    return datetime.combine(day, time(hour, minute), SHANGHAI)
