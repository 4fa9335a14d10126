"""Desk pages of risk deposits: who keeps how much, what is required, money in and out."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone

from casework.evidence.services import evidence_receive
from casework.money import yuan
from casework.web import AuthedRequest, Column, data, desk_page, form_page, get_visible, kit, object_link
from casework.web.kit import Register, Step
from funds import selectors, services
from funds.filters import DepositFilter, MovementFilter
from funds.forms import deposits as forms
from funds.forms.accounts import PaperForm
from funds.models import DepositMovement
from funds.views.accounts import account_url
from funds.views.common import VIEW, keep_paper, named_place, path_to, plain_form, tabs
from institutions.selectors import institutions_visible

SET, REGISTER, CHECK = "funds.deposit_set", "funds.deposit_register", "funds.deposit_check"
PLACE_COLUMNS = (
    Column("机构", lambda row: row.name, 30),
    Column("乡镇（街道）", lambda row: row.region.name),
    Column("办学状态", lambda row: row.get_operating_state_display()),
    Column("应缴（元）", lambda row: None if row.required_fen is None else row.required_fen / 100),
    Column("账簿余额（元）", lambda row: row.held_fen / 100),
    Column("不足（元）", lambda row: row.short_fen / 100),
    Column("缴足期限", lambda row: row.top_up_due),
)


def place_url(row: Any) -> str:
    """The page of an institution's deposit."""
    return reverse("funds:deposit_place", kwargs={"uid": row.uid})


def _place_cells(row: Any) -> list[dict[str, Any]]:
    if row.required_fen is None:
        state = {"word": "未核定", "tone": "warn"}
    elif row.short_fen:
        state = {"word": "不足", "tone": "bad"}
    else:
        state = {"word": "足额", "tone": "ok"}
    return [
        {"text": row.name, "url": place_url(row), "sub": row.region.name},
        {"text": "—" if row.required_fen is None else yuan(row.required_fen), "num": True},
        {"text": yuan(row.held_fen), "num": True},
        {"text": yuan(row.short_fen) if row.short_fen else "—", "num": True},
        {"due": row.top_up_due} if row.short_fen and row.top_up_due else {"text": "—"},
        state,
    ]


@desk_page(VIEW)
def deposit_list(request: AuthedRequest) -> HttpResponseBase:
    """Institutions by what is missing from their deposit."""
    totals = selectors.deposit_totals(request.user, timezone.localdate())
    more = []
    if request.user.may(SET) and totals["unset"]:
        more.append({"label": "按固定额统一核定", "url": reverse("funds:fixed_set")})
    return kit.register_page(
        request,
        rows=selectors.deposit_places(request.user, timezone.localdate()),
        title="风险保证金",
        subtitle=f"{totals['places']} 家，账簿余额 {yuan(totals['held'])}；"
        f"不足 {totals['short']} 家、{yuan(totals['missing'])}；未核定 {totals['unset']} 家",
        register=Register(("机构", "应缴", "账簿余额", "不足", "缴足期限", "情况"), _place_cells),
        columns=PLACE_COLUMNS,
        filterset=DepositFilter,
        unit="家",
        more=more,
        empty="没有符合条件的机构。",
        **tabs(request, "funds:deposit_list"),
    )


@desk_page(SET)
def fixed_set(request: AuthedRequest) -> HttpResponse:
    """The flat sum for everybody who has no requirement."""
    form = forms.FixedForm(**data(request))
    home = reverse("funds:deposit_list")

    def work(values: dict[str, Any]) -> str:
        services.requirements_set_fixed(actor=request.user, since=values["since"])
        return home

    return form_page(
        request,
        form,
        work,
        heading="按固定额统一核定",
        submit="核定",
        cancel_url=home,
        done="已核定。",
        sentence="给所有未核定的持证在办机构按政策参数“风险保证金固定额”核定，已核定的不变。",
        crumbs=path_to(("风险保证金", home), ("统一核定", "")),
    )


