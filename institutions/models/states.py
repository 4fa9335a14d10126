"""States of an institution over time."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import Q

from accounts.models import Organisation
from accounts.querysets import ScopedQuerySet, ScopePaths
from casework.models import StateSpan
from institutions.models.choices import StateKind, state_label
from institutions.models.institutions import Institution


class InstitutionState(StateSpan):
    """What one state of an institution was over a span of days; two spans of a kind never overlap."""

    institution = models.ForeignKey(Institution, models.PROTECT, related_name="states")
    kind = models.CharField("事项", max_length=20, choices=StateKind.choices)

    scope_paths: ClassVar[ScopePaths] = ScopePaths(
        bureau="institution__bureau",
        region="institution__region_path",
        counterpart="institution__organisation",
        participants=("institution__competent_department", "institution__participations__organisation"),
    )
    objects = ScopedQuerySet["InstitutionState"].as_manager()

    class Meta:
        verbose_name = "机构状态"
        constraints = [
            ExclusionConstraint(
                name="institutions_institutionstate_one",
                expressions=[
                    ("institution", RangeOperators.EQUAL),
                    ("kind", RangeOperators.EQUAL),
                    ("span", RangeOperators.OVERLAPS),
                ],
            ),
            models.CheckConstraint(
                condition=Q(span__isempty=False), name="institutions_institutionstate_days"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=StateKind.values), name="institutions_institutionstate_kind"
            ),
        ]
        indexes = [models.Index(fields=["kind", "value"], name="institutions_state_value")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}：{self.value_label}"

    @property
    def value_label(self) -> str:
        """Chinese word of the value."""
        return state_label(self.kind, self.value)


class Participation(models.Model):
    """A partner department takes part in work on an institution, so its people may open the file.

    Written by the rooms whose work it is, with the number or name of that work.
    """

    institution = models.ForeignKey(Institution, models.PROTECT, related_name="participations")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    source = models.CharField("参与事由", max_length=120)
    since = models.DateField("起始日期")

    scope_paths: ClassVar[ScopePaths] = ScopePaths(
        bureau="institution__bureau", region="institution__region_path", participants=("organisation",)
    )
    objects = ScopedQuerySet["Participation"].as_manager()

    class Meta:
        verbose_name = "部门参与"
        constraints = [
            models.UniqueConstraint(
                fields=["institution", "organisation"], name="institutions_participation_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisation} {self.source}"
