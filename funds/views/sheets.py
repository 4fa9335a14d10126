"""Uploading sheets of contracts and lessons, from the portal and from the desk."""

from __future__ import annotations

from io import BytesIO
from typing import Any
from uuid import UUID

from django import forms as django_forms
from django.http import FileResponse, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse

from casework.web import AuthedRequest, data, desk_page, form_page, get_visible, give_rows, portal_page
from casework.web.transitions import run_transition
from funds import services
from funds.forms.contracts import SheetForm
from funds.models import FundSheet
from funds.selectors.sheets import sheet_rows
from funds.sheets import KINDS, TITLES, template_of
from funds.views.common import path_to
from funds.views.portal import own_place, way
from institutions.models import Institution
from institutions.selectors import institutions_visible

TONES = {"NEW": "ok", "SAME": "mute", "REJECTED": "bad"}
SHOWN = 500


class DeskSheetForm(SheetForm):
    """The institution and its sheet."""

    institution = django_forms.ModelChoiceField(
        label="机构", queryset=Institution.objects.none(), empty_label="请选择"
    )
    field_order = ("institution",)

    def __init__(self, *args: Any, actor: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        give_rows(self, institution=institutions_visible(actor).filter(standing="LICENSED").order_by("name"))


def _upload(request: AuthedRequest, kind: str) -> HttpResponse:
    place = own_place(request)
    form = SheetForm(**data(request))

    def work(values: dict[str, Any]) -> str:
        row = services.sheet_receive(
            actor=request.user, institution=place, kind=kind, upload=values["upload"]
        )
        return reverse("funds_portal:sheet_detail", kwargs={"uid": row.uid})

    back = "contract_list" if kind == "CONTRACTS" else "lesson_list"
    return form_page(
        request,
        form,
        work,
        heading=f"导入{TITLES[kind]}",
        submit="核对",
        cancel_url=reverse(f"funds_portal:{back}"),
        done="已核对，请看每一行的结果，确认后才写入。",
        template="funds/portal_sheet_form.html",
        template_url=reverse("funds_portal:sheet_template", kwargs={"kind": kind}),
        crumbs=way((TITLES[kind], reverse(f"funds_portal:{back}")), ("导入表格", "")),
    )


@portal_page("funds.contract_enter")
def contract_sheet(request: AuthedRequest) -> HttpResponse:
    """Contracts of the institution."""
    return _upload(request, "CONTRACTS")


@portal_page("funds.lesson_declare")
def lesson_sheet(request: AuthedRequest) -> HttpResponse:
    """Lessons of the institution."""
    return _upload(request, "LESSONS")


@portal_page("funds.own_view")
def sheet_template(request: AuthedRequest, kind: str) -> HttpResponseBase:
    """A blank sheet."""
    return _template(kind)


def _template(kind: str) -> HttpResponseBase:
    kind = kind if kind in TITLES else "CONTRACTS"
    return FileResponse(BytesIO(template_of(kind)), as_attachment=True, filename=f"{TITLES[kind]}模板.xlsx")


@portal_page("funds.own_view")
def sheet_detail(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """The preview, and its confirmation."""
    row = get_visible(
        FundSheet.objects.exclude(kind="OPENING").select_related("institution__region"), request.user, uid
    )
    here = reverse("funds_portal:sheet_detail", kwargs={"uid": row.uid})
    back = reverse(f"funds_portal:{'contract_list' if row.kind == 'CONTRACTS' else 'lesson_list'}")
    path = way((TITLES[row.kind], back), ("导入表格", ""))
    return preview(request, row, here, back, "base_portal.html", path)


def preview(
    request: AuthedRequest, row: FundSheet, here: str, back: str, base: str, path: Any, **extra: Any
) -> HttpResponse:
    """Every row with what would happen to it, then the word: take in, or throw away."""
    if request.method == "POST" and "discard" in request.POST:
        gone = run_transition(
            request, lambda: services.sheet_discard(actor=request.user, sheet=row), "已放弃，文件已删除。"
        )
        return redirect(back if gone else here)
    if request.method == "POST":
        run_transition(request, lambda: services.sheet_apply(actor=request.user, sheet=row), "已导入。")
        return redirect(here)
    lines = [{"row": item, "word": KINDS[item.kind], "tone": TONES[item.kind]} for item in sheet_rows(row)]
    lines.sort(key=lambda line: {"bad": 0, "ok": 1, "mute": 2}[str(line["tone"])])
    context = {
        "row": row,
        "base": base,
        "lines": lines[:SHOWN],
        "hidden": max(0, len(lines) - SHOWN),
        "will": sum(line["tone"] == "ok" for line in lines),
        "counts": [(KINDS[kind], row.counts.get(kind, 0)) for kind in KINDS],
        "back": back,
        "crumbs": path,
        "word": TITLES[row.kind],
        "may_apply": True,
        **extra,
    }
    return render(request, "funds/sheet_detail.html", context)


@desk_page("funds.contract_enter")
def desk_sheet(request: AuthedRequest) -> HttpResponse:
    """The bureau uploads contracts for an institution."""
    form = DeskSheetForm(**data(request), actor=request.user)

    def work(values: dict[str, Any]) -> str:
        row = services.sheet_receive(
            actor=request.user, institution=values["institution"], kind="CONTRACTS", upload=values["upload"]
        )
        return reverse("funds:sheet_detail", kwargs={"uid": row.uid})

    return form_page(
        request,
        form,
        work,
        heading="导入培训合同",
        submit="核对",
        cancel_url=reverse("funds:contract_list"),
        done="已核对，请看每一行的结果，确认后才写入。",
        crumbs=path_to(("培训合同", reverse("funds:contract_list")), ("导入表格", "")),
    )


@desk_page("funds.contract_enter")
def desk_sheet_detail(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """The preview on the desk."""
    row = get_visible(
        FundSheet.objects.exclude(kind="OPENING").select_related("institution__region"), request.user, uid
    )
    here, back = reverse("funds:sheet_detail", kwargs={"uid": row.uid}), reverse("funds:contract_list")
    path = path_to(("培训合同", back), ("导入表格", ""))
    return preview(request, row, here, back, "base_desk.html", path)
