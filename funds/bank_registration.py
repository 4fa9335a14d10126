"""What statements, suspense and days put on lower rooms: navigation, worklists, owners of papers, addresses."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.urls import reverse

from accounts.models import User
from casework import registries
from casework.models import EvidenceFile
from casework.money import in_yuan
from casework.registries import NavEntry, WorkItem, Worklist

VIEW = "funds.statement_view"
PAGES = {
    "statementfile": "funds:statement_detail",
    "suspenseitem": "funds:suspense_detail",
    "paymentcorrection": "funds:correction_detail",
    "openingrest": "funds:opening_rest",
    "accountday": "funds:day_detail",
    "invoicecase": "funds:invoice_case_detail",
}


def register() -> None:
    """Called once when the room starts."""
    from funds import suspense_guards

    registries.add_nav(NavEntry("接口密钥", "funds:key_list", "key", 926, "funds.bank_key"))
    parts = (
        "suspense_list",
        "correction_list",
        "day_list",
        "day_calendar",
        "invoice_case_list",
        "profile_list",
    )
    registries.add_nav(
        NavEntry(
            "银行对账", "funds:statement_list", "report", 29, VIEW,
            covers=tuple(f"funds:{name}" for name in parts),
        )
    )  # fmt: skip
    registries.add_nav(
        NavEntry(
            "对账单", "funds_portal:statements", "file-text", 60, "funds.statement_upload", face="portal"
        )
    )
    for key, label, items, permission in (
        ("late_files", "对账单未到", late_files, "funds.statement_import"),
        ("suspense", "待查款办理", suspense_open, "funds.suspense_propose"),
        ("suspense_check", "待查款复核", suspense_check, "funds.suspense_confirm"),
        ("corrections", "缴费更正复核", correction_items, "funds.suspense_confirm"),
        ("opening", "期初余额复核", opening_items, "funds.suspense_confirm"),
        ("opening_rests", "期初存量结清复核", rest_items, "funds.suspense_confirm"),
        ("uneven", "对账不平", uneven_days, "funds.day_close"),
        ("invoices", "三一致异常", invoice_items, "funds.invoice_explain"),
    ):
        registries.add_worklist(Worklist(f"funds.{key}", label, items, permission=permission))
    registries.add_worklist(
        Worklist(
            "funds.bank_late", "待上传的对账单", bank_late, face="portal", permission="funds.statement_upload"
        )
    )
    registries.add_blocker("funds.EscrowAccount", "close", suspense_guards.nothing_in_suspense)
    registries.add_blocker("funds.DepositMovement", "post", suspense_guards.not_in_suspense)
    for name, page in PAGES.items():
        registries.object_urls[f"funds.{name}"] = _url(page)
    for name in ("suspenseitem", "paymentcorrection", "openingrest", "monthconfirmation", "invoicecase"):
        registries.add_evidence_owner(f"funds.{name}", may_see_paper)


def _url(page: str) -> Any:
    return lambda uid: reverse(page, kwargs={"uid": uid})


def late_files(actor: User, today: date) -> Iterable[WorkItem]:
    """Accounts whose statement of the days up to yesterday is not there after the policy's hour (W16)."""
    from funds.selectors import late_accounts

    for row in late_accounts(actor, today)[:100]:
        yield _late_item(row, reverse("funds:statement_create"))


def bank_late(actor: User, today: date) -> Iterable[WorkItem]:
    """The same for the bank that has to deliver."""
    from funds.selectors import late_of_bank

    for row in late_of_bank(actor, today)[:100]:
        yield _late_item(row, reverse("funds_portal:upload"))


def _late_item(row: Any, url: str) -> WorkItem:
    place = row.account.institution
    return WorkItem(
        f"{row.account.bank} 对账单未到",
        url,
        row.due_on,
        sub=f"{row.account.get_kind_display()} 末四位 {row.account.number_tail}，已到 {row.covered_to:%Y-%m-%d}",
        institution=place.name,
        place=row.account.region.name,
        stage="缺对账单",
        tone="bad",
        explanation=(f"应在次日 {row.hour}:00 前送达（{row.basis}）",),
    )


def suspense_open(actor: User, today: date) -> Iterable[WorkItem]:
    """Lines in suspense that nobody has proposed to settle; outflows are red at once (W5)."""
    from funds.selectors import suspense_visible

    for row in suspense_visible(actor).filter(status="OPEN").order_by("booked_on", "pk")[:100]:
        is_out = row.fen < 0
        yield _suspense_item(
            row, "核查无指令支出" if is_out else "认领来源不明收款", "bad" if is_out else "warn"
        )


def suspense_check(actor: User, today: date) -> Iterable[WorkItem]:
    """Proposals that another person should confirm."""
    from funds.selectors import suspense_visible

    rows = suspense_visible(actor).filter(status="PROPOSED").exclude(proposed_by=actor)
    for row in rows.order_by("proposed_at", "pk")[:100]:
        yield _suspense_item(row, f"复核：{row.get_way_display()}", "info")


