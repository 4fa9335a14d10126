"""The tree of grids and the people on duty in it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import ClassVar

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import Q

from accounts.models import Organisation, Region, User
from accounts.querysets import ScopePaths
from casework.models import RootModel
from casework.models.base import uuid7
from institutions.models import Institution
from monitors.querysets import DutyQuerySet, UnitQuerySet


class Net(models.TextChoices):
    """The three nets that lie over a county."""

    STREET = "STREET", "街道社区网格"
    SCHOOL = "SCHOOL", "学校片区网格"
    DEPARTMENT = "DEPARTMENT", "部门包干网"


class GridKind(models.TextChoices):
    """What a unit is; each net has its own levels."""

    STREET = "STREET", "街道（乡镇）"
    COMMUNITY = "COMMUNITY", "社区（村）"
    GRID = "GRID", "网格"
    OFFICE = "OFFICE", "民办教育管理办公室"
    ZONE = "ZONE", "学校片区"
    SCHOOL = "SCHOOL", "学校"
    NET = "NET", "部门包干网"
    POST = "POST", "部门责任片"


K = GridKind
NETS: dict[str, Net] = {
    K.STREET: Net.STREET,
    K.COMMUNITY: Net.STREET,
    K.GRID: Net.STREET,
    K.OFFICE: Net.SCHOOL,
    K.ZONE: Net.SCHOOL,
    K.SCHOOL: Net.SCHOOL,
    K.NET: Net.DEPARTMENT,
    K.POST: Net.DEPARTMENT,
}
TOPS = (K.STREET, K.OFFICE, K.NET)
PARENTS: dict[str, tuple[GridKind, ...]] = {
    K.COMMUNITY: (K.STREET,),
    K.GRID: (K.COMMUNITY, K.STREET),
    K.ZONE: (K.OFFICE,),
    K.SCHOOL: (K.ZONE,),
    K.POST: (K.NET,),
}


class GridUnit(RootModel):
    """One unit of a net: a street, a community, a grid; the office, a school zone, a school; a department's area.

    Its area is `towns` (whole townships) and `places` (institutions one by one); `area` says in words where it
    ends. `path` is the codes from the top (`/GT/GT01/`), so that a tree is read in its order.
    """

    kind = models.CharField("级别", max_length=10, choices=GridKind.choices)
    net = models.CharField("网格体系", max_length=10, choices=Net.choices, editable=False)
    code = models.CharField("编码", max_length=30)
    name = models.CharField("名称", max_length=80)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name="上级"
    )
    path = models.CharField(max_length=200, editable=False)
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="责任单位"
    )
    area = models.CharField("范围", max_length=300, blank=True, default="")
    towns = models.ManyToManyField(
        Region, blank=True, related_name="grid_units", verbose_name="负责的乡镇（街道）"
    )
    places = models.ManyToManyField(
        Institution, blank=True, related_name="grid_units", verbose_name="负责的机构"
    )
    closed_on = models.DateField("停用日期", null=True, blank=True)

    scope_paths: ClassVar[ScopePaths] = ScopePaths(participants=("organisation",), counterpart="organisation")
    objects = UnitQuerySet.as_manager()

    class Meta:
        verbose_name = "网格"
        ordering = ["net", "path"]
        constraints = [
            models.CheckConstraint(condition=~Q(name="") & ~Q(code=""), name="monitors_gridunit_named"),
            models.UniqueConstraint(fields=["bureau", "code"], name="monitors_gridunit_code"),
            models.CheckConstraint(
                condition=Q(kind__in=[str(kind) for kind in TOPS], parent__isnull=True)
                | (~Q(kind__in=[str(kind) for kind in TOPS]) & Q(parent__isnull=False)),
                name="monitors_gridunit_has_parent",
            ),
        ]
        indexes = [models.Index(fields=["bureau", "net", "path"], name="monitors_gridunit_tree")]

    def __str__(self) -> str:
        return self.name

    @property
    def depth(self) -> int:
        """How far below the top, 0 for a top unit."""
        return self.path.count("/") - 2

    @property
    def is_open(self) -> bool:
        """Whether the unit stands."""
        return self.closed_on is None


class DutyPost(models.TextChoices):
    """What somebody is in a unit."""

    HEAD = "HEAD", "负责人"
    WORKER = "WORKER", "网格员（专员）"


class GridDuty(models.Model):
    """One person on duty in one unit for a span of days; the telephone is for staff only."""

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    unit = models.ForeignKey(GridUnit, models.PROTECT, related_name="duties", verbose_name="网格")
    post = models.CharField("岗位", max_length=8, choices=DutyPost.choices)
    name = models.CharField("姓名", max_length=40)
    title = models.CharField("职务", max_length=60, blank=True, default="")
    phone = models.CharField("联系电话", max_length=40, blank=True, default="")
    user = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="grid_duties", verbose_name="账号"
    )
    span = DateRangeField("在岗期间")

    scope_paths: ClassVar[ScopePaths] = ScopePaths(
        bureau="unit__bureau",
        region="unit__region_path",
        participants=("unit__organisation",),
        counterpart="unit__organisation",
    )
    objects = DutyQuerySet.as_manager()

    class Meta:
        verbose_name = "网格责任人"
        ordering = ["post", "id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(name="") & Q(span__isempty=False), name="monitors_gridduty_told"
            ),
            ExclusionConstraint(
                name="monitors_gridduty_once",
                expressions=[
                    ("unit", RangeOperators.EQUAL),
                    ("name", RangeOperators.EQUAL),
                    ("span", RangeOperators.OVERLAPS),
                ],
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def since(self) -> date | None:
        """First day."""
        first: date | None = self.span.lower
        return first

    @property
    def until(self) -> date | None:
        """Last day; None while it goes on."""
        return self.span.upper - timedelta(days=1) if self.span.upper else None
