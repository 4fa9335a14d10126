"""The year's published plan of inspections, visits that were merged, and two drafts that may become one visit."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db.models import Count, Q

from accounts.models import OrganisationKind
from burden import services
from burden.models import YearlyPlan
from config.demo.clock import at, workday_before
from config.demo.outings import Stop, record
from config.demo.people import County
from inspections import services as inspections
from inspections.models import Deployment, InspectionKind, Visit
from institutions.models import Institution, Standing

MERGED_BEFORE = (25, 40, 55)
BASIS = "《关于严格规范涉企行政检查的意见》（国办发〔2024〕54号）"
ITEMS = (
    ("办学资质、人员和收费", "全部持证机构", "DAILY", 1, 12, 41),
    ("节假日、寒暑假学科类培训治理", "学科类机构和有线索的场所", "SPECIAL", 1, 10, 36),
    ("无证办学清理", "无证场所", "SPECIAL", 5, 12, 24),
    ("培训材料和从业人员", "持证机构的五分之一", "DOUBLE_RANDOM", 3, 11, 9),
    ("消防和安全联合检查", "全部在办机构", "JOINT", 1, 12, 41),
)


def build_plans(county: County, now: date) -> None:
    """Carry out merged visits, publish the education committee's plan of this year, leave two drafts for one place."""
    for days in MERGED_BEFORE:
        _merged(county, workday_before(now - timedelta(days=days)))
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
    _drafts(county, "岁末", at(now, 11), at(now + timedelta(days=9), 9))


def _merged(county: County, day: date) -> None:
    """Two departments' visits to one place, merged while they were drafts, and carried out together."""
    before = at(day - timedelta(days=6), 10)
    kept, given_up = (draft.visits.get() for draft in _drafts(county, "秋季", before, at(day, 9)))
    officer = county.officers[OrganisationKind.EDUCATION][0]
    services.visits_merge(actor=officer, keep=kept, others=[given_up], at=before + timedelta(hours=1))
    outing = Deployment.objects.get(pk=kept.deployment_id)
    inspections.deployment_submit(actor=officer, deployment=outing, at=before + timedelta(hours=2))
    inspections.deployment_approve(actor=county.leader, deployment=outing, at=before + timedelta(hours=3))
    inspections.deployment_notify(actor=officer, deployment=outing, at=before + timedelta(hours=4))
    visit = inspections.visit_start(actor=officer, visit=Visit.objects.get(pk=kept.pk), at=at(day, 9))
    done = record(officer, visit, Stop(visit.institution), at(day, 10))
    inspections.visit_close(actor=officer, visit=done, at=at(day, 10, 30))
    inspections.deployment_finish(
        actor=officer, deployment=Deployment.objects.get(pk=outing.pk), at=at(day, 17)
    )


def _drafts(county: County, season: str, drafted: datetime, begin: datetime) -> list[Deployment]:
    """Drafts of two departments for one place, the one least visited this year."""
    seen = Count("visits", filter=Q(visits__planned_on__year=begin.year))
    place = (
        Institution.objects.filter(bureau=county.bureau, standing=Standing.LICENSED)
        .exclude(operating_state__in=["CLOSED", "BANNED"])
        .annotate(seen_n=seen)
        .order_by("seen_n", "-pk")[0]
    )
    made = []
    for kind, name, item in (
        ("EDUCATION", f"{season}收费和合同检查", "收费公示、合同示范文本、资金监管账户"),
        ("MARKET", f"{season}广告和价格检查", "招生广告、明码标价"),
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
        draft = inspections.deployment_draft(actor=people[0], values=values, institutions=[place], at=drafted)
        for person in people:
            inspections.member_add(
                actor=people[0], deployment=draft, organisation=organ, role="OFFICER", user=person
            )
        made.append(draft)
    return made


def has_plans(county: County, now: date) -> bool:
    """Whether the bureau has a plan of the year."""
    return YearlyPlan.objects.filter(bureau=county.bureau, year=now.year).exists()
