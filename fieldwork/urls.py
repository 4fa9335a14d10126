"""Addresses of campaigns and checklists."""

from __future__ import annotations

from django.urls import path

from fieldwork import checklist_views as lists
from fieldwork import views

app_name = "fieldwork"
desk_urlpatterns = [
    path("campaigns/", views.campaign_list, name="campaign_list"),
    path("campaigns/new/", views.campaign_create, name="campaign_create"),
    path("campaigns/<uuid:uid>/", views.campaign_detail, name="campaign_detail"),
    path("campaigns/<uuid:uid>/edit/", views.campaign_edit, name="campaign_edit"),
    path("campaigns/<uuid:uid>/start/", views.campaign_start, name="campaign_start"),
    path("campaigns/<uuid:uid>/finish/", views.campaign_finish, name="campaign_finish"),
    path("campaigns/<uuid:uid>/cancel/", views.campaign_cancel, name="campaign_cancel"),
    path("checklists/", lists.checklist_list, name="checklist_list"),
    path("checklists/<uuid:uid>/", lists.checklist_version, name="checklist_version"),
    path("checklists/<uuid:uid>/compare/", lists.checklist_compare, name="checklist_compare"),
    path("checklists/<uuid:uid>/paper.pdf", lists.checklist_paper, name="checklist_paper"),
    path("checklists/<uuid:uid>/export.<str:kind>", lists.checklist_export, name="checklist_export"),
    path("checklists/<uuid:uid>/copy/", lists.checklist_copy, name="checklist_copy"),
    path("checklists/<uuid:uid>/retire/", lists.checklist_retire, name="checklist_retire"),
    path("checklists/<uuid:uid>/head/", lists.draft_head, name="draft_head"),
    path("checklists/<uuid:uid>/publish/", lists.draft_publish, name="draft_publish"),
    path("checklists/<uuid:uid>/drop/", lists.draft_drop, name="draft_drop"),
    path("checklists/<uuid:uid>/items/new/", lists.draft_item, name="draft_item_new"),
    path("checklists/<uuid:uid>/items/<slug:code>/", lists.draft_item, name="draft_item"),
    path(
        "checklists/<uuid:uid>/items/<slug:code>/remove/", lists.draft_item_remove, name="draft_item_remove"
    ),
    path(
        "checklists/<uuid:uid>/items/<slug:code>/move/<str:way>/",
        lists.draft_item_move,
        name="draft_item_move",
    ),
]
