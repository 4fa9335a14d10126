"""Builders of cases for the tests of this room; everything goes through services."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.utils import timezone

from accounts.models import User
from casework.models import ViolationType
from penalties import services as s
from penalties.fees import FeeLine
from penalties.models import Case, EvidenceItem
from tests.conftest import World
from tests.inspections.making import load_law as load_office_law
from tests.inspections.making import make_place

START = datetime(2026, 3, 2, 9, 0, tzinfo=timezone.get_default_timezone())


def load_law(world: World) -> None:
    """Policies, violation types, document kinds and ranges of penalties."""
    load_office_law()
    s.reference_load(actor=world.system)


def day(offset: int, hour: int = 10) -> datetime:
    """A moment some days after the start."""
    return START.replace(hour=hour) + timedelta(days=offset)


def draft_values(world: World, **values: Any) -> dict[str, Any]:
    """Fields of a case about an unlicensed place."""
    code = values.pop("code", "UNLICENSED_OPERATION")
    return {
        "source_kind": "INSPECTION",
        "source_no": "检查出动3月第1号",
        "party_kind": "ORGANISATION",
        "party_name": "示例晨光文化传播有限公司",
        "party_uscc": "",
        "party_head": "张某",
        "violation": ViolationType.objects.get(code=code),
        "act_from": date(2026, 1, 5),
        "act_to": date(2026, 3, 1),
        "found_on": date(2026, 3, 1),
        "clue_facts": "未取得办学许可证，在示例路9号招收小学生开展培训。",
        "jurisdiction": "违法行为发生地在本县（行政处罚法第二十二条）",
        "basis": "《民办教育促进法》第六十四条、《校外培训行政处罚暂行办法》第十七条",
        "rule_broken": "《民办教育促进法》第六十四条",
        **values,
    }


def draft(world: World, *, officers: int = 2, address: str = "示例路9号", **values: Any) -> Case:
    """A draft with evidence and up to two officers."""
    case = s.case_draft(
        actor=world.officer,
        organ=world.education,
        region=world.town,
        values=draft_values(world, **values),
        party_address=address,
        at=day(0),
    )
    for person in (world.officer, world.officer2)[:officers]:
        s.officer_add(actor=world.officer, case=case, user=person, at=day(0))
    add_evidence(world, case)
    return case


def add_evidence(world: World, case: Case, **values: Any) -> EvidenceItem:
    """One item of evidence."""
    fields = {
        "kind": "SITE_RECORD",
        "name": "现场检查笔录",
        "proves": "当事人正在开展培训",
        "source": "执法人员现场制作",
        "collected_on": date(2026, 3, 1),
        "pages": 3,
        **values,
    }
    return s.evidence_add(actor=world.officer, case=case, values=fields, at=day(0))


def file(world: World, case: Case, at: datetime | None = None) -> Case:
    """Submit and approve."""
    submitted = s.case_submit(actor=world.officer, case=case, at=at or day(1))
    return s.case_file(actor=world.leader, case=submitted, at=at or day(1, 15))


def prove(world: World, case: Case) -> None:
    """One fact, proven by every item of evidence."""
    facts = s.facts_set(actor=world.officer, case=case, texts=["2026年1月5日至3月1日无证开展培训"], at=day(2))
    for item in case.evidenceitems.all():
        s.evidence_edit(actor=world.officer, item=item, values={}, facts=facts, at=day(2))


def fees(world: World, case: Case, *rows: tuple[int, int], on: date = date(2026, 3, 5)) -> None:
    """Pupils with what was charged and refunded, in fen."""
    lines = [
        FeeLine(f"学生{number}", charged, 0, 0, refunded, on if refunded else None, "")
        for number, (charged, refunded) in enumerate(rows, 1)
    ]
    s.fees_set(actor=world.officer, case=case, lines=lines, at=day(5))


def weigh(world: World, case: Case, *measures: s.MeasureInput, **values: Any) -> Case:
    """Fill in the discretion and propose measures."""
    fields = {
        "reasons": "积极配合调查。",
        "first_offence": "NOT_APPLIES",
        "first_offence_note": "培训持续两个月，危害后果不属轻微。",
        "departure": "",
        **values,
    }
    case.refresh_from_db()
    return s.discretion_set(actor=world.officer, case=case, values=fields, measures=measures, at=day(6))


def ended(world: World, *measures: s.MeasureInput, **values: Any) -> Case:
    """A case whose inquiry is over, fine of two times an income of 3,000 yuan unless told otherwise."""
    weighing = values.pop("weighing", {"departure": "学员人数少，适用二倍。"})
    rows = values.pop("fee_rows", ((4_658_000, 4_358_000),))
    case = file(world, draft(world, **values))
    prove(world, case)
    fees(world, case, *rows)
    chosen = measures or (s.MeasureInput("FINE", 600_000, times=200),)
    case = weigh(world, case, *chosen, **weighing)
    return s.inquiry_end(actor=world.officer, case=case, at=day(10))


def service(world: World, **values: Any) -> s.Service:
    """Direct service by the two officers."""
    fields = {
        "method": "DIRECT",
        "place": "示例路9号",
        "server_one": world.officer,
        "server_two": world.officer2,
        "receiver": "张某",
        "receiver_relation": "负责人",
        **values,
    }
    return s.Service(**fields)


def serve(world: World, case: Case, kind: str, at: datetime, **values: Any) -> Case:
    """Serve the newest document of a kind."""
    from penalties import terms

    document = terms.paper_of(case, kind)
    assert document is not None, kind
    s.paper_serve(
        actor=world.officer,
        case=case,
        document=document,
        service=service(world, **values),
        served_at=at,
        at=at,
    )
    case.refresh_from_db()
    return case


def told(world: World, case: Case, at: datetime | None = None) -> Case:
    """Prior notice issued and served, hearing advice as well where it was made."""
    from penalties import terms

    moment = at or day(11)
    case = s.notice_issue(actor=world.officer, case=case, at=moment)
    case = serve(world, case, "PENALTY_PRIOR_NOTICE", moment)
    if terms.paper_of(case, "HEARING_RIGHTS"):
        case = serve(world, case, "HEARING_RIGHTS", moment)
    return case


OPINIONS = dict.fromkeys(
    ("jurisdiction", "facts", "evidence", "basis", "procedure", "discretion", "document_form"), "无异议"
)


def review(world: World, case: Case, at: datetime, *, passed: bool = True, actor: User | None = None) -> Any:
    """法制审核 by the reviewer."""
    row = s.review_request(actor=world.officer, case=case, at=at)
    return s.review_give(
        actor=actor or world.legal,
        review=row,
        passed=passed,
        opinions=OPINIONS,
        conclusion="同意" if passed else "补充证据",
        qualification="法律职业资格证 A2020",
        at=at,
    )


def decided(world: World, case: Case | None = None, at: datetime | None = None) -> Case:
    """A decided case, twenty-five days after the start unless told otherwise."""
    case = told(world, case or ended(world))
    return s.case_decide(actor=world.leader, case=case, at=at or day(25))


def served(world: World, case: Case | None = None) -> Case:
    """A decision served."""
    return serve(world, case or decided(world), "PENALTY_DECISION", day(26))


def pay(world: World, case: Case, kind: str, amount: int, on: date, **values: Any) -> Any:
    """Record a payment."""
    given = s.PaymentInput(kind, amount, on, values.pop("receipt_no", "收据0001"), **values)
    return s.payment_record(
        actor=world.officer, case=case, payment=given, at=datetime.combine(on, START.timetz())
    )


__all__ = ["make_place"]
