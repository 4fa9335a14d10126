"""The institution's own pages: contracts, lessons, when its money comes, refunds to answer.

No page here shows a family's link, telephone or whole name.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from casework.money import yuan
from casework.web import AuthedRequest, ListPage, crumbs, data, form_page, get_visible, kit, portal_page
from casework.web.kit import Register, Step
from casework.web.transitions import run_transition
from funds import selectors, services
from funds.filters_custody import LessonFilter, OwnContractFilter
from funds.forms import contracts as forms
from funds.forms.accounts import ReasonForm
from funds.models import Contract
from funds.views import contracts as desk
from funds.views import lessons as desk_lessons
from funds.views.common import plain_form, row_form
from institutions.models import Institution

OWN = "funds.own_view"
HOME = "funds_portal:home"
PARTS = (
    ("资金", HOME),
    ("合同", "funds_portal:contract_list"),
    ("课时", "funds_portal:lesson_list"),
    ("退费", "funds_portal:refund_list"),
)


def own_place(request: AuthedRequest) -> Institution:
    """The institution whose account is signed in; Http404 when there is none."""
    place = Institution.objects.visible_to(request.user).select_related("region", "bureau").first()
    if place is None:
        raise Http404("您的账号没有关联机构。")
    return place


def parts(here: str) -> list[dict[str, Any]]:
    """Parts of these pages."""
    return [{"label": label, "url": reverse(name), "active": name == here} for label, name in PARTS]


def way(*pairs: tuple[str, str]) -> list[dict[str, str]]:
    """The way to a page."""
    return crumbs(("预收费资金", reverse(HOME)), *pairs)


@portal_page(OWN)
def home(request: AuthedRequest) -> HttpResponse:
    """What is in custody, what may be released, when it comes and why it is held."""
    place, today = own_place(request), timezone.localdate()
    account = selectors.accounts_visible(request.user).filter(kind="CUSTODY").exclude(status="CLOSED").first()
    due = selectors.release_due(account, today, is_applied=True) if account else None
    context = {
        "place": place,
        "account": account,
        "due": due,
        "releases": list(selectors.releases_visible(request.user)[:20]),
        "is_staged": account is not None and account.release_mode == "STAGED",
        "may_apply": request.user.may("funds.release_apply"),
        "tabs": parts(HOME),
        "tabs_label": "预收费资金",
    }
    return render(request, "funds/portal_home.html", context)


@portal_page("funds.release_apply")
def release_apply(request: AuthedRequest) -> HttpResponse:
    """Ask for what was earned."""
    account = selectors.accounts_visible(request.user).filter(kind="CUSTODY").exclude(status="CLOSED").first()
    if account is None:
        raise Http404("您的机构还没有托管账户。")
    due = selectors.release_due(account, timezone.localdate(), is_applied=True)
    form = forms.NoteForm(**data(request))

    def work(values: dict[str, Any]) -> str:
        services.release_apply(actor=request.user, account=account, note=values["note"])
        return reverse(HOME)

    return form_page(
        request,
        form,
        work,
        heading="申请拨付",
        submit="提交申请",
        cancel_url=reverse(HOME),
        done="已申请，等教育局批准。",
        template="funds/portal_form.html",
        sentence=f"现可拨付 {yuan(due.fen)}。{' '.join(due.blocks)}",
        crumbs=way(("申请拨付", "")),
    )


def _contract_cells(row: Any) -> list[dict[str, Any]]:
    url = reverse("funds_portal:contract_detail", kwargs={"uid": row.uid})
    return [
        {"text": row.number, "url": url, "sub": row.student_masked},
        {"text": row.course, "sub": f"{row.starts_on:%Y-%m-%d} 至 {row.ends_on:%Y-%m-%d}"},
        {"text": f"{row.used} / {row.lessons}", "num": True},
        {"text": yuan(row.paid_fen), "sub": f"总价 {yuan(row.price_fen)}", "num": True},
        {"status": row},
    ]


def listed(request: AuthedRequest, rows: Any, register: Register, **context: Any) -> HttpResponseBase:
    """A list of the portal."""
    here, title = context.pop("here"), context.pop("title")
    return ListPage(
        request=request,
        rows=rows,
        template="funds/portal_list.html",
        title=title,
        filterset=context.pop("filterset", None),
        columns=context.pop("columns", ()),
        unit=context.pop("unit"),
        context={
            "register": register,
            "tabs": parts(here),
            "tabs_label": "预收费资金",
            "crumbs": way((title, "")),
            **context,
        },
    ).response()


@portal_page(OWN)
def contract_list(request: AuthedRequest) -> HttpResponseBase:
    """The institution's contracts."""
    return listed(
        request,
        selectors.contracts_visible(request.user),
        Register(("合同和学员", "课程", "消课", "已缴", "状态"), _contract_cells),
        here="funds_portal:contract_list",
        title="培训合同",
        filterset=OwnContractFilter,
        columns=desk.COLUMNS,
        unit="份",
        empty="登记合同并提交生效后，家长才能缴费。",
        buttons=[
            {"label": "导入表格", "url": reverse("funds_portal:contract_sheet")},
            {"label": "登记合同", "url": reverse("funds_portal:contract_create"), "primary": True},
        ],
    )


