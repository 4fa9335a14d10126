"""Labour claims: an end has its day and its person; opened again nothing of the end is left; the event finds them."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, transaction

from casework.errors import Unlawful
from casework.models import AuditEvent
from funds import services
from funds.models import LabourClaim
from institutions.models import Institution
from tests.conftest import World
from tests.funds.test_runaways import AT, LATE, event
from tests.inspections.making import make_place

pytestmark = pytest.mark.django_db


def claim(world: World, place: Institution, **values: Any) -> LabourClaim:
    """Arrears of two teachers."""
    fields = {
        "kind": "WAGE", "source": "LABOUR", "reference": "巫劳监〔2026〕31号", "claimed_on": LATE, "persons": 2,
        "amount_fen": 1_600_000, "summary": "两名教师两个月工资", **values,
    }  # fmt: skip
    return services.labour_register(actor=world.clerk, institution=place, values=fields, at=AT)


@pytest.mark.parametrize("missing", ["ended_on", "ended_by", "result"])
@pytest.mark.parametrize("status", ["SETTLED", "PASSED"])
def test_the_database_knows_no_end_without_its_day_person_and_result(
    law: World, place: Institution, missing: str, status: str
) -> None:
    rows = LabourClaim.objects.filter(pk=claim(law, place).pk)
    whole: dict[str, Any] = {
        "status": status, "ended_on": LATE, "ended_by": law.clerk, "result": "已办", "passed_to": "人社局",
        "passed_no": "函〔2026〕3号",
    }  # fmt: skip
    nothing = {missing: "" if missing == "result" else None}
    with pytest.raises(IntegrityError, match="funds_labourclaim_ended"), transaction.atomic():
        rows.update(**{**whole, **nothing})
    assert rows.update(**whole) == 1


def test_opened_again_nothing_of_its_end_is_left(law: World, place: Institution) -> None:
    passed = services.labour_pass_on(
        actor=law.clerk, claim=claim(law, place), passed_to="人社局", passed_no="函〔2026〕3号", result="移交",
        ended_on=LATE, at=AT,
    )  # fmt: skip
    services.labour_reopen(actor=law.clerk, claim=passed, reason="退回本局", at=AT)
    row = LabourClaim.objects.get()
    assert (row.status, row.passed_to, row.passed_no, row.result) == ("OPEN", "", "", "")
    assert (row.ended_on, row.ended_by, row.paid_fen, row.paid_from) == (None, None, 0, "")
    with pytest.raises(Unlawful, match="移交部门"):
        services.labour_pass_on(
            actor=law.clerk, claim=row, passed_to=" ", passed_no="函〔2026〕4号", result="移交", ended_on=LATE,
            at=AT,
        )  # fmt: skip
    assert AuditEvent.objects.get(verb="funds.labourclaim_reopen").changes["passed_no"] == [
        "函〔2026〕3号",
        "",
    ]


def test_an_event_finds_the_open_claims_that_came_before_it(law: World, place: Institution) -> None:
    early, ended = claim(law, place), claim(law, place, reference="二")
    services.labour_settle(actor=law.clerk, claim=ended, result="付清", ended_on=LATE, at=AT)
    elsewhere = claim(law, make_place(law, "示例远航艺术培训中心"))
    row = event(law, place)
    assert list(row.labour_claims.all()) == [early]
    assert LabourClaim.objects.get(pk=elsewhere.pk).event is None
    assert LabourClaim.objects.get(pk=ended.pk).event is None
    assert AuditEvent.objects.get(verb="funds.labour_link").object_uid == early.uid
    assert claim(law, place, reference="三").event == row
