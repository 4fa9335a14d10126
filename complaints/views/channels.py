"""Desk pages of mail files, hotline sheets and covers of hidden training."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from casework.errors import DomainError
from casework.web import (
    AuthedRequest,
    Column,
    crumbs,
    data,
    desk_page,
    export_response,
    form_page,
    get_visible,
    kit,
    object_link,
    run_transition,
)
from casework.web.kit import Register
from complaints import services
from complaints.filters.channels import TicketFilter
from complaints.forms.channels import MailForm, PatternForm, TicketsForm
from complaints.models import Clue, CoverPattern
from complaints.selectors import channels as selectors
from complaints.views.common import named_clue, tabs

INTAKE = "complaints.intake"
HOME = ("收件", "complaints:intake")
TICKET_COLUMNS = (
    Column("工单编号", lambda row: row.external_no, 24),
    Column("线索编号", lambda row: row.number, 24),
    Column("收到时间", lambda row: row.received_at),
    Column("反映事项", lambda row: row.get_kind_display(), 24),
    Column("反映内容", lambda row: row.text, 60),
    Column("承办单位", lambda row: row.assigned_organ.name if row.assigned_organ else "", 24),
    Column("热线期限", lambda row: row.external_due_on),
    Column("状态", lambda row: row.get_status_display()),
    Column("办理结果", lambda row: row.get_outcome_display() if row.outcome else "", 20),
    Column("答复内容", lambda row: row.public_answer, 60),
    Column("办结时间", lambda row: row.closed_at),
)
REPLY_COLUMNS = tuple(
    column
    for column in TICKET_COLUMNS
    if column.label in {"工单编号", "承办单位", "办理结果", "答复内容", "办结时间"}
)


@desk_page(INTAKE)
def intake(request: AuthedRequest) -> HttpResponse:
    """What other channels sent: mail files, hotline sheets, answers that wait to go back."""
    context = {
        "tabs": tabs(request, "complaints:intake"),
        "batches": selectors.batches_visible(request.user)[:10],
        "waiting": selectors.replies_waiting(request.user).count(),
        "crumbs": crumbs(("线索和随手拍", reverse("complaints:clue_list")), ("收件", "")),
    }
    return render(request, "complaints/intake.html", context)


@desk_page(INTAKE)
def mail_import(request: AuthedRequest) -> HttpResponse:
    """Take mail files in, each on its own: a bad one does not stop the others."""
    form = MailForm(**data(request))
    context = {"crumbs": crumbs(("收件", reverse(HOME[1])), ("导入邮件", "")), "form": form}
    if request.method == "POST" and form.is_valid():
        context["results"] = [_take(request, upload) for upload in form.cleaned_data["mails"]]
    status = 422 if request.method == "POST" and form.errors else 200
    return render(request, "complaints/mail_import.html", context, status=status)


def _take(request: AuthedRequest, upload: Any) -> dict[str, Any]:
    try:
        taken = services.mail_import(actor=request.user, data=upload.read())
    except DomainError as error:
        return {"tone": "bad", "word": "没有登记", "notes": [error.message]}
    clue = taken.clue
    return {
        "tone": "ok" if taken.is_new else "mute",
        "word": "已登记" if taken.is_new else "以前登记过",
        "number": clue.number,
        "url": object_link(request.user, "complaints.clue", clue.uid),
        "notes": taken.left_out,
    }


@desk_page(INTAKE)
def tickets_upload(request: AuthedRequest) -> HttpResponse:
    """Upload a hotline sheet; the next page says what registering it would do."""
    form = TicketsForm(**data(request))

    def work(values: dict[str, Any]) -> str:
        sheet = values["sheet"]
        batch = services.tickets_check(actor=request.user, upload=sheet, name=sheet.name)
        return reverse("complaints:tickets_batch", kwargs={"uid": batch.uid})

    return form_page(
        request,
        form,
        work,
        heading="导入 12345 工单",
        submit="核对",
        cancel_url=reverse(HOME[1]),
        done="核对完成，还没有登记。",
        crumbs=crumbs(("收件", reverse(HOME[1])), ("导入 12345 工单", "")),
    )


@desk_page(INTAKE)
def tickets_batch(request: AuthedRequest, uid: UUID) -> HttpResponse | StreamingHttpResponse:
    """What registering a sheet would do, row by rejected row, and the button that does it."""
    batch = get_visible(selectors.batches_visible(request.user), request.user, uid)
    if request.GET.get("export") in {"xlsx", "csv"}:
        columns = (Column("行号", lambda row: row[0], 8), Column("不能登记的原因", lambda row: row[1], 60))
        return export_response(batch.rejected, columns, "不能登记的工单", request.GET["export"])
    context = {"batch": batch, "crumbs": crumbs(("收件", reverse(HOME[1])), ("12345 工单", ""))}
    return render(request, "complaints/tickets_batch.html", context)


@require_POST
@desk_page(INTAKE)
def tickets_step(request: AuthedRequest, uid: UUID, name: str) -> HttpResponse:
    """Register the sheet, or give it up."""
    batch = get_visible(selectors.batches_visible(request.user), request.user, uid)
    steps = {
        "apply": (services.tickets_apply, "已登记。"),
        "drop": (services.tickets_drop, "已放弃，内容已销毁。"),
    }
    if name not in steps:
        raise Http404("没有这个办理步骤。")
    service, done = steps[name]
    run_transition(request, lambda: service(actor=request.user, batch=batch), done)
    return redirect("complaints:tickets_batch", uid=uid)


def _ticket_cells(row: Any) -> list[dict[str, Any]]:
    answered = {"word": "已导出", "tone": "ok"} if row.is_replied else {"text": "—"}
    return [
        {
            "text": row.external_no,
            "url": reverse("complaints:ticket_open", kwargs={"uid": row.uid}),
            "sub": row.number,
        },
        {"text": row.text[:60], "sub": row.get_kind_display()},
        {"text": row.assigned_organ.short_name if row.assigned_organ else "—"},
        {"due": row.external_due_on or row.due_on, "done": row.closed_at},
        {"status": row},
        answered,
    ]


@desk_page(INTAKE)
def ticket_list(request: AuthedRequest) -> HttpResponseBase:
    """Hotline tickets with their own numbers and terms."""
    return kit.register_page(
        request,
        rows=selectors.tickets_visible(request.user),
        title="12345 工单",
        subtitle="保留热线的工单号和期限；办结后导出答复表交回热线",
        register=Register(("工单", "内容", "承办单位", "期限", "状态", "答复"), _ticket_cells),
        columns=TICKET_COLUMNS,
        filterset=TicketFilter,
        unit="件",
        create=("导入工单", "complaints:tickets_upload", INTAKE),
        empty="从 12345 平台导出工单表格，在这里导入。",
        crumbs=crumbs(("收件", reverse(HOME[1])), ("12345 工单", "")),
    )


@desk_page(INTAKE)
def ticket_open(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """The clue's own page."""
    clue = get_visible(Clue.objects.all(), request.user, uid)
    return redirect(
        object_link(request.user, "complaints.clue", clue.uid) or reverse("complaints:ticket_list")
    )


