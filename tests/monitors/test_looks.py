"""A look asked of monitors: it comes up by event, the answer goes down to the clue."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from casework.errors import NotAllowed, Unlawful, WrongState
from complaints import services as clues
from complaints.models import Clue, Verification
from monitors import services
from monitors.models import LookAsk
from tests.complaints import making as clue_making
from tests.conftest import World
from tests.inspections.making import make_place
from tests.monitors import making

SignIn = Callable[[Any], Any]


def asked(world: World, **values: Any) -> Clue:
    """A clue about which monitors are asked."""
    clue = clues.clue_start(actor=world.officer, clue=clue_making.assigned(world, **values))
    clues.verification_ask(
        actor=world.officer,
        clue=clue,
        asked="晚上去看看是否上课",
        due_on=timezone.localdate() + timedelta(days=5),
    )
    return clue


def test_without_monitors_nothing_happens(law: World) -> None:
    asked(law)
    assert not LookAsk.objects.exists()


def test_the_squad_of_the_place_answers_and_the_clue_knows(law: World) -> None:
    first, second, far = (making.appointed(law, number) for number in (1, 2, 3))
    near = services.squad_save(actor=law.clerk, name="城区", towns=[law.town])
    other = services.squad_save(actor=law.clerk, name="江北", towns=[law.town2])
    for person, squad in ((first, near), (second, near), (far, other)):
        services.squad_assign(actor=law.clerk, monitor=person, squad=squad)
    user, stranger = making.with_account(law, first, "mon1"), making.with_account(law, far, "mon3")
    clue = asked(law)
    look = LookAsk.objects.get()
    assert look.squad == near
    assert list(LookAsk.objects.visible_to(user)) == [look]
    assert not LookAsk.objects.visible_to(stranger).exists()
    seen = {"facts": "窗帘拉着，听到讲课声", "looked_at": timezone.now() - timedelta(minutes=5)}
    with pytest.raises(Unlawful, match="两人同行"):
        services.look_answer(actor=user, look=look, monitors=[first], **seen)
    with pytest.raises(NotAllowed):
        services.look_answer(actor=user, look=look, monitors=[second, far], **seen)
    answered = services.look_answer(
        actor=user, look=look, monitors=[first, second], files=[making.portrait(4)], **seen
    )
    assert answered.state_word == "已答复"
    row = Verification.objects.get(clue=clue)
    assert (row.status, row.way, row.facts) == ("DONE", "MONITOR", "窗帘拉着，听到讲课声")
    assert first.card_no in row.looked_by
    assert first.name not in row.looked_by
    clue.refresh_from_db()
    assert clue.verified_at is not None
    with pytest.raises(WrongState):
        services.look_answer(actor=user, look=look, monitors=[first, second], **seen)


def test_what_was_withdrawn_is_not_answered(law: World) -> None:
    first, second = making.appointed(law, 1), making.appointed(law, 2)
    user = making.with_account(law, first, "mon1")
    asked(law)
    look = LookAsk.objects.get()
    assert look.squad is None
    clues.verification_drop(actor=law.officer, verification=look.verification, reason="不用了")
    look = LookAsk.objects.get()
    assert look.state_word == "已撤回"
    with pytest.raises(WrongState):
        services.look_answer(
            actor=user, look=look, monitors=[first, second], facts="看到", looked_at=timezone.now()
        )


def test_a_tie_stands_in_the_way(law: World) -> None:
    place = make_place(law)
    first, second = making.appointed(law, 1), making.appointed(law, 2)
    user = making.with_account(law, first, "mon1")
    services.tie_declare(actor=law.clerk, monitor=second, institution=place, kind="SHARE")
    asked(law, institution=place)
    with pytest.raises(Unlawful, match="须回避"):
        services.look_answer(
            actor=user, look=LookAsk.objects.get(), monitors=[first, second], facts="看到",
            looked_at=timezone.now() - timedelta(minutes=1),
        )  # fmt: skip


def test_the_phone_and_the_desk(law: World, sign_in: SignIn) -> None:
    first, second = making.appointed(law, 1), making.appointed(law, 2)
    client = sign_in(making.with_account(law, first, "mon1"))
    asked(law)
    look = LookAsk.objects.get()
    assert "核查" in client.get("/portal/").content.decode()
    page = f"/portal/patrols/looks/{look.uid}/"
    assert "晚上去看看" in client.get(page).content.decode()
    alone = client.post(f"{page}answer/", {"facts": "看到", "looked_at": "2026-01-01T10:00"})
    assert alone.status_code == 422
    now = timezone.localtime()
    sent = {"people": [second.pk], "facts": "没有上课", "looked_at": f"{now:%Y-%m-%dT%H:%M}"}
    desk = sign_in(law.clerk)
    squad = services.squad_save(actor=law.clerk, name="城区", towns=[law.town])
    services.squad_assign(actor=law.clerk, monitor=first, squad=squad)
    assert desk.post(f"/desk/patrols/looks/{look.uid}/squad/", {"squad": squad.pk}).status_code == 302
    assert client.post(f"{page}answer/", sent).status_code == 302
    assert "没有上课" in desk.get(f"/desk/patrols/looks/{look.uid}/").content.decode()
    assert desk.get("/desk/patrols/looks/?waiting=on&export=csv").status_code == 200
    assert sign_in(law.neighbour_officer).get(f"/desk/patrols/looks/{look.uid}/").status_code == 404
