"""Suspected sites: the list, a site with its clues and links, what people decide about them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
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
    get_visible,
    object_link,
    say,
)
from casework.web.kit import Register, Step, facts, plain_steps, register_page, step_actions, step_page
from complaints.filters.sites import SiteFilter
from complaints.forms import sites as forms
from complaints.models import Clue, ClueLink, SiteChange, SuspectedSite
from complaints.selectors import sites as selectors
from complaints.services import sites as services

VIEW, EDIT = "complaints.site_view", "complaints.site_edit"
MAP_DIGITS = 6

COLUMNS = (
    Column("名称", lambda row: row.label, 36),
    Column("规范地址", lambda row: row.address, 36),
    Column("乡镇（街道）", lambda row: row.region.name),
    Column("线索数", lambda row: row.clue_count),
    Column("首条线索", lambda row: row.first_seen),
    Column("最近线索", lambda row: row.last_seen),
    Column("状态", lambda row: row.get_status_display()),
    Column("下次复看", lambda row: row.review_on),
    Column("研判意见", lambda row: row.status_note, 40),
    Column("登记机构", lambda row: row.institution.name if row.institution else "", 30),
    Column("经度", lambda row: row.longitude),
    Column("纬度", lambda row: row.latitude),
)


def site_url(site: SuspectedSite) -> str:
    """The site's page."""
    return reverse("complaints:suspectedsite_detail", kwargs={"uid": site.uid})


def _cells(row: SuspectedSite) -> list[dict[str, Any]]:
    return [
        {"text": row.label, "url": site_url(row), "sub": row.region.name},
        {"text": f"{row.clue_count}", "num": True},
        {"text": f"{timezone.localtime(row.first_seen):%Y-%m-%d}", "nowrap": True},
        {"text": f"{timezone.localtime(row.last_seen):%Y-%m-%d}", "nowrap": True},
        {"text": row.institution.name if row.institution else "—"},
        {"status": row},
        {"due": row.review_on} if row.review_on else {"text": "—"},
    ]


SITES = Register(("培训点", "线索数", "首条线索", "最近线索", "登记机构", "状态", "复看日期"), _cells)


@desk_page(VIEW)
def site_list(request: AuthedRequest) -> HttpResponseBase:
    """Register of suspected sites."""
    return register_page(
        request,
        rows=selectors.sites_visible(request.user),
        title="疑似培训点",
        subtitle="几条线索说的是同一处时自动归在一起，每一处关联都列出依据，可以合并、拆分和撤销",
        register=SITES,
        columns=COLUMNS,
        filterset=SiteFilter,
        unit="处",
        empty="两条以上线索指向同一处时会出现在这里；单条线索可以在线索页面设为疑似培训点。",
    )


STEPS: dict[str, Step] = {
    "watch": Step(
        "列入关注", lambda actor, row, v: services.site_watch(actor=actor, site=row, **v), "已列入关注，到期提醒复看。",
        EDIT, forms.WatchForm, submit="列入关注",
    ),
    "confirm": Step(
        "认定为培训点", lambda actor, row, v: services.site_confirm(actor=actor, site=row, **v), "已认定。", EDIT,
        forms.ConfirmForm, submit="认定",
    ),
    "dismiss": Step(
        "排除", lambda actor, row, v: services.site_dismiss(actor=actor, site=row, **v),
        "已排除；以后再有线索会提醒。", EDIT, forms.ReasonForm, danger=True,
    ),
    "reopen": Step(
        "重新研判", lambda actor, row, v: services.site_reopen(actor=actor, site=row, **v), "已恢复为待研判。", EDIT,
        forms.ReasonForm,
    ),
    "merge": Step(
        "合并", lambda actor, row, v: services.site_merge(actor=actor, site=row, **v), "已合并，可以在整理记录中撤销。",
        EDIT, forms.MergeForm, submit="合并", sentence="所选记录的线索全部并入本处，本处的名称和状态不变。",
    ),
    "split": Step(
        "拆分", lambda actor, row, v: services.site_split(actor=actor, site=row, **v), "已拆分，可以在整理记录中撤销。",
        EDIT, forms.SplitForm, submit="分出", sentence="勾选的线索成为另一处疑似培训点，今后不再自动归在一起。",
    ),
}  # fmt: skip


