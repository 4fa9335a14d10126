"""Materials that institutions hand over."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from casework.web import (
    AuthedRequest,
    Column,
    crumbs,
    data,
    desk_page,
    form_page,
    paper,
    papers,
)
from measures import forms, selectors, services
from measures.filters import HandoverFilter
from measures.models import Handover
from measures.views import kit
from measures.views.kit import Register, Step

VIEW = "measures.view"
HANDOVER_COLUMNS = (
    Column("接收日期", lambda row: row.received_on),
    Column("机构", lambda row: row.institution.name, 32),
    Column("用途", lambda row: row.purpose, 24),
    Column("种数（种）", lambda row: row.title_count),
    Column("册数（册）", lambda row: row.copy_count),
    Column("清单文号", lambda row: row.document.number if row.document else "", 24),
    Column("存放地点", lambda row: row.kept_at),
    Column("状态", lambda row: row.get_status_display()),
    Column("退还日期", lambda row: row.returned_on),
)


def handover_url(row: Handover) -> str:
    """The lot's page."""
    return reverse("measures:handover_detail", kwargs={"uid": row.uid})


HANDOVERS = Register(
    ("机构", "材料", "用途", "接收日期", "状态"),
    lambda row: [
        {"text": row.institution.name, "url": handover_url(row), "sub": row.region.name},
        {"text": f"{row.title_count} 种 {row.copy_count or 0} 册"},
        {"text": row.purpose},
        {"text": f"{row.received_on:%Y-%m-%d}", "nowrap": True},
        {"status": row},
    ],
)


@desk_page(VIEW)
def handover_list(request: AuthedRequest) -> HttpResponseBase:
    """Register of materials handed over."""
    return kit.list_page(
        request,
        rows=selectors.handovers_visible(request.user),
        title="材料移交",
        subtitle="机构自愿提供的培训材料，出具清单、用后退还；先行登记保存在案件中办理",
        register=HANDOVERS,
        columns=HANDOVER_COLUMNS,
        filterset=HandoverFilter,
        unit="批",
        here="measures:handover_list",
        create=("登记移交", "measures:handover_create", "measures.handover_edit"),
    )


@desk_page("measures.handover_edit")
def handover_create(request: AuthedRequest) -> HttpResponse:
    """Start a list."""
    first = {"received_on": timezone.localdate(), "officer_one": request.user.pk, **kit.named(request)}
    form = forms.HandoverForm(**data(request), actor=request.user, initial=first)

    def work(values: dict[str, Any]) -> str:
        organ = request.user.organisation
        if organ is None:
            raise Http404
        row = services.handover_draft(
            actor=request.user,
            institution=values["institution"],
            organ=organ,
            officers=(values["officer_one"], values["officer_two"]),
            values=form.values("institution", "officer_one", "officer_two"),
        )
        return handover_url(row)

    return form_page(
        request,
        form,
        work,
        heading="登记材料移交",
        submit="保存",
        cancel_url=reverse("measures:handover_list"),
        done="已保存，请逐种登记材料。",
        two_columns=True,
        crumbs=crumbs(("材料移交", reverse("measures:handover_list")), ("登记", "")),
    )


def _item(actor: User, row: Handover, values: dict[str, Any]) -> Any:
    return services.item_add(actor=actor, handover=row, values=values)


def _item_form(*args: Any, actor: User, row: Handover, **kwargs: Any) -> forms.ItemForm:
    return forms.ItemForm(*args, actor=actor, **kwargs)


HANDOVER_STEPS: dict[str, Step] = {
    "item": Step("登记材料", _item, "材料已登记。", "measures.handover_edit", _item_form, two_columns=True),
    "receive": Step(
        "接收并出具清单",
        lambda actor, row, v: services.handover_receive(actor=actor, handover=row),
        "移交清单已出具，请双方签字，一份交移交人。",
        "measures.handover_edit",
    ),
    "give_back": Step(
        "退还",
        lambda actor, row, v: services.handover_return(actor=actor, handover=row, **v),
        "退还已登记。",
        "measures.handover_edit",
        forms.ReturnForm,
    ),
    "cancel": Step(
        "取消登记",
        lambda actor, row, v: services.handover_cancel(actor=actor, handover=row, **v),
        "已取消。",
        "measures.handover_edit",
        forms.ReasonForm,
    ),
}


@desk_page(VIEW)
def handover_detail(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """One lot of materials."""
    row = kit.found(selectors.handovers_visible(request.user), request, uid)
    user = request.user
    own = row.organ_id == user.organisation_id
    items = [
        [
            {"text": item.title, "sub": f"{item.edition} {item.subject}".strip()},
            {"text": item.get_source_display()},
            {"text": f"{item.copies} 册"},
            {"text": item.note},
        ]
        for item in row.items.order_by("position")
    ]
    more = ["item"] if own and row.status == "DRAFT" else []
    return kit.detail_page(
        request,
        row,
        heading=f"材料移交：{row.institution.name}",
        has_status=True,
        subtitle=f"{row.received_on:%Y-%m-%d}",
        notes=[]
        if row.is_voluntary
        else [
            {
                "text": "移交人没有确认自愿提供，不能接收。确需保全证据的，请立案后办理先行登记保存。",
                "tone": "warn",
            }
        ],
        actions=[
            *kit.plain_steps(user, row, HANDOVER_STEPS, "measures:handover_step", *more),
            *kit.step_actions(user, row, HANDOVER_STEPS, "measures:handover_step"),
        ],
        sections=[kit.table("材料清单", ("名称", "来源", "册数", "备注"), items, "还没有登记材料。")],
        facts=kit.facts(
            kit.place_fact(user, row.institution),
            ("用途", row.purpose),
            ("移交人", f"{row.handed_by} {row.handed_title}".strip()),
            ("自愿提供", "是" if row.is_voluntary else "否"),
            ("接收机关", row.organ.name),
            ("接收地点", row.place),
            ("存放地点", row.kept_at),
            ("接收人", f"{row.officer_one.name}、{row.officer_two.name}"),
            ("退还", f"{row.returned_on:%Y-%m-%d} {row.returned_to}" if row.returned_on else ""),
        ),
        papers=papers(paper("移交清单", row.document)),
        crumbs=crumbs(("材料移交", reverse("measures:handover_list")), (row.institution.name, "")),
    )


@desk_page(VIEW)
def handover_step(request: AuthedRequest, uid: UUID, name: str) -> HttpResponse:
    """One step of a lot."""
    row = kit.found(selectors.handovers_visible(request.user), request, uid)
    trail = crumbs(("材料移交", reverse("measures:handover_list")), (row.institution.name, handover_url(row)))
    return kit.step_page(request, row, HANDOVER_STEPS, name, handover_url(row), trail)
