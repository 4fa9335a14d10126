"""A monitor's phone when something was refused, typed too long, pressed by mistake, or carries more than it should."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Browser, Dialog, Page, expect

from tests.browser.house import House
from tests.browser.officer import COLD_MS, SOON_MS, photo_file
from tests.browser.test_patrol_offline import F4, PLACE
from tests.browser.watcher import Watcher


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
    watcher.title("巡查")
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
    change(watcher.page, {"places_known": None})
    watcher.page.reload()
    watcher.title("记录一家")
    expect(screen).to_contain_text("不一定是名录全部")
    expect(screen).not_to_contain_text("手机里带着名录全部")
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


def put(page: Page, store: str, row: dict[str, Any]) -> None:
    """Put one row into a store of the phone."""
    page.evaluate(
        """async ([store, row]) => {
          const heard = (asked) => new Promise((done) => { asked.onsuccess = () => done(asked.result); });
          const { name } = (await indexedDB.databases()).find((one) => one.name.startsWith('field:'));
          const base = await heard(indexedDB.open(name));
          await heard(base.transaction(store, 'readwrite').objectStore(store).put(row));
          base.close();
        }""",
        [store, row],
    )


def observe(watcher: Watcher, place: str, photo: Path) -> None:
    """Write an observation with one photo and save it."""
    watcher.press("登记人流观察")
    watcher.title("人流观察")
    now = datetime.now(UTC) + timedelta(hours=8)
    watcher.fill("观察开始", f"{now - timedelta(minutes=50):%Y-%m-%dT%H:%M}")
    watcher.fill("观察结束", f"{now - timedelta(minutes=10):%Y-%m-%dT%H:%M}")
    watcher.fill("地点", place)
    watcher.field("场所类型").select_option(label="居民楼")
    watcher.fill("进入的学生", "9")
    watcher.fill("看到的情况", "背书包的孩子按 12 楼")
    watcher.page.get_by_role("radio", name="是", exact=True).click()
    watcher.shoot(photo)
    watcher.press("保存观察")
    watcher.title("今日巡查")


def log_out_and_in(watcher: Watcher) -> None:
    """Log out whatever is asked, and come back."""
    watcher.page.once("dialog", lambda dialog: dialog.accept())
    watcher.go("#/phone")
    watcher.title("这部手机")
    watcher.press("退出登录")
    expect(watcher.page.get_by_text("先登录一次")).to_be_visible(timeout=SOON_MS)
    watcher.sign_in()


def test_logging_out_leaves_an_observation_whole_while_its_photo_waits(
    watcher: Watcher, tmp_path: Path
) -> None:
    refusal = {"status": 400, "json": {"error": "busy", "message": "文件没有收下，请稍后再发。"}}
    watcher.context.route("**/api/files/**", lambda route: route.fulfill(**refusal))
    observe(watcher, "示例大厦 7 号楼单元门口", photo_file(tmp_path, 170))
    until(watcher, "#/", "今日巡查", "已写入")
    before = {row["uid"] for row in stored(watcher.page, "operations")}
    (file,) = stored(watcher.page, "files")
    assert file["state"] == "REFUSED"
    log_out_and_in(watcher)
    assert {row["uid"] for row in stored(watcher.page, "operations")} == before
    screen = watcher.page.locator("#screen")
    expect(screen).to_contain_text("示例大厦 7 号楼单元门口")
    expect(screen).not_to_contain_text("没有保存")
    watcher.context.unroute("**/api/files/**")
    watcher.all_arrived()
    until(watcher, "#/send", "发送情况", "已收到，哈希一致")
    watcher.page.wait_for_timeout(2000)
    until(watcher, "#/", "今日巡查", "已写入")
    log_out_and_in(watcher)
    assert not stored(watcher.page, "operations"), "a finished observation leaves the phone as a whole"


def test_logging_out_leaves_a_patrol_that_has_not_ended(watcher: Watcher) -> None:
    patrol = watcher.begin()
    watcher.save(watcher.unregistered(patrol, "示例未完处", PLACE))
    until(watcher, patrol, "巡查", "已写入")
    log_out_and_in(watcher)
    kinds = {row["kind"] for row in stored(watcher.page, "operations")}
    assert {"start", "arrive", "stop"} <= kinds
    watcher.finish(patrol)
    watcher.submitted(patrol)
    log_out_and_in(watcher)
    assert not stored(watcher.page, "operations")


def test_a_suspected_place_once_chosen_stays_in_the_list(watcher: Watcher) -> None:
    watcher.offline()
    places = [
        {"uid": f"place-{number}", "name": f"示例机构{number:03}", "address": "", "initials": "", "state": ""}
        for number in range(80)
    ]
    change(watcher.page, {"places": places})
    watcher.go("#/")
    watcher.press("登记人流观察")
    watcher.title("人流观察")
    watcher.field("找疑似机构").fill("机构079")
    watcher.field("疑似机构").select_option(label="示例机构079")
    watcher.field("找疑似机构").fill("示例")
    options = watcher.field("疑似机构").locator("option")
    expect(options).to_have_count(52)
    expect(options.nth(1)).to_have_text("示例机构079")
    expect(watcher.field("疑似机构")).to_have_value("place-79")
    watcher.field("找疑似机构").fill("没有这一家")
    expect(watcher.field("疑似机构")).to_have_value("place-79")
    change(watcher.page, {"places": None})
    watcher.page.reload()
    watcher.title("人流观察")
    expect(watcher.field("疑似机构").locator("option:checked")).to_have_text("示例机构079")


def test_a_correction_after_another_phones_file_is_the_later_word(
    watcher: Watcher, browser: Browser, house: House, tmp_path: Path
) -> None:
    watcher.offline()
    patrol = watcher.begin()
    stop = watcher.unregistered(patrol, "示例换机处", PLACE)
    watcher.fill("情况摘要", "三间教室")
    watcher.go("#/send")
    with watcher.page.expect_download() as waiting:
        watcher.press("导出文件")
    sheet = tmp_path / "sheet.json"
    waiting.value.save_as(sheet)
    second = Watcher.arrive(browser, house, "monitor", watcher.complaints)
    try:
        second.offline()
        second.go("#/send")
        second.title("发送情况")
        second.page.get_by_label("导入另一部手机的文件").set_input_files(sheet)
        expect(second.page.get_by_text("条记录，联网后发送")).to_be_visible()
        taken = stored(second.page, "operations")
        second.go(stop)
        second.title("示例换机处")
        second.fill("情况摘要", "五间教室")
        second.go(patrol)
        second.title("巡查")
        second.go(stop)
        expect(second.field("情况摘要")).to_have_value("五间教室")
        known = {row["uid"] for row in taken}
        (later,) = [row for row in stored(second.page, "operations") if row["uid"] not in known]
        assert later["sequence"] > max(row["sequence"] for row in taken)
        assert later["lamport"] > max(row["lamport"] for row in taken)
    finally:
        second.leave()


def test_a_companions_end_lets_the_next_patrol_begin(watcher: Watcher) -> None:
    watcher.offline()
    patrol = watcher.begin()
    watcher.go("#/")
    watcher.title("今日巡查")
    expect(watcher.page.get_by_role("link", name="继续巡查")).to_be_visible()
    end = {"uid": "end", "device": "companion", "state": "APPLIED", "lamport": 9, "value": {}}
    merged = [{"kind": "end", "item": "", "standing": [end]}]
    put(watcher.page, "seen", {"subject": patrol.split("/")[2], "merged": merged})
    watcher.page.reload()
    watcher.title("今日巡查")
    expect(watcher.page.get_by_role("link", name="开始巡查")).to_be_visible()
    watcher.begin()


def test_a_dropping_that_was_refused_hides_no_place(watcher: Watcher) -> None:
    watcher.offline()
    patrol = watcher.begin()
    watcher.unregistered(patrol, "示例误删处", PLACE)
    watcher.page.once("dialog", lambda dialog: dialog.accept())
    watcher.press("删去这一家")
    watcher.title("巡查")
    screen = watcher.page.locator("#screen")
    expect(screen).not_to_contain_text("示例误删处")
    (dropped,) = [row for row in stored(watcher.page, "operations") if row["kind"] == "stop"]
    put(watcher.page, "operations", {**dropped, "state": "HELD", "reason": "这一家已经写入"})
    watcher.page.reload()
    watcher.title("巡查")
    row = screen.locator("a.row", has_text="示例误删处")
    expect(row).to_contain_text("没有受理")
    expect(row).to_contain_text("这一家已经写入")
