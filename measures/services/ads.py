"""Advertisements: found, ordered away or handed on, removed, re-checked."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction as database
from django.utils import timezone

from accounts.models import Organisation, Region, User
from casework import audit, policy
from casework.deadlines import compute, load_calendar
from casework.documents.services import document_issue
from casework.errors import Unlawful, WrongState
from casework.evidence.services import evidence_receive
from casework.records import clean, record_create, record_update, root_fields
from casework.steps import lock, ready, require
from casework.workflow import transition
from measures import papers
from measures.models import ONLINE_KINDS, AdCase, AdCheck, AdPhase, AdPhoto, AdStatus

Upload = UploadedFile[Any] | ContentFile[bytes]


@database.atomic
def ad_register(
    *,
    actor: User,
    region: Region,
    lead_organ: Organisation,
    values: dict[str, Any],
    photos: Iterable[Upload] = (),
    at: datetime | None = None,
) -> AdCase:
    """Enter an advertisement that was found, with its photos or snapshot. Raises Unlawful, NotAllowed."""
    at = at or timezone.now()
    require(actor, "measures.ad_edit")
    ad = AdCase(**root_fields(actor=actor, region=region), lead_organ=lead_organ, **values)
    if ad.found_on > timezone.localdate(at):
        raise Unlawful("发现日期不能晚于今天。")
    record_create(actor=actor, obj=ad, verb="measures.ad_register", at=at)
    phase = AdPhase.SNAPSHOT if ad.kind in ONLINE_KINDS else AdPhase.BEFORE
    for upload in photos:
        ad_photo_add(actor=actor, ad=ad, upload=upload, phase=phase, at=at)
    ad.refresh_from_db()
    return ad


@database.atomic
def ad_edit(
    *, actor: User, ad: AdCase, values: dict[str, Any], version: int | None = None, at: datetime | None = None
) -> AdCase:
    """Correct what was entered, until the advertisement is settled."""
    require(actor, "measures.ad_edit")
    locked = lock(ad)
    if locked.status in {AdStatus.CLOSED, AdStatus.DROPPED}:
        raise WrongState(f"广告“{locked.get_status_display()}”，不能修改。")
    return record_update(
        actor=actor, obj=locked, values=values, verb="measures.ad_edit", version=version, at=at
    )


@database.atomic
def ad_photo_add(
    *,
    actor: User,
    ad: AdCase,
    upload: Upload,
    phase: str,
    captured_at: datetime | None = None,
    at: datetime | None = None,
) -> AdPhoto:
    """Keep a photo; the first snapshot of an online one gives the case its hash."""
    require(actor, "measures.ad_edit")
    at = at or timezone.now()
    locked = lock(ad)
    evidence = evidence_receive(
        actor=actor,
        subject=locked,
        upload=upload,
        caption=AdPhase(phase).label,
        captured_at=captured_at,
        at=at,
    )
    if phase == AdPhase.SNAPSHOT and not locked.snapshot_sha256:
        record_update(
            actor=actor,
            obj=locked,
            values={"snapshot_sha256": evidence.sha256},
            verb="measures.ad_edit",
            at=at,
        )
    photo, _ = AdPhoto.objects.get_or_create(ad=locked, evidence=evidence, defaults={"phase": phase})
    if photo.phase != phase:
        raise Unlawful(f"这张照片已作为“{photo.get_phase_display()}”的照片上传，请换一张。")
    return photo


@database.atomic
def ad_order(
    *, actor: User, ad: AdCase, order_text: str, due_on: date | None = None, at: datetime | None = None
) -> AdCase:
    """Order it away; without `due_on` the policy term runs from today."""
    at = at or timezone.now()
    today = timezone.localdate(at)
    lines: tuple[str, ...] = ()
    if due_on is None:
        term = policy.term("ad.removal_term", region=ad.region, on=today)
        found = compute(term, today, load_calendar())
        due_on, lines = found.due_on, found.explanation
    if due_on < today:
        raise Unlawful("清除期限不能早于今天。")
    values = {"order_text": order_text.strip(), "due_on": due_on, "due_explanation": list(lines)}
    return transition(ad, "order", actor=actor, at=at, values=values)


@database.atomic
def ad_refer(*, actor: User, ad: AdCase, to: Organisation, reason: str, at: datetime | None = None) -> AdCase:
    """Hand it to the authority in charge, with a numbered letter that lists photos and hashes."""
    at = at or timezone.now()
    locked = lock(ad)
    ready(locked, "refer", actor)
    if to.pk == locked.lead_organ_id:
        raise Unlawful("不能移送给承办单位自己，请选择其他部门。")
    if not reason.strip():
        raise Unlawful("移送须写明理由。")
    document = document_issue(
        actor=actor,
        organ=locked.lead_organ,
        kind="CASE_TRANSFER_LETTER",
        subject=locked,
        content=papers.source(papers.ad_referral(locked, to=to, reason=reason, at=at)),
        title="案件移送函",
        party=to.name,
        at=at,
        is_public=False,
    )
    values = {"referred_to": to, "referral_document": document, "receipt_no": "", "receipt_on": None}
    return transition(locked, "refer", actor=actor, reason=reason, at=at, values=values)


@database.atomic
def ad_receipt(
    *, actor: User, ad: AdCase, receipt_no: str, receipt_on: date, at: datetime | None = None
) -> AdCase:
    """Note the other authority's receipt; its own people may enter it, too."""
    at = at or timezone.now()
    require(actor, "measures.ad_edit")
    locked = lock(ad)
    if locked.referred_at is None:
        raise WrongState("这件广告没有移送，不能登记回执。")
    if not receipt_no.strip():
        raise Unlawful("请填写回执编号或者接收人。")
    if not timezone.localdate(locked.referred_at) <= receipt_on <= timezone.localdate(at):
        raise Unlawful("回执日期须在移送之后，且不晚于今天。")
    return record_update(
        actor=actor,
        obj=locked,
        values={"receipt_no": receipt_no.strip(), "receipt_on": receipt_on},
        verb="measures.ad_receipt",
        at=at,
    )


