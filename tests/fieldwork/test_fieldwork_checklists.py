"""Checklists: published versions never change, answers fit their version, points follow the weights."""

from __future__ import annotations

import copy
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import InternalError, transaction
from django.utils import timezone

from casework.errors import Blocked, NotAllowed, Unlawful, WrongState
from casework.models import AuditEvent
from fieldwork import selectors, services
from fieldwork.data import checklists
from fieldwork.models import (
    Campaign,
    CampaignKind,
    ChecklistAnswer,
    ChecklistItem,
    ChecklistRun,
    ChecklistVersion,
    Verdict,
)
from fieldwork.scoring import score

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=timezone.get_default_timezone())


def content(**changes: Any) -> dict[str, Any]:
    """A checklist of three items: one star, one plain, one that asks for a photo."""
    base: dict[str, Any] = {
        "code": "SMALL",
        "name": "三项清单",
        "effective_on": "2023-01-01",
        "answers": ["PASS", "FAIL", "NA"],
        "answer_labels": {"PASS": "合格", "FAIL": "不合格", "NA": "不适用"},
        "failing_answer": "FAIL",
        "aspects": [
            {
                "code": "A",
                "name": "证照",
                "items": [
                    {"code": "A1", "text": "证照上墙", "is_star": True, "weight": 3},
                    {"code": "A2", "text": "地址一致", "weight": 2, "requires_note_on_fail": True},
                ],
            },
            {
                "code": "B",
                "name": "消防",
                "items": [{"code": "B1", "text": "通道畅通", "requires_photo_on_fail": True}],
            },
        ],
    }
    return {**base, **changes}


@pytest.fixture
def version(world) -> ChecklistVersion:
    return services.checklist_publish(actor=world.head, content=content(), at=NOW)


@pytest.fixture
def subject(world) -> Campaign:
    """Anything with a uid that a checklist may be about."""
    return services.campaign_create(
        actor=world.head,
        values={
            "code": "C1",
            "name": "检查",
            "kind": CampaignKind.OTHER,
            "issuer": "巫山县教育委员会",
            "starts_on": date(2026, 11, 1),
        },
    )


@pytest.fixture
def run(world, version, subject) -> ChecklistRun:
    return services.run_open(actor=world.officer, version=version, subject=subject, region=world.town, at=NOW)


def answer_all(world, run, **values: Any) -> None:
    given = {"A1": {"value": "PASS"}, "A2": {"value": "PASS"}, "B1": {"value": "PASS"}}
    given.update(
        {code: value if isinstance(value, dict) else {"value": value} for code, value in values.items()}
    )
    services.answers_save(actor=world.officer, run=run, answers=given, at=NOW)


@pytest.mark.parametrize("code", [item["code"] for item in checklists()])
def test_every_shipped_checklist_publishes(world, code) -> None:
    shipped = next(item for item in checklists() if item["code"] == code)
    version = services.checklist_publish(actor=world.system, content=shipped)
    items = list(version.items.all())
    assert len(items) == sum(len(aspect["items"]) for aspect in shipped["aspects"])
    points = score(version, items, {item.code: version.passing_answer for item in items})
    assert points.verdict == Verdict.PASSED
    assert points.earned == points.possible == sum(item.weight for item in items if item.is_judged)


def test_daily_checklist_has_nine_aspects_and_43_items(world) -> None:
    daily = next(item for item in checklists() if item["code"] == "DAILY_43")
    version = services.checklist_publish(actor=world.system, content=daily)
    aspects = selectors.aspects_of(version.items.all())
    assert (len(aspects), sum(len(aspect.items) for aspect in aspects)) == (9, 43)


def test_loading_the_same_content_again_adds_nothing(world) -> None:
    assert services.reference_load(actor=world.system) == len(checklists())
    assert services.reference_load(actor=world.system) == 0
    assert ChecklistVersion.objects.count() == len(checklists())


@pytest.mark.parametrize(
    "change",
    [
        {"name": "改名"},
        {"content": {"answers": []}},
        {"content_hash": "0" * 64},
        {"number": 9},
        {"effective_on": date(2030, 1, 1)},
        {"state": "DRAFT"},
    ],
)
def test_the_database_refuses_to_change_a_published_version(version, change) -> None:
    with pytest.raises(InternalError, match="never changes"), transaction.atomic():
        ChecklistVersion.objects.filter(pk=version.pk).update(**change)
    with pytest.raises(InternalError, match="stays"), transaction.atomic():
        ChecklistVersion.objects.filter(pk=version.pk)._raw_delete("default")


