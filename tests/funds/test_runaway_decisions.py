"""All families of one run-away decided at once: lessons nobody answered, then the refunds with number and sum shown."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from time import perf_counter
from typing import Any

import pytest
from django.conf import settings
from django.db.models import Sum
from django.test import Client
from django.utils import timezone

from bench.lessons import filled
from casework.canonical import sha256_hex
from casework.errors import Blocked, NotAllowed, Unlawful, WrongState
from casework.models import AuditEvent, JobRun, JobState
from funds import ledger, risk_work, services, work
from funds.models import Contract, Lesson, Refund, RunawayClaim, RunawayEvent
from funds.runaway_tasks import approve_claims
from funds.selectors import runaway_decisions as reads
from funds.selectors.runaway_decisions import AT_ONCE, decidable
from funds.services import runaway_claims, runaway_decisions
from institutions.models import Institution
from tests.conftest import World
from tests.funds import paying
from tests.funds.test_runaways import AT, LATE, event

pytestmark = pytest.mark.django_db
WORDS = "局务会研究同意"
PAST = AT + timedelta(days=30)  # the families' days to answer are over


@pytest.fixture
def families(law: World, place: Institution) -> list[Contract]:
    """Of four families the first has three unanswered lessons, the second one unanswered and one disputed."""
    paying.custody(law, place)
    rows = [
        paying.active(law, place, phone=f"1380000000{number}", student=f"学员{number}") for number in range(4)
    ]
    paying.taught(law, rows[0], 3)
    lesson = paying.taught(law, rows[1], 2)[0]
    services.lesson_dispute(actor=law.system, lesson=lesson, words="没有上", at=AT)
    return rows


@pytest.fixture
def gone(law: World, place: Institution, families: list[Contract]) -> RunawayEvent:
    """Nobody answers any more; the applications of all four are open."""
    row = services.claims_list(actor=law.head, event=event(law, place), at=AT)
    assert services.claims_open(actor=law.head, event_id=row.pk, at=AT) == 4
    return RunawayEvent.objects.get(pk=row.pk)


def approved(world: World, row: RunawayEvent, **values: Any) -> int:
    """A head saw the sum and pressed; a worker carries it out."""
    found = decidable(world.head, row, LATE)
    shown = {"count": found.count, "fen": found.fen, "decision": WORDS, **values}
    done = services.claims_approve(actor=world.head, event=row, at=AT, **shown)
    assert done.job is not None
    return services.claims_approve_run(actor=world.head, event_id=row.pk, job_id=done.job.pk, at=AT, **shown)


def test_lessons_nobody_answered_are_cancelled_at_once(
    law: World, families: list[Contract], gone: RunawayEvent
) -> None:
    assert services.lessons_auto_confirm(actor=law.system, today=LATE + timedelta(90), at=AT).count == 0
    for person in (law.clerk, law.officer):
        with pytest.raises(NotAllowed):
            services.claims_lessons_decide(actor=person, event=gone, outcome="CANCELLED", decision="x", at=AT)
    for outcome, words in (("CANCELLED", " "), ("TAUGHT", "x")):
        with pytest.raises(Unlawful):
            services.claims_lessons_decide(actor=law.head, event=gone, outcome=outcome, decision=words, at=AT)
    done = services.claims_lessons_decide(
        actor=law.head, event=gone, outcome="CANCELLED", decision="机构没有签到", at=AT
    )
    assert done == 4
    rows = Lesson.objects.filter(status="CANCELLED")
    assert set(rows.values_list("decision", "decided_by", "fen")) == {("机构没有签到", law.head.pk, 0)}
    assert Lesson.objects.get(status="DISPUTED").contract == families[1]
    told = AuditEvent.objects.get(verb="funds.claims_lessons_decide")
    marks = sorted(str(uid) for uid in rows.values_list("uid", flat=True))
    assert (told.reason, told.changes["lessons"], told.changes["sha256"][1]) == (
        "机构没有签到", [0, 4], sha256_hex(marks),
    )  # fmt: skip
    with pytest.raises(WrongState, match="没有等家长确认"):
        services.claims_lessons_decide(
            actor=law.head, event=gone, outcome="CANCELLED", decision="再来", at=AT
        )
    assert (decidable(law.head, gone, LATE).count, decidable(law.head, gone, LATE).unsettled) == (3, 1)


def test_lessons_nobody_answered_are_upheld_at_once(
    law: World, place: Institution, families: list[Contract], gone: RunawayEvent
) -> None:
    with pytest.raises(WrongState, match="期限都没有到"):
        services.claims_lessons_decide(
            actor=law.leader, event=gone, outcome="CONFIRMED", decision="监控为证", at=AT
        )
    with pytest.raises(Unlawful, match="期满后再认定已授课"):
        services.lesson_uphold(
            actor=law.officer, lesson=Lesson.objects.filter(status="TAUGHT")[0], decision="抢先", at=AT
        )
    done = services.claims_lessons_decide(
        actor=law.leader, event=gone, outcome="CONFIRMED", decision="监控为证", at=PAST
    )
    assert done == 4
    assert Lesson.objects.filter(status="CONFIRMED", decided_by=law.leader, decision="监控为证").count() == 4
    assert paying.balance("INST_RELEASABLE", place) == 40_000
    assert AuditEvent.objects.get(verb="funds.claims_lessons_decide").changes["fen"] == [0, 40_000]
    approved(law, gone)
    assert Refund.objects.get(contract=families[0]).amount_fen == 270_000


def test_silence_then_one_approval_of_all(
    law: World, place: Institution, families: list[Contract], gone: RunawayEvent
) -> None:
    found = decidable(law.head, gone, LATE)
    assert (found.count, found.fen, found.unsettled) == (2, 600_000, 2)
    refund = services.refund_mediate(
        actor=law.officer, refund=Refund.objects.get(contract=families[0]), at=AT
    )
    with pytest.raises(Blocked, match="3 课时"):
        services.refund_approve(actor=law.head, refund=refund, at=AT)
    services.claims_lessons_decide(
        actor=law.head, event=gone, outcome="CANCELLED", decision="没有签到", at=AT
    )
    assert approved(law, gone) == 3
    done = Refund.objects.filter(status="APPROVED").select_related("contract")
    assert {(row.amount_fen, row.kept_fen, row.decision, row.decided_by) for row in done} == {
        (300_000, 0, WORDS, law.head)
    }
    assert {row.contract.status for row in done} == {"REFUNDING"}
    assert sum(paying.balance("REFUND_PAYABLE", row.contract) for row in done) == 900_000
    assert ledger.verify() is None
    told = AuditEvent.objects.get(verb="funds.claims_approve")
    marks = sorted([str(row.uid), str(row.contract.uid), row.amount_fen] for row in done)
    assert (told.reason, told.changes) == (WORDS, {
        "refunds": [0, 3], "fen": [0, 900_000], "kept_fen": [0, 0], "sha256": [None, sha256_hex(marks)],
    })  # fmt: skip
    assert AuditEvent.objects.filter(verb="funds.refund_approve").count() == 3
    job = JobRun.objects.get(kind="runaway_approve")
    assert (job.state, job.message) == (JobState.DONE, "已审定 3 件，合计 9,000.00 元")
    left = decidable(law.head, gone, LATE)
    assert (left.count, left.unsettled) == (0, 1)
    with pytest.raises(WrongState, match="没有可以统一审定"):
        approved(law, gone)


def test_only_what_was_shown_is_approved_and_all_of_it_or_nothing(
    law: World, families: list[Contract], gone: RunawayEvent, monkeypatch: pytest.MonkeyPatch
) -> None:
    for person in (law.clerk, law.officer):
        with pytest.raises(NotAllowed):
            services.claims_approve(actor=person, event=gone, count=2, fen=600_000, decision=WORDS, at=AT)
    for count, fen in ((3, 600_000), (2, 599_999)):
        with pytest.raises(Unlawful, match=r"现在是 2 件、6,000\.00 元"):
            services.claims_approve(actor=law.head, event=gone, count=count, fen=fen, decision=WORDS, at=AT)
    with pytest.raises(Unlawful, match="意见"):
        services.claims_approve(actor=law.head, event=gone, count=2, fen=600_000, decision=" ", at=AT)
    row = services.claims_approve(actor=law.head, event=gone, count=2, fen=600_000, decision=WORDS, at=AT)
    again = services.claims_approve(actor=law.head, event=gone, count=2, fen=600_000, decision=WORDS, at=AT)
    assert again.job == row.job
    assert row.job is not None
    last = Refund.objects.get(contract=families[3])
    services.refund_withdraw(actor=law.clerk, refund=last, at=AT)
    shown = {"count": 2, "fen": 600_000, "decision": WORDS}
    with pytest.raises(Unlawful, match="现在是 1 件"):
        services.claims_approve_run(actor=law.head, event_id=gone.pk, job_id=row.job.pk, at=AT, **shown)
    row.job.refresh_from_db()
    assert row.job.state == JobState.FAILED
    assert row.job.message.endswith("一件也没有审定，请再办理一次。")
    assert not Refund.objects.filter(status="APPROVED").exists()
    assert approved(law, gone) == 1
    job = JobRun.objects.filter(kind="runaway_approve").latest("pk")
    one = {"count": 1, "fen": 300_000, "decision": WORDS}
    assert services.claims_approve_run(actor=law.head, event_id=gone.pk, job_id=job.pk, at=AT, **one) == 0


def test_lessons_that_came_after_the_page_was_opened_are_not_decided(
    law: World, families: list[Contract], gone: RunawayEvent
) -> None:
    mark = reads.lessons_mark(gone)
    Lesson.objects.filter(status="TAUGHT", contract=families[0]).order_by("pk")[:1].get().delete()
    with pytest.raises(Unlawful, match="课时有变动"):
        services.claims_lessons_decide(
            actor=law.head, event=gone, outcome="CANCELLED", decision="没有签到", mark=mark, at=AT
        )
    assert not Lesson.objects.filter(status="CANCELLED").exists()
    mark = reads.lessons_mark(gone)
    decided = services.claims_lessons_decide(
        actor=law.head, event=gone, outcome="CANCELLED", decision="没有签到", mark=mark, at=AT
    )
    assert decided == 3


def test_other_refunds_of_the_same_number_and_sum_are_not_approved(
    law: World, families: list[Contract], gone: RunawayEvent
) -> None:
    found = decidable(law.head, gone, LATE)
    assert (found.count, found.fen) == (2, 600_000)
    services.refund_withdraw(actor=law.clerk, refund=Refund.objects.get(contract=families[3]), at=AT)
    for lesson in Lesson.objects.filter(contract=families[0], status="TAUGHT"):
        services.lesson_cancel(actor=law.officer, lesson=lesson, decision="没有签到", at=AT)
    now = decidable(law.head, gone, LATE)
    assert (now.count, now.fen) == (found.count, found.fen)
    assert now.mark != found.mark
    with pytest.raises(Unlawful, match="不是原来那些退费"):
        approved(law, gone, mark=found.mark)
    assert approved(law, gone, mark=now.mark) == 2


def test_opening_waits_for_an_approval_that_goes_on(
    law: World, families: list[Contract], gone: RunawayEvent
) -> None:
    held = services.claims_approve(actor=law.head, event=gone, count=2, fen=600_000, decision=WORDS, at=AT)
    services.refund_withdraw(actor=law.clerk, refund=Refund.objects.get(contract=families[3]), at=AT)
    with pytest.raises(WrongState, match="正在统一审定"):
        services.claims_list(actor=law.head, event=held, at=AT)
    assert RunawayEvent.objects.get(pk=gone.pk).job == held.job


def test_what_is_too_much_for_one_step_is_left_for_the_next(
    law: World, gone: RunawayEvent, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reads, "AT_ONCE", 1)
    found = decidable(law.head, gone, LATE)
    assert (found.count, found.fen, found.later) == (1, 300_000, 1)
    assert [approved(law, gone), approved(law, gone)] == [1, 1]
    assert Refund.objects.filter(status="APPROVED").count() == 2


def test_what_is_decided_one_by_one_stays_out(law: World, place: Institution) -> None:
    paying.custody(law, place)
    rows = [
        paying.active(law, place, phone=f"1380000000{number}", student=f"学员{number}") for number in range(4)
    ]
    held = services.claims_list(
        actor=law.head, event=event(law, place, kind="STOP", is_reachable=True), at=AT
    )
    with pytest.raises(WrongState, match="还在开立"):
        services.claims_approve(actor=law.head, event=held, count=1, fen=1, decision=WORDS, at=AT)
    services.claims_open(actor=law.head, event_id=held.pk, at=AT)
    first, second, third, _ = (Refund.objects.get(contract=row) for row in rows)
    services.refund_agree(actor=law.institution_user, refund=first, at=AT)
    services.refund_refuse(actor=law.institution_user, refund=second, answer="已上完", at=AT)
    refused = services.refund_refuse(actor=law.institution_user, refund=third, answer="已上完", at=AT)
    services.refund_mediate(actor=law.officer, refund=refused, at=AT)
    found = decidable(law.head, held, LATE)
    assert (found.count, found.waiting, found.objected, found.unheard) == (1, 1, 2, 0)
    assert approved(law, held) == 1
    Refund.objects.filter(status="APPLIED").update(answer_due_on=None)
    assert decidable(law.leader, held, LATE).unheard == 1
    assert decidable(law.head, held, LATE).count == 1


def test_pages_and_the_desk(
    law: World, families: list[Contract], gone: RunawayEvent, sign_in: Callable[..., Client]
) -> None:
    head, clerk = sign_in(law.head), sign_in(law.clerk)
    here = f"/desk/funds/runaways/{gone.uid}/"
    text = head.get(here).content.decode()
    assert "有 4 课时等家长确认" in text
    assert f"{here}lessons/" in text
    assert f"{here}approve/" in text
    seen = clerk.get(here).content.decode()
    assert f"{here}approve/" not in seen
    assert f"{here}lessons/" not in seen
    assert "不等机构答复" in head.get(f"{here}claims/").content.decode()
    assert clerk.get(f"{here}approve/").status_code == 403
    assert clerk.get(f"{here}lessons/").status_code == 403
    for name in ("approve", "lessons"):
        assert sign_in(law.neighbour_leader).get(f"{here}{name}/").status_code == 404
    titles = [item.title for item in risk_work.decision_items(law.head, LATE)]
    assert titles == ["统一认定未确认课时", "统一审定退费"]
    assert [item.title for item in risk_work.decision_items(law.leader, LATE)] == ["统一认定未确认课时"]
    assert not list(work.silence_items(law.officer, LATE + timedelta(days=90)))
    lessons = head.get(f"{here}lessons/").content.decode()
    assert "2 份合同" in lessons
    assert head.post(f"{here}lessons/", {"outcome": "", "decision": "x"}).status_code == 422
    assert head.post(f"{here}lessons/", {"outcome": "CANCELLED", "decision": "没有签到"}).status_code == 302
    text = head.get(f"{here}approve/").content.decode()
    assert "审定 3 件，共 ¥ 9,000.00" in text
    assert "有课时没有认定" in text
    stale = {"count": 2, "fen": 600_000, "decision": WORDS}
    answer = head.post(f"{here}approve/", stale)
    assert answer.status_code == 422
    refused = answer.content.decode()
    assert "重新核对" in refused
    assert 'name="count" value="3"' in refused
    assert 'name="fen" value="900000"' in refused
    assert head.post(f"{here}approve/", {**stale, "count": 3, "fen": 900_000}).status_code == 302
    job = JobRun.objects.get(kind="runaway_approve")
    approve_claims(gone.pk, law.head.pk, job.pk, {"count": 3, "fen": 900_000, "decision": WORDS})
    assert Refund.objects.filter(status="APPROVED", decided_at__date=timezone.localdate()).count() == 3
    assert RunawayClaim.objects.filter(event=gone, refund__status="APPROVED").count() == 3
    told = head.get(here).content.decode()
    assert "统一审定退费" in told
    assert "统一认定未确认课时" in told
    assert "没有，" not in head.get(f"{here}approve/").content.decode()
    services.runaway_measure_add(
        actor=law.clerk, event=gone, kind="POLICE", taken_on=LATE, note="移送公安经侦", at=AT
    )
    with pytest.raises(Blocked, match="4 份合同的家长有钱没有退"):
        services.runaway_close(actor=law.head, event=gone, outcome="已退费", at=AT)


def test_unanswered_mediations_are_named_with_number_and_sum_before_the_approval(
    law: World, place: Institution, sign_in: Callable[..., Client]
) -> None:
    paying.custody(law, place)
    rows = [
        paying.active(law, place, phone=f"1380000000{number}", student=f"学员{number}") for number in range(3)
    ]
    held = services.claims_list(
        actor=law.head, event=event(law, place, kind="STOP", is_reachable=True), at=AT
    )
    services.claims_open(actor=law.head, event_id=held.pk, at=AT)
    agreed, silent, late = (Refund.objects.get(contract=row) for row in rows)
    services.refund_agree(actor=law.institution_user, refund=agreed, at=AT)
    page = f"/desk/funds/runaways/{held.uid}/approve/"
    head = sign_in(law.head)
    assert "其中" not in head.get(page).content.decode()
    Refund.objects.filter(pk__in=[silent.pk, late.pk]).update(answer_due_on=None)
    services.refund_mediate(actor=law.officer, refund=Refund.objects.get(pk=silent.pk), at=AT)
    found = decidable(law.head, held, LATE)
    assert [row.pk for row, _ in found.in_status("MEDIATION")] == [silent.pk]
    assert [row.pk for row, _ in found.in_status("APPLIED")] == [late.pk]
    shown = head.get(page).content.decode()
    assert "其中本局调解中、机构没有答复" in shown
    assert "其中机构联系不上、不等答复" in shown
    assert shown.count("1 件") >= 2
    assert "¥ 3,000.00" in shown
    for status in ("MEDIATION", "APPLIED"):
        listed = f"/desk/funds/runaways/{held.uid}/claims/?refund={status}"
        assert listed in shown
        assert head.get(listed).status_code == 200
    assert f"/desk/funds/refunds/{silent.uid}/" in shown
    assert f"/desk/funds/refunds/{agreed.uid}/" not in shown
    assert approved(law, held) == 3


def test_a_family_with_nothing_left_is_not_counted_on_the_worklist(law: World, place: Institution) -> None:
    paying.custody(law, place)
    rows = [
        paying.active(law, place, phone=f"1380000000{number}", student=f"学员{number}") for number in range(2)
    ]
    row = services.claims_list(actor=law.head, event=event(law, place), at=AT)
    services.claims_open(actor=law.head, event_id=row.pk, at=AT)

    def told() -> list[str]:
        return [item.sub for item in risk_work.decision_items(law.head, LATE)]

    assert told() == ["2 件退费没有审定"]
    paying.earn(law, rows[0], 300_000)
    assert told() == ["1 件退费没有审定"]
    assert (decidable(law.head, row, LATE).count, decidable(law.head, row, LATE).nothing) == (1, 1)
    paying.earn(law, rows[1], 300_000)
    assert told() == []


@pytest.mark.prove
def test_three_thousand_silent_families_are_decided_and_approved(
    law: World, place: Institution, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runaway_claims, "enqueue", lambda *args: None)
    monkeypatch.setattr(runaway_decisions, "enqueue", lambda *args: None)
    filled(law.head, place, 3000)
    row = services.claims_list(actor=law.head, event=event(law, place), at=AT)
    services.claims_open(actor=law.head, event_id=row.pk, at=AT)
    assert (decidable(law.head, row, LATE).count, decidable(law.head, row, LATE).unsettled) == (0, 3000)
    begun = perf_counter()
    done = services.claims_lessons_decide(
        actor=law.head, event=row, outcome="CANCELLED", decision="没有签到", at=AT
    )
    lessons = perf_counter() - begun
    assert done == 3000
    begun = perf_counter()
    first = approved(law, RunawayEvent.objects.get(pk=row.pk))
    seconds = perf_counter() - begun
    assert (first, approved(law, RunawayEvent.objects.get(pk=row.pk))) == (AT_ONCE, 3000 - AT_ONCE)
    print(f"3,000 lessons {lessons:.1f} s, {first:,} refunds {seconds:.0f} s")  # noqa: T201 -- a measurement
    found = Refund.objects.filter(contract__institution=place, status="APPROVED")
    assert found.aggregate(fen=Sum("amount_fen"))["fen"] == 3000 * 240_001
    ledger.verify()
    assert seconds < settings.CELERY_TASK_SOFT_TIME_LIMIT
