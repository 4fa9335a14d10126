"""The register of clues, the first look, entering one by hand, and a clue's own page."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from casework.evidence.services import evidence_receive
from casework.web import AuthedRequest, Column, crumbs, data, desk_page, form_page, get_visible, kit
from complaints import services
from complaints.filters.desk import ClueFilter
from complaints.forms import desk as forms
from complaints.models import Clue
from complaints.selectors import desk as selectors
from complaints.selectors.sites import suggestions
from complaints.views import steps
from complaints.views.clue_sections import clue_facts, clue_sections
from complaints.views.common import LABEL, clue_url, tabs

VIEW = "complaints.clue_view"
COLUMNS = (
    Column("线索编号", lambda row: row.number, 24),
    Column("来源渠道", lambda row: row.get_channel_display()),
    Column("反映事项", lambda row: row.get_kind_display(), 24),
    Column("收到时间", lambda row: row.received_at),
    Column("乡镇（街道）", lambda row: row.region.name),
    Column("地点", lambda row: row.place_text, 30),
    Column("涉及机构", lambda row: row.institution.name if row.institution else row.subject_name, 30),
    Column("反映内容（已隐去个人信息）", lambda row: row.text, 60),
    Column("状态", lambda row: row.get_status_display()),
    Column("承办单位", lambda row: row.assigned_organ.name if row.assigned_organ else "", 24),
    Column("承办人", lambda row: row.assignee.name if row.assignee else ""),
    Column("受理期限", lambda row: row.accept_due_on),
    Column("办理期限", lambda row: row.due_on),
    Column("核查完成时间", lambda row: row.verified_at),
    Column("办理结果", lambda row: row.get_outcome_display()),
    Column("办结时间", lambda row: row.closed_at),
    Column("反映人意见", lambda row: row.get_solved_display()),
    Column("整改确认时间", lambda row: row.fixed_at),
    Column("外部工单号", lambda row: row.ticket_no),
)


def present_due(row: Clue) -> Any:
    """The day that counts now."""
    return (
        row.accept_due_on
        if row.status == "RECEIVED"
        else row.due_on
        if row.status in selectors.TOWARDS
        else None
    )


def _cells(row: Clue) -> list[dict[str, Any]]:
    due = present_due(row)
    organ = row.assigned_organ.short_name if row.assigned_organ else ""
    return [
        {"text": row.number or "（未编号）", "url": clue_url(row), "sub": row.text[:36]},
        {"text": row.get_kind_display(), "sub": row.get_channel_display()},
        {"text": row.institution.name if row.institution else row.subject_name or row.place_text,
         "sub": row.region.name},
        {"text": organ, "sub": row.assignee.name if row.assignee else ""},
        {"text": f"{timezone.localtime(row.received_at):%Y-%m-%d}", "nowrap": True},
        {"status": row, "sub": row.get_outcome_display() if row.outcome else ""},
        {"due": due, "explanation": row.accept_explanation if row.status == "RECEIVED" else row.due_explanation}
        if due else {"text": "待录入日历" if row.is_open else "—"},
    ]  # fmt: skip


REGISTER = kit.Register(("线索", "事项", "机构或地点", "承办", "收到", "状态", "期限"), _cells)


def clue_get(request: AuthedRequest, uid: UUID) -> Clue:
    """The clue inside the reader's reach, or 404."""
    return get_visible(selectors.clues_visible(request.user), request.user, uid)


@desk_page(VIEW)
def clue_list(request: AuthedRequest) -> HttpResponseBase:
    """The register of clues."""
    return kit.register_page(
        request,
        rows=selectors.clues_visible(request.user),
        title="线索台账",
        subtitle="随手拍、电话、12345、监督员、部门移送等全部渠道，一条一号",
        register=REGISTER,
        columns=COLUMNS,
        filterset=ClueFilter,
        unit="条",
        tabs=tabs(request, "complaints:clue_list"),
        tabs_label=LABEL,
        create=("登记线索", "complaints:clue_create", "complaints.clue_register"),
    )


@desk_page("complaints.clue_register")
def clue_create(request: AuthedRequest) -> HttpResponse:
    """Enter a clue by hand. The caller's name and number go behind the wall, never into the row."""
    user = request.user
    form = forms.RegisterForm(
        **data(request), actor=user, initial={"channel": request.GET.get("channel", "")}
    )
    receipts: list[str] = []

    def work(values: dict[str, Any]) -> str:
        made = services.clue_register(
            actor=user,
            bureau=request.bureau if user.bureau is None else user.bureau,
            report=form.report(),
            contact=form.contact(),
            with_receipt=values["with_receipt"],
        )
        for upload in values["photos"]:
            evidence_receive(actor=user, subject=made.clue, upload=upload)
        receipts.append(made.receipt)
        seen = selectors.clues_visible(user).filter(pk=made.clue.pk).exists()
        return clue_url(made.clue) if seen else reverse("complaints:clue_list")

    answer = form_page(
        request,
        form,
        work,
        heading="登记线索",
        submit="登记",
        cancel_url=reverse("complaints:clue_list"),
        done="线索已登记，受理期限开始计算。",
        two_columns=True,
        sentence="反映人的姓名和联系方式单独密封，办理人员看不到。",
        crumbs=crumbs(("线索", reverse("complaints:clue_list")), ("登记", "")),
    )
    if receipts and receipts[0]:
        messages.info(request, f"查询码（只显示这一次）：{steps.grouped(receipts[0])}")
    return answer


