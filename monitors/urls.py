"""Addresses of this room."""

from __future__ import annotations

from django.urls import URLPattern, path

from monitors.views import growth, monitors, portal, public, selection

app_name = "monitors"
_people: list[URLPattern] = [
    path("monitors/", monitors.monitor_list, name="monitor_list"),
    path("monitors/new/", monitors.monitor_create, name="monitor_create"),
    path("monitors/ties/<uuid:uid>/end/", monitors.tie_end, name="tie_end"),
    path("monitors/notices/", selection.notice_list, name="notice_list"),
    path("monitors/notices/new/", selection.notice_create, name="notice_create"),
    path("monitors/notices/<uuid:uid>/", selection.notice_detail, name="notice_detail"),
    path("monitors/objections/<uuid:uid>/", selection.objection_decide, name="objection_decide"),
    path("monitors/squads/", selection.squad_list, name="squad_list"),
    path("monitors/squads/new/", selection.squad_create, name="squad_create"),
    path("monitors/squads/<uuid:uid>/", selection.squad_edit, name="squad_edit"),
    path("monitors/trainings/", growth.training_list, name="training_list"),
    path("monitors/trainings/<uuid:uid>/", growth.training_detail, name="training_detail"),
    path("monitors/trainings/<uuid:uid>/scores/", growth.training_scores, name="training_scores"),
    path("monitors/manuals/", growth.manual_list, name="manual_list"),
    path("monitors/manuals/new/", growth.manual_create, name="manual_create"),
    path("monitors/manuals/<uuid:uid>/", growth.manual_detail, name="manual_detail"),
    path("monitors/assessments/", growth.assessment_list, name="assessment_list"),
    path("monitors/<uuid:uid>/", monitors.monitor_detail, name="monitor_detail"),
    path("monitors/<uuid:uid>/account/", monitors.account_open, name="account_open"),
    path("monitors/<uuid:uid>/<slug:name>/", monitors.monitor_step, name="monitor_step"),
]
desk_urlpatterns = [*_people]
portal_urlpatterns: list[URLPattern] = [
    path("monitor/", portal.own, name="own"),
    path("monitor/manuals/<uuid:uid>/", portal.manual, name="manual"),
    path("monitor/ties/new/", portal.tie, name="tie"),
]
public_urlpatterns: list[URLPattern] = [
    path("monitors/", public.monitor_list, name="monitor_list"),
    path("monitors/notices/<uuid:uid>/", public.notice, name="notice"),
]