@portal_page("funds.contract_enter")
def contract_create(request: AuthedRequest) -> HttpResponse:
    """A new contract."""
    place = own_place(request)
    form = forms.ContractForm(**data(request))

    def work(values: dict[str, Any]) -> str:
        return _url(services.contract_draft(actor=request.user, institution=place, values=values))

    return form_page(
        request,
        form,
        work,
        heading="登记合同",
        submit="保存草稿",
        cancel_url=reverse("funds_portal:contract_list"),
        done="已保存草稿。核对后提交生效。",
        template="funds/portal_form.html",
        two_columns=True,
        crumbs=way(("培训合同", reverse("funds_portal:contract_list")), ("登记", "")),
    )


def _url(row: Contract) -> str:
    return reverse("funds_portal:contract_detail", kwargs={"uid": row.uid})


STEPS: dict[str, Step] = {
    "edit": Step(
        "修改草稿",
        lambda actor, row, values: services.contract_edit(actor=actor, contract=row, values=values),
        "已保存。",
        "funds.contract_enter",
        row_form(forms.ContractForm),
        submit="保存",
        two_columns=True,
    ),
    "sign": desk.STEPS["sign"],
    "terminate": Step(
        "终止",
        lambda actor, row, values: services.contract_terminate(
            actor=actor, contract=row, reason=values["reason"]
        ),
        "已终止。",
        "funds.contract_enter",
        plain_form(ReasonForm),
        danger=True,
    ),
}


