"""Fields and bases of this room's forms."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.utils import timezone

from accounts.models import User
from casework.web import give_rows
from casework.web.fields import (
    MOMENT,
    DayField,
    FilesField,
    FilesInput,
    MomentField,
    PeopleField,
    PersonField,
    PlacesField,
    area,
)
from measures import selectors

__all__ = [
    "MOMENT",
    "DayField",
    "FilesField",
    "FilesInput",
    "MomentField",
    "PeopleField",
    "PersonField",
    "PlacesField",
    "RowForm",
    "area",
]


class RowForm(forms.ModelForm):
    """A form of a row: fields are checked here, the row by the service."""

    QUERYSETS: ClassVar[dict[str, str]] = {}
    HELP: ClassVar[dict[str, str]] = {}

    class Meta:
        fields: tuple[str, ...] = ()

    def __init__(self, *args: Any, actor: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.actor = actor
        today = timezone.localdate()
        for name, field in self.fields.items():
            self._dress(name, field)
            if name in self.HELP:
                field.help_text = self.HELP[name]
        sources: dict[str, Any] = {
            "places": lambda: selectors.institution_choices(actor).select_related("region"),
            "departments": lambda: selectors.departments(actor),
            "other_departments": lambda: selectors.other_departments(actor),
            "colleagues": lambda: selectors.colleagues(actor),
            "certified": lambda: selectors.certified_colleagues(actor, today),
            "people": lambda: selectors.duty_people(actor),
            "towns": lambda: selectors.towns(actor),
            "campaigns": lambda: selectors.campaigns_open(actor, today),
            "visits": lambda: selectors.newest(selectors.recent_visits(actor)),
            "notices": lambda: selectors.newest(selectors.open_notices(actor)),
            "violations": selectors.ad_violations,
        }
        for name, source in self.QUERYSETS.items():
            if name in self.fields:
                chosen = sources[source]()
                give_rows(self, **{name: chosen})

    def _dress(self, name: str, field: forms.Field) -> None:
        if isinstance(field, forms.DateTimeField) and not isinstance(field, MomentField):
            self.fields[name] = MomentField(
                label=field.label, required=field.required, help_text=field.help_text
            )
        elif isinstance(field, forms.DateField) and not isinstance(field, DayField | MomentField):
            self.fields[name] = DayField(
                label=field.label, required=field.required, help_text=field.help_text
            )
        elif isinstance(field.widget, forms.Textarea):
            field.widget.attrs["rows"] = 3

    def _post_clean(self) -> None:
        """The service validates the row."""

    def values(self, *left_out: str) -> dict[str, Any]:
        """What the service takes: the row's own fields."""
        names = [name for name in self.Meta.fields if name in self.fields and name not in left_out]
        return {name: self.cleaned_data[name] for name in names if name in self.cleaned_data}
