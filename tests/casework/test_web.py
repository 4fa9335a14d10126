"""What every room's screens share: versions that forms send back, links that readers may follow."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.test import RequestFactory

from casework.web import object_link, posted_version
from tests.conftest import World


@pytest.mark.parametrize(
    ("sent", "read"), [("3", 3), ("", None), ("-1", None), ("²", None), ("9" * 40, None), ("3 OR 1", None)]
)
def test_a_version_that_is_no_number_is_no_version(sent: str, read: int | None) -> None:
    request = RequestFactory().post("/", {"version": sent})
    assert posted_version(request) == read


def test_a_link_is_shown_to_whose_roles_open_the_page(world: World) -> None:
    uid = uuid4()
    assert object_link(world.officer, "institutions.institution", uid) == f"/desk/institutions/{uid}/"
    assert object_link(world.admin, "institutions.institution", uid) == ""


def test_nothing_is_linked_that_has_no_page(world: World) -> None:
    assert object_link(world.officer, "accounts.user", uuid4()) == ""
    assert object_link(world.officer, "institutions.institution", None) == ""
