"""Forms of requests to look."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone

from accounts.models import User
from casework.web import give_rows
from casework.web.fields import FilesField, FilesInput, MomentField, area
from monitors.forms.patrols import PeopleField
from monitors.models import LookAsk, Monitor, Squad
from monitors.selectors import patrols as selectors


class AssignForm(forms.Form):
    """Which squad looks."""

    squad = forms.ModelChoiceField(
        label="小分队", queryset=Squad.objects.none(), required=False, empty_label="全体监督员"
    )

    def __init__(self, *args: Any, actor: User, look: LookAsk, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        give_rows(self, squad=Squad.objects.visible_to(actor).filter(is_active=True, bureau=look.bureau_id))
        self.fields["squad"].initial = look.squad_id


class AnswerForm(forms.Form):
    """What was seen, by whom, when."""

    people = PeopleField(
        label="同行监督员",
        queryset=Monitor.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "请至少选一名同行的监督员，核查须两人以上。"},
    )
    looked_at = MomentField(label="核查时间")
    facts = forms.CharField(label="看到的情况", max_length=1000, widget=area(5))
    suggestion = forms.CharField(label="建议", max_length=300, required=False, widget=area(2))
    photos = FilesField(
        label="照片",
        most=9,
        widget=FilesInput(attrs={"multiple": True, "accept": "image/*"}),
        help_text="最多 9 张。",
    )

    def __init__(self, *args: Any, monitor: Monitor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        give_rows(self, people=selectors.companions(monitor, timezone.localdate()))
        self.fields["looked_at"].initial = timezone.localtime().replace(second=0, microsecond=0)

    def clean_looked_at(self) -> datetime:
        """Not in the future."""
        given: datetime = self.cleaned_data["looked_at"]
        if given > timezone.now():
            raise forms.ValidationError("核查时间不能晚于现在。")
        return given
