"""A term of one institution at the screens: agreement, contract, payment, lessons, release, the last refund.

Four days in a house of its own, which is closed each evening and opened at the next morning. The bank's clerk hands in
each day's statement, days are closed, a certificate is published for each, and at the end the whole ledger is proved.
The tests build on each other.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.house import House, opened
from tests.browser.test_enforcement import own_password
from tests.browser.test_main_job import button, fill, link, press, told
from tests.browser.test_main_job import field as control
from tests.browser.visitor import PHONE, Complaints, Visitors

PLACE = "巫山县晴川跆拳道培训中心有限公司"
ACCOUNT, SETTLEMENT = "6228480471009920017", "6217003710000451234"
HEADS = "记账日期,货币,交易金额,联机余额,交易摘要,对手信息,客户摘要"
LAYOUT = "招商银行 交易流水 CSV"
BANK = "示例农商银行"
PRICE, LESSONS, TAUGHT = 2_400, 24, 2
USED = PRICE // LESSONS * TAUGHT
FIRST_DAY = """
from datetime import timedelta
from django.utils import timezone
from config.demo.clock import anchor
print('DAY', anchor(timezone.localdate()) + timedelta(days=1))
"""
NIGHT = """
from funds import tasks, bank_tasks
for task in (tasks.confirm_lessons, tasks.make_certificates, bank_tasks.compare_days):
    print(task())
"""


@dataclass
class Term:
    """What later days need from earlier ones."""

    house: House
    visitors: Visitors
    folder: Path
    complaints: Complaints
    day: date
    balance: int = 0
    account: str = ""
    portal_user: str = ""
    contract: str = ""
    family: str = ""
    order: str = ""
    moves: list[str] = field(default_factory=list)

    def enter(self, suffix: str, path: str = "/desk/") -> Page:
        """A page of that person."""
        page = self.visitors.enter(suffix, complaints=self.complaints)
        page.goto(self.at(path))
        return page

    def place(self, path: str = "/portal/funds/") -> Page:
        """A phone of the institution's manager."""
        page = self.visitors.enter_named(self.portal_user, "Winter-2026-story", size=PHONE)
        self.complaints.watch(page)
        page.goto(self.at(path))
        return page

    def parent(self) -> Page:
        """The family's phone, at its own page."""
        page = self.visitors.enter("", size=PHONE, complaints=self.complaints)
        page.goto(self.family)
        return page

    def at(self, path: str) -> str:
        """Full address."""
        return path if path.startswith("http") else self.house.address(path)

    def move(self, yuan: int, other: str, words: str) -> None:
        """What the bank booked today; in its statement tomorrow."""
        self.balance += yuan
        self.moves.append(f"{self.day},CNY,{yuan}.00,{self.balance}.00,转账,{other},{words}")

    def next_morning(self) -> None:
        """The house opens on the next day, after its work of the night."""
        self.visitors.leave()
        self.visitors.states.clear()
        self.day += timedelta(days=1)
        self.house.move_to(morning(self.day))
        self.house.run("shell", "-v", "0", "-c", NIGHT)

    def statement(self) -> None:
        """The bank's clerk hands in yesterday's statement, the bureau closes the day."""
        path = self.folder / f"流水{self.day:%m%d}.csv"
        path.write_text("\n".join((HEADS, *self.moves)) + "\n", encoding="utf-8-sig")
        self.moves.clear()
        page = self.enter("bank", "/portal/statements/new/")
        choose(page, 监管账户=ACCOUNT[-4:], 对账单模板=LAYOUT)
        control(page, "对账单文件").set_input_files(path)
        fill(page, **{"期末余额（元）": str(self.balance)})
        press(page, "上传并核对")
        expect(page.locator("main")).to_contain_text("已入账")
        clerk = self.enter("clerk", f"/desk/bank/days/?q={PLACE}")
        row = clerk.locator("main tbody tr", has_text=f"{self.day - timedelta(days=1)}").first
        expect(row).to_contain_text("平")
        link(clerk.locator("main"), "结清已平的日子").click()
        press(clerk, "结账")

    def expect_proved(self) -> None:
        """The books hold, as the command says that an auditor would run."""
        assert "完整" in self.house.run("verify_ledger")


def morning(day: date) -> datetime:
    """Half past nine in Shanghai."""
    return datetime(day.year, day.month, day.day, 9, 30, tzinfo=ZoneInfo("Asia/Shanghai"))


