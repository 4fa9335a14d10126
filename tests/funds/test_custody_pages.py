"""Contracts, lessons, releases, refunds and instructions as people use them on desk and portal."""

from __future__ import annotations

import io
import logging
from collections.abc import Callable
from typing import Any

import pytest
import xlsxwriter
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from casework.evidence.services import evidence_receive
from casework.models import AuditEvent
from config.logs import JsonFormatter
from funds import links, registration, services, work
from funds.models import Contract, Family, FundSheet, Instruction, Lesson, Refund, ReleaseBatch
from institutions.models import Institution
from tests.conftest import World
from tests.fieldwork.phones import picture as jpeg
from tests.funds.paying import custody, settlement, terms

pytestmark = pytest.mark.django_db
SignIn = Callable[[Any], Client]
DESK = (
    "contract_list", "lesson_list", "release_list", "refund_list", "instruction_list", "settlement_list",
)  # fmt: skip
PORTAL = ("home", "contract_list", "lesson_list", "refund_list")


def text(response: Any, status: int = 200) -> str:
    assert response.status_code == status, (response.status_code, response.content[-800:].decode())
    return str(response.content.decode())


def form_terms(**values: Any) -> dict[str, Any]:
    """What the form posts, running today."""
    today = timezone.localdate()
    fields = {
        "number": "HT-1", "student": "张小明", "guardian": "张大山", "phone": "13800000001", "payer": "",
        "mode": "CUSTODY", "course": "中国舞启蒙", "subject": "舞蹈", "delivery": "OFFLINE", "class_size": 20,
        "minutes": 45, "lessons": 30, "bonus_lessons": 0, "signed_on": today.isoformat(),
        "starts_on": today.isoformat(), "ends_on": (today + timezone.timedelta(days=60)).isoformat(),
        "price_fen": "3000.00", "refund_days": 15, "absence_rule": "CHARGE", "is_model_text": "on",
    }  # fmt: skip
    return {**fields, **values}


def step(client: Client, name: str, uid: Any, step_name: str, **values: Any) -> Any:
    return client.post(reverse(name, kwargs={"uid": uid, "name": step_name}), values)


