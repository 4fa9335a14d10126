"""Receiving operations: each is kept once, word for word, and answered; nothing is ever dropped."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from casework import audit, jobs
from casework.canonical import sha256_hex
from casework.errors import DomainError, NotAllowed, Unlawful
from fieldwork.models import (
    Channel,
    FieldDevice,
    FieldOperation,
    FieldOutcome,
    FieldRecord,
    OutcomeState,
)
from fieldwork.registries import FieldForm, forms
from fieldwork.services.deliveries import words_bring
from fieldwork.services.files import HASH
from fieldwork.services.phones import corrected, parsed_time

BATCH_MAX = 500
DEPTH_MAX = 20
BIGGEST = 2**62
TEXT_MAX = {"form": 60, "kind": 30, "item": 80}


@dataclass(frozen=True)
class Receipt:
    """The answer to one operation: that it is here, and what became of it."""

    uid: str
    state: str
    reason: str


@dataclass
class _Draft:
    """An operation as it will be kept, with the state in which it begins."""

    sent_uid: str
    row: FieldOperation
    state: OutcomeState
    reason: str


@transaction.atomic
def operations_receive(
    *,
    actor: User,
    device: FieldDevice,
    operations: Iterable[Any],
    sent_at: datetime | None = None,
    channel: Channel = Channel.PHONE,
    at: datetime | None = None,
) -> list[Receipt]:
    """Keep a batch and answer every operation of it; sending again changes nothing.

    Operations that make no sense, or whose subject the sender may not see, are kept with the reason.
    Raises Unlawful only for a batch that is too long to take, NotAllowed without the right to use the app.
    """
    at = at or timezone.now()
    if not actor.may("fieldwork.field_open"):
        raise NotAllowed("您没有“使用现场应用”的权限，请联系监管股负责人。")
    raw = list(operations)
    if len(raw) > BATCH_MAX:
        raise Unlawful(f"一次最多发送 {BATCH_MAX} 条，请分批发送。")
    reader = _Reader(actor, device, sent_at, channel, at)
    drafts = [reader.read(item) for item in raw]
    kept = _keep(drafts, at)
    for pk in sorted(
        {draft.row.record_id for draft in drafts if draft.row.record_id and draft.row.uid in kept}
    ):
        FieldRecord.objects.filter(pk=pk).update(is_dirty=True, last_received_at=at)
        jobs.enqueue("fieldwork.tasks.record_settle", pk)
    outcomes = {
        row.operation.uid: row
        for row in FieldOutcome.objects.filter(
            operation__uid__in=[draft.row.uid for draft in drafts]
        ).select_related("operation")
    }
    return [_receipt(draft, outcomes) for draft in drafts]


def _receipt(draft: _Draft, outcomes: Mapping[UUID, FieldOutcome]) -> Receipt:
    outcome = outcomes[draft.row.uid]
    return Receipt(draft.sent_uid, outcome.state, outcome.reason)


def _keep(drafts: list[_Draft], at: datetime) -> set[UUID]:
    """Insert what is new, in one order for everybody so that two senders cannot lock each other out."""
    ordered = sorted({draft.row.uid: draft for draft in drafts}.values(), key=lambda draft: draft.row.uid)
    known = _altered(ordered)
    _insert(ordered, at)
    brought = words_bring(draft.row for draft in ordered if draft.state == OutcomeState.RECEIVED)
    if brought.anew:
        anew = sorted((draft for draft in ordered if draft.row in brought.anew), key=lambda one: one.row.uid)
        _insert(anew, at)
        words_bring(draft.row for draft in anew)
    return ({draft.row.uid for draft in ordered} - known) | brought.woken


def _insert(ordered: list[_Draft], at: datetime) -> None:
    FieldOperation.objects.bulk_create([draft.row for draft in ordered], ignore_conflicts=True)
    pks = dict(
        FieldOperation.objects.filter(uid__in=[draft.row.uid for draft in ordered]).values_list("uid", "pk")
    )
    FieldOutcome.objects.bulk_create(
        [
            FieldOutcome(
                operation_id=pks[draft.row.uid], state=draft.state, reason=draft.reason, changed_at=at
            )
            for draft in ordered
        ],
        ignore_conflicts=True,
    )


def _altered(drafts: list[_Draft]) -> set[UUID]:
    """Uids that are known. One that comes back with other words gets an identity of its own and is told."""
    known = dict(
        FieldOperation.objects.filter(uid__in=[draft.row.uid for draft in drafts]).values_list(
            "uid", "content_hash"
        )
    )
    for draft in drafts:
        first = known.get(draft.row.uid)
        if first and first != draft.row.content_hash:
            draft.row.uid = uuid5(draft.row.uid, draft.row.content_hash)
            draft.row.record = None
            draft.state = OutcomeState.UNKNOWN
            draft.reason = "同一编号先前已收到不同内容，两份都已保留，以先收到的为准。"
    return set(known)


class _Reader:
    """Reads what a phone wrote into rows; whatever it is, something comes out that can be kept."""

    def __init__(
        self, actor: User, device: FieldDevice, sent_at: datetime | None, channel: Channel, at: datetime
    ) -> None:
        self.actor, self.device, self.sent_at, self.channel, self.at = actor, device, sent_at, channel, at
        self.records: dict[tuple[str, UUID], FieldRecord | str] = {}

    def read(self, raw: Any) -> _Draft:
        """One operation; its reason is empty when it takes part in merging."""
        given = _readable(raw)
        digest = sha256_hex(given)
        uid = _uid(given.get("uid"))
        row = self._row(given, uid or uuid5(self.device.uid, digest), digest)
        reason = "" if uid else "操作没有编号，已保留原文。"
        reason = reason or self._place(row)
        state = OutcomeState.UNKNOWN if reason else OutcomeState.RECEIVED
        return _Draft(str(given.get("uid", row.uid)), row, state, reason[:600])

    def _row(self, given: dict[str, Any], uid: UUID, digest: str) -> FieldOperation:
        made_at = parsed_time(given.get("made_at"))
        moment = corrected(made_at, self.sent_at, self.at)
        value = given.get("value")
        texts = {name: _text(given.get(name), size) for name, size in TEXT_MAX.items()}
        return FieldOperation(
            uid=uid,
            device=self.device,
            sequence=_number(given.get("sequence")),
            lamport=_number(given.get("lamport")),
            **texts,
            subject_uid=_uid(given.get("subject")),
            value=value if isinstance(value, dict) else {"raw": value},
            supersedes=[found for part in _list(given.get("supersedes")) if (found := _uid(part))],
            files=[part for part in _list(given.get("files")) if isinstance(part, str) and HASH.match(part)],
            content_hash=digest,
            made_at=made_at,
            happened_at=moment.at,
            clock_note=moment.note,
            channel=self.channel,
            received_at=self.at,
            received_by=self.actor,
        )

    def _place(self, row: FieldOperation) -> str:
        """Attach the row to its record; the reason when it has none."""
        form = forms.get(row.form)
        if form is None:
            return "不认识的表单。请更新现场应用后重新打开；原文已保留。"
        if row.kind not in form.by_code:
            return f"“{form.label}”没有这种操作（{row.kind or '空'}）。请更新现场应用；原文已保留。"
        if row.subject_uid is None:
            return f"没有写明是哪一次{form.label}，原文已保留，请与监管股联系。"
        record = self._record(form, row.subject_uid)
        if isinstance(record, str):
            return record
        row.record = record
        if row.device.revoked_at and self.channel == Channel.PHONE:
            return "这部手机已停用，内容已保留，未采用。请将导出文件交监管股导入。"
        return ""

    def _record(self, form: FieldForm, uid: UUID) -> FieldRecord | str:
        key = (form.key, uid)
        if key not in self.records:
            self.records[key] = self._find(form, uid)
        return self.records[key]

    def _find(self, form: FieldForm, uid: UUID) -> FieldRecord | str:
        subject = form.find(self.actor, uid) or (form.begin(self.actor, uid) if form.begin else None)
        if subject is None:
            return f"没有找到这次{form.label}，或您无权填写。内容已保留，请与监管股联系。"
        record, _ = FieldRecord.objects.get_or_create(
            form=form.key,
            subject_uid=uid,
            defaults={
                "bureau": subject.bureau,
                "region_path": subject.region_path,
                "label": str(subject)[:200],
                "about": getattr(subject, "file_uid", None),
                "first_received_at": self.at,
                "last_received_at": self.at,
            },
        )
        return record


def _uid(raw: Any) -> UUID | None:
    try:
        return UUID(str(raw)) if raw else None
    except ValueError:
        return None


def _number(raw: Any) -> int:
    return raw if isinstance(raw, int) and not isinstance(raw, bool) and abs(raw) < BIGGEST else 0


def _text(raw: Any, size: int) -> str:
    return raw[:size] if isinstance(raw, str) else ""


def _list(raw: Any) -> list[Any]:
    return raw[:200] if isinstance(raw, list) else []


def _readable(raw: Any) -> dict[str, Any]:
    """What was sent as an object that can be kept."""
    found = _storable(raw)
    return found if isinstance(found, dict) else {"value": found}


def _storable(raw: Any, depth: int = 0) -> Any:
    """JSON without what the database cannot keep: null and half characters, infinite numbers, endless nesting."""
    if depth > DEPTH_MAX:
        return "（嵌套过深）"
    if isinstance(raw, float) and not math.isfinite(raw):
        return str(raw)
    if isinstance(raw, str):
        return raw.replace("\x00", "").encode("utf-8", "replace").decode()
    if isinstance(raw, list):
        return [_storable(part, depth + 1) for part in raw]
    if isinstance(raw, dict):
        return {_storable(str(key)): _storable(part, depth + 1) for key, part in raw.items()}
    return raw


@transaction.atomic
def difference_decide(
    *,
    actor: User,
    record: FieldRecord,
    chosen: FieldOperation,
    reason: str = "",
    at: datetime | None = None,
) -> FieldOperation:
    """Decide between differing answers: an operation of the desk that replaces all that stand there.

    Both stay readable. Raises NotAllowed, and Unlawful when somebody has decided meanwhile.
    """
    from fieldwork.services.phones import desk_device
    from fieldwork.services.settling import record_settle, registers_of

    at = at or timezone.now()
    form = forms[record.form]
    if not actor.may("fieldwork.field_decide"):
        raise NotAllowed("您没有“裁定手机填写不一致”的权限，请由检查组执法人员办理。")
    locked = FieldRecord.objects.select_for_update().get(pk=record.pk)
    if stopping := list(form.admit(form.load(locked.subject_uid), actor)):
        raise NotAllowed("；".join(str(reason) for reason in stopping))
    register = registers_of(locked).get((chosen.kind, chosen.item))
    if register is None or chosen.uid not in {word.uid for word in register.standing}:
        raise Unlawful("这一项刚刚有新的填写或已经选定，请刷新页面后再看。")
    words = {"form": form.key, "kind": chosen.kind, "item": chosen.item, "value": chosen.value}
    device = desk_device(actor, at)
    decision = FieldOperation(
        **words,
        uid=_fresh(),
        record=locked,
        device=device,
        subject_uid=locked.subject_uid,
        sequence=int(at.timestamp() * 1000),
        lamport=1 + max(word.lamport for word in register.standing),
        supersedes=[word.uid for word in register.standing],
        files=chosen.files,
        content_hash=sha256_hex(words),
        made_at=at,
        happened_at=chosen.happened_at,
        clock_note=f"选定：{reason.strip()}"[:120] if reason.strip() else "",
        channel=Channel.DESK,
        received_at=at,
        received_by=actor,
    )
    decision.save(force_insert=True)
    FieldOutcome.objects.create(operation=decision, state=OutcomeState.RECEIVED, changed_at=at)
    FieldRecord.objects.filter(pk=locked.pk).update(is_dirty=True)
    audit.record(
        actor=actor,
        verb="fieldwork.fieldrecord_decide",
        target=locked,
        changes={chosen.item or chosen.kind: [[word.value for word in register.standing], chosen.value]},
        reason=reason,
        about=locked.about,
        at=at,
    )
    record_settle(record=locked, at=at)
    return decision


def _fresh() -> UUID:
    from casework.models.base import uuid7

    return uuid7()


def refusal_words(error: DomainError) -> str:
    """A refusal as the sentence that phone and desk show."""
    return error.message[:600]


audit.verb("fieldwork.fieldrecord_decide", "选定手机填写不一致的内容")
audit.verb("fieldwork.fieldrecord_import", "导入现场记录文件")
