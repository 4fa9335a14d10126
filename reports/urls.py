"""Addresses of the reporting room."""

from __future__ import annotations

from django.urls import path

from reports.views import figures, looks, pages, regimes, steps

app_name = "reports"

desk_urlpatterns = [
    path("reports/", pages.home, name="home"),
    path("reports/history/", pages.period_list, name="period_list"),
    path("reports/looks/", looks.look_matrix, name="look_matrix"),
    path("reports/counties/", pages.county_list, name="county_list"),
    path("reports/receipts/", steps.receipt_upload, name="receipt_upload"),
    path("reports/regimes/", regimes.regime_list, name="regime_list"),
    path("reports/regimes/new/", regimes.regime_create, name="regime_create"),
    path("reports/regimes/<uuid:uid>/", regimes.regime_detail, name="regime_detail"),
    path("reports/regimes/<uuid:uid>/edit/", regimes.regime_edit, name="regime_edit"),
    path("reports/regimes/<uuid:uid>/build/", steps.regime_build, name="regime_build"),
    path("reports/periods/<uuid:uid>/", pages.period_detail, name="period_detail"),
    path("reports/periods/<uuid:uid>/fill/", steps.period_fill, name="period_fill"),
    path("reports/periods/<uuid:uid>/zero/", steps.period_zero, name="period_zero"),
    path("reports/periods/<uuid:uid>/<slug:step>/", steps.period_step, name="period_step"),
    path("reports/editions/<uuid:uid>/preview.<slug:kind>", pages.edition_preview, name="edition_preview"),
    path("reports/editions/<uuid:uid>/export/<slug:kind>/", pages.export_start, name="export_start"),
    path("reports/exports/<uuid:uid>/", pages.export_download, name="export_download"),
    path("reports/figures/", figures.dashboard, name="figures"),
    path("reports/figures/live/<slug:key>/", figures.live_rows, name="live_rows"),
    path("reports/figures/<uuid:uid>/rows/", figures.figure_rows, name="figure_rows"),
]
