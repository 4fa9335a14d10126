"""Addresses of campaigns and checklists."""

from __future__ import annotations

from django.urls import path

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
    path("checklists/", views.checklist_list, name="checklist_list"),
    path("checklists/<uuid:uid>/", views.checklist_version, name="checklist_version"),
]
