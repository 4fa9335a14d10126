"""Addresses of this room."""

from __future__ import annotations

from django.urls import URLPattern

from complaints import urls_wall

app_name = "complaints"

desk_urlpatterns: list[URLPattern] = [
    *urls_wall.desk_urlpatterns,
]
public_urlpatterns: list[URLPattern] = [
    *urls_wall.public_urlpatterns,
]
