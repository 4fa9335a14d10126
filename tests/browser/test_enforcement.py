"""Enforcement in a browser: a fair draw, a visit without network, a notice closed, a case archived, all verified.

The tests of this file tell one story and build on each other. One place is drawn with its two officers; they
visit it in a basement; one problem goes into a rectification notice and is closed, the other becomes a penalty
case and is archived; and a stranger verifies draw and notice with the published files alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from dataclasses import field as attribute
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.house import House
from tests.browser.officer import Officer, photo_file
from tests.browser.test_main_job import (
    Story,
    button,
    field,
    fill,
    link,
    moment,
    press,
    told,
)
from tests.browser.visitor import PHONE, Complaints, Visitors

ROOT = Path(__file__).resolve().parents[2]
TITLE = "2026 年冬季双随机抽查（验收）"
CHECKLIST = "联合检查表（五个方面）"
PASS, FAIL = "合格", "不合格"
ITEMS, FAILED, DISPUTED = 19, 12, 5
NOTICED = "二层安全出口堆放桌椅，宽度不足1米"
PROSECUTED = "许可证核准美术，另开小学数学班2个"
ACT = "非学科类机构开展学科类培训"
VALUE = "03 11 18 24 29 33 07"


@dataclass
class Enforcement(Story):
    """What later chapters need from earlier ones."""

    browser: Browser | None = None
    draw: str = ""
    announced: str = ""
    outing: str = ""
    place: str = ""
    officers: list[tuple[str, str]] = attribute(default_factory=list)
    pad: str = ""
    case: str = ""

    @property
    def lead(self) -> str:
        """Suffix of the first drawn officer's account."""
        return self.officers[0][1]

    def phone(self, number: int) -> Officer:
        """A drawn officer's phone."""
        assert self.browser is not None
        return Officer.arrive(self.browser, self.house, self.officers[number][1], self.complaints)

    def ask(self, expression: str) -> str:
        """What the database says, for what a person would read off a card or a camera."""
        return self.house.run("shell", "-v", "0", "-c", expression).strip().splitlines()[-1]


@pytest.fixture(scope="module")
def story(
    _visitors: Visitors, house: House, browser: Browser, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Enforcement]:
    """The story told by this file; nothing may be heard on the console from its first page to its last."""
    told_ = Enforcement(
        _visitors, house, Complaints(), tmp_path_factory.mktemp("enforcement"), browser=browser
    )
    import json  # SCRATCH
    import os

    if os.environ.get("STORY_STATE") and Path(os.environ["STORY_STATE"]).exists():  # SCRATCH
        told_.__dict__.update(json.loads(Path(os.environ["STORY_STATE"]).read_text()))  # SCRATCH
    yield told_
    serious = [line for line in told_.complaints.found if "console: Failed to load" not in line]
    assert not serious, "\n".join(serious)


@pytest.fixture(autouse=True)
def _windows(story: Enforcement) -> Iterator[None]:
    yield
    import json  # SCRATCH

    Path("/tmp/h/story_state.json").write_text(
        json.dumps({k: v for k, v in story.__dict__.items() if isinstance(v, (str, list))})
    )  # SCRATCH
    story.visitors.leave()


def china() -> datetime:
    """Now, as a clock in the county shows it."""
    return datetime.now(ZoneInfo("Asia/Shanghai"))


def pick(page: Page, label: str, words: str) -> None:
    """Choose the option that holds these words."""
    box = field(page, label)
    box.select_option(value=box.locator("option", has_text=words).first.get_attribute("value"))


def day(days: int = 0) -> str:
    """A day for a browser's control."""
    return (china() + timedelta(days=days)).strftime("%Y-%m-%d")


# -- draw ----------------------------------------------------------------------------------------------------


def test_01_the_pool_is_frozen_before_the_value_exists(story: Enforcement) -> None:
    page = story.enter("officer", "/desk/draws/")
    link(page, "拟定抽查").click()
    fill(page, 名称=TITLE, 抽查事项="办学资质、培训行为、收费和预收费监管、场所安全")
    fill(page, 检查开始日期=day(), 检查结束日期=day(2), 此日以来没有检查过=f"{china().year}-01-01")
    fill(page, 公开值来源="中国福利彩票双色球 2026 年第 140 期开奖号码（演示）")
    pick(page, "检查清单", CHECKLIST)
    page.get_by_role("checkbox", name="证照齐全", exact=True).check()
    for layer, share in {"高风险": 0, "中风险": 0, "低风险": 1, "未评定风险": 0}.items():
        page.get_by_label(f"{layer}（%）").fill(str(share))
    due = china() + timedelta(seconds=12)
    page.get_by_label(re.compile("^公开值产生时间")).fill(due.strftime("%Y-%m-%dT%H:%M:%S"))
    press(page, "保存草稿")
    told(page, "草稿已保存")
    story.draw = page.url
    head = story.enter("head", story.draw)
    press(head, "冻结名录并公布校验值")
    told(head, "名录已冻结")
    passer_by = story.enter("", "/draws/", PHONE)
    link(passer_by.locator("main"), TITLE).first.click()
    expect(passer_by.locator("main")).to_contain_text("等待公开值")
    story.announced = passer_by.locator("#pool-hash").inner_text()
    page.reload()
    expect(page.locator("main")).to_contain_text("才产生，现在不能录入")
    page.wait_for_timeout(max(0, (due - china()).total_seconds() * 1000 + 500))


