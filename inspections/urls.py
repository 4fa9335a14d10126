"""Addresses of this room."""

from __future__ import annotations

from django.urls import path

from inspections.views import checklists, deployments, findings, notices, portal, previews, visits

app_name = "inspections"

desk_urlpatterns = [
    path("inspections/", deployments.deployment_list, name="deployment_list"),
    path("inspections/new/", deployments.deployment_create, name="deployment_create"),
    path("inspections/<uuid:uid>/", deployments.deployment_detail, name="deployment_detail"),
    path("inspections/<uuid:uid>/edit/", deployments.deployment_edit, name="deployment_edit"),
    path("inspections/<uuid:uid>/places/", deployments.stops_add, name="stops_add"),
    path("inspections/<uuid:uid>/members/", deployments.member_add, name="member_add"),
    path("inspections/<uuid:uid>/renotify/", deployments.deployment_renotify, name="deployment_renotify"),
    path("inspections/<uuid:uid>/cap/", deployments.cap_override, name="cap_override"),
    path("inspections/<uuid:uid>/steps/<slug:name>/", deployments.deployment_step, name="deployment_step"),
    path("inspection-members/<uuid:uid>/remove/", deployments.member_remove, name="member_remove"),
    path("inspection-members/<uuid:uid>/recusal/", deployments.recusal_raise, name="recusal_raise"),
    path("recusals/<uuid:uid>/decide/", deployments.recusal_decide, name="recusal_decide"),
    path("visits/", visits.visit_list, name="visit_list"),
    path("visits/<uuid:uid>/", visits.visit_detail, name="visit_detail"),
    path("visits/<uuid:uid>/start/", visits.visit_start, name="visit_start"),
    path("visits/<uuid:uid>/record/", visits.visit_record, name="visit_record"),
    path("visits/<uuid:uid>/close/", visits.visit_close, name="visit_close"),
    path("visits/<uuid:uid>/cancel/", visits.visit_cancel, name="visit_cancel"),
    path("visits/<uuid:uid>/checklist/", checklists.visit_checklist, name="visit_checklist"),
    path("visits/<uuid:uid>/preview/<str:kind>/", previews.visit_preview, name="visit_preview"),
    path(
        "visits/<uuid:uid>/preview/<str:kind>.<str:suffix>", previews.visit_preview, name="visit_preview_pdf"
    ),
    path("deployments/<uuid:uid>/preview/", previews.approval_preview, name="approval_preview"),
    path(
        "deployments/<uuid:uid>/preview.<str:suffix>", previews.approval_preview, name="approval_preview_pdf"
    ),
    path("visits/<uuid:uid>/carried/", checklists.visit_carried, name="visit_carried"),
    path("visits/<uuid:uid>/findings/new/", findings.finding_create, name="finding_create"),
    path("visits/<uuid:uid>/notice/", notices.notice_draft, name="notice_draft"),
    path("findings/", findings.finding_list, name="finding_list"),
    path("findings/<uuid:uid>/", findings.finding_detail, name="finding_detail"),
    path("findings/<uuid:uid>/edit/", findings.finding_edit, name="finding_edit"),
    path("findings/<uuid:uid>/photos/", findings.finding_photos, name="finding_photos"),
    path("findings/<uuid:uid>/steps/<slug:name>/", findings.finding_step, name="finding_step"),
    path("rectification/", notices.notice_list, name="notice_list"),
    path("rectification/<uuid:uid>/", notices.notice_detail, name="notice_detail"),
    path("rectification/<uuid:uid>/edit/", notices.notice_edit, name="notice_edit"),
    path("rectification/<uuid:uid>/preview/", notices.notice_preview, name="notice_preview"),
    path("rectification/<uuid:uid>/preview.pdf", notices.notice_preview_pdf, name="notice_preview_pdf"),
    path("rectification/<uuid:uid>/issue/", notices.notice_issue, name="notice_issue"),
    path("rectification/<uuid:uid>/serve/", notices.notice_serve, name="notice_serve"),
    path("rectification/<uuid:uid>/answer/", notices.notice_answer, name="notice_answer"),
    path("rectification/<uuid:uid>/recheck/", notices.notice_recheck, name="notice_recheck"),
    path("rectification/<uuid:uid>/extension/", notices.extension_decide, name="extension_decide"),
    path("rectification/<uuid:uid>/escalate/", notices.notice_escalate, name="notice_escalate"),
    path("rectification/<uuid:uid>/withdraw/", notices.notice_withdraw, name="notice_withdraw"),
]

portal_urlpatterns = [
    path("rectification/", portal.notice_list, name="notice_list"),
    path("rectification/<uuid:uid>/", portal.notice_detail, name="notice_detail"),
    path("rectification/<uuid:uid>/answer/", portal.notice_answer, name="notice_answer"),
    path("rectification/<uuid:uid>/extension/", portal.extension_request, name="extension_request"),
]