@desk_page(VIEW)
def site_detail(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """One site: its clues, why they belong together, what was done, where it is."""
    user = request.user
    site = get_visible(selectors.site_rows(user), user, uid)
    clues = selectors.clues_of(user, site)
    more = (["merge"] if site.is_live and clues else []) + (
        ["split"] if site.is_live and len(clues) > 1 else []
    )
    actions = step_actions(user, site, STEPS, "complaints:suspectedsite_step")
    actions += plain_steps(user, site, STEPS, "complaints:suspectedsite_step", *more)
    return render(
        request,
        "complaints/site_detail.html",
        {
            "site": site,
            "heading": site.label,
            "clues": [
                {"clue": clue, "url": object_link(user, "complaints.clue", clue.uid)} for clue in clues
            ],
            "links": selectors.links_of(user, site),
            "changes": selectors.changes_of(user, site),
            "points": _points(clues),
            "facts": _facts(user, site),
            "actions": actions,
            "may_edit": user.may(EDIT) and site.is_live,
            "crumbs": crumbs(("疑似培训点", reverse("complaints:site_list")), (site.label, "")),
        },
    )


def _points(clues: list[Clue]) -> list[dict[str, Any]]:
    return [
        {
            "lat": round(clue.latitude, MAP_DIGITS),
            "lng": round(clue.longitude, MAP_DIGITS),
            "label": clue.number,
            "accuracy": clue.accuracy_m or 0,
        }
        for clue in clues
        if clue.latitude is not None and clue.longitude is not None
    ]


def _facts(user: User, site: SuspectedSite) -> list[dict[str, Any]]:
    institution = site.institution
    address = object_link(user, "institutions.institution", institution.uid) if institution else ""
    merged = site.merged_into
    return facts(
        ("规范地址", site.address),
        ("乡镇（街道）", site.region.name),
        ("线索数", f"{site.clue_count} 条"),
        ("首条线索", f"{timezone.localtime(site.first_seen):%Y-%m-%d}"),
        ("最近线索", f"{timezone.localtime(site.last_seen):%Y-%m-%d}"),
        ("登记机构", institution.name if institution else "", address),
        ("下次复看", f"{site.review_on:%Y-%m-%d}" if site.review_on else ""),
        ("研判意见", site.status_note),
        ("并入", merged.label if merged else "", site_url(merged) if merged else ""),
    )


@desk_page(EDIT)
def site_step(request: AuthedRequest, uid: UUID, name: str) -> HttpResponse:
    """One step of a site."""
    site = get_visible(selectors.site_rows(request.user), request.user, uid)
    trail = crumbs(("疑似培训点", reverse("complaints:site_list")), (site.label, site_url(site)))
    return step_page(request, site, STEPS, name, site_url(site), trail)


@desk_page(EDIT)
def site_open(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """Make a site of a clue."""
    clue = get_visible(Clue.objects.all(), request.user, uid)
    if request.method != "POST":
        raise Http404("请在线索页面操作。")
    made: list[SuspectedSite] = []

    def work() -> str:
        made.append(services.site_open(actor=request.user, clue=clue))
        return "已设为疑似培训点。"

    if say(request, work):
        return redirect(site_url(made[0]))
    return redirect(reverse("complaints:site_list"))


DECISIONS: dict[str, tuple[str, Any, str]] = {
    "confirm": ("确认是同一处", services.link_confirm, "已确认为同一处。"),
    "reject": ("确认不是同一处", services.link_reject, "已记下不是同一处，今后不再归在一起。"),
}


@desk_page(EDIT)
def link_step(request: AuthedRequest, uid: UUID, name: str) -> HttpResponse:
    """A person's word about one link."""
    link = get_visible(ClueLink.objects.select_related("first", "second"), request.user, uid)
    if name not in DECISIONS:
        raise Http404("没有这个办理步骤。")
    heading, service, done = DECISIONS[name]
    site = selectors.site_of(link.first) or selectors.site_of(link.second)
    home = site_url(site) if site else reverse("complaints:site_list")

    def work(values: dict[str, Any]) -> str:
        service(actor=request.user, link=link, **values)
        return home

    form = forms.ReasonForm(**data(request), actor=request.user, row=link)
    return form_page(
        request, form, work, heading=heading, submit="确定", cancel_url=home, done=done,
        sentence=f"{link.first.number} 和 {link.second.number}，合计 {link.points} 分："
        + "；".join(f"{sentence} {points:+d}" for sentence, points in link.lines),
        crumbs=crumbs(("疑似培训点", reverse("complaints:site_list")), (heading, "")),
    )  # fmt: skip


@desk_page(EDIT)
def change_undo(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """Take back one change."""
    change = get_visible(SiteChange.objects.select_related("site"), request.user, uid)
    home = site_url(change.site)

    def work(values: dict[str, Any]) -> str:
        services.site_undo(actor=request.user, change=change, **values)
        return home

    form = forms.ReasonForm(**data(request), actor=request.user, row=change)
    return form_page(
        request, form, work, heading=f"撤销{change.get_kind_display()}", submit="撤销", cancel_url=home,
        done="已恢复到操作之前。", danger=True, sentence=f"{timezone.localtime(change.made_at):%Y-%m-%d %H:%M} {change.reason}",
        crumbs=crumbs(("疑似培训点", reverse("complaints:site_list")), (change.site.label, home), ("撤销", "")),
    )  # fmt: skip
