"""Addresses of what is done about risks: run-aways and the rounds around the money."""

from __future__ import annotations

from django.urls import URLPattern, path

from funds.views import (
    audit_sheets,
    case_links,
    labour,
    outside,
    platform,
    rounds,
    runaway_decisions,
    runaways,
)

desk: list[URLPattern] = [
    path("funds/runaways/", runaways.runaway_list, name="runaway_list"),
    path("funds/runaways/new/", runaways.runaway_create, name="runaway_create"),
    path("funds/runaways/<uuid:uid>/", runaways.runaway_detail, name="runaway_detail"),
    path("funds/runaways/<uuid:uid>/claims/", runaways.runaway_claims, name="runaway_claims"),
    path("funds/runaways/<uuid:uid>/lessons/", runaway_decisions.runaway_lessons, name="runaway_lessons"),
    path("funds/runaways/<uuid:uid>/approve/", runaway_decisions.runaway_approve, name="runaway_approve"),
    path("funds/runaways/<uuid:uid>/do/<slug:name>/", runaways.runaway_step, name="runaway_step"),
    path("funds/rounds/", rounds.round_list, name="round_list"),
    path("funds/rounds/new/", rounds.round_create, name="round_create"),
    path("funds/rounds/<uuid:uid>/", rounds.round_detail, name="round_detail"),
    path("funds/rounds/<uuid:uid>/<slug:name>/", rounds.round_step, name="round_step"),
    path("funds/audit-sheets/", audit_sheets.sheet_list, name="audit_sheet_list"),
    path("funds/audit-sheets/<uuid:uid>/", audit_sheets.sheet_detail, name="audit_sheet_detail"),
    path("funds/audit-sheets/<uuid:uid>/<slug:name>/", audit_sheets.sheet_step, name="audit_sheet_step"),
    path("funds/findings/", audit_sheets.finding_list, name="finding_list"),
    path("funds/findings/<uuid:uid>/", audit_sheets.finding_detail, name="finding_detail"),
    path("funds/findings/<uuid:uid>/<slug:name>/", audit_sheets.finding_step, name="finding_step"),
    path("funds/sheets/", outside.outside_list, name="outside_list"),
    path("funds/sheets/signals/", outside.signal_sheet, name="signal_sheet"),
    path("funds/sheets/platform/", outside.platform_sheet, name="platform_sheet"),
    path("funds/sheets/<uuid:uid>/", outside.outside_detail, name="outside_detail"),
    path("funds/differences/", platform.difference_list, name="difference_list"),
    path("funds/differences/<uuid:uid>/", platform.difference_detail, name="difference_detail"),
    path("funds/differences/<uuid:uid>/<slug:name>/", platform.difference_step, name="difference_step"),
    path("funds/cases/<uuid:uid>/fees/", case_links.case_fees, name="case_fees"),
    path("funds/cases/<uuid:uid>/freeze/", case_links.case_freeze, name="case_freeze"),
    path("funds/labour/", labour.labour_list, name="labour_list"),
    path("funds/labour/new/", labour.labour_create, name="labour_create"),
    path("funds/labour/<uuid:uid>/", labour.labour_detail, name="labour_detail"),
    path("funds/labour/<uuid:uid>/<slug:name>/", labour.labour_step, name="labour_step"),
]
