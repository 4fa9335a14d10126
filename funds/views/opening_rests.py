"""Desk pages of what is left of opening stock: by institution, its closing with a reason, another person's word."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse

from accounts.models import User
from casework.money import yuan
from casework.web import AuthedRequest, Column, data, desk_page, form_page, get_visible, kit
from casework.web.kit import Register, Step
from funds import selectors, services
from funds.filters.opening import OpeningAccountFilter, OpeningRestFilter
from funds.forms.accounts import PaperForm, ReasonForm
from funds.forms.bank import RestForm
from funds.models import OpeningRest
from funds.views.accounts import account_url
from funds.views.common import VIEW, keep_paper, path_to, plain_form, tabs
from institutions.models import Institution
from institutions.selectors import institutions_visible

PROPOSE, CONFIRM, UNDO = "funds.suspense_propose", "funds.suspense_confirm", "funds.suspense_undo"
LEFT_COLUMNS = (
    Column("机构", lambda row: row.institution.name, 30),
    Column("乡镇（街道）", lambda row: row.institution.region.name),
    Column("期初存量（元）", lambda row: row.balance_fen / 100),
    Column("差额", lambda row: side_words(row.balance_fen)),
    Column("待复核", lambda row: row.waits),
)
COLUMNS = (
    Column("机构", lambda row: row.account.institution.name, 30),
    Column("去向", lambda row: row.get_side_display(), 30),
    Column("金额（元）", lambda row: row.fen / 100),
    Column("理由", lambda row: row.reason, 40),
    Column("状态", lambda row: row.get_status_display()),
    Column("提出人", lambda row: row.created_by.name),
    Column("复核人", lambda row: row.decided_by.name if row.decided_by else ""),
    Column("记账日期", lambda row: row.booked_on),
    Column("不予结清或冲正的理由", lambda row: row.refusal, 30),
)


def side_words(fen: int) -> str:
    """Which way bank and contracts differ."""
    return "存款多于合同" if fen > 0 else "存款少于合同" if fen < 0 else "相符"


def rest_url(row: OpeningRest) -> str:
    """The closing's page."""
    return reverse("funds:opening_rest", kwargs={"uid": row.uid})


def _left_cells(actor: User) -> Any:
    def cells(row: Any) -> list[dict[str, Any]]:
        url = reverse("funds:opening_close", kwargs={"uid": row.institution.uid})
        offered = actor.may(PROPOSE) and not row.waits
        return [
            {"text": row.institution.name, "sub": row.institution.region.name},
            {"text": yuan(row.balance_fen), "num": True},
            {"text": side_words(row.balance_fen)},
            {"word": "结清待复核", "tone": "warn"} if row.waits
            else {"text": "结清" if offered else "—", "url": url if offered else ""},
        ]  # fmt: skip

    return cells


@desk_page(VIEW)
def left_list(request: AuthedRequest) -> HttpResponseBase:
    """Institutions whose opening stock is not at zero."""
    return kit.register_page(
        request,
        rows=selectors.opening_accounts(request.user),
        title="期初存量",
        subtitle="开账日银行存款与期初合同的差额；查明以后结清，不能一直留着",
        register=Register(("机构", "期初存量", "差额", "办理"), _left_cells(request.user)),
        columns=LEFT_COLUMNS,
        filterset=OpeningAccountFilter,
        unit="家",
        more=[
            {"label": "期初表格", "url": reverse("funds:opening_list")},
            {"label": "结清记录", "url": reverse("funds:opening_rest_list")},
        ],
        empty="各机构的期初存量都是零。",
        **tabs(request, "funds:opening_list"),
    )


def _cells(row: Any) -> list[dict[str, Any]]:
    return [
        {"text": row.account.institution.name, "url": rest_url(row), "sub": row.reason},
        {"text": yuan(row.fen), "sub": row.get_side_display(), "num": True},
        {"text": row.created_by.name},
        {"text": row.decided_by.name if row.decided_by else "—",
         "sub": f"{row.booked_on:%Y-%m-%d}" if row.booked_on else ""},
        {"status": row},
    ]  # fmt: skip


@desk_page(VIEW)
def rest_list(request: AuthedRequest) -> HttpResponseBase:
    """Register of closings."""
    return kit.register_page(
        request,
        rows=selectors.opening_rests_visible(request.user),
        title="期初存量结清",
        subtitle="差额归谁、凭什么；一人提出，另一人复核，错了冲正",
        register=Register(("机构和理由", "金额和去向", "提出人", "复核", "状态"), _cells),
        columns=COLUMNS,
        filterset=OpeningRestFilter,
        unit="笔",
        more=[{"label": "期初存量", "url": reverse("funds:opening_left")}],
        empty="在“期初存量”里选一家机构结清。",
        **tabs(request, "funds:opening_list"),
    )


