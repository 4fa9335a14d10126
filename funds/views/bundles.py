"""Pages of files with many accounts, on the desk and in the bank's portal: what stood in them for each account."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from casework.errors import Unlawful
from casework.models import JobState
from casework.money import yuan
from casework.web import (
    AuthedRequest,
    Column,
    ListPage,
    crumbs,
    desk_page,
    get_visible,
    kit,
    portal_page,
)
from casework.web.kit import Register
from funds import selectors
from funds.filters import BundleFilter
from funds.models import BankProfile, FileState, StatementBundle
from funds.services.profiles import layout_of
from funds.statements import preview
from funds.views.absences import absent_context
from funds.views.bank_common import VIEW, path_to, tabs

ENTER, UPLOAD = "funds.statement_import", "funds.statement_upload"
HEADS = ("机构和账户", "笔数", "收入", "支出", "期末余额", "在文件里", "状态")
COLUMNS = (
    Column("文件名", lambda row: row.file_name, 30),
    Column("银行", lambda row: str(row.bank or ""), 24),
    Column("账户数", lambda row: len(row.found)),
    Column("笔数", lambda row: row.line_count),
    Column("状态", lambda row: row.get_state_display()),
    Column("不予接收的原因", lambda row: row.refusal, 60),
    Column("来源", lambda row: row.get_channel_display()),
    Column("经手人", lambda row: row.created_by.name),
    Column("收到时间", lambda row: row.received_at),
    Column("文件指纹", lambda row: row.sha256, 30),
)


def bundle_url(row: StatementBundle, room: str = "funds") -> str:
    """The file's page on the desk, or in the portal (`funds_portal`)."""
    return reverse(f"{room}:bundle_detail", kwargs={"uid": row.uid})


def _register(room: str) -> Register:
    def cells(row: Any) -> list[dict[str, Any]]:
        return [
            {"text": row.file_name, "url": bundle_url(row, room), "sub": str(row.bank or "各银行")},
            {"text": f"{len(row.found)} 个", "num": True},
            {"text": f"{row.line_count} 笔", "num": True},
            {
                "text": row.get_channel_display(),
                "sub": f"{timezone.localdate(row.received_at):%Y-%m-%d} {row.created_by.name}",
            },
            {"status": row, "status_field": "state", "sub": row.refusal[:80]},
        ]

    return Register(("文件和银行", "账户", "笔数", "来源", "状态"), cells)


@desk_page(VIEW)
def bundle_list(request: AuthedRequest) -> HttpResponseBase:
    """Register of files with many accounts, refused ones included."""
    return kit.register_page(
        request,
        rows=selectors.bundles_visible(request.user),
        title="多账户对账单",
        subtitle="一份文件按本方账号拆成各账户的对账单；有一个账户不合格的，整份不入账并写明原因",
        register=_register("funds"),
        columns=COLUMNS,
        filterset=BundleFilter,
        unit="份",
        create=("上传对账单", "funds:statement_create", ENTER),
        empty="对账单模板写明“一份文件有多个账户”以后，上传的文件列在这里。",
        **tabs(request, "funds:bundle_list"),
    )


@portal_page(UPLOAD)
def portal_list(request: AuthedRequest) -> HttpResponseBase:
    """The bank's own files with many accounts."""
    return ListPage(
        request=request,
        rows=selectors.bundles_visible(request.user),
        template="funds/portal_list.html",
        title="多账户对账单",
        columns=COLUMNS,
        filterset=BundleFilter,
        unit="份",
        context={
            "register": _register("funds_portal"),
            "empty": "模板写明一份文件有多个账户的，上传的文件列在这里。",
            "buttons": [{"label": "上传对账单", "url": reverse("funds_portal:upload"), "primary": True}],
            "crumbs": crumbs(("对账单", reverse("funds_portal:statements")), ("多账户文件", "")),
        },
    ).response()


