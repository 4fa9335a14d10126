"""The register of institutions and persons."""

from institutions.models.choices import (
    AgeGroup,
    EndKind,
    LicenceState,
    ListStatus,
    OperatingState,
    PlaceKind,
    ProfitKind,
    RiskLevel,
    Standing,
    StateKind,
    SubjectKind,
    Track,
    state_label,
)
from institutions.models.entities import EntityOutcome, EntitySource, MarketEntity
from institutions.models.imports import Decision, ImportBatch, ImportRow, ImportState, RowKind
from institutions.models.institutions import OPEN_END, FormerName, Institution, new_public_id
from institutions.models.materials import MaterialKind, MaterialOrigin, MaterialStatus, TrainingMaterial
from institutions.models.people import Person
from institutions.models.platform import Milestone, PlatformMilestone
from institutions.models.states import InstitutionState, Participation

__all__ = [
    "OPEN_END",
    "AgeGroup",
    "Decision",
    "EndKind",
    "EntityOutcome",
    "EntitySource",
    "FormerName",
    "ImportBatch",
    "ImportRow",
    "ImportState",
    "Institution",
    "InstitutionState",
    "LicenceState",
    "ListStatus",
    "MarketEntity",
    "MaterialKind",
    "MaterialOrigin",
    "MaterialStatus",
    "Milestone",
    "OperatingState",
    "Participation",
    "Person",
    "PlaceKind",
    "PlatformMilestone",
    "ProfitKind",
    "RiskLevel",
    "RowKind",
    "Standing",
    "StateKind",
    "SubjectKind",
    "Track",
    "TrainingMaterial",
    "new_public_id",
    "state_label",
]
