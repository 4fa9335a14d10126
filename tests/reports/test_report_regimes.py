"""Orders to report on screens: entering, previewing and changing a rule without touching an opened period."""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from casework.deadlines import load_calendar
from casework.errors import NotAllowed, Unlawful
from casework.models import AuditEvent, CalendarYear
from reports import services
from reports.models import ReportPeriod, ReportRegime
from reports.schedule import plans, upcoming
from tests.conftest import BureauClient, World
from tests.reports.making import REGIME, moment

pytestmark = pytest.mark.django_db


def signed_in(user: User) -> Client:
    client = BureauClient(prefix=f"/b/{user.bureau.slug}" if user.bureau else "")
    client.force_login(user, backend="accounts.backends.ActiveUserBackend")
    return client


def values_of(county: World, regime: ReportRegime, **changes: Any) -> dict[str, Any]:
    return {
        "name": regime.name,
        "basis": "渝教监管〔2026〕9号",
        "reporter": county.clerk.pk,
        "reviewer": county.head.pk,
        "days": "13,27",
        "cut_days": 1,
        "recipient_words": "市教委、县政府",
        "since": "2026-09-14",
        "until": "2026-12-18",
        "version": regime.version,
        **changes,
    }


def new_values(county: World, **changes: Any) -> dict[str, Any]:
    return {
        "name": "寒假治理半月报",
        "basis": "渝教监管〔2026〕12号",
        "code": "WINTER_2027",
        "form_key": "HALF_MONTH@1",
        "campaign": "",
        "starts_on": "2026-12-01",
        "days": "10，25",
        "cut_days": 1,
        "since": "2026-12-01",
        "until": "2027-03-10",
        "recipient_words": "重庆市教育委员会",
        "channels": ["PAPER_SEALED"],
        "report_title": "",
        "organ": county.education.pk,
        "reporter": county.clerk.pk,
        "reviewer": county.head.pk,
        **changes,
    }


def days_of(regime: ReportRegime, until: date) -> list[tuple[date, date, date]]:
    return [(plan.starts_on, plan.ends_on, plan.due_on) for plan in plans(regime, until)]


def test_another_rule_begins_after_the_opened_periods(county: World, first: ReportPeriod) -> None:
    regime = ReportRegime.objects.get(bureau=county.bureau, code=REGIME)
    head, address = signed_in(county.head), reverse("reports:regime_edit", kwargs={"uid": regime.uid})
    data = values_of(county, regime, days="15，30")
    assert head.post(address, {**data, "reviewer": county.clerk.pk}).status_code == 422
    assert head.post(address, {**data, "days": "0"}).status_code == 422
    preview = head.post(address, {**data, "keep": "1"})
    assert preview.status_code == 200
    assert ReportRegime.objects.filter(code=REGIME).count() == 1
    before = ReportPeriod.objects.values().get(pk=first.pk)
    saved = head.post(address, data)
    assert saved.status_code == 302, saved.context["form"].errors
    assert ReportPeriod.objects.values().get(pk=first.pk) == before
    regime.refresh_from_db()
    after = ReportRegime.objects.get(
        bureau=county.bureau, code=REGIME, validity__startswith=date(2026, 9, 27)
    )
    assert regime.due["days_of_month"] == [13, 27]
    assert (regime.validity.upper, after.due["days_of_month"]) == (date(2026, 9, 27), [15, 30])
    assert days_of(after, date(2026, 10, 20)) == [
        (date(2026, 9, 27), date(2026, 9, 30), date(2026, 9, 30)),
        (date(2026, 9, 30), date(2026, 10, 15), date(2026, 10, 15)),
        (date(2026, 10, 15), date(2026, 10, 30), date(2026, 10, 30)),
    ]
    opened = services.period_open_due(now=moment(date(2026, 10, 2)))
    spans = sorted(
        (row.starts_on, row.ends_on)
        for row in ReportPeriod.objects.filter(regime__code=REGIME, regime__bureau=county.bureau)
    )
    assert spans[0] == (date(2026, 9, 14), date(2026, 9, 27))
    assert all(left[1] == right[0] for left, right in pairwise(spans)), "no gap, no overlap"
    assert {row.regime_id for row in opened if row.regime.code == REGIME} == {after.pk}
    assert head.post(address, data).status_code == 409, "a stale version shows the other values"


def test_people_and_recipients_change_in_place(county: World, first: ReportPeriod) -> None:
    regime = ReportRegime.objects.get(bureau=county.bureau, code=REGIME)
    address = reverse("reports:regime_edit", kwargs={"uid": regime.uid})
    data = values_of(county, regime, reviewer=county.leader.pk, recipient_words="市教委")
    assert signed_in(county.head).post(address, data).status_code == 302
    regime.refresh_from_db()
    assert (regime.reviewer, regime.recipients) == (county.leader, ["市教委"])
    assert ReportRegime.objects.filter(code=REGIME).count() == 1
    event = AuditEvent.objects.get(verb="reports.regime_edit", object_uid=regime.uid)
    assert event.changes["recipients"][1] == ["市教委"]
    assert "due" not in event.changes
    refused = signed_in(county.head).post(address, {**data, "reporter": county.legal.pk})
    assert refused.status_code == 422, "a reporter must be able to fill in"


