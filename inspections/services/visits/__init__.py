"""Carrying out a visit and recording what was found."""

from inspections.services.visits.findings import (
    finding_add,
    finding_edit,
    finding_fix,
    finding_photo_add,
    finding_refer,
    finding_void,
)
from inspections.services.visits.recording import (
    NIGHT_FROM,
    NIGHT_TO,
    RECORD_FIELDS,
    checklist_open,
    checklist_save,
    outcome_of,
    visit_cancel,
    visit_close,
    visit_note,
    visit_record,
    visit_start,
)

__all__ = [
    "NIGHT_FROM",
    "NIGHT_TO",
    "RECORD_FIELDS",
    "checklist_open",
    "checklist_save",
    "finding_add",
    "finding_edit",
    "finding_fix",
    "finding_photo_add",
    "finding_refer",
    "finding_void",
    "outcome_of",
    "visit_cancel",
    "visit_close",
    "visit_note",
    "visit_record",
    "visit_start",
]
