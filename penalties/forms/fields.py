"""Fields and forms that several steps share."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms

from inspections.forms import DayField, area

NONE = ("", "（无）")


class MoneyField(forms.DecimalField):
    """Yuan on the screen, fen in the data."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("min_value", 0)
        super().__init__(decimal_places=2, max_digits=14, **kwargs)

    def clean(self, value: Any) -> Any:
        """Fen, or None."""
        amount: Decimal | None = super().clean(value)
        return None if amount is None else int(amount * 100)


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
