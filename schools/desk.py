"""Worklists, figures and panels that this room puts on the desk and in the portal."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.urls import reverse

from accounts.models import User
from casework.registries import Kpi, WorkItem
from schools.models import SchoolReturn, WorkTip
from schools.selectors import rounds
from schools.selectors.tips import tips_of_source, tips_visible

WORDS = {
    "DRAFT": "发出工作提示",
    "ANSWERED": "审核学校答复",
    "ISSUED": "催学校签收",
    "RECEIVED": "催学校答复",
    "RETURNED": "催学校补充",
}


def _item(row: WorkTip, title: str, url: str, today: date) -> WorkItem:
    is_late = row.is_overdue_on(today)
    return WorkItem(
        title,
        url,
        row.due_on if row.is_waiting else None,
        sub=row.number or f"{row.pupil_count} 名学生",
        institution=row.school.name,
        place=row.region.name,
        stage=row.get_status_display(),
        tone="bad" if is_late else row.status_tone,
        explanation=tuple(row.due_explanation),
    )


def tip_work(actor: User, today: date) -> Iterable[WorkItem]:
    """Letters of the actor's body: answers to judge, drafts to send, and those that are overdue."""
    rows = tips_visible(actor).filter(organ=actor.organisation_id)
    for row in [*rows.filter(status__in=["DRAFT", "ANSWERED"])[:50], *rows.overdue(today)[:50]]:
        yield _item(row, WORDS[row.status], reverse("schools:tip_detail", args=[row.uid]), today)


def portal_surveys(actor: User, today: date) -> Iterable[WorkItem]:
    """Surveys that the school has not answered."""
    from schools.selectors.surveys import surveys_to_answer

    for row in surveys_to_answer(actor):
        yield WorkItem(
            row.title,
            reverse("schools_portal:own_survey", args=[row.uid]),
            row.due_on,
            sub=row.question,
            stage="待填报",
            tone="bad" if row.due_on < today else "warn",
        )


def escalated_work(actor: User, today: date) -> Iterable[WorkItem]:
    """Overdue letters that reminding did not move."""
    for row in tips_visible(actor).waiting().filter(escalated_at__isnull=False)[:50]:
        yield _item(row, "督促学校答复", reverse("schools:tip_detail", args=[row.uid]), today)


def town_work(actor: User, today: date) -> Iterable[WorkItem]:
    """Schools of the township that owe an answer."""
    if actor.organisation is None or actor.organisation.kind != "TOWNSHIP":
        return
    for row in tips_visible(actor).overdue(today)[:50]:
        yield _item(row, "督促辖区学校答复", reverse("schools:tip_detail", args=[row.uid]), today)
    late = (
        rounds.returns_visible(actor)
        .exclude(status="SUBMITTED")
        .filter(round__status="OPEN", round__due_on__lt=today)
    )
    for missing in late[:50]:
        yield _return_item(missing, "督促辖区学校报表", "schools:return_detail", today)


def _return_item(row: SchoolReturn, title: str, url_name: str, today: date) -> WorkItem:
    return WorkItem(
        title,
        reverse(url_name, args=[row.uid]),
        row.round.due_on,
        sub=row.round.title,
        institution=row.school.name,
        place=row.region.name,
        stage=row.get_status_display(),
        tone="bad" if row.is_overdue_on(today) else row.status_tone,
        explanation=tuple(row.round.due_explanation),
    )


def round_work(actor: User, today: date) -> Iterable[WorkItem]:
    """Rounds past their term with schools that have not reported."""
    for row in rounds.rounds_visible(actor).filter(status="OPEN", due_on__lt=today)[:20]:
        left = row.asked - row.given
        title = f"催报：{left} 所学校没有报送" if left else "结束填报"
        url = reverse("schools:round_detail", args=[row.uid])
        yield WorkItem(title, url, row.due_on, sub=row.title, stage=row.get_status_display(), tone="warn")


def duty_work(actor: User, today: date) -> Iterable[WorkItem]:
    """Reports of ads, matters of teachers, and outside institutions that left the white list."""
    for ad in rounds.ads_visible(actor).filter(status="REPORTED")[:50]:
        url = reverse("schools:ad_detail", args=[ad.uid])
        yield WorkItem(
            "处理校园广告",
            url,
            None,
            sub=ad.advertiser,
            institution=ad.school.name,
            stage="已上报",
            tone="warn",
        )
    for matter in rounds.violations_visible(actor).filter(status="OPEN")[:50]:
        url = reverse("schools:violation_detail", args=[matter.uid])
        yield WorkItem(
            "核查教师违规",
            url,
            None,
            sub=matter.case_no,
            institution=matter.school.name,
            stage="核查中",
            tone="warn",
        )
    count = rounds.fallen_providers(actor).count()
    if count:
        url = f"{reverse('schools:service_list')}?fallen=on"
        yield WorkItem(f"{count} 所学校选用的机构已不在白名单", url, None, stage="待更换", tone="bad")


def portal_asks(actor: User, today: date) -> Iterable[WorkItem]:
    """What else the school is asked: reports, letters to hand out, pledges, institutions to replace."""
    waiting = rounds.returns_visible(actor).exclude(status="SUBMITTED").filter(round__status="OPEN")
    for row in waiting[:20]:
        title = "修改排查报表" if row.status == "RETURNED" else "报送排查报表"
        yield _return_item(row, title, "schools_portal:own_return", today)
    yield from _letter_asks(actor, today)
    if not rounds.pledges_visible(actor).filter(year=today.year).exists():
        yield WorkItem(
            f"登记 {today.year} 年教师承诺", reverse("schools_portal:own_pledges"), None, stage="待登记"
        )
    if rounds.fallen_providers(actor).exists():
        url = reverse("schools_portal:own_services")
        yield WorkItem(
            "更换课后服务机构", url, None, sub="选用的机构已不在白名单", stage="待更换", tone="bad"
        )


def _letter_asks(actor: User, today: date) -> Iterable[WorkItem]:
    handed = rounds.receipts_visible(actor).values("letter")
    for letter in rounds.letters_visible(actor).filter(status="PUBLISHED").exclude(pk__in=handed):
        tone = "bad" if letter.due_on < today else "warn"
        url = reverse("schools_portal:own_letters")
        yield WorkItem(
            "发放致家长一封信并登记回执", url, letter.due_on, sub=str(letter), stage="待发放", tone=tone
        )


def portal_tips(actor: User, today: date) -> Iterable[WorkItem]:
    """Letters that the school has to answer."""
    for row in tips_visible(actor).waiting()[:50]:
        title = "补充答复工作提示" if row.status == "RETURNED" else "答复工作提示"
        yield _item(row, title, reverse("schools_portal:tip_detail", args=[row.uid]), today)


def kpis(actor: User, today: date) -> Iterable[Kpi]:
    """Letters that schools have not answered in time."""
    if not actor.may("schools.tip_edit"):
        return
    count = tips_visible(actor).overdue(today).count()
    if count:
        url = f"{reverse('schools:tip_list')}?late=on"
        yield Kpi("学校逾期未答复", str(count), "件", "工作提示", url, "bad")


def visit_panel(actor: User, visit: Any) -> dict[str, Any]:
    """Letters about the pupils met at a visit."""
    return {"tips": list(tips_of_source(actor, visit=visit))}


def clue_panel(actor: User, clue: Any) -> dict[str, Any]:
    """Letters that were sent because of a clue."""
    return {"tips": list(tips_of_source(actor, clue=clue))}
