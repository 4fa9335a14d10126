"""The two addresses of all actions."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from casework.web import (
    AuthedRequest,
    crumbs,
    desk_page,
    form_page,
    get_visible,
    posted_version,
    require,
    run_transition,
)
from penalties.models import (
    Case,
)
from penalties.views.actions.kinds import Action
from penalties.views.actions.table import ACTIONS
from penalties.views.common import (
    TAB_OF,
    action_url,
    case_get,
    case_url,
)


@desk_page("penalties.case_view")
def case_action(request: AuthedRequest, uid: UUID, name: str) -> HttpResponse:
    """One action on a case."""
    action = ACTIONS.get(name)
    if action is None or action.row is not None:
        raise Http404("没有这一步。")
    return _page(request, case_get(request, uid), name, action, None)


@desk_page("penalties.case_view")
def row_action(request: AuthedRequest, uid: UUID, name: str, row: UUID) -> HttpResponse:
    """One action on a row of a case."""
    action = ACTIONS.get(name)
    if action is None or action.row is None:
        raise Http404("没有这一步。")
    case = case_get(request, uid)
    found = get_visible(action.row.objects.filter(case=case), request.user, row)
    return _page(request, case, name, action, found)


def _page(request: AuthedRequest, case: Case, name: str, action: Action, row: Any) -> HttpResponse:
    require(request.user, action.permission)
    back = case_url(case, TAB_OF.get(name, ""))
    if action.form is None:
        return _one_click(request, case, action, row, back)
    form = action.form(request, case, row)
    form.version = posted_version(request)

    def work(values: dict[str, Any]) -> str:
        result = action.run(request.user, case, row, form)
        if action.tells:
            messages.info(request, action.tells(result))
        return back

    return form_page(
        request,
        form,
        work,
        heading=action.label,
        subtitle=case.title,
        submit=action.label,
        cancel_url=back,
        done=action.done,
        sentence=action.sentence,
        danger=action.is_danger,
        two_columns=action.two_columns,
        preview=action.issues,
        version=case.version if action.versioned else None,
        crumbs=crumbs(
            ("处罚案件", reverse("penalties:case_list")), (str(case), case_url(case)), (action.label, "")
        ),
    )


def _one_click(request: AuthedRequest, case: Case, action: Action, row: Any, back: str) -> HttpResponse:
    if request.method == "POST":
        run_transition(request, lambda: action.run(request.user, case, row, None), action.done)
    return redirect(back)


def step_url(case: Case, name: str) -> str | None:
    """Where a step of the workflow is carried out: a page, or a POST address for one click."""
    action = ACTIONS.get(name)
    if action is None:
        return None
    url = action_url(case, name)
    return url if action.form else f"POST {url}"
