"""Review, notice, defence, hearing, discussion, decision."""

from __future__ import annotations

from penalties import forms
from penalties import services as s
from penalties.models import (
    AgentAuthorisation,
    Hearing,
    LegalReview,
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
    review,
)

DECIDING: dict[str, Action] = {
    "agent": Action(
        "登记授权委托书",
        EDIT,
        lambda actor, case, row, form: s.agent_authorise(actor=actor, case=case, values=form.cleaned_data),
        plain(forms.AgentForm, signed_on=today, since=today),
        "已登记，委托书已编入案卷。",
        two_columns=True,
        issues=True,
    ),
    "agent-end": Action(
        "登记解除委托",
        EDIT,
        on_row("agent", s.agent_end),
        plain(forms.DoneForm, on=today),
        row=AgentAuthorisation,
    ),
    "review-request": Action(
        "送法制审核", EDIT, on_case(s.review_request), plain(forms.ReviewRequestForm), "已送审。"
    ),
    "review-give": Action(
        "法制审核",
        "penalties.legal_review",
        review,
        plain(forms.ReviewForm),
        "审核意见已制发。",
        LegalReview,
        issues=True,
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
        "复核陈述申辩",
        EDIT,
        on_row("point", s.statement_answer),
        plain(forms.AnswerForm),
        row=StatementPoint,
        issues=True,
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
        issues=True,
    ),
    "hearing-hold": Action(
        "登记听证笔录",
        MANAGE,
        on_row("hearing", s.hearing_hold),
        plain(forms.HearingRecordForm),
        row=Hearing,
        issues=True,
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
        issues=True,
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
        issues=True,
    ),
    "decide_no_penalty": Action(
        "决定不予处罚",
        APPROVE,
        on_case(s.case_decide_no_penalty),
        plain(forms.NoteForm),
        "不予处罚决定书已制发，请送达。",
        issues=True,
    ),
}
