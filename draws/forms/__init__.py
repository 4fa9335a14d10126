"""Forms of this room; choices come from selectors, nothing is saved here."""

from draws.forms.draws import BASIS, CONDITION_NAMES, RATES, DrawForm, OrgansChoice, RowChoice
from draws.forms.officers import PersonChoice, RecusalForm, SkillForm
from draws.forms.steps import ConfirmForm, EntropyForm, ReasonForm, RepeatForm
from draws.forms.yearly import PlanEditForm, PlanForm, PlanRowForm

__all__ = [
    "BASIS",
    "CONDITION_NAMES",
    "RATES",
    "ConfirmForm",
    "DrawForm",
    "EntropyForm",
    "OrgansChoice",
    "PersonChoice",
    "PlanEditForm",
    "PlanForm",
    "PlanRowForm",
    "ReasonForm",
    "RecusalForm",
    "RepeatForm",
    "RowChoice",
    "SkillForm",
]
