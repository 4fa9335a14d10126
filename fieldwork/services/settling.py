"""Settling a record: all operations merged, the result carried into the room's own records, each answered.

Repeating it is harmless, and the result depends on the set of operations, not on how they came in.
"""

from __future__ import annotations

import logging
import traceback
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from casework import jobs
from casework.errors import DomainError
from fieldwork.merging import Register, merge
from fieldwork.models import FieldOperation, FieldOutcome, FieldRecord, OutcomeState
from fieldwork.registries import Doing, FieldForm, FieldKind, NotYet, forms
from fieldwork.services.deliveries import DELIVERIES, bearers, bytes_of
from fieldwork.services.operations import refusal_words

log = logging.getLogger(__name__)
SWEPT_AT_ONCE = 200
UNFORESEEN = (ValueError, TypeError, LookupError, AttributeError, ArithmeticError)
UNREADABLE = "内容无法识别，已保留、未采用。请在手机上重新填写这一项后再保存；仍不行的，与监管股联系。"
Key = tuple[str, str]
Registers = dict[Key, Register[FieldOperation]]


@dataclass
class _Settling:
    """One pass over a record."""

    record: FieldRecord
    form: FieldForm
    subject: Any
    merged: Registers
    outcomes: dict[int, FieldOutcome]
    told: dict[int, tuple[OutcomeState, str]] = field(default_factory=dict)

    def tell(self, words: Iterable[FieldOperation], state: OutcomeState, reason: str = "") -> None:
        """Note what became of some operations."""
        for word in words:
            self.told[word.pk] = (state, reason[:600])

    def is_done(self, register: Register[FieldOperation]) -> bool:
        """Whether every standing operation was carried over before."""
        return all(self.outcomes[word.pk].state == OutcomeState.APPLIED for word in register.standing)


@transaction.atomic
def record_settle(*, record: FieldRecord, at: datetime | None = None) -> FieldRecord:
    """Merge and carry over everything received so far; a record that is clean is left alone."""
    at = at or timezone.now()
    locked = FieldRecord.objects.select_for_update().get(pk=record.pk)
    if not locked.is_dirty:
        return locked
    form = forms[locked.form]
    outcomes = {
        row.operation_id: row
        for row in FieldOutcome.objects.filter(operation__record=locked).exclude(state=OutcomeState.UNKNOWN)
    }
    words = list(
        locked.operations.filter(pk__in=outcomes)
        .select_related("device", "received_by", "received_by__organisation", "received_by__bureau")
        .prefetch_related(DELIVERIES)
    )
    work = _Settling(locked, form, form.load(locked.subject_uid), {}, outcomes)
    work.merged = _merge(form, _admitted(work, words))
    _count_differing(work)
    for kind in form.kinds:
        _carry(work, kind, [work.merged[key] for key in work.merged if key[0] == kind.code], at)
    _write(work, at)
    return _count(work, at)


def _count_differing(work: _Settling) -> None:
    """Before anything is carried over: finishing a visit asks the record whether two officers still differ."""
    work.record.differing_count = sum(register.is_differing for register in work.merged.values())
    work.record.save(update_fields=["differing_count"])


def registers_of(record: FieldRecord) -> Registers:
    """The merged items of a record as they stand now, of those whose words count."""
    form = forms[record.form]
    rows = record.operations.exclude(outcome__state=OutcomeState.UNKNOWN)
    work = _Settling(record, form, form.load(record.subject_uid), {}, {})
    rows = rows.select_related("device", "received_by", "outcome").prefetch_related(DELIVERIES)
    return _merge(form, _admitted(work, list(rows)))


def _merge(form: FieldForm, words: list[FieldOperation]) -> Registers:
    def sameness(kind: str, value: Any) -> object:
        try:
            return form.by_code[kind].same(value)
        except UNFORESEEN:
            return value  # agrees with nothing but itself; carrying it over says what is wrong

    return merge(words, sameness)


def _admitted(work: _Settling, words: list[FieldOperation]) -> list[FieldOperation]:
    """Words of people who may speak here; the others are held with the reason.

    A word that several people brought is taken as that of the first who may speak.
    """
    reasons: dict[int, str] = {}

    def stopping(person: User) -> str:
        if person.pk not in reasons:
            found = work.form.admit(work.subject, person)
            reasons[person.pk] = "；".join(str(reason) for reason in found)
        return reasons[person.pk]

    counted = []
    for word in words:
        speaker = next((one for one in bearers(word) if not stopping(one[0])), None)
        if speaker is None:
            work.tell([word], OutcomeState.HELD, stopping(word.received_by))
            continue
        # Of this pass only: the row itself is never written again.
        word.received_by, word.device = speaker
        counted.append(word)
    return counted


def _carry(work: _Settling, kind: FieldKind, registers: list[Register[FieldOperation]], at: datetime) -> None:
    open_ones = []
    for register in sorted(registers, key=lambda one: (one.current.lamport, one.item)):
        work.tell(register.replaced, OutcomeState.SUPERSEDED)
        if work.is_done(register) and not register.is_differing:
            work.tell(register.standing, OutcomeState.APPLIED)
        else:
            open_ones.append(register)
    doings = [doing for register in open_ones if (doing := _readable(work, kind, register))]
    if kind.apply_many and len(doings) > 1 and _all_at_once(work, kind, doings):
        return
    for doing in doings:
        _one(work, kind, doing)


def _all_at_once(work: _Settling, kind: FieldKind, doings: list[Doing]) -> bool:
    assert kind.apply_many is not None
    try:
        with transaction.atomic():
            kind.apply_many(doings)
    except (DomainError, NotYet, *UNFORESEEN):
        return False
    for doing in doings:
        _tell_done(work, doing)
    return True


