"""The main job in a browser: register, inspect, correct, close, publish, report; every step by people at screens.

The tests of this file tell one story and build on each other. Whoever acts is signed in as that person;
locators are roles and labels, so the story also proves the names that assistive technology reads.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urljoin
from zoneinfo import ZoneInfo

import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect
from pypdf import PdfReader

from institutions.codes import uscc_check_digit
from tests.browser.house import House
from tests.browser.visitor import PHONE, Complaints, Visitors
from tests.demo_template import run_sql

NAME = "巫山县晨光云翼少年儿童美术书法与创意编程教育培训中心有限责任公司"
OTHER = "巫山县远岚篮球俱乐部"
PATIENT_MS = 60_000
RESULT = "打开结果"


def credit_code(serial: int) -> str:
    """A well-formed social credit code that no register knows."""
    body = f"91500237MATALE{serial:03d}"
    return body + uscc_check_digit(body)


@dataclass
class Story:
    """What later chapters need from earlier ones."""

    visitors: Visitors
    house: House
    complaints: Complaints
    folder: Path
    institution: str = ""
    deployment: str = ""
    visit: str = ""
    notice: str = ""
    number: str = ""
    portal_user: str = ""

    def enter(self, suffix: str, path: str, size: dict[str, int] | None = None) -> Page:
        """A page of that person at a path."""
        more = {"size": size} if size else {}
        page = self.visitors.enter(suffix, complaints=self.complaints, **more)
        page.goto(self.at(path))
        return page

    def at(self, path: str) -> str:
        """Full address."""
        return path if path.startswith("http") else self.house.address(path)

    def photo(self, shade: int) -> Path:
        """A picture as a phone takes it."""
        path = self.folder / f"照片{shade}.jpg"
        if not path.exists():
            picture = Image.new("RGB", (640, 480), (shade, 90, 120))
            for offset in range(0, 480, 7):
                picture.putpixel((offset, (offset * shade) % 480), (255, 255, shade))
            picture.save(path, "JPEG")
        return path


@pytest.fixture(scope="module")
def story(_visitors: Visitors, house: House, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    """The story told by this file; nothing may be heard on the console from its first page to its last."""
    told = Story(_visitors, house, Complaints(), tmp_path_factory.mktemp("story"))
    yield told
    assert not told.complaints.found, "\n".join(told.complaints.found)


@pytest.fixture(autouse=True)
def _windows(story: Story) -> Iterator[None]:
    yield
    story.visitors.leave()


def button(page: Page | Locator, name: str) -> Locator:
    """A button by the words on it."""
    return page.get_by_role("button", name=name, exact=True)


def link(page: Page | Locator, name: str) -> Locator:
    """A link by its words."""
    return page.get_by_role("link", name=name, exact=True)


def field(page: Page | Locator, label: str) -> Locator:
    """A control by its label; required ones carry a mark in it."""
    return page.get_by_label(re.compile(rf"^{re.escape(label)}(\*必填)?$"))


def fill(page: Page, **values: str) -> None:
    """Type into controls by label."""
    for label, value in values.items():
        field(page, label).fill(value)


def press(page: Page, name: str) -> None:
    """Press a button and confirm the question when one is asked."""
    button(page.locator("main"), name).click()
    asked = page.locator("dialog[open]")
    if asked.count():
        asked.get_by_role("button").last.click()
    page.wait_for_load_state()


def told(page: Page, words: str) -> None:
    """The page says so."""
    expect(page.locator("#messages")).to_contain_text(words)


def moment(days: int = 0, hours: int = 0) -> str:
    """A local time for a browser's control."""
    return (datetime.now(ZoneInfo("Asia/Shanghai")) + timedelta(days=days, hours=hours)).strftime(
        "%Y-%m-%dT%H:%M"
    )


def saved(page: Page, click: Callable[[], None], folder: Path) -> Path:
    """The file that a click downloads."""
    with page.expect_download() as waiting:
        click()
    path = folder / waiting.value.suggested_filename
    waiting.value.save_as(path)
    return path


