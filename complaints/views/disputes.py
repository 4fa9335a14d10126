"""Desk pages of refund disputes and rewards."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms as dj
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse

from accounts.models import User
from casework.evidence.services import evidence_receive
from casework.templatetags.ui import yuan
from casework.web import (
    AuthedRequest,
    Column,
    crumbs,
    data,
    desk_page,
    form_page,
    get_visible,
    guarded,
    kit,
    object_link,
)
from casework.web.kit import Register, Step
from complaints import services
from complaints.filters.channels import DisputeFilter, RewardFilter
from complaints.forms import disputes as forms
from complaints.models import Clue, RefundDispute, Reward
from complaints.selectors import disputes as selectors
from complaints.views.common import LABEL, named_clue, tabs

EDIT = "complaints.dispute_edit"
COLUMNS = (
    Column("编号", lambda row: row.number, 24),
    Column("提出日期", lambda row: row.claimed_on),
    Column("对方", lambda row: row.party_name, 30),
    Column("乡镇（街道）", lambda row: row.region.name),
    Column("状态", lambda row: row.get_status_display()),
    Column("户数", lambda row: row.families),
    Column("人数", lambda row: row.persons),
    Column("要求退款（元）", lambda row: row.claimed / 100),
    Column("协议退款（元）", lambda row: row.agreed / 100),
    Column("实际退款（元）", lambda row: row.paid / 100),
    Column("办理期限", lambda row: row.due_on),
    Column("调解人", lambda row: row.mediator.name if row.mediator else ""),
)


def dispute_url(dispute: RefundDispute) -> str:
    """The dispute's page."""
    return reverse("complaints:dispute_detail", kwargs={"uid": dispute.uid})


def _cells(row: Any) -> list[dict[str, Any]]:
    return [
        {"text": row.number, "url": dispute_url(row), "sub": f"{row.claimed_on:%Y-%m-%d} 提出"},
        {"text": row.party_name, "sub": row.region.name},
        {"text": f"{row.persons} 人", "sub": f"{row.families} 户", "num": True},
        {"text": yuan(row.claimed), "num": True},
        {"text": yuan(row.paid) if row.paid else "—", "num": True},
        {"due": row.due_on, "explanation": row.due_explanation, "done": row.paid_at or row.ended_at},
        {"status": row},
    ]


REGISTER = Register(("编号", "对方", "人数", "要求退款", "已退款", "期限", "状态"), _cells)


@desk_page("complaints.dispute_view")
def dispute_list(request: AuthedRequest) -> HttpResponseBase:
    """Register of disputes with the totals that counties publish."""
    totals = selectors.dispute_totals(request.user)
    return kit.register_page(
        request,
        rows=selectors.disputes_visible(request.user),
        title="退费纠纷",
        subtitle=f"正在办理 {totals['open']} 件，已协调退费 {totals['persons']} 人、{yuan(totals['fen'])}",
        register=REGISTER,
        columns=COLUMNS,
        filterset=DisputeFilter,
        unit="件",
        create=("登记退费纠纷", "complaints:dispute_create", EDIT),
        empty="家长要求退费而机构不退的，登记后开始计算期限并组织调解。",
        crumbs=crumbs(("线索和随手拍", reverse("complaints:clue_list")), ("退费纠纷", "")),
    )


@desk_page(EDIT)
def dispute_create(request: AuthedRequest) -> HttpResponse:
    """Register a dispute, perhaps from a clue."""
    clue = named_clue(request)
    form = forms.DisputeForm(**data(request), actor=request.user, clue=clue)

    def work(values: dict[str, Any]) -> str:
        dispute = services.dispute_open(
            actor=request.user,
            clue=clue,
            institution=values["institution"],
            party_name=values["party_name"],
            reason=values["reason"],
            claimed_on=values["claimed_on"],
            claims=values["lines"],
        )
        return dispute_url(dispute)

    return form_page(
        request,
        form,
        work,
        heading="登记退费纠纷",
        submit="登记",
        cancel_url=reverse("complaints:dispute_list"),
        done="已登记，期限开始计算。",
        sentence=f"来自线索 {clue.number}。" if clue else "",
        crumbs=crumbs(("退费纠纷", reverse("complaints:dispute_list")), ("登记", "")),
    )


def _agree(actor: User, dispute: RefundDispute, values: dict[str, Any]) -> None:
    services.claims_agree(actor=actor, dispute=dispute, agreed=values["agreed"])


def _pay(actor: User, dispute: RefundDispute, values: dict[str, Any]) -> None:
    services.claim_pay(actor=actor, **values)


