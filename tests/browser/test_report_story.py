"""A report from a phone becomes a finding with a notice; the reporter reads the outcome, nobody learns who it was.

The citizen, the head and the officer work on their screens. The inspection in between is walked on the screens by
`test_main_job`; here its services run inside the house, on the visit that the clue asked for.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.house import House
from tests.browser.test_main_job import press
from tests.browser.visitor import PHONE

NAME, NUMBER = "欧阳静姝", "13900008642"
TEXT = f"四楼每天晚上十几个初中生补数学，黑板和讲义都有。我叫{NAME}，电话{NUMBER}。"
PLACE = "高唐街道示例巷 42 号四楼"
ANSWER = "经检查情况属实，已责令停止并限期整改，感谢监督。"
NO_ONE = (NAME, NUMBER)

INSPECT = """
import sys
from datetime import timedelta
from accounts.models import User
from casework.models import ViolationType
from inspections import services
from inspections.models import Deployment, FindingMode, MemberRole, PremisesState, SignatureState
from django.utils import timezone
deployment = Deployment.objects.get(source_no={number!r})
officers = list(User.objects.filter(organisation=deployment.lead_organ, certificates__isnull=False).distinct()[:2])
first, leader = officers[0], User.objects.get(username='wushan-leader')
for person in officers:
    services.member_add(actor=first, deployment=deployment, organisation=deployment.lead_organ, role=MemberRole.OFFICER, user=person)
deployment = services.deployment_submit(actor=first, deployment=deployment)
deployment = services.deployment_approve(actor=leader, deployment=deployment, note='同意')
deployment = services.deployment_notify(actor=first, deployment=deployment)
visit = services.visit_start(actor=first, visit=deployment.visits.get())
services.finding_add(actor=first, visit=visit, values=dict(
    violation=ViolationType.objects.get(code='UNLICENSED_OPERATION'), text='没有办学许可证招收学生补课。',
    correction='停止培训，退还费用。', mode=FindingMode.IN_TERM, organ=deployment.lead_organ, quantity=1))
visit = services.visit_record(actor=first, visit=visit, values=dict(
    premises=PremisesState.UNLICENSED_OPERATING, summary='现场有学生上课，未能出示许可证。', students_present=12,
    representative='现场负责人', party_opinion='情况属实。', signature=SignatureState.SIGNED, witness=''))
notice = services.notice_issue(actor=first, notice=services.notice_draft(actor=first, visit=visit, organ=deployment.lead_organ))
services.visit_close(actor=first, visit=visit)
print('NOTICE', notice.number)
"""


def report(phone: Page, house: House) -> str:
    """Send the report in steps and give the receipt code."""
    phone.goto(house.address("/report/"))
    phone.get_by_text("无证或证照不全培训").click()
    step = phone.locator("[data-next]")
    step.click()
    step.click()
    phone.get_by_label("详细地点").fill(PLACE)
    step.click()
    step.click()
    phone.get_by_label("经过", exact=False).first.fill(TEXT)
    step.click()
    step.click()
    expect(phone.locator("[data-preview-box]")).to_contain_text("〔已隐去〕")
    for mark in NO_ONE:
        expect(phone.locator("[data-preview-box]")).not_to_contain_text(mark)
    step.click()
    receipt = phone.locator("[data-receipt]")
    expect(receipt).to_be_visible(timeout=60_000)
    return str(receipt.get_attribute("data-receipt"))


def submit(page: Page, name: str, **fields: str) -> None:
    """Press the button of a step; fill its form when it has one, and send it."""
    main = page.locator("main")
    step = main.get_by_role("link", name=name, exact=True)
    expect(step.or_(main.get_by_role("button", name=name, exact=True)).first).to_be_visible()
    if not step.count():
        with page.expect_navigation():
            press(page, name)
        return
    before = page.url
    step.first.click()
    page.wait_for_url(lambda address: address != before)
    for label, value in fields.items():
        box = page.get_by_label(label, exact=False).first
        if box.evaluate("element => element.tagName") == "SELECT":
            option = box.locator("option").filter(has_text=value).first
            box.select_option(value=option.get_attribute("value"))
        else:
            box.fill(value)
    send = main.locator("form.form-card button[type=submit]")
    if send.count():
        with page.expect_navigation():
            send.first.click()


def test_from_the_phone_to_the_outcome(house: House, as_user: Callable[..., Page]) -> None:
    phone = as_user(size=PHONE)
    code = report(phone, house)

    head = as_user("head")
    head.goto(house.address("/desk/clues/"))
    head.get_by_role("link", name=re.compile("线索〔")).first.click()
    number = re.search(r"\S+线索〔\d+〕\d+号", head.locator("h1").inner_text())
    assert number is not None
    address = head.url
    expect(head.locator("main")).to_contain_text("黑板和讲义都有")
    submit(head, "受理并分派", 承办单位="教")
    expect(head.locator("main")).to_contain_text("已分派")

    submit(head, "开始核查")
    submit(head, "登记无证场所", 名称="示例巷四楼培训点", 乡镇="高唐")
    submit(head, "提请检查")
    expect(head.locator("main")).to_contain_text("已提请检查")
    said = house.run("shell", "-v", "0", "-c", INSPECT.format(number=number.group()))
    assert "NOTICE 巫教培整改" in said

    head.goto(address)
    expect(head.locator("main")).to_contain_text("核查中")
    submit(head, "办结", 办理结果="属实并已处理", 办理情况="已下达整改通知书。", 答复=ANSWER)
    expect(head.locator("main")).to_contain_text("已办结")

    phone.goto(house.address("/report/track/"))
    phone.get_by_label("查询码").fill(code)
    phone.get_by_role("button", name="查进度").click()
    expect(phone.locator(".verdict")).to_contain_text("已办结")
    expect(phone.locator("main")).to_contain_text(ANSWER)

    for who in ("head", "officer", "leader", "admin", "legal", "clerk"):
        page = as_user(who)
        for path in pages_about(address):
            body = seen(page, path)
            for mark in (*NO_ONE, code):
                assert mark not in body, f"{who} reads {mark} at {path}"


def pages_about(address: str) -> list[str]:
    """Where the clue and what came of it are read."""
    lists = ("clues/", "sites/", "deployments/", "notices/", "audit/", "clues/statistics/")
    base = address.split("/desk/")[0]
    return [address, f"{address}print/", *(f"{base}/desk/{path}" for path in lists)]


def seen(page: Page, path: str) -> str:
    answer: Any = page.request.get(path)
    return str(answer.text()) if answer.ok else ""
