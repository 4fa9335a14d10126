"""Forms of steps."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone

from accounts.models import User
from casework.web import give_rows
from measures import selectors
from measures.forms.base import (
    DayField,
    FilesField,
    MomentField,
    PersonField,
    area,
)
from measures.models import (
    AdPhase,
    Attendance,
    CallStatus,
    DirectiveKind,
    PromiseResult,
    Rating,
    ServiceWay,
)


class StepForm(forms.Form):
    """Base of the forms of steps."""

    def __init__(self, *args: Any, actor: User, row: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.actor, self.row = actor, row
        self.prepare()

    def prepare(self) -> None:
        """Choices and first values that depend on the row."""


class ReasonForm(StepForm):
    """A reason."""

    reason = forms.CharField(label="理由", max_length=200, widget=area())


class AdOrderForm(StepForm):
    """An order to take it away."""

    order_text = forms.CharField(
        label="清除要求", max_length=300, widget=area(), initial="立即清除，不得再发布"
    )
    due_on = DayField(label="清除期限", required=False, help_text="不填的按政策参数计算。")


class AdReferForm(StepForm):
    """Whom it is handed to."""

    to: Any = forms.ModelChoiceField(label="移送单位", queryset=None)
    reason = forms.CharField(label="移送理由", max_length=200, widget=area())

    def prepare(self) -> None:
        rows = selectors.other_departments(self.actor).exclude(pk=self.row.lead_organ_id)
        give_rows(self, to=rows)


class AdReceiptForm(StepForm):
    """The other authority's receipt."""

    receipt_no = forms.CharField(label="回执编号或接收人", max_length=80)
    receipt_on = DayField(label="回执日期", initial=timezone.localdate)


class AdRemoveForm(StepForm):
    """The removal."""

    removed_at = MomentField(label="清除时间", initial=timezone.localtime)
    pieces = forms.IntegerField(label="清除数量", min_value=1)
    by = forms.CharField(label="清除单位", max_length=100)
    photos = FilesField(label="清除后的照片", help_text="没有照片不能登记清除。")

    def prepare(self) -> None:
        self.initial.setdefault("pieces", self.row.pieces)


class AdCheckForm(StepForm):
    """A re-check."""

    checked_on = DayField(label="复核日期", initial=timezone.localdate)
    is_gone = forms.TypedChoiceField(
        label="复核结果",
        choices=[("1", "仍已清除"), ("0", "反弹")],
        coerce=lambda value: value == "1",
        widget=forms.RadioSelect,
    )
    note = forms.CharField(label="复核情况", max_length=300, widget=area(2))
    photos = FilesField(label="复核照片")


class AdPhotoForm(StepForm):
    """One more photo."""

    phase = forms.ChoiceField(label="阶段", choices=AdPhase.choices)
    upload = forms.FileField(label="照片或快照")


class TalkHoldForm(StepForm):
    """The record of a talk: who came for each institution, what was promised."""

    held_at = MomentField(label="实际约谈时间", initial=timezone.localtime)
    requirements = forms.CharField(label="约谈要求（一行一项）", widget=area(4))

    def prepare(self) -> None:
        self.parties = list(self.row.parties.select_related("institution"))
        for party in self.parties:
            name, key = party.institution.name, party.pk
            self.fields[f"attendance_{key}"] = forms.ChoiceField(
                label=f"{name}：到场情况", choices=[("", "请选择"), *Attendance.choices]
            )
            self.fields[f"attendee_{key}"] = forms.CharField(label="到场人", max_length=40, required=False)
            self.fields[f"title_{key}"] = forms.CharField(label="职务", max_length=40, required=False)
            self.fields[f"promise_{key}"] = forms.CharField(label="承诺事项", required=False, widget=area(2))
            self.fields[f"due_{key}"] = DayField(label="承诺期限", required=False)


class PromiseForm(StepForm):
    """The follow-up of one promise."""

    result = forms.ChoiceField(label="跟踪结果", choices=PromiseResult.choices, widget=forms.RadioSelect)
    note = forms.CharField(label="跟踪情况", max_length=300, widget=area(2))
    on = DayField(label="跟踪日期", initial=timezone.localdate)


class ArriveForm(StepForm):
    """Arrival."""

    arrived_at = MomentField(label="到场时间", initial=timezone.localtime)
    people = forms.CharField(label="到场人员", max_length=100)


class ActionForm(StepForm):
    """What a department did."""

    action = forms.CharField(label="处置情况", max_length=500, widget=area())


