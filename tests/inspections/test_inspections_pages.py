"""The pages as people use them: reads by scope, forms, portal."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse

from accounts.models import User
from casework import registries
from inspections.models import Deployment, Finding, RectificationNotice, Visit
from institutions.models import Institution
from tests.conftest import BureauClient, World
from tests.inspections import making

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], BureauClient]


def at(page: str, obj: object, /, **kwargs: object) -> str:
    """The address of one record's page."""
    return reverse(page, kwargs={"uid": obj.uid, **kwargs})


def test_whole_way_through_the_pages(law: World, place: Institution, sign_in: SignIn) -> None:
    officer, leader = sign_in(law.officer), sign_in(law.leader)
    key = str(uuid4())
    values = {
        **{k: v for k, v in making.plan_values(law).items() if isinstance(v, str)},
        "lead_organ": law.education.pk,
        "starts_at": "2026-11-22T09:00",
        "ends_at": "2027-11-22T17:00",
        "institutions": [place.pk],
        "idempotency_key": key,
    }
    for _ in range(2):
        assert officer.post(reverse("inspections:deployment_create"), values).status_code == 302
    draft = Deployment.objects.get()
    for person in (law.officer, law.officer2):
        fields = {"role": "OFFICER", "user": person.pk, "is_counted": "on"}
        assert officer.post(at("inspections:member_add", draft), fields).status_code == 302
    officer.post(at("inspections:deployment_step", draft, name="submit"))
    page = leader.get(at("inspections:deployment_step", draft, name="approve"))
    assert page.status_code == 200
    leader.post(at("inspections:deployment_step", draft, name="approve"), {"reason": "同意"})
    officer.post(at("inspections:deployment_step", draft, name="notify"))
    visit = draft.visits.get()
    officer.post(at("inspections:visit_start", visit), {"place_note": ""})
    draft.refresh_from_db()
    assert draft.status == "UNDERWAY"
    finding = {
        "violation": making.finding_values(law.education)["violation"].pk,
        "text": "超标准收费",
        "quantity": 1,
        "mode": "IN_TERM",
        "organ": law.education.pk,
        "correction": "退费",
        "photos": making.photo(),
        "idempotency_key": str(uuid4()),
    }
    assert officer.post(at("inspections:finding_create", visit), finding).status_code == 302
    assert Finding.objects.get().photos.count() == 1
    assert officer.post(at("inspections:visit_record", visit), making.RECORD).status_code == 302
    officer.post(at("inspections:notice_draft", visit))
    notice = RectificationNotice.objects.get()
    assert "退费" in officer.get(at("inspections:notice_preview", notice)).content.decode()
    officer.post(at("inspections:notice_issue", notice))
    served = {
        "method": "DIRECT",
        "served_at": "",
        "place": "示例路1号",
        "server_one": law.officer.pk,
        "server_two": law.officer2.pk,
        "receiver": "张某",
    }
    assert officer.post(at("inspections:notice_serve", notice), served).status_code == 422
    notice.refresh_from_db()
    making.serve(law, notice)
    inst = sign_in(law.institution_user)
    item = notice.items.get()
    report = {f"text_{item.pk}": "已退费", f"files_{item.pk}": making.photo("blue"), "statement": "完成"}
    assert inst.post(at("inspections_portal:notice_answer", notice), report).status_code == 302
    recheck = {
        "method": "ON_SITE",
        "officers": [law.officer.pk, law.officer2.pk],
        f"result_{item.pk}": "DONE",
        "conclusion": "",
    }
    assert officer.post(at("inspections:notice_recheck", notice), recheck).status_code == 302
    notice.refresh_from_db()
    assert notice.status == "CLOSED"
    assert officer.post(at("inspections:visit_close", visit)).status_code == 302
    visit.refresh_from_db()
    assert visit.status == "CLOSED"
    for name, obj in (
        ("deployment_detail", draft),
        ("visit_detail", visit),
        ("notice_detail", notice),
        ("finding_detail", Finding.objects.get()),
    ):
        assert officer.get(at(f"inspections:{name}", obj)).status_code == 200
    assert inst.get(at("inspections_portal:notice_detail", notice)).status_code == 200


@pytest.mark.parametrize("name", ["deployment_list", "visit_list", "finding_list", "notice_list"])
def test_lists_filter_and_export(law: World, served: RectificationNotice, sign_in: SignIn, name: str) -> None:
    client = sign_in(law.officer)
    url = reverse(f"inspections:{name}")
    assert served.party_name in client.get(url).content.decode() or name == "deployment_list"
    assert client.get(f"{url}?q=没有这家").status_code == 200
    assert client.get(f"{url}?export=xlsx")["Content-Type"].startswith("application/vnd.openxml")
    assert b"\xef\xbb\xbf" in b"".join(client.get(f"{url}?export=csv").streaming_content)


def test_overdue_filter(law: World, served: RectificationNotice, sign_in: SignIn) -> None:
    RectificationNotice.objects.filter(pk=served.pk).update(
        due_on=served.due_on - timedelta(days=60), first_due_on=served.due_on - timedelta(days=60)
    )
    page = sign_in(law.officer).get(f"{reverse('inspections:notice_list')}?state=OVERDUE").content.decode()
    assert served.number in page
    assert "逾期" in page


def test_who_sees_what(law: World, served: RectificationNotice, sign_in: SignIn) -> None:
    addresses = {
        "deployment": at("inspections:deployment_detail", served.visit.deployment),
        "visit": at("inspections:visit_detail", served.visit),
        "notice": at("inspections:notice_detail", served),
        "portal": at("inspections_portal:notice_detail", served),
    }
    expected = {
        "officer": (200, 200, 200, 403),
        "supervisor": (200, 200, 200, 403),
        "market_officer": (404, 404, 404, 403),
        "neighbour_officer": (404, 404, 404, 403),
        "institution_user": (403, 403, 403, 200),
        "neighbour_institution_user": (403, 403, 403, 404),
    }
    for name, codes in expected.items():
        client = sign_in(getattr(law, name))
        assert tuple(client.get(url).status_code for url in addresses.values()) == codes, name


