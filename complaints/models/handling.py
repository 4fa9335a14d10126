"""What handling a clue writes down: who gets it, who looked, what was merged, when its clock stood still."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from accounts.models import Organisation, User
from accounts.querysets import ScopedQuerySet, ScopePaths
from casework.models import RootModel
from casework.models.base import uuid7
from complaints.models.clues import Clue, ClueKind, Outcome
from complaints.querysets import TrailQuerySet

OF_CLUE = ScopePaths(
    bureau="clue__bureau", region="clue__region_path", participants=("clue__assigned_organ",)
)


class RoutingRule(RootModel):
    """Who gets a clue of a matter at a place unless the head decides otherwise.

    Without `kind` for every matter; `region` is the bureau's own for the whole area. The rule of the nearest
    place wins, then the rule that names the matter.
    """

    kind = models.CharField("反映事项", max_length=16, choices=ClueKind.choices, blank=True, default="")
    organ = models.ForeignKey(Organisation, models.PROTECT, related_name="+", verbose_name="承办单位")
    note = models.CharField("说明", max_length=200, blank=True, default="")
    is_active = models.BooleanField("启用", default=True)

    scope_paths: ClassVar[ScopePaths] = ScopePaths()
    objects = ScopedQuerySet["RoutingRule"].as_manager()

    class Meta:
        verbose_name = "分派规则"
        ordering = ["region_path", "kind", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["bureau", "kind", "region"],
                condition=Q(is_active=True),
                name="complaints_routingrule_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display() or '全部事项'}（{self.region.name}）→ {self.organ.short_name}"


class TransferKind(models.TextChoices):
    """How a clue changed hands."""

    ASSIGN = "ASSIGN", "分派"
    REASSIGN = "REASSIGN", "改派"
    GIVE_BACK = "GIVE_BACK", "退回"
    REOPEN = "REOPEN", "重新办理"


class Transfer(models.Model):
    """A clue passed from one body to another, once per passing; rows stay as they are."""

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    clue = models.ForeignKey(Clue, models.PROTECT, related_name="transfers")
    kind = models.CharField("方式", max_length=10, choices=TransferKind.choices)
    from_organ = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="转出单位"
    )
    to_organ = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="转入单位"
    )
    reason = models.CharField("理由", max_length=300, blank=True, default="")
    done_at = models.DateTimeField("时间")
    done_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="经办人")

    scope_paths: ClassVar[ScopePaths] = OF_CLUE
    objects = TrailQuerySet["Transfer"].as_manager()

    class Meta:
        verbose_name = "线索流转"
        ordering = ["done_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(from_organ__isnull=False) | Q(to_organ__isnull=False),
                name="complaints_transfer_somebody",
            ),
            models.CheckConstraint(
                condition=Q(kind="ASSIGN") | ~Q(reason=""), name="complaints_transfer_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.clue}"


class VerifyWay(models.TextChoices):
    """How somebody looked."""

    ON_SITE = "ON_SITE", "现场核查"
    PHONE = "PHONE", "电话核查"
    PAPERS = "PAPERS", "查阅材料"
    MONITOR = "MONITOR", "监督员、网格核查"
    INSPECTION = "INSPECTION", "执法检查"


class VerifyStatus(models.TextChoices):
    """Where a look stands."""

    ASKED = "ASKED", "待核查"
    DONE = "DONE", "已核查"
    DROPPED = "DROPPED", "不再需要"


class Verification(RootModel):
    """One look at a reported matter: asked of somebody, or done and written down.

    What monitors and grid workers see is a lead, never an inspection finding. `source_*` name the record of the
    room that answered. Files are evidence with this row as subject.
    """

    clue = models.ForeignKey(Clue, models.PROTECT, related_name="verifications")
    status = models.CharField("状态", max_length=8, choices=VerifyStatus.choices, default=VerifyStatus.DONE)
    way = models.CharField("核查方式", max_length=10, choices=VerifyWay.choices)
    asked = models.CharField("请核查的事项", max_length=500, blank=True, default="")
    asked_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    asked_at = models.DateTimeField("提出时间", null=True, blank=True)
    due_on = models.DateField("核查期限", null=True, blank=True)
    looked_at = models.DateTimeField("核查时间", null=True, blank=True)
    looked_by = models.CharField("核查人", max_length=100, blank=True, default="")
    facts = models.TextField("核查情况", max_length=4000, blank=True, default="")
    suggestion = models.CharField("初步结论", max_length=12, choices=Outcome.choices, blank=True, default="")
    recorded_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    recorded_at = models.DateTimeField("登记时间", null=True, blank=True)
    source_kind = models.CharField("来源类别", max_length=30, blank=True, default="")
    source_no = models.CharField("来源编号", max_length=80, blank=True, default="")

    scope_paths: ClassVar[ScopePaths] = OF_CLUE
    objects = TrailQuerySet["Verification"].as_manager()

    class Meta:
        verbose_name = "核查记录"
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(status="ASKED")
                | Q(asked_by__isnull=False, asked_at__isnull=False, due_on__isnull=False) & ~Q(asked=""),
                name="complaints_verification_asked",
            ),
            models.CheckConstraint(
                condition=~Q(status="DONE")
                | Q(looked_at__isnull=False, recorded_by__isnull=False, recorded_at__isnull=False)
                & ~Q(facts="")
                & ~Q(looked_by=""),
                name="complaints_verification_done",
            ),
            models.UniqueConstraint(
                fields=["clue", "source_kind", "source_no"],
                condition=~Q(source_no=""),
                name="complaints_verification_source_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_way_display()}：{self.clue}"

    @property
    def status_tone(self) -> str:
        """Colour of the state."""
        return {"ASKED": "warn", "DONE": "ok"}.get(self.status, "mute")


class ClueMerge(models.Model):
    """A clue that reports the same matter went into another; `before` is its state, given back when undone."""

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    clue = models.ForeignKey(Clue, models.PROTECT, related_name="merges")
    into = models.ForeignKey(Clue, models.PROTECT, related_name="merges_taken")
    before = models.CharField("并案前状态", max_length=12)
    reason = models.CharField("理由", max_length=300)
    merged_at = models.DateTimeField("并案时间")
    merged_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    undone_at = models.DateTimeField("撤销时间", null=True, blank=True)
    undone_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    undo_reason = models.CharField("撤销理由", max_length=300, blank=True, default="")

    scope_paths: ClassVar[ScopePaths] = OF_CLUE
    objects = TrailQuerySet["ClueMerge"].as_manager()

    class Meta:
        verbose_name = "并案"
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=~Q(clue=F("into")), name="complaints_cluemerge_two"),
            models.CheckConstraint(condition=~Q(reason=""), name="complaints_cluemerge_reason"),
            models.CheckConstraint(
                condition=Q(undone_at__isnull=True, undone_by__isnull=True)
                | Q(undone_at__isnull=False, undone_by__isnull=False) & ~Q(undo_reason=""),
                name="complaints_cluemerge_undone",
            ),
            models.UniqueConstraint(
                fields=["clue"], condition=Q(undone_at__isnull=True), name="complaints_cluemerge_one_open"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.clue} → {self.into}"


class ClueHold(models.Model):
    """A span in which the clock of handling stands still, at most as long as policy allows."""

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    clue = models.ForeignKey(Clue, models.PROTECT, related_name="holds")
    reason = models.CharField("中止理由", max_length=300)
    held_on = models.DateField("中止日")
    until = models.DateField("最迟恢复日")
    held_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    ended_on = models.DateField("恢复日", null=True, blank=True)

    scope_paths: ClassVar[ScopePaths] = OF_CLUE
    objects = TrailQuerySet["ClueHold"].as_manager()

    class Meta:
        verbose_name = "办理中止"
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="complaints_cluehold_reason"),
            models.CheckConstraint(condition=Q(until__gt=F("held_on")), name="complaints_cluehold_span"),
            models.UniqueConstraint(
                fields=["clue"], condition=Q(ended_on__isnull=True), name="complaints_cluehold_one_open"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.clue} {self.held_on:%Y-%m-%d} 中止"


class ClueNoticeKind(models.TextChoices):
    """What a reminder says."""

    DUE_SOON = "DUE_SOON", "即将到期"
    LATE = "LATE", "已逾期，报负责人督办"


class ClueReminder(models.Model):
    """A reminder about one term of a clue, made once however often the job runs."""

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    clue = models.ForeignKey(Clue, models.PROTECT, related_name="reminders")
    kind = models.CharField("提醒", max_length=10, choices=ClueNoticeKind.choices)
    clock = models.CharField("期限", max_length=20)
    due_on = models.DateField("到期日")
    lead_days = models.SmallIntegerField("提前日数", default=0)
    made_at = models.DateTimeField("时间")

    scope_paths: ClassVar[ScopePaths] = OF_CLUE
    objects = TrailQuerySet["ClueReminder"].as_manager()

    class Meta:
        verbose_name = "线索催办"
        ordering = ["-made_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["clue", "kind", "clock", "due_on", "lead_days"], name="complaints_cluereminder_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}：{self.clue}"
