"""Desk pages of bank statements: a register, upload, one file with its lines and its progress."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse

from accounts.models import User
from casework.models import JobState
from casework.money import yuan
from casework.web import AuthedRequest, Column, ListPage, data, desk_page, form_page, get_visible, kit
from casework.web.kit import Register
from funds import selectors, services
from funds.filters import LineFilter, StatementFilter
from funds.forms.bank import StatementForm
from funds.models import (
    TAKES_FILES,
    BankProfile,
    Channel,
    EscrowAccount,
    FileState,
    StatementBundle,
    StatementFile,
)
from funds.services import Handover
from funds.views.bank_common import VIEW, account_words, path_to, tabs
from funds.views.bundles import bundle_url

ENTER = "funds.statement_import"
COLUMNS = (
    Column("机构", lambda row: row.account.institution.name, 30),
    Column("账户", lambda row: account_words(row.account), 36),
    Column("文件名", lambda row: row.file_name, 30),
    Column("起始日期", lambda row: row.covers_from),
    Column("截止日期", lambda row: row.covers_to),
    Column("笔数", lambda row: row.line_count),
    Column("收入（元）", lambda row: row.came_fen / 100),
    Column("支出（元）", lambda row: row.went_fen / 100),
    Column("期末余额（元）", lambda row: row.closing_fen / 100 if row.closing_fen is not None else ""),
    Column("状态", lambda row: row.get_state_display()),
    Column("不予接收的原因", lambda row: row.refusal, 50),
    Column("来源", lambda row: row.get_channel_display()),
    Column("经手人", lambda row: row.created_by.name),
    Column("收到时间", lambda row: row.received_at),
    Column("文件指纹", lambda row: row.sha256, 30),
)


def statement_url(row: StatementFile) -> str:
    """The file's page."""
    return reverse("funds:statement_detail", kwargs={"uid": row.uid})


def days_of(row: StatementFile) -> str:
    """The days that a file covers."""
    if row.covers_from is None:
        return "—"
    if row.covers_from == row.covers_to:
        return f"{row.covers_from:%Y-%m-%d}"
    return f"{row.covers_from:%Y-%m-%d} 至 {row.covers_to:%m-%d}"


def _cells(row: Any) -> list[dict[str, Any]]:
    return [
        {"text": row.account.institution.name, "url": statement_url(row), "sub": account_words(row.account)},
        {"text": days_of(row), "sub": row.file_name, "nowrap": True},
        {"text": "—"}
        if row.refusal
        else {
            "text": f"{row.line_count} 笔",
            "sub": f"收 {yuan(row.came_fen)} 支 {yuan(row.went_fen)}",
            "num": True,
        },
        {"text": yuan(row.closing_fen), "num": True},
        {"text": row.get_channel_display(), "sub": f"{row.received_at:%Y-%m-%d} {row.created_by.name}"},
        {"status": row, "status_field": "state", "sub": row.refusal},
    ]


@desk_page(VIEW)
def statement_list(request: AuthedRequest) -> HttpResponseBase:
    """Register of files, refused ones included."""
    return kit.register_page(
        request,
        rows=selectors.statements_visible(request.user),
        title="银行对账单",
        subtitle="收到的每份文件都留存，不合格的写明原因；合格的逐笔入账一次",
        register=Register(("机构和账户", "日期和文件", "笔数", "期末余额", "来源", "状态"), _cells),
        columns=COLUMNS,
        filterset=StatementFilter,
        unit="份",
        create=("上传对账单", "funds:statement_create", ENTER),
        empty="从银行导出流水后，在这里上传；也可以由银行在办事大厅上传或接口推送。",
        **tabs(request, "funds:statement_list"),
    )


def upload(actor: User, channel: Channel, values: dict[str, Any]) -> StatementFile | StatementBundle:
    """Hand a filled form to the service."""
    account: EscrowAccount = values["account"]
    if values["is_quiet"]:
        return services.quiet_receive(
            actor=actor,
            account=account,
            closing_fen=values["closing"],
            covers_from=values["covers_from"],
            covers_to=values["covers_to"],
            channel=channel,
        )
    told = Handover(
        channel,
        opening_fen=values["opening"],
        closing_fen=values["closing"],
        count=values["count"],
        covers_from=values["covers_from"],
        covers_to=values["covers_to"],
    )
    file = values["file"]
    if values["is_many"]:
        return services.bundle_receive(
            actor=actor, profile=values["profile"], data=file.read(), name=file.name, handover=told
        )
    return services.statement_receive(
        actor=actor,
        account=account,
        profile=values["profile"],
        data=file.read(),
        name=file.name,
        handover=told,
    )


def _file_url(row: StatementFile | StatementBundle) -> str:
    return bundle_url(row) if isinstance(row, StatementBundle) else statement_url(row)


