"""Which column of a sheet is which fact."""

from __future__ import annotations

from dataclasses import dataclass

from institutions.search import normalise
from institutions.sheets.reading import Grid, text_of

HEAD_ROWS_SEARCHED = 15


@dataclass(frozen=True)
class Target:
    """A fact that a column may hold, with the words that counties use for it."""

    key: str
    label: str
    words: tuple[str, ...]


TARGETS = (
    Target(
        "name",
        "机构名称",
        (
            "机构名称",
            "培训机构名称",
            "单位名称",
            "学校名称",
            "办学机构",
            "企业名称",
            "场所名称",
            "名称",
            "机构全称",
        ),
    ),
    Target("aliases", "别名、门牌名称", ("别名", "门牌名称", "简称", "招牌名称", "对外名称", "曾用名")),
    Target(
        "region",
        "乡镇（街道）",
        (
            "乡镇街道",
            "镇街",
            "乡镇",
            "街道",
            "所在乡镇",
            "所属乡镇",
            "所属街道",
            "所属区域",
            "属地",
            "片区",
            "所在镇街",
        ),
    ),
    Target(
        "standing",
        "证照情况",
        ("证照情况", "证照", "持证情况", "有无证照", "是否有证", "许可情况", "证照类型"),
    ),
    Target(
        "uscc",
        "统一社会信用代码",
        ("统一社会信用代码", "社会信用代码", "信用代码", "统一代码", "营业执照号", "营业执照编号", "执照号"),
    ),
    Target(
        "licence_no",
        "办学许可证号",
        (
            "办学许可证号",
            "许可证号",
            "许可证编号",
            "办学许可证编号",
            "办学许可证",
            "办学许可",
            "许可证",
            "批准文号",
        ),
    ),
    Target(
        "licence_term",
        "许可证有效期（起止写在一格）",
        ("有效期", "许可证有效期", "办学许可证有效期", "许可期限", "有效期限", "办学期限"),
    ),
    Target(
        "licence_from",
        "许可证有效期起",
        (
            "有效期起",
            "有效期自",
            "许可证有效期起",
            "许可证起",
            "发证日期",
            "发证时间",
            "有效期开始",
            "起始日期",
            "许可证开始日期",
        ),
    ),
    Target(
        "licence_to",
        "许可证有效期止",
        (
            "有效期止",
            "有效期至",
            "许可证有效期止",
            "许可证止",
            "到期日期",
            "到期时间",
            "有效期结束",
            "截止日期",
            "许可证到期日",
            "许可证到期日期",
        ),
    ),
    Target(
        "licence_organ", "发证机关", ("发证机关", "审批机关", "审批单位", "发证单位", "批准机关", "审批部门")
    ),
    Target(
        "licence_scope",
        "办学内容",
        ("办学内容", "培训内容", "培训项目", "办学范围", "经营范围", "培训科目", "办学项目"),
    ),
    Target(
        "subject_kind",
        "学科属性",
        ("学科属性", "学科非学科", "学科类别", "是否学科", "是否学科类", "学科性质"),
    ),
    Target(
        "track",
        "培训类别",
        ("培训类别", "类别", "培训类型", "机构类别", "机构类型", "办学类别", "类型", "培训门类"),
    ),
    Target(
        "profit_kind",
        "营利性质",
        ("营利性质", "机构性质", "营利性", "办学性质", "性质", "是否营利", "法人性质", "登记类型"),
    ),
    Target("is_online", "线上培训", ("线上培训", "是否线上", "线上线下", "培训方式", "培训形式")),
    Target(
        "age_groups",
        "招生对象",
        ("招生对象", "培训对象", "学段", "服务学段", "培训学段", "年龄段", "办学层次"),
    ),
    Target(
        "established_on",
        "成立日期",
        ("成立日期", "成立时间", "开办时间", "开办日期", "设立日期", "办学时间", "批准时间", "批准日期"),
    ),
    Target(
        "address",
        "地址",
        (
            "地址",
            "详细地址",
            "办学地址",
            "机构地址",
            "办学地点",
            "经营场所",
            "地点",
            "场所地址",
            "住所",
            "注册地址",
        ),
    ),
    Target("floors", "所在楼层", ("楼层", "所在楼层", "办学楼层")),
    Target("place_kind", "场所类型", ("场所类型", "场所性质", "房屋性质", "房屋用途", "建筑类型")),
    Target("longitude", "经度", ("经度",)),
    Target("latitude", "纬度", ("纬度",)),
    Target(
        "floor_area_m2",
        "建筑面积",
        (
            "建筑面积",
            "面积",
            "办学面积",
            "场地面积",
            "使用面积",
            "场所面积",
            "面积平方米",
            "面积m2",
            "培训面积",
        ),
    ),
    Target(
        "capacity",
        "同时段最多学员数",
        ("同时段最多学员数", "最大容纳人数", "容纳人数", "核定人数", "办学规模", "学员容量"),
    ),
    Target(
        "head_name",
        "负责人",
        (
            "负责人",
            "法定代表人",
            "法人",
            "法人代表",
            "校长",
            "举办者",
            "负责人姓名",
            "法定代表人姓名",
            "经营者",
            "机构负责人",
        ),
    ),
    Target("contact_name", "联系人", ("联系人", "联系人姓名")),
    Target(
        "phone",
        "联系电话",
        (
            "联系电话",
            "电话",
            "手机",
            "手机号",
            "手机号码",
            "联系方式",
            "电话号码",
            "负责人电话",
            "联系人电话",
            "法人电话",
            "联系人联系方式",
        ),
    ),
    Target(
        "operating_state", "办学状态", ("办学状态", "状态", "经营状态", "运营状态", "机构状态", "营业状态")
    ),
    Target(
        "ended_on",
        "终止日期",
        ("终止日期", "注销日期", "注销时间", "取缔日期", "取缔时间", "停办日期", "停办时间"),
    ),
    Target("note", "备注", ("备注", "说明", "其他")),
)
BY_KEY = {target.key: target for target in TARGETS}
IGNORED_HEADS = {"序号", "编号", "行号", "公开编号", "许可证状态", "名单"}
_EXACT = {normalise(word): target.key for target in TARGETS for word in (target.label, *target.words)}
_WORDS = sorted(_EXACT, key=len, reverse=True)


