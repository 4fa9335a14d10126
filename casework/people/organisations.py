"""The bodies that people act for: partner departments and townships, kept by the administrator."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse

from accounts.models import Organisation, OrganisationKind, Region, User
from accounts.models.organisations import COUNTERPARTS
from casework import audit
from casework.errors import NotAllowed, Unlawful
from casework.people.selectors import organisation_get
from casework.records import clean
from casework.web import (
    AuthedRequest,
    Column,
    ListPage,
    desk_page,
    fresh_key,
    give_rows,
    guarded,
    submit_once,
)

EDIT = "casework.users_edit"
FIELDS = ("name", "short_name", "region", "number_word", "uscc", "phone", "address", "is_active")
KINDS = [(kind.value, kind.label) for kind in OrganisationKind if kind not in COUNTERPARTS]
COLUMNS = (
    Column("全称", lambda row: row.name, 36),
    Column("简称", lambda row: row.short_name),
    Column("类别", lambda row: row.get_kind_display()),
    Column("辖区", lambda row: row.region.name),
    Column("机关代字", lambda row: row.number_word),
    Column("统一社会信用代码", lambda row: row.uscc, 22),
    Column("电话", lambda row: row.phone),
    Column("在用账号", lambda row: row.people),
    Column("状态", lambda row: "在用" if row.is_active else "已停用"),
)


@transaction.atomic
def organisation_save(
    *, actor: User, organisation: Organisation | None, values: dict[str, Any]
) -> Organisation:
    """Open or change a body of the actor's bureau. `values`: kind (new ones only) and FIELDS.

    An organ without 机关代字 issues nothing. Raises NotAllowed, Unlawful.
    """
    if not actor.may(EDIT) or actor.bureau is None:
        raise NotAllowed("您没有“维护用户与单位”的权限。")
    region: Region = values["region"]
    if not region.path.startswith(actor.bureau.region.path):
        raise Unlawful(f"{region.name}不在{actor.bureau.short_name}的辖区内，请重新选择。")
    is_new = organisation is None
    row = organisation or Organisation(bureau=actor.bureau, kind=values["kind"])
    changes = {}
    for name in FIELDS:
        if name in values and (is_new or getattr(row, name) != values[name]):
            changes[name] = [None if is_new else getattr(row, name), values[name]]
            setattr(row, name, values[name])
    row.region_path = region.path
    if not changes:
        return row
    clean(row)
    row.save()
    verb = "casework.organisation_create" if is_new else "casework.organisation_edit"
    audit.record(actor=actor, verb=verb, target=row, changes=changes)
    return row


class OrganisationForm(forms.Form):
    """Facts of a body; the kind is fixed once given."""

    kind = forms.ChoiceField(label="类别", choices=KINDS)
    name = forms.CharField(label="全称", max_length=100)
    short_name = forms.CharField(label="简称", max_length=40)
    region = forms.ModelChoiceField(label="辖区", queryset=Region.objects.none(), empty_label="请选择")
    number_word = forms.CharField(
        label="机关代字",
        max_length=20,
        required=False,
        help_text="如“巫市监”。以本机关名义制发文书的才填；不填则不能制发文书。",
    )
    uscc = forms.CharField(
        label="统一社会信用代码", max_length=18, required=False, help_text="处罚公示报送信用平台时使用。"
    )
    phone = forms.CharField(label="电话", max_length=40, required=False)
    address = forms.CharField(label="地址", max_length=200, required=False)
    is_active = forms.BooleanField(label="在用", required=False, initial=True)

    def __init__(
        self, *args: Any, actor: User, organisation: Organisation | None = None, **kwargs: Any
    ) -> None:
        if organisation is not None:
            kwargs.setdefault("initial", {name: getattr(organisation, name) for name in FIELDS})
        super().__init__(*args, **kwargs)
        regions = Region.objects.filter(path__startswith=actor.bureau.region.path if actor.bureau else "-")
        give_rows(self, region=regions.order_by("code"))
        if organisation is not None:
            del self.fields["kind"]


def organisations_listed(actor: User) -> QuerySet[Organisation]:
    """Bodies of the actor's bureau with the number of their active accounts, authorities first."""
    rows = Organisation.objects.filter(bureau=actor.bureau_id).select_related("region")
    return rows.annotate(people=Count("users", filter=Q(users__is_active=True))).order_by(
        "-is_active", "-number_word", "kind", "name"
    )


@desk_page(EDIT)
def organisation_list(request: AuthedRequest) -> HttpResponseBase:
    """Every body of the bureau."""
    return ListPage(
        request=request,
        rows=organisations_listed(request.user),
        template="casework/organisation_list.html",
        title="单位",
        columns=COLUMNS,
        unit="个",
    ).response()


@desk_page(EDIT)
def organisation_create(request: AuthedRequest) -> HttpResponse:
    """Open a body."""
    return _form_page(request, None)


@desk_page(EDIT)
def organisation_edit(request: AuthedRequest, organisation_id: int) -> HttpResponse:
    """Change a body."""
    return _form_page(request, organisation_get(actor=request.user, organisation_id=organisation_id))


def _form_page(request: AuthedRequest, organisation: Organisation | None) -> HttpResponse:
    form = OrganisationForm(request.POST or None, actor=request.user, organisation=organisation)
    home = reverse("casework:organisation_list")
    if request.method == "POST" and form.is_valid():

        def save() -> str:
            row = organisation_save(actor=request.user, organisation=organisation, values=form.cleaned_data)
            messages.success(request, f"已保存“{row.name}”。")
            return home

        with guarded(form):
            key = request.POST.get("idempotency_key", "")
            return redirect(submit_once(actor=request.user, key=key, work=save))
    heading = f"修改单位：{organisation.name}" if organisation else "新建单位"
    context = {
        "form": form,
        "heading": heading,
        "submit": "保存",
        "cancel_url": home,
        "idempotency_key": request.POST.get("idempotency_key") or fresh_key(),
        "crumbs": [
            {"label": "用户与角色", "url": reverse("casework:user_list")},
            {"label": "单位", "url": home},
            {"label": heading},
        ],
    }
    return render(request, "casework/user_form.html", context, status=422 if form.errors else 200)


audit.verb("casework.organisation_create", "新建单位")
audit.verb("casework.organisation_edit", "修改单位")
