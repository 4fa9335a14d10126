"""A monitor's evening without network in a real browser: two places, a killed tab, a lapsed login, a refused patrol."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.officer import SOON_MS, photo_file
from tests.browser.watcher import Watcher

F4 = 31
PLACE = "高唐街道示例后街 9 号三楼"
COUNT = """
import json
from complaints.models import Clue
from monitors.models import Outing, Stop
from casework.models import EvidenceFile
row = Outing.objects.get(uid='{uid}')
stops = list(row.stops.order_by('ordinal'))
print(json.dumps({{
    'status': row.status, 'people': row.people, 'stops': len(stops),
    'clue': [bool(stop.clue_id) for stop in stops],
    'where': [stop.longitude for stop in stops],
    'photos': [EvidenceFile.objects.filter(subject_uid=stop.uid).count() for stop in stops],
    'clue_photos': [EvidenceFile.objects.filter(subject_uid=stop.clue.uid).count() for stop in stops if stop.clue],
    'codes': sorted(set(stops[-1].answers.values())),
}}))
"""
BUSY = """
from django.utils import timezone
from accounts.models import User
from monitors import services
from monitors.selectors.patrols import companions
from monitors.selectors.monitors import own_term
actor = User.objects.get(username='wushan-monitor')
me = own_term(actor)
row = services.outing_start(actor=actor, monitors=[me, companions(me, timezone.localdate()).last()],
    started_at=timezone.now())
