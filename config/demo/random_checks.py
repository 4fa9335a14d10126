"""Double-random draws of the demonstration: one aborted, its repeat carried through, one waiting for its value."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from accounts.models import OrganisationKind
from casework.yearly import PlanStatus
from config.demo.clock import at, workday
from config.demo.outings import Stop, find, record, settle
from config.demo.people import County
from config.demo.problems import SCHOOL_PROBLEMS, pick
from config.demo.timeline import Timeline
from draws import services
from draws.models import Draw, DrawPlanRow, EntropyKind, Skill, SkillRule
from inspections import services as inspections
from inspections.models import Deployment, Visit
from institutions.models import Institution, RiskLevel, StateKind
from institutions.services import institution_projection_set

LOTTERY = "中国福利彩票双色球{year}年第{number}期开奖号码（演示）"
FOUND_EVERY = 3
OPINION = "《国务院关于在市场监管领域全面推行部门联合“双随机、一公开”监管的意见》（国发〔2019〕5号）"
MAIN_ROW = "办学资质、收费和场所安全综合抽查"
YEAR_ROWS = (
    (MAIN_ROW, "全县证照齐全的培训机构", 1000, (9, 1), (12, 31), False),
    ("预收费资金监管抽查", "有预收费的非学科类机构", 500, (3, 1), (6, 30), False),
    ("消防安全和价格广告跨部门联合抽查", "全县证照齐全的培训机构", 500, (5, 1), (12, 15), True),
    ("从业人员和培训材料抽查", "全县证照齐全的培训机构", 500, (4, 1), (12, 20), False),
)


@dataclass
class Random:
    """The draws and what has happened to them so far."""

    county: County
    timeline: Timeline
    draws: list[Draw] = field(default_factory=list)

    @property
    def last(self) -> Draw:
        """The draw in hand, as it stands now."""
        return Draw.objects.get(pk=self.draws[-1].pk)

    def step(self, name: str, by: str, **given: Any) -> Callable[[datetime], None]:
        """A step of the draw in hand by a person of the county."""

        def take(moment: datetime) -> None:
            actor = self.county.users[by]
            getattr(services, f"draw_{name}")(actor=actor, draw=self.last, at=moment, **given)

        return take


def build_draws(county: County, timeline: Timeline, now: date) -> None:
    """Put the draws on the timeline."""
    work = Random(county, timeline)
    add = timeline.add
    for year in sorted({2025, now.year}):
        add(min(date(year, 2, 17), now - timedelta(days=3)), 9, partial(_year_plan, county, year))
    add(date(2025, 9, 1), 9, partial(_levels, county))
    add(date(2025, 9, 3), 9, partial(_people, county))
    first = {"planned_on": date(2025, 10, 20), "planned_until": date(2025, 10, 24)}
    add(
        date(2025, 10, 9),
        9,
        partial(_draft, work, first, LOTTERY.format(year=2025, number=117), at(date(2025, 10, 12), 21, 30)),
    )
    add(date(2025, 10, 9), 10, work.step("freeze", "head"))
    add(date(2025, 10, 10), 15, work.step("abort", "leader", reason="名录漏列 2 家新设机构，补全后重新抽取"))
    add(date(2025, 10, 11), 9, partial(_repeat, work))
    add(date(2025, 10, 11), 10, work.step("freeze", "head"))
    value = "06 09 14 21 27 32 11"
    note = "福彩中心开奖公告（演示）"
    add(date(2025, 10, 15), 9, work.step("enter", "officer", value=value, note=note))
    add(date(2025, 10, 15), 10, work.step("confirm", "legal", value=value))
    add(date(2025, 10, 15), 11, work.step("run", "head"))
    add(date(2025, 10, 15), 15, partial(_plans, work))
    add(date(2025, 11, 6), 10, work.step("publish", "head"))
    day = workday(now + timedelta(days=4))
    waiting = {"planned_on": day, "planned_until": day + timedelta(days=4)}
    add(
        now - timedelta(days=1),
        15,
        partial(
            _draft,
            work,
            waiting,
            LOTTERY.format(year=now.year, number=135),
            at(now + timedelta(days=1), 21, 30),
        ),
    )
    add(now - timedelta(days=1), 16, work.step("freeze", "head"))


def _year_plan(county: County, year: int, moment: datetime) -> None:
    """The year's plan: four rows, one of them never drawn in its window, one whose window is about to end."""
    plan = services.draw_plan_draft(
        actor=county.officer, organ=county.education, year=year, basis=OPINION, at=moment
    )
    partners = [county.organs[OrganisationKind.MARKET], county.organs[OrganisationKind.FIRE]]
    for item, pool, share, first, last, is_joint in YEAR_ROWS:
        services.plan_row_add(
            actor=county.officer,
            plan=plan,
            values={
                "item": item,
                "pool": pool,
                "per_10000": share,
                "filters": {"standings": ["LICENSED"]},
                "window_from": date(year, *first),
                "window_until": date(year, *last),
                "lead_organ": county.education,
            },
            partners=partners if is_joint else [],
            at=moment,
        )
    services.draw_plan_submit(actor=county.officer, plan=plan, at=moment + timedelta(minutes=20))
    services.draw_plan_approve(actor=county.leader, plan=plan, note="同意", at=moment + timedelta(hours=2))
    services.draw_plan_publish(actor=county.head, plan=plan, at=moment + timedelta(hours=3))


