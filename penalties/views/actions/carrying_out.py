"""Service, money, remedies, orders, closing, publication."""

from __future__ import annotations

from penalties import forms
from penalties import services as s
from penalties.models import (
    CorrectiveOrder,
    CreditRecord,
    Measure,
    Payment,
    Proceeding,
)
from penalties.views.actions.kinds import (
    APPROVE,
    EDIT,
    Action,
    labelled,
    on_case,
    on_row,
    plain,
    today,
)
from penalties.views.actions.making import (
    deferral,
    serve,
    serve_form,
)

CARRYING_OUT: dict[str, Action] = {
    "serve": Action(
        "登记文书送达",
        "penalties.paper_serve",
        serve,
        serve_form,
        "送达已登记。",
        two_columns=True,
        issues=True,
    ),
    "address": Action(
        "登记送达地址确认书",
        EDIT,
        on_case(s.address_confirm),
        plain(forms.AddressForm, signed_on=today),
        issues=True,
    ),
    "payment": Action(
        "登记缴款",
        EDIT,
        lambda actor, case, row, form: s.payment_record(
            actor=actor, case=case, payment=s.PaymentInput(**form.cleaned_data)
        ),
        plain(forms.PaymentForm, paid_on=today),
        "缴款已登记。",
    ),
    "payment-hand-in": Action(
        "登记交付银行",
        EDIT,
        on_row("payment", s.payment_hand_in),
        labelled(forms.DayForm, "交付日期"),
        row=Payment,
    ),
    "measure-done": Action(
        "登记执行情况", EDIT, on_row("measure", s.measure_done), plain(forms.DoneForm, on=today), row=Measure
    ),
    "deferral": Action("准予延期、分期缴纳", APPROVE, deferral, plain(forms.DeferralForm), issues=True),
    "proceeding": Action(
        "登记复议、诉讼",
        EDIT,
        lambda actor, case, row, form: s.proceeding_record(actor=actor, case=case, values=form.cleaned_data),
        plain(forms.ProceedingForm),
        "已登记，其间不计加处罚款。",
    ),
    "proceeding-end": Action(
        "登记复议、诉讼终结",
        EDIT,
        on_row("proceeding", s.proceeding_end),
        plain(forms.ProceedingEndForm),
        row=Proceeding,
    ),
    "urge": Action("催告", EDIT, on_case(s.case_urge), done="催告书已制发，请送达。"),
    "apply_court": Action(
        "申请强制执行",
        APPROVE,
        on_case(s.case_apply_court),
        plain(forms.CourtForm),
        "申请书已制作。",
        issues=True,
    ),
    "perform": Action("确认履行完毕", EDIT, on_case(s.case_perform), done="已确认履行完毕。"),
    "order": Action(
        "制发责令改正文书",
        EDIT,
        on_case(s.order_issue),
        plain(forms.OrderForm),
        "已制发，请送达。",
        sentence="责令改正、停止、退费不是行政处罚，单独制发文书。",
        issues=True,
    ),
    "order-done": Action(
        "登记责令改正完成",
        EDIT,
        on_row("order", s.order_done),
        plain(forms.DoneForm, on=today),
        row=CorrectiveOrder,
    ),
    "close": Action(
        "结案", APPROVE, on_case(s.case_close), plain(forms.CloseForm), "已结案，请归档。", issues=True
    ),
    "exempt": Action(
        "决定不予公示",
        APPROVE,
        on_case(s.publicity_exempt),
        labelled(forms.ReasonForm, "不予公示的理由和依据"),
    ),
    "archive": Action(
        "归档", "penalties.case_archive", on_case(s.case_archive), plain(forms.ArchiveForm), "案卷已归档。"
    ),
    "credit-publish": Action(
        "公示处罚决定",
        "penalties.credit_publish",
        on_row("record", s.credit_publish),
        plain(forms.PublishForm, grade="GENERAL"),
        "已公示，并提交信用平台。",
        CreditRecord,
    ),
    "credit-withdraw": Action(
        "撤下公示",
        "penalties.credit_publish",
        on_row("record", s.credit_withdraw),
        labelled(forms.ReasonForm, "撤下的理由"),
        row=CreditRecord,
        is_danger=True,
    ),
    "credit-repair": Action(
        "信用修复",
        "penalties.credit_repair",
        on_row("record", s.credit_repair),
        plain(forms.RepairForm),
        row=CreditRecord,
    ),
}
