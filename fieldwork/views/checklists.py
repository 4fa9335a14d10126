"""Desk pages of checklists: reading, comparing, printing, and writing new versions."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_POST

from casework import typesetting
from casework.errors import StaleVersion
from casework.web import (
    AuthedRequest,
    Column,
    desk_page,
    export_response,
    get_visible,
    guarded,
    run_transition,
)
from fieldwork import comparing, papers, selectors, services
from fieldwork.checklist_forms import HeadForm, ItemForm, PublishForm, RetireForm
from fieldwork.models import ChecklistVersion, VersionState

ITEM_COLUMNS = (
    Column("方面", lambda item: f"{item.aspect_code} {item.aspect_name}", 20),
    Column("项目", lambda item: item.code, 10),
    Column("检查内容", lambda item: item.text, 60),
    Column("提示", lambda item: item.hint, 40),
    Column("依据", lambda item: "；".join(item.basis), 40),
    Column("否决项", lambda item: item.is_star, 8),
    Column("分值", lambda item: item.weight, 8),
    Column("填写方式", lambda item: item.get_answer_kind_display(), 12),
    Column("单位", lambda item: item.unit, 8),
    Column("责任部门", lambda item: "、".join(item.department_names), 30),
    Column("接收部门", lambda item: item.receiver_name, 16),
    Column("不合格须拍照", lambda item: item.requires_photo_on_fail, 12),
    Column("填写即须拍照", lambda item: item.requires_photo, 12),
    Column("核实情况", lambda item: "已核实" if item.confidence in {"seen", "local"} else "待核实", 12),
)


@desk_page("fieldwork.checklist_view")
def checklist_list(request: AuthedRequest) -> HttpResponse:
    """Checklists with the version in force today, and drafts under way."""
    today = timezone.localdate()
    in_force = {row.checklist_id: row for row in selectors.versions_in_force(actor=request.user, on=today)}
    known = selectors.checklists_published(request.user)
    rows = [(checklist, in_force.get(checklist.pk)) for checklist in known]
    context = {"rows": rows, "drafts": selectors.drafts_of(request.user)}
    return render(request, "fieldwork/checklist_list.html", context)


@desk_page("fieldwork.checklist_view")
def checklist_version(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """One version, laid out for reading; a draft with its buttons for editing."""
    version = _get(request, uid)
    user = request.user
    items = selectors.items_of(version)
    is_own = version.checklist.bureau_id == user.bureau_id
    is_draft = version.state == VersionState.DRAFT
    touched = is_draft and version.editors.filter(pk=user.pk).exists()
    context = {
        "version": version,
        "aspects": selectors.aspects_of(items),
        "item_count": len(items),
        "star_count": sum(item.is_star for item in items),
        "points": sum(item.weight for item in items if item.is_judged),
        "answers": list(version.answer_labels.values()),
        "versions": selectors.versions_of(user, version.checklist),
        "is_draft": is_draft,
        "may_edit": is_draft and is_own and user.may("fieldwork.checklist_edit"),
        "may_copy": not is_draft and user.may("fieldwork.checklist_edit"),
        "may_publish": is_draft and is_own and user.may("fieldwork.checklist_publish") and not touched,
        "waits_for_other": touched and user.may("fieldwork.checklist_publish"),
        "may_retire": version.state == VersionState.PUBLISHED
        and is_own
        and user.may("fieldwork.checklist_publish"),
        "crumbs": _crumbs(f"第 {version.number} 版"),
    }
    return render(request, "fieldwork/checklist_version.html", context)


@desk_page("fieldwork.checklist_view")
def checklist_compare(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """This version beside another one (`?with=`), by default the one it was copied from."""
    version = _get(request, uid)
    others = _others(request, version)
    asked = request.GET.get("with", "")
    other = next((row for row in others if str(row.uid) == asked), None)
    if asked and other is None:
        raise Http404("没有这个清单版本。")
    other = other or (others[0] if others else None)
    rows = (
        comparing.compare(selectors.items_of(other), selectors.items_of(version)) if other is not None else []
    )
    changed = [row for row in rows if row.verdict != comparing.SAME]
    context = {
        "version": version,
        "other": other,
        "others": others,
        "rows": changed,
        "same_count": len(rows) - len(changed),
        "crumbs": _crumbs(f"第 {version.number} 版", _address(version), "比较"),
    }
    return render(request, "fieldwork/checklist_compare.html", context)


def _others(request: AuthedRequest, version: ChecklistVersion) -> list[ChecklistVersion]:
    """Versions to compare with: the origin first, then the rest of the list, newest first."""
    rows = [row for row in selectors.versions_of(request.user, version.checklist) if row.pk != version.pk]
    origin = version.based_on
    if origin is not None:
        rows = [origin, *(row for row in rows if row.pk != origin.pk)]
    else:
        rows.sort(key=lambda row: (row.number > version.number, -row.number))
    return rows


@desk_page("fieldwork.checklist_view")
def checklist_paper(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """The empty list as PDF for filling by hand; a draft carries the watermark."""
    version = _get(request, uid)
    is_draft = version.state == VersionState.DRAFT
    content = papers.empty_form(version, selectors.items_of(version), timezone.localdate())
    data = typesetting.render_pdf(content, watermark="草稿" if is_draft else "")
    response = HttpResponse(data, content_type="application/pdf")
    response["Content-Disposition"] = content_disposition_header(False, f"{version.name}.pdf") or ""
    response["Cache-Control"] = "private, no-store"
    return response


@desk_page("fieldwork.checklist_view")
def checklist_export(request: AuthedRequest, uid: UUID, kind: str) -> HttpResponse | StreamingHttpResponse:
    """The version as a table, or as JSON in the form in which lists are loaded."""
    version = _get(request, uid)
    if kind in {"xlsx", "csv"}:
        return export_response(
            selectors.items_of(version), ITEM_COLUMNS, f"{version.name}第{version.number}版", kind
        )
    if kind != "json":
        raise Http404("没有这种导出格式。")
    text = json.dumps(version.content, ensure_ascii=False, indent=2)
    response = HttpResponse(text, content_type="application/json")
    name = f"{version.checklist.code.lower()}_v{version.number}.json"
    response["Content-Disposition"] = content_disposition_header(True, name) or ""
    return response


@desk_page("fieldwork.checklist_edit")
@require_POST
def checklist_copy(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """Copy a version into a draft."""
    source = _get(request, uid)
    made: list[ChecklistVersion] = []
    run_transition(
        request,
        lambda: made.append(services.draft_create(actor=request.user, source=source)),
        "已复制为草稿，修改后由另一位负责人发布。",
    )
    return redirect(_address(made[0] if made else source))


@desk_page("fieldwork.checklist_edit")
def draft_head(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """Name, source, day of effect."""
    draft = _draft(request, uid)
    initial = {
        "name": draft.name,
        "source": draft.content.get("source", ""),
        "effective_on": draft.effective_on,
        "change_note": draft.change_note,
    }
    form = HeadForm(request.POST or None, initial=initial)

    def work() -> None:
        services.draft_head_edit(
            actor=request.user, draft=draft, values=form.cleaned_data, seen=_seen(request)
        )

    return _form(request, draft, form, work, heading=f"修改清单说明：{draft.name}", done="清单说明已保存。")


@desk_page("fieldwork.checklist_edit")
def draft_item(request: AuthedRequest, uid: UUID, code: str = "") -> HttpResponse:
    """Add an item, or change one."""
    draft = _draft(request, uid)
    items = {item.code: item for item in selectors.items_of(draft)}
    if code and code not in items:
        raise Http404("草稿中没有这个项目。")
    form = ItemForm(
        request.POST or None,
        content=draft.content,
        item=items.get(code),
        aspect=request.GET.get("aspect", ""),
    )

    def work() -> None:
        aspect_code, aspect_name = form.aspect()
        services.draft_item_save(
            actor=request.user,
            draft=draft,
            code=code,
            values=form.values(),
            aspect_code=aspect_code,
            aspect_name=aspect_name,
            seen=_seen(request),
        )

    heading = f"修改项目 {code}" if code else "添加项目"
    return _form(request, draft, form, work, heading=heading, done="项目已保存。", two_columns=True)


@desk_page("fieldwork.checklist_edit")
@require_POST
def draft_item_move(request: AuthedRequest, uid: UUID, code: str, way: str) -> HttpResponse:
    """One place up or down."""
    draft = _draft(request, uid)
    step = {"up": -1, "down": 1}.get(way)
    if step is None:
        raise Http404
    run_transition(
        request,
        lambda: services.draft_item_move(
            actor=request.user, draft=draft, code=code, step=step, seen=_seen(request)
        ),
        "次序已调整。",
    )
    return redirect(f"{_address(draft)}#item-{code}")


@desk_page("fieldwork.checklist_edit")
@require_POST
def draft_item_remove(request: AuthedRequest, uid: UUID, code: str) -> HttpResponse:
    """Take an item out."""
    draft = _draft(request, uid)
    run_transition(
        request,
        lambda: services.draft_item_remove(actor=request.user, draft=draft, code=code, seen=_seen(request)),
        f"{code} 已从草稿中删去。",
    )
    return redirect(_address(draft))


@desk_page("fieldwork.checklist_edit")
def draft_drop(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """Give the draft up."""
    draft = _draft(request, uid)
    if request.method == "POST":
        is_done = run_transition(
            request, lambda: services.draft_drop(actor=request.user, draft=draft), "草稿已放弃。"
        )
        return redirect("fieldwork:checklist_list" if is_done else _address(draft))
    return _confirm(
        request,
        draft,
        None,
        heading="放弃草稿",
        sentence=f"放弃 {draft} 的草稿，修改内容不再保留。",
        submit="放弃草稿",
    )


@desk_page("fieldwork.checklist_publish")
def draft_publish(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """Put the draft into force."""
    draft = _draft(request, uid)
    form = PublishForm(request.POST or None, initial={"effective_on": draft.effective_on})
    if request.method == "POST" and form.is_valid():
        with guarded(form):
            services.draft_publish(
                actor=request.user, draft=draft, effective_on=form.cleaned_data["effective_on"]
            )
            messages.success(request, "新版本已发布，施行日起新开的检查使用新版本。")
            return redirect(_address(draft))
    return _confirm(
        request,
        draft,
        form,
        heading="发布清单版本",
        sentence=f"发布 {draft}（{draft.drafted_by.name if draft.drafted_by else ''}起草）。请先与原版本比较。",
        consequences=[
            "发布后不能修改，需要修改的另起草新版本。",
            "正在填写和已经填写的记录保留原来的版本。",
        ],
        submit="发布",
        danger=False,
    )


@desk_page("fieldwork.checklist_publish")
def checklist_retire(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """Withdraw a published version of the own bureau."""
    version = _get(request, uid)
    form = RetireForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with guarded(form):
            services.checklist_retire(actor=request.user, version=version, reason=form.cleaned_data["reason"])
            messages.success(request, "该版本已停用。")
            return redirect(_address(version))
    running = selectors.runs_under_way(version)
    return _confirm(
        request,
        version,
        form,
        heading="停用清单版本",
        sentence=f"停用 {version}，新开的检查不能再选用。",
        consequences=[
            f"正在使用该版本填写的检查有 {running} 份，继续用完，页面上提示已停用。",
            "已经完成的记录不受影响。",
        ],
        submit="停用",
    )


def _get(request: AuthedRequest, uid: UUID) -> ChecklistVersion:
    return get_visible(selectors.versions_all(), request.user, uid)


def _draft(request: AuthedRequest, uid: UUID) -> ChecklistVersion:
    version = _get(request, uid)
    if version.state != VersionState.DRAFT:
        raise Http404("这个版本已经发布，不能再修改。")
    return version


def _seen(request: AuthedRequest) -> str:
    return request.POST.get("seen", "")


def _form(
    request: AuthedRequest,
    draft: ChecklistVersion,
    form: Any,
    work: Any,
    *,
    heading: str,
    done: str,
    **more: Any,
) -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        with guarded(form):
            try:
                work()
            except StaleVersion as error:
                form.add_error(None, error.message)
            else:
                messages.success(request, done)
                return redirect(_address(draft))
    context = {
        "form": form,
        "heading": heading,
        "draft": draft,
        "cancel_url": _address(draft),
        "seen": _seen(request) or draft.content_hash,
        "crumbs": _crumbs(f"第 {draft.number} 版", _address(draft), heading),
        **more,
    }
    return render(request, "fieldwork/draft_form.html", context, status=_status(request))


def _confirm(request: AuthedRequest, version: ChecklistVersion, form: Any, **context: Any) -> HttpResponse:
    context = {
        "danger": True,
        "form": form,
        "cancel_url": _address(version),
        "crumbs": _crumbs(f"第 {version.number} 版", _address(version), context["heading"]),
        **context,
    }
    return render(request, "casework/confirm.html", context, status=_status(request))


def _crumbs(label: str, url: str = "", more: str = "") -> list[dict[str, str]]:
    rows = [
        {"label": "检查清单", "url": reverse("fieldwork:checklist_list")},
        {"label": label, "url": url},
    ]
    return [*rows, {"label": more, "url": ""}] if more else rows


def _address(version: ChecklistVersion) -> str:
    return reverse("fieldwork:checklist_version", kwargs={"uid": version.uid})


def _status(request: AuthedRequest) -> int:
    return 422 if request.method == "POST" else 200
