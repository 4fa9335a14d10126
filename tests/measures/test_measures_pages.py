"""The screens of this room: who may open them, from the form to the document, and what a stranger meets."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from institutions.models import Institution
from measures import desk, services
from measures.models import AdCase, Directive, Meeting, Talk, Whistle
from tests.conftest import World
from tests.inspections.making import photo
from tests.measures import making

pytestmark = pytest.mark.django_db

LISTS = (
    "/desk/measures/",
    "/desk/measures/ads/",
    "/desk/measures/ads/?status=OVERDUE&q=路",
    "/desk/measures/ads/?export=csv",
    "/desk/measures/talks/",
    "/desk/measures/talks/?q=启航&export=xlsx",
    "/desk/measures/whistles/",
    "/desk/measures/meetings/",
    "/desk/measures/meetings/?q=清理",
    "/desk/measures/papers/",
    "/desk/measures/closures/",
    "/desk/measures/materials/",
    "/desk/duty/",
    "/desk/duty/?cover=SHORT",
    "/desk/duty/?export=csv",
)
BUREAU_LISTS = ("/desk/officers/", "/desk/officers/?q=执法&export=xlsx", "/desk/officers/recusals/")
STAFF = {"admin": 403, "institution_user": 403, "neighbour_institution_user": 403}
FORMS = (
    "/desk/measures/ads/new/",
    "/desk/measures/talks/new/",
    "/desk/measures/papers/new/",
    "/desk/measures/papers/new/suspension_notice/",
    "/desk/measures/papers/new/ban_notice/",
    "/desk/measures/papers/new/site_assignment/",
    "/desk/measures/papers/new/supervision_letter/",
    "/desk/measures/papers/new/reminder_letter/",
    "/desk/measures/papers/new/parent_letter/",
    "/desk/measures/closures/new/",
    "/desk/measures/materials/new/",
    "/desk/measures/mysteries/new/",
    "/desk/officers/recusals/new/",
    "/desk/officers/cameras/new/",
    "/desk/officers/exchanges/new/",
)


@pytest.fixture
def rows(law: World, place: Institution, shed: Institution) -> dict[str, Any]:
    """One row of everything, about a place that has an account."""
    whistle = making.whistle(law, institution=place)
    meeting = services.meeting_issue(actor=law.head, meeting=making.meeting(law))
    return {
        "ad": making.ad(law, place),
        "talk": services.talk_invite(actor=law.officer, talk=making.talk(law, place)),
        "whistle": whistle,
        "meeting": meeting,
        "decision": meeting.decisions.get(),
        "directive": making.issued(law, "SUSPENSION_NOTICE", place),
        "closure": services.closure_issue(actor=law.head, closure=making.closure(law)),
        "handover": making.handover(law, place),
        "shift": making.shift(law),
        "mystery": making.mystery(law, place),
    }


PATHS = {
    "ad": "/desk/measures/ads/{}/",
    "talk": "/desk/measures/talks/{}/",
    "whistle": "/desk/measures/whistles/{}/",
    "meeting": "/desk/measures/meetings/{}/",
    "decision": "/desk/measures/decisions/{}/",
    "directive": "/desk/measures/papers/{}/",
    "closure": "/desk/measures/closures/{}/",
    "handover": "/desk/measures/materials/{}/",
    "shift": "/desk/duty/{}/",
    "mystery": "/desk/measures/mysteries/{}/",
}


def test_lists_by_persona(law: World, rows: dict[str, Any], sign_in: Any) -> None:
    for name, user in law.personas.items():
        client = sign_in(user)
        for path in LISTS:
            assert client.get(path).status_code == STAFF.get(name, 200), (name, path)
    bureau = {*STAFF, "partner", "township", "supervisor"}
    for name, user in law.personas.items():
        client = sign_in(user)
        for path in BUREAU_LISTS:
            assert client.get(path).status_code == (403 if name in bureau else 200), (name, path)
    assert Client().get(LISTS[0]).status_code == 302


def test_files_of_rows_open_inside_and_hide_outside(law: World, rows: dict[str, Any], sign_in: Any) -> None:
    insiders = (law.officer, law.head, law.leader, law.supervisor)
    for kind, path in PATHS.items():
        address = path.format(rows[kind].uid)
        for user in insiders:
            assert sign_in(user).get(address).status_code == 200, (kind, user)
        for user in (law.neighbour_officer, law.neighbour_leader):
            stranger = sign_in(user)
            assert stranger.get(address).status_code == 404, kind
            assert stranger.post(f"{address}issue/").status_code == 404, kind
        assert sign_in(law.institution_user).get(address).status_code == 403
    assert sign_in(law.township).get(PATHS["whistle"].format(rows["whistle"].uid)).status_code == 200
    assert sign_in(law.market_officer).get(PATHS["decision"].format(rows["decision"].uid)).status_code == 200
    assert sign_in(law.partner).get(PATHS["ad"].format(rows["ad"].uid)).status_code == 404
    assert sign_in(law.township).get("/desk/measures/mysteries/").status_code == 403


def test_every_form_opens(law: World, place: Institution, sign_in: Any) -> None:
    officer = sign_in(law.officer)
    for path in FORMS:
        assert officer.get(path).status_code == 200, path
        assert officer.post(path, {}).status_code in {405, 422} or path.endswith("papers/new/"), path
    head = sign_in(law.head)
    for path in ("/desk/measures/meetings/new/", "/desk/duty/new/"):
        assert head.get(path).status_code == 200
    assert sign_in(law.township).get("/desk/measures/whistles/new/").status_code == 200
    assert officer.get("/desk/measures/papers/new/nonsense/").status_code == 404


def test_an_ad_from_the_form_to_the_check(law: World, place: Institution, sign_in: Any) -> None:
    client = sign_in(law.officer)
    today = timezone.localdate().isoformat()
    values = {
        "kind": "BILLBOARD",
        "origin": "SCHOOL_GATE",
        "found_on": today,
        "region": law.town.pk,
        "place": "实验小学门口",
        "pieces": 3,
        "content": "暑期班招生",
        "owner_kind": "INSTITUTION",
        "institution": place.pk,
    }
    missing = client.post("/desk/measures/ads/new/", {**values, "institution": ""})
    assert missing.status_code == 422
    assert "请选择机构" in missing.content.decode()
    client.post("/desk/measures/ads/new/", {**values, "photos": photo()})
    ad = AdCase.objects.get()
    home = f"/desk/measures/ads/{ad.uid}/"
    client.post(f"{home}order/", {"order_text": "立即拆除"})
    stamp = timezone.localtime().strftime("%Y-%m-%dT%H:%M")
    client.post(
        f"{home}remove/", {"removed_at": stamp, "pieces": 3, "by": "机构自行拆除", "photos": photo("blue")}
    )
    shown = client.post(
        f"{home}verify/", {"checked_on": today, "is_gone": "1", "note": "没有再挂"}, follow=True
    ).content.decode()
    assert "复核已清除" in shown
    assert client.get(f"{home}order/").status_code == 200
    assert client.get(f"{home}nothing/").status_code == 404
    assert sign_in(law.clerk).get(f"{home}order/").status_code == 403


def test_a_document_is_previewed_and_issued(law: World, place: Institution, sign_in: Any) -> None:
    client = sign_in(law.officer)
    values = {
        "institution": place.pk,
        "facts": "无证开展学科类培训",
        "students_present": 4,
        "officer_one": law.officer.pk,
        "officer_two": law.officer2.pk,
    }
    client.post("/desk/measures/papers/new/suspension_notice/", values)
    row = Directive.objects.get()
    home = f"/desk/measures/papers/{row.uid}/"
    preview = client.get(f"{home}preview/").content.decode()
    assert "责令你单位自" in preview
    assert "申请行政复议" in preview
    shown = client.post(f"{home}issue/", follow=True).content.decode()
    assert "巫教培停办" in shown
    assert "4 名在场学生没有登记交接" in shown
    assert client.get(f"{home}issue/").status_code == 405
    portal = sign_in(law.institution_user).get("/portal/measures/").content.decode()
    assert "停办通知书" in portal
    document = Directive.objects.get().document
    assert sign_in(law.institution_user).get(f"/desk/documents/{document.uid}.pdf").status_code == 200
    other = sign_in(law.neighbour_institution_user)
    assert other.get(f"/desk/documents/{document.uid}.pdf").status_code == 404
    assert "停办通知书" not in other.get("/portal/measures/").content.decode()


def test_a_party_reads_its_own_part_of_a_talk(
    law: World, place: Institution, shed: Institution, sign_in: Any
) -> None:
    talk = services.talk_invite(actor=law.officer, talk=making.talk(law, place, shed, kind="COLLECTIVE"))
    party, other = talk.parties.get(institution=place), talk.parties.get(institution=shed)
    portal, home = sign_in(law.institution_user), f"/portal/measures/talks/{talk.uid}/"
    assert "还没有约谈" in portal.get(home).content.decode()
    assert [item.url for item in desk.portal_work(law.institution_user, making.today())] == [home]
    with time_machine.travel(making.now() + timedelta(days=1, hours=1), tick=False):
        due = making.today() + timedelta(days=7)
        came = {
            party.pk: services.Came("HEAD", "王负责", "校长", "一周内全部归集", due),
            other.pk: services.Came("HEAD", "李负责", "店长", "当日关门停业", due),
        }
        talk = services.talk_hold(
            actor=law.officer, talk=talk, held_at=making.now(), requirements="预收费全部归集", came=came
        )
        for row, note in ((party, "银行流水已核"), (other, "门面仍在招生")):
            row.refresh_from_db()
            services.promise_follow(actor=law.officer, party=row, result="KEPT", note=note, on=making.today())
    shown = portal.get(home).content.decode()
    for words in ("集体约谈", "预收费全部归集", "王负责", "一周内全部归集", "已兑现", "银行流水已核"):
        assert words in shown
    for words in ("李负责", "当日关门停业", "门面仍在招生", shed.name):
        assert words not in shown
        assert words not in portal.get("/portal/measures/").content.decode()
    for paper in (talk.invitation, talk.record):
        assert portal.get(f"/desk/documents/{paper.uid}.pdf").status_code == 404
    assert sign_in(law.neighbour_institution_user).get(home).status_code == 404
    single = services.talk_invite(
        actor=law.officer, talk=making.talk(law, place, kind="SINGLE", reason="退费拖延")
    )
    alone = portal.get(f"/portal/measures/talks/{single.uid}/").content.decode()
    assert str(single.invitation.uid) in alone
    assert portal.get(f"/desk/documents/{single.invitation.uid}.pdf").status_code == 200


def test_a_draft_talk_is_not_shown_to_its_party(law: World, place: Institution, sign_in: Any) -> None:
    draft = making.talk(law, place)
    assert sign_in(law.institution_user).get(f"/portal/measures/talks/{draft.uid}/").status_code == 404


def test_a_talk_is_held_in_one_form(law: World, place: Institution, sign_in: Any) -> None:
    talk = making.talk(law, place, planned_at=timezone.now() + timedelta(seconds=2))
    client = sign_in(law.officer)
    home = f"/desk/measures/talks/{talk.uid}/"
    client.post(f"{home}invite/")
    party = talk.parties.get()
    stamp = timezone.localtime().strftime("%Y-%m-%dT%H:%M")
    due = (timezone.localdate() + timedelta(days=5)).isoformat()
    values = {
        "held_at": stamp,
        "requirements": "资金全部归集",
        f"attendance_{party.pk}": "HEAD",
        f"attendee_{party.pk}": "王负责",
        f"promise_{party.pk}": "五日内归集",
    }
    refused = client.post(f"{home}hold/", values)
    assert refused.status_code == 422
    assert "须同时填写" in refused.content.decode()
    shown = client.post(f"{home}hold/", {**values, f"due_{party.pk}": due}, follow=True).content.decode()
    assert "五日内归集" in shown
    assert "登记跟踪" in shown
    assert [item.due_on.isoformat() for item in desk.promises(law.officer, timezone.localdate())] == [due]
    follow = f"{home}promises/{party.pk}/"
    today = timezone.localdate().isoformat()
    client.post(follow, {"result": "KEPT", "note": "已核流水", "on": today})
    client.post(f"{home}close/")
    talk.refresh_from_db()
    assert talk.status == "CLOSED"
    assert Talk.objects.count() == 1


def test_a_whistle_from_the_township_to_the_evaluation(law: World, sign_in: Any) -> None:
    town = sign_in(law.township)
    values = {
        "matter": "无证补习",
        "detail": "居民反映",
        "urgency": "URGENT",
        "place": "示例小区",
        "departments": [law.education.pk],
    }
    town.post("/desk/measures/whistles/new/", values)
    whistle = Whistle.objects.get()
    call = whistle.calls.get()
    assert [item.tone for item in desk.calls(law.officer, timezone.localdate())] == ["warn"]
    officer = sign_in(law.officer)
    stamp = timezone.localtime().strftime("%Y-%m-%dT%H:%M")
    officer.post(f"/desk/measures/calls/{call.uid}/acknowledge/")
    officer.post(f"/desk/measures/calls/{call.uid}/arrive/", {"arrived_at": stamp, "people": "执法甲"})
    officer.post(f"/desk/measures/calls/{call.uid}/finish/", {"action": "已关停"})
    assert [item.stage for item in desk.evaluations(law.township, timezone.localdate())] == ["部门已办结"]
    shown = town.post(
        f"/desk/measures/whistles/{whistle.uid}/close/",
        {"result": "已解决", f"rating_{call.pk}": "GOOD"},
        follow=True,
    ).content.decode()
    assert "满意" in shown


def test_a_meeting_with_its_decision(law: World, sign_in: Any) -> None:
    head = sign_in(law.head)
    stamp = (timezone.localtime() - timedelta(days=2)).strftime("%Y-%m-%dT%H:%M")
    values = {
        "kind": "CONFERENCE",
        "title": "治理联席会议",
        "held_at": stamp,
        "place": "二会议室",
        "chair": "副县长",
        "minutes": "研究了寒假治理。",
        "bodies": [law.education.pk, law.market.pk],
    }
    head.post("/desk/measures/meetings/new/", values)
    meeting = Meeting.objects.get()
    home = f"/desk/measures/meetings/{meeting.uid}/"
    yesterday = (timezone.localdate() - timedelta(days=1)).isoformat()
    head.post(f"{home}decision/", {"text": "清理名单", "assignee": law.market.pk, "due_on": yesterday})
    shown = head.post(f"{home}issue/", follow=True).content.decode()
    assert "巫教培纪要" in shown
    decision = meeting.decisions.get()
    page = head.get(f"/desk/measures/decisions/{decision.uid}/").content.decode()
    assert "起草督办函" in page
    items = list(desk.decisions(law.market_officer, timezone.localdate()))
    assert [(item.tone, item.title[:2]) for item in items] == [("bad", "落实")]


def test_the_officer_list_warns_of_certificates(law: World, sign_in: Any) -> None:
    from django.db.backends.postgresql.psycopg_any import DateRange

    from accounts.models import OfficerCertificate

    today = timezone.localdate()
    card = OfficerCertificate.objects.get(user=law.officer)
    for days, word, tone in (
        (45, "还有 45 天", "info"),
        (20, "还有 20 天", "warn"),
        (-3, "3 天前到期", "bad"),
    ):
        card.validity = DateRange(card.validity.lower, today + timedelta(days=days + 1))
        card.save()
        items = list(desk.certificates(law.head, today))
        assert [(item.stage, item.tone) for item in items] == [(word, tone)]
    shown = sign_in(law.head).get("/desk/officers/").content.decode()
    assert "已过期，不能执法" in shown
    detail = sign_in(law.head).get(f"/desk/officers/{law.officer.pk}/").content.decode()
    assert "请办理换证" in detail
    assert sign_in(law.neighbour_officer).get(f"/desk/officers/{law.officer.pk}/").status_code == 404
    card.validity = DateRange(card.validity.lower, today + timedelta(days=80))
    card.save()
    assert list(desk.certificates(law.head, today)) == []


def test_duty_is_on_the_home_page(law: World, sign_in: Any) -> None:
    shift = making.shift(law, hours=0)
    items = list(desk.duties(law.officer, timezone.localdate()))
    assert [item.title for item in items] == ["今日值班"]
    assert "今日值班" in sign_in(law.officer).get("/desk/").content.decode()
    assert sign_in(law.officer).get(f"/desk/duty/{shift.uid}/report/").status_code == 200


def test_the_panel_on_the_institution(
    law: World, place: Institution, rows: dict[str, Any], sign_in: Any
) -> None:
    shown = sign_in(law.head).get(f"/desk/institutions/{place.uid}/").content.decode()
    assert "停办通知书" in shown
    assert "违规广告：净坛路口" in shown
    assert "明察暗访" not in shown.split('id="panel-measures"')[1].split("</section>")[0]
