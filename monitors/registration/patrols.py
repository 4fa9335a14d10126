"""Navigation, worklists, panels and owners of files about patrols."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from casework import events, registries
from casework.models import EvidenceFile
from casework.registries import NavEntry, Panel, WorkItem, Worklist
from complaints.events import VerificationRequested

VIEW, DO, EDIT = "monitors.patrol_view", "monitors.patrol_do", "monitors.monitor_edit"
FORGOTTEN = timedelta(hours=24)


def register() -> None:
    """Called once when the room starts."""
    from monitors.services import audits, sightings
    from monitors.services.patrols import outings

    for room, label in ((outings, "巡查"), (audits, "巡查督查"), (sightings, "人流观察")):
        registries.add_number_series(room.NUMBER_KIND, label, room.NUMBER_PATTERN)
    registries.add_nav(NavEntry("巡查", "monitors:outing_list", "walk", 27, VIEW))
    registries.add_nav(NavEntry("巡查", "monitors_portal:patrol_home", "walk", 5, DO, face="portal"))
    registries.add_worklist(Worklist("monitors.forgotten", "没有提交的巡查", forgotten, permission=EDIT))
    registries.add_worklist(Worklist("monitors.patrol", "巡查任务", to_patrol, face="portal", permission=DO))
    registries.add_worklist(Worklist("monitors.looks", "核查请求", to_look, face="portal", permission=DO))
    registries.add_worklist(
        Worklist("monitors.audits", "督查巡查", to_audit, permission="monitors.audit_run")
    )
    events.subscribe(VerificationRequested, look_asked)
    registries.object_urls["monitors.lookask"] = lambda uid: _url("look_detail", uid)
    registries.object_urls["monitors.patrolaudit"] = lambda uid: _url("audit_detail", uid)
    registries.object_urls["monitors.observation"] = lambda uid: _url("observation_detail", uid)
    registries.add_evidence_owner("monitors.observation", may_see_sighting)
    registries.add_evidence_owner("monitors.dutyentry", may_see_sighting)
    registries.object_urls["monitors.outing"] = lambda uid: _url("outing_detail", uid)
    registries.object_urls["monitors.stop"] = lambda uid: _url("stop_detail", uid)
    registries.object_urls["monitors.patroltask"] = lambda uid: _url("task_detail", uid)
    registries.add_evidence_owner("monitors.stop", may_see_photo)
    registries.panels.register(
        "institutions.Institution",
        Panel("patrols", "监督员巡查", "monitors/_institution_panel.html", panel, 44, VIEW),
    )


def look_asked(event: VerificationRequested) -> None:
    """Somebody is asked to look; the squad of the place gets it."""
    from monitors import services

    services.look_receive(event)


def _url(name: str, uid: UUID) -> str:
    return reverse(f"monitors:{name}", kwargs={"uid": uid})


def may_see_photo(actor: User, evidence: EvidenceFile) -> bool:
    """Whoever sees the stop."""
    from monitors.models import Stop

    if not (actor.may(VIEW) or actor.may(DO)):
        return False
    return Stop.objects.visible_to(actor).filter(uid=evidence.subject_uid).exists()


def may_see_sighting(actor: User, evidence: EvidenceFile) -> bool:
    """Whoever sees the observation or the line of the log."""
    from monitors.models import DutyEntry, Observation

    if not (actor.may(VIEW) or actor.may(DO)):
        return False
    uid = evidence.subject_uid
    return (
        Observation.objects.visible_to(actor).filter(uid=uid).exists()
        or DutyEntry.objects.visible_to(actor).filter(uid=uid).exists()
    )


def forgotten(actor: User, today: date) -> Iterable[WorkItem]:
    """Outings that nobody submitted for a day."""
    from monitors.selectors.patrols import outings_visible

    rows = outings_visible(actor).filter(status="RUNNING", started_at__lt=timezone.now() - FORGOTTEN)
    for row in rows.order_by("started_at", "pk")[:50]:
        yield WorkItem(
            f"核实没有提交的巡查 {row.number}", _url("outing_detail", row.uid), None,
            sub=row.squad.name if row.squad else "", stage="巡查中", tone="warn",
        )  # fmt: skip


def to_patrol(actor: User, today: date) -> Iterable[WorkItem]:
    """The outing under way and the squad's open tasks."""
    from monitors.selectors.monitors import own_term
    from monitors.selectors.patrols import running_of, tasks_of

    running = running_of(actor)
    if running is not None:
        url = reverse("monitors_portal:outing", kwargs={"uid": running.uid})
        yield WorkItem(f"继续巡查 {running.number}", url, None, stage="巡查中")
    monitor = own_term(actor)
    if monitor is None or not monitor.serves_on(today):
        return
    for task in tasks_of(monitor, today):
        yield WorkItem(
            task.title, reverse("monitors_portal:patrol_home"), task.ends_on, stage="待巡查",
            sub=task.window_words,
        )  # fmt: skip


def panel(actor: User, institution: Any) -> dict[str, Any]:
    """Patrols that came to one institution."""
    from monitors.selectors.patrols import stops_visible

    return {"stops": list(stops_visible(actor).filter(institution=institution).counted()[:20])}


def to_look(actor: User, today: date) -> Iterable[WorkItem]:
    """Requests that wait for an answer of the monitor's squad."""
    from monitors.selectors.looks import looks_visible

    for look in looks_visible(actor).waiting()[:50]:
        yield WorkItem(
            f"核查 {look.clue_no}", reverse("monitors_portal:look", kwargs={"uid": look.uid}), look.due_on,
            sub=look.asked[:40], place=look.place_text, stage="待核查",
            tone="bad" if look.due_on < today else "info",
        )  # fmt: skip


def to_audit(actor: User, today: date) -> Iterable[WorkItem]:
    """Frozen lists that wait for their value, drawn visits that wait for a trip."""
    from monitors.selectors.audits import audits_visible

    words = {"FROZEN": "录入公开值", "ENTERED": "确认公开值并抽取", "DRAWN": "督查抽中的巡查"}
    for row in audits_visible(actor).filter(status__in=list(words))[:20]:
        yield WorkItem(
            f"{words[row.status]}：{row.title}", _url("audit_detail", row.uid), None, stage=row.get_status_display(),
        )  # fmt: skip
