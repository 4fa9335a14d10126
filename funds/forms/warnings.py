"""Forms of warnings: what was done, and the lines of a back-test."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.utils import timezone

from casework.web.fields import DayField, area
from funds.models import Disposition
from funds.selectors.warnings import BACKTEST_DAYS_MAX, rule_choices
from funds.warnings import Parameters
from funds.warnings.parameters import LINES, lines_of

SCALE = {"fen": 100, "permille": 10}
UNITS = {"fen": "元", "permille": "%", "count": "", "days": "天"}


class DisposeForm(forms.Form):
    """What was done about a warning."""

    disposition = forms.ChoiceField(label="处置措施", choices=Disposition.choices)
    outcome = forms.CharField(
        label="核查和处置情况", max_length=500, widget=area(5),
        help_text="查了什么、结果怎样、钱现在在哪里、下一步。",
    )  # fmt: skip


def shown(name: str, value: int) -> float | int:
    """A line as people read it: yuan, per cent, or the number."""
    unit = LINES[name]["unit"]
    if unit not in SCALE:
        return value
    whole, rest = divmod(value, SCALE[unit])
    return value / SCALE[unit] if rest else whole


class BacktestForm(forms.Form):
    """A rule, a period, and other values for the rule's lines."""

    rule = forms.ChoiceField(label="规则", choices=rule_choices)
    since = DayField(label="自")
    until = DayField(label="至")

    def __init__(self, data: Any, *, lines: Parameters) -> None:
        rule = data.get("rule") or "W1"
        today = timezone.localdate()
        start = {"rule": rule, "since": today - timedelta(days=31), "until": today - timedelta(days=1)}
        self.names = lines_of(rule) if rule in dict(rule_choices()) else []
        given = {key: data.get(key) for key in ("rule", "since", "until") if data.get(key)}
        values = {name: data.get(name) or shown(name, getattr(lines, name)) for name in self.names}
        super().__init__({**start, **given, **values})
        for name in self.names:
            label, unit = LINES[name]["label"], UNITS[LINES[name]["unit"]]
            self.fields[name] = forms.DecimalField(
                label=f"{label}（{unit}）" if unit else label, min_value=0, max_value=10**10, decimal_places=2
            )

    def clean(self) -> dict[str, Any]:
        """The period is in order and short enough to be asked day by day."""
        values = super().clean() or {}
        since, until = values.get("since"), values.get("until")
        if since and until and since > until:
            self.add_error("until", "结束日期不能早于开始日期。")
        elif since and until and (until - since).days >= BACKTEST_DAYS_MAX:
            self.add_error("until", f"一次最多回测 {BACKTEST_DAYS_MAX} 天，请缩短期间。")
        return values

    def tried(self, lines: Parameters) -> Parameters:
        """`lines` with the values typed."""
        typed = {name: self.cleaned_data[name] * SCALE.get(LINES[name]["unit"], 1) for name in self.names}
        return lines.of(**{name: int(value) for name, value in typed.items()})
