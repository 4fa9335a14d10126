"""Every state × action × person cell of the four tables: only the arrows of the table are carried out."""

from __future__ import annotations

import pytest

from casework.errors import DomainError, NotAllowed, WrongState
from casework.workflow import Workflow, available_transitions, may_take, transition
from inspections.models import Deployment, Finding, RectificationNotice, Visit
from inspections.workflow import DEPLOYMENT, FINDING, NOTICE, VISIT
from tests.conftest import World

FLOWS = (DEPLOYMENT, VISIT, FINDING, NOTICE)
CELLS = [
    pytest.param(flow, state, arrow.name, id=f"{flow.model.split('.')[1]}-{state}-{arrow.name}")
    for flow in FLOWS
    for state in flow.states.values
    for arrow in flow.transitions
]


@pytest.fixture
def rows(law: World, notice: RectificationNotice) -> dict[str, object]:
    """One row of each model, each in its first states."""
    return {
        "inspections.Deployment": Deployment.objects.get(pk=notice.visit.deployment_id),
        "inspections.Visit": Visit.objects.get(pk=notice.visit_id),
        "inspections.Finding": Finding.objects.filter(visit=notice.visit).first(),
        "inspections.RectificationNotice": notice,
    }


@pytest.mark.django_db
def test_every_cell(law: World, rows: dict[str, object]) -> None:
    """Wrong states and missing permissions are refused for everybody; nothing is offered outside the table."""
    checked = 0
    for flow in FLOWS:
        obj = rows[flow.model]
        for arrow in flow.transitions:
            for name, person in law.personas.items():
                checked += _check_cell(flow, obj, arrow, name, person)
    assert checked == sum(len(flow.transitions) for flow in FLOWS) * len(law.personas)


def _check_cell(flow: Workflow, obj: object, arrow: object, name: str, person: object) -> int:
    state = getattr(obj, flow.field)
    offered = {offer.transition.name for offer in available_transitions(person, obj)}
    lawful = state in arrow.sources and may_take(arrow, person)
    assert (arrow.name in offered) == lawful, (flow.model, arrow.name, name)
    if lawful:
        return 1
    wanted = WrongState if state not in arrow.sources else NotAllowed
    with pytest.raises(wanted):
        transition(obj, arrow.name, actor=person, reason="测试")
    return 1


@pytest.mark.parametrize(("flow", "state", "name"), CELLS)
def test_final_states_stay_final(flow: Workflow, state: str, name: str) -> None:
    """Nothing starts from a final state, and every arrow names known states."""
    arrow = flow.by_name[name]
    assert set(arrow.sources) <= set(flow.states.values)
    assert arrow.target in flow.states.values
    is_source = state in arrow.sources
    is_terminal = state in {
        "DONE",
        "CLOSED",
        "CANCELLED",
        "ESCALATED",
        "WITHDRAWN",
        "VOID",
        "REFERRED",
        "FIXED",
    }
    assert not (is_terminal and is_source)


@pytest.mark.django_db
def test_reason_is_asked_where_the_table_says(law: World, rows: dict[str, object]) -> None:
    for flow in FLOWS:
        obj = rows[flow.model]
        for arrow in flow.transitions:
            if arrow.needs_reason and getattr(obj, flow.field) in arrow.sources:
                with pytest.raises(DomainError):
                    transition(obj, arrow.name, actor=law.head, reason="")
