"""Taking in a bank's statement: the same path behind the screen, the portal, the command and the interface."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.db import IntegrityError
from django.db import transaction as database
from django.utils import timezone

from accounts.models import User
from casework import audit
from casework.canonical import sha256_hex
from casework.errors import NotAllowed, Unlawful
from casework.jobs import enqueue, job_start
from casework.records import root_fields
from casework.steps import lock, require
from funds.models import (
    TAKES_FILES,
    BankProfile,
    Channel,
    EscrowAccount,
    FileState,
    MachineKey,
    StatementBundle,
    StatementFile,
)
from funds.services.file_checks import Checked, checked
from funds.services.posting_lines import lines_keep, opening_post

ENTER, UPLOAD = "funds.statement_import", "funds.statement_upload"
AT_ONCE_BYTES = 16 * 1024  # some two hundred lines, a few seconds


@dataclass(frozen=True)
class Handover:
    """What came with a file: the door, and what the bank said about it (fen, days)."""

    channel: Channel
    key: MachineKey | None = None
    opening_fen: int | None = None
    closing_fen: int | None = None
    count: int | None = None
    covers_from: date | None = None
    covers_to: date | None = None
    extra: dict[str, Any] = field(default_factory=dict)

    def as_told(self) -> dict[str, Any]:
        """The part that is kept on the file."""
        days = {
            name: value.isoformat()
            for name in ("covers_from", "covers_to")
            if (value := getattr(self, name)) is not None
        }
        sums = {
            name: value
            for name in ("opening_fen", "closing_fen", "count")
            if (value := getattr(self, name)) is not None
        }
        return {**days, **sums}


def statement_receive(
    *,
    actor: User,
    account: EscrowAccount,
    profile: BankProfile,
    data: bytes,
    name: str,
    handover: Handover,
    at: datetime | None = None,
) -> StatementFile:
    """Keep a file and check it; small ones are checked and posted before this returns, long ones by a job.

    A file that does not pass is kept as refused, with the reason. A bank's machine that sends the same file
    again gets the first one. Raises NotAllowed, Unlawful (an account or profile that takes no files).
    """
    at = at or timezone.now()
    may_deliver(actor, account, handover)
    fits(account, profile)
    if profile.layout.get("many_accounts"):
        raise Unlawful(f"模板“{profile}”是多账户的，文件按账号拆分，不选监管账户。")
    digest = sha256_hex(data)
    known = _known(account, digest)
    if known is not None and handover.channel == Channel.API and known.account_id == account.pk:
        return known
    with database.atomic():
        row = _keep(actor, account, profile, data, name, handover, digest, at, _again(known))
        if row.state == FileState.REFUSED:
            return row
        row.job = job_start(
            actor=actor, bureau=row.bureau, kind="bank_statement", label=f"核对“{row.file_name}”"
        )
        row.save(update_fields=["job"])
        if len(data) > AT_ONCE_BYTES:
            enqueue("funds.bank_tasks.take_statement", row.pk)
            return row
    return statement_take(file_id=row.pk, at=at)


def quiet_receive(
    *,
    actor: User,
    account: EscrowAccount,
    closing_fen: int,
    covers_from: date,
    covers_to: date,
    channel: Channel,
    at: datetime | None = None,
) -> StatementFile:
    """The bank says that nothing moved on these days: the balance must be the last statement's.

    Raises NotAllowed, Unlawful.
    """
    at = at or timezone.now()
    handover = Handover(channel, None, closing_fen, closing_fen, 0, covers_from, covers_to)
    may_deliver(actor, account, handover)
    fits(account, None)
    said = {"account": str(account.uid), **handover.as_told(), "at": at.isoformat()}
    with database.atomic():
        row = StatementFile(
            **root_fields(actor=actor, region=account.region, bureau=account.bureau),
            account=account,
            channel=channel,
            file_name=f"无发生额 {covers_from:%Y-%m-%d} 至 {covers_to:%Y-%m-%d}",
            sha256=sha256_hex(said),
            size=0,
            is_quiet=True,
            told=handover.as_told(),
            received_at=at,
        )
        row.save(force_insert=True)
        audit.record(actor=actor, verb="funds.statement_receive", target=row, about=row.file_uid, at=at)
    return statement_take(file_id=row.pk, at=at)


def may_deliver(actor: User, account: EscrowAccount, handover: Handover) -> None:
    """Raises NotAllowed unless this door takes statements of the account from the actor."""
    if handover.channel == Channel.API:
        if handover.key is None or handover.key.bank_id != account.bank_id:
            raise NotAllowed("这个账户不在本行名下，不能推送它的对账单。")
        return
    if handover.channel == Channel.PORTAL:
        require(actor, UPLOAD)
        if actor.organisation_id is None or account.bank.organisation_id != actor.organisation_id:
            raise NotAllowed("这个账户不在本行名下，不能上传它的对账单。")
        return
    require(actor, ENTER)


def fits(account: EscrowAccount, profile: BankProfile | None) -> None:
    """Raises Unlawful for an account that takes no files, or a layout that is not its bank's."""
    if account.status not in TAKES_FILES:
        raise Unlawful(f"账户现在是“{account.get_status_display()}”，不接收对账单。")
    if profile is None:
        return
    if profile.bureau_id != account.bureau_id or not profile.is_current:
        raise Unlawful("请选择本局现用的对账单模板。")
    if profile.bank_id and profile.bank_id != account.bank_id:
        raise Unlawful(f"模板“{profile}”不是{account.bank}的。请选择该行的模板。")