@require_POST
@desk_page(INTAKE)
def replies_export(request: AuthedRequest) -> HttpResponse | StreamingHttpResponse:
    """The sheet of answers that the hotline does not have yet; each answer goes out once."""
    waiting = list(selectors.replies_waiting(request.user))
    try:
        fresh = services.replies_export(actor=request.user, clues=waiting)
    except DomainError as error:
        messages.error(request, error.message)
        return redirect("complaints:intake")
    return export_response(fresh, REPLY_COLUMNS, "12345 工单答复", "xlsx")


# -- covers of hidden training ------------------------------------------------------------------------------


@desk_page("complaints.clue_view")
def pattern_list(request: AuthedRequest) -> HttpResponse | StreamingHttpResponse:
    """Covers, how to see through each, what proves it, and how many clues show it."""
    rows = selectors.patterns_counted(request.user)
    if request.GET.get("export") in {"xlsx", "csv"}:
        columns = (
            Column("形态", lambda row: row.name, 24),
            Column("表现", lambda row: row.description, 40),
            Column("须取得的证据", lambda row: "；".join(row.evidence), 60),
            Column("线索（条）", lambda row: row.clue_count),
            Column("查实（条）", lambda row: row.confirmed_count),
        )
        return export_response(rows, columns, "隐形变异形态", request.GET["export"])
    context = {
        "rows": rows,
        "clue": named_clue(request),
        "tabs": tabs(request, "complaints:pattern_list"),
        "crumbs": crumbs(("线索和随手拍", reverse("complaints:clue_list")), ("隐形变异形态", "")),
    }
    return render(request, "complaints/pattern_list.html", context)


@desk_page("complaints.clue_handle")
def pattern_note(request: AuthedRequest, uid: UUID, code: str) -> HttpResponse:
    """Say that a clue shows a cover, and tick the evidence at hand."""
    clue = get_visible(Clue.objects.all(), request.user, uid)
    pattern = CoverPattern.objects.filter(code=code, is_active=True).first()
    if pattern is None:
        raise Http404("没有这种形态。")
    known = clue.patterns.filter(pattern=pattern).first()
    form = PatternForm(**data(request), pattern=pattern, initial={"held": known.held if known else []})
    back = object_link(request.user, "complaints.clue", clue.uid) or reverse("complaints:pattern_list")

    def work(values: dict[str, Any]) -> str:
        services.pattern_note(actor=request.user, clue=clue, pattern=pattern, held=values["held"])
        return back

    return form_page(
        request,
        form,
        work,
        heading=f"{clue.number}：{pattern.name}",
        submit="保存",
        cancel_url=back,
        done="已记录。",
        sentence=f"{pattern.description}。勾选已经取得的证据，没有勾的列为待补证据。",
        crumbs=crumbs(("隐形变异形态", reverse("complaints:pattern_list")), (pattern.name, "")),
    )