def standing_section(place: Institution) -> dict[str, Any]:
    """How the rest came about, line by line."""
    lines = services.opening_working(place)
    rows: list[list[dict[str, Any]]] = [
        [{"text": label}, {"text": yuan(fen), "num": True}, {"text": words}] for label, fen, words in lines
    ]
    return kit.table("期初存量怎样得出", ("项目", "金额", "说明"), rows, "")


@desk_page(PROPOSE)
def opening_close(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """Propose to close what is left of one institution."""
    place: Any = get_visible(institutions_visible(request.user), request.user, uid)
    rest = selectors.opening_rest(place)
    back = reverse("funds:opening_left")
    goes = (
        "转入待拨付款，归机构，只能按拨付办理" if rest > 0 else "转为应由机构补足，机构补足以后才有钱退给家长"
    )

    def work(values: dict[str, Any]) -> str:
        return rest_url(services.opening_rest_propose(actor=request.user, institution=place, **values))

    return form_page(
        request,
        RestForm(**data(request)),
        work,
        heading="结清期初存量",
        subtitle=f"{place.name} · {yuan(rest)} {side_words(rest)}",
        submit=f"提出结清 {yuan(abs(rest))}",
        cancel_url=back,
        done="已提出，请另一人复核。",
        sentence=f"{side_words(rest)} {yuan(abs(rest))}，结清后{goes}。",
        template="funds/decide_with_working.html",
        sections=[standing_section(place)],
        is_empty=not rest,
        crumbs=path_to(("期初存量", back), (place.name, "")),
    )


STEPS: dict[str, Step] = {
    "post": Step(
        "复核结清",
        lambda actor, row, values: services.opening_rest_post(actor=actor, rest=row),
        "已结清。",
        CONFIRM,
    ),
    "refuse": Step(
        "不予结清",
        lambda actor, row, values: services.opening_rest_refuse(actor=actor, rest=row, **values),
        "已登记不予结清。",
        CONFIRM,
        plain_form(ReasonForm),
    ),
    "reverse": Step(
        "冲正",
        lambda actor, row, values: services.opening_rest_reverse(actor=actor, rest=row, **values),
        "已冲正，期初存量恢复。",
        UNDO,
        plain_form(ReasonForm),
        danger=True,
    ),
    "paper": Step("上传材料", keep_paper, "材料已保存。", PROPOSE, plain_form(PaperForm), submit="上传"),
}


@desk_page(VIEW)
def rest_detail(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """One closing."""
    row: Any = get_visible(selectors.opening_rests_visible(request.user), request.user, uid)
    actor, place = request.user, row.account.institution
    return kit.detail_page(
        request,
        row,
        heading=f"{place.name} 期初存量结清",
        subtitle=f"{yuan(row.fen)} · {row.get_side_display()}",
        has_status=True,
        actions=[
            *kit.plain_steps(actor, row, STEPS, "funds:opening_rest_step", "paper"),
            *kit.step_actions(actor, row, STEPS, "funds:opening_rest_step"),
        ],
        sections=[
            kit.text("理由", row.reason),
            *([kit.text("不予结清或冲正的理由", row.refusal)] if row.refusal else []),
            standing_section(place),
        ],
        show_files=True,
        files=kit.files(actor, row),
        facts=kit.facts(
            ("监管账户", row.account.account_name, account_url(row.account)),
            ("去向", row.get_side_display()),
            ("提出人", row.created_by.name),
            ("复核人", row.decided_by.name if row.decided_by else ""),
            ("记账日期", f"{row.booked_on:%Y-%m-%d}" if row.booked_on else ""),
        ),
        history=kit.history(actor, row.uid),
        crumbs=path_to(("期初存量结清", reverse("funds:opening_rest_list")), (place.name, "")),
    )


@desk_page(VIEW)
def rest_step(request: AuthedRequest, uid: UUID, name: str) -> HttpResponse:
    """One step of a closing."""
    row: Any = get_visible(selectors.opening_rests_visible(request.user), request.user, uid)
    path = path_to(
        ("期初存量结清", reverse("funds:opening_rest_list")), (row.account.institution.name, rest_url(row))
    )
    return kit.step_page(request, row, STEPS, name, rest_url(row), path)
