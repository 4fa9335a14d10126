"""Fields and forms that several steps share."""

from __future__ import annotations

from typing import Any

from django import forms

from casework.web.fields import DayField, area

NONE = ("", "（无）")


class PeopleField(forms.ModelMultipleChoiceField):
    """Several people by name."""

    def label_from_instance(self, obj: Any) -> str:
        return str(obj)


class ReasonForm(forms.Form):
    """A step that needs a reason."""

    reason = forms.CharField(label="理由", max_length=200, widget=area(3))

    def __init__(self, *args: Any, label: str = "理由", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].label = label


class NoteForm(forms.Form):
    """A step with an opinion that may be left out."""

    note = forms.CharField(
        label="意见", max_length=200, widget=area(2), required=False, help_text="不填写的，记为“同意”。"
    )


class DayForm(forms.Form):
    """A day."""

    on = DayField(label="日期")

    def __init__(self, *args: Any, label: str = "日期", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["on"].label = label


class DoneForm(DayForm):
    """A day and what was done."""

    note = forms.CharField(label="情况", max_length=200, widget=area(2))