def test_02_two_people_read_the_value_and_the_draw_makes_the_outing(story: Enforcement) -> None:
    page = story.enter("officer", story.draw)
    link(page.locator("main"), "录入公开值").click()
    fill(page, 公开值=VALUE, 出处="福彩中心开奖公告（演示）")
    press(page, "录入公开值")
    second = story.enter("legal", story.draw)
    link(second.locator("main"), "复核公开值").click()
    fill(second, 再次录入公开值=VALUE)
    press(second, "复核公开值")
    press(page, "抽取") if button(page.locator("main"), "抽取").count() else page.reload()
    head = story.enter("head", story.draw)
    press(head, "抽取")
    told(head, "抽取完成")
    page.goto(story.draw)
    press(page, "生成检查方案")
    told(page, "检查方案已按组生成")
    story.place = page.locator("tbody").get_by_role("link").first.inner_text()
    numbers = re.findall(r"（(\d{10,})）", page.locator("main").inner_text())
    assert len(numbers) == 2, numbers
    for number in numbers:
        story.officers.append(_officer(story, number))
    link(page.locator("main"), "检查方案").click()
    story.outing = page.url


def _officer(story: Enforcement, certificate: str) -> tuple[str, str]:
    """Name and account of the holder of a certificate."""
    found = story.ask(
        "from accounts.models import OfficerCertificate as C;"
        f"row = C.objects.select_related('user').get(number='{certificate}');"
        "print(row.user.name, row.user.username)"
    )
    name, username = found.split()
    return name, username.removeprefix("wushan-")


def test_03_approved_and_notified(story: Enforcement) -> None:
    page = story.enter(story.lead, story.outing)
    link(page.locator("main"), "列入年度计划").click()
    fill(page, 计划外理由="年度抽查计划以外的冬季抽查。")
    press(page, "保存")
    told(page, "已登记")
    press(page, "送审")
    told(page, "已送审")
    boss = story.enter("leader", story.outing)
    link(boss.locator("main"), "批准").click()
    fill(boss, 审批意见="同意。")
    press(boss, "批准")
    told(boss, "已批准")
    page.reload()
    press(page, "下达检查通知")
    told(page, "检查通知书已制作")
    link(page.locator("main"), story.place).click()
    story.visit = page.url
    head = story.enter("head", "/desk/field-pads/")
    link(head.locator("main"), "发放号码簿").click()
    pick(head, "领用人", story.officers[0][0])
    press(head, "发放")
    story.pad = head.get_by_role("heading", level=1).inner_text()


# -- visit without network -----------------------------------------------------------------------------------


def test_04_two_officers_in_a_basement(story: Enforcement) -> None:
    one, two = story.phone(0), story.phone(1)
    one.offline()
    two.offline()
    visit = one.visit(story.place)
    two.visit(story.place)
    one.enter_place(visit)
    for number in range(1, FAILED):
        one.answer(visit, number, PASS)
    for number in (DISPUTED, *range(FAILED + 1, ITEMS + 1)):
        two.answer(visit, number, "不适用" if number == DISPUTED else PASS)
    _problems(two, visit, story.folder)
    _site_record(one, visit)
    one.reopen()
    one.go(f"{visit}/record")
    expect(one.field("现场情况")).to_have_value("两间教室正在上课，负责人在场。")
    one.sign_officers(visit)
    _party_signs(one, visit)
    one.go(f"{visit}/slip")
    one.page.get_by_role("button", name=re.compile("^使用 ")).click()
    expect(one.page.locator("#screen")).to_contain_text("照下面抄到号码簿该页")
    expect(one.page.locator(".slip-number")).to_have_text(re.compile(re.escape(story.pad.split()[-1])))
    one.go(f"{visit}/end")
    one.press("确认离场")
    expect(one.page.locator("#screen")).to_contain_text("全部送达才算提交")
    two.online()
    two.all_arrived()
    one.online()
    one.all_arrived()
    for officer in (one, two):
        expect(officer.page.locator("#screen")).not_to_contain_text("未收下")
        officer.leave()


