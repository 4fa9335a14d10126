"""Conditions of filter bars that several rooms share."""

from __future__ import annotations

from typing import Any

import django_filters
from django import forms


class YearFilter(django_filters.NumberFilter):
    """A year in four digits; another number is a mistake of the form, never one of the database."""

    field_class = forms.IntegerField

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("min_value", 1900)
        kwargs.setdefault("max_value", 9999)
        super().__init__(**kwargs)

    def get_max_validator(self) -> None:
        """The field has its own bounds."""
        return
