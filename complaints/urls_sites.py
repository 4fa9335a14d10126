"""Addresses of suspected sites."""

from __future__ import annotations

from django.urls import URLPattern, path

from complaints.views import sites

desk: list[URLPattern] = [
    path("sites/", sites.site_list, name="site_list"),
    path("sites/links/<uuid:uid>/<slug:name>/", sites.link_step, name="link_step"),
    path("sites/changes/<uuid:uid>/undo/", sites.change_undo, name="change_undo"),
    path("sites/<uuid:uid>/", sites.site_detail, name="suspectedsite_detail"),
    path("sites/<uuid:uid>/<slug:name>/", sites.site_step, name="suspectedsite_step"),
    path("clues/<uuid:uid>/site/", sites.site_open, name="site_open"),
]
