"""Desk pages of fund audits: rounds with the figures that are published, and their steps."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse

from casework.money import yuan
from casework.registries import Kpi
from casework.web import AuthedRequest, Column, data, desk_page, form_page, get_visible, kit
from casework.web.kit import Register, Step
from funds import services
from funds.filters.rounds import RoundFilter
from funds.forms.accounts import PaperForm, ReasonForm
from funds.forms.rounds import ConclusionForm, PlacesForm, RoundForm
from funds.models import AuditRound, CheckItem
from funds.selectors import rounds as reads
from funds.selectors.rounds import RoundFigures
from funds.views.common import VIEW, keep_paper, plain_form, risk_path, risk_tabs

OPEN, WORK, CLOSE = "funds.audit_open", "funds.audit_work", "funds.audit_close"
HOME = "funds:round_list"
RISK = "funds:runaway_list"
WAN = 1_000_000
COLUMNS = (
    Column("名称", lambda row: row.title, 40),
    Column("依据文号", lambda row: row.basis_no),
    Column("核查范围", lambda row: row.range_note, 40),
    Column("参加部门", lambda row: row.partners, 30),
    Column("开始日期", lambda row: row.starts_on),
    Column("结束日期", lambda row: row.ends_on),
    Column("机构（家）", lambda row: row.places_n),
    Column("已核查（家）", lambda row: row.checked_n),
    Column("约谈（家）", lambda row: row.talked_n),
    Column("问题（条）", lambda row: row.findings_n),
    Column("状态", lambda row: row.get_status_display()),
    Column("结论", lambda row: row.conclusion, 40),
)


def round_url(row: AuditRound) -> str:
    """The round's page."""
    return reverse("funds:round_detail", kwargs={"uid": row.uid})


def _cells(row: Any) -> list[dict[str, Any]]:
    return [
        {"text": row.title, "url": round_url(row), "sub": row.partners},
        {"text": f"{row.starts_on:%Y-%m-%d}", "sub": f"至 {row.ends_on:%Y-%m-%d}", "nowrap": True},
        {"text": f"{row.checked_n} / {row.places_n} 家", "num": True},
        {"text": f"{row.talked_n} 家", "num": True},
        {"text": f"{row.findings_n} 条", "num": True},
        {"status": row},
    ]


@desk_page(VIEW)
def round_list(request: AuthedRequest) -> HttpResponseBase:
    """Register of rounds."""
    return kit.register_page(
        request,
        rows=reads.rounds_visible(request.user),
        title="资金专查",
        subtitle="会同金融、市场监管等部门分轮核查预收费资金，一家一表，问题限期整改、复核销号",
        register=Register(("名称", "时间", "已核查", "约谈", "问题", "状态"), _cells),
        columns=COLUMNS,
        filterset=RoundFilter,
        unit="轮",
        create=("开展专查", "funds:round_create", OPEN),
        more=[
            {"label": "核查表", "url": reverse("funds:audit_sheet_list")},
            {"label": "专查问题", "url": reverse("funds:finding_list")},
        ],
        empty="还没有开展过资金专查。",
        **risk_tabs(request, HOME),
    )


@desk_page(OPEN)
def round_create(request: AuthedRequest) -> HttpResponse:
    """A new round."""
    form = RoundForm(**data(request))

    def work(values: dict[str, Any]) -> str:
        return round_url(services.round_open(actor=request.user, values=values))

    return form_page(
        request, form, work, heading="开展资金专查", submit="保存", cancel_url=reverse(HOME),
        done="已保存，请加入要核查的机构。", crumbs=risk_path(("资金专查", reverse(HOME)), ("开展", "")),
    )  # fmt: skip


STEPS: dict[str, Step] = {
    "places": Step(
        "加入机构",
        lambda actor, row, values: services.round_places_add(
            actor=actor, audit_round=row, institutions=values["institutions"]
        ),
        "已加入，已有核查表的机构不变。",
        OPEN,
        PlacesForm,
        submit="加入",
    ),
    "close": Step(
        "结束专查",
        lambda actor, row, values: services.round_close(actor=actor, audit_round=row, **values),
        "专查已结束。",
        CLOSE,
        plain_form(ConclusionForm),
        sentence="结束后问题继续整改、复核销号。",
    ),
    "reopen": Step(
        "重新开启",
        lambda actor, row, values: services.round_reopen(
            actor=actor, audit_round=row, reason=values["reason"]
        ),
        "已重新开启。",
        CLOSE,
        plain_form(ReasonForm),
    ),
    "paper": Step("上传材料", keep_paper, "材料已保存。", WORK, plain_form(PaperForm), submit="上传"),
}


