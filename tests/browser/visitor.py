"""People in front of the screen: sign in once per session, watch what the browser complains about."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Response

from accounts import demo as accounts
from tests.browser.house import SLUG, House

DESK = {"width": 1366, "height": 900}
PHONE = {"width": 390, "height": 844}
WAIT_MS = 15_000
WATCH_CSP = """
document.addEventListener('securitypolicyviolation', function (event) {
  console.error('CSP ' + event.violatedDirective + ' ' + event.blockedURI + ' ' + event.sourceFile);
});
"""


@dataclass
class Complaints:
    """What a page said on the console, scripts that failed, answers of 500 and above."""

    found: list[str] = field(default_factory=list)

    def watch(self, page: Page) -> None:
        """Listen to a page from now on."""
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.found.append(f"{page.url} script: {error}"))
        page.on("response", self._response)

    def _console(self, message: ConsoleMessage) -> None:
        is_answer = message.text.startswith("Failed to load resource") and "(" in message.text
        if message.type == "error" and not is_answer:
            self.found.append(f"{message.location.get('url', '')} console: {message.text}")

    def _response(self, response: Response) -> None:
        is_lost_file = response.status == 404 and "/static/" in response.url
        if response.status >= 500 or is_lost_file:
            self.found.append(f"{response.url} answered {response.status}")


class Visitors:
    """Signed-in people; the sign-in form is used once for each."""

    def __init__(self, browser: Browser, house: House) -> None:
        self.browser, self.house = browser, house
        self.states: dict[str, Any] = {}
        self.contexts: list[BrowserContext] = []

    def enter(
        self,
        suffix: str = "",
        *,
        slug: str = SLUG,
        size: dict[str, int] = DESK,
        complaints: Complaints | None = None,
    ) -> Page:
        """A page of that person; without a suffix a passer-by who is not signed in."""
        username = accounts.username(slug, suffix) if suffix else ""
        context = self._context(size, self.states.get(username))
        page = context.new_page()
        if complaints:
            complaints.watch(page)
        if username and username not in self.states:
            self._sign_in(page, username, slug)
            self.states[username] = context.storage_state()
        return page

    def enter_named(
        self, username: str, password: str, *, slug: str = SLUG, size: dict[str, int] = DESK
    ) -> Page:
        """A page of an account that is not one of the demonstration's standard ones."""
        page = self._context(size, None).new_page()
        self._sign_in(page, username, slug, password)
        return page

    def _context(self, size: dict[str, int], state: Any) -> BrowserContext:
        is_phone = size["width"] < 600
        context = self.browser.new_context(
            viewport={"width": size["width"], "height": size["height"]},
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            storage_state=state,
            has_touch=is_phone,
            is_mobile=is_phone,
            reduced_motion="reduce",
            service_workers="block",
        )
        context.set_default_timeout(WAIT_MS)
        context.add_init_script(WATCH_CSP)
        self.contexts.append(context)
        return context

    def _sign_in(self, page: Page, username: str, slug: str, password: str = "") -> None:
        page.goto(self.house.address("/accounts/login/", slug))
        page.get_by_label("账号").fill(username)
        page.get_by_label("密码", exact=False).first.fill(password or accounts.password(slug))
        page.get_by_role("button", name="登录").click()
        page.wait_for_url(lambda address: "/accounts/login" not in address)

    def leave(self) -> None:
        """Close every window opened so far; sign-ins are remembered."""
        for context in self.contexts:
            context.close()
        self.contexts.clear()


@contextmanager
def visiting(browser: Browser, house: House) -> Iterator[Visitors]:
    """Visitors whose windows close at the end of the block."""
    visitors = Visitors(browser, house)
    yield visitors
    visitors.leave()
