"""Mystery visits."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone

from casework.web import (
    AuthedRequest,
    Column,
    crumbs,
    data,
    desk_page,
    form_page,
    posted_version,
)
from measures import forms, selectors, services
from measures.filters import MysteryFilter
from measures.models import MysteryVisit
from measures.views import kit
from measures.views.kit import Register, Step

SEE = "measures.mystery_view"
MYSTERY_COLUMNS = (
    Column("时间", lambda row: row.visited_at),
    Column("方式", lambda row: row.get_way_display()),
    Column("地点", lambda row: row.place, 30),
    Column("机构", lambda row: row.institution.name if row.institution else "", 30),
    Column("所见情况", lambda row: row.seen, 50),
    Column("状态", lambda row: row.get_status_display()),
)
ONLY_CLUE = (
    "明察暗访只产生线索。材料不能作为检查、处罚的证据（国办发〔2024〕54号；行政处罚法第四十六条），"
    "需要查处的转检查核实，另行依法取证。"
)


def mystery_url(row: MysteryVisit) -> str:
    """The mystery visit's page."""
    return reverse("measures:mysteryvisit_detail", kwargs={"uid": row.uid})


MYSTERIES = Register(
    ("地点", "方式", "时间", "机构", "状态"),
    lambda row: [
        {"text": row.place, "url": mystery_url(row), "sub": row.seen[:30]},
        {"text": row.get_way_display()},
        {"text": f"{timezone.localtime(row.visited_at):%Y-%m-%d %H:%M}", "nowrap": True},
        {"text": row.institution.name if row.institution else "尚未对应"},
        {"status": row},
    ],
)


@desk_page(SEE)
def mystery_list(request: AuthedRequest) -> HttpResponseBase:
    """Register of mystery visits."""
    return kit.list_page(
        request,
        rows=selectors.mysteries_visible(request.user),
        title="明察暗访",
        subtitle="看到的情况作为线索，转检查核实",
        register=MYSTERIES,
        columns=MYSTERY_COLUMNS,
        filterset=MysteryFilter,
        unit="次",
        here="measures:mystery_list",
        create=("登记明察暗访", "measures:mystery_create", "measures.mystery_edit"),
        note=ONLY_CLUE,
    )


@desk_page("measures.mystery_edit")
def mystery_create(request: AuthedRequest) -> HttpResponse:
    """Enter a mystery visit."""
    form = forms.MysteryForm(**data(request), actor=request.user)

    def work(values: dict[str, Any]) -> str:
        organ = request.user.organisation
        if organ is None:
            raise Http404
        row = services.mystery_record(
            actor=request.user,
            region=values["region"],
            organ=organ,
            values=form.values(),
            files=values["uploads"],
        )
        return mystery_url(row)

    return form_page(
        request,
        form,
        work,
        heading="登记明察暗访",
        submit="保存",
        cancel_url=reverse("measures:mystery_list"),
        done="已登记，请报告负责人处置。",
        sentence=ONLY_CLUE,
        two_columns=True,
        crumbs=crumbs(("明察暗访", reverse("measures:mystery_list")), ("登记", "")),
    )


@desk_page("measures.mystery_edit")
def mystery_edit(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """Complete the record, for example name the institution."""
    row = kit.found(selectors.mysteries_visible(request.user), request, uid)
    form = forms.MysteryForm(
        **data(request), actor=request.user, instance=row, initial={"region": row.region_id}
    )
    for name in ("uploads", "region"):
        del form.fields[name]

    def work(values: dict[str, Any]) -> str:
        services.mystery_edit(
            actor=request.user, mystery=row, values=form.values(), version=posted_version(request)
        )
        return mystery_url(row)

    return form_page(
        request,
        form,
        work,
        heading="修改明察暗访",
        submit="保存",
        cancel_url=mystery_url(row),
        done="已保存。",
        version=row.version,
        two_columns=True,
        crumbs=crumbs(("明察暗访", reverse("measures:mystery_list")), ("修改", "")),
    )


MYSTERY_STEPS: dict[str, Step] = {
    "report": Step(
        "报告",
        lambda actor, row, v: services.mystery_report(actor=actor, mystery=row),
        "已报告负责人。",
        "measures.mystery_edit",
    ),
    "hand_on": Step(
        "转检查核实",
        lambda actor, row, v: services.mystery_hand_on(actor=actor, mystery=row, **v),
        "已生成检查方案草稿，请按程序审批、通知。",
        "measures.mystery_decide",
        forms.BriefForm,
        sentence="生成一份线索核查的检查方案草稿，线索材料不随附。",
    ),
    "file": Step(
        "存档",
        lambda actor, row, v: services.mystery_file(actor=actor, mystery=row, **v),
        "已存档。",
        "measures.mystery_decide",
        forms.ReasonForm,
    ),
}


@desk_page(SEE)
def mystery_detail(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """One mystery visit."""
    row = kit.found(selectors.mysteries_visible(request.user), request, uid)
    user = request.user
    may_edit = user.may("measures.mystery_edit") and row.organ_id == user.organisation_id
    links = []
    if may_edit and row.status in {"DRAFT", "REPORTED"}:
        links = [{"label": "修改", "url": reverse("measures:mystery_edit", args=[row.uid]), "icon": "edit"}]
    task = (
        reverse("inspections:deployment_detail", kwargs={"uid": row.request_uid}) if row.request_uid else ""
    )
    return kit.detail_page(
        request,
        row,
        heading=str(row),
        has_status=True,
        subtitle=f"{timezone.localtime(row.visited_at):%Y-%m-%d %H:%M}",
        notes=[{"text": ONLY_CLUE, "tone": "info"}],
        links=links,
        actions=kit.step_actions(user, row, MYSTERY_STEPS, "measures:mystery_step"),
        sections=[
            kit.text("所见情况", row.seen),
            *([kit.text("转办摘要", row.brief)] if row.brief else []),
        ],
        show_files=True,
        files_title="线索材料",
        files=kit.files(user, row),
        facts=kit.facts(
            ("方式", row.get_way_display()),
            ("走访人员", row.observers),
            kit.place_fact(user, row.institution),
            ("专项行动", row.campaign.name if row.campaign else ""),
            ("检查任务", "看检查方案" if task else "", task),
        ),
        crumbs=crumbs(("明察暗访", reverse("measures:mystery_list")), (row.place, "")),
    )


@desk_page(SEE)
def mystery_step(request: AuthedRequest, uid: UUID, name: str) -> HttpResponse:
    """One step of a mystery visit."""
    row = kit.found(selectors.mysteries_visible(request.user), request, uid)
    trail = crumbs(("明察暗访", reverse("measures:mystery_list")), (row.place, mystery_url(row)))
    return kit.step_page(request, row, MYSTERY_STEPS, name, mystery_url(row), trail)