def test_a_new_order_is_previewed_entered_and_shown(county: World) -> None:
    head, address = signed_in(county.head), reverse("reports:regime_create")
    preview = head.post(address, {**new_values(county), "keep": "1"})
    assert preview.status_code == 200
    assert "2027 年的放假安排尚未录入" in preview.content.decode()
    assert not ReportRegime.objects.filter(code="WINTER_2027").exists()
    done = head.post(address, new_values(county))
    assert done.status_code == 302
    regime = ReportRegime.objects.get(code="WINTER_2027")
    assert days_of(regime, date(2026, 12, 20))[0] == (
        date(2026, 12, 1),
        date(2026, 12, 10),
        date(2026, 12, 10),
    )
    assert AuditEvent.objects.filter(verb="reports.regime_create", object_uid=regime.uid).exists()
    page = head.get(reverse("reports:regime_detail", kwargs={"uid": regime.uid})).content.decode()
    assert "寒假治理半月报" in page
    assert "2027-03-09" in page or "2027-03-10" in page
    listed = head.get(reverse("reports:regime_list"), {"q": "寒假"}).content.decode()
    assert "寒假治理半月报" in listed
    assert "年度总结" not in listed
    again = head.post(address, new_values(county, name="重复"))
    assert again.status_code == 422
    assert "这段时间已有报送安排" in again.content.decode()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"code": "winter"}, "大写字母开头"),
        ({"days": "32"}, "1 至 31"),
        ({"days": "十三"}, "1 至 31"),
        ({"until": "2026-11-01"}, "不能早于生效日期"),
        ({"until": "2026-12-05"}, "没有一期"),
        ({"is_sealed": "on"}, "正式报告须填写标题"),
        ({"form_key": "NO@1"}, "选"),
        ({"channels": []}, ""),
    ],
)
def test_a_wrong_order_is_refused_in_words(county: World, changes: dict[str, Any], words: str) -> None:
    page = signed_in(county.head).post(reverse("reports:regime_create"), new_values(county, **changes))
    assert page.status_code == 422
    assert words in page.content.decode()
    assert not ReportRegime.objects.filter(name="寒假治理半月报").exists()


@pytest.mark.parametrize(
    ("cadence", "changes", "words"),
    [
        ("WEEK", {"weekday": "5"}, "每周五"),
        ("YEAR", {"month": "2", "day": "15", "until": ""}, "次年 2 月 15 日"),
        ("ONCE", {"on": "2027-02-26", "is_sealed": "on", "report_title": "总结报告"}, "2027-02-26"),
    ],
)
def test_every_cadence_has_its_fields(
    county: World, cadence: str, changes: dict[str, Any], words: str
) -> None:
    address = f"{reverse('reports:regime_create')}?cadence={cadence}"
    page = signed_in(county.head).post(address, new_values(county, **changes))
    assert page.status_code == 302, page.context["form"].errors
    regime = ReportRegime.objects.get(code="WINTER_2027")
    assert regime.due_words == words
    edit = reverse("reports:regime_edit", kwargs={"uid": regime.uid})
    assert signed_in(county.head).get(edit).status_code == 200


def test_the_preview_says_when_a_day_is_free_or_the_calendar_missing(county: World) -> None:
    regime = ReportRegime.objects.get(bureau=county.bureau, code=REGIME)
    coming = upcoming(regime, date(2026, 9, 20), load_calendar())
    assert [(row.plan.due_on, row.warn_on) for row in coming][:2] == [
        (date(2026, 9, 27), date(2026, 9, 24)),
        (date(2026, 10, 13), date(2026, 10, 12)),
    ]
    assert "不顺延" in coming[0].note
    assert coming[1].note == ""
    CalendarYear.objects.filter(year=2026).update(is_confirmed=False)
    assert "2026 年的放假安排尚未录入" in upcoming(regime, date(2026, 9, 20), load_calendar())[0].note


def test_a_report_that_is_due_once_cannot_move_when_open(county: World) -> None:
    regime = ReportRegime.objects.get(bureau=county.bureau, code="LOOKBACK_2026_WUSHAN_FINAL")
    [plan] = plans(regime, date(2026, 12, 1))
    services.period_open(actor=county.head, regime=regime, plan=plan)
    with pytest.raises(Unlawful, match="另建一份"):
        services.regime_edit(actor=county.head, regime=regime, values={"due": {"on": "2026-12-30"}})


@pytest.mark.parametrize(
    ("persona", "reads", "edits"),
    [
        ("head", 200, 200),
        ("leader", 200, 200),
        ("clerk", 200, 403),
        ("officer", 200, 403),
        ("admin", 403, 403),
        ("partner", 403, 403),
        ("neighbour_leader", 404, 404),
        ("neighbour_officer", 404, 404),
    ],
)
def test_who_may_open_what(county: World, persona: str, reads: int, edits: int) -> None:
    regime = ReportRegime.objects.get(bureau=county.bureau, code=REGIME)
    client = signed_in(county.personas[persona])
    assert client.get(reverse("reports:regime_detail", kwargs={"uid": regime.uid})).status_code == reads
    assert client.get(reverse("reports:regime_edit", kwargs={"uid": regime.uid})).status_code == edits


def test_nobody_edits_another_bureaus_order(county: World) -> None:
    regime = ReportRegime.objects.get(bureau=county.bureau, code=REGIME)
    with pytest.raises(NotAllowed):
        services.regime_edit(actor=county.neighbour_leader, regime=regime, values={"recipients": ["甲"]})
    assert timezone.localdate() > date(2025, 1, 1)
