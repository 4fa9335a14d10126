"""A machine of another office that signs its requests, as the interface's manual tells it."""

from __future__ import annotations

import json
from typing import Any

from django.test import Client
from django.utils import timezone

from funds import services
from funds.models import MachineKey


class Machine:
    """Signs with one key; each request has a number of its own."""

    def __init__(self, key: MachineKey, secret: str) -> None:
        self.client, self.key, self.secret, self.count = Client(), key, secret, 0

    def tell(self, path: str, *items: dict[str, Any]) -> Any:
        """A list as JSON."""
        return self.send(path, json.dumps(items, ensure_ascii=False).encode())

    def send(self, path: str, body: bytes, **changes: str) -> Any:
        """One request; `changes` spoil parts of it."""
        self.count += 1
        stamp = changes.get("timestamp") or str(int(timezone.now().timestamp()))
        nonce = changes.get("nonce") or f"n{self.count}"
        method = changes.get("method", "POST")
        wanted = services.signing_text(method=method, path=path, timestamp=stamp, nonce=nonce, body=body)
        headers = {
            "X-Key-Id": self.key.key_id, "X-Timestamp": stamp, "X-Nonce": nonce,
            "X-Signature": services.signature_of(changes.get("secret") or self.secret, wanted),
        }  # fmt: skip
        return self.client.generic(
            method,
            changes.get("aimed_at", path),
            changes.get("tampered", "").encode() or body,
            content_type="application/octet-stream",
            headers=headers,
        )
