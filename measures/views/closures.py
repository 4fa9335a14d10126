"""Emergency closures."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone

from casework.web import (
    AuthedRequest,
    Column,
    crumbs,
    data,
    desk_page,
    form_page,
    paper,
    papers,
    posted_version,
)
from measures import forms, selectors, services
from measures import papers as wording
from measures.filters import ClosureFilter
from measures.models import Closure
from measures.views import kit
from measures.views.kit import Register, Step

VIEW = "measures.view"
CLOSURE_COLUMNS = (
    Column("标题", lambda row: row.title, 40),
    Column("原因", lambda row: row.get_cause_display()),
    Column("范围", lambda row: row.get_scope_kind_display()),
    Column("停课开始", lambda row: row.from_on),
    Column("恢复日期", lambda row: row.lifted_on),
    Column("停课机构（家）", lambda row: row.place_count),
    Column("已核查（家）", lambda row: row.checked_count),
    Column("没有停课（家）", lambda row: row.broken_count),
    Column("状态", lambda row: row.get_status_display()),
)


def closure_url(row: Closure) -> str:
    """The closure's page."""
    return reverse("measures:closure_detail", kwargs={"uid": row.uid})


CLOSURES = Register(
    ("标题", "范围", "停课", "核查", "状态"),
    lambda row: [
        {"text": row.title, "url": closure_url(row), "sub": row.get_cause_display()},
        {"text": row.get_scope_kind_display(), "sub": f"{row.place_count} 家"},
        {"text": f"{row.from_on:%Y-%m-%d}", "sub": f"{row.lifted_on:%Y-%m-%d} 恢复" if row.lifted_on else ""},
        {
            "text": f"{row.checked_count} 家",
            "sub": f"没有停课 {row.broken_count} 家" if row.broken_count else "",
        },
        {"status": row},
    ],
)


@desk_page(VIEW)
def closure_list(request: AuthedRequest) -> HttpResponseBase:
    """Register of emergency closures."""
    return kit.list_page(
        request,
        rows=selectors.closures_visible(request.user),
        title="应急停课",
        subtitle="疫情、极端天气等应急情形下停止线下培训，依有权机关的决定发布和恢复",
        register=CLOSURES,
        columns=CLOSURE_COLUMNS,
        filterset=ClosureFilter,
        unit="份",
        here="measures:closure_list",
        create=("起草停课通知", "measures:closure_create", "measures.closure_edit"),
    )


def _closure_form(request: AuthedRequest, row: Closure | None) -> HttpResponse:
    initial: dict[str, Any] = {"from_on": timezone.localdate(), "officer_one": request.user.pk}
    if row is not None:
        initial = {
            "towns": list(row.towns.values_list("pk", flat=True)),
            "institutions": list(row.targets.values_list("institution", flat=True)),
        }
    form = forms.ClosureForm(**data(request), actor=request.user, instance=row, initial=initial)

    def work(values: dict[str, Any]) -> str:
        organ = request.user.organisation
        if organ is None:
            raise Http404
        scope = {"towns": values["towns"], "institutions": values["institutions"]}
        if row is not None:
            services.closure_edit(
                actor=request.user,
                closure=row,
                values=form.values(),
                version=posted_version(request),
                **scope,
            )
            return closure_url(row)
        made = services.closure_draft(
            actor=request.user,
            organ=organ,
            officers=(values["officer_one"], values["officer_two"]),
            values=form.values("officer_one", "officer_two"),
            **scope,
        )
        return closure_url(made)

    return form_page(
        request,
        form,
        work,
        heading="修改停课通知" if row else "起草停课通知",
        submit="保存",
        cancel_url=closure_url(row) if row else reverse("measures:closure_list"),
        done="已保存，由负责人发布。",
        version=row.version if row else None,
        two_columns=True,
        crumbs=crumbs(("应急停课", reverse("measures:closure_list")), ("填写", "")),
    )


@desk_page("measures.closure_edit")
def closure_create(request: AuthedRequest) -> HttpResponse:
    """Draw a closure up."""
    return _closure_form(request, None)


