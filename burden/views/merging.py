"""Desk pages of merged visits (综合查一次)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date

from burden import saving, selectors, services
from burden.filters import MergeFilter
from burden.forms import MergeForm
from casework.indicators import Period
from casework.registries import Kpi
from casework.web import AuthedRequest, Column, ListPage, crumbs, data, desk_page, form_page

COLUMNS = (
    Column("机构", lambda row: row.kept.institution.name, 36),
    Column("并入的检查", lambda row: row.kept.deployment.name, 36),
    Column("不再进行的检查", lambda row: row.given_up.deployment.name, 36),
    Column("原牵头机关", lambda row: row.given_up.deployment.lead_organ.name, 24),
    Column("合并人", lambda row: row.merged_by.name),
    Column("合并时间", lambda row: row.merged_at),
    Column("上门时间", lambda row: row.kept.started_at),
)


def _day(text: str, default: date) -> date:
    try:
        return parse_date(text) or default
    except ValueError:
        return default


def _kpis(request: AuthedRequest) -> list[Kpi]:
    """What merging saved in the period of the filter (this year when none is given), each figure with its rows."""
    today = timezone.localdate()
    first = _day(request.GET.get("since", ""), date(today.year, 1, 1))
    last = max(first, _day(request.GET.get("until", ""), today))
    found = saving.saving_of(request.user, Period(first, last + timedelta(days=1)))
    span = urlencode({"since": first.isoformat(), "until": last.isoformat(), "done": "1"})
    merges, visits = f"{reverse('burden:merge_list')}?{span}", f"{reverse('inspections:visit_list')}?{span}"
    words = f"{first:%Y-%m-%d} 至 {last:%Y-%m-%d}"
    share = "—" if found.percent is None else str(found.percent)
    return [
        Kpi("减少上门", str(found.saved), "次", sub=f"{words}，涉及 {found.places} 家", url=merges),
        Kpi("实际上门", str(found.done), "家次", sub=words, url=visits),
        Kpi(
            "减少比例",
            share,
            "%",
            sub=f"{found.saved} ÷（实际 {found.done} ＋ 减少 {found.saved} ＝ {found.separate}）",
            url=merges,
        ),
    ]


@desk_page("burden.visit_merge")
def merge_list(request: AuthedRequest) -> HttpResponse | StreamingHttpResponse:
    """What may be merged now, and what was merged."""
    return ListPage(
        request=request,
        rows=selectors.merges_visible(request.user).order_by("-merged_at", "-pk"),
        template="burden/merge_list.html",
        title="综合查一次",
        columns=COLUMNS,
        filterset=MergeFilter,
        unit="次",
        context={"proposals": selectors.merge_proposals(request.user), "kpis": _kpis(request)},
    ).response()


@desk_page("burden.visit_merge")
def merge(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """Merge the planned visits to one place; `uid` is the place's."""
    proposals = selectors.merge_proposals(request.user)
    proposal = next((item for item in proposals if item.institution.uid == uid), None)
    if proposal is None:
        raise Http404("这家机构现在没有可以合并的检查。")
    visits = proposal.visits
    form = MergeForm(**data(request), visits=visits)

    def work(values: dict[str, Any]) -> str:
        kept = services.visits_merge(actor=request.user, keep=values["keep"], others=visits)
        return reverse("inspections:deployment_detail", kwargs={"uid": kept.deployment.uid})

    home = reverse("burden:merge_list")
    return form_page(
        request,
        form,
        work,
        heading=f"综合查一次：{proposal.institution.name}",
        submit="合并",
        cancel_url=home,
        done="已合并，原来各自的检查事项和人员都并入这一次。",
        crumbs=crumbs(("综合查一次", home), (proposal.institution.name, "")),
        sentence="其余各次不再单独上门：检查事项逐条并入，人员加入检查组，没有其他检查对象的方案随之取消。",
    )
