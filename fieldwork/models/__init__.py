"""Campaigns, checklists, runs and answers; what phones send; pads of slip numbers."""

from fieldwork.models.campaigns import Campaign, CampaignKind, CampaignStage, CampaignStatus
from fieldwork.models.checklists import AnswerKind, Checklist, ChecklistItem, ChecklistVersion, VersionState
from fieldwork.models.pads import NumberPad, PadNumber, PadNumberState, PadStatus
from fieldwork.models.phones import (
    Channel,
    FieldDelivery,
    FieldDevice,
    FieldFile,
    FieldOperation,
    FieldOutcome,
    FieldRecord,
    FileState,
    OutcomeState,
)
from fieldwork.models.runs import ChecklistAnswer, ChecklistRun, RunStatus, Verdict

__all__ = [
    "AnswerKind",
    "Campaign",
    "CampaignKind",
    "CampaignStage",
    "CampaignStatus",
    "Channel",
    "Checklist",
    "ChecklistAnswer",
    "ChecklistItem",
    "ChecklistRun",
    "ChecklistVersion",
    "FieldDelivery",
    "FieldDevice",
    "FieldFile",
    "FieldOperation",
    "FieldOutcome",
    "FieldRecord",
    "FileState",
    "NumberPad",
    "OutcomeState",
    "PadNumber",
    "PadNumberState",
    "PadStatus",
    "RunStatus",
    "Verdict",
    "VersionState",
]
