"""Gates G21 to G29: each is shown closing and opening."""

from __future__ import annotations

from datetime import date

import pytest

from casework.errors import NotAllowed, Unlawful, WrongState
from casework.policy import policy_replace
from penalties import services as s
from tests.conftest import World
from tests.penalties import making
from tests.penalties.gates import big, closed, discuss, spot
from tests.penalties.making import day


def test_g21_notice_only_after_the_inquiry(law: World) -> None:
    case = making.file(law, making.draft(law))
    with pytest.raises(WrongState, match="调查取证"):
        s.notice_issue(actor=law.officer, case=case, at=day(5))
    assert s.notice_issue(
        actor=law.officer, case=making.ended(law, party_name="另一公司"), at=day(11)
    ).notified_at


def test_g22_served_waited_and_answered(law: World) -> None:
    case = s.notice_issue(actor=law.officer, case=making.ended(law), at=day(11))
    closed("G22", s.case_decide, actor=law.leader, case=case, at=day(25))
    case = making.serve(law, case, "PENALTY_PRIOR_NOTICE", day(11))
    assert case.statement_until == date(2026, 3, 20)
    closed("G22", s.case_decide, actor=law.leader, case=case, at=day(18))
    point = s.statement_add(
        actor=law.officer, case=case, text="收入计算有误", made_on=date(2026, 3, 16), at=day(14)
    )
    closed("G22", s.case_decide, actor=law.leader, case=case, at=day(25))
    s.statement_answer(actor=law.officer, point=point, answer="已按退费核减", is_accepted=False, at=day(15))
    s.statement_waive(actor=law.officer, case=case, paper="2026年3月17日声明", at=day(15))
    assert s.case_decide(actor=law.leader, case=case, at=day(18)).status == "DECIDED"


def test_g23_arguing_never_makes_it_heavier(law: World) -> None:
    case = making.told(law, making.ended(law))
    making.weigh(law, case, s.MeasureInput("FINE", 900_000, times=300), departure="说明")
    closed("G23", s.case_decide, actor=law.leader, case=case, at=day(25))
    making.weigh(
        law,
        case,
        s.MeasureInput("FINE", 600_000, times=200),
        s.MeasureInput("STOP_RUNNING"),
        departure="说明",
    )
    closed("G23", s.case_decide, actor=law.leader, case=case, at=day(25))
    making.weigh(law, case, s.MeasureInput("FINE", 300_000, times=100), departure="采纳申辩，减为一倍")
    assert s.case_decide(actor=law.leader, case=case, at=day(25)).status == "DECIDED"


def test_g24_hearing_right_term_and_conduct(law: World) -> None:
    case = s.notice_issue(actor=law.officer, case=big(law), at=day(11))
    case = making.serve(law, case, "PENALTY_PRIOR_NOTICE", day(11))
    making.review(law, case, day(12))
    closed("G24", s.case_decide, actor=law.leader, case=case, at=day(25))
    case = making.serve(law, case, "HEARING_RIGHTS", day(12))
    assert case.hearing_until == date(2026, 3, 20)
    closed("G24", s.case_decide, actor=law.leader, case=case, at=day(18))
    with pytest.raises(Unlawful, match="期限"):
        s.hearing_request(actor=law.officer, case=case, requested_on=date(2026, 3, 23), at=day(21))
    hearing = s.hearing_request(actor=law.officer, case=case, requested_on=date(2026, 3, 19), at=day(17))
    closed("G24", s.case_decide, actor=law.leader, case=case, at=day(25))
    plan = s.HearingPlan(day(35), "会议室", law.officer2, "报送员")
    closed("G24", s.hearing_schedule, actor=law.head, hearing=hearing, plan=plan, at=day(18))
    soon = s.HearingPlan(day(22), "会议室", law.head, "报送员")
    closed("G24", s.hearing_schedule, actor=law.head, hearing=hearing, plan=soon, at=day(18))
    right = s.HearingPlan(day(35), "会议室", law.head, "报送员")
    hearing = s.hearing_schedule(actor=law.head, hearing=hearing, plan=right, at=day(18))
    told = {"record": "双方质证", "opinion": "维持"}
    closed("G24", s.hearing_hold, actor=law.head, hearing=hearing, signature="PENDING", at=day(36), **told)
    s.hearing_hold(actor=law.head, hearing=hearing, signature="SIGNED", at=day(36), **told)
    discuss(law, case)
    assert s.case_decide(actor=law.leader, case=case, at=day(37)).status == "DECIDED"


