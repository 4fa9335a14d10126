"""Run-away events, and the day on which every family's claim is opened: in order, set-wise, exactly once."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from bench.lessons import filled
from casework.errors import Blocked, NotAllowed, Unlawful, WrongState
from casework.models import AuditEvent, Deadline, JobState
from funds import services
from funds.models import Contract, Refund, RunawayClaim, RunawayEvent
from funds.refunding import refund_working, refund_workings
from funds.runaway_tasks import open_claims
from funds.selectors.runaways import claim_totals, cover_of
from funds.services import runaway_claims
from institutions.models import Institution
from tests.conftest import World
from tests.funds import paying
from tests.funds.making import account, deposited

pytestmark = pytest.mark.django_db
LATE = paying.STARTS + timedelta(days=9)
AT = paying.at(LATE)


def told(**values: Any) -> dict[str, Any]:
    """What a clerk enters."""
    return {
        "kind": "RUN", "happened_on": LATE, "found_on": LATE, "found_by": "COMPLAINT",
        "summary": "大门上锁，负责人失联", "is_reachable": False, **values,
    }  # fmt: skip


def event(world: World, place: Institution, **values: Any) -> RunawayEvent:
    return services.runaway_register(actor=world.clerk, institution=place, values=told(**values), at=AT)


@pytest.fixture
def three(law: World, place: Institution) -> list[Contract]:
    """Paid on the 22nd, 20th and 21st; the second used five lessons, the third has applied already."""
    paying.custody(law, place)
    found = []
    for number, days in enumerate((2, 0, 1)):
        row = paying.signed(law, place, phone=f"1380000000{number}", student=f"学员{number}")
        found.append(paying.paid(law, row, on=paying.SIGNED + timedelta(days=days)))
    for lesson in paying.taught(law, found[1], 5):
        services.lesson_confirm(actor=law.system, lesson=lesson, at=paying.at(lesson.taught_on, 20))
    services.refund_apply(actor=law.system, contract=found[2], ground="FAMILY", at=paying.at(LATE, 8))
    return [Contract.objects.get(pk=row.pk) for row in found]


def test_the_ledger_counts_what_is_affected(law: World, place: Institution, three: list[Contract]) -> None:
    deposited(law, account(law, place, "DEPOSIT", "5002370072000009"), 30_000)
    row = event(law, place)
    assert (row.contracts_n, row.families_n, row.owed_fen) == (3, 3, 850_000)
    assert (row.custody_fen, row.deposit_fen, row.status) == (900_000, 30_000, "HANDLING")
    cover = cover_of(place)
    assert (cover.by_custody, cover.by_deposit, cover.bare, cover.share_permille) == (850_000, 0, 0, 1000)
    with pytest.raises(Unlawful, match="处置中的事件"):
        event(law, place)
    with pytest.raises(Unlawful, match="晚于今天"):
        event(law, place, found_on=LATE + timedelta(days=1))
    names = [
        column.attname for column in RunawayEvent._meta.concrete_fields if column.name not in {"id", "uid"}
    ]
    with pytest.raises(IntegrityError, match="one_open"), transaction.atomic():
        RunawayEvent.objects.bulk_create([RunawayEvent(**{name: getattr(row, name) for name in names})])


def test_what_custody_does_not_cover_the_deposit_may_and_the_share_is_a_figure(
    law: World, place: Institution
) -> None:
    from funds import ledger
    from funds.ledger import credit, debit
    from funds.models import AccountKind, EntryKind

    custody = paying.custody(law, place)
    paying.active(law, place)
    deposited(law, account(law, place, "DEPOSIT", "5002370072000009"), 50_000)
    out = ledger.account_of(kind=AccountKind.SUSPENSE_OUT, subject_uid=custody.uid, institution=place)
    bank = ledger.account_of(kind=AccountKind.ESCROW_BANK, subject_uid=custody.uid, institution=place)
    ledger.entry_post(
        actor=law.system, kind=EntryKind.OUT_UNMATCHED, key="gone", booked_on=LATE,
        legs=(debit(out, 200_000), credit(bank, 200_000)),
    )  # fmt: skip
    cover = cover_of(place)
    assert (cover.owed, cover.by_custody, cover.by_deposit, cover.bare) == (300_000, 100_000, 50_000, 150_000)
    assert (cover.share_permille, cover.share_of(100_001)) == (500, 50_000)


def test_many_workings_are_the_same_as_one_by_one(
    law: World, place: Institution, three: list[Contract]
) -> None:
    for ground in ("FAMILY", "INSTITUTION"):
        many = refund_workings(three, ground, LATE)
        assert many == {row.pk: refund_working(row, ground, LATE) for row in three}
    with CaptureQueriesContext(connection) as few:
        refund_workings(three[1:2], "FAMILY", LATE)
    with CaptureQueriesContext(connection) as all_of_them:
        refund_workings(three, "FAMILY", LATE)
    assert len(all_of_them) == len(few)


def test_claims_open_in_the_stated_order_each_with_its_working(
    law: World, place: Institution, three: list[Contract]
) -> None:
    row = services.claims_list(actor=law.head, event=event(law, place), at=AT)
    assert list(row.claims.order_by("seq").values_list("contract", "state")) == [
        (three[2].pk, "WAITING"), (three[1].pk, "WAITING"), (three[0].pk, "WAITING"),
    ]  # fmt: skip
    assert services.claims_open(actor=law.head, event_id=row.pk, at=AT) == 2
    claims = list(RunawayClaim.objects.filter(event=row).order_by("seq").select_related("refund"))
    assert [claim.state for claim in claims] == ["STOOD", "OPENED", "OPENED"]
    opened = claims[1].refund
    assert opened is not None
    assert (opened.ground, opened.amount_fen, opened.kept_fen) == ("INSTITUTION", 250_000, 0)
    assert [line[1] for line in opened.working] == [300_000, -50_000, 0, 250_000]
    assert opened.answer_due_on is None
    assert "机构失联" in opened.due_explanation[0]
    assert services.refund_mediate(actor=law.officer, refund=opened, at=AT).status == "MEDIATION"
    row.refresh_from_db()
    assert row.job is not None
    assert (row.job.state, row.job.total, claim_totals(row).asked_fen) == (JobState.DONE, 3, 850_000)
    written = AuditEvent.objects.get(verb="funds.claims_open")
    assert written.changes["claims"] == [0, 2]


def test_pressed_again_or_after_more_families_paid(
    law: World, place: Institution, three: list[Contract]
) -> None:
    row = services.claims_list(actor=law.head, event=event(law, place), at=AT)
    first = row.job
    again = services.claims_list(actor=law.leader, event=row, at=AT)
    assert (again.job, row.claims.count()) == (first, 3)
    services.claims_open(actor=law.head, event_id=row.pk, at=AT)
    assert services.claims_open(actor=law.leader, event_id=row.pk, at=AT) == 0
    with pytest.raises(WrongState, match="没有还没列入"):
        services.claims_list(actor=law.head, event=row, at=AT)
    late = paying.active(law, place, phone="13800000009", student="新学员")
    row = services.claims_list(actor=law.head, event=row, at=AT)
    assert services.claims_open(actor=law.head, event_id=row.pk, at=AT) == 1
    assert RunawayClaim.objects.get(contract=late).seq == 4
    assert Refund.objects.filter(contract__institution=place).count() == 4
    with pytest.raises(NotAllowed):
        services.claims_list(actor=law.institution_user, event=row, at=AT)


def test_who_can_be_reached_has_its_term(law: World, place: Institution, three: list[Contract]) -> None:
    row = services.claims_list(actor=law.head, event=event(law, place, is_reachable=True), at=AT)
    services.claims_open(actor=law.head, event_id=row.pk, at=AT)
    opened = Refund.objects.filter(runaway_claims__state="OPENED")
    assert {item.answer_due_on for item in opened} == {
        Refund.objects.exclude(pk__in=opened).get().answer_due_on
    }
    assert (
        Deadline.objects.filter(subject_uid__in=opened.values("uid"), kind="FUND_REFUND_ANSWER").count() == 2
    )
    with pytest.raises(Blocked, match="机构答复期限"):
        services.refund_mediate(actor=law.officer, refund=opened[0], at=AT)


def test_closing_waits_for_every_family_and_for_another_person(
    law: World, place: Institution, three: list[Contract]
) -> None:
    row = event(law, place)
    with pytest.raises(Blocked) as stopped:
        services.runaway_close(actor=law.head, event=row, outcome="已退费", at=AT)
    words = "".join(str(reason) for reason in stopped.value.reasons)
    assert "没有列入退费登记" in words
    assert "处置措施" in words
    services.runaway_measure_add(
        actor=law.clerk, event=row, kind="POLICE", taken_on=LATE, note="移送公安经侦", at=AT
    )
    services.claims_list(actor=law.head, event=row, at=AT)
    services.claims_open(actor=law.head, event_id=row.pk, at=AT)
    with pytest.raises(Blocked, match="3 件退费在办"):
        services.runaway_close(actor=law.head, event=row, outcome="已退费", at=AT)
    with pytest.raises(Blocked, match="不能撤销"):
        services.runaway_void(actor=law.head, event=row, reason="登记错了", at=AT)
    with pytest.raises(IntegrityError, match="closed"), transaction.atomic():
        RunawayEvent.objects.filter(pk=row.pk).update(status="CLOSED", outcome="x", closed_on=LATE)


def test_an_event_without_money_is_closed_reopened_and_voided(law: World, place: Institution) -> None:
    row = event(law, place, kind="STOP")
    services.runaway_measure_add(
        actor=law.clerk, event=row, kind="CONTACT", taken_on=LATE, note="已联系", at=AT
    )
    with pytest.raises(NotAllowed):
        services.runaway_close(actor=law.clerk, event=row, outcome="无合同", at=AT)
    row = services.runaway_close(actor=law.head, event=row, outcome="没有预收费", at=AT)
    assert (row.status, row.closed_by) == ("CLOSED", law.head)
    row = services.runaway_reopen(actor=law.head, event=row, reason="又有家长反映", at=AT)
    assert services.runaway_void(actor=law.head, event=row, reason="同名机构登记错", at=AT).status == "VOID"
    with pytest.raises(WrongState):
        services.runaway_measure_add(
            actor=law.clerk, event=row, kind="OTHER", taken_on=LATE, note="补", at=AT
        )


def test_pages(law: World, place: Institution, three: list[Contract], sign_in: Callable[..., Client]) -> None:
    page = sign_in(law.clerk)
    form = {
        "institution": place.pk, "kind": "RUN", "happened_on": f"{timezone.localdate():%Y-%m-%d}",
        "found_on": f"{timezone.localdate():%Y-%m-%d}", "found_by": "PRESS", "summary": "网传跑路",
        "is_reachable": "no",
    }  # fmt: skip
    assert "没有登记过跑路停业事件" in page.get("/desk/funds/runaways/").content.decode()
    assert page.post("/desk/funds/runaways/new/", form).status_code == 302
    again = page.post("/desk/funds/runaways/new/", form)
    assert again.status_code == 422
    assert "处置中的事件" in again.content.decode()
    row = RunawayEvent.objects.get()
    here = f"/desk/funds/runaways/{row.uid}/"
    text = page.get(here).content.decode()
    assert "还有 3 份有余额的合同没有退费申请" in text
    assert "只供参考，不作为退费依据" in text
    assert page.post(f"{here}do/claims/").status_code == 403
    assert sign_in(law.head).post(f"{here}do/claims/").status_code == 302
    assert "正在处理" in page.get(f"{here}?part=progress").content.decode()
    open_claims(row.pk, law.head.pk)
    listed = page.get(f"{here}claims/").content.decode()
    assert "2,500.00" in listed
    assert "缴费单号（随机号）" in listed
    assert listed.index(three[2].number) < listed.index(three[1].number) < listed.index(three[0].number)
    assert page.get(f"{here}claims/?state=STOOD&export=csv").status_code == 200
    assert (
        "事件登记"
        in page.get(f"/desk/funds/refunds/{Refund.objects.order_by('-pk')[0].uid}/").content.decode()
    )
    assert place.name in page.get("/desk/funds/runaways/?export=csv").getvalue().decode()
    stranger = sign_in(law.neighbour_officer)
    assert stranger.get(here).status_code == 404
    assert stranger.get(f"{here}claims/").status_code == 404


@pytest.mark.prove
@pytest.mark.django_db(transaction=True)
def test_three_thousand_families_by_four_workers_at_once(
    law: World, place: Institution, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runaway_claims, "enqueue", lambda *args: None)
    filled(law.head, place, 3000)
    row = services.claims_list(actor=law.head, event=event(law, place), at=AT)
    assert row.contracts_n == 3000

    def press(_: int) -> int:
        try:
            services.claims_list(actor=law.head, event=row, at=AT)
            return services.claims_open(actor=law.head, event_id=row.pk, at=AT)
        except WrongState:
            return 0
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        opened = list(pool.map(press, range(4)))
    assert sum(opened) == 3000
    claims = RunawayClaim.objects.filter(event=row)
    assert claims.filter(state="OPENED").count() == claims.count() == 3000
    assert list(claims.order_by("seq").values_list("seq", flat=True)) == list(range(1, 3001))
    assert Refund.objects.filter(contract__institution=place, status="APPLIED").count() == 3000
    assert claims.values("refund").distinct().count() == 3000
    by_order = list(claims.order_by("seq").values_list("contract__order_no", flat=True))
    assert by_order == sorted(by_order)
    totals = claim_totals(row)
    assert totals.asked_fen == cover_of(place).owed == 3000 * 240_001
