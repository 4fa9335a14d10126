"""Market entities, milestones on the national platform, training materials: services, pages, figures."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from accounts.models import User
from casework.errors import Blocked, NotAllowed, Unlawful, WrongState
from casework.indicators import Period, Scope, compute
from casework.models import AuditEvent
from casework.web.listing import Column, xlsx_bytes
from institutions import services
from institutions.codes import uscc_check_digit
from institutions.models import Institution, MarketEntity, PlatformMilestone, TrainingMaterial
from tests.conftest import World
from tests.institutions.factories import make_institution, make_unlicensed
from tests.monitors.making import portrait

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]
today = timezone.localdate


def code(number: int) -> str:
    body = f"92500237MAENT{number:04d}"
    return body + uscc_check_digit(body)


def found(world: World, number: int = 1, **values: Any) -> MarketEntity:
    return services.entity_register(
        actor=world.clerk,
        region=world.town,
        values={
            "name": f"示例教育咨询部{number}", "uscc": code(number), "source": "REGISTRY",
            "found_on": today() - timedelta(days=9), **values,
        },
    )  # fmt: skip


def handed(world: World, *rows: MarketEntity) -> list[MarketEntity]:
    return services.entities_hand_over(
        actor=world.clerk, entities=rows, handed_on=today(), handed_no="示教函〔2026〕1号"
    )


def sheet(*rows: tuple[str, str, str]) -> bytes:
    heads = ("企业名称", "统一社会信用代码", "乡镇")
    columns = tuple(Column(head, lambda row, at=at: row[at]) for at, head in enumerate(heads))  # type: ignore[misc]
    return xlsx_bytes(rows, columns, "市场主体")


def count(world: World, key: str) -> Any:
    return compute(key, Scope(world.bureau), Period(today(), today() + timedelta(days=1)))


def test_an_entity_goes_to_the_regulator_once_and_is_counted_once(world: World) -> None:
    one, two = found(world, 1), found(world, 2)
    with pytest.raises(Unlawful, match="已经登记"):
        found(world, 1)
    with pytest.raises(WrongState, match="还没有移交"):
        services.entity_settle(actor=world.clerk, entity=one, outcome="CANCELLED", settled_on=today())
    handed(world, one, two)
    with pytest.raises(WrongState, match="移交"):
        handed(world, one)
    row = services.entity_settle(actor=world.clerk, entity=one, outcome="CANCELLED", settled_on=today())
    assert row.stage == "SETTLED"
    with pytest.raises(WrongState, match="已登记"):
        services.entity_settle(actor=world.clerk, entity=row, outcome="KEPT", settled_on=today())
    assert count(world, "entity_cleaned") == 2
    verbs = AuditEvent.objects.filter(object_uid=one.uid).values_list("verb", flat=True)
    assert set(verbs) == {f"institutions.entity_{name}" for name in ("register", "hand_over", "settle")}


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"uscc": "92500237MAENT00010"}, "信用代码"),
        ({"days_ahead": 1}, "不能晚于今天"),
    ],
)
def test_wrong_entities_are_refused(world: World, values: dict[str, Any], said: str) -> None:
    values = dict(values)
    if ahead := values.pop("days_ahead", 0):
        values["found_on"] = today() + timedelta(days=ahead)
    with pytest.raises(Unlawful, match=said):
        found(world, 1, **values)
    with pytest.raises(NotAllowed):
        services.entity_register(actor=world.partner, region=world.town, values={})


def test_the_database_keeps_the_order_of_an_entity(world: World) -> None:
    row = found(world)
    for values in (
        {"settled_on": today(), "outcome": "KEPT"},
        {"handed_on": today()},
        {"handed_on": row.found_on - timedelta(days=1), "handed_no": "一"},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            MarketEntity.objects.filter(pk=row.pk).update(**values)


def test_a_sheet_of_entities_is_taken_whole_or_not_at_all(world: World, sign_in: SignIn) -> None:
    from django.core.files.base import ContentFile

    clerk, town = sign_in(world.clerk), world.town.name
    page = "/desk/institutions/entities/import/"
    values = {"source": "REGISTRY", "found_on": today().isoformat()}

    def sent(*rows: tuple[str, str, str]) -> Any:
        return clerk.post(page, {**values, "upload": ContentFile(sheet(*rows), name="主体.xlsx")})

    wrong = sent(("甲", code(1), town), ("乙", code(2), "别的镇"))
    assert wrong.status_code == 422
    assert "第 3 行的乡镇（街道）“别的镇”不在您的辖区内" in wrong.content.decode()
    assert (
        "第 2 行和第 3 行的统一社会信用代码相同"
        in sent(("甲", code(1), town), ("乙", code(1), town)).content.decode()
    )
    assert not MarketEntity.objects.exists()
    good = (("甲", code(1), town), ("乙", code(2).lower(), town), ("合计", "", ""))
    assert sent(*good).status_code == 302
    assert sent(*good).status_code == 302
    assert list(MarketEntity.objects.order_by("uscc").values_list("name", flat=True)) == ["甲", "乙"]


def test_entities_by_hand(world: World, sign_in: SignIn) -> None:
    clerk, base = sign_in(world.clerk), "/desk/institutions/entities/"
    values = {
        "name": "示例家政服务部", "uscc": code(7), "region": world.town.pk, "source": "TOWNSHIP",
        "found_on": today().isoformat(),
    }  # fmt: skip
    assert clerk.post(f"{base}new/", values).status_code == 302
    row = MarketEntity.objects.get()
    over = {"entities": [row.pk], "handed_on": today().isoformat(), "handed_no": "示教函〔2026〕2号"}
    assert clerk.post(f"{base}hand-over/", over).status_code == 302
    assert "登记处置结果" in clerk.get(f"{base}?stage=HANDED").content.decode()
    end = {"outcome": "SCOPE_CHANGED", "settled_on": today().isoformat(), "note": "删去培训"}
    assert clerk.post(f"{base}{row.uid}/settle/", end).status_code == 302
    page = clerk.get(f"{base}?q=家政&stage=SETTLED").content.decode()
    assert "变更名称或经营范围" in page
    assert "示例家政服务部" not in clerk.get(f"{base}?stage=FOUND").content.decode()
    assert clerk.get(f"{base}?export=xlsx").status_code == 200
    assert sign_in(world.neighbour_officer).get(f"{base}{row.uid}/settle/").status_code == 404


def reach(world: World, *places: Institution, milestone: str = "ONBOARDED", day: date | None = None) -> Any:
    return services.milestones_reach(
        actor=world.head, institutions=places, milestone=milestone, reached_on=day or today()
    )


def test_milestones_follow_the_platform_and_are_counted_as_of_a_day(world: World) -> None:
    one, two = make_institution(world), make_institution(world, name="示例行知体育培训中心")
    with pytest.raises(Unlawful, match="还没有登记入驻"):
        reach(world, one, milestone="COURSES")
    assert len(reach(world, one, two)) == 2
    assert reach(world, one, two) == []
    reach(world, one, milestone="COURSES")
    assert count(world, "platform_onboarded") == 2
    row = PlatformMilestone.objects.get(institution=two)
    with pytest.raises(Unlawful, match="原因"):
        services.milestone_leave(actor=world.head, milestone=row, left_on=today(), note=" ")
    services.milestone_leave(actor=world.head, milestone=row, left_on=today(), note="误登")
    assert count(world, "platform_onboarded") == 1
    assert len(reach(world, two)) == 1
    with pytest.raises(IntegrityError), transaction.atomic():
        PlatformMilestone.objects.filter(pk=row.pk).update(left_on=None, left_note="")


def test_the_platform_page_shows_rates_and_finds_who_lacks(world: World, sign_in: SignIn) -> None:
    one, two = make_institution(world), make_institution(world, name="示例行知体育培训中心")
    head, base = sign_in(world.head), "/desk/institutions/platform/"
    values = {"milestone": "ONBOARDED", "institutions": [one.pk], "reached_on": today().isoformat()}
    assert head.post(f"{base}new/", values).status_code == 302
    bare = make_unlicensed(world, name="示例无证辅导")
    page = head.get(base).content.decode()
    assert "入驻平台 1 家（50.0%）" in page
    assert bare.name not in page
    lacking = head.get(f"{base}?lacks=ONBOARDED").content.decode()
    assert two.name in lacking
    assert one.name not in lacking
    assert two.name not in head.get(f"{base}?reached=ONBOARDED").content.decode()
    row = PlatformMilestone.objects.get()
    left = {"left_on": today().isoformat(), "note": "机构注销"}
    assert head.post(f"{base}{row.uid}/leave/", left).status_code == 302
    assert sign_in(world.clerk).get(base).status_code == 200


BOOK = {
    "title": "数学思维讲义", "edition": "2026 年春季版", "kind": "SELF_MADE", "subject": "数学",
    "audience": "小学三年级", "author": "机构教研组",
}  # fmt: skip


@pytest.fixture
def place(world: World) -> Institution:
    row = make_institution(world)
    Institution.objects.filter(pk=row.pk).update(organisation=world.institution_org)
    row.refresh_from_db()
    return row


def entered(world: World, place: Institution, **values: Any) -> TrainingMaterial:
    return services.material_enter(
        actor=world.officer, institution=place, values={**BOOK, "submitted_on": today(), **values}
    )


def test_a_material_is_reviewed_by_one_and_decided_by_another(world: World, place: Institution) -> None:
    row = entered(world, place)
    with pytest.raises(Unlawful, match="审核意见"):
        services.material_review(actor=world.head, material=row, opinion="  ")
    row = services.material_review(actor=world.head, material=row, opinion="超出课程标准")
    with pytest.raises(Blocked, match="另一人审定"):
        services.material_decide(actor=world.head, material=row, is_fit=False, reason="不得使用")
    with pytest.raises(IntegrityError), transaction.atomic():
        TrainingMaterial.objects.filter(pk=row.pk).update(decided_by=world.head, decided_on=today())
    with pytest.raises(NotAllowed):
        services.material_decide(actor=world.officer, material=row, is_fit=True)


def test_forbidden_self_made_editions_are_counted_once(world: World, place: Institution) -> None:
    row = services.material_review(actor=world.officer, material=entered(world, place), opinion="超标")
    with pytest.raises(Unlawful, match="理由"):
        services.material_decide(actor=world.head, material=row, is_fit=False)
    services.material_decide(actor=world.head, material=row, is_fit=False, reason="自编学科类材料")
    other = services.material_review(
        actor=world.officer, material=entered(world, place, edition="第 2 版"), opinion="适宜"
    )
    other = services.material_decide(actor=world.head, material=other, is_fit=True)
    services.material_retire(actor=world.head, material=other, reason="内容过时")
    assert count(world, "material_self_made") == 1
    with pytest.raises(Unlawful, match="这一版材料已经登记"):
        entered(world, place)
    with pytest.raises(Unlawful, match="书号"):
        entered(world, place, title="课本", kind="PUBLISHED")


def test_an_institution_submits_its_own_material_and_the_bureau_decides_by_hand(
    world: World, place: Institution, sign_in: SignIn
) -> None:
    party, page = sign_in(world.institution_user), "/portal/materials/"
    values = {
        **BOOK, "submitted_on": today().isoformat(), "inner_on": (today() + timedelta(days=1)).isoformat(),
        "pages": portrait(3),
    }  # fmt: skip
    assert "内部审核日期" in party.post(page, {**values, "pages": portrait(3)}).content.decode()
    assert not TrainingMaterial.objects.exists()
    values["inner_on"] = today().isoformat()
    missing = party.post(page, {key: value for key, value in values.items() if key != "pages"})
    assert missing.status_code == 422
    assert party.post(page, {**values, "pages": portrait(3)}).status_code == 302
    row = TrainingMaterial.objects.get()
    assert "待审核" in party.get(page).content.decode()
    home = f"/desk/institutions/materials/{row.uid}/"
    officer, head = sign_in(world.officer), sign_in(world.head)
    assert "审核培训材料：《数学思维讲义》" in officer.get("/desk/").content.decode()
    assert officer.post(f"{home}review/", {"opinion": "讲授进度超前"}).status_code == 302
    assert "讲授进度超前" not in party.get(page).content.decode()
    assert "培训材料：《数学思维讲义》" not in officer.get("/desk/").content.decode()
    assert "审定培训材料：《数学思维讲义》" in head.get("/desk/").content.decode()
    assert head.post(f"{home}reject/", {"reason": "超标超前"}).status_code == 302
    assert "讲授进度超前" in party.get(page).content.decode()
    assert party.get(home).status_code in {302, 403, 404}
    assert party.post(f"{page}{row.uid}/withdraw/").status_code == 422
    assert head.get(f"{home}nothing/").status_code == 404
    row.refresh_from_db()
    assert row.status == "REJECTED"
    assert "材料内容" in head.get(home).content.decode()


def test_an_institution_withdraws_before_the_decision_and_submits_again(
    world: World, place: Institution, sign_in: SignIn
) -> None:
    row = services.material_enter(
        actor=world.institution_user, institution=place, files=[portrait(3)],
        values={**BOOK, "submitted_on": today(), "inner_on": today()},
    )  # fmt: skip
    party = sign_in(world.institution_user)
    assert party.get(f"/portal/materials/{row.uid}/withdraw/").status_code == 200
    assert party.post(f"/portal/materials/{row.uid}/withdraw/").status_code == 302
    entered(world, place)
    mine = entered(world, place, edition="第 3 版")
    with pytest.raises(Blocked, match="本机构报审"):
        services.material_withdraw(actor=world.institution_user, material=mine)
    stranger = make_institution(world, name="示例行知体育培训中心")
    with pytest.raises(NotAllowed, match="本机构"):
        services.material_enter(
            actor=world.institution_user, institution=stranger, files=[portrait(3)],
            values={**BOOK, "submitted_on": today(), "inner_on": today()},
        )  # fmt: skip
