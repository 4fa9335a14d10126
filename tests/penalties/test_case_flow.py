"""Whole cases from clue to archive, through services only."""

from __future__ import annotations

import io
from datetime import date
from pathlib import Path
from typing import Any

from pypdf import PdfReader

from accounts.models import Organisation
from casework.models import AuditEvent, Deadline, OutboxMessage
from penalties import services as s
from penalties import terms, volumes
from penalties.models import Case
from penalties.papers import missing, source_form
from tests.conftest import World
from tests.penalties import making
from tests.penalties.gates import discuss
from tests.penalties.making import day


def finish(world: World, case: Case) -> Case:
    """Publish, close and archive."""
    for record in case.creditrecords.all():
        s.credit_publish(actor=world.clerk, record=record, at=day(28))
    closed = s.case_close(actor=world.leader, case=case, execution_note="罚没款已缴清", at=day(50))
    return s.case_archive(actor=world.clerk, case=closed, filer="执法甲", checker="报送员", at=day(55))


def test_an_ordinary_case_from_clue_to_archive(law: World) -> None:
    case = making.served(law)
    assert case.status == "SERVED"
    assert case.decision_no == "巫教培罚字〔2026〕1号"
    assert case.payment_due_on == date(2026, 4, 13)
    assert case.income_snapshot["amount"] == 300_000
    making.pay(law, case, "FINE", 600_000, date(2026, 4, 10))
    case = s.case_perform(actor=law.officer, case=case, at=day(40))
    case = finish(law, case)
    assert (case.status, case.archive_no, case.close_ground) == ("ARCHIVED", "20260001", "EXECUTED")
    main, side = volumes.build(case, volumes.MAIN), volumes.build(case, volumes.SIDE)
    assert [entry.title for entry in main.entries][:3] == [
        "立案审批表",
        "行政处罚决定书",
        "行政处罚事先告知书",
    ]
    assert [entry.title for entry in side.entries][:2] == ["案件来源登记表", "案件调查终结报告"]
    assert side.entries[-1].title == "结案审批表"
    reader = PdfReader(io.BytesIO(main.pdf))
    text = "".join(page.extract_text() for page in reader.pages)
    assert "卷内目录（正卷）" in text
    assert "卷内备考表" in text
    assert "20260001" in reader.pages[0].extract_text()
    assert main.pages == sum(entry.pages for entry in main.entries)
    assert len(reader.outline) == len(main.entries)


def test_every_step_is_audited_on_the_timeline(law: World) -> None:
    case = making.decided(law)
    verbs = set(AuditEvent.objects.filter(object_uid=case.uid).values_list("verb", flat=True))
    wanted = {"case_draft", "case_submit", "case_file", "case_end_inquiry", "case_notify", "case_decide"}
    assert {f"penalties.{code}" for code in wanted} <= verbs
    running = Deadline.objects.filter(subject_uid=case.uid, state="OPEN").values_list("kind", flat=True)
    assert "SERVE" in set(running)
    assert "DECIDE" not in set(running)


def test_a_hearing_case(law: World) -> None:
    fine = s.MeasureInput("FINE", 20_000_000, times=200)
    case = making.told(law, making.ended(law, fine, fee_rows=((10_000_000, 0),)))
    assert terms.needs_hearing_notice(case)
    hearing = s.hearing_request(actor=law.officer, case=case, requested_on=date(2026, 3, 16), at=day(14))
    plan = s.HearingPlan(day(30), "会议室", law.head, "报送员")
    hearing = s.hearing_schedule(actor=law.head, hearing=hearing, plan=plan, at=day(15))
    s.hearing_hold(
        actor=law.head,
        hearing=hearing,
        record="双方陈述、质证。",
        opinion="建议维持。",
        signature="SIGNED",
        at=day(30, 16),
    )
    making.review(law, case, day(31))
    discuss(law, case)
    decided = s.case_decide(actor=law.leader, case=case, at=day(32))
    assert decided.status == "DECIDED"
    kinds = {paper.kind for paper in volumes.papers_of(decided)}
    assert {"HEARING_RIGHTS", "HEARING_NOTICE", "HEARING_RECORD", "LEGAL_REVIEW"} <= kinds


