"""Navigation, worklists, figures and owners of files about monitors."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from uuid import UUID

from django.urls import reverse

from accounts.models import User
from casework import registries
from casework.errors import Reason
from casework.models import EvidenceFile, OfficialDocument
from casework.registries import NavEntry, WorkItem, Worklist

VIEW = "monitors.monitor_view"
SOON_DAYS = 60


def register() -> None:
    """Called once when the room starts."""
    from monitors import indicators

    indicators.register_all()
    registries.add_nav(NavEntry("社会监督员", "monitors:monitor_list", "eye-check", 26, VIEW))
    registries.add_nav(
        NavEntry("我的监督员信息", "monitors_portal:own", "id", 10, "monitors.own_view", face="portal")
    )
    for key, label, items, permission in (
        ("check", "监督员资格审核", to_check, "monitors.monitor_check"),
        ("publish", "监督员公示和聘任", to_appoint, "monitors.monitor_appoint"),
        ("ending", "监督员任期将满", ending, "monitors.monitor_appoint"),
    ):
        registries.add_worklist(Worklist(f"monitors.{key}", label, items, permission=permission))
    registries.add_worklist(
        Worklist("monitors.manual", "工作手册", manual_to_read, face="portal", permission="monitors.own_view")
    )
    registries.object_urls["monitors.monitor"] = lambda uid: _url("monitor_detail", uid)
    registries.object_urls["monitors.candidatenotice"] = lambda uid: _url("notice_detail", uid)
    registries.object_urls["monitors.manual"] = lambda uid: _url("manual_detail", uid)
    registries.add_evidence_owner("monitors.monitor", may_see_photo)
    registries.add_document_owner("monitors.monitor", may_see_paper)
    registries.add_blocker("casework.OfficialDocument", "withdraw", paper_in_use)


def _url(name: str, uid: UUID) -> str:
    return reverse(f"monitors:{name}", kwargs={"uid": uid})


def paper_in_use(document: OfficialDocument, actor: User) -> Iterable[Reason]:
    """Certificates and cards are taken back by ending the term, not by hand."""
    if document.subject_type == "monitors.monitor" and document.state == "VALID":
        yield Reason("聘书和监督员证随解聘、辞任或任期届满作废，请在监督员页面办理。")


def may_see_photo(actor: User, evidence: EvidenceFile) -> bool:
    """Whoever sees the monitor, and the monitor."""
    return _reaches(actor, evidence.subject_uid)


def may_see_paper(actor: User, document: OfficialDocument) -> bool:
    """Whoever sees the monitor, and the monitor."""
    return _reaches(actor, document.subject_uid)


def _reaches(actor: User, uid: UUID) -> bool:
    from monitors.models import Monitor

    if not (actor.may(VIEW) or actor.may("monitors.own_view")):
        return False
    return Monitor.objects.visible_to(actor).filter(uid=uid).exists()


def to_check(actor: User, today: date) -> Iterable[WorkItem]:
    """Proposals to be checked."""
    from monitors.selectors.monitors import monitors_visible

    for row in monitors_visible(actor).filter(status="NOMINATED").order_by("nominated_on", "pk")[:50]:
        yield WorkItem(
            f"审核资格：{row.name}", _url("monitor_detail", row.uid), None, sub=row.recommender,
            place=row.region.name, stage="待资格审核",
        )  # fmt: skip


def to_appoint(actor: User, today: date) -> Iterable[WorkItem]:
    """Candidates to be published, and those whose notice is over."""
    from monitors.selectors.monitors import monitors_visible

    rows = monitors_visible(actor)
    for row in rows.filter(status="QUALIFIED").order_by("qualified_at", "pk")[:50]:
        yield WorkItem(
            f"发布公示：{row.name}", _url("monitor_detail", row.uid), None, place=row.region.name, stage="待公示",
        )  # fmt: skip
    over = rows.filter(status="PUBLICISED", notice__ends_on__lt=today)
    for row in over.order_by("notice__ends_on", "pk")[:50]:
        yield WorkItem(
            f"聘任：{row.name}", _url("monitor_detail", row.uid), None, place=row.region.name, stage="公示已截止",
        )  # fmt: skip


def ending(actor: User, today: date) -> Iterable[WorkItem]:
    """Terms that end soon, to be renewed or not."""
    from monitors.selectors.monitors import monitors_visible

    rows = monitors_visible(actor).filter(
        status="APPOINTED", term_planned_until__lte=today + timedelta(days=SOON_DAYS), renewals__isnull=True
    )
    for row in rows.order_by("term_planned_until", "pk")[:50]:
        yield WorkItem(
            f"续聘或换届：{row.name}", _url("monitor_detail", row.uid), row.term_planned_until,
            place=row.region.name, stage="任期将满", tone="warn",
        )  # fmt: skip


def manual_to_read(actor: User, today: date) -> Iterable[WorkItem]:
    """The manual that a monitor has not confirmed."""
    from monitors.selectors.monitors import manual_unread, own_term

    monitor = own_term(actor)
    manual = manual_unread(monitor) if monitor is not None and monitor.status == "APPOINTED" else None
    if manual is not None:
        url = reverse("monitors_portal:manual", kwargs={"uid": manual.uid})
        yield WorkItem(f"阅读并确认《{manual.title}》", url, None, stage="待确认")
