"""Addresses of statements, suspense, days, layouts and keys."""

from __future__ import annotations

from django.urls import URLPattern, path

from funds import api
from funds.views import bank_portal, days, invoices, keys, profiles, statements, suspense

desk: list[URLPattern] = [
    path("funds/statements/", statements.statement_list, name="statement_list"),
    path("funds/statements/new/", statements.statement_create, name="statement_create"),
    path("funds/statements/<uuid:uid>/", statements.statement_detail, name="statement_detail"),
    path("funds/suspense/", suspense.suspense_list, name="suspense_list"),
    path("funds/suspense/<uuid:uid>/", suspense.suspense_detail, name="suspense_detail"),
    path("funds/suspense/<uuid:uid>/<slug:name>/", suspense.suspense_step, name="suspense_step"),
    path("funds/days/", days.day_list, name="day_list"),
    path("funds/days/calendar/", days.day_calendar, name="day_calendar"),
    path("funds/days/close/", days.days_close, name="days_close"),
    path("funds/days/month/", days.month_confirm, name="month_confirm"),
    path("funds/days/<uuid:uid>/", days.day_detail, name="day_detail"),
    path("funds/days/<uuid:uid>/<slug:name>/", days.day_step, name="day_step"),
    path("funds/profiles/", profiles.profile_list, name="profile_list"),
    path("funds/profiles/new/", profiles.profile_create, name="profile_create"),
    path("funds/profiles/install/", profiles.profile_install, name="profile_install"),
    path("funds/profiles/preview/", profiles.profile_preview, name="profile_preview"),
    path("funds/profiles/<uuid:uid>/", profiles.profile_change, name="profile_change"),
    path("funds/invoices/", invoices.invoice_list, name="invoice_list"),
    path("funds/invoices/new/", invoices.invoice_import, name="invoice_import"),
    path("funds/invoice-cases/", invoices.case_list, name="invoice_case_list"),
    path("funds/invoice-cases/<uuid:uid>/", invoices.case_detail, name="invoice_case_detail"),
    path("funds/invoice-cases/<uuid:uid>/<slug:name>/", invoices.case_step, name="invoice_case_step"),
    path("funds/keys/", keys.key_list, name="key_list"),
    path("funds/keys/new/", keys.key_issue, name="key_issue"),
    path("funds/keys/<uuid:uid>/revoke/", keys.key_revoke, name="key_revoke"),
    path("funds/banks/<uuid:uid>/account/", keys.bank_user, name="bank_user"),
]
portal: list[URLPattern] = [
    path("statements/", bank_portal.statements, name="statements"),
    path("statements/new/", bank_portal.upload_page, name="upload"),
    path("statements/<uuid:uid>/", bank_portal.statement, name="statement"),
]
machine: list[URLPattern] = [
    path("bank/statements/", api.StatementPush.as_view(), name="bank_statements"),
    path("bank/statements/<uuid:uid>/", api.StatementState.as_view(), name="bank_statement"),
]
