"""The only writers of campaigns, checklists and runs."""

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
from fieldwork.services.runs import answers_save, run_cancel, run_finish, run_open

__all__ = [
    "EDITABLE",
    "Stage",
    "answers_save",
    "campaign_cancel",
    "campaign_create",
    "campaign_edit",
    "campaign_finish",
    "campaign_start",
    "checklist_load",
    "checklist_publish",
    "checklist_retire",
    "draft_create",
    "draft_drop",
    "draft_head_edit",
    "draft_item_move",
    "draft_item_remove",
    "draft_item_save",
    "draft_publish",
    "reference_load",
    "run_cancel",
    "run_finish",
    "run_open",
]
