"""Row scope fails closed, and everybody reaches what their post reaches."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import AnonymousUser

from accounts.models import Organisation, User
from accounts.querysets import ScopedQuerySet
from casework.models import DocumentKind, JobRun
from tests.conftest import World


def names(actor: object) -> set[str]:
    return set(Organisation.objects.visible_to(actor).values_list("name", flat=True))


def test_a_bureau_sees_its_county_and_a_neighbour_nothing_of_it(world: World) -> None:
    assert "巫山县市场监督管理局" in names(world.officer)
    assert names(world.neighbour_officer) == {"奉节县教育委员会", "示例邻县培训中心"}


def test_the_city_sees_both_counties(world: World) -> None:
    assert {"巫山县市场监督管理局", "奉节县教育委员会"} <= names(world.supervisor)


def test_a_township_sees_its_own_place_only(world: World) -> None:
    assert names(world.township) == {"高唐街道办事处", "示例启航艺术培训中心"}


def test_partner_and_counterpart_see_themselves(world: World) -> None:
    assert names(world.market_officer) == {"巫山县市场监督管理局"}
    assert names(world.institution_user) == {"示例启航艺术培训中心"}


def test_the_system_sees_everything(world: World) -> None:
    assert len(names(world.system)) == Organisation.objects.count()


@pytest.mark.parametrize("stranger", [AnonymousUser(), None, object()])
def test_strangers_see_nothing(world: World, stranger: object) -> None:
    assert names(stranger) == set()


def test_a_dismissed_user_sees_nothing(world: World) -> None:
    world.officer.is_active = False
    assert names(world.officer) == set()


def test_a_model_without_scope_shows_nothing(world: World) -> None:
    assert ScopedQuerySet(DocumentKind).visible_to(world.officer).count() == 0


def test_a_counterpart_sees_nothing_of_models_without_a_counterpart_path(world: World) -> None:
    assert not JobRun.objects.visible_to(world.market_officer).exists()


def test_permissions_come_from_roles(world: World) -> None:
    assert world.leader.may("casework.policy_edit")
    assert not world.officer.may("casework.policy_edit")
    assert not world.institution_user.may("casework.desk_open")
    fresh = User.objects.get(pk=world.leader.pk)
    fresh.is_active = False
    assert not fresh.may("casework.policy_edit")
