"""The institution's refunds to answer."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse

from casework.money import yuan
from casework.web import AuthedRequest, get_visible, kit, portal_page
from casework.web.kit import Register, Step
from funds import selectors, services
from funds.forms import contracts as forms
from funds.views.common import plain_form
from funds.views.portal import OWN, listed, portal_step, way
from funds.views.refunds import working_lines


def _refund_cells(row: Any) -> list[dict[str, Any]]:
    return [
        {"text": row.number, "url": reverse("funds_portal:refund_detail", kwargs={"uid": row.uid})},
        {"text": row.contract.number, "sub": row.contract.student_masked},
        {"text": yuan(row.amount_fen), "sub": row.get_ground_display(), "num": True},
        {"due": row.answer_due_on, "explanation": row.due_explanation,
         "done": None if row.status == "APPLIED" else row.applied_at.date()},
        {"status": row},
    ]  # fmt: skip


@portal_page(OWN)
def refund_list(request: AuthedRequest) -> HttpResponseBase:
    """Refunds to answer and their outcome."""
    return listed(
        request,
        selectors.refunds_visible(request.user),
        Register(("编号", "合同和学员", "金额", "答复期限", "状态"), _refund_cells),
        here="funds_portal:refund_list",
        title="退费",
        unit="件",
        empty="没有退费申请。",
    )


REFUND_STEPS: dict[str, Step] = {
    "agree": Step(
        "同意退费",
        lambda actor, row, values: services.refund_agree(actor=actor, refund=row, answer=values["answer"]),
        "已同意，等教育局审定。",
        "funds.refund_answer",
        plain_form(forms.OptionalAnswerForm),
        submit="同意",
    ),
    "refuse": Step(
        "不同意退费",
        lambda actor, row, values: services.refund_refuse(actor=actor, refund=row, answer=values["answer"]),
        "已答复，由教育局调解。",
        "funds.refund_answer",
        plain_form(forms.AnswerForm),
        submit="提交答复",
    ),
}


@portal_page(OWN)
def refund_detail(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """One refund: the calculation and the two answers."""
    row: Any = get_visible(selectors.refunds_visible(request.user), request.user, uid)
    context = {
        "row": row,
        "heading": f"退费 {row.number}",
        "subtitle": f"合同 {row.contract.number} · {row.contract.student_masked}",
        "notes": [f"{row.answer_due_on:%Y-%m-%d} 前没有答复的，视为同意。"]
        if row.status == "APPLIED" and row.answer_due_on
        else [],
        "actions": kit.step_actions(request.user, row, REFUND_STEPS, "funds_portal:refund_step"),
        "sections": [
            *([kit.text("家长说明", row.statement)] if row.statement else []),
            working_lines(row.working, "计算过程"),
            *([kit.text("审定意见", row.decision)] if row.decision else []),
        ],
        "facts": kit.facts(
            ("原因", row.get_ground_display()),
            ("退费金额", yuan(row.amount_fen)),
            ("归机构", yuan(row.kept_fen)),
            ("答复", row.answer),
            ("支付日期", f"{row.paid_on:%Y-%m-%d}" if row.paid_on else ""),
        ),
        "crumbs": way(("退费", reverse("funds_portal:refund_list")), (row.number, "")),
    }
    return render(request, "funds/portal_detail.html", context)


@portal_page(OWN)
def refund_step(request: AuthedRequest, uid: UUID, name: str) -> HttpResponse:
    """One answer."""
    row: Any = get_visible(selectors.refunds_visible(request.user), request.user, uid)
    url = reverse("funds_portal:refund_detail", kwargs={"uid": row.uid})
    path = way(("退费", reverse("funds_portal:refund_list")), (row.number, url))
    return portal_step(request, row, REFUND_STEPS, name, url, path)
