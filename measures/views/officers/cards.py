"""Officers: certificates, training hours, activity."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from casework import policy
from casework.models import PolicyValue
from casework.web import (
    AuthedRequest,
    Column,
    crumbs,
    desk_page,
)
from measures import selectors
from measures.filters import OfficerFilter
from measures.views import kit
from measures.views.kit import OFFICER_TABS, Register

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


def _hours_needed(actor: User, today: date) -> PolicyValue | None:
    if actor.bureau is None:
        return None
    return policy.find("officer.training.hours", region=actor.bureau.region, on=today)


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
    note = f"每人每年培训不少于 {needed.value} 学时（{needed.cited}）。" if needed else ""
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
    short = ""
    if needed and done < int(needed.value):
        short = f"本年培训 {done:g} 学时，还差 {int(needed.value) - done:g} 学时（{needed.cited}）。"
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
