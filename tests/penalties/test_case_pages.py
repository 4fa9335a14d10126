"""The desk's pages of cases, by persona."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.urls import reverse

from inspections import services as inspections
from penalties import services as s
from penalties import volumes
from penalties.models import Case
from penalties.registration import cases, openings, reviews
from tests.conftest import World
from tests.inspections import making as visits
from tests.penalties import making
from tests.penalties.making import day

TABS = ("", "evidence", "fees", "discretion", "procedure", "papers", "money", "history")


def detail(case: Case, tab: str = "") -> str:
    url = reverse("penalties:case_detail", kwargs={"uid": case.uid})
    return f"{url}?tab={tab}" if tab else url


def do(case: Case, name: str) -> str:
    return reverse("penalties:case_action", kwargs={"uid": case.uid, "name": name})


def test_every_tab_in_every_state(law: World, sign_in: Any) -> None:
    draft = making.draft(law)
    served = making.served(law, making.decided(law, making.ended(law, party_name="示例另一公司")))
    for case in (draft, served):
        for person in (law.officer, law.leader, law.legal, law.clerk, law.supervisor):
            client = sign_in(person)
            for tab in TABS:
                assert client.get(detail(case, tab)).status_code == 200, (person, tab)


def test_strangers_meet_404_or_403(law: World, sign_in: Any) -> None:
    case = making.draft(law)
    assert sign_in(law.neighbour_officer).get(detail(case)).status_code == 404
    assert sign_in(law.market_officer).get(detail(case)).status_code == 404
    for person in (law.institution_user, law.township, law.partner):
        assert sign_in(person).get(detail(case)).status_code in {403, 404}
    assert sign_in(law.neighbour_officer).post(do(case, "submit")).status_code == 404
    assert sign_in(law.clerk).post(do(case, "submit")).status_code == 403
    side = reverse("penalties:case_volume", args=[case.uid, "side"])
    assert sign_in(law.supervisor).get(side).status_code == 404
    assert sign_in(law.officer).get(side)["Content-Type"] == "application/pdf"


def test_the_page_says_what_blocks_and_who_clears_it(law: World, sign_in: Any) -> None:
    case = making.draft(law, officers=1)
    page = sign_in(law.officer).get(detail(case)).content.decode()
    assert "有效执法证的办案人员只有 1 人" in page
    assert "行政处罚法第四十二条" in page
    assert "请补充办案人员" in page


def test_a_case_is_drafted_and_filed_on_screen(law: World, sign_in: Any) -> None:
    client = sign_in(law.officer)
    values = making.draft_values(law)
    form = {
        **{key: value for key, value in values.items() if value not in {None, ""}},
        "kind": "ORDINARY",
        "violation": values["violation"].pk,
        "region": law.town.pk,
        "party_address": "示例路9号",
    }
    answer = client.post(reverse("penalties:case_create"), form)
    assert answer.status_code == 302, answer.content.decode()[:3000]
    case = Case.objects.get()
    for person in (law.officer, law.officer2):
        assert client.post(do(case, "officer"), {"user": person.pk}).status_code == 302
    evidence = {
        "kind": "DOCUMENTARY", "name": "招生传单", "proves": "正在招生", "source": "现场取得",
        "collected_on": "2026-03-01", "pages": 1,
    }  # fmt: skip
    assert client.post(do(case, "evidence"), evidence).status_code == 302
    client.post(do(case, "submit"))
    sign_in(law.leader).post(do(case, "file"), {"note": ""})
    case.refresh_from_db()
    assert (case.status, case.number) == ("FILED", "巫教培立字〔2026〕1号")


def test_fees_and_discretion_on_screen(law: World, sign_in: Any) -> None:
    case = making.file(law, making.draft(law))
    making.prove(law, case)
    client = sign_in(law.officer)
    text = "学生\t收费\n张三\t46,580\t\t\t43580\t2026-03-05\n"
    assert client.post(do(case, "fees"), {"text": text}).status_code == 302
    page = client.get(detail(case, "fees")).content.decode()
    assert "3,000.00" in page
    assert "张三" not in page
    case.refresh_from_db()
    form = {
        "rule_broken": case.rule_broken, "basis": case.basis, "seriousness": "GENERAL", "reasons": "及时退费",
        "first_offence": "NOT_APPLIES", "first_offence_note": "持续时间长", "departure": "按二倍", "times": "2",
        "version": case.version,
    }  # fmt: skip
    answer = client.post(do(case, "discretion"), form)
    assert answer.status_code == 302, answer.content.decode()[-3000:]
    assert case.measures.get().amount_fen == 600_000
    stale = client.post(do(case, "discretion"), {**form, "reasons": "另一理由"})
    assert stale.status_code == 422
    bad = client.post(do(case, "fees"), {"text": "张三\t100\t\t\t200\t2026-03-05"})
    assert "退费多于收费" in bad.content.decode()


def test_previews_show_the_paper_and_what_lacks(law: World, sign_in: Any) -> None:
    client = sign_in(law.officer)
    ended = making.ended(law)
    for name in ("report", "prior", "hearing", "decision", "urge", "no-penalty", "filing"):
        url = reverse("penalties:case_preview", args=[ended.uid, name])
        assert client.get(url).status_code == 200, name
    pdf = client.get(reverse("penalties:case_preview", args=[ended.uid, "prior"]) + "?as=pdf")
    assert pdf.content[:5] == b"%PDF-"


def test_lists_filter_and_export(law: World, sign_in: Any) -> None:
    case = making.decided(law)
    client = sign_in(law.clerk)
    page = client.get(reverse("penalties:case_list") + "?state=PENDING&q=晨光").content.decode()
    assert case.decision_no in page
    assert client.get(reverse("penalties:case_list") + "?export=xlsx").content[:2] == b"PK"
    lines = b"".join(client.get(reverse("penalties:credit_list") + "?export=csv").streaming_content).decode()
    assert "罚款金额（万元）（CF_NR_FK）" in lines
    assert ",0.6," in lines
    assert client.get(reverse("penalties:rule_list") + "?q=V1").status_code == 200


def test_the_reviewer_has_a_worklist(law: World, sign_in: Any) -> None:
    case = making.ended(law, is_major=True)
    s.review_request(actor=law.officer, case=case, at=day(11))
    found = list(reviews(law.legal, date(2026, 3, 14)))
    assert [item.title for item in found] == [f"法制审核：{case.title}"]
    home = sign_in(law.legal).get("/desk/").content.decode()
    assert f"法制审核：{case.title}" in home
    assert cases(law.officer, date(2026, 3, 14))


@pytest.fixture
def escalated(law: World) -> Any:
    place = visits.make_place(law)
    visit = visits.start(law, visits.make_plan(law, place))
    notice = visits.serve(law, visits.issue(law, visits.draft_notice(law, visit)))
    return inspections.notice_escalate(
        actor=law.head, notice=notice, target="立案查处", reason="逾期拒不整改"
    )


def test_a_case_from_an_escalated_notice(law: World, sign_in: Any, escalated: Any) -> None:
    client = sign_in(law.officer)
    assert [item.stage for item in openings(law.officer, date(2026, 11, 22))] == ["待立案"]
    url = reverse("penalties:case_from_notice", kwargs={"uid": escalated.uid})
    notice_page = client.get(reverse("inspections:notice_detail", kwargs={"uid": escalated.uid}))
    assert url in notice_page.content.decode()
    assert client.get(url).status_code == 200
    assert client.post(url).status_code == 302
    case = Case.objects.get()
    assert (case.source_kind, case.source_no, case.notice) == ("ESCALATION", escalated.number, escalated)
    assert case.institution == escalated.institution
    assert list(openings(law.officer, date(2026, 11, 22))) == []
    case.refresh_from_db()
    titles = [entry.title for entry in volumes.entries_of(case, volumes.MAIN)]
    assert titles == ["行政检查通知书", "责令（限期）改正通知书", "送达回证"]
    panel = client.get(
        reverse("institutions:institution_detail", args=[case.institution.uid])
    ).content.decode()
    assert "处罚案件" in panel