def pdf_text(content: bytes) -> str:
    """Words of a PDF without the breaks of its lines."""
    reader = PdfReader(io.BytesIO(content))
    return re.sub(r"\s+", "", "".join(page.extract_text() for page in reader.pages))


def fetched(page: Page, address: str) -> bytes:
    """What an address gives this person."""
    answer = page.request.get(address)
    assert answer.ok, f"{answer.status} {address}"
    return answer.body()


# -- register ------------------------------------------------------------------------------------------------


def test_1_register_an_institution(story: Story) -> None:
    page = story.enter("clerk", "/desk/institutions/")
    link(page, "登记机构").click()
    fill(
        page,
        机构名称=NAME,
        地址="高唐街道净坛一路199号3层",
        统一社会信用代码=credit_code(1),
        办学许可证号="教民150023779990001号",
        许可证有效期起="2025-01-01",
        许可证有效期止="2028-12-31",
        办学内容="美术、书法、创意编程",
        联系电话="023-57680001",
    )
    page.get_by_label("所在乡镇（街道）").select_option(label="高唐街道")
    page.get_by_label("证照情况").select_option(label="证照齐全")
    page.get_by_label("学科属性").select_option(label="非学科类")
    page.get_by_label("培训类别").select_option(label="文化艺术")
    page.get_by_label("营利性质").select_option(label="营利性")
    page.get_by_label("场所类型").select_option(index=1)
    page.get_by_label("小学", exact=True).check()
    register(page)
    expect(page.get_by_role("heading", level=1)).to_have_text(NAME)
    story.institution = page.url
    again = story.enter("", "/")
    again.get_by_role("searchbox").first.fill("cgyy")
    again.keyboard.press("Enter")
    expect(again.locator("main")).to_contain_text(NAME)


def register(page: Page) -> None:
    """Save a new record, also when the register first points at something odd."""
    button(page.locator("main"), "登记").click()
    page.wait_for_load_state()
    again = button(page.locator("main"), "仍然登记")
    if again.count():
        again.click()
    told(page, "已登记")


def open_portal_account(story: Story) -> None:
    """The bureau's administrator links an account to the new institution."""
    script = (
        "from accounts.models import User, Organisation, OrganisationKind, RoleAssignment;"
        "from accounts.roles import Role;"
        "from django.contrib.auth.hashers import make_password;"
        "from institutions.models import Institution;"
        "from institutions.services import institution_account_link;"
        f"place = Institution.objects.get(name={NAME!r});"
        "body = Organisation.objects.create(bureau=place.bureau, kind=OrganisationKind.INSTITUTION,"
        " name=place.name, short_name=place.name[:40], region=place.region, region_path=place.region_path);"
        "person = User.objects.create(username='story-institution', name='向南星', organisation=body,"
        " bureau=place.bureau, password=make_password('Story-2026-portal'));"
        "RoleAssignment.objects.create(user=person, role=Role.INSTITUTION_MANAGER);"
        "clerk = User.objects.get(username='wushan-clerk');"
        "institution_account_link(actor=clerk, institution=place, organisation=body)"
    )
    story.house.run("shell", "-c", script)


# -- inspect -------------------------------------------------------------------------------------------------


