"""What this room puts on lower rooms: navigation, worklists, panels, blockers, owners, figures."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

from django.urls import reverse

from accounts.models import User
from casework import events, registries
from casework.deadlines.services import DeadlineMoved
from casework.errors import Reason
from casework.gathering import Work, asking, total_of, totals
from casework.models import EvidenceFile, OfficialDocument
from casework.registries import Kpi, NavEntry, Panel, WorkItem, Worklist

PARTY_DOCUMENTS = frozenset({"INSPECTION_NOTICE", "INSPECTION_RESULT", "SITE_RECORD"})


def register() -> None:
    """Called once when the room starts."""
    from inspections import indicators, services  # noqa: F401
    from inspections.services.notices import deadline_copy

    indicators.register_all()
    events.subscribe(DeadlineMoved, deadline_copy)
    _navigation()
    _worklists()
    _owners()
    _field()
    registries.add_kpis(kpis)
    for arrow in ("close", "ban"):
        registries.add_blocker("institutions.Institution", arrow, closing_blocker)
    registries.panels.register(
        "institutions.Institution",
        Panel(
            "inspections",
            "检查与整改",
            "inspections/_institution_panel.html",
            panel,
            40,
            "inspections.deployment_view",
        ),
    )
    registries.panels.register(
        "fieldwork.Campaign",
        Panel(
            "inspections",
            "联合检查",
            "inspections/_campaign_panel.html",
            campaign_panel,
            20,
            "inspections.deployment_view",
        ),
    )


def _field() -> None:
    """Visits are filled in on phones; what two phones disagree on holds the record back."""
    from fieldwork.registries import add_field_form
    from inspections.field.form import VISIT_FORM

    add_field_form(VISIT_FORM)
    registries.add_blocker("inspections.Visit", "record", phones_agree)


def phones_agree(visit: Any, actor: User) -> Iterable[Reason]:
    """A visit is not recorded while two officers' phones differ on an item."""
    from fieldwork.blockers import differences_of

    yield from differences_of(visit.uid)


def _navigation() -> None:
    add = registries.add_nav
    add(NavEntry("联合检查", "inspections:deployment_list", "users-group", 50, "inspections.deployment_view"))
    add(NavEntry("检查记录", "inspections:visit_list", "clipboard-list", 52, "inspections.deployment_view"))
    add(NavEntry("整改台账", "inspections:notice_list", "file-alert", 54, "inspections.notice_view"))
    add(NavEntry("问题台账", "inspections:finding_list", "list-check", 56, "inspections.notice_view"))
    add(
        NavEntry(
            "检查与整改",
            "inspections_portal:notice_list",
            "file-alert",
            20,
            "inspections.portal_view",
            face="portal",
        )
    )
    for name in ("deployment", "visit", "finding"):
        registries.object_urls[f"inspections.{name}"] = _url(name)
    registries.object_urls["inspections.rectificationnotice"] = _url("notice")


def _url(name: str) -> Any:
    def address(uid: UUID) -> str:
        return reverse(f"inspections:{name}_detail", kwargs={"uid": uid})

    return address


def _worklists() -> None:
    add = registries.add_worklist
    add(
        Worklist(
            "inspections.approvals", "待审批的检查", approvals, permission="inspections.deployment_approve"
        )
    )
    add(Worklist("inspections.recusals", "待决定的回避", recusals, permission="inspections.recusal_decide"))
    add(
        Worklist(
            "inspections.to_notify", "待下达检查通知", to_notify, permission="inspections.deployment_notify"
        )
    )
    add(Worklist("inspections.visits", "今日检查", visits, permission="inspections.visit_record"))
    add(Worklist("inspections.notices", "整改台账", notices, permission="inspections.notice_issue"))
    add(
        Worklist(
            "inspections.extensions", "待决定的延期", extensions, permission="inspections.extension_decide"
        )
    )
    add(
        Worklist(
            "inspections.portal",
            "整改通知书",
            portal_notices,
            face="portal",
            permission="inspections.portal_view",
        )
    )


@asking
def approvals(actor: User, today: date) -> Work:
    """Outings that wait for the head."""
    from inspections.selectors import approvals_waiting

    for row in (yield approvals_waiting(actor)):
        due = row.approval_due_on or row.planned_on
        stage = "应急检查补办审批" if row.is_emergency else "待审批"
        yield WorkItem(
            f"审批：{row.name}",
            reverse("inspections:deployment_detail", kwargs={"uid": row.uid}),
            due,
            sub=f"{row.lead_organ.short_name} · {row.created_by.name}",
            stage=stage,
            tone="bad" if row.is_emergency else "warn",
        )


@asking
def recusals(actor: User, today: date) -> Work:
    """Recusals that wait for the head."""
    from inspections.selectors import recusals_waiting

    for row in (yield recusals_waiting(actor)):
        deployment = row.member.deployment
        yield WorkItem(
            f"回避申请：{row.member.person_name}",
            reverse("inspections:deployment_detail", kwargs={"uid": deployment.uid}),
            deployment.planned_on,
            sub=deployment.name,
            stage="待决定",
            tone="warn",
        )


