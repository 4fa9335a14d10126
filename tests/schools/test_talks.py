"""Three-level talks: counts only, their monthly totals, published tables, retention."""

from __future__ import annotations

import threading
from datetime import date, datetime
from typing import Any

import pytest
from django.db import IntegrityError, connection, models, transaction
from django.utils import timezone

from accounts.models import User
from casework.errors import NotAllowed, Unlawful
from casework.indicators import Period, Scope, compute
from casework.models import AuditEvent
from casework.models.base import uuid7
from schools import services
from schools.models import School, SchoolTalk, TalkLevel, TalkTable, TalkTally
from schools.services import Talk
from schools.services.talks import kept_from
from schools.tasks import talks_expire
from tests.conftest import World, build_world
from tests.inspections import making as law_making
from tests.schools import making

NOON = timezone.make_aware(datetime(2026, 7, 3, 12))


def record(school: School, level: str, day: date, pupils: int, **values: Any) -> SchoolTalk:
    """Talks of one level, noted the same day."""
    talk = Talk(level, day, pupils, **{"has_code_list": True, **values})
    at = timezone.make_aware(datetime.combine(day, NOON.time()))
    return services.talk_record(actor=making.contact_of(school), school=school, talk=talk, at=at)


def test_no_column_of_the_tables_can_hold_a_name() -> None:
    for model in (SchoolTalk, TalkTally):
        words = [
            field.name
            for field in model._meta.concrete_fields
            if isinstance(field, models.CharField | models.TextField | models.JSONField) and not field.choices
        ]
        assert words == ["region_path"], model


def test_the_three_levels_of_a_year_are_counted(law: World, school: School, other: School) -> None:
    scope, year = Scope(law.bureau), Period(date(2026, 1, 1), date(2027, 1, 1))
    for level, day in zip(
        TalkLevel.values, (date(2026, 3, 2), date(2026, 3, 3), date(2026, 4, 7)), strict=True
    ):
        record(school, level, day, 4)
    assert compute("talk_levels", scope, year) == 3
    assert compute("talk_pupil_pt", scope, year) == 12
    assert compute("talk_levels", scope, Period(date(2026, 4, 1), date(2026, 5, 1))) == 1
    record(other, "PRINCIPAL", date(2026, 3, 20), 2)
    march = TalkTally.objects.get(level="PRINCIPAL", month=date(2026, 3, 1))
    assert (march.school_count, march.pupil_count) == (2, 6)


def test_the_same_day_again_corrects_the_counts(law: World, school: School) -> None:
    record(school, "DEPUTY", date(2026, 3, 2), 4)
    record(school, "DEPUTY", date(2026, 3, 2), 6, linked_count=1)
    assert SchoolTalk.objects.get().pupil_count == 6
    assert TalkTally.objects.get().pupil_count == 6
    assert AuditEvent.objects.filter(verb="schools.talk_correct").exists()


@pytest.mark.parametrize(
    ("values", "word"),
    [
        ({"held_on": date(2026, 7, 4)}, "不能晚于今天"),
        ({"held_on": date(2019, 7, 4)}, "已过保存期限"),
        ({"has_code_list": False}, "代码表"),
        ({"pupil_count": 0}, "schools_schooltalk_somebody"),
        ({"linked_count": 9}, "schools_schooltalk_linked"),
    ],
)
def test_bad_counts_are_refused(law: World, school: School, values: dict[str, Any], word: str) -> None:
    talk = Talk(
        **{
            "level": "PRINCIPAL",
            "held_on": date(2026, 7, 2),
            "pupil_count": 2,
            "has_code_list": True,
            **values,
        }
    )
    with pytest.raises(Unlawful, match=word):
        services.talk_record(actor=making.contact_of(school), school=school, talk=talk, at=NOON)
    assert not TalkTally.objects.exists()


def test_the_portal_takes_counts_and_shows_them(
    law: World, school: School, contact: User, sign_in: Any
) -> None:
    client = sign_in(contact)
    values = {
        "level": "CLASS_TEACHER", "held_on": f"{timezone.localdate():%Y-%m-%d}", "pupil_count": 5, "parent_count": 4,
        "linked_count": 2, "has_code_list": "on",
    }  # fmt: skip
    bad = client.post("/portal/talks/", {**values, "linked_count": 6})
    assert bad.status_code == 422
    assert "不能多于约谈学生" in bad.content.decode()
    assert client.post("/portal/talks/", values).status_code == 302
    assert "5 人次" in client.get("/portal/talks/").content.decode()
    desk = sign_in(law.head).get("/desk/schools/talks/?export=csv")
    sheet = b"".join(desk.streaming_content).decode()
    assert "班主任,5,4,2,3" in sheet


