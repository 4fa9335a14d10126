"""Run-away events at their edges: who may open, families that had applied, unconfirmed lessons, the end."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, transaction

from funds.models import RunawayEvent
from institutions.models import Institution
from tests.conftest import World
from tests.funds.test_runaways import LATE, event

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("missing", ["closed_on", "closed_by", "outcome"])
def test_the_database_knows_no_closed_event_without_its_day_person_and_outcome(
    law: World, place: Institution, missing: str
) -> None:
    rows = RunawayEvent.objects.filter(pk=event(law, place).pk)
    whole: dict[str, Any] = {
        "status": "CLOSED", "closed_on": LATE, "closed_by": law.head, "outcome": "已退费",
    }  # fmt: skip
    nothing = {missing: "" if missing == "outcome" else None}
    with pytest.raises(IntegrityError, match="funds_runawayevent_closed"), transaction.atomic():
        rows.update(**{**whole, **nothing})
    assert rows.update(**whole) == 1
