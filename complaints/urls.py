"""Addresses of this room."""

from __future__ import annotations

from django.urls import URLPattern, path

from complaints.views import channels, citizen, desk, disputes, numbers, quarantine, reveal, rewards, sites

_clues: list[URLPattern] = [
    path("clues/", desk.clue_list, name="clue_list"),
    path("clues/new/", desk.clue_create, name="clue_create"),
    path("clues/quarantine/", quarantine.quarantine_list, name="quarantine_list"),
    path("clues/quarantine/reject/", quarantine.quarantine_reject, name="quarantine_reject"),
    path("clues/quarantine/<uuid:uid>/pass/", quarantine.quarantine_pass, name="quarantine_pass"),
    path("clues/poster/", quarantine.poster, name="report_poster"),
    path("clues/poster/qr.svg", quarantine.poster_qr, name="report_poster_qr"),
    path("clues/statistics/", numbers.statistics, name="statistics"),
    path("clues/rules/", numbers.rule_list, name="rule_list"),
    path("clues/rules/new/", numbers.rule_create, name="rule_create"),
    path("clues/rules/<uuid:uid>/", numbers.rule_edit, name="rule_edit"),
    path("clues/looks/<uuid:uid>/drop/", desk.verification_drop, name="verification_drop"),
    path("clues/<uuid:uid>/", desk.clue_detail, name="clue_detail"),
    path("clues/<uuid:uid>/print/", desk.clue_print, name="clue_print"),
    path("clues/<uuid:uid>/reveal/", reveal.reveal_ask, name="reveal_ask"),
    path("clues/<uuid:uid>/reward/", rewards.reward_create, name="reward_create"),
    path("clues/<uuid:uid>/patterns/<slug:code>/", channels.pattern_note, name="pattern_note"),
    path("clues/<uuid:uid>/site/", sites.site_open, name="site_open"),
    path("clues/<uuid:uid>/<slug:name>/", desk.clue_step, name="clue_step"),
    path("clues/patterns/", channels.pattern_list, name="pattern_list"),
]
_reveals: list[URLPattern] = [
    path("clues/reveals/", reveal.reveal_list, name="reveal_list"),
    path("clues/reveals/<uuid:uid>/", reveal.reveal_detail, name="reveal_detail"),
    path("clues/reveals/<uuid:uid>/decide/", reveal.reveal_decide, name="reveal_decide"),
    path("clues/reveals/<uuid:uid>/read/", reveal.reveal_read, name="reveal_read"),
]
_sites: list[URLPattern] = [
    path("sites/", sites.site_list, name="site_list"),
    path("sites/links/<uuid:uid>/<slug:name>/", sites.link_step, name="link_step"),
    path("sites/changes/<uuid:uid>/undo/", sites.change_undo, name="change_undo"),
    path("sites/<uuid:uid>/", sites.site_detail, name="suspectedsite_detail"),
    path("sites/<uuid:uid>/<slug:name>/", sites.site_step, name="suspectedsite_step"),
]
_channels: list[URLPattern] = [
    path("clues/intake/", channels.intake, name="intake"),
    path("clues/intake/mail/", channels.mail_import, name="mail_import"),
    path("clues/intake/tickets/", channels.ticket_list, name="ticket_list"),
    path("clues/intake/tickets/new/", channels.tickets_upload, name="tickets_upload"),
    path("clues/intake/tickets/replies/", channels.replies_export, name="replies_export"),
    path("clues/intake/tickets/batches/<uuid:uid>/", channels.tickets_batch, name="tickets_batch"),
    path("clues/intake/tickets/batches/<uuid:uid>/<slug:name>/", channels.tickets_step, name="tickets_step"),
    path("clues/intake/tickets/<uuid:uid>/", channels.ticket_open, name="ticket_open"),
]
_disputes: list[URLPattern] = [
    path("refunds/", disputes.dispute_list, name="dispute_list"),
    path("refunds/new/", disputes.dispute_create, name="dispute_create"),
    path("refunds/<uuid:uid>/", disputes.dispute_detail, name="dispute_detail"),
    path("refunds/<uuid:uid>/claims/<int:ordinal>/contact/", disputes.claimant, name="claimant"),
    path("refunds/<uuid:uid>/<slug:name>/", disputes.dispute_step, name="dispute_step"),
    path("clues/rewards/", rewards.reward_list, name="reward_list"),
    path("clues/rewards/<uuid:uid>/", rewards.reward_detail, name="reward_detail"),
    path("clues/rewards/<uuid:uid>/<slug:name>/", rewards.reward_step, name="reward_step"),
]
desk_urlpatterns = [*_clues, *_reveals, *_sites, *_channels, *_disputes]
public_urlpatterns: list[URLPattern] = [
    path("report/", citizen.report, name="report"),
    path("report/numbers/", numbers.public_numbers, name="numbers"),
    path("report/privacy/", citizen.privacy, name="privacy"),
    path("report/preview/", citizen.preview, name="report_preview"),
    path("report/look/", citizen.look, name="report_look"),
    path("report/challenge/", citizen.challenge, name="report_challenge"),
    path("report/pass/", citizen.redeem, name="report_pass"),
    path("report/upload/", citizen.upload, name="report_upload"),
    path("report/upload/part/", citizen.upload_part, name="report_upload_part"),
    path("report/track/", citizen.track, name="track"),
    path("report/track/add/", citizen.track_add, name="track_add"),
    path("report/track/solved/", citizen.track_solved, name="track_solved"),
    path("report/track/reopen/", citizen.track_reopen, name="track_reopen"),
]
