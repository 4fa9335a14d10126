"""Entering activities and who took part."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone

from accounts import roles
from accounts.models import Region, User
from casework import audit
from casework.errors import NotAllowed, Unlawful
from casework.evidence.services import evidence_receive
from casework.models import Activity, Attendee, EvidenceFile
from casework.records import record_create, record_update, root_fields

EDIT = "casework.activity_edit"


def _require(actor: User) -> None:
    if not actor.may(EDIT):
        raise NotAllowed(f"您没有“{roles.label_of(EDIT)}”的权限，不能办理。")


@transaction.atomic
def activity_register(
    *,
    actor: User,
    region: Region,
    values: dict[str, Any],
    people: Iterable[User] = (),
    papers: Iterable[UploadedFile[Any] | ContentFile[bytes]] = (),
    at: datetime | None = None,
) -> Activity:
    """Enter an activity with its attendees and papers; everybody present gets its full hours."""
    at = at or timezone.now()
    _require(actor)
    activity = Activity(**root_fields(actor=actor, region=region), **values)
    if activity.held_on > timezone.localdate(at):
        raise Unlawful("活动日期不能晚于今天，办完后再登记。")
    record_create(actor=actor, obj=activity, verb="casework.activity_register", at=at)
    _attend(actor, activity, list(people), at)
    for upload in papers:
        paper_receive(actor=actor, activity=activity, upload=upload, at=at)
    return activity


@transaction.atomic
def activity_edit(
    *,
    actor: User,
    activity: Activity,
    values: dict[str, Any],
    people: Iterable[User],
    version: int | None = None,
    at: datetime | None = None,
) -> Activity:
    """Correct an activity and who took part. Raises StaleVersion, Unlawful."""
    at = at or timezone.now()
    _require(actor)
    if not may_change(actor, activity):
        raise NotAllowed("活动由登记单位修改，请联系登记单位。")
    if values.get("held_on", activity.held_on) > timezone.localdate(at):
        raise Unlawful("活动日期不能晚于今天，办完后再登记。")
    edited = record_update(
        actor=actor, obj=activity, values=values, verb="casework.activity_edit", version=version, at=at
    )
    _attend(actor, edited, list(people), at)
    return edited


def may_change(actor: User, activity: Activity) -> bool:
    """Whether the activity was entered by the actor's own body."""
    own = actor.organisation_id == activity.created_by.organisation_id
    return actor.is_system or (own and actor.may(EDIT))


def _attend(actor: User, activity: Activity, people: list[User], at: datetime) -> None:
    before = {row.user_id: row for row in activity.attendees.select_related("user")}
    wanted = {person.pk: person for person in people}
    activity.attendees.exclude(user__in=wanted).delete()
    activity.attendees.exclude(hours=activity.hours).update(hours=activity.hours)
    Attendee.objects.bulk_create(
        Attendee(
            activity=activity,
            user=person,
            organisation=person.organisation,
            hours=activity.hours,
        )
        for pk, person in wanted.items()
        if pk not in before
    )
    if before.keys() != wanted.keys():
        audit.record(
            actor=actor,
            verb="casework.activity_attend",
            target=activity,
            changes={
                "参加人员": [
                    [row.user.name for row in before.values()],
                    [person.name for person in people],
                ]
            },
            at=at,
        )


@transaction.atomic
def paper_receive(
    *,
    actor: User,
    activity: Activity,
    upload: UploadedFile[Any] | ContentFile[bytes],
    caption: str = "",
    at: datetime | None = None,
) -> EvidenceFile:
    """Keep a paper of the activity: notice, sign-in list, photo."""
    _require(actor)
    return evidence_receive(
        actor=actor, subject=activity, upload=upload, caption=caption or "活动材料", at=at
    )


def may_see_paper(actor: User, evidence: EvidenceFile) -> bool:
    """Whoever reaches the activity."""
    rows = Activity.objects.visible_to(actor).filter(uid=evidence.subject_uid)
    return actor.may("casework.activity_view") and rows.exists()


audit.verb("casework.activity_register", "登记活动")
audit.verb("casework.activity_edit", "修改活动")
audit.verb("casework.activity_attend", "登记活动参加人员")
