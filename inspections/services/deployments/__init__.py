"""Planning, approving and notifying an outing; who goes and who stands aside."""

from inspections.services.deployments.approval import (
    BEFORE_START,
    LATE_APPROVAL,
    cap_override,
    deployment_approve,
    deployment_approve_late,
    deployment_cancel,
    deployment_finish,
    deployment_notify,
    deployment_return,
    deployment_start,
    deployment_start_emergency,
    deployment_submit,
    frequency_line,
)
from inspections.services.deployments.planning import (
    deployment_draft,
    deployment_edit,
    visit_add,
    visit_request,
)
from inspections.services.deployments.team import member_add, member_remove, recusal_decide, recusal_raise

__all__ = [
    "BEFORE_START",
    "LATE_APPROVAL",
    "cap_override",
    "deployment_approve",
    "deployment_approve_late",
    "deployment_cancel",
    "deployment_draft",
    "deployment_edit",
    "deployment_finish",
    "deployment_notify",
    "deployment_return",
    "deployment_start",
    "deployment_start_emergency",
    "deployment_submit",
    "frequency_line",
    "member_add",
    "member_remove",
    "recusal_decide",
    "recusal_raise",
    "visit_add",
    "visit_request",
]
