"""Desk pages of the nets: the tree, one unit, people on duty."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone

from casework.web import (
    AuthedRequest,
    Column,
    data,
    desk_page,
    form_page,
    get_visible,
    kit,
    object_link,
    posted_version,
)
from casework.web.kit import Register
from monitors import services
from monitors.filters import UnitFilter
from monitors.forms import grids as forms
from monitors.forms.monitors import ReasonForm
from monitors.models import GridDuty
from monitors.selectors import grids as selectors
from monitors.views.common import seen
from monitors.views.grids.common import (
    DO,
    EDIT,
    PHONE,
    VIEW,
    event_url,
    grid_path,
    grid_tabs,
    manages,
    moment,
    unit_url,
)


def _people(row: Any) -> str:
    return "、".join(duty.name for duty in row.today)


def _unit_cells(row: Any) -> list[dict[str, Any]]:
    people = _people(row)
    return [
        {
            "text": f"{'　' * row.depth}{row.name}",
            "url": unit_url(row),
            "sub": f"{'　' * row.depth}{row.code}",
        },
        {"text": row.get_kind_display(), "sub": row.get_net_display()},
        {"text": row.region.name, "sub": row.organisation.short_name if row.organisation else ""},
        {"text": people} if people else {"word": "无人在岗", "tone": "bad"},
        {"text": f"{row.town_count} 个", "num": True},
        {"text": f"{row.place_count} 家", "num": True},
    ]


UNITS = Register(("网格", "级别", "所在", "今天在岗", "乡镇（街道）", "机构"), _unit_cells)
UNIT_COLUMNS = (
    Column("编码", lambda row: row.code),
    Column("名称", lambda row: row.name, 28),
    Column("网格体系", lambda row: row.get_net_display()),
    Column("级别", lambda row: row.get_kind_display()),
    Column("上级", lambda row: row.parent.name if row.parent else "", 24),
    Column("所在乡镇（街道）", lambda row: row.region.name),
    Column("责任单位", lambda row: row.organisation.name if row.organisation else "", 26),
    Column("范围", lambda row: row.area, 30),
    Column("今天在岗", _people, 30),
    Column("乡镇（街道）（个）", lambda row: row.town_count),
    Column("机构（家）", lambda row: row.place_count),
)


@desk_page(VIEW)
def unit_list(request: AuthedRequest) -> HttpResponseBase:
    """The nets as one tree."""
    rows = selectors.units_visible(request.user, timezone.localdate())
    return kit.register_page(
        request,
        rows=rows if request.GET.get("closed") else rows.open(),
        title="网格",
        subtitle="街道—社区—网格，民管办—片区—学校专员，部门包干网。网格只看、只报，不检查",
        register=UNITS,
        columns=UNIT_COLUMNS,
        filterset=UnitFilter,
        unit="个",
        create=("新设网格", "monitors:unit_create", EDIT) if manages(request.user) else None,
        empty="先设街道（乡镇）、民管办或部门包干网，再设下级；也可以导入人员表一并新设。",
        **grid_tabs(request, "monitors:unit_list"),
    )


@desk_page(EDIT)
def unit_create(request: AuthedRequest) -> HttpResponse:
    """Set up a unit."""
    form = forms.UnitForm(**data(request), actor=request.user)

    def work(values: dict[str, Any]) -> str:
        return unit_url(
            services.unit_save(
                actor=request.user,
                region=values["region"],
                values=form.values(),
                towns=values["towns"],
                places=values["places"],
            )
        )

    return form_page(
        request,
        form,
        work,
        heading="新设网格",
        submit="保存",
        cancel_url=reverse("monitors:unit_list"),
        done="已保存，请安排责任人。",
        two_columns=True,
        crumbs=grid_path(("新设", "")),
    )


@desk_page(VIEW)
def unit_detail(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """One unit: people, area, what it reported."""
    actor = request.user
    row: Any = get_visible(selectors.units_visible(actor, timezone.localdate()), actor, uid)
    may_edit = actor.may(EDIT) and row.is_open and row.region_path.startswith(actor.reach.region_path or "!")
    parent = row.parent
    parent_url = unit_url(parent) if parent and seen(actor, type(parent).objects.filter(pk=parent.pk)) else ""
    return kit.detail_page(
        request,
        row,
        heading=row.name,
        subtitle=f"{row.get_kind_display()} · {row.code}" + ("" if row.is_open else " · 已停用"),
        actions=_actions(row, may_edit, actor.may(DO)),
        sections=[
            _duties(request, row, may_edit),
            _children(request, row),
            _places(request, row),
            _events(request, row),
        ],
        facts=kit.facts(
            ("网格体系", row.get_net_display()),
            ("上级", parent.name if parent else "", parent_url),
            ("所在", row.region.name),
            ("责任单位", row.organisation.name if row.organisation else ""),
            ("范围", row.area),
            ("负责的乡镇（街道）", "、".join(row.towns.order_by("code").values_list("name", flat=True))),
            ("停用日期", f"{row.closed_on:%Y-%m-%d}" if row.closed_on else ""),
        ),
        history=kit.history(actor, row.uid),
        crumbs=grid_path((row.name, "")),
    )


def _actions(row: Any, may_edit: bool, may_do: bool) -> list[dict[str, Any]]:
    names = []
    if may_do and row.is_open:
        names.append(("登记情况", f"{reverse('monitors:event_create')}?unit={row.uid}"))
    if may_edit:
        names += [
            (label, reverse(f"monitors:{name}", kwargs={"uid": row.uid}))
            for label, name in (("安排人员", "duty_add"), ("修改", "unit_edit"), ("停用", "unit_close"))
        ]
    return [{"label": label, "url": url, "method": "link"} for label, url in names]


def _duties(request: AuthedRequest, row: Any, may_edit: bool) -> dict[str, Any]:
    today, may_phone = timezone.localdate(), request.user.may(PHONE)
    lines = []
    for duty in row.duties.order_by("-span", "post", "pk")[:100]:
        is_on = bool(duty.since and duty.since <= today and (duty.until is None or today <= duty.until))
        end = {"label": "结束在岗", "url": reverse("monitors:duty_end", kwargs={"uid": duty.uid})}
        lines.append(
            [
                {"text": duty.name, "sub": duty.title},
                {"text": duty.get_post_display()},
                {"text": duty.phone if may_phone else "（无权查看）" if duty.phone else ""},
                {"text": f"{duty.since} 起" if duty.until is None else f"{duty.since} 至 {duty.until}"},
                {
                    "text": "在岗" if is_on else "未到岗" if duty.since and duty.since > today else "已离岗",
                    "links": [end] if may_edit and (duty.until is None or duty.until >= today) else [],
                },
            ]
        )
    return kit.table("责任人", ("姓名", "岗位", "电话", "在岗期间", "状态"), lines, "还没有安排责任人。")


def _children(request: AuthedRequest, row: Any) -> dict[str, Any]:
    below = selectors.units_visible(request.user, timezone.localdate()).open().filter(parent=row)
    lines: list[list[dict[str, Any]]] = [
        [
            {"text": child.name, "url": unit_url(child), "sub": child.code},
            {"text": child.get_kind_display()},
            {"text": _people(child)} if child.today else {"word": "无人在岗", "tone": "bad"},  # type: ignore[attr-defined]
        ]
        for child in below
    ]
    return kit.table("下级", ("网格", "级别", "今天在岗"), lines, "没有下级网格。")


def _places(request: AuthedRequest, row: Any) -> dict[str, Any]:
    places = row.places.select_related("region").order_by("name_norm")[:200]
    known = seen(request.user, row.places.all())
    lines: list[list[dict[str, Any]]] = [
        [
            {
                "text": place.name,
                "url": object_link(request.user, "institutions.institution", place.uid)
                if place.pk in known
                else "",
                "sub": place.address,
            },
            {"text": place.region.name},
            {"text": place.get_operating_state_display()},
        ]
        for place in places
    ]
    return kit.table("负责的机构", ("机构", "乡镇（街道）", "状态"), lines, "没有逐家指定机构。")


def _events(request: AuthedRequest, row: Any) -> dict[str, Any]:
    lines: list[list[dict[str, Any]]] = [
        [
            {"text": event.number, "url": event_url(event)},
            {"text": moment(event.happened_at)},
            {"text": event.party},
            {"word": event.get_kind_display(), "tone": event.kind_tone},
        ]
        for event in selectors.events_visible(request.user).filter(unit=row)[:20]
    ]
    return kit.table("最近登记的情况", ("编号", "看到的时间", "地点", "情况"), lines, "还没有登记过情况。")


@desk_page(EDIT)
def unit_edit(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """Change a unit and its area."""
    row: Any = get_visible(selectors.units_visible(request.user, timezone.localdate()), request.user, uid)
    form = forms.UnitForm(**data(request), actor=request.user, unit=row)

    def work(values: dict[str, Any]) -> str:
        services.unit_save(
            actor=request.user,
            region=values["region"],
            values=form.values(),
            towns=values["towns"],
            places=values["places"],
            unit=row,
            version=posted_version(request),
        )
        return unit_url(row)

    return form_page(
        request,
        form,
        work,
        heading=f"修改{row.name}",
        submit="保存",
        cancel_url=unit_url(row),
        done="已保存。",
        two_columns=True,
        version=row.version,
        crumbs=grid_path((row.name, unit_url(row)), ("修改", "")),
    )


@desk_page(EDIT)
def unit_close(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """Take a unit out of use."""
    row: Any = get_visible(selectors.units_visible(request.user, timezone.localdate()), request.user, uid)

    def work(values: dict[str, Any]) -> str:
        services.unit_close(actor=request.user, unit=row, reason=values["reason"])
        return unit_url(row)

    return form_page(
        request,
        ReasonForm(**data(request)),
        work,
        heading=f"停用{row.name}",
        submit="停用",
        cancel_url=unit_url(row),
        done="已停用，在岗人员同时离岗。",
        danger=True,
        sentence="停用后不再出现在责任查询中，以前登记的情况保留。",
        crumbs=grid_path((row.name, unit_url(row)), ("停用", "")),
    )


@desk_page(EDIT)
def duty_add(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """Put somebody on duty."""
    row: Any = get_visible(selectors.units_visible(request.user, timezone.localdate()), request.user, uid)
    form = forms.DutyForm(**data(request))

    def work(values: dict[str, Any]) -> str:
        services.duty_add(actor=request.user, unit=row, duty=form.duty())
        return unit_url(row)

    return form_page(
        request,
        form,
        work,
        heading=f"安排{row.name}责任人",
        submit="保存",
        cancel_url=unit_url(row),
        done="已安排。",
        two_columns=True,
        crumbs=grid_path((row.name, unit_url(row)), ("安排人员", "")),
    )


@desk_page(EDIT)
def duty_end(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """Say which day was the last one."""
    duty = get_visible(GridDuty.objects.select_related("unit"), request.user, uid)
    home = unit_url(duty.unit)

    def work(values: dict[str, Any]) -> str:
        services.duty_end(actor=request.user, duty=duty, last_day=values["last_day"])
        return home

    return form_page(
        request,
        forms.EndForm(**data(request)),
        work,
        heading=f"{duty.name}结束在岗",
        submit="保存",
        cancel_url=home,
        done="已保存。",
        crumbs=grid_path((duty.unit.name, home), ("结束在岗", "")),
    )
