"""Gates G05 to G20: each is shown closing and opening."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from casework.errors import Blocked, NotAllowed, Unlawful
from casework.models import ViolationType
from penalties import clock, guards, terms
from penalties import services as s
from tests.conftest import World
from tests.penalties import making
from tests.penalties.gates import closed, gates, interview, set_
from tests.penalties.making import day


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
