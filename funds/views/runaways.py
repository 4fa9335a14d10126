"""Desk pages of run-aways: register, one event with what covers it, its steps, and the order of its claims."""

from __future__ import annotations

from functools import partial
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse

from accounts.models import User
from casework.models import JobState
from casework.money import yuan
from casework.registries import Kpi
from casework.web import AuthedRequest, Column, data, desk_page, form_page, get_visible, kit, object_link
from casework.web.kit import Register, Step
from funds import services
from funds.filters.runaways import ClaimFilter, RunawayFilter
from funds.forms.accounts import PaperForm, ReasonForm
from funds.forms.runaways import CorrectForm, MeasureForm, OutcomeForm, RunawayForm
from funds.models import Refund, RunawayEvent
from funds.selectors import runaways as reads
from funds.selectors.runaway_decisions import unconfirmed_lessons
from funds.selectors.runaways import ClaimTotals, Cover
from funds.views.common import VIEW, keep_paper, named_place, plain_form, risk_path, risk_tabs, row_form
from funds.views.contracts import CONTRACTS, contract_url
from funds.views.refunds import refund_url
from funds.views.runaway_decisions import decision_buttons, decision_notes

REGISTER, CLOSE, OPEN = "funds.runaway_register", "funds.runaway_close", "funds.claims_open"
HOME = "funds:runaway_list"
WAN = 1_000_000
ORDER = "次序：已经申请的按申请时间在前，其余按首次缴费日期先后，同日的按缴费单号（随机号）"
COLUMNS = (
    Column("机构", lambda row: row.institution.name, 30),
    Column("乡镇（街道）", lambda row: row.region.name),
    Column("事件", lambda row: row.get_kind_display()),
    Column("发生日期", lambda row: row.happened_on),
    Column("发现日期", lambda row: row.found_on),
    Column("发现途径", lambda row: row.get_found_by_display()),
    Column("来源编号", lambda row: row.source_no),
    Column("能联系上负责人", lambda row: row.is_reachable),
    Column("情况", lambda row: row.summary, 40),
    Column("涉及合同（份）", lambda row: row.contracts_n),
    Column("涉及家庭（户）", lambda row: row.families_n),
    Column("家长未消课和应退（元）", lambda row: row.owed_fen / 100),
    Column("托管存款（元）", lambda row: row.custody_fen / 100),
    Column("风险保证金（元）", lambda row: row.deposit_fen / 100),
    Column("状态", lambda row: row.get_status_display()),
    Column("办结情况", lambda row: row.outcome, 40),
    Column("办结日期", lambda row: row.closed_on),
)


def runaway_url(row: RunawayEvent) -> str:
    """The event's page."""
    return reverse("funds:runaway_detail", kwargs={"uid": row.uid})


def _cells(row: Any) -> list[dict[str, Any]]:
    return [
        {"text": row.institution.name, "url": runaway_url(row), "sub": row.region.name},
        {"text": row.get_kind_display(), "sub": row.get_found_by_display()},
        {"text": f"{row.found_on:%Y-%m-%d}", "nowrap": True},
        {"text": f"{row.contracts_n} 份", "sub": f"{row.families_n} 户", "num": True},
        {"text": yuan(row.owed_fen), "sub": f"托管 {yuan(row.custody_fen)}", "num": True},
        {"status": row, "sub": f"{row.closed_on:%Y-%m-%d}" if row.closed_on else ""},
    ]


@desk_page(VIEW)
def runaway_list(request: AuthedRequest) -> HttpResponseBase:
    """Register of run-away events."""
    return kit.register_page(
        request,
        rows=reads.runaways_visible(request.user),
        title="跑路停业事件",
        subtitle="卷钱跑路、突然停业、群体退费难；涉及的合同和钱由账簿计算，没有登记即为零事件",
        register=Register(("机构", "事件", "发现日期", "涉及合同", "涉及金额", "状态"), _cells),
        columns=COLUMNS,
        filterset=RunawayFilter,
        unit="件",
        create=("登记事件", "funds:runaway_create", REGISTER),
        empty="没有登记过跑路停业事件。",
        **risk_tabs(request, HOME),
    )


@desk_page(REGISTER)
def runaway_create(request: AuthedRequest) -> HttpResponse:
    """A new event."""
    form = RunawayForm(**data(request), actor=request.user, place=named_place(request))

    def work(values: dict[str, Any]) -> str:
        place = values.pop("institution")
        return runaway_url(services.runaway_register(actor=request.user, institution=place, values=values))

    return form_page(
        request, form, work, heading="登记跑路停业事件", submit="登记", cancel_url=reverse(HOME),
        done="已登记，涉及的合同和钱已按账簿统计。", crumbs=risk_path(("跑路停业事件", reverse(HOME)), ("登记", "")),
    )  # fmt: skip


