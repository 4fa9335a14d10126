"""Forms of banks, supervised accounts and freezes."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone

from accounts.models import User
from casework.web import give_rows
from casework.web.fields import DayField, MoneyField, area
from funds.models import Bank, EscrowAccount, FundKind, ReleaseMode
from institutions.models import Institution
from institutions.selectors import institutions_visible


class BankForm(forms.Form):
    """A bank's data."""

    name = forms.CharField(label="银行名称", max_length=60)
    branch = forms.CharField(label="开户网点", max_length=60, required=False)
    contact = forms.CharField(label="联系人和电话", max_length=60, required=False)
    is_active = forms.BooleanField(label="承接监管业务", required=False, initial=True)

    def __init__(self, *args: Any, bank: Bank | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.initial = getattr(bank, name) if bank else field.initial


class AgreementFields(forms.Form):
    """The tri-party agreement of bureau, institution and bank."""

    agreement_no = forms.CharField(label="监管协议编号", max_length=60, required=False)
    agreement_from = DayField(label="协议生效日期", required=False)
    agreement_to = DayField(label="协议到期日期", required=False, help_text="长期有效的不填。")
    release_mode = forms.ChoiceField(label="拨付方式", choices=ReleaseMode.choices)
    floor_fen = MoneyField(label="约定最低余额（元）", required=False, max_value=10**10)
    data_scope = forms.CharField(
        label="授权银行提供的信息",
        max_length=200,
        required=False,
        help_text="如：余额、每日流水，含对方户名。",
    )
    freeze_clause = forms.CharField(
        label="约定冻结的条款",
        max_length=200,
        required=False,
        help_text="如：第八条第二款。提出冻结时引用。",
    )

    def clean_floor_fen(self) -> int:
        """Nothing agreed is zero."""
        return self.cleaned_data["floor_fen"] or 0

    def clean(self) -> dict[str, Any]:
        """An end has a beginning before it."""
        values = super().clean() or {}
        begins, ends = values.get("agreement_from"), values.get("agreement_to")
        if ends and (begins is None or ends < begins):
            self.add_error("agreement_to", "协议到期日期不能早于生效日期；填写到期日期的，须先填写生效日期。")
        return values


class AccountForm(AgreementFields):
    """An account that is to be opened."""

    institution = forms.ModelChoiceField(label="机构", queryset=Institution.objects.none())
    kind = forms.ChoiceField(label="账户种类", choices=FundKind.choices)
    bank = forms.ModelChoiceField(label="监管银行", queryset=Bank.objects.none(), empty_label="请选择")
    account_name = forms.CharField(
        label="户名", max_length=120, required=False, help_text="不填的与机构名称相同。"
    )
    field_order = ("institution", "kind", "bank", "account_name")

    def __init__(self, *args: Any, actor: User, place: Institution | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        places = institutions_visible(actor).filter(operating_state__in=["OPERATING", "SUSPENDED"])
        banks = Bank.objects.visible_to(actor).filter(is_active=True)
        give_rows(self, institution=places.order_by("name"), bank=banks.order_by("name", "branch"))
        self.fields["release_mode"].initial = ReleaseMode.PER_LESSON
        if place is not None:
            self.fields["institution"].initial = place.pk

    def clean(self) -> dict[str, Any]:
        """No name means the institution's; deposits have no releases."""
        values = super().clean()
        if not values.get("account_name") and values.get("institution"):
            values["account_name"] = values["institution"].name
        if values.get("kind") == FundKind.CUSTODY and values.get("release_mode") == ReleaseMode.NONE:
            self.add_error("release_mode", "托管账户须选择拨付方式。")
        return values


class AgreementForm(AgreementFields):
    """The agreement of an account that stands."""

    def __init__(self, *args: Any, row: EscrowAccount, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in self.fields:
            value = getattr(row, name)
            self.fields[name].initial = value / 100 if name == "floor_fen" else value


class OpenForm(forms.Form):
    """What the bank's slip says."""

    number = forms.CharField(
        label="账号",
        max_length=40,
        help_text="照银行回单填写完整账号。密封保存，页面只显示末四位。",
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    opened_on = DayField(label="开户日期")


class FileForm(forms.Form):
    """The day of filing."""

    filed_on = DayField(label="备案日期", initial=timezone.localdate)


class EnableForm(forms.Form):
    """The day on which families can pay."""

    pay_enabled_on = DayField(label="开通支付日期", initial=timezone.localdate)


class ReasonForm(forms.Form):
    """A step that needs a reason."""

    reason = forms.CharField(label="理由", max_length=200, widget=area(3))


class PaperForm(forms.Form):
    """A paper of the account."""

    paper = forms.FileField(label="材料", help_text="协议、开户回单、银行回执，JPG、PNG 或 PDF。")
    caption = forms.CharField(label="说明", max_length=60)


class FreezeForm(forms.Form):
    """A proposed freeze."""

    reason = forms.CharField(label="冻结理由", max_length=300, widget=area(3))
    clause = forms.CharField(label="依据的协议条款", max_length=200, required=False)
    source_no = forms.CharField(
        label="关联文号", max_length=60, required=False, help_text="立案、约谈、预警等文号，没有可不填。"
    )

    def __init__(self, *args: Any, row: EscrowAccount, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["clause"].initial = row.freeze_clause


class BankReceiptForm(forms.Form):
    """The bank's answer to an approved freeze."""

    active_on = DayField(label="银行执行日期", initial=timezone.localdate)
    bank_receipt = forms.CharField(label="银行回执编号", max_length=60)
