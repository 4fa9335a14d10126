"""Advertisements."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from casework.web import (
    AuthedRequest,
    Column,
    crumbs,
    data,
    desk_page,
    form_page,
    paper,
    papers,
)
from measures import forms, selectors, services
from measures.filters import AdFilter
from measures.models import AdCase
from measures.views import kit
from measures.views.kit import Register, Step

VIEW = "measures.view"
AD_COLUMNS = (
    Column("发现日期", lambda row: row.found_on),
    Column("形式", lambda row: row.get_kind_display()),
    Column("发现途径", lambda row: row.get_origin_display()),
    Column("乡镇（街道）", lambda row: row.region.name),
    Column("地点", lambda row: row.place, 30),
    Column("数量", lambda row: row.pieces),
    Column("广告主", lambda row: row.owner_words, 30),
    Column("内容", lambda row: row.content, 40),
    Column("网址", lambda row: row.url, 30),
    Column("快照摘要", lambda row: row.snapshot_sha256, 30),
    Column("状态", lambda row: row.get_status_display()),
    Column("移送单位", lambda row: row.referred_to.name if row.referred_to else ""),
    Column("移送回执", lambda row: row.receipt_no),
    Column("清除时间", lambda row: row.removed_at),
    Column("清除数量", lambda row: row.removed_pieces),
)


def _ad_cells(row: AdCase) -> list[dict[str, Any]]:
    due = {"ORDERED": row.due_on, "REMOVED": row.recheck_due_on}.get(row.status)
    return [
        {"text": row.place, "url": ad_url(row), "sub": f"{row.region.name} · {row.content[:24]}"},
        {"text": row.get_kind_display(), "sub": row.get_origin_display()},
        {"text": row.owner_words},
        {
            "text": f"{row.pieces}",
            "num": True,
            "sub": f"已清除 {row.removed_pieces}" if row.removed_pieces else "",
        },
        {"text": f"{row.found_on:%Y-%m-%d}", "nowrap": True},
        {"status": row},
        {"due": due, "explanation": row.due_explanation} if due else {"text": "—"},
    ]


ADS = Register(("地点", "形式", "广告主", "数量", "发现日期", "状态", "期限"), _ad_cells)


def ad_url(row: AdCase) -> str:
    """The advertisement's page."""
    return reverse("measures:adcase_detail", kwargs={"uid": row.uid})


@desk_page(VIEW)
def ad_list(request: AuthedRequest) -> HttpResponseBase:
    """Register of advertisements against the rules."""
    return kit.list_page(
        request,
        rows=selectors.ads_visible(request.user),
        title="广告清理",
        subtitle="发现、责令清除或者移送、清除、复核，逐处办结",
        register=ADS,
        columns=AD_COLUMNS,
        filterset=AdFilter,
        unit="处",
        here="measures:ad_list",
        create=("登记广告", "measures:ad_create", "measures.ad_edit"),
        empty="日常巡查、开学校门口巡查和网络监测发现的广告都登记在这里。",
    )


@desk_page("measures.ad_edit")
def ad_create(request: AuthedRequest) -> HttpResponse:
    """Enter an advertisement."""
    form = forms.AdForm(
        **data(request), actor=request.user, initial={"found_on": timezone.localdate(), "pieces": 1}
    )

    def work(values: dict[str, Any]) -> str:
        assert request.user.organisation is not None
        ad = services.ad_register(
            actor=request.user,
            region=values["region"],
            lead_organ=_lead(request.user),
            values=form.values(),
            photos=values["photos"],
        )
        return ad_url(ad)

    return form_page(
        request,
        form,
        work,
        heading="登记违规广告",
        submit="登记",
        cancel_url=reverse("measures:ad_list"),
        done="已登记。",
        two_columns=True,
        crumbs=crumbs(("广告清理", reverse("measures:ad_list")), ("登记", "")),
    )


def _lead(actor: User) -> Any:
    """A township's find goes to the bureau; a department keeps its own."""
    own = actor.organisation
    if own is not None and own.is_issuing_organ:
        return own
    return selectors.departments(actor).filter(kind="EDUCATION").first() or own


def _remove(actor: User, row: AdCase, values: dict[str, Any]) -> Any:
    return services.ad_remove(actor=actor, ad=row, **values)


