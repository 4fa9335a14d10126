"""Pages of training materials: the desk's list and review, the institution's own submissions."""

from __future__ import annotations

from functools import partial
from typing import Any
from uuid import UUID

from django import forms
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse

from accounts.models import User
from casework.web import (
    AuthedRequest,
    Column,
    data,
    desk_page,
    form_page,
    get_visible,
    kit,
    object_link,
    portal_page,
)
from casework.web.kit import Register, Step
from institutions import selectors, services
from institutions.filters import MaterialFilter
from institutions.forms.registers import MaterialForm, ReasonForm, ReviewForm
from institutions.models import TrainingMaterial
from institutions.views.common import parts, path_to

VIEW, REVIEW, DECIDE = (
    "institutions.material_view",
    "institutions.material_review",
    "institutions.material_decide",
)
SUBMIT = "institutions.material_submit"
COLUMNS = (
    Column("机构", lambda row: row.institution.name, 30),
    Column("材料名称", lambda row: row.title, 36),
    Column("版次", lambda row: row.edition),
    Column("类型", lambda row: row.get_kind_display()),
    Column("书号", lambda row: row.isbn, 20),
    Column("科目（项目）", lambda row: row.subject),
    Column("使用对象", lambda row: row.audience),
    Column("编者或出版社", lambda row: row.author, 24),
    Column("来源", lambda row: row.get_origin_display()),
    Column("报审（发现）日期", lambda row: row.submitted_on),
    Column("状态", lambda row: row.get_status_display()),
    Column("审核意见", lambda row: row.opinion, 40),
    Column("审核人", lambda row: row.reviewed_by.name if row.reviewed_by else ""),
    Column("审定日期", lambda row: row.decided_on),
    Column("审定人", lambda row: row.decided_by.name if row.decided_by else ""),
)
STEPS = {
    "review": Step(
        "出具审核意见",
        lambda actor, row, values: services.material_review(actor=actor, material=row, **values),
        "审核意见已保存，等待审定。",
        REVIEW,
        ReviewForm,
        submit="提交意见",
    ),
    "approve": Step(
        "审定通过",
        lambda actor, row, values: services.material_decide(actor=actor, material=row, is_fit=True),
        "已审定通过。",
        DECIDE,
    ),
    "reject": Step(
        "审定不得使用",
        lambda actor, row, values: services.material_decide(
            actor=actor, material=row, is_fit=False, **values
        ),
        "已审定不得使用。",
        DECIDE,
        ReasonForm,
        danger=True,
    ),
    "retire": Step(
        "停止使用",
        lambda actor, row, values: services.material_retire(actor=actor, material=row, **values),
        "已停止使用。",
        DECIDE,
        ReasonForm,
        danger=True,
    ),
}


def _home() -> str:
    return reverse("institutions:material_list")


def _url(row: TrainingMaterial) -> str:
    return reverse("institutions:material_detail", args=[row.uid])


def _cells(row: Any, *, actor: User) -> list[dict[str, Any]]:
    place = row.institution
    return [
        {"text": str(row), "url": _url(row), "sub": f"{row.subject} · {row.audience}"},
        {"text": place.name, "url": object_link(actor, "institutions.institution", place.uid)},
        {"text": row.get_kind_display(), "nowrap": True},
        {"text": f"{row.submitted_on:%Y-%m-%d}", "sub": row.get_origin_display(), "nowrap": True},
        {"status": row},
    ]


@desk_page(VIEW)
def material_list(request: AuthedRequest) -> HttpResponseBase:
    """Every training material in reach."""
    return kit.register_page(
        request,
        rows=selectors.materials_visible(request.user),
        title="培训材料审核",
        subtitle="凡编必审、凡用必审：机构报审的和检查发现的材料，一人审核、另一人审定",
        register=Register(
            ("材料", "机构", "类型", "报审（发现）", "状态"), partial(_cells, actor=request.user)
        ),
        columns=COLUMNS,
        filterset=MaterialFilter,
        unit="种",
        create=("登记发现的材料", "institutions:material_create", REVIEW),
        empty="机构在办事端报审，检查中发现的由工作人员登记。",
        **parts(request.user, "institutions:material_list"),
    )


@desk_page(REVIEW)
def material_create(request: AuthedRequest) -> HttpResponse:
    """A material that was found at an institution."""

    def work(values: dict[str, Any]) -> str:
        place, files = values.pop("institution"), values.pop("pages")
        row = services.material_enter(actor=request.user, institution=place, values=values, files=files)
        return _url(row)

    return form_page(
        request, MaterialForm(**data(request), actor=request.user), work, heading="登记发现的培训材料",
        submit="登记", cancel_url=_home(), done="已登记，请出具审核意见。", two_columns=True,
        crumbs=path_to(("培训材料", _home()), ("登记", "")),
    )  # fmt: skip


