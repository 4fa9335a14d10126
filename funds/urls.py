"""Addresses of this room."""

from __future__ import annotations

from django.urls import URLPattern, path

from funds.views import accounts, deposits, freezes, overview

desk_urlpatterns: list[URLPattern] = [
    path("funds/", overview.overview, name="overview"),
    path("funds/rates/", overview.rates, name="rates"),
    path("funds/banks/", accounts.bank_list, name="bank_list"),
    path("funds/banks/new/", accounts.bank_create, name="bank_create"),
    path("funds/banks/<uuid:uid>/", accounts.bank_change, name="bank_change"),
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
