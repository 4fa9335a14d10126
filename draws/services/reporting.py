"""Handing the published results of a draw to the credit platform, with its receipt."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from accounts.models import User
from casework.exchange import message_put
from casework.models import OutboxMessage
from casework.outbox import outbox_put
from draws import selectors
from draws.models import Draw

CHANNEL = "inspection_results"
CHANNEL_LABEL = "信用信息共享平台交换目录（抽查结果）"


def results_send(*, actor: User, draw: Draw) -> OutboxMessage:
    """Queue the results of a published draw; a part of publishing, queued once."""
    return outbox_put(
        actor=actor,
        bureau=draw.bureau,
        channel=CHANNEL,
        subject=draw,
        label=f"双随机抽查结果：{draw.number}",
        payload=_payload(draw),
    )


def _payload(draw: Draw) -> dict[str, Any]:
    found = selectors.findings_of(draw)
    published = timezone.localdate(draw.published_at) if draw.published_at else None
    return {
        "action": "PUBLISH",
        "draw_no": draw.number,
        "title": draw.title,
        "item": draw.item,
        "organ": draw.lead_organ.name,
        "published_on": published.isoformat() if published else None,
        "pool_hash": draw.pool_hash,
        "result_hash": draw.result_hash,
        "results": [
            _result(place, found.get(place.institution_id))
            for place in draw.places.select_related("institution").order_by("position")
        ],
    }


def _result(place: Any, visit: Any) -> dict[str, Any]:
    day = timezone.localdate(visit.ended_at) if visit and visit.ended_at else None
    return {
        "name": place.institution.name,
        "uscc": place.institution.uscc,
        "inspected_on": day.isoformat() if day else None,
        "result": visit.get_outcome_display() if visit and visit.outcome else "",
        "problems": visit.problem_count if visit else 0,
    }


def deliver(message: OutboxMessage) -> None:
    """Leave the message in the exchange folder of the platform, complete or not at all."""
    message_put(CHANNEL, message)
