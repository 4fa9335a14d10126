"""The only writers of campaigns, checklists, runs, phone records and pads."""

from fieldwork.services.authoring import (
    draft_create,
    draft_drop,
    draft_head_edit,
    draft_item_move,
    draft_item_remove,
    draft_item_save,
    draft_publish,
)
from fieldwork.services.campaigns import (
    EDITABLE,
    Stage,
    campaign_cancel,
    campaign_create,
    campaign_edit,
    campaign_finish,
    campaign_start,
)
from fieldwork.services.checklists import checklist_load, checklist_publish, checklist_retire, reference_load
from fieldwork.services.deliveries import bytes_of
from fieldwork.services.files import PIECE_MAX_BYTES, file_bytes, file_receive
from fieldwork.services.operations import Receipt, difference_decide, operations_receive
from fieldwork.services.pads import pad_hand_out, pad_number_use, pad_number_void, pad_return
from fieldwork.services.phones import DeviceRevoked, device_meet, device_revoke, parsed_time
from fieldwork.services.runs import answers_save, run_cancel, run_finish, run_open
from fieldwork.services.settling import (
    record_retry,
    record_settle,
    records_sweep,
    records_wake,
    registers_of,
    wait_for_rest,
)
from fieldwork.services.sheets import sheet_import

__all__ = [
    "EDITABLE",
    "PIECE_MAX_BYTES",
    "DeviceRevoked",
    "Receipt",
    "Stage",
    "answers_save",
    "bytes_of",
    "campaign_cancel",
    "campaign_create",
    "campaign_edit",
    "campaign_finish",
    "campaign_start",
    "checklist_load",
    "checklist_publish",
    "checklist_retire",
    "device_meet",
    "device_revoke",
    "difference_decide",
    "draft_create",
    "draft_drop",
    "draft_head_edit",
    "draft_item_move",
    "draft_item_remove",
    "draft_item_save",
    "draft_publish",
    "file_bytes",
    "file_receive",
    "operations_receive",
    "pad_hand_out",
    "pad_number_use",
    "pad_number_void",
    "pad_return",
    "parsed_time",
    "record_retry",
    "record_settle",
    "records_sweep",
    "records_wake",
    "reference_load",
    "registers_of",
    "run_cancel",
    "run_finish",
    "run_open",
    "sheet_import",
    "wait_for_rest",
]
