"""A monitor's phone when something was refused, typed too long, pressed by mistake, or carries more than it should."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Browser, Dialog, Page, expect

from tests.browser.house import House
from tests.browser.officer import COLD_MS, SOON_MS
from tests.browser.test_patrol_offline import F4, FINISH, PLACE
from tests.browser.visitor import Complaints
from tests.browser.watcher import Watcher


@pytest.fixture
def watcher(browser: Browser, house: House) -> Iterator[Watcher]:
    """A monitor's fresh phone; no patrol of an earlier test is under way."""
    house.run("shell", "-v", "0", "-c", FINISH)
    complaints = Complaints()
    phone = Watcher.arrive(browser, house, "monitor", complaints)
    yield phone
    phone.leave()
    serious = [line for line in complaints.found if "console: Failed to load" not in line]
    assert not serious, "\n".join(serious)


def until(watcher: Watcher, address: str, title: str, words: str) -> None:
    """Send and ask until a screen says so."""
    for _ in range(20):
        watcher.go("#/send")
        watcher.title("发送情况")
        watcher.page.get_by_role("button", name="立即发送").click(timeout=COLD_MS)
        watcher.page.wait_for_timeout(1500)
        watcher.go(address)
        watcher.title(title)
        if watcher.page.get_by_text(words).count():
            return
    expect(watcher.page.locator("#screen")).to_contain_text(words, timeout=SOON_MS)


def test_a_refused_end_is_said_again(watcher: Watcher) -> None:
    patrol = watcher.begin()
    watcher.save(watcher.unregistered(patrol, "示例补报处", PLACE))
    watcher.go(f"{patrol}/end")
    watcher.title("结束巡查")
    watcher.fill("实际结束时间", "2020-01-01T10:00")
    watcher.press("确认结束")
    until(watcher, patrol, "巡查", "离现在太远")
    expect(watcher.page.get_by_role("link", name="记录一家")).to_be_visible()
    watcher.go("#/")
    watcher.title("今日巡查")
    expect(watcher.page.get_by_role("link", name="继续巡查")).to_be_visible()
    watcher.go(patrol)
    watcher.press("重新填写结束时间")
    watcher.title("结束巡查")
    expect(watcher.page.locator("#screen")).to_contain_text("上次填的结束时间没有受理")
    watcher.press("确认结束")
    watcher.title("巡查")
    watcher.submitted(patrol)


def stored(page: Page, store: str) -> list[dict[str, Any]]:
    """Rows of one store of the phone; bytes as lists of numbers."""
    rows: list[dict[str, Any]] = page.evaluate(
        """async (store) => {
          const heard = (asked) => new Promise((done) => { asked.onsuccess = () => done(asked.result); });
          const { name } = (await indexedDB.databases()).find((one) => one.name.startsWith('field:'));
          const base = await heard(indexedDB.open(name));
          const rows = await heard(base.transaction(store).objectStore(store).getAll());
          base.close();
          return rows.map((row) => row.data ? { ...row, data: Array.from(new Uint8Array(row.data)) } : row);
        }""",
        store,
    )
    return rows


def told_where(folder: Path) -> Path:
    """A small photo in which the camera wrote its place."""
    exif = Image.Exif()
    exif[0x010F] = "Camera"
    exif.get_ifd(0x8825).update({1: "N", 2: (31.0, 4.0, 0.0), 3: "E", 4: (109.0, 52.0, 0.0)})
    target = io.BytesIO()
    Image.new("RGB", (640, 480), "navy").save(target, "JPEG", exif=exif)
    assert b"Exif" in target.getvalue()
    path = folder / "where.jpg"
    path.write_bytes(target.getvalue())
    return path


def test_a_small_photo_leaves_its_place_behind(watcher: Watcher, tmp_path: Path) -> None:
    watcher.offline()
    patrol = watcher.begin()
    watcher.unregistered(patrol, "示例照片处", PLACE)
    watcher.shoot(told_where(tmp_path))
    (file,) = stored(watcher.page, "files")
    data = bytes(file["data"])
    assert b"Exif" not in data
    picture = Image.open(io.BytesIO(data))
    assert (picture.size, picture.format, dict(picture.getexif())) == ((640, 480), "JPEG", {})
    broken = tmp_path / "broken.jpg"
    broken.write_bytes(b"no picture")
    watcher.page.locator("input[type=file][accept='image/*']").first.set_input_files([broken])
    expect(watcher.page.get_by_text("没有收下，请重拍")).to_be_visible()
    assert len(stored(watcher.page, "files")) == 1


