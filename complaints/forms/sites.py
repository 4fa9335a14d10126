"""Forms of suspected sites."""

from __future__ import annotations

from typing import Any

from django import forms

from accounts.models import User
from casework.web import give_rows
from complaints.models import Clue, SuspectedSite
from complaints.selectors import sites as selectors
from institutions.models import Institution
from institutions.selectors import institutions_visible


def _reason(label: str = "理由") -> forms.CharField:
    return forms.CharField(label=label, max_length=300, widget=forms.Textarea(attrs={"rows": 3}))


class ReasonForm(forms.Form):
    """Why."""

    reason = _reason()

    def __init__(self, *args: Any, actor: User, row: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.actor, self.row = actor, row


class WatchForm(ReasonForm):
    """Until when the place is watched."""

    review_on = forms.DateField(
        label="下次复看日期", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    reason = _reason("关注什么")
    field_order = ("review_on", "reason")


class ConfirmForm(ReasonForm):
    """What proves it, and which file of the register it is."""

    institution = forms.ModelChoiceField(
        label="登记机构", queryset=Institution.objects.none(), required=False, empty_label="没有登记在册",
        help_text="只列出名称、地址或位置相近的机构。",
    )  # fmt: skip
    reason = _reason("认定依据")

    def __init__(self, *args: Any, actor: User, row: SuspectedSite, **kwargs: Any) -> None:
        super().__init__(*args, actor=actor, row=row, **kwargs)
        near = {
            likely.target.pk
            for clue in selectors.clues_of(actor, row)[:3]
            for likely in selectors.suggestions(actor, clue).institutions
        }
        if row.institution_id:
            near.add(row.institution_id)
        give_rows(self, institution=institutions_visible(actor).filter(pk__in=near))
        self.initial.setdefault("institution", row.institution_id)


class MergeForm(ReasonForm):
    """Which other site is the same place."""

    other = forms.ModelChoiceField(label="同一处的另一条记录", queryset=SuspectedSite.objects.none())
    reason = _reason("为什么是同一处")
    field_order = ("other", "reason")

    def __init__(self, *args: Any, actor: User, row: SuspectedSite, **kwargs: Any) -> None:
        super().__init__(*args, actor=actor, row=row, **kwargs)
        rows = selectors.other_sites(actor, row)
        give_rows(self, other=rows.filter(region=row.region_id) if rows.count() > 500 else rows)


class SplitForm(ReasonForm):
    """Which clues are about another place."""

    clues = forms.ModelMultipleChoiceField(
        label="要分出去的线索", queryset=Clue.objects.none(), widget=forms.CheckboxSelectMultiple
    )
    reason = _reason("为什么不是同一处")
    field_order = ("clues", "reason")

    def __init__(self, *args: Any, actor: User, row: SuspectedSite, **kwargs: Any) -> None:
        super().__init__(*args, actor=actor, row=row, **kwargs)
        keys = [clue.pk for clue in selectors.clues_of(actor, row)]
        give_rows(self, clues=Clue.objects.filter(pk__in=keys).order_by("-received_at", "-pk"))
        self.fields["clues"].label_from_instance = _clue_words  # type: ignore[attr-defined]


def _clue_words(clue: Clue) -> str:
    return f"{clue.number}　{clue.place_text or clue.subject_name or clue.text[:30]}"
