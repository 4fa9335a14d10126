"""Document numbers: no gap, no duplicate, whatever happens at the same time."""

from __future__ import annotations

import random
import threading
from datetime import datetime
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, connections, transaction

from casework.errors import Unlawful
from casework.models import IssuedNumber, NumberTemplate
from casework.models.base import uuid7
from casework.numbering import number_take, number_void
from tests.conftest import World, build_world

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOON = datetime(2026, 11, 22, 12, tzinfo=SHANGHAI)


def subject() -> SimpleNamespace:
    return SimpleNamespace(uid=uuid7(), _meta=SimpleNamespace(label_lower="tests.subject"))


def test_numbers_follow_each_other_per_organ_kind_and_year(world: World) -> None:
    NumberTemplate.objects.create(bureau=world.bureau, kind="X", pattern="{organ}整改〔{year}〕{n}号")
    texts = [number_take(organ=world.education, kind="X", subject=subject(), at=NOON).text for _ in range(2)]
    assert texts == ["巫教培整改〔2026〕1号", "巫教培整改〔2026〕2号"]
    assert number_take(organ=world.market, kind="X", subject=subject(), at=NOON).value == 1
    next_year = datetime(2027, 1, 1, 0, 30, tzinfo=SHANGHAI)
    assert (
        number_take(organ=world.education, kind="X", subject=subject(), at=next_year).text
        == "巫教培整改〔2027〕1号"
    )


def test_the_year_is_that_of_shanghai(world: World) -> None:
    new_year_utc = datetime(2026, 12, 31, 17, tzinfo=ZoneInfo("UTC"))
    assert number_take(organ=world.education, kind="X", subject=subject(), at=new_year_utc).year == 2027


def test_an_organ_without_a_word_cannot_number(world: World) -> None:
    assert world.partner.organisation is not None
    with pytest.raises(Unlawful, match="机关代字"):
        number_take(organ=world.partner.organisation, kind="X", subject=subject(), at=NOON)


def test_a_void_number_stays_listed_and_is_not_used_again(world: World) -> None:
    first = number_take(organ=world.education, kind="X", subject=subject(), at=NOON)
    number_void(actor=world.head, number=first, reason="填写错误")
    second = number_take(organ=world.education, kind="X", subject=subject(), at=NOON)
    assert (first.value, second.value) == (1, 2)
    assert IssuedNumber.objects.get(pk=first.pk).void_reason == "填写错误"


def test_the_register_refuses_a_duplicate(world: World) -> None:
    first = number_take(organ=world.education, kind="X", subject=subject(), at=NOON)
    first.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        first.save(force_insert=True)


@pytest.mark.django_db(transaction=True)
def test_sixteen_writers_with_rollbacks_leave_no_gap() -> None:
    world = build_world()
    errors: list[BaseException] = []

    def work(seed: int) -> None:
        dice = random.Random(seed)
        try:
            for _ in range(25):
                try:
                    with transaction.atomic():
                        number_take(organ=world.education, kind="X", subject=subject(), at=NOON)
                        if dice.random() < 0.2:
                            raise InterruptedError
                except InterruptedError:
                    continue
        except BaseException as error:  # noqa: BLE001
            errors.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    values = sorted(IssuedNumber.objects.values_list("value", flat=True))
    assert errors == []
    assert len(values) > 16 * 25 * 0.6
    assert values == list(range(1, len(values) + 1))
