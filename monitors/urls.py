"""Addresses of this room."""

from __future__ import annotations

from django.urls import URLPattern, path

from monitors.views import audits, growth, looks, monitors, phone, portal, public, selection
from monitors.views.grids import calls, duty, events, sheets, sweeps, tree
from monitors.views.patrols import outings, quota, stops, tasks

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
_patrols: list[URLPattern] = [
    path("patrols/", outings.outing_list, name="outing_list"),
    path("patrols/stops/", outings.stop_list, name="stop_list"),
    path("patrols/stops/<uuid:uid>/", stops.stop_detail, name="stop_detail"),
    path("patrols/tasks/", tasks.task_list, name="task_list"),
    path("patrols/tasks/new/", tasks.task_create, name="task_create"),
    path("patrols/tasks/<uuid:uid>/", tasks.task_detail, name="task_detail"),
    path("patrols/tasks/<uuid:uid>/<slug:name>/", tasks.task_step, name="task_step"),
    path("patrols/quota/", quota.quota, name="quota"),
    path("patrols/unseen/", quota.unseen, name="unseen"),
    path("patrols/looks/", looks.look_list, name="look_list"),
    path("patrols/looks/<uuid:uid>/", looks.look_detail, name="look_detail"),
    path("patrols/looks/<uuid:uid>/squad/", looks.look_assign, name="look_assign"),
    path("patrols/audits/", audits.audit_list, name="audit_list"),
    path("patrols/audits/new/", audits.audit_create, name="audit_create"),
    path("patrols/audits/<uuid:uid>/", audits.audit_detail, name="audit_detail"),
    path("patrols/audits/<uuid:uid>/trips/new/", audits.trip_create, name="trip_create"),
    path("patrols/audits/<uuid:uid>/<slug:name>/", audits.audit_step, name="audit_step"),
    path("patrols/<uuid:uid>/", outings.outing_detail, name="outing_detail"),
    path("patrols/<uuid:uid>/<slug:name>/", outings.outing_step, name="outing_step"),
]
_grids: list[URLPattern] = [
    path("grids/", tree.unit_list, name="unit_list"),
    path("grids/new/", tree.unit_create, name="unit_create"),
    path("grids/duty/", duty.duty_map, name="duty_map"),
    path("grids/duties/<uuid:uid>/end/", tree.duty_end, name="duty_end"),
    path("grids/sweeps/", sweeps.sweep_list, name="sweep_list"),
    path("grids/sweeps/new/", sweeps.sweep_create, name="sweep_create"),
    path("grids/sweeps/targets/<uuid:uid>/clear/", sweeps.sweep_clear, name="sweep_clear"),
    path("grids/sweeps/<uuid:uid>/", sweeps.sweep_detail, name="sweep_detail"),
    path("grids/sweeps/<uuid:uid>/<slug:name>/", sweeps.sweep_step, name="sweep_step"),
    path("grids/events/", events.event_list, name="event_list"),
    path("grids/events/new/", events.event_create, name="event_create"),
    path("grids/events/<uuid:uid>/", events.event_detail, name="event_detail"),
    path("grids/events/<uuid:uid>/whistle/", events.event_whistle, name="event_whistle"),
    path("grids/calls/", calls.call_page, name="call_page"),
    path("grids/calls/<uuid:uid>/remind/", calls.call_remind, name="call_remind"),
    path("grids/sheets/", sheets.sheet_list, name="sheet_list"),
    path("grids/sheets/new/", sheets.sheet_create, name="sheet_create"),
    path("grids/sheets/template/", sheets.sheet_template, name="sheet_template"),
    path("grids/sheets/<uuid:uid>/", sheets.sheet_detail, name="sheet_detail"),
    path("grids/sheets/<uuid:uid>/rows/", sheets.sheet_rows, name="sheet_rows"),
    path("grids/sheets/<uuid:uid>/apply/", sheets.sheet_apply, name="sheet_apply"),
    path("grids/sheets/<uuid:uid>/drop/", sheets.sheet_drop, name="sheet_drop"),
    path("grids/<uuid:uid>/", tree.unit_detail, name="unit_detail"),
    path("grids/<uuid:uid>/edit/", tree.unit_edit, name="unit_edit"),
    path("grids/<uuid:uid>/close/", tree.unit_close, name="unit_close"),
    path("grids/<uuid:uid>/duty/", tree.duty_add, name="duty_add"),
]
desk_urlpatterns = [*_people, *_patrols, *_grids]
portal_urlpatterns: list[URLPattern] = [
    path("monitor/", portal.own, name="own"),
    path("monitor/manuals/<uuid:uid>/", portal.manual, name="manual"),
    path("monitor/ties/new/", portal.tie, name="tie"),
    path("patrols/", phone.patrol_home, name="patrol_home"),
    path("patrols/new/", phone.outing_new, name="outing_new"),
    path("patrols/stops/<uuid:uid>/", phone.stop, name="stop"),
    path("patrols/looks/<uuid:uid>/", looks.own_look, name="look"),
    path("patrols/looks/<uuid:uid>/answer/", looks.own_look_answer, name="look_answer"),
    path("patrols/<uuid:uid>/", phone.outing, name="outing"),
    path("patrols/<uuid:uid>/place/", phone.place_find, name="place_find"),
    path("patrols/<uuid:uid>/stop/", phone.stop_new, name="stop_new"),
    path("patrols/<uuid:uid>/submit/", phone.outing_submit, name="outing_submit"),
    path("grids/", sweeps.own_grids, name="own_grids"),
    path("grids/events/new/", events.own_event, name="event_create"),
    path("grids/sweeps/targets/<uuid:uid>/clear/", sweeps.own_clear, name="sweep_clear"),
    path("grids/sweeps/<uuid:uid>/", sweeps.own_sweep, name="own_sweep"),
]
public_urlpatterns: list[URLPattern] = [
    path("monitors/", public.monitor_list, name="monitor_list"),
    path("monitors/notices/<uuid:uid>/", public.notice, name="notice"),
]