STEPS: dict[str, Step] = {
    "claims": Step(
        "开立退费申请",
        lambda actor, row, values: services.claims_list(actor=actor, event=row),
        "已按次序列入，正在逐件开立，可以离开本页。",
        OPEN,
    ),
    "correct": Step(
        "更正事件",
        lambda actor, row, values: services.runaway_correct(actor=actor, event=row, **values),
        "事件已更正。",
        OPEN,
        row_form(CorrectForm),
        submit="更正",
    ),
    "measure": Step(
        "登记措施",
        lambda actor, row, values: services.runaway_measure_add(actor=actor, event=row, **values),
        "措施已登记。",
        REGISTER,
        plain_form(MeasureForm),
        submit="登记",
    ),
    "close": Step(
        "办结",
        lambda actor, row, values: services.runaway_close(actor=actor, event=row, **values),
        "事件已办结。",
        CLOSE,
        plain_form(OutcomeForm),
    ),
    "reopen": Step(
        "重新处置",
        lambda actor, row, values: services.runaway_reopen(actor=actor, event=row, reason=values["reason"]),
        "已重新处置。",
        CLOSE,
        plain_form(ReasonForm),
    ),
    "void": Step(
        "撤销登记",
        lambda actor, row, values: services.runaway_void(actor=actor, event=row, reason=values["reason"]),
        "登记已撤销，记录留存。",
        CLOSE,
        plain_form(ReasonForm),
        danger=True,
    ),
    "paper": Step("上传材料", keep_paper, "材料已保存。", REGISTER, plain_form(PaperForm), submit="上传"),
}


def cover_section(cover: Cover) -> dict[str, Any]:
    """What families are owed and what stands against it, line by line."""
    share = f"{cover.share_permille / 10:.1f}%"
    rows: list[list[dict[str, Any]]] = [
        [{"text": "银行托管的合同"}, {"text": yuan(cover.in_custody), "num": True},
         {"text": yuan(cover.by_custody), "num": True},
         {"text": yuan(cover.in_custody - cover.by_custody), "num": True}, {"text": _custody_words(cover)}],
        [{"text": "机构自收的合同"}, {"text": yuan(cover.self_kept), "num": True}, {"text": "—", "num": True},
         {"text": yuan(cover.self_kept), "num": True}, {"text": "机构自己的钱不在监管账户"}],
        [{"text": "风险保证金补不足"}, {"text": "", "num": True}, {"text": yuan(cover.by_deposit), "num": True},
         {"text": yuan(cover.bare), "num": True}, {"text": f"现有 {yuan(cover.deposit)}，须逐件审批动用"}],
        [{"text": "合计"}, {"text": yuan(cover.owed), "num": True},
         {"text": yuan(cover.by_custody + cover.by_deposit), "num": True},
         {"text": yuan(cover.bare), "num": True},
         {"text": f"如按同一比例测算为 {share}，只供参考，不作为退费依据"}],
    ]  # fmt: skip
    return kit.table("钱够不够（账簿现在的数）", ("", "家长应得", "有保障", "没有保障", "说明"), rows, "")


def _custody_words(cover: Cover) -> str:
    return "托管存款" + (f"，加期限内的在途款 {yuan(cover.transit)}" if cover.transit else "")


def _kpis(row: RunawayEvent, cover: Cover, totals: ClaimTotals, *, sees_claims: bool) -> list[Kpi]:
    url = reverse("funds:runaway_claims", kwargs={"uid": row.uid}) if sees_claims else ""
    return [
        Kpi(
            "家长应得", f"{cover.owed / WAN:,.2f}", "万元", f"{cover.contracts:,} 份合同，{cover.families:,} 户家庭"
        ),
        Kpi(
            "没有保障", f"{cover.bare / WAN:,.2f}", "万元", f"托管存款 {yuan(cover.custody)}", "",
            "bad" if cover.bare else "",
        ),
        Kpi(
            "退费申请", f"{totals.opened + totals.stood:,}", "件",
            f"待开立 {totals.waiting:,} · 已退 {totals.paid_n:,} 件 {yuan(totals.paid_fen)}", url,
        ),
    ]  # fmt: skip


def _measures(row: RunawayEvent) -> dict[str, Any]:
    rows: list[list[dict[str, Any]]] = [
        [
            {"text": f"{item.taken_on:%Y-%m-%d}", "nowrap": True},
            {"text": item.get_kind_display(), "sub": item.reference},
            {"text": item.note},
            {"text": item.created_by.name},
        ]
        for item in row.measures.select_related("created_by").order_by("taken_on", "pk")
    ]
    return kit.table("处置措施", ("日期", "措施", "情况", "登记人"), rows, "还没有登记措施。")


