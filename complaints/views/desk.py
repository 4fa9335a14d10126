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
from complaints.models import Clue, VerifyStatus
from complaints.selectors import desk as selectors
from complaints.selectors.channels import patterns_of
from complaints.selectors.disputes import disputes_visible
from complaints.selectors.sites import suggestions
from complaints.views import steps
from complaints.views.common import LABEL, tabs

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


def clue_url(row: Clue) -> str:
    """The clue's page."""
    return reverse("complaints:clue_detail", kwargs={"uid": row.uid})


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
        "sections": _sections(user, row),
        "show_files": True,
        "files": kit.files(user, row),
        "facts": _facts(user, row),
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


def _sections(actor: User, row: Clue) -> list[dict[str, Any]]:
    sections = [kit.text("反映内容", row.text)]
    if row.outcome:
        sections.append(
            kit.text(
                "办理结果",
                f"{row.get_outcome_display()}（{timezone.localtime(row.closed_at):%Y-%m-%d} {row.closed_by.name}）"
                if row.closed_at and row.closed_by
                else row.get_outcome_display(),
                row.outcome_note,
                f"给反映人的答复：{row.public_answer}",
            )
        )
    sections += [_looks(actor, row), *_patterns(row), *_disputes(actor, row), _talk(row), _moves(row)]
    earlier: list[list[dict[str, Any]]] = [
        [
            {"text": other.number or "（未编号）", "url": clue_url(other), "sub": other.text[:30]},
            {"text": shared},
            {"status": other, "sub": other.get_outcome_display() if other.outcome else ""},
        ]
        for other, shared in selectors.earlier_clues(actor, row)
    ]
    if earlier:
        sections.append(kit.table("同一对象的其他线索", ("线索", "相同之处", "状态"), earlier, ""))
    return sections


def _looks(actor: User, row: Clue) -> dict[str, Any]:
    looks: list[list[dict[str, Any]]] = []
    for look in selectors.verifications_of(row):
        links = [
            {"label": f"材料{number}", "url": item["url"]}
            for number, item in enumerate(kit.files(actor, look), start=1)
        ]
        if look.status == VerifyStatus.ASKED and actor.may("complaints.clue_handle"):
            drop = reverse("complaints:verification_drop", kwargs={"uid": look.uid})
            links = [{"label": "撤回请求", "url": drop}]
        when = timezone.localtime(look.looked_at) if look.looked_at else None
        looks.append(
            [
                {"text": look.get_way_display(), "sub": look.looked_by},
                {"text": f"{when:%Y-%m-%d %H:%M}" if when else f"请于 {look.due_on:%Y-%m-%d} 前核查"},
                {"text": look.facts or look.asked, "links": links,
                 "sub": f"初步结论：{look.get_suggestion_display()}" if look.suggestion else ""},
                {"status": look},
            ]
        )  # fmt: skip
    return kit.table("核查记录", ("方式", "时间", "情况", "状态"), looks, "还没有核查记录。")


def _patterns(row: Clue) -> list[dict[str, Any]]:
    """Covers recognised in the clue, with the evidence that is still missing."""
    rows: list[list[dict[str, Any]]] = [
        [
            {
                "text": item.pattern.name,
                "url": reverse("complaints:pattern_note", args=[row.uid, item.pattern.code]),
            },
            {"text": "、".join(item.held) or "还没有"},
            {"text": "、".join(item.missing) or "已齐全"},
        ]
        for item in patterns_of(row)
    ]
    return [kit.table("隐形变异形态", ("形态", "已取得的证据", "待补证据"), rows, "")] if rows else []


def _disputes(actor: User, row: Clue) -> list[dict[str, Any]]:
    rows: list[list[dict[str, Any]]] = [
        [
            {"text": item.number, "url": reverse("complaints:dispute_detail", args=[item.uid])},
            {"text": item.party_name},
            {"status": item},
        ]
        for item in disputes_visible(actor).filter(clue=row)
    ]
    return [kit.table("退费纠纷", ("编号", "对方", "状态"), rows, "")] if rows else []


def _talk(row: Clue) -> dict[str, Any]:
    said: list[list[dict[str, Any]]] = [
        [
            {"text": message.get_side_display(), "sub": message.author.name if message.author else ""},
            {"text": f"{timezone.localtime(message.said_at):%m-%d %H:%M}", "nowrap": True},
            {"text": message.text},
        ]
        for message in row.messages.select_related("author")
    ]
    return kit.table("与反映人的往来", ("发言方", "时间", "内容"), said, "还没有往来消息。")


def _moves(row: Clue) -> dict[str, Any]:
    moves: list[list[dict[str, Any]]] = [
        [
            {"text": move.get_kind_display(), "sub": move.done_by.name},
            {"text": move.to_organ.short_name if move.to_organ else "（退回分派）",
             "sub": f"自 {move.from_organ.short_name}" if move.from_organ else ""},
            {"text": f"{timezone.localtime(move.done_at):%Y-%m-%d %H:%M}"},
            {"text": move.reason},
        ]
        for move in row.transfers.select_related("from_organ", "to_organ", "done_by")
    ]  # fmt: skip
    return kit.table("流转", ("方式", "承办单位", "时间", "理由"), moves, "还没有分派。")


def _facts(actor: User, row: Clue) -> list[dict[str, Any]]:
    place = row.institution
    may = place is not None and actor.may("institutions.institution_view") and not actor.reach.department_id
    url = reverse("institutions:institution_detail", kwargs={"uid": place.uid}) if may and place else ""
    merged = "、".join(row.merged_clues.values_list("number", flat=True))
    return kit.facts(
        ("来源渠道", row.get_channel_display()),
        ("反映事项", row.get_kind_display()),
        ("问题类型", row.violation.name if row.violation else ""),
        ("涉及机构", place.name if place else "", url),
        ("被反映方", row.subject_name),
        ("对方联系方式", row.party_contact),
        ("乡镇（街道）", row.region.name),
        ("地点", row.place_text),
        ("位置", f"{row.longitude:.5f}，{row.latitude:.5f}" if row.longitude is not None else ""),
        ("发生时间", f"{timezone.localtime(row.happened_at):%Y-%m-%d %H:%M}" if row.happened_at else ""),
        ("时间规律", row.happened_note),
        ("收到时间", f"{timezone.localtime(row.received_at):%Y-%m-%d %H:%M}"),
        (
            "反映人",
            "实名，已密封" if row.is_real_name else "留有联系方式，已密封" if row.has_contact else "匿名",
        ),
        ("外部工单号", row.ticket_no),
        ("外部期限", f"{row.external_due_on:%Y-%m-%d}" if row.external_due_on else ""),
        ("来源编号", row.source_no),
        ("承办单位", row.assigned_organ.name if row.assigned_organ else ""),
        ("承办人", row.assignee.name if row.assignee else ""),
        ("核查完成", f"{timezone.localtime(row.verified_at):%Y-%m-%d %H:%M}" if row.verified_at else ""),
        ("整改确认", f"{timezone.localtime(row.fixed_at):%Y-%m-%d}" if row.fixed_at else ""),
        ("反映人意见", row.get_solved_display() if row.status == "CLOSED" else ""),
        ("重办次数", row.reopened_count or ""),
        ("并入本条", merged),
    )


@desk_page(VIEW)
def clue_print(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """A clue on paper: facts, looks, moves, result; nothing of the reporter."""
    row, user = clue_get(request, uid), request.user
    context = {
        "row": row,
        "facts": _facts(user, row),
        "sections": [item for item in _sections(user, row) if item["title"] != "同一对象的其他线索"],
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
