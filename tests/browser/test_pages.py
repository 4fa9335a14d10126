"""Every kind of page: accessible, fits a phone, quiet console; and usable from the keyboard."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from accounts import demo as accounts
from tests.browser.house import House
from tests.browser.looking import look_at, page_kinds
from tests.browser.visitor import DESK, PHONE, Visitors

NOBODY = ""
PERSONAS = [NOBODY, *(account.suffix for account in accounts.accounts_of(accounts.FULL_COUNTY))]
PUBLIC_PATHS = ["/", "/lists/white/", "/verify/", "/accounts/login/"]
DESK_PATHS = [
    "/desk/",
    "/desk/institutions/",
    "/desk/institutions/new/",
    "/desk/visits/",
    "/desk/lists/",
    "/desk/reports/",
]


def first_link(page: Page, address: str, prefix: str) -> str:
    """The first link on a page that leads below `prefix`."""
    page.goto(address)
    return str(page.locator(f"main a[href*='{prefix}']").first.get_attribute("href"))


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["1366", "390"])
def test_key_pages(visitors: Visitors, size: dict[str, int]) -> None:
    wrong = look_at(visitors, NOBODY, PUBLIC_PATHS, size)
    wrong += look_at(visitors, "officer", DESK_PATHS, size)
    wrong += look_at(visitors, "institution", ["/portal/"], size)
    assert not wrong, "\n".join(wrong)


@pytest.mark.prove
@pytest.mark.parametrize("suffix", PERSONAS, ids=[name or "nobody" for name in PERSONAS])
def test_every_kind_of_page(visitors: Visitors, suffix: str) -> None:
    paths = [path for _, path in page_kinds(visitors, suffix)]
    assert len(paths) > 3
    wrong = look_at(visitors, suffix, paths, DESK) + look_at(visitors, suffix, paths, PHONE)
    assert not wrong, "\n".join(wrong)


def test_skip_link_is_the_first_stop_and_leads_to_the_content(
    as_user: Callable[..., Page], house: House
) -> None:
    for suffix, path in (("officer", "/desk/"), ("", "/"), ("institution", "/portal/")):
        page = as_user(suffix)
        page.goto(house.address(path))
        page.keyboard.press("Tab")
        focused = page.locator(":focus")
        expect(focused).to_have_attribute("href", "#content")
        expect(focused).to_be_in_viewport()
        page.keyboard.press("Enter")
        assert page.evaluate("location.hash") == "#content"


def test_tab_order_reaches_the_primary_action(as_user: Callable[..., Page], house: House) -> None:
    page = as_user("officer")
    page.goto(house.address("/desk/institutions/"))
    wanted = page.locator("main .btn-primary, .page-header .btn-primary").first
    expect(wanted).to_be_visible()
    for _ in range(60):
        page.keyboard.press("Tab")
        if wanted.evaluate("node => node === document.activeElement"):
            break
    expect(wanted).to_be_focused()


def test_filters_submit_by_enter(as_user: Callable[..., Page], house: House) -> None:
    page = as_user("officer")
    page.goto(house.address("/desk/institutions/"))
    page.locator("main input[name=q]").fill("巫山")
    page.locator("main input[name=q]").press("Enter")
    page.wait_for_url("**q=*")
    expect(page.locator("main")).to_contain_text("巫山")


def test_menus_open_and_close_by_keyboard(as_user: Callable[..., Page], house: House) -> None:
    page = as_user("officer")
    page.goto(house.address("/desk/"))
    menu = page.locator("details[data-menu]").last
    menu.locator("summary").focus()
    page.keyboard.press("Enter")
    expect(menu).to_have_attribute("open", "")
    page.keyboard.press("Escape")
    expect(menu).not_to_have_attribute("open", "")
    expect(menu.locator("summary")).to_be_focused()


def test_pages_work_without_scripts(visitors: Visitors, house: House) -> None:
    context = visitors.browser.new_context(locale="zh-CN", java_script_enabled=False)
    page = context.new_page()
    page.goto(house.address("/"))
    page.locator("input[name=q]").first.fill("艺术")
    page.locator("input[name=q]").first.press("Enter")
    expect(page.locator("main")).to_contain_text("艺术")
    context.close()
