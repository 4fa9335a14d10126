"""The party in the portal: its own case, its terms, its statement and hearing, and nothing else."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
import time_machine
from django.urls import reverse

from casework.errors import NotAllowed, WrongState
from casework.models import AuditEvent, EvidenceFile, OfficialDocument
from penalties import party, services
from penalties import services as s
from penalties.models import Case, Hearing, StatementPoint
from penalties.registration import hearings, portal_cases, statements
from tests.conftest import World
from tests.inspections.making import photo
from tests.penalties import making
from tests.penalties.gates import discuss
from tests.penalties.making import day, make_place

FINE = s.MeasureInput("FINE", 20_000_000, times=200)


def portal(name: str, case: Case) -> str:
    return reverse(f"penalties_portal:{name}", kwargs={"uid": case.uid})


@pytest.fixture
def told(law: World) -> Case:
    """A case with hearing against the institution of the portal's user, told on 13 March 2026."""
    place = make_place(law, organisation=law.institution_user.organisation)
    case = making.ended(
        law, FINE, fee_rows=((10_000_000, 0),), institution=place, party_name=place.name,
        source_kind="CLUE", source_no="线索2026-0099", source_brief="家长反映周末上课",
    )  # fmt: skip
    return making.told(law, case)


def test_a_party_reads_its_case_and_its_terms(law: World, told: Case, sign_in: Any) -> None:
    with time_machine.travel(day(12)):
        client = sign_in(law.institution_user)
        assert told.violation.name in client.get(reverse("penalties_portal:own_list")).content.decode()
        body = client.get(portal("own_case", told)).content.decode()
        work = {
            item.title.split("：")[0]: item.due_on
            for item in portal_cases(law.institution_user, date(2026, 3, 14))
        }
    assert "提交陈述申辩" in body
    assert "申请听证" in body
    assert "罚款人民币200,000.00元" in body
    assert work == {"陈述、申辩": told.statement_until, "申请听证": told.hearing_until}
    hidden = ("线索2026-0099", "家长反映", "调查终结报告", "立案审批表", "案件来源", "法制审核", "执法甲（")
    assert not [word for word in hidden if word in body]


def test_a_party_opens_what_was_served_and_no_side_volume(law: World, told: Case, sign_in: Any) -> None:
    client = sign_in(law.institution_user)
    rows = {row.kind: row for row in OfficialDocument.objects.filter(subject_uid=told.uid)}

    def status(kind: str) -> int:
        return int(
            client.get(reverse("casework:document_download", args=[rows[kind].uid, "pdf"])).status_code
        )

    assert status("PENALTY_PRIOR_NOTICE") == 200
    for kind in ("CASE_SOURCE", "CASE_FILING_APPROVAL", "INVESTIGATION_REPORT", "SERVICE_RECEIPT"):
        assert status(kind) in {403, 404}, kind
    s.statement_waive(actor=law.officer, case=told, paper="放弃声明", at=day(12))
    making.review(law, told, day(20))
    discuss(law, told)
    decided = s.case_decide(actor=law.leader, case=Case.objects.get(pk=told.pk), at=day(25))
    assert client.get(
        reverse("casework:document_download", args=[decided.decision.uid, "pdf"])
    ).status_code in {403, 404}
    assert decided.decision_no not in client.get(portal("own_case", told)).content.decode()
    making.serve(law, decided, "PENALTY_DECISION", day(26))
    with time_machine.travel(day(27)):
        body = client.get(portal("own_case", told)).content.decode()
    assert decided.decision_no in body
    assert "申请行政复议" in body
    assert "200,000.00" in body


def test_a_statement_with_files_and_a_hearing_are_handed_in(law: World, told: Case, sign_in: Any) -> None:
    client = sign_in(law.institution_user)
    with time_machine.travel(day(12)):
        sent = client.post(portal("own_statement", told), {"text": "已全部退费", "uploads": [photo()]})
        assert sent.status_code == 302, sent.content.decode()[-2000:]
        assert client.post(portal("own_statement", told), {"text": " "}).status_code == 422
        assert client.post(portal("own_hearing", told), {}).status_code == 422
        assert client.post(portal("own_hearing", told), {"is_sure": "on"}).status_code == 302
        assert client.post(portal("own_hearing", told), {"is_sure": "on"}).status_code == 422
        body = client.get(portal("own_case", told)).content.decode()
    assert "已全部退费" in body
    point = StatementPoint.objects.get()
    file = EvidenceFile.objects.get(subject_uid=point.uid)
    with time_machine.travel(day(12)):
        assert client.get(reverse("casework:evidence_file", args=[file.uid])).status_code == 200
    assert Hearing.objects.get().requested_on == date(2026, 3, 14)
    assert [item.stage for item in statements(law.officer, date(2026, 3, 14))] == ["待复核"]
    assert [item.stage for item in hearings(law.head, date(2026, 3, 14))] == ["待安排"]
    desk = (
        sign_in(law.officer)
        .get(reverse("penalties:case_detail", args=[told.uid]) + "?tab=procedure")
        .content.decode()
    )
    assert "当事人在线提交" in desk
    verbs = set(AuditEvent.objects.filter(actor=law.institution_user).values_list("verb", flat=True))
    assert {"penalties.statement_hand_in", "penalties.hearing_ask"} <= verbs


def test_late_for_a_hearing_but_never_for_arguing_before_the_decision(law: World, told: Case) -> None:
    with pytest.raises(WrongState, match="2026-03-20"):
        services.hearing_ask(actor=law.institution_user, case=told, at=day(40))
    assert (
        services.statement_hand_in(actor=law.institution_user, case=told, text="补充", at=day(40)).text
        == "补充"
    )


def test_nobody_elses_case_and_none_before_something_was_served(law: World, told: Case, sign_in: Any) -> None:
    other = making.ended(law, party_name="示例别家公司", institution=make_place(law, "示例别家艺术中心"))
    quiet = making.draft(law, institution=told.institution, party_name=told.party_name)
    person = making.told(
        law,
        making.ended(
            law,
            party_kind="PERSON",
            party_name="李某",
            party_born_on=date(1990, 1, 1),
            institution=told.institution,
        ),
    )
    client = sign_in(law.institution_user)
    for case in (other, quiet, person):
        assert client.get(portal("own_case", case)).status_code == 404
        assert client.post(portal("own_statement", case), {"text": "x"}).status_code == 404
        with pytest.raises(NotAllowed):
            services.statement_hand_in(actor=law.institution_user, case=case, text="x", at=day(12))
    assert list(party.cases_of_party(law.institution_user)) == [told]
    assert not party.cases_of_party(law.officer).exists()
    assert sign_in(law.officer).get(portal("own_case", told)).status_code == 403