def choose(page: Page, **words: str) -> None:
    """Pick the option that contains the words, by label."""
    for label, value in words.items():
        box = control(page, label)
        box.select_option(value=box.locator("option", has_text=value).first.get_attribute("value"))


def step(page: Page, name: str, send: str, **values: str) -> None:
    """Open a step's form, fill it and send it."""
    link(page.locator("main"), name).first.click()
    fill(page, **values)
    press(page, send)


@pytest.fixture(scope="module")
def term(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Term]:
    """The house of this story, at its first morning."""
    with opened("term", 7) as house:
        day = re.search(r"DAY (\S+)", house.run("shell", "-v", "0", "-c", FIRST_DAY))
        assert day is not None
        begun = date.fromisoformat(day.group(1))
        house.move_to(morning(begun))
        story = Term(house, Visitors(browser, house), tmp_path_factory.mktemp("term"), Complaints(), begun)
        yield story
        story.visitors.leave()
        assert not story.complaints.found, "\n".join(story.complaints.found)


@pytest.fixture(autouse=True)
def _windows(term: Term) -> Iterator[None]:
    yield
    term.visitors.leave()


def test_1_agreement_and_account_verified_by_another(term: Term) -> None:
    clerk = term.enter("clerk", "/desk/funds/accounts/new/")
    choose(clerk, 机构=PLACE, 账户种类="预收费托管", 监管银行=BANK, 拨付方式="一课一消")
    fill(
        clerk, 监管协议编号="巫教资监托〔2026〕099号", 协议生效日期=f"{term.day}",
        授权银行提供的信息="账户余额和每日流水", 约定冻结的条款="第八条：有挪用风险的，凭书面通知停止支付",
    )  # fmt: skip
    press(clerk, "登记")
    term.account = clerk.url
    step(clerk, "登记开户", "登记", 账号=ACCOUNT, 开户日期=f"{term.day}")
    step(clerk, "备案", "备案")
    told(clerk, "请另一人核验")
    expect(button(clerk.locator("main"), "核验")).to_have_count(0)
    head = term.enter("head", term.account)
    press(head, "核验")
    told(head, "已核验")
    clerk.goto(term.account)
    step(clerk, "开通支付", "登记")
    expect(clerk.locator("main")).to_contain_text("已开通支付")


def test_2_settlement_account_and_the_institutions_sign_in(term: Term) -> None:
    clerk = term.enter("clerk", "/desk/funds/settlements/new/")
    choose(clerk, 机构=PLACE)
    fill(clerk, 户名=PLACE, 开户银行="示例农商银行", 账号=SETTLEMENT)
    press(clerk, "登记")
    head = term.enter("head", clerk.url)
    press(head, "核验")
    clerk.goto(term.account)
    link(clerk.locator("main"), PLACE).first.click()
    link(clerk.locator("main"), "开通办事账号").click()
    term.portal_user = "term-institution"
    fill(clerk, 账号=term.portal_user, 使用人姓名="冉示例")
    press(clerk, "开通")
    first = clerk.locator("#first-password").inner_text()
    page = term.visitors.enter_named(term.portal_user, first, size=PHONE)
    own_password(page, first)


def test_3_the_contract_and_the_familys_link(term: Term) -> None:
    page = term.place("/portal/funds/contracts/new/")
    fill(
        page, 合同编号="TQ-001", 学员姓名="向小禾", 家长姓名="向示例", 家长手机号="13900006001",
        课程名称="跆拳道启蒙", 培训科目="跆拳道", 收费课时=str(LESSONS), 开课日期=f"{term.day}",
        结课日期=f"{term.day + timedelta(days=60)}", **{"合同总价（元）": str(PRICE)},
    )  # fmt: skip
    press(page, "保存草稿")
    press(page, "提交生效")
    expect(page.locator("main")).to_contain_text("已签订待缴费")
    assert "/my-fees/" not in page.content()
    head = term.enter("head", f"/desk/funds/contracts/?q={PLACE}")
    link(head.locator("main"), "TQ-001").click()
    term.contract = head.url
    step(head, "查看家长信息和链接", "查看", 用途="当面交给家长")
    term.family = head.locator("dd.break-all").inner_text()
    parent = term.parent()
    expect(parent.locator("main")).to_contain_text("待缴")
    term.order = parent.locator("main strong.num").first.inner_text()
    term.move(PRICE, "向示例", f"缴费单号{term.order}")


