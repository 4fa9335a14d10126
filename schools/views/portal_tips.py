"""Letters in the school's own portal: read, signed for and answered on one page."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from casework.web import (
    AuthedRequest,
    crumbs,
    data,
    form_page,
    get_visible,
    kit,
    paper,
    papers,
    portal_page,
    run_transition,
)
from schools import services
from schools.forms.tips import AnswerForm
from schools.models import WorkTip
from schools.selectors import tips as selectors
from schools.services import Answer

PORTAL, ANSWER = "schools.portal_view", "schools.tip_answer"
HOME = "schools_portal:tip_list"


def _found(request: AuthedRequest, uid: UUID) -> WorkTip:
    return get_visible(selectors.tips_visible(request.user), request.user, uid)


def tip_url(row: WorkTip) -> str:
    """The school's page of a letter."""
    return reverse("schools_portal:tip_detail", kwargs={"uid": row.uid})


@portal_page(PORTAL)
def tip_list(request: AuthedRequest) -> HttpResponse:
    """Letters to the school, those to be answered first."""
    rows = list(selectors.tips_visible(request.user)[:200])
    rows.sort(key=lambda row: not row.is_waiting)
    return render(request, "schools/portal_tip_list.html", {"tips": rows})


def _answered(form: AnswerForm) -> Answer:
    values = {name: form.cleaned_data[name] for name in Answer.__dataclass_fields__}
    return Answer(**values)


@portal_page(PORTAL)
def tip_detail(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """One letter with its answers; while the bureau waits, the form to answer stands below."""
    row = _found(request, uid)
    context: dict[str, Any] = {
        "tip": row,
        "heading": row.number,
        "requirements": [line for line in row.requirements.splitlines() if line.strip()],
        "answers": selectors.answers_of(request.user, row),
        "reminder": selectors.reminders_of(request.user, row).first() if row.is_waiting else None,
        "files": kit.files(request.user, row),
        "papers": papers(paper("工作提示函", row.document)),
        "crumbs": crumbs(("工作提示", reverse(HOME)), (row.number, "")),
    }
    if not (row.is_waiting and request.user.may(ANSWER)):
        return render(request, "schools/portal_tip.html", context)
    form = AnswerForm(**data(request), tip=row, last=selectors.last_answer(request.user, row))

    def work(values: dict[str, Any]) -> str:
        services.tip_answer(actor=request.user, tip=row, answer=_answered(form), files=values["papers"])
        return tip_url(row)

    heading = context.pop("heading")
    return form_page(
        request,
        form,
        work,
        heading=heading,
        submit="提交答复",
        cancel_url=reverse(HOME),
        done="答复已提交，等待审核。",
        template="schools/portal_tip.html",
        **context,
    )


@require_POST
@portal_page(ANSWER)
def tip_receive(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """Sign for a letter."""
    row = _found(request, uid)
    run_transition(request, lambda: services.tip_receive(actor=request.user, tip=row), "已签收。")
    return redirect(tip_url(row))


tip_receive.permission = ANSWER  # type: ignore[attr-defined]
