"""Forms of fund audits and of labour claims."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone

from accounts.models import User
from casework.web import give_rows
from casework.web.fields import DayField, MoneyField, PlacesField, area, place_picker
from funds.models import AuditMeasure, CheckItem, CheckResult, LabourKind, LabourSource, PaidFrom
from institutions.models import Institution
from institutions.selectors import institutions_visible


class RoundForm(forms.Form):
    """A round with its scope and window."""

    title = forms.CharField(label="名称", max_length=100, help_text="如：2026 年秋季预收费资金专查。")
    basis_no = forms.CharField(label="依据文号", max_length=60, required=False)
    range_note = forms.CharField(
        label="核查范围", max_length=300, widget=area(3), help_text="查哪些机构、哪段时间的收费。"
    )
    partners = forms.CharField(label="参加部门", max_length=200, required=False)
    starts_on = DayField(label="开始日期", initial=timezone.localdate)
    ends_on = DayField(label="结束日期")


class PlacesForm(forms.Form):
    """Institutions that get a sheet."""

    institutions = PlacesField(
        label="机构", queryset=Institution.objects.none(), widget=place_picker(), required=False
    )
    is_all = forms.BooleanField(label="所有有监管账户的机构", required=False)

    def __init__(self, *args: Any, actor: User, row: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.mine = institutions_visible(actor)
        give_rows(self, institutions=self.mine.select_related("region").order_by("name"))

    def clean(self) -> dict[str, Any]:
        """One or more institutions."""
        given = super().clean() or {}
        if given.pop("is_all", False):
            given["institutions"] = self.mine.filter(
                escrow_accounts__status__in=["VERIFIED", "PAY_ENABLED", "CLOSING"]
            ).distinct()
        if not given.get("institutions"):
            raise forms.ValidationError("请选择机构，或勾选所有有监管账户的机构。")
        return given


class ConclusionForm(forms.Form):
    """How a round ended."""

    conclusion = forms.CharField(label="结论", max_length=500, widget=area(5))


class SheetFillForm(forms.Form):
    """The sheet: one result for each item, who looked and when, and the talk if there was one."""

    checked_on = DayField(label="核查日期", initial=timezone.localdate)
    checkers = forms.CharField(label="核查人员", max_length=100, help_text="姓名和单位，至少两人。")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for item in CheckItem:
            self.fields[f"check_{item}"] = forms.ChoiceField(
                label=item.label, choices=CheckResult.choices, initial=CheckResult.OK
            )
        self.fields["note"] = forms.CharField(
            label="核查情况", max_length=500, required=False, widget=area(4)
        )
        self.fields["talked_on"] = DayField(label="约谈日期", required=False, help_text="没有约谈的不填。")
        self.fields["talk_note"] = forms.CharField(
            label="约谈情况", max_length=300, required=False, widget=area(3)
        )

    def clean(self) -> dict[str, Any]:
        """Results together."""
        given = super().clean() or {}
        given["checks"] = {item.value: given.pop(f"check_{item}", "") for item in CheckItem}
        return given


class FindingForm(forms.Form):
    """What was found."""

    kind = forms.ChoiceField(label="问题")
    amount_fen = MoneyField(label="涉及金额（元）", initial=0)
    summary = forms.CharField(label="情况", max_length=500, widget=area(4))
    measure = forms.ChoiceField(label="处理", choices=AuditMeasure.choices)
    due_on = DayField(label="整改期限")

    def __init__(self, *args: Any, row: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["kind"]
        field.choices = [item for item in CheckItem.choices if row.checks.get(item[0]) == "BAD"]


class RectifyForm(forms.Form):
    """How it was put right."""

    rectified_on = DayField(label="整改日期", initial=timezone.localdate)
    result = forms.CharField(label="整改情况", max_length=500, widget=area(4))


class LabourForm(forms.Form):
    """Claims of staff, as counts and amounts."""

    institution = forms.ModelChoiceField(label="机构", queryset=Institution.objects.none())
    kind = forms.ChoiceField(label="诉求", choices=LabourKind.choices)
    source = forms.ChoiceField(label="来源", choices=LabourSource.choices)
    reference = forms.CharField(label="来源编号", max_length=80, help_text="来文、仲裁或信访的编号。")
    claimed_on = DayField(label="提出日期", initial=timezone.localdate)
    persons = forms.IntegerField(label="涉及人数", min_value=1, max_value=100_000)
    amount_fen = MoneyField(label="涉及金额（元）")
    summary = forms.CharField(
        label="情况", max_length=300, widget=area(3), help_text="只写人数和金额，不写姓名。"
    )

    def __init__(self, *args: Any, actor: User, place: Institution | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        give_rows(self, institution=institutions_visible(actor).order_by("name"))
        if place is not None:
            self.fields["institution"].initial = place.pk


class SettleForm(forms.Form):
    """How it was settled, with whose money."""

    ended_on = DayField(label="了结日期", initial=timezone.localdate)
    paid_fen = MoneyField(label="已支付（元）", initial=0)
    paid_from = forms.ChoiceField(
        label="支付来源", choices=[("", "没有支付"), *PaidFrom.choices], required=False
    )
    result = forms.CharField(label="办理结果", max_length=300, widget=area(3))


class PassOnForm(forms.Form):
    """To whom it was handed."""

    passed_to = forms.CharField(label="移交部门", max_length=60, initial="县人力资源和社会保障局")
    passed_no = forms.CharField(label="移交文号", max_length=60)
    ended_on = DayField(label="移交日期", initial=timezone.localdate)
    result = forms.CharField(label="移交情况", max_length=300, widget=area(3))