@asking
def to_notify(actor: User, today: date) -> Work:
    """Approved outings without notice."""
    from inspections.selectors import outings_to_notify

    for row in (yield outings_to_notify(actor)):
        yield WorkItem(
            f"下达检查通知：{row.name}",
            reverse("inspections:deployment_detail", kwargs={"uid": row.uid}),
            row.planned_on,
            stage="已批准",
            tone="info",
            handler=row.created_by.name,
        )


@asking
def visits(actor: User, today: date) -> Work:
    """Stops of the actor's teams."""
    from inspections.selectors import visits_due

    words = {"PLANNED": "进场检查", "STARTED": "完成检查记录", "RECORDED": "处理问题并告知结果"}
    for row in (yield visits_due(actor, today)):
        yield WorkItem(
            words[row.status],
            reverse("inspections:visit_detail", kwargs={"uid": row.uid}),
            row.planned_on,
            sub=row.deployment.name,
            institution=row.institution.name,
            place=row.region.name,
            stage=row.get_status_display(),
            tone="info",
            handler=actor.name,
        )


@asking
def notices(actor: User, today: date) -> Work:
    """Notices of the actor's organ that need something."""
    from inspections.selectors import notices_to_do

    words = {
        "DRAFT": "制发整改通知书",
        "ISSUED": "送达整改通知书",
        "ANSWERED": "复查整改",
        "SERVED": "督促整改",
    }
    for row in (yield notices_to_do(actor, today)):
        is_over = row.is_overdue_on(today)
        yield WorkItem(
            f"{words[row.status]} {row.number}".strip(),
            reverse("inspections:notice_detail", kwargs={"uid": row.uid}),
            row.recheck_due_on if row.status == "ANSWERED" else row.due_on,
            institution=row.institution.name,
            place=row.region.name,
            stage="逾期未整改" if is_over else row.get_status_display(),
            tone=row.status_tone,
            handler=row.organ.short_name,
            explanation=tuple(row.due_explanation) if row.status == "SERVED" else (),
        )


@asking
def extensions(actor: User, today: date) -> Work:
    """Applications for more time."""
    from inspections.selectors import extensions_waiting

    for row in (yield extensions_waiting(actor)):
        yield WorkItem(
            f"决定延期 {row.notice.number}",
            reverse("inspections:notice_detail", kwargs={"uid": row.notice.uid}),
            row.notice.due_on,
            institution=row.notice.institution.name,
            place=row.notice.region.name,
            stage=f"申请延至 {row.requested_until:%m-%d}",
            tone="warn",
        )


@asking
def portal_notices(actor: User, today: date) -> Work:
    """What the institution must answer."""
    from inspections.selectors import notices_of_party

    for row in (yield notices_of_party(actor).filter(status__in=["ISSUED", "SERVED"])):
        yield WorkItem(
            f"报告整改情况 {row.number}" if row.status == "SERVED" else f"查收整改通知书 {row.number}",
            reverse("inspections_portal:notice_detail", kwargs={"uid": row.uid}),
            row.due_on,
            sub=row.organ.name,
            institution=row.institution.name,
            stage="已逾期" if row.is_overdue_on(today) else row.get_status_display(),
            tone="bad" if row.is_overdue_on(today) else "warn",
            explanation=tuple(row.due_explanation),
        )


@asking
def kpis(actor: User, today: date) -> Work:
    """Overdue and open notices, visits of the year."""
    from inspections import selectors

    if not actor.may("inspections.notice_view"):
        return
    over = total_of((yield totals(selectors.notices_overdue(actor, today))))
    pending = total_of((yield totals(selectors.notices_pending(actor))))
    visited = yield totals(selectors.visits_this_year(actor, today), **selectors.VISIT_TOTALS)
    base = reverse("inspections:notice_list")
    yield Kpi("逾期未整改", str(over), "份", url=f"{base}?state=OVERDUE", tone="bad" if over else "")
    yield Kpi("未办结整改通知书", str(pending), "份", url=f"{base}?state=PENDING")
    yield Kpi(
        "本年检查",
        str(total_of(visited, "times")),
        "家次",
        sub=f"覆盖 {total_of(visited, 'places')} 家",
        url=f"{reverse('inspections:visit_list')}?year={today.year}&done=1",
    )


def closing_blocker(institution: Any, actor: User) -> Iterable[Reason]:
    """An institution is not closed while a notice is open."""
    from inspections.selectors import closing_reasons

    yield from closing_reasons(institution)


def panel(actor: User, institution: Any) -> dict[str, Any]:
    """Visits and notices on the institution's file."""
    from inspections import selectors

    return {
        "visits": selectors.institution_visits(actor, institution),
        "notices": selectors.institution_notices(actor, institution),
    }


def campaign_panel(actor: User, campaign: Any) -> dict[str, Any]:
    """Outings under a campaign."""
    from inspections import selectors

    return {"deployments": list(selectors.deployments_visible(actor).filter(campaign=campaign)[:50])}


