"""Enforcement in a browser: a fair draw, a visit without network, a notice closed, a case archived, all verified.

The tests of this file tell one story and build on each other. One place is drawn with its two officers; they
visit it in a basement; one problem goes into a rectification notice and is closed, the other becomes a penalty
case and is archived; and a stranger verifies draw and notice with the published files alone.
"""

from __future__ import annotations

import csv
import io
import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from dataclasses import field as attribute
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import psycopg2
import pytest
from playwright.sync_api import Browser, Page, expect

from casework.typesetting import qr_png
from tests.browser.house import House
from tests.browser.officer import Officer, photo_file
from tests.browser.test_main_job import (
    Story,
    button,
    fetched,
    field,
    fill,
    link,
    moment,
    pdf_text,
    press,
    saved,
    told,
)
from tests.browser.visitor import PHONE, Complaints, Visitors

ROOT = Path(__file__).resolve().parents[2]
TITLE = "2026 年冬季双随机抽查（验收）"
CHECKLIST = "联合检查表（五个方面）"
PASS, FAIL = "合格", "不合格"
ITEMS, FAILED, DISPUTED = 19, 12, 5
NOTICED = "二层安全出口堆放桌椅，宽度不足1米"
PROSECUTED = "许可证核准美术，另开小学数学班2个"
ACT = "非学科类机构开展学科类培训"
VALUE = "03 11 18 24 29 33 07"


@dataclass
class Enforcement(Story):
    """What later chapters need from earlier ones."""

    browser: Browser | None = None
    draw: str = ""
    announced: str = ""
    outing: str = ""
    place: str = ""
    officers: list[tuple[str, str]] = attribute(default_factory=list)
    slip: str = ""
    case: str = ""

    @property
    def lead(self) -> str:
        """Suffix of the first drawn officer's account."""
        return self.officers[0][1]

    def phone(self, number: int) -> Officer:
        """A drawn officer's phone."""
        assert self.browser is not None
        return Officer.arrive(self.browser, self.house, self.officers[number][1], self.complaints)

    def ask(self, query: str, *values: str) -> list[tuple[str, ...]]:
        """What the database says, for what a person would read off a card or a camera off a paper."""
        connection = psycopg2.connect(self.house.environment["DATABASE_URL"])
        try:
            with connection.cursor() as cursor:
                cursor.execute(query, values)
                return list(cursor.fetchall())
        finally:
            connection.close()


@pytest.fixture(scope="module")
def story(
    _visitors: Visitors, house: House, browser: Browser, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Enforcement]:
    """The story told by this file; nothing may be heard on the console from its first page to its last."""
    told_ = Enforcement(
        _visitors, house, Complaints(), tmp_path_factory.mktemp("enforcement"), browser=browser
    )
    yield told_
    serious = [line for line in told_.complaints.found if "console: Failed to load" not in line]
    assert not serious, "\n".join(serious)


@pytest.fixture(autouse=True)
def _windows(story: Enforcement) -> Iterator[None]:
    yield
    story.visitors.leave()


def china() -> datetime:
    """Now, as a clock in the county shows it."""
    return datetime.now(ZoneInfo("Asia/Shanghai"))


def pick(page: Page, label: str, words: str) -> None:
    """Choose the option that holds these words."""
    box = field(page, label)
    box.select_option(value=box.locator("option", has_text=words).first.get_attribute("value"))


def day(days: int = 0) -> str:
    """A day for a browser's control."""
    return (china() + timedelta(days=days)).strftime("%Y-%m-%d")


# -- draw ----------------------------------------------------------------------------------------------------


