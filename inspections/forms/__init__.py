"""Forms of this room; choices come from selectors, nothing is saved here."""

from inspections.forms.base import (
    DecisionForm,
    PeopleChoice,
    PersonChoice,
    PhotoForm,
    PlaceChoice,
    ReasonForm,
)
from inspections.forms.notices import (
    AnswerForm,
    EscalateForm,
    ExtensionDecisionForm,
    ExtensionForm,
    NoticeForm,
    RecheckForm,
    ServiceForm,
)
from inspections.forms.outings import DeploymentCreateForm, DeploymentForm, MemberForm, RecusalForm, StopsForm
from inspections.forms.visits import (
    ChecklistChoiceForm,
    FindingForm,
    FixForm,
    ReferForm,
    VisitRecordForm,
    VisitStartForm,
)

__all__ = [
    "AnswerForm",
    "ChecklistChoiceForm",
    "DecisionForm",
    "DeploymentCreateForm",
    "DeploymentForm",
    "EscalateForm",
    "ExtensionDecisionForm",
    "ExtensionForm",
    "FindingForm",
    "FixForm",
    "MemberForm",
    "NoticeForm",
    "PeopleChoice",
    "PersonChoice",
    "PhotoForm",
    "PlaceChoice",
    "ReasonForm",
    "RecheckForm",
    "RecusalForm",
    "ReferForm",
    "ServiceForm",
    "StopsForm",
    "VisitRecordForm",
    "VisitStartForm",
]
