"""The institution: one place where off-campus training happens or happened."""

from __future__ import annotations

import secrets
from datetime import date
from typing import ClassVar
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Q

from accounts.models import Organisation, User
from accounts.querysets import ScopedQuerySet, ScopePaths
from casework.models import RootModel
from institutions.codes import validate_uscc
from institutions.models.choices import (
    ENDED,
    HOLDS_LICENCE,
    AgeGroup,
    EndKind,
    LicenceState,
    ListStatus,
    OperatingState,
    PlaceKind,
    ProfitKind,
    RiskLevel,
    Standing,
    SubjectKind,
    Track,
)
from institutions.models.people import Person
from institutions.querysets import InstitutionQuerySet

PUBLIC_ALPHABET = "23456789BCDFGHJKMNPQRSTVWXYZ"
OPEN_END = date(9999, 12, 31)


def new_public_id() -> str:
    """Eight signs that read well aloud and on a door sign (no 0/O, 1/I, vowels)."""
    return "".join(secrets.choice(PUBLIC_ALPHABET) for _ in range(8))


class Institution(RootModel):
    """A place of off-campus training, licensed or not, open or closed; nothing is ever deleted.

    Unlicensed and closed places are full records. `list_status`, `licence_state`, `credit_grade`,
    `risk_level` and `enrolment_stopped_until` are copies of the spans in force today
    (`InstitutionState`), written by `institutions.services.institution_projection_set` only.
    `enrolment_stopped_until` is the last day of the stop (9999-12-31: until further notice).
    """

    public_id = models.CharField(
        "公开编号", max_length=12, unique=True, default=new_public_id, editable=False
    )
    name = models.CharField("机构名称", max_length=120)
    aliases = ArrayField(
        models.CharField(max_length=120), verbose_name="别名、门牌名称", default=list, blank=True
    )
    standing = models.CharField("证照情况", max_length=20, choices=Standing.choices)
    uscc = models.CharField(
        "统一社会信用代码", max_length=18, blank=True, default="", validators=[validate_uscc]
    )
    licence_no = models.CharField("办学许可证号", max_length=60, blank=True, default="")
    licence_from = models.DateField("许可证有效期起", null=True, blank=True)
    licence_to = models.DateField("许可证有效期止", null=True, blank=True)
    licence_organ = models.CharField("发证机关", max_length=100, blank=True, default="")
    licence_scope = models.CharField("办学内容", max_length=300, blank=True, default="")
    subject_kind = models.CharField(
        "学科属性", max_length=20, choices=SubjectKind.choices, default=SubjectKind.UNKNOWN
    )
    track = models.CharField("培训类别", max_length=20, choices=Track.choices, default=Track.UNKNOWN)
    profit_kind = models.CharField(
        "营利性质", max_length=20, choices=ProfitKind.choices, default=ProfitKind.UNKNOWN
    )
    is_online = models.BooleanField("线上培训", default=False)
    age_groups = ArrayField(
        models.CharField(max_length=20, choices=AgeGroup.choices),
        verbose_name="招生对象",
        default=list,
        blank=True,
    )
    established_on = models.DateField("成立日期", null=True, blank=True)
    address = models.CharField("地址", max_length=200, blank=True, default="")
    floors = models.CharField("所在楼层", max_length=40, blank=True, default="")
    place_kind = models.CharField(
        "场所类型", max_length=20, choices=PlaceKind.choices, default=PlaceKind.UNKNOWN
    )
    longitude = models.FloatField("经度", null=True, blank=True)
    latitude = models.FloatField("纬度", null=True, blank=True)
    floor_area_m2 = models.DecimalField(
        "建筑面积（平方米）", max_digits=9, decimal_places=2, null=True, blank=True
    )
    capacity = models.PositiveIntegerField("同时段最多学员数", null=True, blank=True)
    head_name = models.CharField("负责人", max_length=40, blank=True, default="")
    contact_name = models.CharField("联系人", max_length=40, blank=True, default="")
    phone = models.CharField("联系电话", max_length=60, blank=True, default="")
    legal_person = models.ForeignKey(
        Person,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="led_institutions",
        verbose_name="法定代表人",
    )
    organisation = models.OneToOneField(
        Organisation,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="institution",
        verbose_name="办事账号单位",
    )
    competent_department = models.ForeignKey(
        Organisation,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="competent_for",
        verbose_name="行业主管部门",
    )
    note = models.CharField("备注", max_length=500, blank=True, default="")

    operating_state = models.CharField(
        "办学状态",
        max_length=20,
        choices=OperatingState.choices,
        default=OperatingState.OPERATING,
        editable=False,
    )
    state_since = models.DateField("现状态起始日期", editable=False)
    end_kind = models.CharField(
        "终止方式", max_length=30, choices=EndKind.choices, blank=True, default="", editable=False
    )
    ended_on = models.DateField("终止日期", null=True, blank=True, editable=False)

    list_status = models.CharField(
        "名单", max_length=10, choices=ListStatus.choices, default=ListStatus.NONE, editable=False
    )
    licence_state = models.CharField(
        "许可证状态", max_length=20, choices=LicenceState.choices, default=LicenceState.NONE, editable=False
    )
    credit_grade = models.CharField("信用等级", max_length=10, blank=True, default="", editable=False)
    risk_level = models.CharField(
        "风险等级", max_length=10, choices=RiskLevel.choices, blank=True, default="", editable=False
    )
    enrolment_stopped_until = models.DateField("暂停招生至", null=True, blank=True, editable=False)

    name_norm = models.TextField(blank=True, default="", editable=False)
    search_text = models.TextField(blank=True, default="", editable=False)
    name_grams = ArrayField(models.TextField(), default=list, blank=True, editable=False)
    py = models.TextField(blank=True, default="", editable=False)
    py_text = models.TextField(blank=True, default="", editable=False)

    scope_paths: ClassVar[ScopePaths] = ScopePaths(
        counterpart="organisation", participants=("competent_department", "participations__organisation")
    )
    objects = InstitutionQuerySet.as_manager()

    class Meta:
        verbose_name = "培训机构"
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="institutions_institution_named"),
            models.UniqueConstraint(
                fields=["bureau", "uscc"],
                condition=~Q(uscc=""),
                name="institutions_institution_uscc",
                violation_error_message="这个统一社会信用代码已登记在另一家机构名下，请先查询该机构档案。",
            ),
            models.CheckConstraint(
                condition=Q(uscc="") | Q(uscc__regex=r"^[0-9A-HJ-NPQRTUWXY]{18}$"),
                name="institutions_institution_uscc_shape",
            ),
            models.CheckConstraint(
                condition=Q(licence_from__isnull=True)
                | Q(licence_to__isnull=True)
                | Q(licence_to__gte=F("licence_from")),
                name="institutions_institution_licence_dates",
                violation_error_message="许可证有效期止不能早于有效期起。",
            ),
            models.CheckConstraint(
                condition=Q(standing__in=HOLDS_LICENCE) | ~Q(licence_state=LicenceState.VALID),
                name="institutions_institution_licence_held",
                violation_error_message="没有办学许可证的机构不能有“有效”的许可证状态。",
            ),
            models.CheckConstraint(
                condition=~Q(standing__in=HOLDS_LICENCE) | ~Q(licence_state=LicenceState.NONE),
                name="institutions_institution_licence_state_known",
            ),
            models.CheckConstraint(
                condition=(Q(subject_kind=SubjectKind.SUBJECT) & Q(track=Track.SUBJECT))
                | (~Q(subject_kind=SubjectKind.SUBJECT) & ~Q(track=Track.SUBJECT)),
                name="institutions_institution_subject_track",
                violation_error_message="学科类机构的培训类别应为“学科”，其他机构不能选“学科”。",
            ),
            models.CheckConstraint(
                condition=(Q(operating_state__in=ENDED) & Q(ended_on__isnull=False) & ~Q(end_kind=""))
                | (~Q(operating_state__in=ENDED) & Q(ended_on__isnull=True) & Q(end_kind="")),
                name="institutions_institution_ended",
            ),
            models.CheckConstraint(
                condition=(Q(operating_state=OperatingState.BANNED) & Q(end_kind=EndKind.BANNED))
                | (~Q(operating_state=OperatingState.BANNED) & ~Q(end_kind=EndKind.BANNED)),
                name="institutions_institution_banned",
            ),
            models.CheckConstraint(
                condition=(Q(longitude__isnull=True) & Q(latitude__isnull=True))
                | (
                    Q(longitude__isnull=False)
                    & Q(latitude__isnull=False)
                    & Q(longitude__range=(73, 136))
                    & Q(latitude__range=(3, 54))
                ),
                name="institutions_institution_position",
                violation_error_message="经纬度须同时填写，且在我国境内（经度 73—136，纬度 3—54）。",
            ),
            models.CheckConstraint(
                condition=Q(floor_area_m2__isnull=True) | Q(floor_area_m2__gte=0),
                name="institutions_institution_area",
                violation_error_message="建筑面积不能为负数。",
            ),
            models.CheckConstraint(
                condition=Q(capacity__isnull=True) | Q(capacity__gte=0),
                name="institutions_institution_capacity",
            ),
        ]
        indexes = [
            GinIndex(fields=["name_grams"], name="institutions_inst_grams"),
            GinIndex(OpClass("search_text", "gin_trgm_ops"), name="institutions_inst_trgm"),
            GinIndex(OpClass("py_text", "gin_trgm_ops"), name="institutions_inst_py_trgm"),
            models.Index(OpClass("py", "text_pattern_ops"), name="institutions_inst_py"),
            models.Index(OpClass("name_norm", "text_pattern_ops"), name="institutions_inst_name"),
            models.Index(OpClass("region_path", "text_pattern_ops"), name="institutions_inst_region"),
            models.Index(fields=["bureau", "operating_state", "standing"], name="institutions_inst_state"),
            models.Index(fields=["bureau", "licence_no"], name="institutions_inst_licence"),
            models.Index(fields=["bureau", "licence_to"], name="institutions_inst_expiry"),
            models.Index(
                fields=["bureau", "region", "name_norm"],
                condition=Q(list_status=ListStatus.WHITE),
                name="institutions_inst_white",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def file_uid(self) -> UUID:
        """The file on whose timeline events about this row belong: its own."""
        return self.uid

    @property
    def is_ended(self) -> bool:
        """Whether the place was closed or banned."""
        return self.operating_state in ENDED

    @property
    def holds_licence(self) -> bool:
        """Whether the place holds a school licence, in force or not."""
        return self.standing in HOLDS_LICENCE

    @property
    def operating_state_tone(self) -> str:
        """Colour of the state word."""
        return {"OPERATING": "ok", "SUSPENDED": "warn", "CLOSED": "mute", "BANNED": "dark"}[
            self.operating_state
        ]

    @property
    def standing_tone(self) -> str:
        """Colour of the standing word."""
        return {"LICENSED": "ok", "LICENCE_ONLY": "warn", "REGISTERED_ONLY": "warn"}.get(self.standing, "bad")

    @property
    def licence_state_tone(self) -> str:
        """Colour of the licence's state word."""
        return {"VALID": "ok", "EXPIRED": "warn", "REVOKED": "bad"}.get(self.licence_state, "mute")

    @property
    def list_status_tone(self) -> str:
        """Colour of the list badge."""
        return {"WHITE": "ok", "BLACK": "dark", "RED": "wine", "GREY": "warn"}.get(self.list_status, "mute")

    @property
    def age_group_words(self) -> str:
        """Whom the place teaches, in words."""
        return "、".join(str(AgeGroup(code).label) for code in self.age_groups)


class FormerName(models.Model):
    """A name that an institution bore until a day; still found by search."""

    institution = models.ForeignKey(Institution, models.PROTECT, related_name="former_names")
    name = models.CharField("曾用名", max_length=120)
    used_until = models.DateField("使用至")
    recorded_by = models.ForeignKey(User, models.PROTECT, related_name="+")

    scope_paths: ClassVar[ScopePaths] = ScopePaths(
        bureau="institution__bureau",
        region="institution__region_path",
        counterpart="institution__organisation",
        participants=("institution__competent_department", "institution__participations__organisation"),
    )
    objects = ScopedQuerySet["FormerName"].as_manager()

    class Meta:
        verbose_name = "曾用名"
        constraints = [
            models.UniqueConstraint(
                fields=["institution", "name", "used_until"], name="institutions_formername_once"
            ),
        ]

    def __str__(self) -> str:
        return self.name
