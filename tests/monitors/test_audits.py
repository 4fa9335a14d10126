"""Audits of patrols: frozen, drawn by another person with a public value, re-checked on trips, estimated."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from casework import indicators
from casework.errors import Blocked, NotAllowed, Unlawful, WrongState
from casework.indicators import Period, Scope
from monitors import services
from monitors.models import AuditTarget, PatrolAudit
from monitors.services import AuditResult
from monitors.services.audits import drawn_uids
from tests.conftest import World
from tests.monitors import making

SignIn = Callable[[Any], Any]


@pytest.fixture
def patrolled(law: World) -> World:
    """Six submitted visits of today."""
    making.law_with_list(law)
    team = [making.appointed(law, 1), making.appointed(law, 2)]
    outing = services.outing_start(
        actor=law.clerk, monitors=team, started_at=timezone.now() - timedelta(minutes=30)
    )
    sights = [making.sight(law, seen_name=f"示例{number}") for number in range(6)]
    services.stops_record(actor=law.clerk, outing=outing, sights=sights)
    services.outing_submit(actor=law.clerk, outing=outing)
    return law


def freeze(world: World, wanted: int = 4) -> PatrolAudit:
    today = timezone.localdate()
    return services.audit_freeze(
        actor=world.head, title="本月督查", period_from=today - timedelta(days=1), period_until=today, wanted=wanted,
        entropy_source="次日福彩开奖号码",
    )  # fmt: skip


def test_the_draw_follows_from_the_frozen_list_and_the_value(patrolled: World) -> None:
    row = freeze(patrolled)
    assert row.pool_size == 6
    with pytest.raises(Blocked, match="另一人"):
        services.audit_enter(actor=patrolled.head, audit_row=row, entropy="123")
    with pytest.raises(Unlawful, match="数字或字母"):
        services.audit_enter(actor=patrolled.officer, audit_row=row, entropy="。。")
    with pytest.raises(WrongState):
        services.audit_draw(actor=patrolled.officer, audit_row=row, entropy="1")
    wrong = services.audit_enter(actor=patrolled.officer, audit_row=row, entropy="07 12 23 05")
    assert not wrong.targets.exists()
    with pytest.raises(Blocked, match="另一人"):
        services.audit_draw(actor=patrolled.officer, audit_row=wrong, entropy="07 12 23 05")
    with pytest.raises(Unlawful, match="不一致"):
        services.audit_draw(actor=patrolled.head, audit_row=wrong, entropy="07 12 23 04")
    back = services.audit_reject(actor=patrolled.head, audit_row=wrong, reason="抄错一位")
    assert (back.status, back.entropy, back.drawn_by) == ("FROZEN", "", None)
    entered = services.audit_enter(actor=patrolled.officer, audit_row=back, entropy="07 12 23 04")
    drawn = services.audit_draw(actor=patrolled.head, audit_row=entered, entropy="07,12,23,04")
    uids = [target.stop.uid.hex for target in drawn.targets.order_by("order")]
    assert len(uids) == len(set(uids)) == 4
    assert uids == drawn_uids(PatrolAudit.objects.get(pk=row.pk))
    with pytest.raises(WrongState):
        services.audit_draw(actor=patrolled.officer, audit_row=drawn, entropy="1")
    with pytest.raises(IntegrityError), transaction.atomic():
        PatrolAudit.objects.filter(pk=row.pk).update(drawn_by=patrolled.head)
    with pytest.raises(IntegrityError), transaction.atomic():
        PatrolAudit.objects.filter(pk=row.pk).update(confirmed_by=patrolled.officer)


def drawn_audit(world: World) -> PatrolAudit:
    entered = services.audit_enter(actor=world.officer, audit_row=freeze(world), entropy="8")
    return services.audit_draw(actor=world.head, audit_row=entered, entropy="8")


@pytest.mark.parametrize("wanted", [0, 7])
def test_a_size_that_cannot_be_drawn_is_refused(patrolled: World, wanted: int) -> None:
    with pytest.raises(Unlawful, match="有 6 家次"):
        freeze(patrolled, wanted)


def test_trips_count_and_the_estimate_shows(patrolled: World, sign_in: SignIn) -> None:
    row = drawn_audit(patrolled)
    targets = list(row.targets.order_by("order"))
    today = timezone.localdate()
    entry = {"actor": patrolled.head, "audit_row": row, "went_on": today, "officers": [patrolled.officer]}
    with pytest.raises(Unlawful, match="写明核实情况"):
        services.trip_record(**entry, results={targets[0]: AuditResult("FALSE")})
    with pytest.raises(NotAllowed):
        services.trip_record(**{**entry, "actor": patrolled.legal}, results={targets[0]: AuditResult("REAL")})
    services.trip_record(
        **entry, results={targets[0]: AuditResult("REAL"), targets[1]: AuditResult("FALSE", "门店当天停业")}
    )
    with pytest.raises(WrongState, match="已经督查过"):
        services.trip_record(**entry, results={targets[0]: AuditResult("REAL")})
    with pytest.raises(Blocked, match="还有 2 家次"):
        services.audit_finish(actor=patrolled.head, audit_row=row)
    client = sign_in(patrolled.head)
    page = f"/desk/patrols/audits/{row.uid}/"
    shown = client.get(page).content.decode()
    assert "核实 2 家次，不实 1 家次，估计不实率 50.0%" in shown
    assert "须抽 6 家次" in shown
    form = {"went_on": today.isoformat(), "officers": [patrolled.officer.pk]}
    for target in targets[2:]:
        form |= {f"t{target.pk}_finding": "REAL"}
    assert client.post(f"{page}trips/new/", form).status_code == 302
    assert client.post(f"{page}finish/").status_code == 302
    scope, period = Scope(patrolled.bureau), Period(today, today + timedelta(days=1))
    assert indicators.compute("patrol_sup", scope, period) == 2
    assert indicators.compute("patrol_sup_visit_pt", scope, period) == 4
    assert indicators.compute("patrol_sup", Scope(patrolled.neighbour), period) == 0
    with pytest.raises(IntegrityError), transaction.atomic():
        AuditTarget.objects.filter(pk=targets[0].pk).update(finding="FALSE", note="")


def test_by_hand(patrolled: World, sign_in: SignIn) -> None:
    client = sign_in(patrolled.head)
    today = timezone.localdate().isoformat()
    assert "须抽 6 家次" in client.get("/desk/patrols/audits/new/").content.decode()
    values = {
        "title": "督查",
        "period_from": today,
        "period_until": today,
        "wanted": 2,
        "entropy_source": "开奖",
    }
    assert client.post("/desk/patrols/audits/new/", values).status_code == 302
    row = PatrolAudit.objects.get()
    page = f"/desk/patrols/audits/{row.uid}/"
    assert "须由另一人" in client.get(page).content.decode()
    second = sign_in(patrolled.officer)
    assert second.post(f"{page}enter/", {"entropy": "5 6 7"}).status_code == 302
    assert "已录入，待另一人确认" in client.get(page).content.decode()
    assert "5 6 7" not in client.get(page).content.decode()
    assert client.post(f"{page}draw/", {"entropy": "5 6 8"}).status_code == 422
    assert client.post(f"{page}draw/", {"entropy": "5 6 7"}).status_code == 302
    empty = client.post(f"{page}trips/new/", {"went_on": today, "officers": [patrolled.officer.pk]})
    assert empty.status_code == 422
    assert client.get("/desk/patrols/audits/?export=csv").status_code == 200
    assert client.post(f"{page}abort/", {"reason": "重新组织"}).status_code == 302
    assert sign_in(patrolled.neighbour_officer).get(page).status_code == 404
