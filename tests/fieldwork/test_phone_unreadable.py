"""A word whose comparison or blending breaks is kept and told; the record's other words go on."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from fieldwork.models import FieldOutcome, OutcomeState
from fieldwork.registries import FieldKind, forms
from fieldwork.services.settling import UNREADABLE
from inspections.services import deployment_notify
from tests.conftest import World
from tests.fieldwork.phones import Phone, answers_of, settle, small_version
from tests.inspections import making

FORM = "inspections.visit"


def broken(value: Any) -> Any:
    raise AttributeError(str(value))


def with_note(monkeypatch: pytest.MonkeyPatch, **changes: Any) -> None:
    """The kind "note" of the form behaves otherwise for this test."""

    def changed(kind: FieldKind) -> FieldKind:
        return replace(kind, **changes) if kind.code == "note" else kind

    form = forms[FORM]
    monkeypatch.setitem(forms, FORM, replace(form, kinds=tuple(map(changed, form.kinds))))


@pytest.mark.parametrize("part", ["same", "blend"])
def test_other_words_are_carried_over(world: World, monkeypatch: pytest.MonkeyPatch, part: str) -> None:
    making.load_law()
    version = small_version(world.head)
    plan = making.make_plan(world, making.make_place(world), checklist_version=version)
    deployment_notify(actor=world.officer, deployment=making.approve(world, plan))
    visit = plan.visits.get()
    with_note(monkeypatch, **{part: broken})
    phone = Phone(world.officer, visit)
    phone.write("start", place_note="大厅")
    phone.write("answer", "A1", value="YES", note="甲", version=str(version.uid))
    note = phone.write("note", "summary", text="现场正常")
    phone.send()
    settle(visit)
    assert answers_of(visit)["A1"] == ("YES", "甲")
    outcome = FieldOutcome.objects.get(operation__uid=note["uid"])
    if part == "blend":
        assert (outcome.state, outcome.reason) == (OutcomeState.HELD, UNREADABLE)
    else:
        assert outcome.state == OutcomeState.APPLIED