def test_only_the_school_itself_records(law: World, school: School, other: School) -> None:
    talk = Talk("PRINCIPAL", timezone.localdate(), 2, has_code_list=True)
    for actor in (making.contact_of(other), law.head, law.institution_user):
        with pytest.raises(NotAllowed):
            services.talk_record(actor=actor, school=school, talk=talk)


def test_talks_go_when_their_term_ends_and_the_totals_stay(law: World, school: School) -> None:
    scope, span = Scope(law.bureau), Period(date(2026, 1, 1), date(2027, 1, 1))
    for level in TalkLevel.values:
        record(school, level, date(2026, 3, 2), 4)
    record(school, "PRINCIPAL", date(2026, 8, 3), 1)
    today = date(2029, 4, 1)
    assert kept_from(law.bureau, today) == date(2026, 4, 1)
    assert services.talks_expire(actor=law.system, today=today, at=NOON) == 3
    assert [row.held_on for row in SchoolTalk.objects.all()] == [date(2026, 8, 3)]
    assert compute("talk_levels", scope, span) == 3
    assert compute("talk_pupil_pt", scope, span) == 13
    event = AuditEvent.objects.get(verb="schools.talks_expire")
    assert event.reason == "school.talk.retention"
    assert event.changes["count"][1] == 3
    assert services.talks_expire(actor=law.system, today=today, at=NOON) == 0
    assert talks_expire() is None


def publish(law: World) -> TalkTable:
    """The first half of 2026."""
    return services.table_publish(actor=law.head, since=date(2026, 1, 1), until=date(2026, 7, 1), at=NOON)


def test_a_published_table_hides_small_numbers_and_keeps_nothing_behind(
    law: World, school: School, other: School, client: Any
) -> None:
    for place, counts in ((school, (2, 9, 31)), (other, (12, 7, 40))):
        for level, count in zip(TalkLevel.values, counts, strict=True):
            record(place, level, date(2026, 3, 2), count)
    table = publish(law)
    assert table.rows == [law.town.name, law.town2.name, "合计"]
    hidden = sum(value is None for row in table.cells for value in row)
    assert table.cells[0][0] is None
    assert hidden >= 4
    page = client.get("/b/wushan/school-talks/").content.decode()
    assert "小于 5 的数" in page
    assert page.count("—") > 3


def test_tables_that_could_be_subtracted_are_refused(law: World, school: School) -> None:
    record(school, "PRINCIPAL", date(2026, 3, 2), 30)
    publish(law)
    with pytest.raises(Unlawful, match="重叠"):
        services.table_publish(actor=law.head, since=date(2026, 1, 1), until=date(2026, 6, 1), at=NOON)
    with pytest.raises(Unlawful, match="完整的月份"):
        services.table_publish(actor=law.head, since=date(2026, 1, 2), until=date(2026, 6, 1), at=NOON)
    with pytest.raises(Unlawful, match="结束后"):
        services.table_publish(actor=law.head, since=date(2026, 7, 1), until=date(2026, 8, 1), at=NOON)
    with pytest.raises(NotAllowed):
        services.table_publish(actor=law.officer, since=date(2025, 1, 1), until=date(2025, 6, 1), at=NOON)
    row = TalkTable.objects.get()
    row.pk, row.uid = None, uuid7()
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save(force_insert=True)


@pytest.mark.django_db(transaction=True)
def test_schools_that_enter_at_once_are_all_in_the_total() -> None:
    law = build_world()
    law_making.load_law()
    schools = [making.make_school(law, f"示例第{number}小学", law.town) for number in range(4)]

    def work(school: School) -> None:
        try:
            record(school, "PRINCIPAL", date(2026, 3, 2), 3)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(school,)) for school in schools]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert SchoolTalk.objects.count() == 4
    total = TalkTally.objects.get()
    assert (total.school_count, total.pupil_count) == (4, 12)
