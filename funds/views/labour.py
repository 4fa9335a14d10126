"""Desk pages of wage and labour claims at closure."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse

from casework.money import yuan
from casework.web import AuthedRequest, Column, data, desk_page, form_page, get_visible, kit, object_link
from casework.web.kit import Register, Step
from funds import services
from funds.filters.rounds import LabourFilter
from funds.forms.accounts import PaperForm, ReasonForm
from funds.forms.rounds import LabourForm, PassOnForm, SettleForm
from funds.models import LabourClaim
from funds.selectors import rounds as reads
from funds.services.labour import RULE
from funds.views.common import VIEW, keep_paper, named_place, plain_form, risk_path, risk_tabs

EDIT = "funds.labour_edit"
HOME = "funds:labour_list"
COLUMNS = (
    Column("机构", lambda row: row.institution.name, 30),
    Column("乡镇（街道）", lambda row: row.region.name),
    Column("诉求", lambda row: row.get_kind_display()),
    Column("来源", lambda row: row.get_source_display()),
    Column("来源编号", lambda row: row.reference, 24),
    Column("提出日期", lambda row: row.claimed_on),
    Column("涉及人数", lambda row: row.persons),
    Column("涉及金额（元）", lambda row: row.amount_fen / 100),
    Column("情况", lambda row: row.summary, 40),
    Column("状态", lambda row: row.get_status_display()),
    Column("已支付（元）", lambda row: row.paid_fen / 100),
    Column("支付来源", lambda row: row.get_paid_from_display()),
    Column("移交部门", lambda row: row.passed_to),
    Column("移交文号", lambda row: row.passed_no),
    Column("了结或移交日期", lambda row: row.ended_on),
    Column("办理结果", lambda row: row.result, 40),
)


def labour_url(row: LabourClaim) -> str:
    """The claim's page."""
    return reverse("funds:labour_detail", kwargs={"uid": row.uid})


def _cells(row: Any) -> list[dict[str, Any]]:
    return [
        {"text": row.institution.name, "url": labour_url(row), "sub": row.region.name},
        {"text": row.get_kind_display(), "sub": f"{row.get_source_display()} {row.reference}"},
        {"text": f"{row.claimed_on:%Y-%m-%d}", "nowrap": True},
        {"text": f"{row.persons} 人", "num": True},
        {
            "text": yuan(row.amount_fen),
            "sub": f"已付 {yuan(row.paid_fen)}" if row.paid_fen else "",
            "num": True,
        },
        {"status": row, "sub": row.passed_to},
    ]


@desk_page(VIEW)
def labour_list(request: AuthedRequest) -> HttpResponseBase:
    """Register of labour claims."""
    return kit.register_page(
        request,
        rows=reads.labour_visible(request.user),
        title="劳动用工诉求",
        subtitle=f"机构停业时职工的欠薪、补偿、社保，登记人数和金额，由劳动部门办理。{RULE}",
        register=Register(("机构", "诉求和来源", "提出日期", "人数", "金额", "状态"), _cells),
        columns=COLUMNS,
        filterset=LabourFilter,
        unit="件",
        create=("登记诉求", "funds:labour_create", EDIT),
        empty="还没有登记劳动用工诉求。",
        **risk_tabs(request, HOME),
    )


@desk_page(EDIT)
def labour_create(request: AuthedRequest) -> HttpResponse:
    """A new claim."""
    form = LabourForm(**data(request), actor=request.user, place=named_place(request))

    def work(values: dict[str, Any]) -> str:
        place = values.pop("institution")
        return labour_url(services.labour_register(actor=request.user, institution=place, values=values))

    return form_page(
        request, form, work, heading="登记劳动用工诉求", submit="登记", cancel_url=reverse(HOME), sentence=RULE,
        done="已登记。", crumbs=risk_path(("劳动用工诉求", reverse(HOME)), ("登记", "")),
    )  # fmt: skip


STEPS: dict[str, Step] = {
    "settle": Step(
        "登记了结",
        lambda actor, row, values: services.labour_settle(actor=actor, claim=row, **values),
        "已登记了结。",
        EDIT,
        plain_form(SettleForm),
        sentence=RULE,
    ),
    "pass_on": Step(
        "移交劳动部门",
        lambda actor, row, values: services.labour_pass_on(actor=actor, claim=row, **values),
        "已登记移交。",
        EDIT,
        plain_form(PassOnForm),
        submit="移交",
    ),
    "reopen": Step(
        "重新办理",
        lambda actor, row, values: services.labour_reopen(actor=actor, claim=row, reason=values["reason"]),
        "已重新办理。",
        EDIT,
        plain_form(ReasonForm),
    ),
    "paper": Step("上传材料", keep_paper, "材料已保存。", EDIT, plain_form(PaperForm), submit="上传"),
}


@desk_page(VIEW)
def labour_detail(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """One claim."""
    row: Any = get_visible(reads.labour_visible(request.user), request.user, uid)
    actor, place, event = request.user, row.institution, row.event
    event_url = reverse("funds:runaway_detail", kwargs={"uid": event.uid}) if event else ""
    return kit.detail_page(
        request,
        row,
        heading=f"{place.name} {row.get_kind_display()}",
        subtitle=f"{row.persons} 人 · {yuan(row.amount_fen)}",
        has_status=True,
        actions=[
            *kit.plain_steps(actor, row, STEPS, "funds:labour_step", "paper"),
            *kit.step_actions(actor, row, STEPS, "funds:labour_step"),
        ],
        sections=[
            kit.text("情况", row.summary),
            *([kit.text("办理结果", row.result)] if row.result else []),
            kit.text("家长的钱不能用", RULE),
        ],
        show_files=True,
        files=kit.files(actor, row),
        facts=kit.facts(
            ("机构", place.name, object_link(actor, "institutions.institution", place.uid)),
            ("跑路停业事件", str(event) if event else "", event_url),
            ("来源", f"{row.get_source_display()} {row.reference}"),
            ("提出日期", f"{row.claimed_on:%Y-%m-%d}"),
            ("已支付", yuan(row.paid_fen) if row.paid_fen else ""),
            ("支付来源", row.get_paid_from_display()),
            ("移交", f"{row.passed_to} {row.passed_no}".strip()),
            ("了结或移交日期", f"{row.ended_on:%Y-%m-%d}" if row.ended_on else ""),
            ("办理人", row.ended_by.name if row.ended_by else ""),
        ),
        history=kit.history(actor, row.uid),
        crumbs=risk_path(("劳动用工诉求", reverse(HOME)), (place.name, "")),
    )


@desk_page(VIEW)
def labour_step(request: AuthedRequest, uid: UUID, name: str) -> HttpResponse:
    """One step of a claim."""
    row: Any = get_visible(reads.labour_visible(request.user), request.user, uid)
    path = risk_path(("劳动用工诉求", reverse(HOME)), (row.institution.name, labour_url(row)))
    return kit.step_page(request, row, STEPS, name, labour_url(row), path)
