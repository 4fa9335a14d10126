"""Addresses of campaigns, checklists, phone records, pads and the field app."""

from __future__ import annotations

from django.urls import path

from fieldwork.views import api, app, campaigns, checklists, pads, phones

app_name = "fieldwork"
desk_urlpatterns = [
    path("campaigns/", campaigns.campaign_list, name="campaign_list"),
    path("campaigns/new/", campaigns.campaign_create, name="campaign_create"),
    path("campaigns/<uuid:uid>/", campaigns.campaign_detail, name="campaign_detail"),
    path("campaigns/<uuid:uid>/edit/", campaigns.campaign_edit, name="campaign_edit"),
    path("campaigns/<uuid:uid>/start/", campaigns.campaign_start, name="campaign_start"),
    path("campaigns/<uuid:uid>/finish/", campaigns.campaign_finish, name="campaign_finish"),
    path("campaigns/<uuid:uid>/cancel/", campaigns.campaign_cancel, name="campaign_cancel"),
    path("checklists/", checklists.checklist_list, name="checklist_list"),
    path("checklists/<uuid:uid>/", checklists.checklist_version, name="checklist_version"),
    path("checklists/<uuid:uid>/compare/", checklists.checklist_compare, name="checklist_compare"),
    path("checklists/<uuid:uid>/paper.pdf", checklists.checklist_paper, name="checklist_paper"),
    path("checklists/<uuid:uid>/export.<str:kind>", checklists.checklist_export, name="checklist_export"),
    path("checklists/<uuid:uid>/copy/", checklists.checklist_copy, name="checklist_copy"),
    path("checklists/<uuid:uid>/retire/", checklists.checklist_retire, name="checklist_retire"),
    path("checklists/<uuid:uid>/head/", checklists.draft_head, name="draft_head"),
    path("checklists/<uuid:uid>/publish/", checklists.draft_publish, name="draft_publish"),
    path("checklists/<uuid:uid>/drop/", checklists.draft_drop, name="draft_drop"),
    path("checklists/<uuid:uid>/items/new/", checklists.draft_item, name="draft_item_new"),
    path("checklists/<uuid:uid>/items/<slug:code>/", checklists.draft_item, name="draft_item"),
    path(
        "checklists/<uuid:uid>/items/<slug:code>/remove/",
        checklists.draft_item_remove,
        name="draft_item_remove",
    ),
    path(
        "checklists/<uuid:uid>/items/<slug:code>/move/<str:way>/",
        checklists.draft_item_move,
        name="draft_item_move",
    ),
    path("field-devices/", phones.device_list, name="device_list"),
    path("field-devices/<uuid:uid>/revoke/", phones.device_revoke, name="device_revoke"),
    path("field-records/import/", phones.sheet_import, name="sheet_import"),
    path("field-records/<uuid:uid>/", phones.record_detail, name="record_detail"),
    path("field-records/<uuid:uid>/decide/", phones.difference_decide, name="difference_decide"),
    path("field-records/<uuid:uid>/retry/", phones.record_retry, name="record_retry"),
    path("field-records/<uuid:uid>/files/<str:sha256>/", phones.record_file, name="record_file"),
    path("field-pads/", pads.pad_list, name="pad_list"),
    path("field-pads/new/", pads.pad_hand_out, name="pad_hand_out"),
    path("field-pads/<uuid:uid>/", pads.pad_detail, name="pad_detail"),
    path("field-pads/<uuid:uid>/return/", pads.pad_return, name="pad_return"),
    path("field-pads/<uuid:uid>/<int:serial>/void/", pads.pad_number_void, name="pad_number_void"),
]

field_urlpatterns = [
    path("", app.app, name="app"),
    path("sw.js", app.service_worker, name="service_worker"),
    path("manifest.webmanifest", app.manifest, name="manifest"),
    path("api/hello/", api.hello, name="api_hello"),
    path("api/bundle/", api.bundle, name="api_bundle"),
    path("api/operations/", api.operations, name="api_operations"),
    path("api/state/", api.state, name="api_state"),
    path("api/files/<str:sha256>/", api.file, name="api_file"),
]
