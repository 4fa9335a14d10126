"""School reports: rounds opened by desk and calendar, zero reports on purpose, sums, nothing asked twice."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import User
from casework.errors import Blocked, NotAllowed, Unlawful, WrongState
from schools import desk, services
from schools.models import School, SchoolReturn, SchoolRound
from schools.selectors import rounds as selectors
from schools.services import Report, Talk
from tests.conftest import World
from tests.schools import making

START, END = date(2026, 10, 1), date(2026, 10, 31)
OPENED = timezone.make_aware(datetime(2026, 11, 2, 8))


def opened(law: World) -> SchoolRound:
    """October of 2026, opened on the second of November."""
    return services.round_open(
        actor=law.clerk, title="2026 年 10 月学校排查", starts_on=START, ends_on=END, at=OPENED
    )


def own(round_: SchoolRound, school: School) -> SchoolReturn:
    return SchoolReturn.objects.get(round=round_, school=school)


def zero(**values: Any) -> Report:
    fields = {
        "class_count": 12,
        "pupils_checked": 480,
        "filler": "德育处",
        "is_confirmed": True,
        "is_zero": True,
    }
    return Report(**{**fields, **values})


def found(**values: Any) -> Report:
    return zero(**{"is_zero": False, "pupils_subject": 2, **values})


def submit(school: School, row: SchoolReturn, report: Report, at: datetime = OPENED) -> SchoolReturn:
    return services.return_submit(actor=making.contact_of(school), row=row, report=report, at=at)


def test_every_open_school_is_asked(law: World, school: School, other: School) -> None:
    services.school_close(actor=law.head, school=other, on=timezone.localdate(), reason="撤并")
    third = making.make_school(law, "示例鹭渡小学", law.town)
    round_ = opened(law)
    assert {row.school for row in round_.returns.all()} == {school, third}
    assert round_.due_on == date(2026, 11, 9)
    with pytest.raises(Unlawful, match="已经开过"):
        opened(law)
    with pytest.raises(NotAllowed):
        services.round_open(actor=law.officer, title="x", starts_on=START, ends_on=END)


def test_a_zero_report_is_a_deliberate_act(law: World, school: School) -> None:
    row = own(opened(law), school)
    refused = (
        (zero(is_zero=False), "勾选“零报告”"),
        (zero(pupils_subject=1), "取消零报告"),
        (zero(parties="某处"), "取消零报告"),
        (zero(pupils_checked=0), "没有排查"),
        (zero(is_confirmed=False), "校长审核"),
        (found(pupils_subject=481), "不能多于排查"),
        (found(clue_count=1), "名称和地址"),
        (found(clue_count=1, parties="学生李小明同学在某处"), "李小明"),
    )
    for report, word in refused:
        with pytest.raises(Unlawful, match=word):
            submit(school, row, report)
    done = submit(school, row, zero())
    assert (done.status, done.is_zero, done.is_late) == ("SUBMITTED", True, False)
    with pytest.raises(WrongState):
        submit(school, row, zero())


@pytest.mark.parametrize(
    "broken", [{"is_zero": False}, {"pupils_other": 1}, {"filler": ""}, {"letters_returned": 1}]
)
def test_the_database_knows_what_zero_means(law: World, school: School, broken: dict[str, Any]) -> None:
    row = submit(school, own(opened(law), school), zero())
    with pytest.raises(IntegrityError), transaction.atomic():
        SchoolReturn.objects.filter(pk=row.pk).update(**broken)


def test_what_was_entered_before_is_not_asked_again(
    law: World, school: School, contact: User, sign_in: Any
) -> None:
    day = date(2026, 10, 12)
    at = timezone.make_aware(datetime(2026, 10, 12, 16))
    for level, count in (("PRINCIPAL", 2), ("CLASS_TEACHER", 5)):
        talk = Talk(level, day, count, count, has_code_list=True)
        services.talk_record(actor=contact, school=school, talk=talk, at=at)
    letter = services.letter_draft(
        actor=law.clerk, title="致家长的一封信", body="请查看白名单。", due_on=day + timedelta(days=30), at=at
    )
    letter = services.letter_publish(actor=law.leader, letter=letter, at=at)
    services.receipt_record(
        actor=contact, school=school, letter=letter, handed_on=day, sent_count=480, receipt_count=470, at=at
    )
    first = submit(school, own(opened(law), school), found(class_count=13, pupils_checked=500))
    counts = (first.talks_principal, first.talks_deputy, first.talks_class_teacher, first.parents_talked)
    assert counts == (2, 0, 5, 7)
    assert (first.letters_sent, first.letters_returned) == (480, 470)
    second = services.round_open(
        actor=law.clerk, title="11 月", starts_on=date(2026, 11, 1), ends_on=date(2026, 11, 15), at=OPENED
    )
    page = sign_in(contact).get(f"/portal/returns/{own(second, school).uid}/")
    form = page.context["form"]
    assert not {"talks_principal", "letters_sent", "parents_talked"} & set(form.fields)
    assert (form.initial["class_count"], form.initial["pupils_checked"]) == (13, 500)
    assert form.initial["filler"] == "德育处"
    assert "pupils_subject" not in form.initial


def test_a_school_reports_zero_on_its_phone(law: World, school: School, contact: User, sign_in: Any) -> None:
    row = own(opened(law), school)
    client = sign_in(contact)
    assert "报送排查报表" in client.get("/portal/").content.decode()
    url = f"/portal/returns/{row.uid}/"
    values = {"class_count": 12, "pupils_checked": 480, "filler": "德育处", "is_confirmed": "on"}
    empty = client.post(url, values)
    assert empty.status_code == 422
    assert "全部没有的勾选零报告" in empty.content.decode()
    assert client.post(url, {**values, "is_zero": "on"}).status_code == 302
    assert "零报告" in client.get(url).content.decode()
    assert "报送排查报表" not in client.get("/portal/").content.decode()


def test_the_desk_sends_back_reminds_closes_and_exports(
    law: World, school: School, other: School, sign_in: Any
) -> None:
    round_ = opened(law)
    row = submit(school, own(round_, school), found(clue_count=1, parties="示例小区3栋"))
    assert services.round_remind(actor=law.clerk, row=round_) == 1
    back = services.return_send_back(actor=law.clerk, row=row, reason="地址不完整")
    assert (back.status, back.return_reason) == ("RETURNED", "地址不完整")
    late = timezone.make_aware(datetime(2026, 11, 20, 9))
    again = submit(school, back, found(clue_count=1, parties="示例小区3栋2单元"), at=late)
    assert again.is_late
    assert [item.title for item in desk.round_work(law.clerk, date(2026, 11, 20))] == [
        "催报：1 所学校没有报送"
    ]
    sums = selectors.totals_of(selectors.returns_visible(law.head).filter(round=round_))
    assert (sums["pupils_subject"], sums["clue_count"]) == (2, 1)
    client = sign_in(law.clerk)
    sheet = b"".join(
        client.get(f"/desk/schools/returns/?round={round_.pk}&export=csv").streaming_content
    ).decode()
    assert "示例小区3栋2单元" in sheet
    assert "共 2 行" in sheet
    assert client.get(f"/desk/schools/rounds/{round_.uid}/").status_code == 200
    assert client.get(f"/desk/schools/returns/{again.uid}/").status_code == 200
    services.round_close(actor=law.clerk, row=round_)
    with pytest.raises(Blocked, match="已经结束填报"):
        submit(other, own(round_, other), zero())


def test_the_calendar_opens_last_month_once_and_reminds(law: World, school: School) -> None:
    assert services.months_open(actor=law.system, today=date(2026, 11, 2), at=OPENED) == 1
    assert services.months_open(actor=law.system, today=date(2026, 11, 3), at=OPENED) == 0
    round_ = SchoolRound.objects.get()
    assert (round_.starts_on, round_.ends_on, round_.bureau) == (START, END, law.bureau)
    assert services.rounds_remind(actor=law.system, at=OPENED) == 0
    near = timezone.make_aware(datetime(2026, 11, 6, 7))
    assert services.rounds_remind(actor=law.system, at=near) == 1
    assert services.rounds_remind(actor=law.system, at=near) == 0


def test_a_school_answers_for_itself_only(law: World, school: School, other: School, sign_in: Any) -> None:
    round_ = opened(law)
    row = own(round_, other)
    with pytest.raises(Blocked):
        submit(school, row, zero())
    assert sign_in(making.contact_of(school)).get(f"/portal/returns/{row.uid}/").status_code == 404
    missing = [item.institution for item in desk.town_work(law.township, date(2026, 12, 1))]
    assert missing == [school.name]
