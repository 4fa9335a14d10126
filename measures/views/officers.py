"""Officers: certificates, hours, grounds to stand aside, recordings, exchanges."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from casework import policy
from casework.web import (
    AuthedRequest,
    Column,
    crumbs,
    data,
    desk_page,
    form_page,
    posted_version,
)
from measures import forms, selectors, services
from measures.filters import CameraFilter, ExchangeFilter, OfficerFilter, RecusalFilter
from measures.models import StandingRecusal
from measures.views import kit
from measures.views.kit import OFFICER_TABS, Register, Step

VIEW = "measures.officer_view"


def _card(row: Any) -> Any:
    """The newest certificate that was not taken back."""
    standing = [card for card in row.cards if card.revoked_on is None]
    return standing[0] if standing else (row.cards[0] if row.cards else None)


def _card_state(row: Any, today: date) -> tuple[str, str]:
    card = _card(row)
    if card is None:
        return "没有执法证", "mute"
    if not card.is_valid_on(today):
        return ("已收回", "mute") if card.revoked_on else ("已过期，不能执法", "bad")
    left = (card.last_day - today).days if card.last_day else 9999
    return (f"有效，还有 {left} 天", "warn") if left <= 60 else ("有效", "ok")


def _hours_needed(actor: User, today: date) -> int | None:
    if actor.bureau is None:
        return None
    try:
        return int(policy.value("officer.training.hours", region=actor.bureau.region, on=today).value)
    except policy.PolicyMissing:
        return None


OFFICER_COLUMNS = (
    Column("姓名", lambda row: row.name),
    Column("单位", lambda row: row.organisation.name, 28),
    Column("职务", lambda row: row.title),
    Column("执法证号", lambda row: _card(row).number if _card(row) else ""),
    Column("有效期至", lambda row: _card(row).last_day if _card(row) else ""),
    Column("状态", lambda row: _card_state(row, timezone.localdate())[0], 20),
    Column("本年培训（学时）", lambda row: float(row.training_hours or 0)),
    Column("本年学法（学时）", lambda row: float(row.study_hours or 0)),
)


def _officer_cells(row: Any) -> list[dict[str, Any]]:
    today = timezone.localdate()
    word, tone = _card_state(row, today)
    card = _card(row)
    last = card.last_day if card else None
    return [
        {
            "text": row.name,
            "url": reverse("measures:officer_detail", kwargs={"pk": row.pk}),
            "sub": row.organisation.short_name,
        },
        {"text": card.number if card else "—", "num": True},
        {"text": f"{last:%Y-%m-%d}" if last else "—", "nowrap": True},
        {"word": word, "tone": tone},
        {
            "text": f"{float(row.training_hours or 0):g} 学时",
            "sub": f"学法 {float(row.study_hours or 0):g} 学时",
        },
    ]


OFFICERS = Register(("姓名", "执法证号", "有效期至", "状态", "本年培训"), _officer_cells)


@desk_page(VIEW)
def officer_list(request: AuthedRequest) -> HttpResponseBase:
    """Everybody with a certificate, its end, and the hours of the year."""
    today = timezone.localdate()
    needed = _hours_needed(request.user, today)
    note = f"每人每年培训不少于 {needed} 学时。" if needed else ""
    return kit.list_page(
        request,
        rows=selectors.officers_visible(request.user, today),
        title="执法队伍",
        subtitle="执法证、培训学法、回避、记录仪；证件过期的不能列为执法人员",
        register=OFFICERS,
        columns=OFFICER_COLUMNS,
        filterset=OfficerFilter,
        unit="人",
        here="measures:officer_list",
        which=OFFICER_TABS,
        note=f"{note}执法证由系统管理员在“用户与角色”登记，学时在“活动登记”登记。",
    )


@desk_page(VIEW)
def officer_detail(request: AuthedRequest, pk: int) -> HttpResponse:
    """One officer."""
    today = timezone.localdate()
    row: Any = selectors.officer_get(request.user, pk, today)
    if row is None:
        raise Http404("没有找到这名执法人员，或您无权查看。")
    needed = _hours_needed(request.user, today)
    word, tone = _card_state(row, today)
    cards = [
        [
            {"text": card.number},
            {"text": card.organ.name},
            {
                "text": f"{card.validity.lower:%Y-%m-%d} 至 {card.last_day:%Y-%m-%d}"
                if card.last_day
                else "长期"
            },
            {
                "word": "有效" if card.is_valid_on(today) else "无效",
                "tone": "ok" if card.is_valid_on(today) else "mute",
            },
        ]
        for card in row.cards
    ]
    taken = [
        [
            {"text": item.activity.title, "url": _activity(request.user, item.activity)},
            {"text": item.activity.get_kind_display(), "sub": item.activity.get_level_display()},
            {"text": f"{item.activity.held_on:%Y-%m-%d}"},
            {"text": f"{float(item.hours):g} 学时"},
        ]
        for item in selectors.attendances_of(row)
    ]
    grounds = [
        [{"text": item.institution.name}, {"text": item.ground}, {"text": f"{item.since:%Y-%m-%d} 起"}]
        for item in selectors.open_recusals_of(row)
    ]
    done = float(row.training_hours or 0)
    short = f"本年培训 {done:g} 学时，还差 {needed - done:g} 学时。" if needed and done < needed else ""
    notes = [{"text": short, "tone": "info"}] if short else []
    if tone in {"bad", "warn"}:
        notes.insert(
            0,
            {
                "text": f"执法证{word}。到期前请办理换证；过期后不能列为执法人员（行政处罚法第四十二条）。",
                "tone": tone,
            },
        )
    return kit.detail_page(
        request,
        row,
        heading=row.name,
        subtitle=row.organisation.name,
        notes=notes,
        sections=[
            kit.table("行政执法证", ("证号", "发证机关", "有效期", "状态"), cards, "没有登记执法证。"),
            kit.table("培训和学法", ("活动", "类别", "日期", "学时"), taken, "还没有登记培训、学法。"),
            kit.table("长期回避", ("机构", "事由", "起始"), grounds, "没有登记长期回避。"),
        ],
        facts=kit.facts(
            ("单位", row.organisation.name),
            ("职务", row.title),
            ("本年培训", f"{done:g} 学时"),
            ("本年学法", f"{float(row.study_hours or 0):g} 学时"),
        ),
        crumbs=crumbs(("执法队伍", reverse("measures:officer_list")), (row.name, "")),
    )


def _activity(actor: User, activity: Any) -> str:
    is_own = activity.bureau_id == actor.bureau_id and actor.may("casework.activity_view")
    return reverse("casework:activity_detail", args=[activity.uid]) if is_own else ""


RECUSAL_COLUMNS = (
    Column("执法人员", lambda row: row.user.name),
    Column("单位", lambda row: str(row.user.organisation), 24),
    Column("机构", lambda row: row.institution.name, 32),
    Column("事由", lambda row: row.ground, 40),
    Column("起始日期", lambda row: row.since),
    Column("终止日期", lambda row: row.until),
    Column("终止原因", lambda row: row.end_reason, 30),
)


def _recusal_cells(row: StandingRecusal) -> list[dict[str, Any]]:
    link = reverse("measures:recusal_end", kwargs={"uid": row.uid})
    may = getattr(row, "may_end", False)
    return [
        {"text": row.user.name, "sub": str(row.user.organisation)},
        {"text": row.institution.name},
        {"text": row.ground},
        {"text": f"{row.since:%Y-%m-%d}", "nowrap": True},
        {"word": "已终止", "tone": "mute", "sub": row.end_reason}
        if row.until
        else {"word": "应当回避", "tone": "warn", "links": [{"label": "终止", "url": link}] if may else []},
    ]


@desk_page(VIEW)
def recusal_list(request: AuthedRequest) -> HttpResponseBase:
    """Standing recusals."""
    may = request.user.may("measures.recusal_manage")

    def cells(row: StandingRecusal) -> list[dict[str, Any]]:
        row.may_end = may  # type: ignore[attr-defined]
        return _recusal_cells(row)

    return kit.list_page(
        request,
        rows=selectors.recusals_visible(request.user),
        title="长期回避",
        subtitle="登记后，含这名人员和这家机构的检查方案不能送审、批准、通知、开始",
        register=Register(("执法人员", "机构", "事由", "起始", "状态"), cells),
        columns=RECUSAL_COLUMNS,
        filterset=RecusalFilter,
        unit="项",
        here="measures:recusal_list",
        which=OFFICER_TABS,
        create=("申报回避", "measures:recusal_create", "measures.recusal_edit"),
    )


@desk_page("measures.recusal_edit")
def recusal_create(request: AuthedRequest) -> HttpResponse:
    """Declare a ground."""
    first = {"user": request.user.pk, "since": timezone.localdate()}
    form = forms.RecusalForm(**data(request), actor=request.user, initial=first)

    def work(values: dict[str, Any]) -> str:
        services.recusal_declare(actor=request.user, **form.values())
        return reverse("measures:recusal_list")

    return form_page(
        request,
        form,
        work,
        heading="申报回避",
        submit="登记",
        cancel_url=reverse("measures:recusal_list"),
        done="已登记。",
        crumbs=crumbs(("长期回避", reverse("measures:recusal_list")), ("申报", "")),
    )


RECUSAL_END = Step(
    "终止回避",
    lambda actor, row, v: services.recusal_end(actor=actor, recusal=row, **v),
    "已终止。",
    "measures.recusal_manage",
    forms.EndForm,
)


@desk_page("measures.recusal_manage")
def recusal_end(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """End a ground."""
    row = kit.found(selectors.recusals_visible(request.user), request, uid)
    home = reverse("measures:recusal_list")
    return kit.step_page(request, row, {"end": RECUSAL_END}, "end", home, crumbs(("长期回避", home)))


CAMERA_COLUMNS = (
    Column("检查日期", lambda row: row.visit.visited_on),
    Column("机构", lambda row: row.visit.institution.name, 32),
    Column("佩戴人", lambda row: row.user.name),
    Column("记录仪", lambda row: row.device_no),
    Column("文件名", lambda row: row.file_name, 28),
    Column("开始时间", lambda row: row.starts_at),
    Column("结束时间", lambda row: row.ends_at),
    Column("字节数", lambda row: row.size),
    Column("SHA-256", lambda row: row.sha256, 40),
    Column("存放位置", lambda row: row.kept_at or "系统内", 28),
)


def _camera_cells(row: Any) -> list[dict[str, Any]]:
    start, end = timezone.localtime(row.starts_at), timezone.localtime(row.ends_at)
    url = reverse("casework:evidence_file", args=[row.evidence.uid]) if row.evidence else ""
    return [
        {
            "text": row.visit.institution.name,
            "url": reverse("inspections:visit_detail", kwargs={"uid": row.visit.uid}),
            "sub": f"{row.visit.visited_on:%Y-%m-%d}",
        },
        {"text": row.user.name, "sub": row.device_no},
        {"text": f"{start:%Y-%m-%d %H:%M} 至 {end:%H:%M}", "nowrap": True},
        {"text": row.file_name, "url": url, "sub": row.kept_at},
        {"text": f"{row.sha256[:16]}…"},
    ]


CAMERAS = Register(("检查", "佩戴人", "录制时间", "文件", "摘要（SHA-256）"), _camera_cells)


@desk_page("measures.camera_view")
def camera_list(request: AuthedRequest) -> HttpResponseBase:
    """Recordings by visit."""
    return kit.list_page(
        request,
        rows=selectors.cameras_visible(request.user),
        title="执法记录仪文件",
        subtitle="每个文件登记到检查并保存摘要，日后调取可以核对有没有改动",
        register=CAMERAS,
        columns=CAMERA_COLUMNS,
        filterset=CameraFilter,
        unit="个",
        here="measures:camera_list",
        which=OFFICER_TABS,
        create=("登记文件", "measures:camera_create", "measures.camera_edit"),
    )


@desk_page("measures.camera_edit")
def camera_create(request: AuthedRequest) -> HttpResponse:
    """Register a recording."""
    form = forms.CameraForm(**data(request), actor=request.user, initial={"user": request.user.pk})

    def work(values: dict[str, Any]) -> str:
        services.camera_register(
            actor=request.user,
            visit=values["visit"],
            user=values["user"],
            values=form.values("visit", "user"),
            upload=values["upload"] or None,
        )
        return reverse("measures:camera_list")

    return form_page(
        request,
        form,
        work,
        heading="登记执法记录仪文件",
        submit="登记",
        cancel_url=reverse("measures:camera_list"),
        done="已登记。",
        two_columns=True,
        crumbs=crumbs(("记录仪文件", reverse("measures:camera_list")), ("登记", "")),
    )


EXCHANGE_COLUMNS = (
    Column("日期", lambda row: row.exchanged_on),
    Column("方向", lambda row: row.get_direction_display()),
    Column("类别", lambda row: row.get_matter_display()),
    Column("对方单位", lambda row: row.partner_words, 28),
    Column("内容", lambda row: row.content, 40),
    Column("条数", lambda row: row.count),
    Column("渠道", lambda row: row.channel),
    Column("回执", lambda row: row.receipt_no),
)


@desk_page("measures.exchange_view")
def exchange_list(request: AuthedRequest) -> HttpResponseBase:
    """Exchanges with other departments and levels."""
    may = request.user.may("measures.exchange_edit")

    def cells(row: Any) -> list[dict[str, Any]]:
        link = reverse("measures:exchange_edit", kwargs={"uid": row.uid})
        return [
            {"text": row.content, "url": link if may else "", "sub": row.get_matter_display()},
            {"text": row.get_direction_display()},
            {"text": row.partner_words},
            {"text": f"{row.exchanged_on:%Y-%m-%d}", "nowrap": True},
            {"text": f"{row.count}" if row.count is not None else "—", "num": True},
            {"text": row.receipt_no or "待回执", "sub": row.channel},
        ]

    return kit.list_page(
        request,
        rows=selectors.exchanges_visible(request.user),
        title="部门交换",
        subtitle="与协同部门、上下级之间送出和收到的数据、名单、线索、文件",
        register=Register(("内容", "方向", "对方单位", "日期", "条数", "回执"), cells),
        columns=EXCHANGE_COLUMNS,
        filterset=ExchangeFilter,
        unit="次",
        here="measures:exchange_list",
        which=OFFICER_TABS,
        create=("登记交换", "measures:exchange_create", "measures.exchange_edit"),
    )


def _exchange_form(request: AuthedRequest, row: Any) -> HttpResponse:
    form = forms.ExchangeForm(
        **data(request),
        actor=request.user,
        instance=row,
        initial={} if row else {"exchanged_on": timezone.localdate()},
    )

    def work(values: dict[str, Any]) -> str:
        if row is None:
            services.exchange_log(actor=request.user, values=form.values())
        else:
            services.exchange_edit(
                actor=request.user, exchange=row, values=form.values(), version=posted_version(request)
            )
        return reverse("measures:exchange_list")

    return form_page(
        request,
        form,
        work,
        heading="修改部门交换" if row else "登记部门交换",
        submit="保存",
        cancel_url=reverse("measures:exchange_list"),
        done="已保存。",
        version=row.version if row else None,
        two_columns=True,
        crumbs=crumbs(("部门交换", reverse("measures:exchange_list")), ("填写", "")),
    )


@desk_page("measures.exchange_edit")
def exchange_create(request: AuthedRequest) -> HttpResponse:
    """Log an exchange."""
    return _exchange_form(request, None)


@desk_page("measures.exchange_edit")
def exchange_edit(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """Correct an exchange."""
    return _exchange_form(request, kit.found(selectors.exchanges_visible(request.user), request, uid))
