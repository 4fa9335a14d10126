"""Reading a QR code in the field app without the browser's own detector and without a network."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import segno
from PIL import Image
from playwright.sync_api import Browser, expect

from tests.browser.house import House
from tests.browser.officer import Officer
from tests.browser.visitor import Complaints
from tests.chromium import CHROMIUM_FLAGS, chromium_path

TYPED = "abcd-efgh-2222"
SEEN = f"https://example.test/verify/{TYPED.upper()}/"
WITHOUT = "delete globalThis.BarcodeDetector;"


def picture(text: str, size: tuple[int, int] = (640, 480)) -> Image.Image:
    """A code in the middle of a grey picture, as a camera sees a paper on a wall."""
    out = io.BytesIO()
    segno.make(text, error="m").save(out, kind="png", scale=6, border=4)
    code = Image.open(out).convert("RGB")
    frame = Image.new("RGB", size, (150, 150, 148))
    frame.paste(code, ((size[0] - code.width) // 2, (size[1] - code.height) // 2))
    return frame


@pytest.fixture(scope="module")
def filming(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """A browser whose camera films one paper with a code."""
    film = tmp_path_factory.mktemp("film") / "paper.mjpeg"
    frame = io.BytesIO()
    picture(SEEN).save(frame, "JPEG", quality=92)
    film.write_bytes(frame.getvalue() * 20)
    opened = browser.browser_type.launch(
        executable_path=chromium_path(),
        args=[
            *CHROMIUM_FLAGS,
            "--lang=zh-CN",
            "--use-fake-ui-for-media-stream",
            "--use-fake-device-for-media-stream",
            f"--use-file-for-fake-video-capture={film}",
        ],
        env={**os.environ, "LANGUAGE": "zh_CN"},
    )
    yield opened
    opened.close()


@pytest.fixture
def phone(filming: Browser, house: House) -> Iterator[Officer]:
    """A phone without a detector, in a basement, on the page that checks notices."""
    heard = Complaints()
    officer = Officer.arrive(filming, house, "officer", heard)
    officer.context.add_init_script(WITHOUT)
    officer.page.reload()
    officer.page.evaluate("navigator.serviceWorker.ready")
    officer.offline()
    officer.page.reload()
    assert officer.page.evaluate("'BarcodeDetector' in globalThis") is False
    officer.go("#/check")
    yield officer
    officer.leave()
    serious = [line for line in heard.found if "console: Failed to load" not in line]
    assert not serious, "\n".join(serious)


def test_the_camera_reads_a_code_without_a_detector_and_without_network(phone: Officer) -> None:
    assert phone.page.evaluate("'jsQR' in globalThis") is False
    phone.press("用相机扫码")
    expect(phone.page.locator("#screen")).to_contain_text("只凭核验码不能离线验真")
    expect(phone.page.locator("video")).to_have_count(0)


def test_a_photo_of_a_code_is_read_and_one_without_is_told(phone: Officer, tmp_path: Path) -> None:
    plain, paper = tmp_path / "plain.jpg", tmp_path / "paper.jpg"
    Image.new("RGB", (900, 700), (180, 180, 170)).save(plain)
    picture(SEEN, (2400, 1800)).save(paper, quality=85)
    chooser = phone.page.get_by_label("选二维码照片")
    chooser.set_input_files(plain)
    expect(phone.page.locator("#screen")).to_contain_text("照片上没有读出二维码")
    chooser.set_input_files(paper)
    expect(phone.page.locator("#screen")).to_contain_text("只凭核验码不能离线验真")
