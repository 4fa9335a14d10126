"""What this room puts on lower rooms: navigation, worklists, panels, actions, blockers, owners, channel."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

from django.urls import reverse

from accounts.models import User
from casework import events, outbox, registries
from casework.deadlines.services import DeadlineMoved
from casework.errors import Reason
from casework.models import EvidenceFile, OfficialDocument
from casework.registries import Action, Kpi, NavEntry, Panel, WorkItem, Worklist

WORDS = {
    "DRAFT": "完善立案材料并送审",
    "FILED": "调查取证",
    "ENDED": "制发事先告知书",
    "NOTIFIED": "听取陈述申辩",
    "DECIDED": "送达处罚决定书",
    "SERVED": "督促履行处罚决定",
    "URGED": "催告后处理",
    "IN_COURT": "跟进强制执行",
    "PERFORMED": "报请结案",
    "TRANSFERRED": "报请结案",
    "WITHDRAWN": "报请结案",
    "CLOSED": "案卷归档",
}
PORTAL_WORK = {"陈述、申辩", "申请听证", "缴纳罚没款"}


def register() -> None:
    """Called once when the room starts."""
    from penalties import services
    from penalties.services.base import deadline_copy

    events.subscribe(DeadlineMoved, deadline_copy)
    outbox.channel(services.CHANNEL, services.deliver, "信用信息共享平台交换目录")
    _navigation()
    _worklists()
    _owners()
    registries.add_kpis(kpis)
    for arrow in ("close", "ban"):
        registries.add_blocker("institutions.Institution", arrow, closing_blocker)
    for model, name in (("inspections.RectificationNotice", "notice"), ("inspections.Finding", "finding")):
        registries.actions.register(model, _opening(name))
    registries.panels.register(
        "institutions.Institution",
        Panel(
            "penalties",
            "行政处罚",
            "penalties/_institution_panel.html",
            panel,
            45,
            "penalties.case_view",
        ),
    )


def _navigation() -> None:
    add = registries.add_nav
    add(NavEntry("处罚案件", "penalties:case_list", "gavel", 70, "penalties.case_view"))
    add(NavEntry("处罚公示", "penalties:credit_list", "certificate", 71, "penalties.case_view"))
    add(NavEntry("裁量基准", "penalties:rule_list", "scale", 72, "penalties.case_view"))
    add(
        NavEntry("处罚案件", "penalties_portal:own_list", "gavel", 25, "penalties.portal_view", face="portal")
    )
    registries.object_urls["penalties.case"] = _url


def _opening(name: str) -> Action:
    """The button on a lower object that turns it into a case."""

    def address(obj: Any) -> str:
        return reverse(f"penalties:case_from_{name}", kwargs={"uid": obj.uid})

    def is_offered(actor: User, obj: Any) -> bool:
        ready = obj.status in {"ESCALATED", "REFERRED"} and obj.organ_id == actor.organisation_id
        return ready and not obj.cases.exclude(status="REFUSED").exists()

    return Action("转为处罚案件", address, "penalties.case_edit", "gavel", is_offered)


def _url(uid: UUID) -> str:
    return reverse("penalties:case_detail", kwargs={"uid": uid})


def _worklists() -> None:
    add = registries.add_worklist
    approve, edit = "penalties.case_approve", "penalties.case_edit"
    add(Worklist("penalties.filings", "待批准立案", filings, permission=approve))
    add(Worklist("penalties.decisions", "待决定的案件", decisions, permission=approve))
    add(Worklist("penalties.reviews", "待法制审核", reviews, permission="penalties.legal_review"))
    add(Worklist("penalties.cases", "处罚案件", cases, permission=edit))
    add(Worklist("penalties.statements", "待复核的陈述申辩", statements, permission=edit))
    add(Worklist("penalties.hearings", "待安排的听证", hearings, permission="penalties.case_manage"))
    add(
        Worklist(
            "penalties.portal", "处罚案件", portal_cases, face="portal", permission="penalties.portal_view"
        )
    )
    add(Worklist("penalties.openings", "待立案的问题", openings, permission=edit))
    add(Worklist("penalties.holds", "先行登记保存", holds, permission="penalties.case_view"))
    add(Worklist("penalties.credit", "处罚公示", credit, permission="penalties.credit_publish"))
    add(Worklist("penalties.credit_late", "公示逾期", credit_late, permission=approve))


def filings(actor: User, today: date) -> Iterable[WorkItem]:
    """Drafts that wait for the head, and applications for recusal."""
    from penalties import selectors

    for row in selectors.filings_waiting(actor):
        yield _item(f"审批立案：{row.party_name}", row, None, "待批准立案", "warn", row.created_by.name)
    for recusal in selectors.recusals_waiting(actor):
        case = recusal.case
        yield WorkItem(
            f"决定回避：{recusal.officer.person_name}",
            _url(case.uid),
            None,
            sub=case.title,
            stage="待决定",
            tone="warn",
        )


def decisions(actor: User, today: date) -> Iterable[WorkItem]:
    """Cases ripe for the decision."""
    from penalties import selectors

    for row in selectors.decisions_waiting(actor):
        waits = row.statement_until is None or today <= row.statement_until
        is_ripe = bool(row.no_penalty_ground or row.statement_waived or not waits)
        stage = "可以决定" if is_ripe else "陈述申辩期内"
        yield _item(f"决定：{row.party_name}", row, row.decide_due_on, stage, "warn" if is_ripe else "info")


def reviews(actor: User, today: date) -> Iterable[WorkItem]:
    """Open 法制审核."""
    from penalties import selectors

    for row in selectors.reviews_waiting(actor):
        case = row.case
        yield WorkItem(
            f"法制审核：{case.title}",
            f"{_url(case.uid)}?tab=procedure",
            case.decide_due_on,
            sub=row.grounds,
            place=case.region.name,
            stage="待审核",
            tone="warn",
        )


def cases(actor: User, today: date) -> Iterable[WorkItem]:
    """Cases that the actor handles."""
    from penalties import selectors

    for row in selectors.my_cases(actor):
        due = row.current_due_on
        over = due is not None and due < today
        word = WORDS.get(row.status, row.get_status_display())
        yield _item(
            f"{word}：{row.party_name}",
            row,
            due,
            row.get_status_display(),
            "bad" if over else row.status_tone,
        )


def statements(actor: User, today: date) -> Iterable[WorkItem]:
    """Arguments of parties to answer one by one."""
    from penalties import selectors

    for row in selectors.statements_waiting(actor):
        yield _procedure_item(
            f"复核陈述申辩：{row.case.party_name}", row.case, row.case.decide_due_on, "待复核"
        )


def hearings(actor: User, today: date) -> Iterable[WorkItem]:
    """Hearings to be fixed."""
    from penalties import selectors

    for row in selectors.hearings_waiting(actor):
        yield _procedure_item(f"安排听证：{row.case.party_name}", row.case, row.case.decide_due_on, "待安排")


def _procedure_item(title: str, case: Any, due: date | None, stage: str) -> WorkItem:
    url = f"{_url(case.uid)}?tab=procedure"
    return WorkItem(title, url, due, sub=case.title, place=case.region.name, stage=stage, tone="warn")


def portal_cases(actor: User, today: date) -> Iterable[WorkItem]:
    """What the party can or must do by when in its own cases."""
    from penalties import party

    for case in party.cases_of_party(actor):
        for right in party.rights(case, today):
            if right.is_open and right.until and right.label in PORTAL_WORK:
                over = right.until < today
                yield WorkItem(
                    f"{right.label}：{case.violation.name}",
                    reverse("penalties_portal:own_case", kwargs={"uid": case.uid}),
                    right.until,
                    sub=case.organ.name,
                    stage="已过期限" if over else party.stage(case)[0],
                    tone="bad" if over else "warn",
                )


def _item(title: str, row: Any, due: date | None, stage: str, tone: str, handler: str = "") -> WorkItem:
    return WorkItem(
        title,
        _url(row.uid),
        due,
        sub=row.decision_no or row.number or row.source_no,
        institution=row.institution.name if row.institution else "",
        place=row.region.name,
        stage=stage,
        tone=tone,
        handler=handler or row.organ.short_name,
        explanation=tuple(row.decide_explanation) if due and due == row.decide_due_on else (),
    )


def openings(actor: User, today: date) -> Iterable[WorkItem]:
    """Escalated notices and referred findings that became no case yet."""
    from penalties import selectors

    for notice in selectors.waiting_notices(actor):
        yield WorkItem(
            f"立案：{notice.number} 逾期未整改",
            reverse("inspections:notice_detail", kwargs={"uid": notice.uid}),
            None,
            institution=notice.institution.name,
            place=notice.region.name,
            stage="待立案",
            tone="warn",
        )
    for finding in selectors.waiting_findings(actor):
        yield WorkItem(
            f"立案：{finding.text[:30]}",
            reverse("inspections:finding_detail", kwargs={"uid": finding.uid}),
            None,
            institution=finding.visit.institution.name,
            place=finding.region.name,
            stage="待立案",
            tone="warn",
        )


def holds(actor: User, today: date) -> Iterable[WorkItem]:
    """Held evidence: the head approves, the officers decide within seven working days."""
    from penalties import selectors

    for row in selectors.holds_waiting(actor):
        is_asked = row.status == "REQUESTED"
        if is_asked is not actor.may("penalties.case_approve"):
            continue
        if not is_asked and not actor.may("penalties.case_edit"):
            continue
        yield WorkItem(
            f"{'批准' if is_asked else '处理'}先行登记保存",
            f"{_url(row.case.uid)}?tab=evidence",
            row.decide_by,
            sub=row.case.title,
            stage=row.get_status_display(),
            tone="warn",
        )


def credit(actor: User, today: date) -> Iterable[WorkItem]:
    """Decisions to publish or to take down."""
    from penalties import selectors

    for row in selectors.credit_waiting(actor):
        is_new = row.status == "PENDING"
        due = row.due_on if is_new else row.withdraw_due_on
        yield WorkItem(
            f"{'公示' if is_new else '撤下公示'}：{row.case.decision_no}",
            f"{_url(row.case.uid)}?tab=money",
            due,
            sub=row.case.party_name,
            place=row.case.region.name,
            stage="已逾期" if due and due < today else row.get_status_display(),
            tone="bad" if due and due < today else "info",
        )


def credit_late(actor: User, today: date) -> Iterable[WorkItem]:
    """Late publications that were escalated to the head (G36)."""
    from penalties import selectors

    for row in selectors.credit_waiting(actor).late(today).filter(escalated_at__isnull=False):
        yield WorkItem(
            f"公示逾期：{row.case.decision_no}",
            f"{_url(row.case.uid)}?tab=money",
            row.due_on if row.status == "PENDING" else row.withdraw_due_on,
            sub=row.case.party_name,
            stage="升级预警",
            tone="bad",
        )


def kpis(actor: User, today: date) -> Iterable[Kpi]:
    """Pending and overdue cases."""
    from penalties import selectors

    if not actor.may("penalties.case_view"):
        return []
    pending, over, filed = selectors.counts(actor, today)
    base = reverse("penalties:case_list")
    return [
        Kpi(
            "在办处罚案件",
            str(pending),
            "件",
            sub=f"逾期 {over} 件，本年立案 {filed} 件",
            url=f"{base}?state=PENDING",
            tone="bad" if over else "",
        )
    ]


def closing_blocker(institution: Any, actor: User) -> Iterable[Reason]:
    """An institution is not closed while a case against it is open."""
    from penalties import selectors

    for case in selectors.open_reasons(institution):
        yield Reason(
            f"处罚案件 {case.number or case.title} 尚未结案（{case.get_status_display()}）。",
            "处罚案件未结不得注销",
            "请先结案。",
            "case_open",
        )


def panel(actor: User, institution: Any) -> dict[str, Any]:
    """Cases on the institution's file."""
    from penalties import selectors

    return {"cases": selectors.institution_cases(actor, institution)}


