"""The only writers of the reporting room."""

from reports.services.editions import (
    edition_approve,
    edition_review,
    edition_send_back,
    edition_submit,
    period_answer,
)
from reports.services.exports import edition_export, export_request, export_run
from reports.services.filling import edition_fill, figures_fill_zero
from reports.services.freezing import edition_correct, period_freeze
from reports.services.receipts import receipt_import, receipts_collect
from reports.services.regimes import (
    period_open,
    period_open_due,
    periods_warn,
    reference_load,
    regime_create,
    regime_edit,
    regimes_install,
)

__all__ = [
    "edition_approve",
    "edition_correct",
    "edition_export",
    "edition_fill",
    "edition_review",
    "edition_send_back",
    "edition_submit",
    "export_request",
    "export_run",
    "figures_fill_zero",
    "period_answer",
    "period_freeze",
    "period_open",
    "period_open_due",
    "periods_warn",
    "receipt_import",
    "receipts_collect",
    "reference_load",
    "regime_create",
    "regime_edit",
    "regimes_install",
]