@desk_page(VIEW)
def clue_detail(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """One clue: what was reported, who looked, what was said, what may be done now."""
    row, user = clue_get(request, uid), request.user
    context = {
        "row": row,
        "heading": str(row),
        "has_status": True,
        "subtitle": f"{row.get_kind_display()} · {row.get_channel_display()}",
        "due_on": present_due(row),
        "due_explanation": row.accept_explanation if row.status == "RECEIVED" else row.due_explanation,
        "actions": steps.actions(user, row),
        "further": steps.further(user, row),
        "suggestions": suggestions(user, row) if user.may("complaints.site_view") else None,
        "may_edit_sites": user.may("complaints.site_edit"),
        "links": [
            {"label": "打印", "url": reverse("complaints:clue_print", kwargs={"uid": uid}), "icon": "printer"}
        ],
        "notes": _notes(user, row),
        "sections": clue_sections(user, row),
        "show_files": True,
        "files": kit.files(user, row),
        "facts": clue_facts(user, row),
        "history": kit.timeline(selectors.events_of(user, row)),
        "crumbs": crumbs(("线索", reverse("complaints:clue_list")), (str(row), "")),
    }
    return render(request, "complaints/clue_detail.html", context)


def _notes(actor: User, row: Clue) -> list[dict[str, str]]:
    found = []
    if row.reopen_asked_at:
        found.append(
            {"tone": "warn", "title": "反映人要求重办。", "text": "请决定重新办理，或说明不予重办的理由。"}
        )
    if row.merged_into:
        found.append({"tone": "info", "title": f"已并入 {row.merged_into.number}。", "text": "由那条线索一并办理和答复。",
                      "url": clue_url(row.merged_into), "action": "查看主线索"})  # fmt: skip
    if row.rejected_reason:
        found.append({"tone": "info", "title": "不予受理：", "text": row.rejected_reason})
    clock = selectors.clock_of(row)
    if clock is not None and clock.state == "PAUSED":
        hold = row.holds.filter(ended_on__isnull=True).first()
        until = f"，最迟 {hold.until:%Y-%m-%d} 恢复" if hold else ""
        found.append(
            {"tone": "warn", "title": "办理期限已中止", "text": f"{hold.reason if hold else ''}{until}"}
        )
    if row.is_spam_suspect and row.status == "QUARANTINED":
        found.append({"tone": "warn", "title": "疑似灌水。", "text": "系统按提交频率标记，请人工判断。"})
    return found


@desk_page(VIEW)
def clue_print(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """A clue on paper: facts, looks, moves, result; nothing of the reporter."""
    row, user = clue_get(request, uid), request.user
    context = {
        "row": row,
        "facts": clue_facts(user, row),
        "sections": [item for item in clue_sections(user, row) if item["title"] != "同一对象的其他线索"],
        "back": clue_url(row),
    }
    return render(request, "complaints/clue_print.html", context)


@desk_page(VIEW)
def clue_step(request: AuthedRequest, uid: UUID, name: str) -> HttpResponse:
    """One step of a clue."""
    row = clue_get(request, uid)
    trail = crumbs(("线索", reverse("complaints:clue_list")), (str(row), clue_url(row)))
    home = clue_url(row)
    answer = kit.step_page(request, row, steps.STEPS, name, home, trail)
    is_done = answer.status_code == 302 and answer["Location"] == home
    if is_done and not selectors.clues_visible(request.user).filter(pk=row.pk).exists():
        return redirect("complaints:clue_list")
    if is_done and request.POST.get("back") == "quarantine":
        return redirect("complaints:quarantine_list")
    return answer


@desk_page("complaints.clue_handle")
def verification_drop(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """Take a request to look back."""
    look = get_visible(selectors.asks_open(request.user), request.user, uid)
    home = clue_url(look.clue)
    form = forms.ReasonForm(**data(request), actor=request.user, row=look)

    def work(values: dict[str, Any]) -> str:
        services.verification_drop(actor=request.user, verification=look, reason=values["reason"])
        return home

    return form_page(
        request,
        form,
        work,
        heading="撤回核查请求",
        submit="撤回",
        cancel_url=home,
        done="已撤回。",
        crumbs=crumbs(
            ("线索", reverse("complaints:clue_list")), (str(look.clue), home), ("撤回核查请求", "")
        ),
    )
