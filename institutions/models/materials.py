"""Training materials and their review (凡编必审、凡用必审; mechanism N29)."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from django.db import models
from django.db.models import F, Q

from accounts.models import User
from accounts.querysets import ScopedQuerySet, ScopePaths
from casework.models import RootModel
from institutions.models.institutions import Institution


class MaterialKind(models.TextChoices):
    """Where a material comes from."""

    PUBLISHED = "PUBLISHED", "正式出版物"
    SELF_MADE = "SELF_MADE", "自编材料"
    DIGITAL = "DIGITAL", "数字资源"


class MaterialOrigin(models.TextChoices):
    """How a material came before the bureau."""

    SUBMITTED = "SUBMITTED", "机构报审"
    FOUND = "FOUND", "检查发现"


class MaterialStatus(models.TextChoices):
    """Where the review of one edition stands."""

    SUBMITTED = "SUBMITTED", "待审核"
    REVIEWED = "REVIEWED", "待审定"
    APPROVED = "APPROVED", "审核通过"
    REJECTED = "REJECTED", "不得使用"
    RETIRED = "RETIRED", "停止使用"
    WITHDRAWN = "WITHDRAWN", "机构撤回"


class TrainingMaterial(RootModel):
    """One edition of a material that an institution trains with, reviewed by one person and decided by another."""

    institution = models.ForeignKey(
        Institution, models.PROTECT, related_name="training_materials", verbose_name="机构"
    )
    title = models.CharField("材料名称", max_length=120)
    edition = models.CharField("版次", max_length=40, help_text="如：2026 年春季版、第 2 版")
    kind = models.CharField("类型", max_length=9, choices=MaterialKind.choices)
    subject = models.CharField("科目（项目）", max_length=40)
    audience = models.CharField("使用对象", max_length=60, help_text="如：小学三至四年级")
    author = models.CharField("编者或出版社", max_length=120)
    isbn = models.CharField("书号", max_length=20, blank=True, default="")
    origin = models.CharField("来源", max_length=9, choices=MaterialOrigin.choices)
    status = models.CharField(
        "状态", max_length=9, choices=MaterialStatus.choices, default=MaterialStatus.SUBMITTED
    )
    submitted_on = models.DateField("报审（发现）日期")
    inner_on = models.DateField("机构内部审核日期", null=True, blank=True)
    opinion = models.CharField("审核意见", max_length=500, blank=True, default="")
    reviewed_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="审核人"
    )
    decided_on = models.DateField("审定日期", null=True, blank=True)
    decided_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="审定人"
    )

    scope_paths: ClassVar[ScopePaths] = ScopePaths(counterpart="institution__organisation")
    objects = ScopedQuerySet["TrainingMaterial"].as_manager()

    class Meta:
        verbose_name = "培训材料"
        constraints = [
            models.UniqueConstraint(
                fields=["institution", "title", "edition"],
                condition=~Q(status="WITHDRAWN"),
                name="institutions_trainingmaterial_once",
                violation_error_message="这家机构的这一版材料已经登记。",
            ),
            models.CheckConstraint(
                condition=~Q(title="") & ~Q(edition=""), name="institutions_trainingmaterial_named"
            ),
            models.CheckConstraint(
                condition=Q(status__in=["SUBMITTED", "WITHDRAWN"])
                | Q(reviewed_by__isnull=False) & ~Q(opinion=""),
                name="institutions_trainingmaterial_reviewed",
                violation_error_message="审核须写明意见。",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["APPROVED", "REJECTED", "RETIRED"])
                | Q(decided_by__isnull=False, decided_on__isnull=False, decided_on__gte=F("submitted_on")),
                name="institutions_trainingmaterial_decided",
                violation_error_message="审定日期不能早于报审日期。",
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("reviewed_by")),
                name="institutions_trainingmaterial_two",
                violation_error_message="审核和审定须由两人分别办理。",
            ),
            models.CheckConstraint(
                condition=~Q(kind="PUBLISHED") | ~Q(isbn=""),
                name="institutions_trainingmaterial_isbn",
                violation_error_message="正式出版物须填写书号。",
            ),
        ]
        indexes = [models.Index(fields=["bureau", "status"], name="institutions_material_state")]

    def __str__(self) -> str:
        return f"《{self.title}》{self.edition}"

    @property
    def file_uid(self) -> UUID:
        """The file on whose timeline events about this row belong."""
        return self.institution.uid
