"""Forms of this room."""

from institutions.forms.records import (
    CloseForm,
    EvidenceForm,
    ImportUploadForm,
    InstitutionEditForm,
    InstitutionForm,
    StepForm,
)

__all__ = [
    "CloseForm",
    "EvidenceForm",
    "ImportUploadForm",
    "InstitutionEditForm",
    "InstitutionForm",
    "StepForm",
]
