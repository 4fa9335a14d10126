"""Forms of the reporting room."""

from reports.forms.filling import AcceptForm, BuildForm, FillForm, ReasonForm, ReceiptForm, SpanForm
from reports.forms.regimes import RegimeForm

__all__ = [
    "AcceptForm",
    "BuildForm",
    "FillForm",
    "ReasonForm",
    "ReceiptForm",
    "RegimeForm",
    "SpanForm",
]
