"""缴费前查一查: one table of situations and answers."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from funds import services
from funds.models import EscrowAccount
from funds.selectors.paycheck import Charge, pay_check, verdict
from institutions.models import Institution
from tests.conftest import World
from tests.funds.paying import custody

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 25)
GOOD: dict[str, Any] = {}
# (what the register says of the place, what the family was asked, the answer)
TABLE: tuple[tuple[dict[str, Any], dict[str, Any], str], ...] = (
    (GOOD, {"tail": "0001"}, "warn"),
    (GOOD, {"tail": "0001", "lessons": 60}, "ok"),
    (GOOD, {"tail": "0001", "lessons": 1}, "ok"),
    (GOOD, {"tail": "0001", "lessons": 61}, "bad"),
    (GOOD, {"tail": "0001", "lessons": 5000}, "bad"),
    (GOOD, {"tail": "0001", "months": 3}, "ok"),
    (GOOD, {"tail": "0001", "months": 4}, "bad"),
    (GOOD, {"tail": "0001", "months": 12}, "bad"),
    (GOOD, {"tail": "0001", "fen": 500_000}, "ok"),
    (GOOD, {"tail": "0001", "fen": 500_001}, "bad"),
    (GOOD, {"tail": "0001", "fen": 1}, "ok"),
    (GOOD, {"tail": "0001", "fen": 500_000, "lessons": 60, "months": 3}, "ok"),
    (GOOD, {"tail": "0001", "fen": 500_000, "lessons": 61, "months": 3}, "bad"),
    (GOOD, {"tail": "0001", "fen": 500_000, "lessons": 60, "months": 4}, "bad"),
    (GOOD, {"tail": "0001", "fen": 500_001, "lessons": 60, "months": 3}, "bad"),
    (GOOD, {"tail": "9999"}, "bad"),
    (GOOD, {"tail": "9999", "lessons": 10}, "bad"),
    (GOOD, {"tail": "0000", "fen": 1, "lessons": 1, "months": 1}, "bad"),
    (GOOD, {}, "warn"),
    (GOOD, {"lessons": 10}, "warn"),
    (GOOD, {"lessons": 61}, "bad"),
    (GOOD, {"months": 4}, "bad"),
    (GOOD, {"fen": 500_001}, "bad"),
    ({"list_status": "NONE"}, {"tail": "0001", "lessons": 10}, "warn"),
    ({"list_status": "GREY"}, {"tail": "0001", "lessons": 10}, "warn"),
    ({"list_status": "RED"}, {"tail": "0001", "lessons": 10}, "warn"),
    ({"list_status": "BLACK"}, {"tail": "0001", "lessons": 10}, "bad"),
    ({"list_status": "NONE"}, {"tail": "9999", "lessons": 10}, "bad"),
    ({"list_status": "NONE"}, {"tail": "0001", "lessons": 61}, "bad"),
    ({"licence_state": "EXPIRED"}, {"tail": "0001", "lessons": 10}, "bad"),
    ({"licence_state": "REVOKED"}, {"tail": "0001", "lessons": 10}, "bad"),
    ({"licence_state": "CANCELLED"}, {"tail": "0001", "lessons": 10}, "bad"),
    ({"licence_to": date(2026, 11, 24)}, {"tail": "0001", "lessons": 10}, "bad"),
    ({"licence_to": date(2026, 11, 25)}, {"tail": "0001", "lessons": 10}, "ok"),
    ({"operating_state": "SUSPENDED"}, {"tail": "0001", "lessons": 10}, "bad"),
    ({"operating_state": "CLOSED"}, {"tail": "0001", "lessons": 10}, "bad"),
    ({"operating_state": "BANNED"}, {"tail": "0001", "lessons": 10}, "bad"),
    ({"standing": "UNLICENSED"}, {"tail": "0001", "lessons": 10}, "bad"),
    ({"standing": "REGISTERED_ONLY"}, {"tail": "0001", "lessons": 10}, "bad"),
    ({"enrolment_stopped_until": date(2026, 11, 25)}, {"tail": "0001", "lessons": 10}, "bad"),
    ({"enrolment_stopped_until": date(2026, 11, 24)}, {"tail": "0001", "lessons": 10}, "ok"),
    ({"subject_kind": "SUBJECT"}, {"tail": "0001", "fen": 900_000}, "ok"),
    ({"subject_kind": "SUBJECT"}, {"tail": "0001", "lessons": 61}, "bad"),
    ({"subject_kind": "SUBJECT"}, {"tail": "0001", "months": 4, "fen": 1}, "bad"),
    ({"account": "VERIFIED"}, {"tail": "0001", "lessons": 10}, "bad"),
    ({"account": "CLOSING"}, {"tail": "0001", "lessons": 10}, "bad"),
    ({"account": "OPENED"}, {}, "bad"),
    ({"account": "CLOSED"}, {"tail": "0001"}, "bad"),
    ({"account": "CLOSED", "list_status": "NONE"}, {}, "bad"),
)


def test_every_situation(law: World, place: Institution) -> None:
    row = custody(law, place)
    for facts, asked, expected in TABLE:
        place.refresh_from_db()
        account = facts.get("account", "PAY_ENABLED")
        EscrowAccount.objects.filter(pk=row.pk).update(
            status=account, close_not_before=TODAY, closed_on=TODAY if account == "CLOSED" else None
        )
        for name, value in facts.items():
            if name != "account":
                setattr(place, name, value)
        findings = pay_check(place, Charge(**asked), TODAY)
        assert verdict(findings) == expected, (facts, asked, [item.title for item in findings])
        assert all(item.text or item.tone == "ok" for item in findings)


def test_a_frozen_account_takes_nothing(law: World, place: Institution) -> None:
    row = custody(law, place)
    freeze = services.freeze_propose(actor=law.officer, account=row, reason="失联")
    services.freeze_approve(actor=law.head, freeze=freeze)
    place.refresh_from_db()
    found = pay_check(place, Charge("0001", lessons=10), TODAY)
    assert verdict(found) == "bad"
    assert any("已冻结" in item.text for item in found)
