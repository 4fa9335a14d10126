"""Forms of one period: filling in, steps, receipts, spans of days."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.forms import BoundField

from casework import indicators
from reports.counting import shown, stored
from reports.models import ReportEdition
from reports.selectors import SECTIONS, FoundBreach, breaches_of, figures_of, notes_of, number_cells
from reports.services.filling import entered_columns
from reports.services.receipts import RECEIPT_BYTES_MAX

DATE = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


@dataclass(frozen=True)
class FillRow:
    """One hand-entered cell: its value fields by column and its source."""

    label: str
    unit: str
    row_no: int
    values: tuple[tuple[str, BoundField], ...]
    remark: BoundField


class FillForm(forms.Form):
    """The hand-entered cells, the narrative and the explanations of one edition."""

    def __init__(self, *args: Any, edition: ReportEdition, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.edition = edition
        self.figures = figures_of(edition)
        self.manual = [cell for cell in number_cells(edition) if self._is_manual(cell)]
        for cell in self.manual:
            self._add_cell(cell)
        texts = notes_of(edition)
        self.note_keys = _note_keys(edition)
        for key, label in self.note_keys:
            self.fields[f"n-{key}"] = forms.CharField(
                label=label,
                required=False,
                initial=texts.get(key, ""),
                widget=forms.Textarea(attrs={"rows": 4}),
            )
        self.breaches = [item for item in breaches_of(edition) if item.breach.severity == "EXPLAIN"]
        for item in self.breaches:
            self.fields[f"e-{item.note_key}"] = forms.CharField(
                label=item.breach.message,
                required=False,
                initial=item.explanation,
                widget=forms.Textarea(attrs={"rows": 2}),
            )

    def _is_manual(self, cell: dict[str, Any]) -> bool:
        return self.figures[(cell["key"], cell["columns"][0])].is_manual

    def _add_cell(self, cell: dict[str, Any]) -> None:
        places = int(cell["decimals"] or 0) if cell["kind"] == "AMOUNT" else 0
        for column in entered_columns(cell):
            figure = self.figures[(cell["key"], column)]
            self.fields[f"v-{cell['key']}-{column}"] = forms.DecimalField(
                label=f"{cell['label']}（{cell['unit']}）",
                required=False,
                min_value=Decimal(0),
                max_digits=14,
                decimal_places=places,
                initial=shown(figure.value, cell) or None,
                error_messages={"invalid": "请填数字。", "min_value": "不能小于 0。"},
                widget=forms.TextInput(attrs={"inputmode": "decimal" if places else "numeric"}),
            )
        first = self.figures[(cell["key"], cell["columns"][0])]
        self.fields[f"r-{cell['key']}"] = forms.CharField(
            label=f"{cell['label']}的数据来源", required=False, max_length=200, initial=first.remark
        )

    def rows(self) -> Iterator[FillRow]:
        """The hand-entered cells in printed order."""
        numbers = {
            c["key"]: row["no"] for row in self.edition.form["definition"]["rows"] for c in row["cells"]
        }
        for cell in self.manual:
            columns = entered_columns(cell)
            yield FillRow(
                label=cell["label"],
                unit=cell["unit"],
                row_no=numbers[cell["key"]],
                values=tuple((column, self[f"v-{cell['key']}-{column}"]) for column in columns),
                remark=self[f"r-{cell['key']}"],
            )

    def texts(self) -> Iterator[BoundField]:
        """The narrative's fields."""
        for key, _ in self.note_keys:
            yield self[f"n-{key}"]

    def explanations(self) -> Iterator[tuple[FoundBreach, BoundField]]:
        """The checks that need a text."""
        for item in self.breaches:
            yield item, self[f"e-{item.note_key}"]

    def clean(self) -> dict[str, Any]:
        """A value needs its source."""
        data = super().clean() or {}
        for cell in self.manual:
            columns = entered_columns(cell)
            given = any(data.get(f"v-{cell['key']}-{column}") is not None for column in columns)
            if given and not (data.get(f"r-{cell['key']}") or "").strip():
                self.add_error(f"r-{cell['key']}", "请注明数据来源，例如台账名称或提供单位。")
        return data

    def values(self) -> dict[tuple[str, str], tuple[int | None, str]]:
        """Values in the stored unit with their sources."""
        found: dict[tuple[str, str], tuple[int | None, str]] = {}
        for cell in self.manual:
            remark = self.cleaned_data.get(f"r-{cell['key']}") or ""
            for column in entered_columns(cell):
                value = self.cleaned_data.get(f"v-{cell['key']}-{column}")
                found[(cell["key"], column)] = (None if value is None else stored(value, cell), remark)
        return found

    def notes(self) -> dict[str, str]:
        """The narrative."""
        return {key: self.cleaned_data[f"n-{key}"] for key, _ in self.note_keys}

    def explained(self) -> dict[str, str]:
        """The explanations."""
        return {item.note_key: self.cleaned_data[f"e-{item.note_key}"] for item in self.breaches}


def _note_keys(edition: ReportEdition) -> list[tuple[str, str]]:
    keys = {
        c["key"]: c["label"]
        for row in edition.form["definition"]["rows"]
        for c in row["cells"]
        if c["kind"] == "TEXT"
    }
    if edition.form["is_sealed"]:
        keys.pop("note", None)
        keys = dict(SECTIONS) | keys
    return list(keys.items())


class ReasonForm(forms.Form):
    """Why something is sent back, corrected or returned."""

    reason = forms.CharField(
        label="理由",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "请写明理由。"},
    )


class AcceptForm(forms.Form):
    """The superior office's receipt on paper or by telephone."""

    receipt_no = forms.CharField(label="回执号", max_length=60, required=False, help_text="没有编号的可不填")


class ReceiptForm(forms.Form):
    """A receipt file of the superior platform."""

    file = forms.FileField(label="回执文件", help_text="上级平台下载的 .json 文件")

    def clean_file(self) -> Any:
        """Refuses files that cannot be receipts."""
        upload = self.cleaned_data["file"]
        if upload.size > RECEIPT_BYTES_MAX:
            raise forms.ValidationError("回执文件超过 1 MB，请确认选对文件。")
        return upload


class BuildForm(forms.Form):
    """The day whose period is to be opened and frozen."""

    on = forms.DateField(label="报送日或期内任一日", widget=DATE, error_messages={"required": "请选择日期。"})


class SpanForm(forms.Form):
    """The days a figure is counted over."""

    since = forms.DateField(label="起", widget=DATE)
    until = forms.DateField(label="止（含当日）", widget=DATE)

    def clean(self) -> dict[str, Any]:
        """The end is not before the start."""
        data = super().clean() or {}
        if data.get("since") and data.get("until") and data["until"] < data["since"]:
            self.add_error("until", "截止日期不能早于起始日期。")
        return data

    def span(self) -> indicators.Period:
        """The half-open span."""
        end: date = self.cleaned_data["until"]
        return indicators.Period(self.cleaned_data["since"], date.fromordinal(end.toordinal() + 1))
