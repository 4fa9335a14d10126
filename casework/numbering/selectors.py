"""Reading how numbers look and which comes next. Nothing is taken here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from django.db.models import Q

from accounts.models import Organisation
from casework.models import DocumentKind, NumberCounter, NumberTemplate
from casework.models.policy import VERIFIED
from casework.numbering.patterns import standard_patterns

OWN, BUREAU, STANDARD = "本机关设置", "全县统一设置", "目录格式"


@dataclass(frozen=True)
class PatternUse:
    """How one organ writes numbers of one kind, and what its next number this year will be.

    `is_verified`: set by the bureau, or its words were read in a published form.
    """

    kind: str
    label: str
    pattern: str
    source: str
    last: int
    next_text: str
    is_verified: bool = True

    @property
    def is_set(self) -> bool:
        """Whether somebody has set it, so that it can be taken back."""
        return self.source != STANDARD


def pattern_uses(organ: Organisation, on: date) -> list[PatternUse]:
    """Every kind that bears numbers as `organ` writes it, the catalogue's order (four statements)."""
    rows = NumberTemplate.objects.filter(bureau=organ.bureau_id)
    chosen: dict[str, tuple[str, str]] = {}
    for row in rows.filter(Q(organ=organ) | Q(organ__isnull=True)).order_by("-organ_id"):
        known = chosen.get(row.kind)
        if row.organ_id is not None or known is None:
            chosen[row.kind] = (row.pattern, OWN if row.organ_id else BUREAU)
    counters = NumberCounter.objects.filter(organ=organ, year=on.year)
    last = dict(counters.values_list("kind", "last_value"))
    unchecked = {row.code for row in DocumentKind.objects.exclude(details__confidence__in=sorted(VERIFIED))}
    uses = []
    for kind, (label, standard) in standard_patterns().items():
        pattern, source = chosen.get(kind, (standard, STANDARD))
        is_checked = source != STANDARD or kind not in unchecked
        use = _use(organ, kind, label, pattern, source, last.get(kind, 0), on)
        uses.append(replace(use, is_verified=is_checked))
    return uses


def numbers_of(organ: Organisation, kind: str) -> DocumentKind | None:
    """The kind on whose catalogue words the numbers of an organ rest; None where the bureau set its own."""
    own = NumberTemplate.objects.filter(Q(organ=organ) | Q(organ__isnull=True), bureau=organ.bureau_id)
    return None if own.filter(kind=kind).exists() else DocumentKind.objects.filter(code=kind).first()


def next_numbers(patterns: Mapping[Organisation, str], kind: str, on: date) -> dict[int, str]:
    """By organ, what its next number of `kind` would be if it were written as given; nothing is taken."""
    rows = NumberCounter.objects.filter(organ__in=list(patterns), kind=kind, year=on.year)
    last = dict(rows.values_list("organ_id", "last_value"))
    return {one.pk: _text(one, pattern, last.get(one.pk, 0), on) for one, pattern in patterns.items()}


def own_patterns(bureau_id: int, kind: str) -> dict[int | None, str]:
    """Patterns set for a kind, by organ; None is the whole bureau."""
    rows = NumberTemplate.objects.filter(bureau=bureau_id, kind=kind)
    return dict(rows.values_list("organ_id", "pattern"))


def _use(
    organ: Organisation, kind: str, label: str, pattern: str, source: str, last: int, on: date
) -> PatternUse:
    return PatternUse(kind, label, pattern, source, last, _text(organ, pattern, last, on))


def _text(organ: Organisation, pattern: str, last: int, on: date) -> str:
    return pattern.format(organ=organ.number_word, year=on.year, n=last + 1)
