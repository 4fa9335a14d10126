"""The flow chart of a penalty: who, how long, with which papers; from the tables in force."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.urls import reverse
from django.utils import timezone

from accounts import roles
from casework.data import document_kinds
from casework.policy import policy_replace
from penalties import flow
from tests.conftest import World

STEPS = (*flow.ORDINARY, *flow.SIMPLE)


def test_every_step_names_permissions_terms_and_papers_that_exist(law: World) -> None:
    shown = flow.shown(STEPS, law.bureau.region, timezone.localdate())
    for row in shown:
        assert row.roles, row.step.title
        assert [item.key for item in row.terms] == list(row.step.terms)
        assert [kind.code for kind in row.papers] == list(row.step.papers)
        assert set(row.step.permissions) <= roles.all_permissions()


def test_the_catalogue_of_a_case_is_on_the_chart() -> None:
    """All 28 kinds, the talk beside the procedure excepted."""
    numbered = {row["code"] for row in document_kinds() if row["catalogue_no"]}
    assert numbered - {code for step in STEPS for code in step.papers} == {"TALK_RECORD"}


def test_the_page_shows_the_value_in_force_and_its_mark(law: World, sign_in: Any) -> None:
    url = reverse("penalties:flow_chart")
    page = sign_in(law.legal).get(url).content.decode()
    term = page.split("陈述申辩期限")[1].split("</div>")[0]
    assert "5 个工作日" in term
    assert "待核实" in term
    policy_replace(
        actor=law.leader, key="penalty.statement.period", region=law.bureau.region,
        new_value={"amount": 3, "unit": "WORKING_DAY"}, basis="本县规定", since=date(2026, 1, 1),
    )  # fmt: skip
    term = sign_in(law.officer).get(url).content.decode().split("陈述申辩期限")[1].split("</div>")[0]
    assert "3 个工作日" in term
    assert "待核实" not in term
    assert sign_in(law.institution_user).get(url).status_code == 403
    assert url in sign_in(law.officer).get(reverse("penalties:case_list")).content.decode()
