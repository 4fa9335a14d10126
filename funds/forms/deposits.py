"""Forms of risk deposits."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone

from accounts.models import User
from casework.web import give_rows
from casework.web.fields import DayField, MoneyField, area
from funds.models import Direction, EscrowAccount, Formula, FundKind
from institutions.models import Institution

MAX_YUAN = 10**10


class RequirementForm(forms.Form):
    """What an institution has to keep."""

    formula = forms.ChoiceField(label="核定方式", choices=Formula.choices)
    since = DayField(label="起算日期", initial=timezone.localdate)
    students = forms.IntegerField(
        label="在读人数", required=False, min_value=1, max_value=100_000, help_text="按人数核定的填写。"
    )
    monthly_fen = MoneyField(
        label="每人每月费用（元）", required=False, max_value=MAX_YUAN, help_text="按人数核定的填写。"
    )
    decided_fen = MoneyField(
        label="核定金额（元）", required=False, max_value=MAX_YUAN, help_text="单独核定的填写。"
    )
    basis = forms.CharField(
        label="依据", max_length=200, required=False, widget=area(2), help_text="不填的引用政策参数的依据。"
    )

    def clean(self) -> dict[str, Any]:
        """Each way of finding the sum has its own inputs."""
        values = super().clean() or {}
        wanted: tuple[tuple[str, str], ...] = {
            str(Formula.CYCLE): (("students", "请填写在读人数。"), ("monthly_fen", "请填写每人每月费用。")),
            str(Formula.DECISION): (("decided_fen", "请填写核定金额。"), ("basis", "请写明决定的依据。")),
        }.get(str(values.get("formula") or ""), ())
        for name, sentence in wanted:
            if values.get(name) in (None, "") and name not in self.errors:
                self.add_error(name, sentence)
        return values


class FixedForm(forms.Form):
    """The day from which the flat sum holds."""

    since = DayField(label="起算日期", initial=timezone.localdate)


class MovementForm(forms.Form):
    """Money in or out, as the bank's slip says."""

    account = forms.ModelChoiceField(
        label="保证金账户", queryset=EscrowAccount.objects.none(), empty_label="请选择"
    )
    direction = forms.ChoiceField(label="收付", choices=Direction.choices)
    amount_fen = MoneyField(label="金额（元）", min_value=0.01, max_value=MAX_YUAN)
    booked_on = DayField(label="银行入账日期", initial=timezone.localdate)
    reference = forms.CharField(
        label="银行流水号或决定文号", max_length=60, help_text="存入填银行流水号，退还填退还决定的文号。"
    )
    note = forms.CharField(label="说明", max_length=200, required=False)
    paper = forms.FileField(label="银行回单", required=False, help_text="JPG、PNG 或 PDF。")

    def __init__(self, *args: Any, actor: User, place: Institution | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = EscrowAccount.objects.visible_to(actor).filter(
            kind=FundKind.DEPOSIT, status__in=["OPENED", "FILED", "VERIFIED", "CLOSING"]
        )
        give_rows(self, account=rows.select_related("institution").order_by("institution__name"))
        if place is not None:
            self.fields["account"].initial = (
                rows.filter(institution=place).values_list("pk", flat=True).first()
            )


class ReasonForm(forms.Form):
    """Why it is sent back or reversed."""

    reason = forms.CharField(label="原因", max_length=200, widget=area(3))
