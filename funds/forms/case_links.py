"""Forms that a penalty case opens in this room."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet

from casework.web.fields import DayField, area
from funds.models import EscrowAccount


class FeedForm(forms.Form):
    """Which payments go into the fee table."""

    since = DayField(label="缴费日期起", required=False, help_text="不填的取全部。")
    until = DayField(label="缴费日期止", required=False)


class AccountField(forms.ModelChoiceField[Any]):
    """A supervised account by its kind, bank and last digits."""

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.get_kind_display()} {obj.bank} 末四位 {obj.number_tail}"


class CaseFreezeForm(forms.Form):
    """A freeze proposed for a case."""

    account = AccountField(label="监管账户", queryset=EscrowAccount.objects.none(), empty_label=None)
    reason = forms.CharField(label="冻结理由", max_length=300, widget=area(3))
    clause = forms.CharField(
        label="依据的协议条款", max_length=200, required=False,
        help_text="不填的取监管协议登记的冻结条款；协议没有约定的不能冻结。",
    )  # fmt: skip

    def __init__(self, *args: Any, accounts: QuerySet[EscrowAccount], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["account"]
        field.queryset = accounts
        clauses = {row.freeze_clause for row in accounts if row.freeze_clause}
        self.fields["clause"].initial = clauses.pop() if len(clauses) == 1 else ""
