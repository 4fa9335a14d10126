"""A whole report on a phone-sized page: photos, a lost connection, tracking, and the form without script."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.browser.house import House, opened
from tests.browser.looking import faults_of
from tests.browser.visitor import DESK, PHONE, WATCH_CSP, Complaints
from tests.complaints.door import photo

WORLD = (
    "from tests.conftest import build_world; from casework.management.commands.load_reference import load_policies;"
    "build_world(); load_policies()"
)
TEXT = "三楼东侧每周六上午有人教数学，二十多个学生。我叫韦晓岚，电话13900001234。"


@pytest.fixture(scope="module")
def door() -> Iterator[House]:
    """A house with the small world: the public door needs no demonstration."""
    with opened("report", 6, seed=False, worker=False) as house:
        house.run("shell", "-v", "0", "-c", WORLD)
        yield house


@pytest.fixture
def page_of(browser: Browser, door: House) -> Iterator[Any]:
    contexts, heard = [], Complaints()

    def enter(size: dict[str, int] = PHONE, **options: Any) -> Page:
        context = browser.new_context(
            viewport={"width": size["width"], "height": size["height"]}, locale="zh-CN",
            timezone_id="Asia/Shanghai", service_workers="block", reduced_motion="reduce",
            is_mobile=size == PHONE, has_touch=size == PHONE, **options,
        )  # fmt: skip
        context.set_default_timeout(30_000)
        contexts.append(context)
        page = context.new_page()
        if options.get("java_script_enabled", True):
            context.add_init_script(WATCH_CSP)
            heard.watch(page)
        return page

    yield enter
    for context in contexts:
        context.close()
    said = [line for line in heard.found if "ERR_CONNECTION_FAILED" not in line]
    assert not said, "\n".join(said)


def photos(folder: Path) -> list[Path]:
    found = []
    for number in (1, 2):
        path = folder / f"IMG_{number}.jpg"
        path.write_bytes(photo(number, serial=f"BROWSER{number}", size=(2400, 1800)))
        found.append(path)
    return found


def next_step(page: Page) -> None:
    page.locator("[data-next]").click()


def checked(page: Page) -> None:
    assert faults_of(page) == []


def test_a_whole_report_with_a_lost_connection(page_of: Any, door: House, tmp_path: Path) -> None:
    page = page_of(geolocation={"longitude": 109.8795, "latitude": 31.0752}, permissions=["geolocation"])
    page.goto(door.address("/report/"))
    checked(page)
    next_step(page)
    expect(page.locator("[data-send-error]")).to_contain_text("请选一项")
    page.get_by_text("无证或证照不全培训").click()
    next_step(page)
    page.locator("input[data-add][multiple]").set_input_files(photos(tmp_path))
    expect(page.locator(".photo-item")).to_have_count(2)
    checked(page)
    page.get_by_role("button", name="涂抹照片 1").click()
    canvas = page.locator("[data-blur-canvas]")
    expect(canvas).to_be_visible()
    box = canvas.bounding_box()
    before = page.evaluate("document.querySelector('[data-blur-canvas]').toDataURL()")
    page.mouse.move(box["x"] + 60, box["y"] + 60)
    page.mouse.down()
    page.mouse.move(box["x"] + 160, box["y"] + 120, steps=6)
    page.mouse.up()
    assert page.evaluate("document.querySelector('[data-blur-canvas]').toDataURL()") != before
    page.locator("[data-blur-save]").click()
    next_step(page)
    page.locator("[data-locate]").click()
    expect(page.locator("[data-place-state]")).to_contain_text("已取得位置")
    page.locator("[data-map-open]").click()
    expect(page.locator(".leaflet-container")).to_be_visible()
    page.locator("[data-map-pick]").click()
    expect(page.locator("[data-place-state]")).to_contain_text("已选定 31.07")
    page.get_by_label("详细地点").fill("示例小区3栋")
    checked(page)
    next_step(page)
    page.locator("[data-now]").click()
    next_step(page)
    page.get_by_label("经过", exact=False).first.fill(TEXT)
    page.get_by_label("机构或老师的名称").click()
    expect(page.locator("[data-own-warning]")).to_contain_text("手机号")
    checked(page)
    page.wait_for_timeout(600)
    page.reload()
    expect(page.locator("[data-draft-note]")).to_be_visible()
    assert page.locator("[name=text]").input_value() == TEXT
    next_step(page)
    checked(page)
    next_step(page)
    expect(page.locator("[data-preview-box]")).to_contain_text("我叫〔已隐去〕")
    expect(page.locator("[data-preview-box] .photo-item")).to_have_count(2)
    checked(page)
    lost = {"count": 0}

    def lose(route: Route) -> None:
        lost["count"] += 1
        if lost["count"] in {2, 3}:
            route.abort("connectionfailed")
        else:
            route.continue_()

    page.route("**/report/upload/part/", lose)
    next_step(page)
    expect(page.locator("[data-receipt]")).to_be_visible(timeout=90_000)
    assert lost["count"] > 3
    checked(page)
    code = page.locator("[data-receipt]").get_attribute("data-receipt")
    assert re.fullmatch(r"\d{16}", code)
    assert code not in page.url
    with page.expect_download() as download:
        page.locator("[data-receipt-picture]").click()
    assert Path(download.value.path()).read_bytes().startswith(b"\x89PNG")
    page.goto(door.address("/report/"))
    expect(page.locator("form.stepped")).to_be_visible()
    assert page.locator("[data-draft-note]").is_hidden()
    follow(page, door, code)


def follow(page: Page, door: House, code: str) -> None:
    page.goto(door.address("/report/track/"))
    checked(page)
    page.get_by_label("查询码").fill(f"{code[:4]} {code[4:8]} {code[8:12]} {code[12:]}")
    page.get_by_role("button", name="查进度").click()
    expect(page.locator(".verdict")).to_contain_text("已登记")
    assert code not in page.url
    expect(page.locator("dl.facts")).to_contain_text("2 个")
    checked(page)
    page.get_by_label("补充的话").fill("他们搬到五楼了。")
    page.get_by_role("button", name="补充", exact=True).click()
    expect(page.locator(".talk")).to_contain_text("他们搬到五楼了")


def test_the_form_without_script(page_of: Any, door: House, tmp_path: Path) -> None:
    page = page_of(java_script_enabled=False)
    page.goto(door.address("/report/"))
    page.get_by_text("违规广告和招生").click()
    page.locator("[name=text]").fill("电梯里贴了广告，家长电话13900001234。")
    page.get_by_role("button", name="先看办理人会看到什么").click()
    assert "〔已隐去〕" in page.locator("#preview").inner_text()
    page.locator("#files").set_input_files(photos(tmp_path)[:1])
    page.get_by_role("button", name="发送").click()
    code = page.locator("[data-receipt]").get_attribute("data-receipt")
    page.get_by_role("button", name="现在看办理进度").click()
    assert "等待筛查" in page.locator(".verdict").inner_text()
    assert code not in page.url


@pytest.mark.parametrize("path", ["/report/", "/report/track/", "/report/privacy/"])
def test_wide_pages(page_of: Any, door: House, path: str) -> None:
    page = page_of(size=DESK)
    page.goto(door.address(path))
    checked(page)
