"""The demonstration's run-aways, fund audit, wage claims and sheets from outside, played on a small county."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest

from config.demo.people import County
from config.demo.risks import build_risks, has_risks
from funds import services
from funds.models import (
    AuditFinding,
    AuditRound,
    FundSignal,
    LabourClaim,
    PlatformDifference,
    RunawayClaim,
    RunawayEvent,
)
from institutions.models import Institution
from tests.conftest import World
from tests.funds import paying
from tests.funds.test_demo_statements import NOW
from tests.inspections.making import make_place

pytestmark = pytest.mark.django_db


def test_every_part_of_it(law: World, place: Institution) -> None:
    frozen = paying.custody(law, place)
    other = make_place(law, "示例第二培训中心")
    paying.custody(law, other, "5002370071000002")
    third = make_place(law, "示例第三培训中心")
    paying.custody(law, third, "5002370071000003")
    for number in range(5):
        paying.active(law, third if number > 2 else other, phone=f"1380000000{number}", student=f"学{number}")
    freeze = services.freeze_propose(actor=law.officer, account=frozen, reason="失联")
    freeze = services.freeze_approve(actor=law.head, freeze=freeze)
    services.freeze_activate(actor=law.officer, freeze=freeze, active_on=paying.SIGNED, bank_receipt="1")
    county: Any = SimpleNamespace(
        bureau=law.bureau, clerk=law.clerk, head=law.head, users={"officer": law.officer}
    )
    assert not has_risks(cast("County", county))
    build_risks(cast("County", county), NOW)
    assert has_risks(cast("County", county))
    states = set(AuditFinding.objects.values_list("kind", "status"))
    assert states == {("PRIVATE", "CLOSED"), ("CUSTODY", "RECTIFIED"), ("OVER", "OPEN")}
    assert AuditRound.objects.get().sheets.filter(talked_on__isnull=False).count() == 3
    assert {row.institution for row in RunawayEvent.objects.all()} == {place, third}
    assert RunawayClaim.objects.filter(state="OPENED").count() == 2
    assert LabourClaim.objects.get().status == "PASSED"
    assert FundSignal.objects.count() == 2
    assert {"HERE", "AMOUNT"} <= set(PlatformDifference.objects.values_list("kind", flat=True))
