"""Desk pages of the retention of families' data: what was cleared, what comes next, what is kept back and why."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone

from casework.web import AuthedRequest, Column, ListPage, desk_page, get_visible, kit
from casework.web.kit import Register
from funds.filters.retention import FURTHEST, ClearingFilter, DueFilter, HeldFilter
from funds.models import Contract, FamilyClearing
from funds.selectors import retention as reads
from funds.selectors.retention import Retention

VIEW = "funds.retention_view"
LABEL = "到期信息清除"
TABS = (
    ("已清除", "funds:clearing_list", VIEW),
    ("将要清除", "funds:clearing_due", VIEW),
    ("暂缓清除", "funds:clearing_held", VIEW),
)
UNITS = {"MONTH": "个月", "YEAR": "年"}
NO_TERM = "本辖区没有按月或按年计的保存期限，不会清除。请在“政策参数”里录入并注明依据。"
SHOWN = 1000
COLUMNS = (
    Column("清除时间", lambda row: row.cleared_at),
    Column("合同（份）", lambda row: row.contracts_n),
    Column("家长（人）", lambda row: row.families_n),
    Column("支付指令（笔）", lambda row: row.payments_n),
    Column("材料（份）", lambda row: row.files_n),
    Column("清除此日以前结束的合同", lambda row: row.ended_before),
    Column("保存期限", lambda row: term_words(row.term)),
    Column("依据", lambda row: row.basis, 40),
    Column("政策参数", lambda row: row.rule, 24),
    Column("合同清单摘要值", lambda row: row.rows_sha256, 40),
)


def term_words(value: dict[str, Any]) -> str:
    """A term as people say it."""
    return f"合同结束后 {value['amount']} {UNITS.get(value['unit'], value['unit'])}"


def _register() -> Register:
    def cells(row: Any) -> list[dict[str, Any]]:
        return [
            {
                "text": f"{timezone.localtime(row.cleared_at):%Y-%m-%d %H:%M}",
                "url": reverse("funds:clearing_detail", kwargs={"uid": row.uid}),
                "sub": f"{row.ended_before:%Y-%m-%d} 以前结束的合同",
            },
            {"text": f"{row.contracts_n} 份", "num": True},
            {"text": f"{row.families_n} 人", "num": True},
            {"text": f"{row.files_n} 份", "num": True},
            {"text": term_words(row.term), "sub": row.basis},
        ]

    return Register(("清除时间", "合同", "家长", "材料", "规则"), cells)


def _term(request: AuthedRequest) -> Retention | None:
    bureau = request.user.bureau
    return reads.retention(bureau, timezone.localdate()) if bureau else None


def _tabs(request: AuthedRequest, here: str) -> dict[str, Any]:
    return {"tabs": kit.tabs(request.user, here, TABS), "tabs_label": LABEL}


def _rule(term: Retention | None) -> str:
    if term is None:
        return NO_TERM
    unverified = "" if term.value.is_verified else "（取值还没有与文件原文核对）"
    return f"{term_words(term.value.value)}；依据：{term.value.basis}{unverified}。"


@desk_page(VIEW)
def clearing_list(request: AuthedRequest) -> HttpResponseBase:
    """Register of what was cleared."""
    return kit.register_page(
        request,
        rows=reads.clearings_visible(request.user),
        title=LABEL,
        subtitle="合同结束满保存期限的，每晚清除家长和学员的姓名、电话、账号和材料；金额、分录和每日证明不变",
        register=_register(),
        columns=COLUMNS,
        filterset=ClearingFilter,
        unit="批",
        note=_rule(_term(request)),
        empty="还没有清除过。将要清除的在“将要清除”里。",
        **_tabs(request, "funds:clearing_list"),
    )


def _own(row: Contract) -> list[dict[str, Any]]:
    return [{"text": row.institution.name, "sub": row.number}, {"text": row.get_status_display()}]


def _day(day: Any) -> dict[str, Any]:
    return {"text": f"{day:%Y-%m-%d}", "nowrap": True}


@desk_page(VIEW)
def clearing_due(request: AuthedRequest) -> HttpResponseBase:
    """What the next run takes, and what comes up later: nothing is cleared by looking."""
    term = _term(request)
    all_rows = reads.contracts_of(request.user)

    def kept(row: Any) -> Any:
        return term.kept_until(row.ended_on) if term else ""

    return ListPage(
        request=request,
        rows=reads.clearing_due(all_rows, term.ahead(FURTHEST)) if term else all_rows.none(),
        template="ui/register_page.html",
        title="将要清除",
        columns=_contract_columns(Column("保存至", kept)),
        filterset=DueFilter,
        filter_kwargs={"term": term},
        unit="份",
        context={
            "subtitle": "下一次清除会清除哪些合同的家长和学员信息；只是预览，不改动数据",
            "note": _rule(term),
            "register": Register(
                ("机构和合同", "状态", "结束日期", "保存至"),
                lambda row: [*_own(row), _day(row.ended_on), _day(kept(row))],
            ),
            "empty": "下一次没有要清除的。选“清除时间”可以往后看。",
            **_tabs(request, "funds:clearing_due"),
        },
    ).response()


def _contract_columns(last: Column) -> tuple[Column, ...]:
    return (
        Column("机构", lambda row: row.institution.name, 30),
        Column("合同编号", lambda row: row.number, 20),
        Column("状态", lambda row: row.get_status_display()),
        Column("结束日期", lambda row: row.ended_on),
        last,
    )


@desk_page(VIEW)
def clearing_held(request: AuthedRequest) -> HttpResponseBase:
    """Past the term but still needed, with what has to end first."""
    term = _term(request)
    all_rows = reads.contracts_of(request.user)

    def why(row: Any) -> str:
        return "、".join(reads.held_by(row))

    return kit.register_page(
        request,
        rows=reads.clearing_held(all_rows, term) if term else all_rows.none(),
        title="暂缓清除",
        subtitle="保存期限已满，但还有事没办完；办结以后，下一次清除时一并清除",
        register=Register(
            ("机构和合同", "状态", "结束日期", "暂缓的原因"),
            lambda row: [*_own(row), _day(row.ended_on), {"text": why(row)}],
        ),
        columns=_contract_columns(Column("暂缓的原因", why, 40)),
        filterset=HeldFilter,
        unit="份",
        note=_rule(term),
        empty="没有因为未办结的事而暂缓清除的合同。",
        **_tabs(request, "funds:clearing_held"),
    )


@desk_page(VIEW)
def clearing_detail(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """One batch: by which rule, how much, which contracts."""
    row: Any = get_visible(reads.clearings_visible(request.user), request.user, uid)
    return kit.detail_page(
        request,
        row,
        heading=f"{timezone.localtime(row.cleared_at):%Y-%m-%d %H:%M} 清除",
        subtitle=f"{row.contracts_n} 份合同",
        sections=[_contracts(row)],
        facts=kit.facts(
            ("规则", term_words(row.term)),
            ("依据", row.basis),
            ("清除此日以前结束的合同", f"{row.ended_before:%Y-%m-%d}"),
            ("合同", f"{row.contracts_n} 份"),
            ("家长", f"{row.families_n} 人（名下合同都已清除）"),
            ("支付指令的收款人", f"{row.payments_n} 笔"),
            ("扫描件等材料", f"{row.files_n} 份"),
            ("合同清单摘要值（SHA-256）", row.rows_sha256),
        ),
        history=kit.history(request.user, row.uid),
        crumbs=[
            {"label": LABEL, "url": reverse("funds:clearing_list")},
            {"label": f"{timezone.localtime(row.cleared_at):%Y-%m-%d}", "url": ""},
        ],
    )


def _contracts(row: FamilyClearing) -> dict[str, Any]:
    rows: list[list[dict[str, Any]]] = [
        [*_own(one), _day(one.ended_on)] for one in reads.contracts_cleared(row)[:SHOWN]
    ]
    return kit.table("清除了家长和学员信息的合同", ("机构和合同", "状态", "结束日期"), rows, "")
