"""Addresses of this room."""

from __future__ import annotations

from django.urls import path

from draws.views import desk, officers, public, yearly

app_name = "draws"

desk_urlpatterns = [
    path("draws/", desk.draw_list, name="draw_list"),
    path("draws/new/", desk.draw_create, name="draw_create"),
    path("draws/count/", desk.draw_count, name="draw_count"),
    path("draws/<uuid:uid>/", desk.draw_detail, name="draw_detail"),
    path("draws/<uuid:uid>/edit/", desk.draw_edit, name="draw_edit"),
    path("draws/<uuid:uid>/steps/<slug:name>/", desk.draw_step, name="draw_step"),
    path("draws/<uuid:uid>/plans/", desk.plans_make, name="plans_make"),
    path("draws/<uuid:uid>/repeat/", desk.draw_repeat, name="draw_repeat"),
    path("draws/<uuid:uid>/result/", desk.draw_result, name="draw_result"),
    path("draws/<uuid:uid>/pool.json", desk.draw_pool_file, name="draw_pool_file"),
    path("draws/<uuid:uid>/record.json", desk.draw_record_file, name="draw_record_file"),
    path("draws/yearly/", yearly.plan_list, name="plan_list"),
    path("draws/yearly/new/", yearly.plan_create, name="plan_create"),
    path("draws/yearly/<uuid:uid>/", yearly.plan_detail, name="plan_detail"),
    path("draws/yearly/<uuid:uid>/edit/", yearly.plan_edit, name="plan_edit"),
    path("draws/yearly/<uuid:uid>/rows/new/", yearly.row_add, name="plan_row_add"),
    path("draws/yearly/<uuid:uid>/steps/<slug:name>/", yearly.plan_step, name="plan_step"),
    path("draws/yearly/rows/<uuid:uid>/edit/", yearly.row_edit, name="plan_row_edit"),
    path("draws/yearly/rows/<uuid:uid>/remove/", yearly.row_remove, name="plan_row_remove"),
    path("draw-recusals/", officers.recusal_list, name="recusal_list"),
    path("draw-recusals/new/", officers.recusal_add, name="recusal_add"),
    path("draw-recusals/<uuid:uid>/end/", officers.recusal_end, name="recusal_end"),
    path("draw-skills/", officers.skill_list, name="skill_list"),
    path("draw-skills/new/", officers.skill_add, name="skill_add"),
    path("draw-skills/<uuid:uid>/end/", officers.skill_end, name="skill_end"),
]

public_urlpatterns = [
    path("draws/", public.draw_list, name="draw_list"),
    path("draws/verify/", public.verify, name="verify"),
    path("draws/plans/<uuid:uid>/", public.plan_detail, name="plan_detail"),
    path("draws/<uuid:uid>/", public.draw_detail, name="draw_detail"),
    path("draws/<uuid:uid>/pool.json", public.pool_file, name="pool_file"),
    path("draws/<uuid:uid>/record.json", public.record_file, name="record_file"),
]
