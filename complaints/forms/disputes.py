"""Forms of refund disputes and rewards."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from django import forms
from django.utils import timezone

from accounts.models import User
from casework.money import fen
from casework.web import give_rows
from casework.web.fields import DayField, MoneyField, PersonField, area
from complaints.models import Clue, RefundClaim, RefundDispute
from complaints.services import ClaimLine
from complaints.wall import Contact
from institutions.models import Institution
from institutions.selectors import institutions_visible

SPLIT = re.compile(r"[\t,，;；]+|\s{1,}")
CELLS = (2, 4)
CLAIM_MAX_FEN = 10**12


def claim_lines(text: str) -> list[ClaimLine]:
    """Lines of 姓名 电话 金额 or 姓名 电话 人数 金额, as typed or pasted from a sheet. Raises ValidationError."""
    found = []
    for number, line in enumerate(filter(None, map(str.strip, text.splitlines())), start=1):
        cells = [cell for cell in SPLIT.split(line) if cell]
        try:
            found.append(_claim_line(cells))
        except ValueError as error:
            raise forms.ValidationError(
                f"第 {number} 行“{line[:30]}”写法不对。每行写：姓名 电话 金额（元），几个孩子一起的写：姓名 电话 人数 金额。"
            ) from error
    if not found:
        raise forms.ValidationError("至少写一行。")
    return found


def _claim_line(cells: list[str]) -> ClaimLine:
    if not CELLS[0] <= len(cells) <= CELLS[1]:
        raise ValueError(cells)
    amount, persons = fen(cells[-1]), 1
    who = cells[:-1]
    if len(cells) == CELLS[1]:
        persons, who = int(cells[2]), cells[:2]
    if not 0 < amount <= CLAIM_MAX_FEN or not 1 <= persons <= 50:
        raise ValueError(cells)
    phone = who[1] if len(who) > 1 else ""
    return ClaimLine(amount, persons, Contact(name=who[0][:40], phone=phone[:20]))


class DisputeForm(forms.Form):
    """A new dispute with its claims."""

    institution = forms.ModelChoiceField(
        label="机构",
        queryset=Institution.objects.none(),
        required=False,
        empty_label="（不在名录，下面填写名称）",
    )
    party_name = forms.CharField(
        label="对方名称", max_length=100, required=False, help_text="选了机构的可以不填。"
    )
    reason = forms.CharField(label="退费理由", max_length=300, widget=area(2))
    claimed_on = DayField(label="提出日期")
    lines = forms.CharField(
        label="退费诉求",
        widget=area(6),
        help_text="每行一户：姓名 电话 金额（元）；几个孩子一起的：姓名 电话 人数 金额。可以从表格粘贴。姓名和电话密封保存。",
    )

    def __init__(self, *args: Any, actor: User, clue: Clue | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        give_rows(self, institution=institutions_visible(actor).order_by("name"))
        self.fields["claimed_on"].initial = timezone.localdate()
        if clue is not None:
            self.fields["institution"].initial = clue.institution_id
            self.fields["party_name"].initial = clue.subject_name

    def clean_lines(self) -> list[ClaimLine]:
        """The claims."""
        return claim_lines(self.cleaned_data["lines"])

    def clean_claimed_on(self) -> date:
        """Not in the future."""
        day: date = self.cleaned_data["claimed_on"]
        if day > timezone.localdate():
            raise forms.ValidationError("提出日期不能晚于今天。")
        return day

    def clean(self) -> dict[str, Any]:
        """A party is named, from the register or by hand."""
        values = super().clean() or {}
        if not values.get("institution") and not (values.get("party_name") or "").strip():
            self.add_error("party_name", "请选择机构，或者填写对方名称。")
        return values


class ClaimForm(forms.Form):
    """One more family."""

    lines = forms.CharField(label="退费诉求", widget=area(3), help_text="每行一户：姓名 电话 金额（元）。")

    def clean_lines(self) -> list[ClaimLine]:
        """The claims."""
        return claim_lines(self.cleaned_data["lines"])


class MediatorForm(forms.Form):
    """Who mediates; `reason` when mediation begins again."""

    mediator = PersonField(label="调解人", queryset=User.objects.none(), empty_label=None)
    reason = forms.CharField(label="重新调解的理由", max_length=200, widget=area(2))

    def __init__(self, *args: Any, actor: User, dispute: RefundDispute, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = User.objects.filter(
            bureau=dispute.bureau_id, organisation=actor.organisation_id, is_active=True
        )
        able = [user.pk for user in people if user.may("complaints.dispute_edit")]
        give_rows(self, mediator=people.filter(pk__in=able).order_by("name"))
        self.fields["mediator"].initial = actor.pk
        if dispute.status == "CLAIMED":
            del self.fields["reason"]


class AmountsForm(forms.Form):
    """One amount per claim: what was agreed."""

    def __init__(self, *args: Any, dispute: RefundDispute, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.claims: list[RefundClaim] = list(dispute.claims.all())
        for claim in self.claims:
            self.fields[f"claim_{claim.ordinal}"] = MoneyField(
                label=f"第 {claim.ordinal} 项协议退款（元）",
                max_value=claim.claimed_fen / 100,
                initial=(claim.claimed_fen if claim.agreed_fen is None else claim.agreed_fen) / 100,
                help_text=f"要求 {claim.claimed_fen / 100:,.2f} 元",
            )

    def clean(self) -> dict[str, Any]:
        """`agreed`: fen by ordinal."""
        values = super().clean() or {}
        values["agreed"] = {
            claim.ordinal: values[name]
            for claim in self.claims
            if values.get(name := f"claim_{claim.ordinal}") is not None
        }
        return values


class AgreementForm(forms.Form):
    """The parties' agreement."""

    agreement = forms.CharField(label="协议内容", max_length=2000, widget=area(4))
    pay_by = DayField(label="约定退款日期")
    note = forms.CharField(label="调解情况", max_length=2000, required=False, widget=area(3))