def test_the_database_refuses_to_change_items_of_a_published_version(version) -> None:
    item = version.items.first()
    with pytest.raises(InternalError, match="never change"), transaction.atomic():
        ChecklistItem.objects.filter(pk=item.pk).update(text="改过的字")
    with pytest.raises(InternalError, match="never change"), transaction.atomic():
        ChecklistItem.objects.filter(pk=item.pk).delete()
    with pytest.raises(InternalError, match="never change"), transaction.atomic():
        ChecklistItem.objects.create(
            version=version, position=99, aspect_code="Z", aspect_name="Z", code="Z1", text="添"
        )


def test_a_new_version_leaves_filled_forms_as_they_were(world, version, run) -> None:
    answer_all(world, run)
    services.run_finish(actor=world.officer, run=run, at=NOW)
    changed = copy.deepcopy(content(effective_on="2026-12-01"))
    changed["aspects"][0]["items"][0]["text"] = "证照正本上墙"
    newer = services.checklist_publish(actor=world.head, content=changed)
    run.refresh_from_db()
    assert newer.number == version.number + 1
    assert run.checklist_version == version
    assert run.checklist_version.items.get(code="A1").text == "证照上墙"
    assert selectors.version_in_force(code="SMALL", on=date(2026, 11, 30)) == version
    assert selectors.version_in_force(code="SMALL", on=date(2026, 12, 1)) == newer


def test_a_local_version_goes_before_the_national_one(world, version) -> None:
    own = services.checklist_publish(actor=world.head, content=content(name="本地清单"), bureau=world.bureau)
    day = date(2026, 11, 20)
    assert selectors.version_in_force(code="SMALL", on=day, bureau=world.bureau) == own
    assert selectors.version_in_force(code="SMALL", on=day, bureau=world.neighbour) == version
    assert own not in ChecklistVersion.objects.visible_to(world.neighbour_officer)
    assert own in ChecklistVersion.objects.visible_to(world.officer)
    assert not ChecklistVersion.objects.visible_to(world.institution_user).exists()


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"aspects": []}, "缺少"),
        ({"failing_answer": "PASS"}, "不一致"),
        ({"answer_labels": {"PASS": "合格"}}, "不一致"),
    ],
)
def test_contradictory_content_is_refused(world, change, word) -> None:
    with pytest.raises(Unlawful, match=word):
        services.checklist_publish(actor=world.head, content=content(**change))


def test_repeated_item_codes_are_refused(world) -> None:
    twice = copy.deepcopy(content())
    twice["aspects"][1]["items"][0]["code"] = "A1"
    with pytest.raises(Unlawful, match="A1"):
        services.checklist_publish(actor=world.head, content=twice)


def test_only_granted_roles_publish_or_answer(world, version, subject, run) -> None:
    with pytest.raises(NotAllowed):
        services.checklist_publish(actor=world.officer, content=content())
    with pytest.raises(NotAllowed):
        services.run_open(actor=world.supervisor, version=version, subject=subject, region=world.town)
    with pytest.raises(NotAllowed):
        services.answers_save(actor=world.clerk, run=run, answers={"A1": {"value": "PASS"}})


def test_opening_twice_gives_the_same_run(world, version, subject, run) -> None:
    again = services.run_open(actor=world.officer2, version=version, subject=subject, region=world.town)
    assert again == run
    assert ChecklistRun.objects.count() == 1


def test_a_retired_version_opens_no_run(world, version, subject) -> None:
    services.checklist_retire(actor=world.system, version=version, reason="有新版")
    with pytest.raises(Unlawful, match="现行版本"):
        services.run_open(actor=world.officer, version=version, subject=subject, region=world.town)


def test_points_follow_weights_and_stars(world, version) -> None:
    items = list(version.items.all())
    mixed = score(version, items, {"A1": "PASS", "A2": "FAIL", "B1": "NA"})
    assert (mixed.earned, mixed.possible, mixed.failed, mixed.verdict) == (3, 5, ("A2",), Verdict.PROBLEMS)
    starred = score(version, items, {"A1": "FAIL", "A2": "PASS", "B1": "PASS"})
    assert (starred.earned, starred.possible, starred.star_failed, starred.verdict) == (
        3,
        6,
        ("A1",),
        Verdict.FAILED,
    )
    assert score(version, items, {"A1": "PASS"}).unanswered == ("A2", "B1")


