"""Addresses of this room."""

from __future__ import annotations

from django.urls import path

from measures.views import ads, directives, duty, joint, officers, overview

app_name = "measures"

desk_urlpatterns = [
    path("measures/", overview.overview, name="overview"),
    path("measures/ads/", ads.ad_list, name="ad_list"),
    path("measures/ads/new/", ads.ad_create, name="ad_create"),
    path("measures/ads/<uuid:uid>/", ads.ad_detail, name="adcase_detail"),
    path("measures/ads/<uuid:uid>/<slug:name>/", ads.ad_step, name="adcase_step"),
    path("measures/talks/", ads.talk_list, name="talk_list"),
    path("measures/talks/new/", ads.talk_create, name="talk_create"),
    path("measures/talks/<uuid:uid>/", ads.talk_detail, name="talk_detail"),
    path("measures/talks/<uuid:uid>/edit/", ads.talk_edit, name="talk_edit"),
    path("measures/talks/<uuid:uid>/promises/<int:pk>/", ads.promise_follow, name="promise_follow"),
    path("measures/talks/<uuid:uid>/<slug:name>/", ads.talk_step, name="talk_step"),
    path("measures/whistles/", joint.whistle_list, name="whistle_list"),
    path("measures/whistles/new/", joint.whistle_create, name="whistle_create"),
    path("measures/whistles/<uuid:uid>/", joint.whistle_detail, name="whistle_detail"),
    path("measures/whistles/<uuid:uid>/<slug:name>/", joint.whistle_step, name="whistle_step"),
    path("measures/calls/<uuid:uid>/<slug:name>/", joint.call_step, name="call_step"),
    path("measures/meetings/", joint.meeting_list, name="meeting_list"),
    path("measures/meetings/new/", joint.meeting_create, name="meeting_create"),
    path("measures/meetings/<uuid:uid>/", joint.meeting_detail, name="meeting_detail"),
    path("measures/meetings/<uuid:uid>/edit/", joint.meeting_edit, name="meeting_edit"),
    path("measures/meetings/<uuid:uid>/<slug:name>/", joint.meeting_step, name="meeting_step"),
    path("measures/decisions/<uuid:uid>/", joint.decision_detail, name="decision_detail"),
    path("measures/decisions/<uuid:uid>/<slug:name>/", joint.decision_step, name="decision_step"),
    path("measures/papers/", directives.directive_list, name="directive_list"),
    path("measures/papers/new/", directives.directive_pick, name="directive_pick"),
    path("measures/papers/new/<slug:kind>/", directives.directive_create, name="directive_create"),
    path("measures/papers/<uuid:uid>/", directives.directive_detail, name="directive_detail"),
    path("measures/papers/<uuid:uid>/edit/", directives.directive_edit, name="directive_edit"),
    path("measures/papers/<uuid:uid>/preview/", directives.directive_preview, name="directive_preview"),
    path("measures/papers/<uuid:uid>/<slug:name>/", directives.directive_step, name="directive_step"),
    path("measures/closures/", directives.closure_list, name="closure_list"),
    path("measures/closures/new/", directives.closure_create, name="closure_create"),
    path("measures/closures/places/<int:pk>/", directives.closure_check, name="closure_check"),
    path("measures/closures/<uuid:uid>/", directives.closure_detail, name="closure_detail"),
    path("measures/closures/<uuid:uid>/edit/", directives.closure_edit, name="closure_edit"),
    path("measures/closures/<uuid:uid>/<slug:name>/", directives.closure_step, name="closure_step"),
    path("measures/materials/", directives.handover_list, name="handover_list"),
    path("measures/materials/new/", directives.handover_create, name="handover_create"),
    path("measures/materials/<uuid:uid>/", directives.handover_detail, name="handover_detail"),
    path("measures/materials/<uuid:uid>/<slug:name>/", directives.handover_step, name="handover_step"),
    path("measures/mysteries/", duty.mystery_list, name="mystery_list"),
    path("measures/mysteries/new/", duty.mystery_create, name="mystery_create"),
    path("measures/mysteries/<uuid:uid>/", duty.mystery_detail, name="mysteryvisit_detail"),
    path("measures/mysteries/<uuid:uid>/edit/", duty.mystery_edit, name="mystery_edit"),
    path("measures/mysteries/<uuid:uid>/<slug:name>/", duty.mystery_step, name="mystery_step"),
    path("duty/", duty.shift_list, name="shift_list"),
    path("duty/new/", duty.shift_create, name="shift_create"),
    path("duty/<uuid:uid>/", duty.shift_detail, name="shift_detail"),
    path("duty/<uuid:uid>/edit/", duty.shift_edit, name="shift_edit"),
    path("duty/turns/<uuid:uid>/swap/", duty.swap_ask, name="swap_ask"),
    path("duty/swaps/<uuid:uid>/<slug:name>/", duty.swap_step, name="swap_step"),
    path("duty/<uuid:uid>/<slug:name>/", duty.shift_step, name="shift_step"),
    path("officers/", officers.officer_list, name="officer_list"),
    path("officers/<int:pk>/", officers.officer_detail, name="officer_detail"),
    path("officers/recusals/", officers.recusal_list, name="recusal_list"),
    path("officers/recusals/new/", officers.recusal_create, name="recusal_create"),
    path("officers/recusals/<uuid:uid>/end/", officers.recusal_end, name="recusal_end"),
    path("officers/cameras/", officers.camera_list, name="camera_list"),
    path("officers/cameras/new/", officers.camera_create, name="camera_create"),
    path("officers/exchanges/", officers.exchange_list, name="exchange_list"),
    path("officers/exchanges/new/", officers.exchange_create, name="exchange_create"),
    path("officers/exchanges/<uuid:uid>/", officers.exchange_edit, name="exchange_edit"),
]

portal_urlpatterns = [
    path("measures/", overview.own_list, name="own_list"),
]
