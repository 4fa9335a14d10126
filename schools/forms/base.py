"""What the forms of this room share: choices of schools."""

from __future__ import annotations

from typing import Any

from django import forms

from accounts.models import User
from schools.models import School
from schools.querysets import SchoolQuerySet
from schools.selectors.registry import schools_visible


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
