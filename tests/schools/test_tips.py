"""Work-tip letters: from a visit or a clue to the school's answer, with terms, reminders and refusals."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import User
from accounts.roles import Role
from casework.deadlines import load_calendar
from casework.errors import Blocked, NotAllowed, Unlawful, WrongState
from casework.indicators import Period, Scope, compute
from casework.models import AuditEvent, Deadline
from complaints.services import visit_request
from inspections.models import Visit
from schools import desk, services
from schools.models import School, TipAnswer, TipReminder, WorkTip
from schools.selectors import tips as selectors
from schools.tasks import tip_reminders
from schools.views.tips import tip_url
from tests.complaints import making as clues
from tests.conftest import World, make_organisation, make_user
from tests.inspections import making as visits
from tests.schools import making

START = timezone.make_aware(datetime(2026, 3, 4, 10))


def visit_with_pupils(world: World, count: int) -> Visit:
    """A started visit that met pupils."""
    place = visits.make_place(
        world, "示例数学工作室", standing="UNLICENSED", subject_kind="SUBJECT", track="SUBJECT"
    )
    visit = visits.start(world, visits.make_plan(world, place))
    Visit.objects.filter(pk=visit.pk).update(students_present=count)
    visit.refresh_from_db()
    return visit


def test_a_letter_from_a_visit_carries_the_count_and_nobodys_name(
    law: World, school: School, contact: User, sign_in: Any
) -> None:
    visit = visit_with_pupils(law, 5)
    desk_client = sign_in(law.officer)
    page = desk_client.get(f"/desk/visits/{visit.uid}/").content.decode()
    assert f"/desk/schools/tips/new/?visit={visit.uid}" in page
    address = f"/desk/schools/tips/new/?visit={visit.uid}"
    form = desk_client.get(address).context["form"]
    assert form.initial["pupil_count"] == 5
    values = {**form.initial, "school": school.pk, "found_on": f"{form.initial['found_on']:%Y-%m-%d}"}
    assert desk_client.post(address, values).status_code == 302
    tip = WorkTip.objects.get()
    assert (tip.visit, tip.pupil_count, tip.organ) == (visit, 5, law.education)
    sent = services.tip_issue(actor=law.head, tip=tip)
    assert sent.number == f"巫教培校提〔{timezone.localdate().year}〕1号"
    words = json.dumps(sent.document.content, ensure_ascii=False)
    assert "5人" in words
    assert "示例青柑小学" in words
    assert "姓名由学校留存" in words
    portal = sign_in(contact)
    assert sent.number in portal.get("/portal/").content.decode()
    pdf = portal.get(f"/desk/documents/{sent.document.uid}.pdf")
    assert pdf.status_code == 200
    assert pdf.content.startswith(b"%PDF") if not pdf.streaming else True


def test_a_township_reads_its_schools_letter_without_a_way_to_a_visit_elsewhere(
    law: World, other: School, sign_in: Any
) -> None:
    visit = visit_with_pupils(law, 5)
    tip = making.sent_tip(law, other, visit=visit)
    assert visit.region != other.region
    way = f"/desk/visits/{visit.uid}/"
    assert way in sign_in(law.officer).get(tip_url(tip)).content.decode()
    office = make_organisation(law.bureau, "TOWNSHIP", "龙门街道办事处", region=law.town2)
    clerk = make_user("township2", "街道干部", office, Role.TOWNSHIP_CLERK)
    page = sign_in(clerk).get(tip_url(tip)).content.decode()
    assert tip.number in page
    assert way not in page


def test_letters_of_one_visit_share_its_pupils(law: World, school: School, other: School) -> None:
    visit = visit_with_pupils(law, 5)
    making.draft_tip(law, school, visit=visit, pupil_count=4)
    with pytest.raises(Unlawful, match="本校最多填 1 人"):
        making.draft_tip(law, other, visit=visit, pupil_count=2)
    making.draft_tip(law, other, visit=visit, pupil_count=1)
    with pytest.raises(Unlawful):
        making.draft_tip(law, school, visit=visit, pupil_count=1)


def test_a_clue_brings_the_pupils_of_its_visit(law: World, school: School, sign_in: Any) -> None:
    place = visits.make_place(
        law, "示例无证班", standing="UNLICENSED", subject_kind="SUBJECT", track="SUBJECT"
    )
    clue = clues.verified(law, institution=place)
    visit_request(actor=law.officer, clue=clue)
    visit = Visit.objects.get(deployment__source_no=clue.number)
    Visit.objects.filter(pk=visit.pk).update(students_present=7)
    client = sign_in(law.officer)
    page = client.get(f"/desk/clues/{clue.uid}/").content.decode()
    assert f"/desk/schools/tips/new/?clue={clue.uid}" in page
    initial = client.get(f"/desk/schools/tips/new/?clue={clue.uid}").context["form"].initial
    assert initial["pupil_count"] == 7
    assert clue.text not in str(initial)
    tip = making.draft_tip(law, school, clue=clue, pupil_count=7)
    shown = client.get(f"/desk/clues/{clue.uid}/").content.decode()
    assert f"/desk/schools/tips/{tip.uid}/" in shown
    assert school.name in shown
    assert tip.source_kind == "CLUE"


def test_a_letter_that_names_a_pupil_does_not_go_out(law: World, school: School) -> None:
    tip = making.draft_tip(law, school, situation="在示例广场发现你校李小明同学参加培训。")
    with pytest.raises(Blocked, match="李小明"):
        services.tip_issue(actor=law.head, tip=tip)
    assert WorkTip.objects.get().status == "DRAFT"


def test_the_answer_is_due_by_the_policy_in_force(law: World, school: School) -> None:
    tip = making.sent_tip(law, school, at=START)
    calendar = load_calendar()
    assert calendar.workdays_between(START.date(), tip.due_on) == 10
    assert Deadline.objects.get(subject_uid=tip.uid).due_on == tip.due_on


def test_a_school_signs_and_answers_on_one_page(
    law: World, school: School, contact: User, sign_in: Any
) -> None:
    tip = making.sent_tip(law, school)
    client = sign_in(contact)
    url = f"/portal/tips/{tip.uid}/"
    assert client.get(url).context["form"].initial["pupils_confirmed"] == 3
    assert client.post(f"{url}receive/").status_code == 302
    tip.refresh_from_db()
    assert tip.status == "RECEIVED"
    values = {
        "pupils_confirmed": 3, "pupils_left": 3, "parents_told": 3, "findings": "学生李小明同学参加", "measures": "约谈",
    }  # fmt: skip
    warned = client.post(url, values)
    assert warned.status_code == 422
    assert "李小明" in warned.content.decode()
    assert "names_checked" in warned.content.decode()
    assert not TipAnswer.objects.exists()
    assert client.post(url, {**values, "names_checked": "on"}).status_code == 302
    given = TipAnswer.objects.get()
    assert given.names_checked
    assert not given.is_late
    tip.refresh_from_db()
    assert tip.status == "ANSWERED"
    assert Deadline.objects.get(subject_uid=tip.uid).state == "MET"


def test_a_late_answer_is_taken_and_marked(law: World, school: School, contact: User) -> None:
    tip = making.sent_tip(law, school, at=START)
    late = timezone.make_aware(datetime.combine(tip.due_on + timedelta(days=1), START.time()))
    given = services.tip_answer(actor=contact, tip=tip, answer=making.answer(), at=late)
    tip.refresh_from_db()
    assert given.is_late
    assert tip.is_late
    assert Deadline.objects.get(subject_uid=tip.uid).state == "LATE"


def test_an_answer_goes_back_and_comes_again_prefilled(
    law: World, school: School, contact: User, sign_in: Any
) -> None:
    tip = making.sent_tip(law, school)
    services.tip_answer(actor=contact, tip=tip, answer=making.answer(measures="口头提醒"))
    back = services.tip_return(actor=law.head, tip=tip, reason="措施不具体")
    assert back.status == "RETURNED"
    initial = sign_in(contact).get(f"/portal/tips/{tip.uid}/").context["form"].initial
    assert initial["measures"] == "口头提醒"
    services.tip_answer(actor=contact, tip=back, answer=making.answer())
    closed = services.tip_close(actor=law.head, tip=back, result="措施到位")
    assert closed.status == "CLOSED"
    assert [row.return_reason for row in selectors.answers_of(law.head, tip)] == ["措施不具体", ""]
    with pytest.raises(WrongState):
        services.tip_answer(actor=contact, tip=closed, answer=making.answer())


def test_reminders_come_once_and_long_silence_reaches_the_leader(law: World, school: School) -> None:
    tip = making.sent_tip(law, school, at=START)

    def run(days: int) -> tuple[int, int]:
        moment = timezone.make_aware(datetime.combine(tip.due_on + timedelta(days=days), START.time()))
        return services.tip_reminders_make(actor=law.system, at=moment)

    assert run(-10) == (0, 0)
    assert run(-1) == (1, 0)
    assert run(-1) == (0, 0)
    assert run(1) == (1, 0)
    assert list(desk.escalated_work(law.leader, tip.due_on)) == []
    assert run(14) == (0, 1)
    assert run(15) == (0, 0)
    tip.refresh_from_db()
    assert tip.escalated_at
    kinds = set(TipReminder.objects.values_list("kind", flat=True))
    assert kinds == {"SOON", "OVERDUE", "ESCALATED"}
    assert [item.institution for item in desk.escalated_work(law.leader, tip.due_on)] == [school.name]
    assert [item.sub for item in desk.town_work(law.township, tip.due_on + timedelta(days=9))] == [tip.number]
    assert "催办 0 件" in (tip_reminders() or "")


def test_the_desk_reminds_and_escalates_by_hand(law: World, school: School) -> None:
    tip = making.sent_tip(law, school, at=START)
    services.tip_remind(actor=law.head, tip=tip, note="请本周答复")
    late = START + timedelta(days=60)
    with pytest.raises(WrongState, match="还没有逾期"):
        services.tip_escalate(actor=law.head, tip=tip, note="", at=START + timedelta(days=1))
    services.tip_escalate(actor=law.head, tip=tip, note="两次催办未答复", at=late)
    with pytest.raises(WrongState, match="已经上报"):
        services.tip_escalate(actor=law.head, tip=tip, note="", at=late)


def test_a_withdrawn_letter_keeps_its_number_and_counts_nowhere(law: World, school: School) -> None:
    tip = services.tip_withdraw(actor=law.head, tip=making.sent_tip(law, school), reason="学校有误")
    tip.document.refresh_from_db()
    assert tip.document.state == "WITHDRAWN"
    year = timezone.localdate().year
    span = Period(
        timezone.localdate().replace(month=1, day=1),
        timezone.localdate().replace(year=year + 1, month=1, day=1),
    )
    assert compute("school_tip_n", Scope(law.bureau), span) == 0
    assert selectors.assessed_schools(law.head, year).get(pk=school.pk).tip_count == 0
    assert making.sent_tip(law, school).number.endswith("2号")


def test_the_yearly_assessment_counts_letters(
    law: World, school: School, other: School, sign_in: Any
) -> None:
    contact = making.contact_of(school)
    first = making.sent_tip(law, school)
    services.tip_answer(actor=contact, tip=first, answer=making.answer(pupils_confirmed=2, pupils_left=1))
    making.sent_tip(law, school, pupil_count=1)
    row = selectors.assessed_schools(law.head, timezone.localdate().year).get(pk=school.pk)
    counted = (row.tip_count, row.answered_in_time, row.answered_late, row.unanswered)
    assert counted == (2, 1, 0, 1)
    assert (row.pupils_told, row.pupils_confirmed) == (4, 2)
    sheet = sign_in(law.head).get("/desk/schools/assessment/?export=csv")
    assert "共 2 行" in b"".join(sheet.streaming_content).decode()


def test_exports_mask_what_looks_like_a_name(law: World, school: School, contact: User, sign_in: Any) -> None:
    tip = making.sent_tip(law, school)
    services.tip_answer(actor=contact, tip=tip, answer=making.answer())
    services.tip_close(actor=law.head, tip=tip, result="学生王子涵，已停止")
    sheet = b"".join(sign_in(law.head).get("/desk/schools/?export=csv").streaming_content).decode()
    assert "王子涵" not in sheet
    assert "〔已隐去〕" in sheet


def test_who_may_do_what(law: World, school: School, other: School, contact: User) -> None:
    draft = making.draft_tip(law, school)
    assert not WorkTip.objects.visible_to(contact).exists()
    with pytest.raises(NotAllowed):
        services.tip_issue(actor=law.officer, tip=draft)
    with pytest.raises(NotAllowed):
        services.tip_draft(actor=law.clerk, school=school, text=making.tip_text())
    tip = services.tip_issue(actor=law.head, tip=draft)
    stranger = making.contact_of(other)
    assert WorkTip.objects.visible_to(contact).get() == tip
    assert not WorkTip.objects.visible_to(stranger).exists()
    for wrong in (stranger, law.institution_user, law.head):
        with pytest.raises((Blocked, NotAllowed)):
            services.tip_answer(actor=wrong, tip=tip, answer=making.answer())


def test_a_school_without_an_account_cannot_be_written_to(law: World, school: School) -> None:
    User.objects.filter(organisation=school.organisation).update(is_active=False)
    with pytest.raises(Blocked, match="还没有办事账号"):
        services.tip_issue(actor=law.head, tip=making.draft_tip(law, school))


@pytest.mark.parametrize(
    "broken",
    [{"pupil_count": 0}, {"situation": ""}, {"source_note": ""}, {"number": "", "status": "ISSUED"},
     {"status": "CLOSED"}],
)  # fmt: skip
def test_the_database_refuses_broken_letters(law: World, school: School, broken: dict[str, Any]) -> None:
    tip = making.draft_tip(law, school)
    with pytest.raises(IntegrityError), transaction.atomic():
        WorkTip.objects.filter(pk=tip.pk).update(**broken)


def test_an_answer_of_impossible_counts_is_refused(law: World, school: School, contact: User) -> None:
    tip = making.sent_tip(law, school)
    with pytest.raises(Unlawful, match="不能多于"):
        services.tip_answer(actor=contact, tip=tip, answer=making.answer(pupils_confirmed=1, pupils_left=2))
    assert not AuditEvent.objects.filter(verb="schools.worktip_answer").exists()
