"""Addresses of this room."""

from __future__ import annotations

from django.urls import URLPattern, path

from schools.views import (
    assessment,
    duties,
    letters,
    own,
    own_activities,
    portal_tips,
    registry,
    rounds,
    surveys,
    talks,
    tips,
)

app_name = "schools"

_registry: list[URLPattern] = [
    path("schools/register/", registry.school_list, name="school_list"),
    path("schools/register/new/", registry.school_create, name="school_create"),
    path("schools/register/<uuid:uid>/", registry.school_detail, name="school_detail"),
    path("schools/register/<uuid:uid>/edit/", registry.school_edit, name="school_edit"),
    path("schools/register/<uuid:uid>/account/", registry.account_open, name="account_open"),
    path("schools/register/<uuid:uid>/close/", registry.school_close, name="school_close"),
]
_tips: list[URLPattern] = [
    path("schools/", tips.tip_list, name="tip_list"),
    path("schools/tips/new/", tips.tip_create, name="tip_create"),
    path("schools/tips/<uuid:uid>/", tips.tip_detail, name="tip_detail"),
    path("schools/tips/<uuid:uid>/edit/", tips.tip_edit, name="tip_edit"),
    path("schools/tips/<uuid:uid>/preview/", tips.tip_preview, name="tip_preview"),
    path("schools/tips/<uuid:uid>/<slug:name>/", tips.tip_step, name="tip_step"),
    path("schools/talks/", talks.talk_list, name="talk_list"),
    path("schools/talks/tables/", talks.table_list, name="table_list"),
    path("schools/talks/tables/new/", talks.table_publish, name="table_publish"),
    path("schools/assessment/", assessment.assessment, name="assessment"),
]

_rounds: list[URLPattern] = [
    path("schools/rounds/", rounds.round_list, name="round_list"),
    path("schools/rounds/new/", rounds.round_create, name="round_create"),
    path("schools/rounds/<uuid:uid>/", rounds.round_detail, name="round_detail"),
    path("schools/rounds/<uuid:uid>/<slug:name>/", rounds.round_step, name="round_step"),
    path("schools/returns/", rounds.return_list, name="return_list"),
    path("schools/returns/<uuid:uid>/", rounds.return_detail, name="return_detail"),
    path("schools/returns/<uuid:uid>/<slug:name>/", rounds.return_step, name="return_step"),
    path("schools/letters/", letters.letter_list, name="letter_list"),
    path("schools/letters/new/", letters.letter_create, name="letter_create"),
    path("schools/letters/receipts/", letters.receipt_list, name="receipt_list"),
    path("schools/letters/<uuid:uid>/", letters.letter_detail, name="letter_detail"),
    path("schools/letters/<uuid:uid>/preview/", letters.letter_preview, name="letter_preview"),
    path("schools/letters/<uuid:uid>/<slug:name>/", letters.letter_step, name="letter_step"),
]
_duties: list[URLPattern] = [
    path("schools/pledges/", duties.pledge_list, name="pledge_list"),
    path("schools/violations/", duties.violation_list, name="violation_list"),
    path("schools/violations/new/", duties.violation_create, name="violation_create"),
    path("schools/violations/<uuid:uid>/", duties.violation_detail, name="violation_detail"),
    path("schools/violations/<uuid:uid>/<slug:name>/", duties.violation_step, name="violation_step"),
    path("schools/services/", duties.service_list, name="service_list"),
    path("schools/ads/", duties.ad_list, name="ad_list"),
    path("schools/ads/<uuid:uid>/", duties.ad_detail, name="ad_detail"),
    path("schools/ads/<uuid:uid>/<slug:name>/", duties.ad_step, name="ad_step"),
]

_surveys: list[URLPattern] = [
    path("schools/surveys/", surveys.survey_list, name="survey_list"),
    path("schools/surveys/new/", surveys.survey_create, name="survey_create"),
    path("schools/surveys/<uuid:uid>/", surveys.survey_detail, name="survey_detail"),
    path("schools/surveys/<uuid:uid>/<slug:name>/", surveys.survey_step, name="survey_step"),
]

desk_urlpatterns: list[URLPattern] = [*_surveys, *_tips, *_rounds, *_duties, *_registry]

public_urlpatterns: list[URLPattern] = [
    path("school-talks/", talks.public_tables, name="tables"),
]

portal_urlpatterns: list[URLPattern] = [
    path("talks/", talks.own_talks, name="own_talks"),
    path("returns/", own.own_returns, name="own_returns"),
    path("returns/<uuid:uid>/", own.own_return, name="own_return"),
    path("letters/", own.own_letters, name="own_letters"),
    path("pledges/", own.own_pledges, name="own_pledges"),
    path("after-school/", own.own_services, name="own_services"),
    path("campus-ads/", own.own_ads, name="own_ads"),
    path("activities/", own_activities.own_activities, name="own_activities"),
    path("surveys/", surveys.own_surveys, name="own_surveys"),
    path("surveys/<uuid:uid>/", surveys.own_survey, name="own_survey"),
    path("tips/", portal_tips.tip_list, name="tip_list"),
    path("tips/<uuid:uid>/", portal_tips.tip_detail, name="tip_detail"),
    path("tips/<uuid:uid>/receive/", portal_tips.tip_receive, name="tip_receive"),
]