def _known(account: EscrowAccount, digest: str) -> StatementFile | None:
    rows = StatementFile.objects.filter(bureau_id=account.bureau_id, sha256=digest)
    return rows.exclude(state=FileState.REFUSED).select_related("account__institution").first()


def _again(known: StatementFile | None) -> str:
    if known is None:
        return ""
    day = timezone.localdate(known.received_at)
    return (
        f"这份文件内容与 {day:%Y-%m-%d} 收到的“{known.file_name}”（{known.account.account_name}）完全相同，"
        "不重复接收。"
    )


def _keep(
    actor: User,
    account: EscrowAccount,
    profile: BankProfile,
    data: bytes,
    name: str,
    handover: Handover,
    digest: str,
    at: datetime,
    refusal: str,
) -> StatementFile:
    row = StatementFile(
        **root_fields(actor=actor, region=account.region, bureau=account.bureau),
        account=account,
        profile=profile,
        channel=handover.channel,
        key=handover.key,
        file_name=name.strip()[-200:] or "未命名",
        sha256=digest,
        size=len(data),
        told=handover.as_told(),
        received_at=at,
        state=FileState.REFUSED if refusal else FileState.RECEIVED,
        refusal=refusal,
    )
    store(row, data)
    audit.record(
        actor=actor,
        verb="funds.statement_receive",
        target=row,
        reason=row.refusal,
        about=row.file_uid,
        at=at,
    )
    return row


def store(row: StatementFile | StatementBundle, data: bytes) -> None:
    """Seal the bytes and insert the row; the same file, or one that is being received at this moment, is refused."""
    row.stored_as = storages["sealed"].save(f"statements/{row.uid.hex}", ContentFile(data))
    try:
        with database.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        row.state, row.refusal = FileState.REFUSED, "这份文件已经收到，不重复接收。"
        row.save(force_insert=True)


def refuse_file(actor: User, row: StatementFile, sentence: str, at: datetime) -> StatementFile:
    """Keep a file as refused, with the sentence that says why."""
    if row.state == FileState.REFUSED:
        return row
    row.state, row.refusal = FileState.REFUSED, sentence[:400]
    row.version += 1
    row.save()
    audit.record(
        actor=actor,
        verb="funds.statement_refuse",
        target=row,
        reason=sentence,
        about=row.file_uid,
        at=at,
    )
    return row


def statement_take(*, file_id: int, at: datetime | None = None) -> StatementFile:
    """Check a received file, keep its lines, post them. Safe to run again at any point of it.

    The lines of a whole file are kept in one transaction; each is posted in its own.
    """
    from funds.services.closing import days_known_compare
    from funds.services.matching import file_post

    at = at or timezone.now()
    row = _accept(file_id, at)
    if row.state == FileState.POSTING:
        row = file_post(file_id=file_id, at=at)
        days_known_compare(account=row.account, since=row.covers_from, until=row.covers_to, at=at)
    return row


@database.atomic
def _accept(file_id: int, at: datetime) -> StatementFile:
    row = StatementFile.objects.select_related("account__bank", "account__institution", "profile").get(
        pk=file_id
    )
    account = lock(row.account)  # files of one account are taken one after the other
    row = (
        StatementFile.objects.select_for_update(of=("self",))
        .select_related("account", "profile")
        .get(pk=file_id)
    )
    if row.state != FileState.RECEIVED:
        return row
    try:
        found = checked(row, account, timezone.localdate(at))
        with database.atomic():
            take_over(row, found, at)
    except Unlawful as refusal:
        return refuse_file(row.created_by, row, refusal.message, at)
    return row


def take_over(row: StatementFile, found: Checked, at: datetime) -> None:
    """Keep what the checks found and the lines; from here on only the posting is left."""
    row.covers_from, row.covers_to = found.covers_from, found.covers_to
    row.line_count, row.came_fen, row.went_fen = found.sums.count, found.sums.came, found.sums.went
    row.opening_fen, row.closing_fen = found.opening_fen, found.closing_fen
    row.state = FileState.POSTING
    row.version += 1
    row.save()
    lines_keep(row, found.lines, found.opening_fen)
    if found.is_first:
        opening_post(row, at)
    audit.record(
        actor=row.created_by,
        verb="funds.statement_accept",
        target=row,
        changes={"count": [None, row.line_count], "closing_fen": [None, row.closing_fen]},
        about=row.file_uid,
        at=at,
    )


for code, sentence in {
    "statement_receive": "收到银行对账单",
    "statement_refuse": "不予接收银行对账单",
    "statement_accept": "银行对账单核对无误",
}.items():
    audit.verb(f"funds.{code}", sentence)
