"""What this room shows on the home pages and on lower rooms' files."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time
from typing import Any

from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from casework import policy
from casework.registries import WorkItem
from measures import selectors


def _at(name: str, uid: Any) -> str:
    return reverse(f"measures:{name}_detail", kwargs={"uid": uid})


def _tone(due: date | None, today: date) -> str:
    return "bad" if due is not None and due < today else "info"


def ads(actor: User, today: date) -> Iterable[WorkItem]:
    """Advertisements of the actor's own body that wait for something."""
    words = {
        "FOUND": "处置违规广告",
        "BACK": "处置反弹广告",
        "ORDERED": "督促清除广告",
        "REFERRED": "跟踪移送广告",
        "REMOVED": "复核广告清除",
    }
    rows = selectors.ads_visible(actor).waiting().filter(lead_organ=actor.organisation_id)
    for row in rows[:100]:
        due = {"ORDERED": row.due_on, "REMOVED": row.recheck_due_on}.get(row.status)
        yield WorkItem(
            words[row.status],
            _at("adcase", row.uid),
            due,
            sub=row.place,
            institution=row.owner_words,
            place=row.region.name,
            stage=row.get_status_display(),
            tone=_tone(due, today),
            explanation=tuple(row.due_explanation) if due else (),
        )


def promises(actor: User, today: date) -> Iterable[WorkItem]:
    """Promises to be followed up."""
    for row in selectors.promises_due(actor)[:100]:
        yield WorkItem(
            "跟踪约谈承诺",
            _at("talk", row.talk.uid),
            row.promise_due_on,
            sub=row.promise[:40],
            institution=row.institution.name,
            place=row.institution.region.name,
            stage="待跟踪",
            tone=_tone(row.promise_due_on, today),
        )


def calls(actor: User, today: date) -> Iterable[WorkItem]:
    """Whistles that call the actor's body."""
    now = timezone.now()
    for row in selectors.calls_to_answer(actor)[:100]:
        is_late = row.arrived_at is None and row.arrive_due_at < now
        due = timezone.localtime(row.arrive_due_at)
        yield WorkItem(
            f"报到：{row.whistle.matter}",
            _at("whistle", row.whistle.uid),
            row.whistle.close_due_on if row.arrived_at else due.date(),
            sub=row.whistle.place,
            place=row.whistle.caller.short_name,
            stage=f"{row.get_status_display()}，{due:%m-%d %H:%M} 前到场" if not row.arrived_at else "已到场",
            tone="bad" if is_late else "warn",
            explanation=(row.arrive_basis,),
        )


def evaluations(actor: User, today: date) -> Iterable[WorkItem]:
    """Whistles that the township still has to evaluate."""
    rows = selectors.whistles_visible(actor).filter(caller=actor.organisation_id, status="HANDLED")
    for row in rows[:100]:
        yield WorkItem(
            f"评价报到部门：{row.matter}",
            _at("whistle", row.uid),
            row.close_due_on,
            stage="部门已办结",
            tone=_tone(row.close_due_on, today),
            explanation=tuple(row.close_explanation),
        )


def decisions(actor: User, today: date) -> Iterable[WorkItem]:
    """Decisions that the actor's body carries out or confirms."""
    own = actor.organisation_id
    rows = selectors.decisions_visible(actor).open().exclude(meeting__status="DRAFT")
    for row in rows.order_by("due_on", "pk")[:200]:
        is_mine = row.assignee_id == own and row.status == "OPEN"
        is_to_confirm = row.meeting.organ_id == own and row.status == "REPORTED"
        is_to_press = row.meeting.organ_id == own and row.status == "OPEN" and row.due_on < today
        if not (is_mine or is_to_confirm or (is_to_press and actor.may("measures.meeting_edit"))):
            continue
        word = "落实" if is_mine else "确认" if is_to_confirm else "督办"
        yield WorkItem(
            f"{word}议定事项：{row.text[:40]}",
            _at("decision", row.uid),
            row.due_on,
            sub=row.meeting.title,
            place=row.assignee.short_name,
            stage=row.get_status_display(),
            tone=_tone(row.due_on, today),
        )


def directives(actor: User, today: date) -> Iterable[WorkItem]:
    """Documents of the actor's body, or for it."""
    words = {"DRAFT": "制发", "ISSUED": "送达", "SERVED": "落实"}
    rows = selectors.directives_visible(actor).filter(status__in=list(words), organ=actor.organisation_id)
    for row in rows[:100]:
        yield WorkItem(
            f"{words[row.status]}{row.get_kind_display()} {row.number}".strip(),
            _at("directive", row.uid),
            row.due_on,
            institution=row.party_name,
            place=row.region.name,
            stage=row.get_status_display(),
            tone=_tone(row.due_on, today),
        )


def received(actor: User, today: date) -> Iterable[WorkItem]:
    """Assignments and urgent letters to the actor's body."""
    rows = selectors.directives_visible(actor).filter(
        receiver=actor.organisation_id, status__in=["ISSUED", "SERVED"]
    )
    for row in rows[:100]:
        yield WorkItem(
            f"办理{row.get_kind_display()} {row.number}",
            _at("directive", row.uid),
            row.due_on,
            sub=row.organ.short_name,
            stage="待办理",
            tone=_tone(row.due_on, today),
        )


