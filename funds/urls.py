"""Addresses of this room."""

from __future__ import annotations

from django.urls import URLPattern, path

from funds import bank_urls
from funds.views import (
    accounts,
    banks,
    contracts,
    custody,
    deposits,
    freezes,
    lessons,
    overview,
    portal,
    portal_refunds,
    public,
    refunds,
    releases,
    sheets,
    signals,
    warnings,
)

_custody: list[URLPattern] = [
    path("funds/custody/", custody.custody_list, name="custody_list"),
    path("funds/contracts/", contracts.contract_list, name="contract_list"),
    path("funds/contracts/new/", contracts.contract_create, name="contract_create"),
    path("funds/contracts/sheet/", sheets.desk_sheet, name="contract_sheet"),
    path("funds/contracts/sheets/<uuid:uid>/", sheets.desk_sheet_detail, name="sheet_detail"),
    path("funds/contracts/<uuid:uid>/", contracts.contract_detail, name="contract_detail"),
    path("funds/contracts/<uuid:uid>/family/", contracts.contract_family, name="contract_family"),
    path("funds/contracts/<uuid:uid>/<slug:name>/", contracts.contract_step, name="contract_step"),
    path("funds/lessons/", lessons.lesson_list, name="lesson_list"),
    path("funds/lessons/<uuid:uid>/", lessons.lesson_detail, name="lesson_detail"),
    path("funds/lessons/<uuid:uid>/<slug:name>/", lessons.lesson_step, name="lesson_step"),
    path("funds/releases/", releases.release_list, name="release_list"),
    path("funds/releases/due/", releases.release_due, name="release_due"),
    path("funds/releases/manual/", releases.release_manual, name="release_manual"),
    path("funds/releases/<uuid:uid>/", releases.release_detail, name="release_detail"),
    path("funds/releases/<uuid:uid>/<slug:name>/", releases.release_step, name="release_step"),
    path("funds/settlements/", releases.settlement_list, name="settlement_list"),
    path("funds/settlements/new/", releases.settlement_create, name="settlement_create"),
    path("funds/settlements/<uuid:uid>/", releases.settlement_detail, name="settlement_detail"),
    path("funds/settlements/<uuid:uid>/<slug:name>/", releases.settlement_step, name="settlement_step"),
    path("funds/refunds/", refunds.refund_list, name="refund_list"),
    path("funds/refunds/<uuid:uid>/", refunds.refund_detail, name="refund_detail"),
    path("funds/refunds/<uuid:uid>/<slug:name>/", refunds.refund_step, name="refund_step"),
    path("funds/instructions/", refunds.instruction_list, name="instruction_list"),
    path("funds/instructions/<uuid:uid>/", refunds.instruction_detail, name="instruction_detail"),
    path("funds/instructions/<uuid:uid>/<slug:name>/", refunds.instruction_step, name="instruction_step"),
]

