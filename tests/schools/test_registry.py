"""The register of schools: entered, changed, closed, reached by whom it may be."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import User
from casework.errors import NotAllowed, StaleVersion, Unlawful
from casework.models import AuditEvent
from schools import services
from schools.models import School
from tests.conftest import World
from tests.schools import making

FORM = {
    "name": "示例石榴坡小学",
    "code": "3150999001",
    "stage": "PRIMARY",
    "kind": "PUBLIC",
    "class_count": 6,
    "pupil_count": 210,
    "contact_desk": "德育处",
    "phone": "",
    "address": "",
}


def test_desk_enters_a_school_and_the_register_exports_it(law: World, sign_in: Any) -> None:
    client = sign_in(law.clerk)
    assert client.post("/desk/schools/register/new/", {**FORM, "region": law.town.pk}).status_code == 302
    row = School.objects.get(code="3150999001")
    assert row.region_path == law.town.path
    assert AuditEvent.objects.filter(object_uid=row.uid, verb="schools.school_create").exists()
    sheet = b"".join(client.get("/desk/schools/register/?export=csv").streaming_content).decode()
    assert "示例石榴坡小学" in sheet
    assert "共 1 行" in sheet


@pytest.mark.parametrize(
    ("field", "value", "word"),
    [
        ("code", "12", "6 至 12 位"),
        ("pupil_count", "-1", "大于或等于"),
        ("region", "", "必填"),
        ("stage", "X", "X"),
    ],
)
def test_bad_input_is_told(law: World, sign_in: Any, field: str, value: str, word: str) -> None:
    answer = sign_in(law.clerk).post(
        "/desk/schools/register/new/", {**FORM, "region": law.town.pk, field: value}
    )
    assert answer.status_code == 422
    assert word in answer.content.decode()
    assert not School.objects.exists()


def test_a_code_is_used_once_in_a_bureau(law: World, school: School) -> None:
    values = {**FORM, "code": school.code}
    with pytest.raises(Unlawful):
        services.school_create(actor=law.head, region=law.town, values=values)


def test_the_second_of_two_editors_is_told(law: World, school: School) -> None:
    services.school_edit(actor=law.head, school=school, values={"class_count": 13}, version=school.version)
    with pytest.raises(StaleVersion):
        services.school_edit(
            actor=law.clerk, school=school, values={"class_count": 14}, version=school.version
        )


def test_a_closed_school_stays_with_its_reason(law: World, school: School) -> None:
    today = timezone.localdate()
    closed = services.school_close(actor=law.head, school=school, on=today, reason="并入示例小学")
    assert not closed.is_open
    with pytest.raises(Unlawful, match="已经登记"):
        services.school_close(actor=law.head, school=school, on=today, reason="又一次")
    with pytest.raises(Unlawful, match="不能开通"):
        services.school_account_open(actor=law.head, school=school, username="later", name="某某")
    with pytest.raises(IntegrityError), transaction.atomic():
        School.objects.filter(pk=school.pk).update(closed_reason="")


def test_who_reaches_which_school(law: World, school: School, other: School) -> None:
    reach = {
        law.head: {school, other},
        law.township: {school},
        making.contact_of(school): {school},
        making.contact_of(other): {other},
        law.institution_user: set(),
        law.neighbour_officer: set(),
        law.supervisor: {school, other},
    }
    for actor, rows in reach.items():
        assert set(School.objects.visible_to(actor)) == rows, actor


def test_a_school_contact_has_the_portal_and_nothing_else(law: World, contact: User, sign_in: Any) -> None:
    client = sign_in(contact)
    assert client.get("/portal/").status_code == 200
    for address in (
        "/desk/",
        "/desk/schools/",
        "/desk/clues/",
        "/desk/institutions/",
        "/portal/rectification/",
    ):
        assert client.get(address).status_code == 403, address


def test_an_account_is_opened_once_shown(law: World, sign_in: Any, school: School) -> None:
    answer = sign_in(law.head).post(
        f"/desk/schools/register/{school.uid}/account/", {"username": "qinggan.2", "name": "某老师"}
    )
    assert answer.status_code == 200
    assert answer["Cache-Control"] == "no-store"
    person = User.objects.get(username="qinggan.2")
    assert person.role_codes == ("SCHOOL_CONTACT",)
    assert person.organisation == school.organisation
    with pytest.raises(NotAllowed):
        services.school_account_open(actor=law.officer, school=school, username="x.y.z", name="某某")
