"""Forms of patrol audits."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.utils import timezone

from accounts.models import OrganisationKind, User
from casework.web import give_rows
from casework.web.fields import DayField, PeopleField
from monitors.models import AuditTarget, Finding
from monitors.services import AuditResult

FINDINGS = [("", "这次没去"), *[row for row in Finding.choices if row[0] != Finding.PENDING]]


class FreezeForm(forms.Form):
    """Which visits, how many to draw, from where the public value comes."""

    title = forms.CharField(label="名称", max_length=100)
    period_from = DayField(label="巡查日期从")
    period_until = DayField(label="至")
    wanted = forms.IntegerField(label="抽取家次", min_value=1)
    entropy_source = forms.CharField(
        label="公开值来源",
        max_length=120,
        help_text="事先说定、以后才产生的公开数，例如某日福彩双色球第几期开奖号码。",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        today = timezone.localdate()
        self.fields["period_from"].initial = today - timedelta(days=90)
        self.fields["period_until"].initial = today


class DrawForm(forms.Form):
    """The public value."""

    entropy = forms.CharField(label="公开值", max_length=200)


class TripForm(forms.Form):
    """When, who, and what was found at each drawn visit."""

    went_on = DayField(label="督查日期")
    officers = PeopleField(
        label="督查人员", queryset=User.objects.none(), widget=forms.CheckboxSelectMultiple
    )
    note = forms.CharField(label="说明", max_length=300, required=False)

    def __init__(self, *args: Any, actor: User, targets: list[AuditTarget], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        staff = User.objects.visible_to(actor).filter(
            bureau=actor.bureau_id, is_active=True, organisation__kind=OrganisationKind.EDUCATION
        )
        give_rows(self, officers=staff.select_related("organisation").order_by("name", "pk"))
        self.fields["went_on"].initial = timezone.localdate()
        self.targets = {f"t{target.pk}": target for target in targets}
        for name, target in self.targets.items():
            label = f"{target.order}. {target.stop.party}（{timezone.localtime(target.stop.arrived_at):%m-%d %H:%M}）"
            self.fields[f"{name}_finding"] = forms.ChoiceField(label=label, choices=FINDINGS, required=False)
            self.fields[f"{name}_note"] = forms.CharField(label="核实情况", max_length=300, required=False)

    def clean(self) -> dict[str, Any]:
        """Words where a visit was not real."""
        values: dict[str, Any] = super().clean() or {}
        results: dict[AuditTarget, AuditResult] = {}
        for name, target in self.targets.items():
            finding, note = values.get(f"{name}_finding") or "", values.get(f"{name}_note") or ""
            if not finding:
                continue
            if finding != Finding.REAL and not note.strip():
                self.add_error(f"{name}_note", "请写明核实情况。")
            results[target] = AuditResult(finding, note)
        if not results and not self.errors:
            raise forms.ValidationError("至少填写一家的核实结论。")
        return {**values, "results": results}
