"""Gates G30 to G36 and what follows a decision: each is shown closing and opening."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from casework.errors import Blocked, NotAllowed, Unlawful, WrongState
from casework.models import AuditEvent
from penalties import guards, terms
from penalties import services as s
from tests.conftest import World
from tests.inspections.making import photo
from tests.penalties import making
from tests.penalties.gates import closed, guards_raise, set_, spot
from tests.penalties.making import day


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
    closed("G32", lambda: guards_raise(guards.decision_served(case, law.officer)))
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
