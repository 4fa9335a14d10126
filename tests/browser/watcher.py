"""A monitor with a phone at the field app; everything a monitor may do there, nothing an officer does."""

from __future__ import annotations

from playwright.sync_api import expect

from accounts import demo as accounts
from tests.browser.house import SLUG
from tests.browser.officer import COLD_MS, SOON_MS, Officer

COUNT_POSITIONS = """
window.askedWhere = 0;
const real = navigator.geolocation.getCurrentPosition.bind(navigator.geolocation);
navigator.geolocation.getCurrentPosition = (...all) => { window.askedWhere += 1; return real(...all); };
navigator.geolocation.watchPosition = () => { window.askedWhere += 1000; return 0; };
"""

# Voids patrols that an earlier test left running.
FINISH = """
from monitors.models import Outing
for row in Outing.objects.filter(status='RUNNING'):
    row.members.update(is_void=True)
    Outing.objects.filter(pk=row.pk).update(status='VOID', void_reason='测试')
"""


class Watcher(Officer):
    """One monitor's phone."""

    def sign_in(self) -> None:
        """The sign-in form, back to the app."""
        self.context.add_init_script(COUNT_POSITIONS)
        self.page.goto(self.house.address("/accounts/login/") + f"?next=/b/{SLUG}/field/")
        self.page.get_by_label("账号").fill(self.username)
        self.page.get_by_label("密码", exact=False).first.fill(accounts.password(SLUG))
        self.page.get_by_role("button", name="登录").click()
        self.title("今日巡查")
        expect(self.page.get_by_role("button", name="登记人流观察")).to_be_visible()

    def begin(self, companions: int = 1) -> str:
        """Go out with others; the patrol's address inside the app."""
        self.go("#/p/new")
        self.title("开始巡查")
        boxes = self.page.locator(".row-check input")
        for place in range(companions):
            boxes.nth(place).check()
        self.press("现在开始")
        self.title("巡查")
        return str(self.page.evaluate("location.hash"))

    def unregistered(self, patrol: str, name: str, place: str) -> str:
        """Stand before a place that is not in the register; the stop's address."""
        self.go(f"{patrol}/place")
        self.title("记录一家")
        self.press("未登记场所")
        self.title("未登记场所")
        self.fill("看到的名称", name)
        self.fill("地点", place)
        self.field("场所类型").select_option(label="临街店铺")
        return str(self.page.evaluate("location.hash"))

    def registered(self, patrol: str, words: str) -> str:
        """Find a place in the register on the phone; the stop's address."""
        self.go(f"{patrol}/place")
        self.title("记录一家")
        self.field("找机构").fill(words)
        self.page.locator("button.row-press").first.click()
        self.title_not("记录一家")
        self.field("场所类型").select_option(label="商务楼")
        return str(self.page.evaluate("location.hash"))

    def item(self, stop: str, number: int, label: str, note: str = "") -> None:
        """One item of the list."""
        self.go(f"{stop}/list/{number}")
        expect(self.page.locator(".counter")).to_contain_text(f"第 {number} 项")
        self.page.get_by_role("radio", name=label, exact=True).click()
        expect(self.page.locator(".photo-add")).to_be_visible()
        if note:
            self.fill("问题描述", note)

    def save(self, stop: str) -> None:
        """“保存这一家”."""
        self.go(f"{stop}/save")
        self.title("保存这一家")
        self.press("保存这一家")
        self.title("巡查")

    def finish(self, patrol: str) -> None:
        """“结束巡查”."""
        self.go(f"{patrol}/end")
        self.title("结束巡查")
        self.press("确认结束")
        self.title("巡查")

    def submitted(self, patrol: str) -> None:
        """Until the app says that the patrol counts."""
        self.go(patrol)
        for _ in range(20):
            if self.page.get_by_text("已提交", exact=True).count():
                return
            self.go("#/send")
            self.title("发送情况")
            self.page.get_by_role("button", name="立即发送").click(timeout=COLD_MS)
            self.page.wait_for_timeout(1500)
            self.go(patrol)
            self.title("巡查")
        expect(self.page.locator("#screen")).to_contain_text("已提交", timeout=SOON_MS)
