"""Citizens report with three photos each, twenty a second, whether or not the answers keep up.

Each report is sent at its own time (an open loop), so that a slow server shows as waiting, not as fewer reports. The
pass that a phone earns by work is given beforehand: solving is the phone's time. Every phone has an address of its own
in the loopback network, as every citizen has.
"""

from __future__ import annotations

import hashlib
import http.client
import io
import json
import os
import secrets
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from statistics import median, quantiles
from time import perf_counter, sleep
from urllib.parse import urlencode

from django.conf import settings
from django.core.cache import cache
from PIL import Image

from accounts.models import Bureau
from bench import stack
from bench.table import Results, Row, say
from casework.models import EvidenceFile
from complaints import work
from complaints.models import Clue, ClueKind

A_SECOND, SECONDS, PHOTOS = 20, 10, 3
WARM = 4
PART = 256 * 1024
WAITING = 64


@dataclass
class Report:
    """One report: what is sent, and how it went."""

    number: int
    given: str
    photos: list[bytes]
    seconds: float = 0.0
    trouble: str = ""

    @property
    def address(self) -> str:
        """Where it comes from."""
        return f"127.0.{1 + self.number // 250}.{1 + self.number % 250}"


def measure(results: Results, bureau: Bureau) -> None:
    """All figures of this part."""
    before = Clue.objects.count(), EvidenceFile.objects.count()
    count = A_SECOND * SECONDS
    reports = [_report(bureau, number) for number in range(count + WARM)]
    size = sum(len(photo) for report in reports for photo in report.photos) // len(reports)
    say(f"  {count} reports with {PHOTOS} photos ({size // 1024} KB) each, {A_SECOND} a second")
    os.environ["BENCH_WORKER"] = "later"
    with stack.web() as port:
        for report in reports[:WARM]:
            _send(report, port)
        begun = perf_counter()
        with ThreadPoolExecutor(WAITING) as pool:
            for turn, report in enumerate(reports[WARM:]):
                sleep(max(0.0, begun + turn / A_SECOND - perf_counter()))
                pool.submit(_send, report, port, begun + turn / A_SECOND)
        seconds = perf_counter() - begun
    _tell(
        results,
        reports,
        seconds,
        (Clue.objects.count() - before[0], EvidenceFile.objects.count() - before[1]),
    )


def _tell(results: Results, reports: list[Report], seconds: float, kept: tuple[int, int]) -> None:
    for trouble in [report.trouble for report in reports if report.trouble][:3]:
        say(f"  {trouble}")
    times = [report.seconds * 1000 for report in reports[WARM:]]
    p95 = quantiles(times, n=20)[-1]
    results.add(
        Row(
            "clues",
            f"a report with {PHOTOS} photos, {A_SECOND} a second",
            f"p50 {median(times):.0f} ms, p95 {p95:.0f} ms",
            f"all done after {seconds:.1f} s",
        )
    )
    for name, found, wanted in (
        ("reports kept", kept[0], len(reports)),
        ("photos kept", kept[1], len(reports) * PHOTOS),
    ):
        results.add(Row("clues", name, f"{found:,}", f"sent {wanted:,}", aim="equal", is_met=found == wanted))


def _report(bureau: Bureau, number: int) -> Report:
    given = secrets.token_urlsafe(work.PASS_BYTES)
    cache.set(work._pass_key(bureau, given), 1, work.PASS_SECONDS)
    return Report(number, given, [_photo(number * PHOTOS + turn) for turn in range(PHOTOS)])


def _photo(seed: int) -> bytes:
    """As the page shrinks it before sending: 1600 by 1200."""
    noise = hashlib.shake_256(str(seed).encode()).digest(160 * 120 * 3)
    picture = Image.frombytes("RGB", (160, 120), noise).resize((1600, 1200), Image.Resampling.BICUBIC)
    target = io.BytesIO()
    picture.save(target, "JPEG", quality=80)
    return target.getvalue()


def _send(report: Report, port: int, due: float | None = None) -> None:
    """Upload the photos in parts, then the form; timed from the moment the report was due."""
    begun = perf_counter() if due is None else due
    try:
        line = http.client.HTTPConnection("127.0.0.1", port, timeout=120, source_address=(report.address, 0))
        keys = [_upload(line, report, photo) for photo in report.photos]
        _ask(line, report, "/report/", _form(report, keys), "application/x-www-form-urlencoded")
        line.close()
    except (OSError, RuntimeError, http.client.HTTPException, ValueError) as error:
        report.trouble = f"{type(error).__name__}: {error}"
    report.seconds = perf_counter() - begun


def _upload(line: http.client.HTTPConnection, report: Report, photo: bytes) -> str:
    key = secrets.token_hex(32)
    fields = urlencode({"size": len(photo), "sha256": hashlib.sha256(photo).hexdigest()}).encode()
    headers = {"Upload-Key": key}
    _ask(line, report, "/report/upload/", fields, "application/x-www-form-urlencoded", headers)
    for offset in range(0, len(photo), PART):
        part = photo[offset : offset + PART]
        at = {**headers, "Upload-Offset": str(offset)}
        told = _ask(line, report, "/report/upload/part/", part, "application/octet-stream", at)
    if not json.loads(told)["sha256"]:
        raise RuntimeError("an upload was not completed")
    return key


def _form(report: Report, keys: list[str]) -> bytes:
    return urlencode(
        {
            "kind": ClueKind.UNLICENSED,
            "text": f"测量{secrets.token_hex(8)}：三楼每周六上午有人教数学，二十多个学生，门口没有牌子。",
            "place_text": f"测量小区{report.number}栋",
            "device": secrets.token_hex(16),
            "draft": secrets.token_hex(16),
            "report_pass": report.given,
            "uploads": " ".join(keys),
        }
    ).encode()


def _ask(
    line: http.client.HTTPConnection,
    report: Report,
    path: str,
    body: bytes,
    kind: str,
    headers: dict[str, str] | None = None,
) -> bytes:
    token = secrets.token_hex(16)
    sent = {
        "Host": "127.0.0.1",
        "Content-Type": kind,
        "Report-Pass": report.given,
        "Cookie": f"{settings.CSRF_COOKIE_NAME}={token}",
        "X-CSRFToken": token,
        **(headers or {}),
    }
    line.request("POST", path, body, sent)
    answer = line.getresponse()
    content = answer.read()
    if answer.status != 200:
        raise RuntimeError(f"{path} answered {answer.status}: {content[:200]!r}")
    return content
