"""The register of schools."""

from __future__ import annotations

from typing import ClassVar

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q

from accounts.models import Organisation
from accounts.querysets import ScopePaths
from casework.models import RootModel
from schools.querysets import SchoolQuerySet


class Stage(models.TextChoices):
    """Which years a school teaches."""

    KINDERGARTEN = "KINDERGARTEN", "幼儿园"
    PRIMARY = "PRIMARY", "小学"
    JUNIOR = "JUNIOR", "初中"
    NINE_YEAR = "NINE_YEAR", "九年一贯制"
    SENIOR = "SENIOR", "高中"
    COMPLETE = "COMPLETE", "完全中学"
    VOCATIONAL = "VOCATIONAL", "中等职业"
    SPECIAL = "SPECIAL", "特殊教育"


COMPULSORY = (Stage.PRIMARY, Stage.JUNIOR, Stage.NINE_YEAR, Stage.COMPLETE)


class SchoolKind(models.TextChoices):
    """Who runs it."""

    PUBLIC = "PUBLIC", "公办"
    PRIVATE = "PRIVATE", "民办"


CODE = RegexValidator(r"^[0-9A-Z]{6,12}$", "学校标识码为 6 至 12 位数字或大写字母。")


class School(RootModel):
    """One school or kindergarten that the bureau asks and that answers: its code, place, stage and contact.

    `organisation` is the body that its people act for in the counterpart portal; without it nobody there has an
    account yet. `pupil_count` is the roll, a count; the register holds no pupil.
    """

    code = models.CharField("学校标识码", max_length=12, validators=[CODE])
    name = models.CharField("学校名称", max_length=100)
    stage = models.CharField("学段", max_length=12, choices=Stage.choices)
    kind = models.CharField("办学性质", max_length=8, choices=SchoolKind.choices, default=SchoolKind.PUBLIC)
    address = models.CharField("地址", max_length=200, blank=True, default="")
    contact_desk = models.CharField("联系部门", max_length=60, blank=True, default="")
    phone = models.CharField("联系电话", max_length=40, blank=True, default="")
    class_count = models.PositiveIntegerField("班级数", default=0)
    pupil_count = models.PositiveIntegerField("在校学生数", default=0)
    organisation = models.OneToOneField(
        Organisation, models.PROTECT, null=True, blank=True, related_name="school", verbose_name="办事主体"
    )
    closed_on = models.DateField("停办或撤并日期", null=True, blank=True)
    closed_reason = models.CharField("停办或撤并原因", max_length=200, blank=True, default="")

    scope_paths: ClassVar[ScopePaths] = ScopePaths(counterpart="organisation")
    objects = SchoolQuerySet.as_manager()

    class Meta:
        verbose_name = "学校"
        ordering = ["region_path", "stage", "name"]
        constraints = [
            models.UniqueConstraint(fields=["bureau", "code"], name="schools_school_code"),
            models.UniqueConstraint(fields=["bureau", "name"], name="schools_school_name"),
            models.CheckConstraint(
                condition=Q(closed_on__isnull=True) & Q(closed_reason="")
                | Q(closed_on__isnull=False) & ~Q(closed_reason=""),
                name="schools_school_closed_reason",
            ),
        ]
        indexes = [models.Index(fields=["bureau", "region_path"], name="schools_school_place")]

    def __str__(self) -> str:
        return self.name

    @property
    def is_open(self) -> bool:
        """Whether the school still teaches."""
        return self.closed_on is None

    @property
    def state_word(self) -> str:
        """Its state in a word."""
        return "在办" if self.is_open else "停办或撤并"
