"""The word that accounts which are not in a bank's file moved nothing: said by a person for those that were ticked."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db import transaction as database
from django.utils import timezone

from accounts.models import User
from casework import audit
from casework.errors import DomainError, Unlawful
from casework.steps import require
from funds.models import Channel, FileState, StatementBundle, StatementFile
from funds.selectors.absences import Absence, absences
from funds.services.bank_files import ENTER, UPLOAD, quiet_receive

AT_ONCE = 200


@dataclass
class Said:
    """What became of the ticked accounts: the statements that hold, and why the others do not."""

    files: list[StatementFile] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)


def absences_say_quiet(
    *,
    actor: User,
    bundle: StatementBundle,
    accounts: Collection[UUID],
    channel: Channel,
    at: datetime | None = None,
) -> Said:
    """A statement without movements for each ticked account, from its last known day to the file's last one.

    Each is a statement of its own by the rules of a single one (`quiet_receive`), with the last balance carried;
    one that is refused does not stop the others. Nothing is said of accounts that were not ticked. Raises Unlawful
    (nothing ticked, too many, an account that is not among the absent ones), NotAllowed.
    """
    at = at or timezone.now()
    require(actor, UPLOAD if channel == Channel.PORTAL else ENTER)
    ticked = _ticked(absences(actor, bundle, channel), accounts)
    done = Said()
    for one in ticked:
        try:
            file = _say(actor, one, channel, at)
        except DomainError as refusal:
            done.refused.append(f"{_name(one)}：{refusal.message}")
            continue
        if file.state == FileState.REFUSED:
            done.refused.append(f"{_name(one)}：{file.refusal}")
        else:
            done.files.append(file)
    _tell(actor, bundle, done, at)
    return done


def _ticked(found: list[Absence], accounts: Collection[UUID]) -> list[Absence]:
    if not accounts:
        raise Unlawful("请勾选当日没有发生额的账户。")
    if len(accounts) > AT_ONCE:
        raise Unlawful(f"一次最多登记 {AT_ONCE} 个账户。")
    rows = {one.account.uid: one for one in found}
    if set(accounts) - set(rows):
        raise Unlawful("勾选的账户不在这份文件缺少的账户里，请刷新页面重新勾选。")
    return [rows[uid] for uid in rows if uid in accounts]


def _say(actor: User, one: Absence, channel: Channel, at: datetime) -> StatementFile:
    if one.said is not None:
        raise Unlawful("已登记过无发生额。")
    if one.why_not:
        raise Unlawful(f"{one.why_not}。")
    return quiet_receive(
        actor=actor,
        account=one.account,
        closing_fen=one.balance_fen,
        covers_from=one.since,
        covers_to=one.until,
        channel=channel,
        at=at,
    )


def _name(one: Absence) -> str:
    return f"{one.account.institution.name}（末四位 {one.account.number_tail}）"


@database.atomic
def _tell(actor: User, bundle: StatementBundle, done: Said, at: datetime) -> None:
    """On the file's own record: how many were said to be quiet, and which were refused."""
    audit.record(
        actor=actor,
        verb="funds.bundle_absences_quiet",
        target=bundle,
        changes={
            "accounts": [None, len(done.files)],
            "tails": [None, [file.account.number_tail for file in done.files]],
        },
        reason="；".join(done.refused)[:400],
        at=at,
    )


audit.verb("funds.bundle_absences_quiet", "登记文件里没有的账户当日无发生额")
