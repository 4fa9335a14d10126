"""Desk pages of refunds and of instructions to the bank."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone

from casework.money import yuan
from casework.web import AuthedRequest, Column, desk_page, get_visible, kit
from casework.web.kit import Register, Step
from funds import selectors, services
from funds.filters_custody import InstructionFilter, RefundFilter
from funds.forms import contracts as forms
from funds.forms.accounts import PaperForm, ReasonForm
from funds.models import Refund
from funds.refunding import refund_working
from funds.views.accounts import account_url
from funds.views.common import VIEW, keep_paper, path_to, plain_form, tabs
from funds.views.contracts import CONTRACTS, contract_url
from funds.views.lessons import lesson_url

DECIDE = "funds.refund_decide"
UNSETTLED_SHOWN = 30
COLUMNS = (
    Column("退费编号", lambda row: row.number, 18),
    Column("机构", lambda row: row.contract.institution.name, 30),
    Column("合同编号", lambda row: row.contract.number, 20),
    Column("学员", lambda row: row.contract.student_masked),
    Column("退费原因", lambda row: row.get_ground_display()),
    Column("申请时间", lambda row: row.applied_at),
    Column("家长本人申请", lambda row: row.is_by_family),
    Column("机构答复期限", lambda row: row.answer_due_on),
    Column("机构答复", lambda row: row.answer, 30),
    Column("退费金额（元）", lambda row: row.amount_fen / 100),
    Column("归机构金额（元）", lambda row: row.kept_fen / 100),
    Column("状态", lambda row: row.get_status_display()),
    Column("审定人", lambda row: row.decided_by.name if row.decided_by else ""),
    Column("支付期限", lambda row: row.pay_due_on),
    Column("支付日期", lambda row: row.paid_on),
)


def refund_url(row: Refund) -> str:
    """The refund's page."""
    return reverse("funds:refund_detail", kwargs={"uid": row.uid})


def _cells(row: Any) -> list[dict[str, Any]]:
    is_waiting = row.status == "APPLIED"
    return [
        {"text": row.number, "url": refund_url(row), "sub": row.contract.institution.name},
        {"text": row.contract.number, "sub": row.contract.student_masked},
        {"text": yuan(row.amount_fen), "sub": row.get_ground_display(), "num": True},
        {
            "due": row.answer_due_on,
            "explanation": row.due_explanation,
            "done": None if is_waiting else (row.answered_at or row.applied_at).date(),
        },
        {"due": row.pay_due_on, "done": row.paid_on},
        {"status": row},
    ]


@desk_page(CONTRACTS)
def refund_list(request: AuthedRequest) -> HttpResponseBase:
    """Register of refund applications."""
    return kit.register_page(
        request,
        rows=selectors.refunds_visible(request.user),
        title="退费",
        subtitle="机构逾期不答复视为同意；不同意的由本局调解；只退回原付款人，不超过尚在监管的金额",
        register=Register(("编号和机构", "合同和学员", "金额", "机构答复期限", "支付期限", "状态"), _cells),
        columns=COLUMNS,
        filterset=RefundFilter,
        unit="件",
        empty="家长从个人链接申请，或在合同页面代家长申请。",
        **tabs(request, "funds:refund_list"),
    )