@desk_page("measures.closure_edit")
def closure_edit(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """Change a draft."""
    return _closure_form(request, kit.found(selectors.closures_visible(request.user), request, uid))


CLOSURE_STEPS: dict[str, Step] = {
    "issue": Step(
        "发布停课",
        lambda actor, row, v: services.closure_issue(actor=actor, closure=row),
        "停课通知已发布，范围内的机构已列出。",
        "measures.closure_issue",
    ),
    "lift": Step(
        "恢复",
        lambda actor, row, v: services.closure_lift(actor=actor, closure=row, **v),
        "恢复通知已发布。",
        "measures.closure_issue",
        forms.LiftForm,
    ),
    "withdraw": Step(
        "撤回",
        lambda actor, row, v: services.closure_withdraw(actor=actor, closure=row, **v),
        "已撤回。",
        "measures.closure_issue",
        forms.ReasonForm,
        danger=True,
    ),
}


@desk_page(VIEW)
def closure_detail(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """One closure with the places that it binds."""
    row = kit.found(selectors.closures_visible(request.user), request, uid)
    user = request.user
    own = row.organ_id == user.organisation_id and user.may("measures.closure_edit")
    may_check = own and row.status == "IN_FORCE"
    rows: list[list[dict[str, Any]]] = []
    for target in selectors.targets_of(user, row)[:500]:
        link = reverse("measures:closure_check", kwargs={"pk": target.pk})
        word = "未核查" if target.complied is None else "已停课" if target.complied else "没有停课"
        tone = "mute" if target.complied is None else "ok" if target.complied else "bad"
        home = f"劝返 {target.pupils_sent_home} 人" if target.pupils_sent_home else ""
        rows.append(
            [
                {"text": target.institution.name, "sub": target.institution.region.name},
                {"word": word, "tone": tone, "sub": f"{target.note} {home}".strip()},
                {
                    "text": f"{target.checked_on:%Y-%m-%d}" if target.checked_on else "—",
                    "links": [{"label": "核查", "url": link}] if may_check else [],
                },
            ]
        )
    links = []
    if own and row.status == "DRAFT":
        links = [{"label": "修改", "url": reverse("measures:closure_edit", args=[row.uid]), "icon": "edit"}]
    return kit.detail_page(
        request,
        row,
        heading=row.title,
        has_status=True,
        subtitle=row.get_cause_display(),
        links=links,
        actions=kit.step_actions(user, row, CLOSURE_STEPS, "measures:closure_step"),
        sections=[
            kit.text("要求", row.demand, f"依据：{row.basis}"),
            kit.table("停课机构", ("机构", "核查", "日期"), rows, "发布时按范围列出。"),
        ],
        facts=kit.facts(
            ("发布单位", row.organ.name),
            ("范围", wording.closure_scope(row)[:200]),
            ("停课开始", f"{row.from_on:%Y-%m-%d}"),
            ("预计恢复", f"{row.until_on:%Y-%m-%d}" if row.until_on else "另行通知"),
            ("恢复日期", f"{row.lifted_on:%Y-%m-%d}" if row.lifted_on else ""),
            ("恢复依据", row.lift_basis),
            ("执法人员", f"{row.officer_one.name}、{row.officer_two.name}"),
        ),
        papers=papers(paper("停课通知", row.document), paper("恢复通知", row.lift_document)),
        crumbs=crumbs(("应急停课", reverse("measures:closure_list")), (row.title, "")),
    )


@desk_page(VIEW)
def closure_step(request: AuthedRequest, uid: UUID, name: str) -> HttpResponse:
    """One step of a closure."""
    row = kit.found(selectors.closures_visible(request.user), request, uid)
    trail = crumbs(("应急停课", reverse("measures:closure_list")), (row.title, closure_url(row)))
    return kit.step_page(request, row, CLOSURE_STEPS, name, closure_url(row), trail)


@desk_page("measures.closure_edit")
def closure_check(request: AuthedRequest, pk: int) -> HttpResponse:
    """Whether one place keeps to the closure."""
    target = selectors.target_get(request.user, pk)
    if target is None:
        raise Http404("没有找到这家机构，或您无权查看。")
    home = closure_url(target.closure)
    form = forms.CheckForm(**data(request), actor=request.user, row=target)

    def work(values: dict[str, Any]) -> str:
        services.closure_check(actor=request.user, target=target, **values)
        return home

    return form_page(
        request,
        form,
        work,
        heading=f"核查停课：{target.institution.name}",
        submit="登记",
        cancel_url=home,
        done="核查结果已登记。",
        crumbs=crumbs(
            ("应急停课", reverse("measures:closure_list")), (target.closure.title, home), ("核查", "")
        ),
    )