@dataclass(frozen=True)
class Column:
    """A column of the sheet: its place, its heading as written and the fact it seems to hold."""

    index: int
    label: str
    target: str = ""


@dataclass(frozen=True)
class Heading:
    """Where the heading of a sheet is and what its columns seem to be."""

    row: int
    height: int
    columns: tuple[Column, ...]

    @property
    def score(self) -> int:
        """How many facts were recognised."""
        return len({column.target for column in self.columns if column.target})


def guess(label: str) -> str:
    """The fact that a heading names, empty when unknown. An exact word wins, then a word at the end
    (the noun of a Chinese compound), then the longest word inside."""
    text = normalise(label)
    if not text or text in IGNORED_HEADS:
        return ""
    if text in _EXACT:
        return _EXACT[text]
    longer = [word for word in _WORDS if len(word) >= 2]
    for word in longer:
        if text.endswith(word):
            return _EXACT[word]
    return next((_EXACT[word] for word in longer if len(word) >= 3 and word in text), "")


def find_heading(grid: Grid) -> Heading:
    """The best heading of one or two rows among the first rows; an empty one when nothing fits."""
    best = Heading(0, 1, ())
    for row in range(min(HEAD_ROWS_SEARCHED, len(grid.rows))):
        for height in (1, 2):
            if row + height > len(grid.rows) or (height == 2 and _is_title(grid, row)):
                continue
            heading = heading_at(grid, row, height)
            if heading.score > best.score:
                best = heading
    return best


def _is_title(grid: Grid, row: int) -> bool:
    """Whether a row holds one text only, such as the sheet's title merged over all columns."""
    texts = {text_of(grid.header_cell(row, index)) for index in range(len(grid.rows[row]))}
    return len(texts - {""}) <= 1


def heading_at(grid: Grid, row: int, height: int) -> Heading:
    """The heading made of `height` rows from `row` on; a fact is given to its first column only."""
    width = max((len(cells) for cells in grid.rows[row : row + height + 3]), default=0)
    taken: set[str] = set()
    columns = []
    for index in range(width):
        top = text_of(grid.header_cell(row, index))
        sub = text_of(grid.header_cell(row + 1, index)) if height == 2 else ""
        label = top if sub in {"", top} else f"{top}／{sub}" if top else sub
        target = _target(top, "" if sub == top else sub)
        if target in taken:
            target = ""
        taken.add(target)
        columns.append(Column(index, label, target))
    return Heading(row, height, tuple(columns))


def _target(top: str, sub: str) -> str:
    if not sub:
        return guess(top)
    joined = normalise(top + sub)
    return _EXACT.get(joined) or _EXACT.get(normalise(sub)) or guess(top + sub) or guess(top)


def best_sheet(grids: list[Grid]) -> tuple[Grid, Heading]:
    """The sheet whose heading is recognised best."""
    found = [(grid, find_heading(grid)) for grid in grids]
    return max(found, key=lambda item: item[1].score)