def test_finishing_needs_every_answer_words_and_photos(world, run) -> None:
    services.answers_save(
        actor=world.officer, run=run, answers={"A2": {"value": "FAIL"}, "B1": {"value": "FAIL"}}, at=NOW
    )
    with pytest.raises(Blocked) as refusal:
        services.run_finish(actor=world.officer, run=run, at=NOW)
    assert {reason.gate for reason in refusal.value.reasons} == {"answers", "notes", "photos"}
    answer_all(
        world,
        run,
        A2={"value": "FAIL", "note": "门牌不符"},
        B1={"value": "FAIL", "no_photo_reason": "现场无光"},
    )
    finished = services.run_finish(actor=world.officer, run=run, at=NOW + timedelta(hours=1))
    assert (finished.earned, finished.possible, finished.failed_count, finished.verdict) == (
        3,
        6,
        2,
        Verdict.PROBLEMS,
    )
    assert finished.finished_by == world.officer


def test_a_closed_run_takes_no_answers(world, run) -> None:
    answer_all(world, run)
    services.run_finish(actor=world.officer, run=run, at=NOW)
    with pytest.raises(WrongState):
        services.answers_save(actor=world.officer, run=run, answers={"A1": {"value": "FAIL"}})
    with pytest.raises(InternalError, match="never change"), transaction.atomic():
        ChecklistAnswer.objects.filter(run=run).update(value="FAIL")


def test_an_answer_belongs_to_the_version_of_its_run(world, run) -> None:
    other = services.checklist_publish(actor=world.head, content=content(code="OTHER"))
    with pytest.raises(InternalError, match="version of its run"), transaction.atomic():
        ChecklistAnswer.objects.create(
            run=run, item=other.items.first(), value="PASS", answered_by=world.officer, answered_at=NOW
        )


def test_unknown_items_and_values_are_refused_and_changes_audited(world, run) -> None:
    with pytest.raises(Unlawful, match="Z9"):
        services.answers_save(actor=world.officer, run=run, answers={"Z9": {"value": "PASS"}})
    with pytest.raises(Unlawful, match="合格"):
        services.answers_save(actor=world.officer, run=run, answers={"A1": {"value": "MAYBE"}})
    services.answers_save(actor=world.officer, run=run, answers={"A1": {"value": "PASS"}}, at=NOW)
    services.answers_save(
        actor=world.officer2, run=run, answers={"A1": {"value": "FAIL", "note": "无照"}}, at=NOW
    )
    services.answers_save(
        actor=world.officer2, run=run, answers={"A1": {"value": "FAIL", "note": "无照"}}, at=NOW
    )
    events = AuditEvent.objects.filter(verb="fieldwork.checklistrun_answer").order_by("pk")
    assert [event.actor for event in events] == [world.officer, world.officer2]
    assert events[1].changes["A1"][0]["value"] == "PASS"
    assert events[1].changes["A1"][1]["value"] == "FAIL"


def test_runs_are_scoped(world, run) -> None:
    run.departments.set([world.market])
    assert run in ChecklistRun.objects.visible_to(world.head)
    assert run in ChecklistRun.objects.visible_to(world.market_officer)
    assert run in ChecklistRun.objects.visible_to(world.supervisor)
    for stranger in (world.neighbour_officer, world.fire_officer, world.institution_user):
        assert run not in ChecklistRun.objects.visible_to(stranger)


def test_a_phone_reads_which_basis_nobody_checked(world: Any) -> None:
    law = {"document": "示例办法", "article": "3", "number": "示例〔2026〕1号"}
    items = [
        {"code": "A1", "text": "证照上墙", "basis": [law], "confidence": "memory"},
        {"code": "A2", "text": "地址一致", "basis": [law, "示例条例"], "confidence": "seen"},
    ]
    aspects = [{"code": "A", "name": "证照", "items": items}]
    made = services.checklist_publish(actor=world.head, content=content(aspects=aspects), at=NOW)
    told = selectors.checklist_extract(made)["items"]
    assert told[0]["basis"] == ["示例办法（示例〔2026〕1号）第3条（待核实）"]
    assert told[1]["basis"] == ["示例办法（示例〔2026〕1号）第3条", "示例条例"]
