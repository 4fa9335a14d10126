"""Bureaus, organisations, users and officers' certificates of the demonstration."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from functools import cache

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from accounts import demo
from accounts.management.commands.load_regions import load_county
from accounts.models import (
    Bureau,
    OfficerCertificate,
    Organisation,
    OrganisationKind,
    Region,
    RegionLevel,
    RoleAssignment,
    User,
)
from accounts.roles import Role

CERTIFIED = DateRange(date(2021, 7, 1), date(2031, 7, 1))
AUTHORITIES = (
    (OrganisationKind.EDUCATION, "教育委员会", "教委", "教培"),
    (OrganisationKind.MARKET, "市场监督管理局", "市场监管局", "市监"),
    (OrganisationKind.FIRE, "消防救援大队", "消防救援大队", "消"),
    (OrganisationKind.POLICE, "公安局", "公安局", ""),
    (OrganisationKind.CULTURE, "文化和旅游发展委员会", "文旅委", "文旅"),
    (OrganisationKind.SCIENCE, "科学技术局", "科技局", ""),
    (OrganisationKind.SPORT, "体育局", "体育局", ""),
    (OrganisationKind.URBAN, "城市管理局", "城管局", "城管"),
    (OrganisationKind.CIVIL_AFFAIRS, "民政局", "民政局", ""),
    (OrganisationKind.HEALTH, "卫生健康委员会", "卫健委", ""),
    (OrganisationKind.HUMAN_RESOURCES, "人力资源和社会保障局", "人力社保局", ""),
    (OrganisationKind.HOUSING, "住房和城乡建设委员会", "住建委", ""),
    (OrganisationKind.TAX, "税务局", "税务局", ""),
)

LEADERS = ((OrganisationKind.MARKET, "覃沐阳"), (OrganisationKind.FIRE, "关赟"))


@dataclass(frozen=True)
class CountyPlan:
    """What is real about a demonstration county."""

    slug: str
    code: str
    county: str
    sign: str
    officers: tuple[tuple[OrganisationKind, tuple[str, ...]], ...]


WUSHAN = CountyPlan(
    demo.FULL_COUNTY,
    "500237",
    "巫山县",
    "巫",
    (
        (
            OrganisationKind.EDUCATION,
            (
                "黎槿年",
                "禚彧",
                "向翊然",
                "关骥远",
                "覃淑棠",
                "隗嘉骐",
                "蔺若旸",
                "仇烨",
                "佟思澄",
                "亓彧",
                "骆友田",
                "郗望舒",
                "冉凌霄",
                "车烨",
                "邬芃",
                "丛犇",
            ),
        ),
        (OrganisationKind.MARKET, ("逄鑫淼", "穆思澄", "佟芃")),
        (OrganisationKind.FIRE, ("单喆", "牟彧", "冉赟")),
        (OrganisationKind.CULTURE, ("谭望舒", "曲思澄")),
    ),
)
FENGJIE = CountyPlan(
    demo.SMALL_COUNTY,
    "500236",
    "奉节县",
    "奉",
    (
        (OrganisationKind.EDUCATION, ("丛秋禾", "邬沐阳", "梅皓予", "那煦和")),
        (OrganisationKind.MARKET, ("关砚秋", "晏思澄")),
    ),
)


@dataclass
class County:
    """A demonstration county with its people at hand."""

    plan: CountyPlan
    bureau: Bureau
    region: Region
    towns: list[Region]
    organs: dict[str, Organisation]
    townships: list[Organisation]
    users: dict[str, User] = field(default_factory=dict)
    officers: dict[str, list[User]] = field(default_factory=dict)

    @property
    def education(self) -> Organisation:
        """The education committee."""
        return self.organs[OrganisationKind.EDUCATION]

    @property
    def leader(self) -> User:
        """Who approves."""
        return self.users["leader"]

    @property
    def head(self) -> User:
        """Who runs the section."""
        return self.users["head"]

    @property
    def clerk(self) -> User:
        """Who keeps the books."""
        return self.users["clerk"]

    @property
    def officer(self) -> User:
        """The officer who signs in."""
        return self.officers[OrganisationKind.EDUCATION][0]

    def head_of(self, kind: OrganisationKind) -> User:
        """Who approves in the name of a department."""
        return self.leader if kind == OrganisationKind.EDUCATION else self.users[f"{kind.lower()}-leader"]

    def team(self, kind: OrganisationKind, count: int, start: int = 0) -> list[User]:
        """`count` officers of a department, taken in turn from `start`."""
        known = self.officers[kind]
        return [known[(start + step) % len(known)] for step in range(count)]


@transaction.atomic
def build_city(code: str = "500000") -> Bureau:
    """The city's bureau with its people."""
    region = Region.objects.get(code=code, valid_to__isnull=True)
    bureau, _ = Bureau.objects.get_or_create(
        slug=demo.CITY,
        defaults={
            "name": "重庆市教育委员会",
            "short_name": "重庆市教委",
            "portal_title": "重庆市校外培训公开平台",
            "region": region,
            "hotline": "023-00000000",
        },
    )
    organ = _organisation(bureau, OrganisationKind.EDUCATION, "重庆市教育委员会", "市教委", region, "渝教培")
    for account in demo.CITY_ACCOUNTS:
        person_make(
            demo.username(demo.CITY, account.suffix),
            account.name,
            account.title,
            organ,
            account.roles,
        )
    return bureau