print(row.number)
"""


def test_an_evening_without_network_becomes_a_patrol_and_a_clue(
    watcher: Watcher, as_user: Callable[..., Page], tmp_path: Path
) -> None:
    assert "检查" not in watcher.page.locator("#title").inner_text()
    watcher.offline()
    watcher.page.reload()
    watcher.title("今日巡查")
    patrol = watcher.begin()
    one = watcher.registered(patrol, "培训")
    watcher.save(one)
    two = watcher.unregistered(patrol, "示例托管", PLACE)
    watcher.field("看到的活动").select_option(label="学科类培训")
    watcher.fill("学生（约，人）", "11")
    watcher.fill("教师（约，人）", "1")
    watcher.shoot(photo_file(tmp_path, 40), photo_file(tmp_path, 80, (4000, 3000)))
    assert watcher.page.evaluate("window.askedWhere") == 0, "photos never ask where the phone is"
    watcher.press("记下这里的位置（可不填）")
    expect(watcher.page.locator("#screen")).to_contain_text("只记这一次")
    assert watcher.page.evaluate("window.askedWhere") == 1
    watcher.item(two, 1, "是")
    watcher.item(two, 2, "不适用")
    watcher.item(two, F4, "否", "黑板上是四年级数学题")
    watcher.save(two)
    watcher.finish(patrol)
    expect(watcher.page.locator("#screen")).to_contain_text("已结束，还没有提交")
    expect(watcher.page.locator("#screen")).not_to_contain_text("已提交")

    watcher.reopen()
    watcher.go(patrol)
    expect(watcher.page.locator("#screen")).to_contain_text("示例托管")
    watcher.online()
    watcher.submitted(patrol)
    told = json.loads(watcher.house.run("shell", "-v", "0", "-c", COUNT.format(uid=patrol.split("/")[2])))
    assert told == {
        "status": "SUBMITTED", "people": 2, "stops": 2, "clue": [False, True], "where": [None, 109.8789],
        "photos": [0, 2], "clue_photos": [2], "codes": ["NA", "NO", "UNSEEN", "YES"],
    }  # fmt: skip
    assert watcher.page.evaluate("window.askedWhere") == 0, "a new window has asked nothing"
    head = as_user("head")
    head.goto(watcher.house.address("/desk/clues/?q=示例后街"))
    expect(head.locator("main")).to_contain_text("线索〔")


def test_nothing_on_the_phone_issues_or_signs(watcher: Watcher) -> None:
    patrol = watcher.begin()
    stop = watcher.unregistered(patrol, "无招牌", PLACE)
    for address in (patrol, stop, f"{stop}/list", f"{stop}/save", f"{patrol}/sign", f"{patrol}/slip", "#/"):
        watcher.go(address)
        watcher.page.wait_for_timeout(300)
        words = watcher.page.locator("#screen").inner_text()
        assert "交办单" not in words
        assert "整改" not in words
        assert watcher.page.locator("canvas.board").count() == 0
    asked = """async ([kind, form]) => {
      const token = document.cookie.match(/csrftoken=([^;]+)/)[1];
      const home = document.body.dataset.home;
      const body = { device: { uid: crypto.randomUUID() }, clock: Date.now(), operations: [{
        uid: crypto.randomUUID(), form, subject: location.hash.split('/')[2] ?? crypto.randomUUID(), kind,
        item: 'party', value: { state: 'SIGNED' }, sequence: 1, lamport: 1, made_at: new Date().toISOString() }] };
      const answer = await fetch(`${home}api/operations/`, { method: 'POST', body: JSON.stringify(body),
        headers: { 'Content-Type': 'application/json', 'X-CSRFToken': token } });
      return (await answer.json()).receipts[0].state;
    }"""
    watcher.go(patrol)
    for kind in ("signature", "pad", "notice"):
        assert watcher.page.evaluate(asked, [kind, "monitors.outing"]) == "UNKNOWN"
    assert watcher.page.evaluate(asked, ["signature", "inspections.visit"]) == "UNKNOWN"


def test_a_killed_tab_loses_no_letter_of_a_patrol(watcher: Watcher) -> None:
    watcher.offline()
    patrol = watcher.begin()
    stop = watcher.unregistered(patrol, "示例家教", PLACE)
    watcher.field("情况摘要").press_sequentially("写到一半就没电")
    watcher.page.wait_for_timeout(150)
    watcher.reopen()
    watcher.title("今日巡查")
    expect(watcher.page.get_by_role("link", name="继续巡查")).to_be_visible()
    watcher.go(stop)
    expect(watcher.field("情况摘要")).to_have_value("写到一半就没电")
    expect(watcher.field("看到的名称")).to_have_value("示例家教")


def test_a_lapsed_login_keeps_the_patrol(watcher: Watcher) -> None:
    patrol = watcher.begin()
    watcher.context.clear_cookies()
    stop = watcher.unregistered(patrol, "示例画室", PLACE)
    watcher.save(stop)
    watcher.go("#/send")
    expect(watcher.page.get_by_role("link", name="重新登录")).to_be_visible(timeout=SOON_MS)
    watcher.sign_in()
    watcher.finish(patrol)
    watcher.submitted(patrol)


def test_an_overlapping_patrol_is_told_and_kept(watcher: Watcher, as_user: Callable[..., Page]) -> None:
    watcher.offline()
    number = watcher.house.run("shell", "-v", "0", "-c", BUSY).strip()
    patrol = watcher.begin()
    stop = watcher.unregistered(patrol, "示例重叠处", PLACE)
    watcher.save(stop)
    watcher.finish(patrol)
    watcher.online()
    watcher.all_arrived()
    for _ in range(20):
        watcher.go("#/send")
        watcher.press("立即发送")
        watcher.page.wait_for_timeout(1500)
        watcher.go(patrol)
        watcher.title("巡查")
        if watcher.page.get_by_text("没有受理，内容都在").count():
            break
    expect(watcher.page.locator("#screen")).to_contain_text(number)
    expect(watcher.page.locator("#screen")).to_contain_text("还没有提交，请先提交")
    head = as_user("head")
    head.goto(watcher.house.address("/desk/"))
    expect(head.locator("main")).to_contain_text("手机巡查没有受理")
    head.get_by_role("link", name="的巡查").first.click()
    expect(head.locator("main")).to_contain_text("示例重叠处")
    expect(head.locator("main")).to_contain_text("还没有提交，请先提交")


def test_an_observation_is_written_offline_and_becomes_a_clue(watcher: Watcher, tmp_path: Path) -> None:
    watcher.offline()
    watcher.go("#/")
    watcher.press("登记人流观察")
    watcher.title("人流观察")
    now = datetime.now(UTC) + timedelta(hours=8)
    watcher.fill("观察开始", f"{now - timedelta(minutes=50):%Y-%m-%dT%H:%M}")
    watcher.fill("观察结束", f"{now - timedelta(minutes=10):%Y-%m-%dT%H:%M}")
    watcher.fill("地点", "示例大厦 3 号楼单元门口")
    watcher.field("场所类型").select_option(label="居民楼")
    watcher.fill("进入的学生", "9")
    watcher.fill("看到的情况", "背书包的孩子按 12 楼，半小时没有人下来")
    watcher.page.get_by_role("radio", name="是", exact=True).click()
    watcher.shoot(photo_file(tmp_path, 150))
    watcher.press("保存观察")
    watcher.title("今日巡查")
    expect(watcher.page.locator("#screen")).to_contain_text("已存，待发")
    watcher.online()
    watcher.all_arrived()
    for _ in range(20):
        watcher.go("#/send")
        watcher.press("立即发送")
        watcher.page.wait_for_timeout(1500)
        watcher.go("#/")
        watcher.title("今日巡查")
        if watcher.page.get_by_text("已写入").count():
            break
    expect(watcher.page.locator("#screen")).to_contain_text("已写入")


def test_the_extract_leaves_the_phone_and_the_words_stay(watcher: Watcher) -> None:
    watcher.offline()
    patrol = watcher.begin()
    stop = watcher.unregistered(patrol, "示例留存处", PLACE)
    watcher.page.clock.set_system_time(datetime.now(UTC) + timedelta(hours=25))
    watcher.page.reload()
    watcher.go("#/")
    expect(watcher.page.locator("#screen")).to_contain_text("登记摘录已到期删除")
    watcher.go(f"{patrol}/place")
    expect(watcher.page.locator("#screen")).to_contain_text("名录摘录已从手机删除")
    watcher.go(stop)
    expect(watcher.field("看到的名称")).to_have_value("示例留存处")
    with watcher.page.expect_download() as waiting:
        watcher.go("#/send")
        watcher.press("导出文件")
    assert waiting.value.suggested_filename.endswith(".json")


def test_a_clock_of_1970_poisons_no_patrol(watcher: Watcher) -> None:
    watcher.offline()
    watcher.page.clock.set_system_time(datetime(1970, 1, 1, tzinfo=UTC))
    watcher.go("#/send")
    watcher.go("#/")
    expect(watcher.page.locator("#screen")).to_contain_text("手机时间不对")
    patrol = watcher.begin()
    watcher.save(watcher.unregistered(patrol, "示例时钟处", PLACE))
    watcher.finish(patrol)
    watcher.page.clock.set_system_time(datetime.now(UTC))
    watcher.online()
    watcher.submitted(patrol)
