"""Addresses of this room."""

from __future__ import annotations

from django.urls import URLPattern

from complaints import urls_desk

app_name = "complaints"

desk_urlpatterns: list[URLPattern] = [*urls_desk.desk_urlpatterns]
public_urlpatterns: list[URLPattern] = [*urls_desk.public_urlpatterns]