def test_a_place_is_dropped_only_after_a_question(watcher: Watcher) -> None:
    watcher.offline()
    patrol = watcher.begin()
    stop = watcher.unregistered(patrol, "示例误点处", PLACE)
    asked: list[str] = []

    def refuse(dialog: Dialog) -> None:
        asked.append(dialog.message)
        dialog.dismiss()

    watcher.page.once("dialog", refuse)
    watcher.press("删去这一家")
    expect(watcher.field("看到的名称")).to_have_value("示例误点处")
    assert "不能恢复" in asked[0]
    watcher.page.once("dialog", lambda dialog: dialog.accept())
    watcher.press("删去这一家")
    watcher.title("巡查")
    watcher.go(stop)
    watcher.title("巡查")
    expect(watcher.page.locator("#screen")).not_to_contain_text("示例误点处")


def test_what_the_desk_would_not_take_is_told_before_saving(watcher: Watcher) -> None:
    watcher.offline()
    patrol = watcher.begin()
    stop = watcher.unregistered(patrol, "示例上限处", PLACE)
    watcher.fill("学生（约，人）", "2001")
    watcher.item(stop, F4, "否", "黑" * 320)
    expect(watcher.field("问题描述")).to_have_value("黑" * 300)
    watcher.go(f"{stop}/save")
    watcher.title("保存这一家")
    expect(watcher.page.locator("#screen")).to_contain_text("学生人数最多填 2000")
    expect(watcher.page.get_by_role("button", name="保存这一家")).to_have_count(0)


def test_names_of_pupils_are_looked_at_before_a_place_is_taken(watcher: Watcher) -> None:
    patrol = watcher.begin()
    stop = watcher.unregistered(patrol, "示例姓名处", PLACE)
    watcher.fill("情况摘要", "看到学生王小明、李小红每天来")
    watcher.save(stop)
    until(watcher, f"{stop}/save", "保存这一家", "像是学生姓名")
    watcher.page.get_by_label("已核对，文中没有学生姓名").check()
    watcher.press("保存这一家")
    watcher.title("巡查")
    watcher.finish(patrol)
    watcher.submitted(patrol)


def test_a_later_edit_that_was_refused_is_told(watcher: Watcher) -> None:
    patrol = watcher.begin()
    stop = watcher.unregistered(patrol, "示例改动处", PLACE)
    watcher.fill("情况摘要", "三间教室")
    watcher.context.route("**/api/state/**", lambda route: route.abort())
    watcher.save(stop)
    until(watcher, patrol, "巡查", "已送达")
    watcher.page.wait_for_timeout(4000)
    watcher.go(stop)
    watcher.fill("情况摘要", "五间教室")
    watcher.context.unroute("**/api/state/**")
    until(watcher, patrol, "巡查", "有改动没有采用")
    expect(watcher.page.locator("#screen")).to_contain_text("后来的改动没有采用")
    watcher.go(stop)
    watcher.title("示例改动处")
    screen = watcher.page.locator("#screen")
    expect(screen).to_contain_text("后来的改动 1 项没有采用")
    expect(screen).to_contain_text("情况摘要：五间教室")
    expect(watcher.page.locator("dl.facts")).to_contain_text("三间教室")
    watcher.finish(patrol)
    watcher.submitted(patrol)
    expect(watcher.page.locator("header")).to_contain_text("已提交，有内容没有采用")


