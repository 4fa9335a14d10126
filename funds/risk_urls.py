"""Addresses of what is done about risks: run-aways and the rounds around the money."""

from __future__ import annotations

from django.urls import URLPattern, path

from funds.views import runaways

desk: list[URLPattern] = [
    path("funds/runaways/", runaways.runaway_list, name="runaway_list"),
    path("funds/runaways/new/", runaways.runaway_create, name="runaway_create"),
    path("funds/runaways/<uuid:uid>/", runaways.runaway_detail, name="runaway_detail"),
    path("funds/runaways/<uuid:uid>/claims/", runaways.runaway_claims, name="runaway_claims"),
    path("funds/runaways/<uuid:uid>/do/<slug:name>/", runaways.runaway_step, name="runaway_step"),
]
