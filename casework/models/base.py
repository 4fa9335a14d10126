"""What every root row of every room carries."""

from __future__ import annotations

from collections.abc import Collection
from typing import ClassVar
from uuid import UUID

import uuid_utils
from django.contrib.postgres.fields import DateRangeField
from django.db import models

from accounts.models import Bureau, Region, User
from accounts.querysets import ScopePaths


def uuid7() -> UUID:
    """A time-ordered UUID (RFC 9562); clients may bring their own so offline records keep one identity."""
    return UUID(str(uuid_utils.uuid7()))


class RootModel(models.Model):
    """A root row: its identity outside this database, its tenant, its place and its version.

    `region_path` is copied from the region so that scope needs no join; `version` rises with every
    change and lets the second of two editors be told (see `casework.records`).
    """

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    bureau = models.ForeignKey(Bureau, models.PROTECT, related_name="+", verbose_name="主管部门")
    region = models.ForeignKey(Region, models.PROTECT, related_name="+", verbose_name="所在乡镇（街道）")
    region_path = models.CharField(max_length=200, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField("登记时间", auto_now_add=True)
    updated_at = models.DateTimeField("更新时间", auto_now=True)
    created_by = models.ForeignKey(
        User, models.PROTECT, related_name="+", editable=False, verbose_name="登记人"
    )

    scope_paths: ClassVar[ScopePaths] = ScopePaths()

    class Meta:
        abstract = True

    def clean_fields(self, exclude: Collection[str] | None = None) -> None:
        """Check the fields; only keys set by number are looked up, a row at hand is known to be there."""
        at_hand = {
            field.name
            for field in self._meta.concrete_fields
            if isinstance(field, models.ForeignKey) and field.is_cached(self) and getattr(self, field.attname)
        }
        super().clean_fields(at_hand.union(exclude or ()))

    def validate_constraints(self, exclude: Collection[str] | None = None) -> None:
        """Ask the database about all check constraints at once; Django asks one by one, three statements each.

        Only when one is broken are they asked singly, for its own sentence.
        """
        if exclude or not self._checks_hold():
            super().validate_constraints(exclude)
            return
        for model, constraints in self.get_constraints():
            for constraint in constraints:
                if not isinstance(constraint, models.CheckConstraint):
                    constraint.validate(model, self)

    def _checks_hold(self) -> bool:
        checks = models.Q()
        for _, constraints in self.get_constraints():
            for constraint in constraints:
                if isinstance(constraint, models.CheckConstraint):
                    checks &= models.Q(constraint.condition)
        values = self._get_field_expression_map(meta=self._meta)  # type: ignore[attr-defined]
        return not checks or checks.check(values)


class StateSpan(models.Model):
    """A state over time, as a half-open span of days in Asia/Shanghai.

    Concrete tables add the subject and an exclusion constraint, so that "how many on 30 April" and
    "what did the list say that day" are queries.
    """

    value = models.CharField("取值", max_length=40)
    span = DateRangeField("有效期间")
    source_no = models.CharField("依据文号", max_length=60, blank=True, default="")
    recorded_at = models.DateTimeField("记录时间", auto_now_add=True)
    recorded_by = models.ForeignKey(User, models.PROTECT, related_name="+")

    class Meta:
        abstract = True