def test_01_the_pool_is_frozen_before_the_value_exists(story: Enforcement) -> None:
    page = story.enter("officer", "/desk/draws/")
    link(page, "拟定抽查").click()
    fill(page, 名称=TITLE, 抽查事项="办学资质、培训行为、收费和预收费监管、场所安全")
    fill(page, 检查开始日期=day(), 检查结束日期=day(2), 此日以来没有检查过=f"{china().year}-01-01")
    fill(page, 公开值来源="中国福利彩票双色球 2026 年第 140 期开奖号码（演示）")
    fill(page, 计划外抽查的理由="年度抽查计划以外的冬季抽查。")
    pick(page, "检查清单", CHECKLIST)
    page.get_by_role("checkbox", name="证照齐全", exact=True).check()
    for layer, share in {"高风险": 0, "中风险": 0, "低风险": 1, "未评定风险": 0}.items():
        page.get_by_label(f"{layer}（%）").fill(str(share))
    due = china() + timedelta(seconds=30)
    page.get_by_label(re.compile("^公开值产生时间")).fill(due.strftime("%Y-%m-%dT%H:%M:%S"))
    press(page, "保存草稿")
    told(page, "草稿已保存")
    story.draw = page.url
    head = story.enter("head", story.draw)
    press(head, "冻结名录并公布校验值")
    told(head, "名录已冻结")
    passer_by = story.enter("", "/draws/", PHONE)
    link(passer_by.locator("main"), TITLE).first.click()
    expect(passer_by.locator("main")).to_contain_text("等待公开值")
    story.announced = passer_by.locator("#pool-hash").inner_text()
    page.reload()
    expect(page.locator("main")).to_contain_text("才产生，现在不能录入")
    page.wait_for_timeout(max(0, (due - china()).total_seconds() * 1000 + 500))


def test_02_two_people_read_the_value_and_the_draw_makes_the_outing(story: Enforcement) -> None:
    page = story.enter("officer", story.draw)
    link(page.locator("main"), "录入公开值").click()
    fill(page, 公开值=VALUE, 出处="福彩中心开奖公告（演示）")
    press(page, "录入公开值")
    second = story.enter("legal", story.draw)
    link(second.locator("main"), "复核公开值").click()
    fill(second, 再次录入公开值=VALUE)
    press(second, "复核公开值")
    head = story.enter("head", story.draw)
    press(head, "抽取")
    told(head, "抽取完成")
    page.goto(story.draw)
    press(page, "生成检查方案")
    told(page, "检查方案已按组生成")
    story.place = page.locator("tbody").get_by_role("link").first.inner_text()
    numbers = re.findall(r"（(\d{10,})）", page.locator("main").inner_text())
    assert len(numbers) == 2, numbers
    story.officers = [_officer(story, number) for number in numbers]
    link(page.locator("main"), "检查方案").click()
    story.outing = page.url


def _officer(story: Enforcement, certificate: str) -> tuple[str, str]:
    """Name and account of the holder of a certificate."""
    query = (
        "SELECT holder.name, holder.username FROM accounts_officercertificate AS card"
        " JOIN accounts_user AS holder ON holder.id = card.user_id WHERE card.number = %s"
    )
    [(name, username)] = story.ask(query, certificate)
    return name, username.removeprefix("wushan-")


def test_03_approved_and_notified(story: Enforcement) -> None:
    page = story.enter(story.lead, story.outing)
    link(page.locator("main"), "列入年度计划").click()
    fill(page, 计划外理由="年度抽查计划以外的冬季抽查。")
    press(page, "保存")
    told(page, "已登记")
    press(page, "送审")
    told(page, "已送审")
    boss = story.enter("leader", story.outing)
    link(boss.locator("main"), "批准").click()
    fill(boss, 审批意见="同意。")
    press(boss, "批准")
    told(boss, "已批准")
    page.reload()
    press(page, "下达检查通知")
    told(page, "检查通知书已制作")
    link(page.locator("main"), story.place).click()
    story.visit = page.url
    head = story.enter("head", "/desk/field-pads/")
    link(head.locator("main"), "发放号码簿").click()
    pick(head, "领用人", story.officers[0][0])
    press(head, "发放")
    expect(head.locator("main")).to_contain_text(story.officers[0][0])


# -- visit without network -----------------------------------------------------------------------------------


