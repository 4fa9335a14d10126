"""The one door for clues, from whichever channel."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from typing import Any

from django.db import transaction as database
from django.utils import timezone

from accounts.models import Bureau, Organisation, OrganisationKind, Region, User
from casework import audit, events, policy
from casework.deadlines import compute, load_calendar
from casework.errors import Unlawful
from casework.models import ViolationType
from casework.numbering import number_take
from casework.records import record_create, root_fields
from complaints import rules, wall
from complaints.events import ClueRegistered
from complaints.models import Channel, Clue, ClueStatus
from complaints.redaction import redact
from complaints.services import clocks
from institutions.models import Institution

NUMBER_KIND = "CLUE"
NUMBER_PATTERN = "{organ}线索〔{year}〕{n}号"


@dataclass(frozen=True)
class ClueReport:
    """What came in, as written. Redaction is done at the door, not by whoever calls."""

    channel: str
    kind: str
    text: str
    place_text: str = ""
    region: Region | None = None
    longitude: float | None = None
    latitude: float | None = None
    accuracy_m: float | None = None
    subject_name: str = ""
    party_contact: str = ""
    happened_at: datetime | None = None
    happened_note: str = ""
    violation: ViolationType | None = None
    institution: Institution | None = None
    source_kind: str = ""
    source_no: str = ""
    external_no: str = ""
    external_due_on: date | None = None
    is_spam_suspect: bool = False


@dataclass(frozen=True)
class Registered:
    """A registered clue and, the only time it exists in clear, the receipt code for whoever reported."""

    clue: Clue
    receipt: str = ""


@database.atomic
def clue_register(
    *,
    actor: User,
    bureau: Bureau,
    report: ClueReport,
    contact: wall.Contact | None = None,
    extra: dict[str, Any] | None = None,
    with_receipt: bool = False,
    is_quarantined: bool = False,
    at: datetime | None = None,
) -> Registered:
    """Take a clue in: seal the words and the contact, redact, number, start the clock of acceptance.

    The same `source_kind`/`source_no`, or the same ticket of a channel, gives the first clue again. `extra`
    goes into the sealed report only. A quarantined clue gets its number and clock when somebody lets it pass.
    Raises Unlawful without words, PolicyMissing.
    """
    at = at or timezone.now()
    if known := _known(bureau, report):
        return Registered(known)
    if not report.text.strip():
        raise Unlawful("请写明反映的情况：在哪里、什么时间、什么人在做什么。")
    receipt = wall.receipt_new() if with_receipt else ""
    clue = _redacted(actor, bureau, report, contact, at)
    clue.receipt_digest = wall.receipt_digest(receipt) if receipt else ""
    clue.has_contact = bool(contact and contact.is_given)
    clue.is_real_name = bool(contact and contact.name and (contact.phone or contact.email))
    clue.status = ClueStatus.QUARANTINED
    record_create(actor=actor, obj=clue, verb="complaints.clue_receive", at=at)
    _seal(clue, report, contact, extra or {}, at)
    if not is_quarantined:
        clue = _admit(actor, clue, at)
    return Registered(clue, receipt)


def _known(bureau: Bureau, report: ClueReport) -> Clue | None:
    rows = Clue.objects.filter(bureau=bureau)
    if report.source_no:
        return rows.filter(source_kind=report.source_kind, source_no=report.source_no).first()
    if report.external_no:
        return rows.filter(channel=report.channel, external_no=report.external_no).first()
    return None


def _redacted(
    actor: User, bureau: Bureau, report: ClueReport, contact: wall.Contact | None, at: datetime
) -> Clue:
    known = [value for value in asdict(contact).values() if value] if contact else []
    shown = {
        name: redact(getattr(report, name), known).text
        for name in ("text", "place_text", "subject_name", "happened_note")
    }
    kept = (
        "channel", "kind", "longitude", "latitude", "accuracy_m", "party_contact", "happened_at", "violation",
        "institution", "source_kind", "source_no", "external_no", "external_due_on", "is_spam_suspect",
    )  # fmt: skip
    region = report.region or (report.institution.region if report.institution else bureau.region)
    return Clue(
        **root_fields(actor=actor, region=region, bureau=bureau),
        **shown,
        **{name: getattr(report, name) for name in kept},
        received_at=at,
    )


def _seal(
    clue: Clue, report: ClueReport, contact: wall.Contact | None, extra: dict[str, Any], at: datetime
) -> None:
    """Citizens' words are sealed as written; what officials and machines report names nobody."""
    is_citizens = report.channel in {
        Channel.SNAP, Channel.PHONE, Channel.MAIL, Channel.HOTLINE, Channel.ADVICE, Channel.OTHER,
    }  # fmt: skip
    if not is_citizens and contact is None and not extra:
        return
    today = timezone.localdate(at)
    term = replace(policy.term(rules.RETENTION, region=clue.region, on=today), rolls_to_workday=False)
    content = {
        "words": {
            name: getattr(report, name) for name in ("text", "place_text", "subject_name", "happened_note")
        },
        "contact": asdict(contact) if contact else {},
        "extra": extra,
    }
    wall.seal(
        clue_uid=clue.uid, content=content, shred_on=compute(term, today, load_calendar()).due_on, at=at
    )


def _admit(actor: User, clue: Clue, at: datetime) -> Clue:
    """The register begins here for what comes in at the door without waiting for a first look."""
    values, event = admission(actor=actor, clue=clue, at=at)
    for name, value in values.items():
        setattr(clue, name, value)
    clue.status = ClueStatus.RECEIVED
    clue.save()
    audit.record(
        actor=actor,
        verb="complaints.clue_admit",
        target=clue,
        changes={"number": ["", clue.number], "status": [ClueStatus.QUARANTINED, ClueStatus.RECEIVED]},
        about=clue.institution.uid if clue.institution else None,
        at=at,
    )
    events.publish(event)
    return clue


def admission(*, actor: User, clue: Clue, at: datetime) -> tuple[dict[str, Any], ClueRegistered | None]:
    """Start the clock of acceptance and, the first time, take the number: fields to set, event to tell."""
    clocks.accept_start(actor, clue, timezone.localdate(at))
    values = {"accept_due_on": clue.accept_due_on, "accept_explanation": clue.accept_explanation}
    if clue.number:
        return values, None
    number = number_take(
        organ=keeper_of(clue.bureau), kind=NUMBER_KIND, subject=clue, at=at, pattern=NUMBER_PATTERN
    ).text
    event = ClueRegistered(clue.uid, clue.bureau_id, number, clue.channel, clue.source_kind, clue.source_no)
    return {**values, "number": number}, event


def keeper_of(bureau: Bureau) -> Organisation:
    """The organ that keeps the register of clues: the bureau's education department. Raises Unlawful."""
    organ = (
        Organisation.objects.filter(bureau=bureau, kind=OrganisationKind.EDUCATION, is_active=True)
        .exclude(number_word="")
        .order_by("pk")
        .first()
    )
    if organ is None:
        raise Unlawful("没有可以登记线索的教育部门。请在单位设置中补充机关代字。")
    return organ


audit.verb("complaints.clue_receive", "收到线索")
audit.verb("complaints.clue_admit", "登记线索")
