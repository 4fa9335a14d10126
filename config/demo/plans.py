"""The year's published plan of inspections, and two drafts that may become one visit."""

from __future__ import annotations

from datetime import date, timedelta

from burden import services
from burden.models import YearlyPlan
from config.demo.clock import at
from config.demo.people import County
from inspections import services as inspections
from inspections.models import Deployment, InspectionKind
from institutions.models import Institution, Standing

BASIS = "《关于严格规范涉企行政检查的意见》（国办发〔2024〕54号）"
ITEMS = (
    ("办学资质、人员和收费", "全部持证机构", "DAILY", 1, 12, 41),
    ("节假日、寒暑假学科类培训治理", "学科类机构和有线索的场所", "SPECIAL", 1, 10, 36),
    ("无证办学清理", "无证场所", "SPECIAL", 5, 12, 24),
    ("培训材料和从业人员", "持证机构的五分之一", "DOUBLE_RANDOM", 3, 11, 9),
    ("消防和安全联合检查", "全部在办机构", "JOINT", 1, 12, 41),
)


def build_plans(county: County, now: date) -> None:
    """Publish the education committee's plan of this year and leave two drafts for one place."""
    plan = services.plan_draft(
        actor=county.head, organ=county.education, year=now.year, basis=BASIS, at=at(now, 9)
    )
    partners = [county.organs[kind] for kind in ("MARKET", "FIRE")]
    for subject, targets, kind, first, last, planned in ITEMS:
        values = {
            "subject": subject,
            "targets": targets,
            "kind": kind,
            "month_from": first,
            "month_to": last,
            "planned_n": planned,
            "basis": BASIS,
        }
        joined = partners if kind == "JOINT" else []
        services.item_add(actor=county.head, plan=plan, values=values, partners=joined, at=at(now, 9))
    services.plan_submit(actor=county.head, plan=plan, at=at(now, 9, 30))
    services.plan_approve(actor=county.leader, plan=plan, note="同意", at=at(now, 10))
    services.plan_publish(actor=county.head, plan=plan, at=at(now, 10, 30))
    _drafts(county, now)


def _drafts(county: County, now: date) -> list[Deployment]:
    place = (
        Institution.objects.filter(bureau=county.bureau, standing=Standing.LICENSED)
        .exclude(operating_state__in=["CLOSED", "BANNED"])
        .order_by("-pk")[0]
    )
    begin = at(now + timedelta(days=9), 9)
    made = []
    for kind, name, item in (
        ("EDUCATION", "岁末收费和合同检查", "收费公示、合同示范文本、资金监管账户"),
        ("MARKET", "岁末广告和价格检查", "招生广告、明码标价"),
    ):
        organ, people = county.organs[kind], county.officers[kind][:2]
        values = {
            "name": name,
            "kind": InspectionKind.DAILY,
            "lead_organ": organ,
            "task_source": "年度检查计划",
            "basis": BASIS,
            "item": item,
            "starts_at": begin,
            "ends_at": begin + timedelta(hours=3),
        }
        draft = inspections.deployment_draft(
            actor=people[0], values=values, institutions=[place], at=at(now, 11)
        )
        for person in people:
            inspections.member_add(
                actor=people[0], deployment=draft, organisation=organ, role="OFFICER", user=person
            )
        made.append(draft)
    return made


def has_plans(county: County, now: date) -> bool:
    """Whether the bureau has a plan of the year."""
    return YearlyPlan.objects.filter(bureau=county.bureau, year=now.year).exists()
