"""Labour claims: an end has its day and its person; opened again nothing of the end is left; the event finds them."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, transaction

from funds import services
from funds.models import LabourClaim
from institutions.models import Institution
from tests.conftest import World
from tests.funds.test_runaways import AT, LATE

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