def test_2_plan_approve_notify(story: Story) -> None:
    page = story.enter("officer", "/desk/inspections/")
    link(page, "起草检查方案").click()
    fill(
        page,
        名称="2026 年寒假前校外培训机构联合检查（高唐街道）",
        任务来源="年度检查计划",
        检查依据="《校外培训行政处罚暂行办法》",
        检查事项="证照、从业人员、收费、安全、培训内容",
        计划开始=moment(),
        计划结束=moment(hours=6),
    )
    field(page, "检查类别").select_option(label="联合检查")
    choose_place(page)
    press(page, "保存草稿")
    told(page, "草稿已保存")
    story.deployment = page.url
    for person in ("黎槿年", "禚彧"):
        add_member(page, "执法人员", person)
    add_member(page, "协助人员", "车鑫淼")
    link(page.locator("main"), "列入年度计划").click()
    planned = field(page, "计划事项").locator("option", has_text="消防和安全")
    if planned.count():
        field(page, "计划事项").select_option(value=planned.get_attribute("value"))
    else:
        fill(page, 计划外理由="新年度计划公布前的安全检查。")
    press(page, "保存")
    told(page, "已登记")
    press(page, "送审")
    told(page, "已送审")
    boss = story.enter("leader", story.deployment)
    link(boss.locator("main"), "批准").click()
    fill(boss, 审批意见="同意。")
    press(boss, "批准")
    told(boss, "已批准")
    page.reload()
    press(page, "下达检查通知")
    told(page, "检查通知书已制作")
    expect(page.locator("main")).to_contain_text("检通")


def choose_place(page: Page) -> None:
    """Tick the new institution among the places to visit."""
    search = page.get_by_label(re.compile("^检查对象"))
    search.fill(NAME[:8])
    search.press("ArrowDown")
    page.keyboard.press("Space")
    expect(page.get_by_role("button", name=re.compile(f"^移除 {NAME}"))).to_be_visible()


def add_member(page: Page, role: str, person: str) -> None:
    """Put one person into the team."""
    link(page, "添加成员").click()
    page.get_by_role("radio", name=role).check()
    box = page.get_by_label("人员", exact=True)
    box.select_option(value=box.locator("option", has_text=person).first.get_attribute("value"))
    press(page, "添加")
    told(page, "已加入检查组")


def test_3_inspect_on_the_phone(story: Story) -> None:
    page = story.enter("officer", story.deployment, PHONE)
    press(page, "开始检查")
    told(page, "检查已开始")
    link(page.locator("main"), NAME).click()
    story.visit = page.url
    link(page.locator("main"), "进场检查").click()
    press(page, "开始检查")
    told(page, "检查已开始")
    fill_checklist(page, story)
    add_finding(page, story, "教室后门堆放杂物，宽约 60 厘米", "当场改正", 40)
    fix_on_the_spot(page, story)
    page.goto(story.visit)
    add_finding(page, story, "未在醒目位置公示收费项目和标准，共 2 处", "限期整改", 80)


def fill_checklist(page: Page, story: Story) -> None:
    """Every item has an answer; all are in order."""
    link(page.locator("main"), "选用检查清单").click()
    press(page, "开始填写")
    for group in page.get_by_role("group").filter(has=page.get_by_role("radio")).all():
        group.get_by_role("radio").first.check()
    press(page, "完成清单")
    told(page, "清单已完成")


def add_finding(page: Page, story: Story, text: str, mode: str, shade: int) -> None:
    """Enter one problem with a photo."""
    link(page.locator("main"), "登记问题").click()
    page.get_by_label(re.compile("^问题类型")).select_option(index=3)
    fill(page, 问题事实=text)
    page.get_by_role("radio", name=mode).check()
    page.get_by_label("问题照片").set_input_files(story.photo(shade))
    press(page, "登记")
    expect(page.locator("main")).to_contain_text(text)


def fix_on_the_spot(page: Page, story: Story) -> None:
    """Put it right with a photo of afterwards."""
    page.goto(story.visit)
    link(page.locator("main"), "教室后门堆放杂物，宽约 60 厘米").click()
    link(page.locator("main"), "确认当场改正").click()
    page.get_by_label("改正后照片").set_input_files(story.photo(120))
    press(page, "确认当场改正")
    expect(page.locator("main")).to_contain_text("已当场改正")