def _lines(row: StatementBundle, room: str) -> list[list[dict[str, Any]]]:
    parts = {
        (part.account.number_tail, part.account.institution.name, part.account.get_kind_display()): part
        for part in row.parts.select_related("account__institution")
    }
    rows: list[list[dict[str, Any]]] = []
    for told in row.found:
        part = parts.get((told["tail"], told["place"], told["kind"]))
        name = "statement_detail" if room == "funds" else "statement"
        url = reverse(f"{room}:{name}", kwargs={"uid": part.uid}) if part else ""
        rows.append([
            {"text": told["place"] or "没有登记的账户", "url": url, "sub": f"{told['kind']} 末四位 {told['tail']}"},
            {"text": f"{told['count']} 笔", "num": True},
            {"text": yuan(told["came_fen"]), "num": True},
            {"text": yuan(told["went_fen"]), "num": True},
            {"text": yuan(told["closing_fen"]) if told["closing_fen"] is not None else "—", "num": True},
            {"text": told["rows"]},
            {"status": part, "status_field": "state"} if part else {"word": "没有入账", "tone": "mute"},
        ])  # fmt: skip
    return rows


def _progress(row: StatementBundle) -> dict[str, Any] | None:
    job = row.job
    if job is None or row.state not in {FileState.RECEIVED, FileState.POSTING}:
        return None
    return {
        "label": job.label,
        "is_finished": job.state == JobState.DONE,
        "is_failed": job.state == JobState.FAILED,
        "percent": None,
        "message": "",
        "error": job.message,
    }


def _detail(request: AuthedRequest, uid: UUID, room: str, template: str, **context: Any) -> HttpResponse:
    row: Any = get_visible(selectors.bundles_visible(request.user), request.user, uid)
    job = _progress(row)
    if request.GET.get("part") == "progress":
        if job is None:
            response = HttpResponse(status=204)
            response.headers["HX-Refresh"] = "true"
            return response
        return render(request, "ui/_progress.html", {"job": job, "url": f"{request.path}?part=progress"})
    came = sum(told["came_fen"] for told in row.found)
    went = sum(told["went_fen"] for told in row.found)
    page = {
        "row": row,
        "heading": row.file_name,
        "job": job,
        "job_url": f"{request.path}?part=progress",
        "reasons": [words for words in row.refusal.split("；") if words],
        "sections": [kit.table("各账户的笔数和金额", HEADS, _lines(row, room), "没有读出账户。")],
        "facts": kit.facts(
            ("银行", str(row.bank) if row.bank else ""),
            ("账户", f"{len(row.found)} 个"),
            ("笔数", f"{row.line_count} 笔"),
            ("收入合计", yuan(came)),
            ("支出合计", yuan(went)),
            ("模板", str(row.profile)),
            ("来源", f"{row.get_channel_display()}，{row.created_by.name}"),
            ("收到时间", f"{timezone.localtime(row.received_at):%Y-%m-%d %H:%M}"),
            ("文件指纹（SHA-256）", row.sha256),
        ),
        **absent_context(request, row, room),
        **context,
    }
    return render(request, template, page)


@desk_page(VIEW)
def bundle_detail(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """One file: each account with its count and sums, and its statement."""
    return _detail(
        request, uid, "funds", "funds/bundle_detail.html",
        history=kit.history(request.user, uid),
        crumbs=path_to(("多账户对账单", reverse("funds:bundle_list")), ("文件", "")),
    )  # fmt: skip


@portal_page(UPLOAD)
def portal_detail(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """One file as the bank sees it."""
    way = (
        ("对账单", reverse("funds_portal:statements")),
        ("多账户文件", reverse("funds_portal:bundle_list")),
    )
    return _detail(
        request, uid, "funds_portal", "funds/portal_bundle.html", crumbs=crumbs(*way, ("文件", ""))
    )


def _preview(request: AuthedRequest) -> HttpResponse:
    """What a chosen file holds for each account, before it is handed in; nothing is kept."""
    rows = BankProfile.objects.filter(bureau=request.user.bureau, is_current=True)
    key = request.POST.get("profile", "")
    profile = rows.filter(pk=int(key)).first() if key.isdecimal() and len(key) < 10 else None
    sample = request.FILES.get("file")
    context: dict[str, Any] = {"is_many": bool(profile and profile.layout.get("many_accounts"))}
    if profile is not None and context["is_many"] and sample is not None:
        try:
            context["found"] = preview(sample.read(), layout_of(profile))
        except Unlawful as refusal:
            context["refusal"] = refusal.message
    return render(request, "funds/_upload_preview.html", context)


@require_POST
@desk_page(ENTER)
def desk_preview(request: AuthedRequest) -> HttpResponse:
    """For the desk's upload."""
    return _preview(request)


@require_POST
@portal_page(UPLOAD)
def portal_preview(request: AuthedRequest) -> HttpResponse:
    """For the bank's upload."""
    return _preview(request)