def _kpis(row: AuditRound, figures: RoundFigures) -> list[Kpi]:
    sheets = f"{reverse('funds:audit_sheet_list')}?round={row.pk}"
    findings = f"{reverse('funds:finding_list')}?round={row.pk}"
    return [
        Kpi("已核查", f"{figures.checked}", "家", f"应核查 {figures.places} 家", sheets),
        Kpi("约谈", f"{figures.talked}", "家", "按机构计", f"{sheets}&talked=on"),
        Kpi(
            "发现问题",
            f"{figures.findings}",
            "条",
            f"{figures.kinds} 类；已整改 {figures.rectified} 条，逾期 {figures.late} 条",
            findings,
            "bad" if figures.late else "",
        ),
    ]  # fmt: skip


def _by_kind(actor: Any, row: AuditRound) -> dict[str, Any]:
    lines: list[list[dict[str, Any]]] = [
        [
            {"text": CheckItem(item["kind"]).label},
            {"text": f"{item['count']} 条", "num": True},
            {"text": f"{item['places']} 家", "num": True},
            {"text": yuan(item["fen"]), "num": True},
            {"text": f"{item['rectified']} 条", "num": True},
            {"text": f"{item['closed']} 条", "num": True},
        ]
        for item in reads.findings_by_kind(actor, row)
    ]
    heads = ("问题", "条数", "涉及机构", "涉及金额", "已整改", "已销号")
    return kit.table("问题分类", heads, lines, "还没有登记问题。")


@desk_page(VIEW)
def round_detail(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """One round: figures as they are published, findings by kind."""
    row: Any = get_visible(reads.rounds_visible(request.user), request.user, uid)
    actor, figures = request.user, reads.round_figures(request.user, row)
    names = ["paper", *(["places"] if row.status == "RUNNING" else [])]
    published = (
        f"核查 {figures.checked} 家，约谈 {figures.talked} 家，发现 {figures.kinds} 类 {figures.findings} 条问题，"
        f"涉及 {figures.with_findings} 家、{figures.amount_fen / WAN:,.2f} 万元，已整改 {figures.rectified} 条。"
    )
    context: dict[str, Any] = {
        "row": row,
        "heading": row.title,
        "subtitle": f"{row.starts_on:%Y-%m-%d} 至 {row.ends_on:%Y-%m-%d}",
        "has_status": True,
        "kpis": _kpis(row, figures),
        "actions": [
            *kit.plain_steps(actor, row, STEPS, "funds:round_step", *names),
            *kit.step_actions(actor, row, STEPS, "funds:round_step"),
        ],
        "sections": [
            kit.text("公布口径", published),
            _by_kind(actor, row),
            kit.text("核查范围", row.range_note),
            *([kit.text("结论", row.conclusion)] if row.conclusion else []),
        ],
        "show_files": True,
        "files": kit.files(actor, row),
        "facts": kit.facts(
            ("依据文号", row.basis_no),
            ("参加部门", row.partners),
            ("开展人", row.created_by.name),
            ("结束", f"{row.closed_at:%Y-%m-%d} {row.closed_by.name}" if row.closed_by else ""),
        ),
        "history": kit.history(actor, row.uid),
        "crumbs": risk_path(("资金专查", reverse(HOME)), (row.title, "")),
    }
    return render(request, "funds/risk_detail.html", context)


@desk_page(VIEW)
def round_step(request: AuthedRequest, uid: UUID, name: str) -> HttpResponse:
    """One step of a round."""
    row: Any = get_visible(reads.rounds_visible(request.user), request.user, uid)
    path = risk_path(("资金专查", reverse(HOME)), (row.title, round_url(row)))
    return kit.step_page(request, row, STEPS, name, round_url(row), path)
