"""What people change about sites: merge, split, and their word about a link."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from itertools import product
from typing import Any

from django.db import transaction as database
from django.utils import timezone

from accounts.models import User
from casework import audit
from casework.errors import Unlawful, WrongState
from casework.steps import require
from complaints.matching import score
from complaints.models import (
    ENDED_SITES,
    ChangeKind,
    Clue,
    ClueLink,
    LinkDecision,
    SiteChange,
    SiteMembership,
    SuspectedSite,
)
from complaints.services.sites.changed import Before, place_again
from complaints.services.sites.placing import link_lines, signals_of_clue, sites_lock
from complaints.services.sites.whole import connected

EDIT = "complaints.site_edit"
PAIRS_MAX = 4000
# 由人决定的栏目：撤销时恢复，撤销前核对
PERSONS_FIELDS = ("status", "merged_into_id", "review_on", "status_note", "decided_at", "institution_id")


@dataclass
class _Draft:
    """A change under way: what stood before, and which decisions it touched."""

    actor: User
    at: datetime
    reason: str
    universe: set[int]
    before: Before
    sites: dict[int, dict[str, Any]]
    members: dict[int, int]
    links: list[dict[str, Any]] = field(default_factory=list)


@database.atomic
def site_merge(
    *, actor: User, site: SuspectedSite, other: SuspectedSite, reason: str, at: datetime | None = None
) -> SiteChange:
    """Say that two sites are one place: all their clues belong together, `site` outlives `other`.

    Decisions that held clues of the two apart are lifted. Raises NotAllowed, Unlawful, WrongState.
    """
    draft_of = _opener(actor, site, reason, at)
    if site.pk == other.pk or site.bureau_id != other.bureau_id:
        raise Unlawful("请选择本辖区内的另一处疑似培训点。")
    mine, theirs = _live_clues(site), _live_clues(other)
    draft = draft_of([*mine, *theirs])
    _lift(draft, product(mine, theirs))
    _together(draft, [*mine, *theirs])
    _regroup(draft, keeper=site.pk)
    _must_share(draft, [*mine, *theirs])
    return _keep(draft, ChangeKind.MERGE, site)


@database.atomic
def site_split(
    *, actor: User, site: SuspectedSite, clues: Iterable[Clue], reason: str, at: datetime | None = None
) -> SiteChange:
    """Say that some clues of a site are about another place: they become a site of their own.

    Raises NotAllowed, Unlawful, WrongState.
    """
    draft_of = _opener(actor, site, reason, at)
    everyone = _live_clues(site)
    out = sorted({clue.pk for clue in clues})
    rest = [pk for pk in everyone if pk not in out]
    if not out or not rest or not set(out) <= set(everyone):
        raise Unlawful("请在这处培训点的线索中勾选要分出的部分，至少分出一条、留下一条。")
    if len(out) * len(rest) > PAIRS_MAX:
        raise Unlawful("一次拆分的线索太多，请分几次拆分。")
    draft = draft_of(everyone)
    for pair in product(out, rest):
        _decide(draft, pair, LinkDecision.APART)
    stays = {site.pk: rest[0]}
    _regroup(draft, stays=stays, named=out)
    for group in (out, rest):
        if len(_homes(group)) > 1:
            _together(draft, group)
    _regroup(draft, stays=stays, named=[out[0]])
    return _keep(draft, ChangeKind.SPLIT, site)


@database.atomic
def link_confirm(*, actor: User, link: ClueLink, reason: str, at: datetime | None = None) -> SiteChange:
    """Say that two clues are about one place. Raises NotAllowed, and Unlawful when others hold them apart."""
    pair = [link.first_id, link.second_id]
    draft = _opener(actor, None, reason, at, bureau_id=link.bureau_id)(pair)
    _decide(draft, (pair[0], pair[1]), LinkDecision.TOGETHER)
    _regroup(draft, named=pair)
    _must_share(draft, pair)
    return _keep(draft, ChangeKind.CONFIRM, _home_of(pair[0]))


@database.atomic
def link_reject(*, actor: User, link: ClueLink, reason: str, at: datetime | None = None) -> SiteChange | None:
    """Say that two clues are about different places; they are held apart from now on.

    Two clues without site make no change of sites to undo (None). Raises NotAllowed, Unlawful.
    """
    pair = [link.first_id, link.second_id]
    draft = _opener(actor, None, reason, at, bureau_id=link.bureau_id)(pair)
    before = SiteMembership.objects.filter(clue__in=pair, until__isnull=True).order_by("pk").first()
    _decide(draft, (pair[0], pair[1]), LinkDecision.APART)
    _regroup(draft)
    home = _home(pair[0]) or _home(pair[1]) or (before.site if before else None)
    if home is None:
        clue = Clue.objects.get(pk=pair[0])
        audit.record(
            actor=actor, verb="complaints.site_reject", target=clue, reason=draft.reason, at=draft.at
        )
        return None
    return _keep(draft, ChangeKind.REJECT, home)


# -- beginning and keeping a change ----------------------------------------------------------------------------


def _opener(
    actor: User, site: SuspectedSite | None, reason: str, at: datetime | None, bureau_id: int | None = None
) -> Any:
    """Check who and why, take the lock; the returned function notes what stands before the change."""
    require(actor, EDIT)
    if not reason.strip():
        raise Unlawful("请写明理由，今后的人才知道为什么这样判断。")
    sites_lock(site.bureau_id if site is not None else bureau_id or 0)

    def draft_of(clues: Collection[int]) -> _Draft:
        universe = connected(clues)
        members = SiteMembership.objects.filter(clue__in=universe, until__isnull=True)
        rows = list(members.values_list("pk", "site_id"))
        sites = SuspectedSite.objects.filter(pk__in={site_id for _, site_id in rows})
        return _Draft(
            actor=actor,
            at=at or timezone.now(),
            reason=reason.strip(),
            universe=universe,
            before=Before.of(clues),
            sites={row.pk: persons_of(row) for row in sites},
            members=dict(rows),
        )

    return draft_of


def persons_of(site: SuspectedSite) -> dict[str, Any]:
    """What people decided about a site, as kept with a change."""
    found: dict[str, Any] = {}
    for name in PERSONS_FIELDS:
        value = getattr(site, name)
        found[name] = value.isoformat() if hasattr(value, "isoformat") else value
    return found


def _regroup(draft: _Draft, **hints: Any) -> None:
    place_again(actor=draft.actor, before=draft.before, at=draft.at, **hints)
    draft.before = Before.of(draft.before.clues)


def _keep(draft: _Draft, kind: str, site: SuspectedSite) -> SiteChange:
    """Write the change down with what stood before and what stands now."""
    now = SiteMembership.objects.filter(clue__in=draft.universe, until__isnull=True)
    after_members = dict(now.values_list("pk", "site_id"))
    ids = sorted({*draft.sites, *after_members.values(), site.pk})
    after = {row.pk: persons_of(row) for row in SuspectedSite.objects.filter(pk__in=ids)}
    clue_of = dict(
        SiteMembership.objects.filter(pk__in={*draft.members, *after_members}).values_list("pk", "clue_id")
    )
    change = SiteChange.objects.create(
        kind=kind,
        site=site,
        site_ids=ids,
        before={
            "sites": {str(pk): values for pk, values in draft.sites.items()},
            "members": [[pk, clue_of[pk], site_id] for pk, site_id in sorted(draft.members.items())],
            "links": draft.links,
        },
        after={
            "sites": {str(pk): values for pk, values in after.items()},
            "members": [[pk, clue_of[pk], site_id] for pk, site_id in sorted(after_members.items())],
        },
        reason=draft.reason,
        made_by=draft.actor,
        made_at=draft.at,
    )
    audit.record(
        actor=draft.actor,
        verb=f"complaints.site_{kind.lower()}",
        target=site,
        changes={"decisions": ["", f"{len(draft.links)} 对线索"]},
        reason=draft.reason,
        at=draft.at,
    )
    return change


# -- decisions about pairs -------------------------------------------------------------------------------------


def _decide(draft: _Draft, pair: tuple[int, int], decision: str) -> None:
    """Keep a person's word about two clues, and note for undo what stood before."""
    first, second = sorted(pair)
    link = ClueLink.objects.filter(first=first, second=second).first()
    note: dict[str, Any] = {"pair": [first, second], "was": None}
    if link is None:
        one, other = Clue.objects.select_related("bureau__region", "institution").filter(
            pk__in=[first, second]
        )
        verdict = score(signals_of_clue(one), signals_of_clue(other))
        link = ClueLink(
            bureau_id=one.bureau_id,
            first_id=first,
            second_id=second,
            points=verdict.total,
            lines=link_lines(verdict),
        )
    else:
        note["was"] = {
            "decision": link.decision,
            "decided_by": link.decided_by_id,
            "decided_at": link.decided_at.isoformat() if link.decided_at else None,
            "reason": link.reason,
        }
    draft.links.append(note)
    is_made = decision != LinkDecision.NONE
    link.decision = decision
    link.decided_by = draft.actor if is_made else None
    link.decided_at = draft.at if is_made else None
    link.reason = draft.reason if is_made else ""
    link.save()