def test_a_contract_from_portal_to_refund(law: World, place: Institution, sign_in: SignIn) -> None:
    """The institution enters and declares, the family confirms and asks back, the bureau releases and refunds."""
    custody(law, place)
    settlement(law, place)
    own, clerk, head, stranger = (
        sign_in(law.institution_user), sign_in(law.clerk), sign_in(law.head), sign_in(law.neighbour_officer),
    )  # fmt: skip
    made = own.post(reverse("funds_portal:contract_create"), form_terms())
    assert made.status_code == 302
    row = Contract.objects.get()
    assert step(own, "funds_portal:contract_step", row.uid, "sign").status_code == 302
    row.refresh_from_db()
    assert row.status == "SIGNED"
    from tests.funds.paying import paid

    paid(law, row, on=timezone.localdate())
    declare = {"taught_on": timezone.localdate().isoformat(), "slot": 1, "present": [row.pk]}
    assert own.post(reverse("funds_portal:lesson_declare"), declare).status_code == 302
    assert "已经申报过" in text(own.post(reverse("funds_portal:lesson_declare"), declare), 422)
    lesson = Lesson.objects.get()

    public = Client()
    token = links.token_of(row.family)
    home = reverse("funds_public:family", kwargs={"token": token})
    page = text(public.get(home))
    assert "¥ 3,000.00" in page
    assert "上过了，确认" in page
    assert "张小明" not in page
    ask = reverse("funds_public:lesson_confirm", kwargs={"token": token, "uid": lesson.uid})
    assert public.post(ask).status_code == 302
    assert "已确认这一课时" in text(public.get(home))
    assert text(public.post(ask), 422)

    assert "可以生成" in text(clerk.get(reverse("funds:release_due")))
    clerk.post(reverse("funds:release_due"))
    batch = ReleaseBatch.objects.get()
    assert batch.amount_fen == 10_000
    step(head, "funds:release_step", batch.uid, "approve")
    paper = Instruction.objects.get()
    step(clerk, "funds:instruction_step", paper.uid, "send")
    step(
        clerk, "funds:instruction_step", paper.uid, "post", booked_on=timezone.localdate().isoformat(),
        bank_serial="S1",
    )  # fmt: skip
    batch.refresh_from_db()
    assert batch.status == "PAID"
    assert "已拨付" in text(own.get(reverse("funds_portal:home")))

    apply = reverse("funds_public:refund_apply", kwargs={"token": token, "uid": row.uid})
    assert public.post(apply, {"ground": "FAMILY", "statement": "搬家"}).status_code == 302
    refund = Refund.objects.get()
    assert [item.title for item in work.own_refund_items(law.institution_user, timezone.localdate())] == [
        "答复退费申请"
    ]
    assert step(own, "funds_portal:refund_step", refund.uid, "agree", answer="").status_code == 302
    assert (
        step(head, "funds:refund_step", refund.uid, "approve", amount_fen="", decision="").status_code == 302
    )
    assert step(head, "funds:refund_step", refund.uid, "pay").status_code == 302
    paper = Instruction.objects.get(kind="REFUND_PAY")
    step(clerk, "funds:instruction_step", paper.uid, "send")
    step(
        clerk, "funds:instruction_step", paper.uid, "post", booked_on=timezone.localdate().isoformat(),
        bank_serial="S2",
    )  # fmt: skip
    row.refresh_from_db()
    assert row.status == "REFUNDED"
    assert "已退费" in text(public.get(home))

    for name in DESK:
        url = reverse(f"funds:{name}")
        assert place.name in text(head.get(url))
        assert "没有符合条件" in text(stranger.get(url))
        assert head.get(url + "?export=csv").status_code == 200
        text(head.get(url + "?q=HT"))
    for name in PORTAL:
        text(own.get(reverse(f"funds_portal:{name}")))
    for name, uid in (
        ("contract", row.uid), ("lesson", lesson.uid), ("release", batch.uid), ("refund", refund.uid),
        ("instruction", paper.uid), ("settlement", _settled(place)),
    ):  # fmt: skip
        url = reverse(f"funds:{name}_detail", kwargs={"uid": uid})
        text(head.get(url))
        assert stranger.get(url).status_code == 404
        assert own.get(url).status_code == 403
    for name, uid in (("contract", row.uid), ("refund", refund.uid)):
        text(own.get(reverse(f"funds_portal:{name}_detail", kwargs={"uid": uid})))


def _settled(place: Institution) -> Any:
    from funds.models import SettlementAccount

    return SettlementAccount.objects.get(institution=place).uid


def test_the_paper_of_a_contract_opens_to_readers_of_contracts_only(
    law: World, place: Institution, sign_in: SignIn
) -> None:
    custody(law, place)
    row = services.contract_draft(actor=law.clerk, institution=place, values=terms())
    paper = evidence_receive(
        actor=law.clerk, subject=row, upload=ContentFile(jpeg(), name="合同.jpg"), caption="合同"
    )
    url = reverse("casework:evidence_file", args=[paper.uid])
    assert sign_in(law.officer).get(url).status_code == 200
    assert law.township.may("funds.view")
    assert sign_in(law.township).get(url).status_code == 404


