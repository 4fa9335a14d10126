"""Addresses of this room."""

from __future__ import annotations

from django.urls import path

from penalties.views import actions, cases, credit, flow, portal, previews

app_name = "penalties"

desk_urlpatterns = [
    path("cases/", cases.case_list, name="case_list"),
    path("cases/new/", cases.case_create, name="case_create"),
    path("cases/from-notice/<uuid:uid>/", cases.case_from_notice, name="case_from_notice"),
    path("cases/from-finding/<uuid:uid>/", cases.case_from_finding, name="case_from_finding"),
    path("cases/<uuid:uid>/", cases.case_detail, name="case_detail"),
    path("cases/<uuid:uid>/preview/<slug:name>/", previews.case_preview, name="case_preview"),
    path("cases/<uuid:uid>/preview/<slug:name>/<uuid:row>/", previews.row_preview, name="row_preview"),
    path("cases/<uuid:uid>/volumes/<slug:name>.pdf", previews.case_volume, name="case_volume"),
    path("cases/<uuid:uid>/do/<slug:name>/", actions.case_action, name="case_action"),
    path("cases/<uuid:uid>/do/<slug:name>/<uuid:row>/", actions.row_action, name="row_action"),
    path("credit/", credit.credit_list, name="credit_list"),
    path("penalty-flow/", flow.flow_chart, name="flow_chart"),
    path("penalty-rules/", credit.rule_list, name="rule_list"),
    path("penalty-rules/new/", credit.rule_create, name="rule_create"),
]

portal_urlpatterns = [
    path("cases/", portal.own_list, name="own_list"),
    path("cases/<uuid:uid>/", portal.own_case, name="own_case"),
    path("cases/<uuid:uid>/statement/", portal.own_statement, name="own_statement"),
    path("cases/<uuid:uid>/hearing/", portal.own_hearing, name="own_hearing"),
]
