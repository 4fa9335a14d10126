"""What a reporter does: send a report, add to it, say whether it was solved, ask to re-open.

The actor is always the system: nobody knows who the reporter is, and nobody may. Audit events of these steps carry
no address and no request.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from typing import Any

from django.db import transaction as database
from django.utils import timezone

from accounts.models import Bureau, Region, User
from accounts.services import system_user
from casework import audit, policy
from casework.context import untraced
from casework.deadlines import compute, load_calendar
from casework.errors import Unlawful, WrongState
from casework.evidence.services import evidence_receive
from casework.models import EvidenceFile
from complaints import media, rules, wall
from complaints.models import (
    Channel,
    Clue,
    ClueMessage,
    ClueStatus,
    MessageSide,
    Solved,
)
from complaints.redaction import redact
from complaints.services.register import ClueReport, Registered, clue_register
from complaints.services.uploads import upload_take

TEXT_MAX, WORDS_MAX = 4000, 2000
MESSAGES_MAX = 60
FILES_TOTAL_MAX = 40
POSITION_DECIMALS = 4  # about ten metres: a place, not a spot on the pavement
ACCURACY_STEP_M = 10
NOBODY = wall.Contact()
DEAD = (ClueStatus.REJECTED,)
NOT_TAKEN = "这条反映没有受理，不能再补充。可以重新提交，或拨打举报电话。"


@dataclass(frozen=True)
class Sent:
    """What a reporter sends: the words, what they left about themselves, files in parts and files at once."""

    kind: str
    text: str
    place_text: str = ""
    longitude: float | None = None
    latitude: float | None = None
    accuracy_m: float | None = None
    subject_name: str = ""
    party_contact: str = ""
    happened_at: datetime | None = None
    happened_note: str = ""
    region: Region | None = None
    contact: wall.Contact = NOBODY
    upload_keys: tuple[str, ...] = ()
    files: tuple[bytes, ...] = ()


@untraced()
@database.atomic
def report_send(
    *,
    bureau: Bureau,
    sent: Sent,
    is_quarantined: bool,
    is_spam_suspect: bool,
    at: datetime | None = None,
) -> Registered:
    """Take in a report from the public door; returns the clue and the receipt code. Raises Unlawful."""
    actor = system_user()
    pictures = _pictures(sent.upload_keys, sent.files)
    report = ClueReport(
        channel=Channel.SNAP,
        kind=sent.kind,
        text=sent.text[:TEXT_MAX],
        place_text=sent.place_text,
        region=sent.region,
        longitude=_rounded(sent.longitude),
        latitude=_rounded(sent.latitude),
        accuracy_m=_coarse(sent.accuracy_m) if sent.longitude is not None else None,
        subject_name=sent.subject_name,
        party_contact=sent.party_contact,
        happened_at=sent.happened_at,
        happened_note=sent.happened_note,
        is_spam_suspect=is_spam_suspect,
    )
    made = clue_register(
        actor=actor,
        bureau=bureau,
        report=report,
        contact=sent.contact,
        with_receipt=True,
        is_quarantined=is_quarantined,
        at=at,
    )
    _attach(actor, made.clue, pictures, at)
    return made


def clue_by_receipt(*, bureau: Bureau, typed: str) -> Clue | None:
    """The clue of a typed receipt code. Wrong and unknown codes take the same way: digest, then one look-up."""
    code = wall.receipt_clean(typed)
    digest = wall.receipt_digest(code or "0" * wall.RECEIPT_DIGITS)
    found = Clue.objects.select_related("region", "assigned_organ").filter(
        bureau=bureau, receipt_digest=digest
    )
    clue = found.first()
    return clue if code else None


@untraced()
@database.atomic
def reporter_add(
    *,
    clue: Clue,
    text: str = "",
    upload_keys: Sequence[str] = (),
    files: Sequence[bytes] = (),
    at: datetime | None = None,
) -> ClueMessage:
    """Add words or photos to a report. The words as written are sealed. Raises Unlawful, WrongState."""
    at = at or timezone.now()
    actor = system_user()
    clue = _locked(clue)
    pictures = _pictures(tuple(upload_keys), tuple(files))
    if not text.strip() and not pictures:
        raise Unlawful("请写几句话，或添加照片。")
    _check_room(clue, len(pictures))
    _attach(actor, clue, pictures, at)
    words = text.strip()[:WORDS_MAX] or f"（补充了 {len(pictures)} 个照片或视频）"
    return _say(actor, clue, words, "complaints.reporter_add", at)


@untraced()
@database.atomic
def reporter_solved(*, clue: Clue, is_solved: bool, text: str = "", at: datetime | None = None) -> Clue:
    """Note what the reporter says about the result. It decides nothing. Raises WrongState.

    The reporter of a merged clue judges the result of the clue that leads; the answer stays on their own.
    """
    at = at or timezone.now()
    actor = system_user()
    clue, leading = _locked_with_leading(clue)
    if leading.status != ClueStatus.CLOSED:
        raise WrongState("办结以后才能评价是否解决。有新情况请直接补充。")
    old, clue.solved = clue.solved, Solved.YES if is_solved else Solved.NO
    clue.solved_at = at
    _save(clue, "solved", "solved_at")
    audit.record(
        actor=actor,
        verb="complaints.reporter_solved",
        target=clue,
        changes={"solved": [old, clue.solved]},
        at=at,
    )
    if text.strip():
        _say(actor, clue, text.strip()[:WORDS_MAX], "complaints.reporter_add", at)
    return clue


@untraced()
@database.atomic
def reporter_reopen_ask(*, clue: Clue, text: str, at: datetime | None = None) -> Clue:
    """Ask that a closed clue be handled again; a person decides. Raises Unlawful, WrongState.

    The reporter of a merged clue asks for the clue that leads.
    """
    at = at or timezone.now()
    actor = system_user()
    clue, leading = _locked_with_leading(clue)
    if leading.status != ClueStatus.CLOSED:
        raise WrongState("办结以后才能要求重新办理。有新情况请直接补充。")
    if not text.strip():
        raise Unlawful("请写明为什么要重新办理，例如问题还在、又出现了、查错了地方。")
    if leading.has_reopen_request:
        raise WrongState("已经收到重办要求，正在由负责人决定。")
    _check_window(leading, timezone.localdate(at))
    leading.reopen_asked_at = at
    clue.solved, clue.solved_at = Solved.NO, at
    _save(clue, "solved", "solved_at")
    _save(leading, "reopen_asked_at")
    _say(actor, clue, text.strip()[:WORDS_MAX], "complaints.reporter_reopen_ask", at)
    return clue


def _check_window(clue: Clue, today: date) -> None:
    """A closed clue may be taken up again within the time that policy gives."""
    closed_on = timezone.localdate(clue.closed_at)
    most = policy.term("clue.reopen.window", region=clue.region, on=closed_on)
    last = compute(replace(most, rolls_to_workday=False), closed_on, load_calendar()).due_on
    if today > last:
        raise Unlawful(f"办结已超过 {most}，不能再要求重办。情况有变化的，请重新反映。")


def _locked(clue: Clue) -> Clue:
    locked = Clue.objects.select_for_update().select_related("bureau", "region").get(pk=clue.pk)
    if locked.status in DEAD:
        raise WrongState(NOT_TAKEN)
    return locked


def _locked_with_leading(clue: Clue) -> tuple[Clue, Clue]:
    """A clue and the one that answers it, one row when they are the same; locked by primary key."""
    pks = {clue.pk, clue.leading.pk}
    rows = Clue.objects.select_for_update(of=("self",)).select_related("bureau", "region").filter(pk__in=pks)
    by_pk = {row.pk: row for row in rows.order_by("pk")}
    own = by_pk[clue.pk]
    leading = by_pk.get(own.merged_into_id or own.pk)
    if leading is None:
        raise WrongState("这条反映刚刚变更了办理方式，请刷新后再试。")
    if own.status in DEAD:
        raise WrongState(NOT_TAKEN)
    return own, leading


def _save(clue: Clue, *fields: str) -> None:
    clue.version += 1
    clue.save(update_fields=[*fields, "version", "updated_at"])


def _pictures(upload_keys: tuple[str, ...], files: tuple[bytes, ...]) -> list[media.Clean]:
    if len(upload_keys) + len(files) > media.FILES_MAX:
        raise Unlawful(f"一次最多 {media.FILES_MAX} 个照片或视频，其余的可以凭查询码再补充。")
    raw = [*(upload_take(key=key) for key in dict.fromkeys(upload_keys)), *files]
    return [media.cleaned(data) for data in raw]


def _check_room(clue: Clue, more: int) -> None:
    said = ClueMessage.objects.filter(clue=clue, side=MessageSide.REPORTER).count()
    kept = EvidenceFile.objects.filter(subject_type=clue._meta.label_lower, subject_uid=clue.uid).count()
    if said >= MESSAGES_MAX or kept + more > FILES_TOTAL_MAX:
        raise Unlawful("这条反映的补充已经很多。请拨打举报电话，由办理人联系您。")


def _attach(actor: User, clue: Clue, pictures: list[media.Clean], at: datetime | None) -> None:
    """Keep the clean copies. No name, no position, no capture time goes with them."""
    for number, picture in enumerate(pictures, start=1):
        evidence_receive(
            actor=actor,
            subject=clue,
            upload=picture.copy,
            picture=picture.picture,
            caption=f"反映人提供 {number}",
            at=at,
        )


def _say(actor: User, clue: Clue, words: str, verb: str, at: datetime) -> ClueMessage:
    message = ClueMessage.objects.create(
        clue=clue, side=MessageSide.REPORTER, text=redact(words).text, said_at=at
    )
    today = timezone.localdate(at)
    term = replace(policy.term(rules.RETENTION, region=clue.region, on=today), rolls_to_workday=False)
    content: dict[str, Any] = {
        "words": {"text": words},
        "contact": asdict(NOBODY),
        "extra": {"message": str(message.uid)},
    }
    wall.seal(
        clue_uid=clue.uid, content=content, shred_on=compute(term, today, load_calendar()).due_on, at=at
    )
    audit.record(actor=actor, verb=verb, target=clue, at=at)
    return message


def _rounded(degrees: float | None) -> float | None:
    return None if degrees is None else round(degrees, POSITION_DECIMALS)


def _coarse(metres: float | None) -> float | None:
    return None if metres is None else max(ACCURACY_STEP_M, round(metres / ACCURACY_STEP_M) * ACCURACY_STEP_M)


audit.verb("complaints.reporter_add", "反映人补充")
audit.verb("complaints.reporter_solved", "反映人评价结果")
audit.verb("complaints.reporter_reopen_ask", "反映人要求重新办理")
