"""Users, their roles and officers' certificates."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cached_property
from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import Q

from accounts import roles
from accounts.models.organisations import Bureau, Organisation, OrganisationKind
from accounts.models.regions import RegionLevel
from accounts.querysets import Reach, ScopedQuerySet, ScopePaths


class UserManager(BaseUserManager["User"]):
    """Finds users by user name, case-insensitively for Latin letters; knows row scope."""

    def get_queryset(self) -> ScopedQuerySet[User]:
        return ScopedQuerySet(self.model, using=self._db)

    def visible_to(self, actor: User) -> ScopedQuerySet[User]:
        """People inside the actor's reach."""
        return self.get_queryset().visible_to(actor)

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(username__iexact=username)


class User(AbstractBaseUser):
    """A person (or the system) who acts in the product.

    The system user signs what jobs do, so that no audit event is without an actor.
    """

    username = models.CharField("账号", max_length=40, unique=True)
    name = models.CharField("姓名", max_length=40)
    title = models.CharField("职务", max_length=40, blank=True, default="")
    phone = models.CharField("办公电话", max_length=40, blank=True, default="")
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, related_name="users", verbose_name="单位"
    )
    bureau = models.ForeignKey(Bureau, models.PROTECT, null=True, blank=True, related_name="users")
    is_active = models.BooleanField("启用", default=True)
    is_system = models.BooleanField("系统账号", default=False)
    must_change_password = models.BooleanField("首次登录须改密", default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    scope_paths: ClassVar[ScopePaths] = ScopePaths(
        region="organisation__region_path", participants=("organisation",), counterpart="organisation"
    )
    objects: ClassVar[UserManager] = UserManager()

    class Meta:
        verbose_name = "用户"
        constraints = [
            models.CheckConstraint(
                condition=Q(is_system=True) | (Q(organisation__isnull=False) & Q(bureau__isnull=False)),
                name="accounts_user_belongs",
            ),
            models.UniqueConstraint(
                fields=["is_system"], condition=Q(is_system=True), name="accounts_user_one_system"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @cached_property
    def permissions(self) -> frozenset[str]:
        """Dotted permissions granted through the roles in force today."""
        if self.is_system:
            return roles.all_permissions()
        return roles.permissions_of(self.role_codes)

    @cached_property
    def role_codes(self) -> tuple[str, ...]:
        """Codes of the assigned roles."""
        return tuple(self.role_assignments.values_list("role", flat=True))

    def may(self, permission: str) -> bool:
        """Whether a role grants the action; which rows is a separate question (`visible_to`)."""
        return self.is_active and permission in self.permissions

    @cached_property
    def reach(self) -> Reach:
        """Rows this person reaches, from the kind of the employing organisation."""
        if self.is_system:
            return Reach(everything=True)
        organisation = self.organisation
        if organisation is None:
            return Reach()
        if organisation.is_counterpart:
            return Reach(counterpart_id=organisation.pk)
        if organisation.kind in {OrganisationKind.EDUCATION, OrganisationKind.TOWNSHIP}:
            is_county = organisation.region.level in {RegionLevel.COUNTY, RegionLevel.TOWNSHIP}
            return Reach(
                bureau_id=self.bureau_id if is_county else None, region_path=organisation.region_path
            )
        return Reach(bureau_id=self.bureau_id, department_id=organisation.pk)

    @property
    def is_counterpart(self) -> bool:
        """Whether this person belongs in the counterpart portal."""
        return self.organisation is not None and self.organisation.is_counterpart


class RoleAssignment(models.Model):
    """One role held by one user. What a role may do is defined by the rooms (`accounts.roles`)."""

    user = models.ForeignKey(User, models.PROTECT, related_name="role_assignments")
    role = models.CharField("角色", max_length=30, choices=roles.Role.choices)

    class Meta:
        verbose_name = "角色授予"
        constraints = [models.UniqueConstraint(fields=["user", "role"], name="accounts_roleassignment_once")]

    def __str__(self) -> str:
        return f"{self.user} {self.get_role_display()}"


class OfficerCertificate(models.Model):
    """An administrative enforcement certificate 行政执法证 of one officer for one organ.

    Only its holder, while it is valid, inspects or issues (行政处罚法 第四十二条).
    """

    user = models.ForeignKey(User, models.PROTECT, related_name="certificates")
    organ = models.ForeignKey(Organisation, models.PROTECT, related_name="certificates")
    number = models.CharField("执法证号", max_length=30)
    validity = DateRangeField("有效期")
    revoked_on = models.DateField("收回日期", null=True, blank=True)

    scope_paths: ClassVar[ScopePaths] = ScopePaths(
        bureau="organ__bureau", region="organ__region_path", participants=("organ",)
    )
    objects = ScopedQuerySet["OfficerCertificate"].as_manager()

    class Meta:
        verbose_name = "行政执法证"
        constraints = [
            ExclusionConstraint(
                name="accounts_officercertificate_number_span",
                expressions=[
                    ("number", RangeOperators.EQUAL),
                    ("organ", RangeOperators.EQUAL),
                    ("validity", RangeOperators.OVERLAPS),
                ],
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def last_day(self) -> date | None:
        """Last day of validity as printed on the card; None when it has no end."""
        return self.validity.upper - timedelta(days=1) if self.validity.upper else None

    def is_valid_on(self, day: date) -> bool:
        """Whether the certificate authorises its holder on `day`."""
        lower, upper = self.validity.lower, self.validity.upper
        in_span = (lower is None or lower <= day) and (upper is None or day < upper)
        return in_span and (self.revoked_on is None or day < self.revoked_on)
