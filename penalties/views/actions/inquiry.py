"""The inquiry: facts, evidence, samples, holds, interviews, fees, weighing."""

from __future__ import annotations

from penalties import forms
from penalties import services as s
from penalties.models import (
    EvidenceHold,
    EvidenceItem,
    Sampling,
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
    discretion,
    discretion_form,
    evidence_add,
    evidence_edit,
    evidence_form,
    facts_form,
    fee_table,
    interview,
    sampling,
    sampling_form,
)

INQUIRY: dict[str, Action] = {
    "facts": Action(
        "列出认定的事实",
        EDIT,
        lambda actor, case, row, form: s.facts_set(
            actor=actor, case=case, texts=form.cleaned_data["texts"].splitlines()
        ),
        facts_form,
        "已保存。",
    ),
    "evidence": Action("登记证据", EDIT, evidence_add, evidence_form, "已登记。", two_columns=True),
    "evidence-edit": Action(
        "修改证据", EDIT, evidence_edit, evidence_form, "已保存。", EvidenceItem, two_columns=True
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
    "sampling": Action(
        "抽样取证",
        EDIT,
        sampling,
        sampling_form,
        "抽样取证通知书已制发，请送达。",
        sentence="两名以上办案人员当场抽样，出具通知书，当事人签字；拒签的注明并由见证人签字。",
        issues=True,
    ),
    "sampling-handle": Action(
        "登记抽样物品处理",
        EDIT,
        on_row("sampling", s.sampling_handle),
        plain(forms.DoneForm, on=today),
        "物品处理通知书已制发，请送达。",
        row=Sampling,
        issues=True,
    ),
    "interview": Action(
        "制作询问笔录",
        EDIT,
        interview,
        knowing(forms.InterviewForm, started_at=now, ended_at=now),
        two_columns=True,
        issues=True,
    ),
    "fees": Action(
        "登记收退费明细",
        EDIT,
        fee_table,
        plain(forms.FeesForm),
        "明细已登记，违法所得已重新计算。",
        sentence="重新导入会替换现有明细。学生姓名加密保存，页面和文书只显示姓。",
    ),
    "discretion": Action(
        "裁量和拟处罚", EDIT, discretion, discretion_form, "已保存。", two_columns=True, versioned=True
    ),
    "end_inquiry": Action("调查终结", EDIT, on_case(s.inquiry_end), done="调查终结报告已制作。"),
    "resume": Action(
        "补充调查",
        MANAGE,
        on_case(s.case_resume),
        labelled(forms.ReasonForm, "补充调查的理由"),
        "已退回调查。",
    ),
}