STEPS: dict[str, Step] = {
    "mediate": Step(
        "受理调解",
        lambda actor, row, values: services.refund_mediate(actor=actor, refund=row),
        "已受理。",
        "funds.refund_mediate",
    ),
    "approve": Step(
        "审定退费",
        lambda actor, row, values: services.refund_approve(actor=actor, refund=row, **values),
        "已审定，请发起支付。",
        DECIDE,
        plain_form(forms.RefundApproveForm),
        submit="审定",
    ),
    "reject": Step(
        "不予退费",
        lambda actor, row, values: services.refund_reject(actor=actor, refund=row, **values),
        "已登记不予退费。",
        DECIDE,
        plain_form(forms.RefundRejectForm),
        danger=True,
    ),
    "withdraw": Step(
        "代家长撤回",
        lambda actor, row, values: services.refund_withdraw(actor=actor, refund=row),
        "已撤回。",
        "funds.refund_apply",
    ),
    "pay": Step(
        "发起支付",
        lambda actor, row, values: services.refund_pay(actor=actor, refund=row),
        "支付指令已生成，请发送银行。",
        DECIDE,
    ),
    "paid_by_place": Step(
        "登记机构已自付",
        lambda actor, row, values: services.refund_paid_by_place(actor=actor, refund=row, **values),
        "已登记。",
        "funds.instruction_book",
        plain_form(forms.RefundPaidForm),
        submit="登记",
    ),
    "paid_by_deposit": Step(
        "动用保证金退费",
        lambda actor, row, values: services.refund_paid_by_deposit(actor=actor, refund=row, **values),
        "已入账，保证金须由机构补足。",
        "funds.deposit_use",
        plain_form(forms.RefundPaidForm),
        danger=True,
        sentence="只在监管账户不足或机构自收学费又不退时使用；动用后机构须按期补足保证金。",
    ),
    "paper": Step(
        "上传材料", keep_paper, "材料已保存。", "funds.refund_apply", plain_form(PaperForm), submit="上传"
    ),
}


def working_lines(lines: list[Any], title: str) -> dict[str, Any]:
    """A calculation line by line."""
    rows = [[{"text": label}, {"text": yuan(fen), "num": True}, {"text": why}] for label, fen, why in lines]
    return kit.table(title, ("项目", "金额", "计算过程"), rows, "")


def _unsettled(row: Refund) -> dict[str, Any]:
    """Lessons that hold the decision up, each with its page."""
    rows: list[list[dict[str, Any]]] = [
        [
            {"text": str(lesson), "url": lesson_url(lesson)},
            {"text": f"{lesson.due_on:%Y-%m-%d}" if lesson.due_on else "没有计时", "nowrap": True},
            {"text": lesson.dispute or "家长还没有回应"},
            {"status": lesson},
        ]
        for lesson in selectors.unsettled_lessons(row.contract)[:UNSETTLED_SHOWN]
    ]
    return kit.table("还没有认定的课时", ("课时", "家长答复期限", "家长的话", "状态"), rows, "")