def _one(work: _Settling, kind: FieldKind, doing: Doing) -> None:
    standing = doing.register.standing
    try:
        with transaction.atomic():
            kind.apply(doing)
    except NotYet as waiting:
        work.tell(standing, OutcomeState.WAITING, str(waiting))
    except DomainError as error:
        work.tell(standing, OutcomeState.HELD, refusal_words(error))
    except UNFORESEEN as error:
        _unreadable(work, doing.register, error)
    else:
        _tell_done(work, doing)


def _readable(work: _Settling, kind: FieldKind, register: Register[FieldOperation]) -> Doing | None:
    try:
        return _doing(work, kind, register)
    except UNFORESEEN as error:
        _unreadable(work, register, error)
        return None


def _unreadable(work: _Settling, register: Register[FieldOperation], error: Exception) -> None:
    """Kept and told; the record's other words go on. Where it broke is logged, not what was written."""
    where = "".join(traceback.format_tb(error.__traceback__))
    log.error("手机记录 %s 有一条内容无法识别：%s\n%s", work.record.uid, type(error).__name__, where)
    work.tell(register.standing, OutcomeState.HELD, UNREADABLE)


def _tell_done(work: _Settling, doing: Doing) -> None:
    register = doing.register
    if register.is_differing:
        work.tell(register.standing, OutcomeState.DIFFERING, "两部手机填写不一致，请在工作台选定。")
    else:
        work.tell(register.standing, OutcomeState.APPLIED)


def _doing(work: _Settling, kind: FieldKind, register: Register[FieldOperation]) -> Doing:
    current = register.current
    agreed = [current.value] if register.is_differing else [word.value for word in register.standing]

    def blob(sha256: str) -> bytes:
        found = bytes_of(current, sha256, own_only=work.form.own_files_only)
        if found is None:
            raise NotYet("文件还没有收到，请在手机上继续发送。")
        return found

    return Doing(
        subject=work.subject,
        register=register,
        value=kind.blend(agreed),
        actor=current.received_by,
        at=current.happened_at or current.received_at,
        taken_at=current.happened_at,
        blob=blob,
        merged=work.merged,
        unsettled=lambda: _unsettled(work, kind.code),
    )


def _unsettled(work: _Settling, but: str) -> str:
    """What keeps a record from being finished, in words; empty when nothing does."""
    counts: dict[OutcomeState, int] = defaultdict(int)
    for key, register in work.merged.items():
        if key[0] != but:
            for word in register.standing:
                counts[work.told.get(word.pk, (OutcomeState.RECEIVED, ""))[0]] += 1
    parts = []
    if count := counts[OutcomeState.DIFFERING]:
        parts.append(f"{count // 2 or 1} 项两部手机填写不一致，请先在工作台选定")
    if count := counts[OutcomeState.WAITING]:
        parts.append(f"{count} 项还在等待文件或前一步")
    return "；".join(parts)


def _write(work: _Settling, at: datetime) -> None:
    changed = []
    for pk, (state, reason) in work.told.items():
        outcome = work.outcomes[pk]
        if (outcome.state, outcome.reason) != (state, reason):
            outcome.state, outcome.reason, outcome.changed_at = state, reason, at
            changed.append(outcome)
    FieldOutcome.objects.bulk_update(changed, ["state", "reason", "changed_at"])


def _count(work: _Settling, at: datetime) -> FieldRecord:
    record = work.record
    states = [state for state, _ in work.told.values()]
    record.held_count = states.count(OutcomeState.HELD)
    record.waiting_count = states.count(OutcomeState.WAITING)
    record.settled_at, record.is_dirty = at, False
    record.save(update_fields=["held_count", "waiting_count", "settled_at", "is_dirty"])
    return record


@transaction.atomic
def record_retry(*, record: FieldRecord) -> FieldRecord:
    """Try again what was held or waits, after somebody removed the obstacle."""
    FieldRecord.objects.filter(pk=record.pk).update(is_dirty=True)
    return record_settle(record=record)


@transaction.atomic
def records_wake(*, pks: Iterable[int]) -> None:
    """Have records settled again because an obstacle of theirs has gone."""
    for pk in sorted(set(pks)):
        FieldRecord.objects.filter(pk=pk).update(is_dirty=True)
        jobs.enqueue("fieldwork.tasks.record_settle", pk)


def wait_for_rest(last: FieldOperation) -> None:
    """Everything that the phone wrote before `last` is here; raises NotYet with how much is missing.

    `count` in the value of `last` is how many operations its phone had written about the subject by then.
    """
    expected = last.value.get("count")
    if not isinstance(expected, int) or last.record is None:
        return
    own = Q(device=last.device_id) | Q(deliveries__device=last.device_id)
    here = last.record.operations.filter(own, sequence__lt=last.sequence).distinct().count()
    if here < expected:
        raise NotYet(f"这部手机还有 {expected - here} 条记录没有收到，请继续发送。")


def records_sweep() -> int:
    """Settle what a lost job left behind; returns how many. A record that cannot be settled stops no other.

    Taken in no fixed order, so that many that fail keep none behind them waiting for ever.
    """
    done = 0
    for record in FieldRecord.objects.filter(is_dirty=True).order_by("?")[:SWEPT_AT_ONCE]:
        try:
            record_settle(record=record)
        except Exception:
            log.exception("手机记录 %s 没有合并", record.uid)
        else:
            done += 1
    return done
