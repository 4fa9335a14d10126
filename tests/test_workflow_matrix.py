"""Every registered workflow: its table is sound, and every (state, step, role) cell answers as declared."""

from __future__ import annotations

import re
from itertools import product
from typing import Any

import pytest
from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db import models

from accounts import roles
from accounts.models import User
from accounts.roles import Role
from casework import audit, workflow
from casework.errors import NotAllowed, WrongState
from casework.workflow import Transition, Workflow, all_workflows

CHINESE = re.compile(r"[\u4e00-\u9fff]")
FLOWS = [flow for flow in all_workflows() if not flow.model.startswith("casework.JobRun")]
ARROWS = [(flow, arrow) for flow in FLOWS for arrow in flow.transitions]
PERSONS = [*Role.values, "NONE", "SYSTEM"]


def flow_name(flow: Workflow) -> str:
    return flow.model


def arrow_name(value: Any) -> str:
    return value.model if isinstance(value, Workflow) else value.name


def model_of(flow: Workflow) -> type[models.Model]:
    return apps.get_model(flow.model)


def person(role: str) -> User:
    """Somebody who holds exactly one role (or none), or the system."""
    user = User(name=role, is_system=role == "SYSTEM", is_active=True)
    user.__dict__["role_codes"] = () if role in {"NONE", "SYSTEM"} else (role,)
    return user


def test_the_rooms_have_workflows() -> None:
    assert len(FLOWS) >= 3


@pytest.mark.parametrize("flow", FLOWS, ids=flow_name)
def test_every_state_is_reached_from_the_first(flow: Workflow) -> None:
    reached, grew = {str(flow.initial)}, True
    while grew:
        further = {str(arrow.target) for arrow in flow.transitions if reached.intersection(arrow.sources)}
        grew = not further <= reached
        reached |= further
    assert set(flow.states.values) == reached


@pytest.mark.parametrize("flow", FLOWS, ids=flow_name)
def test_names_are_unique_and_words_are_chinese(flow: Workflow) -> None:
    names = [arrow.name for arrow in flow.transitions]
    assert len(names) == len(set(names))
    words = [flow.label, *flow.states.labels, *(arrow.label for arrow in flow.transitions)]
    assert [word for word in words if not CHINESE.search(str(word))] == []
    assert all(re.fullmatch(r"[A-Z][A-Z0-9_]*", code) for code in flow.states.values)


@pytest.mark.parametrize("flow", FLOWS, ids=flow_name)
def test_the_state_field_holds_these_states(flow: Workflow) -> None:
    column = model_of(flow)._meta.get_field(flow.field)
    assert [code for code, _ in column.flatchoices] == flow.states.values
    assert column.default == flow.initial


@pytest.mark.parametrize(("flow", "arrow"), ARROWS, ids=arrow_name)
def test_a_step_names_known_permissions_and_fields(flow: Workflow, arrow: Transition) -> None:
    assert arrow.is_system or arrow.permission in roles.all_permissions()
    columns = model_of(flow)._meta
    for name in filter(None, (arrow.stamp, *arrow.requires)):
        try:
            columns.get_field(name)
        except FieldDoesNotExist:
            assert hasattr(model_of(flow), name), f"{flow.model} has no {name}"
    assert arrow.sources, "a step starts somewhere"


@pytest.mark.parametrize(("flow", "arrow"), ARROWS, ids=arrow_name)
def test_somebody_may_take_each_step(flow: Workflow, arrow: Transition) -> None:
    takers = [role for role in PERSONS if workflow.may_take(arrow, person(role))]
    assert takers
    if arrow.is_system:
        assert takers == ["SYSTEM"]
    else:
        assert set(takers) - {"SYSTEM"}
        assert "NONE" not in takers


@pytest.mark.parametrize(("flow", "arrow"), ARROWS, ids=arrow_name)
def test_a_step_has_a_sentence_on_the_timeline(flow: Workflow, arrow: Transition) -> None:
    meta = model_of(flow)._meta
    sentence = audit.sentence(f"{meta.app_label}.{meta.model_name}_{arrow.name}")
    assert CHINESE.search(sentence)


@pytest.mark.parametrize("flow", FLOWS, ids=flow_name)
def test_every_cell_answers_as_declared(flow: Workflow, monkeypatch: pytest.MonkeyPatch) -> None:
    """Right state and right role go through to the gates; everything else is refused before them."""
    monkeypatch.setattr(workflow, "stopping_reasons", lambda *args: ())
    wrong = []
    for state, arrow, role in product(flow.states.values, flow.transitions, PERSONS):
        actor = person(role)
        expected = _expected(state, arrow, role)
        outcome = _outcome(flow, state, arrow, actor)
        if outcome != expected:
            wrong.append((state, arrow.name, role, expected, outcome))
    assert wrong == []


def _expected(state: str, arrow: Transition, role: str) -> str:
    if state not in arrow.sources:
        return "WrongState"
    if arrow.is_system:
        return "open" if role == "SYSTEM" else "NotAllowed"
    held = role == "SYSTEM" or arrow.permission in roles.permissions_of([role] if role != "NONE" else [])
    return "open" if held else "NotAllowed"


def _outcome(flow: Workflow, state: str, arrow: Transition, actor: User) -> str:
    obj = model_of(flow)(**{flow.field: state})
    values = dict.fromkeys(arrow.requires, "x")
    try:
        workflow._check(obj, flow, arrow, actor, "理由", values)
    except WrongState:
        return "WrongState"
    except NotAllowed:
        return "NotAllowed"
    return "open"
