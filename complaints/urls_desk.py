"""Addresses of the desk of clues."""

from __future__ import annotations

from django.urls import path

from complaints.views import desk, numbers

desk_urlpatterns = [
    path("clues/", desk.clue_list, name="clue_list"),
    path("clues/new/", desk.clue_create, name="clue_create"),
    path("clues/triage/", desk.triage, name="triage"),
    path("clues/statistics/", numbers.statistics, name="statistics"),
    path("clues/rules/", numbers.rule_list, name="rule_list"),
    path("clues/rules/new/", numbers.rule_create, name="rule_create"),
    path("clues/rules/<uuid:uid>/", numbers.rule_edit, name="rule_edit"),
    path("clues/looks/<uuid:uid>/drop/", desk.verification_drop, name="verification_drop"),
    path("clues/<uuid:uid>/", desk.clue_detail, name="clue_detail"),
    path("clues/<uuid:uid>/print/", desk.clue_print, name="clue_print"),
    path("clues/<uuid:uid>/<slug:name>/", desk.clue_step, name="clue_step"),
]
public_urlpatterns = [path("report/numbers/", numbers.public_numbers, name="numbers")]
