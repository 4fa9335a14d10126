"""From weighing to the decision: discretion, review, defence, hearing, discussion, benchmark."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms

from casework.models.policy import UNVERIFIED
from casework.web import give_rows
from casework.web.fields import DayField, MomentField, MoneyField, area
from casework.wording import needs_check
from penalties import money, selectors, terms
from penalties import services as s
from penalties.forms.fields import NONE
from penalties.models import (
    Case,
    Factor,
    FirstOffence,
    MeasureKind,
    MeasureStage,
    NoPenaltyGround,
    PenaltyRule,
    Seriousness,
    SignState,
)
from penalties.papers import REVIEW_ASPECTS


class RuleField(forms.ModelChoiceField):
    """A step of the discretion ladder, marked where nobody checked it."""

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj}（{UNVERIFIED}）" if needs_check(obj) else str(obj)


class DiscretionForm(forms.ModelForm):
    """Weighing and proposal."""

    fine = MoneyField(label="罚款（元）", required=False)
    times = forms.DecimalField(
        label="或按违法所得的倍数罚款", min_value=0, decimal_places=2, max_digits=5, required=False,
        help_text="填写倍数的，罚款按收退费明细计算。",
    )  # fmt: skip
    confiscate = forms.BooleanField(label="没收违法所得", required=False)
    warning = forms.BooleanField(label="警告", required=False)
    criticism = forms.BooleanField(label="通报批评", required=False)
    stop_running = forms.BooleanField(label="责令停止举办", required=False)
    stop_enrolment = forms.BooleanField(label="责令停止招收学员", required=False)
    revocation = forms.BooleanField(label="吊销许可证件", required=False)
    bar = forms.IntegerField(
        label="限制从业（月）", min_value=0, max_value=600, required=False, help_text="终身填 0。"
    )

    class Meta:
        model = Case
        fields = (
            "rule_broken", "basis", "seriousness", "factors", "repeat_note", "rule", "departure", "reasons",
            "first_offence", "first_offence_note", "is_major", "is_public_interest", "distinct_act",
            "no_penalty_ground", "education_given",
        )  # fmt: skip
        widgets = {
            "rule_broken": area(2),
            "basis": area(2),
            "reasons": area(3),
            "education_given": area(2),
        }
        field_classes = {"rule": RuleField}
        labels = {"rule": "裁量阶次"}
        help_texts = {
            "departure": "不按裁量阶次处罚的，须说明理由。",
            "distinct_act": "同一行为已被罚款的，不得再罚；确属不同行为的说明。",
            "no_penalty_ground": "选择后，本案按不予处罚办理，不填写处罚内容。",
        }

    factors = forms.MultipleChoiceField(
        label="从重、从轻情节", choices=Factor.choices, required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        give_rows(self, rule=selectors.ladder_choices(self.instance))
        self.fields["seriousness"].choices = Seriousness.choices  # type: ignore[attr-defined]
        self.fields["first_offence"].choices = FirstOffence.choices  # type: ignore[attr-defined]
        self.fields["no_penalty_ground"].choices = [NONE, *NoPenaltyGround.choices]  # type: ignore[attr-defined]
        for row in terms.measures_at(self.instance, MeasureStage.PROPOSED):
            self._show(row)

    def _show(self, row: Any) -> None:
        flags = {
            MeasureKind.CONFISCATION: "confiscate",
            MeasureKind.WARNING: "warning",
            MeasureKind.CRITICISM: "criticism",
            MeasureKind.STOP_RUNNING: "stop_running",
            MeasureKind.STOP_ENROLMENT: "stop_enrolment",
            MeasureKind.REVOCATION: "revocation",
        }
        if row.kind in flags:
            self.fields[flags[row.kind]].initial = True
        elif row.kind == MeasureKind.BAR:
            self.fields["bar"].initial = row.months
        elif row.times:
            self.fields["times"].initial = Decimal(row.times) / 100
        else:
            self.fields["fine"].initial = Decimal(row.amount_fen) / 100

    def _post_clean(self) -> None:
        """The service validates the row."""

    def values(self) -> dict[str, Any]:
        """Fields of the case."""
        return {name: self.cleaned_data[name] for name in self.Meta.fields}

    def measures(self) -> list[s.MeasureInput]:
        """What is proposed; nothing when nobody is to be punished."""
        given = self.cleaned_data
        if given["no_penalty_ground"]:
            return []
        found = self._amounts()
        words = ("warning", "criticism", "stop_running", "stop_enrolment", "revocation")
        found += [s.MeasureInput(MeasureKind(name.upper())) for name in words if given[name]]
        if given["bar"] is not None:
            found.append(s.MeasureInput(MeasureKind.BAR, months=given["bar"]))
        return found

    def _amounts(self) -> list[s.MeasureInput]:
        given, found = self.cleaned_data, []
        income = terms.income_of(self.instance).amount
        times = int((given["times"] or 0) * 100)
        fine = money.multiple_fine(income, times) if times else given["fine"]
        if fine:
            found.append(s.MeasureInput(MeasureKind.FINE, fine, times=times))
        if given["confiscate"] and income:
            found.append(s.MeasureInput(MeasureKind.CONFISCATION, income))
        return found


class ReviewRequestForm(forms.Form):
    """Why the case is sent to review."""

    note = forms.CharField(label="补充说明", max_length=120, required=False, widget=area(2))


class ReviewForm(forms.Form):
    """The reviewer's opinion."""

    passed = forms.TypedChoiceField(
        label="结论",
        choices=[("1", "审核通过"), ("0", "退回补正")],
        coerce=lambda value: value == "1",
        widget=forms.RadioSelect,
    )
    conclusion = forms.CharField(label="审核结论", widget=area(3))
    qualification = forms.CharField(
        label="审核人资格", max_length=80, help_text="初次从事法制审核的，填写法律职业资格证号。"
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for key, label in REVIEW_ASPECTS.items():
            self.fields[f"on_{key}"] = forms.CharField(label=label, initial="无异议", max_length=200)
        self.order_fields([*(f"on_{key}" for key in REVIEW_ASPECTS), "passed", "conclusion", "qualification"])

    def opinions(self) -> dict[str, str]:
        """Opinion by aspect."""
        return {key: self.cleaned_data[f"on_{key}"] for key in REVIEW_ASPECTS}


class StatementForm(forms.Form):
    """One point of defence."""

    made_on = DayField(label="提出日期")
    text = forms.CharField(label="意见", widget=area(4), help_text="每条意见分别登记，逐条复核。")


class AnswerForm(forms.Form):
    """The answer to it."""

    is_accepted = forms.TypedChoiceField(
        label="是否采纳",
        choices=[("1", "采纳"), ("0", "不采纳")],
        coerce=lambda value: value == "1",
        widget=forms.RadioSelect,
    )
    answer = forms.CharField(label="复核意见和理由", widget=area(4))


class WaiverForm(forms.Form):
    """A written waiver."""

    paper = forms.CharField(
        label="书面声明", max_length=120, help_text="例如“2026年3月5日《放弃陈述申辩、听证声明》”。"
    )


class HearingPlanForm(forms.Form):
    """When and where."""

    held_at = MomentField(label="听证时间", help_text="须在七个工作日后。")
    place = forms.CharField(label="地点", max_length=200)
    chair: forms.ModelChoiceField[Any] = forms.ModelChoiceField(label="主持人", queryset=None)
    recorder = forms.CharField(label="记录人", max_length=40)
    is_public = forms.BooleanField(label="公开举行", required=False, initial=True)

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        give_rows(self, chair=selectors.chair_choices(case))


class HearingRecordForm(forms.Form):
    """How it went."""

    record = forms.CharField(label="听证情况", widget=area(8))
    opinion = forms.CharField(label="主持人意见", widget=area(3))
    signature = forms.ChoiceField(label="笔录签字", choices=SignState.choices[1:], widget=forms.RadioSelect)


class DiscussionForm(forms.Form):
    """The heads' discussion."""

    held_at = MomentField(label="时间")
    place = forms.CharField(label="地点", max_length=200)
    chair = forms.CharField(label="主持人", max_length=40)
    members = forms.CharField(label="参加人员", max_length=200)
    recorder = forms.CharField(label="记录人", max_length=40)
    opinions = forms.CharField(label="讨论意见", widget=area(5), help_text="逐人记录。")
    conclusion = forms.CharField(label="结论", widget=area(2))


class RuleForm(forms.ModelForm):
    """A step of the bureau's own discretion benchmark."""

    since = DayField(label="施行日期")

    class Meta:
        model = PenaltyRule
        fields = (
            "layer", "law_ref", "seriousness", "step", "circumstances", "kinds", "unit", "minimum", "maximum",
            "basis", "source",
        )  # fmt: skip
        help_texts = {
            "law_ref": "违法行为编号，例如 V1。",
            "minimum": "倍数以百分之一倍计（200 表示 2 倍），罚款以分计，限制从业以月计。",
        }

    kinds = forms.MultipleChoiceField(
        label="可以给予的处罚", choices=MeasureKind.choices, widget=forms.CheckboxSelectMultiple
    )

    def _post_clean(self) -> None:
        """The service validates the row."""

    def values(self) -> dict[str, Any]:
        """Fields of the range."""
        return {name: self.cleaned_data[name] for name in self.Meta.fields}
