"""List, page and facts of a notice."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from casework.web import (
    AuthedRequest,
    Column,
    ListPage,
    crumbs,
    desk_page,
    file_items,
    get_visible,
    offers_as_actions,
    paper,
    papers,
    told,
)
from inspections import papers as texts
from inspections import selectors
from inspections.filters import NoticeFilter
from inspections.models import RectificationNotice
from inspections.views.common import offers_of
from inspections.views.visits import visit_url

COLUMNS = (
    Column("文号", lambda row: row.number, 24),
    Column("当事人", lambda row: row.party_name, 30),
    Column("乡镇（街道）", lambda row: row.region.name),
    Column("制发机关", lambda row: row.organ.name, 24),
    Column("检查日期", lambda row: row.visit.visited_on),
    Column("制发时间", lambda row: row.issued_at),
    Column("送达时间", lambda row: row.served_at),
    Column("到期日", lambda row: row.due_on),
    Column("整改事项（项）", lambda row: row.item_count),
    Column("已销号（项）", lambda row: row.done_count),
    Column("报告时间", lambda row: row.answered_at),
    Column("销号时间", lambda row: row.closed_at),
    Column("状态", lambda row: row.get_status_display()),
)
PAGES = {"serve", "answer", "escalate", "withdraw"}


def notice_url(notice: RectificationNotice) -> str:
    """The notice's page at the desk."""
    return reverse("inspections:notice_detail", kwargs={"uid": notice.uid})


def _get(request: AuthedRequest, uid: UUID) -> RectificationNotice:
    return get_visible(selectors.notice_file(request.user), request.user, uid)


def _crumbs(notice: RectificationNotice, *more: tuple[str, str]) -> list[dict[str, str]]:
    here = (str(notice), notice_url(notice) if more else "")
    return crumbs(("整改台账", reverse("inspections:notice_list")), here, *more)


@desk_page("inspections.notice_view")
def notice_list(request: AuthedRequest) -> HttpResponse | StreamingHttpResponse:
    """整改台账 by notice."""
    return ListPage(
        request=request,
        rows=selectors.notices_visible(request.user),
        template="inspections/notice_list.html",
        title="整改台账",
        columns=COLUMNS,
        filterset=NoticeFilter,
        unit="份",
    ).response()


@desk_page("inspections.notice_view")
def notice_detail(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """One notice: items with reports and re-checks, term, papers, what may be done now."""
    notice = _get(request, uid)
    user = request.user
    own = notice.organ_id == user.organisation_id
    service = getattr(notice, "service", None)
    rechecks = list(notice.rechecks.select_related("document"))
    context = {
        "notice": notice,
        "crumbs": _crumbs(notice),
        "actions": _actions(request, notice),
        "histories": histories(request, notice),
        "replies": list(notice.replies.select_related("submitted_by")),
        "rechecks": rechecks,
        "extensions": selectors.extensions_of(notice),
        "may_decide": own and user.may("inspections.extension_decide"),
        "may_recheck": own
        and user.may("inspections.notice_recheck")
        and notice.status in {"SERVED", "ANSWERED"},
        "may_edit": own and user.may("inspections.notice_issue") and notice.status == "DRAFT",
        "reminders": selectors.reminders_of(notice),
        "service": service,
        "facts": told(notice_facts(notice)),
        "violations": selectors.violations_of(notice),
        "is_overdue": notice.is_overdue_on(timezone.localdate()),
        "papers": papers(
            paper("责令限期改正通知书", notice.document),
            paper("送达回证", service.document if service else None),
            *(paper("整改复查记录", row.document) for row in rechecks),
        ),
    }
    return render(request, "inspections/notice_detail.html", context)


def _actions(request: AuthedRequest, notice: RectificationNotice) -> list[dict[str, Any]]:
    def address(name: str) -> str | None:
        if name == "issue":
            return f"POST {reverse('inspections:notice_issue', kwargs={'uid': notice.uid})}"
        return reverse(f"inspections:notice_{name}", kwargs={"uid": notice.uid}) if name in PAGES else None

    actions = offers_as_actions(offers_of(request.user, notice), address)
    for action in actions:
        if action["url"].endswith("/answer/"):
            action.update(label="代录纸质报告", primary=False)
    return actions


def histories(request: AuthedRequest, notice: RectificationNotice) -> list[dict[str, Any]]:
    """Items for the page: photos, reports and re-checks with their files; hints are for officers only."""
    hints = not request.user.is_counterpart
    return [
        {
            "item": row.item,
            "photos": file_items(row.photos, hints=hints),
            "replies": [(reply, file_items(files, hints=hints)) for reply, files in row.replies],
            "rechecks": [(recheck, file_items(files, hints=hints)) for recheck, files in row.rechecks],
        }
        for row in selectors.item_histories(request.user, notice)
    ]


def notice_facts(notice: RectificationNotice) -> list[dict[str, Any]]:
    """Facts of a notice in words."""
    place = notice.institution
    return [
        {
            "label": "当事人",
            "value": notice.party_name,
            "sub": notice.party_address,
            "url": reverse("institutions:institution_detail", kwargs={"uid": place.uid}),
        },
        {"label": "制发机关", "value": notice.organ.name},
        {"label": "检查", "value": f"{notice.visit.visited_on:%Y-%m-%d}", "url": visit_url(notice.visit)},
        {
            "label": "整改期限",
            "value": texts.term_words(notice),
            "sub": notice.term_basis,
            "rests_on": notice.due_explanation,
        },
        {"label": "责令依据", "value": notice.basis},
        {"label": "联系人", "value": notice.contact},
        {"label": "升级去向", "value": notice.escalation_target, "sub": notice.escalation_no},
    ]
