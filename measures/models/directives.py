"""Documents that stop, assign, remind or warn; and closures for emergencies."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from django.db import models
from django.db.models import F, Q

from accounts.models import Organisation, Region, User
from accounts.querysets import ScopePaths
from casework.models import OfficialDocument, RootModel
from inspections.models import RectificationNotice, Visit
from institutions.models import Institution
from measures.models.joint import Decision
from measures.querysets import PartyQuerySet, SharedQuerySet


class DirectiveKind(models.TextChoices):
    """Kinds of documents of this room; the codes are those of the catalogue of documents."""

    SUSPENSION_NOTICE = "SUSPENSION_NOTICE", "停办通知书"
    BAN_NOTICE = "BAN_NOTICE", "取缔通知书"
    SITE_ASSIGNMENT = "SITE_ASSIGNMENT", "现场交办单"
    SUPERVISION_LETTER = "SUPERVISION_LETTER", "督办函"
    REMINDER_LETTER = "REMINDER_LETTER", "提示函"
    PARENT_LETTER = "PARENT_LETTER", "致家长告知书"


STOPPING = (DirectiveKind.SUSPENSION_NOTICE, DirectiveKind.BAN_NOTICE)
TO_BODIES = (DirectiveKind.SITE_ASSIGNMENT, DirectiveKind.SUPERVISION_LETTER)


class DirectiveStatus(models.TextChoices):
    """Where a document stands; DONE once what it asks for is shown to be done."""

    DRAFT = "DRAFT", "起草"
    ISSUED = "ISSUED", "已制发，待送达"
    SERVED = "SERVED", "已送达，待落实"
    DONE = "DONE", "已办结"
    WITHDRAWN = "WITHDRAWN", "已撤回"
    SUPERSEDED = "SUPERSEDED", "已被替代"


class ServiceWay(models.TextChoices):
    """How a document reached its party, with the proof that each way needs."""

    DIRECT = "DIRECT", "直接送达"
    LIEN = "LIEN", "留置送达"
    ELECTRONIC = "ELECTRONIC", "电子送达（须有确认书）"
    MAIL = "MAIL", "邮寄送达"
    PUBLICATION = "PUBLICATION", "公告或网上发布"
    SCHOOL = "SCHOOL", "经学校发放"


class Directive(RootModel):
    """One document that stops a place, assigns or presses a task, reminds, or warns parents.

    Issued in the name of one organ by two of its certified officers, whose card numbers are copied.
    `demand` says what must be done (tasks, suggestions, points to watch), one a line. Corrective orders
    such as 停办 and 取缔 are not penalties. Pupils appear only as counts.
    """

    kind = models.CharField("文书种类", max_length=20, choices=DirectiveKind.choices)
    organ = models.ForeignKey(
        Organisation, models.PROTECT, related_name="directives", verbose_name="制发机关"
    )
    institution = models.ForeignKey(
        Institution, models.PROTECT, null=True, blank=True, related_name="directives", verbose_name="机构"
    )
    receiver = models.ForeignKey(
        Organisation,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="received_directives",
        verbose_name="承办单位",
    )
    visit = models.ForeignKey(
        Visit, models.PROTECT, null=True, blank=True, related_name="directives", verbose_name="相关检查"
    )
    notice = models.ForeignKey(
        RectificationNotice,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="directives",
        verbose_name="相关整改",
    )
    decision = models.ForeignKey(
        Decision, models.PROTECT, null=True, blank=True, related_name="letters", verbose_name="议定事项"
    )
    original_no = models.CharField("原文号", max_length=80, blank=True, default="")
    party_name = models.CharField("受文对象", max_length=200)
    party_address = models.CharField("地址", max_length=200, blank=True, default="")
    facts = models.TextField("事实和情况")
    basis = models.CharField("依据", max_length=300, blank=True, default="")
    demand = models.TextField("要求（一行一项）", blank=True, default="")
    stop_from = models.DateField("停止日期", null=True, blank=True)
    students_present = models.PositiveIntegerField("在场学生数", null=True, blank=True)
    handed_to_parents = models.PositiveIntegerField("由家长接回", null=True, blank=True)
    handed_to_school = models.PositiveIntegerField("由学校接回", null=True, blank=True)
    handover_note = models.CharField("学生交接情况", max_length=300, blank=True, default="")
    refund_requirement = models.CharField("退费要求", max_length=300, blank=True, default="")
    due_on = models.DateField("完成期限", null=True, blank=True)
    consequences = models.CharField("逾期后果", max_length=300, blank=True, default="")
    remedy_line = models.TextField("救济途径", blank=True, default="")
    contact = models.CharField("联系人及电话", max_length=120)
    officer_one = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="执法人员一")
    officer_two = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="执法人员二")
    officer_one_no = models.CharField("执法证号一", max_length=30, blank=True, default="")
    officer_two_no = models.CharField("执法证号二", max_length=30, blank=True, default="")
    status = models.CharField(
        "状态", max_length=12, choices=DirectiveStatus.choices, default=DirectiveStatus.DRAFT
    )
    number = models.CharField("文号", max_length=80, blank=True, default="")
    document = models.ForeignKey(
        OfficialDocument, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="文书"
    )
    issued_at = models.DateTimeField("制发时间", null=True, blank=True)
    service_way = models.CharField(
        "送达方式", max_length=12, choices=ServiceWay.choices, blank=True, default=""
    )
    served_at = models.DateTimeField("送达时间", null=True, blank=True)
    effective_on = models.DateField("视为送达日期", null=True, blank=True)
    service_receiver = models.CharField("签收人", max_length=60, blank=True, default="")
    service_proof = models.CharField("送达凭证", max_length=200, blank=True, default="")
    service_document = models.ForeignKey(
        OfficialDocument, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="送达回证"
    )
    published_on = models.DateField("公告日期", null=True, blank=True)
    published_where = models.CharField("公告载体", max_length=200, blank=True, default="")
    done_at = models.DateTimeField("办结时间", null=True, blank=True)
    done_note = models.CharField("落实情况", max_length=300, blank=True, default="")
    withdrawn_at = models.DateTimeField("撤回时间", null=True, blank=True)
    replaces = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="replaced_by", verbose_name="替代"
    )

    scope_paths: ClassVar[ScopePaths] = ScopePaths(
        participants=("organ", "receiver"), counterpart="institution__organisation"
    )
    objects = PartyQuerySet["Directive"].as_manager()

    class Meta:
        verbose_name = "措施文书"
        ordering = ["-issued_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(officer_one=F("officer_two")), name="measures_directive_two_officers"
            ),
            models.CheckConstraint(
                condition=Q(status__in=["DRAFT", "WITHDRAWN"])
                | (
                    Q(document__isnull=False, issued_at__isnull=False)
                    & ~Q(number="")
                    & ~Q(officer_one_no="")
                    & ~Q(officer_two_no="")
                ),
                name="measures_directive_issued",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["SERVED", "DONE"])
                | (Q(served_at__isnull=False, effective_on__isnull=False) & ~Q(service_way="")),
                name="measures_directive_served",
            ),
            models.CheckConstraint(
                condition=~Q(status="DONE") | (Q(done_at__isnull=False) & ~Q(done_note="")),
                name="measures_directive_done",
            ),
            models.CheckConstraint(
                condition=~Q(kind__in=["SUSPENSION_NOTICE", "BAN_NOTICE"]) | Q(institution__isnull=False),
                name="measures_directive_stops_a_place",
            ),
            models.CheckConstraint(
                condition=~Q(kind__in=["SITE_ASSIGNMENT", "SUPERVISION_LETTER"]) | Q(receiver__isnull=False),
                name="measures_directive_has_receiver",
            ),
            models.CheckConstraint(
                condition=Q(handed_to_parents__isnull=True)
                | Q(handed_to_school__isnull=True)
                | Q(students_present__isnull=True)
                | Q(students_present__gte=F("handed_to_parents") + F("handed_to_school")),
                name="measures_directive_no_more_pupils",
            ),
            models.UniqueConstraint(
                fields=["bureau", "number"], condition=~Q(number=""), name="measures_directive_number"
            ),
            models.UniqueConstraint(
                fields=["institution"],
                condition=Q(kind="BAN_NOTICE", status__in=["ISSUED", "SERVED", "DONE"]),
                name="measures_directive_one_ban",
            ),
        ]
        indexes = [models.Index(fields=["bureau", "kind", "status"], name="measures_directive_status")]

    def __str__(self) -> str:
        return self.number or f"{self.get_kind_display()}（草稿）"

    @property
    def file_uid(self) -> UUID | None:
        """The institution's file, if it is about one."""
        return self.institution.uid if self.institution else None

    @property
    def stops(self) -> bool:
        """Whether it stops a place."""
        return self.kind in STOPPING

    @property
    def pupils_left(self) -> int:
        """Pupils present whose hand-over is not recorded."""
        handed = (self.handed_to_parents or 0) + (self.handed_to_school or 0)
        return (self.students_present or 0) - handed

    @property
    def status_tone(self) -> str:
        """Colour of the state word."""
        return {"ISSUED": "warn", "SERVED": "info", "DONE": "ok"}.get(self.status, "mute")


