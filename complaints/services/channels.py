"""Taking in mail files and hotline sheets, and handing the hotline its answers."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction as database
from django.utils import timezone

from accounts.models import User
from casework import audit
from casework.canonical import sha256_hex
from casework.crypto import blind_index
from casework.errors import DomainError, Unlawful, WrongState
from casework.evidence.services import evidence_receive
from casework.records import record_create, root_fields
from casework.steps import lock, require
from complaints.channels import mail as mails
from complaints.channels import tickets
from complaints.models import (
    BatchState,
    Channel,
    Clue,
    ClueKind,
    ClueStatus,
    SealedReport,
    TicketBatch,
    TicketReply,
)
from complaints.services.register import ClueReport, clue_register
from complaints.wall import Contact, seal, sealed_of, shred, unseal
from institutions.sheets.guard import check_sheet
from institutions.sheets.reading import read_grids

INTAKE = "complaints.intake"
WAITING_DAYS = 7
ROWS_MAX = 5000
HOUR_OF_SHEETS = time(9)


@dataclass(frozen=True)
class MailTaken:
    """A mail in the register: its clue, whether it was there before, and what was left out of it."""

    clue: Clue
    is_new: bool
    left_out: tuple[str, ...] = ()


@database.atomic
def mail_import(
    *, actor: User, data: bytes, kind: str = ClueKind.OTHER, at: datetime | None = None
) -> MailTaken:
    """Register one .eml file as a clue; the sender goes behind the wall, pictures become its files.

    The same mail twice gives the first clue. Raises NotAllowed, Unlawful when it is no mail or says nothing.
    """
    require(actor, INTAKE)
    at = at or timezone.now()
    mail = mails.read_mail(data)
    bureau = _bureau(actor)
    # Keyed: who has the mailbox and a dump of the main schema cannot join the two.
    key = blind_index(f"mail:{mail.key}")
    if known := Clue.objects.filter(bureau=bureau, channel=Channel.MAIL, external_no=key).first():
        return MailTaken(known, is_new=False)
    words = mail.words
    matter = tickets.kind_of(words) if kind == ClueKind.OTHER else kind
    report = ClueReport(channel=Channel.MAIL, kind=matter, text=words, external_no=key)
    sent = {"sent_at": mail.sent_at.isoformat() if mail.sent_at else "", "subject": mail.subject}
    clue = clue_register(
        actor=actor, bureau=bureau, report=report, contact=mail.sender, extra=sent, at=at
    ).clue
    return MailTaken(clue, is_new=True, left_out=_pictures_keep(actor, clue, mail, at))


def _pictures_keep(actor: User, clue: Clue, mail: mails.Mail, at: datetime) -> tuple[str, ...]:
    """Pictures that open are kept under neutral names; the others are named to the reader."""
    problems = [f"{mail.left_out} 个附件不是照片，没有保存"] if mail.left_out else []
    for number, picture in enumerate(mail.pictures, start=1):
        try:
            upload = ContentFile(picture, name=f"邮件照片{number}.jpg")
            with database.atomic():
                evidence_receive(
                    actor=actor, subject=clue, upload=upload, caption=f"邮件照片 {number}", at=at
                )
        except DomainError as error:
            problems.append(f"照片 {number}：{error.message}")
    return tuple(problems)


@database.atomic
def tickets_check(
    *, actor: User, upload: UploadedFile[Any] | ContentFile[bytes], name: str, at: datetime | None = None
) -> TicketBatch:
    """Read a hotline sheet and say what registering it would do; nothing is registered yet.

    The rows wait behind the wall for a week at most. Raises NotAllowed, Unlawful for what is no such sheet.
    """
    require(actor, INTAKE)
    at = at or timezone.now()
    stream: Any = upload.file or upload
    kind = check_sheet(stream, upload.size or 0, name)
    data = bytes(stream.read())
    grid = read_grids(data, kind)[0]
    heading = tickets.find_heading(grid)
    rows = tickets.read_rows(grid, heading)
    if not rows or len(rows) > ROWS_MAX:
        raise Unlawful(f"表里须有 1 至 {ROWS_MAX} 行工单，现在是 {len(rows)} 行。")
    bureau = _bureau(actor)
    known = set(
        Clue.objects.filter(
            bureau=bureau, channel=Channel.HOTLINE, external_no__in=[row.external_no for row in rows]
        ).values_list("external_no", flat=True)
    )
    good = [row for row in rows if not row.problems]
    batch = TicketBatch(
        **root_fields(actor=actor, region=bureau.region),
        file_name=f"12345 工单（{len(rows)} 行）.{kind}",
        sha256=hashlib.sha256(data).hexdigest(),
        columns=[
            [label, tickets.TARGETS[target][0] if target else ""] for _, label, target in heading.columns
        ],
        summary={
            "new": sum(row.external_no not in known for row in good),
            "known": sum(row.external_no in known for row in good),
            "rejected": len(rows) - len(good),
        },
        rejected=[[row.number, "；".join(row.problems)] for row in rows if row.problems],
    )
    record_create(actor=actor, obj=batch, verb="complaints.tickets_check", at=at)
    seal(
        clue_uid=batch.uid,
        content={"rows": [_plain(row) for row in good]},
        shred_on=timezone.localdate(at) + timedelta(days=WAITING_DAYS),
        at=at,
    )
    return batch


def _plain(row: tickets.TicketRow) -> dict[str, Any]:
    days = {
        name: value.isoformat() if (value := getattr(row, name)) else "" for name in ("received_on", "due_on")
    }
    return {**asdict(row), **days}


@database.atomic
def tickets_apply(*, actor: User, batch: TicketBatch, at: datetime | None = None) -> TicketBatch:
    """Register every good row, all or none; tickets known already are left as they are.

    Raises NotAllowed, WrongState, Unlawful when the rows were destroyed meanwhile.
    """
    require(actor, INTAKE)
    at = at or timezone.now()
    locked = lock(batch)
    if locked.state != BatchState.CHECKED:
        raise WrongState(f"这次导入{locked.get_state_display()}，不能再登记。请重新上传。")
    sealed = _sealed_of(locked)
    made = [row for row in unseal(sealed)["rows"] if _ticket_register(actor, locked, row, at)]
    locked.state, locked.applied_at = BatchState.APPLIED, at
    locked.summary = {**locked.summary, "made": len(made)}
    _batch_end(
        actor,
        locked,
        sealed,
        "complaints.tickets_apply",
        at,
        digest=sha256_hex([r["external_no"] for r in made]),
    )
    return locked


@database.atomic
def tickets_drop(*, actor: User, batch: TicketBatch, at: datetime | None = None) -> TicketBatch:
    """Give an import up; its rows are destroyed. Raises NotAllowed, WrongState."""
    require(actor, INTAKE)
    at = at or timezone.now()
    locked = lock(batch)
    if locked.state != BatchState.CHECKED:
        raise WrongState(f"这次导入{locked.get_state_display()}，不能放弃。")
    locked.state = BatchState.DROPPED
    _batch_end(actor, locked, _sealed_of(locked), "complaints.tickets_drop", at)
    return locked


def _sealed_of(batch: TicketBatch) -> SealedReport:
    sealed = sealed_of(batch.uid).first()
    if sealed is None or not sealed.wrapped_key:
        raise Unlawful(f"上传的内容超过 {WAITING_DAYS} 天没有登记，已经销毁。请重新上传。")
    return sealed


def _batch_end(
    actor: User, batch: TicketBatch, sealed: SealedReport, verb: str, at: datetime, digest: str = ""
) -> None:
    batch.version += 1
    batch.save()
    shred(sealed, at=at)
    changes: dict[str, list[Any]] = {"state": [BatchState.CHECKED, batch.state]}
    if digest:
        changes["rows_hash"] = [None, digest]
    audit.record(actor=actor, verb=verb, target=batch, changes=changes, at=at)


def _ticket_register(actor: User, batch: TicketBatch, row: dict[str, Any], at: datetime) -> bool:
    """Register one row; says whether it was new."""
    if Clue.objects.filter(
        bureau=batch.bureau, channel=Channel.HOTLINE, external_no=row["external_no"]
    ).exists():
        return False
    report = ClueReport(
        channel=Channel.HOTLINE,
        kind=row["kind"],
        text=row["text"],
        place_text=row["place_text"],
        subject_name=row["subject_name"],
        external_no=row["external_no"],
        external_due_on=_iso(row["due_on"]),
    )
    contact = Contact(name=row["caller"], phone=row["phone"])
    came = _iso(row["received_on"])
    moment = timezone.make_aware(datetime.combine(came, HOUR_OF_SHEETS)) if came else at
    clue_register(
        actor=actor,
        bureau=batch.bureau,
        report=report,
        contact=contact if contact.is_given else None,
        at=min(moment, at),
    )
    return True


def _iso(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


@database.atomic
def replies_export(*, actor: User, clues: list[Clue], at: datetime | None = None) -> list[Clue]:
    """Mark answers as handed to the hotline; returns those that were not handed over before.

    A ticket that was handled again is answered again. Raises NotAllowed, Unlawful when there is none.
    """
    require(actor, INTAKE)
    at = at or timezone.now()
    locked = list(
        Clue.objects.select_for_update()
        .filter(pk__in=[clue.pk for clue in clues], channel=Channel.HOTLINE, status=ClueStatus.CLOSED)
        .order_by("pk")
    )
    done = set(TicketReply.objects.filter(clue__in=locked).values_list("clue_id", "closed_at"))
    fresh = [clue for clue in locked if (clue.pk, clue.closed_at) not in done]
    if not fresh:
        raise Unlawful("没有新的答复可以导出：办结的工单都已导出过。")
    TicketReply.objects.bulk_create(
        TicketReply(clue=clue, closed_at=clue.closed_at, exported_at=at, exported_by=actor)
        for clue in fresh
        if clue.closed_at is not None
    )
    numbers = [clue.external_no for clue in fresh]
    changes: dict[str, list[Any]] = {"count": [0, len(fresh)], "rows_hash": [None, sha256_hex(numbers)]}
    audit.record(
        actor=actor, verb="complaints.replies_export", changes=changes, at=at, bureau=fresh[0].bureau
    )
    return fresh


def _bureau(actor: User) -> Any:
    if actor.bureau is None:
        raise Unlawful("系统账号不能导入线索。")
    return actor.bureau


for code, sentence in {
    "tickets_check": "核对 12345 工单表",
    "tickets_apply": "登记 12345 工单",
    "tickets_drop": "放弃 12345 工单导入",
    "replies_export": "导出 12345 工单答复",
}.items():
    audit.verb(f"complaints.{code}", sentence)
