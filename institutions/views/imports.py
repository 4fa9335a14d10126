"""The import wizard: upload, match columns, look at the dry run, confirm, result."""

from __future__ import annotations

from io import BytesIO
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from casework.errors import DomainError, NotAllowed
from casework.models import JobState
from casework.web import (
    AuthedRequest,
    Column,
    ListPage,
    desk_page,
    export_response,
    fresh_key,
    get_visible,
    guarded,
    run_transition,
    submit_once,
)
from institutions import presentation, selectors, services
from institutions.forms import ImportUploadForm
from institutions.models import Decision, ImportBatch, ImportRow, ImportState, RowKind
from institutions.services.imports import preview
from institutions.sheets.columns import TARGETS
from institutions.sheets.template import blank_sheet

TABS = ("NEW", "CHANGED", "UNCHANGED", "SUSPECT", "REJECTED", "IGNORED")
STEPS = ("上传", "匹配列", "核对", "确认导入", "完成")
AT = {
    ImportState.UPLOADED: 1,
    ImportState.CHECKING: 2,
    ImportState.CHECKED: 3,
    ImportState.APPLYING: 3,
    ImportState.APPLIED: 5,
    ImportState.FAILED: 2,
}
REMATCHED = {ImportState.CHECKED, ImportState.FAILED}
PERMISSION = "institutions.institution_import"


def _crumbs(*labels: str) -> list[dict[str, str]]:
    return [
        {"label": "机构档案", "url": reverse("institutions:institution_list")},
        {"label": "导入", "url": reverse("institutions:import_list")},
        *({"label": label} for label in labels),
    ]


def _batch(request: AuthedRequest, uid: UUID) -> ImportBatch:
    return get_visible(selectors.imports_visible(request.user), request.user, uid)


def _address(batch: ImportBatch) -> str:
    return reverse("institutions:import_detail", args=[batch.uid])


def _steps(batch: ImportBatch | None) -> list[dict[str, str]]:
    at = AT[ImportState(batch.state)] if batch else 0
    failed = batch is not None and batch.state == ImportState.FAILED
    states = ["done" if i < at else "now" if i == at else "todo" for i in range(len(STEPS))]
    if failed:
        states[at] = "failed"
    return [{"label": label, "state": state} for label, state in zip(STEPS, states, strict=True)]


@desk_page(PERMISSION)
def import_list(request: AuthedRequest) -> HttpResponseBase:
    """Earlier imports."""
    return ListPage(
        request=request,
        rows=selectors.imports_visible(request.user),
        template="institutions/import_list.html",
        title="机构表格导入",
        unit="次",
        context={"crumbs": _crumbs()},
    ).response()


@desk_page(PERMISSION)
def import_upload(request: AuthedRequest) -> HttpResponse:
    """Choose a sheet."""
    form = ImportUploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        with guarded(form):
            return redirect(
                submit_once(
                    actor=request.user,
                    key=request.POST.get("idempotency_key", ""),
                    work=lambda: _receive(request, form),
                )
            )
    context = {
        "form": form,
        "steps": _steps(None),
        "targets": TARGETS,
        "idempotency_key": request.POST.get("idempotency_key") or fresh_key(),
        "crumbs": _crumbs("上传"),
    }
    status = 422 if form.errors else 200
    return render(request, "institutions/import_upload.html", context, status=status)


@desk_page(PERMISSION)
def import_template(request: AuthedRequest) -> HttpResponseBase:
    """A blank sheet with the columns that an import knows."""
    return FileResponse(BytesIO(blank_sheet()), as_attachment=True, filename="机构台账模板.xlsx")


def _receive(request: AuthedRequest, form: ImportUploadForm) -> str:
    upload = form.cleaned_data["upload"]
    return _address(services.import_receive(actor=request.user, upload=upload, name=upload.name))