def test_4_issue_and_serve_the_notice(story: Story) -> None:
    page = story.enter("officer", story.visit)
    button(page, "起草县教委整改通知书").click()
    told(page, "草稿已按检查记录填好")
    press(page, "制发")
    told(page, "整改通知书已制发")
    heading = page.get_by_role("heading", level=1)
    expect(heading).to_have_text(re.compile(r"〔\d{4}〕\d+号"))
    story.notice, story.number = page.url, heading.inner_text().strip()
    content = fetched(
        page, story.house.url + (link(page.locator("main"), "PDF").first.get_attribute("href") or "")
    )
    assert content.startswith(b"%PDF")
    assert re.sub(r"\s+", "", story.number) in pdf_text(content)
    link(page.locator("main"), "登记送达").click()
    page.get_by_role("radio", name="直接送达").check()
    fill(page, 送达时间=moment(), 签收人="向南星")
    for label, person in (("送达人一", "黎槿年"), ("送达人二", "禚彧")):
        page.get_by_label(label).select_option(label=person)
    press(page, "登记送达")
    told(page, "送达已登记")
    expect(page.locator("main")).to_contain_text("送达回证")


def test_5_close_the_visit(story: Story) -> None:
    page = story.enter("officer", story.visit)
    link(page.locator("main"), "完成检查记录").click()
    page.get_by_role("radio", name="正常营业").check()
    page.get_by_role("radio", name="已签字").check()
    page.get_by_label("现场情况").fill("现场查看教室 4 间，核对教师名册和收费台账。")
    press(page, "完成检查记录")
    told(page, "检查记录已完成")
    press(page, "告知结果并办结")
    told(page, "检查结果告知书已制发")
    page.goto(story.deployment)
    press(page, "结束检查")
    told(page, "检查已结束")


# -- correct -------------------------------------------------------------------------------------------------


def test_6_institution_answers_in_the_portal(story: Story) -> None:
    open_portal_account(story)
    page = story.visitors.enter_named("story-institution", "Story-2026-portal", size=PHONE)
    story.complaints.watch(page)
    page.goto(story.at("/portal/"))
    page.locator("main").get_by_role("link", name=re.compile(re.escape(story.number))).first.click()
    link(page.locator("main"), "提交整改报告").click()
    page.get_by_label("总体情况").fill("已全部整改。")
    page.get_by_label(re.compile("^第 1 项：")).fill("收费公示牌已张贴于前台和二楼走廊。")
    page.get_by_label("第 1 项证明材料").set_input_files(story.photo(160))
    press(page, "提交报告")
    told(page, "整改报告已提交")
    expect(page.locator("main")).to_contain_text("等待复查")


def test_7_recheck_item_by_item_and_close(story: Story) -> None:
    page = story.enter("officer", story.notice)
    link(page.locator("main"), "复查").click()
    for person in ("黎槿年", "禚彧"):
        page.get_by_role("checkbox", name=person).check()
    page.get_by_role("group", name=re.compile("^第 1 项：")).get_by_role("radio", name="已整改").check()
    press(page, "提交复查结果")
    told(page, "复查结果已登记")
    expect(page.locator("main")).to_contain_text("已销号")


def test_8_verify_the_notice(story: Story) -> None:
    page = story.enter("officer", story.notice)
    href = link(page.locator("main"), "PDF").first.get_attribute("href") or ""
    text = pdf_text(fetched(page, f"{story.house.url}{href}"))
    found = re.search(r"/verify/([A-Z0-9-]{14})/", text)
    assert found, text[-300:]
    passer_by = story.enter("", f"/verify/{found[1]}/", PHONE)
    expect(passer_by.locator("main")).to_contain_text("有效")
    expect(passer_by.locator("main")).to_contain_text(story.number)


# -- publish -------------------------------------------------------------------------------------------------


