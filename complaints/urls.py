"""Addresses of this room."""

from __future__ import annotations

from django.urls import URLPattern, path

from complaints.views import channels, desk, disputes, numbers, sites

_clues: list[URLPattern] = [
    path("clues/", desk.clue_list, name="clue_list"),
    path("clues/new/", desk.clue_create, name="clue_create"),
    path("clues/triage/", desk.triage, name="triage"),
    path("clues/statistics/", numbers.statistics, name="statistics"),
    path("clues/rules/", numbers.rule_list, name="rule_list"),
    path("clues/rules/new/", numbers.rule_create, name="rule_create"),
    path("clues/rules/<uuid:uid>/", numbers.rule_edit, name="rule_edit"),
    path("clues/looks/<uuid:uid>/drop/", desk.verification_drop, name="verification_drop"),
    path("clues/<uuid:uid>/", desk.clue_detail, name="clue_detail"),
    path("clues/<uuid:uid>/print/", desk.clue_print, name="clue_print"),
    path("clues/<uuid:uid>/reward/", disputes.reward_create, name="reward_create"),
    path("clues/<uuid:uid>/patterns/<slug:code>/", channels.pattern_note, name="pattern_note"),
    path("clues/<uuid:uid>/site/", sites.site_open, name="site_open"),
    path("clues/<uuid:uid>/<slug:name>/", desk.clue_step, name="clue_step"),
    path("patterns/", channels.pattern_list, name="pattern_list"),
]
_sites: list[URLPattern] = [
    path("sites/", sites.site_list, name="site_list"),
    path("sites/links/<uuid:uid>/<slug:name>/", sites.link_step, name="link_step"),
    path("sites/changes/<uuid:uid>/undo/", sites.change_undo, name="change_undo"),
    path("sites/<uuid:uid>/", sites.site_detail, name="suspectedsite_detail"),
    path("sites/<uuid:uid>/<slug:name>/", sites.site_step, name="suspectedsite_step"),
]
_channels: list[URLPattern] = [
    path("intake/", channels.intake, name="intake"),
    path("intake/mail/", channels.mail_import, name="mail_import"),
    path("intake/tickets/", channels.ticket_list, name="ticket_list"),
    path("intake/tickets/new/", channels.tickets_upload, name="tickets_upload"),
    path("intake/tickets/replies/", channels.replies_export, name="replies_export"),
    path("intake/tickets/batches/<uuid:uid>/", channels.tickets_batch, name="tickets_batch"),
    path("intake/tickets/batches/<uuid:uid>/<slug:name>/", channels.tickets_step, name="tickets_step"),
    path("intake/tickets/<uuid:uid>/", channels.ticket_open, name="ticket_open"),
]
_disputes: list[URLPattern] = [
    path("refunds/", disputes.dispute_list, name="dispute_list"),
    path("refunds/new/", disputes.dispute_create, name="dispute_create"),
    path("refunds/<uuid:uid>/", disputes.dispute_detail, name="dispute_detail"),
    path("refunds/<uuid:uid>/claims/<int:ordinal>/contact/", disputes.claimant, name="claimant"),
    path("refunds/<uuid:uid>/<slug:name>/", disputes.dispute_step, name="dispute_step"),
    path("rewards/", disputes.reward_list, name="reward_list"),
    path("rewards/<uuid:uid>/", disputes.reward_detail, name="reward_detail"),
    path("rewards/<uuid:uid>/<slug:name>/", disputes.reward_step, name="reward_step"),
]
desk_urlpatterns = [*_clues, *_sites, *_channels, *_disputes]
public_urlpatterns: list[URLPattern] = [path("report/numbers/", numbers.public_numbers, name="numbers")]
