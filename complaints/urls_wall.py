"""Addresses of the wall: the public door, the reporter's page, reveal, quarantine, poster."""

from __future__ import annotations

from django.urls import path

from complaints.views import citizen, quarantine, reveal

public_urlpatterns = [
    path("report/", citizen.report, name="report"),
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

desk_urlpatterns = [
    path("clues/quarantine/", quarantine.quarantine_list, name="quarantine_list"),
    path("clues/quarantine/reject/", quarantine.quarantine_reject, name="quarantine_reject"),
    path("clues/quarantine/<uuid:uid>/pass/", quarantine.quarantine_pass, name="quarantine_pass"),
    path("clues/poster/", quarantine.poster, name="report_poster"),
    path("clues/poster/qr.svg", quarantine.poster_qr, name="report_poster_qr"),
    path("clues/<uuid:uid>/reveal/", reveal.reveal_ask, name="reveal_ask"),
    path("clue-reveals/", reveal.reveal_list, name="reveal_list"),
    path("clue-reveals/<uuid:uid>/", reveal.reveal_detail, name="reveal_detail"),
    path("clue-reveals/<uuid:uid>/decide/", reveal.reveal_decide, name="reveal_decide"),
    path("clue-reveals/<uuid:uid>/read/", reveal.reveal_read, name="reveal_read"),
]
