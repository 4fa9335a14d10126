"""Desk pages of banks and supervised accounts."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse

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
from funds import selectors, services
from funds.filters import AccountFilter
from funds.forms import accounts as forms
from funds.models import EscrowAccount
from funds.views.common import VIEW, keep_paper, named_place, path_to, plain_form, row_form, tabs

EDIT = "funds.account_edit"
COLUMNS = (
    Column("机构", lambda row: row.institution.name, 30),
    Column("乡镇（街道）", lambda row: row.region.name),
    Column("种类", lambda row: row.get_kind_display()),
    Column("银行", lambda row: str(row.bank), 24),
    Column("户名", lambda row: row.account_name, 30),
    Column("账号末四位", lambda row: row.number_tail),
    Column("状态", lambda row: row.get_status_display()),
    Column("协议编号", lambda row: row.agreement_no),
    Column("拨付方式", lambda row: row.get_release_mode_display()),
    Column("开户日期", lambda row: row.opened_on),
    Column("备案期限", lambda row: row.filing_due_on),
    Column("备案日期", lambda row: row.filed_on),
    Column("冻结中", lambda row: row.is_frozen),
    Column("账簿余额（元）", lambda row: row.held_fen / 100),
)


def account_url(row: EscrowAccount) -> str:
    """The account's page."""
    return reverse("funds:account_detail", kwargs={"uid": row.uid})


def _cells(row: Any) -> list[dict[str, Any]]:
    return [
        {"text": row.institution.name, "url": account_url(row), "sub": row.region.name},
        {
            "text": row.get_kind_display(),
            "sub": row.get_release_mode_display() if row.kind == "CUSTODY" else "",
        },
        {"text": str(row.bank), "sub": f"末四位 {row.number_tail}" if row.number_tail else "未开户"},
        {"due": row.filing_due_on, "explanation": row.due_explanation, "done": row.filed_on or row.closed_on},
        {"text": yuan(row.held_fen), "num": True},
        {"status": row, "sub": "冻结中" if row.is_frozen else ""},
    ]


REGISTER = Register(("机构", "种类", "银行和账号", "备案期限", "账簿余额", "状态"), _cells)


@desk_page(VIEW)
def account_list(request: AuthedRequest) -> HttpResponseBase:
    """Register of supervised accounts."""
    return kit.register_page(
        request,
        rows=selectors.accounts_visible(request.user),
        title="监管账户",
        subtitle="一家机构同种类只有一个在用账户；开户后按期备案，经另一人核验",
        register=REGISTER,
        columns=COLUMNS,
        filterset=AccountFilter,
        unit="个",
        create=("登记监管账户", "funds:account_create", EDIT),
        empty="机构与银行、本局签订监管协议后，在这里登记账户。",
        **tabs(request, "funds:account_list"),
    )


@desk_page(EDIT)
def account_create(request: AuthedRequest) -> HttpResponse:
    """An account that is to be opened, perhaps from an institution's file."""
    form = forms.AccountForm(**data(request), actor=request.user, place=named_place(request))

    def work(values: dict[str, Any]) -> str:
        institution, bank = values.pop("institution"), values.pop("bank")
        row = services.account_plan(actor=request.user, institution=institution, bank=bank, values=values)
        return account_url(row)

    return form_page(
        request,
        form,
        work,
        heading="登记监管账户",
        submit="登记",
        cancel_url=reverse("funds:account_list"),
        done="已登记。银行开户后，请登记开户。",
        two_columns=True,
        crumbs=path_to(("监管账户", reverse("funds:account_list")), ("登记", "")),
    )


def _agree(actor: User, row: EscrowAccount, values: dict[str, Any]) -> None:
    services.account_agree(actor=actor, account=row, values=values, version=row.version)


def _reasoned(service: Any) -> Any:
    return lambda actor, row, values: service(actor=actor, account=row, reason=values["reason"])


def _freeze(actor: User, row: EscrowAccount, values: dict[str, Any]) -> None:
    services.freeze_propose(actor=actor, account=row, **values)


