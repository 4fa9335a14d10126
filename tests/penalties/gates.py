"""What tests of gates share."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from casework.errors import Blocked
from penalties import services as s
from penalties.models import Case
from tests.conftest import World
from tests.penalties import making
from tests.penalties.making import day


def gates(error: Blocked) -> set[str]:
    return {reason.gate for reason in error.reasons}


def closed(gate: str, work: Any, *args: Any, **kwargs: Any) -> None:
    """The work is stopped by that gate, which names its basis and who clears it."""
    with pytest.raises(Blocked) as caught:
        work(*args, **kwargs)
    found = [reason for reason in caught.value.reasons if reason.gate == gate]
    assert found, caught.value.message
    assert all(reason.basis and reason.cleared_by for reason in found)


def set_(case: Case, **values: Any) -> Case:
    Case.objects.filter(pk=case.pk).update(**values)
    case.refresh_from_db()
    return case


def interview(law: World, case: Case, **changes: Any) -> Any:
    details = s.InterviewDetails(
        person_name="张某", identity="负责人", place="示例路9号", started_at=day(2), ended_at=day(2, 11),
        recorder="执法乙", questions=(("是否有办学许可证", "没有"),), is_identified=True, is_rights_told=True,
        is_recusal_told=True, signature="SIGNED",
    )  # fmt: skip
    officers = changes.pop("officers", list(case.caseofficers.all()))
    return s.interview_record(
        actor=law.officer, case=case, officers=officers, details=replace(details, **changes), at=day(2, 12)
    )


def big(law: World) -> Case:
    fine = s.MeasureInput("FINE", 20_000_000, times=200)
    return making.ended(law, fine, fee_rows=((10_000_000, 0),))


def discuss(law: World, case: Case) -> None:
    values = {
        "held_at": day(22), "place": "会议室", "chair": "局领导", "members": "局领导、股负责人",
        "recorder": "报送员", "opinions": "一致同意", "conclusion": "同意处罚建议",
    }  # fmt: skip
    s.discussion_record(actor=law.head, case=case, values=values, at=day(22))


def spot(law: World, *measures: s.MeasureInput, **values: Any) -> Case:
    case = making.draft(law, kind="SIMPLE", code="DISGUISED_SUBJECT", **values)
    making.weigh(law, case, *measures, seriousness="SERIOUS")
    return case


def guards_raise(reasons: Any) -> None:
    found = list(reasons)
    if found:
        raise Blocked(found)
