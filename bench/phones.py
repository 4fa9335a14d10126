"""Forty phones come up from their basements at once: 43 answers and 12 photos each, two phones at each place.

Measured over HTTP against the web server: how long until every word and every file is received. Merging is the
worker's; here it is done and timed afterwards, in one process.
"""

from __future__ import annotations

import hashlib
import http.client
import io
import json
import os
import secrets
import threading
from dataclasses import dataclass, field
from datetime import timedelta
from time import perf_counter
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.cached_db import SessionStore
from django.utils import timezone
from PIL import Image

from accounts.models import User
from bench import stack
from bench.table import Results, Row, say
from casework.models import EvidenceFile
from casework.models.base import uuid7
from fieldwork import services
from fieldwork.models import ChecklistAnswer, ChecklistVersion, FieldFile, FieldOperation, FieldRecord
from fieldwork.selectors import version_in_force
from inspections import services as inspections
from inspections.models import Visit
from institutions.models import Institution

PHONES, PER_PLACE, PHOTOS = 40, 2, 12
ITEMS = 43


@dataclass
class Phone:
    """What one phone carries up."""

    user: User
    visit: UUID
    device: UUID
    form: str = "inspections.visit"
    operations: list[dict[str, Any]] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    seconds: float = 0.0
    receipts: int = 0
    arrived: int = 0
    trouble: str = ""