def test_a_refused_visit_leaves_no_link_in_the_log(
    law: World, place: Institution, client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    custody(law, place)
    family = services.contract_draft(actor=law.clerk, institution=place, values=terms()).family
    path = f"/my-fees/{links.token_of(family)}/refunds/{place.uid}/apply/"
    with caplog.at_level(logging.WARNING):
        assert client.post(path, {"ground": "FAMILY"}).status_code == 404
    lines = [JsonFormatter().format(record) for record in caplog.records]
    assert any("/my-fees/***/refunds/" in line for line in lines)
    assert not any(links.token_of(family) in line for line in lines)


def test_no_institution_page_or_export_has_a_link_or_a_name(
    law: World, place: Institution, sign_in: SignIn
) -> None:
    """A parent's link never passes through the institution (nor its telephone or whole name)."""
    custody(law, place)
    row = services.contract_draft(actor=law.institution_user, institution=place, values=terms())
    own = sign_in(law.institution_user)
    secrets = (links.token_of(row.family), row.family.link_key, "my-fees", "张小明", "张大山", "13800000001")
    pages = [reverse(f"funds_portal:{name}") for name in PORTAL]
    pages += [
        reverse("funds_portal:contract_list") + "?export=csv",
        reverse("funds_portal:lesson_list") + "?export=csv",
    ]
    pages += [reverse("funds_portal:contract_detail", kwargs={"uid": row.uid})]
    pages += [reverse("funds_portal:contract_step", kwargs={"uid": row.uid, "name": "edit"})]
    for url in pages:
        response = own.get(url)
        body = b"".join(response.streaming_content).decode() if response.streaming else text(response)
        assert [word for word in secrets if word in body] == [], url
    assert own.get(reverse("funds:contract_family", kwargs={"uid": row.uid})).status_code == 403
    events = " ".join(str(event.changes) + event.object_label for event in AuditEvent.objects.all())
    assert [word for word in secrets if word in events] == []


def test_the_link_is_shown_under_a_reason_and_can_be_made_void(
    law: World, place: Institution, sign_in: SignIn
) -> None:
    custody(law, place)
    row = services.contract_draft(actor=law.clerk, institution=place, values=terms())
    url = reverse("funds:contract_family", kwargs={"uid": row.uid})
    officer = sign_in(law.officer)
    response = officer.post(url, {"reason": "家长到局里查询"})
    assert links.token_of(row.family) in text(response)
    assert response.headers["Cache-Control"] == "no-store"
    assert AuditEvent.objects.filter(verb="funds.family_reveal", reason="家长到局里查询").exists()
    old = reverse("funds_public:family", kwargs={"token": links.token_of(row.family)})
    assert Client().get(old).status_code == 200
    services.family_link_renew(actor=law.officer, family=row.family, reason="链接外泄")
    assert Client().get(old).status_code == 404
    fresh = links.token_of(Family.objects.get())
    assert Client().get(reverse("funds_public:family", kwargs={"token": fresh})).status_code == 200
    for wrong in ("1", "1.x", f"{row.family.pk}.abc", "a" * 80, fresh[:-1]):
        assert Client().get(reverse("funds_public:family", kwargs={"token": wrong})).status_code == 404


def test_a_family_touches_only_its_own(law: World, place: Institution) -> None:
    from tests.funds.paying import active, taught

    custody(law, place)
    mine = active(law, place)
    other = active(law, place, student="李", guardian="李四", phone="13800000009")
    lesson = taught(law, other)[0]
    token = links.token_of(mine.family)
    for name, uid in (
        ("lesson_confirm", lesson.uid),
        ("lesson_dispute", lesson.uid),
        ("refund_apply", other.uid),
    ):
        url = reverse(f"funds_public:{name}", kwargs={"token": token, "uid": uid})
        assert Client().post(url, {"ground": "FAMILY"}).status_code == 404
    lesson.refresh_from_db()
    assert lesson.status == "TAUGHT"


def test_pay_check_answers(law: World, place: Institution) -> None:
    public, url = Client(), reverse("funds_public:pay_check")
    assert "查一查" in text(public.get(url))
    assert "没有这家机构" in text(public.get(url, {"q": "不存在的培训"}))
    page = text(public.get(url, {"q": place.name, "tail": "0001"}))
    assert "没有监管账户" in page
    custody(law, place)
    good = {"q": place.name, "tail": "0001", "fen": "3000", "lessons": "30", "months": "3"}
    assert "verdict-ok" in text(public.get(url, good))
    assert "这不是监管账户" in text(public.get(url, {**good, "tail": "9999"}))
    for name, value, word in (
        ("lessons", "61", "61 课时超过"), ("months", "4", "4 个月超过"), ("fen", "5000.01", "超过一次最多 5,000 元"),
    ):  # fmt: skip
        page = text(public.get(url, {**good, name: value}))
        assert "verdict-bad" in page
        assert word in page
    assert text(public.get(url, {**good, "tail": "12"}), 422)
    assert text(public.get(url, {"q": place.public_id}))


def sheet(heads: list[str], *rows: list[Any]) -> SimpleUploadedFile:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target) as book:
        page = book.add_worksheet()
        for index, cells in enumerate([heads, *rows]):
            page.write_row(index, 0, cells)
    return SimpleUploadedFile("表.xlsx", target.getvalue())


