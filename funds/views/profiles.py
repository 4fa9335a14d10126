"""Desk pages of statement layouts: a register, and a form that shows at once what it makes of a sample."""

from __future__ import annotations

from functools import partial
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from casework.errors import Unlawful
from casework.web import (
    AuthedRequest,
    Column,
    data,
    desk_page,
    form_page,
    get_visible,
    kit,
    posted_version,
    run_transition,
)
from casework.web.kit import Register
from funds import selectors, services
from funds.filters import ProfileFilter
from funds.forms.bank import FORMAT_WORDS, ProfileForm
from funds.models import BankProfile
from funds.statements import preview, profile_of
from funds.views.bank_common import path_to, tabs

EDIT = "funds.profile_edit"
COLUMNS = (
    Column("模板", lambda row: row.name, 30),
    Column("版本", lambda row: row.edition),
    Column("现用", lambda row: row.is_current),
    Column("银行", lambda row: str(row.bank or "各银行通用"), 24),
    Column("格式", lambda row: row.layout["format"]),
    Column("已读文件", lambda row: row.file_count),
    Column("说明", lambda row: row.note, 40),
    Column("登记人", lambda row: row.created_by.name),
)


def _cells(row: Any) -> list[dict[str, Any]]:
    return [
        {
            "text": row.name,
            "url": reverse("funds:profile_change", kwargs={"uid": row.uid}) if row.is_current else "",
            "sub": row.note,
        },
        {"text": f"第 {row.edition} 版"},
        {"text": str(row.bank or "各银行通用")},
        {"text": FORMAT_WORDS[row.layout["format"]]},
        {"text": f"{row.file_count} 份", "num": True},
        {"word": "现用" if row.is_current else "旧版本", "tone": "ok" if row.is_current else "mute"},
    ]


@desk_page(EDIT)
def profile_list(request: AuthedRequest) -> HttpResponseBase:
    """Register of layouts."""
    return kit.register_page(
        request,
        rows=selectors.profiles_visible(request.user),
        title="对账单模板",
        subtitle="写明一家银行怎样导出流水，不用改程序；读过文件的版本不再改动，修改即成新版本",
        register=Register(("模板", "版本", "银行", "格式", "已读文件", "状态"), _cells),
        columns=COLUMNS,
        filterset=ProfileFilter,
        unit="个",
        create=("新建模板", "funds:profile_create", EDIT),
        more=[{"label": "装入常见版式", "url": reverse("funds:profile_install")}],
        empty="可以先装入常见银行的版式，再按本地银行的文件修改。",
        **tabs(request, "funds:profile_list"),
    )


@desk_page(EDIT)
def profile_install(request: AuthedRequest) -> HttpResponse:
    """Ask, then put the shipped layouts among the bureau's own."""
    home = reverse("funds:profile_list")
    if request.method == "POST":
        run_transition(
            request, lambda: services.profiles_install(actor=request.user), "常见版式已装入，同名的没有改动。"
        )
        return redirect(home)
    names = "、".join(row["name"] for row in services.shipped_profiles())
    context = {
        "heading": "装入常见版式",
        "submit": "装入",
        "sentence": f"将装入：{names}。已有同名模板的不改动。",
        "cancel_url": home,
        "crumbs": path_to(("对账单模板", home), ("装入常见版式", "")),
    }
    return render(request, "ui/confirm_page.html", context)


@desk_page(EDIT)
def profile_create(request: AuthedRequest) -> HttpResponse:
    """A new layout, perhaps from one that stands."""
    start = next((row for row in services.shipped_profiles() if row["name"] == request.GET.get("from")), None)
    return _form(request, None, ProfileForm(**data(request), actor=request.user, start=start))


@desk_page(EDIT)
def profile_change(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """The current version of a layout."""
    row = get_visible(selectors.profiles_visible(request.user), request.user, uid)
    return _form(request, row, ProfileForm(**data(request), actor=request.user, row=row))


def _save(request: AuthedRequest, row: BankProfile | None, form: ProfileForm, values: dict[str, Any]) -> str:
    shared = {"layout": form.layout(), "bank": values["bank"], "note": values["note"]}
    if row is None:
        services.profile_create(actor=request.user, name=values["name"], **shared)
    else:
        services.profile_change(actor=request.user, profile=row, version=posted_version(request), **shared)
    return reverse("funds:profile_list")


def _form(request: AuthedRequest, row: BankProfile | None, form: ProfileForm) -> HttpResponse:
    home = reverse("funds:profile_list")
    used = row is not None and row.files.exists()
    return form_page(
        request,
        form,
        partial(_save, request, row, form),
        heading=str(row) if row else "新建对账单模板",
        submit="保存为新版本" if used else "保存",
        cancel_url=home,
        done="模板已保存。",
        template="funds/profile_form.html",
        version=row.version if row else None,
        two_columns=True,
        used=used,
        crumbs=path_to(("对账单模板", home), (str(row) if row else "新建", "")),
    )


@require_POST
@desk_page(EDIT)
def profile_preview(request: AuthedRequest) -> HttpResponse:
    """What the form, as it stands, makes of the chosen sample; nothing is kept."""
    form = ProfileForm(request.POST, request.FILES, actor=request.user)
    form.fields["name"].required = False
    context: dict[str, Any] = {"has_sample": False}
    sample = request.FILES.get("sample")
    if form.is_valid() and sample is not None:
        context["has_sample"] = True
        try:
            layout = profile_of({"name": "样本", **form.layout()})
            context["found"] = preview(sample.read(), layout)
            context["heads"] = set(layout.heads.values())
        except Unlawful as refusal:
            context["refusal"] = refusal.message
            context["found"] = _rows_only(sample, form)
    elif sample is not None:
        context |= {"has_sample": True, "refusal": "表单还没有填对，请先改正标红的项目。"}
    return render(request, "funds/_profile_preview.html", context)


def _rows_only(sample: Any, form: ProfileForm) -> Any:
    """The first rows as they stand, so that the headings can be copied from them."""
    values = form.cleaned_data
    plain = {name: values[name] for name in ("format", "encoding", "delimiter")}
    sample.seek(0)
    heads = {"date": "（未指定）", "amount": "（未指定的金额）"}
    return preview(sample.read(), profile_of({"name": "样本", "heads": heads, **plain}))


profile_preview.permission = EDIT  # type: ignore[attr-defined]
