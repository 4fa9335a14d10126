"""Desk pages of decisions about all families of one run-away: what is taken in and what stays out, then the word."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from casework.money import yuan
from casework.web import AuthedRequest, data, desk_page, form_page, get_visible, kit
from funds import services
from funds.forms.runaways import ClaimLessonsForm, ClaimsApproveForm
from funds.models import RunawayEvent
from funds.selectors import runaway_decisions as reads
from funds.selectors.runaway_decisions import Decidable, LessonTotals
from funds.selectors.runaways import Cover, cover_of, runaways_visible
from funds.views.common import risk_path

DECIDE = "funds.claims_decide"
TEMPLATE = "funds/decide_with_working.html"
SHOWN = 50
UNHEARD = (
    ("MEDIATION", "其中本局调解中、机构没有答复", "机构没有同意，也没有不同意；不宜一并审定的，先逐件办理"),
    ("APPLIED", "其中机构联系不上、不等答复", "审定时一并受理调解"),
)
OUT = (
    ("unsettled", "有课时没有认定", "先“统一认定课时”；家长有异议的，逐件认定课时"),
    ("waiting", "机构答复期限未到", "等机构答复，逾期视为同意"),
    ("unheard", "还没有受理调解", "由监管股负责人统一审定，或者先“受理调解”"),
    ("objected", "机构不同意", "逐件调解、审定"),
    ("nothing", "没有可退的余额", "逐件“不予退费”并写明理由"),
    ("later", "超过一次办理的件数", "本次完成后再审定一次"),
)


def _url(row: RunawayEvent, name: str) -> str:
    return reverse(f"funds:runaway_{name}", kwargs={"uid": row.uid})


def decision_buttons(actor: User, row: RunawayEvent) -> list[dict[str, Any]]:
    """The button of the event's page, for who may decide, while a refund is undecided."""
    if row.status != "HANDLING" or not actor.may(DECIDE) or not reads.undecided_refunds(row).exists():
        return []
    return [{"label": "统一审定退费", "url": _url(row, "approve"), "method": "link"}]


def decision_notes(actor: User, row: RunawayEvent, lessons: int) -> list[dict[str, str]]:
    """What holds the decisions up, with the way to it for who may decide."""
    if row.status != "HANDLING" or not lessons:
        return []
    text = (
        f"有 {lessons:,} 课时等家长确认，退费在办的不再自动确认，没有认定就不能审定退费。"
        "由监管股负责人或局领导“统一认定课时”。"
    )
    url = _url(row, "lessons") if actor.may(DECIDE) else ""
    return [{"title": "", "text": text, "tone": "warn", "url": url, "action": "统一认定课时"}]