def test_a_simple_case_on_the_spot(law: World) -> None:
    case = making.draft(law, kind="SIMPLE", code="DISGUISED_SUBJECT")
    s.discretion_set(
        actor=law.officer,
        case=case,
        values={"first_offence": "NOT_APPLIES", "first_offence_note": "经提醒仍未改正"},
        measures=[s.MeasureInput("WARNING")],
        at=day(0),
    )
    case = s.case_decide_on_spot(actor=law.officer, case=case, place="示例路9号", at=day(0, 11))
    assert (case.status, case.decision_no) == ("SERVED", "巫教培当罚〔2026〕1号")
    words = str(case.decision.content)
    assert "先向巫山县人民政府申请行政复议" in words
    case = s.case_perform(actor=law.officer, case=case, at=day(1))
    case = finish(law, case)
    assert case.archive_no == "20260001"


def test_a_case_without_penalty(law: World) -> None:
    case = making.file(law, making.draft(law))
    making.prove(law, case)
    case = making.weigh(
        law,
        case,
        no_penalty_ground="FIRST",
        first_offence="APPLIES",
        education_given="当面讲解办学许可规定，签订承诺书。",
    )
    case = s.inquiry_end(actor=law.officer, case=case, at=day(10))
    case = s.case_decide_no_penalty(actor=law.leader, case=case, at=day(12))
    assert (case.outcome, case.decision_no) == ("NO_PENALTY", "巫教培不罚〔2026〕1号")
    case = making.serve(law, case, "NO_PENALTY_DECISION", day(13))
    assert case.payment_due_on is None
    case = finish(law, case)
    assert (case.close_ground, case.creditrecords.count()) == ("NO_PENALTY", 0)


def test_transfer_and_withdrawal_are_lawful_ends(law: World) -> None:
    case = making.file(law, making.draft(law))
    case = s.case_transfer(actor=law.leader, case=case, to="巫山县公安局", reason="涉嫌犯罪", at=day(5))
    assert s.case_close(actor=law.leader, case=case, at=day(6)).close_ground == "TRANSFERRED"
    other = making.file(law, making.draft(law, party_name="示例另一公司"))
    other = s.case_withdraw(actor=law.leader, case=other, reason="当事人不存在", at=day(5))
    assert s.case_close(actor=law.leader, case=other, at=day(6)).close_ground == "WITHDRAWN"


def test_the_reporter_is_never_in_the_case(law: World) -> None:
    case = making.draft(law, source_kind="CLUE", source_no="线索2026-0012", source_brief="周末有学生进出")
    paper = source_form(case, at=day(1))
    assert missing(paper) == []
    assert "线索2026-0012" in str(paper.content)
    assert not [
        field.name for field in Case._meta.get_fields() if "report" in field.name and "er" in field.name[-2:]
    ]


def test_a_person_is_sealed(law: World) -> None:
    case = making.draft(
        law,
        party_kind="PERSON",
        party_name="李某",
        party_born_on=date(1990, 1, 1),
        address="示例小区3号楼1单元",
    )
    case.refresh_from_db()
    assert case.address_plain == ""
    assert "示例小区".encode() not in bytes(case.address_sealed)
    assert case.party_address == "示例小区3号楼1单元"
    assert case.address_shown.endswith("＊＊＊")
    shown = s.party_reveal(actor=law.officer, case=case, reason="送达", at=day(1))
    assert shown == "示例小区3号楼1单元"
    assert AuditEvent.objects.filter(verb="penalties.party_reveal", object_uid=case.uid).exists()


def test_the_credit_platform_gets_the_row(law: World, settings: Any, tmp_path: Path) -> None:
    Organisation.objects.filter(pk=law.education.pk).update(uscc="11500237009047112A")
    law.education.refresh_from_db()
    case = making.decided(law)
    record = case.creditrecords.get()
    assert record.due_on == date(2026, 4, 8)
    assert record.row["CF_NR_FK"] == "0.6"
    assert record.row["CF_CFJGDM"] == record.row["CF_SJLYDM"] == law.education.uscc == "11500237009047112A"
    assert record.row["CF_WSH"] == case.decision_no
    s.credit_publish(actor=law.clerk, record=record, at=day(27))
    message = OutboxMessage.objects.get(channel="credit")
    assert message.payload["row"]["CF_XDR_MC"] == case.party_name
    settings.EXCHANGE_DIR = tmp_path
    for _ in range(2):
        s.deliver(message)
    files = list((tmp_path / "credit").iterdir())
    assert [file.name for file in files] == [f"{message.payload_hash}.json"]
    assert case.party_name in files[0].read_text(encoding="utf-8")
