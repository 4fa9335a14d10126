"""The result of a draw as rows: places in order, officers of their teams."""

from __future__ import annotations

from typing import ClassVar

import pgtrigger
from django.db import models
from django.db.models import Q

from accounts.models import OfficerCertificate, Organisation
from accounts.querysets import ScopedQuerySet, ScopePaths
from draws.models.draws import Draw
from inspections.models import Deployment
from institutions.models import Institution


class DrawnPlace(models.Model):
    """One drawn place: its order, its layer, its team or why none could be found, and the outing made for it."""

    draw = models.ForeignKey(Draw, models.PROTECT, related_name="places")
    position = models.PositiveIntegerField("抽取顺序")
    institution = models.ForeignKey(
        Institution, models.PROTECT, related_name="drawn", verbose_name="检查对象"
    )
    stratum = models.CharField("分层", max_length=40)
    stratum_label = models.CharField("分层名称", max_length=120)
    team_number = models.PositiveIntegerField("组号")
    organ = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="检查机关"
    )
    problem = models.CharField("未能编组的原因", max_length=40, blank=True, default="")
    deployment = models.ForeignKey(
        Deployment,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="drawn_places",
        verbose_name="检查方案",
    )

    scope_paths: ClassVar[ScopePaths] = ScopePaths(
        bureau="draw__bureau",
        region="draw__region_path",
        participants=("draw__lead_organ", "draw__organs"),
    )
    objects = ScopedQuerySet["DrawnPlace"].as_manager()

    class Meta:
        verbose_name = "抽中的检查对象"
        ordering = ["draw", "position"]
        constraints = [
            models.UniqueConstraint(fields=["draw", "position"], name="draws_drawnplace_position"),
            models.UniqueConstraint(fields=["draw", "institution"], name="draws_drawnplace_once"),
            models.CheckConstraint(
                condition=Q(organ__isnull=False) | ~Q(problem=""), name="draws_drawnplace_team_or_reason"
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="keep_drawn", operation=pgtrigger.Delete),
            pgtrigger.Trigger(
                name="keep_result",
                operation=pgtrigger.Update,
                when=pgtrigger.Before,
                func="""
                IF (OLD.draw_id, OLD.position, OLD.institution_id, OLD.stratum, OLD.team_number, OLD.organ_id)
                    IS DISTINCT FROM (NEW.draw_id, NEW.position, NEW.institution_id, NEW.stratum,
                    NEW.team_number, NEW.organ_id) THEN
                    RAISE EXCEPTION 'draw: what was drawn never changes';
                END IF;
                RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.position}. {self.institution}"


class DrawnOfficer(models.Model):
    """One officer of one drawn team, by the certificate that the pool held."""

    draw = models.ForeignKey(Draw, models.PROTECT, related_name="drawn_officers")
    team_number = models.PositiveIntegerField("组号")
    seat = models.PositiveSmallIntegerField("组内顺序")
    certificate = models.ForeignKey(OfficerCertificate, models.PROTECT, related_name="+")

    scope_paths: ClassVar[ScopePaths] = ScopePaths(
        bureau="draw__bureau",
        region="draw__region_path",
        participants=("draw__lead_organ", "draw__organs"),
    )
    objects = ScopedQuerySet["DrawnOfficer"].as_manager()

    class Meta:
        verbose_name = "抽派的执法人员"
        ordering = ["draw", "team_number", "seat"]
        constraints = [
            models.UniqueConstraint(fields=["draw", "team_number", "seat"], name="draws_drawnofficer_seat"),
            models.UniqueConstraint(
                fields=["draw", "team_number", "certificate"], name="draws_drawnofficer_once"
            ),
        ]
        triggers = [pgtrigger.Protect(name="keep_drawn", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.team_number}-{self.seat} {self.certificate}"
