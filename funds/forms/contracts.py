"""Forms of contracts, lessons, releases, refunds and settlement accounts."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone

from accounts.models import User
from casework.web import give_rows
from casework.web.fields import DayField, MoneyField, PickerSelect, area
from funds.models import AbsenceRule, ChargingMode, Contract, Delivery, EscrowAccount, RefundGround
from institutions.models import Institution
from institutions.selectors import institutions_visible

MAX_YUAN = 10**8


class ContractForm(forms.Form):
    """The fields of the model contract (GF-2021-2604) that money depends on."""

    number = forms.CharField(label="合同编号", max_length=40)
    student = forms.CharField(label="学员姓名", max_length=40, help_text="密封保存，页面只显示姓氏。")
    guardian = forms.CharField(label="家长姓名", max_length=40)
    phone = forms.CharField(
        label="家长手机号", max_length=20, widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}),
        help_text="教育局按这个号码向家长发送查询链接。",
    )  # fmt: skip
    payer = forms.CharField(
        label="付款人姓名", max_length=40, required=False, help_text="与家长不同的填写。退费原路退回付款人。"
    )
    mode = forms.ChoiceField(label="收费方式", choices=ChargingMode.choices)
    course = forms.CharField(label="课程名称", max_length=80)
    subject = forms.CharField(label="培训科目", max_length=40, help_text="如：舞蹈、美术、篮球、编程。")
    delivery = forms.ChoiceField(label="授课方式", choices=Delivery.choices)
    class_size = forms.IntegerField(label="班级人数上限", min_value=1, max_value=500, initial=20)
    minutes = forms.IntegerField(label="每课时分钟数", min_value=10, max_value=300, initial=45)
    lessons = forms.IntegerField(label="收费课时", min_value=1, max_value=1000)
    bonus_lessons = forms.IntegerField(
        label="赠送课时", min_value=0, max_value=1000, initial=0, required=False
    )
    signed_on = DayField(label="签订日期", initial=timezone.localdate)
    starts_on = DayField(label="开课日期")
    ends_on = DayField(label="结课日期")
    price_fen = MoneyField(label="合同总价（元）", min_value=0.01, max_value=MAX_YUAN)
    list_price_fen = MoneyField(
        label="折扣前总价（元）", required=False, max_value=MAX_YUAN, help_text="没有折扣的不填。"
    )
    deduction_fen = MoneyField(
        label="退费时可扣除的费用（元）", required=False, max_value=MAX_YUAN, help_text="合同没有约定的不填。"
    )
    deduction_note = forms.CharField(label="可扣除费用的约定", max_length=200, required=False)
    full_refund_lessons = forms.IntegerField(
        label="开课后多少课时内退费不扣费", min_value=0, max_value=100, initial=0, required=False
    )
    refund_days = forms.IntegerField(label="约定退费期限（工作日）", min_value=1, max_value=60, initial=15)
    absence_rule = forms.ChoiceField(label="缺课约定", choices=AbsenceRule.choices)
    used_at_list = forms.BooleanField(label="家长原因退费时，已消课按折扣前价格计算", required=False)
    is_model_text = forms.BooleanField(label="使用国家示范文本", required=False, initial=True)

    def __init__(self, *args: Any, row: Contract | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if row is None:
            return
        for name in ("student", "guardian", "phone"):
            self.fields[name].required = False
            self.fields[name].help_text = "不改的不填。"
        for name, field in self.fields.items():
            if hasattr(row, name):
                value = getattr(row, name)
                field.initial = value / 100 if name.endswith("_fen") else value

    def clean(self) -> dict[str, Any]:
        """Empty numbers are zero; dates follow each other; a deduction has its words."""
        values = super().clean() or {}
        for name in ("bonus_lessons", "full_refund_lessons", "deduction_fen"):
            values[name] = values.get(name) or 0
        price = values.get("price_fen")
        values["list_price_fen"] = values.get("list_price_fen") or price or 0
        if price and values["list_price_fen"] < price:
            self.add_error("list_price_fen", "折扣前总价不能低于合同总价。")
        signed = values.get("signed_on")
        if signed and signed > timezone.localdate():
            self.add_error("signed_on", "签订日期不能晚于今天。")
        starts, ends = values.get("starts_on"), values.get("ends_on")
        if starts and ends and ends < starts:
            self.add_error("ends_on", "结课日期不能早于开课日期。")
        if values["deduction_fen"] and not values.get("deduction_note"):
            self.add_error("deduction_note", "请写明合同里关于扣费的约定。")
        if price and values["deduction_fen"] > price:
            self.add_error("deduction_fen", "可扣除的费用不能超过合同总价。")
        if values.get("phone"):
            self._check_phone(values["phone"])
        return values

    def _check_phone(self, phone: str) -> None:
        from casework.errors import Unlawful
        from funds.services.contracts import phone_normal

        try:
            phone_normal(phone)
        except Unlawful as error:
            self.add_error("phone", error.message)


class DeskContractForm(ContractForm):
    """The same with the institution, for the bureau."""

    institution = forms.ModelChoiceField(
        label="机构", queryset=Institution.objects.none(), empty_label="请选择"
    )
    field_order = ("institution",)

    def __init__(self, *args: Any, actor: User, place: Institution | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        places = institutions_visible(actor).filter(operating_state__in=["OPERATING", "SUSPENDED"])
        give_rows(self, institution=places.order_by("name"))
        if place is not None:
            self.fields["institution"].initial = place.pk


class SheetForm(forms.Form):
    """A sheet to read."""

    upload = forms.FileField(label="表格", help_text=".xlsx 或 .csv，第一行是表头。可先下载模板。")


class DecisionForm(forms.Form):
    """What the bureau found."""

    decision = forms.CharField(label="认定意见和理由", max_length=200, widget=area(3))


class LinkForm(forms.Form):
    """Why a family's data or link is opened."""

    reason = forms.CharField(label="用途", max_length=200, widget=area(2), help_text="查看会留下记录。")


