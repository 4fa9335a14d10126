"""The look-back campaign place by place: what each of the seven looks found at every institution."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, OuterRef, Q, QuerySet, TextField, Value
from django.db.models.functions import Cast, Coalesce, Concat

from accounts.models import User
from fieldwork.models import Campaign, CampaignKind
from fieldwork.selectors import campaigns_visible
from inspections.models import Finding, Visit
from institutions.models import Institution
from institutions.querysets import SEARCH_COLUMNS
from institutions.selectors import institutions_visible
from reports.data import reporting

SETTLED = {"FIXED", "CLOSED"}
MARK = "|"


@dataclass(frozen=True)
class LookColumn:
    """One of the seven looks; `code` begins the numbers of its checklist items."""

    code: str
    name: str
    question: str


@dataclass(frozen=True)
class LookCell:
    """What one look found at one place: problems, and those of them that are not settled."""

    code: str
    label: str
    found: int
    unsettled: int

    @property
    def tone(self) -> str:
        """Colour of the number."""
        return "bad" if self.unsettled else ("ok" if self.found else "mute")


def look_columns() -> tuple[LookColumn, ...]:
    """The seven looks of the reference data."""
    return tuple(
        LookColumn(look["checklist_aspect"], look["name"], look["question"]) for look in reporting()["looks"]
    )


def look_campaigns(actor: User) -> list[Campaign]:
    """Look-back campaigns that the actor may see, newest first."""
    return list(campaigns_visible(actor).filter(kind=CampaignKind.LOOK_BACK).order_by("-starts_on", "-pk"))


def look_rows(actor: User, campaign: Campaign) -> QuerySet[Institution]:
    """Places of the actor's reach that teach now or were visited, with `visits_made` and the `problems` found."""
    visits = Visit.objects.visible_to(actor).carried_out().filter(deployment__campaign=campaign)
    found = Finding.objects.visible_to(actor).counted().filter(visit__deployment__campaign=campaign)
    here = found.filter(visit__institution=OuterRef("pk")).order_by()
    marks = here.annotate(
        mark=Concat(
            "item_code",
            Value(MARK),
            "status",
            Value(MARK),
            Cast("uid", TextField()),
            output_field=TextField(),
        )
    )
    made = visits.filter(institution=OuterRef("pk")).order_by().values("institution")
    rows = institutions_visible(actor).defer(*SEARCH_COLUMNS)
    return rows.filter(
        Q(operating_state__in=["OPERATING", "SUSPENDED"]) | Q(pk__in=visits.values("institution"))
    ).annotate(
        visits_made=Coalesce(made.annotate(n=Count("pk", distinct=True)).values("n"), 0),
        problems=ArraySubquery(marks.values("mark").distinct()),
    )


def look_cells(problems: Iterable[str]) -> list[LookCell]:
    """The seven cells of one row, and a last one for every problem, of whatever checklist."""
    marks = [mark.split(MARK) for mark in problems]
    cells = [
        _cell(
            column.code,
            f"{column.code} {column.name}",
            [mark for mark in marks if mark[0].startswith(f"{column.code}-")],
        )
        for column in look_columns()
    ]
    return [*cells, _cell("", "全部问题", marks)]


def _cell(code: str, label: str, marks: list[list[str]]) -> LookCell:
    return LookCell(code, label, len(marks), sum(mark[1] not in SETTLED for mark in marks))
