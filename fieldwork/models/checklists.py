"""Checklists and their versions. A published version never changes; a new version is a new row."""

from __future__ import annotations

from typing import Any, ClassVar

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from accounts.models import Bureau, User
from accounts.querysets import ScopePaths
from casework.data import DEPARTMENTS
from casework.models.base import uuid7
from casework.models.policy import VERIFIED
from fieldwork.querysets import ChecklistItemQuerySet, ChecklistQuerySet, ChecklistVersionQuerySet


class Checklist(models.Model):
    """A checklist by name, whatever its version. Without a bureau it is the national one."""

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    bureau = models.ForeignKey(Bureau, models.PROTECT, null=True, blank=True, related_name="+")
    code = models.CharField("代码", max_length=40)
    name = models.CharField("名称", max_length=100)

    scope_paths: ClassVar[ScopePaths] = ScopePaths(region="bureau__region__path")
    objects = ChecklistQuerySet.as_manager()

    class Meta:
        verbose_name = "检查清单"
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(
                fields=["code"], condition=Q(bureau__isnull=True), name="fieldwork_checklist_national_code"
            ),
            models.UniqueConstraint(fields=["bureau", "code"], name="fieldwork_checklist_code"),
        ]

    def __str__(self) -> str:
        return self.name


class VersionState(models.TextChoices):
    """Whether a version may be used for new runs."""

    DRAFT = "DRAFT", "草稿"
    PUBLISHED = "PUBLISHED", "已发布"
    RETIRED = "RETIRED", "已停用"


FROZEN_VERSION = pgtrigger.Trigger(
    name="freeze_published",
    operation=pgtrigger.Update | pgtrigger.Delete,
    when=pgtrigger.Before,
    func="""
    IF TG_OP = 'DELETE' THEN
        IF OLD.state <> 'DRAFT' THEN
            RAISE EXCEPTION 'checklist version % is published and stays', OLD.id;
        END IF;
        RETURN OLD;
    END IF;
    IF OLD.state <> 'DRAFT' AND (
        NEW.state = 'DRAFT' OR NEW.uid <> OLD.uid OR NEW.checklist_id <> OLD.checklist_id
        OR NEW.number <> OLD.number OR NEW.effective_on <> OLD.effective_on OR NEW.name <> OLD.name
        OR NEW.content <> OLD.content OR NEW.content_hash <> OLD.content_hash
    ) THEN
        RAISE EXCEPTION 'checklist version % is published and never changes', OLD.id;
    END IF;
    RETURN NEW;
    """,
)

FROZEN_ITEM = pgtrigger.Trigger(
    name="freeze_published",
    operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
    when=pgtrigger.Before,
    declare=[("held", "BIGINT")],
    func="""
    held := CASE WHEN TG_OP = 'INSERT' THEN NEW.version_id ELSE OLD.version_id END;
    IF EXISTS (SELECT 1 FROM fieldwork_checklistversion WHERE id = held AND state <> 'DRAFT')
        OR (TG_OP = 'UPDATE' AND NEW.version_id <> OLD.version_id) THEN
        RAISE EXCEPTION 'items of checklist version % are published and never change', held;
    END IF;
    IF TG_OP = 'DELETE' THEN
        RETURN OLD;
    END IF;
    RETURN NEW;
    """,
)


class ChecklistVersion(models.Model):
    """The wording of a checklist that was in force from a day on, frozen with its hash.

    A filled form keeps its version, so what an officer was asked stays readable for ever. The
    database refuses any change of a published version (trigger `freeze_published`).
    """

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    checklist = models.ForeignKey(Checklist, models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField("版本")
    name = models.CharField("名称", max_length=100)
    content = models.JSONField("内容")
    content_hash = models.CharField("内容哈希", max_length=64)
    effective_on = models.DateField("施行日期")
    state = models.CharField("状态", max_length=10, choices=VersionState.choices, default=VersionState.DRAFT)
    published_at = models.DateTimeField("发布时间", null=True, blank=True)
    published_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    based_on = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="依据版本"
    )
    change_note = models.CharField("修改说明", max_length=300, blank=True, default="")
    drafted_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    editors = models.ManyToManyField(User, blank=True, related_name="+", verbose_name="起草人员")
    retired_at = models.DateTimeField("停用时间", null=True, blank=True)
    retired_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    retire_reason = models.CharField("停用理由", max_length=200, blank=True, default="")

    scope_paths: ClassVar[ScopePaths] = ScopePaths(region="checklist__bureau__region__path")
    objects = ChecklistVersionQuerySet.as_manager()

    class Meta:
        verbose_name = "检查清单版本"
        ordering = ["checklist", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["checklist", "number"], name="fieldwork_checklistversion_number"),
            models.CheckConstraint(
                condition=Q(state="DRAFT") | (Q(published_at__isnull=False) & Q(published_by__isnull=False)),
                name="fieldwork_checklistversion_published",
            ),
            models.CheckConstraint(
                condition=Q(published_by__isnull=True)
                | Q(drafted_by__isnull=True)
                | ~Q(published_by=F("drafted_by")),
                name="fieldwork_checklistversion_second_person",
            ),
        ]
        triggers = [FROZEN_VERSION]

    def __str__(self) -> str:
        return f"{self.name} 第{self.number}版"

    @property
    def answer_values(self) -> tuple[str, ...]:
        """Codes that an answer may take; the first one means “in order”."""
        return tuple(self.content["answers"])

    @property
    def answer_labels(self) -> dict[str, str]:
        """Chinese labels of the answer codes, in the order of the codes."""
        labels: dict[str, str] = self.content["answer_labels"]
        return {code: labels[code] for code in self.answer_values}

    @property
    def passing_answer(self) -> str:
        """The answer that means “in order”."""
        return self.answer_values[0]

    @property
    def failing_answer(self) -> str:
        """The answer that means “a problem”."""
        return str(self.content["failing_answer"])

    @property
    def basis_documents(self) -> list[dict[str, Any]]:
        """Documents that the items cite, with the day from which each is in force."""
        documents: list[dict[str, Any]] = self.content.get("basis_documents", [])
        return documents