@desk_page(VIEW)
def place_detail(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """One institution's deposit: requirement with its history, accounts, movements."""
    actor = request.user
    place = institutions_visible(actor).filter(uid=uid).first()
    if place is None:
        raise Http404("没有找到这家机构，或您无权查看。")
    row: Any = selectors.deposit_places(actor, timezone.localdate()).filter(pk=place.pk).first()
    accounts = list(selectors.accounts_visible(actor).filter(institution=place, kind="DEPOSIT"))
    movements = selectors.movements_visible(actor).filter(account__institution=place)[:50]
    actions: list[dict[str, Any]] = []
    if actor.may(SET):
        url = reverse("funds:requirement_set", kwargs={"uid": place.uid})
        actions.append({"label": "核定保证金", "url": url, "method": "link"})
    if actor.may(REGISTER) and accounts:
        url = reverse("funds:movement_create") + f"?place={place.uid}"
        actions.append({"label": "登记收付", "url": url, "method": "link", "primary": True})
    return kit.detail_page(
        request,
        place,
        heading=place.name,
        subtitle="风险保证金",
        actions=actions,
        sections=[_requirements(actor, place), _accounts(accounts), _movements(movements)],
        facts=kit.facts(
            ("机构档案", place.name, object_link(actor, "institutions.institution", place.uid)),
            ("应缴", "未核定" if row is None or row.required_fen is None else yuan(row.required_fen)),
            ("账簿余额", yuan(selectors.institution_balance(place))),
            ("不足", yuan(row.short_fen) if row is not None and row.short_fen else ""),
            ("缴足期限", f"{row.top_up_due:%Y-%m-%d}" if row and row.short_fen and row.top_up_due else ""),
        ),
        crumbs=path_to(("风险保证金", reverse("funds:deposit_list")), (place.name, "")),
    )


def _requirements(actor: Any, place: Any) -> dict[str, Any]:
    rows: list[list[dict[str, Any]]] = []
    for item in selectors.requirements_of(actor, place):
        how = item.get_formula_display()
        if item.formula == "CYCLE":
            how = (
                f"{item.students} 人 × 每月 {yuan(item.monthly_fen)} × {item.policy['value']['amount']} 个月"
            )
        rows.append(
            [
                {"text": f"{item.since:%Y-%m-%d}", "nowrap": True},
                {"text": yuan(item.required_fen), "num": True},
                {"text": how, "sub": item.basis},
                {"text": item.created_by.name},
            ]
        )
    return kit.table("核定", ("起算日期", "应缴", "怎样核定", "核定人"), rows, "还没有核定。")


def _accounts(accounts: list[Any]) -> dict[str, Any]:
    rows: list[list[dict[str, Any]]] = [
        [
            {"text": str(row.bank), "url": account_url(row), "sub": row.number_masked},
            {"text": yuan(row.held_fen), "num": True},
            {"status": row, "sub": "冻结中" if row.is_frozen else ""},
        ]
        for row in accounts
    ]
    return kit.table("保证金账户", ("银行和账号", "账簿余额", "状态"), rows, "还没有登记保证金账户。")


def _movements(movements: Any) -> dict[str, Any]:
    rows: list[list[dict[str, Any]]] = [
        [
            {"text": f"{row.booked_on:%Y-%m-%d}", "nowrap": True},
            {"text": f"{row.get_direction_display()} {row.reference}", "url": movement_url(row)},
            {"text": yuan(row.amount_fen), "num": True},
            {"status": row},
        ]
        for row in movements
    ]
    return kit.table("收付", ("入账日期", "流水或文号", "金额", "状态"), rows, "还没有收付。")


@desk_page(SET)
def requirement_set(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """Find what one institution has to keep."""
    place = institutions_visible(request.user).filter(uid=uid).first()
    if place is None:
        raise Http404("没有找到这家机构，或您无权查看。")
    form = forms.RequirementForm(**data(request))

    def work(values: dict[str, Any]) -> str:
        services.requirement_set(actor=request.user, institution=place, **values)
        return place_url(place)

    return form_page(
        request,
        form,
        work,
        heading="核定保证金",
        submit="核定",
        cancel_url=place_url(place),
        done="已核定，缴足期限开始计算。",
        two_columns=True,
        crumbs=path_to((place.name, place_url(place)), ("核定", "")),
    )


MOVEMENT_COLUMNS = (
    Column("机构", lambda row: row.account.institution.name, 30),
    Column("收付", lambda row: row.get_direction_display()),
    Column("金额（元）", lambda row: row.amount_fen / 100),
    Column("银行入账日期", lambda row: row.booked_on),
    Column("流水号或文号", lambda row: row.reference, 24),
    Column("银行", lambda row: str(row.account.bank), 24),
    Column("账号末四位", lambda row: row.account.number_tail),
    Column("状态", lambda row: row.get_status_display()),
    Column("登记人", lambda row: row.created_by.name),
    Column("复核人", lambda row: row.decided_by.name if row.decided_by else ""),
    Column("说明", lambda row: row.note, 30),
)


def movement_url(row: DepositMovement) -> str:
    """The movement's page."""
    return reverse("funds:movement_detail", kwargs={"uid": row.uid})


def _movement_cells(row: Any) -> list[dict[str, Any]]:
    return [
        {
            "text": f"{row.get_direction_display()} {row.reference}",
            "url": movement_url(row),
            "sub": f"{row.booked_on:%Y-%m-%d} 入账",
        },
        {"text": row.account.institution.name, "sub": str(row.account.bank)},
        {"text": yuan(row.amount_fen), "num": True},
        {"text": row.created_by.name},
        {"text": row.decided_by.name if row.decided_by else "—"},
        {"status": row},
    ]


@desk_page(VIEW)
def movement_list(request: AuthedRequest) -> HttpResponseBase:
    """Register of deposit movements."""
    return kit.register_page(
        request,
        rows=selectors.movements_visible(request.user),
        title="保证金收付",
        subtitle="一人照银行回单登记，另一人复核后入账；错了冲正，不改原账",
        register=Register(("流水或文号", "机构", "金额", "登记人", "复核人", "状态"), _movement_cells),
        columns=MOVEMENT_COLUMNS,
        filterset=MovementFilter,
        unit="笔",
        create=("登记收付", "funds:movement_create", REGISTER),
        empty="机构存入或退还保证金的，照银行回单登记。",
        **tabs(request, "funds:movement_list"),
    )


@desk_page(REGISTER)
def movement_create(request: AuthedRequest) -> HttpResponse:
    """Register money in or out."""
    form = forms.MovementForm(**data(request), actor=request.user, place=named_place(request))

    def work(values: dict[str, Any]) -> str:
        paper = values.pop("paper")
        row = services.movement_propose(actor=request.user, **values)
        if paper:
            evidence_receive(actor=request.user, subject=row, upload=paper, caption="银行回单")
        return movement_url(row)

    return form_page(
        request,
        form,
        work,
        heading="登记保证金收付",
        submit="登记",
        cancel_url=reverse("funds:movement_list"),
        done="已登记，请另一人复核入账。",
        two_columns=True,
        crumbs=path_to(("保证金收付", reverse("funds:movement_list")), ("登记", "")),
    )


STEPS: dict[str, Step] = {
    "post": Step(
        "复核入账",
        lambda actor, row, values: services.movement_post(actor=actor, movement=row),
        "已入账。",
        CHECK,
    ),
    "refuse": Step(
        "退回",
        lambda actor, row, values: services.movement_refuse(
            actor=actor, movement=row, reason=values["reason"]
        ),
        "已退回，没有入账。",
        CHECK,
        plain_form(forms.ReasonForm),
    ),
    "reverse": Step(
        "冲正",
        lambda actor, row, values: services.movement_reverse(
            actor=actor, movement=row, reason=values["reason"]
        ),
        "已冲正，原分录和冲正分录都在账上。",
        "funds.deposit_reverse",
        plain_form(forms.ReasonForm),
        danger=True,
    ),
    "paper": Step("上传回单", keep_paper, "材料已保存。", REGISTER, plain_form(PaperForm), submit="上传"),
}


@desk_page(VIEW)
def movement_detail(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """One movement: slip, steps, history."""
    row: Any = get_visible(selectors.movements_visible(request.user), request.user, uid)
    actor, place = request.user, row.account.institution
    extras = kit.plain_steps(actor, row, STEPS, "funds:movement_step", "paper")
    return kit.detail_page(
        request,
        row,
        heading=f"{row.get_direction_display()}保证金 {yuan(row.amount_fen)}",
        subtitle=place.name,
        has_status=True,
        actions=[*extras, *kit.step_actions(actor, row, STEPS, "funds:movement_step")],
        sections=[
            *([kit.text("说明", row.note)] if row.note else []),
            *([kit.text("退回或冲正原因", row.refusal)] if row.refusal else []),
        ],
        show_files=True,
        files_title="银行回单",
        files=kit.files(actor, row),
        facts=kit.facts(
            ("机构", place.name, place_url(place)),
            ("保证金账户", f"{row.account.bank} 末四位 {row.account.number_tail}", account_url(row.account)),
            ("金额", yuan(row.amount_fen)),
            ("银行入账日期", f"{row.booked_on:%Y-%m-%d}"),
            ("流水号或文号", row.reference),
            ("登记人", row.created_by.name),
            ("复核人", row.decided_by.name if row.decided_by else ""),
        ),
        history=kit.history(actor, row.uid),
        crumbs=path_to(("保证金收付", reverse("funds:movement_list")), (row.reference, "")),
    )


@desk_page(VIEW)
def movement_step(request: AuthedRequest, uid: UUID, name: str) -> HttpResponse:
    """One step of a movement."""
    row: Any = get_visible(selectors.movements_visible(request.user), request.user, uid)
    path = path_to(("保证金收付", reverse("funds:movement_list")), (row.reference, movement_url(row)))
    return kit.step_page(request, row, STEPS, name, movement_url(row), path)
