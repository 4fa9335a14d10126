"""Enforcement in a browser: a fair draw, a visit without network, a notice closed, a case archived, all verified.

The tests of this file tell one story and build on each other. One place is drawn with its two officers; they
visit it in a basement; one problem goes into a rectification notice and is closed, the other becomes a penalty
case and is archived; and a stranger verifies draw and notice with the published files alone.
"""

from __future__ import annotations

import io
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field as attribute
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.house import House
from tests.browser.officer import SOON_MS, Officer, photo_file
from tests.browser.test_main_job import Story, button, fetched, field, fill, link, moment, pdf_text, press, told
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
    told_ = Enforcement(_visitors, house, Complaints(), tmp_path_factory.mktemp("enforcement"), browser=browser)
    yield told_
    serious = [line for line in told_.complaints.found if "console: Failed to load" not in line]
    assert not serious, "\n".join(serious)


@pytest.fixture(autouse=True)
def _windows(story: Enforcement) -> Iterator[None]:
    yield
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
    link(passer_by.locator("main"), TITLE).click()
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
