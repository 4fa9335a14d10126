"""Addresses of this room."""

from __future__ import annotations

from django.urls import URLPattern, path

from complaints import urls_sites
from complaints.views import disputes, intake

desk_urlpatterns: list[URLPattern] = [
    path("refunds/", disputes.dispute_list, name="dispute_list"),
    path("refunds/new/", disputes.dispute_create, name="dispute_create"),
    path("refunds/<uuid:uid>/", disputes.dispute_detail, name="dispute_detail"),
    path("refunds/<uuid:uid>/claims/<int:ordinal>/contact/", disputes.claimant, name="claimant"),
    path("refunds/<uuid:uid>/<slug:name>/", disputes.dispute_step, name="dispute_step"),
    path("rewards/", disputes.reward_list, name="reward_list"),
    path("rewards/<uuid:uid>/", disputes.reward_detail, name="reward_detail"),
    path("rewards/<uuid:uid>/<slug:name>/", disputes.reward_step, name="reward_step"),
    path("clues/<uuid:uid>/reward/", disputes.reward_create, name="reward_create"),
    path("intake/", intake.intake, name="intake"),
    path("intake/mail/", intake.mail_import, name="mail_import"),
    path("intake/tickets/", intake.ticket_list, name="ticket_list"),
    path("intake/tickets/new/", intake.tickets_upload, name="tickets_upload"),
    path("intake/tickets/replies/", intake.replies_export, name="replies_export"),
    path("intake/tickets/batches/<uuid:uid>/", intake.tickets_batch, name="tickets_batch"),
    path("intake/tickets/batches/<uuid:uid>/<slug:name>/", intake.tickets_step, name="tickets_step"),
    path("intake/tickets/<uuid:uid>/", intake.ticket_open, name="ticket_open"),
    path("patterns/", intake.pattern_list, name="pattern_list"),
    path("clues/<uuid:uid>/patterns/<slug:code>/", intake.pattern_note, name="pattern_note"),
    *urls_sites.desk,
]
public_urlpatterns: list[URLPattern] = []
