"""The case itself: source, party, act, discretion, course, terms and end."""

from __future__ import annotations

from datetime import date
from typing import ClassVar
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from accounts.models import Organisation, User
from accounts.querysets import ScopePaths
from casework.crypto import unseal
from casework.models import OfficialDocument, RootModel, ViolationType
from inspections.models import Finding, RectificationNotice, Visit
from institutions.models import Institution, Person
from penalties.models import choices
from penalties.models.choices import CaseKind, CaseStatus, FirstOffence, PartyKind, Seriousness
from penalties.models.rules import PenaltyRule
from penalties.querysets import CaseQuerySet

UNDECIDED = ("DRAFT", "SUBMITTED", "REFUSED", "FILED", "ENDED", "NOTIFIED")


class Case(RootModel):
    """One administrative penalty case (案件): one party, one act, one organ that handles it.

    The source keeps its number and a redacted copy, never the reporter. The party may be an institution
    on the register, a natural person, or both; a person's number and address are sealed. Terms are copies
    of the running deadlines. The decision freezes the illegal income with its working.
    """

    kind = models.CharField("程序", max_length=10, choices=CaseKind.choices, default=CaseKind.ORDINARY)
    status = models.CharField("状态", max_length=12, choices=CaseStatus.choices, default=CaseStatus.DRAFT)
    organ = models.ForeignKey(
        Organisation, models.PROTECT, related_name="penalty_cases", verbose_name="办案机关"
    )
    number = models.CharField("立案号", max_length=80, blank=True, default="")
    title = models.CharField("案件名称", max_length=200)

    source_kind = models.CharField("案件来源", max_length=12, choices=choices.SourceKind.choices)
    source_no = models.CharField("来源编号", max_length=80, blank=True, default="")
    source_brief = models.TextField("来源摘要（不含举报人信息）", blank=True, default="")
    notice = models.ForeignKey(
        RectificationNotice,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="cases",
        verbose_name="整改通知书",
    )
    finding = models.ForeignKey(
        Finding, models.PROTECT, null=True, blank=True, related_name="cases", verbose_name="检查问题"
    )
    visit = models.ForeignKey(
        Visit, models.PROTECT, null=True, blank=True, related_name="cases", verbose_name="检查"
    )

    party_kind = models.CharField("当事人类别", max_length=12, choices=PartyKind.choices)
    party_name = models.CharField("当事人", max_length=200)
    institution = models.ForeignKey(
        Institution, models.PROTECT, null=True, blank=True, related_name="penalty_cases", verbose_name="机构"
    )
    person = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="penalty_cases", verbose_name="人员"
    )
    controller = models.ForeignKey(
        Person,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="controlled_cases",
        verbose_name="实际控制人",
    )
    address_plain = models.CharField("地址", max_length=200, blank=True, default="")
    address_sealed = models.BinaryField(default=bytes, editable=False)
    party_uscc = models.CharField("统一社会信用代码", max_length=18, blank=True, default="")
    party_head = models.CharField("法定代表人（负责人）", max_length=40, blank=True, default="")
    party_phone = models.CharField("联系电话", max_length=60, blank=True, default="")
    party_born_on = models.DateField("出生日期", null=True, blank=True)

    violation = models.ForeignKey(
        ViolationType, models.PROTECT, related_name="penalty_cases", verbose_name="案由"
    )
    concurrent = models.ManyToManyField(
        ViolationType, blank=True, related_name="+", verbose_name="同一行为还违反"
    )
    act_from = models.DateField("违法行为开始日期", null=True, blank=True)
    act_to = models.DateField("违法行为终了日期", null=True, blank=True)
    found_on = models.DateField("发现日期")
    is_safety_harm = models.BooleanField("涉及生命健康、金融安全且有危害后果", default=False)
    clue_facts = models.TextField("初步事实和立案理由")
    jurisdiction = models.CharField("管辖依据", max_length=200)
    earlier_organ = models.CharField("其他机关先行立案", max_length=100, blank=True, default="")
    handover_no = models.CharField("移交或者指定管辖文号", max_length=80, blank=True, default="")

    rule_broken = models.TextField("违反的规定", blank=True, default="")
    basis = models.TextField("处罚依据", blank=True, default="")
    reasons = models.TextField("裁量理由", blank=True, default="")
    seriousness = models.CharField(
        "情节", max_length=10, choices=Seriousness.choices, default=Seriousness.GENERAL
    )
    factors = ArrayField(
        models.CharField(max_length=20, choices=choices.Factor.choices),
        default=list,
        blank=True,
        verbose_name="从重、从轻情节",
    )
    repeat_note = models.CharField("两年内曾被处理的处理意见", max_length=200, blank=True, default="")
    rule = models.ForeignKey(
        PenaltyRule, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="裁量阶次"
    )
    departure = models.CharField("偏离裁量基准的理由", max_length=300, blank=True, default="")
    distinct_act = models.CharField("与已罚款行为不是同一行为的说明", max_length=300, blank=True, default="")
    first_offence = models.CharField(
        "首违、轻微不罚审查", max_length=12, choices=FirstOffence.choices, default=FirstOffence.UNWEIGHED
    )
    first_offence_note = models.CharField("审查意见", max_length=300, blank=True, default="")
    is_major = models.BooleanField("重大、复杂案件", default=False)
    is_public_interest = models.BooleanField("涉及重大公共利益", default=False)
    no_penalty_ground = models.CharField(
        "不予处罚情形", max_length=12, choices=choices.NoPenaltyGround.choices, blank=True, default=""
    )
    education_given = models.TextField("教育情况", blank=True, default="")

    submitted_at = models.DateTimeField("送审时间", null=True, blank=True)
    filed_at = models.DateTimeField("立案时间", null=True, blank=True)
    ended_at = models.DateTimeField("调查终结时间", null=True, blank=True)
    notified_at = models.DateTimeField("事先告知时间", null=True, blank=True)
    decided_at = models.DateTimeField("决定时间", null=True, blank=True)
    decided_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="决定人"
    )
    served_at = models.DateTimeField("送达时间", null=True, blank=True)
    performed_at = models.DateTimeField("履行时间", null=True, blank=True)
    urged_at = models.DateTimeField("催告时间", null=True, blank=True)
    court_at = models.DateTimeField("申请强制执行时间", null=True, blank=True)
    closed_at = models.DateTimeField("结案时间", null=True, blank=True)
    archived_at = models.DateTimeField("归档时间", null=True, blank=True)

    decide_due_on = models.DateField("决定期限", null=True, blank=True)
    decide_explanation = models.JSONField("决定期限计算", default=list, blank=True)
    extension_ground = models.CharField("延长办案期限的理由和批准", max_length=300, blank=True, default="")
    serve_due_on = models.DateField("送达期限", null=True, blank=True)
    statement_until = models.DateField("陈述申辩截止", null=True, blank=True)
    hearing_until = models.DateField("听证申请截止", null=True, blank=True)
    statement_waived = models.CharField(
        "放弃陈述申辩、听证的书面声明", max_length=120, blank=True, default=""
    )
    payment_due_on = models.DateField("缴款期限", null=True, blank=True)
    payment_explanation = models.JSONField("缴款期限计算", default=list, blank=True)

    outcome = models.CharField(
        "处理结果", max_length=12, choices=choices.Outcome.choices, blank=True, default=""
    )
    decision = models.ForeignKey(
        OfficialDocument, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="决定书"
    )
    decision_no = models.CharField("决定书文号", max_length=80, blank=True, default="")
    income_snapshot = models.JSONField("违法所得计算", default=dict, blank=True)
    transfer_to = models.CharField("移送机关", max_length=100, blank=True, default="")
    court_name = models.CharField("受理法院", max_length=100, blank=True, default="")
    close_ground = models.CharField(
        "结案理由", max_length=12, choices=choices.CloseGround.choices, blank=True, default=""
    )
    execution_note = models.CharField("执行情况", max_length=300, blank=True, default="")
    publicity_exempt = models.CharField("不予公示的理由", max_length=200, blank=True, default="")
    archive_no = models.CharField("归档号", max_length=8, blank=True, default="")
    archive_filer = models.CharField("立卷人", max_length=40, blank=True, default="")
    archive_checker = models.CharField("检查人", max_length=40, blank=True, default="")
    archive_note = models.CharField("备考", max_length=300, blank=True, default="")

    scope_paths: ClassVar[ScopePaths] = ScopePaths(participants=("organ",))
    objects = CaseQuerySet.as_manager()

    class Meta:
        verbose_name = "处罚案件"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["bureau", "number"], condition=~Q(number=""), name="penalties_case_number"
            ),
            models.UniqueConstraint(
                fields=["bureau", "organ", "archive_no"],
                condition=~Q(archive_no=""),
                name="penalties_case_archive_no",
            ),
            models.UniqueConstraint(
                fields=["notice"],
                condition=Q(notice__isnull=False) & ~Q(status="REFUSED"),
                name="penalties_case_once_per_notice",
            ),
            models.UniqueConstraint(
                fields=["finding"],
                condition=Q(finding__isnull=False) & ~Q(status="REFUSED"),
                name="penalties_case_once_per_finding",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["DRAFT", "SUBMITTED", "REFUSED"])
                | Q(kind="SIMPLE")
                | (Q(filed_at__isnull=False) & ~Q(number="") & Q(decide_due_on__isnull=False)),
                name="penalties_case_filed",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["DECIDED", "SERVED", "PERFORMED", "URGED", "IN_COURT"])
                | (
                    Q(decided_at__isnull=False)
                    & Q(decision__isnull=False)
                    & ~Q(outcome="")
                    & ~Q(decision_no="")
                ),
                name="penalties_case_decided",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["CLOSED", "ARCHIVED"])
                | (Q(closed_at__isnull=False) & ~Q(close_ground="")),
                name="penalties_case_closed",
            ),
            models.CheckConstraint(
                condition=~Q(status="ARCHIVED") | (Q(archived_at__isnull=False) & ~Q(archive_no="")),
                name="penalties_case_archived",
            ),
            models.CheckConstraint(
                condition=~Q(outcome="NO_PENALTY") | ~Q(no_penalty_ground=""),
                name="penalties_case_no_penalty_ground",
            ),
            models.CheckConstraint(
                condition=~Q(party_kind="PERSON") | Q(address_plain=""), name="penalties_case_person_sealed"
            ),
            models.CheckConstraint(
                condition=Q(act_to__isnull=True) | Q(act_from__isnull=True) | Q(act_to__gte=F("act_from")),
                name="penalties_case_act_forward",
            ),
        ]
        indexes = [
            models.Index(fields=["bureau", "status", "decide_due_on"], name="penalties_case_status"),
            models.Index(fields=["institution", "-decided_at"], name="penalties_case_place"),
            models.Index(fields=["person", "-decided_at"], name="penalties_case_person"),
            models.Index(fields=["controller", "-decided_at"], name="penalties_case_controller"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def file_uid(self) -> UUID | None:
        """The institution's file, when the party is on the register."""
        return self.institution.uid if self.institution else None

    @property
    def address_context(self) -> str:
        """What the sealed address is bound to."""
        return f"penalties.case.address:{self.uid}"

    @property
    def party_address(self) -> str:
        """The address in clear, for documents and their servers only; screens show `address_shown`."""
        if self.party_kind == PartyKind.PERSON:
            return unseal(self.address_sealed, self.address_context)
        return self.address_plain

    @property
    def address_shown(self) -> str:
        """The address as screens show it: of a natural person only its beginning."""
        address = self.party_address
        if self.party_kind == PartyKind.PERSON and address:
            return f"{address[:6]}＊＊＊"
        return address

    @property
    def is_penalty(self) -> bool:
        """Whether it is heading for, or ended in, a penalty."""
        return not self.no_penalty_ground

    @property
    def law_ref(self) -> str:
        """V1, V2 … : the group of violations by which ranges are looked up; empty when none is known."""
        return self.violation.details.get("law_ref") or ""

    @property
    def is_undecided(self) -> bool:
        """Whether the decision is still ahead."""
        return self.status in UNDECIDED

    @property
    def fact_words(self) -> str:
        """The facts found, one after the other."""
        return "；".join(row.text.rstrip("。；") for row in self.casefacts.order_by("position"))

    @property
    def current_due_on(self) -> date | None:
        """The day by which the next step must be done."""
        return {
            "FILED": self.decide_due_on,
            "ENDED": self.decide_due_on,
            "NOTIFIED": self.decide_due_on,
            "DECIDED": self.serve_due_on,
            "SERVED": self.payment_due_on,
            "URGED": self.payment_due_on,
        }.get(self.status)

    @property
    def status_tone(self) -> str:
        """Tone of the status dot."""
        tones = {
            "SUBMITTED": "warn",
            "URGED": "bad",
            "IN_COURT": "bad",
            "PERFORMED": "ok",
            "CLOSED": "ok",
            "ARCHIVED": "mute",
            "REFUSED": "mute",
            "WITHDRAWN": "mute",
            "TRANSFERRED": "mute",
            "DRAFT": "mute",
        }
        return tones.get(self.status, "info")
