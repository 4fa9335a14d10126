"""The year's plan of random inspections: four eyes, its rows, what each draw owes it, what waits."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from casework.errors import Blocked, NotAllowed, Unlawful, WrongState
from casework.models import AuditEvent, OfficialDocument
from draws import registration, selectors, services
from draws.models import Draw, DrawPlan, DrawPlanRow
from tests.conftest import World
from tests.draws import making

PLANS = "/desk/draws/yearly/"


def check_day() -> date:
    """The day on which drafts of `making` begin."""
    return timezone.localdate() + timedelta(days=2)


def row_values(world: World, **more: Any) -> dict[str, Any]:
    day = check_day()
    return {
        "item": "收费和预收费监管",
        "pool": "全县持证培训机构",
        "per_10000": 2500,
        "filters": {"standings": ["LICENSED"]},
        "window_from": max(date(day.year, 1, 1), day - timedelta(days=20)),
        "window_until": min(date(day.year, 12, 31), day + timedelta(days=5)),
        "lead_organ": world.education,
        **more,
    }


def compiled(world: World, *rows: dict[str, Any]) -> DrawPlan:
    plan = services.draw_plan_draft(
        actor=world.officer, organ=world.education, year=check_day().year, basis="国发〔2019〕5号"
    )
    for values in rows or (row_values(world),):
        partners = values.pop("partners", ())
        services.plan_row_add(actor=world.officer, plan=plan, values=values, partners=partners)
    return plan


def published(world: World, *rows: dict[str, Any]) -> DrawPlan:
    plan = services.draw_plan_submit(actor=world.officer, plan=compiled(world, *rows))
    services.draw_plan_approve(actor=world.leader, plan=plan, note="同意")
    return services.draw_plan_publish(actor=world.head, plan=plan)


def test_compiled_approved_by_another_and_published_with_its_number(law: World) -> None:
    plan = compiled(law, row_values(law, partners=[law.market, law.fire]))
    with pytest.raises(WrongState, match="正在编制"):
        compiled(law)
    with pytest.raises(NotAllowed):
        services.draw_plan_approve(
            actor=law.officer, plan=services.draw_plan_submit(actor=law.officer, plan=plan)
        )
    with pytest.raises(WrongState, match="不能修改"):
        services.plan_row_add(actor=law.officer, plan=plan, values=row_values(law))
    services.draw_plan_approve(actor=law.leader, plan=plan, note="同意")
    done = services.draw_plan_publish(actor=law.head, plan=plan)
    assert done.number == f"巫教培双随机计〔{timezone.localdate().year}〕1号"
    assert done.approved_by == law.leader
    document = OfficialDocument.objects.get(kind="RANDOM_INSPECTION_PLAN")
    assert "部门联合抽查1项" in str(document.content)
    verbs = set(AuditEvent.objects.filter(object_uid=plan.uid).values_list("verb", flat=True))
    assert {"draws.draw_plan_draft", "draws.plan_row_add", "draws.drawplan_publish"} <= verbs


def test_the_database_keeps_the_rows_of_a_published_plan(law: World) -> None:
    row = published(law).rows.get()
    with pytest.raises(DatabaseError, match="only while it is a draft"), transaction.atomic():
        DrawPlanRow.objects.filter(pk=row.pk).update(per_10000=1)
    with pytest.raises(DatabaseError, match="only while it is a draft"), transaction.atomic():
        DrawPlanRow.objects.create(
            plan=row.plan,
            position=99,
            item="补",
            pool="补",
            per_10000=1,
            window_from=row.window_from,
            window_until=row.window_until,
            lead_organ=row.lead_organ,
        )


def test_bad_rows_are_refused(law: World) -> None:
    empty = services.draw_plan_draft(
        actor=law.officer, organ=law.education, year=check_day().year, basis="国发〔2019〕5号"
    )
    with pytest.raises(Blocked, match="没有抽查事项"):
        services.draw_plan_submit(actor=law.officer, plan=empty)
    for change, words in (
        ({"window_from": date(check_day().year - 1, 12, 1)}, "年内"),
        ({"per_10000": 0}, "比例"),
        ({"per_10000": 10_001}, "比例"),
        ({"window_until": date(check_day().year, 1, 1), "window_from": date(check_day().year, 2, 1)}, "早于"),
    ):
        with pytest.raises(Unlawful, match=words), transaction.atomic():
            services.plan_row_add(actor=law.officer, plan=empty, values=row_values(law, **change))
    assert not empty.rows.exists()
    services.plan_row_add(actor=law.officer, plan=empty, values=row_values(law))
    with pytest.raises(IntegrityError), transaction.atomic():
        DrawPlanRow.objects.update(per_10000=0)
    with pytest.raises(NotAllowed):
        services.plan_row_add(actor=law.clerk, plan=empty, values=row_values(law))


def test_a_draw_points_to_its_row_or_says_why_not(law: World) -> None:
    making.places(law)
    plan = published(law)
    row = plan.rows.get()
    with pytest.raises(Blocked, match="年度双随机抽查计划"):
        services.draw_freeze(actor=law.head, draw=making.draft(law))
    outside = making.draft(law, outside_reason="上级临时部署")
    assert services.draw_freeze(actor=law.head, draw=outside).status == "FROZEN"
    with pytest.raises(Unlawful, match="不在其中"):
        making.draft(law, plan_row=row, lead_organ=law.market)
    with pytest.raises(Unlawful, match="不在其内"):
        services.draw_draft(
            actor=law.officer,
            values=making.values(law, plan_row=row, planned_on=row.window_from - timedelta(days=1)),
        )
    planned = making.draft(law, plan_row=row)
    assert selectors.progress_of(plan)[0].state == "IN_HAND"
    frozen = services.draw_freeze(actor=law.head, draw=planned)
    assert selectors.pool_of(frozen)["plan"] == {"number": plan.number, "row": 1, "item": row.item}
    with pytest.raises(Exception, match="never change"), transaction.atomic():
        Draw.objects.filter(pk=frozen.pk).update(plan_row=None)


def test_done_due_overdue_and_the_worklist(law: World) -> None:
    making.places(law)
    plan = published(law)
    row = plan.rows.get()

    def waiting(day: date) -> list[tuple[str, str]]:
        return [(item.title, item.tone) for item in registration.plans(law.officer, day)]

    title = "拟定抽查：收费和预收费监管"
    today = timezone.localdate()
    if today.year == plan.year:
        assert waiting(today) == [(title, "warn")]
    late = row.window_until + timedelta(days=1)
    assert selectors.progress_of(plan, row.window_from)[0].state == "DUE"
    assert selectors.progress_of(plan, row.window_from - timedelta(days=1))[0].state == "LATER"
    assert selectors.progress_of(plan, late)[0].state == "OVERDUE"
    if late.year == plan.year:
        assert waiting(late) == [(title, "bad")]
    draw = making.drawn(law, plan_row=row)
    line = selectors.progress_of(plan, late)[0]
    assert (line.state, line.drawn) == ("DONE", draw.drawn_count)
    assert waiting(today) == []
    assert list(registration.plans(law.market_officer, today)) == []


def test_a_new_plan_takes_over_rows_and_what_was_done(law: World) -> None:
    making.places(law)
    first = published(law)
    draw = making.drawn(law, plan_row=first.rows.get())
    second = services.draw_plan_draft(
        actor=law.officer, organ=law.education, year=first.year, basis="国发〔2019〕5号"
    )
    services.plan_row_add(actor=law.officer, plan=second, values=row_values(law, item="消防安全"))
    services.draw_plan_submit(actor=law.officer, plan=second)
    services.draw_plan_approve(actor=law.leader, plan=second)
    services.draw_plan_publish(actor=law.head, plan=second)
    first.refresh_from_db()
    assert first.status == "SUPERSEDED"
    lines = selectors.progress_of(second)
    assert [line.state == "DONE" for line in lines] == [True, False]
    assert lines[0].draws == (draw,)


def test_pages(law: World, sign_in: Callable[..., Client]) -> None:
    making.places(law)
    officer, leader, head = sign_in(law.officer), sign_in(law.leader), sign_in(law.head)
    year = check_day().year
    posted = {"organ": law.education.pk, "year": year, "basis": "国发〔2019〕5号"}
    assert officer.get(f"{PLANS}new/").status_code == 200
    assert officer.post(f"{PLANS}new/", {**posted, "year": "abc"}).status_code == 422
    assert officer.post(f"{PLANS}new/", posted).status_code == 302
    plan = DrawPlan.objects.get()
    base = f"{PLANS}{plan.uid}/"
    values = row_values(law)
    row = {
        "item": values["item"],
        "pool": values["pool"],
        "percent": "7.5",
        "window_from": values["window_from"].isoformat(),
        "window_until": values["window_until"].isoformat(),
        "lead_organ": law.education.pk,
        "partners": [law.market.pk],
        "standings": ["LICENSED"],
    }
    assert officer.get(f"{base}rows/new/").status_code == 200
    for bad in ({"percent": "0"}, {"percent": "101"}, {"window_until": "1999-01-01"}, {"item": ""}):
        assert officer.post(f"{base}rows/new/", {**row, **bad}).status_code == 422
    assert officer.post(f"{base}rows/new/", row).status_code == 302
    line = plan.rows.get()
    assert (line.per_10000, line.percent) == (750, "7.5")
    edit = f"/desk/draws/yearly/rows/{line.uid}/edit/"
    assert 'value="7.5"' in officer.get(edit).content.decode()
    assert officer.post(edit, {**row, "percent": "20"}).status_code == 302
    assert officer.post(f"{base}edit/", {"basis": "国发〔2019〕5号", "note": "说明"}).status_code == 302
    assert officer.post(f"{base}steps/submit/").status_code == 302
    assert officer.post(f"{base}steps/approve/", {"reason": ""}).status_code == 404
    assert leader.get(f"{base}steps/approve/").status_code == 200
    assert leader.post(f"{base}steps/approve/", {"reason": "同意"}).status_code == 302
    assert head.post(f"{base}steps/publish/").status_code == 302
    page = officer.get(base).content.decode()
    assert "拟定抽查" in page
    assert "联合：" in page
    form = officer.get(f"/desk/draws/new/?row={line.uid}").content.decode()
    assert f'value="{values["item"]}"' in form
    assert 'value="20"' in form
    assert officer.get("/desk/draws/new/?row=7").status_code == 200
    assert officer.get(f"/desk/draws/new/?row={plan.uid}").status_code == 404
    assert officer.get(PLANS).status_code == 200
    assert officer.get(f"{PLANS}?export=csv").status_code == 200
    assert "收费和预收费监管" in b"".join(officer.get(f"{base}?export=csv").streaming_content).decode()
    public = Client()
    assert str(plan) in public.get("/b/wushan/draws/").content.decode()
    assert "20%" in public.get(f"/b/wushan/draws/plans/{plan.uid}/").content.decode()
    assert public.get(f"/b/fengjie/draws/plans/{plan.uid}/").status_code == 404


def test_strangers_and_the_public_see_no_draft(law: World, sign_in: Callable[..., Client]) -> None:
    plan = compiled(law)
    assert Client().get(f"/b/wushan/draws/plans/{plan.uid}/").status_code == 404
    assert sign_in(law.neighbour_officer).get(f"{PLANS}{plan.uid}/").status_code == 404
    assert sign_in(law.institution_user).get(f"{PLANS}{plan.uid}/").status_code in {403, 404}
    row = plan.rows.get()
    assert sign_in(law.neighbour_officer).get(f"/desk/draws/yearly/rows/{row.uid}/edit/").status_code == 404
    assert sign_in(law.clerk).post(f"/desk/draws/yearly/rows/{row.uid}/remove/").status_code == 403
    assert sign_in(law.officer).post(f"/desk/draws/yearly/rows/{row.uid}/remove/").status_code == 302
    assert not plan.rows.exists()
