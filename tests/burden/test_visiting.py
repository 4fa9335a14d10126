"""Merging planned visits, scanning at the door, what the public reads of it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.utils import timezone

from burden import saving, selectors, services
from burden.models import EntryScan, VisitMerge
from casework.errors import Unlawful, WrongState
from casework.indicators import Period, Scope, compute
from inspections import services as inspecting
from inspections.models import Deployment, Visit
from institutions.models import Institution
from tests.conftest import World
from tests.inspections import making


def drafts(law: World, place: Institution) -> tuple[Deployment, Deployment]:
    """Two organs want to visit one place."""
    first = making.make_plan(law, place, name="收费检查", item="收费公示和合同")
    second = inspecting.deployment_draft(
        actor=law.officer,
        values=making.plan_values(law, name="广告检查", item="广告和招生简章", lead_organ=law.market),
        institutions=[place],
    )
    making.officer_in(law, second, law.market_officer)
    making.officer_in(law, second, law.market_officer2)
    return first, second


@pytest.mark.django_db
def test_nothing_to_be_checked_is_lost(law: World, place: Institution) -> None:
    first, second = drafts(law, place)
    proposal = selectors.merge_proposals(law.officer)
    assert [(item.institution, len(item.visits)) for item in proposal] == [(place, 2)]
    kept = services.visits_merge(
        actor=law.officer, keep=first.visits.get(), others=[second.visits.get(), first.visits.get()]
    )
    first.refresh_from_db()
    second.refresh_from_db()
    assert "收费公示和合同" in first.item
    assert "广告和招生简章" in first.item
    names = set(first.members.values_list("person_name", flat=True))
    assert {law.market_officer.name, law.market_officer2.name, law.officer.name} <= names
    assert second.status == "CANCELLED"
    assert VisitMerge.objects.get().kept == kept
    assert selectors.merge_proposals(law.officer) == []


@pytest.mark.django_db
def test_what_merging_saved_is_measured_once_the_visit_took_place(
    law: World, place: Institution, sign_in: Callable[..., Client]
) -> None:
    first, second = drafts(law, place)
    kept = services.visits_merge(actor=law.officer, keep=first.visits.get(), others=[second.visits.get()])
    today = timezone.localdate()
    period = Period(today, today + timedelta(days=1))
    scope = Scope(law.bureau)
    nothing = saving.saving_of(law.officer, period)
    assert (nothing.saved, nothing.separate, nothing.percent) == (0, 0, None)
    first.refresh_from_db()
    inspecting.deployment_notify(actor=law.officer, deployment=making.approve(law, first))
    inspecting.visit_start(actor=law.officer, visit=Visit.objects.get(pk=kept.pk))
    found = saving.saving_of(law.officer, period)
    assert (found.done, found.saved, found.separate, found.places) == (1, 1, 2, 1)
    assert found.percent == Decimal("50.0")
    assert saving.public_saving(law.bureau, period) == found
    for key in ("merge_saved_n", "merge_kept_n"):
        assert compute(key, scope, period) == 1
        assert compute(key, scope, Period(today + timedelta(days=1), today + timedelta(days=2))) == 0
        assert compute(key, scope, Period(today - timedelta(days=1), today)) == 0
        assert compute(key, Scope(law.neighbour), period) == 0
    assert saving.saving_of(law.neighbour_officer, period).separate == 0
    officer = sign_in(law.officer)
    span = f"since={today}&until={today}&done=1"
    page = officer.get(f"/desk/merging/?{span}").content.decode()
    assert "50.0" in page
    assert "1 ÷（实际 1 ＋ 减少 1 ＝ 2）" in page
    assert "广告检查" in page
    late = officer.get("/desk/merging/?since=2020-01-01&until=2020-01-02&done=1").content.decode()
    assert "还没有合并过检查" in late
    assert officer.get("/desk/merging/?since=2020-13-45").status_code == 200
    assert place.name in officer.get(f"/desk/visits/?{span}").content.decode()
    public = Client().get(f"/b/wushan/inspections/?year={today.year}").content.decode()
    assert '减少 <span class="num">50.0%</span>' in public


@pytest.mark.django_db
def test_other_places_of_the_second_outing_stay(law: World, place: Institution) -> None:
    first, second = drafts(law, place)
    other = making.make_place(law, "另一家艺术培训中心", licence_no="教民150023770000002")
    inspecting.visit_add(actor=law.officer, deployment=second, institution=other)
    services.visits_merge(
        actor=law.officer, keep=first.visits.get(), others=[second.visits.get(institution=place)]
    )
    second.refresh_from_db()
    assert second.status == "DRAFT"
    assert second.visits.get(institution=other).status == "PLANNED"
    with pytest.raises(Unlawful, match="同一机构"):
        services.visits_merge(
            actor=law.officer, keep=first.visits.get(), others=[second.visits.get(institution=other)]
        )


@pytest.mark.django_db
def test_what_is_past_drafting_is_not_merged(law: World, place: Institution) -> None:
    first, second = drafts(law, place)
    inspecting.deployment_submit(actor=law.officer, deployment=first)
    with pytest.raises(WrongState, match="已经送审"):
        services.visits_merge(actor=law.officer, keep=first.visits.get(), others=[second.visits.get()])
    assert not VisitMerge.objects.exists()


@pytest.mark.django_db
def test_a_visit_is_not_merged_into_itself(law: World, place: Institution) -> None:
    first, _ = drafts(law, place)
    with pytest.raises(Unlawful, match="两次"):
        services.visits_merge(actor=law.officer, keep=first.visits.get(), others=[first.visits.get()])
    with pytest.raises(IntegrityError, match="visitmerge_two"), transaction.atomic():
        VisitMerge.objects.create(
            given_up=first.visits.get(),
            kept=first.visits.get(),
            merged_by=law.officer,
            merged_at=timezone.now(),
        )


@pytest.mark.django_db(transaction=True)
def test_two_people_merging_at_once_make_one_merge(law: World, place: Institution) -> None:
    first, second = drafts(law, place)
    results: list[str] = []
    barrier = threading.Barrier(2)

    def work(actor_id: int) -> None:
        from accounts.models import User

        try:
            barrier.wait(10)
            services.visits_merge(
                actor=User.objects.get(pk=actor_id),
                keep=Visit.objects.get(pk=first.visits.get().pk),
                others=[Visit.objects.get(deployment=second)],
            )
            results.append("merged")
        except WrongState:
            results.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(pk,)) for pk in (law.officer.pk, law.officer2.pk)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(results) == ["merged", "refused"]
    assert VisitMerge.objects.count() == 1


@pytest.mark.django_db
def test_a_scan_enters_the_place_once(law: World, place: Institution) -> None:
    outing = making.make_plan(law, place)
    inspecting.deployment_notify(actor=law.officer, deployment=making.approve(law, outing))
    today = timezone.localdate()
    visit = selectors.visits_to_enter(law.officer, place.public_id, today)[0]
    scan = services.entry_scan(actor=law.officer, visit=visit)
    assert services.entry_scan(actor=law.officer2, visit=visit) == scan
    visit.refresh_from_db()
    assert visit.status == "STARTED"
    assert EntryScan.objects.get().scanned_by == law.officer


@pytest.mark.django_db
def test_no_scan_without_an_approved_visit(law: World, place: Institution) -> None:
    making.make_plan(law, place)
    assert selectors.visits_to_enter(law.officer, place.public_id, timezone.localdate()) == []
    client = Client()
    client.force_login(law.officer, backend="accounts.backends.ActiveUserBackend")
    page = client.get(f"/desk/scan/{place.public_id}/")
    assert "今天没有对这家机构的检查" in page.content.decode()
    client.force_login(law.leader, backend="accounts.backends.ActiveUserBackend")
    assert client.get(f"/desk/scan/{place.public_id}/").headers["Location"] == f"/i/{place.public_id}/"
    client.force_login(law.officer, backend="accounts.backends.ActiveUserBackend")
    unknown = client.get("/desk/scan/?code=ZZZZZZZZ")
    assert "没有这个编号的机构" in unknown.content.decode()


@pytest.mark.django_db
def test_the_public_reads_who_exceeded_the_cap_why_and_by_whose_leave(law: World, place: Institution) -> None:
    from casework.models import PolicyValue

    PolicyValue.objects.filter(key="inspection.yearly_cap").update(value=1)
    making.start(law, making.make_plan(law, place))
    second = making.make_plan(law, place)
    inspecting.cap_override(actor=law.leader, deployment=second, reason="群众集中反映收费问题")
    making.start(law, second)
    year = timezone.localdate().year
    line = selectors.cap_lines(law.bureau, year)[0]
    assert (line.done, line.cap, line.is_over) == (2, 1, True)
    page = Client().get(f"/b/{law.bureau.slug}/inspections/").content.decode()
    assert "群众集中反映收费问题" in page
    assert law.leader.name in page
    csv = b"".join(Client().get(f"/b/{law.bureau.slug}/inspections/{year}.csv")).decode("utf-8-sig")
    assert place.name in csv
    assert "群众集中反映收费问题" in csv