def measure(results: Results) -> None:
    """All figures of this part."""
    visits, version = _outing()
    phones = [_phone(visits[number // PER_PLACE], number, version) for number in range(PHONES)]
    size = sum(len(data) for phone in phones for data in phone.files.values())
    say(f"  {PHONES} phones at {len(visits)} places, {size / 2**20:.0f} MB of photos")
    os.environ["BENCH_WORKER"] = "later"
    with stack.web() as port:
        begun = perf_counter()
        all_at_once(phones, port)
        seconds = perf_counter() - begun
        slowest = max(phone.seconds for phone in phones)
        again = perf_counter()
        all_at_once(phones, port)
        repeated = perf_counter() - again
    begun = perf_counter()
    for record in FieldRecord.objects.filter(is_dirty=True):
        services.record_settle(record=record)
    merged = perf_counter() - begun
    _tell(results, phones, (seconds, slowest, repeated, merged))


def _tell(results: Results, phones: list[Phone], times: tuple[float, float, float, float]) -> None:
    seconds, slowest, repeated, merged = times
    troubles = [phone.trouble for phone in phones if phone.trouble]
    for trouble in troubles[:3]:
        say(f"  {trouble}")
    operations = sum(len(phone.operations) for phone in phones)
    files = sum(len(phone.files) for phone in phones)
    uids = {phone.visit for phone in phones}
    results.add(
        Row(
            "phones",
            "40 phones reconnect at once, until all is received",
            f"{seconds:.1f} s",
            f"slowest {slowest:.1f} s",
        )
    )
    results.add(Row("phones", "the same 40 send everything again", f"{repeated:.1f} s", "nothing changes"))
    results.add(
        Row(
            "phones",
            "merging all of it, photos made evidence",
            f"{merged:.1f} s",
            f"{merged / files * 1000:.0f} ms a photo",
        )
    )
    kept = FieldOperation.objects.filter(device__uid__in=[phone.device for phone in phones]).count()
    same(results, "phones", "operations kept", kept, operations if not troubles else -1)
    equal = sum(is_equal(phone, sha) for phone in phones for sha in phone.files)
    same(results, "phones", "files whose hash is equal after reading back", equal, files)
    answers = ChecklistAnswer.objects.filter(run__subject_uid__in=uids).count()
    same(results, "phones", "answers in the visits' checklists", answers, len(uids) * ITEMS)
    photos = EvidenceFile.objects.filter(subject_type="fieldwork.checklistanswer").count()
    same(results, "phones", "photos kept as evidence", photos, files)


def same(results: Results, part: str, name: str, found: int, wanted: int) -> None:
    """A count that must be what was sent."""
    results.add(Row(part, name, f"{found:,}", f"sent {wanted:,}", aim="equal", is_met=found == wanted))


def is_equal(phone: Phone, sha: str) -> bool:
    """Whether the bytes that the server gives back have the hash under which they were sent."""
    row = FieldFile.objects.select_related("device").filter(device__uid=phone.device, sha256=sha).first()
    data = services.file_bytes(row.device, sha) if row else None
    return data is not None and hashlib.sha256(data).hexdigest() == sha


def _outing() -> tuple[list[Visit], ChecklistVersion]:
    """Places with two officers each, approved and notified."""
    now = timezone.now()
    version = version_in_force(code="DAILY_43", on=timezone.localdate(now))
    if version is None:
        raise RuntimeError("the daily checklist is not loaded")
    officers = list(User.objects.filter(username__startswith="officer").order_by("pk")[:2])
    places = list(
        Institution.objects.filter(operating_state="OPERATING").order_by("pk")[: PHONES // PER_PLACE]
    )
    organ = officers[0].organisation
    assert organ is not None
    plan = inspections.deployment_draft(
        actor=officers[0],
        values={
            "name": f"手机回传测量 {now:%H%M%S}",
            "kind": "CLUE",
            "lead_organ": organ,
            "task_source": "测量",
            "basis": "《校外培训行政处罚暂行办法》（教育部令第53号）",
            "item": "日常监督",
            "checklist_version": version,
            "starts_at": now,
            "ends_at": now + timedelta(hours=8),
        },
        institutions=places,
    )
    for officer in officers:
        inspections.member_add(
            actor=officers[0],
            deployment=plan,
            organisation=organ,
            role="OFFICER",
            user=officer,
        )
    plan = inspections.deployment_submit(actor=officers[0], deployment=plan)
    plan = inspections.deployment_approve(actor=User.objects.get(username="leader"), deployment=plan)
    inspections.deployment_notify(actor=officers[0], deployment=plan)
    return list(plan.visits.order_by("pk")), version


def _phone(visit: Visit, number: int, version: ChecklistVersion) -> Phone:
    members = visit.deployment.members.select_related("user").order_by("pk")
    user = members[number % PER_PLACE].user
    assert user is not None
    phone = Phone(user, visit.uid, uuid4(), headers=signed_in(user))
    word(phone, "start", "", {"place_note": ""})
    codes = list(version.items.order_by("position").values_list("code", flat=True))
    for code in codes[:ITEMS]:
        value = {"value": version.passing_answer, "note": "", "version": str(version.uid)}
        word(phone, "answer", code, value)
    for turn in range(PHOTOS):
        data = photo(number * PHOTOS + turn)
        sha = hashlib.sha256(data).hexdigest()
        phone.files[sha] = data
        word(phone, "answer_photo", f"{codes[turn]}/{sha[:16]}", {"code": codes[turn], "sha256": sha}, [sha])
    return phone


def word(phone: Phone, kind: str, item: str, value: dict[str, Any], files: list[str] | None = None) -> None:
    """One thing entered on the phone."""
    number = len(phone.operations) + 1
    phone.operations.append(
        {
            "uid": str(uuid7()),
            "form": phone.form,
            "subject": str(phone.visit),
            "kind": kind,
            "item": item,
            "value": value,
            "sequence": number,
            "lamport": number,
            "made_at": timezone.now().isoformat(),
            "supersedes": [],
            "files": files or [],
        }
    )


def photo(number: int) -> bytes:
    """A photo that compresses as badly as a real one."""
    noise = hashlib.shake_256(str(number).encode()).digest(96 * 72 * 3)
    picture = Image.frombytes("RGB", (96, 72), noise).resize((1280, 960), Image.Resampling.BICUBIC)
    target = io.BytesIO()
    picture.save(target, "JPEG", quality=85)
    return target.getvalue()


def signed_in(user: User) -> dict[str, str]:
    """Headers of somebody who has signed in."""
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "accounts.backends.ActiveUserBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    token = secrets.token_hex(16)
    cookies = f"{settings.SESSION_COOKIE_NAME}={session.session_key}; {settings.CSRF_COOKIE_NAME}={token}"
    return {"Cookie": cookies, "X-CSRFToken": token, "Host": "127.0.0.1"}


def all_at_once(phones: list[Phone], port: int) -> None:
    """Every phone sends what it carries at the same moment."""
    barrier = threading.Barrier(len(phones))
    threads = [threading.Thread(target=_send, args=(phone, port, barrier), daemon=True) for phone in phones]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _send(phone: Phone, port: int, barrier: threading.Barrier) -> None:
    barrier.wait()
    begun = perf_counter()
    try:
        line = http.client.HTTPConnection("127.0.0.1", port, timeout=300)
        body = {
            "device": {"uid": str(phone.device), "label": "测量"},
            "clock": timezone.now().timestamp() * 1000,
            "operations": phone.operations,
        }
        told = _ask(line, phone, "POST", "/field/api/operations/", json.dumps(body).encode())
        phone.receipts = len(told["receipts"])
        for sha, data in phone.files.items():
            path = f"/field/api/files/{sha}/?device={phone.device}&size={len(data)}&offset=0"
            phone.arrived += _ask(line, phone, "PUT", path, data)["state"] == "RECEIVED"
        line.close()
    except (OSError, RuntimeError, http.client.HTTPException, ValueError) as error:
        phone.trouble = f"{type(error).__name__}: {error}"
    phone.seconds = perf_counter() - begun


def _ask(line: http.client.HTTPConnection, phone: Phone, method: str, path: str, body: bytes) -> Any:
    kind = "application/json" if method == "POST" else "application/octet-stream"
    line.request(method, path, body, {**phone.headers, "Content-Type": kind})
    answer = line.getresponse()
    content = answer.read()
    if answer.status != 200:
        raise RuntimeError(f"{method} {path[:40]} answered {answer.status}: {content[:200]!r}")
    return json.loads(content)
