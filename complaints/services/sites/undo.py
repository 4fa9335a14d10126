"""Taking back what people changed about sites."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction as database
from django.db.models import Field
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from accounts.models import User
from casework import audit
from casework.errors import Unlawful, WrongState
from casework.steps import require
from complaints.models import ChangeKind, ClueLink, SiteChange, SiteMembership, SiteStatus, SuspectedSite
from complaints.services.sites.changed import Before, place_again
from complaints.services.sites.changes import EDIT, persons_of
from complaints.services.sites.grouping import not_before_since
from complaints.services.sites.placing import sites_lock

# 机构可由新线索补上，不妨碍撤销
CHECKED = ("status", "merged_into_id", "review_on", "status_note", "decided_at")


@database.atomic
def site_undo(*, actor: User, change: SiteChange, reason: str, at: datetime | None = None) -> SiteChange:
    """Restore sites, memberships and decisions as they stood before a change.

    Clues that came since are sorted by what then holds. A site that the change made stays on
    record as undone. Raises NotAllowed; WrongState when it was undone already or something later builds on it.
    """
    at = at or timezone.now()
    require(actor, EDIT)
    if not reason.strip():
        raise Unlawful("撤销须写明理由。")
    sites_lock(change.site.bureau_id)
    locked = SiteChange.objects.select_for_update().select_related("site").get(pk=change.pk)
    _undoable(locked)
    before = Before.of(_touched(locked), around=_members(locked))
    _links_restore(locked.before["links"])
    _members_restore(locked, at)
    _sites_restore(locked)
    place_again(actor=actor, before=before, at=at)
    locked.undone_at, locked.undone_by, locked.undone_reason = at, actor, reason.strip()
    locked.save()
    audit.record(
        actor=actor,
        verb="complaints.site_undo",
        target=locked.site,
        changes={"change": [locked.get_kind_display(), "已撤销"]},
        reason=reason,
        at=at,
    )
    return locked


def _undoable(change: SiteChange) -> None:
    if change.undone_at is not None:
        raise WrongState("这项操作已经撤销。")
    if change.kind == ChangeKind.BRIDGE:
        raise WrongState("这是系统按新线索作出的归并，不能撤销；如判断有误，请用拆分。")
    later = SiteChange.objects.filter(
        pk__gt=change.pk, undone_at__isnull=True, site_ids__overlap=change.site_ids
    ).order_by("pk")
    if (next_one := later.first()) is not None:
        raise WrongState(
            f"之后又有“{next_one.get_kind_display()}”（{timezone.localtime(next_one.made_at):%Y-%m-%d %H:%M}），"
            "请先撤销后面的操作；系统自动并入的不能撤销，请改用拆分。"
        )
    now = {str(row.pk): persons_of(row) for row in SuspectedSite.objects.filter(pk__in=change.site_ids)}
    if any(now[pk][name] != values[name] for pk, values in change.after["sites"].items() for name in CHECKED):
        raise WrongState("之后有人改过培训点的研判状态，不能撤销；请改用合并或拆分。")


def _members(change: SiteChange) -> set[int]:
    return {clue for _, clue, _ in (*change.before["members"], *change.after["members"])}


def _touched(change: SiteChange) -> set[int]:
    """Clues that undoing moves or about which it takes a decision back."""
    live = SiteMembership.objects.filter(until__isnull=True, clue__in=_members(change))
    now = set(live.values_list("pk", "clue_id"))
    before = {(pk, clue) for pk, clue, _ in change.before["members"]}
    return {clue for _, clue in now ^ before}.union(*(note["pair"] for note in change.before["links"]))


def _links_restore(notes: list[dict[str, Any]]) -> None:
    """Decisions as they were, the last change first; pairs that were only kept for a decision go."""
    for note in reversed(notes):
        rows = ClueLink.objects.filter(first=note["pair"][0], second=note["pair"][1])
        was = note["was"]
        if was is None:
            rows.delete()
            continue
        rows.update(
            decision=was["decision"],
            decided_by=was["decided_by"],
            decided_at=parse_datetime(was["decided_at"]) if was["decided_at"] else None,
            reason=was["reason"],
        )


def _members_restore(change: SiteChange, at: datetime) -> None:
    """The memberships that the change ended hold again, those that it began end."""
    before = {pk for pk, _, _ in change.before["members"]}
    begun = {pk for pk, _, _ in change.after["members"]} - before
    clues = _members(change)
    live = SiteMembership.objects.filter(until__isnull=True)
    live.filter(pk__in=begun).update(until=not_before_since(at))
    live.filter(clue__in=clues).exclude(pk__in=before).update(until=not_before_since(at))
    SiteMembership.objects.filter(pk__in=before).update(until=None)


def _sites_restore(change: SiteChange) -> None:
    before = change.before["sites"]
    for site in SuspectedSite.objects.select_for_update().filter(pk__in=change.site_ids).order_by("pk"):
        values = before.get(str(site.pk))
        if values is None:
            site.status, site.review_on, site.clue_count = SiteStatus.UNDONE, None, 0
        else:
            for name, value in values.items():
                column = SuspectedSite._meta.get_field(name.removesuffix("_id"))
                if isinstance(column, Field) and not column.is_relation:
                    value = column.to_python(value)
                setattr(site, name, value)
        site.version += 1
        site.save()


audit.verb("complaints.site_undo", "撤销培训点整理")
