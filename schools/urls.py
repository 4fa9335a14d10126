"""Addresses of this room."""

from __future__ import annotations

from django.urls import URLPattern, path

from schools.views import assessment, portal_tips, registry, tips

app_name = "schools"

_registry: list[URLPattern] = [
    path("schools/", registry.school_list, name="school_list"),
    path("schools/new/", registry.school_create, name="school_create"),
    path("schools/<uuid:uid>/", registry.school_detail, name="school_detail"),
    path("schools/<uuid:uid>/edit/", registry.school_edit, name="school_edit"),
    path("schools/<uuid:uid>/account/", registry.account_open, name="account_open"),
    path("schools/<uuid:uid>/close/", registry.school_close, name="school_close"),
]
_tips: list[URLPattern] = [
    path("schools/tips/", tips.tip_list, name="tip_list"),
    path("schools/tips/new/", tips.tip_create, name="tip_create"),
    path("schools/tips/<uuid:uid>/", tips.tip_detail, name="tip_detail"),
    path("schools/tips/<uuid:uid>/edit/", tips.tip_edit, name="tip_edit"),
    path("schools/tips/<uuid:uid>/preview/", tips.tip_preview, name="tip_preview"),
    path("schools/tips/<uuid:uid>/<slug:name>/", tips.tip_step, name="tip_step"),
    path("schools/assessment/", assessment.assessment, name="assessment"),
]

desk_urlpatterns: list[URLPattern] = [*_tips, *_registry]

portal_urlpatterns: list[URLPattern] = [
    path("tips/", portal_tips.tip_list, name="tip_list"),
    path("tips/<uuid:uid>/", portal_tips.tip_detail, name="tip_detail"),
    path("tips/<uuid:uid>/receive/", portal_tips.tip_receive, name="tip_receive"),
]
