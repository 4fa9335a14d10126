"""Training materials that an institution hands over of its own will."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from django.db import models
from django.db.models import F, Q

from accounts.models import Organisation, User
from accounts.querysets import ScopedQuerySet, ScopePaths
from casework.models import OfficialDocument, RootModel
from inspections.models import Visit
from institutions.models import Institution
from measures.querysets import PartyQuerySet


class HandoverStatus(models.TextChoices):
    """Where a lot of materials is."""

    DRAFT = "DRAFT", "登记中"
    RECEIVED = "RECEIVED", "已接收"
    RETURNED = "RETURNED", "已退还"
    CANCELLED = "CANCELLED", "已取消"


class Handover(RootModel):
    """A lot of materials (教材、讲义) that an institution hands over voluntarily, with its list and receipt.

    Taking things against the holder's will is 先行登记保存, a matter of a case with its own approval
    (行政处罚法 第五十六条), and is never recorded here.
    """

    institution = models.ForeignKey(
        Institution, models.PROTECT, related_name="handovers", verbose_name="机构"
    )
    visit = models.ForeignKey(
        Visit, models.PROTECT, null=True, blank=True, related_name="handovers", verbose_name="相关检查"
    )
    organ = models.ForeignKey(Organisation, models.PROTECT, related_name="handovers", verbose_name="接收机关")
    purpose = models.CharField("接收用途", max_length=200)
    handed_by = models.CharField("移交人", max_length=40)
    handed_title = models.CharField("职务", max_length=40, blank=True, default="")
    is_voluntary = models.BooleanField("移交人确认自愿提供", default=False)
    received_on = models.DateField("接收日期")
    place = models.CharField("接收地点", max_length=200)
    kept_at = models.CharField("存放地点", max_length=100, blank=True, default="")
    officer_one = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="接收人一")
    officer_two = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="接收人二")
    status = models.CharField(
        "状态", max_length=10, choices=HandoverStatus.choices, default=HandoverStatus.DRAFT
    )
    document = models.ForeignKey(
        OfficialDocument, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="移交清单"
    )
    received_at = models.DateTimeField("接收登记时间", null=True, blank=True)
    returned_on = models.DateField("退还日期", null=True, blank=True)
    returned_to = models.CharField("领回人", max_length=40, blank=True, default="")

    scope_paths: ClassVar[ScopePaths] = ScopePaths(
        participants=("organ",), counterpart="institution__organisation"
    )
    objects = PartyQuerySet["Handover"].as_manager()

    class Meta:
        verbose_name = "材料移交"
        ordering = ["-received_on", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(officer_one=F("officer_two")), name="measures_handover_two_people"
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["RECEIVED", "RETURNED"])
                | Q(is_voluntary=True, document__isnull=False, received_at__isnull=False),
                name="measures_handover_voluntary",
            ),
            models.CheckConstraint(
                condition=~Q(status="RETURNED") | (Q(returned_on__isnull=False) & ~Q(returned_to="")),
                name="measures_handover_returned",
            ),
            models.CheckConstraint(
                condition=Q(returned_on__isnull=True) | Q(returned_on__gte=F("received_on")),
                name="measures_handover_forward",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.institution.name} {self.received_on:%Y-%m-%d}"

    @property
    def file_uid(self) -> UUID:
        """The institution's file."""
        return self.institution.uid

    @property
    def status_tone(self) -> str:
        """Colour of the state word."""
        return {"RECEIVED": "info", "RETURNED": "ok"}.get(self.status, "mute")


class MaterialSource(models.TextChoices):
    """Where a material comes from."""

    SELF_MADE = "SELF_MADE", "自编"
    PUBLISHED = "PUBLISHED", "正式出版物"
    BOUGHT = "BOUGHT", "外购非正式出版物"
    FOREIGN = "FOREIGN", "境外教材"
    UNKNOWN = "UNKNOWN", "不明"


class HandoverItem(models.Model):
    """One title of a lot: name, edition, source, copies. Its review is the register's business, not recorded here."""

    handover = models.ForeignKey(Handover, models.PROTECT, related_name="items")
    position = models.PositiveSmallIntegerField("序号")
    title = models.CharField("名称", max_length=120)
    edition = models.CharField("版本", max_length=60, blank=True, default="")
    source = models.CharField("来源", max_length=10, choices=MaterialSource.choices)
    subject = models.CharField("学科（项目）和年级", max_length=60, blank=True, default="")
    copies = models.PositiveIntegerField("册数")
    note = models.CharField("备注", max_length=120, blank=True, default="")

    scope_paths: ClassVar[ScopePaths] = ScopePaths(
        bureau="handover__bureau",
        region="handover__region_path",
        participants=("handover__organ",),
        counterpart="handover__institution__organisation",
    )
    objects = ScopedQuerySet["HandoverItem"].as_manager()

    class Meta:
        verbose_name = "移交材料"
        ordering = ["handover", "position"]
        constraints = [
            models.UniqueConstraint(fields=["handover", "position"], name="measures_handoveritem_position"),
            models.CheckConstraint(condition=Q(copies__gte=1), name="measures_handoveritem_copies"),
        ]

    def __str__(self) -> str:
        return self.title
