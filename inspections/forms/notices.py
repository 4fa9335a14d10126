"""Forms of a notice, its answer and its re-check."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone

from accounts.models import Organisation
from casework.deadlines import TermUnit
from casework.web import give_rows
from casework.web.fields import DayField, FilesField, MomentField, area
from inspections import selectors
from inspections.forms.base import DecisionForm, PeopleChoice
from inspections.models import (
    RecheckConclusion,
    RecheckMethod,
    RecheckResult,
    RectificationNotice,
    ServiceMethod,
)


class ExtensionDecisionForm(DecisionForm):
    """A decision about more time."""

    until = DayField(label="延期至", required=False, help_text="不填则按申请的日期。")


class NoticeForm(forms.ModelForm):
    """The draft of a notice; one field per item for what must be corrected."""

    class Meta:
        model = RectificationNotice
        fields = (
            "party_name",
            "party_address",
            "facts",
            "rule_broken",
            "basis",
            "term_amount",
            "term_unit",
            "report_back",
            "consequences",
            "remedy_line",
            "contact",
        )
        widgets = {
            name: area(rows)
            for name, rows in (
                ("facts", 4),
                ("rule_broken", 2),
                ("report_back", 2),
                ("consequences", 2),
                ("remedy_line", 3),
            )
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["term_unit"] = forms.ChoiceField(
            label="期限单位", choices=[(unit.value, unit.label) for unit in TermUnit][:3]
        )
        self.items = selectors.items_of(self.instance)
        for item in self.items:
            self.fields[f"order_{item.pk}"] = forms.CharField(
                label=f"第 {item.position} 项整改要求",
                initial=item.order,
                widget=area(2),
                help_text=item.finding.text,
            )

    def _post_clean(self) -> None:
        """Values go to the service; the instance stays as it is in the database."""

    def values(self) -> dict[str, Any]:
        """Fields of the notice."""
        return {name: self.cleaned_data[name] for name in self.Meta.fields}

    def orders(self) -> dict[int, str]:
        """What must be corrected, by item id."""
        return {item.pk: self.cleaned_data[f"order_{item.pk}"] for item in self.items}


class ServiceForm(forms.Form):
    """送达回证."""

    method = forms.ChoiceField(label="送达方式", choices=ServiceMethod.choices, widget=forms.RadioSelect)
    served_at = MomentField(label="送达时间")
    place = forms.CharField(label="送达地点", max_length=200)
    server_one: forms.ModelChoiceField[Any] = forms.ModelChoiceField(label="送达人一", queryset=None)
    server_two: forms.ModelChoiceField[Any] = forms.ModelChoiceField(label="送达人二", queryset=None)
    receiver = forms.CharField(label="签收人", max_length=40, required=False, help_text="直接送达必填。")
    receiver_relation = forms.CharField(label="与受送达人关系", max_length=40, required=False)
    refusal_reason = forms.CharField(
        label="拒收事由", max_length=200, required=False, help_text="留置送达必填。"
    )
    witness = forms.CharField(
        label="见证人", max_length=40, required=False, help_text="留置送达须有见证人或影像。"
    )
    consent_no = forms.CharField(
        label="电子送达确认书", max_length=60, required=False, help_text="电子送达必填。"
    )
    mail_no = forms.CharField(label="邮件回执号", max_length=60, required=False, help_text="邮寄送达必填。")
    publication_place = forms.CharField(
        label="公告载体", max_length=120, required=False, help_text="公告送达必填。"
    )
    proof = forms.FileField(label="送达证明", required=False, help_text="签收照片、回执或截图。")

    def __init__(self, *args: Any, organ: Organisation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = selectors.organ_officers(organ, timezone.localdate())
        for name in ("server_one", "server_two"):
            give_rows(self, **{name: people})


class AnswerForm(forms.Form):
    """The report: one text and files per open item."""

    statement = forms.CharField(label="总体情况", widget=area(3), required=False)

    def __init__(self, *args: Any, notice: RectificationNotice, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.items = [row for row in selectors.items_of(notice) if row.finding.status == "IN_NOTICE"]
        for item in self.items:
            self.fields[f"text_{item.pk}"] = forms.CharField(
                label=f"第 {item.position} 项：{item.order}",
                widget=area(3),
                help_text=f"问题：{item.finding.text}",
            )
            self.fields[f"files_{item.pk}"] = FilesField(
                label=f"第 {item.position} 项证明材料", help_text="照片、合同、退费凭证等，可多选。"
            )


class ExtensionForm(forms.Form):
    """Asking for more time."""

    until = DayField(label="申请延至")
    reason = forms.CharField(label="申请理由", widget=area(4))


class RecheckForm(forms.Form):
    """The re-check, item by item."""

    method = forms.ChoiceField(
        label="复查方式", choices=RecheckMethod.choices, widget=forms.RadioSelect, initial="ON_SITE"
    )
    officers = PeopleChoice(
        label="复查人员（两名以上持证执法人员）", queryset=None, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, notice: RectificationNotice, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = selectors.organ_officers(notice.organ, timezone.localdate())
        give_rows(self, officers=people)
        self.items = [row for row in selectors.items_of(notice) if row.finding.status == "IN_NOTICE"]
        for item in self.items:
            self.fields[f"result_{item.pk}"] = forms.ChoiceField(
                label=f"第 {item.position} 项：{item.order}",
                choices=RecheckResult.choices,
                widget=forms.RadioSelect,
            )
            self.fields[f"note_{item.pk}"] = forms.CharField(
                label=f"第 {item.position} 项说明",
                max_length=300,
                required=False,
                help_text="没有整改到位的必填。",
            )
            self.fields[f"files_{item.pk}"] = FilesField(label=f"第 {item.position} 项复查照片")
        self.fields["conclusion"] = forms.ChoiceField(
            label="没有全部整改到位时",
            choices=[("", "全部到位，销号"), *RecheckConclusion.choices[1:]],
            required=False,
        )
        self.fields["extend_until"] = DayField(label="提请延期至", required=False)
        self.fields["note"] = forms.CharField(label="复查说明", widget=area(2), required=False)
        self.fields["party_opinion"] = forms.CharField(label="当事人意见", widget=area(2), required=False)


class EscalateForm(forms.Form):
    """Going on as a case or a transfer."""

    target = forms.CharField(label="去向", max_length=100, help_text="如：本机关立案、移送市场监督管理局。")
    number = forms.CharField(label="立案或移送文号", max_length=80, required=False)
    reason = forms.CharField(label="理由", max_length=300, widget=area())
