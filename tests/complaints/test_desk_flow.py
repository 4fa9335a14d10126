"""Handling a clue: every step, its clocks, its trail, and who is refused."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.utils import timezone

from casework import events
from casework.context import Trace, current_trace
from casework.errors import Blocked, NotAllowed, Unlawful, WrongState
from casework.evidence.selectors import evidence_of
from casework.models import AuditEvent, CalendarYear, Deadline, EvidenceFile, Heartbeat
from complaints import services, wall
from complaints.events import ClueClosed, VerificationRequested
from complaints.models import (
    Channel,
    Clue,
    ClueHold,
    ClueMerge,
    ClueReminder,
    ClueStatus,
    SealedReport,
    Transfer,
    Verification,
)
from complaints.services import Assignment
from complaints.tasks import clue_clocks
from institutions.models import Institution
from penalties.models import Case
from tests.complaints import making
from tests.conftest import World
from tests.inspections import making as visits

pytestmark = pytest.mark.django_db


def heard(kind: Any) -> list[Any]:
    """Events of a kind from now on."""
    found: list[Any] = []
    events.subscribe(kind, found.append)
    return found


def running(clue: Clue, kind: str) -> Deadline | None:
    return Deadline.objects.filter(subject_uid=clue.uid, kind=kind, state__in=["OPEN", "PAUSED"]).first()


def test_first_look_passes_refuses_and_takes_back(law: World) -> None:
    waiting = making.clue(law, is_quarantined=True)
    with pytest.raises(NotAllowed):
        services.clue_release(actor=law.leader, clue=waiting)
    passed = services.clue_release(actor=law.clerk, clue=waiting)
    assert passed.number
    assert passed.accept_due_on
    assert running(passed, "CLUE_ACCEPT")
    with pytest.raises(WrongState):
        services.clue_release(actor=law.clerk, clue=waiting)
    with pytest.raises(Unlawful):
        services.clue_reject(actor=law.officer, clue=passed, reason=" ")
    refused = services.clue_reject(actor=law.officer, clue=passed, reason="与校外培训无关")
    assert refused.rejected_reason == "与校外培训无关"
    assert running(refused, "CLUE_ACCEPT") is None
    back = services.clue_readmit(actor=law.officer, clue=refused, reason="补充了具体地点")
    assert (back.number, back.rejected_reason) == (passed.number, "")
    assert running(back, "CLUE_ACCEPT")


def test_spam_is_refused_at_once_or_not_at_all(law: World) -> None:
    rows = [making.clue(law, is_quarantined=True) for _ in range(3)]
    gone = making.assigned(law)
    with pytest.raises(WrongState):
        services.clues_reject(actor=law.clerk, clues=[*rows, gone], reason="灌水")
    assert Clue.objects.filter(status="QUARANTINED").count() == 3
    assert services.clues_reject(actor=law.clerk, clues=rows, reason="灌水") == 3
    late = services.clue_readmit(actor=law.clerk, clue=rows[0], reason="误判")
    assert late.number
    with pytest.raises(Unlawful, match="勾选"):
        services.clues_reject(actor=law.clerk, clues=[], reason="灌水")


def test_assignment_ends_one_clock_and_starts_the_other(law: World) -> None:
    clue = making.clue(law)
    with pytest.raises(NotAllowed):
        services.clue_assign(actor=law.officer, clue=clue, to=Assignment(law.education))
    with pytest.raises(Unlawful, match="行政部门"):
        services.clue_assign(actor=law.head, clue=clue, to=Assignment(law.institution_org))
    with pytest.raises(Unlawful, match="不在"):
        services.clue_assign(actor=law.head, clue=clue, to=Assignment(law.market, law.officer))
    given = services.clue_assign(actor=law.head, clue=clue, to=Assignment(law.education, law.officer))
    assert running(given, "CLUE_ACCEPT") is None
    clock = running(given, "CLUE_HANDLE")
    assert clock is not None
    assert clock.due_on == given.due_on
    assert Transfer.objects.get(clue=clue).to_organ == law.education
    with pytest.raises(WrongState):
        services.clue_assign(actor=law.head, clue=clue, to=Assignment(law.market))


def test_the_earlier_day_of_the_source_wins(law: World) -> None:
    soon, late = timezone.localdate() + timedelta(days=1), timezone.localdate() + timedelta(days=200)
    early = making.assigned(law, channel=Channel.HOTLINE, external_no="T1", external_due_on=soon)
    assert early.due_on == soon
    clock = running(early, "CLUE_HANDLE")
    assert clock is not None
    assert clock.due_on == soon
    with pytest.raises(Unlawful, match="来源单位"):
        services.clue_extend(actor=law.head, clue=early, due_on=soon + timedelta(days=9), reason="x")
    own = making.assigned(law, channel=Channel.HOTLINE, external_no="T2", external_due_on=late)
    assert own.due_on is not None
    assert own.due_on < late


def test_reassigning_and_giving_back_leave_a_trail(law: World) -> None:
    clue = making.assigned(law)
    due = clue.due_on
    moved = services.clue_reassign(
        actor=law.head, clue=clue, to=Assignment(law.market), reason="属于市监职责"
    )
    assert (moved.assigned_organ, moved.due_on, moved.assignee) == (law.market, due, None)
    same = services.clue_reassign(
        actor=law.head, clue=moved, to=Assignment(law.market, law.market_officer), reason="指定承办人"
    )
    assert same.assignee == law.market_officer
    with pytest.raises(Blocked):
        services.clue_give_back(actor=law.fire_officer, clue=same, reason="不属本单位")
    back = services.clue_give_back(actor=law.market_officer, clue=same, reason="不属本单位职责")
    assert (back.status, back.assigned_organ, back.due_on) == ("RECEIVED", None, None)
    assert running(back, "CLUE_ACCEPT")
    assert not running(back, "CLUE_HANDLE")
    kinds = list(Transfer.objects.filter(clue=clue).values_list("kind", flat=True))
    assert kinds == ["ASSIGN", "REASSIGN", "GIVE_BACK"]


def test_giving_back_ends_after_five_working_days(law: World) -> None:
    old = timezone.now() - timedelta(days=15)
    clue = making.assigned(law, organ=law.market, at=old)
    with pytest.raises(Blocked, match="不能退回"):
        services.clue_give_back(actor=law.market_officer, clue=clue, reason="不属本单位")


def test_the_clock_pauses_within_policy_and_goes_on_by_itself(law: World) -> None:
    clue, today = making.assigned(law), timezone.localdate()
    with pytest.raises(Unlawful, match="最长"):
        services.clue_pause(actor=law.officer, clue=clue, reason="等检测", until=today + timedelta(days=31))
    with pytest.raises(Unlawful, match="理由"):
        services.clue_pause(actor=law.officer, clue=clue, reason="", until=today + timedelta(days=5))
    with pytest.raises(Blocked):
        services.clue_pause(actor=law.fire_officer, clue=clue, reason="x", until=today + timedelta(days=5))
    services.clue_pause(actor=law.officer, clue=clue, reason="等检测", until=today + timedelta(days=7))
    with pytest.raises(WrongState):
        services.clue_pause(actor=law.officer, clue=clue, reason="再等", until=today + timedelta(days=5))
    later = timezone.now() + timedelta(days=8)
    with pytest.raises(NotAllowed):
        services.holds_end(actor=law.head, at=later)
    assert services.holds_end(actor=law.system, at=later) == 1
    assert services.holds_end(actor=law.system, at=later) == 0
    after = Clue.objects.get(pk=clue.pk)
    assert after.due_on is not None
    assert clue.due_on is not None
    assert after.due_on > clue.due_on
    assert ClueHold.objects.get(clue=clue).ended_on == today + timedelta(days=7)


def test_extension_is_the_heads_and_has_a_limit(law: World) -> None:
    clue = making.assigned(law)
    assert clue.due_on is not None
    with pytest.raises(NotAllowed):
        services.clue_extend(
            actor=law.officer, clue=clue, due_on=clue.due_on + timedelta(days=3), reason="取证"
        )
    with pytest.raises(Unlawful, match="累计最多"):
        services.clue_extend(
            actor=law.head, clue=clue, due_on=clue.due_on + timedelta(days=40), reason="取证"
        )
    later = services.clue_extend(
        actor=law.head, clue=clue, due_on=clue.due_on + timedelta(days=3), reason="取证"
    )
    assert later.due_on == clue.due_on + timedelta(days=3)


def test_nothing_is_closed_unseen_or_without_its_outcome(law: World) -> None:
    clue = services.clue_start(actor=law.officer, clue=making.assigned(law))
    assert clue.assignee == law.officer
    end = {"outcome": "NOT_FOUND", "outcome_note": "两次到场未见培训", "public_answer": "核查未发现"}
    with pytest.raises(Blocked, match="核查记录"):
        services.clue_close(actor=law.officer, clue=clue, **end)
    photo = visits.photo()
    row = services.verification_record(actor=law.officer, clue=clue, look=making.look(), files=[photo])
    assert evidence_of(actor=law.officer, subject=row)
    assert EvidenceFile.objects.get().subject_type == "complaints.verification"
    for missing in end:
        with pytest.raises(Unlawful):
            services.clue_close(actor=law.officer, clue=clue, **{**end, missing: ""})
    with pytest.raises(Unlawful, match="结果"):
        services.clue_close(actor=law.officer, clue=clue, **{**end, "outcome": "SOLVED"})
    told = heard(ClueClosed)
    closed = services.clue_close(actor=law.officer, clue=clue, **end)
    assert closed.closed_by == law.officer
    assert closed.fixed_at is None
    assert closed.solved == ""
    assert [(event.number, event.outcome) for event in told] == [(clue.number, "NOT_FOUND")]
    assert running(closed, "CLUE_HANDLE") is None
    with pytest.raises(WrongState):
        services.clue_fixed(actor=law.officer, clue=closed, note="已停")


def test_a_look_is_asked_for_and_answered_by_a_higher_room_once(law: World) -> None:
    clue = making.assigned(law, text="我叫韦晓岚，电话13900001234，三楼在补课")
    told = heard(VerificationRequested)
    day = timezone.localdate() + timedelta(days=2)
    ask = services.verification_ask(actor=law.officer, clue=clue, asked="周六上午是否有人上课", due_on=day)
    assert "韦晓岚" not in told[-1].brief
    assert "1234" not in told[-1].brief
    assert told[-1].ask_uid == ask.uid
    with pytest.raises(WrongState):
        services.verification_ask(actor=law.officer, clue=clue, asked="再看", due_on=day)
    seen = making.look(way="MONITOR", looked_by="监督员 12 号", source_kind="PATROL", source_no="巡查-9")
    first = services.verification_record(actor=law.system, clue=clue, look=seen)
    again = services.verification_record(actor=law.system, clue=clue, look=seen)
    assert first == again == Verification.objects.get(pk=ask.pk)
    assert Clue.objects.get(pk=clue.pk).verified_at == seen.looked_at
    with pytest.raises(WrongState):
        services.verification_drop(actor=law.officer, verification=ask, reason="不用了")


def test_reopening_starts_anew_and_keeps_the_trail(law: World) -> None:
    clue = making.closed(law, "NOT_FOUND")
    with pytest.raises(NotAllowed):
        services.clue_reopen(actor=law.officer, clue=clue, to=Assignment(law.education), reason="又开了")
    with pytest.raises(Unlawful):
        services.clue_reopen(actor=law.head, clue=clue, to=Assignment(law.education), reason="")
    again = services.clue_reopen(actor=law.head, clue=clue, to=Assignment(law.market), reason="又开了")
    assert (again.status, again.outcome, again.verified_at, again.reopened_count) == ("ASSIGNED", "", None, 1)
    assert running(again, "CLUE_HANDLE")
    assert "核查未发现" in Transfer.objects.filter(clue=clue).last().reason  # type: ignore[union-attr]


def test_the_reporter_speaks_without_leaving_a_trace(law: World) -> None:
    clue = making.clue(law)
    token = current_trace.set(Trace("req-1", "10.1.2.3"))
    try:
        message = services.reporter_add(clue=clue, text="我叫韦晓岚，他们换到 4 楼了")
        with pytest.raises(WrongState):
            services.reporter_solved(clue=clue, is_solved=True)
        assert current_trace.get().address == "10.1.2.3"
    finally:
        current_trace.reset(token)
    assert "韦晓岚" not in message.text
    assert "4 楼" in message.text
    event = AuditEvent.objects.get(verb="complaints.reporter_add")
    assert (event.address, event.request_id, event.actor_name) == ("", "", law.system.name)
    assert "韦晓岚" not in str(event.changes)
    opened = [wall.unseal(row) for row in SealedReport.objects.filter(digest=wall.digest_of(clue.uid))]
    assert any("韦晓岚" in str(content) for content in opened)


def test_the_reporter_judges_and_asks_again(law: World) -> None:
    clue = making.closed(law)
    assert services.reporter_solved(clue=clue, is_solved=True).solved == "YES"
    asked = services.reporter_reopen_ask(clue=clue, text="昨天又开始上课")
    assert asked.reopen_asked_at
    assert asked.solved == "NO"
    assert asked.status == "CLOSED"
    with pytest.raises(WrongState):
        services.reporter_reopen_ask(clue=clue, text="催一下")
    answered = services.reopen_refuse(actor=law.head, clue=asked, text="经现场复核，已停止上课。")
    assert answered.reopen_asked_at is None
    late = timezone.now() + timedelta(days=40)
    with pytest.raises(Unlawful, match="重新反映"):
        services.reporter_reopen_ask(clue=clue, text="又开了", at=late)


@pytest.mark.parametrize("state", ["RECEIVED", "ASSIGNED", "VERIFYING"])
def test_undoing_a_merge_restores_the_exact_state(law: World, state: str) -> None:
    make = {"RECEIVED": making.clue, "ASSIGNED": making.assigned, "VERIFYING": making.verified}[state]
    main, other = making.clue(law), make(law)
    left_out = {"version", "updated_at", "status", "merged_into_id"}

    def picture(row: Clue) -> dict[str, Any]:
        fields = {k: v for k, v in Clue.objects.filter(pk=row.pk).values()[0].items() if k not in left_out}
        clocks = Deadline.objects.filter(subject_uid=row.uid).order_by("pk").values("kind", "state", "due_on")
        return {**fields, "clocks": list(clocks)}

    before, main_before = picture(other), picture(main)
    with pytest.raises(Unlawful, match="自己"):
        services.clue_merge(actor=law.officer, clue=other, into=other, reason="同一")
    merged = services.clue_merge(actor=law.officer, clue=other, into=main, reason="同一地点")
    assert merged.merged_into == main
    assert main not in Clue.objects.counted().filter(status="MERGED")
    back = services.clue_unmerge(actor=law.officer, clue=merged, reason="不是同一家")
    assert back.status == state
    assert picture(back) == before
    assert picture(main) == main_before
    row = ClueMerge.objects.get()
    assert row.undo_reason == "不是同一家"
    assert row.undone_by == law.officer


def test_a_merged_clue_is_answered_with_the_main_one(law: World) -> None:
    main, other, third = making.verified(law), making.assigned(law), making.clue(law)
    services.clue_merge(actor=law.officer, clue=other, into=main, reason="同一地点")
    with pytest.raises(WrongState):
        services.clue_merge(actor=law.officer, clue=third, into=other, reason="同一地点")
    with pytest.raises(Unlawful, match="已有其他线索"):
        services.clue_merge(actor=law.officer, clue=main, into=third, reason="同一地点")
    services.clue_close(
        actor=law.officer, clue=main, outcome="CONFIRMED", outcome_note="已取缔", public_answer="已取缔"
    )
    assert running(other, "CLUE_HANDLE") is None
    with pytest.raises(Blocked, match="不能撤销"):
        services.clue_unmerge(actor=law.officer, clue=other, reason="误并")


def test_a_visit_is_asked_for_and_its_result_comes_back(law: World, shed: Institution) -> None:
    clue = making.assigned(law, text="我叫韦晓岚，电话13900001234，三楼在补课")
    with pytest.raises(Unlawful, match="登记"):
        services.visit_request(actor=law.officer, clue=clue)
    asked = services.visit_request(actor=law.officer, clue=clue, institution=shed)
    assert "韦晓岚" not in asked.source_brief
    assert "1234" not in asked.source_brief
    assert (asked.source_kind, asked.source_no) == ("CLUE", clue.number)
    assert Clue.objects.get(pk=clue.pk).status == "INSPECTING"
    services.visit_heard(outcome_of(law, clue, asked.visits.get(), is_closed=False))
    back = Clue.objects.get(pk=clue.pk)
    assert (back.status, back.fixed_at) == ("VERIFYING", None)
    assert back.verified_at
    services.visit_heard(outcome_of(law, clue, asked.visits.get(), is_closed=True))
    assert Verification.objects.get(clue=clue).way == "INSPECTION"


def outcome_of(law: World, clue: Clue, visit: Any, *, is_closed: bool) -> Any:
    from inspections.events import VisitOutcomeRecorded

    return VisitOutcomeRecorded(
        visit_uid=visit.uid,
        institution_uid=visit.institution.uid,
        bureau_id=law.bureau.pk,
        source_kind="CLUE",
        source_no=clue.number,
        premises="UNLICENSED_OPERATING",
        outcome="CORRECT",
        problem_count=2,
        visited_on=timezone.localdate(),
        is_closed=is_closed,
    )


def test_an_unlicensed_place_is_registered_from_the_clue_once(law: World) -> None:
    clue = making.assigned(law, organ=law.education)
    values = {"name": "示例小区补习点", "region": law.town, "address": "3栋2单元", "track": "SUBJECT"}
    place = services.clue_place_register(actor=law.officer, clue=clue, values=values)
    assert place.standing == "UNLICENSED"
    assert services.clue_place_register(actor=law.officer, clue=clue, values=values) == place
    assert Clue.objects.get(pk=clue.pk).institution == place


def test_a_case_keeps_the_number_and_a_redacted_copy(law: World, shed: Institution) -> None:
    from casework.models import ViolationType

    clue = making.assigned(law, text="我叫韦晓岚，电话13900001234，三楼在补课", institution=shed)
    today = timezone.localdate()
    with pytest.raises(Unlawful, match="问题类型"):
        services.clue_case_open(actor=law.officer, clue=clue, found_on=today)
    services.clue_edit(actor=law.officer, clue=clue, values={"violation": ViolationType.objects.first()})
    case = services.clue_case_open(actor=law.officer, clue=clue, found_on=today)
    assert case == services.clue_case_open(actor=law.officer, clue=clue, found_on=today)
    assert (case.source_kind, case.source_no) == ("CLUE", clue.number)
    assert "韦晓岚" not in case.source_brief + case.clue_facts
    assert Case.objects.count() == 1


def test_days_that_waited_for_a_calendar_are_entered_later(law: World) -> None:
    CalendarYear.objects.update(is_confirmed=False)
    waiting = making.clue(law)
    assert (waiting.status, waiting.accept_due_on) == (ClueStatus.RECEIVED, None)
    given = making.assigned(law)
    assert given.due_on is None
    now = timezone.now()
    assert services.clocks_fill(actor=law.system, at=now) == 0
    CalendarYear.objects.update(is_confirmed=True)
    assert services.clocks_fill(actor=law.system, at=now) == 2
    assert services.clocks_fill(actor=law.system, at=now) == 0
    assert Clue.objects.get(pk=waiting.pk).accept_due_on
    assert Clue.objects.get(pk=given.pk).due_on


def test_reminders_come_once_and_the_job_beats(law: World) -> None:
    old = timezone.now() - timedelta(days=40)
    making.assigned(law, at=old)
    making.clue(law, at=old)
    assert services.reminders_make(actor=law.system, at=timezone.now()) == 2
    assert "催办 0 件" in clue_clocks()
    assert set(ClueReminder.objects.values_list("kind", flat=True)) == {"LATE"}
    assert Heartbeat.objects.get(name="complaints.tasks.clue_clocks").failures == 0


def test_routing_takes_the_nearest_place_then_the_matter(law: World) -> None:
    county = {"region": law.bureau.region, "note": "", "is_active": True}
    services.rule_create(actor=law.head, values={**county, "kind": "", "organ": law.education})
    services.rule_create(actor=law.head, values={**county, "kind": "SAFETY", "organ": law.fire})
    assert services.organ_suggested(making.clue(law)) == law.education
    assert services.organ_suggested(making.clue(law, kind="SAFETY")) == law.fire
    services.rule_create(
        actor=law.head, values={**county, "region": law.town, "kind": "", "organ": law.market}
    )
    assert services.organ_suggested(making.clue(law, kind="SAFETY")) == law.market
    assert services.organ_suggested(making.clue(law, kind="SAFETY", region=law.town2)) == law.fire
    with pytest.raises(Unlawful):
        services.rule_create(actor=law.head, values={**county, "kind": "", "organ": law.market})
    with pytest.raises(NotAllowed):
        services.rule_create(actor=law.officer, values={**county, "kind": "AD", "organ": law.market})


def test_departments_townships_and_neighbours_see_only_their_own(law: World) -> None:
    own, other = making.assigned(law, organ=law.market), making.assigned(law, organ=law.education)
    seen = {name: set(Clue.objects.visible_to(user)) for name, user in law.personas.items()}
    assert seen["market_officer"] == {own}
    assert seen["head"] == {own, other} == seen["supervisor"]
    for name in ("township", "partner", "institution_user", "neighbour_officer", "neighbour_leader"):
        assert seen[name] == set(), name
    services.clue_reassign(
        actor=law.head, clue=other, to=Assignment(law.township.organisation), reason="就近核查"
    )
    assert set(Clue.objects.visible_to(law.township)) == {other}
    for model in (Transfer, Verification):
        assert not model.objects.visible_to(law.institution_user).exists()
    assert {row.clue for row in Transfer.objects.visible_to(law.township)} == {other}


@pytest.mark.django_db(transaction=True)
def test_of_two_who_assign_at_once_one_is_told() -> None:
    from tests.conftest import build_world

    law = build_world()
    visits.load_law()
    clue = making.clue(law)
    told: list[str] = []

    def work(organ: Any) -> None:
        try:
            services.clue_assign(actor=law.head, clue=clue, to=Assignment(organ))
            told.append("done")
        except WrongState:
            told.append("late")
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(organ,)) for organ in (law.education, law.market)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(told) == ["done", "late"]
    assert Transfer.objects.filter(clue=clue).count() == 1
    assert Deadline.objects.filter(subject_uid=clue.uid, kind="CLUE_HANDLE").count() == 1


def test_evidence_opens_for_whoever_sees_the_clue(law: World) -> None:
    clue = making.assigned(law, organ=law.market)
    upload = SimpleUploadedFile("x.png", visits.photo().read(), content_type="image/png")
    services.verification_record(actor=law.market_officer, clue=clue, look=making.look(), files=[upload])
    row = Verification.objects.get()
    assert evidence_of(actor=law.market_officer, subject=row)
    assert not evidence_of(actor=law.partner, subject=row)
    assert not evidence_of(actor=law.institution_user, subject=row)
