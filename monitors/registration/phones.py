"""What this room puts on the field app: the forms of monitors, what holds a submission back, what was refused."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.urls import reverse

from accounts.models import User
from casework import registries
from casework.errors import Reason
from casework.registries import NavEntry, WorkItem, Worklist
from fieldwork import blockers
from fieldwork.registries import add_field_form
from monitors.models import Outing

DO, EDIT = "monitors.patrol_do", "monitors.monitor_edit"


def register() -> None:
    """Called once when the room starts."""
    from monitors.field.form import OBSERVATION_FORM, PATROL_FORM

    add_field_form(PATROL_FORM)
    add_field_form(OBSERVATION_FORM)
    registries.add_blocker("monitors.Outing", "submit", phones_differ)
    registries.add_nav(NavEntry("离线巡查", "fieldwork_field:app", "device-mobile", 6, DO, face="portal"))
    registries.add_worklist(
        Worklist("monitors.phones", "手机巡查没有受理", refused, permission="fieldwork.field_decide")
    )


def phones_differ(outing: Outing, actor: User) -> Iterable[Reason]:
    """A patrol is not submitted while two phones disagree about it."""
    yield from blockers.differences_of(outing.uid)


def refused(actor: User, today: date) -> Iterable[WorkItem]:
    """Words of monitors' phones that were kept and not used."""
    from monitors.selectors.phones import records_refused

    if not actor.may(EDIT):
        return
    for row in records_refused(actor)[:50]:
        yield WorkItem(
            row.label, reverse("fieldwork:record_detail", kwargs={"uid": row.uid}), None,
            sub=f"{row.held_count} 条没有采用", stage="待处理", tone="warn",
        )  # fmt: skip
