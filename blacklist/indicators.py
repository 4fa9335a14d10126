"""Numbers of this room for reports."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db.models import QuerySet

from blacklist.models import BatchStatus, ListBatch, ListEntry, ListKind
from casework.indicators import Indicator, Measure, Period, Scope, register

ENTRY_COLUMNS = (
    ("institution.name", "机构"),
    ("get_kind_display", "名单"),
    ("starts_on", "列入日期"),
    ("planned_end_on", "公布截止日"),
    ("removed_on", "移出日期"),
)


def _batches(scope: Scope, period: Period, **dims: Any) -> QuerySet[ListBatch]:
    return ListBatch.objects.filter(
        region_path__startswith=scope.region_path,
        list_kind=dims.get("list_kind", ListKind.WHITE),
        status=BatchStatus.PUBLISHED,
        published_on__gte=period.start,
        published_on__lt=period.end,
    )


def _on_last_day(kind: str, scope: Scope, period: Period) -> QuerySet[ListEntry]:
    rows = ListEntry.objects.filter(region_path__startswith=scope.region_path, kind=kind)
    return rows.listed_on(period.end - timedelta(days=1))


def _white(scope: Scope, period: Period, **dims: Any) -> QuerySet[ListEntry]:
    return _on_last_day(ListKind.WHITE, scope, period)


def _black(scope: Scope, period: Period, **dims: Any) -> QuerySet[ListEntry]:
    return _on_last_day(ListKind.BLACK, scope, period)


def _red(scope: Scope, period: Period, **dims: Any) -> QuerySet[ListEntry]:
    return _on_last_day(ListKind.RED, scope, period)


def register_all() -> None:
    """Declare this room's indicators."""
    register(
        Indicator(
            key="white_batches",
            label="公布白名单批次",
            unit="批",
            rows=_batches,
            rule="期间内公布的白名单批次数，按公布日期计。",
            columns=(
                ("batch_words", "批次"),
                ("title", "标题"),
                ("published_on", "公布日期"),
                ("number", "文号"),
            ),
            url_name="blacklist:batch_list",
        ),
        Indicator(
            key="white_n",
            label="白名单机构",
            unit="家",
            rows=_white,
            measure=Measure.DISTINCT,
            field="institution",
            rule="期末最后一日在白名单中的机构家数，同一机构只计一次。",
            columns=ENTRY_COLUMNS,
            url_name="blacklist:entry_list",
        ),
        Indicator(
            key="black_n",
            label="黑名单机构",
            unit="家",
            rows=_black,
            measure=Measure.DISTINCT,
            field="institution",
            rule="期末最后一日在黑名单中的机构家数，同一机构只计一次。",
            columns=ENTRY_COLUMNS,
            url_name="blacklist:entry_list",
        ),
        Indicator(
            key="red_n",
            label="红名单机构",
            unit="家",
            rows=_red,
            measure=Measure.DISTINCT,
            field="institution",
            rule="期末最后一日在红名单中的机构家数，同一机构只计一次。",
            columns=ENTRY_COLUMNS,
            url_name="blacklist:entry_list",
        ),
    )
