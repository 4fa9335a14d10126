"""Desk pages of contracts."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from casework.money import yuan
from casework.web import (
    AuthedRequest,
    Column,
    data,
    desk_page,
    form_page,
    get_visible,
    guarded,
    kit,
    object_link,
)
from casework.web.kit import Register, Step
from funds import links, selectors, services
from funds.filters_custody import ContractFilter
from funds.forms import contracts as forms
from funds.forms.accounts import PaperForm, ReasonForm
from funds.models import Contract
from funds.refunding import refund_working
from funds.views.common import keep_paper, named_place, path_to, plain_form, row_form, tabs
from funds.views.corrections import payments_section
from funds.views.numbers import REVEAL, number_action

CONTRACTS = "funds.contract_view"
MORE = (
    ("导入表格", "funds:contract_sheet", "funds.contract_enter"),
    ("导入期初余额", "funds:opening_upload", "funds.payment_book"),
)
COLUMNS = (
    Column("机构", lambda row: row.institution.name, 30),
    Column("合同编号", lambda row: row.number, 20),
    Column("缴费单号", lambda row: row.order_no, 16),
    Column("学员", lambda row: row.student_masked),
    Column("课程", lambda row: row.course, 24),
    Column("科目", lambda row: row.subject),
    Column("签订日期", lambda row: row.signed_on),
    Column("开课日期", lambda row: row.starts_on),
    Column("结课日期", lambda row: row.ends_on),
    Column("收费课时", lambda row: row.lessons),
    Column("已消课时", lambda row: row.used),
    Column("合同总价（元）", lambda row: row.price_fen / 100),
    Column("已缴（元）", lambda row: row.paid_fen / 100),
    Column("在监管（元）", lambda row: row.unearned_fen / 100),
    Column("状态", lambda row: row.get_status_display()),
    Column("提示", lambda row: "；".join(row.warnings), 40),
)


def contract_url(row: Contract) -> str:
    """The contract's page."""
    return reverse("funds:contract_detail", kwargs={"uid": row.uid})


def _cells(row: Any) -> list[dict[str, Any]]:
    return [
        {"text": row.number, "url": contract_url(row), "sub": row.institution.name},
        {"text": row.student_masked, "sub": f"{row.course} · {row.subject}"},
        {"text": f"{row.used} / {row.lessons}", "sub": f"至 {row.ends_on:%Y-%m-%d}", "num": True},
        {"text": yuan(row.paid_fen), "sub": f"总价 {yuan(row.price_fen)}", "num": True},
        {"text": yuan(row.unearned_fen), "num": True},
        {"status": row, "sub": "有提示" if row.warnings else ""},
    ]


REGISTER = Register(("合同和机构", "学员和课程", "消课", "已缴", "在监管", "状态"), _cells)


@desk_page(CONTRACTS)
def contract_list(request: AuthedRequest) -> HttpResponseBase:
    """Register of contracts."""
    return kit.register_page(
        request,
        rows=selectors.contracts_visible(request.user),
        title="培训合同",
        subtitle="机构在办事端登记，也可由本局代登；学员和家长信息密封保存，页面只显示姓氏",
        register=REGISTER,
        columns=COLUMNS,
        filterset=ContractFilter,
        unit="份",
        create=("登记合同", "funds:contract_create", "funds.contract_enter"),
        empty="机构登记合同后在这里显示。",
        more=[
            {"label": label, "url": reverse(url)}
            for label, url, permission in MORE
            if request.user.may(permission)
        ],
        **tabs(request, "funds:contract_list"),
    )


@desk_page("funds.contract_enter")
def contract_create(request: AuthedRequest) -> HttpResponse:
    """The bureau enters a contract for an institution."""
    form = forms.DeskContractForm(**data(request), actor=request.user, place=named_place(request))

    def work(values: dict[str, Any]) -> str:
        place = values.pop("institution")
        return contract_url(services.contract_draft(actor=request.user, institution=place, values=values))

    return form_page(
        request,
        form,
        work,
        heading="登记培训合同",
        submit="保存草稿",
        cancel_url=reverse("funds:contract_list"),
        done="已保存草稿。核对后提交生效，家长才能缴费。",
        two_columns=True,
        crumbs=path_to(("培训合同", reverse("funds:contract_list")), ("登记", "")),
    )