def _owners() -> None:
    for kind in ("evidenceitem", "paperservice", "statementpoint"):
        registries.add_evidence_owner(f"penalties.{kind}", may_see_evidence)
    registries.add_document_owner("penalties.case", may_see_document)


def may_see_evidence(actor: User, evidence: EvidenceFile) -> bool:
    """Whoever reaches the case; the party only what it handed in with its own statements."""
    from penalties.models import Case, EvidenceItem, PaperService, StatementPoint

    if actor.is_counterpart:
        own = StatementPoint.objects.filter(uid=evidence.subject_uid, case__in=Case.objects.of_party(actor))
        is_statement = evidence.subject_type == "penalties.statementpoint"
        return is_statement and actor.may("penalties.portal_view") and own.exists()
    if not actor.may("penalties.case_view"):
        return False
    models: dict[str, Any] = {
        "penalties.evidenceitem": EvidenceItem,
        "penalties.paperservice": PaperService,
        "penalties.statementpoint": StatementPoint,
    }
    rows = models[evidence.subject_type].objects.visible_to(actor).filter(uid=evidence.subject_uid)
    return bool(rows.exists())


def may_see_document(actor: User, document: OfficialDocument) -> bool:
    """Whoever reaches the case; the party what was served on it."""
    from penalties import party
    from penalties.models import Case

    if actor.is_counterpart:
        return actor.may("penalties.portal_view") and party.may_open(actor, document)
    rows = Case.objects.visible_to(actor).filter(uid=document.subject_uid)
    return actor.may("penalties.case_view") and rows.exists()
