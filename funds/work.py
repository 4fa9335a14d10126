"""What waits for whom: disputes, releases, refunds, instructions; for institutions, refunds to answer."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.urls import reverse

from accounts.models import User
from casework.money import in_yuan
from casework.registries import WorkItem
from funds.models import OPEN_REFUND, RunawayClaim

SHOWN = 100
REFUND_STEPS = {
    "INST_REFUSED": ("受理退费调解", "funds.refund_mediate"),
    "MEDIATION": ("审定退费", "funds.refund_decide"),
    "INST_AGREED": ("审定退费", "funds.refund_decide"),
    "AUTO_AGREED": ("审定退费", "funds.refund_decide"),
    "APPROVED": ("发起退费支付", "funds.refund_decide"),
    "FAILED": ("重新发起退费支付", "funds.refund_decide"),
}


def _url(name: str, uid: object) -> str:
    return reverse(name, kwargs={"uid": uid})


def dispute_items(actor: User, today: date) -> Iterable[WorkItem]:
    """Lessons to which families object."""
    from funds.selectors import lessons_visible

    rows = lessons_visible(actor).filter(status="DISPUTED").order_by("disputed_at")
    for row in rows[:SHOWN]:
        yield WorkItem(
            "认定课时异议",
            _url("funds:lesson_detail", row.uid),
            None,
            sub=row.dispute,
            institution=row.institution.name,
            place=row.institution.region.name,
            stage=row.get_status_display(),
            tone="bad",
        )


def silence_items(actor: User, today: date) -> Iterable[WorkItem]:
    """Lessons nobody answered for which a refund waits."""
    from funds.selectors import silent_lessons

    for row in silent_lessons(actor, today)[:SHOWN]:
        yield WorkItem(
            "认定未确认课时",
            _url("funds:lesson_detail", row.uid),
            row.due_on,
            sub=f"合同 {row.contract.number} 退费在办，家长没有回应",
            institution=row.institution.name,
            place=row.institution.region.name,
            stage=row.get_status_display(),
            tone="warn",
        )


def release_items(actor: User, today: date) -> Iterable[WorkItem]:
    """Batches that wait for a second person."""
    from funds.selectors import releases_visible

    for row in releases_visible(actor).filter(status="BUILT").exclude(created_by=actor)[:SHOWN]:
        yield WorkItem(
            "批准拨付",
            _url("funds:release_detail", row.uid),
            None,
            sub=in_yuan(row.amount_fen) + (f" · {len(row.findings)} 条提示" if row.findings else ""),
            institution=row.institution.name,
            place=row.region.name,
            stage=row.get_status_display(),
            handler=row.created_by.name,
            tone="warn" if row.findings else "info",
        )


def refund_items(actor: User, today: date) -> Iterable[WorkItem]:
    """Refunds whose next step is the bureau's."""
    from funds.selectors import refunds_visible

    rows = refunds_visible(actor).filter(status__in=list(REFUND_STEPS)).order_by("pay_due_on", "pk")
    at_once = RunawayClaim.objects.filter(event__status="HANDLING", refund__isnull=False).values("refund")
    rows = rows.exclude(status__in=["INST_AGREED", "AUTO_AGREED"], pk__in=at_once)
    for row in rows[:SHOWN]:
        title, permission = REFUND_STEPS[row.status]
        if not actor.may(permission):
            continue
        is_late = row.pay_due_on is not None and row.pay_due_on < today
        yield WorkItem(
            title,
            _url("funds:refund_detail", row.uid),
            row.pay_due_on,
            sub=f"{row.number} · {in_yuan(row.amount_fen)}",
            institution=row.contract.institution.name,
            place=row.region.name,
            stage=row.get_status_display(),
            tone="bad" if is_late else "info",
        )


def instruction_items(actor: User, today: date) -> Iterable[WorkItem]:
    """Instructions to be sent, and unknown outcomes to be asked about."""
    from funds.selectors import instructions_visible

    rows = instructions_visible(actor).filter(status__in=["PENDING", "UNKNOWN"]).order_by("pk")
    for row in rows[:SHOWN]:
        is_unknown = row.status == "UNKNOWN"
        yield WorkItem(
            "向银行查询支付结果" if is_unknown else "发送支付指令",
            _url("funds:instruction_detail", row.uid),
            None,
            sub=f"{row.number} · {in_yuan(row.amount_fen)}",
            institution=row.account.institution.name,
            place=row.region.name,
            stage=row.get_status_display(),
            tone="bad" if is_unknown else "info",
        )


def own_refund_items(actor: User, today: date) -> Iterable[WorkItem]:
    """Applications that the institution has to answer."""
    from funds.selectors import refunds_visible

    rows = refunds_visible(actor).filter(status="APPLIED").order_by("answer_due_on")
    for row in rows[:SHOWN]:
        yield WorkItem(
            "答复退费申请",
            _url("funds_portal:refund_detail", row.uid),
            row.answer_due_on,
            sub=f"{row.number} · 逾期不答复视为同意",
            stage=row.get_status_display(),
            explanation=tuple(row.due_explanation),
        )


def open_matters(institution_id: int) -> dict[str, int]:
    """Contracts, refunds and instructions that stop an institution or account from being closed."""
    from funds.models import OPEN_CONTRACT, RESERVING, Contract, Instruction, Refund

    return {
        "份未完结的合同": Contract.objects.filter(
            institution=institution_id, status__in=OPEN_CONTRACT
        ).count(),
        "件在办的退费": Refund.objects.filter(
            contract__institution=institution_id, status__in=OPEN_REFUND
        ).count(),
        "笔在办的支付指令": Instruction.objects.filter(
            account__institution=institution_id, status__in=RESERVING
        ).count(),
    }