def test_9_white_list(story: Story) -> None:
    page = story.enter("officer", "/desk/lists/")
    link(page.locator("main"), "拟定批次").click()
    fill(page, 标题="2026 年校外培训机构白名单（寒假前）", 依据="《重庆市校外培训机构白名单管理》要求")
    press(page, "核查机构并拟定")
    expect(page.get_by_role("checkbox", name=f"列入{NAME}")).to_be_checked()
    batch = page.url
    press(page, "送审")
    told(page, "已送审")
    boss = story.enter("leader", batch)
    press(boss, "审定")
    told(boss, "已审定")
    press(boss, "公布")
    told(boss, "已公布")
    passer_by = story.enter("", "/lists/white/", PHONE)
    link(passer_by.locator("main"), NAME).first.click()
    passer_by = story.enter("", "/")
    passer_by.get_by_role("searchbox").first.fill(NAME[:12])
    passer_by.keyboard.press("Enter")
    link(passer_by.locator("main"), NAME).first.click()
    expect(passer_by.locator("main")).to_contain_text("白名单")
    expect(passer_by.locator("main")).to_contain_text("已整改合格")


# -- report --------------------------------------------------------------------------------------------------


def test_10_report_is_built_reviewed_approved_and_exported(story: Story) -> None:
    page = story.enter("clerk", "/desk/reports/regimes/")
    row = page.get_by_role("row").filter(has_text="校外培训监管年度总结")
    link(row, "生成报表").click()
    fill(page, 报送日或期内任一日=f"{datetime.now().year - 1}-06-30")
    press(page, "统计并冻结")
    report = page.url
    figure = page.locator("main table").get_by_role("link").first
    count = int(re.sub(r"\D", "", figure.inner_text()))
    figure.click()
    page.wait_for_load_state()
    expect(page.locator("main")).to_contain_text(str(count))
    page.goto(report)
    complete(page, report)
    reviewer = story.enter("head", report)
    press(reviewer, "审核通过")
    told(reviewer, "已审核")
    boss = story.enter("leader", report)
    press(boss, "签发")
    told(boss, "已签发")
    for label, head in (("Excel", b"PK"), ("Word", b"PK"), ("PDF", b"%PDF"), ("数据包", b"PK")):
        content = export(page, report, label, story.folder)
        assert content.startswith(head), label


def complete(page: Page, report: str) -> None:
    """Fill what the system cannot count: zero where nothing is known, a text where one is asked for."""
    if button(page, "未填项全部填 0").count():
        press(page, "未填项全部填 0")
    link(page.locator("main"), "填报").click()
    for box in page.locator("main textarea").all():
        if not box.input_value():
            box.fill("已核对台账，情况属实。")
    press(page, "保存")
    expect(page).to_have_url(report)


def export(page: Page, report: str, label: str, folder: Path) -> bytes:
    """Let the worker make one file, wait for it on the progress page, download it."""
    page.goto(report)
    page.get_by_role("button", name=re.compile(f"^生成.*{label}")).click()
    expect(page.get_by_role("link", name=RESULT)).to_be_visible(timeout=PATIENT_MS)
    return saved(page, page.get_by_role("link", name=RESULT).click, folder).read_bytes()


# -- black list ----------------------------------------------------------------------------------------------


def test_11_black_entry_shows_at_once(story: Story) -> None:
    page = story.enter("officer", "/desk/lists/entries/new/")
    place = story.enter("clerk", "/desk/institutions/new/")
    fill(place, 机构名称=OTHER, 地址="龙门街道龙潭路7号")
    place.get_by_label("所在乡镇（街道）").select_option(label="龙门街道")
    place.get_by_label("证照情况").select_option(label="无证无照")
    register(place)
    page.get_by_role("searchbox", name="机构", exact=True).fill(OTHER)
    page.keyboard.press("Enter")
    link(page.locator("main"), "选这家").click()
    page.get_by_text("证照与许可", exact=True).click()
    page.get_by_role("group", name="违法违规类型").get_by_role("checkbox").first.check()
    fill(
        page,
        列入事由="2026 年 11 月未取得办学许可证招收小学生开展篮球培训，责令停止后仍继续。",
        依据="《校外培训行政处罚暂行办法》第十七条",
        移出条件="停止办学并退清费用，经复查属实。",
    )
    page.get_by_label("证据材料").set_input_files(story.photo(200))
    press(page, "保存")
    entry = page.url
    press(page, "告知机构")
    expect(page.locator("main")).to_contain_text("告知书")
    reply = story.enter("officer", entry)
    link(reply.locator("main"), "登记书面申辩").click()
    fill(reply, 陈述申辩内容="没有意见，愿意接受处理。")
    press(reply, "登记")
    expect(reply).to_have_url(entry)
    legal = story.enter("legal", entry)
    link(legal.locator("main"), "复核陈述申辩").click()
    legal.get_by_role("radio").first.check()
    legal.get_by_label("复核意见").fill("事实清楚，拟予列入。")
    press(legal, "保存复核结论")
    expect(legal).to_have_url(entry)
    boss = story.enter("leader", entry)
    boss.locator("summary", has_text="列入并公布").click()
    expect(boss.locator("main")).to_contain_text("届满前不能列入")
    ten_days_pass(story)
    boss.reload()
    press(boss, "列入并公布")
    expect(boss.locator("main")).to_contain_text("公布文书")
    passer_by = story.enter("", "/lists/black/", PHONE)
    link(passer_by.locator("main"), OTHER).first.click()
    expect(passer_by.locator("main")).to_contain_text("黑名单")


