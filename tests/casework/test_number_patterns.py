"""How numbers look is set on a screen: previewed without taking one, refused in plain words, kept for issued ones."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from types import SimpleNamespace

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from casework.errors import NotAllowed, Unlawful, WrongState
from casework.management.commands.load_reference import load_all
from casework.models import AuditEvent, IssuedNumber, NumberCounter, NumberTemplate
from casework.models.base import uuid7
from casework.numbering import number_pattern_clear, number_pattern_set, number_take, pattern_problem
from tests.conftest import World

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]
KIND = "RECTIFICATION_NOTICE"
EDIT = f"/desk/numbers/patterns/{KIND}/"


@pytest.fixture(autouse=True)
def reference(world: World) -> None:
    load_all()


def take(world: World, kind: str = KIND, at: datetime | None = None) -> IssuedNumber:
    subject = SimpleNamespace(uid=uuid7(), _meta=SimpleNamespace(label_lower="tests.subject"))
    return number_take(organ=world.education, kind=kind, subject=subject, at=at or timezone.now())  # type: ignore[arg-type]


def set_pattern(world: World, pattern: str, kind: str = KIND, own: bool = True) -> NumberTemplate:
    return number_pattern_set(
        actor=world.admin,
        bureau=world.bureau,
        kind=kind,
        pattern=pattern,
        organ=world.education if own else None,
    )


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        ("{organ}整改〔{year}〕号", "没有序号"),
        ("{organ}整改{n}号", "没有年份"),
        ("整改〔{year}〕{n}号", "没有机关代字"),
        ("{organ}整改〔{year}〕{n}—{n}号", "重复写了序号"),
        ("{organ}整改〔{year}〕{seq}号", "不认识占位符 {seq}"),
        ("{organ}整改〔{year}〕{n.real}号", "不认识占位符"),
        ("{organ}整改〔{year}〕{n:03}号", "不编虚位"),
        ("{organ}整改〔{year}〕{n!r}号", "不编虚位"),
        ("{organ}整改〔{year}〕{n号", "花括号没有成对"),
        ("{organ}整改[{year}]{n}号", "六角括号"),
        ("{organ}整改〔{year}{n}号", "没有成对"),
        ("{organ}整改 〔{year}〕{n}号", "去掉空格"),
    ],
)
def test_a_wrong_pattern_is_told_what_to_write(
    world: World, sign_in: SignIn, pattern: str, words: str
) -> None:
    assert words in pattern_problem(pattern)
    page = sign_in(world.admin).post(EDIT, {"organ": "", "pattern": pattern})
    assert page.status_code == 422
    assert words in page.content.decode()
    assert not NumberTemplate.objects.exists()
    with pytest.raises(Unlawful):
        set_pattern(world, pattern)


def test_the_list_shows_the_next_number_and_takes_none(world: World, sign_in: SignIn) -> None:
    year = timezone.localdate().year
    take(world)
    text = sign_in(world.admin).get("/desk/numbers/patterns/").content.decode()
    assert f"巫教培整改〔{year}〕2号" in text
    assert f"巫教培罚字〔{year}〕1号" in text
    assert f"巫教培线索〔{year}〕1号" in text
    other = sign_in(world.admin).get(f"/desk/numbers/patterns/?organ={world.market.pk}").content.decode()
    assert f"{world.market.number_word}整改〔{year}〕1号" in other
    assert [(row.kind, row.last_value) for row in NumberCounter.objects.all()] == [(KIND, 1)]


def test_an_administrator_previews_saves_and_takes_back(world: World, sign_in: SignIn) -> None:
    year = timezone.localdate().year
    old = take(world)
    client = sign_in(world.admin)
    values = {"organ": str(world.education.pk), "pattern": "{organ}责改〔{year}〕{n}号"}
    preview = client.post(EDIT, {**values, "keep": "1"})
    assert preview.status_code == 200
    assert f"巫教培责改〔{year}〕2号" in preview.content.decode()
    assert not NumberTemplate.objects.exists()
    assert client.post(EDIT, values).status_code == 302
    event = AuditEvent.objects.get(verb="casework.number_pattern_set")
    assert event.changes == {"pattern": ["", values["pattern"]]}
    assert event.actor == world.admin
    assert take(world).text == f"巫教培责改〔{year}〕2号"
    old.refresh_from_db()
    assert old.text == f"巫教培整改〔{year}〕1号"
    assert "本机关设置" in client.get("/desk/numbers/patterns/").content.decode()
    assert client.post(f"{EDIT}clear/", {"organ": str(world.education.pk)}).status_code == 302
    assert take(world).text == f"巫教培整改〔{year}〕3号"
    assert AuditEvent.objects.filter(verb="casework.number_pattern_clear").count() == 1
    again = client.post(f"{EDIT}clear/", {"organ": str(world.education.pk)}, follow=True)
    assert "没有另设格式" in again.content.decode()


def test_a_pattern_of_the_bureau_holds_for_organs_without_their_own(world: World, sign_in: SignIn) -> None:
    year = timezone.localdate().year
    set_pattern(world, "{organ}责改〔{year}〕{n}号")
    page = sign_in(world.admin).post(
        EDIT, {"organ": "", "pattern": "{organ}改正〔{year}〕{n}号", "keep": "1"}
    )
    assert f"{world.market.number_word}改正〔{year}〕1号" in page.content.decode()
    assert f"巫教培改正〔{year}〕" not in page.content.decode()
    set_pattern(world, "{organ}改正〔{year}〕{n}号", own=False)
    assert take(world).text == f"巫教培责改〔{year}〕1号"
    number_pattern_clear(actor=world.admin, bureau=world.bureau, kind=KIND, organ=world.education)
    assert take(world).text == f"巫教培改正〔{year}〕2号"


def test_numbers_of_two_kinds_never_look_the_same(world: World) -> None:
    with pytest.raises(Unlawful, match="行政处罚决定书已使用"):
        set_pattern(world, "{organ}罚字〔{year}〕第{n}号")
    with pytest.raises(Unlawful, match="线索已使用"):
        set_pattern(world, "{organ}线索〔{year}〕{n}号")
    set_pattern(world, "{organ}责改〔{year}〕{n}号", kind="SITE_ASSIGNMENT")
    take(world, "SITE_ASSIGNMENT")
    number_pattern_clear(
        actor=world.admin, bureau=world.bureau, kind="SITE_ASSIGNMENT", organ=world.education
    )
    with pytest.raises(Unlawful, match="今年已经按这个格式编过"):
        set_pattern(world, "{organ}责改〔{year}〕{n}号")
    with pytest.raises(Unlawful, match="不编号"):
        set_pattern(world, "{organ}笔录〔{year}〕{n}号", kind="SITE_RECORD")
    with pytest.raises(Unlawful, match="没有这种文号"):
        set_pattern(world, "{organ}甲〔{year}〕{n}号", kind="NO_SUCH")
    with pytest.raises(WrongState):
        number_pattern_clear(actor=world.admin, bureau=world.bureau, kind=KIND)


@pytest.mark.parametrize(
    ("persona", "reads", "edits"),
    [
        ("admin", 200, 200),
        ("head", 200, 403),
        ("leader", 200, 403),
        ("officer", 200, 403),
        ("partner", 403, 403),
        ("township", 403, 403),
        ("institution_user", 403, 403),
    ],
)
def test_only_the_administrator_edits(
    world: World, sign_in: SignIn, persona: str, reads: int, edits: int
) -> None:
    client = sign_in(world.personas[persona])
    assert client.get("/desk/numbers/patterns/").status_code == reads
    assert client.get(EDIT).status_code == edits
    values = {"organ": "", "pattern": "{organ}责改〔{year}〕{n}号"}
    if edits == 403:
        assert client.post(EDIT, values).status_code == 403
        assert client.post(f"{EDIT}clear/", {}).status_code == 403
        assert not NumberTemplate.objects.exists()


def test_nobody_sets_another_bureaus_patterns(world: World, sign_in: SignIn) -> None:
    foreign = world.neighbour_officer.organisation
    assert foreign is not None
    with pytest.raises(NotAllowed):
        number_pattern_set(
            actor=world.admin, bureau=world.neighbour, kind=KIND, pattern="{organ}责改〔{year}〕{n}号"
        )
    with pytest.raises(NotAllowed):
        number_pattern_set(
            actor=world.admin,
            bureau=world.bureau,
            kind=KIND,
            pattern="{organ}责改〔{year}〕{n}号",
            organ=foreign,
        )
    page = sign_in(world.admin).post(
        EDIT, {"organ": str(foreign.pk), "pattern": "{organ}责改〔{year}〕{n}号"}
    )
    assert page.status_code == 422
    assert sign_in(world.admin).get("/desk/numbers/patterns/NO_SUCH/").status_code == 404
