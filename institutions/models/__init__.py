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
from institutions.models.imports import Decision, ImportBatch, ImportRow, ImportState, RowKind
from institutions.models.institutions import OPEN_END, FormerName, Institution, new_public_id
from institutions.models.people import Person
from institutions.models.states import InstitutionState, Participation

__all__ = [
    "OPEN_END",
    "AgeGroup",
    "Decision",
    "EndKind",
    "FormerName",
    "ImportBatch",
    "ImportRow",
    "ImportState",
    "Institution",
    "InstitutionState",
    "LicenceState",
    "ListStatus",
    "OperatingState",
    "Participation",
    "Person",
    "PlaceKind",
    "ProfitKind",
    "RiskLevel",
    "RowKind",
    "Standing",
    "StateKind",
    "SubjectKind",
    "Track",
    "new_public_id",
    "state_label",
]
