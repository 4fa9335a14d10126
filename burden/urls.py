"""Addresses of this room."""

from __future__ import annotations

from django.urls import path

from burden.views import merging, plans, public, ratings, scanning

app_name = "burden"

desk_urlpatterns = [
    path("plans/", plans.plan_list, name="plan_list"),
    path("plans/new/", plans.plan_create, name="plan_create"),
    path("plans/<uuid:uid>/", plans.plan_detail, name="plan_detail"),
    path("plans/<uuid:uid>/edit/", plans.plan_edit, name="plan_edit"),
    path("plans/<uuid:uid>/items/new/", plans.item_add, name="item_add"),
    path("plans/<uuid:uid>/steps/<slug:name>/", plans.plan_step, name="plan_step"),
    path("plan-items/<uuid:uid>/edit/", plans.item_edit, name="item_edit"),
    path("plan-items/<uuid:uid>/remove/", plans.item_remove, name="item_remove"),
    path("inspections/<uuid:uid>/plan/", plans.outing_link, name="outing_link"),
    path("merging/", merging.merge_list, name="merge_list"),
    path("merging/<uuid:uid>/", merging.merge, name="merge"),
    path("scan/", scanning.scan_form, name="scan_form"),
    path("scan/<slug:public_id>/", scanning.scan, name="scan"),
    path("ratings/", ratings.rating_summary, name="rating_summary"),
]

portal_urlpatterns = [
    path("ratings/", ratings.rating_list, name="rating_list"),
    path("ratings/<uuid:uid>/voucher/", ratings.voucher, name="voucher"),
]

public_urlpatterns = [
    path("inspections/", public.year, name="year"),
    path("inspections/<int:year>.csv", public.year_csv, name="year_csv"),
    path("rate/", ratings.rate, name="rate"),
]