def ten_days_pass(story: Story) -> None:
    """The reply window of the told institution ends."""
    run_sql(
        story.house.environment["DATABASE_URL"],
        "UPDATE blacklist_listentry SET notified_on = notified_on - 10, reply_until = reply_until - 10 "
        "WHERE status = 'REVIEWED'",
    )


# -- import --------------------------------------------------------------------------------------------------

MESSY = [
    ["巫山县校外培训机构摸底表（2026 年 11 月）", "", "", "", ""],
    ["序号", "培训机构全称", "详细地址", "联系方式", "统一社会信用代码（18位）"],
    ["1", "　巫山县 云帆轮滑俱乐部 ", "高唐街道广东东路１２号", "０２３－５７６８００１１", credit_code(11)],
    ["2", "巫山县云帆轮滑俱乐部", "高唐街道广东东路12号", "", credit_code(11)],
    ["3", "巫山县小荷舞蹈工作室", "龙门街道龙水路3号", "13800000000", "不详"],
    ["4", "", "地址只有一半", "", ""],
    ["", "", "", "", ""],
    ["合计", "4 家", "", "", ""],
]


def messy_sheet(folder: Path) -> Path:
    """A sheet as townships send it: a title row, odd heads, full-width digits, twins, a total."""
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in MESSY:
        sheet.append(row)
    sheet.merge_cells("A1:E1")
    path = folder / "摸底表 最终版(2).xlsx"
    book.save(path)
    return path


def test_12_import_wizard_with_a_messy_sheet(story: Story) -> None:
    page = story.enter("clerk", "/desk/institutions/imports/new/")
    page.get_by_label(re.compile("^机构表格")).set_input_files(messy_sheet(story.folder))
    press(page, "上传并匹配列")
    expect(page.get_by_label("“培训机构全称”导入为")).to_have_value("name")
    expect(page.get_by_label("“详细地址”导入为")).to_have_value("address")
    press(page, "开始核对")
    link_to_result(page, "核对结果")
    expect(page.locator("main")).to_contain_text("云帆轮滑俱乐部")
    page.get_by_role("button", name=re.compile("^确认导入")).click()
    page.locator("dialog[open]").get_by_role("button").last.click()
    link_to_result(page, "导入完成")
    page.goto(story.at("/desk/institutions/?q=云帆轮滑"))
    expect(page.locator("main table").get_by_role("row").filter(has_text="云帆轮滑俱乐部")).to_have_count(1)


def link_to_result(page: Page, heading: str) -> None:
    """Wait for the worker and open what it made."""
    wanted = page.get_by_role("heading", level=1, name=heading, exact=True)
    result = page.get_by_role("link", name=RESULT)
    expect(result.or_(wanted).first).to_be_visible(timeout=PATIENT_MS)
    if not wanted.count():
        page.goto(urljoin(page.url, result.get_attribute("href")))
    expect(wanted).to_be_visible()