def _edit(actor: User, row: Contract, values: dict[str, Any]) -> None:
    services.contract_edit(actor=actor, contract=row, values=values)


def _reasoned(service: Any) -> Any:
    return lambda actor, row, values: service(actor=actor, contract=row, reason=values["reason"])


STEPS: dict[str, Step] = {
    "edit": Step(
        "修改草稿", _edit, "已保存。", "funds.contract_enter", row_form(forms.ContractForm), submit="保存",
        two_columns=True,
    ),
    "sign": Step(
        "提交生效",
        lambda actor, row, values: services.contract_sign(actor=actor, contract=row),
        "合同已生效，家长可以缴费。",
        "funds.contract_enter",
    ),
    "suspend": Step(
        "暂停", _reasoned(services.contract_suspend), "已暂停，期间不自动确认课时。", "funds.contract_stop",
        plain_form(ReasonForm), danger=True,
    ),
    "resume": Step(
        "恢复",
        lambda actor, row, values: services.contract_resume(actor=actor, contract=row),
        "已恢复。",
        "funds.contract_stop",
    ),
    "terminate": Step(
        "终止", _reasoned(services.contract_terminate), "已终止。", "funds.contract_enter",
        plain_form(ReasonForm), danger=True, sentence="只有没有缴费的合同可以终止；已缴费的请办理退费。",
    ),
    "paper": Step(
        "上传合同", keep_paper, "已保存。", "funds.contract_enter",
        plain_form(PaperForm), submit="上传",
    ),
    "renew": Step(
        "更换家长链接",
        lambda actor, row, values: services.family_link_renew(
            actor=actor, family=row.family, reason=values["reason"]
        ),
        "原链接已作废。",
        "funds.family_reveal",
        plain_form(ReasonForm),
        danger=True,
        sentence="链接外泄或交错人时使用；原链接立即打不开。",
    ),
    "refund_apply": Step(
        "代家长申请退费",
        lambda actor, row, values: services.refund_apply(actor=actor, contract=row, **values),
        "已申请，机构答复期限开始计算。",
        "funds.refund_apply",
        plain_form(forms.RefundApplyForm),
        submit="提交申请",
    ),
}  # fmt: skip


def _extras(row: Contract) -> tuple[str, ...]:
    found = ["edit"] if row.status == "DRAFT" else []
    if row.status in {"PARTLY_PAID", "ACTIVE", "SUSPENDED"}:
        found.append("refund_apply")
    return (*found, "paper", "renew")


