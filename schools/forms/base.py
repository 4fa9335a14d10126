"""What the forms of this room share: texts in which no pupil is named, choices of schools."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms

from accounts.models import User
from schools import pupils
from schools.models import School
from schools.querysets import SchoolQuerySet
from schools.selectors.registry import schools_visible


class NamelessForm(forms.Form):
    """A form whose `nameless` texts are looked through for pupils' names.

    When some are suspected, the person is told which, and a box appears that says that somebody checked.
    """

    nameless: ClassVar[tuple[str, ...]] = ()

    def clean(self) -> dict[str, Any]:
        """Warn of names unless the box is ticked."""
        values = super().clean() or {}
        texts = tuple(str(values.get(name) or "") for name in self.nameless)
        said = pupils.warning(texts)
        checked = self.data.get(self.add_prefix("names_checked")) == "on"
        if said:
            self.fields["names_checked"] = forms.BooleanField(
                label="已核对，文中没有学生姓名", required=False, initial=checked
            )
        if said and not checked:
            self.add_error(None, f"{said}请改写；确认不是学生姓名的，勾选下面的“已核对”再提交。")
        values["names_checked"] = checked
        return values


class SchoolField(forms.ModelChoiceField):
    """One school."""

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.name}（{obj.region.name}）"


def schools_to_ask(actor: User) -> SchoolQuerySet:
    """Open schools that the actor reaches."""
    return schools_visible(actor).open()


def school_field(label: str = "学校") -> SchoolField:
    """A choice of schools, filled by the form."""
    return SchoolField(label=label, queryset=School.objects.none(), empty_label="请选择学校")