def test_04_two_officers_in_a_basement(story: Enforcement) -> None:
    one, two = story.phone(0), story.phone(1)
    one.offline()
    two.offline()
    visit = one.visit(story.place, TITLE)
    two.visit(story.place, TITLE)
    one.enter_place(visit)
    for number in range(1, FAILED):
        one.answer(visit, number, PASS)
    for number in (DISPUTED, *range(FAILED + 1, ITEMS + 1)):
        two.answer(visit, number, "不适用" if number == DISPUTED else PASS)
    _problems(two, visit, story.folder)
    _site_record(one, visit)
    one.reopen()
    one.go(f"{visit}/record")
    expect(one.field("现场情况")).to_have_value("两间教室正在上课，负责人在场。")
    one.sign_officers(visit)
    _party_signs(one, visit)
    one.go(f"{visit}/slip")
    expect(one.page.locator("#screen")).to_contain_text("同事手机上登记的问题，联网前在这里看不到")
    one.page.get_by_role("button", name=re.compile("^使用 ")).click()
    expect(one.page.locator("#screen")).to_contain_text("照下面抄到号码簿该页")
    story.slip = one.page.locator(".slip-number").inner_text()
    one.go(f"{visit}/end")
    one.press("确认离场")
    expect(one.page.locator("#screen")).to_contain_text("全部送达才算提交")
    two.online()
    two.all_arrived()
    one.online()
    one.all_arrived()
    for officer in (one, two):
        expect(officer.page.locator("#screen")).not_to_contain_text("未收下")
        officer.leave()


def _problems(officer: Officer, visit: str, folder: Path) -> None:
    """One item fails and must be put right in a term; something else is seen that calls for a case."""
    officer.answer(visit, FAILED, FAIL)
    officer.fill("问题描述", NOTICED)
    officer.shoot(photo_file(folder, 20), photo_file(folder, 60, (4000, 3000)))
    officer.press("登记为问题")
    officer.field("问题类型").select_option(label="有重大安全隐患未及时采取措施")
    officer.page.get_by_role("radio", name="限期整改").click()
    officer.shoot(photo_file(folder, 90))
    officer.press("保存问题")
    officer.title("问题")
    officer.press("登记其他问题")
    officer.field("问题类型").select_option(label=ACT)
    officer.fill("问题事实", PROSECUTED)
    officer.page.get_by_role("radio", name="移送或立案").click()
    officer.shoot(photo_file(folder, 130))
    officer.press("保存问题")
    officer.title("问题")


def _site_record(officer: Officer, visit: str) -> None:
    officer.go(f"{visit}/record")
    officer.field("现场状态").select_option(label="正常营业")
    officer.fill("在场学生数", "17")
    officer.field("现场情况").press_sequentially("两间教室正在上课，负责人在场。")
    officer.page.wait_for_timeout(150)


def _party_signs(officer: Officer, visit: str) -> None:
    officer.go(f"{visit}/sign/party")
    officer.fill("在场负责人姓名", "向南星")
    officer.page.get_by_role("radio", name="签字", exact=True).click()
    officer.draw()
    officer.press("保存")
    officer.title("签字")


def test_05_the_differing_answer_is_decided(story: Enforcement) -> None:
    page = story.enter(story.lead, story.visit)
    _until(page, "填写不一致")
    link(page.locator("main"), "查看手机记录").click()
    main = page.locator("main")
    button(main.locator(".choice-card", has_text=PASS), "以此为准").click()
    expect(main).not_to_contain_text("两部手机填写不一致（")
    page.goto(story.visit)
    _until(page, "已全部写入")
    expect(main).to_contain_text("已记录")
    expect(main).to_contain_text(NOTICED)
    expect(main).to_contain_text(PROSECUTED)
    link(main, "查看手机记录").click()
    expect(main).to_contain_text("哈希一致")
    expect(main).to_contain_text("已被后来的填写替代")
    expect(main).not_to_contain_text("还没有收到")
    page.goto(story.at("/desk/field-pads/"))
    link(page.locator("main"), story.slip.rpartition("-")[0]).click()
    expect(page.get_by_role("row").filter(has_text=story.slip)).to_contain_text(story.place)


def _until(page: Page, words: str) -> None:
    """Ask again until the worker has merged what the phones sent."""
    for _ in range(20):
        if page.locator("main").get_by_text(words).count():
            return
        page.wait_for_timeout(1000)
        page.reload()
    expect(page.locator("main")).to_contain_text(words)


# -- notice --------------------------------------------------------------------------------------------------