def _labour(row: RunawayEvent) -> list[dict[str, Any]]:
    rows: list[list[dict[str, Any]]] = [
        [
            {"text": item.get_kind_display(), "sub": item.reference,
             "url": reverse("funds:labour_detail", kwargs={"uid": item.uid})},
            {"text": f"{item.persons} 人", "num": True},
            {"text": yuan(item.amount_fen), "num": True},
            {"status": item},
        ]
        for item in row.labour_claims.order_by("pk")
    ]  # fmt: skip
    if not rows:
        return []
    return [kit.table("劳动用工诉求（不动用家长的钱）", ("诉求", "人数", "金额", "状态"), rows, "")]


def _buttons(actor: User, row: RunawayEvent, waiting: bool) -> list[dict[str, Any]]:
    names = ["paper"]
    if row.status == "HANDLING":
        names = ["paper", "measure", "correct", *(["claims"] if waiting and row.is_over else [])]
    return [
        *kit.plain_steps(actor, row, STEPS, "funds:runaway_step", *names),
        *kit.step_actions(actor, row, STEPS, "funds:runaway_step"),
    ]


def _progress(row: RunawayEvent) -> dict[str, Any] | None:
    job = row.job
    if job is None:
        return None
    return {
        "label": job.label,
        "is_finished": job.state == JobState.DONE,
        "is_failed": job.state == JobState.FAILED,
        "percent": job.percent if job.total else None,
        "message": job.message,
        "error": job.message,
        "result_url": reverse("funds:runaway_claims", kwargs={"uid": row.uid}),
    }


