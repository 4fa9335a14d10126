"""A third party verifies a draw with the published files alone, the network switched off."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.house import House
from tests.browser.visitor import DESK, PHONE


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["1366", "390"])
def test_a_passer_by_verifies_a_draw(
    as_user: Callable[..., Page], house: House, tmp_path: Path, size: dict[str, int]
) -> None:
    page = as_user(size=size)
    page.goto(house.address("/draws/"))
    published = page.locator("article", has_text="结果已公示").first
    published.get_by_role("link").first.click()
    announced = page.locator("#pool-hash").inner_text()
    for name in ("冻结名录文件", "抽取结果文件"):
        with page.expect_download() as download:
            page.get_by_role("link", name=name).click()
        download.value.save_as(tmp_path / f"{name}.json")
    page.get_by_role("link", name="核验", exact=True).click()
    page.context.set_offline(True)
    page.get_by_label("抽取结果文件").set_input_files(tmp_path / "抽取结果文件.json")
    page.get_by_label("另存的冻结名录文件").set_input_files(tmp_path / "冻结名录文件.json")
    page.get_by_label("抽取前公布的校验值").fill(announced)
    page.get_by_role("button", name="重新抽取并比较").click()
    answer = page.locator("[data-draw-answer]")
    expect(answer).to_contain_text("一致：重新抽取得到完全相同的结果")
    expect(answer).not_to_contain_text("不一致")

    record = json.loads((tmp_path / "抽取结果文件.json").read_text(encoding="utf-8"))
    record["pool"]["targets"][0]["name"] = "换掉的机构"
    (tmp_path / "changed.json").write_text(json.dumps(record), encoding="utf-8")
    page.get_by_label("抽取结果文件").set_input_files(tmp_path / "changed.json")
    page.get_by_role("button", name="重新抽取并比较").click()
    expect(answer).to_contain_text("不一致")
    expect(answer).to_contain_text("冻结名录的校验值")
    (tmp_path / "broken.json").write_text("{", encoding="utf-8")
    page.get_by_label("抽取结果文件").set_input_files(tmp_path / "broken.json")
    page.get_by_role("button", name="重新抽取并比较").click()
    expect(answer).to_contain_text("请重新下载")
