"""Many payments let go with one confirmation: each by its own service, in its own transaction, once."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction as database
from django.utils import timezone

from accounts.models import User
from casework import audit
from casework.canonical import sha256_hex
from casework.errors import DomainError, NotAllowed, Unlawful, WrongState
from casework.jobs import enqueue, job_finish, job_progress, job_start
from casework.money import in_yuan
from casework.records import record_create, root_fields
from casework.steps import lock, require
from funds.models import (
    Instruction,
    ItemState,
    PaymentRun,
    PaymentRunItem,
    PaymentStage,
    Refund,
    ReleaseBatch,
    RunStatus,
)
from funds.selectors.waiting_payments import picked_payments
from funds.services.instructions import instruction_send
from funds.services.refunds import refund_pay
from funds.services.releases import release_approve

logger = logging.getLogger(__name__)
START = "funds.payment_start"
AT_ONCE = 500
TOLD_EACH = 10
BROKEN = "系统出错，这一笔没有办理。请单独办理，仍不成功的联系管理员。"


def _release(actor: User, uid: UUID, at: datetime | None) -> Instruction | None:
    return release_approve(actor=actor, batch=ReleaseBatch.objects.get(uid=uid), at=at).instruction


def _refund(actor: User, uid: UUID, at: datetime | None) -> Instruction | None:
    return refund_pay(actor=actor, refund=Refund.objects.get(uid=uid), at=at).instruction


def _instruction(actor: User, uid: UUID, at: datetime | None) -> Instruction | None:
    return instruction_send(actor=actor, instruction=Instruction.objects.get(uid=uid), at=at)


WORK: dict[str, Callable[[User, UUID, datetime | None], Instruction | None]] = {
    PaymentStage.RELEASE: _release,
    PaymentStage.REFUND: _refund,
    PaymentStage.INSTRUCTION: _instruction,
}


@database.atomic
def payments_pick(
    *, actor: User, picks: dict[PaymentStage, set[UUID]], at: datetime | None = None
) -> PaymentRun:
    """Note what was ticked, with number and sum, for its confirmation; nothing is let go yet.

    What does not wait any more is left out. Raises NotAllowed, Unlawful (nothing left, too many at once).
    """
    require(actor, START)
    rows = picked_payments(actor, picks)
    if not rows:
        raise Unlawful("没有勾选还在等待的付款。请在列表里勾选。")
    if len(rows) > AT_ONCE:
        raise Unlawful(f"一次最多 {AT_ONCE} 笔，现在勾选了 {len(rows)} 笔。请先按种类或机构筛选。")
    if actor.bureau is None:
        raise NotAllowed("只有主管部门的工作人员可以成批办理付款。")
    run = PaymentRun(
        **root_fields(actor=actor, region=actor.bureau.region),
        count=len(rows),
        fen=sum(row["fen"] for row in rows),
    )
    record_create(actor=actor, obj=run, verb="funds.payments_pick", at=at)
    PaymentRunItem.objects.bulk_create(
        PaymentRunItem(
            run=run, seq=seq, stage=row["stage"], subject_uid=row["uid_"], label=row["place"],
            number=row["number_"], amount_fen=row["fen"],
        )
        for seq, row in enumerate(rows, 1)
    )  # fmt: skip
    return run


@database.atomic
def payments_start(*, actor: User, run: PaymentRun, at: datetime | None = None) -> PaymentRun:
    """The one confirmation: a worker lets each go. Pressed again it changes nothing.

    Raises NotAllowed (somebody else's ticks).
    """
    require(actor, START)
    locked = lock(run)
    if locked.created_by_id != actor.pk:
        raise NotAllowed("由勾选的人本人确认。")
    if locked.status != RunStatus.DRAFT:
        return locked
    locked.job = job_start(
        actor=actor, bureau=locked.bureau, kind="payment_run", label=str(locked), total=locked.count
    )
    locked.status, locked.started_at = RunStatus.RUNNING, at or timezone.now()
    locked.save(update_fields=["job", "status", "started_at", "updated_at"])
    audit.record(
        actor=actor, verb="funds.payments_start", target=locked, at=at,
        changes={"count": [0, locked.count], "fen": [0, locked.fen]},
    )  # fmt: skip
    enqueue("funds.payment_tasks.run_payments", locked.pk)
    return locked


def payments_run(*, run_id: int, at: datetime | None = None) -> PaymentRun:
    """Let each payment of a confirmed run go, as its author; what is refused says why and stops no other.

    Safe to run again and side by side: a payment is taken up once. Raises WrongState (never confirmed).
    """
    run = PaymentRun.objects.select_related("job", "created_by").get(pk=run_id)
    if run.status == RunStatus.DRAFT or run.job is None:
        raise WrongState("还没有确认，不能办理。")
    waiting = run.items.filter(state=ItemState.WAITING).order_by("seq").values_list("pk", flat=True)
    before = run.count - len(waiting)
    for number, key in enumerate(waiting, before + 1):
        _one(run.created_by, key, at)
        if number % TOLD_EACH == 0:
            job_progress(run.job, number)
    return _end(run, at)


def _one(actor: User, key: int, at: datetime | None) -> None:
    try:
        with database.atomic():
            item = PaymentRunItem.objects.select_for_update().get(pk=key)
            if item.state != ItemState.WAITING:
                return
            item.instruction = WORK[item.stage](actor, item.subject_uid, at)
            _check_amount(item)
            item.state = ItemState.STARTED
            item.save(update_fields=["state", "instruction"])
    except DomainError as error:
        _refused(key, error.message)
    except Exception:
        logger.exception("payment %s of a run could not be let go", key)
        _refused(key, BROKEN)


def _check_amount(item: PaymentRunItem) -> None:
    """What is let go is what was confirmed, to the fen; otherwise the transaction is undone."""
    if item.instruction is None or item.instruction.amount_fen != item.amount_fen:
        raise Unlawful(f"金额有变动，不再是确认时的 {in_yuan(item.amount_fen)}。请重新核对后再办理。")


def _refused(key: int, reason: str) -> None:
    PaymentRunItem.objects.filter(pk=key, state=ItemState.WAITING).update(
        state=ItemState.REFUSED, reason=reason[:500]
    )


@database.atomic
def _end(run: PaymentRun, at: datetime | None) -> PaymentRun:
    locked = lock(run)
    if locked.status == RunStatus.DONE or locked.items.filter(state=ItemState.WAITING).exists():
        return locked
    locked.status, locked.ended_at = RunStatus.DONE, at or timezone.now()
    locked.save(update_fields=["status", "ended_at", "updated_at"])
    rows = list(locked.items.order_by("seq").values_list("state", "subject_uid", "amount_fen"))
    told = Counter(state for state, _, _ in rows)
    fen = sum(amount for state, _, amount in rows if state == ItemState.STARTED)
    started, refused = told[ItemState.STARTED], told[ItemState.REFUSED]
    changes: dict[str, list[Any]] = {
        "started": [0, started],
        "refused": [0, refused],
        "fen": [0, fen],
        "sha256": [None, sha256_hex([[state, str(uid), amount] for state, uid, amount in rows])],
    }
    audit.record(actor=locked.created_by, verb="funds.payments_end", target=locked, changes=changes, at=at)
    if locked.job is not None:
        words = f"已办理 {started} 笔，合计 {in_yuan(fen)}" + (f"；没有办理 {refused} 笔" if refused else "")
        job_finish(locked.job, message=words, result={"url": f"/desk/funds/payments/{locked.uid}/"})
    return locked


for code, sentence in {
    "payments_pick": "勾选待办理的付款",
    "payments_start": "确认成批办理付款",
    "payments_end": "成批办理付款完成",
}.items():
    audit.verb(f"funds.{code}", sentence)
