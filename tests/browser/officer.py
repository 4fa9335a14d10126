"""An officer with a phone: a window of its own, with storage, service worker, position and a network that can go."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from accounts import demo as accounts
from tests.browser.house import SLUG, House
from tests.browser.visitor import PHONE, WAIT_MS, WATCH_CSP, Complaints

SOON_MS = 40_000
COLD_MS = 90_000  # the first send of a house that has just begun, on a machine with other work


@dataclass
class Officer:
    """One officer's phone, at the app."""

    house: House
    context: BrowserContext
    page: Page
    complaints: Complaints
    username: str

    @classmethod
    def arrive(cls, browser: Browser, house: House, suffix: str, complaints: Complaints) -> Officer:
        """Sign in on a phone, open the app, fetch the day, and wait until it would work offline."""
        context = browser.new_context(
            viewport={"width": PHONE["width"], "height": PHONE["height"]},
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            has_touch=True,
            is_mobile=True,
            reduced_motion="reduce",
            geolocation={"longitude": 109.8789, "latitude": 31.0747, "accuracy": 8},
            permissions=["geolocation"],
        )
        context.set_default_timeout(WAIT_MS)
        context.add_init_script(WATCH_CSP)
        officer = cls(house, context, context.new_page(), complaints, accounts.username(SLUG, suffix))
        complaints.watch(officer.page)
        officer.sign_in()
        officer.page.evaluate("navigator.serviceWorker.ready")
        return officer

    def sign_in(self) -> None:
        """The sign-in form, back to the app."""
        self.page.goto(self.house.address("/accounts/login/") + f"?next=/b/{SLUG}/field/")
        self.page.get_by_label("账号").fill(self.username)
        self.page.get_by_label("密码", exact=False).first.fill(accounts.password(SLUG))
        self.page.get_by_role("button", name="登录").click()
        expect(self.page.locator("a.row[href*='#/v/']").first).to_be_visible()

    def offline(self) -> None:
        """Go down into the basement."""
        self.context.set_offline(True)

    def online(self) -> None:
        """Come up again."""
        self.context.set_offline(False)

    def reopen(self) -> None:
        """The tab dies without a word and is opened anew."""
        address = self.page.url.split("#")[0]
        self.page.close(run_before_unload=False)
        self.page = self.context.new_page()
        self.complaints.watch(self.page)
        self.page.goto(address)

    def visit(self, name: str, outing: str = "") -> str:
        """Open a visit from today's list; its address inside the app. `outing` where a place has two today."""
        self.go("#/")
        rows = self.page.locator("a.row[href*='#/v/']", has_text=name)
        rows.filter(has_text=outing).click()
        self.title(name)
        return str(self.page.evaluate("location.hash"))

    def names(self) -> list[str]:
        """Names of today's visits."""
        return self.page.locator("a.row[href*='#/v/'] strong").all_inner_texts()

    def go(self, address: str) -> None:
        """A screen by its address."""
        self.page.evaluate("address => { location.hash = address }", address)

    def title(self, words: str) -> None:
        """The screen is the one with that heading."""
        expect(self.page.locator("#title")).to_have_text(words)

    def press(self, name: str) -> None:
        """A button or a link by its words."""
        self.page.get_by_role("button", name=name, exact=True).or_(
            self.page.get_by_role("link", name=name, exact=True)
        ).first.click()

    def field(self, label: str) -> Locator:
        """A control by the beginning of its label."""
        return self.page.get_by_label(re.compile(f"^{label}"))

    def fill(self, label: str, words: str) -> None:
        """Type and leave the control."""
        self.field(label).fill(words)
        self.field(label).blur()

    def enter_place(self, visit: str) -> None:
        """进场, unless somebody has entered before."""
        self.go(f"{visit}/start")
        self.title("进场")
        if self.page.get_by_text("已进场", exact=True).count():
            return
        self.press("现在进场")
        self.title_not("进场")

    def title_not(self, words: str) -> None:
        """The screen has changed."""
        expect(self.page.locator("#title")).not_to_have_text(words)

    def answer(self, visit: str, number: int, label: str) -> None:
        """One question of the checklist."""
        self.go(f"{visit}/list/{number}")
        expect(self.page.locator(".counter")).to_contain_text(f"第 {number} 项")
        self.page.get_by_role("radio", name=label, exact=True).click()
        expect(self.page.get_by_role("radio", name=label, exact=True)).to_have_attribute(
            "aria-checked", "true"
        )
        expect(self.page.locator(".photo-add")).to_be_visible()

    def shoot(self, *files: Path) -> None:
        """Take photos at the screen's camera button."""
        before = self.page.locator("figure.photo").count()
        self.page.locator("input[type=file][accept='image/*']").first.set_input_files(list(files))
        expect(self.page.locator("figure.photo")).to_have_count(before + len(files))

    def draw(self) -> None:
        """A few strokes on the board."""
        board = self.page.locator("canvas.board")
        board.scroll_into_view_if_needed()
        box = board.bounding_box()
        assert box
        self.page.mouse.move(box["x"] + 30, box["y"] + 40)
        self.page.mouse.down()
        for step in range(1, 9):
            self.page.mouse.move(box["x"] + 30 + step * 25, box["y"] + 40 + (step % 3) * 30)
        self.page.mouse.up()

    def sign_officers(self, visit: str) -> None:
        """Two officers put their names."""
        for number in range(2):
            self.go(f"{visit}/sign")
            self.title("签字")
            self.page.locator("a.row[href*='officer:']").nth(number).click()
            self.draw()
            self.press("确认签名")
            self.title("签字")

    def all_arrived(self) -> None:
        """Until the app says that the server has every word and every hash."""
        self.go("#/send")
        expect(self.page.locator("#screen")).to_contain_text("服务器已逐一确认", timeout=SOON_MS)

    def leave(self) -> None:
        """Close the phone's windows."""
        self.context.close()


def photo_file(folder: Path, shade: int, size: tuple[int, int] = (640, 480)) -> Path:
    """A picture as a phone takes it."""
    path = folder / f"现场{shade}.jpg"
    picture = Image.new("RGB", size, (shade, 90, 120))
    for offset in range(0, min(size), 7):
        picture.putpixel((offset, (offset * shade) % size[1]), (255, 255, shade))
    target = io.BytesIO()
    picture.save(target, "JPEG")
    path.write_bytes(target.getvalue())
    return path