def test_06_the_notice_is_issued_and_served(story: Enforcement) -> None:
    page = story.enter(story.lead, story.visit)
    button(page, "起草县教委整改通知书").click()
    told(page, "草稿已按检查记录填好")
    press(page, "制发")
    told(page, "整改通知书已制发")
    heading = page.get_by_role("heading", level=1)
    expect(heading).to_have_text(re.compile(r"〔\d{4}〕\d+号"))
    story.notice, story.number = page.url, heading.inner_text().strip()
    link(page.locator("main"), "登记送达").click()
    page.get_by_role("radio", name="直接送达").check()
    fill(page, 送达时间=moment(), 签收人="向南星")
    _two_servers(page, story)
    page.get_by_label(re.compile("^送达证明")).set_input_files(photo_file(story.folder, 170))
    press(page, "登记送达")
    told(page, "送达已登记")
    expect(page.locator("main")).to_contain_text("送达回证")


def _two_servers(page: Page, story: Enforcement) -> None:
    for label, (name, _) in zip(("送达人一", "送达人二"), story.officers, strict=True):
        pick(page, label, name)


def test_07_the_problem_that_calls_for_a_case_is_referred_and_the_visit_ends(story: Enforcement) -> None:
    page = story.enter(story.lead, story.visit)
    link(page.locator("main"), PROSECUTED).click()
    link(page.locator("main"), "移送").click()
    fill(page, 移送单位或立案机关="巫山县教育委员会")
    press(page, "移送")
    story.case = page.url
    page.goto(story.visit)
    press(page, "告知结果并办结")
    told(page, "检查结果告知书已制发")
    page.goto(story.outing)
    press(page, "结束检查")
    told(page, "检查已结束")


def test_08_the_institution_answers_and_the_notice_is_closed(story: Enforcement) -> None:
    clerk = story.enter("clerk", story.visit)
    link(clerk.locator("main"), story.place).first.click()
    link(clerk.locator("main"), "开通办事账号").click()
    username = f"place-{china():%H%M%S}"
    fill(clerk, 账号=username, 使用人姓名="向南星")
    press(clerk, "开通")
    first = clerk.locator("#first-password").inner_text()
    page = story.visitors.enter_named(username, first, size=PHONE)
    story.complaints.watch(page)
    own_password(page, first)
    page.goto(story.at("/portal/"))
    page.locator("main").get_by_role("link", name=re.compile(re.escape(story.number))).first.click()
    link(page.locator("main"), "提交整改报告").click()
    page.get_by_label("总体情况").fill("已全部整改。")
    page.get_by_label(re.compile("^第 1 项：")).fill("桌椅已搬离，安全出口净宽1.4米，指定专人每日检查。")
    page.get_by_label("第 1 项证明材料").set_input_files(photo_file(story.folder, 160))
    press(page, "提交报告")
    told(page, "整改报告已提交")
    officer = story.enter(story.lead, story.notice)
    link(officer.locator("main"), "复查").click()
    for name, _ in story.officers:
        officer.get_by_role("checkbox", name=name).check()
    group = officer.get_by_role("group", name=re.compile("^第 1 项："))
    group.get_by_role("radio", name="已整改").check()
    press(officer, "提交复查结果")
    told(officer, "复查结果已登记")
    expect(officer.locator("main")).to_contain_text("已销号")


def own_password(page: Page, first: str) -> None:
    """Whoever signs in with a first password chooses an own one."""
    fill(page, 旧密码=first, 新密码="Winter-2026-story", 新密码确认="Winter-2026-story")
    button(page, "保存新密码").click()
    page.wait_for_url(lambda address: "password" not in address)


