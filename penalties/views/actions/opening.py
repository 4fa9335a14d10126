"""Opening a case, its officers, and its early ends."""

from __future__ import annotations

from penalties import forms
from penalties import services as s
from penalties.models import (
    CaseOfficer,
    CaseRecusal,
)
from penalties.views.actions.kinds import (
    APPROVE,
    EDIT,
    Action,
    knowing,
    labelled,
    on_case,
    on_row,
    plain,
)
from penalties.views.actions.making import (
    case_form,
    edit,
)

OPENING: dict[str, Action] = {
    "edit": Action("修改案件情况", EDIT, edit, case_form, "已保存。", two_columns=True, versioned=True),
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
        "批准立案",
        APPROVE,
        on_case(s.case_file),
        plain(forms.NoteForm),
        "已立案，九十日办案期限开始计算。",
        issues=True,
    ),
    "decide_on_spot": Action(
        "当场处罚",
        EDIT,
        on_case(s.case_decide_on_spot),
        plain(forms.SpotForm),
        "已制作当场处罚决定书，请当场交付并报本机关备案。",
        sentence="制作决定书前，应当出示执法证，告知事实、理由、依据和权利，听取陈述申辩。",
        issues=True,
    ),
    "transfer": Action(
        "移送",
        APPROVE,
        on_case(s.case_transfer),
        plain(forms.TransferForm),
        "移送函已制发。",
        is_danger=True,
        issues=True,
    ),
    "withdraw": Action(
        "撤销立案",
        APPROVE,
        on_case(s.case_withdraw),
        labelled(forms.ReasonForm, "撤销立案的理由"),
        is_danger=True,
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
}
