"""What people hold of a site: watched until a day, confirmed, dismissed, open again."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction as database
from django.utils import timezone

from accounts.models import User
from casework import audit
from casework.errors import Unlawful
from casework.steps import require
from casework.workflow import transition
from complaints.models import Clue, ClueSignals, SiteMembership, SuspectedSite
from complaints.services.sites.changed import Before, place_again
from complaints.services.sites.changes import EDIT
from complaints.services.sites.placing import clue_placed, sites_lock
from institutions.models import Institution


@database.atomic
def site_open(*, actor: User, clue: Clue, at: datetime | None = None) -> SuspectedSite:
    """Make a site of a single clue, so that it can be watched; gives the site that it has, if any."""
    at = at or timezone.now()
    require(actor, EDIT)
    sites_lock(clue.bureau_id)
    known = SiteMembership.objects.filter(clue=clue, until__isnull=True).select_related("site").first()
    if known is not None:
        return known.site
    if not clue.number:
        raise Unlawful("待筛查和不予受理的线索不能设为疑似培训点，请先受理。")
    if not ClueSignals.objects.filter(clue=clue).exists():
        clue_placed(actor=actor, clue=clue, at=at)
    place_again(actor=actor, before=Before.of([clue.pk]), at=at, named={clue.pk})
    return SiteMembership.objects.select_related("site").get(clue=clue, until__isnull=True).site


@database.atomic
def site_watch(
    *, actor: User, site: SuspectedSite, review_on: date, reason: str, at: datetime | None = None
) -> SuspectedSite:
    """Keep an eye on an unproven place until `review_on`. Also moves that day. Raises Unlawful."""
    at = at or timezone.now()
    if review_on <= timezone.localdate(at):
        raise Unlawful("下次复看日期须晚于今天。")
    values = {"review_on": review_on, "status_note": reason.strip()}
    return transition(site, "watch", actor=actor, reason=reason, at=at, values=values)


@database.atomic
def site_confirm(
    *,
    actor: User,
    site: SuspectedSite,
    reason: str,
    institution: Institution | None = None,
    at: datetime | None = None,
) -> SuspectedSite:
    """Hold that training goes on there; `institution` is the register's file of the place, when it has one."""
    values: dict[str, object] = {"status_note": reason.strip(), "review_on": None}
    if institution is not None:
        if institution.bureau_id != site.bureau_id:
            raise Unlawful("请选择本辖区登记在册的机构。")
        values["institution"] = institution
    return transition(site, "confirm", actor=actor, reason=reason, at=at, values=values)


@database.atomic
def site_dismiss(
    *, actor: User, site: SuspectedSite, reason: str, at: datetime | None = None
) -> SuspectedSite:
    """Hold that nothing goes on there. Clues that come later are still added, and told of on the worklist."""
    values = {"status_note": reason.strip(), "review_on": None}
    return transition(site, "dismiss", actor=actor, reason=reason, at=at, values=values)


@database.atomic
def site_reopen(
    *, actor: User, site: SuspectedSite, reason: str, at: datetime | None = None
) -> SuspectedSite:
    """Take a decision about a site back."""
    values = {"review_on": None, "decided_at": None}
    return transition(site, "reopen", actor=actor, reason=reason, at=at, values=values)


for code, sentence in {
    "watch": "将疑似培训点列入关注",
    "confirm": "认定疑似培训点",
    "dismiss": "排除疑似培训点",
    "reopen": "重新研判疑似培训点",
}.items():
    audit.verb(f"complaints.suspectedsite_{code}", sentence)
