"""Chainable filters over institutions."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any, Self

from django.db.models import Exists, F, OuterRef, Q

from accounts.querysets import ScopedQuerySet
from institutions.models.choices import AXIS_KINDS, ENDED, OperatingState, StateKind
from institutions.search import escape_like, is_latin, normalise

if TYPE_CHECKING:
    from institutions.models import Institution

HITS_WEIGHED = 300
SEARCH_COLUMNS = ("search_text", "name_grams", "py", "py_text")
PER_FIELD = {**AXIS_KINDS, "operating_state": StateKind.OPERATING_STATE}


class InstitutionQuerySet(ScopedQuerySet["Institution"]):
    """Institutions of a scope."""

    def search(self, query: str) -> Self:
        """Rows whose names, aliases, address, phone or codes contain the query, or whose pinyin does; see
        `search_terms`."""
        terms = search_terms(normalise(query))
        return self.filter(any_of(terms)) if terms else self

    def operating(self) -> Self:
        """Places that teach now."""
        return self.filter(operating_state=OperatingState.OPERATING)

    def present(self) -> Self:
        """Places that have not ended."""
        return self.exclude(operating_state__in=ENDED)

    def valued_on(self, field: str, value: str, day: date) -> Self:
        """Rows whose axis or state `field` was `value` on `day`, from spans, else from the present value."""
        spans = self._spans(PER_FIELD[field])
        covered = Exists(spans.filter(span__contains=day))
        was = Exists(spans.filter(span__contains=day, value=value))
        if field == "operating_state":
            return self.filter(was)
        return self.filter(was | (Q(**{field: value}) & ~covered))

    def operating_on(self, day: date) -> Self:
        """Places whose operating state was OPERATING on `day`."""
        return self.valued_on("operating_state", OperatingState.OPERATING, day)

    @staticmethod
    def _spans(kind: str):  # type: ignore[no-untyped-def]
        from institutions.models.states import InstitutionState

        return InstitutionState._base_manager.filter(institution=OuterRef("pk"), kind=kind)

    def ranked(self, query: str, limit: int) -> list[Institution]:
        """At most `limit` hits, best first: position of the match, then shorter names, present before ended."""
        text = normalise(query)
        hits = list(
            self.search(query).order_by().values_list("operating_state", "name_norm", "pk")[:HITS_WEIGHED]
        )
        hits.sort(key=lambda hit: (hit[0] in ENDED, _place(hit[1], text), len(hit[1]), hit[1], hit[2]))
        best = [pk for _, _, pk in hits[:limit]]
        rows = self.defer(*SEARCH_COLUMNS).in_bulk(best) if best else {}
        return [rows[pk] for pk in best]

    def nulls_last(self, *fields: str) -> Self:
        """Ordered by fields with empty values last."""
        return self.order_by(*(F(name).asc(nulls_last=True) for name in fields))


def _place(name: str, text: str) -> int:
    position = name.find(text)
    return position if position >= 0 else 999


def search_terms(text: str) -> dict[str, Any]:
    """Lookups of which a hit of a normalised query fulfils one.

    One character matches the beginning of the name, two use the bigram index, more the trigram index; Latin letters
    also match pinyin and initials. A public number (ASCII) matches whole: parts of its random letters would look like
    initials.
    """
    part, beginning = f"%{escape_like(text)}%", f"{escape_like(text)}%"
    if not text:
        return {}
    if is_latin(text):
        by_sound = {"py_text__like": part, "search_text__like": part}
        return {**(by_sound if len(text) > 2 else {"py__like": beginning}), "public_id": text.upper()}
    number = {"public_id": text.upper()} if text.isascii() else {}
    if len(text) == 1:
        return {"name_norm__like": beginning, **number}
    if len(text) == 2:
        return {"name_grams__contains": [text], **number}
    return {"search_text__like": part, **number}


def any_of(terms: Mapping[str, Any]) -> Q:
    """At least one of the lookups."""
    return Q(*terms.items(), _connector=Q.OR)
