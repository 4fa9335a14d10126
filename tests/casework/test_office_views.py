"""Screens of the office: who may open them, what they show, what a person can do there."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db.backends.postgresql.psycopg_any import DateRange
from django.test import Client
from django.utils import timezone

from accounts.models import User
from casework import audit
from casework.deadlines import Term, TermUnit, deadline_start
from casework.models import (
    AuditEvent,
    CalendarDay,
    CalendarYear,
    Deadline,
    Heartbeat,
    IssuedNumber,
    JobRun,
    OutboxMessage,
    OutboxState,
    PolicyValue,
)
from casework.numbering import number_take
from casework.operations.services import chain_verify_run
from tests.conftest import World

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOON = datetime(2026, 11, 20, 12, tzinfo=SHANGHAI)
SignIn = Callable[[User], Client]


def subject(world: World) -> JobRun:
    """A root row of the bureau that may own a number, a term or a message."""
    return JobRun.objects.create(bureau=world.bureau, kind="x", label="示例", created_by=world.officer)


def message(world: World, state: str = OutboxState.GIVEN_UP) -> OutboxMessage:
    """A message to the provincial platform."""
    row = subject(world)
    return OutboxMessage.objects.create(
        bureau=world.bureau,
        channel="province",
        subject_type="casework.jobrun",
        subject_uid=row.uid,
        label="十一月月报",
        payload={"n": 1},
        payload_hash=row.uid.hex * 2,
        state=state,
        attempts=12,
        next_attempt_at=NOON,
        receipt={"ok": True} if state == OutboxState.RECEIVED else None,
    )


def policy(world: World, *, key: str = "rectification.term", value: Any = None, **extra: Any) -> PolicyValue:
    """A policy value in force since 2020."""
    fields = {
        "label": "整改期限",
        "value": value or {"amount": 7, "unit": "WORKING_DAY"},
        "unit": "期限",
        "basis": "某办法第一条",
        "validity": DateRange(date(2020, 1, 1), None),
        **extra,
    }
    return PolicyValue.objects.create(key=key, **fields)


EVERYBODY = (
    "leader",
    "head",
    "officer",
    "clerk",
    "legal",
    "admin",
    "partner",
    "township",
    "institution_user",
)
PAGES = {
    "/desk/numbers/": {"leader", "head", "officer", "clerk", "legal", "admin", "market_officer"},
    "/desk/calendar/": {"leader", "officer", "partner", "township", "supervisor", "admin"},
    "/desk/calendar/2025/": {"leader", "officer", "partner", "township", "supervisor", "admin"},
    "/desk/policies/": {"leader", "head", "officer", "clerk", "legal", "admin"},
    "/desk/outbox/": {"leader", "head", "officer", "clerk", "legal", "admin"},
    "/desk/audit/": {"admin", "leader", "legal", "supervisor"},
    "/desk/operations/": {"admin", "leader"},
    "/desk/users/": {"admin"},
    "/desk/users/new/": {"admin"},
}


@pytest.mark.parametrize("path", PAGES)
def test_pages_open_to_their_roles_and_to_nobody_else(world: World, sign_in: SignIn, path: str) -> None:
    allowed = PAGES[path]
    for name in sorted({*EVERYBODY, *allowed}):
        status = sign_in(world.personas[name]).get(path).status_code
        if name in allowed:
            assert status == 200, f"{name} {path} {status}"
        elif path not in {"/desk/calendar/", "/desk/calendar/2025/"} or name == "institution_user":
            assert status == 403, f"{name} {path} {status}"


@pytest.mark.parametrize("path", PAGES)
def test_strangers_are_led_to_the_login(world: World, client: Client, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 302
    assert "/accounts/login/" in answer["Location"]


def test_numbers_show_only_own_organs_and_export(world: World, sign_in: SignIn) -> None:
    own = number_take(organ=world.education, kind="X", subject=subject(world), at=NOON)
    other = number_take(organ=world.neighbour_officer.organisation, kind="X", subject=subject(world), at=NOON)
    body = sign_in(world.head).get("/desk/numbers/").content.decode()
    assert own.text in body
    assert other.text not in body
    export = sign_in(world.head).get("/desk/numbers/?export=csv")
    lines = b"".join(export.streaming_content).decode()
    assert own.text in lines
    assert "共 1 行" in lines


def test_numbers_filter_by_year_and_state(world: World, sign_in: SignIn) -> None:
    number = number_take(organ=world.education, kind="X", subject=subject(world), at=NOON)
    client = sign_in(world.head)
    assert number.text in client.get(f"/desk/numbers/?year=2026&organ={world.education.pk}").content.decode()
    assert number.text not in client.get("/desk/numbers/?year=2025").content.decode()
    assert number.text not in client.get("/desk/numbers/?is_void=true").content.decode()


def test_a_head_voids_a_number_with_a_reason(world: World, sign_in: SignIn) -> None:
    number = number_take(organ=world.education, kind="X", subject=subject(world), at=NOON)
    client = sign_in(world.head)
    assert client.post(f"/desk/numbers/{number.pk}/void/", {"reason": " "}).status_code == 422
    assert client.post(f"/desk/numbers/{number.pk}/void/", {"reason": "重复制发"}).status_code == 302
    number.refresh_from_db()
    assert number.void_reason == "重复制发"
    again = client.post(f"/desk/numbers/{number.pk}/void/", {"reason": "再来"})
    assert again.status_code == 422
    assert "已经作废" in again.content.decode()
    assert IssuedNumber.objects.get(pk=number.pk).void_reason == "重复制发"


def test_officers_and_neighbours_void_nothing(world: World, sign_in: SignIn) -> None:
    number = number_take(organ=world.education, kind="X", subject=subject(world), at=NOON)
    path = f"/desk/numbers/{number.pk}/void/"
    assert sign_in(world.officer).post(path, {"reason": "x"}).status_code == 403
    assert sign_in(world.neighbour_officer).post(path, {"reason": "x"}).status_code == 404
    number.refresh_from_db()
    assert number.void_reason == ""


def open_term(world: World) -> Deadline:
    """Seven working days from Monday 2026-12-07: due on Wednesday 2026-12-16."""
    return deadline_start(
        actor=world.officer,
        bureau=world.bureau,
        subject=subject(world),
        kind="rectify",
        label="整改",
        term=Term(7, TermUnit.WORKING_DAY),
        starts_on=date(2026, 12, 7),
    )


def test_a_new_holiday_moves_open_deadlines_and_says_how_many(
    world: World, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(timezone, "localdate", lambda *args: date(2026, 11, 22))
    term = open_term(world)
    before = term.due_on
    client = sign_in(world.head)
    data = {"kind": "off", "first": "2026-12-10", "last": "2026-12-11", "name": "临时放假"}
    answer = client.post("/desk/calendar/2026/days/", data, follow=True)
    term.refresh_from_db()
    assert answer.status_code == 200
    assert "1 个在办期限随之调整" in answer.content.decode()
    assert term.due_on == before + timedelta(days=2)
    assert AuditEvent.objects.filter(verb="casework.deadline_recompute", object_uid=term.uid).exists()
    cleared = client.post("/desk/calendar/2026/2026-12-10/clear/", follow=True)
    term.refresh_from_db()
    assert "1 个在办期限随之调整" in cleared.content.decode()
    assert term.due_on == before + timedelta(days=1)


def test_a_weekday_is_no_make_up_workday(world: World, sign_in: SignIn) -> None:
    data = {"kind": "work", "first": "2026-12-10", "name": "调休上班"}
    answer = sign_in(world.head).post("/desk/calendar/2026/days/", data)
    assert answer.status_code == 422
    assert "本来就是工作日" in answer.content.decode()
    assert not CalendarDay.objects.filter(day=date(2026, 12, 10)).exists()


@pytest.mark.parametrize(
    ("first", "last"),
    [("2026-12-10", "2026-12-01"), ("2026-12-30", "2027-01-03"), ("2026-03-01", "2026-06-01")],
)
def test_impossible_spans_are_refused(world: World, sign_in: SignIn, first: str, last: str) -> None:
    count = CalendarDay.objects.count()
    data = {"kind": "off", "first": first, "last": last, "name": "放假"}
    assert sign_in(world.head).post("/desk/calendar/2026/days/", data).status_code == 422
    assert CalendarDay.objects.count() == count


def test_a_year_is_confirmed_with_its_notice(world: World, sign_in: SignIn) -> None:
    client = sign_in(world.head)
    empty = client.post("/desk/calendar/2031/confirm/", {"source": "国办发明电〔2030〕7号"})
    assert "还没有登记放假日期" in empty.content.decode()
    client.post("/desk/calendar/2031/days/", {"kind": "off", "first": "2031-01-01", "name": "元旦"})
    client.post("/desk/calendar/2031/confirm/", {"source": "国办发明电〔2030〕7号"})
    assert CalendarYear.objects.get(year=2031).is_confirmed


def test_the_calendar_is_edited_by_permission_only(world: World, sign_in: SignIn) -> None:
    data = {"kind": "off", "first": "2026-12-10", "name": "放假"}
    assert sign_in(world.officer).post("/desk/calendar/2026/days/", data).status_code == 403
    assert sign_in(world.officer).post("/desk/calendar/2026/2026-10-01/clear/").status_code == 403
    assert sign_in(world.officer).post("/desk/calendar/2026/confirm/", {"source": "x"}).status_code == 403
    assert "登记放假或调休" not in sign_in(world.officer).get("/desk/calendar/2026/").content.decode()


def test_a_year_out_of_range_is_no_page(world: World, sign_in: SignIn) -> None:
    assert sign_in(world.head).get("/desk/calendar/1900/").status_code == 404


def test_a_leader_sets_an_own_value_that_then_binds(world: World, sign_in: SignIn) -> None:
    policy(world)
    client = sign_in(world.leader)
    assert "7 个工作日" in client.get("/desk/policies/").content.decode()
    data = {
        "amount": "5",
        "term_unit": "WORKING_DAY",
        "region": world.bureau.region_id,
        "since": "2026-01-01",
        "basis": "巫教委发〔2025〕9号",
    }
    answer = client.post("/desk/policies/rectification.term/", data, follow=True)
    body = answer.content.decode()
    assert answer.status_code == 200
    assert "5 个工作日" in body
    assert "7 个工作日" in body
    assert PolicyValue.objects.get(region=world.bureau.region).value == {"amount": 5, "unit": "WORKING_DAY"}


def test_a_value_for_a_place_elsewhere_is_refused(world: World, sign_in: SignIn) -> None:
    policy(world)
    data = {
        "amount": "5",
        "term_unit": "WORKING_DAY",
        "region": world.neighbour.region_id,
        "since": "2026-01-01",
        "basis": "x",
    }
    assert sign_in(world.leader).post("/desk/policies/rectification.term/", data).status_code == 422
    assert PolicyValue.objects.count() == 1


def test_officers_read_policies_but_have_no_form(world: World, sign_in: SignIn) -> None:
    policy(world)
    client = sign_in(world.officer)
    assert "登记新取值" not in client.get("/desk/policies/rectification.term/").content.decode()
    assert client.post("/desk/policies/rectification.term/", {}).status_code == 404


def test_unverified_values_are_marked(world: World, sign_in: SignIn) -> None:
    policy(world, key="a", confidence="memory")
    policy(world, key="b", label="另一项", confidence="seen")
    client = sign_in(world.officer)
    assert "1 项待核实" in client.get("/desk/policies/").content.decode()
    assert "另一项" not in client.get("/desk/policies/?confidence=open").content.decode()
    assert "另一项" in client.get("/desk/policies/?confidence=confirmed").content.decode()


@pytest.mark.parametrize(
    ("value", "data", "stored"),
    [
        (3, {"value": "4"}, 4),
        ("20:30", {"value": "20:00"}, "20:00"),
        ({"min": 1, "max": 5}, {"structure": '{"min": 2, "max": 6}'}, {"min": 2, "max": 6}),
        ([7, 3, 1], {"structure": "[5, 2]"}, [5, 2]),
    ],
)
def test_values_keep_their_shape(
    world: World, sign_in: SignIn, value: Any, data: dict[str, str], stored: Any
) -> None:
    policy(world, key="k", value=value, unit="次")
    extra = {"region": world.bureau.region_id, "since": "2026-01-01", "basis": "依据"}
    assert sign_in(world.leader).post("/desk/policies/k/", data | extra).status_code == 302
    assert PolicyValue.objects.get(key="k", region=world.bureau.region).value == stored


@pytest.mark.parametrize("text", ["[7, 3", '{"min": 1}', '{"min": "x", "max": 2}', "7"])
def test_a_broken_shape_is_refused(world: World, sign_in: SignIn, text: str) -> None:
    policy(world, key="k", value={"min": 1, "max": 5}, unit="次")
    data = {"structure": text, "region": world.bureau.region_id, "since": "2026-01-01", "basis": "依据"}
    assert sign_in(world.leader).post("/desk/policies/k/", data).status_code == 422
    assert PolicyValue.objects.count() == 1


def test_audit_shows_before_and_after_in_chinese(world: World, sign_in: SignIn) -> None:
    event = audit.record(
        actor=world.officer,
        verb="casework.number_void",
        target=subject(world),
        changes={"state": ["QUEUED", "FAILED"]},
        reason="示例理由",
        bureau=world.bureau,
    )
    client = sign_in(world.leader)
    assert "作废文号" in client.get("/desk/audit/").content.decode()
    body = client.get(f"/desk/audit/{event.pk}/").content.decode()
    assert "排队中" in body
    assert "失败" in body
    assert "示例理由" in body
    assert sign_in(world.neighbour_leader).get(f"/desk/audit/{event.pk}/").status_code == 404


def test_audit_filters_by_person_verb_and_day(world: World, sign_in: SignIn) -> None:
    audit.record(actor=world.officer, verb="casework.number_void", reason="甲的记录", at=NOON)
    audit.record(
        actor=world.head, verb="casework.outbox_retry", reason="乙的记录", at=NOON + timedelta(days=5)
    )
    client = sign_in(world.leader)
    for query, shown, hidden in (
        ("person=执法甲", "甲的记录", "乙的记录"),
        ("verb=casework.outbox_retry", "乙的记录", "甲的记录"),
        ("until=2026-11-20", "甲的记录", "乙的记录"),
        ("q=乙的", "乙的记录", "甲的记录"),
    ):
        body = client.get(f"/desk/audit/?{query}").content.decode()
        assert shown in body, query
        assert hidden not in body, query


def test_the_verify_button_proves_the_chain(
    world: World, sign_in: SignIn, django_capture_on_commit_callbacks: Any
) -> None:
    audit.record(actor=world.officer, verb="casework.number_void")
    client = sign_in(world.leader)
    assert "还没有核验过" in client.get("/desk/audit/").content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post("/desk/audit/verify/")
    assert "/desk/jobs/" in answer["Location"]
    assert client.get(answer["Location"]).status_code == 200
    assert "已核验" in client.get("/desk/audit/").content.decode()


def test_a_broken_chain_is_an_alarm(world: World, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch) -> None:
    problem = audit.ChainProblem(world.bureau.pk, 3, "第 3 条审计记录内容被改动")
    monkeypatch.setattr(audit, "verify", lambda bureau_id: problem)
    job = JobRun.objects.create(
        bureau=world.bureau, kind="audit_verify", label="核验审计链", created_by=world.leader
    )
    chain_verify_run(job_uid=job.uid)
    body = sign_in(world.leader).get("/desk/audit/").content.decode()
    assert "审计链发现问题" in body
    assert "第 3 条审计记录内容被改动" in body


def test_a_failed_verification_ends_its_job(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(bureau_id: int) -> None:
        raise OSError("disk")

    monkeypatch.setattr(audit, "verify", broken)
    job = JobRun.objects.create(
        bureau=world.bureau, kind="audit_verify", label="核验审计链", created_by=world.leader
    )
    with pytest.raises(OSError, match="disk"):
        chain_verify_run(job_uid=job.uid)
    job.refresh_from_db()
    assert job.state == "FAILED"


def test_operations_raises_every_alarm(world: World, sign_in: SignIn) -> None:
    now = timezone.now()
    Heartbeat.objects.create(
        name="casework.tasks.audit_seal", started_at=now, finished_at=now, outcome="失败：OSError", failures=3
    )
    Heartbeat.objects.create(
        name="casework.tasks.audit_anchor",
        started_at=now - timedelta(days=3),
        finished_at=now - timedelta(days=3),
    )
    CalendarYear.objects.update(is_confirmed=False)
    message(world)
    JobRun.objects.create(
        bureau=world.bureau,
        kind="x",
        label="导入台账",
        state="FAILED",
        message="第 3 行缺名称",
        created_by=world.officer,
        finished_at=now,
    )
    body = sign_in(world.leader).get("/desk/operations/").content.decode()
    for words in (
        "连续失败 3 次",
        "超过应运行的间隔",
        "从未运行",
        "放假安排尚未确认",
        "十一月月报",
        "第 3 行缺名称",
        "项需要处理",
    ):
        assert words in body, words


def test_operations_hides_the_neighbours_troubles(world: World, sign_in: SignIn) -> None:
    message(world)
    assert "十一月月报" not in sign_in(world.neighbour_leader).get("/desk/operations/").content.decode()


def test_a_clerk_sends_a_message_again(world: World, sign_in: SignIn) -> None:
    row = message(world)
    assert sign_in(world.officer).post(f"/desk/outbox/{row.uid}/retry/").status_code == 403
    assert sign_in(world.neighbour_officer).post(f"/desk/outbox/{row.uid}/retry/").status_code == 404
    sign_in(world.clerk).post(f"/desk/outbox/{row.uid}/retry/")
    row.refresh_from_db()
    assert (row.state, row.attempts) == (OutboxState.WAITING, 0)


def test_a_received_message_is_not_sent_again(world: World, sign_in: SignIn) -> None:
    row = message(world, OutboxState.RECEIVED)
    answer = sign_in(world.clerk).post(f"/desk/outbox/{row.uid}/retry/", follow=True)
    row.refresh_from_db()
    assert row.state == OutboxState.RECEIVED
    assert "不需要重新报送" in answer.content.decode()
