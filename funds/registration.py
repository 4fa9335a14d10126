"""What this room puts on lower rooms: navigation, worklists, panel, blocker, owners of files, addresses."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db.models import Q
from django.urls import reverse

from accounts.models import User
from casework import events, outbox, registries
from casework.deadlines.services import DeadlineMoved
from casework.models import EvidenceFile
from casework.registries import Action, NavEntry, Panel, WorkItem, Worklist
from funds.events import InstructionEnded

VIEW = "funds.view"
# Papers of contracts and refunds name pupils and guardians.
PAPER_OF = {"funds.contract": "funds.contract_view", "funds.refund": "funds.contract_view"}
CASE_ACTIONS = (
    ("从资金监管取收退费", "funds:case_fees", "funds.case_feed", "building-bank"),
    ("提出冻结监管账户", "funds:case_freeze", "funds.freeze_propose", "ban"),
)
PAGES = {
    "escrowaccount": "funds:account_detail",
    "accountfreeze": "funds:freeze_detail",
    "depositmovement": "funds:movement_detail",
    "fundwarning": "funds:warning_detail",
    "runawayevent": "funds:runaway_detail",
    "auditround": "funds:round_detail",
    "auditsheet": "funds:audit_sheet_detail",
    "auditfinding": "funds:finding_detail",
    "labourclaim": "funds:labour_detail",
    "platformdifference": "funds:difference_detail",
    "contract": "funds:contract_detail",
    "lesson": "funds:lesson_detail",
    "releasebatch": "funds:release_detail",
    "refund": "funds:refund_detail",
    "instruction": "funds:instruction_detail",
    "settlementaccount": "funds:settlement_detail",
    "familyclearing": "funds:clearing_detail",
}


def register() -> None:
    """Called once when the room starts."""
    from funds import guards, indicators, risk_work, services, texting, work

    indicators.register_all()
    events.subscribe(DeadlineMoved, services.account_due_moved)
    events.subscribe(InstructionEnded, services.release_follow)
    events.subscribe(InstructionEnded, services.refund_follow)
    registries.add_blocker("institutions.Institution", "close", guards.no_open_money)
    outbox.channel(texting.CHANNEL, texting.deliver, texting.LABEL)
    registries.add_nav(NavEntry("资金监管", "funds:overview", "building-bank", 29, VIEW))
    registries.add_nav(
        NavEntry(
            "到期信息清除", "funds:clearing_list", "eye-off", 931, "funds.retention_view",
            covers=("funds:clearing_due", "funds:clearing_held"),
        )
    )  # fmt: skip
    risks = ("signal", "runaway", "round", "audit_sheet", "finding", "outside", "difference", "labour")
    registries.add_nav(
        NavEntry(
            "资金风险", "funds:warning_list", "alert-triangle", 29, VIEW,
            covers=tuple(f"funds:{name}_list" for name in risks),
        )
    )  # fmt: skip
    for key, label, items, permission in (
        ("filing", "监管账户备案和核验", filing_items, "funds.account_edit"),
        ("freezes", "冻结审批", freeze_items, VIEW),
        ("deposits", "保证金复核", deposit_items, "funds.deposit_check"),
        ("warnings", "资金预警", warning_items, "funds.warning_work"),
        ("runaways", "跑路停业处置", risk_work.runaway_items, "funds.runaway_register"),
        ("claims", "跑路停业退费", risk_work.decision_items, "funds.claims_decide"),
        ("findings", "专查问题整改", risk_work.finding_items, "funds.audit_work"),
        ("lessons", "课时异议", work.dispute_items, "funds.lesson_decide"),
        ("silent_lessons", "未确认课时", work.silence_items, "funds.lesson_decide"),
        ("releases", "拨付审批", work.release_items, "funds.release_approve"),
        ("refunds", "退费办理", work.refund_items, "funds.refund_mediate"),
        ("instructions", "支付指令", work.instruction_items, "funds.instruction_send"),
    ):
        registries.add_worklist(Worklist(f"funds.{key}", label, items, permission=permission))
    registries.add_nav(
        NavEntry("预收费资金", "funds_portal:home", "building-bank", 29, "funds.own_view", face="portal")
    )
    registries.add_worklist(
        Worklist(
            "funds.own_refunds",
            "退费答复",
            work.own_refund_items,
            permission="funds.refund_answer",
            face="portal",
        )
    )
    registries.panels.register(
        "institutions.Institution",
        Panel("funds", "资金监管", "funds/_institution_panel.html", panel, 46, VIEW),
    )
    for label, page, permission, icon in CASE_ACTIONS:
        registries.actions.register(
            "penalties.Case", Action(label, _of_case(page), permission, icon=icon, is_offered=_has_place)
        )
    for name, page in PAGES.items():
        registries.object_urls[f"funds.{name}"] = _url(page)
        registries.add_evidence_owner(f"funds.{name}", may_see_paper)


def _of_case(page: str) -> Callable[[Any], str]:
    return lambda case: reverse(page, kwargs={"uid": case.uid})


def _has_place(actor: User, case: Any) -> bool:
    return case.institution_id is not None and case.status in {"DRAFT", "FILED"}


def _url(page: str) -> Callable[[UUID], str]:
    return lambda uid: reverse(page, kwargs={"uid": uid})


def filing_items(actor: User, today: date) -> Iterable[WorkItem]:
    """Opened accounts that wait to be filed, and filed ones that wait for their second person."""
    from funds.selectors import accounts_visible

    rows = accounts_visible(actor).filter(status__in=["OPENED", "FILED"])
    for row in rows.order_by("filing_due_on", "pk")[:100]:
        is_filed = row.status == "FILED"
        due = None if is_filed else row.filing_due_on
        yield WorkItem(
            "核验监管账户" if is_filed else "办理监管账户备案",
            _url("funds:account_detail")(row.uid),
            due,
            sub=f"{row.get_kind_display()} · {row.bank}",
            institution=row.institution.name,
            place=row.region.name,
            stage=row.get_status_display(),
            tone="bad" if due and due < today else "info",
            explanation=() if is_filed else tuple(row.due_explanation),
        )


def freeze_items(actor: User, today: date) -> Iterable[WorkItem]:
    """Freezes that wait for approval by another person, and approved ones that the bank has to carry out."""
    from funds.selectors import freezes_visible

    for row in freezes_visible(actor).filter(status__in=["PROPOSED", "APPROVED"])[:50]:
        is_new = row.status == "PROPOSED"
        if not actor.may("funds.freeze_approve" if is_new else "funds.freeze_propose"):
            continue
        if is_new and row.created_by_id == actor.pk:
            continue
        yield WorkItem(
            "批准冻结账户" if row.status == "PROPOSED" else "登记银行执行冻结",
            _url("funds:freeze_detail")(row.uid),
            None,
            sub=row.reason,
            institution=row.account.institution.name,
            place=row.region.name,
            stage=row.get_status_display(),
            tone="warn",
        )


def deposit_items(actor: User, today: date) -> Iterable[WorkItem]:
    """Movements that another person should check."""
    from funds.selectors import movements_visible

    for row in movements_visible(actor).filter(status="PROPOSED").exclude(created_by=actor)[:100]:
        yield WorkItem(
            f"复核保证金{row.get_direction_display()}",
            _url("funds:movement_detail")(row.uid),
            None,
            sub=f"{row.amount_fen / 100:,.2f} 元 · {row.reference}",
            institution=row.account.institution.name,
            place=row.region.name,
            stage=row.get_status_display(),
            handler=row.created_by.name,
        )


def warning_items(actor: User, today: date) -> Iterable[WorkItem]:
    """Open warnings: those of nobody, the actor's own, and dealt-with ones for another person to close."""
    from funds.selectors import warnings_open

    rows = warnings_open(actor).filter(Q(status="OPEN") | Q(status="TAKEN", owner=actor))
    if actor.may("funds.warning_close"):
        dealt = Q(status="DISPOSED") & ~Q(disposed_by=actor)
        rows = warnings_open(actor).filter(Q(status="OPEN") | Q(status="TAKEN", owner=actor) | dealt)
    words = {"OPEN": "认领", "TAKEN": "处置", "DISPOSED": "复核"}
    for row in rows[:100]:
        yield WorkItem(
            f"{words[row.status]}{row.get_level_display()}预警：{row.get_rule_display()}",
            _url("funds:warning_detail")(row.uid),
            row.due_on,
            sub=row.contributions[0]["what"],
            institution=row.institution.name,
            place=row.region.name,
            stage=row.get_status_display(),
            handler=row.owner.name if row.owner else "",
            tone="bad" if row.level == "RED" else "warn",
            explanation=tuple(row.due_explanation),
        )


def panel(actor: User, institution: Any) -> dict[str, Any]:
    """Accounts, money and requirement of one institution."""
    from django.utils import timezone

    from funds.selectors import accounts_visible, required_on, warnings_open

    return {
        "warnings": list(warnings_open(actor).filter(institution=institution)),
        "accounts": list(accounts_visible(actor).filter(institution=institution)),
        "required": required_on(institution, timezone.localdate()),
    }


def may_see_paper(actor: User, evidence: EvidenceFile) -> bool:
    """Whoever sees the row that the paper belongs to."""
    room, _, name = evidence.subject_type.partition(".")
    if room != "funds" or name not in PAGES:
        return False
    model: Any = apps.get_model(evidence.subject_type)
    is_there = model.objects.visible_to(actor).filter(uid=evidence.subject_uid).exists()
    return actor.may(PAPER_OF.get(evidence.subject_type, VIEW)) and bool(is_there)
