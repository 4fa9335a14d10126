"""After the decision: service, money, remedies, orders, closing, publication."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone

from casework.web import give_rows
from casework.web.fields import DayField, MomentField, MoneyField, area
from inspections.models import ServiceMethod
from penalties import selectors
from penalties.forms.fields import ReasonForm
from penalties.models import (
    Case,
    CreditGrade,
    OrderKind,
    PaymentKind,
    ProceedingKind,
)


class ServeForm(forms.Form):
    """送达回证 of one document."""

    document: forms.ModelChoiceField[Any] = forms.ModelChoiceField(label="送达文书", queryset=None)
    method = forms.ChoiceField(label="送达方式", choices=ServiceMethod.choices, widget=forms.RadioSelect)
    served_at = MomentField(label="送达时间")
    place = forms.CharField(label="送达地点", max_length=200)
    server_one: forms.ModelChoiceField[Any] = forms.ModelChoiceField(label="送达人一", queryset=None)
    server_two: forms.ModelChoiceField[Any] = forms.ModelChoiceField(label="送达人二", queryset=None)
    receiver = forms.CharField(label="签收人", max_length=40, required=False, help_text="直接送达必填。")
    receiver_relation = forms.CharField(label="与受送达人关系", max_length=40, required=False)
    refusal_reason = forms.CharField(
        label="拒收事由", max_length=200, required=False, help_text="留置送达必填。"
    )
    witness = forms.CharField(
        label="见证人", max_length=40, required=False, help_text="留置送达须有见证人或影像。"
    )
    consent: forms.ModelChoiceField[Any] = forms.ModelChoiceField(
        label="电子送达确认书", queryset=None, required=False, help_text="电子送达必选。"
    )
    mail_no = forms.CharField(label="邮件回执号", max_length=60, required=False, help_text="邮寄送达必填。")
    publication_place = forms.CharField(
        label="公告载体", max_length=120, required=False, help_text="公告送达必填，期满三十日视为送达。"
    )
    proof = forms.FileField(label="送达证明", required=False, help_text="签收照片、回执或截图。")

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = selectors.server_choices(case, timezone.localdate())
        give_rows(
            self,
            document=selectors.servable(case),
            consent=case.addressconfirmations.filter(is_electronic=True),
        )
        for name in ("server_one", "server_two"):
            give_rows(self, **{name: people})


class AddressForm(forms.Form):
    """送达地址确认书."""

    phone = forms.CharField(label="联系电话", max_length=60)
    email = forms.CharField(label="电子送达地址", max_length=120, required=False)
    is_electronic = forms.BooleanField(label="同意电子送达", required=False)
    signed_on = DayField(label="签署日期")

    def clean(self) -> dict[str, Any]:
        """Consent needs an address."""
        given: dict[str, Any] = super().clean() or {}
        if given.get("is_electronic") and not given.get("email"):
            self.add_error("email", "同意电子送达的，请填写电子送达地址。")
        return given


class AgentForm(forms.Form):
    """授权委托书."""

    agent_name = forms.CharField(label="代理人", max_length=40)
    agent_identity = forms.CharField(
        label="代理人身份", max_length=120, help_text="单位职务、与当事人关系、证件名称和号码后四位。"
    )
    phone = forms.CharField(label="联系电话", max_length=60, required=False)
    matters = forms.CharField(
        label="委托权限", max_length=300, widget=area(3), initial="代为陈述、申辩，参加听证，签收文书"
    )
    since = DayField(label="委托起始日期")
    until = DayField(label="委托终止日期")
    signed_on = DayField(label="签署日期")

    def clean(self) -> dict[str, Any]:
        """The term runs forward."""
        given: dict[str, Any] = super().clean() or {}
        if given.get("since") and given.get("until") and given["until"] < given["since"]:
            self.add_error("until", "终止日期不能早于起始日期。")
        return given


class PaymentForm(forms.Form):
    """A payment."""

    kind = forms.ChoiceField(label="款项", choices=PaymentKind.choices)
    amount_fen = MoneyField(label="金额（元）")
    paid_on = DayField(label="缴款日期")
    receipt_no = forms.CharField(label="票据号", max_length=60)
    is_on_spot = forms.BooleanField(label="当场收缴", required=False)
    on_spot_ground = forms.CharField(
        label="当场收缴的理由", max_length=120, required=False, help_text="超过一百元的必填。"
    )


class DeferralForm(forms.Form):
    """Later or divided payment."""

    reason = forms.CharField(label="申请理由", max_length=300, widget=area(2))
    plan = forms.CharField(
        label="缴纳安排", widget=area(4), help_text="每行一期：日期 金额，例如“2026-05-01 1500”。"
    )

    def clean_plan(self) -> list[tuple[Any, int]]:
        """Days and fen."""
        from datetime import date

        from casework.money import fen

        found = []
        for line in self.cleaned_data["plan"].splitlines():
            if not line.strip():
                continue
            try:
                day, amount = line.split()
                found.append((date.fromisoformat(day), fen(amount)))
            except ValueError as error:
                raise forms.ValidationError(f"“{line}”写法不对，请写成“2026-05-01 1500”。") from error
        return found


class ProceedingForm(forms.Form):
    """A remedy taken."""

    kind = forms.ChoiceField(label="种类", choices=ProceedingKind.choices)
    body = forms.CharField(label="受理机关", max_length=100)
    case_no = forms.CharField(label="案号", max_length=80, required=False)
    started_on = DayField(label="受理日期")


class ProceedingEndForm(forms.Form):
    """How it ended."""

    ended_on = DayField(label="终结日期")
    result = forms.CharField(label="结果", max_length=200)
    changes_decision = forms.BooleanField(label="变更、撤销或者确认处罚决定违法", required=False)


class CourtForm(forms.Form):
    """Which court is asked."""

    court = forms.CharField(label="受理法院", max_length=100)


class OrderForm(forms.Form):
    """A corrective order."""

    kind = forms.ChoiceField(label="种类", choices=OrderKind.choices, widget=forms.RadioSelect)
    content = forms.CharField(label="要求", widget=area(4))
    due_on = DayField(label="期限")


class CloseForm(forms.Form):
    """How the decision was carried out."""

    execution_note = forms.CharField(label="执行情况", max_length=300, widget=area(3))


class ArchiveForm(forms.Form):
    """Who put the file together and who checked it."""

    filer = forms.CharField(label="立卷人", max_length=40)
    checker = forms.CharField(label="检查人", max_length=40, help_text="与立卷人不能是同一人。")
    note = forms.CharField(label="备考说明", max_length=300, widget=area(2), required=False)


class PublishForm(forms.Form):
    """Grade and length of display."""

    grade = forms.ChoiceField(label="失信程度", choices=CreditGrade.choices, widget=forms.RadioSelect)
    months = forms.IntegerField(
        label="公示期（月）",
        min_value=0,
        max_value=36,
        required=False,
        help_text="轻微 0–3，一般 3–12，严重 12–36；不填按最长。",
    )


class RepairForm(ReasonForm):
    """Papers of a repair."""

    papers = forms.CharField(
        label="修复材料", max_length=200, help_text="申请表、承诺书、证照复印件、整改证明等。"
    )
    field_order = ("papers", "reason")