def test_partner_in_the_team_sees_the_visit(law: World, place: Institution, sign_in: SignIn) -> None:
    draft = making.make_plan(law, place)
    making.officer_in(law, draft, law.market_officer)
    visit = making.start(law, draft)
    assert sign_in(law.market_officer).get(at("inspections:visit_detail", visit)).status_code == 200
    assert sign_in(law.fire_officer).get(at("inspections:visit_detail", visit)).status_code == 404


def test_institution_never_sees_a_draft(law: World, notice: RectificationNotice, sign_in: SignIn) -> None:
    client = sign_in(law.institution_user)
    assert client.get(at("inspections_portal:notice_detail", notice)).status_code == 404
    assert "整改" in client.get(reverse("inspections_portal:notice_list")).content.decode()


def test_files_go_to_the_right_people(law: World, served: RectificationNotice, sign_in: SignIn) -> None:
    from inspections.services import finding_photo_add

    photo = finding_photo_add(actor=law.officer, finding=served.items.first().finding, upload=making.photo())
    url = reverse("casework:evidence_file", args=[photo.uid])
    paper = reverse("casework:document_download", args=[served.document.uid, "pdf"])
    for name, code in (
        ("officer", 200),
        ("institution_user", 200),
        ("neighbour_institution_user", 404),
        ("neighbour_officer", 404),
    ):
        client = sign_in(getattr(law, name))
        assert client.get(url).status_code == code, name
        assert client.get(paper).status_code == code, name


def test_refusal_is_shown_in_the_form(law: World, plan: Deployment, sign_in: SignIn) -> None:
    page = sign_in(law.officer).post(
        at("inspections:member_add", plan), {"role": "OFFICER", "user": law.head.pk}
    )
    assert page.status_code == 422
    assert "没有行政执法证" in page.content.decode()


def test_stale_edit_shows_both(law: World, plan: Deployment, sign_in: SignIn) -> None:
    client = sign_in(law.officer)
    values = {
        **{k: v for k, v in making.plan_values(law).items() if isinstance(v, str)},
        "lead_organ": law.education.pk,
        "starts_at": "2026-11-22T09:00",
        "ends_at": "2026-11-22T17:00",
        "version": plan.version,
    }
    assert client.post(at("inspections:deployment_edit", plan), {**values, "name": "甲改"}).status_code == 302
    page = client.post(at("inspections:deployment_edit", plan), {**values, "name": "乙改"})
    assert page.status_code == 422
    assert "甲改" in page.content.decode()


def test_checklist_failures_become_findings(law: World, started: Visit, sign_in: SignIn) -> None:
    from fieldwork.services import reference_load

    reference_load(actor=law.system)
    from fieldwork.models import ChecklistVersion

    version = ChecklistVersion.objects.get(checklist__code="FIRE_NINE")
    client = sign_in(law.officer)
    url = at("inspections:visit_checklist", started)
    assert client.post(url, {"version": version.pk}).status_code == 302
    codes = list(version.items.values_list("code", flat=True))
    answers = {f"v-{code}": "PASS" for code in codes}
    failing = codes[0]
    shown = client.post(url, {f"v-{codes[1]}": "PASS", f"f-{codes[1]}": making.photo(), "keep": "1"})
    assert shown.status_code == 302
    assert "/desk/evidence/" in client.get(url).content.decode()
    answers |= {f"v-{failing}": "FAIL", f"n-{failing}": "没有任命", f"p-{failing}": "无法拍照", "finish": "1"}
    assert client.get(url).status_code == 200
    assert client.post(url, answers).status_code == 302
    started.refresh_from_db()
    assert started.checklist_run.status == "FINISHED"
    page = client.get(at("inspections:visit_detail", started)).content.decode()
    assert "登记为问题" in page
    refused = client.post(at("inspections:visit_record", started), making.RECORD)
    assert "还没有登记问题" in refused.content.decode()
    form = client.get(at("inspections:finding_create", started) + f"?item={failing}").content.decode()
    assert "没有任命" in form


def test_homes_show_the_work(law: World, served: RectificationNotice, sign_in: SignIn) -> None:
    inst = sign_in(law.institution_user).get(reverse("casework_portal:home")).content.decode()
    assert served.number in inst
    making.answer(law, served)
    desk = sign_in(law.officer).get(reverse("casework:home")).content.decode()
    assert f"复查整改 {served.number}" in desk
    assert {"inspections.notices", "inspections.portal"} <= {row.key for row in registries.worklists}


def test_institution_file_has_the_panel(law: World, served: RectificationNotice, sign_in: SignIn) -> None:
    page = sign_in(law.officer).get(at("institutions:institution_detail", served.institution))
    assert served.number in page.content.decode()


def test_preview_pdf(law: World, notice: RectificationNotice, sign_in: SignIn) -> None:
    page = sign_in(law.officer).get(at("inspections:notice_preview_pdf", notice))
    assert page.content.startswith(b"%PDF")


def test_query_counts_do_not_grow(
    law: World, served: RectificationNotice, sign_in: SignIn, django_assert_max_num_queries: object
) -> None:
    client = sign_in(law.officer)
    for name in ("deployment_list", "visit_list", "finding_list", "notice_list"):
        with django_assert_max_num_queries(25):
            client.get(reverse(f"inspections:{name}"))
