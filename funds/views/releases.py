"""Desk pages of releases and of institutions' settlement accounts."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from casework.evidence.services import evidence_receive
from casework.money import yuan
from casework.web import AuthedRequest, Column, data, desk_page, form_page, get_visible, kit
from casework.web.kit import Register, Step
from funds import selectors, services
from funds.filters_custody import ReleaseFilter, SettlementFilter
from funds.forms import contracts as forms
from funds.forms.accounts import PaperForm, ReasonForm
from funds.models import ReleaseBatch
from funds.views.accounts import account_url
from funds.views.common import VIEW, keep_paper, path_to, plain_form, tabs
from funds.views.numbers import REVEAL, number_action

SHOWN = 500
BUILD, APPROVE = "funds.release_build", "funds.release_approve"
COLUMNS = (
    Column("机构", lambda row: row.institution.name, 30),
    Column("银行", lambda row: str(row.account.bank), 24),
    Column("截至日期", lambda row: row.until),
    Column("金额（元）", lambda row: row.amount_fen / 100),
    Column("课时", lambda row: row.lesson_count),
    Column("拨付方式", lambda row: row.get_mode_display()),
    Column("人工拨付", lambda row: row.is_manual),
    Column("决定文号", lambda row: row.decision_no),
    Column("状态", lambda row: row.get_status_display()),
    Column("生成人", lambda row: row.created_by.name),
    Column("批准人", lambda row: row.approved_by.name if row.approved_by else ""),
    Column("指令编号", lambda row: row.instruction.number if row.instruction else ""),
    Column("支付日期", lambda row: row.paid_on),
    Column("原因", lambda row: row.reason, 30),
)


def release_url(row: ReleaseBatch) -> str:
    """The batch's page."""
    return reverse("funds:release_detail", kwargs={"uid": row.uid})


def _cells(row: Any) -> list[dict[str, Any]]:
    kind = "人工拨付" if row.is_manual else "机构申请" if row.is_applied else row.get_mode_display()
    return [
        {"text": row.institution.name, "url": release_url(row), "sub": str(row.account.bank)},
        {"text": f"{row.until:%Y-%m-%d}", "sub": kind},
        {"text": yuan(row.amount_fen), "sub": f"{row.lesson_count} 课时", "num": True},
        {"text": row.created_by.name},
        {"text": row.approved_by.name if row.approved_by else "—"},
        {"status": row, "sub": f"{len(row.findings)} 条提示" if row.findings else ""},
    ]


@desk_page(VIEW)
def release_list(request: AuthedRequest) -> HttpResponseBase:
    """Register of release batches."""
    more = []
    if request.user.may(BUILD):
        more = [{"label": "生成到期批次", "url": reverse("funds:release_due")}]
    return kit.register_page(
        request,
        rows=selectors.releases_visible(request.user),
        title="拨付",
        subtitle="只拨付已确认的课时；生成人和批准人不能是同一人，机构不能批准自己的拨付",
        register=Register(("机构和银行", "截至和方式", "金额", "生成人", "批准人", "状态"), _cells),
        columns=COLUMNS,
        filterset=ReleaseFilter,
        unit="批",
        create=("人工拨付", "funds:release_manual", BUILD),
        more=more,
        empty="课时确认后，点“生成到期批次”。",
        **tabs(request, "funds:release_list"),
    )


@desk_page(BUILD)
def release_due(request: AuthedRequest) -> HttpResponseBase:
    """What each account could release today and why not; one button builds all that are due."""
    if request.method == "POST":
        built, left = services.releases_build_due(actor=request.user)
        messages.success(request, f"已生成 {built} 批；{left} 个账户今天没有可拨付的，原因见列表。")
        return redirect("funds:release_list")
    today = timezone.localdate()
    rows = selectors.accounts_visible(request.user).filter(kind="CUSTODY", status="PAY_ENABLED")
    accounts = list(rows.order_by("institution__name")[:SHOWN])
    dues = selectors.releases_due(accounts, today)
    lines: list[dict[str, Any]] = [
        {"account": account, "due": dues[account.pk], "url": account_url(account)} for account in accounts
    ]
    lines.sort(key=lambda line: -line["due"].fen if line["due"].is_open else 1)
    context = {
        "lines": lines,
        "open": [line for line in lines if line["due"].is_open],
        "crumbs": path_to(("拨付", reverse("funds:release_list")), ("到期批次", "")),
    }
    return render(request, "funds/release_due.html", context)