@portal_page(OWN)
def contract_detail(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """One contract of the institution."""
    row: Any = get_visible(selectors.contracts_visible(request.user), request.user, uid)
    actor = request.user
    extras = kit.plain_steps(
        actor, row, STEPS, "funds_portal:contract_step", *(("edit",) if row.status == "DRAFT" else ())
    )
    context = {
        "row": row,
        "heading": f"合同 {row.number}",
        "subtitle": f"{row.student_masked} · {row.course}",
        "notes": row.warnings,
        "actions": [*extras, *kit.step_actions(actor, row, STEPS, "funds_portal:contract_step")],
        "sections": [desk.money_section(row), desk.lesson_section(row, "")],
        "facts": desk.contract_facts(row),
        "crumbs": way(("培训合同", reverse("funds_portal:contract_list")), (row.number, "")),
    }
    return render(request, "funds/portal_detail.html", context)


@portal_page(OWN)
def contract_step(request: AuthedRequest, uid: UUID, name: str) -> HttpResponse:
    """One step of a contract."""
    row: Any = get_visible(selectors.contracts_visible(request.user), request.user, uid)
    path = way(("培训合同", reverse("funds_portal:contract_list")), (row.number, _url(row)))
    return portal_step(request, row, STEPS, name, _url(row), path)


def portal_step(
    request: AuthedRequest, row: Any, steps: dict[str, Step], name: str, home_url: str, path: Any
) -> HttpResponse:
    """Carry out one step in the portal's face."""
    step = steps.get(name)
    if step is None:
        raise Http404("没有这个办理步骤。")
    if step.form is None:
        return _clicked(request, row, step, home_url)
    form = step.form(**data(request), actor=request.user, row=row)
    return form_page(
        request,
        form,
        lambda values: (step.work(request.user, row, values), home_url)[1],
        heading=step.heading,
        submit=step.submit,
        cancel_url=home_url,
        done=step.done,
        danger=step.danger,
        sentence=step.sentence,
        two_columns=step.two_columns,
        template="funds/portal_form.html",
        crumbs=[*path, {"label": step.heading, "url": ""}],
    )


def _clicked(request: AuthedRequest, row: Any, step: Step, home_url: str) -> HttpResponse:
    from django.http import HttpResponseNotAllowed
    from django.shortcuts import redirect

    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    run_transition(request, lambda: step.work(request.user, row, {}), step.done)
    return redirect(home_url)


def _lesson_cells(row: Any) -> list[dict[str, Any]]:
    url = reverse("funds_portal:lesson_withdraw", kwargs={"uid": row.uid})
    links = [{"label": "撤回", "url": url}] if row.status == "TAUGHT" else []
    return [
        {
            "text": f"{row.taught_on:%Y-%m-%d}",
            "sub": f"第 {row.slot} 课时" + ("，缺课" if row.is_absent else ""),
        },
        {"text": row.contract.number, "sub": f"{row.contract.student_masked} {row.contract.course}"},
        {"text": desk.countdown(row), "links": links},
        {"text": yuan(row.fen) if row.fen else "—", "num": True},
        {"status": row, "sub": row.decision},
    ]


@portal_page(OWN)
def lesson_list(request: AuthedRequest) -> HttpResponseBase:
    """Declared lessons and where each stands."""
    return listed(
        request,
        selectors.lessons_visible(request.user),
        Register(("上课日期", "合同", "自动确认", "消课金额", "状态"), _lesson_cells),
        here="funds_portal:lesson_list",
        title="课时",
        filterset=LessonFilter,
        columns=desk_lessons.COLUMNS[:-2],
        unit="课时",
        empty="上课后在这里申报，家长确认或到期自动确认后才能拨付。",
        buttons=[
            {"label": "导入表格", "url": reverse("funds_portal:lesson_sheet")},
            {"label": "申报课时", "url": reverse("funds_portal:lesson_declare"), "primary": True},
        ],
    )


@portal_page("funds.lesson_declare")
def lesson_declare(request: AuthedRequest) -> HttpResponse:
    """Tick who was there on a day."""
    place = own_place(request)
    form = forms.DeclareForm(**data(request), place=place)

    def work(values: dict[str, Any]) -> str:
        absent = {row.pk for row in values["absent"]}
        rows = [
            services.Taught(row, values["taught_on"], values["slot"], is_absent=row.pk in absent)
            for row in [*values["present"], *values["absent"]]
        ]
        services.lessons_declare(actor=request.user, institution=place, rows=rows)
        return reverse("funds_portal:lesson_list")

    return form_page(
        request,
        form,
        work,
        heading="申报课时",
        submit="申报",
        cancel_url=reverse("funds_portal:lesson_list"),
        done="已申报，等家长确认。",
        template="funds/portal_form.html",
        sentence="按实际上课情况申报。虚报课时的，教育局依法处理。",
        crumbs=way(("课时", reverse("funds_portal:lesson_list")), ("申报", "")),
    )


@portal_page("funds.lesson_declare")
def lesson_withdraw(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """Take a mistaken declaration back."""
    row: Any = get_visible(selectors.lessons_visible(request.user), request.user, uid)
    url = reverse("funds_portal:lesson_list")
    step = {"withdraw": desk_lessons.STEPS["withdraw"]}
    return portal_step(request, row, step, "withdraw", url, way(("课时", url)))
