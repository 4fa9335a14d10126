"""Forms of run-away events."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone

from accounts.models import User
from casework.web import give_rows
from casework.web.fields import DayField, area
from funds.models import FoundBy, RunawayKind, RunawayMeasure
from institutions.models import Institution
from institutions.selectors import institutions_visible


class RunawayForm(forms.Form):
    """What happened; contracts and money are counted by the system."""

    institution = forms.ModelChoiceField(label="机构", queryset=Institution.objects.none())
    kind = forms.ChoiceField(label="事件", choices=RunawayKind.choices)
    happened_on = DayField(label="发生日期", initial=timezone.localdate)
    found_on = DayField(label="发现日期", initial=timezone.localdate)
    found_by = forms.ChoiceField(label="发现途径", choices=FoundBy.choices)
    source_no = forms.CharField(
        label="来源编号", max_length=60, required=False, help_text="线索、预警或来文的编号。"
    )
    is_reachable = forms.BooleanField(
        label="能联系上负责人", required=False,
        help_text="不勾选的，退费申请不等机构答复，由本局直接受理。",
    )  # fmt: skip
    summary = forms.CharField(label="情况", max_length=500, widget=area(5))

    def __init__(self, *args: Any, actor: User, place: Institution | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        give_rows(self, institution=institutions_visible(actor).order_by("name"))
        if place is not None:
            self.fields["institution"].initial = place.pk


class MeasureForm(forms.Form):
    """One thing that was done."""

    kind = forms.ChoiceField(label="措施", choices=RunawayMeasure.Kind.choices)
    taken_on = DayField(label="日期", initial=timezone.localdate)
    note = forms.CharField(label="情况", max_length=300, widget=area(3))
    reference = forms.CharField(label="文号", max_length=60, required=False)


class OutcomeForm(forms.Form):
    """How it ended."""

    outcome = forms.CharField(
        label="办结情况", max_length=500, widget=area(5), help_text="家长退费、学员安置、对机构的处理。"
    )
