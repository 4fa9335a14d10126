"""Addresses of this room."""

from __future__ import annotations

from django.urls import path, re_path

from blacklist import api
from blacklist.public import verification
from blacklist.public import views as public
from blacklist.views import batches, entries, portal

app_name = "blacklist"

desk_urlpatterns = [
    path("lists/", batches.overview, name="overview"),
    path("lists/entries/", entries.entry_list, name="entry_list"),
    path("lists/entries/new/", entries.entry_pick, name="entry_pick"),
    path("lists/entries/new/<uuid:institution>/", entries.entry_create, name="entry_create"),
    path("lists/entries/<uuid:uid>/", entries.entry_detail, name="entry_detail"),
    path("lists/entries/<uuid:uid>/edit/", entries.entry_edit, name="entry_edit"),
    path("lists/entries/<uuid:uid>/evidence/", entries.entry_evidence, name="entry_evidence"),
    path("lists/entries/<uuid:uid>/notify/", entries.entry_notify, name="entry_notify"),
    path("lists/entries/<uuid:uid>/reply/", entries.entry_reply, name="entry_reply"),
    path("lists/entries/<uuid:uid>/review/", entries.entry_review, name="entry_review"),
    path("lists/entries/<uuid:uid>/publish/", entries.entry_publish, name="entry_publish"),
    path("lists/entries/<uuid:uid>/drop/", entries.entry_drop, name="entry_drop"),
    path("lists/entries/<uuid:uid>/remove/", entries.entry_remove, name="entry_remove"),
    path("lists/batches/", batches.batch_list, name="batch_list"),
    path("lists/batches/new/", batches.batch_create, name="batch_create"),
    path("lists/batches/<uuid:uid>/", batches.batch_detail, name="batch_detail"),
    path("lists/batches/<uuid:uid>/edit/", batches.batch_edit, name="batch_edit"),
    path("lists/batches/<uuid:uid>/choose/", batches.batch_choose, name="batch_choose"),
    path("lists/batches/<uuid:uid>/redraw/", batches.batch_redraw, name="batch_redraw"),
    path("lists/batches/<uuid:uid>/submit/", batches.batch_submit, name="batch_submit"),
    path("lists/batches/<uuid:uid>/approve/", batches.batch_approve, name="batch_approve"),
    path("lists/batches/<uuid:uid>/publish/", batches.batch_publish, name="batch_publish"),
    path("lists/batches/<uuid:uid>/return/", batches.batch_return, name="batch_return"),
    path("lists/batches/<uuid:uid>/drop/", batches.batch_drop, name="batch_drop"),
]

portal_urlpatterns = [
    path("lists/", portal.own_entries, name="own_entries"),
    path("lists/<uuid:uid>/", portal.own_entry, name="own_entry"),
]

KIND = "(?P<kind>white|black|red)"

public_urlpatterns = [
    path("", public.search, name="search"),
    path("i/", public.code_form, name="code_form"),
    path("i/<slug:public_id>/", public.institution, name="institution"),
    path("i/<slug:public_id>/qr.svg", public.institution_qr, name="institution_qr"),
    path("i/<slug:public_id>/poster/", public.poster, name="poster"),
    path("lists/", public.lists_root, name="lists"),
    re_path(rf"^lists/{KIND}/$", public.list_page, name="list"),
    re_path(rf"^lists/{KIND}\.csv$", public.list_csv, name="list_csv"),
    path("lists/entries/<uuid:uid>/", public.entry, name="entry"),
    path("verify/", verification.verify_form, name="verify_form"),
    path("verify/keys.json", verification.keys, name="verify_keys"),
    path("verify/revocations.json", verification.revocations, name="verify_revocations"),
    path("verify/photo/", verification.verify_photo, name="verify_photo"),
    path("verify/<str:code>/", verification.verify, name="verify"),
    path("data/", public.data, name="data"),
    path("audit/anchors/", public.anchors, name="anchors"),
]

api_urlpatterns = [
    path("public/institutions/", api.InstitutionList.as_view(), name="institutions"),
    path("public/institutions.csv", api.institutions_csv, name="institutions_csv"),
    path("public/lists/", api.ListingList.as_view(), name="lists"),
]