def test_g25_review_by_a_qualified_outsider(law: World) -> None:
    case = making.told(law, making.ended(law, is_public_interest=True))
    closed("G25", s.case_decide, actor=law.leader, case=case, at=day(25))
    row = s.review_request(actor=law.officer, case=case, at=day(20))
    closed("G25", s.case_decide, actor=law.leader, case=case, at=day(25))
    given = {"review": row, "opinions": making.OPINIONS, "conclusion": "同意"}
    with pytest.raises(NotAllowed):
        s.review_give(actor=law.head, passed=True, qualification="A1", at=day(21), **given)
    with pytest.raises(Unlawful, match="资格"):
        s.review_give(actor=law.legal, passed=True, qualification="", at=day(21), **given)
    s.review_give(actor=law.legal, passed=True, qualification="A1", at=day(21), **given)
    assert s.case_decide(actor=law.leader, case=case, at=day(25)).status == "DECIDED"


def test_g26_a_large_fine_is_discussed_and_the_amount_is_data(law: World) -> None:
    case = making.told(law, big(law))
    s.statement_waive(actor=law.officer, case=case, paper="放弃声明", at=day(13))
    making.review(law, case, day(20))
    closed("G26", s.case_decide, actor=law.leader, case=case, at=day(25))
    policy_replace(
        actor=law.leader, key="penalty.discussion.threshold.organisation", region=law.bureau.region,
        new_value=30_000_000, basis="本县重大行政处罚标准", since=date(2026, 1, 1),
    )  # fmt: skip
    assert s.case_decide(actor=law.leader, case=case, at=day(25)).status == "DECIDED"


def test_g26_a_major_case_is_discussed(law: World) -> None:
    case = making.told(law, making.ended(law, is_major=True))
    making.review(law, case, day(20))
    closed("G26", s.case_decide, actor=law.leader, case=case, at=day(25))
    discuss(law, case)
    assert s.case_decide(actor=law.leader, case=case, at=day(25)).status == "DECIDED"


def test_g27_revocation_needs_all_three_and_shows_on_the_register(law: World) -> None:
    place = making.make_place(law)
    case = making.ended(
        law,
        s.MeasureInput("REVOCATION"),
        code="SCOPE_EXCEEDED",
        institution=place,
        weighing={"seriousness": "SERIOUS"},
    )
    case = making.told(law, case)
    closed("G27", s.case_decide, actor=law.leader, case=case, at=day(25))
    making.review(law, case, day(20))
    closed("G27", s.case_decide, actor=law.leader, case=case, at=day(25))
    discuss(law, case)
    case = s.case_decide(actor=law.leader, case=case, at=day(25))
    making.serve(law, case, "PENALTY_DECISION", day(26))
    place.refresh_from_db()
    assert place.licence_state == "REVOKED"


def test_g28_ninety_days_or_an_extension(law: World) -> None:
    case = making.told(law, making.ended(law))
    assert case.decide_due_on == date(2026, 6, 1)
    closed("G28", s.case_decide, actor=law.leader, case=case, at=day(95))
    with pytest.raises(NotAllowed):
        s.extension_record(actor=law.officer, case=case, ground="案情复杂", at=day(80))
    s.extension_record(actor=law.leader, case=case, ground="案情复杂，需鉴定", at=day(80))
    assert s.case_decide(actor=law.leader, case=case, at=day(95)).status == "DECIDED"


def test_g29_caps_of_the_simple_procedure(law: World) -> None:
    case = spot(law, s.MeasureInput("FINE", 300_001))
    closed("G29", s.case_decide_on_spot, actor=law.officer, case=case, place="示例路9号", at=day(7))
    making.weigh(law, case, s.MeasureInput("FINE", 300_000), seriousness="SERIOUS")
    assert (
        s.case_decide_on_spot(actor=law.officer, case=case, place="示例路9号", at=day(7)).status == "SERVED"
    )
    person = spot(
        law,
        s.MeasureInput("FINE", 20_001),
        party_kind="PERSON",
        party_name="王某",
        party_born_on=date(1990, 1, 1),
    )
    closed("G29", s.case_decide_on_spot, actor=law.officer, case=person, place="示例路9号", at=day(7))
