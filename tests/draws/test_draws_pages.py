"""Desk and public pages, files, and the command that verifies them."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from casework.canonical import sha256_hex
from draws import services
from draws.models import Draw, OfficerRecusal, OfficerSkill
from tests.conftest import World
from tests.draws import making


def posted(world: World) -> dict[str, Any]:
    due = timezone.localtime() + timedelta(hours=3)
    return {
        "title": "十二月双随机抽查",
        "lead_organ": world.education.pk,
        "basis": "国发〔2019〕5号",
        "item": "办学资质",
        "planned_on": (timezone.localdate() + timedelta(days=2)).isoformat(),
        "planned_until": (timezone.localdate() + timedelta(days=3)).isoformat(),
        "strata_by": ["RISK"],
        "share_UNRATED": "20",
        "share_HIGH": "20",
        "team_size": "2",
        "places_per_team": "3",
        "organs": [world.market.pk],
        "entropy_kind": "LOTTERY",
        "entropy_source": "示例彩票第 135 期",
        "entropy_due_at": due.strftime("%Y-%m-%dT%H:%M"),
    }


def test_a_draw_through_the_pages(law: World, sign_in: Callable[..., Client]) -> None:
    making.places(law, 10)
    officer, head, legal = sign_in(law.officer), sign_in(law.head), sign_in(law.legal)
    assert officer.get("/desk/draws/new/").status_code == 200
    count = officer.get("/desk/draws/count/", posted(law)).content.decode()
    assert "占名录" in count
    assert "持有效执法证" in count
    assert officer.post("/desk/draws/new/", {**posted(law), "title": ""}).status_code == 422
    assert officer.post("/desk/draws/new/", posted(law)).status_code == 302
    draw = Draw.objects.get()
    assert draw.shares["UNRATED"] == 2000
    assert set(draw.organs.all()) == {law.education, law.market}
    base = f"/desk/draws/{draw.uid}/"
    assert "冻结后的名录 10 家，抽取 2 家" in officer.get(base).content.decode()
    assert officer.get(f"{base}edit/").status_code == 200
    assert officer.post(f"{base}steps/freeze/").status_code == 403
    then = timezone.now() - timedelta(hours=2)
    Draw.objects.filter(pk=draw.pk).update(entropy_due_at=then + timedelta(hours=1))
    services.draw_freeze(actor=law.head, draw=Draw.objects.get(), at=then)
    assert officer.get(f"{base}steps/enter/").status_code == 200
    assert officer.post(f"{base}steps/enter/", {"value": "1 2 3", "note": "示例公告"}).status_code == 302
    wrong = legal.post(f"{base}steps/confirm/", {"value": "1 2 4"})
    assert wrong.status_code == 422
    assert "不一致" in wrong.content.decode()
    assert legal.post(f"{base}steps/confirm/", {"value": "1 2 3"}).status_code == 302
    assert head.post(f"{base}steps/draw/").status_code == 302
    assert officer.post(f"{base}plans/").status_code == 302
    page = head.get(base).content.decode()
    assert "第 1 组" in page
    assert "检查方案" in page
    assert head.get(f"{base}result/?export=xlsx").content[:2] == b"PK"
    assert "抽取顺序" in b"".join(head.get(f"{base}result/?export=csv").streaming_content).decode()
    draw.refresh_from_db()
    assert sha256_hex(head.get(f"{base}pool.json").content) == draw.pool_hash
    assert sha256_hex(head.get(f"{base}record.json").content) == draw.result_hash
    assert head.get("/desk/draws/?export=csv").status_code == 200


def test_the_public_sees_hashes_first_and_files_afterwards(
    law: World, sign_in: Callable[..., Client]
) -> None:
    making.places(law)
    public = Client()
    home = "/b/wushan/draws/"
    draft = making.draft(law)
    draw, outings = making.planned(law)
    page = f"{home}{draw.uid}/"
    assert public.get(f"{home}{draft.uid}/").status_code == 404
    shown = public.get(page).content.decode()
    names = [place.institution.name for place in draw.places.select_related("institution")]
    assert draw.pool_hash in shown
    assert draw.result_hash in shown
    assert not any(name in shown for name in names)
    for part in ("pool.json", "record.json"):
        assert public.get(page + part).status_code == 404
    for outing in outings:
        making.carry_out(law, outing)
    services.draw_publish(actor=law.head, draw=draw)
    shown = public.get(page).content.decode()
    assert all(name in shown for name in names)
    assert "未发现问题" in shown
    assert sha256_hex(public.get(f"{page}pool.json").content) == draw.pool_hash
    again = public.get(page)
    assert public.get(page, headers={"If-None-Match": again.headers["ETag"]}).status_code == 304
    assert public.get(f"/b/fengjie/draws/{draw.uid}/").status_code == 404


def test_aborted_and_repeated_are_listed(law: World) -> None:
    making.places(law)
    aborted = services.draw_abort(actor=law.leader, draw=making.drawn(law), reason="名录漏了两家")
    again = services.draw_repeat(
        actor=law.officer,
        draw=aborted,
        reason="补全后重抽",
        entropy_due_at=timezone.now() + timedelta(hours=1),
    )
    services.draw_freeze(actor=law.head, draw=again)
    shown = Client().get("/b/wushan/draws/").content.decode()
    assert "名录漏了两家" in shown
    assert "补全后重抽" in shown
    page = Client().get(f"/b/wushan/draws/{aborted.uid}/").content.decode()
    assert "这次抽取已中止" in page
    assert str(again.uid) in page


def test_recusals_and_skills_pages(law: World, sign_in: Callable[..., Client]) -> None:
    place = making.places(law, 1)[0]
    officer, head = sign_in(law.officer), sign_in(law.head)
    given = {"user": law.officer.pk, "institution": place.pk, "ground": "配偶任职"}
    assert officer.post("/desk/draw-recusals/new/", given).status_code == 302
    assert officer.post("/desk/draw-recusals/new/", {**given, "user": law.officer2.pk}).status_code == 422
    row = OfficerRecusal.objects.get()
    assert "配偶任职" in officer.get("/desk/draw-recusals/").content.decode()
    assert "配偶任职" not in sign_in(law.officer2).get("/desk/draw-recusals/").content.decode()
    assert officer.post(f"/desk/draw-recusals/{row.uid}/end/", {"reason": "已离职"}).status_code == 403
    assert head.post(f"/desk/draw-recusals/{row.uid}/end/", {"reason": "已离职"}).status_code == 302
    given = {"user": law.officer.pk, "skill": "FIRE", "proof": "培训证书"}
    assert head.post("/desk/draw-skills/new/", given).status_code == 302
    skill = OfficerSkill.objects.get()
    assert "培训证书" in head.get("/desk/draw-skills/").content.decode()
    assert officer.get("/desk/draw-skills/").status_code == 403
    assert head.post(f"/desk/draw-skills/{skill.uid}/end/").status_code == 302


def test_strangers_read_nothing(law: World, sign_in: Callable[..., Client]) -> None:
    making.places(law)
    draw = making.drawn(law)
    base = f"/desk/draws/{draw.uid}/"
    neighbour = sign_in(law.neighbour_officer)
    for part in ("", "pool.json", "record.json", "result/", "edit/", "repeat/", "steps/abort/"):
        assert neighbour.get(base + part).status_code in {403, 404}
    assert sign_in(law.institution_user).get(base).status_code == 403
    assert sign_in(law.market_officer).get(base).status_code == 404
    assert sign_in(law.supervisor).get(base).status_code == 200


def test_draw_verify_names_what_differs(law: World, tmp_path: Path) -> None:
    making.places(law)
    draw = making.drawn(law)
    file, pool = tmp_path / "record.json", tmp_path / "pool.json"
    file.write_text(draw.result_text, encoding="utf-8")
    pool.write_text(draw.pool_text, encoding="utf-8")
    told = io.StringIO()
    call_command("draw_verify", str(file), "--hash", draw.pool_hash, "--pool", str(pool), stdout=told)
    assert "一致" in told.getvalue()
    record = json.loads(draw.result_text)
    record["pool"]["targets"].pop()
    file.write_text(json.dumps(record), encoding="utf-8")
    with pytest.raises(CommandError, match="最先不同的是：冻结名录的校验值"):
        call_command("draw_verify", str(file))
    file.write_text("{", encoding="utf-8")
    with pytest.raises(CommandError, match="重新下载"):
        call_command("draw_verify", str(file))
    file.write_text("[]", encoding="utf-8")
    with pytest.raises(CommandError, match="不是抽取结果文件"):
        call_command("draw_verify", str(file))
    with pytest.raises(CommandError, match="打不开文件"):
        call_command("draw_verify", str(tmp_path / "nothing.json"))


def test_the_worklists(law: World) -> None:
    from draws import registration

    making.places(law)
    draw = making.frozen(law)
    today = timezone.localdate()

    def titles() -> list[str]:
        return [item.title for item in registration.steps(law.officer, today)]

    assert titles() == ["录入公开值：示例双随机抽查"]
    services.draw_enter(actor=law.officer, draw=draw, value="1", note="示例")
    assert titles() == ["复核公开值：示例双随机抽查"]
    services.draw_confirm(actor=law.legal, draw=draw, value="1")
    assert titles() == ["抽取检查对象和执法人员：示例双随机抽查"]
    services.draw_run(actor=law.head, draw=draw)
    assert titles() == ["生成检查方案：示例双随机抽查"]
    for outing in services.plans_make(actor=law.officer, draw=draw):
        making.carry_out(law, outing)
    assert titles() == []
    assert [item.stage for item in registration.results(law.head, today)] == ["检查已结束"]
