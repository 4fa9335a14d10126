"""Writing a new version on screen: copy, edit, compare, publish by a second person, withdraw."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, InternalError, transaction
from django.test import Client
from django.utils import timezone

from accounts.models import User
from casework.errors import NotAllowed, StaleVersion, Unlawful, WrongState
from casework.models import AuditEvent
from fieldwork import comparing, selectors, services
from fieldwork.models import Campaign, CampaignKind, ChecklistRun, ChecklistVersion
from tests.conftest import World
from tests.fieldwork.test_fieldwork_checklists import NOW, content

FACTS = [
    {"code": "F1", "text": "在场学生", "answer_kind": "COUNT", "unit": "人"},
    {
        "code": "F2",
        "text": "最高收费",
        "answer_kind": "NUMBER",
        "unit": "元",
        "minimum": "0",
        "maximum": "5000",
    },
    {"code": "F3", "text": "检查到的课表日期", "answer_kind": "DATE"},
    {"code": "F4", "text": "机构名称", "answer_kind": "TEXT", "is_optional": True},
]
ITEM = {"code": "A3", "text": "门头名称一致", "basis": ["《中华人民共和国民办教育促进法》"], "weight": 2}


def with_facts() -> dict[str, Any]:
    said = content(code="FACTS", name="带数据的清单")
    said["aspects"].append({"code": "F", "name": "数据", "items": [dict(item) for item in FACTS]})
    return said


@pytest.fixture
def version(world: World) -> ChecklistVersion:
    return services.checklist_publish(actor=world.system, content=content(), at=NOW)


@pytest.fixture
def draft(world: World, version: ChecklistVersion) -> ChecklistVersion:
    return services.draft_create(actor=world.officer, source=version)


@pytest.fixture
def run(world: World) -> ChecklistRun:
    facts = services.checklist_publish(actor=world.system, content=with_facts(), at=NOW)
    subject = services.campaign_create(
        actor=world.head,
        values={
            "code": "C1",
            "name": "检查",
            "kind": CampaignKind.OTHER,
            "issuer": "巫山县教育委员会",
            "starts_on": date(2026, 11, 1),
        },
    )
    return services.run_open(actor=world.officer, version=facts, subject=subject, region=world.town, at=NOW)


def page(user: User, path: str) -> Any:
    client = Client()
    client.force_login(user, backend="accounts.backends.ActiveUserBackend")
    return client.get(f"/b/{user.bureau.slug}{path}")


def post(user: User, path: str, values: dict[str, Any]) -> Any:
    client = Client()
    client.force_login(user, backend="accounts.backends.ActiveUserBackend")
    return client.post(f"/b/{user.bureau.slug}{path}", values)


def save(world: World, run: ChecklistRun, **values: str) -> None:
    services.answers_save(
        actor=world.officer,
        run=run,
        answers={code: {"value": value} for code, value in values.items()},
        at=NOW,
    )


@pytest.mark.parametrize(
    ("code", "value", "word"),
    [
        ("F1", "-1", "正整数"),
        ("F1", "1.5", "正整数"),
        ("F1", "许多", "不是数字"),
        ("F1", "NaN", "过大"),
        ("F1", "", "没有填写"),
        ("F2", "5000.01", "不能大于 5000元"),
        ("F2", "-0.01", "不能小于 0元"),
        ("F2", "1e30", "过大"),
        ("F3", "2026-13-01", "无法识别"),
        ("F3", "昨天", "无法识别"),
        ("F4", "长" * 301, "300 字"),
        ("A1", "YES", "合格"),
    ],
)
def test_answers_must_fit_their_kind(
    world: World, run: ChecklistRun, code: str, value: str, word: str
) -> None:
    with pytest.raises(Unlawful, match=word):
        save(world, run, **{code: value})
    assert not run.answers.exists()


def test_facts_are_kept_in_one_spelling_and_earn_no_points(world: World, run: ChecklistRun) -> None:
    save(world, run, A1="PASS", A2="PASS", B1="PASS", F1="012", F2="380.50", F3="2026-11-20")
    kept = dict(run.answers.values_list("item__code", "value"))
    assert (kept["F1"], kept["F2"], kept["F3"]) == ("12", "380.5", "2026-11-20")
    done = services.run_finish(actor=world.officer, run=run, at=NOW)
    assert (done.earned, done.possible) == (6, 6)


def test_a_text_that_reads_like_a_failure_is_none(world: World, run: ChecklistRun) -> None:
    save(world, run, F4="FAIL")
    assert not selectors.failures_of(run).exists()


def test_a_required_photo_is_asked_for_and_may_be_explained(world: World) -> None:
    said = content(code="PHOTO")
    said["aspects"][0]["items"][0]["requires_photo"] = True
    version = services.checklist_publish(actor=world.system, content=said, at=NOW)
    subject = services.campaign_create(
        actor=world.head,
        values={
            "code": "C2",
            "name": "检查",
            "kind": "OTHER",
            "issuer": "县教委",
            "starts_on": date(2026, 11, 1),
        },
    )
    run = services.run_open(actor=world.officer, version=version, subject=subject, region=world.town, at=NOW)
    save(world, run, A1="PASS", A2="PASS", B1="PASS")
    from casework.errors import Blocked

    with pytest.raises(Blocked, match="A1"):
        services.run_finish(actor=world.officer, run=run, at=NOW)
    told = {"A1": {"value": "PASS", "no_photo_reason": "当事人不同意拍摄证照"}}
    services.answers_save(actor=world.officer, run=run, answers=told, at=NOW)
    assert services.run_finish(actor=world.officer, run=run, at=NOW).status == "FINISHED"


def test_a_copy_is_a_draft_of_the_own_bureau_and_not_in_force(
    world: World, version: ChecklistVersion, draft: ChecklistVersion
) -> None:
    assert draft.checklist.bureau == world.bureau
    assert (draft.state, draft.number, draft.based_on) == ("DRAFT", 1, version)
    on = draft.effective_on + timedelta(days=30)
    assert selectors.version_in_force(code="SMALL", on=on, bureau=world.bureau) == version
    assert [item.code for item in selectors.items_of(draft)] == ["A1", "A2", "B1"]
    with pytest.raises(WrongState, match="已有一份草稿"):
        services.draft_create(actor=world.head, source=version)
    with pytest.raises(NotAllowed):
        services.draft_create(actor=world.clerk, source=version)
    assert draft not in ChecklistVersion.objects.visible_to(world.neighbour_officer)


def edit(world: World, draft: ChecklistVersion) -> ChecklistVersion:
    """Add A3 to A, move it up, change B1, remove A2."""
    draft = services.draft_item_save(actor=world.officer, draft=draft, values=ITEM, aspect_code="A")
    draft = services.draft_item_move(actor=world.officer, draft=draft, code="A3", step=-1)
    changed = {"code": "B1", "text": "通道畅通，门能打开", "departments": ["FIRE"], "refer_to": "FIRE"}
    draft = services.draft_item_save(
        actor=world.officer, draft=draft, code="B1", values=changed, aspect_code="B"
    )
    return services.draft_item_remove(actor=world.officer, draft=draft, code="A2")


def test_editing_moves_changes_and_removes_items(world: World, draft: ChecklistVersion) -> None:
    edited = edit(world, draft)
    items = {item.code: item for item in selectors.items_of(edited)}
    assert list(items) == ["A1", "A3", "B1"]
    assert items["B1"].receiver_name == "消防救援"
    assert AuditEvent.objects.filter(verb="fieldwork.checklist_edit").count() == 4


def test_a_stale_page_changes_nothing(world: World, draft: ChecklistVersion) -> None:
    seen = draft.content_hash
    services.draft_item_remove(actor=world.officer, draft=draft, code="A2", seen=seen)
    with pytest.raises(StaleVersion):
        services.draft_item_remove(actor=world.head, draft=draft, code="A1", seen=seen)
    answer = post(world.head, f"/desk/checklists/{draft.uid}/items/A1/remove/", {"seen": seen})
    assert answer.status_code == 302
    assert "A1" in [item.code for item in selectors.items_of(ChecklistVersion.objects.get(pk=draft.pk))]


@pytest.mark.parametrize(
    ("values", "word"),
    [
        ({**ITEM, "code": "A1"}, "已经使用"),
        ({**ITEM, "code": "不是代码"}, "字母"),
        ({**ITEM, "answer_kind": "COUNT", "is_star": True}, "否决项"),
        ({**ITEM, "is_optional": True}, "可以不填"),
        ({**ITEM, "departments": ["NOBODY"]}, "NOBODY"),
        ({**ITEM, "minimum": "9", "maximum": "1"}, "最小值"),
        ({**ITEM, "text": "长" * 301}, "A3"),
    ],
)
def test_broken_items_are_refused(world: World, draft: ChecklistVersion, values: Any, word: str) -> None:
    with pytest.raises(Unlawful, match=word):
        services.draft_item_save(actor=world.officer, draft=draft, values=values, aspect_code="A")
    with pytest.raises(Unlawful, match="新的方面"):
        services.draft_item_save(actor=world.officer, draft=draft, values=ITEM, aspect_code="Z")


def test_versions_are_compared_item_by_item(
    world: World, version: ChecklistVersion, draft: ChecklistVersion
) -> None:
    edited = edit(world, draft)
    rows = comparing.compare(selectors.items_of(version), selectors.items_of(edited))
    assert {row.code: row.verdict for row in rows} == {
        "A1": "SAME", "A2": "REMOVED", "A3": "ADDED", "B1": "CHANGED",
    }  # fmt: skip
    changed = next(row for row in rows if row.code == "B1")
    assert {change.label for change in changed.changes} == {"检查内容", "责任部门", "接收部门"}
    body = page(world.officer, f"/desk/checklists/{draft.uid}/compare/").content.decode()
    assert "通道畅通，门能打开" in body
    assert "删去" in body


def test_only_what_somebody_moved_counts_as_moved(world: World, draft: ChecklistVersion) -> None:
    before = selectors.items_of(draft)
    moved = services.draft_item_move(actor=world.officer, draft=draft, code="A2", step=-1)
    rows = comparing.compare(before, selectors.items_of(moved))
    assert sorted(row.verdict for row in rows) == ["MOVED", "SAME", "SAME"]


def test_a_second_person_publishes_and_old_records_stay(
    world: World, version: ChecklistVersion, draft: ChecklistVersion
) -> None:
    edit(world, draft)
    services.draft_head_edit(actor=world.head, draft=draft, values={"change_note": "补充消防"})
    with pytest.raises(NotAllowed, match="不能自己发布"):
        services.draft_publish(actor=world.head, draft=draft)
    with pytest.raises(Unlawful, match="早于今天"):
        services.draft_publish(
            actor=world.admin, draft=draft, effective_on=timezone.localdate() - timedelta(days=1)
        )
    done = services.draft_publish(actor=world.admin, draft=draft, effective_on=timezone.localdate())
    assert (done.state, done.published_by) == ("PUBLISHED", world.admin)
    assert list(done.items.values_list("code", flat=True)) == ["A1", "A3", "B1"]
    today = timezone.localdate()
    assert selectors.version_in_force(code="SMALL", on=today, bureau=world.bureau) == done
    assert selectors.version_in_force(code="SMALL", on=today, bureau=world.neighbour) == version
    assert version.items.get(code="B1").text == "通道畅通"
    with pytest.raises(WrongState, match="已经发布"):
        services.draft_item_remove(actor=world.officer, draft=done, code="A3")
    with pytest.raises(InternalError, match="never change"), transaction.atomic():
        done.items.filter(code="A3").update(text="改")


def test_the_database_wants_a_second_person(world: World, draft: ChecklistVersion) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        ChecklistVersion.objects.filter(pk=draft.pk).update(
            state="PUBLISHED", published_at=NOW, published_by=world.officer
        )


def test_a_draft_that_changes_nothing_is_not_published(world: World, draft: ChecklistVersion) -> None:
    with pytest.raises(Unlawful, match="相同"):
        services.draft_publish(actor=world.head, draft=draft)
    services.draft_drop(actor=world.officer, draft=draft)
    assert not ChecklistVersion.objects.filter(pk=draft.pk).exists()


def test_a_withdrawn_version_is_kept_by_running_forms(world: World, draft: ChecklistVersion) -> None:
    edit(world, draft)
    own = services.draft_publish(actor=world.head, draft=draft, effective_on=timezone.localdate())
    subject = services.campaign_create(
        actor=world.head,
        values={
            "code": "C3",
            "name": "检查",
            "kind": "OTHER",
            "issuer": "县教委",
            "starts_on": date(2026, 11, 1),
        },
    )
    run = services.run_open(actor=world.officer, version=own, subject=subject, region=world.town)
    with pytest.raises(NotAllowed):
        services.checklist_retire(actor=world.neighbour_leader, version=own, reason="错")
    address = f"/desk/checklists/{own.uid}/retire/"
    assert "有 1 份" in page(world.head, address).content.decode()
    assert post(world.head, address, {"reason": "依据废止"}).status_code == 302
    save(world, run, A1="PASS", A3="PASS", B1="PASS")
    assert services.run_finish(actor=world.officer, run=run).status == "FINISHED"
    assert "依据废止" in page(world.officer, f"/desk/checklists/{own.uid}/").content.decode()
    other = services.campaign_create(
        actor=world.head,
        values={
            "code": "C4",
            "name": "查",
            "kind": "OTHER",
            "issuer": "县教委",
            "starts_on": date(2026, 11, 1),
        },
    )
    with pytest.raises(Unlawful, match="现行版本"):
        services.run_open(actor=world.officer, version=own, subject=other, region=world.town)


def test_a_bureau_never_withdraws_the_general_list(world: World, version: ChecklistVersion) -> None:
    with pytest.raises(NotAllowed, match="通用清单"):
        services.checklist_retire(actor=world.head, version=version, reason="有新版")


def test_the_whole_way_on_screen(world: World, version: ChecklistVersion) -> None:
    assert post(world.officer, f"/desk/checklists/{version.uid}/copy/", {}).status_code == 302
    draft = ChecklistVersion.objects.get(state="DRAFT")
    base = f"/desk/checklists/{draft.uid}"
    values = {
        "seen": draft.content_hash,
        "aspect_code": "+",
        "new_aspect_code": "D",
        "new_aspect_name": "数据",
        "code": "D1",
        "text": "在场学生",
        "basis": "中办发〔2021〕40号",
        "answer_kind": "COUNT",
        "unit": "人",
        "weight": "1",
        "departments": ["EDUCATION"],
    }
    assert post(world.officer, f"{base}/items/new/", {**values, "new_aspect_name": ""}).status_code == 422
    assert post(world.officer, f"{base}/items/new/", values).status_code == 302
    assert post(world.officer, f"{base}/items/new/", values).status_code == 422
    draft.refresh_from_db()
    assert draft.content["aspects"][-1]["items"][0]["answer_kind"] == "COUNT"
    assert page(world.officer, f"{base}/items/D1/").status_code == 200
    up = post(world.officer, f"{base}/items/A2/move/up/", {"seen": draft.content_hash})
    assert up.status_code == 302
    assert page(world.officer, f"{base}/publish/").status_code == 403
    head = {
        "name": "三项清单（本县）",
        "effective_on": timezone.localdate(),
        "source": "本县",
        "change_note": "加人数",
    }
    assert post(world.officer, f"{base}/head/", head).status_code == 302
    assert "三项清单（本县）" in page(world.officer, "/desk/checklists/").content.decode()
    assert post(world.head, f"{base}/publish/", {"effective_on": timezone.localdate()}).status_code == 302
    draft.refresh_from_db()
    assert (draft.state, draft.name) == ("PUBLISHED", "三项清单（本县）")
    body = page(world.officer, f"{base}/").content.decode()
    assert "计数（人）" in body
    assert page(world.officer, f"{base}/head/").status_code == 404
    assert page(world.officer, f"{base}/paper.pdf").content.startswith(b"%PDF-")
    assert page(world.officer, f"{base}/export.json").json()["name"] == "三项清单（本县）"
    assert page(world.officer, f"{base}/export.xlsx").content[:2] == b"PK"
    assert page(world.officer, f"{base}/export.exe").status_code == 404
    for stranger in (world.neighbour_officer, world.neighbour_leader):
        assert page(stranger, f"{base}/").status_code == 404
    assert page(world.institution_user, f"{base}/").status_code == 403


def test_a_list_is_proposed_by_kind(world: World) -> None:
    services.reference_load(actor=world.system)
    day = date(2026, 11, 20)

    def proposed(kind: str, inspection: str = "SPECIAL") -> str | None:
        campaign = Campaign(kind=kind)
        found = selectors.proposed_version(
            campaign=campaign, inspection_kind=inspection, on=day, bureau=world.bureau
        )
        return found.checklist.code if found else None

    assert proposed("FIRE_SAFETY") == "FIRE_NINE"
    assert proposed("AD_CLEANUP") == "ADS"
    assert proposed("LOOK_BACK") == "SEVEN_LOOKS"
    alone = selectors.proposed_version(campaign=None, inspection_kind="JOINT", on=day, bureau=world.bureau)
    assert alone is not None
    assert alone.checklist.code == "FIVE_ASPECTS"
