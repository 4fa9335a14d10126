"""Campaigns, checklists, runs and answers."""

from fieldwork.models.campaigns import Campaign, CampaignKind, CampaignStage, CampaignStatus
from fieldwork.models.checklists import AnswerKind, Checklist, ChecklistItem, ChecklistVersion, VersionState
from fieldwork.models.runs import ChecklistAnswer, ChecklistRun, RunStatus, Verdict

__all__ = [
    "AnswerKind",
    "Campaign",
    "CampaignKind",
    "CampaignStage",
    "CampaignStatus",
    "Checklist",
    "ChecklistAnswer",
    "ChecklistItem",
    "ChecklistRun",
    "ChecklistVersion",
    "RunStatus",
    "Verdict",
    "VersionState",
]
