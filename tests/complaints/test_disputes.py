"""Refund disputes and rewards: money to the fen, nothing counted as paid that was not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from casework import policy
from casework.errors import Blocked, NotAllowed, Unlawful, WrongState
from casework.evidence.services import evidence_receive
from casework.models import AuditEvent
from casework.money import fen
from complaints import services
from complaints.forms.disputes import claim_lines
from complaints.models import Channel, ClueKind, ClueStatus, Outcome, RefundClaim, RefundDispute, SealedReport
from complaints.selectors.disputes import dispute_totals, disputes_visible
from complaints.services import ClaimLine, ClueReport
from complaints.wall import Contact
from tests.conftest import World
from tests.fieldwork.phones import picture as jpeg

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate


def opened(world: World, *amounts: int) -> RefundDispute:
    lines = [ClaimLine(amount, contact=Contact("卢晚照", "13800009876")) for amount in amounts or (200_000,)]
    return services.dispute_open(
        actor=world.head, party_name="示例晨光托管服务部", reason="停课不退", claims=lines
    )


def settled(world: World, dispute: RefundDispute, *agreed: int) -> RefundDispute:
    dispute = services.dispute_mediate(actor=world.head, dispute=dispute, mediator=world.head)
    for claim, amount in zip(dispute.claims.all(), agreed, strict=True):
        services.claim_agree(actor=world.head, claim=claim, agreed_fen=amount)
    return services.dispute_agree(
        actor=world.head, dispute=dispute, agreement="按剩余课时退费", pay_by=TODAY() + timedelta(days=5)
    )


def proof(world: World, dispute: RefundDispute) -> None:
    evidence_receive(actor=world.head, subject=dispute, upload=ContentFile(jpeg(), name="回单.jpg"))


def test_from_claim_to_payment(world: World, reference_data: None) -> None:
    dispute = settled(world, opened(world, 200_000, 150_050), 180_000, 150_050)
    for claim in dispute.claims.all():
        services.claim_pay(
            actor=world.head, claim=claim, paid_fen=claim.agreed_fen or 0, paid_on=TODAY(), payment_no="P1"
        )
    with pytest.raises(Blocked, match="退款凭证"):
        services.dispute_pay(actor=world.head, dispute=dispute)
    proof(world, dispute)
    done = services.dispute_pay(actor=world.head, dispute=dispute)
    assert done.status == "PAID"
    assert dispute_totals(world.head) == {"open": 0, "persons": 2, "fen": 330_050}


def test_agreed_is_not_paid(world: World, reference_data: None) -> None:
    dispute = settled(world, opened(world, 200_000, 100_000), 200_000, 100_000)
    first = dispute.claims.first()
    assert first is not None
    services.claim_pay(actor=world.head, claim=first, paid_fen=200_000, paid_on=TODAY())
    proof(world, dispute)
    with pytest.raises(Blocked, match="第 2 项"):
        services.dispute_pay(actor=world.head, dispute=dispute)
    assert dispute_totals(world.head)["persons"] == 1


@pytest.mark.parametrize("amount", [-1, 200_001, 10**15])
def test_no_agreement_beyond_the_claim(world: World, reference_data: None, amount: int) -> None:
    dispute = services.dispute_mediate(actor=world.head, dispute=opened(world), mediator=world.head)
    claim = dispute.claims.get()
    with pytest.raises(Unlawful, match="协议退款金额"):
        services.claim_agree(actor=world.head, claim=claim, agreed_fen=amount)


def test_database_refuses_more_than_agreed(world: World, reference_data: None) -> None:
    dispute = settled(world, opened(world), 100_000)
    with pytest.raises(IntegrityError, match="complaints_claim_not_over"), transaction.atomic():
        RefundClaim.objects.filter(dispute=dispute).update(paid_fen=100_001, paid_on=TODAY())


def test_agreement_waits_for_every_amount(world: World, reference_data: None) -> None:
    dispute = services.dispute_mediate(actor=world.head, dispute=opened(world, 100, 200), mediator=world.head)
    with pytest.raises(Blocked, match="第 1、2 项"):
        services.dispute_agree(actor=world.head, dispute=dispute, agreement="退", pay_by=TODAY())


def test_claimants_are_sealed_and_reading_is_audited(world: World, reference_data: None) -> None:
    dispute = opened(world)
    claim = dispute.claims.get()
    assert SealedReport.objects.count() == 1
    with pytest.raises(Unlawful, match="理由"):
        services.claimant_read(actor=world.head, claim=claim, reason=" ")
    contact = services.claimant_read(actor=world.head, claim=claim, reason="约调解时间")
    assert contact.phone == "13800009876"
    event = AuditEvent.objects.get(verb="complaints.claimant_read")
    assert "13800009876" not in str(event.changes) + event.reason
    with pytest.raises(NotAllowed):
        services.claimant_read(actor=world.partner, claim=claim, reason="看看")


def test_failed_mediation_may_begin_again(world: World, reference_data: None) -> None:
    dispute = services.dispute_mediate(actor=world.head, dispute=opened(world), mediator=world.head)
    failed = services.dispute_end(actor=world.head, dispute=dispute, reason="机构不到场")
    with pytest.raises(WrongState):
        services.claim_add(actor=world.head, dispute=failed, line=ClaimLine(100))
    again = services.dispute_mediate(
        actor=world.head, dispute=failed, mediator=world.head, reason="机构同意再谈"
    )
    assert again.status == "MEDIATING"


def test_scope(world: World, reference_data: None) -> None:
    opened(world)
    assert disputes_visible(world.head).count() == 1
    for stranger in (world.neighbour_officer, world.partner, world.township, world.institution_user):
        assert not disputes_visible(stranger).exists()


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("王某 13800001111 4600", [(460_000, 1)]),
        ("王某\t13800001111\t2\t1,200.50", [(120_050, 2)]),
        ("王某，13800001111，￥99.9元\n李某 13900001111 1", [(9_990, 1), (100, 1)]),
    ],
)
def test_lines_as_people_type_them(text: str, lines: list[tuple[int, int]]) -> None:
    text = text.replace("1,200.50", "1200.50")
    assert [(line.claimed_fen, line.persons) for line in claim_lines(text)] == lines


@pytest.mark.parametrize(
    "text", ["", "王某", "王某 138 -5", "王某 138 0", "王某 138 1.234", "王某 138 99 5", "a b c d e 1"]
)
def test_bad_lines_are_told(text: str) -> None:
    from django.forms import ValidationError

    with pytest.raises(ValidationError):
        claim_lines(text)


@given(st.integers(1, 10**11))
@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_yuan_round_trips(amount: int) -> None:
    assert fen(f"{amount // 100}.{amount % 100:02d}") == amount


# -- on the screen -------------------------------------------------------------------------------------------


def test_the_way_on_the_screen(world: World, reference_data: None, sign_in: Callable[..., Client]) -> None:
    client: Any = sign_in(world.head)
    form = {
        "party_name": "示例托管",
        "reason": "停课",
        "claimed_on": TODAY().isoformat(),
        "lines": "王某 13800001111 4600",
    }
    made = client.post("/desk/refunds/new/", form)
    assert made.status_code == 302, made.content.decode()[:2000]
    page = client.get(made.url)
    assert "王某" not in page.content.decode()
    uid = RefundDispute.objects.get().uid
    steps = {
        "mediate": {"mediator": world.head.pk},
        "amounts": {"claim_1": "4000"},
        "agree": {"agreement": "退 4000 元", "pay_by": (TODAY() + timedelta(days=3)).isoformat()},
    }
    for name, data in steps.items():
        answer = client.post(f"/desk/refunds/{uid}/{name}/", data)
        assert answer.status_code == 302, answer.content.decode()[:2000]
    claim = RefundClaim.objects.get()
    paid = {
        "claim": claim.pk,
        "paid_fen": "4000",
        "paid_on": TODAY().isoformat(),
        "proof": ContentFile(jpeg(), name="a.jpg"),
    }
    assert client.post(f"/desk/refunds/{uid}/payment/", paid).status_code == 302
    assert client.post(f"/desk/refunds/{uid}/pay/").status_code == 302
    assert RefundDispute.objects.get().status == "PAID"
    contact = client.post(f"/desk/refunds/{uid}/claims/1/contact/", {"reason": "核实到账"})
    assert "13800001111" in contact.content.decode()
    assert "no-store" in contact.headers["Cache-Control"]
    listing = client.get("/desk/refunds/").content.decode()
    assert "已协调退费 1 人、¥ 4,000.00" in listing


# -- rewards ------------------------------------------------------------------------------------------------


def confirmed(world: World, **values: Any) -> Any:
    report = ClueReport(channel=Channel.PHONE, kind=ClueKind.UNLICENSED, text="三楼有人补课")
    contact = Contact(name="卢晚照", phone="13800009876")
    clue = services.clue_register(actor=world.head, bureau=world.bureau, report=report, contact=contact).clue
    known = {
        "status": ClueStatus.CLOSED, "outcome": Outcome.CONFIRMED, "outcome_note": "属实", "public_answer": "已处理",
        "closed_at": timezone.now(), "closed_by": world.head,
    }  # fmt: skip
    for name, value in {**known, **values}.items():
        setattr(clue, name, value)
    clue.save()
    return clue


def switch_on(world: World) -> None:
    policy.policy_replace(
        actor=world.leader, key="clue.reward.enabled", region=world.bureau.region, new_value=1,
        basis="县教委〔2026〕3号", since=date(2026, 1, 1),
    )  # fmt: skip


def test_rewards_are_off_until_switched_on(world: World, reference_data: None) -> None:
    with pytest.raises(Unlawful, match="没有开启"):
        services.reward_propose(actor=world.officer, clue=confirmed(world), reason="线索准确")


def test_reward_takes_two_persons_and_names_nobody(world: World, reference_data: None) -> None:
    switch_on(world)
    clue = confirmed(world)
    reward = services.reward_propose(actor=world.head, clue=clue, reason="线索准确")
    assert reward.amount_fen == 100_000
    with pytest.raises(Blocked, match="另一人"):
        services.reward_decide(actor=world.head, reward=reward, is_granted=True)
    granted = services.reward_decide(actor=world.leader, reward=reward, is_granted=True)
    paid = services.reward_pay(actor=world.officer, reward=granted, paid_on=TODAY(), voucher_no="V-1")
    assert paid.status == "PAID"
    with pytest.raises(Unlawful, match="已经提出"):
        services.reward_propose(actor=world.officer, clue=clue, reason="再来一次")


@pytest.mark.parametrize(
    ("values", "word"), [({"is_real_name": False}, "匿名"), ({"outcome": Outcome.NOT_FOUND}, "查实")]
)
def test_only_confirmed_real_name_reports(
    world: World, reference_data: None, values: dict[str, Any], word: str
) -> None:
    switch_on(world)
    with pytest.raises(Unlawful, match=word):
        services.reward_propose(actor=world.officer, clue=confirmed(world, **values), reason="线索准确")
