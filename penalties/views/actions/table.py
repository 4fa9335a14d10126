"""Everything that is done to a case, each with its form."""

from __future__ import annotations

from penalties import forms
from penalties import services as s
from penalties.models import (
    CaseOfficer,
    CaseRecusal,
    CorrectiveOrder,
    CreditRecord,
    EvidenceHold,
    EvidenceItem,
    Hearing,
    LegalReview,
    Measure,
    Payment,
    Proceeding,
    StatementPoint,
)
from penalties.views.actions.kinds import (
    APPROVE,
    EDIT,
    MANAGE,
    Action,
    knowing,
    labelled,
    now,
    on_case,
    on_row,
    plain,
    today,
)
from penalties.views.actions.making import (
    _case_form,
    _deferral,
    _discretion,
    _discretion_form,
    _edit,
    _evidence_add,
    _evidence_edit,
    _evidence_form,
    _facts_form,
    _fees,
    _interview,
    _review,
    _serve,
    _serve_form,
)

ACTIONS: dict[str, Action] = {
    "edit": Action("修改案件情况", EDIT, _edit, _case_form, "已保存。", two_columns=True, versioned=True),
    "reveal": Action(
        "查看当事人住址",
        "penalties.party_reveal",
        on_case(s.party_reveal),
        labelled(forms.ReasonForm, "用途"),
        "查看已记入审计记录。",
        tells=lambda address: f"当事人住址：{address}",
    ),
    "pupils": Action(
        "查看学生姓名",
        "penalties.party_reveal",
        on_case(s.pupils_reveal),
        labelled(forms.ReasonForm, "用途"),
        "查看已记入审计记录。",
        tells=lambda names: "；".join(f"{number}. {name}" for number, name in names.items()),
    ),
    "officer": Action("指定办案人员", EDIT, on_case(s.officer_add), knowing(forms.OfficerForm), "已指定。"),
    "submit": Action("送审立案", EDIT, on_case(s.case_submit), done="已送审，请等待负责人审批。"),
    "return": Action(
        "退回补充", APPROVE, on_case(s.case_return), labelled(forms.ReasonForm, "退回理由"), "已退回。"
    ),
    "refuse": Action(
        "不予立案",
        APPROVE,
        on_case(s.case_refuse),
        labelled(forms.ReasonForm, "不予立案的理由"),
        "已登记。",
        is_danger=True,
    ),
    "file": Action(
        "批准立案", APPROVE, on_case(s.case_file), plain(forms.NoteForm), "已立案，九十日办案期限开始计算。"
    ),
    "decide_on_spot": Action(
        "当场处罚",
        EDIT,
        on_case(s.case_decide_on_spot),
        plain(forms.SpotForm),
        "已制作当场处罚决定书，请当场交付并报本机关备案。",
        sentence="制作决定书前，应当出示执法证，告知事实、理由、依据和权利，听取陈述申辩。",
    ),
    "facts": Action(
        "列出认定的事实",
        EDIT,
        lambda actor, case, row, form: s.facts_set(
            actor=actor, case=case, texts=form.cleaned_data["texts"].splitlines()
        ),
        _facts_form,
        "已保存。",
    ),
    "evidence": Action("登记证据", EDIT, _evidence_add, _evidence_form, "已登记。", two_columns=True),
    "evidence-edit": Action(
        "修改证据", EDIT, _evidence_edit, _evidence_form, "已保存。", EvidenceItem, two_columns=True
    ),
    "evidence-void": Action(
        "不采纳证据",
        EDIT,
        on_row("item", s.evidence_void),
        labelled(forms.ReasonForm, "不采纳的理由"),
        "已登记。",
        EvidenceItem,
    ),
    "hold": Action(
        "申请先行登记保存", EDIT, on_case(s.hold_request), plain(forms.HoldForm), "已申请，请等待负责人批准。"
    ),
    "hold-approve": Action(
        "批准先行登记保存",
        APPROVE,
        on_row("hold", s.hold_approve),
        done="已批准，七个工作日内须作出处理。",
        row=EvidenceHold,
    ),
    "hold-settle": Action(
        "处理保存的证据", EDIT, on_row("hold", s.hold_settle), plain(forms.HoldSettleForm), row=EvidenceHold
    ),
    "interview": Action(
        "制作询问笔录",
        EDIT,
        _interview,
        knowing(forms.InterviewForm, started_at=now, ended_at=now),
        two_columns=True,
    ),
    "fees": Action(
        "登记收退费明细",
        EDIT,
        _fees,
        plain(forms.FeesForm),
        "明细已登记，违法所得已重新计算。",
        sentence="重新导入会替换现有明细。学生姓名加密保存，页面和文书只显示姓。",
    ),
    "discretion": Action(
        "裁量和拟处罚", EDIT, _discretion, _discretion_form, "已保存。", two_columns=True, versioned=True
    ),
    "end_inquiry": Action("调查终结", EDIT, on_case(s.inquiry_end), done="调查终结报告已制作。"),
    "resume": Action(
        "补充调查",
        MANAGE,
        on_case(s.case_resume),
        labelled(forms.ReasonForm, "补充调查的理由"),
        "已退回调查。",
    ),
    "review-request": Action(
        "送法制审核", EDIT, on_case(s.review_request), plain(forms.ReviewRequestForm), "已送审。"
    ),
    "review-give": Action(
        "法制审核",
        "penalties.legal_review",
        _review,
        plain(forms.ReviewForm),
        "审核意见已制发。",
        LegalReview,
    ),
    "notify": Action("制发事先告知书", EDIT, on_case(s.notice_issue), done="已制发，请送达并登记送达回证。"),
    "statement": Action(
        "登记陈述申辩",
        EDIT,
        on_case(s.statement_add),
        plain(forms.StatementForm, made_on=today),
        "已登记，请复核。",
    ),
    "statement-answer": Action(
        "复核陈述申辩", EDIT, on_row("point", s.statement_answer), plain(forms.AnswerForm), row=StatementPoint
    ),
    "waive": Action("登记放弃陈述申辩、听证", EDIT, on_case(s.statement_waive), plain(forms.WaiverForm)),
    "hearing": Action(
        "登记听证申请",
        EDIT,
        lambda actor, case, row, form: s.hearing_request(
            actor=actor, case=case, requested_on=form.cleaned_data["on"]
        ),
        labelled(forms.DayForm, "申请日期"),
        "已登记，请安排听证。",
    ),
    "hearing-schedule": Action(
        "通知听证",
        MANAGE,
        lambda actor, case, row, form: s.hearing_schedule(
            actor=actor, hearing=row, plan=s.HearingPlan(**form.cleaned_data)
        ),
        knowing(forms.HearingPlanForm),
        "听证通知书已制发，请送达。",
        Hearing,
    ),
    "hearing-hold": Action(
        "登记听证笔录", MANAGE, on_row("hearing", s.hearing_hold), plain(forms.HearingRecordForm), row=Hearing
    ),
    "hearing-miss": Action(
        "登记未到场",
        MANAGE,
        on_row("hearing", s.hearing_miss),
        labelled(forms.ReasonForm, "未到场情况"),
        row=Hearing,
    ),
    "hearing-withdraw": Action(
        "登记撤回听证申请",
        EDIT,
        on_row("hearing", s.hearing_withdraw),
        labelled(forms.ReasonForm, "撤回情况"),
        row=Hearing,
    ),
    "discussion": Action(
        "登记集体讨论",
        MANAGE,
        lambda actor, case, row, form: s.discussion_record(actor=actor, case=case, values=form.cleaned_data),
        plain(forms.DiscussionForm, held_at=now),
    ),
    "extension": Action(
        "延长办案期限",
        APPROVE,
        lambda actor, case, row, form: s.extension_record(
            actor=actor, case=case, ground=form.cleaned_data["reason"]
        ),
        labelled(forms.ReasonForm, "延长的理由和依据"),
    ),
    "decide": Action(
        "决定处罚",
        APPROVE,
        on_case(s.case_decide),
        plain(forms.NoteForm),
        "决定书已制发，请在七个工作日内送达。",
    ),
    "decide_no_penalty": Action(
        "决定不予处罚",
        APPROVE,
        on_case(s.case_decide_no_penalty),
        plain(forms.NoteForm),
        "不予处罚决定书已制发，请送达。",
    ),
    "serve": Action(
        "登记文书送达", "penalties.paper_serve", _serve, _serve_form, "送达已登记。", two_columns=True
    ),
    "address": Action(
        "登记送达地址确认书", EDIT, on_case(s.address_confirm), plain(forms.AddressForm, signed_on=today)
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
    "deferral": Action("准予延期、分期缴纳", APPROVE, _deferral, plain(forms.DeferralForm)),
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
        "申请强制执行", APPROVE, on_case(s.case_apply_court), plain(forms.CourtForm), "申请书已制作。"
    ),
    "perform": Action("确认履行完毕", EDIT, on_case(s.case_perform), done="已确认履行完毕。"),
    "order": Action(
        "制发责令改正文书",
        EDIT,
        on_case(s.order_issue),
        plain(forms.OrderForm),
        "已制发，请送达。",
        sentence="责令改正、停止、退费不是行政处罚，单独制发文书。",
    ),
    "order-done": Action(
        "登记责令改正完成",
        EDIT,
        on_row("order", s.order_done),
        plain(forms.DoneForm, on=today),
        row=CorrectiveOrder,
    ),
    "transfer": Action(
        "移送", APPROVE, on_case(s.case_transfer), plain(forms.TransferForm), "移送函已制发。", is_danger=True
    ),
    "withdraw": Action(
        "撤销立案",
        APPROVE,
        on_case(s.case_withdraw),
        labelled(forms.ReasonForm, "撤销立案的理由"),
        is_danger=True,
    ),
    "close": Action("结案", APPROVE, on_case(s.case_close), plain(forms.CloseForm), "已结案，请归档。"),
    "exempt": Action(
        "决定不予公示",
        APPROVE,
        on_case(s.publicity_exempt),
        labelled(forms.ReasonForm, "不予公示的理由和依据"),
    ),
    "archive": Action(
        "归档", "penalties.case_archive", on_case(s.case_archive), plain(forms.ArchiveForm), "案卷已归档。"
    ),
    "officer-remove": Action(
        "更换办案人员",
        EDIT,
        on_row("officer", s.officer_remove),
        labelled(forms.ReasonForm, "更换原因"),
        row=CaseOfficer,
    ),
    "recusal": Action(
        "登记回避申请", EDIT, on_row("officer", s.recusal_raise), plain(forms.RecusalForm), row=CaseOfficer
    ),
    "recusal-decide": Action(
        "决定回避申请",
        APPROVE,
        on_row("recusal", s.recusal_decide),
        plain(forms.RecusalDecisionForm),
        row=CaseRecusal,
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
