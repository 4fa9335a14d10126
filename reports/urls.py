"""Addresses of the reporting room."""

from __future__ import annotations

from django.urls import URLPattern

app_name = "reports"

desk_urlpatterns: list[URLPattern] = []
