"""A reporter's phone for tests: solves the proof of work, uploads in parts, sends, tracks."""

from __future__ import annotations

import hashlib
import io
import re
import secrets
from dataclasses import dataclass, field
from typing import Any

import altcha
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, TiffImagePlugin

from complaints.models import ClueKind
from tests.conftest import BureauClient

PART = 64 * 1024
WORDS = "三楼东侧每周六上午有人教数学，二十多个学生，门口没有牌子。"


def photo(seed: int = 1, *, serial: str = "", gps: bool = True, size: tuple[int, int] = (640, 480)) -> bytes:
    """A JPEG as phones write it: noise for a picture, EXIF with time, place, make and serial number."""
    noise = hashlib.shake_128(str(seed).encode()).digest(64 * 48 * 3)
    picture = Image.frombytes("RGB", (64, 48), noise).resize(size, Image.Resampling.NEAREST)
    exif = Image.Exif()
    exif[0x010F], exif[0x0110] = "PhoneMaker", f"Model-{serial or seed}"
    details = {
        0x9003: "2026:11:21 09:30:00",
        0xA431: f"SN{serial or seed}",
        0x9286: b"ASCII\0\0\0note " + serial.encode(),
    }
    exif._ifds[0x8769] = details  # type: ignore[attr-defined]
    if gps:
        rational = TiffImagePlugin.IFDRational
        exif._ifds[0x8825] = {  # type: ignore[attr-defined]
            1: "N", 2: (rational(31), rational(4), rational(3066, 100)),
            3: "E", 4: (rational(109), rational(52), rational(4444, 100)),
        }  # fmt: skip
    target = io.BytesIO()
    picture.save(target, "JPEG", exif=exif, quality=90, comment=f"IMG-{serial}".encode())
    return target.getvalue()


@dataclass
class Phone:
    """One phone in front of the public door of a bureau."""

    slug: str = "wushan"
    address: str = "203.0.113.7"
    mark: str = field(default_factory=lambda: secrets.token_hex(16))

    def __post_init__(self) -> None:
        self.client = BureauClient(prefix=f"/b/{self.slug}", REMOTE_ADDR=self.address)

    def new_pass(self) -> str:
        """Solve a fresh challenge."""
        question = self.client.get("/report/challenge/")
        assert question.status_code == 200, question.content
        challenge = altcha.Challenge.from_dict(question.json())
        solution = altcha.solve_challenge(challenge)
        assert solution is not None
        answer = altcha.Payload(challenge, solution).to_base64()
        given = self.client.post("/report/pass/", {"answer": answer})
        assert given.status_code == 200, given.content
        return str(given.json()["pass"])

    def upload(self, data: bytes, given: str, key: str = "") -> str:
        """Send a file in parts; returns its key."""
        key = key or secrets.token_hex(32)
        headers = {"Report-Pass": given, "Upload-Key": key}
        fields = {"size": len(data), "sha256": hashlib.sha256(data).hexdigest()}
        state = self.client.post("/report/upload/", fields, headers=headers).json()
        while not state["sha256"]:
            at = state["received"]
            state = self.part(given, key, at, data[at : at + PART]).json()
        return key

    def part(self, given: str, key: str, offset: int, data: bytes) -> Any:
        """Send one part."""
        return self.client.post(
            "/report/upload/part/",
            data,
            content_type="application/octet-stream",
            headers={"Report-Pass": given, "Upload-Key": key, "Upload-Offset": str(offset)},
        )

    def send(
        self, *, given: str = "", uploads: tuple[str, ...] = (), files: tuple[bytes, ...] = (), **values: Any
    ) -> Any:
        """Post the form."""
        fields: dict[str, Any] = {
            "kind": ClueKind.UNLICENSED, "text": WORDS, "place_text": "示例小区3栋", "device": self.mark,
            "draft": secrets.token_hex(16), "report_pass": given, "uploads": " ".join(uploads), **values,
        }  # fmt: skip
        if files:
            fields["files"] = [
                SimpleUploadedFile(f"IMG_{at}.jpg", data, "image/jpeg") for at, data in enumerate(files)
            ]
        return self.client.post("/report/", fields)

    def report(self, **values: Any) -> str:
        """A whole report through the working lane; returns the receipt code."""
        response = self.send(given=self.new_pass(), **values)
        assert response.status_code == 200, response.content.decode()[:3000]
        return receipt_in(response)

    def track(self, code: str) -> Any:
        """Ask by code."""
        return self.client.post("/report/track/", {"code": code})


def receipt_in(response: Any) -> str:
    """The receipt code on the page."""
    found = re.search(r'data-receipt="(\d{16})"', response.content.decode())
    assert found, response.content.decode()[:3000]
    return found.group(1)