def _lift(draft: _Draft, pairs: Iterable[tuple[int, int]]) -> None:
    """Take back decisions that hold pairs apart."""
    wanted = {(min(pair), max(pair)) for pair in pairs}
    held = ClueLink.objects.filter(
        decision=LinkDecision.APART, first__in={a for a, _ in wanted}, second__in={b for _, b in wanted}
    )
    for first, second in held.order_by("pk").values_list("first_id", "second_id"):
        if (first, second) in wanted:
            _decide(draft, (first, second), LinkDecision.NONE)


def _together(draft: _Draft, clues: list[int]) -> None:
    """All of `clues` belong to one place: each is tied to the first."""
    for other in clues[1:]:
        known = ClueLink.objects.filter(first=min(clues[0], other), second=max(clues[0], other))
        if not known.filter(decision=LinkDecision.TOGETHER).exists():
            _decide(draft, (clues[0], other), LinkDecision.TOGETHER)


def _must_share(draft: _Draft, clues: list[int]) -> None:
    """Refuse when earlier decisions still hold the clues apart."""
    if len(_homes(clues)) != 1:
        raise Unlawful("其中有线索已被人工判断为不同处，不能放在一起。请先在线索关联中撤销那项判断。")


def _live_clues(site: SuspectedSite) -> list[int]:
    status = SuspectedSite.objects.values_list("status", flat=True).get(pk=site.pk)
    if status in ENDED_SITES:
        raise WrongState("这处培训点已并入另一处或者已撤销，请打开现在的培训点办理。")
    rows = SiteMembership.objects.filter(site=site, until__isnull=True).order_by("clue_id")
    return list(rows.values_list("clue_id", flat=True))


def _homes(clues: Iterable[int]) -> set[int]:
    """Sites of some clues; a clue without site counts as one of its own."""
    wanted = list(clues)
    found = dict(
        SiteMembership.objects.filter(clue__in=wanted, until__isnull=True).values_list("clue_id", "site_id")
    )
    return {found.get(pk, -pk) for pk in wanted}


def _home_of(clue: int) -> SuspectedSite:
    return SiteMembership.objects.select_related("site").get(clue=clue, until__isnull=True).site


def _home(clue: int) -> SuspectedSite | None:
    row = SiteMembership.objects.filter(clue=clue, until__isnull=True).select_related("site").first()
    return row.site if row else None


for code, sentence in {
    "merge": "合并疑似培训点",
    "split": "拆分疑似培训点",
    "confirm": "确认线索为同一处",
    "reject": "判断线索不是同一处",
}.items():
    audit.verb(f"complaints.site_{code}", sentence)