AD_STEPS: dict[str, Step] = {
    "order": Step(
        "责令清除",
        lambda actor, row, v: services.ad_order(actor=actor, ad=row, **v),
        "已责令清除。",
        "measures.ad_handle",
        forms.AdOrderForm,
    ),
    "refer": Step(
        "移送",
        lambda actor, row, v: services.ad_refer(actor=actor, ad=row, **v),
        "移送函已制发，请登记对方回执。",
        "measures.ad_handle",
        forms.AdReferForm,
        sentence="移送市场监管、城管等主管部门，系统制发编号的移送函并列出照片摘要。",
    ),
    "receipt": Step(
        "登记回执",
        lambda actor, row, v: services.ad_receipt(actor=actor, ad=row, **v),
        "回执已登记。",
        "measures.ad_edit",
        forms.AdReceiptForm,
    ),
    "remove": Step("登记清除", _remove, "已登记清除，请按期复核。", "measures.ad_edit", forms.AdRemoveForm),
    "verify": Step(
        "复核",
        lambda actor, row, v: services.ad_check(actor=actor, ad=row, **v),
        "复核已登记。",
        "measures.ad_edit",
        forms.AdCheckForm,
    ),
    "photo": Step(
        "上传照片",
        lambda actor, row, v: services.ad_photo_add(actor=actor, ad=row, **v),
        "照片已上传。",
        "measures.ad_edit",
        forms.AdPhotoForm,
    ),
    "drop": Step(
        "不属违规",
        lambda actor, row, v: services.ad_drop(actor=actor, ad=row, **v),
        "已认定不属违规。",
        "measures.ad_handle",
        forms.ReasonForm,
    ),
}
AD_EASED = {"remove": {"after_photo"}}


@desk_page(VIEW)
def ad_detail(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """One advertisement."""
    row = kit.found(selectors.ads_visible(request.user), request, uid)
    user = request.user
    more = ["photo"] if row.status not in {"CLOSED", "DROPPED"} else []
    more += ["receipt"] if row.status == "REFERRED" and not row.receipt_no else []
    more += ["verify"] if row.status == "CLOSED" else []
    actions = kit.plain_steps(user, row, AD_STEPS, "measures:adcase_step", *more)
    actions += kit.step_actions(user, row, AD_STEPS, "measures:adcase_step", AD_EASED)
    checks = [
        [
            {"text": f"{check.checked_on:%Y-%m-%d}"},
            {"word": "仍已清除" if check.is_gone else "反弹", "tone": "ok" if check.is_gone else "bad"},
            {"text": check.note, "sub": check.checked_by},
        ]
        for check in row.checks.all()
    ]
    sections = [
        kit.text("广告内容", row.content, f"网址：{row.url}" if row.url else ""),
        *([kit.text("清除要求", row.order_text)] if row.order_text else []),
        *([kit.table("复核记录", ("日期", "结果", "情况"), checks, "")] if checks else []),
    ]
    return kit.detail_page(
        request,
        row,
        heading=str(row),
        has_status=True,
        subtitle=row.region.name,
        due_on={"ORDERED": row.due_on, "REMOVED": row.recheck_due_on}.get(row.status),
        due_explanation=row.due_explanation,
        actions=actions,
        sections=sections,
        show_files=True,
        files=kit.files(user, row),
        facts=kit.facts(
            ("形式", row.get_kind_display()),
            ("发现途径", row.get_origin_display()),
            ("发现日期", f"{row.found_on:%Y-%m-%d}"),
            ("邻近学校", row.school_name),
            ("数量", row.pieces),
            kit.place_fact(user, row.institution),
            ("广告主", "" if row.institution else row.owner_words),
            ("问题类型", row.violation.name if row.violation else ""),
            ("专项行动", row.campaign.name if row.campaign else ""),
            ("承办单位", row.lead_organ.name),
            ("快照摘要（SHA-256）", row.snapshot_sha256),
            ("移送单位", row.referred_to.name if row.referred_to else ""),
            ("移送回执", f"{row.receipt_no}（{row.receipt_on:%Y-%m-%d}）" if row.receipt_no else ""),
            ("清除", f"{row.removed_by}，{row.removed_pieces}" if row.removed_at else ""),
        ),
        papers=papers(paper("移送函", row.referral_document)),
        crumbs=crumbs(("广告清理", reverse("measures:ad_list")), (row.place, "")),
    )


@desk_page(VIEW)
def ad_step(request: AuthedRequest, uid: UUID, name: str) -> HttpResponse:
    """One step of an advertisement."""
    row = kit.found(selectors.ads_visible(request.user), request, uid)
    trail = crumbs(("广告清理", reverse("measures:ad_list")), (row.place, ad_url(row)))
    return kit.step_page(request, row, AD_STEPS, name, ad_url(row), trail)
