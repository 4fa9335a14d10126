"""Forms of signals from outside."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone

from accounts.models import User
from casework.web import give_rows
from casework.web.fields import DayField, area
from funds.models import SignalKind, SignalSource
from institutions.models import Institution
from institutions.selectors import institutions_visible


class SignalForm(forms.Form):
    """What another office told."""

    institution = forms.ModelChoiceField(label="机构", queryset=Institution.objects.none())
    kind = forms.ChoiceField(label="信号", choices=SignalKind.choices)
    source = forms.ChoiceField(label="来源", choices=SignalSource.choices)
    reference = forms.CharField(label="来源编号", max_length=80, help_text="案号、文号或流水号。")
    happened_on = DayField(label="发生日期", initial=timezone.localdate)
    summary = forms.CharField(label="情况", max_length=300, widget=area(3))

    def __init__(self, *args: Any, actor: User, place: Institution | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        give_rows(self, institution=institutions_visible(actor).order_by("name"))
        if place is not None:
            self.fields["institution"].initial = place.pk


class ClearForm(forms.Form):
    """Why a signal counts no longer."""

    cleared_on = DayField(label="消除日期", initial=timezone.localdate)
    note = forms.CharField(
        label="消除依据", max_length=200, help_text="如：结案裁定、缴清凭证、移出名录截图。"
    )
