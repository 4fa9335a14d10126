"""Letters to parents: versions written, published, handed out."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction as database
from django.db.models import Max
from django.utils import timezone

from accounts.models import User
from casework import audit
from casework.documents.services import document_issue, document_supersede
from casework.errors import NotAllowed, Unlawful
from casework.records import record_create, record_update, root_fields
from casework.steps import lock, ready, require
from casework.typesetting import to_dict
from casework.workflow import transition
from schools import papers
from schools.models import LetterReceipt, LetterStatus, ParentLetter, School

EDIT = "schools.letter_edit"


@database.atomic
def letter_draft(
    *, actor: User, title: str, body: str, due_on: date, at: datetime | None = None
) -> ParentLetter:
    """Write a new version. Raises NotAllowed, Unlawful."""
    require(actor, EDIT)
    at = at or timezone.now()
    if actor.bureau is None:
        raise NotAllowed("系统账号不起草信件。")
    if due_on < timezone.localdate(at):
        raise Unlawful("发放登记期限不能早于今天。")
    last = ParentLetter.objects.filter(bureau=actor.bureau).aggregate(n=Max("edition"))["n"] or 0
    row = ParentLetter(
        **root_fields(actor=actor, region=actor.bureau.region),
        title=title.strip(),
        body=body.strip(),
        due_on=due_on,
        edition=last + 1,
    )
    return record_create(actor=actor, obj=row, verb="schools.letter_draft", at=at)


@database.atomic
def letter_publish(*, actor: User, letter: ParentLetter, at: datetime | None = None) -> ParentLetter:
    """Publish a version as a document with hotline and portal address; the version before ends."""
    at = at or timezone.now()
    locked = lock(letter)
    ready(locked, "publish", actor)
    organ = actor.organisation
    if organ is None or not organ.is_issuing_organ:
        raise Unlawful("本单位没有设置机关代字，不能制发文书。请由系统管理员设置。")
    document = document_issue(
        actor=actor,
        organ=organ,
        kind="PARENT_LETTER",
        subject=locked,
        content=to_dict(papers.parent_letter(locked, organ=organ, at=at)),
        title=locked.title,
        party="学生家长",
        at=at,
        is_public=True,
    )
    for before in ParentLetter.objects.select_for_update().filter(
        bureau=locked.bureau, status=LetterStatus.PUBLISHED
    ):
        transition(before, "replace", actor=actor, at=at)
        if before.document is not None:
            document_supersede(actor=actor, document=before.document, by=document, reason="发布新版", at=at)
    return transition(locked, "publish", actor=actor, at=at, values={"document": document})


@database.atomic
def receipt_record(
    *,
    actor: User,
    school: School,
    letter: ParentLetter,
    handed_on: date,
    sent_count: int,
    receipt_count: int,
    at: datetime | None = None,
) -> LetterReceipt:
    """A school notes how many letters it handed out and got back; again corrects the counts.

    Raises NotAllowed (another school), Unlawful (not handed out now, a later day, more receipts than letters).
    """
    require(actor, "schools.letter_receipt")
    at = at or timezone.now()
    if actor.organisation_id != school.organisation_id or letter.bureau_id != school.bureau_id:
        raise NotAllowed("只能登记本校的发放情况。")
    if letter.status != LetterStatus.PUBLISHED:
        raise Unlawful("这一版没有在发放，请登记最新版。")
    if handed_on > timezone.localdate(at):
        raise Unlawful("发放日期不能晚于今天。")
    if receipt_count > sent_count:
        raise Unlawful("回执份数不能多于发放份数。")
    values = {"handed_on": handed_on, "sent_count": sent_count, "receipt_count": receipt_count}
    known = LetterReceipt.objects.filter(school=school, letter=letter).first()
    if known is not None:
        return record_update(actor=actor, obj=known, values=values, verb="schools.receipt_record", at=at)
    row = LetterReceipt(
        **root_fields(actor=actor, region=school.region, bureau=school.bureau),
        school=school,
        letter=letter,
        **values,
    )
    return record_create(actor=actor, obj=row, verb="schools.receipt_record", at=at)


for code, sentence in {
    "letter_draft": "起草致家长一封信",
    "receipt_record": "登记致家长一封信发放和回执",
    "parentletter_publish": "发布致家长一封信",
    "parentletter_replace": "致家长一封信被新版替代",
}.items():
    audit.verb(f"schools.{code}", sentence)
