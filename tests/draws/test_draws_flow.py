"""From the conditions to the published result, and what is refused on the way."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

import pytest
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils import timezone

from accounts.models import OfficerCertificate
from casework.canonical import sha256_hex
from casework.errors import Blocked, NotAllowed, Unlawful, WrongState
from casework.models import AuditEvent, Deadline, IssuedNumber, OutboxMessage
from casework.outbox import outbox_deliver
from draws import pools, services
from draws.models import Draw, DrawnOfficer
from draws.services import reporting
from fieldwork.sampling import differences
from inspections.models import Deployment, Visit
from tests.conftest import World
from tests.draws import making


def test_the_whole_way(law: World, sign_in: Any, settings: Any, tmp_path: Any) -> None:
    settings.EXCHANGE_DIR = tmp_path
    making.places(law, 8, risky=2)
    draw, outings = making.planned(law)
    assert draw.number == f"巫教培随机〔{timezone.localdate().year}〕1号"
    assert (draw.pool_size, draw.drawn_count) == (8, 3)
    assert sha256_hex(draw.pool_text.encode()) == draw.pool_hash
    assert list(differences(json.loads(draw.result_text), announced_hash=draw.pool_hash)) == []
    assert [row.kind for row in outings] == ["DOUBLE_RANDOM"] * 2
    assert all(row.members.filter(role="OFFICER").count() == 2 for row in outings)
    with pytest.raises(Blocked, match="3 家没有检查完"):
        services.draw_publish(actor=law.head, draw=draw)
    for outing in outings:
        making.carry_out(law, outing)
    draw.refresh_from_db()
    assert draw.checks_ended_on == timezone.localdate()
    assert draw.results_due_on == Deadline.objects.get(kind="DRAW_RESULTS").due_on
    published = services.draw_publish(actor=law.head, draw=draw)
    message = OutboxMessage.objects.get(channel=reporting.CHANNEL)
    assert message.payload["draw_no"] == published.number
    assert [row["name"] for row in message.payload["results"]] == [
        place.institution.name for place in published.places.order_by("position")
    ]
    assert all(row["result"] and row["inspected_on"] for row in message.payload["results"])
    assert outbox_deliver(message_id=message.pk, now=timezone.now())
    page = sign_in(law.head).get(f"/desk/draws/{published.uid}/").content.decode()
    assert "报送信用平台" in page
    assert "已送出" in page
    assert published.status == "PUBLISHED"
    assert Deadline.objects.get(kind="DRAW_RESULTS").state == "MET"


def test_plans_are_made_once(law: World) -> None:
    making.places(law)
    draw, outings = making.planned(law)
    assert services.plans_make(actor=law.officer, draw=draw) == []
    assert Deployment.objects.count() == len(outings)
    assert Visit.objects.count() == draw.drawn_count


def test_the_value_comes_after_the_freeze(law: World) -> None:
    making.places(law)
    late = making.draft(law, entropy_due_at=timezone.now() - timedelta(minutes=1))
    with pytest.raises(Unlawful, match="已经过去"):
        services.draw_freeze(actor=law.head, draw=late)
    waiting = services.draw_freeze(actor=law.head, draw=making.draft(law))
    with pytest.raises(Unlawful, match="到时再录入"):
        services.draw_enter(actor=law.officer, draw=waiting, value="1", note="示例")
    with pytest.raises(Blocked, match="现在不能录入"):
        services.draw_enter(
            actor=law.officer, draw=waiting, value="1", note="示例", at=timezone.now() + timedelta(hours=3)
        )
    after = making.draft(law, entropy_due_at=timezone.now() + timedelta(days=9))
    with pytest.raises(Unlawful, match="晚于检查开始日期"):
        services.draw_freeze(actor=law.head, draw=after)


def test_two_people_read_the_value(law: World) -> None:
    making.places(law)
    draw = making.frozen(law)
    with pytest.raises(Blocked, match="第二人复核"):
        services.draw_run(actor=law.head, draw=draw)
    with pytest.raises(Unlawful, match="没有数字"):
        services.draw_enter(actor=law.officer, draw=draw, value="——", note="示例")
    entered = services.draw_enter(actor=law.officer, draw=draw, value="０３，11；17", note="示例")
    assert entered.entropy_value == "03 11 17"
    with pytest.raises(Blocked, match="录入人不能复核"):
        services.draw_confirm(actor=law.officer, draw=draw, value="03 11 17")
    with pytest.raises(Unlawful, match="不一致"):
        services.draw_confirm(actor=law.legal, draw=draw, value="03 11 18")
    corrected = services.draw_enter(actor=law.officer, draw=draw, value="03 11 18", note="示例")
    services.draw_confirm(actor=law.legal, draw=corrected, value="03-11-18")
    with pytest.raises(Blocked, match="已经复核"):
        services.draw_enter(actor=law.officer, draw=draw, value="1", note="示例")
    with pytest.raises(Blocked, match="已经复核"):
        services.draw_confirm(actor=law.head, draw=draw, value="03 11 18")


def test_dice_need_two_witnesses(law: World) -> None:
    making.places(law)
    draw = making.frozen(law, entropy_kind="DICE", entropy_source="局务会现场掷骰十次")
    for too_few in ("", "张三", "张三、张三"):
        with pytest.raises(Unlawful, match="两名以上见证人"):
            services.draw_enter(actor=law.officer, draw=draw, value="3 1 4", note="局务会", witnesses=too_few)
    services.draw_enter(actor=law.officer, draw=draw, value="3-1-4", note="局务会", witnesses="张三，李四")
    services.draw_confirm(actor=law.legal, draw=draw, value="3 1 4")
    done = services.draw_run(actor=law.head, draw=draw)
    assert json.loads(done.result_text)["entropy"]["witnesses"] == "张三、李四"


def test_recusals_and_skills_reach_the_draw(law: World) -> None:
    rows = making.places(law, 4)
    for place in rows:
        services.recusal_add(actor=law.officer, user=law.officer, institution=place, ground="近亲属任职")
    services.skill_add(actor=law.head, user=law.market_officer, skill="FIRE", proof="消防培训")
    draw = making.drawn(law, organs=[law.market], skill_rules=["ALL_FIRE"], shares={"UNRATED": 10000})
    assert draw.drawn_count == 4
    assert set(draw.places.values_list("organ", flat=True)) == {law.market.pk}
    sent = set(DrawnOfficer.objects.filter(draw=draw).values_list("certificate__user", flat=True))
    assert sent == {law.market_officer.pk, law.market_officer2.pk}
    record = json.loads(draw.result_text)
    mine = pools.officer_id(OfficerCertificate.objects.get(user=law.officer))
    assert all(mine in team["recused"] for team in record["result"]["teams"])
    alone = making.drawn(law, shares={"UNRATED": 10000})
    assert set(alone.places.values_list("problem", flat=True)) == {"TOO_FEW_OFFICERS"}
    assert services.plans_make(actor=law.officer, draw=alone) == []


def test_a_certificate_that_ends_before_the_check_takes_no_part(law: World) -> None:
    making.places(law, 4)
    card = OfficerCertificate.objects.get(user=law.officer2)
    card.validity = DateRange(date(2020, 1, 1), timezone.localdate() + timedelta(days=2))
    card.save()
    with pytest.raises(Blocked, match="最多只有 1 人"):
        making.frozen(law)
    draw = making.drawn(law, organs=[law.market])
    record = json.loads(draw.result_text)
    assert record["result"]["uncertified"] == [pools.officer_id(card)]


def test_conditions_make_the_pool(law: World) -> None:
    rows = making.places(law, 6, risky=2)
    draw, outings = making.planned(law, filters={"risk_levels": ["HIGH"]}, shares={"HIGH": 10000})
    assert draw.pool_size == 2
    assert set(draw.places.values_list("institution", flat=True)) == {row.pk for row in rows[:2]}
    for outing in outings:
        making.carry_out(law, outing)
    again = making.draft(law, filters={"not_visited_since": timezone.localdate().isoformat()})
    assert pools.preview(again).size == 4
    town = making.draft(law, filters={"regions": [law.town2.pk]})
    assert pools.preview(town).size == 0
    with pytest.raises(Blocked, match="没有检查对象"):
        services.draw_freeze(actor=law.head, draw=town)


def test_more_than_the_cap_needs_a_reason(law: World) -> None:
    making.places(law, 10)
    draw = making.draft(law, shares={"UNRATED": 5000}, cap_reason="")
    with pytest.raises(Blocked, match="参考上限 20%"):
        services.draw_freeze(actor=law.head, draw=draw)
    services.draw_edit(actor=law.officer, draw=draw, values={"cap_reason": "投诉集中"})
    assert services.draw_freeze(actor=law.head, draw=draw).status == "FROZEN"
    with pytest.raises(WrongState, match="名录已经冻结"):
        services.draw_edit(actor=law.officer, draw=draw, values={"title": "改名"})


def test_aborted_and_repeated_draws_stay(law: World) -> None:
    making.places(law)
    draw, _ = making.planned(law)
    with pytest.raises(WrongState, match="先中止"):
        services.draw_repeat(
            actor=law.officer,
            draw=draw,
            reason="名录有误",
            entropy_due_at=timezone.now() + timedelta(hours=1),
        )
    aborted = services.draw_abort(actor=law.leader, draw=draw, reason="名录漏了两家机构")
    assert aborted.files_are_public
    assert set(Deployment.objects.values_list("status", flat=True)) == {"CANCELLED"}
    again = services.draw_repeat(
        actor=law.officer,
        draw=aborted,
        reason="补全名录后重抽",
        entropy_due_at=timezone.now() + timedelta(hours=1),
    )
    fresh = services.draw_freeze(actor=law.head, draw=again)
    assert json.loads(fresh.pool_text)["predecessor"] == {"number": draw.number, "reason": "补全名录后重抽"}
    assert fresh.number.endswith("2号")
    assert IssuedNumber.objects.filter(kind="DRAW_RECORD").count() == 2
    with pytest.raises(WrongState, match="已经重新抽取过"):
        services.draw_repeat(
            actor=law.officer, draw=aborted, reason="再来", entropy_due_at=timezone.now() + timedelta(hours=1)
        )


def test_a_draw_under_way_is_not_aborted(law: World) -> None:
    making.places(law)
    draw, outings = making.planned(law)
    making.carry_out(law, outings[0])
    with pytest.raises(Blocked, match="不能中止"):
        services.draw_abort(actor=law.leader, draw=draw, reason="不想查了")


def test_roles(law: World) -> None:
    making.places(law)
    draw = making.draft(law)
    with pytest.raises(NotAllowed):
        services.draw_freeze(actor=law.officer, draw=draw)
    with pytest.raises(NotAllowed):
        services.draw_draft(actor=law.clerk, values=making.values(law))
    with pytest.raises(NotAllowed, match="本人"):
        services.recusal_add(
            actor=law.officer, user=law.officer2, institution=pools.candidates(draw).first(), ground="亲属"
        )
    assert not Draw.objects.visible_to(law.institution_user).exists()
    assert not Draw.objects.visible_to(law.neighbour_officer).exists()
    assert not Draw.objects.visible_to(law.market_officer).exists()
    shared = making.draft(law, organs=[law.market])
    assert list(Draw.objects.visible_to(law.market_officer)) == [shared]


def test_the_long_texts_stay_out_of_the_audit(law: World) -> None:
    making.places(law)
    draw = making.drawn(law)
    rows = AuditEvent.objects.filter(object_uid=draw.uid)
    assert {"draws.draw_freeze", "draws.draw_enter", "draws.draw_confirm", "draws.draw_draw"} <= set(
        rows.values_list("verb", flat=True)
    )
    frozen = rows.get(verb="draws.draw_freeze")
    assert frozen.changes["pool_hash"] == ["", draw.pool_hash]
    assert all("pool_text" not in row.changes and "result_text" not in row.changes for row in rows)


def test_a_cancelled_last_visit_starts_the_term_by_the_daily_job(law: World) -> None:
    from inspections.services import visit_cancel

    making.places(law)
    draw, outings = making.planned(law)
    making.carry_out(law, outings[0])
    assert services.checks_follow_all() == 0 or len(outings) == 1
    for outing in outings[1:]:
        for visit in outing.visits.all():
            visit_cancel(actor=law.head, visit=visit, reason="机构已搬离")
    services.checks_follow_all()
    draw.refresh_from_db()
    assert draw.results_due_on is not None
    assert services.draw_publish(actor=law.head, draw=draw).status == "PUBLISHED"
