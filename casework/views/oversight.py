"""Watching over the product: audit events, the chain, the operations page."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from accounts.models import User
from casework import audit, wording
from casework.filters import AuditFilter
from casework.models import AuditEvent, OutboxState
from casework.operations import selectors, services
from casework.web import AuthedRequest, Column, ListPage, desk_page, object_link

AUDIT_COLUMNS = (
    Column("时间", lambda row: row.occurred_at, 18),
    Column("经办人", lambda row: row.actor_name),
    Column("单位", lambda row: row.organisation_name, 28),
    Column("事项", lambda row: audit.sentence(row.verb), 24),
    Column("对象类型", lambda row: wording.object_kind(row.object_type)),
    Column("文号", lambda row: row.object_no, 24),
    Column("对象", lambda row: row.object_label, 36),
    Column("改动", lambda row: _changes_text(row), 60),
    Column("理由", lambda row: row.reason, 36),
    Column("来源地址", lambda row: row.address, 16),
    Column("请求编号", lambda row: row.request_id, 24),
    Column("记录摘要", lambda row: row.payload_hash, 66),
)


@desk_page("casework.audit_view")
def audit_list(request: AuthedRequest) -> HttpResponseBase:
    """Who did what, when, to which object."""
    page = ListPage(
        request=request,
        rows=selectors.events_of(request.user),
        template="casework/audit_list.html",
        title="审计记录",
        columns=AUDIT_COLUMNS,
        filterset=AuditFilter,
        context={"chain": selectors.chain_status(request.user), "sentence_of": audit.sentence},
    )
    return page.response()


@desk_page("casework.audit_view")
def audit_detail(request: AuthedRequest, event_id: int) -> HttpResponse:
    """One event with the values before and after."""
    event = selectors.events_of(request.user).filter(pk=event_id).first()
    if event is None:
        raise Http404("没有找到这条审计记录，或您无权查看。")
    context = {
        "event": event,
        "sentence": audit.sentence(event.verb),
        "facts": _facts(request.user, event),
        "changes": _changes(event),
        "crumbs": [
            {"label": "审计记录", "url": reverse("casework:audit_list")},
            {"label": audit.sentence(event.verb)},
        ],
    }
    return render(request, "casework/audit_detail.html", context)


@require_POST
@desk_page("casework.audit_view")
def audit_verify(request: AuthedRequest) -> HttpResponse:
    """Have the chain recomputed by a worker and watch it."""
    job = services.chain_verify_start(actor=request.user)
    return redirect("casework:job_progress", uid=job.uid)


@desk_page("casework.operations_view")
def operations(request: AuthedRequest) -> HttpResponse:
    """Whether everything that should run does run."""
    now = timezone.now()
    seconds, is_alarm = selectors.unsealed(now)
    counts = selectors.outbox_counts(request.user)
    context: dict[str, Any] = {
        "now": now,
        "pulses": selectors.pulses(now),
        "unsealed_seconds": int(seconds),
        "unsealed_alarm": is_alarm,
        "chain": selectors.chain_status(request.user),
        "may_audit": request.user.may("casework.audit_view"),
        "outbox_waiting": counts[OutboxState.WAITING],
        "outbox_failed": counts[OutboxState.GIVEN_UP] + counts[OutboxState.REJECTED],
        "outbox_rows": selectors.outbox_failed(request.user),
        "may_retry": request.user.may("casework.outbox_retry"),
        "failed_jobs": selectors.failed_jobs(request.user, now),
        "stuck_jobs": selectors.stuck_jobs(request.user, now),
        "font_notes": selectors.font_notes(),
        "calendar_notes": selectors.calendar_notes(now),
        "disk": selectors.disk(),
    }
    context["alarms"] = sum(bool(pulse.alarm) for pulse in context["pulses"]) + sum(
        [
            is_alarm,
            bool(context["chain"].problem),
            bool(context["outbox_failed"]),
            bool(context["failed_jobs"]),
            bool(context["stuck_jobs"]),
            bool(context["calendar_notes"]),
            context["disk"].is_short,
        ]
    )
    return render(request, "casework/operations.html", context)


def _changes(event: AuditEvent) -> list[dict[str, str]]:
    found = []
    for name, (old, new) in event.changes.items():
        found.append(
            {
                "label": wording.field_label(event.object_type, name),
                "old": wording.choice_label(event.object_type, name, old),
                "new": wording.choice_label(event.object_type, name, new),
            }
        )
    return found


def _changes_text(event: AuditEvent) -> str:
    return "；".join(
        f"{row['label']}：{row['old'] or '（空）'} → {row['new'] or '（空）'}" for row in _changes(event)
    )


def _facts(actor: User, event: AuditEvent) -> list[dict[str, Any]]:
    return [
        {"label": "时间", "value": timezone.localtime(event.occurred_at).strftime("%Y-%m-%d %H:%M:%S")},
        {"label": "经办人", "value": event.actor_name, "sub": event.organisation_name},
        {
            "label": "对象",
            "value": event.object_label,
            "sub": wording.object_kind(event.object_type),
            "url": object_link(actor, event.object_type, event.object_uid),
        },
        {"label": "文号", "value": event.object_no},
        {"label": "来源地址", "value": event.address},
        {"label": "请求编号", "value": event.request_id},
    ]
