"""Forms of run-away events."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone

from accounts.models import User
from casework.web import give_rows
from casework.web.fields import DayField, area
from funds.models import FoundBy, RunawayEvent, RunawayKind, RunawayMeasure
from institutions.models import Institution
from institutions.selectors import institutions_visible


def reachable() -> forms.TypedChoiceField:
    """Said expressly, since nobody waits for the answer of an institution that cannot be reached."""
    return forms.TypedChoiceField(
        label="负责人", choices=(("", "请选择"), ("yes", "能联系上"), ("no", "联系不上")),
        coerce=lambda value: value == "yes",
        help_text="联系不上的，退费申请不等机构答复，由本局直接受理。",
    )  # fmt: skip


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
    is_reachable = reachable()
    summary = forms.CharField(label="情况", max_length=500, widget=area(5))

    def __init__(self, *args: Any, actor: User, place: Institution | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        give_rows(self, institution=institutions_visible(actor).order_by("name"))
        if place is not None:
            self.fields["institution"].initial = place.pk


class CorrectForm(forms.Form):
    """What was registered wrongly or has changed."""

    kind = forms.ChoiceField(label="事件", choices=RunawayKind.choices)
    is_reachable = reachable()
    reason = forms.CharField(
        label="理由", max_length=200, widget=area(3),
        help_text="只对以后开立的退费申请起作用，已经开立的照原来的答复期限办。",
    )  # fmt: skip

    def __init__(self, *args: Any, row: RunawayEvent, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].initial = row.kind
        self.fields["is_reachable"].initial = "yes" if row.is_reachable else "no"


class ShownForm(forms.Form):
    """A word about what the page shows; refused, it is shown again with what stands now, not with what stood."""

    mark = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)

    def __init__(self, *args: Any, shown: dict[str, Any], **kwargs: Any) -> None:
        kwargs["initial"] = shown
        super().__init__(*args, **kwargs)
        self.shown = shown

    def add_error(self, field: str | None, error: Any) -> None:
        """Take the refusal, and the hidden fields from what is shown now."""
        super().add_error(field, error)
        fresh: Any = self.data
        fresh = fresh.copy()
        for name, value in self.shown.items():
            fresh[name] = value
        self.data = fresh


class ClaimLessonsForm(ShownForm):
    """What is found about all lessons that nobody answered."""

    outcome = forms.ChoiceField(
        label="认定",
        choices=(("", "请选择"), ("CANCELLED", "未授课，不计费"), ("CONFIRMED", "已授课，照常计费")),
        help_text="未授课的，课时费退给家长；已授课的，归机构，家长答复期限未到的不在内。",
    )
    decision = forms.CharField(
        label="理由", max_length=200, widget=area(3),
        help_text="写明依据，如签到、监控、消课记录；每一课时都记这一理由。",
    )  # fmt: skip


class ClaimsApproveForm(ShownForm):
    """The word about the refunds whose number and sum stand on the page."""

    count = forms.IntegerField(widget=forms.HiddenInput)
    fen = forms.IntegerField(widget=forms.HiddenInput)
    decision = forms.CharField(
        label="审定意见",
        max_length=200,
        widget=area(3),
        help_text="每一件都记这一意见。页面打开后有变动的，不会审定。",
    )


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
