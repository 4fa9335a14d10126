"""Numbers that the register contributes to reports."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from casework.indicators import Indicator, Measure, Period, Scope, register
from institutions.models import (
    Institution,
    InstitutionState,
    MarketEntity,
    OperatingState,
    PlatformMilestone,
    StateKind,
    TrainingMaterial,
)
from institutions.models.choices import EndKind
from institutions.querysets import InstitutionQuerySet

COLUMNS = (("name", "机构"), ("region.name", "乡镇（街道）"), ("licence_no", "许可证号"))
AXES = ("standing", "subject_kind", "track", "profit_kind")
PLAIN = ("is_online",)


def _within(scope: Scope) -> InstitutionQuerySet:
    return Institution.objects.filter(region_path__startswith=scope.region_path)


def _split(rows: InstitutionQuerySet, period: Period, dims: dict[str, Any]) -> InstitutionQuerySet:
    """Narrow to one value per named axis, as it was on the last day of the period."""
    for name, value in dims.items():
        if name in AXES:
            rows = rows.valued_on(name, value, period.last_day)
        elif name in PLAIN:
            rows = rows.filter(**{name: value})
    return rows


def operating_rows(scope: Scope, period: Period, **dims: Any) -> InstitutionQuerySet:
    """Places operating on the last day of the period."""
    return _split(_within(scope).operating_on(period.last_day), period, dims)


def unlicensed_rows(scope: Scope, period: Period, **dims: Any) -> InstitutionQuerySet:
    """Operating places without a school licence on the last day of the period."""
    rows = operating_rows(scope, period, **dims)
    bare = rows.valued_on("standing", "UNLICENSED", period.last_day)
    return bare | rows.valued_on("standing", "REGISTERED_ONLY", period.last_day)


def _state_began(kind: str, period: Period, *values: str):  # type: ignore[no-untyped-def]
    return InstitutionState.objects.filter(
        institution=OuterRef("pk"),
        kind=kind,
        value__in=values,
        span__startswith__gte=period.start,
        span__startswith__lt=period.end,
    )


def cancelled_rows(scope: Scope, period: Period, **dims: Any) -> InstitutionQuerySet:
    """Places closed in the period by cancelling the licence or the registration, still closed."""
    rows = _within(scope).filter(
        Exists(_state_began(StateKind.OPERATING_STATE, period, OperatingState.CLOSED)),
        operating_state=OperatingState.CLOSED,
        end_kind__in=[EndKind.LICENCE_CANCELLED, EndKind.REGISTRATION_CANCELLED],
    )
    return _split(rows, period, dims)


def banned_rows(scope: Scope, period: Period, **dims: Any) -> InstitutionQuerySet:
    """Places banned in the period."""
    rows = _within(scope).filter(
        Exists(_state_began(StateKind.OPERATING_STATE, period, OperatingState.BANNED))
    )
    return _split(rows, period, dims)


def _turned(scope: Scope, period: Period, kind: str, before: str, after: str) -> InstitutionQuerySet:
    earlier = InstitutionState.objects.filter(
        institution=OuterRef("institution"),
        kind=kind,
        value=before,
        span__endswith=OuterRef("span__startswith"),
    )
    began = _state_began(kind, period, after).filter(Exists(earlier))
    return _within(scope).filter(Exists(began))


def converted_rows(scope: Scope, period: Period, **dims: Any) -> InstitutionQuerySet:
    """Places that turned from subject to non-subject training, or left training by conversion."""
    left = _within(scope).filter(
        Exists(_state_began(StateKind.OPERATING_STATE, period, OperatingState.CLOSED)),
        end_kind=EndKind.CONVERTED,
    )
    turned = _turned(scope, period, StateKind.SUBJECT_KIND, "SUBJECT", "NON_SUBJECT")
    return _within(scope).filter(pk__in=left.values("pk")) | _within(scope).filter(pk__in=turned.values("pk"))


def to_non_profit_rows(scope: Scope, period: Period, **dims: Any) -> InstitutionQuerySet:
    """Places re-registered from for-profit to non-profit."""
    return _turned(scope, period, StateKind.PROFIT_KIND, "FOR_PROFIT", "NON_PROFIT")


def platform_rows(scope: Scope, period: Period, **dims: Any) -> InstitutionQuerySet:
    """Places that stand at a milestone of the national platform on the last day; `milestone`, else 入驻."""
    stands = PlatformMilestone.objects.filter(
        Q(left_on__isnull=True) | Q(left_on__gte=period.end),
        institution=OuterRef("pk"),
        milestone=dims.get("milestone", "ONBOARDED"),
        reached_on__lt=period.end,
    )
    return _split(_within(scope).filter(Exists(stands)), period, dims)


def entity_rows(scope: Scope, period: Period, **dims: Any) -> QuerySet[MarketEntity]:
    """Market entities handed to the regulator in the period."""
    rows = MarketEntity.objects.filter(region_path__startswith=scope.region_path)
    return rows.filter(handed_on__gte=period.start, handed_on__lt=period.end)


def self_made_rows(scope: Scope, period: Period, **dims: Any) -> QuerySet[TrainingMaterial]:
    """Editions made by institutions themselves whose use was forbidden in the period."""
    rows = TrainingMaterial.objects.filter(region_path__startswith=scope.region_path, kind="SELF_MADE")
    return rows.filter(status="REJECTED", decided_on__gte=period.start, decided_on__lt=period.end)


def register_all() -> None:
    """Declare this room's indicators."""

    def counted(
        key: str, label: str, rows: Callable[..., InstitutionQuerySet], rule: str, url_name: str = ""
    ) -> Indicator:
        return Indicator(
            key,
            label,
            "家",
            rows,
            rule,
            measure=Measure.DISTINCT,
            field="pk",
            columns=COLUMNS,
            url_name=url_name,
        )

    url = "institutions:institution_list"
    register(
        counted(
            "inst_total",
            "现有机构数",
            rows=operating_rows,
            rule="报告期末日办学状态为“正常办学”的机构，按家去重；可按学科属性、类别、营利性质、证照情况、线上线下拆分",
            url_name=url,
        ),
        counted(
            "inst_unlicensed",
            "现有无证办学场所",
            rows=unlicensed_rows,
            rule="报告期末日仍在办学、无办学许可证（有照无证、无证无照）的场所，按家去重",
            url_name=url,
        ),
        counted(
            "inst_cancelled",
            "注销数",
            rows=cancelled_rows,
            rule="期内注销办学许可证或注销法人登记的机构，同一机构只计一次，已恢复登记的不计",
        ),
        counted(
            "inst_converted",
            "转型数",
            rows=converted_rows,
            rule="期内由学科类转为非学科类，或转型不再从事培训的机构，按家去重",
        ),
        counted(
            "inst_forprofit_to_non",
            "营转非数",
            rows=to_non_profit_rows,
            rule="期内由营利性改登记为非营利性的机构，按家去重",
        ),
        counted(
            "banned_n",
            "取缔无证机构",
            rows=banned_rows,
            rule="期内作出取缔的无证办学场所，按家去重，以取缔日期为准",
        ),
    )
    register(
        counted(
            "platform_onboarded",
            "纳入全国平台机构数",
            rows=platform_rows,
            rule="报告期末日已入驻全国校外教育培训监管与服务综合平台的机构，按家去重；可按事项（入驻、核验、课程、订单）查",
            url_name="institutions:platform_list",
        ),
        Indicator(
            "entity_cleaned",
            "清理教育类市场主体数",
            "家",
            entity_rows,
            "期内移交市场监管部门分类处置的教育类市场主体，每个主体只移交一次、只计一次，以移交日期为准",
            measure=Measure.DISTINCT,
            field="pk",
            columns=(("name", "主体"), ("region.name", "乡镇（街道）"), ("handed_no", "移交文号")),
            url_name="institutions:entity_list",
        ),
        Indicator(
            "material_self_made",
            "查处自编培训材料数",
            "种",
            self_made_rows,
            "期内审定不得使用的自编材料，一种一版计一次，以审定日期为准",
            measure=Measure.DISTINCT,
            field="pk",
            columns=(("title", "材料"), ("edition", "版次"), ("institution.name", "机构")),
            url_name="institutions:material_list",
        ),
    )