class PaymentForm(forms.Form):
    """A payment of one claim."""

    claim = forms.ModelChoiceField(label="诉求", queryset=RefundClaim.objects.none(), empty_label=None)
    paid_fen = MoneyField(label="实际退款（元）", min_value=0.01)
    paid_on = DayField(label="退款日期")
    payment_no = forms.CharField(label="凭证号", max_length=80, required=False)
    proof = forms.FileField(label="退款凭证", required=False, help_text="转账回单或收条，JPG、PNG 或 PDF。")

    def __init__(self, *args: Any, dispute: RefundDispute, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        give_rows(self, claim=dispute.claims.filter(paid_fen__isnull=True, agreed_fen__gt=0))
        self.fields["claim"].label_from_instance = lambda claim: (  # type: ignore[attr-defined]
            f"第 {claim.ordinal} 项，协议 {(claim.agreed_fen or 0) / 100:,.2f} 元"
        )
        self.fields["paid_on"].initial = timezone.localdate()


class ReasonForm(forms.Form):
    """A step that needs a reason."""

    reason = forms.CharField(label="理由", max_length=200, widget=area(3))


class ProofForm(forms.Form):
    """A paper of the dispute."""

    proof = forms.FileField(label="材料", help_text="合同、收据、协议、转账回单，JPG、PNG 或 PDF。")
    caption = forms.CharField(label="说明", max_length=60, required=False)


class RewardForm(forms.Form):
    """A proposed reward."""

    amount_fen = MoneyField(
        label="奖励金额（元）", min_value=0.01, required=False, help_text="不填按政策参数的金额。"
    )
    reason = forms.CharField(label="奖励理由", max_length=300, widget=area(3))


class RewardPaymentForm(forms.Form):
    """The payment of a reward."""

    paid_on = DayField(label="发放日期")
    voucher_no = forms.CharField(label="支付凭证号", max_length=80)
