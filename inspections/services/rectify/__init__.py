"""Answers, extensions, re-checks and reminders."""

from inspections.services.rectify.answers import ItemAnswer, Upload, notice_answer, reminders_send
from inspections.services.rectify.extensions import extension_decide, extension_request
from inspections.services.rectify.rechecks import ItemResult, RecheckDetails, recheck_record

__all__ = [
    "ItemAnswer",
    "ItemResult",
    "RecheckDetails",
    "Upload",
    "extension_decide",
    "extension_request",
    "notice_answer",
    "recheck_record",
    "reminders_send",
]