STEPS: dict[str, Step] = {
    "agree": Step(
        "填写监管协议",
        _agree,
        "协议已保存。",
        EDIT,
        row_form(forms.AgreementForm),
        submit="保存",
        two_columns=True,
    ),
    "open": Step(
        "登记开户",
        lambda actor, row, values: services.account_open(actor=actor, account=row, **values),
        "已登记开户，备案期限开始计算。",
        EDIT,
        plain_form(forms.OpenForm),
        submit="登记",
    ),
    "file": Step(
        "备案",
        lambda actor, row, values: services.account_file(actor=actor, account=row, **values),
        "已备案，请另一人核验。",
        EDIT,
        plain_form(forms.FileForm),
        submit="备案",
    ),
    "verify": Step(
        "核验",
        lambda actor, row, values: services.account_verify(actor=actor, account=row),
        "已核验。",
        "funds.account_verify",
    ),
    "enable": Step(
        "开通支付",
        lambda actor, row, values: services.account_enable(actor=actor, account=row, **values),
        "已登记开通支付。",
        EDIT,
        plain_form(forms.EnableForm),
        submit="登记",
    ),
    "begin_closing": Step(
        "申请销户",
        _reasoned(services.account_begin_closing),
        "销户公示期开始计算。",
        "funds.account_close",
        plain_form(forms.ReasonForm),
        submit="提交",
        danger=True,
        sentence="公示期满、余额为零、没有冻结，才能销户。",
    ),
    "keep": Step(
        "撤回销户",
        _reasoned(services.account_keep),
        "账户恢复使用；托管账户须重新开通支付。",
        "funds.account_close",
        plain_form(forms.ReasonForm),
    ),
    "close": Step(
        "销户",
        lambda actor, row, values: services.account_close(actor=actor, account=row),
        "账户已销户。",
        "funds.account_close",
        danger=True,
    ),
    "drop": Step(
        "撤销登记",
        _reasoned(services.account_drop),
        "登记已撤销。",
        "funds.account_close",
        plain_form(forms.ReasonForm),
        danger=True,
    ),
    "paper": Step("上传材料", keep_paper, "材料已保存。", EDIT, plain_form(forms.PaperForm), submit="上传"),
    "freeze": Step(
        "提出冻结",
        _freeze,
        "已提出，请监管股负责人批准。",
        "funds.freeze_propose",
        row_form(forms.FreezeForm),
        submit="提出",
        danger=True,
        sentence="冻结后机构不能支取，家长退费照常办理。",
    ),
}


def _extras(row: Any) -> tuple[str, ...]:
    if row.status == "CLOSED":
        return ()
    can_freeze = row.status in {"OPENED", "FILED", "VERIFIED", "PAY_ENABLED"} and not row.is_frozen
    return ("agree", "paper", *(("freeze",) if can_freeze else ()))