def _owners() -> None:
    for kind in ("visit", "finding", "servicerecord", "replyitem", "recheckitem", "carriedfinding"):
        registries.add_evidence_owner(f"inspections.{kind}", may_see_evidence)
    registries.add_evidence_owner("fieldwork.checklistanswer", may_see_answer)
    for kind in ("deployment", "visit", "rectificationnotice", "servicerecord", "recheck"):
        registries.add_document_owner(f"inspections.{kind}", may_see_document)
    registries.add_document_service("inspections.rectificationnotice", notice_services)
    registries.add_posting_evidence("inspections.servicerecord", posted_notice)
    registries.add_blocker("casework.OfficialDocument", "withdraw", own_withdrawal)


def notice_services(actor: User, document: OfficialDocument) -> Iterable[registries.ServiceFact]:
    """送达回证 of a rectification notice, with the files that prove it."""
    from casework.evidence.selectors import evidence_of
    from inspections.selectors import service_of_notice

    record = service_of_notice(document)
    if record is None or document.kind != "RECTIFICATION_NOTICE":
        return
    receiver = "，".join(filter(None, (record.receiver, record.receiver_relation)))
    notes = (
        ("拒收事由", record.refusal_reason),
        ("见证人", record.witness),
        ("确认书", record.consent_no),
        ("邮件回执号", record.mail_no),
        ("公告载体", record.publication_place),
    )
    yield registries.ServiceFact(
        method=record.get_method_display(),
        served_at=record.served_at,
        place=record.place,
        receiver=receiver,
        servers=f"{record.server_one.name}、{record.server_two.name}",
        note="；".join(f"{label}：{value}" for label, value in notes if value),
        document=record.document,
        evidence=tuple(evidence_of(actor=actor, subject=record)),
    )


def posted_notice(evidence: EvidenceFile) -> OfficialDocument | None:
    """The notice that a photo in a 送达回证 shows."""
    from inspections.selectors import posted_document

    return posted_document(evidence)


def own_withdrawal(document: OfficialDocument, actor: User) -> Iterable[Reason]:
    """Notices are recalled with their findings and terms; what proves a service stays with its notice."""
    if document.subject_type == "inspections.rectificationnotice":
        yield Reason(
            "整改通知书撤回时要同时恢复问题和期限。", cleared_by="请在整改通知书页面办理撤回。", gate="own"
        )
    if document.subject_type == "inspections.servicerecord":
        yield Reason(
            "送达回证是期限起算的凭证，不能单独撤回。",
            cleared_by="送达有误的，请撤回对应的整改通知书后重新制发。",
            gate="own",
        )


def may_see_answer(actor: User, evidence: EvidenceFile) -> bool:
    """Photos of a checklist: whoever reaches the filled checklist."""
    from fieldwork.models import ChecklistAnswer

    rows = ChecklistAnswer.objects.visible_to(actor).filter(uid=evidence.subject_uid)
    return actor.may("fieldwork.run_view") and rows.exists()


def may_see_evidence(actor: User, evidence: EvidenceFile) -> bool:
    """Authorities who reach the row; the institution its own reports and what is in its notices."""
    from inspections.models import (
        CarriedFinding,
        Finding,
        NoticeItem,
        RecheckItem,
        ReplyItem,
        ServiceRecord,
        Visit,
    )

    uid = evidence.subject_uid
    if evidence.subject_type == "inspections.finding" and actor.is_counterpart:
        in_notice = NoticeItem.objects.visible_to(actor).filter(finding__uid=uid)
        return in_notice.exclude(notice__status__in=["DRAFT", "WITHDRAWN"]).exists()
    models: dict[str, Any] = {
        "inspections.visit": Visit,
        "inspections.finding": Finding,
        "inspections.servicerecord": ServiceRecord,
        "inspections.replyitem": ReplyItem,
        "inspections.recheckitem": RecheckItem,
        "inspections.carriedfinding": CarriedFinding,
    }
    if not actor.may("inspections.notice_view") and not actor.may("inspections.portal_view"):
        return False
    return bool(models[evidence.subject_type].objects.visible_to(actor).filter(uid=uid).exists())


def may_see_document(actor: User, document: OfficialDocument) -> bool:
    """Departments that took part, and the party its own notices, results and records."""
    from inspections.models import Deployment, Recheck, RectificationNotice, ServiceRecord, Visit

    uid = document.subject_uid
    if document.subject_type == "inspections.visit" and actor.is_counterpart:
        own = Visit.objects.filter(uid=uid, institution__organisation=actor.organisation_id)
        return document.kind in PARTY_DOCUMENTS and own.exists()
    models: dict[str, Any] = {
        "inspections.deployment": Deployment,
        "inspections.visit": Visit,
        "inspections.rectificationnotice": RectificationNotice,
        "inspections.servicerecord": ServiceRecord,
        "inspections.recheck": Recheck,
    }
    if not actor.may("inspections.deployment_view") and not actor.may("inspections.portal_view"):
        return False
    return bool(models[document.subject_type].objects.visible_to(actor).filter(uid=uid).exists())
