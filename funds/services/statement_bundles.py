"""Taking in one file of a bank with many accounts: split by account, each part checked and posted as a file alone.

All parts or none. A file whose one account does not fit is refused whole, with every reason at once: a part left
behind could not follow later, since the mended file has other bytes and would bring the other accounts' days twice,
and since a person has to tell the bank once what is wrong with its file. Money of an account nobody supervises is not
parked in suspense: suspense is of a supervised account, and this line is of none.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction as database
from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import Bureau, User
from casework import audit
from casework.canonical import sha256_hex
from casework.crypto import blind_index
from casework.errors import DomainError, NotAllowed, Unlawful
from casework.jobs import enqueue, job_finish, job_start
from casework.records import root_fields
from casework.steps import require
from funds.models import (
    Bank,
    BankProfile,
    Channel,
    EscrowAccount,
    FileState,
    StatementBundle,
    StatementFile,
)
from funds.services.bank_files import (
    AT_ONCE_BYTES,
    ENTER,
    UPLOAD,
    Handover,
    fits,
    may_deliver,
    statement_take,
    store,
    take_over,
)
from funds.services.file_checks import checked, stored_lines
from funds.statements import Share, StatementRefused, split

REASONS_MAX = 2000
OF_PART = ("covers_from", "covers_to")


def bundle_receive(
    *,
    actor: User,
    profile: BankProfile,
    data: bytes,
    name: str,
    handover: Handover,
    at: datetime | None = None,
) -> StatementBundle:
    """Keep a file of many accounts, split it, check and post each part; long files by a job.

    A file that does not pass is kept as refused, with the reasons. A bank's machine that sends the same file again
    gets the first one. Raises NotAllowed, Unlawful (a layout that is not current or of one account only, balances
    told for the whole file).
    """
    at = at or timezone.now()
    bank = _deliverer(actor, handover, profile)
    _layout_fits(actor, profile, handover)
    digest = sha256_hex(data)
    known = _known(profile.bureau, digest)
    if known is not None and handover.channel == Channel.API and known.bank_id == (bank and bank.pk):
        return known
    with database.atomic():
        row = _keep(actor, bank, profile, data, name, handover, digest, at, known)
        if row.state == FileState.REFUSED:
            return row
        row.job = job_start(
            actor=actor, bureau=row.bureau, kind="bank_statement", label=f"核对“{row.file_name}”"
        )
        row.save(update_fields=["job"])
        if len(data) > AT_ONCE_BYTES:
            enqueue("funds.bank_tasks.take_bundle", row.pk)
            return row
    return bundle_take(bundle_id=row.pk, at=at)


def _deliverer(actor: User, handover: Handover, profile: BankProfile) -> Bank | None:
    """The bank at whose door the file came; at the bureau's own doors the layout's, if it is of one."""
    if handover.channel == Channel.API:
        if handover.key is None or handover.key.bank is None:
            raise NotAllowed("这个密钥不是发给银行的，不能推送对账单。")
        return handover.key.bank
    if handover.channel != Channel.PORTAL:
        require(actor, ENTER)
        return profile.bank
    require(actor, UPLOAD)
    own = Bank.objects.filter(organisation=actor.organisation_id, bureau=profile.bureau_id).order_by("pk")
    bank = own.first() if actor.organisation_id else None
    if bank is None:
        raise NotAllowed("这个模板不是本行所在主管部门的，不能用它上传。")
    return bank


def _layout_fits(actor: User, profile: BankProfile, handover: Handover) -> None:
    if not profile.is_current or (actor.bureau_id and actor.bureau_id != profile.bureau_id):
        raise Unlawful("请选择本局现用的对账单模板。")
    if not profile.layout.get("many_accounts"):
        raise Unlawful(f"模板“{profile}”是一个账户一份文件的，请选择监管账户。")
    if handover.opening_fen is not None or handover.closing_fen is not None:
        raise Unlawful("多账户的文件按逐笔余额核对每个账户，不填期初和期末余额。")


def _known(bureau: Bureau, digest: str) -> StatementBundle | None:
    rows = StatementBundle.objects.filter(bureau=bureau, sha256=digest)
    return rows.exclude(state=FileState.REFUSED).first()


def _keep(
    actor: User,
    bank: Bank | None,
    profile: BankProfile,
    data: bytes,
    name: str,
    handover: Handover,
    digest: str,
    at: datetime,
    known: StatementBundle | None,
) -> StatementBundle:
    refusal = ""
    if known is not None:
        day = timezone.localdate(known.received_at)
        refusal = f"这份文件内容与 {day:%Y-%m-%d} 收到的“{known.file_name}”完全相同，不重复接收。"
    row = StatementBundle(
        **root_fields(actor=actor, region=profile.bureau.region, bureau=profile.bureau),
        bank=bank,
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
    audit.record(actor=actor, verb="funds.bundle_receive", target=row, reason=row.refusal, at=at)
    return row


def bundle_take(*, bundle_id: int, at: datetime | None = None) -> StatementBundle:
    """Split a received file and check every part in one transaction, then post each. Safe to run again."""
    at = at or timezone.now()
    row = _accept(bundle_id, at)
    if row.state == FileState.POSTING:
        for key in row.parts.order_by("account_id").values_list("pk", flat=True):
            statement_take(file_id=key, at=at)
        row = _end(bundle_id, at)
    return row


@database.atomic
def _accept(bundle_id: int, at: datetime) -> StatementBundle:
    row = (
        StatementBundle.objects.select_for_update(of=("self",))
        .select_related("profile", "bureau", "created_by", "key", "job")
        .get(pk=bundle_id)
    )
    if row.state != FileState.RECEIVED:
        return row
    try:
        with database.atomic():
            _split(row, at)
    except StatementRefused as refusal:
        row.state, row.refusal = FileState.REFUSED, refusal.message[:REASONS_MAX]
        row.version += 1
        row.save()
        audit.record(
            actor=row.created_by, verb="funds.bundle_refuse", target=row, reason=row.refusal[:400], at=at
        )
        if row.job is not None:
            job_finish(row.job, message="不予接收，原因见文件页面")
    return row


def _split(row: StatementBundle, at: datetime) -> None:
    """Every account's part, accepted; raises StatementRefused with all reasons when one of them does not fit."""
    lines = stored_lines(row)
    row.line_count = len(lines)
    shares = split(lines)
    accounts = _accounts(row, shares)
    row.found = [_told(share, accounts.get(share.number)) for share in shares]
    reasons = _told_otherwise(row)
    last = max(line.booked_on for line in lines)
    told = {"covers_to": last.isoformat()} | {key: row.told[key] for key in OF_PART if key in row.told}
    for share in sorted(shares, key=lambda one: accounts[one.number].pk if one.number in accounts else 0):
        account = accounts.get(share.number)
        if account is None:
            reasons.append(
                f"账号末四位 {share.tail}（{share.rows}）不是登记在册的监管账户，请核对账号或者先登记开户"
            )
            continue
        try:
            _part(row, account, share, told, at)
        except DomainError as refusal:
            reasons.append(f"{account.account_name}（末四位 {account.number_tail}）：{refusal.message}")
    if reasons:
        raise StatementRefused("；".join(reason.rstrip("。") for reason in reasons) + "；整份没有入账。")
    row.state = FileState.POSTING
    row.version += 1
    row.save()
    audit.record(
        actor=row.created_by, verb="funds.bundle_accept", target=row, at=at,
        changes={"count": [None, row.line_count], "accounts": [None, len(shares)]},
    )  # fmt: skip


