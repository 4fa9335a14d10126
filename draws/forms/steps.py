"""Forms of the steps of a draw."""

from __future__ import annotations

from django import forms

from casework.web.fields import DayField, MomentField, area


class EntropyForm(forms.Form):
    """The announced value, as published."""

    value = forms.CharField(label="公开值", max_length=200, help_text="照公布的号码依次录入，用空格隔开。")
    note = forms.CharField(
        label="出处", max_length=300, help_text="网址、公告或期号；现场掷骰的写明会议名称和地点。"
    )
    witnesses = forms.CharField(
        label="见证人",
        max_length=100,
        required=False,
        help_text="现场掷骰须有两名以上，用顿号隔开；其他的不填。",
    )


class ConfirmForm(forms.Form):
    """The value a second time, by another person."""

    value = forms.CharField(
        label="再次录入公开值", max_length=200, help_text="请自己到出处查看后录入，不要照抄前一人的录入。"
    )


class RepeatForm(forms.Form):
    """A repeat of an aborted draw."""

    reason = forms.CharField(label="重新抽取理由", max_length=300, widget=area(), help_text="会向社会公开。")
    entropy_due_at = MomentField(label="新的公开值产生时间")
    planned_on = DayField(label="检查开始日期")
    planned_until = DayField(label="检查结束日期")


class ReasonForm(forms.Form):
    """A step that needs its reason."""

    reason = forms.CharField(label="理由", max_length=300, widget=area(), help_text="会向社会公开。")
