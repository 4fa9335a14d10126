"""Requests of other offices' machines: signed with a key of theirs, good once and for five minutes."""

from __future__ import annotations

from typing import Any, ClassVar

from django.http import HttpRequest
from drf_spectacular.utils import OpenApiParameter
from rest_framework.parsers import BaseParser
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.views import APIView

from casework.errors import Unlawful
from funds import services
from funds.models import MachineKey

SIGNATURE = [
    OpenApiParameter(name, str, OpenApiParameter.HEADER, required=True, description=words)
    for name, words in (
        ("X-Key-Id", "密钥编号"),
        ("X-Timestamp", "Unix 时间（秒），与服务器相差不超过 5 分钟"),
        ("X-Nonce", "每次请求不同的编号，不超过 64 个字符"),
        (
            "X-Signature",
            "HMAC-SHA256（小写十六进制），对以换行连接的五行签名："
            "方法、路径（含查询串）、X-Timestamp、X-Nonce、正文的 SHA-256",
        ),
    )
]


class BytesParser(BaseParser):
    """The body as it is, whatever its type."""

    media_type = "*/*"

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        """Raw bytes are read by the view; nothing is parsed."""
        return {}


class SignedView(APIView):
    """Only for requests with a good signature. `body_max` is in bytes."""

    body = b""
    body_max: ClassVar[int] = 20 * 1024 * 1024
    too_long: ClassVar[str] = "文件超过 20 MB，请按天分开推送。"
    authentication_classes: list[Any] = []
    permission_classes = [AllowAny]
    parser_classes = [BytesParser]

    def signed_by(self, request: Request) -> MachineKey:
        """The key of the request. Raises NotAllowed, Unlawful (body too long)."""
        raw = request._request
        self.body = self._read(raw)
        head = request.headers
        signed = services.Signed(
            key_id=head.get("X-Key-Id", ""),
            timestamp=head.get("X-Timestamp", ""),
            nonce=head.get("X-Nonce", ""),
            signature=head.get("X-Signature", ""),
            method=str(raw.method),
            path=raw.get_full_path(),
            body=self.body,
        )
        return services.request_verify(signed=signed)

    def _read(self, raw: HttpRequest) -> bytes:
        """The whole body, once.

        Read from the stream: `HttpRequest.body` stops at DATA_UPLOAD_MAX_MEMORY_SIZE, which is meant for forms.
        """
        parts, size = [], 0
        while size <= self.body_max and (part := raw.read(self.body_max + 1 - size)):
            parts.append(part)
            size += len(part)
        if size > self.body_max:
            raise Unlawful(self.too_long)
        return b"".join(parts)
