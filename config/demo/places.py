"""Institutions of the demonstration: invented names at real townships."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

from django.utils import timezone

from accounts.models import Organisation, OrganisationKind, Region
from config.demo.clock import at
from config.demo.people import County, portal_user
from config.demo.timeline import Timeline
from institutions import services
from institutions.codes import uscc_check_digit
from institutions.data import demo_names
from institutions.models import (
    EndKind,
    Institution,
    Person,
    PlaceKind,
    ProfitKind,
    Standing,
    SubjectKind,
    Track,
)
from institutions.services.persons import id_number_problem

TRACKS = {
    "CULTURE_ART": (Track.CULTURE_ARTS, OrganisationKind.CULTURE),
    "SPORT": (Track.SPORT, OrganisationKind.SPORT),
    "SCIENCE": (Track.SCIENCE, OrganisationKind.SCIENCE),
}
LICENSED_MIX = ("CULTURE_ART",) * 26 + ("SPORT",) * 10 + ("SCIENCE",) * 5
TOWN_WEIGHTS = (16, 10, 3, 4, 1, 1, 2, 1, 2, 1, 3)
ALLOWED_PLACES = (PlaceKind.COMMERCIAL, PlaceKind.COMMERCIAL, PlaceKind.OFFICE, PlaceKind.SCHOOL_VENUE)
CENTRES = {"500237": (109.879, 31.075), "500236": (109.464, 31.018)}
AGES = (["PRIMARY"], ["PRIMARY", "JUNIOR"], ["PRESCHOOL", "PRIMARY"], ["PRIMARY", "JUNIOR", "SENIOR"])


@dataclass
class Places:
    """Institutions of a county by what they are."""

    licensed: list[Institution] = field(default_factory=list)
    closed: list[Institution] = field(default_factory=list)
    unlicensed: list[Institution] = field(default_factory=list)
    half: list[Institution] = field(default_factory=list)


class Maker:
    """Makes up institutions of one county, the same ones every time."""

    def __init__(self, county: County) -> None:
        names = demo_names()
        self.county, self.names = county, names
        self.dice = random.Random(f"places {county.plan.code}")
        self.brands = iter(self.dice.sample(names["brands"], len(names["brands"])))
        self.spare = iter(range(1, 99))
        staff = {person.name for team in county.officers.values() for person in team}
        staff |= {person.name for person in county.users.values()}
        self.people = [person for person in names["persons"] if person not in staff]
        self.types = {row["track"]: row for row in names["types"]}
        self.areas = {area["code"]: area for area in names["areas"]}
        self.count = 0

    def name(self, kind: str) -> str:
        """County, invented brand and a kind of firm."""
        brand = next(self.brands, None) or f"云栖{next(self.spare)}号"
        return f"{self.county.plan.county}{brand}{self.dice.choice(self.types[kind]['suffixes'])}"

    def place(self) -> tuple[Region, str, str]:
        """Township, address and kind of building."""
        towns = self.county.towns
        weights = [*TOWN_WEIGHTS, *[1] * len(towns)][: len(towns)]
        region = self.dice.choices(towns, weights)[0]
        known = {town["code"]: town for town in self.areas.get(self.county.plan.code, {"towns": []})["towns"]}
        streets = known[region.code]["streets"] if region.code in known else ["柑林路", "云渡街"]
        kind = self.dice.choice(["OFFICE", "SHOP", "MALL"])
        pattern = next(row for row in self.names["place_types"] if row["code"] == kind)["patterns"][0]
        number, unit, floor = self.dice.randint(1, 180), self.dice.randint(1, 9), self.dice.randint(1, 4)
        text = pattern.format(
            street=self.dice.choice(streets),
            n=number,
            m=unit,
            floor=floor,
            room=f"{floor}{self.dice.randint(1, 20):02d}",
        )
        return region, f"{self.county.plan.county}{region.name}{text}", f"{floor}层"

    def values(self, kind: str) -> dict[str, Any]:
        """Facts that every place has."""
        self.count += 1
        region, address, floors = self.place()
        longitude, latitude = CENTRES[self.county.plan.code]
        head = self.people[self.count % len(self.people)]
        return {
            "name": self.name(kind),
            "region": region,
            "address": address,
            "floors": floors,
            "place_kind": self.dice.choice(ALLOWED_PLACES),
            "longitude": round(longitude + self.dice.uniform(-0.03, 0.03), 6),
            "latitude": round(latitude + self.dice.uniform(-0.02, 0.02), 6),
            "floor_area_m2": Decimal(self.dice.randint(120, 900)),
            "capacity": self.dice.randint(30, 160),
            "head_name": head,
            "contact_name": head,
            "phone": f"023-0{self.count:07d}",
        }

    def uscc(self, prefix: str = "91") -> str:
        """A well-formed code that no register knows."""
        body = f"{prefix}{self.county.plan.code}MADEM{self.count:04d}"
        return body + uscc_check_digit(body)

    def licence_no(self) -> str:
        """教民 and thirteen digits: county, kind 7, year-free serial."""
        return f"教民{self.county.plan.code}7{self.count:06d}"

    def licensed(self, kind: str, since: date, until: date, **more: Any) -> Institution:
        """A place with both papers, entered some days after its licence."""
        track, department = TRACKS[kind]
        values = self.values(kind)
        courses = self.dice.sample(self.types[kind]["courses"], 2)
        values |= {
            "standing": Standing.LICENSED,
            "uscc": self.uscc(),
            "licence_no": self.licence_no(),
            "licence_from": since,
            "licence_to": until,
            "licence_organ": self.county.bureau.name,
            "licence_scope": "、".join(courses),
            "subject_kind": SubjectKind.NON_SUBJECT,
            "track": track,
            "profit_kind": ProfitKind.FOR_PROFIT,
            "age_groups": self.dice.choice(AGES),
            "established_on": since,
            "competent_department": self.county.organs[department],
        }
        values |= {"legal_person": self.legal_person(values)}
        return self.register(values | more, since + timedelta(days=6))

    def legal_person(self, values: dict[str, Any]) -> Person:
        """Who stands for the place, with a number of an area code that was never given out."""
        body = f"99{self.county.plan.code[2:]}19800101{self.count % 1000:03d}"
        number = next(body + sign for sign in "0123456789X" if not id_number_problem(body + sign))
        return services.person_register(
            actor=self.county.clerk,
            name=values["head_name"],
            region=values["region"],
            id_number=number,
            phone=values["phone"],
        )

    def register(self, values: dict[str, Any], day: date) -> Institution:
        """Enter it in the books on a day, in the name of the clerk."""
        return services.institution_register(actor=self.county.clerk, values=values, at=at(day, 10))

    def subject_school(self, since: date, until: date) -> Institution:
        """A former school of subjects."""
        values = self.values("SUBJECT") | {
            "standing": Standing.LICENSED,
            "uscc": self.uscc("52"),
            "licence_no": self.licence_no(),
            "licence_from": since,
            "licence_to": until,
            "licence_organ": self.county.bureau.name,
            "subject_kind": SubjectKind.SUBJECT,
            "track": Track.SUBJECT,
            "profit_kind": ProfitKind.NON_PROFIT,
            "age_groups": ["PRIMARY", "JUNIOR"],
            "established_on": since,
        }
        return self.register(values, since + timedelta(days=6))

    def without_licence(self, standing: Standing, since: date, **more: Any) -> Institution:
        """A place that teaches without a school licence."""
        values = self.values("UNLICENSED")
        values |= {
            "standing": standing,
            "uscc": self.uscc() if standing == Standing.REGISTERED_ONLY else "",
            "established_on": since,
            "place_kind": self.dice.choice([PlaceKind.RESIDENTIAL, PlaceKind.COMMERCIAL]),
            "capacity": None,
            "floor_area_m2": None,
        }
        return self.register(values | more, since + timedelta(days=20))


def build_wushan_places(county: County, timeline: Timeline) -> Places:
    """Let the places of the full county open and close; the lists fill as time goes by."""
    maker, places = Maker(county), Places()
    for number in range(8):
        since = date(2019, 3, 4) + timedelta(days=number * 61)
        timeline.add(since + timedelta(days=6), 10, partial(_subject_school, maker, places, since))
        timeline.add(
            date(2021, 11, 8) + timedelta(days=number * 25), 15, partial(_subject_end, county, places, number)
        )
    for number, kind in enumerate(LICENSED_MIX):
        since = date(2022, 1, 17) + timedelta(days=(number * 37) % 480)
        timeline.add(since + timedelta(days=6), 11, partial(_open, maker, places, kind, number, since))
    for number in range(4):
        since = date(2022, 9, 5) + timedelta(days=number * 90)
        timeline.add(
            since + timedelta(days=20),
            16,
            partial(_bare, maker, places.unlicensed, Standing.UNLICENSED, since),
        )
    for number in range(5):
        since = date(2022, 6, 6) + timedelta(days=number * 80)
        timeline.add(
            since + timedelta(days=20),
            16,
            partial(_bare, maker, places.half, Standing.REGISTERED_ONLY, since),
        )
    timeline.add(date(2023, 6, 19), 9, lambda moment: _accounts(county, places.licensed[:6]))
    return places


def _open(maker: Maker, places: Places, kind: str, number: int, since: date, moment: datetime) -> None:
    long_names = _long_names(maker.county)
    more = {"name": long_names[number]} if number < len(long_names) else {}
    places.licensed.append(maker.licensed(kind, since, _expiry(number, since), **more))


def _subject_school(maker: Maker, places: Places, since: date, moment: datetime) -> None:
    places.closed.append(maker.subject_school(since, since + timedelta(days=3 * 365)))


def _subject_end(county: County, places: Places, number: int, moment: datetime) -> None:
    places.closed[number] = _close(county, places.closed[number], timezone.localdate(moment), number)


def _bare(maker: Maker, kept: list[Institution], standing: Standing, since: date, moment: datetime) -> None:
    kept.append(maker.without_licence(standing, since))


def build_small_places(county: County, count: int = 8) -> Places:
    """The small register of the neighbour: six licensed, one half-licensed, one closed."""
    maker, places = Maker(county), Places()
    kinds = ("CULTURE_ART", "SPORT", "SCIENCE")
    for number in range(count - 2):
        since = date(2022, 3, 14) + timedelta(days=number * 45)
        places.licensed.append(maker.licensed(kinds[number % 3], since, since + timedelta(days=5 * 365)))
    places.half.append(maker.without_licence(Standing.REGISTERED_ONLY, date(2023, 2, 6)))
    school = maker.subject_school(date(2019, 5, 6), date(2022, 5, 5))
    places.closed.append(_close(county, school, date(2021, 12, 20), 0))
    _accounts(county, places.licensed[:1])
    return places


def _expiry(number: int, since: date) -> date:
    """Last day of a licence: five years for most; a few have run out, a few run out soon."""
    soon = {3: date(2026, 12, 14), 11: date(2026, 12, 31), 19: date(2027, 1, 12)}
    past = {7: date(2026, 10, 26), 23: date(2026, 11, 9)}
    return soon.get(number) or past.get(number) or since + timedelta(days=5 * 365)


def _long_names(county: County) -> list[str]:
    names: list[str] = demo_names()["long_names"]
    return [name for name in names if county.plan.county in name]


def _close(county: County, institution: Institution, on: date, number: int) -> Institution:
    end = (EndKind.LICENCE_CANCELLED, EndKind.CONVERTED)[number % 4 == 3]
    reason = {
        EndKind.LICENCE_CANCELLED: "落实“双减”要求，自愿申请注销办学许可证",
        EndKind.CONVERTED: "停止学科类培训，转型为书店经营",
    }[end]
    return services.institution_close(
        actor=county.head,
        institution=institution,
        reason=reason,
        on=on,
        end_kind=end,
        source_no=f"{county.plan.sign}教培注〔{on.year}〕{number + 1}号",
    )


def _accounts(county: County, institutions: list[Institution]) -> None:
    for number, institution in enumerate(institutions, 1):
        organisation = Organisation.objects.create(
            bureau=county.bureau,
            kind=OrganisationKind.INSTITUTION,
            name=institution.name,
            short_name=institution.name[:40],
            region=institution.region,
            region_path=institution.region_path,
            phone=institution.phone,
            address=institution.address,
        )
        suffix = "institution" if number == 1 else f"institution{number}"
        portal_user(county, organisation, suffix, institution.head_name)
        services.institution_account_link(
            actor=county.clerk, institution=institution, organisation=organisation
        )