@transaction.atomic
def build_county(plan: CountyPlan, parent: Bureau) -> County:
    """A county's bureau, departments, townships and people; repeating changes nothing."""
    region = load_county(plan.code)
    short = plan.county.removesuffix("县")
    bureau, _ = Bureau.objects.get_or_create(
        slug=plan.slug,
        defaults={
            "name": f"{plan.county}教育委员会",
            "short_name": f"{short}教委",
            "portal_title": f"{plan.county}校外培训公开平台",
            "region": region,
            "parent": parent,
            "hotline": f"023-000{plan.code[-5:]}",
        },
    )
    organs = {
        kind: _organisation(
            bureau,
            kind,
            f"{plan.county}{name}",
            f"县{short_name}",
            region,
            f"{plan.sign}{word}" if word else "",
        )
        for kind, name, short_name, word in AUTHORITIES
    }
    towns = list(Region.objects.filter(parent=region, level=RegionLevel.TOWNSHIP).order_by("code"))
    townships = [
        _organisation(
            bureau, OrganisationKind.TOWNSHIP, f"{town.name}人民政府（办事处）", town.name, town, ""
        )
        for town in towns[:3]
    ]
    by_kind: dict[str, Organisation] = {str(kind): organ for kind, organ in organs.items()}
    county = County(plan, bureau, region, towns, by_kind, townships)
    _staff(county)
    return county


def _staff(county: County) -> None:
    plan = county.plan
    team = _organisation(
        county.bureau,
        OrganisationKind.MONITORS,
        f"{county.region.name}校外培训社会监督员队伍",
        "社会监督员",
        county.region,
        "",
    )
    places = {
        **county.organs,
        OrganisationKind.TOWNSHIP: county.townships[0],
        OrganisationKind.MONITORS: team,
    }
    for account in demo.COUNTY_ACCOUNTS:
        organ = places.get(account.kind)
        if organ is None or account.suffix == "officer":
            continue
        name = demo.username(plan.slug, account.suffix)
        county.users[account.suffix] = person_make(name, account.name, account.title, organ, account.roles)
    for kind, names in plan.officers:
        county.officers[kind] = [
            _officer(county, county.organs[kind], person, number) for number, person in enumerate(names, 1)
        ]
    county.users["officer"] = county.officer
    for kind, person in LEADERS:
        suffix = f"{kind.lower()}-leader"
        county.users[suffix] = person_make(
            demo.username(plan.slug, suffix), person, "副局长", county.organs[kind], (Role.LEADER,)
        )


def _officer(county: County, organ: Organisation, person: str, number: int) -> User:
    is_first = organ.kind == OrganisationKind.EDUCATION and number == 1
    suffix = "officer" if is_first else f"{organ.kind.lower().replace('_', '')}{number}"
    user = person_make(demo.username(county.plan.slug, suffix), person, "执法人员", organ, (Role.OFFICER,))
    series = 10 + [kind for kind, *_ in AUTHORITIES].index(OrganisationKind(organ.kind))
    OfficerCertificate.objects.get_or_create(
        user=user,
        organ=organ,
        defaults={"number": f"{county.plan.code}{series}{number:04d}", "validity": CERTIFIED},
    )
    return user


def portal_user(county: County, organisation: Organisation, suffix: str, name: str) -> User:
    """The manager of one institution."""
    return person_make(
        demo.username(county.plan.slug, suffix),
        name,
        "负责人",
        organisation,
        (Role.INSTITUTION_MANAGER,),
    )


def _organisation(
    bureau: Bureau, kind: OrganisationKind, name: str, short_name: str, region: Region, word: str
) -> Organisation:
    organisation, _ = Organisation.objects.get_or_create(
        bureau=bureau,
        kind=kind,
        name=name,
        defaults={
            "short_name": short_name,
            "region": region,
            "region_path": region.path,
            "number_word": word,
            "phone": bureau.hotline,
            "address": f"{region.name}（演示地址）",
        },
    )
    return organisation


def person_make(
    username: str, name: str, title: str, organisation: Organisation, roles: tuple[Role, ...]
) -> User:
    user = User.objects.filter(username=username).first()
    if user is None:
        user = User.objects.create(
            username=username,
            name=name,
            title=title,
            organisation=organisation,
            bureau=organisation.bureau,
            password=_secret(organisation.bureau.slug),
        )
    for role in roles:
        RoleAssignment.objects.get_or_create(user=user, role=role)
    return user


@cache
def _secret(slug: str) -> str:
    """One hash for all accounts of a bureau; hashing each would take longer than the rest."""
    return make_password(demo.password(slug))