@desk_page(CONTRACTS)
def contract_detail(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """One contract: where its money is, lessons, refunds, what was checked."""
    row: Any = get_visible(selectors.contracts_visible(request.user), request.user, uid)
    actor = request.user
    extras = kit.plain_steps(actor, row, STEPS, "funds:contract_step", *_extras(row))
    if actor.may("funds.family_reveal"):
        url = reverse("funds:contract_family", kwargs={"uid": row.uid})
        extras.append({"label": "查看家长信息和链接", "url": url, "method": "link"})
    if actor.may(REVEAL) and row.payer_account_tail:
        extras.append(number_action("funds:payer_number", row, "查看付款人完整账号"))
    refunds = list(selectors.refunds_visible(actor).filter(contract=row))
    return kit.detail_page(
        request,
        row,
        heading=f"合同 {row.number}",
        subtitle=f"{row.institution.name} · {row.student_masked} · {row.course}",
        has_status=True,
        notes=[{"title": "提示", "text": text, "tone": "warn"} for text in row.warnings],
        actions=[*extras, *kit.step_actions(actor, row, STEPS, "funds:contract_step")],
        sections=[
            money_section(row),
            *payments_section(actor, row),
            *([refund_section(refunds)] if refunds else []),
            lesson_section(row, "funds:lesson_detail"),
            *([working_section(row)] if row.status in {"PARTLY_PAID", "ACTIVE", "SUSPENDED"} else []),
            *([checks_section(row)] if row.checks else []),
        ],
        show_files=True,
        files_title="合同扫描件和其他材料",
        files=kit.files(actor, row),
        facts=[*contract_facts(row), *kit.facts(
            ("机构", row.institution.name, object_link(actor, "institutions.institution", row.institution.uid)),
            ("监管账户", str(row.account) if row.account else "",
             object_link(actor, "funds.escrowaccount", row.account.uid) if row.account else ""),
        )],
        history=kit.history(actor, row.uid, *(refund.uid for refund in refunds)),
        crumbs=path_to(("培训合同", reverse("funds:contract_list")), (row.number, "")),
    )  # fmt: skip


def money_section(row: Any) -> dict[str, Any]:
    """Paid, in custody, used, being refunded: each from the ledger."""
    money = selectors.contract_money(row)
    rows: list[list[dict[str, Any]]] = [
        [{"text": label}, {"text": yuan(fen), "num": True}, {"text": words}]
        for label, fen, words in (
            ("已缴", money.paid, f"总价 {yuan(row.price_fen)}，待缴 {yuan(row.open_fen)}"),
            ("在监管（未消课）", money.unearned, "家长的钱，没有上课不能动"),
            ("已消课和归机构", money.earned, f"{row.used} 课时和退费时约定扣除的费用，按约定拨付给机构"),
            ("应退未付", money.refundable, "已审定，等银行支付"),
            *([("已退", money.refunded, "已退给付款人")] if money.refunded else []),
        )
    ]
    return kit.table("钱在哪里", ("项目", "金额", "说明"), rows, "")


def lesson_section(row: Contract, url_name: str) -> dict[str, Any]:
    """The newest lessons."""
    lessons = list(selectors.lessons_of_contract(row)[:40])
    rows: list[list[dict[str, Any]]] = [
        [
            {
                "text": f"{lesson.taught_on:%Y-%m-%d}",
                "url": reverse(url_name, kwargs={"uid": lesson.uid}) if url_name else "",
                "sub": "缺课" if lesson.is_absent else "",
            },
            {"status": lesson, "sub": lesson.dispute or lesson.decision},
            {"text": countdown(lesson)},
            {"text": yuan(lesson.fen) if lesson.fen else "—", "num": True},
        ]
        for lesson in lessons
    ]
    return kit.table(
        "课时（最近 40 条）",
        ("上课日期", "状态", "自动确认", "消课金额"),
        rows,
        "还没有申报课时。",
    )


def countdown(lesson: Any) -> str:
    """How long the family may still object."""
    if lesson.status != "TAUGHT":
        return "—"
    if lesson.asked_back:
        return "退费在办，不自动确认"
    if lesson.due_on is None:
        return lesson.term or "没有计时"
    return f"{lesson.due_on:%Y-%m-%d}（还有 {lesson.days_left} 天）"


def refund_section(refunds: list[Any]) -> dict[str, Any]:
    """Refund applications of the contract."""
    rows = [
        [
            {"text": refund.number, "url": reverse("funds:refund_detail", kwargs={"uid": refund.uid})},
            {"text": refund.get_ground_display()},
            {"text": yuan(refund.amount_fen), "num": True},
            {"status": refund},
        ]
        for refund in refunds
    ]
    return kit.table("退费", ("编号", "原因", "金额", "状态"), rows, "")


def working_section(row: Contract) -> dict[str, Any]:
    """What would go back today."""
    working = refund_working(row, "FAMILY", timezone.localdate())
    rows: list[list[dict[str, Any]]] = [
        [{"text": label}, {"text": yuan(fen), "num": True}, {"text": why}]
        for label, fen, why in working.lines
    ]
    return kit.table("今天退费能退多少（家长原因）", ("项目", "金额", "计算过程"), rows, "")


def checks_section(row: Contract) -> dict[str, Any]:
    """The policy values that decided, as stored at signing."""
    from casework.models import PolicyValue

    known = {item.key: item for item in PolicyValue.objects.filter(key__in=row.checks)}
    rows: list[list[dict[str, Any]]] = []
    for key, used in row.checks.items():
        rule = known.get(key)
        words = _words(used["value"], rule.unit if rule else "")
        rows.append([{"text": rule.label if rule else key}, {"text": words}, {"text": used["basis"]}])
    return kit.table("签订时的核对依据", ("规则", "取值", "依据"), rows, "")


def _words(value: Any, unit: str) -> str:
    units = {"MONTH": "个月", "YEAR": "年", "WORKING_DAY": "个工作日", "CALENDAR_DAY": "日"}
    if isinstance(value, dict):
        if "unit" in value:
            return f"{value['amount']} {units.get(value['unit'], '')}"
        return "分档价目" if value else "未录入"
    if unit == "分" and isinstance(value, int):
        return yuan(value)
    return ("是" if value else "否") if unit == "是为1" else f"{value} {unit}"


def contract_facts(row: Contract) -> list[dict[str, Any]]:
    """The terms, for desk and portal."""
    return kit.facts(
        ("缴费单号", row.order_no),
        ("学员", row.student_masked),
        ("家长", "" if row.clearing_id else f"{row.family.name_masked} 电话尾号 {row.family.phone_tail}"),
        ("个人信息", "已按保存期限清除" if row.clearing_id else ""),
        ("付款人", row.payer_masked),
        ("收费方式", row.get_mode_display()),
        ("课程", f"{row.course}（{row.subject}）"),
        ("授课", f"{row.get_delivery_display()}，{row.class_size} 人以内，每课时 {row.minutes} 分钟"),
        ("课时", f"{row.lessons} 课时" + (f"，另赠 {row.bonus_lessons} 课时" if row.bonus_lessons else "")),
        ("起止", f"{row.starts_on:%Y-%m-%d} 至 {row.ends_on:%Y-%m-%d}"),
        ("签订日期", f"{row.signed_on:%Y-%m-%d}"),
        ("合同总价", yuan(row.price_fen)),
        ("折扣前总价", yuan(row.list_price_fen) if row.list_price_fen != row.price_fen else ""),
        (
            "可扣除费用",
            f"{yuan(row.deduction_fen)}（{row.deduction_note}）" if row.deduction_fen else "没有约定",
        ),
        ("缺课约定", row.get_absence_rule_display()),
        ("退费期限", f"{row.refund_days} 个工作日"),
        ("结束日期", f"{row.ended_on:%Y-%m-%d}" if row.ended_on else ""),
        ("理由", row.end_reason),
    )


@desk_page(CONTRACTS)
def contract_step(request: AuthedRequest, uid: UUID, name: str) -> HttpResponse:
    """One step of a contract."""
    row: Any = get_visible(selectors.contracts_visible(request.user), request.user, uid)
    path = path_to(("培训合同", reverse("funds:contract_list")), (row.number, contract_url(row)))
    return kit.step_page(request, row, STEPS, name, contract_url(row), path)


@desk_page("funds.family_reveal")
def contract_family(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """Names, telephone and the personal link, with a reason that stays on the audit chain."""
    row: Any = get_visible(selectors.contracts_visible(request.user), request.user, uid)
    form = forms.LinkForm(**data(request))
    shared = {
        "heading": "查看家长信息和个人链接",
        "submit": "查看",
        "sentence": "只用于与家长本人联系。个人链接只能交给家长本人，不得经机构转交。",
        "cancel_url": contract_url(row),
        "crumbs": path_to((row.number, contract_url(row)), ("家长信息", "")),
    }
    if request.method == "POST" and form.is_valid():
        with guarded(form):
            told = services.family_reveal(
                actor=request.user, contract=row, reason=form.cleaned_data["reason"]
            )
            context = {**shared, "told": told, "row": row, "link": links.link_of(request, row.family)}
            response = render(request, "funds/contract_family.html", context)
            response.headers["Cache-Control"] = "no-store"
            return response
    status = 422 if request.method == "POST" else 200
    return render(request, "ui/confirm_page.html", {**shared, "form": form}, status=status)
