"""A phone as the tests see it: writes operations and files, sends them well or badly."""

from __future__ import annotations

import hashlib
import io
import uuid
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from PIL import Image

from accounts.models import User
from casework.models.base import uuid7
from fieldwork import services
from fieldwork.models import ChecklistVersion, FieldDevice, FieldOperation, FieldOutcome, FieldRecord
from inspections.models import Visit


def picture(colour: str = "red", size: int = 24) -> bytes:
    """A small JPEG."""
    target = io.BytesIO()
    Image.new("RGB", (size, size), colour).save(target, "JPEG")
    return target.getvalue()


def digest(data: bytes) -> str:
    """The name of a file."""
    return hashlib.sha256(data).hexdigest()


@dataclass
class Phone:
    """One officer's phone at one visit."""

    user: User
    visit: Any
    form: str = "inspections.visit"
    uid: uuid.UUID = field(default_factory=uuid.uuid4)
    sequence: int = 0
    lamport: int = 0
    clock: timedelta = timedelta()
    queue: list[dict[str, Any]] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)

    @property
    def now(self) -> datetime:
        """What this phone believes the time to be."""
        return timezone.now() + self.clock

    def device(self) -> FieldDevice:
        """The phone as the server knows it."""
        return services.device_meet(actor=self.user, uid=self.uid, label="测试手机", clock=self.now)

    def write(
        self, kind: str, item: str = "", *, supersedes: tuple[str, ...] = (), **value: Any
    ) -> dict[str, Any]:
        """Enter something."""
        self.sequence += 1
        self.lamport += 1
        sha = value.get("sha256")
        operation = {
            "uid": str(uuid7()),
            "form": self.form,
            "subject": str(self.visit.uid),
            "kind": kind,
            "item": item,
            "value": value,
            "sequence": self.sequence,
            "lamport": self.lamport,
            "made_at": self.now.isoformat(),
            "supersedes": list(supersedes),
            "files": [sha] if sha else [],
        }
        self.queue.append(operation)
        return operation

    def photo(self, kind: str, key: str, data: bytes, **value: Any) -> dict[str, Any]:
        """Take a photo."""
        sha = digest(data)
        self.files[sha] = data
        return self.write(kind, f"{key}/{sha[:16]}", sha256=sha, **value)

    def sign(self, *users: User) -> None:
        """Signatures of officers and of the party."""
        for number, user in enumerate(users):
            self.photo_item("signature", f"officer:{user.pk}", picture("white", 30 + number), name=user.name)
        self.photo_item("signature", "party", picture("white", 40), state="SIGNED", representative="张某")

    def photo_item(self, kind: str, item: str, data: bytes, **value: Any) -> dict[str, Any]:
        """A drawing whose item is fixed."""
        sha = digest(data)
        self.files[sha] = data
        return self.write(kind, item, sha256=sha, **value)

    def record(self) -> None:
        """The fields that a site record needs."""
        self.write("note", "premises", text="OPERATING")
        self.write("note", "summary", text="正常营业，现场有学员12名")

    def end(self) -> None:
        """Leave the place."""
        self.write("end", count=self.sequence)

    def send(self, operations: list[dict[str, Any]] | None = None) -> list[services.Receipt]:
        """Send some or all operations."""
        return services.operations_receive(
            actor=self.user,
            device=self.device(),
            operations=self.queue if operations is None else operations,
            sent_at=self.now,
        )

    def send_file(self, sha: str, piece: int = 1 << 20) -> str:
        """Send one file in pieces; the state after the last."""
        data = self.files[sha]
        state = ""
        for offset in range(0, len(data), piece):
            state = services.file_receive(
                actor=self.user,
                device=self.device(),
                sha256=sha,
                size=len(data),
                offset=offset,
                data=data[offset : offset + piece],
            ).state
        return state

    def send_files(self) -> None:
        """Send every file."""
        for sha in self.files:
            self.send_file(sha)

    def sync(self) -> None:
        """Everything, then settle."""
        self.send()
        self.send_files()
        settle(self.visit)


def settle(visit: Any) -> FieldRecord:
    """What the worker does."""
    record = FieldRecord.objects.get(subject_uid=visit.uid)
    FieldRecord.objects.filter(pk=record.pk).update(is_dirty=True)
    return services.record_settle(record=record)


def states(visit: Any) -> dict[str, tuple[str, str]]:
    """(state, reason) by operation uid."""
    rows = FieldOutcome.objects.filter(operation__record__subject_uid=visit.uid).select_related("operation")
    return {str(row.operation.uid): (row.state, row.reason) for row in rows}


def answers_of(visit: Visit) -> dict[str, tuple[str, str]]:
    """(value, note) by item of the visit's checklist."""
    visit.refresh_from_db()
    if visit.checklist_run is None:
        return {}
    return {
        row.item.code: (row.value, row.note) for row in visit.checklist_run.answers.select_related("item")
    }


def small_version(actor: User, items: int = 3) -> ChecklistVersion:
    """A published checklist of a few items."""
    from fieldwork.models import Checklist, ChecklistItem

    checklist = Checklist.objects.create(code=f"T{Checklist.objects.count()}", name="测试清单")
    content = {
        "answers": ["YES", "NO", "NA"],
        "answer_labels": {"YES": "符合", "NO": "不符合", "NA": "不适用"},
        "failing_answer": "NO",
    }
    version = ChecklistVersion.objects.create(
        checklist=checklist,
        number=1,
        name="测试清单",
        content=content,
        content_hash="0" * 64,
        effective_on="2020-01-01",
    )
    ChecklistItem.objects.bulk_create(
        ChecklistItem(
            version=version,
            position=number,
            aspect_code="A",
            aspect_name="资质",
            code=f"A{number}",
            text=f"第 {number} 项是否符合",
            requires_photo_on_fail=number == 2,
            requires_note_on_fail=number == 2,
        )
        for number in range(1, items + 1)
    )
    ChecklistVersion.objects.filter(pk=version.pk).update(
        state="PUBLISHED", published_at=timezone.now(), published_by=actor
    )
    version.refresh_from_db()
    return version


def operations_kept() -> int:
    """How many operations the server holds."""
    return FieldOperation.objects.count()
