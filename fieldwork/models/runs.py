"""Filled checklists."""

from __future__ import annotations

from typing import ClassVar

import pgtrigger
from django.db import models
from django.db.models import F, Q

from accounts.models import Organisation, User
from accounts.querysets import ScopedQuerySet, ScopePaths
from casework.models import RootModel
from casework.models.base import uuid7
from fieldwork.models.checklists import ChecklistItem, ChecklistVersion


class RunStatus(models.TextChoices):
    """Where a filled checklist stands."""

    OPEN = "OPEN", "填写中"
    FINISHED = "FINISHED", "已完成"
    CANCELLED = "CANCELLED", "已作废"


class Verdict(models.TextChoices):
    """What the answers of a finished checklist come to."""

    PASSED = "PASSED", "合格"
    PROBLEMS = "PROBLEMS", "存在问题"
    FAILED = "FAILED", "否决项不合格"


class ChecklistRun(RootModel):
    """One checklist filled for one subject (a visit, a survey, a yearly check) by its team.

    The subject is named by type and uid because it lives in a higher room; `about` is the uid of the
    institution on whose file it belongs. Points are frozen when the run is finished.
    """

    checklist_version = models.ForeignKey(
        ChecklistVersion, models.PROTECT, related_name="runs", verbose_name="清单版本"
    )
    subject_type = models.CharField(max_length=60)
    subject_uid = models.UUIDField()
    about = models.UUIDField(null=True, blank=True)
    status = models.CharField("状态", max_length=10, choices=RunStatus.choices, default=RunStatus.OPEN)
    departments = models.ManyToManyField(Organisation, blank=True, related_name="+", verbose_name="参加部门")
    opened_at = models.DateTimeField("开始时间")
    finished_at = models.DateTimeField("完成时间", null=True, blank=True)
    finished_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    earned = models.PositiveSmallIntegerField("得分", null=True, blank=True)
    possible = models.PositiveSmallIntegerField("应得分", null=True, blank=True)
    failed_count = models.PositiveSmallIntegerField("问题数", null=True, blank=True)
    star_failed_count = models.PositiveSmallIntegerField("否决项问题数", null=True, blank=True)
    verdict = models.CharField("结论", max_length=10, choices=Verdict.choices, blank=True, default="")

    scope_paths: ClassVar[ScopePaths] = ScopePaths(participants=("departments",))
    objects = ScopedQuerySet["ChecklistRun"].as_manager()

    class Meta:
        verbose_name = "检查清单记录"
        constraints = [
            models.UniqueConstraint(
                fields=["subject_uid", "checklist_version"],
                condition=~Q(status="CANCELLED"),
                name="fieldwork_checklistrun_once",
            ),
            models.CheckConstraint(
                condition=~Q(status="FINISHED")
                | (
                    Q(finished_at__isnull=False)
                    & Q(finished_by__isnull=False)
                    & Q(earned__isnull=False)
                    & Q(possible__isnull=False)
                    & Q(failed_count__isnull=False)
                    & Q(star_failed_count__isnull=False)
                    & ~Q(verdict="")
                ),
                name="fieldwork_checklistrun_finished",
            ),
            models.CheckConstraint(
                condition=Q(earned__isnull=True) | Q(earned__lte=F("possible")),
                name="fieldwork_checklistrun_points",
            ),
        ]
        indexes = [models.Index(fields=["about", "-opened_at"], name="fieldwork_run_about")]

    def __str__(self) -> str:
        return self.checklist_version.name

    @property
    def file_uid(self) -> object:
        """The institution on whose timeline the run's events are shown."""
        return self.about


FITTING_ANSWER = pgtrigger.Trigger(
    name="fit_open_run",
    operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
    when=pgtrigger.Before,
    declare=[("held", "RECORD")],
    func="""
    SELECT status, checklist_version_id INTO held FROM fieldwork_checklistrun
        WHERE id = CASE WHEN TG_OP = 'INSERT' THEN NEW.run_id ELSE OLD.run_id END;
    IF held.status <> 'OPEN' THEN
        RAISE EXCEPTION 'answers of a closed checklist run never change';
    END IF;
    IF TG_OP = 'DELETE' THEN
        RETURN OLD;
    END IF;
    IF NOT EXISTS (
        SELECT 1 FROM fieldwork_checklistitem
        WHERE id = NEW.item_id AND version_id = held.checklist_version_id
    ) THEN
        RAISE EXCEPTION 'an answer belongs to an item of the version of its run';
    END IF;
    RETURN NEW;
    """,
)


class ChecklistAnswer(models.Model):
    """What one person found at one item, the last word of several; earlier words are in the audit log."""

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    run = models.ForeignKey(ChecklistRun, models.PROTECT, related_name="answers")
    item = models.ForeignKey(ChecklistItem, models.PROTECT, related_name="answers")
    value = models.CharField("结果", max_length=300)
    note = models.CharField("说明", max_length=500, blank=True, default="")
    no_photo_reason = models.CharField("未拍照原因", max_length=100, blank=True, default="")
    answered_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    answered_at = models.DateTimeField("填写时间")

    scope_paths: ClassVar[ScopePaths] = ScopePaths(
        bureau="run__bureau", region="run__region_path", participants=("run__departments",)
    )
    objects = ScopedQuerySet["ChecklistAnswer"].as_manager()

    class Meta:
        verbose_name = "检查结果"
        constraints = [
            models.UniqueConstraint(fields=["run", "item"], name="fieldwork_checklistanswer_once"),
            models.CheckConstraint(condition=~Q(value=""), name="fieldwork_checklistanswer_given"),
        ]
        triggers = [FITTING_ANSWER]

    def __str__(self) -> str:
        return f"{self.item.code} {self.value}"
