"""Schools of the demonstration counties; every name is made up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from accounts import demo
from accounts.models import User
from accounts.roles import Role
from accounts.services import system_user
from config.demo.clock import at, workday_before
from config.demo.people import County, person_make
from inspections.models import Visit
from institutions.data import demo_names
from schools import services
from schools.forms.tips import DEMANDS
from schools.models import COMPULSORY, School, SchoolKind, Stage, TalkLevel
from schools.selectors.rounds import term_of, white_listed
from schools.services.registry import organisation_of

SIGNS = ("青柑", "霁溪", "鹭渡", "枫岭", "小苇", "椿坪", "松湾", "石榴坡", "栖霞", "云阶", "竹坞", "晴川")
FORMS = (
    ("中心小学", Stage.PRIMARY, 18, 712),
    ("初级中学", Stage.JUNIOR, 15, 664),
    ("幼儿园", Stage.KINDERGARTEN, 9, 238),
)
ENDINGS = (
    ("幼儿园", Stage.KINDERGARTEN),
    ("初级中学", Stage.JUNIOR),
    ("小学", Stage.PRIMARY),
    ("中学", Stage.COMPLETE),
)
OPENED = date(2022, 9, 1)
DESKS = {Stage.KINDERGARTEN: "园务办公室", Stage.PRIMARY: "德育处", Stage.JUNIOR: "政教处"}


def has_schools(county: County) -> bool:
    """Whether this part stands."""
    return School.objects.filter(bureau=county.bureau).exists()


def build_schools(county: County, now: date) -> None:
    """The full county: 36 schools, what was asked of them and what they answered."""
    schools = register(county, 36)
    contacts = {school.pk: contact(school) for school in schools}
    book = Book(county, schools, contacts, now)
    talks(book)
    letters(book)
    duties(book)
    rounds(book)
    tips(book)


def build_few_schools(county: County, now: date) -> None:
    """The neighbour: three schools."""
    register(county, 3)


def register(county: County, count: int) -> list[School]:
    """Enter `count` schools, each with the body it acts as and one contact."""
    made = []
    for number, (name, stage, classes, pupils) in enumerate(planned(county, count)):
        school = services.school_create(
            actor=county.clerk,
            region=county.towns[number % len(county.towns)],
            values={
                "code": f"3{county.plan.code}{number + 1:03d}",
                "name": name,
                "stage": stage,
                "kind": SchoolKind.PRIVATE if number % 9 == 4 else SchoolKind.PUBLIC,
                "class_count": classes + number % 5,
                "pupil_count": pupils + 37 * (number % 7),
                "contact_desk": DESKS.get(stage, "教务处"),
                "phone": county.bureau.hotline,
            },
            at=at(OPENED, 9),
        )
        body = organisation_of(actor=county.clerk, school=school)
        suffix = "school" if number == 0 else f"school{number + 1}"
        person_make(
            demo.username(county.plan.slug, suffix),
            "穆清和" if number == 0 else f"联系人{number + 1}",
            DESKS.get(stage, "教务处"),
            body,
            (Role.SCHOOL_CONTACT,),
        )
        school.refresh_from_db()
        made.append(school)
    return made


def planned(county: County, count: int) -> list[tuple[str, Stage, int, int]]:
    """Names with stage, classes and roll: the county's listed ones first."""
    listed = [row["name"] for row in demo_names()["schools"] if row["area"] == county.plan.code]
    found = [(name, _stage(name), 16, 680) for name in listed]
    for word, stage, classes, pupils in FORMS:
        for sign in SIGNS:
            name = f"{county.plan.county}{sign}{word}"
            if name not in listed:
                found.append((name, stage, classes, pupils))
    return found[:count]


def _stage(name: str) -> Stage:
    return next(stage for ending, stage in ENDINGS if name.endswith(ending))


def contact(school: School) -> User:
    """Who answers for a school."""
    return User.objects.select_related("organisation", "bureau").get(organisation=school.organisation)


@dataclass
class Book:
    """What the parts of this file share."""

    county: County
    schools: list[School]
    contacts: dict[int, User]
    now: date

    def who(self, school: School) -> User:
        """Who answers for a school."""
        return self.contacts[school.pk]


LETTER = (
    "选择校外培训机构前，请先查看是否有办学许可证，是否在白名单上。",
    "学科类培训不得占用国家法定节假日、休息日和寒暑假。",
    "一次性收费不超过3个月或60课时，且不超过5000元，请把费用交到监管账户。",
    "不要参加家教、托管等名义的违规学科类培训，发现的请举报。",
)


