"""Addresses of the office machinery."""

from __future__ import annotations

from datetime import date

from django.urls import path, register_converter

from casework.activities import views as activities
from casework.people import organisations
from casework.people import views as people
from casework.views import documents, files, home, office, oversight, patterns

app_name = "casework"


class DayConverter:
    """A calendar day in an address: 2026-10-01."""

    regex = r"\d{4}-\d{2}-\d{2}"

    def to_python(self, value: str) -> date:
        """The day; a day that does not exist is no address."""
        return date.fromisoformat(value)

    def to_url(self, value: date) -> str:
        """The day as text."""
        return value.isoformat()


register_converter(DayConverter, "day")

desk_urlpatterns = [
    path("", home.home, name="home"),
    path("documents/", documents.document_list, name="document_list"),
    path("documents/kinds/", documents.kind_list, name="kind_list"),
    path("documents/kinds/<str:code>/", documents.kind_detail, name="kind_detail"),
    path("documents/keys/", documents.key_list, name="key_list"),
    path("documents/keys/rotate/", documents.key_rotate_page, name="key_rotate"),
    path("documents/keys/<str:key_id>/revoke/", documents.key_revoke_page, name="key_revoke"),
    path("documents/keys/<str:key_id>/confirm/", documents.key_confirm_page, name="key_confirm"),
    path("documents/keys/<str:key_id>/drop/", documents.key_drop_page, name="key_drop"),
    path("documents/<uuid:uid>/", documents.document_detail, name="document_detail"),
    path("documents/<uuid:uid>/withdraw/", documents.document_withdraw_page, name="document_withdraw"),
    path("documents/<uuid:uid>/posting/", documents.document_posting, name="document_posting"),
    path("documents/<uuid:uid>.<str:suffix>", files.document_download, name="document_download"),
    path("evidence/<uuid:uid>/", files.evidence_file, name="evidence_file"),
    path("jobs/<uuid:uid>/", files.job_progress, name="job_progress"),
    path("jobs/<uuid:uid>/result/", files.job_result, name="job_result"),
    path("numbers/", office.number_list, name="number_list"),
    path("numbers/patterns/", patterns.pattern_list, name="pattern_list"),
    path("numbers/patterns/<str:kind>/", patterns.pattern_edit, name="pattern_edit"),
    path("numbers/patterns/<str:kind>/clear/", patterns.pattern_clear, name="pattern_clear"),
    path("numbers/<int:number_id>/void/", office.number_void_page, name="number_void"),
    path("calendar/", office.calendar, name="calendar"),
    path("calendar/<int:year>/", office.calendar, name="calendar_year"),
    path("calendar/<int:year>/days/", office.calendar_days_add, name="calendar_days_add"),
    path("calendar/<int:year>/confirm/", office.calendar_confirm, name="calendar_confirm"),
    path("calendar/<int:year>/<day:day>/clear/", office.calendar_day_clear, name="calendar_day_clear"),
    path("policies/", office.policy_list, name="policy_list"),
    path("policies/<str:key>/", office.policy_detail, name="policy_detail"),
    path("outbox/", office.outbox_list, name="outbox_list"),
    path("outbox/<uuid:uid>/retry/", office.outbox_retry, name="outbox_retry"),
    path("audit/", oversight.audit_list, name="audit_list"),
    path("audit/verify/", oversight.audit_verify, name="audit_verify"),
    path("audit/<int:event_id>/", oversight.audit_detail, name="audit_detail"),
    path("operations/", oversight.operations, name="operations"),
    path("organisations/", organisations.organisation_list, name="organisation_list"),
    path("organisations/new/", organisations.organisation_create, name="organisation_create"),
    path("organisations/<int:organisation_id>/", organisations.organisation_edit, name="organisation_edit"),
    path("activities/", activities.activity_list, name="activity_list"),
    path("activities/new/", activities.activity_create, name="activity_create"),
    path("activities/<uuid:uid>/", activities.activity_detail, name="activity_detail"),
    path("activities/<uuid:uid>/edit/", activities.activity_edit, name="activity_edit"),
    path("activities/<uuid:uid>/papers/", activities.paper_add, name="activity_paper_add"),
    path("users/", people.user_list, name="user_list"),
    path("users/new/", people.user_create, name="user_create"),
    path("users/<int:user_id>/", people.user_detail, name="user_detail"),
    path("users/<int:user_id>/edit/", people.user_edit, name="user_edit"),
    path("users/<int:user_id>/deactivate/", people.user_deactivate, name="user_deactivate"),
    path("users/<int:user_id>/activate/", people.user_activate, name="user_activate"),
    path("users/<int:user_id>/password/", people.password_reset, name="password_reset"),
    path("users/<int:user_id>/certificates/", people.certificate_add, name="certificate_add"),
    path(
        "users/<int:user_id>/certificates/<int:certificate_id>/revoke/",
        people.certificate_revoke,
        name="certificate_revoke",
    ),
]

portal_urlpatterns = [
    path("", home.portal_home, name="home"),
]
