"""Bureaus (tenants) and the organisations that people act for."""

from __future__ import annotations

from typing import ClassVar

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q

from accounts.models.regions import Region
from accounts.querysets import ScopedQuerySet, ScopePaths


class Bureau(models.Model):
    """The education bureau of one region: the tenant that owns rows.

    Picked by host name or by the path `/b/<slug>/`. A city bureau is the parent of its counties'.
    """

    slug = models.SlugField("网址标识", max_length=30, unique=True)
    name = models.CharField("全称", max_length=60)
    short_name = models.CharField("简称", max_length=30)
    portal_title = models.CharField("公开平台名称", max_length=60)
    host = models.CharField("域名", max_length=120, blank=True, default="")
    hotline = models.CharField("监督电话", max_length=40, blank=True, default="")
    region = models.OneToOneField(Region, models.PROTECT, verbose_name="辖区", related_name="bureau")
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="counties")
    is_active = models.BooleanField("启用", default=True)

    class Meta:
        verbose_name = "教育主管部门"
        constraints = [
            models.UniqueConstraint(fields=["host"], condition=~Q(host=""), name="accounts_bureau_host"),
        ]

    def __str__(self) -> str:
        return self.short_name


class OrganisationKind(models.TextChoices):
    """What an organisation is to the bureau; decides what its people reach."""

    EDUCATION = "EDUCATION", "教育"
    MARKET = "MARKET", "市场监管"
    FIRE = "FIRE", "消防救援"
    POLICE = "POLICE", "公安"
    CULTURE = "CULTURE", "文化旅游"
    SCIENCE = "SCIENCE", "科技"
    SPORT = "SPORT", "体育"
    CIVIL_AFFAIRS = "CIVIL_AFFAIRS", "民政"
    URBAN = "URBAN", "城市管理"
    HEALTH = "HEALTH", "卫生健康"
    HUMAN_RESOURCES = "HUMAN_RESOURCES", "人力社保"
    HOUSING = "HOUSING", "住房城乡建设"
    PRICE = "PRICE", "发展改革"
    CYBER = "CYBER", "网信"
    TAX = "TAX", "税务"
    FINANCE = "FINANCE", "金融监管"
    EMERGENCY = "EMERGENCY", "应急管理"
    TOWNSHIP = "TOWNSHIP", "乡镇（街道）"
    INSTITUTION = "INSTITUTION", "培训机构"
    SCHOOL = "SCHOOL", "学校"
    BANK = "BANK", "银行"
    MONITORS = "MONITORS", "社会监督员队伍"


COUNTERPARTS = frozenset(
    {OrganisationKind.INSTITUTION, OrganisationKind.SCHOOL, OrganisationKind.BANK, OrganisationKind.MONITORS}
)


class Organisation(models.Model):
    """A body that people act for: the bureau itself, a partner department, a township, a counterpart.

    `number_word` is the 机关代字 of an issuing organ (巫教培); only such organs issue notices. `uscc` goes with what
    the body publishes to the credit platform.
    """

    bureau = models.ForeignKey(Bureau, models.PROTECT, related_name="organisations")
    kind = models.CharField("类别", max_length=20, choices=OrganisationKind.choices)
    name = models.CharField("全称", max_length=100)
    short_name = models.CharField("简称", max_length=40)
    region = models.ForeignKey(Region, models.PROTECT, related_name="organisations")
    region_path = models.CharField(max_length=200)
    number_word = models.CharField("机关代字", max_length=20, blank=True, default="")
    uscc = models.CharField(
        "统一社会信用代码",
        max_length=18,
        blank=True,
        default="",
        validators=[
            RegexValidator(
                r"^[0-9A-HJ-NPQRTUWXY]{18}$", "统一社会信用代码为 18 位数字和大写字母，请对照登记证书填写。"
            )
        ],
    )
    address = models.CharField("地址", max_length=200, blank=True, default="")
    phone = models.CharField("电话", max_length=40, blank=True, default="")
    is_active = models.BooleanField("启用", default=True)

    scope_paths: ClassVar[ScopePaths] = ScopePaths(counterpart="pk", participants=("pk",))
    objects = ScopedQuerySet["Organisation"].as_manager()

    class Meta:
        verbose_name = "单位"
        constraints = [
            models.UniqueConstraint(fields=["bureau", "kind", "name"], name="accounts_organisation_name"),
            models.UniqueConstraint(
                fields=["bureau", "number_word"],
                condition=~Q(number_word=""),
                name="accounts_organisation_number_word",
            ),
        ]
        indexes = [models.Index(fields=["bureau", "kind"], name="accounts_organisation_kind")]

    def __str__(self) -> str:
        return self.short_name or self.name

    @property
    def is_counterpart(self) -> bool:
        """Whether this body is no authority: supervised, serving the supervised side, or watching as citizens."""
        return self.kind in COUNTERPARTS

    @property
    def is_issuing_organ(self) -> bool:
        """Whether it issues documents in its own name."""
        return bool(self.number_word)