@desk_page(BUILD)
def release_manual(request: AuthedRequest) -> HttpResponse:
    """A release ordered by a decision, with its paper."""
    form = forms.ManualForm(**data(request), actor=request.user)

    def work(values: dict[str, Any]) -> str:
        paper = values.pop("paper")
        row = services.release_manual(actor=request.user, **values)
        evidence_receive(actor=request.user, subject=row, upload=paper, caption="决定")
        return release_url(row)

    return form_page(
        request,
        form,
        work,
        heading="人工拨付",
        submit="提出",
        cancel_url=reverse("funds:release_list"),
        done="已提出，请另一人批准。",
        sentence="人工拨付也只能用已确认消课的款项，不能动用家长未消课的钱。",
        crumbs=path_to(("拨付", reverse("funds:release_list")), ("人工拨付", "")),
    )


def _reasoned(service: Any) -> Any:
    return lambda actor, row, values: service(actor=actor, batch=row, reason=values["reason"])


STEPS: dict[str, Step] = {
    "approve": Step(
        "批准拨付",
        lambda actor, row, values: services.release_approve(actor=actor, batch=row),
        "已批准，支付指令已生成，请发送银行。",
        APPROVE,
    ),
    "hold": Step(
        "暂缓", _reasoned(services.release_hold), "已暂缓，机构能看到理由。", "funds.release_hold",
        plain_form(ReasonForm),
    ),
    "resume": Step(
        "恢复",
        lambda actor, row, values: services.release_resume(actor=actor, batch=row),
        "已恢复。",
        "funds.release_hold",
    ),
    "refuse": Step(
        "不予拨付", _reasoned(services.release_refuse), "已登记不予拨付，款项留在监管账户。", APPROVE,
        plain_form(ReasonForm), danger=True,
    ),
    "paper": Step("上传材料", keep_paper, "材料已保存。", BUILD, plain_form(PaperForm), submit="上传"),
}  # fmt: skip