class RefundApplyForm(forms.Form):
    """A family's application, entered by the bureau."""

    ground = forms.ChoiceField(label="退费原因", choices=RefundGround.choices)
    statement = forms.CharField(label="情况说明", max_length=300, required=False, widget=area(3))


class AnswerForm(forms.Form):
    """An institution's answer."""

    answer = forms.CharField(label="答复和理由", max_length=300, widget=area(3))


class OptionalAnswerForm(forms.Form):
    """An answer that may be empty."""

    answer = forms.CharField(label="说明", max_length=300, required=False, widget=area(2))


class RefundApproveForm(forms.Form):
    """The amount as calculated, or another with its reason."""

    amount_fen = MoneyField(
        label="审定金额（元）", required=False, max_value=MAX_YUAN, help_text="不填的按今天的计算结果。"
    )
    decision = forms.CharField(
        label="审定意见",
        max_length=300,
        required=False,
        widget=area(3),
        help_text="金额与计算不同的须写明理由。",
    )


class RefundPaidForm(forms.Form):
    """A refund that did not leave custody."""

    paid_on = DayField(label="支付日期", initial=timezone.localdate)
    reference = forms.CharField(label="回单号或决定文号", max_length=60)


class RefundRejectForm(forms.Form):
    """Why nothing is due."""

    decision = forms.CharField(label="不予退费的理由", max_length=300, widget=area(3))


class ManualForm(forms.Form):
    """A release ordered by a decision."""

    account = forms.ModelChoiceField(
        label="托管账户", queryset=EscrowAccount.objects.none(), empty_label="请选择"
    )
    amount_fen = MoneyField(label="金额（元）", min_value=0.01, max_value=MAX_YUAN)
    decision_no = forms.CharField(label="决定文号", max_length=60)
    note = forms.CharField(label="说明", max_length=200, widget=area(2))
    paper = forms.FileField(label="决定扫描件", help_text="JPG、PNG 或 PDF。")

    def __init__(self, *args: Any, actor: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = EscrowAccount.objects.visible_to(actor).filter(kind="CUSTODY", status="PAY_ENABLED")
        give_rows(self, account=rows.select_related("institution").order_by("institution__name"))


class NoteForm(forms.Form):
    """A short note."""

    note = forms.CharField(label="说明", max_length=200, required=False, widget=area(2))


class PostedForm(forms.Form):
    """The bank's word that it paid."""

    booked_on = DayField(label="银行记账日期", initial=timezone.localdate)
    bank_serial = forms.CharField(label="银行流水号", max_length=80, required=False)


class ReturnedForm(forms.Form):
    """Money that came back."""

    booked_on = DayField(label="退汇入账日期", initial=timezone.localdate)
    reason = forms.CharField(label="原因", max_length=200, widget=area(2))


class SettlementForm(forms.Form):
    """The institution's own account."""

    institution = forms.ModelChoiceField(
        label="机构", queryset=Institution.objects.none(), empty_label="请选择"
    )
    account_name = forms.CharField(label="户名", max_length=120, help_text="须与机构名称一致。")
    bank_name = forms.CharField(label="开户银行", max_length=80)
    number = forms.CharField(
        label="账号", max_length=40, help_text="密封保存，页面只显示末四位。",
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )  # fmt: skip

    def __init__(self, *args: Any, actor: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        give_rows(self, institution=institutions_visible(actor).filter(standing="LICENSED").order_by("name"))


class ContractsField(forms.ModelMultipleChoiceField[Any]):
    """Contracts by number, masked pupil and course."""

    def label_from_instance(self, obj: Any) -> str:
        left = obj.lessons + obj.bonus_lessons - obj.used - obj.bonus_used
        return f"{obj.number} {obj.student_masked} {obj.course}（剩 {left} 课时）"


class DeclareForm(forms.Form):
    """Who was there on a day."""

    taught_on = DayField(label="上课日期", initial=timezone.localdate)
    slot = forms.IntegerField(label="当日第几课时", min_value=1, max_value=8, initial=1)
    present = ContractsField(
        label="到课", queryset=Contract.objects.none(), required=False, widget=PickerSelect(unit="人")
    )
    absent = ContractsField(
        label="缺课", queryset=Contract.objects.none(), required=False, widget=PickerSelect(unit="人"),
        help_text="按合同约定：照常计费，或不计费。",
    )  # fmt: skip

    def __init__(self, *args: Any, place: Institution, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = Contract.objects.filter(institution=place, status="ACTIVE").order_by("number")
        give_rows(self, present=rows, absent=rows)

    def clean(self) -> dict[str, Any]:
        """Somebody was named, and nobody twice."""
        values = super().clean() or {}
        present, absent = list(values.get("present") or []), list(values.get("absent") or [])
        if not present and not absent:
            raise forms.ValidationError("请至少选择一名学员。")
        if {row.pk for row in present} & {row.pk for row in absent}:
            raise forms.ValidationError("同一份合同不能既到课又缺课。")
        return values
