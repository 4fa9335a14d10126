"""Reasons why a step of this room is stopped now."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from django.utils import timezone

from casework.errors import Reason
from casework.models import EvidenceFile
from casework.money import in_yuan
from funds import selectors
from funds.models import HOLDING, UNDER_WAY, FundKind

if TYPE_CHECKING:
    from accounts.models import User
    from funds.models import (
        AccountFreeze,
        Contract,
        DepositMovement,
        EscrowAccount,
        Instruction,
        Lesson,
        Refund,
        ReleaseBatch,
        SettlementAccount,
    )
    from institutions.models import Institution

AGREEMENT = "教监管函〔2021〕2号"


def agreement_complete(account: EscrowAccount, actor: User) -> Iterator[Reason]:
    """An account is filed with its agreement."""
    if not account.agreement_no or account.agreement_from is None:
        yield Reason("监管协议的编号或生效日期还没有填写。请先补录协议。", basis=AGREEMENT)


def other_than_filer(account: EscrowAccount, actor: User) -> Iterator[Reason]:
    """Who filed an account does not verify it."""
    if account.filed_by_id == actor.pk:
        yield Reason("账户由您本人备案，须由另一人核验。")


def takes_payments(account: EscrowAccount, actor: User) -> Iterator[Reason]:
    """Families pay into custody accounts only."""
    if account.kind != FundKind.CUSTODY:
        yield Reason("保证金账户不收取培训费，不需要开通支付。", gate="organ")


def no_freeze(account: EscrowAccount, actor: User) -> Iterator[Reason]:
    """Nothing ends while a freeze is under way."""
    if account.freezes.filter(status__in=UNDER_WAY).exists():
        yield Reason("这个账户有冻结在办。请先解除或办结冻结。")


def notice_over(account: EscrowAccount, actor: User) -> Iterator[Reason]:
    """The notice before closing has run."""
    if account.close_not_before and timezone.localdate() < account.close_not_before:
        yield Reason(f"销户公示期未满，{account.close_not_before:%Y-%m-%d} 起才能销户。")


def is_empty(account: EscrowAccount, actor: User) -> Iterator[Reason]:
    """No money is left, and no movement waits."""
    if fen := selectors.account_balance(account):
        yield Reason(f"账户还有余额 {in_yuan(fen)}。请先办理退还。")
    if account.movements.filter(status="PROPOSED").exists():
        yield Reason("还有待复核的收付。请先复核。")
    if account.kind == FundKind.CUSTODY:
        yield from _open_matters(account.institution_id)


def _open_matters(institution_id: int) -> Iterator[Reason]:
    from funds.work import open_matters

    for words, count in open_matters(institution_id).items():
        if count:
            yield Reason(f"还有 {count} {words}。", gate="funds", cleared_by="请先办结。")


def second_person(
    row: AccountFreeze | DepositMovement | ReleaseBatch | SettlementAccount, actor: User
) -> Iterator[Reason]:
    """Who proposed does not decide."""
    if row.created_by_id == actor.pk:
        yield Reason("由您本人提出，须由另一人办理。")


def not_the_checker(movement: DepositMovement, actor: User) -> Iterator[Reason]:
    """Who let a movement into the ledger does not reverse it alone."""
    if movement.decided_by_id == actor.pk:
        yield Reason("由您本人复核入账，须由另一人冲正。")


def may_leave(movement: DepositMovement, actor: User) -> Iterator[Reason]:
    """Money goes back only when no freeze holds it, and what is left covers what is required."""
    account = movement.account
    if movement.direction != "RETURN":
        return
    if account.freezes.filter(status__in=HOLDING).exists():
        yield Reason("账户已冻结，不能退还保证金。家长退费不受影响。")
    left = selectors.account_balance(account) - movement.amount_fen
    if left < 0:
        yield Reason(f"退还后余额为负（差 {in_yuan(-left)}）。请核对金额。")
    if account.status == "CLOSING" or account.institution.is_ended:
        return
    required = selectors.required_on(account.institution, timezone.localdate())
    if required is not None and left < required.required_fen:
        yield Reason(
            f"退还后余额 {in_yuan(max(left, 0))}，低于应缴 {in_yuan(required.required_fen)}。"
            "机构终止办学的，先办理销户；核定额降低的，先重新核定。"
        )


def no_open_money(institution: Institution, actor: User) -> Iterator[Reason]:
    """An institution is not de-registered while supervised money is left (a blocker of the lower room)."""
    if fen := selectors.institution_balance(institution):
        yield Reason(
            f"监管账户还有余额 {in_yuan(fen)}，不能注销。",
            basis=AGREEMENT,
            cleared_by="请监管股先办理退费、退还和销户。",
            gate="funds",
        )
    yield from _open_matters(institution.pk)
    if selectors.has_waiting(institution):
        yield Reason("监管账户还有待复核的收付，不能注销。", cleared_by="请监管股先复核。", gate="funds")


def nothing_paid(contract: Contract, actor: User) -> Iterator[Reason]:
    """A contract with money is ended by a refund, never by a click."""
    if contract.paid_fen:
        yield Reason(f"合同已缴费 {in_yuan(contract.paid_fen)}，不能直接终止。", cleared_by="请办理退费。")


def not_frozen(instruction: Instruction, actor: User) -> Iterator[Reason]:
    """A freeze stops releases on their way out; refunds go on."""
    held = instruction.account.freezes.filter(status__in=HOLDING).exists()
    if held and instruction.kind != "REFUND_PAY":
        yield Reason("账户已冻结，不能发送拨付指令。", cleared_by="请先解除冻结，或作废指令。")


def money_may_leave(batch: ReleaseBatch, actor: User) -> Iterator[Reason]:
    """The risk check again at approval: holds, what was earned, what families are owed, a payee."""
    position = selectors.position_of(batch.account, timezone.localdate())
    if position.is_held:
        yield Reason("账户已冻结，不能拨付。", cleared_by="请先解除冻结。")
    elif batch.amount_fen > position.available_releasable:
        yield Reason(
            f"还可拨付 {in_yuan(max(0, position.available_releasable))}，不足 {in_yuan(batch.amount_fen)}。"
        )
    if batch.amount_fen > position.free_of_families:
        yield Reason(
            f"拨付后余额会低于家长未消课和应退的款项（现可动用 {in_yuan(max(0, position.free_of_families))}）。",
            basis="批量拨付后的余额不低于未消课金额",
        )
    if selectors.settlement_of(batch.institution) is None:
        yield Reason("机构没有已核验的结算账户。", cleared_by="请先登记并核验。")


def decision_attached(batch: ReleaseBatch, actor: User) -> Iterator[Reason]:
    """A manual release shows the paper that ordered it."""
    if not batch.is_manual:
        return
    papers = EvidenceFile.objects.filter(subject_uid=batch.uid, discarded_at__isnull=True)
    if not papers.filter(subject_type=batch._meta.label_lower).exists():
        yield Reason("人工拨付须上传决定的扫描件。", cleared_by="请先上传材料。")


def silence_holds_up_a_refund(lesson: Lesson, actor: User) -> Iterator[Reason]:
    """An unconfirmed lesson is the family's; the bureau decides it only while a refund of the contract waits for it."""
    if lesson.status == "TAUGHT" and not selectors.has_open_refund(lesson.contract_id):
        yield Reason(
            "课时等家长确认，没有异议的到期自动确认。",
            gate="organ",
            cleared_by="合同有退费在办的，才由本局认定。",
        )


def keeps_fees_itself(refund: Refund, actor: User) -> Iterator[Reason]:
    """Custody money is paid by the bank."""
    if refund.contract.mode != "DEPOSIT":
        yield Reason("学费在银行托管，退费由监管账户支付。", gate="organ")


def in_custody(refund: Refund, actor: User) -> Iterator[Reason]:
    """The bank pays what lies in custody only."""
    if refund.contract.mode == "DEPOSIT":
        yield Reason("学费由机构自收，退费由机构支付；机构不付的，动用风险保证金。", gate="organ")


def answered_or_undated(refund: Refund, actor: User) -> Iterator[Reason]:
    """The institution answers first; mediation begins at once only where no term for its answer could be computed."""
    if refund.status == "APPLIED" and refund.answer_due_on is not None:
        yield Reason(
            f"机构答复期限到 {refund.answer_due_on:%Y-%m-%d}。", cleared_by="请等机构答复，逾期视为同意。"
        )


def not_the_decider(refund: Refund, actor: User) -> Iterator[Reason]:
    """Who set the amount does not take it out of the deposit alone."""
    if refund.decided_by_id == actor.pk:
        yield Reason("由您本人审定，动用保证金须由另一人批准。")
