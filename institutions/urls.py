"""Addresses of this room."""

from __future__ import annotations

from django.urls import path

from institutions.views import accounts, entities, imports, listing, materials, persons, platform, records

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
    path("institutions/entities/", entities.entity_list, name="entity_list"),
    path("institutions/entities/new/", entities.entity_create, name="entity_create"),
    path("institutions/entities/import/", entities.entity_import, name="entity_import"),
    path("institutions/entities/hand-over/", entities.entity_hand_over, name="entity_hand_over"),
    path("institutions/entities/<uuid:uid>/settle/", entities.entity_settle, name="entity_settle"),
    path("institutions/platform/", platform.platform_list, name="platform_list"),
    path("institutions/platform/new/", platform.milestone_reach, name="milestone_reach"),
    path("institutions/platform/<uuid:uid>/leave/", platform.milestone_leave, name="milestone_leave"),
    path("institutions/materials/", materials.material_list, name="material_list"),
    path("institutions/materials/new/", materials.material_create, name="material_create"),
    path("institutions/materials/<uuid:uid>/", materials.material_detail, name="material_detail"),
    path("institutions/materials/<uuid:uid>/<slug:name>/", materials.material_step, name="material_step"),
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

portal_urlpatterns = [
    path("institution/", records.own_file, name="own_file"),
    path("materials/", materials.own_materials, name="own_materials"),
    path("materials/<uuid:uid>/withdraw/", materials.own_material_withdraw, name="own_material_withdraw"),
]
