"""Desk pages of outings."""

from inspections.views.deployments.pages import (
    COLUMNS,
    LIST,
    STEPS,
    WORDED,
    deployment_detail,
    deployment_list,
    deployment_renotify,
    deployment_step,
)
from inspections.views.deployments.planning import cap_override, deployment_create, deployment_edit, stops_add
from inspections.views.deployments.team import member_add, member_remove, recusal_decide, recusal_raise

__all__ = [
    "COLUMNS",
    "LIST",
    "STEPS",
    "WORDED",
    "cap_override",
    "deployment_create",
    "deployment_detail",
    "deployment_edit",
    "deployment_list",
    "deployment_renotify",
    "deployment_step",
    "member_add",
    "member_remove",
    "recusal_decide",
    "recusal_raise",
    "stops_add",
]
