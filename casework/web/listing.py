"""Lists: scoped rows, filters in the URL, paging with a capped count, streamed export."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from urllib.parse import quote

import django_filters
import xlsxwriter
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone

PAGE_SIZE = 30
COUNT_CAP = 1000
PAGE_MAX = 100_000
XLSX_ROWS_MAX = 1_000_000


@dataclass(frozen=True)
class Column:
    """One exported column: its head and how to get the cell from a row."""

    label: str
    value: Callable[[Any], Any]
    width: int = 16


@dataclass
class Page:
    """A slice of rows in the shape that `ui/_pagination.html` expects."""

    object_list: list[Any]
    number: int
    has_next: bool
    total: int
    is_capped: bool

    @property
    def has_previous(self) -> bool:
        """Whether there is a page before."""
        return self.number > 1

    @property
    def next_page_number(self) -> int:
        """Number of the following page."""
        return self.number + 1

    @property
    def previous_page_number(self) -> int:
        """Number of the page before."""
        return self.number - 1

    def has_other_pages(self) -> bool:
        """Whether there is anything to page to."""
        return self.has_next or self.has_previous


@dataclass
class ListPage:
    """A register screen. `rows` comes from a selector and is already scoped and ordered.

    Answers the page, the htmx fragment (`fragment`, when htmx asks) or the export (`?export=xlsx|csv`).
    """

    request: HttpRequest
    rows: QuerySet[Any]
    template: str
    title: str
    columns: tuple[Column, ...] = ()
    filterset: type[django_filters.FilterSet] | None = None
    unit: str = "条"
    context: dict[str, Any] = field(default_factory=dict)
    filter_kwargs: dict[str, Any] = field(default_factory=dict)
    page_size: int = PAGE_SIZE

    def response(self) -> HttpResponse | StreamingHttpResponse:
        """The answer to the request."""
        rows, filters = self.rows, None
        if self.filterset is not None:
            filters = self.filterset(
                self.request.GET or None, queryset=rows, request=self.request, **self.filter_kwargs
            )
            rows = filters.qs if filters.is_valid() or not filters.is_bound else rows.none()
        export = self.request.GET.get("export", "")
        if export in {"xlsx", "csv"} and self.columns:
            return export_response(rows, self.columns, self.title, export)
        page = self.page_of(rows)
        context = {
            "title": self.title,
            "filter": filters,
            "page": page,
            "rows": page.object_list,
            "total": page.total,
            "is_capped": page.is_capped,
            "unit": self.unit,
            **self.context,
        }
        return render(self.request, self.template, context)

    def page_of(self, rows: QuerySet[Any]) -> Page:
        """The asked page with a count that stops at COUNT_CAP (two queries)."""
        try:
            number = min(max(1, int(self.request.GET.get("page", "1"))), PAGE_MAX)
        except ValueError:
            number = 1
        start = (number - 1) * self.page_size
        found = list(rows[start : start + self.page_size + 1])
        total = rows.order_by()[: COUNT_CAP + 1].count()
        return Page(
            object_list=found[: self.page_size],
            number=number,
            has_next=len(found) > self.page_size,
            total=min(total, COUNT_CAP),
            is_capped=total > COUNT_CAP,
        )


def _cell(value: Any) -> Any:
    if isinstance(value, datetime):
        return timezone.localtime(value).strftime("%Y-%m-%d %H:%M")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, int | float):
        return value
    return "" if value is None else str(value)


def export_response(
    rows: QuerySet[Any] | Iterable[Any], columns: tuple[Column, ...], title: str, kind: str
) -> HttpResponse | StreamingHttpResponse:
    """All rows as XLSX or CSV, with the row count in the last line; never silently cut off."""
    iterator = rows.iterator(chunk_size=2000) if isinstance(rows, QuerySet) else iter(rows)
    stamp = timezone.localtime().strftime("%Y%m%d-%H%M")
    name = f"{title}-{stamp}.{kind}"
    if kind == "csv":
        response: HttpResponse | StreamingHttpResponse = StreamingHttpResponse(
            _csv_lines(iterator, columns), content_type="text/csv; charset=utf-8"
        )
    else:
        response = HttpResponse(
            xlsx_bytes(iterator, columns, title),
            content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        )
    response.headers["Content-Disposition"] = _attachment(name)
    return response


def _attachment(name: str) -> str:
    return f"attachment; filename*=UTF-8''{quote(name)}"


def _csv_lines(rows: Iterator[Any], columns: tuple[Column, ...]) -> Iterator[str]:
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    count = 0

    def line(cells: list[Any]) -> str:
        writer.writerow(cells)
        text = buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()
        return text

    yield "\ufeff" + line([column.label for column in columns])
    for row in rows:
        count += 1
        yield line([_harmless(_cell(column.value(row))) for column in columns])
    yield line([f"共 {count} 行"])


def _harmless(value: Any) -> Any:
    """A text that a spreadsheet would run as a formula is quoted."""
    return "'" + value if isinstance(value, str) and value[:1] in {"=", "+", "-", "@", "\t", "\r"} else value


def xlsx_bytes(rows: Iterable[Any], columns: tuple[Column, ...], title: str) -> bytes:
    """A workbook in constant memory, texts kept as texts, with a head row and the row count at the foot."""
    target = io.BytesIO()
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(target, options) as book:
        sheet = book.add_worksheet(title[:31].translate(str.maketrans("[]:*?/\\", "（）：＊？／＼")))
        head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "vcenter"})
        for index, column in enumerate(columns):
            sheet.set_column(index, index, column.width)
            sheet.write(0, index, column.label, head)
        sheet.freeze_panes(1, 0)
        count = 0
        for row in rows:
            count += 1
            if count > XLSX_ROWS_MAX:
                raise ValueError("more rows than a sheet holds; export as CSV")
            for index, column in enumerate(columns):
                sheet.write(count, index, _cell(column.value(row)))
        sheet.write(count + 1, 0, f"共 {count} 行")
    return target.getvalue()