def talks(book: Book) -> None:
    """The three levels of 2023, and those of this year with a published first half."""
    for number, level in enumerate(TalkLevel.values):
        for step, school in enumerate(book.schools[number : number + 4]):
            _talk(book, school, level, date(2023, 3 + number * 3, 6 + step), 3 + step)
    year = book.now.year
    for step, school in enumerate(book.schools[:18]):
        for number, level in enumerate(TalkLevel.values):
            _talk(
                book,
                school,
                level,
                date(year, 3 + step % 3, 9 + number),
                (step * 5 + number * 7) % 23 + number,
            )
    last = book.now.replace(day=1) - timedelta(days=9)
    for step, school in enumerate(book.schools[4:12]):
        _talk(book, school, TalkLevel.values[step % 3], last, 2 + step)
    services.table_publish(
        actor=book.county.leader, since=date(year, 1, 1), until=date(year, 7, 1), at=at(date(year, 7, 6), 10)
    )


def _talk(book: Book, school: School, level: str, day: date, pupils: int) -> None:
    talk = services.Talk(level, day, pupils, pupils + 1, pupils // 3, has_code_list=True)
    services.talk_record(actor=book.who(school), school=school, talk=talk, at=at(day, 16))


def letters(book: Book) -> None:
    """Two versions; most schools have handed the second one out."""
    county, first, second = book.county, date(book.now.year, 6, 22), book.now - timedelta(days=24)
    for day, handed in ((first, book.schools[:30]), (second, book.schools[3:29])):
        letter = services.letter_draft(
            actor=county.clerk,
            title=f"致{county.plan.county}中小学生家长的一封信",
            body="\n".join(LETTER),
            due_on=day + timedelta(days=30),
            at=at(day, 9),
        )
        letter = services.letter_publish(actor=county.leader, letter=letter, at=at(day, 11))
        for step, school in enumerate(handed):
            sent = school.pupil_count
            services.receipt_record(
                actor=book.who(school),
                school=school,
                letter=letter,
                handed_on=day + timedelta(days=2 + step % 5),
                sent_count=sent,
                receipt_count=sent - step * 2,
                at=at(day + timedelta(days=8), 15),
            )


def duties(book: Book) -> None:
    """Pledges, after-school service, matters of teachers and ads on campus."""
    county, now = book.county, book.now
    for step, school in enumerate(book.schools[1:33]):
        services.pledge_record(
            actor=book.who(school),
            school=school,
            year=now.year,
            teacher_count=30 + step,
            pledged_count=30 + step - (step % 6 == 0),
            at=at(date(now.year, 3, 5), 10),
        )
    white = list(white_listed(county.officer)[:6])
    term = term_of(now)
    serving = [school for school in book.schools if school.stage in COMPULSORY]
    for step, school in enumerate(serving[1:]):
        service = services.Service(
            term, school.pupil_count, school.pupil_count * 953 // 1000 - step % 4, 6 + step % 5
        )
        chosen = white[step % len(white) : step % len(white) + 1] if white and step % 3 == 0 else []
        day = term + timedelta(days=12)
        services.service_record(
            actor=book.who(school), school=school, service=service, providers=chosen, at=at(day, 10)
        )
    _matters(book)


def _matters(book: Book) -> None:
    county, now = book.county, book.now
    day = workday_before(now - timedelta(days=70))
    values: dict[str, Any] = {
        "kind": "JOIN", "found_on": day, "teacher_count": 1, "case_no": "", "facts": "1 名在职教师周末在机构兼课。",
    }  # fmt: skip
    old = services.violation_register(
        actor=county.head, school=book.schools[3], values=values, at=at(day, 10)
    )
    services.violation_handle(
        actor=county.head, row=old, handling="学校已责令退还报酬，给予警告。", case_no="见教师处分档案",
        is_vetoed=True, at=at(day + timedelta(days=9), 10),
    )  # fmt: skip
    recent = workday_before(now - timedelta(days=6))
    services.violation_register(
        actor=county.officer,
        school=book.schools[8],
        values={**values, "kind": "REFER", "found_on": recent, "facts": "反映有教师向家长推荐培训机构。"},
        at=at(recent, 10),
    )
    for school, on, is_handled in ((book.schools[0], day, True), (book.schools[5], recent, False)):
        ad = services.ad_report(
            actor=book.who(school),
            school=school,
            values={
                "carrier": "STATIONERY" if is_handled else "GATE", "found_on": on, "item_count": 40,
                "removed_count": 40, "advertiser": "示例文化传播公司", "note": "开学时发放的笔记本上印有招生电话。",
            },
            at=at(on, 9),
        )  # fmt: skip
        if is_handled:
            services.ad_handle(
                actor=county.head,
                row=ad,
                handling="已移送市场监管局，广告主作出书面整改。",
                at=at(on + timedelta(days=4), 9),
            )


def rounds(book: Book) -> None:
    """Last month's round still open, the one before it ended."""
    county = book.county
    last = book.now.replace(day=1) - timedelta(days=1)
    before = last.replace(day=1) - timedelta(days=1)
    for end, given in ((before, book.schools), (last, book.schools[4:])):
        opened = end + timedelta(days=1)
        row = services.round_open(
            actor=county.clerk,
            title=f"{end.year} 年 {end.month} 月学校排查",
            starts_on=end.replace(day=1),
            ends_on=end,
            at=at(opened, 8),
        )
        returns = {item.school_id: item for item in row.returns.select_related("round", "school")}
        for step, school in enumerate(given):
            day = opened + timedelta(days=1 + (step % 4 if step % 11 else 14))
            services.return_submit(
                actor=book.who(school), row=returns[school.pk], report=_report(school, step), at=at(day, 14)
            )
        if end == before:
            services.round_close(actor=county.clerk, row=row, at=at(opened + timedelta(days=20), 9))


def _report(school: School, step: int) -> services.Report:
    shared: dict[str, Any] = {
        "class_count": school.class_count, "pupils_checked": school.pupil_count, "filler": school.contact_desk,
        "is_confirmed": True,
    }  # fmt: skip
    if step % 4:
        return services.Report(**shared, is_zero=True)
    clue = step % 8 == 0
    return services.Report(
        **shared,
        pupils_subject=1 + step % 3,
        pupils_other=6 + step % 9,
        clue_count=int(clue),
        parties="示例小区3栋，无招牌，晚上有人补课" if clue else "",
    )


def tips(book: Book) -> None:
    """A letter in every state: closed, answered, waiting, returned, overdue and escalated, drafted."""
    county, now, schools = book.county, book.now, book.schools
    visits = list(
        Visit.objects.filter(
            bureau=county.bureau,
            students_present__gt=3,
            started_at__lt=at(now - timedelta(days=65)),
            status="CLOSED",
        ).order_by("-started_at")[:3]
    )
    closed = _sent(book, schools[1], now - timedelta(days=60), visits[0] if visits else None)
    _answered(book, closed, now - timedelta(days=50))
    services.tip_close(
        actor=county.head, tip=closed, result="措施到位，学生已停止参加。", at=at(now - timedelta(days=49), 9)
    )
    late = _sent(book, schools[2], now - timedelta(days=45), visits[1] if len(visits) > 1 else None)
    _answered(book, late, now - timedelta(days=5))
    back = _sent(book, schools[4], now - timedelta(days=12), None)
    _answered(book, back, now - timedelta(days=6))
    services.tip_return(
        actor=county.head, tip=back, reason="请写明如何与家长沟通。", at=at(now - timedelta(days=4), 9)
    )
    _sent(book, schools[6], now - timedelta(days=40), None)
    waiting = _sent(book, schools[0], now - timedelta(days=4), visits[2] if len(visits) > 2 else None)
    assert waiting.document is not None
    _drafted(book, schools[9], now - timedelta(days=1), None)
    for ago in (24, 12):
        services.tip_reminders_make(actor=system_user(), at=at(now - timedelta(days=ago), 8))


def _drafted(book: Book, school: School, day: date, visit: Visit | None) -> Any:
    when = workday_before(day)
    place = visit.institution.name if visit else "示例广场三楼一处无证培训点"
    text = services.TipText(
        pupil_count=2,
        found_on=visit.visited_on if visit else when,
        situation=f"在{place}，上课内容为学科类培训。",
        requirements=DEMANDS,
        contact=f"{book.county.head.name} {book.county.bureau.hotline}",
        source_note="" if visit else "乡镇（街道）移送",
    )
    return services.tip_draft(
        actor=book.county.officer, school=school, text=text, visit=visit, at=at(when, 9)
    )


def _sent(book: Book, school: School, day: date, visit: Visit | None) -> Any:
    draft = _drafted(book, school, day, visit)
    return services.tip_issue(actor=book.county.head, tip=draft, at=at(workday_before(day), 11))


def _answered(book: Book, tip: Any, day: date) -> None:
    answer = services.Answer(
        findings="经核查，2名学生周末参加过学科类培训。",
        measures="班主任、分管领导、校长分级约谈，与家长沟通，发放致家长一封信。",
        pupils_confirmed=2,
        pupils_left=2,
        parents_told=2,
    )
    services.tip_answer(actor=book.who(tip.school), tip=tip, answer=answer, at=at(day, 15))
