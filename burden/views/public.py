"""What everyone may read about inspections of enterprises: plans, counts, caps and leave to exceed them."""

from __future__ import annotations

from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.utils import timezone

from burden import selectors
from casework.web import Column, export_response
from casework.web.public import PublicRequest, kept_page, public_page, show

FIRST_YEAR = 2023
CSV = (
    Column("机构", lambda line: line.institution.name),
    Column("编号", lambda line: line.institution.public_id),
    Column("检查次数", lambda line: line.done),
    Column("年度上限", lambda line: line.cap),
    Column("超频次理由", lambda line: "；".join(row.cap_override_reason for row in line.overrides)),
    Column("批准人", lambda line: "；".join(row.cap_override_by.name for row in line.overrides)),
)


def _year(text: str | int) -> int:
    this_year = timezone.localdate().year
    year = int(text) if str(text).isdecimal() and len(str(text)) == 4 else this_year
    if not FIRST_YEAR <= year <= this_year + 1:
        raise Http404("没有这一年的数据。")
    return year


@kept_page
def year(request: PublicRequest) -> HttpResponse:
    """One year's plans, counts, places at their cap, outings outside the plan."""
    chosen = _year(request.GET.get("year", ""))
    context = {
        "facts": selectors.year_of_visits(request.bureau, chosen),
        "plans": selectors.public_plans(request.bureau, chosen),
        "lines": selectors.cap_lines(request.bureau, chosen),
        "years": range(timezone.localdate().year, FIRST_YEAR - 1, -1),
    }
    return show(request, "burden/public_year.html", context)


@public_page
def year_csv(request: PublicRequest, year: int) -> HttpResponse | StreamingHttpResponse:
    """Places at or above their cap as a file."""
    lines = selectors.cap_lines(request.bureau, _year(year))
    return export_response(lines, CSV, f"{year}年达到检查频次上限的机构", "csv")
