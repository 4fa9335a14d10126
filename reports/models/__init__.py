"""The reporting room's tables."""

from reports.models.editions import (
    ExportKind,
    FigureColumn,
    FigureSource,
    NoteKind,
    ReportEdition,
    ReportExport,
    ReportFigure,
    ReportNote,
)
from reports.models.regimes import Cadence, PeriodStatus, ReportPeriod, ReportRegime

__all__ = [
    "Cadence",
    "ExportKind",
    "FigureColumn",
    "FigureSource",
    "NoteKind",
    "PeriodStatus",
    "ReportEdition",
    "ReportExport",
    "ReportFigure",
    "ReportNote",
    "ReportPeriod",
    "ReportRegime",
]