@database.atomic
def ad_remove(
    *,
    actor: User,
    ad: AdCase,
    removed_at: datetime,
    pieces: int,
    by: str,
    photos: Iterable[Upload] = (),
    at: datetime | None = None,
) -> AdCase:
    """Note the removal with its photo; a re-check is due within the policy term."""
    at = at or timezone.now()
    require(actor, "measures.ad_edit")
    locked = lock(ad)
    if removed_at > at or timezone.localdate(removed_at) < locked.found_on:
        raise Unlawful("清除时间须在发现之后，且不晚于现在。")
    if not 1 <= pieces <= locked.pieces:
        raise Unlawful(f"清除数量须在 1 至 {locked.pieces} 之间。")
    for upload in photos:
        ad_photo_add(actor=actor, ad=locked, upload=upload, phase=AdPhase.AFTER, at=at)
    day = timezone.localdate(removed_at)
    term = policy.term("ad.recheck_term", region=locked.region, on=day)
    recheck = compute(term, day, load_calendar())
    values = {
        "removed_at": removed_at,
        "removed_pieces": pieces,
        "removed_by": by.strip(),
        "recheck_due_on": recheck.due_on,
        "due_explanation": list(recheck.explanation),
    }
    return transition(locked, "remove", actor=actor, at=at, values=values)


@database.atomic
def ad_check(
    *,
    actor: User,
    ad: AdCase,
    checked_on: date,
    is_gone: bool,
    note: str,
    photos: Iterable[Upload] = (),
    at: datetime | None = None,
) -> AdCase:
    """Re-check: still gone settles the case, back opens it again."""
    at = at or timezone.now()
    require(actor, "measures.ad_edit")
    locked = lock(ad)
    if locked.status not in {AdStatus.REMOVED, AdStatus.CLOSED}:
        raise WrongState(f"现在是“{locked.get_status_display()}”，清除以后才能复核。")
    if locked.removed_at and not timezone.localdate(locked.removed_at) <= checked_on <= timezone.localdate(
        at
    ):
        raise Unlawful("复核日期须在清除之后，且不晚于今天。")
    for upload in photos:
        ad_photo_add(actor=actor, ad=locked, upload=upload, phase=AdPhase.RECHECK, at=at)
    check = AdCheck(
        ad=locked,
        checked_on=checked_on,
        is_gone=is_gone,
        note=note,
        checked_by=actor.name,
        recorded_at=at,
    )
    clean(check)
    check.save(force_insert=True)
    if not is_gone:
        return transition(locked, "rebound", actor=actor, reason=note, at=at)
    if locked.status == AdStatus.REMOVED:
        return transition(locked, "verify", actor=actor, reason=note, at=at)
    audit.record(
        actor=actor, verb="measures.ad_check", target=locked, reason=note, about=locked.file_uid, at=at
    )
    return locked


@database.atomic
def ad_drop(*, actor: User, ad: AdCase, reason: str, at: datetime | None = None) -> AdCase:
    """It turned out to break no rule."""
    return transition(ad, "drop", actor=actor, reason=reason, at=at)


for code, sentence in {
    "ad_register": "登记违规广告",
    "ad_edit": "修改违规广告",
    "ad_receipt": "登记移送回执",
    "ad_check": "复核广告清除",
    "adcase_order": "责令清除广告",
    "adcase_refer": "移送违规广告",
    "adcase_remove": "登记广告清除",
    "adcase_verify": "复核广告已清除",
    "adcase_rebound": "登记广告反弹",
    "adcase_drop": "认定不属违规广告",
}.items():
    audit.verb(f"measures.{code}", sentence)