@desk_page(PERMISSION)
def import_detail(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """Where an import stands: columns, progress, dry run or result."""
    batch = _batch(request, uid)
    wants_match = request.GET.get("step") == "match"
    if batch.state == ImportState.UPLOADED or (wants_match and batch.state in REMATCHED):
        return _match_page(request, batch)
    if batch.state in {ImportState.CHECKING, ImportState.APPLYING}:
        return _progress_page(request, batch)
    return _result_page(request, batch)


def _match_page(request: AuthedRequest, batch: ImportBatch, error: str = "") -> HttpResponse:
    columns = batch.mapping["columns"]
    samples = preview(batch)
    rows = [
        {
            "index": index,
            "label": label or f"第 {index + 1} 列（无表头）",
            "target": target,
            "samples": [row[index] for row in samples if row[index]][:3],
        }
        for index, label, target in columns
        if label or any(row[index] for row in samples)
    ]
    context = {
        "batch": batch,
        "rows": rows,
        "targets": TARGETS,
        "matched": sum(bool(row["target"]) for row in rows),
        "error": error,
        "steps": _steps(batch),
        "crumbs": _crumbs(batch.file_name),
    }
    return render(request, "institutions/import_match.html", context, status=422 if error else 200)


@desk_page(PERMISSION)
@require_POST
def import_match(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """Fix the columns and start the check."""
    batch = _batch(request, uid)
    known = {target.key for target in TARGETS}
    targets = {}
    for index, _, _ in batch.mapping["columns"]:
        chosen = request.POST.get(f"column-{index}", "")
        if chosen in known:
            targets[int(index)] = chosen
    try:
        services.import_match(actor=request.user, batch=batch, targets=targets)
    except NotAllowed as error:
        raise PermissionDenied(error.message) from error
    except DomainError as error:
        if batch.state in {ImportState.CHECKING, ImportState.APPLYING, ImportState.APPLIED}:
            messages.error(request, error.message)
            return redirect(_address(batch))
        batch.mapping["columns"] = [
            [index, label, targets.get(index, "")] for index, label, _ in batch.mapping["columns"]
        ]
        return _match_page(request, batch, error.message)
    return redirect(_address(batch))


def _progress_page(request: AuthedRequest, batch: ImportBatch) -> HttpResponse:
    job = batch.job
    view: dict[str, Any] = {"label": "正在处理"}
    if job is not None:
        view = {
            "label": job.label,
            "is_finished": job.state == JobState.DONE,
            "is_failed": job.state == JobState.FAILED,
            "percent": job.percent if job.total else None,
            "message": job.message,
            "error": job.message,
            "result_url": _address(batch),
        }
    context = {
        "batch": batch,
        "job": view,
        "job_url": reverse("casework:job_progress", args=[job.uid]) if job else "",
        "steps": _steps(batch),
        "crumbs": _crumbs(batch.file_name),
    }
    return render(request, "institutions/import_progress.html", context)


def _result_page(request: AuthedRequest, batch: ImportBatch) -> HttpResponse:
    counts = selectors.import_counts(batch)
    first = next((kind for kind in TABS if counts[kind]), "NEW")
    kind = request.GET.get("tab", first)
    kind = kind if kind in TABS else first
    page = ListPage(
        request=request,
        rows=selectors.import_rows(batch, kind),
        template="institutions/import_result.html",
        title="导入",
        unit="行",
        page_size=50,
    )
    rows = page.page_of(page.rows)
    decided = selectors.decided_counts(batch)
    will_create = counts["NEW"] + decided.get(Decision.CREATE, 0)
    will_change = counts["CHANGED"] + decided.get(Decision.MERGE, 0)
    context = {
        "batch": batch,
        "counts": counts,
        "kind": kind,
        "tabs": [
            {
                "label": RowKind(code).label,
                "url": f"?tab={code}",
                "active": code == kind,
                "count": counts[code],
            }
            for code in TABS
        ],
        "page": rows,
        "rows": [_line(row) for row in rows.object_list],
        "decisions": Decision.choices,
        "is_open": batch.state == ImportState.CHECKED,
        "will_create": will_create,
        "will_change": will_change,
        "undecided": decided.get(Decision.SKIP, 0),
        "steps": _steps(batch),
        "crumbs": _crumbs(batch.file_name),
    }
    return render(request, "institutions/import_result.html", context)


def _line(row: ImportRow) -> dict[str, Any]:
    return {
        "row": row,
        "name": row.name or "　".join(text for text in row.raw if text)[:60],
        "reasons": row.reasons,
        "changes": presentation.change_lines(row),
        "institution": row.institution,
    }


@desk_page(PERMISSION)
@require_POST
def import_decide(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """Keep decisions about suspected duplicates."""
    batch = _batch(request, uid)
    decisions = {
        int(name.removeprefix("decision-")): str(value)
        for name, value in request.POST.items()
        if name.startswith("decision-") and name.removeprefix("decision-").isdecimal()
    }
    run_transition(
        request,
        lambda: services.import_decide(actor=request.user, batch=batch, decisions=decisions),
        "处理意见已保存。",
    )
    return redirect(f"{_address(batch)}?tab=SUSPECT&page={request.POST.get('page', '1')}")


@desk_page(PERMISSION)
@require_POST
def import_confirm(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """Write the checked rows."""
    batch = _batch(request, uid)
    run_transition(request, lambda: services.import_confirm(actor=request.user, batch=batch), "已开始导入。")
    return redirect(_address(batch))


@desk_page(PERMISSION)
def import_rows_file(request: AuthedRequest, uid: UUID) -> HttpResponseBase:
    """Rows of one outcome as a sheet with reasons, in the sheet's own columns, ready to be put right."""
    batch = _batch(request, uid)
    kind = request.GET.get("tab", "REJECTED")
    kind = kind if kind in TABS else "REJECTED"
    heads = [label or f"第 {index + 1} 列" for index, label, _ in batch.mapping["columns"]]
    columns = (
        Column("原行号", lambda row: row.number, 8),
        Column("说明", lambda row: "；".join(row.reasons), 50),
        *(Column(head, _raw(place), 18) for place, head in enumerate(heads)),
    )
    return export_response(selectors.import_rows(batch, kind), columns, f"{RowKind(kind).label}的行", "xlsx")


def _raw(place: int) -> Any:
    return lambda row: row.raw[place] if place < len(row.raw) else ""