def test_4_the_bank_tells_of_the_payment_and_the_day_is_closed(term: Term) -> None:
    term.next_morning()
    term.statement()
    page = term.parent()
    expect(page.locator("main")).to_contain_text("¥ 2,400.00")
    expect(page.locator("main")).to_contain_text("履行中")
    term.expect_proved()


def test_5_lessons_confirmed_by_the_family_are_released(term: Term) -> None:
    page = term.place("/portal/funds/lessons/declare/")
    for slot in range(1, TAUGHT + 1):
        page.goto(term.at("/portal/funds/lessons/declare/"))
        fill(page, 当日第几课时=str(slot))
        page.get_by_role("checkbox", name=re.compile("TQ-001")).first.check()
        press(page, "申报")
    parent = term.parent()
    for _ in range(TAUGHT):
        button(parent.locator("main"), "上过了，确认").first.click()
        expect(parent.locator("main")).to_contain_text("已确认这一课时")
    clerk = term.enter("clerk", "/desk/funds/releases/due/")
    clerk.locator("main").get_by_role("button", name=re.compile("生成 . 批")).click()
    clerk.goto(term.at(f"/desk/funds/releases/?q={PLACE}"))
    clerk.locator("main tbody a", has_text=PLACE).first.click()
    head = term.enter("head", clerk.url)
    press(head, "批准拨付")
    clerk.reload()
    term.move(-USED, PLACE, send_instruction(clerk))


def send_instruction(clerk: Page) -> str:
    """Send the instruction of a release or refund to the bank; its number."""
    clerk.locator("main").get_by_role("link", name=re.compile(r"^(BF|TF)\d+")).first.click()
    press(clerk, "登记已发送")
    number = re.search(r"(BF|TF)\d+", clerk.locator("h1").inner_text())
    assert number is not None
    return number.group()


def test_6_the_family_asks_the_rest_back(term: Term) -> None:
    term.next_morning()
    term.statement()
    place = term.place()
    expect(place.locator("main")).to_contain_text("已拨付")
    parent = term.parent()
    parent.get_by_text("退费：今天能退多少").click()
    parent.get_by_label("情况说明").fill("搬家")
    button(parent.locator("main"), "申请退费").click()
    expect(parent.locator("main")).to_contain_text("待机构答复")
    place.goto(term.at("/portal/funds/refunds/"))
    place.locator("main a[href*='/refunds/0']").first.click()
    step(place, "同意退费", "同意")
    head = term.enter("head", f"/desk/funds/refunds/?q={PLACE}")
    head.locator("main tbody a").first.click()
    step(head, "审定退费", "审定")
    press(head, "发起支付")
    clerk = term.enter("clerk", head.url)
    term.move(USED - PRICE, "向示例", send_instruction(clerk))


def test_7_the_last_refund_is_paid_and_nothing_is_left(term: Term) -> None:
    term.next_morning()
    term.statement()
    assert term.balance == 0
    parent = term.parent()
    expect(parent.locator("main")).to_contain_text("已退费")
    expect(parent.locator("main")).to_contain_text("¥ 2,200.00")
    clerk = term.enter("clerk", term.contract)
    expect(clerk.locator("main")).to_contain_text("已退费")
    term.expect_proved()


def test_8_a_certificate_stands_published_for_each_day(term: Term) -> None:
    term.next_morning()
    public = term.visitors.enter("", complaints=term.complaints)
    public.goto(term.at(f"/?q={PLACE}"))
    public.locator("main article a").first.click()
    code = public.url.rstrip("/").rsplit("/", 1)[1]
    public.goto(term.at(f"/pay-check/{code}/days/"))
    # Made in the night, from the books; the bank's word of a day comes in the morning after.
    for back, owed, held in ((3, "2,200.00", "2,400.00"), (2, "2,200.00", "2,200.00"), (1, "0.00", "0.00")):
        on = term.day - timedelta(days=back)
        card = public.locator("section.card", has=public.get_by_role("heading", name=f"{on}"))
        expect(card).to_contain_text(f"欠家长总数¥ {owed}")
        expect(card).to_contain_text(f"存款（账簿）¥ {held}")
        expect(card).to_contain_text(f"已与银行对账至{on - timedelta(days=1)}")
