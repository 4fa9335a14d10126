"""A monitor's patrol becomes a clue, the clue a visit, the visit a letter to a school, and the school answers.

Monitor and school work on phones, the head, the leader and the school's contact on their screens. The inspection in
between is walked on the screens by `test_main_job`; here its services run inside the house.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.house import House
from tests.browser.test_main_job import press
from tests.browser.test_report_story import INSPECT, submit
from tests.browser.visitor import PHONE

PLACE = "高唐街道示例横街 7 号二楼"
SEEN = "挂着托管的牌子，黑板上是四年级数学题。"
SITUATION = "在示例横街一处无证培训点，工作日晚上上数学课。"
OWN_SCHOOL = """
from accounts.models import User
print(User.objects.get(username='wushan-school').organisation.name)
"""
MEASURES = "班主任逐户沟通，学生已停止参加。"


def patrol(phone: Page, house: House) -> None:
    """Go out with somebody, record one place with a red-line problem, submit."""
    phone.goto(house.address("/portal/patrols/"))
    phone.get_by_role("link", name="开始巡查").click()
    phone.get_by_role("checkbox").first.check()
    with phone.expect_navigation():
        phone.locator("main form button[type=submit]").click()
    phone.get_by_role("link", name="记录一家").click()
    phone.get_by_role("link", name="未登记场所").click()
    phone.get_by_label("看到的名称", exact=False).fill("示例托管")
    phone.get_by_label("地点", exact=False).first.fill(PLACE)
    phone.get_by_label("场所类型").select_option("STREET")
    phone.get_by_label("看到的活动").select_option("SUBJECT")
    phone.get_by_label("学生（约，人）").fill("11")
    item = phone.locator("fieldset.patrol-item", has_text="F4 ")
    aspect = phone.locator("details.patrol-aspect", has=item)
    aspect.locator("summary").click()
    item.get_by_text("否", exact=True).click()
    item.get_by_label("看到的情况").fill(SEEN)
    with phone.expect_navigation():
        phone.get_by_role("button", name="保存这一家").click()
    expect(phone.locator("main")).to_contain_text("已作为线索送出")
    phone.get_by_role("link", name="提交巡查").click()
    with phone.expect_navigation():
        phone.locator("main form button[type=submit]").click()
    expect(phone.locator("#messages")).to_contain_text("已提交")


def handled(head: Page, house: House) -> str:
    """Take the clue in, ask for a visit, inspect; the clue's address."""
    head.goto(house.address("/desk/clues/?q=示例横街"))
    head.get_by_role("link", name=re.compile("线索〔")).first.click()
    number = re.search(r"\S+线索〔\d+〕\d+号", head.locator("h1").inner_text())
    assert number is not None
    expect(head.locator("main")).to_contain_text(SEEN)
    expect(head.locator("main")).to_contain_text("社会监督员")
    address = head.url
    submit(head, "受理并分派", 承办单位="教")
    submit(head, "开始核查")
    submit(head, "登记无证场所", 名称="示例横街托管点", 乡镇="高唐")
    submit(head, "提请检查")
    expect(head.locator("main")).to_contain_text("已提请检查")
    said = house.run("shell", "-v", "0", "-c", INSPECT.format(number=number.group()))
    assert "NOTICE 巫教培整改" in said
    return address


def test_from_the_patrol_to_the_school(house: House, as_user: Callable[..., Page]) -> None:
    patrol(as_user("monitor", size=PHONE), house)
    head = as_user("head")
    address = handled(head, house)

    head.goto(address)
    head.get_by_role("link", name="提示学校").first.click()
    school = head.get_by_label("学校", exact=False).first
    own = (
        school.locator("option")
        .filter(has_text=house.run("shell", "-v", "0", "-c", OWN_SCHOOL).strip())
        .first
    )
    school.select_option(value=own.get_attribute("value"))
    assert head.get_by_label("本校学生数").input_value() == "12"
    head.get_by_label("本校学生数").fill("5")
    head.get_by_label("情况", exact=False).first.fill(SITUATION)
    head.get_by_label("联系人和电话").fill("监管股 023-0000000")
    with head.expect_navigation():
        head.locator("main form button[type=submit]").first.click()
    letter = head.url
    head.goto(address)
    expect(head.locator("main")).to_contain_text("工作提示")
    assert letter.split("/")[-2] in head.content()

    leader = as_user("leader")
    leader.goto(letter)
    with leader.expect_navigation():
        press(leader, "发出")
    expect(leader.locator("main")).to_contain_text("教培校提〔")
    number = re.search(r"\S+校提〔\d+〕\d+号", leader.locator("main").inner_text())
    assert number is not None

    contact = as_user("school", size=PHONE)
    contact.goto(house.address("/portal/tips/"))
    contact.get_by_role("link", name=number.group()).first.click()
    expect(contact.locator("main")).to_contain_text(SITUATION)
    with contact.expect_navigation():
        press(contact, "签收")
    contact.get_by_label("其中已停止参加违规培训").fill("5")
    contact.get_by_label("沟通家长").fill("5")
    contact.get_by_label("核查情况").fill("核实 5 人参加，均已停止。")
    contact.get_by_label("采取的措施").fill(MEASURES)
    with contact.expect_navigation():
        contact.get_by_role("button", name="提交答复").click()
    expect(contact.locator("main")).to_contain_text(MEASURES)

    head.goto(letter)
    expect(head.locator("main")).to_contain_text(MEASURES)
    submit(head, "办结", 审核意见="措施到位。")
    expect(head.locator("main")).to_contain_text("已办结")