desk_urlpatterns: list[URLPattern] = [
    *_custody,
    *bank_urls.desk,
    path("funds/", overview.overview, name="overview"),
    path("funds/rates/", overview.rates, name="rates"),
    path("funds/warnings/", warnings.warning_list, name="warning_list"),
    path("funds/signals/", signals.signal_list, name="signal_list"),
    path("funds/signals/new/", signals.signal_create, name="signal_create"),
    path("funds/signals/<uuid:uid>/clear/", signals.signal_clear, name="signal_clear"),
    path("funds/warnings/backtest/", warnings.warning_backtest, name="warning_backtest"),
    path("funds/warnings/<uuid:uid>/", warnings.warning_detail, name="warning_detail"),
    path("funds/warnings/<uuid:uid>/<slug:name>/", warnings.warning_step, name="warning_step"),
    path("funds/banks/", banks.bank_list, name="bank_list"),
    path("funds/banks/new/", banks.bank_create, name="bank_create"),
    path("funds/banks/<uuid:uid>/", banks.bank_change, name="bank_change"),
    path("funds/accounts/", accounts.account_list, name="account_list"),
    path("funds/accounts/new/", accounts.account_create, name="account_create"),
    path("funds/accounts/<uuid:uid>/", accounts.account_detail, name="account_detail"),
    path("funds/accounts/<uuid:uid>/number/", accounts.account_number, name="account_number"),
    path("funds/accounts/<uuid:uid>/<slug:name>/", accounts.account_step, name="account_step"),
    path("funds/freezes/", freezes.freeze_list, name="freeze_list"),
    path("funds/freezes/<uuid:uid>/", freezes.freeze_detail, name="freeze_detail"),
    path("funds/freezes/<uuid:uid>/<slug:name>/", freezes.freeze_step, name="freeze_step"),
    path("funds/deposits/", deposits.deposit_list, name="deposit_list"),
    path("funds/deposits/fixed/", deposits.fixed_set, name="fixed_set"),
    path("funds/deposits/places/<uuid:uid>/", deposits.place_detail, name="deposit_place"),
    path("funds/deposits/places/<uuid:uid>/require/", deposits.requirement_set, name="requirement_set"),
    path("funds/movements/", deposits.movement_list, name="movement_list"),
    path("funds/movements/new/", deposits.movement_create, name="movement_create"),
    path("funds/movements/<uuid:uid>/", deposits.movement_detail, name="movement_detail"),
    path("funds/movements/<uuid:uid>/<slug:name>/", deposits.movement_step, name="movement_step"),
]

portal_urlpatterns: list[URLPattern] = [
    *bank_urls.portal,
    path("funds/", portal.home, name="home"),
    path("funds/release/", portal.release_apply, name="release_apply"),
    path("funds/contracts/", portal.contract_list, name="contract_list"),
    path("funds/contracts/new/", portal.contract_create, name="contract_create"),
    path("funds/contracts/sheet/", sheets.contract_sheet, name="contract_sheet"),
    path("funds/contracts/<uuid:uid>/", portal.contract_detail, name="contract_detail"),
    path("funds/contracts/<uuid:uid>/<slug:name>/", portal.contract_step, name="contract_step"),
    path("funds/sheets/<uuid:uid>/", sheets.sheet_detail, name="sheet_detail"),
    path("funds/sheets/template/<slug:kind>/", sheets.sheet_template, name="sheet_template"),
    path("funds/lessons/", portal.lesson_list, name="lesson_list"),
    path("funds/lessons/declare/", portal.lesson_declare, name="lesson_declare"),
    path("funds/lessons/sheet/", sheets.lesson_sheet, name="lesson_sheet"),
    path("funds/lessons/<uuid:uid>/withdraw/", portal.lesson_withdraw, name="lesson_withdraw"),
    path("funds/refunds/", portal_refunds.refund_list, name="refund_list"),
    path("funds/refunds/<uuid:uid>/", portal_refunds.refund_detail, name="refund_detail"),
    path("funds/refunds/<uuid:uid>/<slug:name>/", portal_refunds.refund_step, name="refund_step"),
]

public_urlpatterns: list[URLPattern] = [
    path("pay-check/", public.pay_check_page, name="pay_check"),
    path("my-fees/<str:token>/", public.family, name="family"),
    path("my-fees/<str:token>/lessons/<uuid:uid>/confirm/", public.lesson_confirm, name="lesson_confirm"),
    path("my-fees/<str:token>/lessons/<uuid:uid>/dispute/", public.lesson_dispute, name="lesson_dispute"),
    path("my-fees/<str:token>/refunds/<uuid:uid>/apply/", public.refund_apply, name="refund_apply"),
    path("my-fees/<str:token>/proofs/<uuid:uid>.json", public.claim_proof, name="claim_proof"),
    path("my-fees/<str:token>/refunds/<uuid:uid>/withdraw/", public.refund_withdraw, name="refund_withdraw"),
]

api_urlpatterns: list[URLPattern] = bank_urls.machine