def _problems(officer: Officer, visit: str, folder: Path) -> None:
    """One item fails and must be put right in a term; something else is seen that calls for a case."""
    officer.answer(visit, FAILED, FAIL)
    officer.fill("问题描述", NOTICED)
    officer.shoot(photo_file(folder, 20), photo_file(folder, 60, (4000, 3000)))
    officer.press("登记为问题")
    officer.field("问题类型").select_option(label="有重大安全隐患未及时采取措施")
    officer.page.get_by_role("radio", name="限期整改").click()
    officer.shoot(photo_file(folder, 90))
    officer.press("保存问题")
    officer.title("问题")
    officer.press("登记其他问题")
    officer.field("问题类型").select_option(label=ACT)
    officer.fill("问题事实", PROSECUTED)
    officer.page.get_by_role("radio", name="移送或立案").click()
    officer.shoot(photo_file(folder, 130))
    officer.press("保存问题")
    officer.title("问题")


def _site_record(officer: Officer, visit: str) -> None:
    officer.go(f"{visit}/record")
    officer.field("现场状态").select_option(label="正常营业")
    officer.fill("在场学生数", "17")
    officer.field("现场情况").press_sequentially("两间教室正在上课，负责人在场。")
    officer.page.wait_for_timeout(150)


def _party_signs(officer: Officer, visit: str) -> None:
    officer.go(f"{visit}/sign/party")
    officer.fill("在场负责人姓名", "向南星")
    officer.page.get_by_role("radio", name="签字", exact=True).click()
    officer.draw()
    officer.press("保存")
    officer.title("签字")


def test_05_the_differing_answer_is_decided(story: Enforcement) -> None:
    page = story.enter(story.lead, story.visit)
    _until(page, "填写不一致")
    link(page.locator("main"), "查看手机记录").click()
    main = page.locator("main")
    button(main.locator(".choice-card", has_text=PASS), "以此为准").click()
    expect(main).not_to_contain_text("两部手机填写不一致（")
    page.goto(story.visit)
    _until(page, "已全部写入")
    expect(main).to_contain_text("已记录")
    expect(main).to_contain_text(NOTICED)
    expect(main).to_contain_text(PROSECUTED)
    link(main, "查看手机记录").click()
    expect(main).to_contain_text("哈希一致")
    expect(main).to_contain_text("已被后来的填写替代")
    expect(main).not_to_contain_text("还没有收到")
    page.goto(story.at("/desk/field-pads/"))
    row = page.get_by_role("row").filter(has_text=story.officers[0][0]).filter(has_text=story.pad.split()[-1])
    expect(row.locator("[data-label=已用]")).to_have_text("1")


def _until(page: Page, words: str) -> None:
    """Ask again until the worker has merged what the phones sent."""
    for _ in range(20):
        if page.locator("main").get_by_text(words).count():
            return
        page.wait_for_timeout(1000)
        page.reload()
    expect(page.locator("main")).to_contain_text(words)


# -- notice --------------------------------------------------------------------------------------------------


def test_06_the_notice_is_issued_and_served(story: Enforcement) -> None:
    page = story.enter(story.lead, story.visit)
    button(page, "起草县教委整改通知书").click()
    told(page, "草稿已按检查记录填好")
    press(page, "制发")
    told(page, "整改通知书已制发")
    heading = page.get_by_role("heading", level=1)
    expect(heading).to_have_text(re.compile(r"〔\d{4}〕\d+号"))
    story.notice, story.number = page.url, heading.inner_text().strip()
    link(page.locator("main"), "登记送达").click()
    page.get_by_role("radio", name="直接送达").check()
    fill(page, 送达时间=moment(), 签收人="向南星")
    _two_servers(page, story)
    page.get_by_label(re.compile("^送达证明")).set_input_files(photo_file(story.folder, 170))
    press(page, "登记送达")
    told(page, "送达已登记")
    expect(page.locator("main")).to_contain_text("送达回证")


def _two_servers(page: Page, story: Enforcement) -> None:
    for label, (name, _) in zip(("送达人一", "送达人二"), story.officers, strict=True):
        pick(page, label, name)


def test_07_the_problem_that_calls_for_a_case_is_referred_and_the_visit_ends(story: Enforcement) -> None:
    page = story.enter(story.lead, story.visit)
    link(page.locator("main"), PROSECUTED).click()
    link(page.locator("main"), "移送").click()
    fill(page, 移送去向="县教委立案")
    press(page, "移送")
    story.case = page.url
    page.goto(story.visit)
    press(page, "告知结果并办结")
    told(page, "检查结果告知书已制发")
    page.goto(story.outing)
    press(page, "结束检查")
    told(page, "检查已结束")
