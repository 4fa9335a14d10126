"""Values that nobody checked against their document carry the mark wherever the room shows them or what follows from them."""

from __future__ import annotations

import io
from datetime import date
from typing import Any

import pytest
import time_machine
from django.urls import reverse
from openpyxl import load_workbook

from casework.models import ViolationType
from casework.models.policy import UNVERIFIED
from casework.policy import policy_replace
from penalties import credit_fields
from penalties import services as s
from penalties.models import Case, PenaltyRule
from tests.conftest import World
from tests.penalties import making
from tests.penalties.making import day

MARK = f">{UNVERIFIED}</span>"


def tab(case: Case, name: str = "") -> str:
    return reverse("penalties:case_detail", kwargs={"uid": case.uid}) + (f"?tab={name}" if name else "")


@pytest.fixture
def fined(law: World) -> Case:
    """An ended case whose fine follows a step of the model ladder, which is memory."""
    case = making.ended(law, s.MeasureInput("FINE", 20_000_000, times=200), fee_rows=((10_000_000, 0),))
    step = PenaltyRule.objects.get(layer="LADDER", law_ref="V1", step="一般")
    Case.objects.filter(pk=case.pk).update(rule=step)
    case.refresh_from_db()
    return case


def test_ladder_and_the_fine_that_follows_from_it(law: World, fined: Case, sign_in: Any) -> None:
    client = sign_in(law.officer)
    page = client.get(tab(fined, "discretion")).content.decode()
    assert page.count(MARK) == 1 + 4, "the fine and the four steps of the ladder"
    assert MARK in page.split("200,000.00")[1][:160]
    assert MARK in client.get(tab(fined)).content.decode().split("200,000.00")[1][:160]
    form = reverse("penalties:case_action", args=[fined.uid, "discretion"])
    assert client.get(form).content.decode().count(f"（{UNVERIFIED}）</option>") == 4
    PenaltyRule.objects.update(confidence="local")
    assert MARK not in client.get(tab(fined, "discretion")).content.decode()


def test_terms_and_threshold_on_the_procedure_tab_and_in_the_portal(
    law: World, fined: Case, sign_in: Any
) -> None:
    case = making.told(law, fined)
    with time_machine.travel(day(12)):
        page = sign_in(law.officer).get(tab(case, "procedure")).content.decode()
    term, threshold = page.split("期限至")[1][:160], page.split("较大数额")[1][:160]
    assert MARK in term
    assert MARK in threshold
    policy_replace(
        actor=law.leader, key="penalty.hearing.threshold.organisation",
        region=law.bureau.region, new_value=10_000_000, basis="本县规定", since=date(2026, 1, 1),
    )  # fmt: skip
    with time_machine.travel(day(12)):
        page = sign_in(law.officer).get(tab(case, "procedure")).content.decode()
    assert MARK not in page.split("较大数额")[1][:160]


def test_the_term_of_service_is_explained_as_itself(law: World, sign_in: Any) -> None:
    case = making.decided(law)
    assert case.status == "DECIDED"
    with time_machine.travel(case.decided_at):
        page = sign_in(law.officer).get(tab(case)).content.decode()
    head = page.split("到期日")[1][:400]
    assert f"{case.serve_due_on:%Y-%m-%d}" in head
    assert "行政处罚法第六十一条" in head
    assert "90" not in head


def test_a_preview_says_which_values_of_the_paper_were_not_checked(
    law: World, fined: Case, sign_in: Any
) -> None:
    url = reverse("penalties:case_preview", args=[fined.uid, "prior"])
    page = sign_in(law.officer).get(url).content.decode()
    assert "文书中待核实的取值：" in page
    assert "陈述申辩期限 5 个工作日" in page
    assert "作出处罚决定期限" not in page.split("文书中待核实的取值：")[1][:400]


def test_rules_and_credit_fields_are_told(law: World, fined: Case, sign_in: Any) -> None:
    client = sign_in(law.legal)
    assert MARK in client.get(reverse("penalties:rule_list")).content.decode()
    book = client.get(reverse("penalties:rule_list") + "?export=xlsx")
    sheet = load_workbook(io.BytesIO(book.content)).active
    words = {cell.value for cell in sheet["I"]}
    assert {UNVERIFIED, "已核实"} <= words
    assert not {"seen", "memory", "unverified"} & words
    assert "字段待核实" in sign_in(law.clerk).get(reverse("penalties:credit_list")).content.decode()
    assert {"CF_SJLYDM", "CF_XDR_ZJLX", "CF_XDR_ZJHM"} <= set(credit_fields.LABELS)


def test_a_violation_whose_article_was_not_read_is_marked(law: World, sign_in: Any) -> None:
    case = making.draft(law, code="CONTEST_ILLEGAL", party_name="示例竞赛公司")
    assert not case.violation.is_verified
    assert MARK in sign_in(law.officer).get(tab(case)).content.decode()


def test_a_kind_of_violation_cites_its_basis_with_the_mark(law: World) -> None:
    """The phone shows plain words, so the mark is part of them."""
    known = {row.code: row for row in ViolationType.objects.all()}
    unread, read = known["CONTEST_ILLEGAL"], known["UNLICENSED_OPERATION"]
    assert unread.cited.endswith(f"；{UNVERIFIED}")
    assert read.cited == read.basis