HEADS = [
    "合同编号",
    "学员姓名",
    "家长姓名",
    "家长手机号",
    "课程名称",
    "培训科目",
    "收费课时",
    "开课日期",
    "结课日期",
    "合同总价（元）",
]


def test_sheets_are_previewed_refused_row_by_row_and_harmless_twice(
    law: World, place: Institution, sign_in: SignIn
) -> None:
    custody(law, place)
    own = sign_in(law.institution_user)
    good = [
        "HT-1",
        "张小明",
        "张大山",
        "13800000001",
        "舞蹈启蒙",
        "舞蹈",
        30,
        "2026-11-23",
        "2027-02-20",
        "3000",
    ]
    bad = ["HT-2", "", "李四", "13800000002", "舞蹈启蒙", "舞蹈", "三十", "昨天", "2027-02-20", "-5"]
    phone = ["HT-3", "王五", "王六", "12", "舞蹈启蒙", "舞蹈", 30, "2026-11-23", "2027-02-20", "3000"]
    url = reverse("funds_portal:contract_sheet")
    assert own.post(url, {"upload": sheet(HEADS, good, bad, phone)}).status_code == 302
    row = FundSheet.objects.get()
    here = reverse("funds_portal:sheet_detail", kwargs={"uid": row.uid})
    page = text(own.get(here))
    for words in ("缺少学员姓名", "不是合理的整数", "不是日期", "导入 2 行"):
        assert words in page
    assert not Contract.objects.exists()
    assert own.post(here).status_code == 302
    assert [item.number for item in Contract.objects.all()] == ["HT-1"]
    page = text(own.get(here))
    assert "手机号应为" in page
    own.post(here)
    assert Contract.objects.count() == 1
    row.refresh_from_db()
    assert row.stored_as == ""
    own.post(url, {"upload": sheet(HEADS, good, [*good[:6], 31, *good[7:]])})
    again = FundSheet.objects.order_by("-pk")[0]
    assert again.counts == {"SAME": 1, "REJECTED": 1}
    assert "缺少这些列" in text(own.post(url, {"upload": sheet(["合同编号", "学员姓名"], ["1", "2"])}), 422)
    assert text(own.post(url, {"upload": SimpleUploadedFile("a.exe", b"MZ")}), 422)


def test_lessons_by_sheet(law: World, place: Institution, sign_in: SignIn) -> None:
    from tests.funds.paying import active

    custody(law, place)
    today = timezone.localdate()
    row = active(law, place, starts_on=today, ends_on=today)
    own = sign_in(law.institution_user)
    url = reverse("funds_portal:lesson_sheet")
    body = [
        [row.number, today.isoformat(), 1, ""],
        [row.number, today.isoformat(), 1, ""],
        ["没有", today.isoformat(), 1, ""],
    ]
    heads = ["合同编号", "上课日期", "当日第几课时", "缺课"]
    own.post(url, {"upload": sheet(heads, *body)})
    found = FundSheet.objects.get()
    page = text(own.get(reverse("funds_portal:sheet_detail", kwargs={"uid": found.uid})))
    assert "出现了两次" in page
    assert "没有这个编号的合同" in page
    own.post(reverse("funds_portal:sheet_detail", kwargs={"uid": found.uid}))
    assert Lesson.objects.count() == 1
    own.post(url, {"upload": sheet(heads, body[0])})
    assert FundSheet.objects.order_by("-pk")[0].counts == {"SAME": 1}
    assert own.get(reverse("funds_portal:sheet_template", kwargs={"kind": "LESSONS"})).status_code == 200


