"""Forms in whose texts no pupil is named."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms

from casework import pupils


class NamelessForm(forms.Form):
    """A form whose `nameless` texts are looked through for pupils' names.

    When some are suspected, the person is told which, and a box appears that says that somebody checked.
    """

    nameless: ClassVar[tuple[str, ...]] = ()

    def texts(self) -> tuple[str, ...]:
        """Names of the fields that are looked through; a form whose fields are not known before adds its own."""
        return self.nameless

    def clean(self) -> dict[str, Any]:
        """Warn of names unless the box is ticked."""
        values = super().clean() or {}
        said = pupils.warning(tuple(_text_of(values.get(name)) for name in self.texts()))
        checked = self.data.get(self.add_prefix("names_checked")) == "on"
        if said:
            self.fields["names_checked"] = forms.BooleanField(
                label="已核对，文中没有学生姓名", required=False, initial=checked
            )
        if said and not checked:
            self.add_error(None, f"{said}请改写；确认不是学生姓名的，勾选下面的“已核对”再提交。")
        values["names_checked"] = checked
        return values


def _text_of(value: Any) -> str:
    return "\n".join(str(item) for item in value) if isinstance(value, list) else str(value or "")