def _suspense_item(row: Any, title: str, tone: str) -> WorkItem:
    return WorkItem(
        title,
        reverse("funds:suspense_detail", kwargs={"uid": row.uid}),
        None,
        sub=f"{abs(row.fen) / 100:,.2f} 元 · {row.booked_on:%Y-%m-%d} · {row.payer or '银行未提供对方'}",
        institution=row.account.institution.name,
        place=row.region.name,
        stage=row.get_status_display(),
        handler=row.proposed_by.name if row.proposed_by else "",
        tone=tone,
    )


def correction_items(actor: User, today: date) -> Iterable[WorkItem]:
    """Payments that another person should take back, or leave."""
    from funds.selectors import corrections_visible

    rows = corrections_visible(actor).filter(status="PROPOSED").exclude(created_by=actor)
    for row in rows.order_by("pk")[:100]:
        yield WorkItem(
            "复核缴费更正",
            reverse("funds:correction_detail", kwargs={"uid": row.uid}),
            None,
            sub=f"合同 {row.contract.number} · {in_yuan(row.fen)} · {row.reason}",
            institution=row.contract.institution.name,
            place=row.region.name,
            stage=row.get_status_display(),
            handler=row.created_by.name,
            tone="warn",
        )


def opening_items(actor: User, today: date) -> Iterable[WorkItem]:
    """Opening sheets that another person should check and post."""
    from funds.models import FundSheet

    rows = FundSheet.objects.visible_to(actor).filter(kind="OPENING", status="CHECKED", counts__NEW__gt=0)
    rows = rows.exclude(created_by=actor).select_related("institution", "region", "created_by")
    for row in rows.order_by("pk")[:50]:
        yield WorkItem(
            "复核期初余额",
            reverse("funds:opening_detail", kwargs={"uid": row.uid}),
            None,
            sub=f"{row.counts['NEW']:,} 份合同 · {row.file_name}",
            institution=row.institution.name,
            place=row.region.name,
            stage=row.get_status_display(),
            handler=row.created_by.name,
            tone="warn",
        )


def rest_items(actor: User, today: date) -> Iterable[WorkItem]:
    """Closings of opening stock that another person should check."""
    from funds.selectors import opening_rests_visible

    for row in opening_rests_visible(actor).filter(status="PROPOSED").exclude(created_by=actor)[:50]:
        yield WorkItem(
            "复核期初存量结清",
            reverse("funds:opening_rest", kwargs={"uid": row.uid}),
            None,
            sub=f"{in_yuan(row.fen)} · {row.get_side_display()}",
            institution=row.account.institution.name,
            place=row.region.name,
            stage=row.get_status_display(),
            handler=row.created_by.name,
            tone="warn",
        )


def uneven_days(actor: User, today: date) -> Iterable[WorkItem]:
    """Days that are not even and not closed."""
    from funds.selectors import days_visible

    rows = days_visible(actor).filter(state="UNEVEN", is_closed=False, day__gte=today - timedelta(days=60))
    for row in rows.order_by("day", "pk")[:50]:
        yield WorkItem(
            f"{row.day:%Y-%m-%d} 对账不平",
            reverse("funds:day_detail", kwargs={"uid": row.uid}),
            None,
            sub=f"差 {(row.difference_fen or 0) / 100:,.2f} 元，未达项 {len(row.items)} 项",
            institution=row.account.institution.name,
            place=row.region.name,
            stage=row.get_state_display(),
            tone="bad",
        )


def invoice_items(actor: User, today: date) -> Iterable[WorkItem]:
    """Disagreements between invoice, contract and payer that nobody has explained."""
    from funds.selectors import invoice_cases_visible

    for row in invoice_cases_visible(actor).filter(status="OPEN").order_by("pk")[:100]:
        yield WorkItem(
            row.get_kind_display(),
            reverse("funds:invoice_case_detail", kwargs={"uid": row.uid}),
            None,
            sub=row.sentence,
            institution=row.institution.name,
            place=row.region.name,
            stage=row.get_status_display(),
            tone="warn",
        )


def may_see_paper(actor: User, evidence: EvidenceFile) -> bool:
    """Whoever sees the row that the paper belongs to."""
    from funds.models import InvoiceCase, MonthConfirmation, OpeningRest, PaymentCorrection, SuspenseItem

    rows: dict[str, Any] = {
        "funds.suspenseitem": SuspenseItem,
        "funds.paymentcorrection": PaymentCorrection,
        "funds.openingrest": OpeningRest,
        "funds.monthconfirmation": MonthConfirmation,
        "funds.invoicecase": InvoiceCase,
    }
    uid: UUID | None = evidence.subject_uid
    model = rows[evidence.subject_type]
    return actor.may(VIEW) and bool(model.objects.visible_to(actor).filter(uid=uid).exists())
