"""The demonstration's term of fees, played through the services day by day."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.db.models import Count

from config.demo.clock import at
from config.demo.fees import FAMILIES, PLACES, build_fees
from config.demo.timeline import Timeline
from funds import ledger
from funds.models import Contract, DailyCertificate, Lesson, Refund, ReleaseBatch
from tests.conftest import World
from tests.funds.paying import custody
from tests.inspections.making import make_place

pytestmark = pytest.mark.django_db


def test_a_term_leaves_something_in_every_state(law: World) -> None:
    accounts = [
        custody(law, make_place(law, f"示例第{number}培训中心"), f"50023700710000{number:02d}")
        for number in range(1, PLACES + 2)
    ]
    county: Any = SimpleNamespace(clerk=law.clerk, head=law.head)
    timeline, now = Timeline(), date(2026, 11, 27)
    build_fees(county, accounts, timeline, now)
    timeline.run(at(now, 12))
    assert Contract.objects.count() == PLACES * FAMILIES
    by_state = dict(Contract.objects.values_list("status").annotate(n=Count("pk")))
    assert by_state["PARTLY_PAID"] == 1
    assert by_state["REFUNDED"] == 1
    states = set(Lesson.objects.values_list("status", flat=True))
    assert {"TAUGHT", "CONFIRMED", "AUTO_CONFIRMED", "DISPUTED"} <= states
    assert dict(ReleaseBatch.objects.values_list("status").annotate(n=Count("pk"))) == {
        "PAID": 2 * PLACES, "BUILT": PLACES,
    }  # fmt: skip
    assert sorted(Refund.objects.values_list("status", flat=True)) == ["APPLIED", "INST_REFUSED", "PAID"]
    assert all(row.is_balanced and row.gap_fen == 0 for row in DailyCertificate.objects.all())
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    assert ledger.verify() is None
