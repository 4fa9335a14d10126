"""Schools of the demonstration counties; every name is made up."""

from __future__ import annotations

from datetime import date

from accounts import demo
from accounts.models import User
from accounts.roles import Role
from config.demo.clock import at
from config.demo.people import County, person_make
from institutions.data import demo_names
from schools import services
from schools.models import School, SchoolKind, Stage
from schools.services.registry import organisation_of

SIGNS = ("青柑", "霁溪", "鹭渡", "枫岭", "小苇", "椿坪", "松湾", "石榴坡", "栖霞", "云阶", "竹坞", "晴川")
FORMS = (
    ("中心小学", Stage.PRIMARY, 18, 712),
    ("初级中学", Stage.JUNIOR, 15, 664),
    ("幼儿园", Stage.KINDERGARTEN, 9, 238),
)
ENDINGS = (
    ("幼儿园", Stage.KINDERGARTEN),
    ("初级中学", Stage.JUNIOR),
    ("小学", Stage.PRIMARY),
    ("中学", Stage.COMPLETE),
)
OPENED = date(2022, 9, 1)
DESKS = {Stage.KINDERGARTEN: "园务办公室", Stage.PRIMARY: "德育处", Stage.JUNIOR: "政教处"}


def has_schools(county: County) -> bool:
    """Whether this part stands."""
    return School.objects.filter(bureau=county.bureau).exists()


def build_schools(county: County, now: date) -> None:
    """The full county: 36 schools, and what was asked of them."""
    register(county, 36)


def build_few_schools(county: County, now: date) -> None:
    """The neighbour: three schools."""
    register(county, 3)


def register(county: County, count: int) -> list[School]:
    """Enter `count` schools, each with the body it acts as and one contact."""
    made = []
    for number, (name, stage, classes, pupils) in enumerate(planned(county, count)):
        school = services.school_create(
            actor=county.clerk,
            region=county.towns[number % len(county.towns)],
            values={
                "code": f"3{county.plan.code}{number + 1:03d}",
                "name": name,
                "stage": stage,
                "kind": SchoolKind.PRIVATE if number % 9 == 4 else SchoolKind.PUBLIC,
                "class_count": classes + number % 5,
                "pupil_count": pupils + 37 * (number % 7),
                "contact_desk": DESKS.get(stage, "教务处"),
                "phone": county.bureau.hotline,
            },
            at=at(OPENED, 9),
        )
        body = organisation_of(actor=county.clerk, school=school)
        suffix = "school" if number == 0 else f"school{number + 1}"
        person_make(
            demo.username(county.plan.slug, suffix),
            "穆清和" if number == 0 else f"联系人{number + 1}",
            DESKS.get(stage, "教务处"),
            body,
            (Role.SCHOOL_CONTACT,),
        )
        school.refresh_from_db()
        made.append(school)
    return made


def planned(county: County, count: int) -> list[tuple[str, Stage, int, int]]:
    """Names with stage, classes and roll: the county's listed ones first."""
    listed = [row["name"] for row in demo_names()["schools"] if row["area"] == county.plan.code]
    found = [(name, _stage(name), 16, 680) for name in listed]
    for word, stage, classes, pupils in FORMS:
        for sign in SIGNS:
            name = f"{county.plan.county}{sign}{word}"
            if name not in listed:
                found.append((name, stage, classes, pupils))
    return found[:count]


def _stage(name: str) -> Stage:
    return next(stage for ending, stage in ENDINGS if name.endswith(ending))


def contact(school: School) -> User:
    """Who answers for a school."""
    return User.objects.select_related("organisation", "bureau").get(organisation=school.organisation)
