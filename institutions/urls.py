"""Addresses of this room."""

from __future__ import annotations

from django.urls import path

from institutions.views import accounts, imports, listing, persons, records

app_name = "institutions"

desk_urlpatterns = [
    path("institutions/", listing.institution_list, name="institution_list"),
    path("institutions/new/", records.institution_register, name="institution_register"),
    path("institutions/imports/", imports.import_list, name="import_list"),
    path("institutions/imports/new/", imports.import_upload, name="import_upload"),
    path("institutions/imports/template.xlsx", imports.import_template, name="import_template"),
    path("institutions/imports/<uuid:uid>/", imports.import_detail, name="import_detail"),
    path("institutions/imports/<uuid:uid>/match/", imports.import_match, name="import_match"),
    path("institutions/imports/<uuid:uid>/decide/", imports.import_decide, name="import_decide"),
    path("institutions/imports/<uuid:uid>/confirm/", imports.import_confirm, name="import_confirm"),
    path("institutions/imports/<uuid:uid>/rows.xlsx", imports.import_rows_file, name="import_rows_file"),
    path("institutions/<uuid:uid>/", records.institution_detail, name="institution_detail"),
    path("institutions/<uuid:uid>/edit/", records.institution_edit, name="institution_edit"),
    path("institutions/<uuid:uid>/evidence/", records.institution_evidence, name="institution_evidence"),
    path("institutions/<uuid:uid>/qr.svg", records.institution_qr, name="institution_qr"),
    path("institutions/<uuid:uid>/sign/", records.institution_sign, name="institution_sign"),
    path("institutions/<uuid:uid>/account/", accounts.account_open, name="account_open"),
    path("institutions/<uuid:uid>/legal-person/", persons.legal_person, name="legal_person"),
    path("institutions/<uuid:uid>/<slug:name>/", records.institution_step, name="institution_step"),
    path("institutions/persons/<uuid:uid>/", persons.person_detail, name="person_detail"),
    path("institutions/persons/<uuid:uid>/<str:field>/", persons.person_reveal, name="person_reveal"),
]

portal_urlpatterns = [path("institution/", records.own_file, name="own_file")]
