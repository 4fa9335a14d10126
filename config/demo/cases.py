"""Penalty cases of the demonstration: one archived, one unpaid, one in defence, one in inquiry, one to approve."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils import timezone

from accounts.models import OrganisationKind, User
from casework.deadlines import load_calendar
from casework.models import ViolationType
from config.demo.clock import workday_before
from config.demo.outings import photo
from config.demo.people import County
from config.demo.places import Places
from config.demo.timeline import Timeline
from institutions.models import Institution
from penalties import services, terms
from penalties.fees import FeeLine
from penalties.models import Case, MeasureKind, RuleLayer

PUPILS = ("钱知夏", "孙可欣", "周一诺", "吴子墨", "郑安然", "冯若溪", "陈思齐", "褚云帆")
OPINIONS = dict.fromkeys(
    ("jurisdiction", "facts", "evidence", "basis", "procedure", "discretion", "document_form"), "无异议"
)


@dataclass
class Story:
    """One case with its place and money; every step is taken at its moment on the timeline."""

    county: County
    places: Places
    number: int
    pupils: int
    charged: int
    refunded: int
    times: int
    source_no: str
    step: str = "一般"
    seriousness: str = "GENERAL"
    case: Case | None = None

    @property
    def team(self) -> list[User]:
        """The two who handle it."""
        return self.county.team(OrganisationKind.EDUCATION, 2)

    @property
    def row(self) -> Case:
        """The case as it is now."""
        assert self.case is not None
        return Case.objects.get(pk=self.case.pk)

    def draft(self, moment: datetime) -> None:
        """Draft from a clue, two officers, first evidence."""
        day = timezone.localdate(moment)
        chosen = self.places.unlicensed[self.number % len(self.places.unlicensed)]
        place = Institution.objects.select_related("region", "bureau").get(pk=chosen.pk)
        violation = ViolationType.objects.get(code="UNLICENSED_OPERATION")
        self.case = services.case_draft(
            actor=self.team[0],
            organ=self.county.education,
            region=place.region,
            values={
                "source_kind": "CLUE",
                "source_no": self.source_no,
                "source_brief": "周末有多名小学生进出，疑似无证开展学科类培训。",
                "party_kind": "ORGANISATION",
                "party_name": place.name,
                "institution": place,
                "violation": violation,
                "act_from": day - timedelta(days=70),
                "act_to": day - timedelta(days=1),
                "found_on": day - timedelta(days=1),
                "clue_facts": "现场有学生正在上数学课，负责人不能出示办学许可证。",
                "jurisdiction": f"违法行为发生地在{place.region.name}（行政处罚法第二十二条）",
                "rule_broken": "《民办教育促进法》第十二条、第六十四条",
                "basis": "《民办教育促进法》第六十四条、《校外培训行政处罚暂行办法》第十七条",
            },
            party_address=place.address or f"{place.region.name}示例路18号",
            at=moment,
        )
        for person in self.team:
            services.officer_add(actor=self.team[0], case=self.case, user=person, at=moment)
        services.evidence_add(
            actor=self.team[0],
            case=self.case,
            values={
                "kind": "SITE_RECORD",
                "name": "现场笔录及照片",
                "proves": "当事人正在组织小学生开展学科类培训",
                "source": "执法人员现场制作",
                "collected_on": day - timedelta(days=1),
                "pages": 4,
            },
            uploads=[photo(f"{place.name}教室")],
            at=moment,
        )

    def submit(self, moment: datetime) -> None:
        """To the head."""
        services.case_submit(actor=self.team[0], case=self.row, at=moment)

    def file(self, moment: datetime) -> None:
        """立案."""
        services.case_file(actor=self.county.leader, case=self.row, at=moment)

    def gather(self, moment: datetime) -> None:
        """Interview, fees, facts, discretion."""
        actor, case, day = self.team[0], self.row, timezone.localdate(moment)
        services.evidence_add(
            actor=actor,
            case=case,
            values={
                "kind": "DOCUMENTARY",
                "name": "学生花名册、收退费凭证",
                "proves": "收费、退费的人数和金额",
                "source": "当事人提供",
                "collected_on": day,
                "pages": 12,
                "is_original": False,
            },
            at=moment,
        )
        services.interview_record(
            actor=actor,
            case=case,
            officers=list(case.caseofficers.all()),
            details=services.InterviewDetails(
                person_name="向某",
                identity="经营负责人",
                place="县教委执法办案室",
                started_at=moment - timedelta(hours=1),
                ended_at=moment - timedelta(minutes=15),
                recorder=self.team[1].name,
                questions=(
                    ("是否取得办学许可证？", "没有。"),
                    ("培训什么内容，收费多少？", "小学数学，按学期收费，有花名册和收据。"),
                ),
                is_identified=True,
                is_rights_told=True,
                is_recusal_told=True,
                signature="SIGNED",
            ),
            at=moment,
        )
        services.fees_set(actor=actor, case=case, lines=self._fees(day), at=moment)
        facts = services.facts_set(
            actor=actor,
            case=case,
            texts=[
                f"{case.act_from:%Y年%m月%d日}起，未取得办学许可证，在固定场所开展小学数学培训",
                f"向{self.pupils}名学生收取费用",
            ],
            at=moment,
        )
        for item in case.evidenceitems.all():
            services.evidence_edit(actor=actor, item=item, values={}, facts=facts, at=moment)

    def _fees(self, day: date) -> list[FeeLine]:
        back = day - timedelta(days=1)
        return [
            FeeLine(
                PUPILS[number % len(PUPILS)],
                self.charged,
                40,
                10,
                self.refunded,
                back if self.refunded else None,
                "",
            )
            for number in range(self.pupils)
        ]

    def weigh(self, moment: datetime) -> None:
        """Ladder, weighing, proposal, end of the inquiry."""
        case = self.row
        rule = next(row for row in terms.rules_for(case, RuleLayer.LADDER) if row.step == self.step)
        amount = terms.income_of(case, timezone.localdate(moment)).amount * self.times // 100
        services.discretion_set(
            actor=self.team[0],
            case=case,
            values={
                "seriousness": self.seriousness,
                "rule": rule,
                "reasons": "当事人配合调查，已停止举办并退还部分费用",
                "first_offence": "NOT_APPLIES",
                "first_offence_note": "持续两个月以上、收取多名学生费用，危害后果不属轻微",
            },
            measures=[services.MeasureInput(MeasureKind.FINE, amount, times=self.times)],
            at=moment,
        )
        services.inquiry_end(actor=self.team[0], case=self.row, at=moment)

    def tell(self, moment: datetime) -> None:
        """Prior notice, and the hearing advice where it is due, served the same day."""
        services.notice_issue(actor=self.team[0], case=self.row, at=moment)
        self.serve("PENALTY_PRIOR_NOTICE", moment)
        if terms.paper_of(self.row, "HEARING_RIGHTS"):
            self.serve("HEARING_RIGHTS", moment)

    def serve(self, kind: str, moment: datetime) -> None:
        """Hand a document over."""
        case = self.row
        document = terms.paper_of(case, kind)
        assert document is not None
        service = services.Service(
            method="DIRECT",
            place=case.party_address,
            server_one=self.team[0],
            server_two=self.team[1],
            receiver="向某",
            receiver_relation="经营负责人",
        )
        services.paper_serve(
            actor=self.team[0], case=case, document=document, service=service, served_at=moment, at=moment
        )

    def argue(self, moment: datetime) -> None:
        """The party argues; the case goes to review."""
        case = self.row
        services.statement_add(
            actor=self.team[0],
            case=case,
            text="部分学生只是试听，请求从收入中扣除。",
            made_on=timezone.localdate(moment),
            at=moment,
        )
        services.review_request(actor=self.team[0], case=case, at=moment)

    def decide(self, moment: datetime) -> None:
        """决定."""
        services.case_decide(actor=self.county.leader, case=self.row, at=moment)

    def hand_over(self, moment: datetime) -> None:
        """Serve the decision."""
        self.serve("PENALTY_DECISION", moment)

    def publish(self, moment: datetime) -> None:
        """双公示."""
        for record in self.row.creditrecords.all():
            services.credit_publish(actor=self.county.clerk, record=record, at=moment)

    def pay(self, moment: datetime) -> None:
        """Everything is paid."""
        case, day = self.row, timezone.localdate(moment)
        amount = terms.balance_of(case, day).left
        payment = services.PaymentInput("FINE", amount, day, "渝财票0012345")
        services.payment_record(actor=self.team[0], case=case, payment=payment, at=moment)
        services.case_perform(actor=self.team[0], case=self.row, at=moment)

    def close(self, moment: datetime) -> None:
        """结案."""
        services.case_close(
            actor=self.county.leader, case=self.row, execution_note="罚款已按期缴清。", at=moment
        )

    def archive(self, moment: datetime) -> None:
        """归档."""
        services.case_archive(
            actor=self.county.clerk,
            case=self.row,
            filer=self.team[0].name,
            checker=self.county.clerk.name,
            at=moment,
        )


COURSES: dict[str, tuple[tuple[int, int, str], ...]] = {
    "archived": (
        (220, 9, "draft"), (220, 10, "submit"), (219, 16, "file"), (212, 15, "gather"), (200, 10, "weigh"),
        (198, 10, "tell"), (184, 10, "decide"), (183, 10, "hand_over"), (181, 10, "publish"), (175, 10, "pay"),
        (165, 10, "close"), (160, 10, "archive"),
    ),
    "unpaid": (
        (110, 9, "draft"), (110, 10, "submit"), (109, 16, "file"), (102, 15, "gather"), (90, 10, "weigh"),
        (88, 10, "tell"), (70, 10, "decide"), (69, 10, "hand_over"), (67, 10, "publish"),
    ),
    "defence": (
        (40, 9, "draft"), (40, 10, "submit"), (39, 16, "file"), (33, 15, "gather"), (18, 10, "weigh"),
        (16, 10, "tell"), (12, 10, "argue"),
    ),
    "inquiry": ((9, 9, "draft"), (9, 10, "submit"), (8, 16, "file"), (4, 15, "gather")),
    "filing": ((2, 9, "draft"), (2, 16, "submit")),
}  # fmt: skip


def schedule_cases(county: County, places: Places, timeline: Timeline, now: date) -> None:
    """Put the cases on the timeline; each step falls on a working day."""
    stories = {
        "archived": Story(county, places, 10, 6, 240_000, 180_000, 200, "2026-XS-031"),
        "unpaid": Story(county, places, 11, 8, 300_000, 120_000, 250, "2026-XS-058"),
        "defence": Story(county, places, 12, 8, 960_000, 0, 300, "2026-XS-090", "较重", "SERIOUS"),
        "inquiry": Story(county, places, 10, 5, 180_000, 60_000, 200, "2026-XS-104"),
        "filing": Story(county, places, 13, 0, 0, 0, 0, "2026-XS-109"),
    }
    calendar = load_calendar()
    for name, story in stories.items():
        for back, hour, step in COURSES[name]:
            timeline.add(workday_before(now - timedelta(days=back), calendar), hour, getattr(story, step))
