"""Banks and the life of a supervised account: planned, opened, filed, verified, enabled, closed."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Any

from django.db import transaction as database
from django.utils import timezone

from accounts.models import User
from accounts.services import system_user
from casework import audit, policy
from casework.crypto import blind_index, seal, unseal
from casework.deadlines import (
    CalendarMissing,
    compute,
    deadline_cancel,
    deadline_finish,
    deadline_start,
    load_calendar,
)
from casework.deadlines.services import DeadlineMoved
from casework.errors import Unlawful
from casework.records import record_create, record_update, root_fields
from casework.steps import lock, require
from casework.workflow import transition
from funds.models import Bank, EscrowAccount, FundKind
from institutions.models import Institution

EDIT = "funds.account_edit"
FILING = "FUND_FILING"
NUMBER = re.compile(r"\d{8,32}")


@database.atomic
def bank_register(*, actor: User, values: dict[str, Any], at: datetime | None = None) -> Bank:
    """A bank that keeps supervised accounts. Raises NotAllowed, Unlawful."""
    require(actor, EDIT)
    if actor.bureau is None:
        raise Unlawful("系统账号不能登记监管银行。")
    bank = Bank(**root_fields(actor=actor, region=actor.bureau.region), **values)
    return record_create(actor=actor, obj=bank, verb="funds.bank_register", at=at)


@database.atomic
def bank_edit(
    *, actor: User, bank: Bank, values: dict[str, Any], version: int | None = None, at: datetime | None = None
) -> Bank:
    """Correct a bank or take it off the list of those that take new accounts. Raises StaleVersion, Unlawful."""
    require(actor, EDIT)
    return record_update(actor=actor, obj=bank, values=values, verb="funds.bank_edit", version=version, at=at)


@database.atomic
def account_plan(
    *, actor: User, institution: Institution, bank: Bank, values: dict[str, Any], at: datetime | None = None
) -> EscrowAccount:
    """An account that is to be opened, with what is known of its agreement.

    Raises NotAllowed, Unlawful (a bank of another bureau or off the list, a second account of the kind).
    """
    require(actor, EDIT)
    if bank.bureau_id != institution.bureau_id or not bank.is_active:
        raise Unlawful("这家银行不在本局的监管银行名单内，请重新选择。")
    if institution.is_ended:
        raise Unlawful("机构已经注销或取缔，不能新开监管账户。")
    account = EscrowAccount(
        **root_fields(actor=actor, region=institution.region),
        institution=institution,
        bank=bank,
        **{"account_name": institution.name, **values},
    )
    if account.kind == FundKind.CUSTODY and account.release_mode == "NONE":
        raise Unlawful("托管账户须选择拨付方式。")
    if account.kind == FundKind.DEPOSIT:
        account.release_mode = "NONE"
    return record_create(actor=actor, obj=account, verb="funds.account_plan", at=at)


@database.atomic
def account_agree(
    *,
    actor: User,
    account: EscrowAccount,
    values: dict[str, Any],
    version: int | None = None,
    at: datetime | None = None,
) -> EscrowAccount:
    """Fill in or correct the tri-party agreement. Raises StaleVersion, Unlawful."""
    require(actor, EDIT)
    if account.status == "CLOSED":
        raise Unlawful("账户已销户，不能修改协议。")
    return record_update(
        actor=actor, obj=account, values=values, verb="funds.account_agree", version=version, at=at
    )


@database.atomic
def account_open(
    *, actor: User, account: EscrowAccount, number: str, opened_on: date, at: datetime | None = None
) -> EscrowAccount:
    """The bank opened it: the number is sealed, the term for filing starts.

    Raises WrongState, Unlawful (a number that is none or used, a day in the future), PolicyMissing.
    """
    at = at or timezone.now()
    digits = re.sub(r"[\s-]", "", number)
    if not NUMBER.fullmatch(digits):
        raise Unlawful("账号应为 8 至 32 位数字，请照银行回单填写完整账号，不能带星号。")
    _not_future(opened_on, at)
    digest = blind_index(digits)
    taken = EscrowAccount.objects.filter(number_digest=digest).exclude(pk=account.pk).exclude(status="CLOSED")
    if taken.exists():
        raise Unlawful("这个账号已登记为另一个监管账户，请核对账号。")
    opened = transition(
        account,
        "open",
        actor=actor,
        at=at,
        values={"number_digest": digest, "number_tail": digits[-4:], "opened_on": opened_on},
    )
    opened.number_sealed = seal(digits, _context(opened))
    _start_filing(actor, opened, opened_on)
    opened.save(update_fields=["number_sealed", "filing_due_on", "due_explanation"])
    return opened


def _start_filing(actor: User, account: EscrowAccount, opened_on: date) -> None:
    term = policy.term("fund.account.filing", region=account.region, on=opened_on)
    try:
        deadline = deadline_start(
            actor=actor,
            bureau=account.bureau,
            subject=account,
            kind=FILING,
            label="监管账户备案",
            term=term,
            starts_on=opened_on,
        )
    except CalendarMissing as missing:
        account.due_explanation = [missing.message]
        return
    account.filing_due_on, account.due_explanation = deadline.due_on, list(deadline.explanation)


@database.atomic
def account_file(
    *, actor: User, account: EscrowAccount, filed_on: date, at: datetime | None = None
) -> EscrowAccount:
    """File it with the bureau, with its agreement. Raises WrongState, Blocked, Unlawful."""
    at = at or timezone.now()
    _not_future(filed_on, at)
    if account.opened_on and filed_on < account.opened_on:
        raise Unlawful("备案日期不能早于开户日期。")
    filed = transition(account, "file", actor=actor, at=at, values={"filed_on": filed_on, "filed_by": actor})
    deadline_finish(actor=actor, subject_uid=filed.uid, kind=FILING, on=filed_on)
    return filed


def account_verify(*, actor: User, account: EscrowAccount, at: datetime | None = None) -> EscrowAccount:
    """A second person has compared account, name and agreement. Raises WrongState, Blocked, NotAllowed."""
    return transition(account, "verify", actor=actor, at=at)


def account_enable(
    *, actor: User, account: EscrowAccount, pay_enabled_on: date, at: datetime | None = None
) -> EscrowAccount:
    """Families can pay into it. Raises WrongState, Blocked, Unlawful."""
    _not_future(pay_enabled_on, at or timezone.now())
    return transition(account, "enable", actor=actor, at=at, values={"pay_enabled_on": pay_enabled_on})


@database.atomic
def account_begin_closing(
    *, actor: User, account: EscrowAccount, reason: str, at: datetime | None = None
) -> EscrowAccount:
    """Start the notice before closing. Raises WrongState, Blocked (a freeze), PolicyMissing."""
    at = at or timezone.now()
    today = timezone.localdate(at)
    term = policy.term("fund.account.closing_notice", region=account.region, on=today)
    last = compute(term, today, load_calendar()).due_on
    return transition(
        account, "begin_closing", actor=actor, at=at, reason=reason, values={"close_not_before": last}
    )


@database.atomic
def account_keep(
    *, actor: User, account: EscrowAccount, reason: str, at: datetime | None = None
) -> EscrowAccount:
    """Call the closing off; payment is enabled anew where it was. Raises WrongState, Unlawful."""
    values = {"close_not_before": None, "pay_enabled_on": None}
    return transition(account, "keep", actor=actor, at=at, reason=reason, values=values)


def account_close(*, actor: User, account: EscrowAccount, at: datetime | None = None) -> EscrowAccount:
    """Close it: notice over, no money left, no freeze. Raises WrongState, Blocked."""
    today = timezone.localdate(at or timezone.now())
    return transition(account, "close", actor=actor, at=at, values={"closed_on": today})


@database.atomic
def account_drop(
    *, actor: User, account: EscrowAccount, reason: str, at: datetime | None = None
) -> EscrowAccount:
    """Take back an account that was entered by mistake or never came about. Raises WrongState, Blocked."""
    at = at or timezone.now()
    today = timezone.localdate(at)
    dropped = transition(account, "drop", actor=actor, at=at, reason=reason, values={"closed_on": today})
    deadline_cancel(actor=actor, subject_uid=dropped.uid, kind=FILING, on=today, reason=reason)
    return dropped


@database.atomic
def account_number_reveal(
    *, actor: User, account: EscrowAccount, reason: str, at: datetime | None = None
) -> str:
    """The whole number; the reading and its reason are an audit event. Raises NotAllowed, Unlawful."""
    require(actor, "funds.number_reveal")
    if not reason.strip():
        raise Unlawful("查看完整账号须写明用途。")
    if not account.number_digest:
        raise Unlawful("这个账户还没有账号。")
    audit.record(
        actor=actor,
        verb="funds.number_reveal",
        target=account,
        reason=reason,
        changes={"number": ["", account.number_digest]},
        about=account.file_uid,
        at=at,
    )
    return unseal(account.number_sealed, _context(account))


@database.atomic
def account_due_moved(event: DeadlineMoved) -> None:
    """Copy a recomputed term for filing."""
    if event.kind != FILING:
        return
    account = EscrowAccount.objects.filter(uid=event.subject_uid).first()
    if account is None or account.filing_due_on == event.due_on:
        return
    locked = lock(account)
    changes = {"filing_due_on": [locked.filing_due_on, event.due_on]}
    locked.filing_due_on = event.due_on
    locked.save(update_fields=["filing_due_on"])
    audit.record(actor=system_user(), verb="funds.account_due_moved", target=locked, changes=changes)


def _context(account: EscrowAccount) -> str:
    return f"funds.escrowaccount.number:{account.uid}"


def _not_future(day: date, at: datetime) -> None:
    if day > timezone.localdate(at):
        raise Unlawful("日期不能晚于今天。")


for code, sentence in {
    "bank_register": "登记监管银行",
    "bank_edit": "修改监管银行",
    "account_plan": "登记拟开监管账户",
    "account_agree": "登记监管协议",
    "number_reveal": "查看完整账号",
    "account_due_moved": "监管账户备案期限变动",
    "escrowaccount_open": "登记监管账户开户",
    "escrowaccount_file": "监管账户备案",
    "escrowaccount_verify": "核验监管账户",
    "escrowaccount_enable": "开通支付",
    "escrowaccount_begin_closing": "申请监管账户销户",
    "escrowaccount_keep": "撤回监管账户销户",
    "escrowaccount_close": "监管账户销户",
    "escrowaccount_drop": "撤销监管账户登记",
}.items():
    audit.verb(f"funds.{code}", sentence)