def duties(actor: User, today: date) -> Iterable[WorkItem]:
    """Today's turn of duty, turns without report, and swaps that the actor is asked for."""
    for duty in selectors.duties_of(actor, today):
        start = timezone.localtime(duty.shift.starts_at)
        end = timezone.localtime(duty.shift.ends_at)
        is_today = start.date() == today
        yield WorkItem(
            "今日值班" if is_today else "登记值班情况",
            _at("shift", duty.shift.uid),
            start.date(),
            sub=f"{start:%H:%M} 至 {end:%H:%M}",
            place=duty.shift.area,
            stage=duty.shift.get_kind_display(),
            tone="warn" if is_today else "info",
        )
    moment = timezone.make_aware(datetime.combine(today, time()))
    for swap in selectors.swaps_waiting(actor, moment):
        start = timezone.localtime(swap.duty.shift.starts_at)
        yield WorkItem(
            f"{swap.from_user.name}请您接班",
            _at("shift", swap.duty.shift.uid),
            start.date(),
            sub=swap.reason,
            place=swap.duty.shift.area,
            stage="待确认",
            tone="warn",
        )


def mysteries(actor: User, today: date) -> Iterable[WorkItem]:
    """Reports of mystery visits that wait for the head."""
    rows = selectors.mysteries_visible(actor).filter(status="REPORTED", organ=actor.organisation_id)
    for row in rows[:50]:
        yield WorkItem(
            "处置明察暗访线索",
            _at("mysteryvisit", row.uid),
            None,
            sub=row.place,
            institution=row.institution.name if row.institution else "",
            stage=row.get_status_display(),
            tone="warn",
        )


def warning_days(actor: User, today: date) -> list[int]:
    """How many days ahead certificates are warned of, the farthest first."""
    if actor.bureau is None:
        return []
    row = policy.value("officer.certificate.warning_days", region=actor.bureau.region, on=today)
    return sorted((int(day) for day in row.value), reverse=True)


def certificates(actor: User, today: date) -> Iterable[WorkItem]:
    """Certificates that end soon (60 and 30 days by policy) or just ended."""
    try:
        days = warning_days(actor, today)
    except policy.PolicyMissing:
        return
    if not days:
        return
    for row in selectors.certificates_ending(actor, today, days[0]):
        last = row.last_day
        left = (last - today).days if last else 0
        stage = f"{-left} 天前到期" if left < 0 else f"还有 {left} 天"
        yield WorkItem(
            f"执法证到期：{row.user.name}",
            reverse("measures:officer_detail", kwargs={"pk": row.user_id}),
            last,
            sub=row.number,
            place=row.organ.short_name,
            stage=stage,
            tone="bad" if left < 0 else "warn" if left <= days[-1] else "info",
        )


WORKLISTS = (
    ("ads", "违规广告", ads, "measures.ad_handle"),
    ("promises", "约谈承诺", promises, "measures.talk_edit"),
    ("calls", "吹哨报到", calls, "measures.whistle_answer"),
    ("evaluations", "吹哨评价", evaluations, "measures.whistle_call"),
    ("decisions", "议定事项", decisions, "measures.decision_report"),
    ("directives", "措施文书", directives, "measures.directive_edit"),
    ("received", "交办督办", received, "measures.decision_report"),
    ("duties", "值班", duties, "measures.duty_swap"),
    ("mysteries", "明察暗访", mysteries, "measures.mystery_decide"),
    ("certificates", "执法证", certificates, "measures.officer_view"),
)


def portal_work(actor: User, today: date) -> Iterable[WorkItem]:
    """What the institution must mind: stops, summons, promises."""
    url = reverse("measures_portal:own_list")
    for row in selectors.own_directives(actor).filter(status__in=["ISSUED", "SERVED"])[:20]:
        yield WorkItem(
            f"查收{row.get_kind_display()} {row.number}",
            url,
            row.stop_from or row.due_on,
            sub=row.organ.short_name,
            stage=row.get_status_display(),
            tone="bad" if row.stops else "warn",
        )
    for party in selectors.own_parties(actor)[:20]:
        if party.talk.status == "INVITED":
            moment = timezone.localtime(party.talk.planned_at)
            yield WorkItem(
                "按时参加约谈",
                reverse("measures_portal:own_talk", kwargs={"uid": party.talk.uid}),
                moment.date(),
                sub=f"{moment:%m-%d %H:%M} {party.talk.place}",
                tone="warn",
            )
        elif party.is_waiting:
            yield WorkItem(
                "兑现约谈承诺",
                reverse("measures_portal:own_talk", kwargs={"uid": party.talk.uid}),
                party.promise_due_on,
                sub=party.promise[:40],
                tone=_tone(party.promise_due_on, today),
            )


def panel(actor: User, institution: Any) -> dict[str, Any]:
    """Directives, talks, advertisements and materials on the institution's file."""
    return selectors.institution_rows(actor, institution)


def visit_panel(actor: User, visit: Any) -> dict[str, Any]:
    """Directives, recordings and materials of one visit, and what may be started from it."""
    rows = selectors.visit_rows(actor, visit)
    starts = []
    if visit.status != "PLANNED":
        for label, name, permission in (
            ("起草措施文书", "measures:directive_pick", "measures.directive_edit"),
            ("起草约谈", "measures:talk_create", "measures.talk_edit"),
            ("登记材料移交", "measures:handover_create", "measures.handover_edit"),
        ):
            if actor.may(permission):
                starts.append({"label": label, "url": f"{reverse(name)}?visit={visit.uid}"})
    return {**rows, "starts": starts}


def campaign_panel(actor: User, campaign: Any) -> dict[str, Any]:
    """Advertisements and shifts of a campaign."""
    return selectors.campaign_rows(actor, campaign)
