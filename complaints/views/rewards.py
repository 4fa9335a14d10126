"""Rewards for reporters on the desk."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse

from casework.money import yuan
from casework.web import (
    AuthedRequest,
    Column,
    crumbs,
    data,
    desk_page,
    form_page,
    get_visible,
    kit,
    object_link,
)
from casework.web.kit import Register, Step
from complaints import services
from complaints.filters.channels import RewardFilter
from complaints.forms import disputes as forms
from complaints.models import Clue, Reward
from complaints.selectors import disputes as selectors
from complaints.views.common import LABEL, plain_form, tabs

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
        plain_form(forms.ReasonForm),
    ),
    "pay": Step(
        "登记发放",
        lambda actor, row, values: services.reward_pay(actor=actor, reward=row, **values),
        "发放已登记。",
        "complaints.reward_propose",
        plain_form(forms.RewardPaymentForm),
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
