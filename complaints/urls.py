"""Addresses of this room."""

from __future__ import annotations

from django.urls import URLPattern

desk_urlpatterns: list[URLPattern] = []
public_urlpatterns: list[URLPattern] = []
