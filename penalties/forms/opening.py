"""Opening a case: source, party, officers, recusal, transfer."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone

from accounts.models import User
from casework.web import give_rows
from casework.web.fields import area
from penalties import selectors
from penalties.forms.fields import ReasonForm
from penalties.models import (
    Case,
    CaseKind,
    PartyKind,
    SourceKind,
)


class CaseForm(forms.ModelForm):
    """Source, party and act of a case."""

    party_address = forms.CharField(label="当事人地址", max_length=200)

    class Meta:
        model = Case
        fields = (
            "kind", "source_kind", "source_no", "source_brief", "party_kind", "institution", "party_name",
            "party_uscc", "party_head", "party_phone", "party_born_on", "violation", "concurrent", "act_from",
            "act_to", "found_on", "is_safety_harm", "clue_facts", "jurisdiction", "region", "earlier_organ",
            "handover_no",
        )  # fmt: skip
        widgets = {
            "source_brief": area(2),
            "clue_facts": area(4),
            "kind": forms.RadioSelect,
            **{
                name: forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
                for name in ("party_born_on", "act_from", "act_to", "found_on")
            },
        }
        help_texts = {
            "source_no": "检查、整改通知书、线索或者移送函的编号。",
            "source_brief": "不得写入举报人姓名、电话等信息。",
            "institution": "在台账中的机构，选择后名称、代码、地址可以不填。",
            "party_born_on": "当事人是自然人的必填。",
            "act_to": "仍在继续的不填。",
            "earlier_organ": "其他机关先行立案的，填写机关名称和移交或指定管辖的文号。",
        }

    def __init__(self, *args: Any, actor: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        give_rows(
            self,
            violation=selectors.violation_choices(),
            concurrent=selectors.violation_choices(),
            institution=selectors.institution_choices(actor),
            region=selectors.town_choices(actor),
        )
        self.fields["party_name"].required = False
        self.fields["kind"].choices = CaseKind.choices  # type: ignore[attr-defined]
        self.fields["source_kind"].choices = SourceKind.choices  # type: ignore[attr-defined]
        self.fields["party_kind"].choices = PartyKind.choices  # type: ignore[attr-defined]
        self.fields["party_address"].required = False
        if self.instance.pk:
            self.fields["party_address"].initial = self.instance.address_plain
            if self.instance.party_kind == PartyKind.PERSON:
                self.fields["party_address"].help_text = "住址已加密保存，不修改的不填。"
            self.fields["kind"].disabled = True
        self.order_fields([*self.Meta.fields[:8], "party_address", *self.Meta.fields[8:]])

    def clean(self) -> dict[str, Any]:
        """A party is named, by itself or by the register."""
        given: dict[str, Any] = super().clean() or {}
        place = given.get("institution")
        if not given.get("party_name") and not place:
            self.add_error("party_name", "请填写当事人名称，或选择机构。")
        if given.get("party_kind") == PartyKind.PERSON and not given.get("party_born_on"):
            self.add_error("party_born_on", "当事人是自然人的，请填写出生日期。")
        if place and not given.get("party_name"):
            given["party_name"] = place.name
        return given

    def _post_clean(self) -> None:
        """Constraints that depend on sealed fields are checked by the service."""

    def values(self) -> dict[str, Any]:
        """What the service takes, without address and place."""
        return {
            name: value
            for name, value in self.cleaned_data.items()
            if name not in {"party_address", "region"}
        }


class OfficerForm(forms.Form):
    """An officer for the case."""

    user: forms.ModelChoiceField[Any] = forms.ModelChoiceField(label="办案人员", queryset=None)

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = selectors.handler_choices(case, timezone.localdate())
        give_rows(self, user=people)


class RecusalForm(forms.Form):
    """An application that an officer stand aside."""

    ground = forms.CharField(label="回避事由", max_length=200, widget=area(3))
    is_by_party = forms.BooleanField(label="当事人申请", required=False, initial=True)


class RecusalDecisionForm(forms.Form):
    """The head's decision about it."""

    granted = forms.TypedChoiceField(
        label="决定",
        choices=[("1", "准予回避"), ("0", "驳回申请")],
        coerce=lambda value: value == "1",
        widget=forms.RadioSelect,
    )
    note = forms.CharField(label="理由", max_length=200, widget=area(2))


class TransferForm(ReasonForm):
    """Where a case goes."""

    to = forms.CharField(label="移送机关", max_length=100)
    field_order = ("to", "reason")


class SpotForm(forms.Form):
    """Where a simple decision is made."""

    place = forms.CharField(label="处罚地点", max_length=200)
