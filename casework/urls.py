"""Addresses of the office machinery."""

from __future__ import annotations

from django.urls import path

from casework.views import files, home

app_name = "casework"

desk_urlpatterns = [
    path("", home.home, name="home"),
    path("documents/<uuid:uid>.<str:suffix>", files.document_download, name="document_download"),
    path("evidence/<uuid:uid>/", files.evidence_file, name="evidence_file"),
    path("jobs/<uuid:uid>/", files.job_progress, name="job_progress"),
    path("jobs/<uuid:uid>/result/", files.job_result, name="job_result"),
]

portal_urlpatterns = [
    path("", home.portal_home, name="home"),
]