def _mediate(actor: User, dispute: RefundDispute, values: dict[str, Any]) -> None:
    services.dispute_mediate(
        actor=actor, dispute=dispute, mediator=values["mediator"], reason=values.get("reason", "")
    )


def _add(actor: User, dispute: RefundDispute, values: dict[str, Any]) -> None:
    services.claims_add(actor=actor, dispute=dispute, lines=values["lines"])


def _form(kind: Any) -> Any:
    """A step's form that is told the dispute."""
    return lambda *, actor, row, **bound: kind(dispute=row, **bound)


def _plain(kind: Any) -> Any:
    return lambda *, actor, row, **bound: kind(**bound)


def _end(is_withdrawn: bool) -> Any:
    return lambda actor, row, values: services.dispute_end(
        actor=actor, dispute=row, reason=values["reason"], is_withdrawn=is_withdrawn
    )


def _mediator_form(*, actor: User, row: RefundDispute, **bound: Any) -> dj.Form:
    return forms.MediatorForm(actor=actor, dispute=row, **bound)


STEPS: dict[str, Step] = {
    "mediate": Step("开始调解", _mediate, "调解已开始。", EDIT, _mediator_form),
    "resume": Step("重新调解", _mediate, "重新开始调解。", EDIT, _mediator_form),
    "amounts": Step(
        "填写协议金额",
        _agree,
        "金额已保存。",
        EDIT,
        _form(forms.AmountsForm),
        submit="保存",
        two_columns=True,
    ),
    "agree": Step(
        "登记协议",
        lambda actor, row, values: services.dispute_agree(actor=actor, dispute=row, **values),
        "协议已登记，请督促按期退款。",
        EDIT,
        _plain(forms.AgreementForm),
        submit="登记",
        sentence="协议由双方自愿达成，主管部门只调解、不裁决。",
    ),
    "payment": Step("登记退款", _pay, "退款已登记。", EDIT, _form(forms.PaymentForm), submit="登记"),
    "proof": Step(
        "上传材料",
        lambda actor, row, values: evidence_receive(
            actor=actor, subject=row, upload=values["proof"], caption=values["caption"]
        ),
        "材料已保存。",
        EDIT,
        _plain(forms.ProofForm),
        submit="上传",
    ),
    "add": Step("增加诉求", _add, "已增加。", EDIT, _plain(forms.ClaimForm), submit="增加"),
    "pay": Step(
        "确认已退款",
        lambda actor, row, values: services.dispute_pay(actor=actor, dispute=row),
        "这件纠纷已办结。",
        EDIT,
    ),
    "fail": Step(
        "调解不成",
        _end(is_withdrawn=False),
        "已登记。请告知家长可以投诉、仲裁或者起诉。",
        EDIT,
        _plain(forms.ReasonForm),
        danger=True,
        submit="登记",
    ),
    "withdraw": Step(
        "登记撤回", _end(is_withdrawn=True), "已登记撤回。", EDIT, _plain(forms.ReasonForm), submit="登记"
    ),
}
EXTRAS = {
    "CLAIMED": ("add", "proof"),
    "MEDIATING": ("amounts", "add", "proof"),
    "AGREED": ("payment", "proof"),
}