LESSON_HEADS = ["合同编号", "上课日期", "当日第几课时", "缺课"]


def test_an_unknown_word_for_absence_is_refused(law: World, place: Institution, sign_in: SignIn) -> None:
    from tests.funds.paying import active

    custody(law, place)
    today = timezone.localdate()
    row = active(law, place, starts_on=today, ends_on=today)
    own = sign_in(law.institution_user)
    words = ["请假", "否"]
    body = [[row.number, today.isoformat(), index + 1, word] for index, word in enumerate(words)]
    own.post(reverse("funds_portal:lesson_sheet"), {"upload": sheet(LESSON_HEADS, *body)})
    found = FundSheet.objects.get()
    here = reverse("funds_portal:sheet_detail", kwargs={"uid": found.uid})
    assert "“请假”不认识" in text(own.get(here))
    own.post(here)
    assert list(Lesson.objects.values_list("slot", "is_absent")) == [(2, False)]


def test_a_sheet_of_which_nothing_is_written_stays_and_is_thrown_away(
    law: World, place: Institution, sign_in: SignIn
) -> None:
    custody(law, place)
    own = sign_in(law.institution_user)
    phone = ["HT-3", "王五", "王六", "12", "舞蹈启蒙", "舞蹈", 30, "2026-11-23", "2027-02-20", "3000"]
    own.post(reverse("funds_portal:contract_sheet"), {"upload": sheet(HEADS, phone)})
    row = FundSheet.objects.get()
    here = reverse("funds_portal:sheet_detail", kwargs={"uid": row.uid})
    assert "手机号应为" in text(own.post(here, follow=True))
    row.refresh_from_db()
    assert (row.status, bool(row.stored_as)) == ("CHECKED", True)
    assert sign_in(law.neighbour_institution_user).post(here, {"discard": "1"}).status_code == 404
    own.post(here, {"discard": "1"})
    assert not FundSheet.objects.exists()
    assert AuditEvent.objects.get(verb="funds.sheet_discard").object_uid == row.uid
    own.post(reverse("funds_portal:contract_sheet"), {"upload": sheet(HEADS, phone)})
    late = timezone.now() + timezone.timedelta(days=29)
    assert services.sheets_purge(actor=law.system, at=late) == 0
    assert services.sheets_purge(actor=law.system, at=late + timezone.timedelta(days=2)) == 1
    assert not FundSheet.objects.exists()


def test_worklists(law: World, place: Institution) -> None:
    from tests.funds.paying import active, taught

    custody(law, place)
    settlement(law, place)
    contract = active(law, place)
    one, two = taught(law, contract, 2)
    services.lesson_dispute(actor=law.system, lesson=one, words="没上课")
    services.lesson_confirm(actor=law.system, lesson=two)
    services.release_build(actor=law.clerk, account=contract.account)
    today = timezone.localdate()
    assert [item.title for item in work.dispute_items(law.officer, today)] == ["认定课时异议"]
    assert [item.title for item in work.release_items(law.head, today)] == ["批准拨付"]
    assert list(work.release_items(law.clerk, today)) == []
    assert work.open_matters(place.pk) == {"份未完结的合同": 1, "件在办的退费": 0, "笔在办的支付指令": 0}
    assert registration.PAGES["refund"] == "funds:refund_detail"
