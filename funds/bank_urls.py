"""Addresses of statements, suspense, days, layouts and keys."""

from __future__ import annotations

from django.urls import URLPattern, path

from funds import api
from funds.views import (
    absences,
    bank_portal,
    bundles,
    corrections,
    days,
    invoices,
    keys,
    profiles,
    statements,
    suspense,
)

desk: list[URLPattern] = [
    path("bank/", statements.statement_list, name="statement_list"),
    path("bank/files/new/", statements.statement_create, name="statement_create"),
    path("bank/files/<uuid:uid>/", statements.statement_detail, name="statement_detail"),
    path("bank/files/preview/", bundles.desk_preview, name="statement_preview"),
    path("bank/bundles/", bundles.bundle_list, name="bundle_list"),
    path("bank/bundles/<uuid:uid>/", bundles.bundle_detail, name="bundle_detail"),
    path("bank/bundles/<uuid:uid>/quiet/", absences.desk_quiet, name="bundle_quiet"),
    path("bank/suspense/", suspense.suspense_list, name="suspense_list"),
    path("bank/suspense/<uuid:uid>/", suspense.suspense_detail, name="suspense_detail"),
    path("bank/suspense/<uuid:uid>/<slug:name>/", suspense.suspense_step, name="suspense_step"),
    path("bank/corrections/", corrections.correction_list, name="correction_list"),
    path("bank/corrections/<uuid:uid>/", corrections.correction_detail, name="correction_detail"),
    path("bank/corrections/<uuid:uid>/<slug:name>/", corrections.correction_step, name="correction_step"),
    path(
        "funds/contracts/<uuid:uid>/payments/<uuid:entry>/back/",
        corrections.payment_back,
        name="payment_back",
    ),
    path("bank/days/", days.day_list, name="day_list"),
    path("bank/days/calendar/", days.day_calendar, name="day_calendar"),
    path("bank/days/close/", days.days_close, name="days_close"),
    path("bank/days/month/", days.month_confirm, name="month_confirm"),
    path("bank/days/<uuid:uid>/", days.day_detail, name="day_detail"),
    path("bank/days/<uuid:uid>/<slug:name>/", days.day_step, name="day_step"),
    path("bank/profiles/", profiles.profile_list, name="profile_list"),
    path("bank/profiles/new/", profiles.profile_create, name="profile_create"),
    path("bank/profiles/install/", profiles.profile_install, name="profile_install"),
    path("bank/profiles/preview/", profiles.profile_preview, name="profile_preview"),
    path("bank/profiles/<uuid:uid>/", profiles.profile_change, name="profile_change"),
    path("bank/invoices/", invoices.invoice_list, name="invoice_list"),
    path("bank/invoices/new/", invoices.invoice_import, name="invoice_import"),
    path("bank/invoice-cases/", invoices.case_list, name="invoice_case_list"),
    path("bank/invoice-cases/<uuid:uid>/", invoices.case_detail, name="invoice_case_detail"),
    path("bank/invoice-cases/<uuid:uid>/<slug:name>/", invoices.case_step, name="invoice_case_step"),
    path("machine-keys/", keys.key_list, name="key_list"),
    path("machine-keys/new/", keys.key_issue, name="key_issue"),
    path("machine-keys/<uuid:uid>/revoke/", keys.key_revoke, name="key_revoke"),
    path("funds/banks/<uuid:uid>/account/", keys.bank_user, name="bank_user"),
]
portal: list[URLPattern] = [
    path("statements/", bank_portal.statements, name="statements"),
    path("statements/new/", bank_portal.upload_page, name="upload"),
    path("statements/preview/", bundles.portal_preview, name="statement_preview"),
    path("statements/bundles/", bundles.portal_list, name="bundle_list"),
    path("statements/bundles/<uuid:uid>/", bundles.portal_detail, name="bundle_detail"),
    path("statements/bundles/<uuid:uid>/quiet/", absences.portal_quiet, name="bundle_quiet"),
    path("statements/<uuid:uid>/", bank_portal.statement, name="statement"),
]
machine: list[URLPattern] = [
    path("bank/statements/", api.StatementPush.as_view(), name="bank_statements"),
    path("bank/statements/<uuid:uid>/", api.StatementState.as_view(), name="bank_statement"),
    path("signals/", api.SignalPush.as_view(), name="signals"),
    path("signals/clear/", api.SignalClear.as_view(), name="signals_clear"),
]
