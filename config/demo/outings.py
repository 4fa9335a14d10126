"""Inspections of the demonstration, carried out step by step through the services."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import partial

from django.core.files.base import ContentFile
from django.utils import timezone
from PIL import Image, ImageDraw

from accounts.models import Organisation, OrganisationKind, User
from casework.models import ViolationType
from config.demo.clock import at
from config.demo.people import County
from config.demo.problems import Problem
from config.demo.timeline import Timeline
from fieldwork.models import Campaign
from fieldwork.selectors import version_in_force
from inspections import services
from inspections.models import (
    Deployment,
    Finding,
    FindingMode,
    InspectionKind,
    MemberRole,
    PremisesState,
    RectificationNotice,
    SignatureState,
    Visit,
)
from institutions.models import Institution

PAPER_FILE = "纸质检查档案已归档，照片未电子化"
ORGANS = (OrganisationKind.EDUCATION, OrganisationKind.FIRE, OrganisationKind.MARKET)
KIND_OF_BASIS = {
    InspectionKind.DOUBLE_RANDOM: "《国务院关于在市场监管领域全面推行部门联合“双随机、一公开”监管的意见》（国发〔2019〕5号）",
    InspectionKind.SPECIAL: "《关于进一步减轻义务教育阶段学生作业负担和校外培训负担的意见》（中办发〔2021〕40号）",
}


@dataclass(frozen=True)
class Stop:
    """One place to visit and what will be found there."""

    institution: Institution
    problems: tuple[Problem, ...] = ()
    premises: PremisesState = PremisesState.OPERATING
    summary: str = "现场查看证照、公示栏、教室和课表，询问负责人，查阅收费台账。"
    life: str = "CLOSED"
    has_checklist: bool = False


@dataclass
class Plan:
    """One outing: who, when, why. `choose` names the places when the plan is drafted."""

    name: str
    kind: InspectionKind
    lead: OrganisationKind
    team: list[User]
    first_day: date
    choose: Callable[[], list[Stop]]
    campaign: Callable[[], Campaign | None] = lambda: None
    per_day: int = 6
    until: str = "DONE"
    helpers: list[User] = field(default_factory=list)
    lead_days: int = 3


def schedule(county: County, timeline: Timeline, plan: Plan) -> None:
    """Put an outing on the timeline."""
    timeline.add(plan.first_day - timedelta(days=plan.lead_days), 10, partial(_draft, county, timeline, plan))


def _draft(county: County, timeline: Timeline, plan: Plan, moment: datetime) -> None:
    stops, campaign, first = plan.choose(), plan.campaign(), plan.team[0]
    days = -(-len(stops) // plan.per_day)
    version = version_in_force(code="DAILY_43", on=plan.first_day, bureau=county.bureau)
    deployment = services.deployment_draft(
        actor=first,
        values={
            "name": plan.name,
            "kind": plan.kind,
            "campaign": campaign,
            "lead_organ": county.organs[plan.lead],
            "task_source": campaign.name if campaign else "年度检查计划",
            "basis": KIND_OF_BASIS.get(plan.kind, "《校外培训行政处罚暂行办法》（教育部令第53号）"),
            "item": "办学资质、培训行为、收费和安全情况",
            "checklist_version": version if any(stop.has_checklist for stop in stops) else None,
            "starts_at": at(plan.first_day, 9),
            "ends_at": at(plan.first_day + timedelta(days=days - 1), 21),
        },
        at=moment,
    )
    for number, stop in enumerate(stops):
        day = plan.first_day + timedelta(days=number // plan.per_day)
        services.visit_add(
            actor=first, deployment=deployment, institution=stop.institution, planned_on=day, at=moment
        )
    _staff(deployment, plan, moment)
    if plan.until == "DRAFT":
        return
    deployment = services.deployment_submit(actor=first, deployment=deployment, at=moment)
    if plan.until == "SUBMITTED":
        return
    timeline.add(
        plan.first_day - timedelta(days=2), 11, partial(_approve, county, timeline, plan, deployment, stops)
    )


def _staff(deployment: Deployment, plan: Plan, moment: datetime) -> None:
    for person in plan.team:
        services.member_add(
            actor=plan.team[0],
            deployment=deployment,
            organisation=_organ(person),
            role=MemberRole.OFFICER,
            user=person,
            at=moment,
        )
    for person in plan.helpers:
        services.member_add(
            actor=plan.team[0],
            deployment=deployment,
            organisation=_organ(person),
            role=MemberRole.ASSISTANT,
            user=person,
            at=moment,
        )


def _approve(
    county: County,
    timeline: Timeline,
    plan: Plan,
    deployment: Deployment,
    stops: list[Stop],
    moment: datetime,
) -> None:
    approved = services.deployment_approve(
        actor=county.head_of(plan.lead), deployment=deployment, note="同意。", at=moment
    )
    if plan.until == "APPROVED":
        return
    timeline.add(
        plan.first_day - timedelta(days=1), 15, partial(_notify, county, timeline, plan, approved, stops)
    )


def _notify(
    county: County,
    timeline: Timeline,
    plan: Plan,
    deployment: Deployment,
    stops: list[Stop],
    moment: datetime,
) -> None:
    services.deployment_notify(actor=plan.team[0], deployment=deployment, at=moment)
    if plan.until == "NOTIFIED":
        return
    rows = {visit.institution_id: visit for visit in deployment.visits.all()}
    last = plan.first_day
    for number, stop in enumerate(stops):
        last = plan.first_day + timedelta(days=number // plan.per_day)
        hour = 9 + number % plan.per_day
        visit = rows[stop.institution.pk]
        timeline.add(last, hour, partial(_visit, county, timeline, plan, visit, stop))
    timeline.add(
        last,
        20,
        lambda moment: services.deployment_finish(actor=plan.team[0], deployment=deployment, at=moment),
    )


def _visit(
    county: County, timeline: Timeline, plan: Plan, visit: Visit, stop: Stop, moment: datetime
) -> None:
    officer = plan.team[0]
    visit = services.visit_start(actor=officer, visit=visit, at=moment)
    look_again(officer, visit, moment + timedelta(minutes=5))
    if stop.has_checklist:
        fill_checklist(officer, visit, moment + timedelta(minutes=10))
    findings = [
        find(county, officer, visit, problem, moment + timedelta(minutes=15)) for problem in stop.problems
    ]
    for finding in findings:
        settle(county, officer, finding, moment + timedelta(minutes=30))
    visit = record(officer, visit, stop, moment + timedelta(minutes=45))
    day = timezone.localdate(moment)
    for kind in ORGANS:
        if any(p.organ == kind and p.mode == FindingMode.IN_TERM for p in stop.problems):
            timeline.add(day, 17, partial(_notice, county, timeline, plan, visit, kind, stop))
    if stop.life not in {"DRAFT", "NONE"}:
        timeline.add(day, 18, lambda moment: services.visit_close(actor=officer, visit=visit, at=moment))


def _organ(person: User) -> Organisation:
    """Whom an officer acts for."""
    assert person.organisation is not None
    return person.organisation


def find(county: County, officer: User, visit: Visit, problem: Problem, moment: datetime) -> Finding:
    """Register a problem."""
    return services.finding_add(
        actor=officer,
        visit=visit,
        values={
            "violation": ViolationType.objects.get(code=problem.code),
            "text": problem.text,
            "correction": problem.order,
            "mode": problem.mode,
            "organ": county.organs[problem.organ],
            "quantity": problem.quantity,
        },
        at=moment,
    )


def settle(county: County, officer: User, finding: Finding, moment: datetime) -> None:
    """Confirm what was put right at once; hand on what another body must take."""
    if finding.mode == FindingMode.ON_SPOT:
        services.finding_fix(actor=officer, finding=finding, no_photo_reason=PAPER_FILE, at=moment)
    if finding.mode == FindingMode.REFER:
        services.finding_refer(
            actor=officer, finding=finding, refer_to=f"{county.bureau.name}（立案审查）", at=moment
        )


def record(officer: User, visit: Visit, stop: Stop, moment: datetime) -> Visit:
    """Finish the record of a visit."""
    is_there = stop.premises in {
        PremisesState.OPERATING,
        PremisesState.STILL_OPERATING,
        PremisesState.UNLICENSED_OPERATING,
    }
    values = {
        "premises": stop.premises,
        "summary": stop.summary,
        "students_present": 6 + visit.pk % 17 if is_there else 0,
        "representative": stop.institution.head_name if is_there else "",
        "party_opinion": "情况属实。" if is_there else "",
        "signature": SignatureState.SIGNED if is_there else SignatureState.ABSENT,
        "witness": "" if is_there else "物业值班人员",
    }
    return services.visit_record(actor=officer, visit=visit, values=values, at=moment)


def _notice(
    county: County,
    timeline: Timeline,
    plan: Plan,
    visit: Visit,
    kind: OrganisationKind,
    stop: Stop,
    moment: datetime,
) -> None:
    servers = [person for person in plan.team if _organ(person).kind == kind][:2]
    officer = servers[0]
    notice = services.notice_draft(actor=officer, visit=visit, organ=county.organs[kind], at=moment)
    if stop.life == "DRAFT":
        return
    notice = services.notice_issue(actor=officer, notice=notice, at=moment)
    if stop.life == "ISSUED":
        return
    life = Life(county, timeline, plan, notice, servers, stop)
    timeline.add(timezone.localdate(moment) + timedelta(days=1), 10, life.serve)


@dataclass
class Life:
    """What becomes of one notice."""

    county: County
    timeline: Timeline
    plan: Plan
    notice: RectificationNotice
    servers: list[User]
    stop: Stop

    @property
    def officer(self) -> User:
        """Who handles it."""
        return self.servers[0]

    def serve(self, moment: datetime) -> None:
        """Hand it over, and plan what follows."""
        institution = self.stop.institution
        service = services.Service(
            method="DIRECT",
            place=institution.address or "机构所在地",
            server_one=self.servers[0],
            server_two=self.servers[1],
            receiver=institution.head_name or "负责人",
            receiver_relation="负责人",
        )
        self.notice = services.notice_serve(
            actor=self.officer, notice=self.notice, service=service, at=moment
        )
        due_on = self.notice.due_on
        assert due_on is not None
        early = due_on - timedelta(days=4)
        steps: dict[str, list[tuple[date, Callable[[datetime], None]]]] = {
            "CLOSED": [(early, self.answer), (early + timedelta(days=3), self.recheck)],
            "LATE": [(due_on + timedelta(days=3), self.answer), (due_on + timedelta(days=6), self.recheck)],
            "ANSWERED": [(early, self.answer)],
            "EXTENSION": [(early, self.ask_for_time)],
            "WITHDRAWN": [(due_on - timedelta(days=12), self.withdraw)],
            "ESCALATED": [(due_on + timedelta(days=2), self.escalate)],
        }
        for day, step in steps.get(self.stop.life, []):
            self.timeline.add(day, 14, step)

    def answer(self, moment: datetime) -> None:
        """The institution reports, through its account or on paper."""
        organisation = self.stop.institution.organisation
        manager = organisation.users.first() if organisation else None
        answers = {
            item.pk: services.ItemAnswer(f"已完成：{item.order}。") for item in self.notice.items.all()
        }
        services.notice_answer(
            actor=manager or self.officer,
            notice=self.notice,
            statement="已按通知书要求逐项整改，现报告如下。",
            answers=answers,
            is_paper=manager is None,
            at=moment,
        )

    def recheck(self, moment: datetime) -> None:
        """Two officers find everything done."""
        results = {item.pk: services.ItemResult("DONE", "现场核实已整改") for item in self.notice.items.all()}
        services.recheck_record(
            actor=self.officer,
            notice=self.notice,
            results=results,
            details=services.RecheckDetails(note="逐项核实，整改到位。", officers=tuple(self.servers)),
            at=moment,
        )

    def ask_for_time(self, moment: datetime) -> None:
        """The institution asks for more time."""
        organisation = self.stop.institution.organisation
        manager = organisation.users.first() if organisation else None
        assert self.notice.due_on is not None
        services.extension_request(
            actor=manager or self.officer,
            notice=self.notice,
            reason="监管账户开户行排期，预计一周内办结",
            until=self.notice.due_on + timedelta(days=7),
            at=moment,
        )

    def withdraw(self, moment: datetime) -> None:
        """The organ takes it back and makes it anew."""
        services.notice_withdraw(
            actor=self.county.head, notice=self.notice, reason="当事人名称有误，撤回后重新制发", at=moment
        )
        again = replace(self.stop, life="SERVED")
        kind = OrganisationKind(self.notice.organ.kind)
        visit = self.notice.visit
        step = partial(_notice, self.county, self.timeline, self.plan, visit, kind, again)
        self.timeline.add(timezone.localdate(moment), 16, step)

    def escalate(self, moment: datetime) -> None:
        """Not obeyed: on to a case."""
        services.notice_escalate(
            actor=self.county.head,
            notice=self.notice,
            target=f"{self.county.bureau.name}（立案）",
            reason="逾期未整改，继续违规收费",
            number="",
            at=moment,
        )


def fill_checklist(officer: User, visit: Visit, moment: datetime) -> None:
    """Fill the daily checklist with everything in order."""
    from fieldwork.services import answers_save, run_finish

    version = visit.deployment.checklist_version
    if version is None:
        return
    run = services.checklist_open(actor=officer, visit=visit, version=version, at=moment)
    answers = {item.code: {"value": version.passing_answer} for item in version.items.all()}
    answers_save(actor=officer, run=run, answers=answers, at=moment)
    run_finish(actor=officer, run=run, at=moment + timedelta(minutes=25))


def look_again(officer: User, visit: Visit, moment: datetime) -> None:
    """Earlier problems of the place are still being put right."""
    answers = {
        row.pk: services.CarriedAnswer("PARTLY", "正在整改，按通知书期限完成") for row in visit.carried.all()
    }
    if answers:
        services.carried_answer(actor=officer, visit=visit, answers=answers, at=moment)


def photo(words: str) -> ContentFile[bytes]:
    """A drawn picture that stands for a photo, marked as demonstration."""
    picture = Image.new("RGB", (640, 480), (214, 219, 224))
    draw = ImageDraw.Draw(picture)
    shade = sum(map(ord, words)) % 160
    draw.rectangle((60 + shade, 80, 420, 420), fill=(120, 90 + shade // 2, 70))
    draw.ellipse((300, 60 + shade, 560, 300), fill=(70, 110, 150))
    draw.text((20, 450), "DEMO", fill=(60, 60, 60))
    target = io.BytesIO()
    picture.save(target, "JPEG", quality=80)
    return ContentFile(target.getvalue(), name=f"demo-{shade}.jpg")