def _levels(county: County, moment: datetime) -> None:
    """Every eighth licensed place of high risk, every third of medium risk."""
    rows = Institution.objects.filter(bureau=county.bureau, standing="LICENSED").present().order_by("pk")
    for number, place in enumerate(rows):
        level = RiskLevel.HIGH if number % 8 == 0 else RiskLevel.MEDIUM if number % 3 == 0 else RiskLevel.LOW
        institution_projection_set(
            actor=county.head, institution=place, kind=StateKind.RISK_LEVEL, value=level, since=moment.date()
        )


def _people(county: County, moment: datetime) -> None:
    """A recusal, and officers who know money."""
    place = Institution.objects.filter(bureau=county.bureau, risk_level=RiskLevel.HIGH).order_by("pk")[0]
    team = county.team(OrganisationKind.EDUCATION, 6)
    services.recusal_add(
        actor=county.officer, user=county.officer, institution=place, ground="配偶在该机构任教", at=moment
    )
    for person in team[1:5]:
        services.skill_add(
            actor=county.head, user=person, skill=Skill.FINANCE, proof="预收费监管培训结业", at=moment
        )


def _draft(work: Random, days: dict[str, date], source: str, due: datetime, moment: datetime) -> None:
    county, row = work.county, _main_row(days["planned_on"])
    values = {
        "title": f"{days['planned_on'].year}年{days['planned_on'].month}月双随机抽查",
        "lead_organ": county.education,
        "plan_row": row,
        "outside_reason": "" if row else "上级临时部署，计划中没有这一时段的抽查",
        "basis": OPINION,
        "item": "办学资质、培训行为、收费和预收费监管、场所安全",
        "filters": {"standings": ["LICENSED"]},
        "shares": {"HIGH": 2000, "MEDIUM": 1000, "LOW": 500, "UNRATED": 1000},
        "team_size": 2,
        "places_per_team": 3,
        "skill_rules": [SkillRule.RISKY_PLACES],
        "entropy_kind": EntropyKind.LOTTERY,
        "entropy_source": source,
        "entropy_due_at": due,
        **days,
    }
    work.draws.append(services.draw_draft(actor=county.officer, values=values, at=moment))


def _main_row(day: date) -> DrawPlanRow | None:
    rows = DrawPlanRow.objects.filter(plan__status=PlanStatus.PUBLISHED, item=MAIN_ROW)
    return rows.filter(plan__year=day.year, window_from__lte=day).first()


def _repeat(work: Random, moment: datetime) -> None:
    draw = services.draw_repeat(
        actor=work.county.officer,
        draw=work.last,
        reason="原名录漏列 2 家新设机构，已补全",
        entropy_due_at=at(date(2025, 10, 14), 21, 30),
        at=moment,
    )
    work.draws.append(draw)


def _plans(work: Random, moment: datetime) -> None:
    county, timeline = work.county, work.timeline
    for number, outing in enumerate(services.plans_make(actor=county.officer, draw=work.last, at=moment)):
        sent = inspections.deployment_submit(actor=county.officer, deployment=outing, at=moment)
        later = moment + timedelta(hours=1)
        approved = inspections.deployment_approve(
            actor=county.leader, deployment=sent, note="同意。", at=later
        )
        inspections.deployment_notify(actor=county.officer, deployment=approved, at=later)
        first = outing.members.order_by("pk")[0].user
        for hour, visit in enumerate(outing.visits.order_by("pk")):
            day = outing.planned_on + timedelta(days=number)
            timeline.add(day, 9 + hour * 2, partial(_visit, county, first, visit, number * 3 + hour))
        timeline.add(outing.planned_on + timedelta(days=number), 20, partial(_finish, first, outing))


def _finish(officer: Any, outing: Deployment, moment: datetime) -> None:
    inspections.deployment_finish(actor=officer, deployment=Deployment.objects.get(pk=outing.pk), at=moment)


def _visit(county: County, officer: Any, visit: Visit, number: int, moment: datetime) -> None:
    """Every third place has something that is put right at once."""
    begun = inspections.visit_start(actor=officer, visit=visit, at=moment)
    count = 1 if number % FOUND_EVERY == 0 else 0
    problems = tuple(problem.on_spot() for problem in pick(SCHOOL_PROBLEMS, count, number))
    for problem in problems:
        found = find(county, officer, begun, problem, moment + timedelta(minutes=15))
        settle(county, officer, found, moment + timedelta(minutes=30))
    done = record(officer, begun, Stop(visit.institution, problems), moment + timedelta(minutes=45))
    inspections.visit_close(actor=officer, visit=done, at=moment + timedelta(minutes=50))