@desk_page(ENTER)
def statement_create(request: AuthedRequest) -> HttpResponse:
    """Upload a file for one account."""
    actor = request.user
    accounts = EscrowAccount.objects.visible_to(actor).filter(status__in=TAKES_FILES)
    form = StatementForm(
        **data(request),
        accounts=accounts.select_related("institution", "bank").order_by("institution__name", "kind"),
        profiles=BankProfile.objects.visible_to(actor).filter(is_current=True).order_by("name"),
    )
    home = reverse("funds:statement_list")
    return form_page(
        request,
        form,
        lambda values: _file_url(upload(actor, Channel.DESK, values)),
        heading="上传银行对账单",
        submit="上传并核对",
        cancel_url=home,
        done="文件已收到，核对结果如下。",
        two_columns=True,
        template="funds/statement_upload.html",
        preview_url=reverse("funds:statement_preview"),
        sentence="上传银行导出的原件。系统核对笔数、余额链和与上一份的衔接，合格的逐笔入账。",
        crumbs=path_to(("上传", "")),
    )


LINE_COLUMNS = (
    Column("银行入账日期", lambda row: row["line"].booked_on),
    Column("收入（元）", lambda row: row["line"].fen / 100 if row["line"].fen > 0 else ""),
    Column("支出（元）", lambda row: -row["line"].fen / 100 if row["line"].fen < 0 else ""),
    Column("余额（元）", lambda row: row["line"].balance_fen / 100),
    Column("流水号", lambda row: row["line"].serial),
    Column("对方户名", lambda row: row["line"].payer, 24),
    Column("摘要", lambda row: row["line"].summary, 24),
    Column("附言", lambda row: row["line"].reference, 30),
)
PLAIN_COLUMNS = tuple(
    Column(column.label, lambda row, ask=column.value: ask({"line": row}), column.width)  # type: ignore[misc]
    for column in LINE_COLUMNS
)


def line_cells(item: dict[str, Any], *, is_desk: bool = True) -> dict[str, Any]:
    """A line as the page of its file shows it."""
    line, posting, suspense = item["line"], item["posting"], item["item"]
    word, tone = ("待入账", "warn") if posting is None else (posting.get_matched_by_display(), "ok")
    url = ""
    if posting is not None and posting.matched_by == "NONE" and suspense is not None:
        word, tone = f"待查款：{suspense.get_status_display()}", suspense.status_tone
        url = reverse("funds:suspense_detail", kwargs={"uid": suspense.uid}) if is_desk else ""
    return {"line": line, "word": word, "tone": tone, "url": url}


def lines_page(
    request: AuthedRequest, row: StatementFile, template: str, room: str = "funds", **context: Any
) -> HttpResponseBase:
    """A file with its lines, filterable, paged, exported."""
    return ListPage(
        request=request,
        rows=selectors.lines_visible(request.user, row),
        template=template,
        title=f"{row.account.institution.name} {days_of(row)}",
        columns=PLAIN_COLUMNS,
        filterset=LineFilter,
        unit="笔",
        context={"file": row, "job": progress_of(row), "facts": _facts(row, room), **context},
    ).response()


def progress_of(row: StatementFile) -> dict[str, Any] | None:
    """The job's data for `ui/_progress.html` while a long file is worked."""
    job = row.job
    if job is None or row.state not in {FileState.RECEIVED, FileState.POSTING}:
        return None
    return {
        "label": job.label,
        "is_finished": job.state == JobState.DONE,
        "is_failed": job.state == JobState.FAILED,
        "percent": round(100 * job.done / job.total) if job.total else None,
        "message": "",
        "error": job.message,
    }


def _facts(row: StatementFile, room: str) -> list[dict[str, Any]]:
    told = row.told
    bundle_link = bundle_url(row.bundle, room) if row.bundle else ""
    return kit.facts(
        ("账户", account_words(row.account)),
        ("日期", days_of(row)),
        ("期初余额", yuan(row.opening_fen) if row.opening_fen is not None else ""),
        ("收入", f"{yuan(row.came_fen)}"),
        ("支出", f"{yuan(row.went_fen)}"),
        ("期末余额", yuan(row.closing_fen) if row.closing_fen is not None else ""),
        ("笔数", f"{row.line_count} 笔"),
        ("银行告知期末", yuan(told["closing_fen"]) if "closing_fen" in told else ""),
        ("模板", str(row.profile) if row.profile else "无发生额，不用模板"),
        *([("多账户文件", row.file_name, bundle_link)] if row.bundle else []),
        ("来源", f"{row.get_channel_display()}，{row.created_by.name}"),
        ("收到时间", f"{row.received_at:%Y-%m-%d}"),
        ("文件指纹（SHA-256）", row.sha256),
    )


@desk_page(VIEW)
def statement_detail(request: AuthedRequest, uid: UUID) -> HttpResponseBase:
    """One file: what the checks found, its lines and how each was posted."""
    row = get_visible(selectors.statements_visible(request.user), request.user, uid)
    if request.GET.get("part") == "progress":
        job = progress_of(row)
        if job is None:
            response = HttpResponse(status=204)
            response.headers["HX-Refresh"] = "true"
            return response
        return render(request, "ui/_progress.html", {"job": job, "url": f"{request.path}?part=progress"})
    return lines_page(
        request,
        row,
        "funds/statement_detail.html",
        history=kit.history(request.user, row.uid),
        crumbs=path_to((row.file_name, "")),
    )