@desk_page("complaints.dispute_view")
def dispute_detail(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """One dispute: claims, steps, papers, history."""
    row: Any = get_visible(selectors.disputes_visible(request.user), request.user, uid)
    actor = request.user
    extras = kit.plain_steps(actor, row, STEPS, "complaints:dispute_step", *EXTRAS.get(row.status, ()))
    return kit.detail_page(
        request,
        row,
        heading=f"{row.number} {row.party_name}",
        subtitle=f"{row.families} 户 {row.persons} 人，要求退款 {yuan(row.claimed)}",
        has_status=True,
        due_on=row.due_on if row.paid_at is None and row.ended_at is None else None,
        due_explanation=row.due_explanation,
        actions=[*extras, *kit.step_actions(actor, row, STEPS, "complaints:dispute_step")],
        sections=[
            _claims(actor, row),
            kit.text("退费理由", row.reason),
            *([kit.text("协议", row.agreement, row.mediation_note)] if row.agreement else []),
            *([kit.text("终止原因", row.end_reason)] if row.end_reason else []),
        ],
        show_files=True,
        files_title="合同、协议和退款凭证",
        files=kit.files(actor, row),
        facts=_facts(actor, row),
        history=kit.history(actor, row.uid),
        crumbs=crumbs(("退费纠纷", reverse("complaints:dispute_list")), (row.number, "")),
    )


def _facts(actor: User, row: Any) -> list[dict[str, Any]]:
    place = row.institution
    return kit.facts(
        ("对方", row.party_name, object_link(actor, "institutions.institution", place.uid) if place else ""),
        (
            "来源线索",
            row.clue.number if row.clue else "",
            object_link(actor, "complaints.clue", row.clue.uid) if row.clue else "",
        ),
        ("提出日期", f"{row.claimed_on:%Y-%m-%d}"),
        ("调解人", row.mediator.name if row.mediator else ""),
        ("要求退款", yuan(row.claimed)),
        ("协议退款", yuan(row.agreed) if row.agreement else ""),
        ("约定退款日期", f"{row.pay_by:%Y-%m-%d}" if row.pay_by else ""),
        ("实际退款", yuan(row.paid) if row.paid else ""),
    )


def _claims(actor: User, row: Any) -> dict[str, Any]:
    may_read = actor.may(EDIT)
    rows: list[list[dict[str, Any]]] = []
    for claim in row.claims.all():
        contact = reverse("complaints:claimant", kwargs={"uid": row.uid, "ordinal": claim.ordinal})
        links = [{"label": "联系方式", "url": contact}] if may_read else []
        rows.append(
            [
                {"text": f"第 {claim.ordinal} 项", "links": links},
                {"text": f"{claim.persons} 人", "num": True},
                {"text": yuan(claim.claimed_fen), "num": True},
                {"text": yuan(claim.agreed_fen), "num": True},
                {"text": yuan(claim.paid_fen), "num": True, "sub": claim.payment_no},
                {"text": f"{claim.paid_on:%Y-%m-%d}" if claim.paid_on else "—"},
            ]
        )
    return kit.table("退费诉求", ("诉求", "人数", "要求", "协议", "已退", "退款日期"), rows, "没有诉求。")


@desk_page(EDIT)
def dispute_step(request: AuthedRequest, uid: UUID, name: str) -> HttpResponse:
    """One step of a dispute."""
    row: Any = get_visible(selectors.disputes_visible(request.user), request.user, uid)
    path = crumbs(("退费纠纷", reverse("complaints:dispute_list")), (row.number, dispute_url(row)))
    return kit.step_page(request, row, STEPS, name, dispute_url(row), path)


@desk_page(EDIT)
def claimant(request: AuthedRequest, uid: UUID, ordinal: int) -> HttpResponse:
    """Read one family's name and telephone, with a reason that stays on the audit chain."""
    row: Any = get_visible(selectors.disputes_visible(request.user), request.user, uid)
    claim = row.claims.filter(ordinal=ordinal).first()
    if claim is None:
        raise Http404("没有这一项诉求。")
    form = forms.ReasonForm(**data(request))
    path = crumbs(
        ("退费纠纷", reverse("complaints:dispute_list")), (row.number, dispute_url(row)), ("联系方式", "")
    )
    shared = {
        "heading": f"第 {ordinal} 项的联系方式",
        "submit": "查看",
        "sentence": "查看会留下记录。只用于联系家长，不得转给机构。",
        "cancel_url": dispute_url(row),
        "crumbs": path,
    }
    if request.method == "POST" and form.is_valid():
        with guarded(form):
            contact = services.claimant_read(
                actor=request.user, claim=claim, reason=form.cleaned_data["reason"]
            )
            response = render(request, "complaints/claimant.html", {**shared, "contact": contact})
            response.headers["Cache-Control"] = "no-store"
            return response
    status = 422 if request.method == "POST" else 200
    return render(request, "ui/confirm_page.html", {**shared, "form": form}, status=status)


# -- rewards -------------------------------------------------------------------------------------------------

REWARD_COLUMNS = (
    Column("线索编号", lambda row: row.clue.number, 24),
    Column("金额（元）", lambda row: row.amount_fen / 100),
    Column("理由", lambda row: row.reason, 40),
    Column("依据", lambda row: row.basis, 30),
    Column("状态", lambda row: row.get_status_display()),
    Column("提出人", lambda row: row.proposed_by.name),
    Column("批准人", lambda row: row.decided_by.name if row.decided_by else ""),
    Column("发放日期", lambda row: row.paid_on),
    Column("支付凭证号", lambda row: row.voucher_no),
)


def reward_url(reward: Reward) -> str:
    """The reward's page."""
    return reverse("complaints:reward_detail", kwargs={"uid": reward.uid})


def _reward_cells(row: Any) -> list[dict[str, Any]]:
    return [
        {"text": row.clue.number, "url": reward_url(row), "sub": row.reason[:40]},
        {"text": yuan(row.amount_fen), "num": True},
        {"text": row.proposed_by.name, "sub": f"{row.created_at:%Y-%m-%d}"},
        {"text": f"{row.paid_on:%Y-%m-%d}" if row.paid_on else "—", "sub": row.voucher_no},
        {"status": row},
    ]


@desk_page("complaints.reward_view")
def reward_list(request: AuthedRequest) -> HttpResponseBase:
    """Register of rewards; it says how much and why, never to whom."""
    return kit.register_page(
        request,
        rows=selectors.rewards_visible(request.user),
        title="举报奖励",
        subtitle="只记金额、理由和凭证，不记姓名；默认关闭，在政策参数中开启",
        register=Register(("线索", "金额", "提出", "发放", "状态"), _reward_cells),
        columns=REWARD_COLUMNS,
        filterset=RewardFilter,
        unit="笔",
        empty="查实办结的实名举报，可以在线索页面提出奖励。",
        tabs=tabs(request, "complaints:reward_list"),
        tabs_label=LABEL,
        crumbs=crumbs(("线索和随手拍", reverse("complaints:clue_list")), ("举报奖励", "")),
    )


REWARD_STEPS: dict[str, Step] = {
    "approve": Step(
        "批准奖励",
        lambda actor, row, values: services.reward_decide(actor=actor, reward=row, is_granted=True),
        "已批准。",
        "complaints.reward_approve",
    ),
    "refuse": Step(
        "不予奖励",
        lambda actor, row, values: services.reward_decide(
            actor=actor, reward=row, is_granted=False, reason=values["reason"]
        ),
        "已登记不予奖励。",
        "complaints.reward_approve",
        _plain(forms.ReasonForm),
    ),
    "pay": Step(
        "登记发放",
        lambda actor, row, values: services.reward_pay(actor=actor, reward=row, **values),
        "发放已登记。",
        "complaints.reward_propose",
        _plain(forms.RewardPaymentForm),
        sentence="领奖人的姓名和账户按“查看反映人”的手续办理，不在这里填写。",
    ),
}


@desk_page("complaints.reward_view")
def reward_detail(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """One reward."""
    row = get_visible(selectors.rewards_visible(request.user), request.user, uid)
    clue_url = object_link(request.user, "complaints.clue", row.clue.uid)
    return kit.detail_page(
        request,
        row,
        heading=f"举报奖励 {row.clue.number}",
        has_status=True,
        actions=kit.step_actions(request.user, row, REWARD_STEPS, "complaints:reward_step"),
        sections=[kit.text("奖励理由", row.reason)],
        facts=kit.facts(
            ("线索", row.clue.number, clue_url),
            ("金额", yuan(row.amount_fen)),
            ("依据", row.basis),
            ("提出人", row.proposed_by.name),
            ("批准人", row.decided_by.name if row.decided_by else ""),
            ("发放日期", f"{row.paid_on:%Y-%m-%d}" if row.paid_on else ""),
            ("支付凭证号", row.voucher_no),
        ),
        history=kit.history(request.user, row.uid),
        crumbs=crumbs(("举报奖励", reverse("complaints:reward_list")), (row.clue.number, "")),
    )


@desk_page("complaints.reward_view")
def reward_step(request: AuthedRequest, uid: UUID, name: str) -> HttpResponse:
    """One step of a reward."""
    row = get_visible(selectors.rewards_visible(request.user), request.user, uid)
    path = crumbs(("举报奖励", reverse("complaints:reward_list")), (row.clue.number, reward_url(row)))
    return kit.step_page(request, row, REWARD_STEPS, name, reward_url(row), path)


@desk_page("complaints.reward_propose")
def reward_create(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """Propose the reward of a clue."""
    clue = get_visible(Clue.objects.all(), request.user, uid)
    form = forms.RewardForm(**data(request))
    back = object_link(request.user, "complaints.clue", clue.uid) or reverse("complaints:reward_list")

    def work(values: dict[str, Any]) -> str:
        return reward_url(services.reward_propose(actor=request.user, clue=clue, **values))

    return form_page(
        request,
        form,
        work,
        heading=f"提出举报奖励：{clue.number}",
        submit="提出",
        cancel_url=back,
        done="已提出，等待另一人批准。",
        crumbs=crumbs(("举报奖励", reverse("complaints:reward_list")), ("提出", "")),
    )
