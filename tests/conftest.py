"""A small world that every test may use: two counties of one city, and a person for every role."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.core.cache import cache, caches
from django.db import connection, transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.test import Client, override_settings

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
from casework.data import calendar_years
from casework.models import CalendarDay, CalendarYear
from tests.demo_template import demo_template

PASSWORD = "Right-Horse-7"
TESTS = Path(__file__).parent
SWEEP = "test_persona_sweep.py"


def _turn(item: pytest.Item) -> int:
    """The longest file first, which also seeds the demonstration; then what needs none of it, and the small last."""
    path = item.path.relative_to(TESTS)
    if path.name == SWEEP:
        return 0
    if path.parts[0] == "browser":
        return 2
    return 1 if len(path.parts) > 1 else 3


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files are handed out so that no process waits for another's, neither at the beginning nor at the end."""
    items.sort(key=_turn)


@dataclass
class World:
    """Bureaus, places and people. `personas` names everyone, the system and nobody excepted."""

    bureau: Bureau
    neighbour: Bureau
    city: Bureau
    town: Region
    town2: Region
    neighbour_town: Region
    education: Organisation
    market: Organisation
    fire: Organisation
    institution_org: Organisation
    system: User
    admin: User
    leader: User
    head: User
    officer: User
    officer2: User
    market_officer: User
    market_officer2: User
    fire_officer: User
    fire_officer2: User
    clerk: User
    legal: User
    partner: User
    township: User
    supervisor: User
    institution_user: User
    neighbour_officer: User
    neighbour_leader: User
    neighbour_institution_user: User
    personas: dict[str, User] = field(default_factory=dict)


def make_region(code: str, name: str, level: str, parent: Region | None = None) -> Region:
    """A region with its path."""
    region = Region.objects.create(code=code, name=name, level=level, parent=parent)
    region.path = f"{parent.path if parent else '/'}{region.pk}/"
    region.save(update_fields=["path"])
    return region


def make_bureau(slug: str, name: str, region: Region, parent: Bureau | None = None) -> Bureau:
    """A bureau with its region."""
    return Bureau.objects.create(
        slug=slug,
        name=name,
        short_name=name,
        portal_title=f"{region.name}校外培训公开查询",
        region=region,
        parent=parent,
        hotline="023-0000000",
    )


def make_organisation(
    bureau: Bureau, kind: str, name: str, word: str = "", region: Region | None = None
) -> Organisation:
    """A body inside a bureau."""
    place = region or bureau.region
    return Organisation.objects.create(
        bureau=bureau,
        kind=kind,
        name=name,
        short_name=name,
        region=place,
        region_path=place.path,
        number_word=word,
    )


def make_user(
    username: str, name: str, organisation: Organisation, *roles: Role, certified: str = ""
) -> User:
    """A person with roles; `certified` gives an enforcement certificate for 2020 to 2030."""
    user = User.objects.create(
        username=username,
        name=name,
        organisation=organisation,
        bureau=organisation.bureau,
        password=make_password(PASSWORD),
    )
    RoleAssignment.objects.bulk_create(RoleAssignment(user=user, role=role) for role in roles)
    if certified:
        OfficerCertificate.objects.create(
            user=user,
            organ=organisation,
            number=certified,
            validity=DateRange(date(2020, 1, 1), date(2030, 1, 1)),
        )
    return user


def load_calendar_rows() -> None:
    """The working-day calendar as shipped."""
    for year in calendar_years():
        CalendarYear.objects.create(year=year.year, is_confirmed=year.is_confirmed, source=year.source)
        CalendarDay.objects.bulk_create(
            CalendarDay(day=row.date, is_workday=row.is_workday, name=row.name) for row in year.exceptions
        )


@pytest.fixture
def calendar(db: None) -> None:
    """The shipped working-day calendar."""
    load_calendar_rows()


@pytest.fixture
def world(db: None) -> World:
    """The small world with the calendar loaded."""
    return build_world()