@desk_page(CONTRACTS)
def refund_detail(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """One refund: both sides' words, the calculation, the bank's word."""
    row: Any = get_visible(selectors.refunds_visible(request.user), request.user, uid)
    actor = request.user
    sections = [kit.text("家长说明", row.statement)] if row.statement else []
    if row.answer:
        sections.append(kit.text("机构答复", row.answer))
    sections.append(working_lines(row.working, _title(row)))
    notes = []
    if row.status in {"APPLIED", "INST_AGREED", "AUTO_AGREED", "INST_REFUSED", "MEDIATION"}:
        working = refund_working(row.contract, row.ground, timezone.localdate())
        sections.append(working_lines(working.stored(), "今天的计算"))
        if working.unsettled:
            text = f"还有 {working.unsettled} 课时等家长确认或有异议没有处理，处理后才能审定。家长没有回应的，由本局认定。"
            notes.append({"title": "", "text": text, "tone": "warn"})
            sections.append(_unsettled(row))
    if row.decision:
        sections.append(kit.text("审定意见", row.decision))
    instruction = row.instruction
    return kit.detail_page(
        request,
        row,
        heading=f"退费 {row.number}",
        subtitle=f"{row.contract.institution.name} · {row.contract.student_masked}",
        has_status=True,
        due_on=row.answer_due_on if row.status == "APPLIED" else None,
        due_explanation=row.due_explanation,
        notes=notes,
        actions=[
            *kit.plain_steps(actor, row, STEPS, "funds:refund_step", "paper"),
            *kit.step_actions(actor, row, STEPS, "funds:refund_step"),
        ],
        sections=sections,
        show_files=True,
        files=kit.files(actor, row),
        facts=kit.facts(
            ("合同", row.contract.number, contract_url(row.contract)),
            ("原因", row.get_ground_display()),
            (
                "申请",
                f"{timezone.localdate(row.applied_at):%Y-%m-%d} {'家长本人' if row.is_by_family else '本局代办'}",
            ),
            *_event_fact(row),
            ("付款人", row.contract.payer_masked),
            (
                "付款账号",
                f"**** {row.contract.payer_account_tail}" if row.contract.payer_account_tail else "",
            ),
            ("退费金额", yuan(row.amount_fen)),
            ("归机构", yuan(row.kept_fen)),
            ("审定人", row.decided_by.name if row.decided_by else ""),
            ("支付期限", f"{row.pay_due_on:%Y-%m-%d}" if row.pay_due_on else ""),
            (
                "支付指令",
                f"{instruction.number} {instruction.get_status_display()}" if instruction else "",
                reverse("funds:instruction_detail", kwargs={"uid": instruction.uid}) if instruction else "",
            ),
            ("支付未成的原因", row.failure),
            ("支付日期", f"{row.paid_on:%Y-%m-%d}" if row.paid_on else ""),
        ),
        history=kit.history(actor, row.uid),
        crumbs=path_to(("退费", reverse("funds:refund_list")), (row.number, "")),
    )


def _title(row: Refund) -> str:
    if row.decided_at:
        return "计算过程"
    restated = row.runaway_claims.filter(state="STOOD").exists() and row.ground == "INSTITUTION"
    return "列入事件时的计算" if restated else "申请时的计算"


def _event_fact(row: Refund) -> list[tuple[str, Any, str]]:
    """The run-away event in whose order the refund stands."""
    claim = row.runaway_claims.select_related("event").first()
    if claim is None:
        return []
    url = reverse("funds:runaway_detail", kwargs={"uid": claim.event.uid})
    return [("事件登记", f"{claim.event} 第 {claim.seq} 号", url)]


@desk_page(CONTRACTS)
def refund_step(request: AuthedRequest, uid: UUID, name: str) -> HttpResponse:
    """One step of a refund."""
    row: Any = get_visible(selectors.refunds_visible(request.user), request.user, uid)
    path = path_to(("退费", reverse("funds:refund_list")), (row.number, refund_url(row)))
    return kit.step_page(request, row, STEPS, name, refund_url(row), path)


INSTRUCTION_COLUMNS = (
    Column("指令编号", lambda row: row.number, 18),
    Column("机构", lambda row: row.account.institution.name, 30),
    Column("银行", lambda row: str(row.account.bank), 24),
    Column("种类", lambda row: row.get_kind_display()),
    Column("金额（元）", lambda row: row.amount_fen / 100),
    Column("收款人", lambda row: row.payee_masked, 24),
    Column("收款账号末四位", lambda row: row.payee_account_tail),
    Column("状态", lambda row: row.get_status_display()),
    Column("发送时间", lambda row: row.sent_at),
    Column("银行记账日期", lambda row: row.booked_on),
    Column("银行流水号", lambda row: row.bank_serial),
    Column("原因", lambda row: row.failure, 30),
)


def _instruction_cells(row: Any) -> list[dict[str, Any]]:
    return [
        {"text": row.number, "url": reverse("funds:instruction_detail", kwargs={"uid": row.uid}),
         "sub": row.get_kind_display()},
        {"text": row.account.institution.name, "sub": str(row.account.bank)},
        {"text": row.payee_masked, "sub": f"末四位 {row.payee_account_tail}" if row.payee_account_tail else ""},
        {"text": yuan(row.amount_fen), "num": True},
        {"text": f"{row.booked_on:%Y-%m-%d}" if row.booked_on else "—", "sub": row.bank_serial},
        {"status": row},
    ]  # fmt: skip


@desk_page(VIEW)
def instruction_list(request: AuthedRequest) -> HttpResponseBase:
    """Register of instructions."""
    return kit.register_page(
        request,
        rows=selectors.instructions_visible(request.user),
        title="支付指令",
        subtitle="发送银行后等待结果；结果不明的先向银行查询，不得换编号重发",
        register=Register(("编号", "机构和银行", "收款人", "金额", "银行记账", "状态"), _instruction_cells),
        columns=INSTRUCTION_COLUMNS,
        filterset=InstructionFilter,
        unit="笔",
        empty="批准拨付或发起退费支付后，在这里生成指令。",
        **tabs(request, "funds:instruction_list"),
    )


BOOK = "funds.instruction_book"


def _reason(service: Any) -> Any:
    return lambda actor, row, values: service(actor=actor, instruction=row, reason=values["reason"])


INSTRUCTION_STEPS: dict[str, Step] = {
    "send": Step(
        "登记已发送",
        lambda actor, row, values: services.instruction_send(actor=actor, instruction=row),
        "已登记发送。",
        "funds.instruction_send",
    ),
    "accept": Step(
        "登记银行受理",
        lambda actor, row, values: services.instruction_accept(actor=actor, instruction=row),
        "已登记受理。",
        BOOK,
    ),
    "unknown": Step(
        "登记结果不明", _reason(services.instruction_unknown), "已登记，款项继续预留，请向银行查询。", BOOK,
        plain_form(ReasonForm),
    ),
    "post": Step(
        "登记支付成功",
        lambda actor, row, values: services.instruction_post(actor=actor, instruction=row, **values),
        "已入账。",
        BOOK,
        plain_form(forms.PostedForm),
        submit="登记",
    ),
    "void": Step(
        "登记未支付并作废", _reason(services.instruction_void), "已作废，预留的款项已放开。", BOOK,
        plain_form(ReasonForm), danger=True,
    ),
    "return": Step(
        "登记退汇",
        lambda actor, row, values: services.instruction_return(actor=actor, instruction=row, **values),
        "退汇已入账。",
        BOOK,
        plain_form(forms.ReturnedForm),
        submit="登记",
        danger=True,
    ),
}  # fmt: skip


@desk_page(VIEW)
def instruction_detail(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """One instruction."""
    row: Any = get_visible(selectors.instructions_visible(request.user), request.user, uid)
    return kit.detail_page(
        request,
        row,
        heading=f"{row.get_kind_display()}指令 {row.number}",
        subtitle=f"{row.account.institution.name} · {yuan(row.amount_fen)}",
        has_status=True,
        actions=kit.step_actions(request.user, row, INSTRUCTION_STEPS, "funds:instruction_step"),
        sections=[
            *([kit.text("原因", row.failure)] if row.failure else []),
            kit.text(
                "怎样入账",
                "银行的支付结果和对账单哪个先到都可以，只入账一次。对账单按指令编号和流水号自动匹配。",
            ),
        ],
        facts=kit.facts(
            ("付款账户", str(row.account), account_url(row.account)),
            ("收款人", row.payee_masked),
            ("收款账号", f"**** {row.payee_account_tail}" if row.payee_account_tail else "原付款账号"),
            ("批准人", row.approved_by.name),
            ("发送时间", f"{row.sent_at:%Y-%m-%d}" if row.sent_at else ""),
            ("银行记账日期", f"{row.booked_on:%Y-%m-%d}" if row.booked_on else ""),
            ("银行流水号", row.bank_serial),
        ),
        history=kit.history(request.user, row.uid),
        crumbs=path_to(("支付指令", reverse("funds:instruction_list")), (row.number, "")),
    )


@desk_page(VIEW)
def instruction_step(request: AuthedRequest, uid: UUID, name: str) -> HttpResponse:
    """One step of an instruction."""
    row: Any = get_visible(selectors.instructions_visible(request.user), request.user, uid)
    home = reverse("funds:instruction_detail", kwargs={"uid": row.uid})
    path = path_to(("支付指令", reverse("funds:instruction_list")), (row.number, home))
    return kit.step_page(request, row, INSTRUCTION_STEPS, name, home, path)
