"""The field app in a real browser: basements, dead tabs, lapsed logins, wrong clocks, two officers at one place."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.house import House
from tests.browser.officer import SOON_MS, Officer, photo_file
from tests.browser.visitor import Complaints

ITEMS = 43
FAILED = 12
IN_ORDER, FAILING = "是", "否"


class Crew:
    """Phones of one test; all are closed at its end."""

    def __init__(self, browser: Browser, house: House, complaints: Complaints) -> None:
        self.browser, self.house, self.complaints = browser, house, complaints
        self.phones: list[Officer] = []

    def phone(self, suffix: str = "officer") -> Officer:
        """A fresh phone of that person."""
        officer = Officer.arrive(self.browser, self.house, suffix, self.complaints)
        self.phones.append(officer)
        return officer


@pytest.fixture
def crew(browser: Browser, house: House) -> Iterator[Crew]:
    """Phones; nothing of the content policy may be broken on any of them."""
    people = Crew(browser, house, Complaints())
    yield people
    for officer in people.phones:
        officer.leave()
    serious = [line for line in people.complaints.found if "console: Failed to load" not in line]
    assert not serious, "\n".join(serious)


def answer_range(officer: Officer, visit: str, numbers: range) -> None:
    for number in numbers:
        officer.answer(visit, number, IN_ORDER)


def test_two_officers_do_a_whole_visit_without_network(
    crew: Crew, as_user: Callable[..., Page], tmp_path: Path
) -> None:
    one, two = crew.phone("officer"), crew.phone("education2")
    name = one.names()[0]
    one.offline()
    two.offline()
    one.page.reload()
    visit = one.visit(name)
    two.visit(name)
    one.enter_place(visit)
    answer_range(one, visit, range(1, FAILED))
    answer_range(two, visit, range(FAILED + 1, ITEMS + 1))

    two.answer(visit, FAILED, FAILING)
    two.fill("问题描述", "二层安全出口堆放桌椅，宽度不足1米")
    two.shoot(photo_file(tmp_path, 20), photo_file(tmp_path, 60, (4000, 3000)))
    two.press("登记为问题")
    two.field("问题类型").select_option(index=1)
    expect(two.field("问题事实")).to_have_value("二层安全出口堆放桌椅，宽度不足1米")
    two.page.get_by_role("radio", name="限期整改").click()
    two.shoot(photo_file(tmp_path, 90))
    two.press("保存问题")
    two.title("问题")

    one.go(f"{visit}/record")
    one.field("现场状态").select_option(label="正常营业")
    one.fill("现场情况", "两间教室正在上课，负责人在场。")
    one.fill("在场学生数", "17")
    one.go(f"{visit}/sketch")
    one.draw()
    one.press("存草图")
    one.title("现场记录")
    one.sign_officers(visit)
    one.go(f"{visit}/sign/party")
    one.fill("在场负责人姓名", "张某")
    one.page.get_by_role("radio", name="拒绝签字").click()
    one.fill("见证人", "社区李某")
    one.press("保存")
    one.title("签字")
    one.go(f"{visit}/end")
    one.press("确认离场")
    expect(one.page.locator("#screen")).to_contain_text("全部送达才算提交")
    expect(one.page.locator("#screen")).to_contain_text("待发")

    two.online()
    two.all_arrived()
    one.online()
    one.all_arrived()
    expect(one.page.locator("#screen")).not_to_contain_text("未采用", timeout=SOON_MS)

    desk = as_user("officer")
    uid = visit.split("/")[2]
    for _ in range(20):
        desk.goto(crew.house.address(f"/desk/visits/{uid}/"))
        if desk.get_by_text("已记录").count():
            break
        desk.wait_for_timeout(1000)
    main = desk.locator("main")
    expect(main).to_contain_text("已记录")
    expect(main).to_contain_text("二层安全出口堆放桌椅")
    expect(main).to_contain_text("拒绝签字")
    expect(main).to_contain_text("已全部写入")
    desk.get_by_role("link", name="查看手机记录").click()
    expect(desk.locator("main")).to_contain_text("哈希一致")
    expect(desk.locator("main")).not_to_contain_text("还没有收到")


def test_a_killed_tab_loses_no_letter(crew: Crew) -> None:
    officer = crew.phone()
    officer.offline()
    visit = officer.visit(officer.names()[1])
    officer.go(f"{visit}/record")
    officer.field("现场情况").press_sequentially("写到一半就没电")
    officer.page.wait_for_timeout(150)
    officer.reopen()
    officer.go(f"{visit}/record")
    expect(officer.field("现场情况")).to_have_value("写到一半就没电")
    officer.go("#/send")
    expect(officer.page.locator("#screen")).to_contain_text("现场记录")


def test_a_lapsed_login_keeps_the_queue(crew: Crew) -> None:
    officer = crew.phone()
    visit = officer.visit(officer.names()[1])
    officer.context.clear_cookies()
    officer.answer(visit, 3, IN_ORDER)
    officer.go("#/send")
    expect(officer.page.get_by_role("link", name="重新登录")).to_be_visible(timeout=SOON_MS)
    expect(officer.page.locator("#screen")).to_contain_text("待发 1 条")
    officer.sign_in()
    officer.all_arrived()


def test_two_phones_that_differ_are_decided_by_a_person(crew: Crew, as_user: Callable[..., Page]) -> None:
    one, two = crew.phone("officer"), crew.phone("education2")
    name = one.names()[1]
    one.offline()
    two.offline()
    visit = one.visit(name)
    two.visit(name)
    one.enter_place(visit)
    one.answer(visit, 20, IN_ORDER)
    two.answer(visit, 20, FAILING)
    for officer in (one, two):
        officer.online()
        officer.all_arrived()
    desk = as_user("officer")
    desk.goto(crew.house.address(f"/desk/visits/{visit.split('/')[2]}/"))
    for _ in range(20):
        if desk.get_by_text("填写不一致").count():
            break
        desk.wait_for_timeout(1000)
        desk.reload()
    desk.get_by_role("link", name="查看手机记录").click()
    card = desk.locator(".choice-card", has_text="否")
    card.get_by_role("button", name="以此为准").click()
    expect(desk.locator("main")).not_to_contain_text("两部手机填写不一致（")
    expect(desk.locator("main")).to_contain_text("已被后来的填写替代")


def test_a_photo_that_is_not_one_is_told_and_kept(crew: Crew, tmp_path: Path) -> None:
    officer = crew.phone()
    visit = officer.visit(officer.names()[1])
    fake = tmp_path / "假照片.jpg"
    fake.write_bytes(b"\xff\xd8\xff this is no picture")
    officer.enter_place(visit)
    officer.answer(visit, 2, FAILING)
    officer.shoot(fake)
    expect(officer.page.locator("#say")).to_contain_text("打不开")
    officer.go("#/send")
    expect(officer.page.locator("#screen")).to_contain_text("照片无法打开", timeout=SOON_MS * 2)
    expect(officer.page.locator("#screen")).to_contain_text("已收到，哈希一致")


def test_a_clock_of_1970_is_noticed_and_poisons_nothing(crew: Crew, as_user: Callable[..., Page]) -> None:
    officer = crew.phone()
    name = officer.names()[2]
    officer.offline()
    officer.page.clock.set_system_time(datetime(1970, 1, 1, tzinfo=UTC))
    officer.go("#/send")
    officer.go("#/")
    expect(officer.page.locator("#screen")).to_contain_text("手机时间不对")
    visit = officer.visit(name)
    officer.enter_place(visit)
    officer.page.clock.set_system_time(datetime.now(UTC))
    officer.online()
    officer.all_arrived()
    desk = as_user("officer")
    for _ in range(20):
        desk.goto(crew.house.address(f"/desk/visits/{visit.split('/')[2]}/"))
        if desk.get_by_text("已全部写入").count():
            break
        desk.wait_for_timeout(1000)
    expect(desk.locator("main")).not_to_contain_text("1970")
    desk.get_by_role("link", name="查看手机记录").click()
    expect(desk.locator("main")).to_contain_text("不可信，以收到时间为准")


def test_an_export_file_is_taken_in_at_the_desk(
    crew: Crew, as_user: Callable[..., Page], tmp_path: Path
) -> None:
    officer = crew.phone()
    visit = officer.visit(officer.names()[3])
    officer.offline()
    officer.enter_place(visit)
    officer.answer(visit, 5, FAILING)
    officer.shoot(photo_file(tmp_path, 130))
    officer.go("#/send")
    with officer.page.expect_download() as waiting:
        officer.press("导出文件")
    path = tmp_path / "sheet.json"
    waiting.value.save_as(path)
    sheet = json.loads(path.read_text(encoding="utf-8"))
    assert sheet["format"] == "field-record-1"
    assert len(sheet["files"]) == 1
    desk = as_user("officer")
    desk.goto(crew.house.address("/desk/field-records/import/"))
    desk.locator("input[type=file]").set_input_files(path)
    desk.get_by_role("button", name="导入", exact=True).click()
    expect(desk.locator("main")).to_contain_text(f"{len(sheet['operations'])} 条记录、1 个文件已收到")
    officer.online()
    officer.all_arrived()


def test_a_notice_is_checked_without_network(crew: Crew) -> None:
    officer = crew.phone()
    payload = officer.page.evaluate(
        """async () => {
          const { id } = JSON.parse(localStorage.getItem(`field-user:${document.body.dataset.home}`));
          const base = await new Promise((done) => {
            const asked = indexedDB.open(`field:${document.body.dataset.home}:${id}`);
            asked.onsuccess = () => done(asked.result);
          });
          const held = await new Promise((done) => {
            const asked = base.transaction('meta').objectStore('meta').get('bundle');
            asked.onsuccess = () => done(asked.result.value);
          });
          return held.forms[0].subjects.map((subject) => subject.notice?.payload).find(Boolean);
        }"""
    )
    officer.offline()
    officer.go("#/check")
    officer.field("核验码或网址").fill(f"https://example.test/verify/x/?p={payload}")
    officer.press("核验")
    expect(officer.page.locator("#screen")).to_contain_text("签名真实")
    forged = payload.replace(".2026", ".2025")
    officer.field("核验码或网址").fill(forged)
    officer.press("核验")
    expect(officer.page.locator("#screen")).to_contain_text("签名不对")
    officer.field("核验码或网址").fill("abcd-efgh-2222")
    officer.press("核验")
    expect(officer.page.locator("#screen")).to_contain_text("只凭核验码不能离线验真")
    officer.field("核验码或网址").fill("？")
    officer.press("核验")
    expect(officer.page.locator("#screen")).to_contain_text("看不懂")


def test_extracts_leave_the_phone_at_their_time(crew: Crew) -> None:
    officer = crew.phone()
    visit = officer.visit(officer.names()[0])
    officer.go(f"{visit}/extract")
    expect(officer.page.locator("#screen")).to_contain_text("证照情况")
    officer.offline()
    officer.page.clock.set_system_time(datetime.now(UTC) + timedelta(hours=25))
    officer.page.reload()
    officer.go("#/")
    expect(officer.page.locator("#screen")).to_contain_text("登记摘录已到期删除")
    officer.go(f"{visit}/extract")
    officer.title("登记摘录")
    expect(officer.page.locator("#screen")).not_to_contain_text("证照情况")
    expect(officer.page.locator("#screen")).not_to_contain_text("许可证号")


def test_leaving_removes_the_extracts_from_the_phone(crew: Crew) -> None:
    officer = crew.phone()
    officer.go("#/phone")
    officer.press("退出登录")
    expect(officer.page.locator("#screen")).to_contain_text("先登录一次")
    held = officer.page.evaluate(
        """async () => {
          const heard = (asked) => new Promise((done) => { asked.onsuccess = () => done(asked.result); });
          const texts = [];
          for (const { name } of await indexedDB.databases()) {
            const base = await heard(indexedDB.open(name));
            for (const store of base.objectStoreNames) {
              texts.push(JSON.stringify(await heard(base.transaction(store).objectStore(store).getAll())));
            }
            base.close();
          }
          return texts.join('');
        }"""
    )
    assert "执法证" not in held
    assert "许可证号" not in held