class EvaluateForm(StepForm):
    """The township's evaluation of every department."""

    result = forms.CharField(label="办理结果", max_length=300, widget=area(2))

    def prepare(self) -> None:
        self.calls = list(self.row.calls.select_related("organisation").filter(status=CallStatus.DONE))
        for call in self.calls:
            self.fields[f"rating_{call.pk}"] = forms.ChoiceField(
                label=f"{call.organisation.name}：评价", choices=Rating.choices, widget=forms.RadioSelect
            )
            self.fields[f"comment_{call.pk}"] = forms.CharField(
                label="评价意见", max_length=200, required=False, help_text="不满意的须写明原因。"
            )

    def ratings(self) -> dict[int, tuple[str, str]]:
        """Ratings by call."""
        data = self.cleaned_data
        return {call.pk: (data[f"rating_{call.pk}"], data[f"comment_{call.pk}"]) for call in self.calls}


class DecisionForm(StepForm):
    """One decision."""

    text = forms.CharField(label="议定事项", max_length=300, widget=area(2))
    assignee: Any = forms.ModelChoiceField(label="责任单位", queryset=None)
    due_on = DayField(label="完成期限")

    def prepare(self) -> None:
        give_rows(self, assignee=selectors.departments(self.actor))


class ReportForm(StepForm):
    """What was done about a decision."""

    report = forms.CharField(label="落实情况", max_length=500, widget=area())


class OfficersForm(StepForm):
    """Two officers who sign."""

    officer_one = PersonField(label="执法人员一", queryset=None)
    officer_two = PersonField(label="执法人员二", queryset=None)

    def prepare(self) -> None:
        rows = selectors.certified_colleagues(self.actor, timezone.localdate())
        for name in ("officer_one", "officer_two"):
            give_rows(self, **{name: rows})


class ServeForm(StepForm):
    """How a document was served."""

    way = forms.ChoiceField(label="送达方式", choices=ServiceWay.choices)
    served_at = MomentField(label="送达时间", initial=timezone.localtime)
    receiver = forms.CharField(label="签收人（见证人、学校）", max_length=60, required=False)
    proof = forms.CharField(
        label="送达凭证",
        max_length=200,
        required=False,
        help_text="留置写拒收事由，电子写确认书编号，邮寄写回执号，公告写载体或者网址。",
    )
    photo = forms.FileField(label="送达照片", required=False)


class PupilsForm(StepForm):
    """The hand-over of pupils, as counts."""

    to_parents = forms.IntegerField(label="由家长接回（人）", min_value=0)
    to_school = forms.IntegerField(label="由学校接回（人）", min_value=0, initial=0)
    note = forms.CharField(
        label="交接情况", max_length=300, required=False, widget=area(2), help_text="不写学生和家长姓名。"
    )


class PublishForm(StepForm):
    """Where a ban was announced."""

    on = DayField(label="公告日期", initial=timezone.localdate)
    where = forms.CharField(label="公告载体或网址", max_length=200)


class FinishForm(StepForm):
    """What came of a document."""

    note = forms.CharField(label="落实情况", max_length=300, widget=area())
    may_resume = forms.BooleanField(
        label="恢复办学", required=False, help_text="停业整顿的机构从今天起恢复正常办学。"
    )

    def prepare(self) -> None:
        if self.row.kind != DirectiveKind.SUSPENSION_NOTICE:
            del self.fields["may_resume"]


class CheckForm(StepForm):
    """Whether a place keeps to a closure."""

    on = DayField(label="核查日期", initial=timezone.localdate)
    complied = forms.TypedChoiceField(
        label="核查结果",
        choices=[("1", "已停课"), ("0", "没有停课")],
        coerce=lambda value: value == "1",
        widget=forms.RadioSelect,
    )
    pupils_sent_home = forms.IntegerField(label="劝返学生数", min_value=0, required=False)
    note = forms.CharField(label="情况和处置", max_length=200, required=False, widget=area(2))


class LiftForm(StepForm):
    """The end of a closure."""

    lifted_on = DayField(label="恢复日期", initial=timezone.localdate)
    basis = forms.CharField(label="恢复依据", max_length=300)


class ReturnForm(StepForm):
    """Giving materials back."""

    returned_on = DayField(label="退还日期", initial=timezone.localdate)
    returned_to = forms.CharField(label="领回人", max_length=40)


class ShiftReportForm(StepForm):
    """What came of a shift."""

    places_passed = forms.IntegerField(label="巡查点位（处）", min_value=0)
    report = forms.CharField(
        label="值班情况", max_length=500, widget=area(), help_text="发现问题的，另行报检查或者登记线索。"
    )


class SwapForm(StepForm):
    """Whom to ask."""

    to_user = PersonField(label="接班人", queryset=None)
    reason = forms.CharField(label="换班原因", max_length=200)

    def prepare(self) -> None:
        rows = selectors.duty_people(self.actor).exclude(pk=self.row.user_id)
        give_rows(self, to_user=rows)


class BriefForm(StepForm):
    """What officers are asked to look into."""

    brief = forms.CharField(
        label="转办摘要", widget=area(), help_text="写需要核实什么，不写走访人员；线索材料不随附。"
    )


class EndForm(StepForm):
    """The end of a ground."""

    until = DayField(label="终止日期", initial=timezone.localdate)
    reason = forms.CharField(label="终止原因", max_length=200)
