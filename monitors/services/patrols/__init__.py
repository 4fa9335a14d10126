"""Patrols: start with at least two, record stops, submit. Red-line items become a clue the same moment.

Nothing here issues a document or asks the other side for anything; that is the officers' work.
"""

from monitors.services.patrols.common import OUTING_FORM, WATCH_FORM, slot_of
from monitors.services.patrols.outings import outing_start, outing_submit, outing_void
from monitors.services.patrols.stops import Sight, stop_photo_add, stop_record, stops_record
from monitors.services.patrols.tasks import task_cancel, task_create, task_finish

__all__ = [
    "OUTING_FORM",
    "WATCH_FORM",
    "Sight",
    "outing_start",
    "outing_submit",
    "outing_void",
    "slot_of",
    "stop_photo_add",
    "stop_record",
    "stops_record",
    "task_cancel",
    "task_create",
    "task_finish",
]