@desk_page(VIEW)
def material_detail(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """One edition: what it is, its pages, opinion and decision."""
    row: Any = get_visible(selectors.materials_visible(request.user), request.user, uid)
    place = row.institution
    return kit.detail_page(
        request,
        row,
        heading=str(row),
        subtitle=place.name,
        has_status=True,
        actions=kit.step_actions(request.user, row, STEPS, "institutions:material_step"),
        facts=kit.facts(
            ("机构", place.name, object_link(request.user, "institutions.institution", place.uid)),
            ("类型", row.get_kind_display()),
            ("书号", row.isbn),
            ("科目（项目）", row.subject),
            ("使用对象", row.audience),
            ("编者或出版社", row.author),
            ("来源", row.get_origin_display()),
            ("报审（发现）日期", f"{row.submitted_on:%Y-%m-%d}"),
            ("机构内部审核", f"{row.inner_on:%Y-%m-%d}" if row.inner_on else ""),
            ("审核人", row.reviewed_by.name if row.reviewed_by else ""),
            ("审定人", row.decided_by.name if row.decided_by else ""),
            ("审定日期", f"{row.decided_on:%Y-%m-%d}" if row.decided_on else ""),
        ),
        sections=[kit.text("审核意见", row.opinion or "还没有出具审核意见。")],
        show_files=True,
        files_title="材料内容",
        files=kit.files(request.user, row),
        history=kit.history(request.user, row.uid),
        crumbs=path_to(("培训材料", _home()), (str(row), "")),
    )


@desk_page(VIEW)
def material_step(request: AuthedRequest, uid: UUID, name: str) -> HttpResponse:
    """One step of the review."""
    row: Any = get_visible(selectors.materials_visible(request.user), request.user, uid)
    return kit.step_page(
        request, row, STEPS, name, _url(row), path_to(("培训材料", _home()), (str(row), _url(row)))
    )


@portal_page(SUBMIT)
def own_materials(request: AuthedRequest) -> HttpResponse:
    """The institution's materials: submit one, see what became of the others."""
    user = request.user
    place = selectors.institution_of_organisation(user.organisation) if user.organisation else None
    if place is None:
        raise Http404("这个账号还没有关联机构档案。")
    home = reverse("institutions_portal:own_materials")

    def work(values: dict[str, Any]) -> str:
        files = values.pop("pages")
        services.material_enter(actor=user, institution=place, values=values, files=files)
        return home

    rows = [_own_cells(row) for row in selectors.materials_visible(user)[:100]]
    table = kit.table("已报审", ("材料", "类型", "报审日期", "状态", "教育部门意见"), rows, "还没有报审。")
    return form_page(
        request, MaterialForm(**data(request), actor=user, place=place), work, heading="培训材料报审",
        submit="报审", cancel_url=reverse("casework_portal:home"), done="已报审，结果在这里查看。",
        template="ui/portal_entries.html", two_columns=True, table=table,
        sentence="教材、讲义、练习和数字资源都要先由机构内部审核，再报教育部门审核；审核通过后才能使用。",
    )  # fmt: skip


def _own_cells(row: Any) -> list[dict[str, Any]]:
    links = []
    if row.status in {"SUBMITTED", "REVIEWED"} and row.origin == "SUBMITTED":
        links = [
            {"label": "撤回", "url": reverse("institutions_portal:own_material_withdraw", args=[row.uid])}
        ]
    return [
        {"text": str(row), "sub": f"{row.subject} · {row.audience}"},
        {"text": row.get_kind_display()},
        {"text": f"{row.submitted_on:%Y-%m-%d}", "nowrap": True},
        {"status": row},
        {"text": row.opinion if row.decided_on else "", "links": links},
    ]


@portal_page(SUBMIT)
def own_material_withdraw(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """Ask once more, then take the material back."""
    row: Any = get_visible(selectors.materials_visible(request.user), request.user, uid)
    home = reverse("institutions_portal:own_materials")

    def work(values: dict[str, Any]) -> str:
        services.material_withdraw(actor=request.user, material=row)
        return home

    return form_page(
        request, forms.Form(**data(request)), work, heading=f"撤回报审：{row}", submit="撤回", cancel_url=home,
        done="已撤回。", danger=True, sentence="撤回后教育部门不再审核；这份材料不能使用。",
    )  # fmt: skip