@desk_page(VIEW)
def release_detail(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """One batch: amount, risk check, the bank's word."""
    row: Any = get_visible(selectors.releases_visible(request.user), request.user, uid)
    actor = request.user
    due = selectors.release_due(row.account, timezone.localdate(), is_applied=True)
    extras = kit.plain_steps(actor, row, STEPS, "funds:release_step", "paper")
    instruction = row.instruction
    return kit.detail_page(
        request,
        row,
        heading=f"{row.institution.name} 拨付",
        subtitle=f"{yuan(row.amount_fen)} · 截至 {row.until:%Y-%m-%d}",
        has_status=True,
        notes=[{"title": "提示", "text": text, "tone": "warn"} for text in row.findings],
        actions=[*extras, *kit.step_actions(actor, row, STEPS, "funds:release_step")],
        sections=[
            position_section(due.position),
            *([kit.text("暂缓、不予拨付或未支付的原因", row.reason)] if row.reason else []),
            *([kit.text("说明", row.note)] if row.note else []),
        ],
        show_files=True,
        files_title="决定和其他材料",
        files=kit.files(actor, row),
        facts=kit.facts(
            ("监管账户", row.account.account_name, account_url(row.account)),
            ("拨付方式", row.get_mode_display()),
            ("确认课时", f"{row.lesson_count} 课时" if row.lesson_count else ""),
            ("决定文号", row.decision_no),
            ("生成人", row.created_by.name),
            ("批准人", row.approved_by.name if row.approved_by else ""),
            (
                "支付指令",
                f"{instruction.number} {instruction.get_status_display()}" if instruction else "",
                reverse("funds:instruction_detail", kwargs={"uid": instruction.uid}) if instruction else "",
            ),
            ("收款账号", f"**** {instruction.payee_account_tail}" if instruction else ""),
            ("支付日期", f"{row.paid_on:%Y-%m-%d}" if row.paid_on else ""),
        ),
        history=kit.history(actor, row.uid),
        crumbs=path_to(("拨付", reverse("funds:release_list")), (row.institution.name, "")),
    )


def position_section(position: selectors.Position) -> dict[str, Any]:
    """Why so much and not more, line by line."""
    owed = position.unearned + position.refundable
    lines = (
        ("账户存款（账簿）", position.bank, ""),
        ("在途款", position.transit, "只计期限内的，保障家长用，不能拨付"),
        ("家长未消课", position.unearned, "不能动用"),
        ("应退未付", position.refundable, "不能动用"),
        ("已确认、未拨付", position.releasable, "待拨付款"),
        ("在办拨付指令", position.pending_release, "已预留"),
        ("在办退费指令", position.pending_refund, "已预留"),
        ("余额高于家长款项的部分", position.free_of_families, f"存款加在途款减 {yuan(owed)}"),
        ("现可拨付", position.may_release, "账户已冻结，不能拨付" if position.is_held else ""),
    )
    rows: list[list[dict[str, Any]]] = [
        [{"text": label}, {"text": yuan(fen), "num": True}, {"text": words}] for label, fen, words in lines
    ]
    return kit.table("风险核对（此刻）", ("项目", "金额", "说明"), rows, "")


@desk_page(VIEW)
def release_step(request: AuthedRequest, uid: UUID, name: str) -> HttpResponse:
    """One step of a batch."""
    row: Any = get_visible(selectors.releases_visible(request.user), request.user, uid)
    path = path_to(("拨付", reverse("funds:release_list")), (row.institution.name, release_url(row)))
    return kit.step_page(request, row, STEPS, name, release_url(row), path)


SETTLEMENT_COLUMNS = (
    Column("机构", lambda row: row.institution.name, 30),
    Column("户名", lambda row: row.account_name, 30),
    Column("开户银行", lambda row: row.bank_name, 24),
    Column("账号末四位", lambda row: row.number_tail),
    Column("状态", lambda row: row.get_status_display()),
    Column("登记人", lambda row: row.created_by.name),
    Column("核验人", lambda row: row.verified_by.name if row.verified_by else ""),
)


def _settlement_cells(row: Any) -> list[dict[str, Any]]:
    return [
        {"text": row.institution.name, "url": reverse("funds:settlement_detail", kwargs={"uid": row.uid})},
        {"text": row.bank_name, "sub": f"末四位 {row.number_tail}"},
        {"text": row.created_by.name},
        {"text": row.verified_by.name if row.verified_by else "—"},
        {"status": row},
    ]


@desk_page(VIEW)
def settlement_list(request: AuthedRequest) -> HttpResponseBase:
    """Accounts of institutions to which released money goes."""
    return kit.register_page(
        request,
        rows=selectors.settlements_visible(request.user),
        title="结算账户",
        subtitle="拨付只进入机构本身的结算账户；登记后由另一人核验",
        register=Register(("机构", "银行和账号", "登记人", "核验人", "状态"), _settlement_cells),
        columns=SETTLEMENT_COLUMNS,
        filterset=SettlementFilter,
        unit="个",
        create=("登记结算账户", "funds:settlement_create", "funds.account_edit"),
        empty="先登记机构的结算账户，才能拨付。",
        **tabs(request, "funds:settlement_list"),
    )


@desk_page("funds.account_edit")
def settlement_create(request: AuthedRequest) -> HttpResponse:
    """File a settlement account."""
    form = forms.SettlementForm(**data(request), actor=request.user)

    def work(values: dict[str, Any]) -> str:
        row = services.settlement_propose(actor=request.user, **values)
        return reverse("funds:settlement_detail", kwargs={"uid": row.uid})

    return form_page(
        request,
        form,
        work,
        heading="登记结算账户",
        submit="登记",
        cancel_url=reverse("funds:settlement_list"),
        done="已登记，请另一人核验。",
        crumbs=path_to(("结算账户", reverse("funds:settlement_list")), ("登记", "")),
    )


SETTLEMENT_STEPS: dict[str, Step] = {
    "verify": Step(
        "核验",
        lambda actor, row, values: services.settlement_verify(actor=actor, settlement=row),
        "已核验，可以拨付。",
        "funds.account_verify",
    ),
    "retire": Step(
        "停用",
        lambda actor, row, values: services.settlement_retire(actor=actor, settlement=row),
        "已停用。",
        "funds.account_verify",
        danger=True,
    ),
    "paper": Step(
        "上传材料", keep_paper, "材料已保存。", "funds.account_edit", plain_form(PaperForm), submit="上传"
    ),
}


@desk_page(VIEW)
def settlement_detail(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """One settlement account."""
    row: Any = get_visible(selectors.settlements_visible(request.user), request.user, uid)
    actor = request.user
    return kit.detail_page(
        request,
        row,
        heading=row.institution.name,
        subtitle=f"{row.bank_name} 末四位 {row.number_tail}",
        has_status=True,
        actions=[
            *kit.plain_steps(actor, row, SETTLEMENT_STEPS, "funds:settlement_step", "paper"),
            *([number_action("funds:settlement_number", row, "查看完整账号")] if actor.may(REVEAL) else []),
            *kit.step_actions(actor, row, SETTLEMENT_STEPS, "funds:settlement_step"),
        ],
        sections=[],
        show_files=True,
        files_title="开户证明和其他材料",
        files=kit.files(actor, row),
        facts=kit.facts(
            ("户名", row.account_name),
            ("登记人", row.created_by.name),
            ("核验人", row.verified_by.name if row.verified_by else ""),
        ),
        history=kit.history(actor, row.uid),
        crumbs=path_to(("结算账户", reverse("funds:settlement_list")), (row.institution.name, "")),
    )


@desk_page(VIEW)
def settlement_step(request: AuthedRequest, uid: UUID, name: str) -> HttpResponse:
    """One step of a settlement account."""
    row: Any = get_visible(selectors.settlements_visible(request.user), request.user, uid)
    home = reverse("funds:settlement_detail", kwargs={"uid": row.uid})
    path = path_to(("结算账户", reverse("funds:settlement_list")), (row.institution.name, home))
    return kit.step_page(request, row, SETTLEMENT_STEPS, name, home, path)