def _told_otherwise(row: StatementBundle) -> list[str]:
    said = row.told.get("count")
    if said is None or said == row.line_count:
        return []
    return [f"银行说有 {said} 笔，文件里有 {row.line_count} 笔"]


def _accounts(row: StatementBundle, shares: list[Share]) -> dict[str, EscrowAccount]:
    """The supervised account of each number, locked in the order of keys; none for a number nobody knows here."""
    digests = {blind_index(share.number): share.number for share in shares}
    rows: QuerySet[EscrowAccount] = EscrowAccount.objects.filter(
        bureau=row.bureau_id, number_digest__in=list(digests)
    ).exclude(status="CLOSED")
    if row.channel == Channel.API:
        rows = rows.filter(bank=row.bank_id)
    if row.channel == Channel.PORTAL:
        rows = rows.filter(bank__organisation=row.created_by.organisation_id)
    locked = rows.select_for_update(of=("self",)).select_related("bank", "institution", "region", "bureau")
    return {digests[account.number_digest]: account for account in locked.order_by("pk")}


def _told(share: Share, account: EscrowAccount | None) -> dict[str, Any]:
    sums = share.sums
    return {
        "tail": share.tail,
        "place": account.institution.name if account else "",
        "kind": account.get_kind_display() if account else "",
        "rows": share.rows,
        "count": sums.count,
        "came_fen": sums.came,
        "went_fen": sums.went,
        "closing_fen": sums.closing,
    }


def _part(
    row: StatementBundle, account: EscrowAccount, share: Share, told: dict[str, Any], at: datetime
) -> None:
    """One account's statement. The file's last day holds for each account: who has no line on it moved nothing."""
    actor = row.created_by
    may_deliver(actor, account, Handover(Channel(row.channel), row.key))
    fits(account, row.profile)
    part = StatementFile(
        **root_fields(actor=actor, region=account.region, bureau=account.bureau),
        account=account,
        profile=row.profile,
        bundle=row,
        channel=row.channel,
        key=row.key,
        file_name=row.file_name,
        stored_as=row.stored_as,
        sha256=sha256_hex([row.sha256, str(account.uid)]),
        size=row.size,
        told=told,
        received_at=row.received_at,
    )
    found = checked(part, account, timezone.localdate(at), share.lines)
    part.save(force_insert=True)
    take_over(part, found, at)


@database.atomic
def _end(bundle_id: int, at: datetime) -> StatementBundle:
    row = (
        StatementBundle.objects.select_for_update(of=("self",))
        .select_related("job", "created_by")
        .get(pk=bundle_id)
    )
    if row.state == FileState.POSTING and not row.parts.exclude(state=FileState.DONE).exists():
        row.state = FileState.DONE
        row.version += 1
        row.save()
        audit.record(actor=row.created_by, verb="funds.bundle_post", target=row, at=at)
        if row.job is not None:
            job_finish(row.job, message=f"{len(row.found)} 个账户 {row.line_count} 笔已核对入账")
    return row


for code, sentence in {
    "bundle_receive": "收到多账户对账单",
    "bundle_refuse": "不予接收多账户对账单",
    "bundle_accept": "多账户对账单核对无误",
    "bundle_post": "多账户对账单入账",
}.items():
    audit.verb(f"funds.{code}", sentence)
