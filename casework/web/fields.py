"""Form fields that every room shares."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms

MOMENT = "%Y-%m-%dT%H:%M"


def area(rows: int = 3) -> forms.Textarea:
    """A text area of some lines."""
    return forms.Textarea(attrs={"rows": rows})


class MomentField(forms.DateTimeField):
    """A local date and time in the browser's own control."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.DateTimeInput(attrs={"type": "datetime-local"}, format=MOMENT))
        super().__init__(input_formats=[MOMENT, "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S"], **kwargs)


class DayField(forms.DateField):
    """A date in the browser's own control."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
        super().__init__(**kwargs)


class FilesInput(forms.ClearableFileInput):
    """Several files at once."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """A list of files, empty when none were chosen; at most `most` of them when given, counted in `unit`."""

    def __init__(self, *, most: int | None = None, unit: str = "张照片", **kwargs: Any) -> None:
        kwargs.setdefault("widget", FilesInput(attrs={"multiple": True}))
        kwargs.setdefault("required", False)
        self.most, self.unit = most, unit
        super().__init__(**kwargs)

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        """Each file checked on its own."""
        given = data if isinstance(data, list | tuple) else [data] if data else []
        if self.most is not None and len(given) > self.most:
            raise forms.ValidationError(f"最多传 {self.most} {self.unit}。")
        return [super(FilesField, self).clean(item, initial) for item in given]


class PickerSelect(forms.SelectMultiple):
    """Many choices to search in (`static/js/picker.js`); without scripts the plain list.

    `unit` counts them (家, 人). Of a row, the attributes in `words` are searched beside its label.
    """

    def __init__(self, *, unit: str = "项", words: tuple[str, ...] = (), size: int = 10) -> None:
        super().__init__(attrs={"size": size, "data-picker": unit})
        self.words = words

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """The option with what else it is found by."""
        option = super().create_option(name, value, *args, **kwargs)
        row = getattr(value, "instance", None)
        if row is not None and self.words:
            option["attrs"]["data-words"] = " ".join(str(getattr(row, word) or "") for word in self.words)
        return option


def place_picker() -> PickerSelect:
    """Institutions by name, pinyin initials, address, code or public number."""
    return PickerSelect(unit="家", words=("py", "address", "uscc", "public_id"))


class PersonField(forms.ModelChoiceField[Any]):
    """One person."""

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.name}（{obj.organisation.short_name}）" if obj.organisation else obj.name


class PeopleField(forms.ModelMultipleChoiceField[Any]):
    """Several people or bodies."""

    def label_from_instance(self, obj: Any) -> str:
        organisation = getattr(obj, "organisation", None)
        return f"{obj.name}（{organisation.short_name}）" if organisation else str(obj.name)


class PlacesField(forms.ModelMultipleChoiceField[Any]):
    """Several institutions."""

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.name}（{obj.region.name}）"


class MoneyField(forms.DecimalField):
    """Yuan on the screen, fen in the data."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("min_value", 0)
        super().__init__(decimal_places=2, max_digits=14, **kwargs)

    def clean(self, value: Any) -> Any:
        """Fen, or None."""
        amount: Decimal | None = super().clean(value)
        return None if amount is None else int(amount * 100)