def test_logging_out_in_mid_patrol_leaves_what_is_open(watcher: Watcher) -> None:
    patrol = watcher.begin()
    stop = watcher.unregistered(patrol, "示例退出处", PLACE)
    watcher.fill("情况摘要", "三间教室")
    watcher.all_arrived()
    asked: list[str] = []

    def agree(dialog: Dialog) -> None:
        asked.append(dialog.message)
        dialog.accept()

    watcher.page.once("dialog", agree)
    watcher.go("#/phone")
    watcher.title("这部手机")
    watcher.press("退出登录")
    expect(watcher.page.get_by_text("先登录一次")).to_be_visible(timeout=SOON_MS)
    assert "还没有写入或者没有受理" in asked[0]
    watcher.sign_in()
    watcher.go(stop)
    watcher.title("示例退出处")
    expect(watcher.field("情况摘要")).to_have_value("三间教室")
    watcher.save(stop)
    watcher.finish(patrol)
    watcher.submitted(patrol)


def test_the_phone_says_how_much_of_the_register_it_carries(watcher: Watcher) -> None:
    watcher.go("#/p/new")
    watcher.title("开始巡查")
    expect(watcher.page.locator("#screen")).to_contain_text("一次巡查只由一人在手机上开始")
    patrol = watcher.begin()
    watcher.go(f"{patrol}/place")
    watcher.title("记录一家")
    screen = watcher.page.locator("#screen")
    expect(screen).to_contain_text("手机里带着名录全部")
    watcher.field("找机构").fill("没有这样一家机构")
    expect(screen).to_contain_text("名录中没有找到，请按未登记场所记录")
    change(watcher.page, {"places_known": 99999})
    watcher.page.reload()
    watcher.title("记录一家")
    expect(screen).to_contain_text("名录共 99999 家")
    watcher.field("找机构").fill("没有这样一家机构")
    expect(screen).to_contain_text("不等于没有登记")


def change(page: Page, what: dict[str, Any]) -> None:
    """Change what the phone was given about patrols."""
    page.evaluate(
        """async (what) => {
          const heard = (asked) => new Promise((done) => { asked.onsuccess = () => done(asked.result); });
          const { name } = (await indexedDB.databases()).find((one) => one.name.startsWith('field:'));
          const base = await heard(indexedDB.open(name));
          const store = base.transaction('meta', 'readwrite').objectStore('meta');
          const row = await heard(store.get('bundle'));
          const extras = row.value.forms.find((form) => form.key === 'monitors.outing').extras;
          Object.assign(extras, what);
          await heard(store.put(row));
          base.close();
        }""",
        what,
    )


def test_without_a_term_the_observation_says_so_and_keeps_what_was_written(watcher: Watcher) -> None:
    watcher.offline()
    watcher.go("#/")
    watcher.press("登记人流观察")
    watcher.title("人流观察")
    watcher.fill("地点", "示例大厦门口")
    watcher.field("找疑似机构").fill("培训")
    assert watcher.field("疑似机构").locator("option").count() > 1
    change(watcher.page, {"monitor": None, "places": None, "stages": None, "spot_kinds": None})
    watcher.page.reload()
    expect(watcher.page.locator("#screen")).to_contain_text("还不能登记")


def test_a_recorded_observation_is_only_read(watcher: Watcher) -> None:
    watcher.press("登记人流观察")
    watcher.title("人流观察")
    page = str(watcher.page.evaluate("location.hash"))
    now = datetime.now(UTC) + timedelta(hours=8)
    watcher.fill("观察开始", f"{now - timedelta(minutes=50):%Y-%m-%dT%H:%M}")
    watcher.fill("观察结束", f"{now - timedelta(minutes=10):%Y-%m-%dT%H:%M}")
    watcher.fill("地点", "示例大厦 5 号楼单元门口")
    watcher.field("场所类型").select_option(label="居民楼")
    watcher.fill("进入的学生", "2001")
    watcher.fill("看到的情况", "背书包的孩子按 12 楼")
    watcher.page.get_by_role("radio", name="是", exact=True).click()
    watcher.press("保存观察")
    expect(watcher.page.get_by_text("进入的学生人数最多填 2000")).to_be_visible()
    watcher.fill("进入的学生", "9")
    watcher.press("保存观察")
    watcher.title("今日巡查")
    until(watcher, "#/", "今日巡查", "已写入")
    watcher.go(page)
    watcher.title("人流观察")
    expect(watcher.page.locator("#screen")).to_contain_text("示例大厦 5 号楼单元门口")
    assert watcher.page.locator("#screen input, #screen select, #screen textarea").count() == 0