def build_world() -> World:
    """Create the small world; also for tests with real transactions."""
    cache.clear()
    caches["pages"].clear()
    load_calendar_rows()
    municipality = make_region("50", "重庆市", RegionLevel.PROVINCE)
    city_region = make_region("5002", "重庆市县", RegionLevel.CITY, municipality)
    county = make_region("500237", "巫山县", RegionLevel.COUNTY, city_region)
    other = make_region("500236", "奉节县", RegionLevel.COUNTY, city_region)
    town = make_region("500237001", "高唐街道", RegionLevel.TOWNSHIP, county)
    town2 = make_region("500237002", "龙门街道", RegionLevel.TOWNSHIP, county)
    other_town = make_region("500236001", "鱼复街道", RegionLevel.TOWNSHIP, other)
    city = make_bureau("chongqing", "重庆市教育委员会", city_region)
    bureau = make_bureau("wushan", "巫山县教育委员会", county, city)
    neighbour = make_bureau("fengjie", "奉节县教育委员会", other, city)
    kind = OrganisationKind
    education = make_organisation(bureau, kind.EDUCATION, "巫山县教育委员会", "巫教培")
    market = make_organisation(bureau, kind.MARKET, "巫山县市场监督管理局", "巫市监")
    fire = make_organisation(bureau, kind.FIRE, "巫山县消防救援大队", "巫消")
    culture = make_organisation(bureau, kind.CULTURE, "巫山县文化和旅游发展委员会")
    office = make_organisation(bureau, kind.TOWNSHIP, "高唐街道办事处", region=town)
    institution_org = make_organisation(bureau, kind.INSTITUTION, "示例启航艺术培训中心", region=town)
    other_education = make_organisation(neighbour, kind.EDUCATION, "奉节县教育委员会", "奉教培")
    other_institution = make_organisation(neighbour, kind.INSTITUTION, "示例邻县培训中心", region=other_town)
    city_education = make_organisation(city, kind.EDUCATION, "重庆市教育委员会", "渝教培")
    people = {
        "admin": make_user("admin", "管理员", education, Role.ADMIN),
        "leader": make_user("leader", "局领导", education, Role.LEADER),
        "head": make_user("head", "股负责人", education, Role.SECTION_HEAD),
        "officer": make_user("officer", "执法甲", education, Role.OFFICER, certified="50023701"),
        "officer2": make_user("officer2", "执法乙", education, Role.OFFICER, certified="50023702"),
        "market_officer": make_user("market1", "市监甲", market, Role.OFFICER, certified="50023711"),
        "market_officer2": make_user("market2", "市监乙", market, Role.OFFICER, certified="50023712"),
        "fire_officer": make_user("fire1", "消防甲", fire, Role.OFFICER, certified="50023721"),
        "fire_officer2": make_user("fire2", "消防乙", fire, Role.OFFICER, certified="50023722"),
        "clerk": make_user("clerk", "报送员", education, Role.DATA_CLERK),
        "legal": make_user("legal", "法制员", education, Role.LEGAL_REVIEWER),
        "partner": make_user("partner", "文旅联络员", culture, Role.PARTNER),
        "township": make_user("township", "街道干部", office, Role.TOWNSHIP_CLERK),
        "supervisor": make_user("supervisor", "市级监管", city_education, Role.SUPERVISOR),
        "institution_user": make_user("inst", "机构负责人", institution_org, Role.INSTITUTION_MANAGER),
        "neighbour_officer": make_user(
            "n_officer", "邻县执法", other_education, Role.OFFICER, Role.SECTION_HEAD, certified="50023601"
        ),
        "neighbour_leader": make_user("n_leader", "邻县领导", other_education, Role.LEADER),
        "neighbour_institution_user": make_user(
            "n_inst", "邻县机构", other_institution, Role.INSTITUTION_MANAGER
        ),
    }
    system, _ = User.objects.get_or_create(username="system", defaults={"name": "系统", "is_system": True})
    return World(
        bureau=bureau,
        neighbour=neighbour,
        city=city,
        town=town,
        town2=town2,
        neighbour_town=other_town,
        education=education,
        market=market,
        fire=fire,
        institution_org=institution_org,
        system=system,
        personas=people,
        **people,
    )


@pytest.fixture
def sign_in() -> object:
    """`sign_in(user)` gives a client of that person, at the address of the person's own bureau."""

    def enter(user: User) -> BureauClient:
        client = BureauClient(prefix=f"/b/{user.bureau.slug}" if user.bureau else "")
        client.force_login(user, backend="accounts.backends.ActiveUserBackend")
        return client

    return enter


class BureauClient(Client):
    """A client that stays under one bureau's path."""

    def __init__(self, prefix: str = "", **kwargs: object) -> None:
        super().__init__(**kwargs)
        self.prefix = prefix

    def generic(self, method: str, path: str, *args: object, **kwargs: object) -> object:
        if not path.startswith("/b/"):
            path = self.prefix + path
        return super().generic(method, path, *args, **kwargs)


@pytest.fixture(autouse=True, scope="session")
def _own_files(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Files written by tests go to a folder of their own."""
    with override_settings(STORAGES=storages_in(tmp_path_factory.mktemp("files"))):
        yield


def storages_in(folder: Path) -> dict[str, object]:
    """The configured storages with their files below `folder`."""
    moved = {
        name: {**settings.STORAGES[name], "OPTIONS": {"location": str(folder / place)}}
        for name, place in (("default", "media"), ("sealed", "sealed"))
    }
    return {**settings.STORAGES, **moved}


@pytest.fixture(scope="module")
def demo(django_db_setup: None, django_db_blocker: object) -> Iterator[None]:
    """The whole demonstration for one module; what its tests write is rolled back afterwards.

    Tests of such a module must not ask for `db`: they share one transaction on the seeded database.
    """
    template = demo_template()
    name = connection.settings_dict["NAME"]
    with django_db_blocker.unblock(), override_settings(STORAGES=storages_in(template.folder)):
        connection.close()
        connection.settings_dict["NAME"] = template.database
        cache.clear()
        caches["pages"].clear()
        outer = transaction.atomic()
        outer.__enter__()
        try:
            yield
        finally:
            transaction.set_rollback(True)
            outer.__exit__(None, None, None)
            connection.close()
            connection.settings_dict["NAME"] = name
