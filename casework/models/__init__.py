"""The office machinery's tables."""

from casework.models.activities import (
    Activity,
    ActivityAudience,
    ActivityKind,
    ActivityLevel,
    ActivityWay,
    Attendee,
)
from casework.models.audit import AuditAnchor, AuditEvent, AuditPending, AuditSeal
from casework.models.base import RootModel, StateSpan
from casework.models.calendar import CalendarDay, CalendarYear, Deadline, DeadlineState
from casework.models.documents import (
    DocumentKind,
    DocumentState,
    OfficialDocument,
    SigningKey,
)
from casework.models.evidence import EvidenceFile
from casework.models.jobs import FormReceipt, Heartbeat, JobRun, JobState, OutboxMessage, OutboxState
from casework.models.numbers import IssuedNumber, NumberCounter, NumberTemplate
from casework.models.policy import PolicyValue, ViolationType

__all__ = [
    "Activity",
    "ActivityAudience",
    "ActivityKind",
    "ActivityLevel",
    "ActivityWay",
    "Attendee",
    "AuditAnchor",
    "AuditEvent",
    "AuditPending",
    "AuditSeal",
    "CalendarDay",
    "CalendarYear",
    "Deadline",
    "DeadlineState",
    "DocumentKind",
    "DocumentState",
    "EvidenceFile",
    "FormReceipt",
    "Heartbeat",
    "IssuedNumber",
    "JobRun",
    "JobState",
    "NumberCounter",
    "NumberTemplate",
    "OfficialDocument",
    "OutboxMessage",
    "OutboxState",
    "PolicyValue",
    "RootModel",
    "SigningKey",
    "StateSpan",
    "ViolationType",
]