class ClosureCause(models.TextChoices):
    """Why places must stop for a time."""

    EPIDEMIC = "EPIDEMIC", "疫情防控"
    WEATHER = "WEATHER", "极端天气"
    SAFETY = "SAFETY", "突发安全事件"
    OTHER = "OTHER", "其他应急情形"


class ClosureScope(models.TextChoices):
    """Whom a closure binds."""

    ALL = "ALL", "全辖区"
    TOWNS = "TOWNS", "所选乡镇（街道）"
    PLACES = "PLACES", "所选机构"


class ClosureStatus(models.TextChoices):
    """Where a closure stands."""

    DRAFT = "DRAFT", "起草"
    IN_FORCE = "IN_FORCE", "停课中"
    LIFTED = "LIFTED", "已恢复"
    WITHDRAWN = "WITHDRAWN", "已撤回"


class Closure(RootModel):
    """An emergency or epidemic closure of training places (应急停课): scope, window and lifting.

    It rests on the decision of the command that is competent for the emergency (`basis`), binds the
    places listed when it is issued, and is not a penalty.
    """

    cause = models.CharField("原因", max_length=10, choices=ClosureCause.choices)
    title = models.CharField("标题", max_length=100)
    organ = models.ForeignKey(Organisation, models.PROTECT, related_name="closures", verbose_name="发布单位")
    basis = models.CharField("依据", max_length=300)
    scope_kind = models.CharField("范围", max_length=8, choices=ClosureScope.choices)
    towns = models.ManyToManyField(Region, blank=True, related_name="+", verbose_name="乡镇（街道）")
    from_on = models.DateField("停课开始")
    until_on = models.DateField("预计恢复", null=True, blank=True)
    demand = models.TextField("要求（一行一项）")
    officer_one = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="执法人员一")
    officer_two = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="执法人员二")
    status = models.CharField(
        "状态", max_length=10, choices=ClosureStatus.choices, default=ClosureStatus.DRAFT
    )
    document = models.ForeignKey(
        OfficialDocument, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="停课通知"
    )
    issued_at = models.DateTimeField("发布时间", null=True, blank=True)
    lifted_on = models.DateField("恢复日期", null=True, blank=True)
    lift_basis = models.CharField("恢复依据", max_length=300, blank=True, default="")
    lift_document = models.ForeignKey(
        OfficialDocument, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="恢复通知"
    )

    scope_paths: ClassVar[ScopePaths] = ScopePaths(
        participants=("organ",), counterpart="targets__institution__organisation"
    )
    objects = PartyQuerySet["Closure"].as_manager()

    class Meta:
        verbose_name = "应急停课"
        ordering = ["-from_on", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(officer_one=F("officer_two")), name="measures_closure_two_officers"
            ),
            models.CheckConstraint(
                condition=Q(until_on__isnull=True) | Q(until_on__gt=F("from_on")),
                name="measures_closure_forward",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["IN_FORCE", "LIFTED"])
                | Q(document__isnull=False, issued_at__isnull=False),
                name="measures_closure_issued",
            ),
            models.CheckConstraint(
                condition=~Q(status="LIFTED")
                | (Q(lifted_on__isnull=False, lift_document__isnull=False) & ~Q(lift_basis="")),
                name="measures_closure_lifted",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def status_tone(self) -> str:
        """Colour of the state word."""
        return {"IN_FORCE": "bad", "LIFTED": "ok"}.get(self.status, "mute")


class ClosureTarget(models.Model):
    """One place bound by a closure: whether it kept to it, and pupils sent home when it had not."""

    closure = models.ForeignKey(Closure, models.PROTECT, related_name="targets")
    institution = models.ForeignKey(Institution, models.PROTECT, related_name="closure_targets")
    checked_on = models.DateField("核查日期", null=True, blank=True)
    complied = models.BooleanField("已停课", null=True, blank=True)
    pupils_sent_home = models.PositiveIntegerField("劝返学生数", null=True, blank=True)
    note = models.CharField("核查情况", max_length=200, blank=True, default="")

    scope_paths: ClassVar[ScopePaths] = ScopePaths(
        bureau="closure__bureau",
        region="institution__region_path",
        participants=("closure__organ",),
        counterpart="institution__organisation",
    )
    objects = SharedQuerySet["ClosureTarget"].as_manager()

    class Meta:
        verbose_name = "停课机构"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["closure", "institution"], name="measures_closuretarget_once"),
            models.CheckConstraint(
                condition=Q(complied__isnull=True) | Q(checked_on__isnull=False),
                name="measures_closuretarget_checked",
            ),
        ]

    def __str__(self) -> str:
        return self.institution.name
