"""Gates G11 to G36: each is shown closing and opening."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from casework.errors import Blocked, NotAllowed, Unlawful, WrongState
from casework.models import AuditEvent, ViolationType
from penalties import clock, guards, guards_decision, terms
from penalties import services as s
from penalties.models import Case
from tests.conftest import World
from tests.inspections.making import photo
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


def test_g05_two_certified_officers(law: World) -> None:
    case = making.draft(law, officers=1)
    closed("G05", s.case_submit, actor=law.officer, case=case, at=day(1))
    with pytest.raises(Blocked):
        s.officer_add(actor=law.officer, case=case, user=law.market_officer, at=day(1))
    s.officer_add(actor=law.officer, case=case, user=law.officer2, at=day(1))
    assert s.case_submit(actor=law.officer, case=case, at=day(1)).status == "SUBMITTED"


def test_g06_recusal_is_decided_first(law: World) -> None:
    case = making.draft(law)
    recusal = s.recusal_raise(
        actor=law.officer, officer=case.caseofficers.first(), ground="与当事人是近亲属", at=day(1)
    )
    closed("G06", s.case_submit, actor=law.officer, case=case, at=day(1))
    with pytest.raises(NotAllowed):
        s.recusal_decide(actor=law.officer, recusal=recusal, granted=False, note="不成立", at=day(1))
    s.recusal_decide(actor=law.leader, recusal=recusal, granted=True, note="成立", at=day(1))
    closed("G05", s.case_submit, actor=law.officer2, case=case, at=day(1))


def test_g11_grounds_limitation_and_approval(law: World) -> None:
    case = making.draft(law, act_to=date(2023, 1, 1), act_from=date(2022, 1, 1), found_on=date(2026, 3, 1))
    closed("G11", s.case_submit, actor=law.officer, case=case, at=day(1))
    set_(case, is_safety_harm=True)
    submitted = s.case_submit(actor=law.officer, case=case, at=day(1))
    with pytest.raises(NotAllowed):
        s.case_file(actor=law.officer, case=submitted, at=day(1))
    assert s.case_file(actor=law.leader, case=submitted, at=day(1)).status == "FILED"


def test_g11_evidence_and_jurisdiction(law: World) -> None:
    case = making.draft(law)
    case.evidenceitems.all().delete()
    closed("G11", s.case_submit, actor=law.officer, case=case, at=day(1))
    making.add_evidence(law, case)
    assert s.case_submit(actor=law.officer, case=case, at=day(1)).status == "SUBMITTED"


def test_g12_another_organ_filed_first(law: World) -> None:
    case = making.draft(law, earlier_organ="某县市场监督管理局")
    closed("G12", s.case_submit, actor=law.officer, case=case, at=day(1))
    set_(case, handover_no="某市监移〔2026〕1号")
    assert s.case_submit(actor=law.officer, case=case, at=day(1)).status == "SUBMITTED"


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


@pytest.mark.parametrize(
    "lack",
    [
        {"is_identified": False},
        {"is_rights_told": False},
        {"is_recusal_told": False},
        {"signature": "PENDING"},
    ],
)
def test_g13_an_interview_lacks(law: World, lack: dict[str, Any]) -> None:
    case = making.file(law, making.draft(law))
    closed("G13", interview, law, case, **lack)


def test_g13_an_interview_is_complete(law: World) -> None:
    case = making.file(law, making.draft(law))
    closed("G05", interview, law, case, officers=list(case.caseofficers.all()[:1]))
    row = interview(law, case, signature="REFUSED", refusal_note="拒绝签字，见证人李某")
    assert "问：是否有办学许可证" in str(row.document.content)


def test_g14_held_evidence_is_decided_in_seven_working_days(law: World) -> None:
    case = making.file(law, making.draft(law))
    making.prove(law, case)
    making.fees(law, case, (4_658_000, 4_358_000))
    making.weigh(law, case, s.MeasureInput("FINE", 600_000, times=200), departure="说明")
    hold = s.hold_request(
        actor=law.officer, case=case, items="收费账本1册", place="本机关", reason="可能灭失", at=day(3)
    )
    closed("G14", s.inquiry_end, actor=law.officer, case=case, at=day(4))
    with pytest.raises(NotAllowed):
        s.hold_approve(actor=law.officer, hold=hold, at=day(3))
    hold = s.hold_approve(actor=law.leader, hold=hold, at=day(3))
    assert hold.decide_by == date(2026, 3, 16)
    with pytest.raises(Unlawful, match="只能退还"):
        s.hold_settle(actor=law.officer, hold=hold, outcome="CONFISCATED", at=day(20))
    s.hold_settle(actor=law.officer, hold=hold, outcome="COPIED", at=day(5))
    assert s.inquiry_end(actor=law.officer, case=case, at=day(10)).status == "ENDED"


def test_g15_and_g16_evidence_before_the_inquiry_ends(law: World) -> None:
    case = making.file(law, making.draft(law))
    closed("G16", s.inquiry_end, actor=law.officer, case=case, at=day(3))
    item = making.add_evidence(law, case, name="监控录像", kind="AUDIO_VISUAL", proves="", is_monitoring=True)
    making.prove(law, case)
    making.fees(law, case, (4_658_000, 4_358_000))
    making.weigh(law, case, s.MeasureInput("FINE", 600_000, times=200), departure="说明")
    with pytest.raises(Blocked) as caught:
        s.inquiry_end(actor=law.officer, case=case, at=day(3))
    assert {"G15", "G16"} <= gates(caught.value)
    s.evidence_edit(
        actor=law.officer,
        item=item,
        values={"proves": "周末有课", "monitoring_legal": "合法", "monitoring_technical": "可靠"},
        at=day(3),
    )
    assert s.inquiry_end(actor=law.officer, case=case, at=day(4)).status == "ENDED"


def test_g17_range_of_the_law_and_ladder(law: World) -> None:
    case = making.ended(law, s.MeasureInput("FINE", 1_800_000, times=600))
    closed("G17", s.notice_issue, actor=law.officer, case=case, at=day(11))
    making.weigh(law, case, s.MeasureInput("FINE", 700_000, times=200), departure="说明")
    closed("G17", s.notice_issue, actor=law.officer, case=case, at=day(11))
    making.weigh(law, case, s.MeasureInput("CONFISCATION", 300_000), departure="说明")
    closed("G17", s.notice_issue, actor=law.officer, case=case, at=day(11))
    making.weigh(law, case, s.MeasureInput("FINE", 750_000, times=250))
    closed("G17", s.notice_issue, actor=law.officer, case=case, at=day(11))
    steps = {row.step: row for row in terms.rules_for(case, "LADDER")}
    making.weigh(law, case, s.MeasureInput("FINE", 750_000, times=250), rule=steps["从轻"])
    closed("G17", s.notice_issue, actor=law.officer, case=case, at=day(11))
    making.weigh(law, case, s.MeasureInput("FINE", 750_000, times=250), rule=steps["一般"])
    assert s.notice_issue(actor=law.officer, case=case, at=day(11)).status == "NOTIFIED"


def test_g17_disguised_training_is_fined_only_when_serious(law: World) -> None:
    case = making.ended(law, s.MeasureInput("FINE", 100_000), code="DISGUISED_SUBJECT")
    closed("G17", s.notice_issue, actor=law.officer, case=case, at=day(11))
    making.weigh(law, case, s.MeasureInput("FINE", 5_100_000), seriousness="SERIOUS", departure="说明")
    closed("G17", s.notice_issue, actor=law.officer, case=case, at=day(11))
    making.weigh(law, case, s.MeasureInput("FINE", 100_000), seriousness="SERIOUS", departure="说明")
    assert s.notice_issue(actor=law.officer, case=case, at=day(11)).status == "NOTIFIED"


def test_g18_no_second_fine_and_the_higher_rule(law: World) -> None:
    making.decided(law)
    again = making.ended(law)
    closed("G18", s.notice_issue, actor=law.officer, case=again, at=day(30))
    set_(again, distinct_act="另一校区的另一次举办")
    other = ViolationType.objects.get(code="STAFF_NOT_VETTED")
    again.concurrent.set([other])
    with clock.acting_at(day(30)):
        found = [row for row in guards.one_fine_per_act(again, law.officer) if "更高" in row.sentence]
    assert bool(found) is (other.details.get("law_ref") == "V12")
    again.concurrent.clear()
    set_(again, repeat_note="两次举办时间相连，不从重")
    assert s.notice_issue(actor=law.officer, case=again, at=day(30)).status == "NOTIFIED"


def test_repeat_within_two_years_is_weighed(law: World) -> None:
    place = making.make_place(law, "示例晨光文化传播有限公司", standing="UNLICENSED")
    making.decided(law, making.ended(law, institution=place))
    again = making.ended(law, institution=place)
    set_(again, distinct_act="不同行为")
    closed("repeat", s.notice_issue, actor=law.officer, case=again, at=day(30))
    assert [item["by"] for item in terms.previous_dealings(again)] == [["机构"]]
    set_(again, factors=["REPEAT"])
    assert s.notice_issue(actor=law.officer, case=again, at=day(30)).status == "NOTIFIED"


def test_g19_first_offence_is_weighed(law: World) -> None:
    case = making.ended(
        law, weighing={"departure": "说明", "first_offence": "UNWEIGHED", "first_offence_note": ""}
    )
    closed("G19", s.notice_issue, actor=law.officer, case=case, at=day(11))
    set_(case, first_offence="APPLIES", first_offence_note="首次")
    closed("G19", s.notice_issue, actor=law.officer, case=case, at=day(11))
    set_(case, first_offence="NOT_APPLIES")
    assert s.notice_issue(actor=law.officer, case=case, at=day(11)).status == "NOTIFIED"


def test_g20_age(law: World) -> None:
    born = {"party_kind": "PERSON", "party_name": "某少年", "party_born_on": date(2013, 1, 1)}
    case = making.ended(law, **born)
    closed("G20", s.notice_issue, actor=law.officer, case=case, at=day(11))
    set_(case, party_born_on=date(2009, 1, 1))
    closed("G20", s.notice_issue, actor=law.officer, case=case, at=day(11))
    set_(case, factors=["MINOR_PARTY"])
    assert s.notice_issue(actor=law.officer, case=case, at=day(11)).status == "NOTIFIED"


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


def big(law: World) -> Case:
    fine = s.MeasureInput("FINE", 20_000_000, times=200)
    return making.ended(law, fine, fee_rows=((10_000_000, 0),))


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


def discuss(law: World, case: Case) -> None:
    values = {
        "held_at": day(22), "place": "会议室", "chair": "局领导", "members": "局领导、股负责人",
        "recorder": "报送员", "opinions": "一致同意", "conclusion": "同意处罚建议",
    }  # fmt: skip
    s.discussion_record(actor=law.head, case=case, values=values, at=day(22))


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


def spot(law: World, *measures: s.MeasureInput, **values: Any) -> Case:
    case = making.draft(law, kind="SIMPLE", code="DISGUISED_SUBJECT", **values)
    making.weigh(law, case, *measures, seriousness="SERIOUS")
    return case


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


def test_g30_collecting_on_the_spot(law: World) -> None:
    case = spot(law, s.MeasureInput("FINE", 20_000))
    case = s.case_decide_on_spot(actor=law.officer, case=case, place="示例路9号", at=day(7))
    with pytest.raises(Unlawful, match="当场收缴"):
        making.pay(law, case, "FINE", 20_000, date(2026, 3, 10), is_on_spot=True)
    payment = making.pay(
        law, case, "FINE", 20_000, date(2026, 3, 10), is_on_spot=True, on_spot_ground="不当场收缴事后难以执行"
    )
    assert payment.hand_in_by == date(2026, 3, 12)
    closed("G30", s.case_perform, actor=law.officer, case=case, at=day(9))
    s.payment_hand_in(actor=law.officer, payment=payment, on=date(2026, 3, 11), at=day(9))
    assert s.case_perform(actor=law.officer, case=case, at=day(10)).status == "PERFORMED"


def test_g31_the_items_of_article_59(law: World) -> None:
    case = making.told(law, making.ended(law))
    set_(case, address_plain="")
    closed("G31", s.case_decide, actor=law.leader, case=case, at=day(25))
    set_(case, address_plain="示例路9号")
    assert s.case_decide(actor=law.leader, case=case, at=day(25)).status == "DECIDED"


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"receiver": ""}, "签收人"),
        ({"method": "LIEN", "refusal_reason": "拒收"}, "见证人"),
        ({"method": "LIEN", "witness": "李某"}, "拒收事由"),
        ({"method": "ELECTRONIC"}, "确认书"),
        ({"method": "MAIL"}, "回执"),
        ({"method": "PUBLICATION"}, "载体"),
    ],
)
def test_g32_each_method_has_its_proof(law: World, values: dict[str, Any], words: str) -> None:
    case = making.decided(law)
    with pytest.raises(Unlawful, match=words):
        making.serve(law, case, "PENALTY_DECISION", day(26), **values)


def test_g32_proven_services_start_the_terms(law: World) -> None:
    case = making.decided(law)
    closed("G32", lambda: guards_raise(guards_decision.decision_served(case, law.officer)))
    case = making.serve(
        law, case, "PENALTY_DECISION", day(26), method="PUBLICATION", publication_place="政府网站"
    )
    service = case.paperservices.get(document=case.decision)
    assert service.effective_on == date(2026, 4, 27)
    assert case.payment_due_on == date(2026, 5, 12)


def test_g32_lien_with_a_picture_and_electronic_with_consent(law: World) -> None:
    case = making.decided(law)
    kept = s.address_confirm(
        actor=law.officer, case=case, phone="138", email="a@example.com", is_electronic=True, at=day(25)
    )
    case = making.serve(law, case, "PENALTY_DECISION", day(26), method="ELECTRONIC", consent=kept)
    assert case.status == "SERVED"
    order = s.order_issue(
        actor=law.officer,
        case=case,
        kind="REFUND",
        content="退还全部费用",
        due_on=date(2026, 4, 30),
        at=day(27),
    )
    lien = making.service(law, method="LIEN", refusal_reason="拒收", receiver="")
    s.paper_serve(
        actor=law.officer, case=case, document=order.document, service=lien, proof=photo(), at=day(27)
    )
    assert case.paperservices.get(document=order.document).has_picture


def guards_raise(reasons: Any) -> None:
    found = list(reasons)
    if found:
        raise Blocked(found)


def test_g33_late_fine_is_capped_and_stands_still(law: World) -> None:
    case = making.served(law)
    due = case.payment_due_on
    assert terms.balance_of(case, due).late_fine == 0
    assert terms.balance_of(case, due + timedelta(days=10)).late_fine == 180_000
    assert terms.balance_of(case, due + timedelta(days=500)).late_fine == 600_000
    values = {"kind": "REVIEW", "body": "县政府", "started_on": due + timedelta(days=1)}
    proceeding = s.proceeding_record(actor=law.officer, case=case, values=values, at=day(45))
    assert terms.balance_of(case, due + timedelta(days=10)).late_fine == 0
    s.proceeding_end(
        actor=law.officer, proceeding=proceeding, ended_on=due + timedelta(days=5), result="维持", at=day(60)
    )
    assert terms.balance_of(case, due + timedelta(days=10)).late_fine == 90_000
    with pytest.raises(Unlawful, match="尚欠"):
        making.pay(law, case, "FINE", 600_001, due + timedelta(days=10))
    making.pay(law, case, "FINE", 600_000, due + timedelta(days=10))
    closed("G33", s.case_perform, actor=law.officer, case=case, at=day(60))


def test_g34_court_after_remedies_and_urging(law: World) -> None:
    case = making.served(law)
    closed("G34", s.case_urge, actor=law.officer, case=case, at=day(40))
    case = s.case_urge(actor=law.officer, case=case, at=day(60))
    closed("G34", s.case_apply_court, actor=law.leader, case=case, court="巫山县人民法院", at=day(100))
    case = making.serve(law, case, "URGE_NOTICE", day(215))
    closed("G34", s.case_apply_court, actor=law.leader, case=case, court="巫山县人民法院", at=day(220))
    closed("G34", s.case_apply_court, actor=law.leader, case=case, court="巫山县人民法院", at=day(320))
    case = s.case_apply_court(actor=law.leader, case=case, court="巫山县人民法院", at=day(250))
    assert case.status == "IN_COURT"


def test_g35_closing_needs_execution_and_publicity(law: World) -> None:
    case = making.served(law)
    closed("G35", s.case_close, actor=law.leader, case=case, at=day(40))
    closed("G35", s.case_perform, actor=law.officer, case=case, at=day(40))
    making.pay(law, case, "FINE", 600_000, date(2026, 4, 10))
    case = s.case_perform(actor=law.officer, case=case, at=day(40))
    closed("G35", s.case_close, actor=law.leader, case=case, at=day(41))
    s.publicity_exempt(actor=law.leader, case=case, reason="涉及未成年人隐私", at=day(41))
    closed_case = s.case_close(actor=law.leader, case=case, execution_note="已缴清", at=day(41))
    assert closed_case.close_ground == "EXECUTED"
    with pytest.raises(Unlawful, match="两人"):
        s.case_archive(actor=law.clerk, case=closed_case, filer="甲", checker="甲", at=day(42))


def test_g36_publication_alarm_then_escalation(law: World) -> None:
    case = making.decided(law)
    record = case.creditrecords.get()
    assert s.credit_alarms(actor=law.system, at=day(30)) == 0
    assert s.credit_alarms(actor=law.system, at=day(38)) == 1
    record.refresh_from_db()
    assert record.alarmed_at
    assert s.credit_alarms(actor=law.system, at=day(42)) == 1
    record.refresh_from_db()
    assert record.escalated_at
    s.credit_publish(actor=law.clerk, record=record, at=day(43))
    assert s.credit_alarms(actor=law.system, at=day(44)) == 0


def test_g36_withdrawn_within_three_working_days_of_a_change(law: World) -> None:
    case = making.served(law)
    record = s.credit_publish(actor=law.clerk, record=case.creditrecords.get(), at=day(27))
    assert record.display_until == date(2027, 3, 27)
    values = {"kind": "REVIEW", "body": "县政府", "started_on": date(2026, 4, 1)}
    row = s.proceeding_record(actor=law.officer, case=case, values=values, at=day(30))
    s.proceeding_end(
        actor=law.officer,
        proceeding=row,
        ended_on=date(2026, 5, 11),
        result="变更",
        changes_decision=True,
        at=day(70),
    )
    record.refresh_from_db()
    assert record.withdraw_due_on == date(2026, 5, 14)
    assert s.credit_alarms(actor=law.system, at=day(75)) == 1
    s.credit_withdraw(actor=law.clerk, record=record, reason="复议变更", at=day(76))
    assert AuditEvent.objects.filter(verb="penalties.creditrecord_withdraw").exists()


def test_repair_waits_for_display_and_performance(law: World) -> None:
    case = making.served(law)
    record = s.credit_publish(actor=law.clerk, record=case.creditrecords.get(), months=6, at=day(27))
    asked = {"actor": law.head, "record": record, "papers": "申请表、承诺书", "reason": "已履行"}
    with pytest.raises(Unlawful, match="最短期限"):
        s.credit_repair(at=day(40), **asked)
    with pytest.raises(WrongState, match="履行"):
        s.credit_repair(at=day(130), **asked)
    making.pay(law, case, "FINE", 600_000, date(2026, 4, 10))
    s.case_perform(actor=law.officer, case=case, at=day(40))
    assert s.credit_repair(at=day(130), **asked).status == "REPAIRED"


def test_divided_payment_moves_the_day(law: World) -> None:
    case = making.served(law)
    plan = [(date(2026, 5, 1), 300_000), (date(2026, 6, 1), 300_000)]
    with pytest.raises(NotAllowed):
        s.deferral_grant(actor=law.officer, case=case, reason="经营困难", schedule=plan, at=day(30))
    with pytest.raises(Unlawful, match="合计"):
        s.deferral_grant(actor=law.leader, case=case, reason="经营困难", schedule=plan[:1], at=day(30))
    s.deferral_grant(actor=law.leader, case=case, reason="经营困难", schedule=plan, at=day(30))
    case.refresh_from_db()
    assert case.payment_due_on == date(2026, 6, 1)


def test_other_organs_do_not_touch_the_case(law: World) -> None:
    case = making.draft(law)
    with pytest.raises(Blocked, match="本案由"):
        s.case_submit(actor=law.market_officer, case=case, at=day(1))
    evidence = SimpleUploadedFile("a.txt", b"x", "text/plain")
    with pytest.raises(Blocked, match="本案由"):
        s.evidence_add(actor=law.market_officer, case=case, values={}, uploads=[evidence], at=day(1))
