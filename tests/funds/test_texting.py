"""Messages to families: only through the bureau's gateway, a real server on another thread; no link in any table."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from django.utils import timezone

from casework.models import AuditEvent, OutboxMessage
from casework.outbox import outbox_deliver
from funds import links
from institutions.models import Institution
from tests.conftest import World
from tests.funds.paying import active, custody, signed, taught

pytestmark = pytest.mark.django_db


class Gateway(HTTPServer):
    """A text-message gateway that keeps what it was given."""

    heard: list[dict[str, Any]]
    status = 200


class Ear(BaseHTTPRequestHandler):
    """One request."""

    def do_POST(self) -> None:
        server: Any = self.server
        body = self.rfile.read(int(self.headers["Content-Length"]))
        server.heard.append({**json.loads(body), "token": self.headers["Authorization"]})
        self.send_response(server.status)
        self.end_headers()

    def log_message(self, *args: Any) -> None:
        """Say nothing."""


@pytest.fixture
def gateway(settings: Any) -> Iterator[Gateway]:
    server = Gateway(("127.0.0.1", 0), Ear)
    server.heard = []
    threading.Thread(target=server.serve_forever, daemon=True).start()
    settings.FAMILY_SMS_URL = f"http://127.0.0.1:{server.server_port}/"
    settings.FAMILY_SMS_TOKEN = "t"
    yield server
    server.shutdown()


def test_the_link_reaches_the_family_by_the_bureaus_gateway(
    law: World, place: Institution, gateway: Gateway
) -> None:
    custody(law, place)
    row = signed(law, place)
    message = OutboxMessage.objects.get(channel="family_sms")
    token = links.token_of(row.family)
    kept = (
        json.dumps(message.payload)
        + message.label
        + " ".join(str(event.changes) + event.object_label for event in AuditEvent.objects.all())
    )
    assert token not in kept
    assert "13800000001" not in kept
    assert outbox_deliver(message_id=message.pk, now=timezone.now())
    (heard,) = gateway.heard
    assert heard["phone"] == "13800000001"
    assert token in heard["text"]
    assert heard["token"] == "Bearer t"


def test_a_gateway_that_fails_is_tried_again(law: World, place: Institution, gateway: Gateway) -> None:
    custody(law, place)
    signed(law, place)
    gateway.status = 500
    message = OutboxMessage.objects.get(channel="family_sms")
    assert not outbox_deliver(message_id=message.pk, now=timezone.now())
    message.refresh_from_db()
    assert (message.state, message.attempts) == ("WAITING", 1)
    assert "13800000001" not in message.last_error


def test_once_a_day_and_nothing_without_a_gateway(
    law: World, place: Institution, gateway: Gateway, settings: Any
) -> None:
    custody(law, place)
    contract = active(law, place)
    taught(law, contract, 1)
    taught(law, contract, 1, slot=2)
    assert OutboxMessage.objects.filter(payload__kind="TAUGHT").count() == 1
    settings.FAMILY_SMS_URL = ""
    taught(law, contract, 1, slot=3)
    signed(law, place, phone="13800000007")
    assert OutboxMessage.objects.filter(channel="family_sms").count() == 2
