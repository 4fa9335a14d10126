"""A later visit to a place brings its unresolved problems along; each must be answered; closing stays G09."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from accounts.models import User
from casework.errors import Blocked, NotAllowed, Unlawful, WrongState
from inspections import selectors, services
from inspections.models import CarriedFinding, RectificationNotice, Visit
from institutions.models import Institution
from tests.conftest import World
from tests.inspections import making


@pytest.fixture
def again(law: World, served: RectificationNotice, place: Institution) -> Visit:
    """A re-check outing at the place where a notice of two items is running."""
    services.visit_record(actor=law.officer, visit=served.visit, values=making.RECORD)
    plan = making.make_plan(law, place, kind="RECHECK", name="整改复查")
    return making.start(law, plan)


def rows(visit: Visit) -> list[CarriedFinding]:
    return list(visit.carried.order_by("finding_id"))


def answer(world: World, visit: Visit, *results: str, **kwargs: Any) -> list[CarriedFinding]:
    given = {
        row.pk: services.CarriedAnswer(result, "" if result == "DONE" else "还有一处没有改")
        for row, result in zip(rows(visit), results, strict=False)
    }
    return services.carried_answer(actor=kwargs.get("actor", world.officer), visit=visit, answers=given)


def page(user: User, path: str) -> str:
    client = Client()
    client.force_login(user, backend="accounts.backends.ActiveUserBackend")
    return client.get(f"/b/{user.bureau.slug}{path}").content.decode()


def post(user: User, path: str, values: dict[str, Any]) -> Any:
    client = Client()
    client.force_login(user, backend="accounts.backends.ActiveUserBackend")
    return client.post(f"/b/{user.bureau.slug}{path}", values)


def test_unresolved_problems_come_along_and_block_the_record(law: World, again: Visit) -> None:
    assert len(rows(again)) == 2
    with pytest.raises(Blocked, match="2 项没有核实"):
        services.visit_record(actor=law.officer, visit=again, values=making.RECORD)
    answer(law, again, "DONE")
    with pytest.raises(Blocked, match="1 项没有核实"):
        services.visit_record(actor=law.officer, visit=again, values=making.RECORD)
    answer(law, again, "DONE", "PARTLY")
    done = services.visit_record(actor=law.officer, visit=again, values=making.RECORD)
    assert done.status == "RECORDED"
    text = str(done.record_document.content)
    assert "以前问题的核实情况" in text
    assert "部分整改，还有一处没有改" in text


def test_an_answer_closes_nothing_but_the_recheck_does(
    law: World, served: RectificationNotice, again: Visit
) -> None:
    answer(law, again, "DONE", "DONE")
    visit = services.visit_record(actor=law.officer, visit=again, values=making.RECORD)
    assert set(served.items.values_list("finding__status", flat=True)) == {"IN_NOTICE"}
    assert selectors.recheckable(law.officer, visit) == [served]
    seen = selectors.carried_results(visit, served)
    assert {row.result for row in seen.values()} == {"DONE"}
    body = page(law.officer, f"/desk/rectification/{served.uid}/recheck/?visit={visit.uid}")
    assert body.count("checked") >= 4
    recheck = services.recheck_record(
        actor=law.officer,
        notice=served,
        visit=visit,
        results={pk: services.ItemResult(row.result, row.note) for pk, row in seen.items()},
        details=services.RecheckDetails(officers=(law.officer, law.officer2)),
    )
    served.refresh_from_db()
    assert (recheck.visit, served.status) == (visit, "CLOSED")


def test_a_recheck_names_a_visit_to_the_same_place(law: World, served: RectificationNotice) -> None:
    elsewhere = making.make_place(law, name="示例另一家培训中心", licence_no="教民150023770000002")
    plan = making.make_plan(law, elsewhere)
    visit = plan.visits.get()
    items = {item.pk: services.ItemResult("DONE") for item in served.items.all()}
    with pytest.raises(Unlawful, match="不是对该机构"):
        services.recheck_record(
            actor=law.officer,
            notice=served,
            visit=visit,
            results=items,
            details=services.RecheckDetails(officers=(law.officer, law.officer2)),
        )


def test_answers_need_words_a_team_member_and_a_visit_under_way(law: World, again: Visit) -> None:
    first = rows(again)[0]
    with pytest.raises(Unlawful, match="写明情况"):
        services.carried_answer(
            actor=law.officer, visit=again, answers={first.pk: services.CarriedAnswer("NOT_DONE", " ")}
        )
    with pytest.raises(Unlawful, match="核实结果"):
        services.carried_answer(
            actor=law.officer, visit=again, answers={first.pk: services.CarriedAnswer("MAYBE", "x")}
        )
    with pytest.raises((NotAllowed, Blocked)):
        answer(law, again, "DONE", actor=law.market_officer)
    with pytest.raises((NotAllowed, Blocked)):
        answer(law, again, "DONE", actor=law.clerk)
    answer(law, again, "DONE", "UNSEEN")
    services.visit_record(actor=law.officer, visit=again, values=making.RECORD)
    with pytest.raises(WrongState):
        answer(law, again, "PARTLY")


def test_the_database_wants_words_and_a_name(law: World, again: Visit) -> None:
    for change in ({"result": "PARTLY", "note": "有"}, {"result": "NOT_DONE"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            again.carried.update(**change)


def test_what_was_closed_meanwhile_no_longer_blocks(
    law: World, served: RectificationNotice, again: Visit
) -> None:
    making.recheck(law, served, "DONE", "DONE")
    done = services.visit_record(actor=law.officer, visit=again, values=making.RECORD)
    assert done.status == "RECORDED"


def test_a_first_visit_and_another_place_bring_nothing(law: World, again: Visit, started: Visit) -> None:
    assert not started.carried.exists()
    elsewhere = making.make_place(law, name="示例新开培训中心", licence_no="教民150023770000003")
    visit = making.start(
        law, making.make_plan(law, elsewhere, starts_at=timezone.now() + timedelta(minutes=1))
    )
    assert not visit.carried.exists()


def test_a_third_visit_sees_the_history(law: World, again: Visit, place: Institution) -> None:
    answer(law, again, "PARTLY", "NOT_DONE")
    services.visit_record(actor=law.officer, visit=again, values=making.RECORD)
    third = making.start(law, making.make_plan(law, place, kind="RECHECK", name="再次复查"))
    told = selectors.carried_of(law.officer, third)
    assert [entry.seen_before[0].result for entry in told] == ["PARTLY", "NOT_DONE"]
    assert all(entry.notice is not None for entry in told)
    body = page(law.officer, f"/desk/visits/{third.uid}/carried/")
    assert "部分整改，还有一处没有改" in body


def test_the_checklist_page_shows_them_first_and_saves_both(law: World, again: Visit) -> None:
    from fieldwork.selectors import version_in_force
    from fieldwork.services import reference_load

    reference_load(actor=law.system)
    version = version_in_force(code="CONTRACT_CLAUSES", on=timezone.localdate())
    run = services.checklist_open(actor=law.officer, visit=again, version=version)
    address = f"/desk/visits/{again.uid}/checklist/"
    body = page(law.officer, address)
    assert body.index("以前没有整改到位的问题") < body.index("T1 合同使用")
    one, two = rows(again)
    values = {
        f"c-{one.pk}": "DONE",
        f"c-{two.pk}": "NOT_DONE",
        f"cn-{two.pk}": "仍未公示",
        "v-T1-1": "FAIL",
        "n-T1-1": "删去了退费条款",
        "v-T1-5": "12",
        "f-T1-1": making.photo(),
    }
    assert post(law.officer, address, values).status_code == 302
    assert [row.result for row in rows(again)] == ["DONE", "NOT_DONE"]
    assert run.answers.get(item__code="T1-5").value == "12"
    body = page(law.officer, address)
    assert "建议责任部门：市场监管" in body
    assert "0/2" in body
    again.refresh_from_db()
    failed = selectors.failed_items(again)
    assert [(row.code, row.organ_name) for row in failed] == [("T1-1", "市场监管")]
    detail = page(law.officer, f"/desk/visits/{again.uid}/")
    assert "以前没有整改到位的问题" in detail
    assert "仍未公示" in detail
    assert page(law.neighbour_officer, address).count("仍未公示") == 0


def test_papers_of_a_visit_are_previewed_without_a_number(law: World, plan: Any, again: Visit) -> None:
    fresh = making.make_plan(
        law, making.make_place(law, name="示例预览中心", licence_no="教民150023770000009")
    )
    outing = f"/desk/deployments/{fresh.uid}/preview"
    assert "（预览，未编号）" in page(law.officer, f"{outing}/")
    stop = fresh.visits.get()
    for kind in ("notice", "record", "result"):
        assert "（预览，未编号）" in page(law.officer, f"/desk/visits/{stop.uid}/preview/{kind}/")
    client = Client()
    client.force_login(law.officer, backend="accounts.backends.ActiveUserBackend")
    for path in (f"{outing}.pdf", f"/desk/visits/{again.uid}/preview/record.pdf"):
        assert client.get(f"/b/{law.bureau.slug}{path}").content.startswith(b"%PDF-")
    assert client.get(f"/b/{law.bureau.slug}/desk/visits/{stop.uid}/preview/letter/").status_code == 404
    assert again.record_document is None