@desk_page(VIEW)
def runaway_detail(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """One event: what is owed and covered, how far the claims are, what was done."""
    row: Any = get_visible(reads.runaways_visible(request.user), request.user, uid)
    actor = request.user
    if request.GET.get("part") == "progress" and row.job is not None:
        return render(
            request, "ui/_progress.html", {"job": _progress(row), "url": f"{request.path}?part=progress"}
        )
    cover, totals = reads.cover_of(row.institution), reads.claim_totals(row)
    left = totals.waiting + reads.unlisted_contracts(row).count() + reads.lapsed_claims(row).count()
    lessons = unconfirmed_lessons(row).count()
    sees = actor.may(CONTRACTS)
    context: dict[str, Any] = {
        "row": row,
        "heading": f"{row.institution.name} {row.get_kind_display()}",
        "subtitle": f"{row.found_on:%Y-%m-%d} 发现 · {row.get_found_by_display()}",
        "has_status": True,
        "kpis": _kpis(row, cover, totals, sees_claims=sees),
        "job": _progress(row),
        "job_url": f"{request.path}?part=progress",
        "notes": [*_notes(row, left), *decision_notes(actor, row, lessons)],
        "actions": [*decision_buttons(actor, row), *_buttons(actor, row, bool(left))],
        "links": [{"label": "退费登记", "url": reverse("funds:runaway_claims", kwargs={"uid": uid})}]
        if sees
        else [],
        "sections": [
            cover_section(cover),
            kit.text("情况", row.summary),
            _measures(row),
            *_labour(row),
            *(
                [kit.text("办结情况" if row.status == "CLOSED" else "撤销理由", row.outcome)]
                if row.outcome
                else []
            ),
        ],
        "show_files": True,
        "files": kit.files(actor, row),
        "facts": _facts(actor, row),
        "history": kit.history(actor, row.uid),
        "crumbs": risk_path(("跑路停业事件", reverse(HOME)), (row.institution.name, "")),
    }
    return render(request, "funds/risk_detail.html", context)


def _notes(row: RunawayEvent, left: int) -> list[dict[str, str]]:
    if row.status != "HANDLING" or not left:
        return []
    if not row.is_over:
        text = "机构还在办学，退费由各家自己申请，本局不统一开立。机构停业或者失联的，由负责人“更正事件”后再开立。"
        return [{"title": "", "text": text, "tone": ""}]
    text = f"还有 {left:,} 份有余额的合同没有退费申请。监管股负责人或局领导“开立退费申请”，一次全部列入，重复按不会重复开立。{ORDER}。"
    return [{"title": "", "text": text, "tone": "warn"}]


def _facts(actor: User, row: RunawayEvent) -> list[dict[str, Any]]:
    place = row.institution
    return kit.facts(
        ("机构", place.name, object_link(actor, "institutions.institution", place.uid)),
        ("乡镇（街道）", row.region.name),
        ("发生日期", f"{row.happened_on:%Y-%m-%d}"),
        ("发现", f"{row.found_on:%Y-%m-%d} {row.get_found_by_display()}"),
        ("来源编号", row.source_no),
        ("负责人", "能联系上" if row.is_reachable else "联系不上，不等机构答复"),
        ("登记时合同", f"{row.contracts_n:,} 份，{row.families_n:,} 户"),
        ("登记时家长应得", yuan(row.owed_fen)),
        ("登记时托管存款", yuan(row.custody_fen)),
        ("登记时保证金", yuan(row.deposit_fen)),
        ("登记人", row.created_by.name),
        ("办结", f"{row.closed_on:%Y-%m-%d} {row.closed_by.name}" if row.closed_by else ""),
    )


@desk_page(VIEW)
def runaway_step(request: AuthedRequest, uid: UUID, name: str) -> HttpResponseBase:
    """One step of an event."""
    row: Any = get_visible(reads.runaways_visible(request.user), request.user, uid)
    if name == "claims" and request.method == "GET":
        return redirect(runaway_url(row))
    path = risk_path(("跑路停业事件", reverse(HOME)), (row.institution.name, runaway_url(row)))
    return kit.step_page(request, row, STEPS, name, runaway_url(row), path)


def _claim_columns(cover: Cover) -> tuple[Column, ...]:
    return (
        Column("序号", lambda row: row.seq, 8),
        Column("合同编号", lambda row: row.contract.number, 20),
        Column("缴费单号", lambda row: row.contract.order_no, 16),
        Column("学员", lambda row: row.contract.student_masked),
        Column("收费方式", lambda row: row.contract.get_mode_display()),
        Column("首次缴费日期", lambda row: row.contract.first_paid_on),
        Column("已缴（元）", lambda row: row.contract.paid_fen / 100),
        Column("已消课时", lambda row: row.contract.used),
        Column("开立", lambda row: row.get_state_display()),
        Column("说明", lambda row: row.reason, 24),
        Column("退费编号", lambda row: row.refund.number if row.refund else "", 18),
        Column("应退（元）", lambda row: row.refund.amount_fen / 100 if row.refund else 0),
        Column("计算过程", lambda row: working_words(row.refund.working) if row.refund else "", 60),
        Column(
            "按同一比例测算，仅供参考（元）",
            lambda row: cover.share_of(row.refund.amount_fen) / 100 if row.refund else 0,
        ),
        Column("退费状态", lambda row: row.refund.get_status_display() if row.refund else ""),
        Column("支付日期", lambda row: row.refund.paid_on if row.refund else None),
    )


def working_words(lines: list[Any]) -> str:
    """A calculation in one line."""
    return "；".join(f"{label} {yuan(fen)}（{why}）" for label, fen, why in lines)


def _claim_cells(row: Any, *, cover: Cover) -> list[dict[str, Any]]:
    refund, contract = row.refund, row.contract
    share = f"同比例测算 {yuan(cover.share_of(refund.amount_fen))}" if refund and cover.bare else ""
    return [
        {"text": f"{row.seq}", "num": True},
        {"text": contract.number, "url": contract_url(contract), "sub": contract.student_masked},
        {"text": f"{contract.first_paid_on:%Y-%m-%d}" if contract.first_paid_on else "—", "nowrap": True,
         "sub": f"已缴 {yuan(contract.paid_fen)}，消 {contract.used} 课时"},
        {"text": yuan(refund.amount_fen) if refund else "—", "sub": share, "num": True},
        {"text": refund.number if refund else row.get_state_display(),
         "url": refund_url(refund) if refund else "", "sub": row.reason},
        {"status": refund, "sub": _unasked(refund)} if refund else {"status": row, "status_field": "state"},
    ]  # fmt: skip


def _unasked(refund: Refund) -> str:
    return "不等机构答复" if refund.status == "APPLIED" and refund.answer_due_on is None else ""


@desk_page(CONTRACTS)
def runaway_claims(request: AuthedRequest, uid: UUID) -> HttpResponseBase:
    """The claims of an event in their order, each with its calculation."""
    row: Any = get_visible(reads.runaways_visible(request.user), request.user, uid)
    cover = reads.cover_of(row.institution)
    return kit.register_page(
        request,
        rows=reads.claims_visible(request.user, row),
        title="退费登记",
        subtitle=f"{row.institution.name} {row.get_kind_display()}。{ORDER}",
        register=Register(
            ("序号", "合同和学员", "首次缴费", "应退", "退费申请", "状态"), partial(_claim_cells, cover=cover)
        ),
        columns=_claim_columns(cover),
        filterset=ClaimFilter,
        unit="份",
        more=[{"label": "返回事件", "url": runaway_url(row)}],
        empty="在事件页面“开立退费申请”，有余额的合同按次序列入。",
        crumbs=risk_path(
            ("跑路停业事件", reverse(HOME)), (row.institution.name, runaway_url(row)), ("退费登记", "")
        ),
    )
