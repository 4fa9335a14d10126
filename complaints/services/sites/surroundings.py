"""Clues with their clusters, read as far as they are asked for."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable

from django.db.models import Q, QuerySet, TextField
from django.db.models.functions import Cast

from complaints.matching import (
    Link,
    Signals,
    by_operator,
    contradicts,
    cut_marks,
    partition,
    reach,
    regrown,
)
from complaints.models import ClueLink, ClueSignals, LinkDecision, SiteMembership
from complaints.services.sites.grouping import ACCEPTED, OUT_OF_PLAY

LIVE = Q(until__isnull=True)
APART = Q(decision=LinkDecision.APART)


class NotNotedError(LookupError):
    """Rows from before ties and cuts were noted do not tell which clusters stood."""


class Surroundings:
    """Clues with their clusters; signals are read when compared.

    Clusters around a change are worked out from links, those elsewhere stand in the memberships, and in `cut_from`
    what they were before they were cut at a change of operator.
    """

    def __init__(self) -> None:
        self.cluster: dict[int, frozenset[int]] = {}
        self.key: dict[int, str] = {}
        self.by_key: dict[str, int] = {}
        self.cuts: dict[int, int] = {}  # `cut_from` where it is another one now
        self._cut_from: dict[int, int | None] = {}
        self._digest: dict[str, str] = {}
        self._content: dict[str, str] = {}
        self._signals: dict[str, Signals] = {}
        self._against: dict[tuple[str, str], bool] = {}
        self._seen: set[int] = set()
        self._accepted: dict[tuple[int, int], tuple[int, bool]] = {}
        self._apart: set[tuple[int, int]] = set()

    def grow(self, clue: int) -> set[int]:
        """Take in a newcomer and work out the clusters that it changes; the clues whose cluster is another one now."""
        try:
            found = regrown({clue}, stood=self._stood, beyond=self._neighbours, parted=self._parted_among)
        except NotNotedError:
            return self._grow_whole(clue)
        clues = {pk for part in found for pk in part}
        before = {self.cluster[pk] for pk in clues}
        self._cut(found)
        return _differing(before, {self.cluster[pk] for pk in clues})

    def _grow_whole(self, clue: int) -> set[int]:
        """The same from everything strongly connected with the newcomer, without and with it."""
        self._seen.clear()
        came = self.load([clue])
        after = {self.cluster[pk] for pk in came}
        without = self._operators(self._parted(came - {clue}))
        return _differing(set(without), after)

    def load(self, clues: Iterable[int]) -> set[int]:
        """Take in everything strongly connected with `clues` and its clusters; returns what came in."""
        missing = set(clues) - self._seen
        if not missing:
            return set()
        found = reach(missing, self._neighbours)
        self._seen |= found
        came = self._read_rows(found)
        self._apart_note(ClueLink.objects.filter(APART, first__in=came, second__in=came))
        self._cut(self._parted(came))
        return came

    def recall(self, clues: Iterable[int]) -> None:
        """Take in clues that no change is strongly connected with, and their clusters as they stand."""
        self.load(self._recall(clues))

    def know(self, clues: Collection[int]) -> None:
        """Read the keys and signals of clues in play that are known by number only, all at once."""
        self._read_rows(set(clues) - self.key.keys())

    def against(self, one: int, other: int) -> bool:
        """Whether two clues that are known contradict each other."""
        return self.contradicts(self.key[one], self.key[other])

    def named(self, pairs: Iterable[tuple[int, int]]) -> list[tuple[str, str]]:
        """Pairs by key, those out of play left out."""
        return [
            (self.key[one], self.key[other]) for one, other in pairs if one in self.key and other in self.key
        ]

    def contradicts(self, one: str, other: str) -> bool:
        """`matching.contradicts`, once for every two contents."""
        a, b = self._digest[one], self._digest[other]
        pair = (a, b) if a < b else (b, a)
        known = self._against.get(pair)
        if known is None:
            known = self._against[pair] = contradicts(self._read(a), self._read(b))
        return known

    # -- reading ---------------------------------------------------------------------------------------------------

    def _recall(self, clues: Iterable[int]) -> set[int]:
        """Take in clusters from the memberships; returns the clues of sites of which ties are not noted."""
        missing = set(clues) - self._seen
        if not missing:
            return set()
        live = SiteMembership.objects.filter(LIVE)
        sites = live.filter(clue__in=missing).values("site")
        tied: dict[int, set[int]] = {}
        unknown: set[int] = set()
        rows = list(live.filter(site__in=sites).values_list("site_id", "clue_id", "is_loose"))
        for site, pk, is_loose in rows:
            if is_loose is None:
                unknown.add(site)
            elif not is_loose:
                tied.setdefault(site, set()).add(pk)
        left = {pk for site, pk, _ in rows if site in unknown}
        parts = [frozenset(pks) for site, pks in tied.items() if site not in unknown]
        for part in parts:
            self.cluster.update(dict.fromkeys(part - self._seen, part))
            self._seen |= part
        alone = missing - self._seen - left
        self._seen |= alone
        self.cluster.update((pk, frozenset({pk})) for pk in self._read_rows(alone))
        return left

    def _stood(self, clues: set[int]) -> dict[int, frozenset[int]]:
        """The clusters of some clues before they were cut, by each of their clues."""
        pieces = self._pieces(clues)
        self.know(set().union(*pieces))
        marks = {self._cut_from[pk] for piece in pieces for pk in piece}
        if None in marks:
            raise NotNotedError
        cut: dict[int, set[int]] = {}
        if marks := marks - {0}:
            rows = ClueSignals.objects.filter(cut_from__gt=0, cut_from__in=marks)
            for pk, mark in rows.exclude(clue__status__in=OUT_OF_PLAY).values_list("clue_id", "cut_from"):
                cut.setdefault(mark or 0, set()).add(pk)
            self._pieces(set().union(*cut.values()))
            self.know(set().union(*cut.values()))
        parts = {piece for piece in pieces if not self._cut_from[next(iter(piece))]}
        return {pk: part for part in parts | set(map(frozenset, cut.values())) for pk in part}

    def _pieces(self, clues: set[int]) -> set[frozenset[int]]:
        if self._recall(clues):
            raise NotNotedError
        return {self.cluster[pk] for pk in clues if pk in self.cluster}

    def _read_rows(self, clues: set[int]) -> set[int]:
        """Signals are left as text: few are compared."""
        if not clues:
            return set()
        rows = ClueSignals.objects.filter(clue__in=clues).exclude(clue__status__in=OUT_OF_PLAY)
        values = rows.annotate(said=Cast("content", TextField()))
        came = set()
        for pk, digest, uid, cut_from, said in values.values_list(
            "clue_id", "digest", "clue__uid", "cut_from", "said"
        ):
            self.key[pk] = key = f"{digest}:{uid}"
            self.by_key[key], self._digest[key] = pk, digest
            self._content.setdefault(digest, said)
            self._cut_from[pk] = cut_from
            came.add(pk)
        return came

    def _read(self, digest: str) -> Signals:
        if digest not in self._signals:
            self._signals[digest] = Signals.from_dict(json.loads(self._content[digest]))
        return self._signals[digest]

    def _neighbours(self, clues: Collection[int]) -> set[int]:
        """Clues at the other end of links that make clusters."""
        rows = ClueLink.objects.filter(ACCEPTED, Q(first__in=clues) | Q(second__in=clues))
        return self._accepted_note(rows)

    def _accepted_note(self, links: QuerySet[ClueLink]) -> set[int]:
        found = set()
        for one, other, points, decision in links.values_list("first_id", "second_id", "points", "decision"):
            self._accepted[one, other] = points, decision == LinkDecision.TOGETHER
            found |= {one, other}
        return found

    def _apart_note(self, links: QuerySet[ClueLink]) -> None:
        self._apart.update(links.values_list("first_id", "second_id"))

    # -- working ---------------------------------------------------------------------------------------------------

    def _parted_among(self, clues: set[int]) -> list[frozenset[int]]:
        """Clusters of some clues, their links read first."""
        if len(clues) > 1:
            links = ClueLink.objects.filter(first__in=clues, second__in=clues)
            self._accepted_note(links.filter(ACCEPTED))
            self._apart_note(links.filter(APART))
        return self._parted(clues)

    def _parted(self, clues: set[int]) -> list[frozenset[int]]:
        """Clusters of some clues, as if there were no others, before they are cut."""
        strong = [
            Link(self.key[one], self.key[other], points, must=must)
            for (one, other), (points, must) in self._accepted.items()
            if one in clues and other in clues
        ]
        found = partition(
            [self.key[pk] for pk in clues],
            strong,
            apart=self.named(self._apart),
            contradicts=self.contradicts,
        )
        return [frozenset(self.by_key[name] for name in part) for part in found]

    def _cut(self, parts: Iterable[frozenset[int]]) -> None:
        """Take clusters in as they come apart at a change of operator, and note which do."""
        wholes = list(parts)
        pieces = self._operators(wholes)
        marks = cut_marks(wholes, pieces).items()
        self.cuts.update((pk, mark) for pk, mark in marks if self._cut_from[pk] != mark)
        for piece in pieces:
            self.cluster.update(dict.fromkeys(piece, piece))

    def _operators(self, parts: Iterable[frozenset[int]]) -> list[frozenset[int]]:
        musts = [
            Link(self.key[one], self.key[other], must=True)
            for (one, other), (_, must) in self._accepted.items()
            if must and one in self.key and other in self.key
        ]
        keys = [frozenset(self.key[pk] for pk in part) for part in parts]
        found = by_operator(keys, lambda key: self._read(self._digest[key]), musts)
        return [frozenset(self.by_key[name] for name in part) for part in found]


def _differing(before: Collection[frozenset[int]], after: Collection[frozenset[int]]) -> set[int]:
    return {pk for part in set(before) ^ set(after) if len(part) > 1 for pk in part}
