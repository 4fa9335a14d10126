"""Forms of talks: counts and days, and no field for words."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone

from accounts.models import User
from casework.web import give_rows
from casework.web.fields import DayField
from schools.models import TalkLevel, WorkTip
from schools.selectors.tips import tips_visible


class TalkForm(forms.Form):
    """Talks of one level on one day."""

    level = forms.ChoiceField(label="级别", choices=TalkLevel.choices, widget=forms.RadioSelect)
    held_on = DayField(label="约谈日期")
    pupil_count = forms.IntegerField(label="约谈学生（人次）", min_value=0, max_value=9999)
    parent_count = forms.IntegerField(label="约谈家长（人次）", min_value=0, max_value=9999, initial=0)
    linked_count = forms.IntegerField(
        label="其中记入操行评定的学生（人次）", min_value=0, max_value=9999, initial=0
    )
    tip: forms.ModelChoiceField[WorkTip] = forms.ModelChoiceField(
        label="对应的工作提示", queryset=WorkTip.objects.none(), required=False, empty_label="（日常约谈）"
    )
    has_code_list = forms.BooleanField(
        label="学校已建立学生代码表并自行留存",
        help_text="谁被约谈只记在学校自己的代码表上，系统不收姓名，也没有填写文字的地方。",
    )

    def __init__(self, *args: Any, actor: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        give_rows(self, tip=tips_visible(actor).exclude(status__in=["CLOSED", "WITHDRAWN"]))
        self.fields["held_on"].initial = timezone.localdate()

    def clean(self) -> dict[str, Any]:
        """Somebody was talked to, and no more are linked than talked to."""
        values = super().clean() or {}
        pupils, parents = values.get("pupil_count") or 0, values.get("parent_count") or 0
        if not self.errors and not pupils + parents:
            raise forms.ValidationError("学生和家长人次至少填一项。")
        if (values.get("linked_count") or 0) > pupils:
            self.add_error("linked_count", "记入操行评定的人次不能多于约谈学生人次。")
        return values


class TableForm(forms.Form):
    """The span of a table to publish."""

    since = DayField(label="从（某月 1 日）")
    until = DayField(label="到（不含，某月 1 日）", help_text="例如 2026-01-01 到 2026-07-01 是上半年。")