def test_09_the_draw_is_published_and_verified_by_a_stranger(story: Enforcement) -> None:
    head = story.enter("head", story.draw)
    press(head, "公示抽查结果")
    told(head, "抽查结果已公示")
    page = story.enter("", "/draws/", PHONE)
    page.locator("article", has_text=TITLE).filter(has_text="结果已公示").first.get_by_role(
        "link"
    ).first.click()
    expect(page.locator("#pool-hash")).to_have_text(story.announced)
    expect(page.locator("main")).to_contain_text(story.place)
    files = {}
    for name in ("冻结名录文件", "抽取结果文件"):
        files[name] = saved(page, link(page.locator("main"), name).click, story.folder)
    checked = subprocess.run(
        [
            *(sys.executable, "manage.py", "draw_verify", files["抽取结果文件"]),
            *("--pool", files["冻结名录文件"], "--hash", story.announced),
        ],
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stderr
    assert "一致：重新抽取得到完全相同的结果" in checked.stdout
    link(page.locator("main"), "核验").click()
    page.context.set_offline(True)
    page.get_by_label("抽取结果文件").set_input_files(files["抽取结果文件"])
    page.get_by_label("另存的冻结名录文件").set_input_files(files["冻结名录文件"])
    page.get_by_label("抽取前公布的校验值").fill(story.announced)
    button(page, "重新抽取并比较").click()
    expect(page.locator("[data-draw-answer]")).to_contain_text("一致：重新抽取得到完全相同的结果")


# -- case ----------------------------------------------------------------------------------------------------


def test_10_the_case_is_filed(story: Enforcement) -> None:
    page = story.enter(story.lead, story.case)
    link(page.locator("main"), "转为处罚案件").click()
    press(page, "起草案件")
    told(page, "案件草稿已带入材料")
    story.case = page.url
    for name, _ in story.officers:
        link(page.locator("main"), "指定").click()
        pick(page, "办案人员", name)
        press(page, "指定办案人员")
        told(page, "已指定")
    press(page, "送审立案")
    told(page, "已送审")
    boss = story.enter("leader", story.case)
    step(boss, "批准立案")
    told(boss, "九十日办案期限开始计算")


def step(page: Page, name: str, **values: str) -> None:
    """Open a step of the case, fill it in, and take it."""
    link(page.locator("main"), name).click()
    fill(page, **values)
    press(page, name)


def tab(page: Page, story: Enforcement, name: str) -> None:
    """One part of the case."""
    page.goto(story.case)
    link(page.locator("main"), name).click()


def test_11_the_inquiry(story: Enforcement) -> None:
    page = story.enter(story.lead, story.case)
    tab(page, story, "证据")
    link(page.locator("main"), "列出事实").click()
    fill(page, 认定的事实=f"{PROSECUTED}，招收学生 3 名")
    press(page, "列出认定的事实")
    for kind, name, shade in (("现场笔录", "现场检查笔录", 190), ("书证", "收费收据复印件", 210)):
        link(page.locator("main"), "登记证据").click()
        pick(page, "证据种类", kind)
        fill(page, 证据名称=name, 证明事项="当事人超出许可范围开展学科类培训并收费")
        page.get_by_label(re.compile("^来源")).fill("执法人员现场制作、当事人提供")
        page.get_by_role("group", name=re.compile("^证明的事实")).get_by_role("checkbox").first.check()
        page.get_by_label(re.compile("^证据文件")).set_input_files(photo_file(story.folder, shade))
        press(page, "登记证据")
        told(page, "已登记")
    _interview(page, story)
    tab(page, story, "收退费")
    link(page.locator("main"), "导入明细").click()
    rows = ("学生甲,3600,40,20,0,,", "学生乙,3600,40,10,2700,2026-11-02,", "学生丙,1800,20,20,0,,")
    fill(page, 粘贴明细="\n".join(rows))
    press(page, "登记收退费明细")
    told(page, "违法所得已重新计算")
    expect(page.locator("main")).to_contain_text("6,300.00")


def _interview(page: Page, story: Enforcement) -> None:
    link(page.locator("main"), "制作笔录").click()
    fill(page, 被询问人="向南星", 身份="该机构校长", 询问地点="县教委三楼询问室", 记录人=story.officers[1][0])
    for name, _ in story.officers:
        page.get_by_role("checkbox", name=name).check()
    for told_ in ("已核对身份证件", "已出示执法证并告知权利义务", "已告知申请回避的权利"):
        page.get_by_label(told_).check()
    fill(page, 询问内容="问：小学数学班是谁开设的？\n答：是我校自行开设的，收费入学校账户。")
    page.get_by_role("radio", name="逐页签字").check()
    press(page, "制作询问笔录")
    expect(page.locator("main")).to_contain_text("该机构校长")


def test_12_discretion_and_the_end_of_the_inquiry(story: Enforcement) -> None:
    page = story.enter(story.lead, story.case)
    tab(page, story, "裁量")
    link(page.locator("main"), "填写").click()
    fill(page, 违反的规定="《民办教育促进法》第六十二条", 裁量理由="退还部分学费，配合调查。")
    pick(page, "情节", "一般")
    pick(page, "首违、轻微不罚审查", "不适用")
    fill(page, 审查意见="培训持续两个月，危害后果不属轻微。")
    page.get_by_label(re.compile("^没收违法所得")).check()
    page.get_by_label(re.compile("^警告")).check()
    page.get_by_label(re.compile("^重大、复杂案件")).check()
    press(page, "裁量和拟处罚")
    expect(page.locator("main")).to_contain_text("没收违法所得")
    page.goto(story.case)
    press(page, "调查终结")
    told(page, "调查终结报告已制作")


def test_13_legal_review_and_prior_notice(story: Enforcement) -> None:
    page = story.enter(story.lead, story.case)
    tab(page, story, "告知听证")
    link(page.locator("main"), "送审").click()
    press(page, "送法制审核")
    told(page, "已送审")
    legal = story.enter("legal", story.case)
    tab(legal, story, "告知听证")
    link(legal.locator("main"), "提出审核意见").click()
    legal.get_by_role("radio", name="审核通过").check()
    fill(legal, 审核结论="事实清楚，证据确凿，适用依据正确。", 审核人资格="法律职业资格证 A20125002370001")
    press(legal, "法制审核")
    told(legal, "审核意见已制发")
    page.goto(story.case)
    press(page, "制发事先告知书")
    told(page, "已制发，请送达")
    serve(page, story, "行政处罚事先告知书")
    tab(page, story, "告知听证")
    link(page.locator("main"), "登记意见").click()
    fill(page, 意见="已主动退还一名学生的学费，请求从轻。")
    press(page, "登记陈述申辩")
    link(page.locator("main"), "复核").click()
    page.get_by_role("radio", name="采纳", exact=True).check()
    fill(page, 复核意见和理由="退费情况属实，计算违法所得时已经扣除。")
    press(page, "复核陈述申辩")
    boss = story.enter("leader", story.case)
    expect(boss.locator("main")).to_contain_text("尚未届满")
    link(page.locator("main"), "登记书面放弃").click()
    fill(page, 书面声明=f"{day()}《放弃继续陈述申辩声明》")
    press(page, "登记放弃陈述申辩、听证")


def serve(page: Page, story: Enforcement, paper: str) -> None:
    """送达回证 of one paper of the case."""
    tab(page, story, "文书送达")
    link(page.get_by_role("row").filter(has_text=paper), "登记送达").click()
    page.get_by_role("radio", name="直接送达").check()
    fill(page, 签收人="向南星")
    _two_servers(page, story)
    press(page, "登记文书送达")
    told(page, "送达已登记")


def test_14_discussed_decided_and_served(story: Enforcement) -> None:
    head = story.enter("head", story.case)
    tab(head, story, "告知听证")
    head.locator("section", has_text="集体讨论").get_by_role("link", name="登记", exact=True).click()
    fill(head, 地点="县教委五楼会议室", 主持人="晏守拙", 参加人员="晏守拙、龚怀瑾、卢秋禾", 记录人="骆皓予")
    fill(head, 讨论意见="龚怀瑾：同意承办人意见。卢秋禾：同意。", 结论="同意没收违法所得并给予警告。")
    press(head, "登记集体讨论")
    boss = story.enter("leader", story.case)
    step(boss, "决定处罚")
    told(boss, "决定书已制发")
    page = story.enter(story.lead, story.case)
    serve(page, story, "行政处罚决定书")
    expect(page.locator("main")).to_contain_text("直接送达")


def test_15_published_paid_and_closed(story: Enforcement) -> None:
    page = story.enter(story.lead, story.case)
    tab(page, story, "履行")
    expect(page.locator("main")).to_contain_text("6,300.00")
    link(page.locator("main"), "登记缴款").click()
    pick(page, "款项", "没收违法所得")
    fill(page, **{"金额（元）": "6300", "票据号": "渝财01-26-000731"})
    press(page, "登记缴款")
    told(page, "缴款已登记")
    while page.get_by_role("link", name="登记执行", exact=True).count():
        page.get_by_role("link", name="登记执行", exact=True).first.click()
        fill(page, 情况="已当面宣读警告。")
        press(page, "登记执行情况")
    clerk = story.enter("clerk", story.case)
    tab(clerk, story, "履行")
    clerk.locator("section", has_text="双公示").get_by_role("link", name="公示", exact=True).click()
    clerk.get_by_role("radio", name="一般").check()
    press(clerk, "公示处罚决定")
    told(clerk, "已公示，并提交信用平台")
    page.goto(story.case)
    press(page, "确认履行完毕")
    told(page, "已确认履行完毕")
    boss = story.enter("leader", story.case)
    step(boss, "结案", 执行情况="没收违法所得已缴清，警告已执行。")
    told(boss, "已结案")


def test_16_archived_and_exported(story: Enforcement) -> None:
    page = story.enter("clerk", story.case)
    step(page, "归档", 立卷人=story.officers[0][0], 检查人=story.officers[1][0])
    told(page, "案卷已归档")
    officer = story.enter(story.lead, story.case)
    number = re.search(r"归档号 (\d{8})", officer.locator("body").inner_text())
    assert number
    for volume, words in (("正卷", "行政处罚决定书"), ("副卷", "法制审核")):
        href = link(officer.locator("main"), f"{volume}（PDF）").get_attribute("href") or ""
        text = pdf_text(fetched(officer, f"{story.house.url}{href}"))
        assert {word for word in ("目录", words, number[1]) if word not in text} == set(), volume
    page.goto(story.at("/desk/credit/"))
    row = page.get_by_role("row").filter(has_text=story.place).first
    decision = row.get_by_role("link").first.inner_text().strip()
    sheet = saved(page, link(page, "导出 CSV").click, story.folder).read_text(encoding="utf-8-sig")
    line = next(row for row in csv.DictReader(io.StringIO(sheet)) if decision in row.values())
    assert "0.63" in line.values(), line


# -- a stranger ----------------------------------------------------------------------------------------------


def test_17_a_stranger_verifies_the_notice(story: Enforcement) -> None:
    page = story.enter(story.lead, story.notice)
    papers = page.locator("main").get_by_role("listitem").filter(has_text=story.number)
    hrefs = {kind: link(papers, kind).first.get_attribute("href") or "" for kind in ("PDF", "DOCX")}
    text = pdf_text(fetched(page, f"{story.house.url}{hrefs['PDF']}"))
    code = re.search(r"/verify/([A-Z0-9-]{14})/", text)
    assert code
    scanned = _scanned(fetched(page, f"{story.house.url}{hrefs['DOCX']}"), story, code[1])
    passer_by = story.enter("", f"/verify/{code[1]}/", PHONE)
    expect(passer_by.locator("main")).to_contain_text("有效")
    expect(passer_by.locator("main")).to_contain_text(story.number)
    for name in ("keys.json", "revocations.json"):
        (story.folder / name).write_bytes(fetched(passer_by, story.at(f"/verify/{name}")))
    genuine = _verify_alone(story.folder, scanned)
    assert genuine.returncode == 0, genuine.stderr
    wanted = ("签名真实", code[1], "有效：不在失效清单内")
    assert [words for words in wanted if words not in genuine.stdout] == []
    forged = _verify_alone(story.folder, scanned.replace(f".{china():%Y}", ".2019"))
    assert forged.returncode == 1
    assert "签名不对" in forged.stderr


def _scanned(docx: bytes, story: Enforcement, code: str) -> str:
    """What a camera reads off the paper: the picture in the file is the code of exactly this address."""
    [(payload,)] = story.ask("SELECT signed_payload FROM casework_officialdocument WHERE code = %s", code)
    address = f"{story.house.url}/verify/{code}/?p={payload}"
    with zipfile.ZipFile(io.BytesIO(docx)) as parts:
        pictures = [parts.read(name) for name in parts.namelist() if name.startswith("word/media/")]
    assert qr_png(address) in pictures
    return address


def _verify_alone(folder: Path, scanned: str) -> subprocess.CompletedProcess[str]:
    """The stand-alone checker with nothing around it: no project, no packages, no environment."""
    script = folder / "verify_notice.py"
    script.write_bytes((ROOT / "tools" / "verify_notice.py").read_bytes())
    files = ("--keys", "keys.json", "--revocations", "revocations.json")
    return subprocess.run(
        [sys.executable, "-I", "-S", script, scanned, *files],
        cwd=folder,
        env={"PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        text=True,
        check=False,
    )
