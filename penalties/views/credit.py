"""双公示 and the benchmark of discretion."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, StreamingHttpResponse
from django.urls import reverse

from casework.web import (
    AuthedRequest,
    Column,
    ListPage,
    crumbs,
    data,
    desk_page,
    form_page,
)
from casework.wording import needs_check
from penalties import credit_fields, forms, selectors, services
from penalties.filters import CreditFilter, RuleFilter
from penalties.models import CreditRecord


def _column(code: str, label: str) -> Column:
    def value(record: CreditRecord) -> str:
        return credit_fields.cell(record, code)

    return Column(label if code == "BZ" else f"{label}（{code}）", value, 22)


CREDIT_COLUMNS = tuple(_column(code, label) for code, label in credit_fields.LABELS.items())
RULE_COLUMNS = (
    Column("违法行为", lambda row: row.law_ref, 10),
    Column("层次", lambda row: row.get_layer_display()),
    Column("情节", lambda row: row.get_seriousness_display()),
    Column("裁量阶次", lambda row: row.step),
    Column("适用情形", lambda row: row.circumstances, 40),
    Column("幅度", lambda row: row.range_words, 24),
    Column("依据", lambda row: row.basis, 36),
    Column("来源文件", lambda row: row.source, 30),
    Column("核实情况", lambda row: "待核实" if needs_check(row) else "已核实"),
)


@desk_page("penalties.case_view")
def credit_list(request: AuthedRequest) -> HttpResponse | StreamingHttpResponse:
    """Rows of 双公示; the export carries the field names of the credit platform, amounts in 万元."""
    return ListPage(
        request=request,
        rows=selectors.credit_visible(request.user),
        template="penalties/credit_list.html",
        title="行政处罚双公示",
        columns=CREDIT_COLUMNS,
        filterset=CreditFilter,
        unit="条",
        context={"unchecked_fields": len(credit_fields.UNCHECKED)},
    ).response()


@desk_page("penalties.case_view")
def rule_list(request: AuthedRequest) -> HttpResponse | StreamingHttpResponse:
    """Ranges of the law and the discretion ladder."""
    return ListPage(
        request=request,
        rows=selectors.rules_visible(request.user),
        template="penalties/rule_list.html",
        title="裁量基准",
        columns=RULE_COLUMNS,
        filterset=RuleFilter,
        unit="项",
        context={"may_add": request.user.may("penalties.rule_edit")},
        page_size=60,
    ).response()


@desk_page("penalties.rule_edit")
def rule_create(request: AuthedRequest) -> HttpResponse:
    """Enter a step of the bureau's own benchmark."""
    form = forms.RuleForm(**data(request))
    back = reverse("penalties:rule_list")

    def work(values: dict[str, Any]) -> str:
        services.rule_add(actor=request.user, values=form.values(), since=values["since"])
        return back

    return form_page(
        request,
        form,
        work,
        heading="录入裁量基准",
        submit="录入",
        cancel_url=back,
        done="已录入。",
        two_columns=True,
        sentence="本级录入的裁量阶次优先于样本；已办理的案件不受影响。裁量基准应当向社会公布。",
        crumbs=crumbs(("裁量基准", back), ("录入", "")),
    )