@desk_page(DECIDE)
def runaway_lessons(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """One decision about all lessons that nobody answered."""
    row: Any = get_visible(runaways_visible(request.user), request.user, uid)
    found = reads.lesson_totals(row, timezone.localdate())
    home = reverse("funds:runaway_detail", kwargs={"uid": row.uid})
    form = ClaimLessonsForm(**data(request), shown={"mark": reads.lessons_mark(row)})

    def work(values: dict[str, Any]) -> str:
        services.claims_lessons_decide(actor=request.user, event=row, **values)
        return home

    return form_page(
        request, form, work, heading="统一认定课时", submit="认定", cancel_url=home,
        done="课时已认定。", template=TEMPLATE, subtitle=row.institution.name, sections=[_lessons(found)],
        is_empty=not found.lessons, crumbs=_crumbs(row, home, "统一认定课时"),
    )  # fmt: skip


def _lessons(found: LessonTotals) -> dict[str, Any]:
    lines = [
        ("等家长确认、本次认定", found.lessons, f"{found.contracts:,} 份合同"),
        ("其中家长答复期限未到", found.in_time, "认定已授课的不在内，期满后再认定；认定未授课的在内"),
        ("家长有异议、不在本次", found.disputed, "在“课时”里逐件认定"),
    ]
    rows: list[list[dict[str, Any]]] = [
        [{"text": name}, {"text": f"{count:,}", "num": True}, {"text": why}] for name, count, why in lines
    ]
    return kit.table("课时", ("", "课时", "说明"), rows, "")


@desk_page(DECIDE)
def runaway_approve(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """One decision about all refunds that are ready, with their number and sum."""
    row: Any = get_visible(runaways_visible(request.user), request.user, uid)
    home = reverse("funds:runaway_detail", kwargs={"uid": row.uid})
    found = reads.decidable(request.user, row, timezone.localdate())
    shown = {"count": found.count, "fen": found.fen, "mark": found.mark}
    form = ClaimsApproveForm(**data(request), shown=shown)

    def work(values: dict[str, Any]) -> str:
        services.claims_approve(actor=request.user, event=row, **values)
        return home

    return form_page(
        request, form, work, heading="统一审定退费", submit=f"审定 {found.count:,} 件，共 {yuan(found.fen)}",
        cancel_url=home, done="正在审定，可以离开本页。", template=TEMPLATE, subtitle=row.institution.name,
        sections=_approval(row, found, cover_of(row.institution)), is_empty=not found.count,
        crumbs=_crumbs(row, home, "统一审定退费"),
    )  # fmt: skip


def _approval(event: RunawayEvent, found: Decidable, cover: Cover) -> list[dict[str, Any]]:
    inside: list[list[dict[str, Any]]] = [
        [{"text": "退给家长"}, {"text": f"{found.count:,} 件", "num": True}, {"text": yuan(found.fen), "num": True},
         {"text": "按今天的计算，逐件入账、逐件留痕；支付仍逐件发起"}],
        [{"text": "归机构"}, {"text": "", "num": True}, {"text": yuan(found.kept_fen), "num": True},
         {"text": "已消课和约定扣费"}],
        [{"text": "托管存款"}, {"text": "", "num": True}, {"text": yuan(cover.custody), "num": True},
         {"text": f"风险保证金 {yuan(cover.deposit)}；家长应得合计 {yuan(cover.owed)}"}],
    ]  # fmt: skip
    inside[1:1] = _unheard(event, found)
    outside: list[list[dict[str, Any]]] = [
        [{"text": name}, {"text": f"{getattr(found, key):,} 件", "num": True}, {"text": next_step}]
        for key, name, next_step in OUT
        if getattr(found, key)
    ]
    return [
        kit.table("本次审定", ("", "件数", "金额", "说明"), inside, ""),
        *_mediated(found),
        kit.table("不在本次", ("原因", "件数", "怎样办"), outside, "没有，全部在本次审定。"),
    ]


def _unheard(event: RunawayEvent, found: Decidable) -> list[list[dict[str, Any]]]:
    """Lines of those that are approved without the institution's word: their number and sum, before the word."""
    lines: list[list[dict[str, Any]]] = []
    for status, name, words in UNHEARD:
        if rows := found.in_status(status):
            fen = sum(working.amount for _, working in rows)
            lines.append(
                [{"text": name, "url": f"{_url(event, 'claims')}?refund={status}"},
                 {"text": f"{len(rows):,} 件", "num": True}, {"text": yuan(fen), "num": True}, {"text": words}]
            )  # fmt: skip
    return lines


def _mediated(found: Decidable) -> list[dict[str, Any]]:
    """Each unanswered mediation by name, the first ones; the others are behind the line's link."""
    mediated = found.in_status("MEDIATION")
    rows: list[list[dict[str, Any]]] = [
        [
            {"text": refund.number, "url": reverse("funds:refund_detail", kwargs={"uid": refund.uid})},
            {"text": refund.contract.number, "sub": refund.contract.student_masked},
            {"text": yuan(working.amount), "num": True},
        ]
        for refund, working in mediated[:SHOWN]
    ]
    if not rows:
        return []
    more = len(mediated) - len(rows)
    title = "本局调解中、机构没有答复的" + (f"（前 {SHOWN} 件，还有 {more:,} 件）" if more else "")
    return [kit.table(title, ("退费", "合同", "退给家长"), rows, "")]


def _crumbs(row: RunawayEvent, home: str, last: str) -> list[dict[str, str]]:
    events = reverse("funds:runaway_list")
    return risk_path(("跑路停业事件", events), (row.institution.name, home), (last, ""))
