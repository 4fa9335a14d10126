"""Letters to parents, pledges, matters of teachers, after-school service from the white list, ads on campus."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, models, transaction
from django.utils import timezone

from accounts.models import User
from casework.errors import NotAllowed, Unlawful, WrongState
from casework.indicators import Period, Scope, compute
from institutions.models import Institution
from schools import desk, services
from schools.models import (
    AfterSchool,
    CampusAd,
    LetterReceipt,
    ParentLetter,
    School,
    ServiceProvider,
    TeacherPledge,
    TeacherViolation,
)
from schools.selectors import rounds as selectors
from schools.services import Service
from schools.views.duties import rate_text
from tests.conftest import World
from tests.inspections import making as places
from tests.schools import making

TERM = date(2026, 9, 1)
NOON = timezone.make_aware(datetime(2026, 11, 20, 12))


def white_place(law: World, name: str = "示例启航艺术培训中心", **values: Any) -> Institution:
    place = places.make_place(law, name, **values)
    Institution.objects.filter(pk=place.pk).update(list_status="WHITE")
    place.refresh_from_db()
    return place


def letter(law: World, title: str = "致家长的一封信") -> ParentLetter:
    draft = services.letter_draft(
        actor=law.clerk,
        title=title,
        body="请查看白名单。\n费用交监管账户。",
        due_on=date(2026, 12, 20),
        at=NOON,
    )
    return services.letter_publish(actor=law.leader, letter=draft, at=NOON)


def test_a_new_version_ends_the_one_before_and_carries_hotline_and_portal(law: World, school: School) -> None:
    first, second = letter(law), letter(law, "致家长的一封信（寒假）")
    first.refresh_from_db()
    first.document.refresh_from_db()
    assert (first.status, second.status, second.edition) == ("REPLACED", "PUBLISHED", 2)
    assert (first.document.state, first.document.superseded_by) == ("SUPERSEDED", second.document)
    words = str(second.document.content)
    assert law.bureau.hotline in words
    assert law.bureau.portal_title in words
    with pytest.raises(Unlawful, match="最新版"):
        services.receipt_record(
            actor=making.contact_of(school),
            school=school,
            letter=first,
            handed_on=NOON.date(),
            sent_count=1,
            receipt_count=0,
            at=NOON,
        )
    with pytest.raises(IntegrityError), transaction.atomic():
        ParentLetter.objects.filter(pk=first.pk).update(status="PUBLISHED")


def test_schools_hand_letters_out_and_count_receipts(
    law: World, school: School, contact: User, sign_in: Any
) -> None:
    now = letter(law)
    client = sign_in(contact)
    assert "发放致家长一封信" in client.get("/portal/").content.decode()
    page = client.get("/portal/letters/")
    assert page.context["form"].initial["sent_count"] == school.pupil_count
    assert client.get(f"/desk/documents/{now.document.uid}.pdf").status_code == 200
    values = {"handed_on": "2026-11-20", "sent_count": 480, "receipt_count": 481}
    bad = client.post("/portal/letters/", values)
    assert "不能多于发放" in bad.content.decode()
    assert client.post("/portal/letters/", {**values, "receipt_count": 470}).status_code == 302
    assert client.post("/portal/letters/", {**values, "receipt_count": 478}).status_code == 302
    assert LetterReceipt.objects.get().receipt_count == 478
    assert "发放致家长一封信" not in client.get("/portal/").content.decode()
    sheet = sign_in(law.head).get("/desk/schools/letters/receipts/?export=csv")
    assert "480,478" in b"".join(sheet.streaming_content).decode()


def test_the_rate_keeps_numerator_and_denominator(law: World, school: School, other: School) -> None:
    """石狮: 87,082 pupils are 95.3 %; truncated it would read 95.2."""
    assert rate_text(87_082, 91_377) == "95.3 %（87,082 / 91,377 人）"
    for place, joined, enrolled in ((school, 80_000, 84_000), (other, 7_082, 7_377)):
        services.service_record(
            actor=making.contact_of(place), school=place, service=Service(TERM, enrolled, joined), at=NOON
        )
    scope, year = Scope(law.bureau), Period(date(2026, 1, 1), date(2027, 1, 1))
    assert compute("after_school_joined", scope, year) == 87_082
    assert compute("after_school_enrolled", scope, year) == 91_377
    spring = Service(date(2026, 2, 1), 84_000, 10)
    services.service_record(actor=making.contact_of(school), school=school, service=spring, at=NOON)
    assert compute("after_school_joined", scope, year) == 87_082, "a year counts the newest term once"


def test_outside_institutions_come_from_the_white_list_only(
    law: World, school: School, contact: User, sign_in: Any
) -> None:
    listed = white_place(law)
    unlisted = places.make_place(law, "示例未列名单培训中心", licence_no="教民150023770000009")
    form = sign_in(contact).get("/portal/after-school/").context["form"]
    assert list(form.fields["providers"].queryset) == [listed]
    with pytest.raises(Unlawful, match="不在白名单上"):
        services.service_record(
            actor=contact, school=school, service=Service(TERM, 480, 450), providers=[unlisted], at=NOON
        )
    assert not ServiceProvider.objects.exists()
    services.service_record(
        actor=contact, school=school, service=Service(TERM, 480, 450), providers=[listed], at=NOON
    )
    assert ServiceProvider.objects.get().list_status_then == "WHITE"
    Institution.objects.filter(pk=listed.pk).update(list_status="BLACK")
    assert [row.school for row in selectors.fallen_providers(law.head)] == [school]
    assert "更换课后服务机构" in {item.title for item in desk.portal_asks(contact, NOON.date())}
    assert "已不在白名单" in sign_in(law.head).get("/desk/schools/services/?fallen=on").content.decode()
    services.service_record(actor=contact, school=school, service=Service(TERM, 480, 460), at=NOON)
    assert not selectors.fallen_providers(law.head).exists()


def test_service_counts_are_possible(law: World, school: School, contact: User) -> None:
    for service, word in (
        (Service(TERM, 480, 481), "不能多于"),
        (Service(date(2027, 2, 1), 480, 1), "还没有开始"),
        (Service(date(2026, 9, 2), 480, 1), "schools_afterschool_term_start"),
    ):
        with pytest.raises(Unlawful, match=word):
            services.service_record(actor=contact, school=school, service=service, at=NOON)
    assert not AfterSchool.objects.exists()


def test_pledges_are_counts(law: World, school: School, contact: User, sign_in: Any) -> None:
    client = sign_in(contact)
    year = timezone.localdate().year
    values = {"year": year, "teacher_count": 40, "pledged_count": 41}
    assert "不能多于" in client.post("/portal/pledges/", values).content.decode()
    assert client.post("/portal/pledges/", {**values, "pledged_count": 39}).status_code == 302
    assert TeacherPledge.objects.get().pledged_count == 39
    assert client.get("/portal/pledges/").context["form"].initial["teacher_count"] == 40
    with pytest.raises(NotAllowed):
        services.pledge_record(actor=law.head, school=school, year=year, teacher_count=1, pledged_count=1)


def violation(law: World, school: School, **values: Any) -> TeacherViolation:
    fields = {
        "kind": "JOIN",
        "found_on": NOON.date(),
        "teacher_count": 1,
        "case_no": "巫教培罚立〔2026〕3号",
        "facts": "在机构兼课。",
        **values,
    }
    return services.violation_register(actor=law.officer, school=school, values=fields, at=NOON)


def test_a_matter_of_a_teacher_names_nobody(law: World, school: School) -> None:
    words = [
        field.name
        for field in TeacherViolation._meta.concrete_fields
        if isinstance(field, models.CharField | models.TextField) and not field.choices
    ]
    assert set(words) == {"region_path", "facts", "case_no", "handling"}
    with pytest.raises(Unlawful, match="学生姓名"):
        violation(law, school, facts="学生李小明同学反映。")
    row = violation(law, school)
    done = services.violation_handle(actor=law.head, row=row, handling="给予警告", is_vetoed=True)
    assert (done.status, done.case_no, done.is_vetoed) == ("HANDLED", "巫教培罚立〔2026〕3号", True)
    with pytest.raises(WrongState):
        services.violation_dismiss(actor=law.head, row=done, handling="无")
    other = services.violation_dismiss(actor=law.head, row=violation(law, school), handling="查无此事")
    with pytest.raises(IntegrityError), transaction.atomic():
        TeacherViolation.objects.filter(pk=other.pk).update(is_vetoed=True)


def test_schools_and_townships_do_not_read_matters_of_teachers(
    law: World, school: School, contact: User, sign_in: Any
) -> None:
    row = violation(law, school)
    assert not TeacherViolation.objects.visible_to(contact).exists()
    assert sign_in(law.township).get(f"/desk/schools/violations/{row.uid}/").status_code == 403
    assert sign_in(law.neighbour_officer).get(f"/desk/schools/violations/{row.uid}/").status_code == 404


def test_a_school_reports_ads_and_sees_what_became_of_them(
    law: World, school: School, contact: User, sign_in: Any
) -> None:
    client = sign_in(contact)
    values = {
        "carrier": "UNIFORM", "found_on": f"{timezone.localdate():%Y-%m-%d}", "item_count": 40, "removed_count": 41,
        "advertiser": "示例文化公司", "note": "校服袖口",
    }  # fmt: skip
    assert "不能多于" in client.post("/portal/campus-ads/", values).content.decode()
    assert client.post("/portal/campus-ads/", {**values, "removed_count": 40}).status_code == 302
    row = CampusAd.objects.get()
    assert "处理校园广告" in {item.title for item in desk.duty_work(law.officer, NOON.date())}
    office = sign_in(law.officer)
    assert (
        office.post(
            f"/desk/schools/ads/{row.uid}/handle/", {"handling": "移送市场监管", "case_no": "移送1号"}
        ).status_code
        == 302
    )
    assert "移送市场监管" in client.get("/portal/campus-ads/").content.decode()


@pytest.mark.parametrize(
    "path",
    ["", "assessment/", "talks/", "talks/tables/", "talks/tables/new/", "rounds/", "rounds/new/", "returns/", "letters/",
     "letters/new/", "letters/receipts/", "pledges/", "violations/", "violations/new/", "services/", "ads/", "register/", "register/new/"],
)  # fmt: skip
def test_desk_pages_open_when_there_is_nothing_yet(law: World, sign_in: Any, path: str) -> None:
    assert sign_in(law.head).get(f"/desk/schools/{path}").status_code == 200


@pytest.mark.parametrize(
    "path", ["tips/", "returns/", "talks/", "letters/", "pledges/", "after-school/", "campus-ads/"]
)
def test_portal_pages_open_when_there_is_nothing_yet(
    law: World, contact: User, sign_in: Any, path: str
) -> None:
    assert sign_in(contact).get(f"/portal/{path}").status_code == 200
    assert sign_in(law.institution_user).get(f"/portal/{path}").status_code == 403


def test_nothing_of_later_days_is_taken(law: World, school: School, contact: User) -> None:
    tomorrow = NOON.date() + timedelta(days=1)
    with pytest.raises(Unlawful):
        violation(law, school, found_on=tomorrow)
    with pytest.raises(Unlawful):
        services.ad_report(
            actor=contact, school=school, at=NOON,
            values={"carrier": "BUS", "found_on": tomorrow, "item_count": 1, "removed_count": 0, "advertiser": "某", "note": ""},
        )  # fmt: skip
