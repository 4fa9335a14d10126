"""Desk pages of refund disputes."""

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
from casework.money import yuan
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
from complaints.filters.channels import DisputeFilter
from complaints.forms import disputes as forms
from complaints.models import RefundDispute
from complaints.selectors import disputes as selectors
from complaints.views.common import named_clue, plain_form

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
        plain_form(forms.AgreementForm),
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
        plain_form(forms.ProofForm),
        submit="上传",
    ),
    "add": Step("增加诉求", _add, "已增加。", EDIT, plain_form(forms.ClaimForm), submit="增加"),
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
        plain_form(forms.ReasonForm),
        danger=True,
        submit="登记",
    ),
    "withdraw": Step(
        "登记撤回", _end(is_withdrawn=True), "已登记撤回。", EDIT, plain_form(forms.ReasonForm), submit="登记"
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
