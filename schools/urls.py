"""Addresses of this room."""

from __future__ import annotations

from django.urls import URLPattern, path

from schools.views import registry

app_name = "schools"

desk_urlpatterns: list[URLPattern] = [
    path("schools/", registry.school_list, name="school_list"),
    path("schools/new/", registry.school_create, name="school_create"),
    path("schools/<uuid:uid>/", registry.school_detail, name="school_detail"),
    path("schools/<uuid:uid>/edit/", registry.school_edit, name="school_edit"),
    path("schools/<uuid:uid>/account/", registry.account_open, name="account_open"),
    path("schools/<uuid:uid>/close/", registry.school_close, name="school_close"),
]