@desk_page(VIEW)
def account_detail(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """One account: agreement, steps, freezes, money, history."""
    row: Any = get_visible(selectors.accounts_visible(request.user), request.user, uid)
    actor = request.user
    freezes = list(selectors.freezes_visible(actor).filter(account=row))
    extras = kit.plain_steps(actor, row, STEPS, "funds:account_step", *_extras(row))
    if actor.may("funds.number_reveal") and row.number_tail:
        url = reverse("funds:account_number", kwargs={"uid": row.uid})
        extras.append({"label": "查看完整账号", "url": url, "method": "link"})
    is_open = row.status == "OPENED"
    return kit.detail_page(
        request,
        row,
        heading=row.institution.name,
        subtitle=f"{row.get_kind_display()} · {row.bank}" + (" · 冻结中" if row.is_frozen else ""),
        has_status=True,
        due_on=row.filing_due_on if is_open else None,
        due_explanation=row.due_explanation,
        actions=[*extras, *kit.step_actions(actor, row, STEPS, "funds:account_step")],
        sections=[
            *([_freezes(freezes)] if freezes else []),
            _lines(actor, row),
        ],
        show_files=True,
        files_title="协议、开户回单和其他材料",
        files=kit.files(actor, row),
        facts=_facts(actor, row),
        history=kit.history(actor, row.uid, *(freeze.uid for freeze in freezes)),
        crumbs=path_to(("监管账户", reverse("funds:account_list")), (row.institution.name, "")),
    )


def _freezes(freezes: list[Any]) -> dict[str, Any]:
    rows = [
        [
            {"text": row.reason, "url": reverse("funds:freeze_detail", kwargs={"uid": row.uid})},
            {"text": row.clause},
            {"status": row},
        ]
        for row in freezes
    ]
    return kit.table("冻结", ("理由", "协议条款", "状态"), rows, "没有冻结。")


def _lines(actor: User, row: EscrowAccount) -> dict[str, Any]:
    rows: list[list[dict[str, Any]]] = []
    for item in selectors.lines_of(actor, row):
        line, entry = item["line"], item["entry"]
        is_in = line.side == "DEBIT"
        rows.append(
            [
                {"text": f"{line.booked_on:%Y-%m-%d}", "nowrap": True},
                {"text": entry.get_kind_display(), "sub": entry.memo},
                {"text": yuan(line.amount_fen) if is_in else "—", "num": True},
                {"text": "—" if is_in else yuan(line.amount_fen), "num": True},
                {"text": yuan(line.balance_fen), "num": True},
                {"text": entry.actor_name},
            ]
        )
    heads = ("入账日期", "业务", "收入", "支出", "余额", "记账人")
    return kit.table("账簿（最近 50 笔）", heads, rows, "还没有入账。账簿是影子账，以银行对账单为准核对。")


def _facts(actor: User, row: Any) -> list[dict[str, Any]]:
    place = row.institution
    return kit.facts(
        ("机构", place.name, object_link(actor, "institutions.institution", place.uid)),
        ("账簿余额", yuan(row.held_fen)),
        ("户名", row.account_name),
        ("账号", row.number_masked),
        ("监管银行", str(row.bank)),
        ("监管协议", row.agreement_no),
        ("协议生效", f"{row.agreement_from:%Y-%m-%d}" if row.agreement_from else ""),
        ("协议到期", f"{row.agreement_to:%Y-%m-%d}" if row.agreement_to else ""),
        ("拨付方式", row.get_release_mode_display()),
        ("约定最低余额", yuan(row.floor_fen) if row.floor_fen else ""),
        ("银行提供的信息", row.data_scope),
        ("约定冻结的条款", row.freeze_clause),
        ("开户日期", f"{row.opened_on:%Y-%m-%d}" if row.opened_on else ""),
        ("备案日期", f"{row.filed_on:%Y-%m-%d}" if row.filed_on else ""),
        ("备案人", row.filed_by.name if row.filed_by else ""),
        ("开通支付", f"{row.pay_enabled_on:%Y-%m-%d}" if row.pay_enabled_on else ""),
        ("最早销户", f"{row.close_not_before:%Y-%m-%d}" if row.close_not_before else ""),
        ("销户日期", f"{row.closed_on:%Y-%m-%d}" if row.closed_on else ""),
    )


@desk_page(VIEW)
def account_step(request: AuthedRequest, uid: UUID, name: str) -> HttpResponse:
    """One step of an account."""
    row: Any = get_visible(selectors.accounts_visible(request.user), request.user, uid)
    path = path_to(("监管账户", reverse("funds:account_list")), (row.institution.name, account_url(row)))
    return kit.step_page(request, row, STEPS, name, account_url(row), path)


@desk_page("funds.number_reveal")
def account_number(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """The whole number, with a reason that stays on the audit chain."""
    row: Any = get_visible(selectors.accounts_visible(request.user), request.user, uid)
    form = forms.ReasonForm(**data(request))
    shared = {
        "heading": "查看完整账号",
        "submit": "查看",
        "sentence": "查看会留下记录，只用于与银行核对。",
        "cancel_url": account_url(row),
        "crumbs": path_to((row.institution.name, account_url(row)), ("完整账号", "")),
    }
    if request.method == "POST" and form.is_valid():
        with guarded(form):
            number = services.account_number_reveal(
                actor=request.user, account=row, reason=form.cleaned_data["reason"]
            )
            response = render(request, "funds/account_number.html", {**shared, "number": number, "row": row})
            response.headers["Cache-Control"] = "no-store"
            return response
    status = 422 if request.method == "POST" else 200
    return render(request, "ui/confirm_page.html", {**shared, "form": form}, status=status)
