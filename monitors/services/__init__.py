"""The only writers of this room."""

from monitors.services.growth import (
    Result,
    assessment_make,
    manual_acknowledge,
    manual_publish,
    training_record,
)
from monitors.services.monitors import (
    Nomination,
    Term,
    account_open,
    monitor_appoint,
    monitor_dismiss,
    monitor_edit,
    monitor_expire_due,
    monitor_nominate,
    monitor_qualify,
    monitor_refuse,
    monitor_renew,
    monitor_resign,
    photo_receive,
    tie_declare,
    tie_end,
    ties_none,
)
from monitors.services.notices import notice_open, objection_decide, objection_record
from monitors.services.squads import squad_assign, squad_save

__all__ = [
    "Nomination",
    "Result",
    "Term",
    "account_open",
    "assessment_make",
    "manual_acknowledge",
    "manual_publish",
    "monitor_appoint",
    "monitor_dismiss",
    "monitor_edit",
    "monitor_expire_due",
    "monitor_nominate",
    "monitor_qualify",
    "monitor_refuse",
    "monitor_renew",
    "monitor_resign",
    "notice_open",
    "objection_decide",
    "objection_record",
    "photo_receive",
    "squad_assign",
    "squad_save",
    "tie_declare",
    "tie_end",
    "ties_none",
    "training_record",
]
