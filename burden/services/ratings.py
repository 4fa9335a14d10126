"""Anonymous ratings of officers, untraceable and shown in groups of five.

A place that was visited holds one ticket. Taking the voucher uses the ticket up and says so in the audit
chain; the voucher is a signed text that names the officers, the year and a random number and is kept
nowhere. Giving the rating needs the voucher alone: no login, no ticket, and deliberately no audit event,
since its time and address would lead back to the place. Publishing a group of five is an event again.
"""

from __future__ import annotations

import hashlib
import random
import secrets
from dataclasses import dataclass
from datetime import datetime

from django.core import signing
from django.db import IntegrityError
from django.db import transaction as database
from django.db.models import Count

from accounts.models import Bureau, User
from burden.models import OfficerRating, RatingTicket, SpentVoucher
from casework import audit
from casework.errors import Unlawful, WrongState
from casework.steps import lock, require
from inspections.events import VisitOutcomeRecorded
from inspections.models import MemberRole, Visit

SALT = "burden.rating"
GROUP = 5
VALID_SECONDS = 30 * 24 * 3600


@dataclass(frozen=True)
class Scores:
    """One to five for lawfulness, manners and not getting in the way of lessons."""

    lawful: int
    civil: int
    light: int


@dataclass(frozen=True)
class Voucher:
    """What a voucher says: whose bureau, which officers, which year."""

    bureau_id: int
    officers: tuple[int, ...]
    year: int


@database.atomic
def ticket_open(event: VisitOutcomeRecorded) -> None:
    """A visit that is closed gives its place the right to rate, when the place has a portal account."""
    if not event.is_closed:
        return
    visit = Visit.objects.select_related("institution").get(uid=event.visit_uid)
    if visit.institution.organisation_id is not None:
        RatingTicket.objects.get_or_create(visit=visit)


@database.atomic
def voucher_take(*, actor: User, ticket: RatingTicket, at: datetime | None = None) -> str:
    """Use the ticket up and return the voucher; it is shown once and cannot be had again.

    Raises NotAllowed, WrongState when it was taken before.
    """
    require(actor, "burden.rating_give")
    locked = lock(ticket)
    if locked.is_used:
        raise WrongState("这次检查的评价券已经领取过，每次检查只能评价一次。")
    locked.is_used = True
    locked.save(update_fields=["is_used"])
    visit = locked.visit
    audit.record(actor=actor, verb="burden.voucher_take", target=visit, about=visit.file_uid, at=at)
    members = visit.deployment.members.filter(role=MemberRole.OFFICER, removed_at__isnull=True)
    officers = sorted(pk for pk in members.values_list("user_id", flat=True) if pk is not None)
    body = {"b": visit.bureau_id, "o": officers, "y": visit.visited_on.year, "n": secrets.token_hex(16)}
    return signing.dumps(body, salt=SALT, compress=True)


def voucher_open(voucher: str) -> Voucher:
    """What a voucher says. Raises Unlawful for a false or lapsed one."""
    try:
        body = signing.loads(voucher, salt=SALT, max_age=VALID_SECONDS)
    except signing.SignatureExpired as error:
        raise Unlawful("评价券已过 30 天有效期。") from error
    except signing.BadSignature as error:
        raise Unlawful("评价券不正确，请从办事大厅重新打开。") from error
    return Voucher(int(body["b"]), tuple(body["o"]), int(body["y"]))


@database.atomic
def rating_give(*, voucher: str, scores: Scores) -> int:
    """Keep one rating for each officer of the team; a voucher works once. Gives the number of officers.

    Nobody is named as the giver and nothing is audited here, see the module. Raises Unlawful, WrongState.
    """
    body = voucher_open(voucher)
    bureau = Bureau.objects.get(pk=body.bureau_id)
    try:
        with database.atomic():
            SpentVoucher.objects.create(digest=hashlib.sha256(voucher.encode()).hexdigest())
    except IntegrityError as error:
        raise WrongState("这张评价券已经用过，谢谢您的评价。") from error
    officers = list(User.objects.filter(pk__in=body.officers).order_by("pk"))
    random.SystemRandom().shuffle(officers)
    for officer in officers:
        rating = OfficerRating(bureau=bureau, officer=officer, year=body.year, **vars(scores))
        rating.full_clean()
        rating.save(force_insert=True)
    return len(officers)


@database.atomic
def ratings_show(*, actor: User, at: datetime | None = None) -> int:
    """Show whole groups of five that wait, per officer and year; nightly, so no rating's hour can be guessed.

    Gives the number of ratings shown now.
    """
    shown = 0
    waiting = OfficerRating.objects.filter(is_shown=False).values("officer", "year").annotate(n=Count("pk"))
    for row in waiting.filter(n__gte=GROUP).order_by("officer", "year"):
        officer = User.objects.select_for_update().get(pk=row["officer"])
        hidden = OfficerRating.objects.filter(officer=officer, year=row["year"], is_shown=False)
        keys = list(hidden.values_list("pk", flat=True))
        keys = keys[: len(keys) // GROUP * GROUP]
        OfficerRating.objects.filter(pk__in=keys).update(is_shown=True)
        change = [None, f"{row['year']}年 {len(keys)} 份"]
        audit.record(
            actor=actor, verb="burden.ratings_show", target=officer, changes={"ratings": change}, at=at
        )
        shown += len(keys)
    return shown


audit.verb("burden.voucher_take", "领取无记名评价券")
audit.verb("burden.ratings_show", "公开一组无记名评价")