class AnswerKind(models.TextChoices):
    """What an item asks for: a judgement, or a fact that earns no points."""

    CHOICE = "CHOICE", "判断"
    COUNT = "COUNT", "计数"
    NUMBER = "NUMBER", "数值"
    DATE = "DATE", "日期"
    TEXT = "TEXT", "文字"


class ChecklistItem(models.Model):
    """One question of one version: what to look at, its basis, and whether it alone fails the check.

    `refer_to` is the kind of department that takes a failure over; without it the first of `departments`.
    """

    version = models.ForeignKey(ChecklistVersion, models.PROTECT, related_name="items")
    position = models.PositiveSmallIntegerField("次序")
    aspect_code = models.CharField("方面代码", max_length=10)
    aspect_name = models.CharField("方面", max_length=60)
    code = models.CharField("代码", max_length=10)
    text = models.CharField("检查内容", max_length=300)
    hint = models.CharField("提示", max_length=300, blank=True, default="")
    basis = models.JSONField("依据", default=list)
    is_star = models.BooleanField("否决项", default=False)
    weight = models.PositiveSmallIntegerField("分值", default=1)
    see = ArrayField(models.CharField(max_length=4), verbose_name="检查方式", default=list)
    departments = ArrayField(models.CharField(max_length=20), verbose_name="责任部门", default=list)
    requires_photo_on_fail = models.BooleanField("不合格须拍照", default=False)
    requires_note_on_fail = models.BooleanField("不合格须说明", default=False)
    usual_handling = models.CharField("通常处理", max_length=10, blank=True, default="")
    indicator_key = models.CharField("对应指标", max_length=60, blank=True, default="")
    confidence = models.CharField("核实情况", max_length=20, default="unverified")
    answer_kind = models.CharField(
        "填写方式", max_length=8, choices=AnswerKind.choices, default=AnswerKind.CHOICE
    )
    unit = models.CharField("单位", max_length=10, blank=True, default="")
    minimum = models.DecimalField("最小值", max_digits=14, decimal_places=2, null=True, blank=True)
    maximum = models.DecimalField("最大值", max_digits=14, decimal_places=2, null=True, blank=True)
    is_optional = models.BooleanField("可以不填", default=False)
    requires_photo = models.BooleanField("填写即须拍照", default=False)
    refer_to = models.CharField("接收部门", max_length=20, blank=True, default="")

    scope_paths: ClassVar[ScopePaths] = ScopePaths(region="version__checklist__bureau__region__path")
    objects = ChecklistItemQuerySet.as_manager()

    class Meta:
        verbose_name = "检查项目"
        ordering = ["version", "position"]
        constraints = [
            models.UniqueConstraint(fields=["version", "code"], name="fieldwork_checklistitem_code"),
            models.UniqueConstraint(fields=["version", "position"], name="fieldwork_checklistitem_position"),
            models.CheckConstraint(condition=Q(weight__gte=1), name="fieldwork_checklistitem_weight"),
            models.CheckConstraint(
                condition=Q(answer_kind="CHOICE") | Q(is_star=False),
                name="fieldwork_checklistitem_star_judged",
            ),
            models.CheckConstraint(
                condition=~Q(answer_kind="CHOICE") | Q(is_optional=False),
                name="fieldwork_checklistitem_judged_always",
            ),
        ]
        triggers = [FROZEN_ITEM]

    def __str__(self) -> str:
        return f"{self.code} {self.text}"

    @property
    def is_verified(self) -> bool:
        """Whether somebody read its basis in the text; what the house designed itself cites nothing to check."""
        return self.confidence in {*VERIFIED, "design"}

    @property
    def is_judged(self) -> bool:
        """Whether the answer is in order or not, and counts points."""
        return self.answer_kind == AnswerKind.CHOICE

    @property
    def receiver(self) -> str:
        """Kind of the department that takes a failure of this item over."""
        return self.refer_to or (self.departments or ["EDUCATION"])[0]

    @property
    def receiver_name(self) -> str:
        """Its Chinese name."""
        return DEPARTMENTS.get(self.receiver, self.receiver)

    @property
    def department_names(self) -> list[str]:
        """Chinese names of the responsible departments."""
        return [DEPARTMENTS.get(code, code) for code in self.departments]
