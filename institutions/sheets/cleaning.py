"""Cells as facts: full-width digits, dates in every spelling, words instead of codes."""

from __future__ import annotations

import calendar
import re
import unicodedata
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from institutions.codes import clean_code, uscc_problem
from institutions.models import Institution
from institutions.models.choices import (
    AgeGroup,
    OperatingState,
    PlaceKind,
    ProfitKind,
    Standing,
    SubjectKind,
    Track,
)
from institutions.search import normalise
from institutions.sheets.columns import BY_KEY
from institutions.sheets.reading import text_of

EMPTY = {
    "",
    "无",
    "-",
    "--",
    "—",
    "——",
    "/",
    "\\",
    "暂无",
    "空",
    "未办理",
    "未办",
    "没有",
    "na",
    "n/a",
    "null",
    "none",
    "无证",
    "无照",
}
TOTALS = re.compile(
    r"^(共\s*\d+\s*行|小计|合计|总计|共计|累计|汇总|总数|填表人|填报人|审核人|制表|联系电话[:：]|备注[:：]|注[:：])"
)
_DATE = re.compile(r"(\d{4})\s*[-./年]\s*(\d{1,2})(?:\s*[-./月]\s*(\d{1,2}))?\s*[日号]?")
_COMPACT = re.compile(r"(?<!\d)((?:19|20)\d{2})(\d{2})(\d{2})(?!\d)")
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
_FULL_WIDTH = re.compile("[０-ｚ]")
_HAN = re.compile(r"[\u3400-\u9fff]")
FIRST_SERIAL, LAST_SERIAL = 20_000, 60_000
PLAIN = ("licence_organ", "licence_scope", "address", "floors", "head_name", "contact_name", "note")
LENGTHS = {
    item.name: item.max_length
    for item in Institution._meta.concrete_fields
    if item.max_length and not item.choices
}

STANDING_WORDS = (
    (("无证无照", "无照无证", "黑机构", "双无"), Standing.UNLICENSED),
    (("有照无证", "无证有照", "有照未办证"), Standing.REGISTERED_ONLY),
    (("有证无照", "无照有证"), Standing.LICENCE_ONLY),
    (("证照齐全", "有证有照", "双证", "齐全", "持证", "有证", "合法", "已审批", "是"), Standing.LICENSED),
    (("无证", "无许可", "无办学许可", "未审批", "否"), Standing.UNLICENSED),
)
TRACK_WORDS = (
    (("非学科",), Track.UNKNOWN),
    (("学科", "语文", "数学", "英语", "外语", "物理", "化学", "文化课"), Track.SUBJECT),
    (
        ("艺术", "美术", "舞蹈", "音乐", "声乐", "书法", "器乐", "钢琴", "文艺", "口才", "主持"),
        Track.CULTURE_ARTS,
    ),
    (("体育", "篮球", "足球", "跆拳道", "武术", "游泳", "乒乓", "羽毛球", "棋", "体能"), Track.SPORT),
    (("科技", "编程", "机器人", "科学", "创客"), Track.SCIENCE),
    (("综合", "其他", "其它"), Track.OTHER),
)
PROFIT_WORDS = (
    (("非营利", "非盈利", "民办非", "民非", "否", "公益"), ProfitKind.NON_PROFIT),
    (("营利", "盈利", "企业", "公司", "个体", "是"), ProfitKind.FOR_PROFIT),
)
SUBJECT_WORDS = ((("非学科", "否"), SubjectKind.NON_SUBJECT), (("学科", "是"), SubjectKind.SUBJECT))
STATE_WORDS = (
    (("取缔",), OperatingState.BANNED),
    (("注销", "关停", "停办", "关闭", "吊销", "终止", "倒闭"), OperatingState.CLOSED),
    (("停业", "整顿", "暂停", "停课"), OperatingState.SUSPENDED),
    (("正常", "在办", "营业", "存续", "开业", "办学", "在营"), OperatingState.OPERATING),
)
AGE_WORDS = (
    (("学龄前", "幼儿", "学前", "3-6", "3—6"), AgeGroup.PRESCHOOL),
    (("小学", "义务教育", "中小学", "小初"), AgeGroup.PRIMARY),
    (("初中", "义务教育", "中小学", "中学", "小初"), AgeGroup.JUNIOR),
    (("高中", "中小学", "中学"), AgeGroup.SENIOR),
)
PLACE_WORDS = (
    (("住宅", "居民", "小区"), PlaceKind.RESIDENTIAL),
    (("地下",), PlaceKind.UNDERGROUND),
    (("厂房", "仓库", "车间"), PlaceKind.INDUSTRIAL),
    (("临时", "板房"), PlaceKind.TEMPORARY),
    (("写字楼", "办公"), PlaceKind.OFFICE),
    (("学校", "场馆", "体育馆"), PlaceKind.SCHOOL_VENUE),
    (("商业", "商铺", "门面", "商用"), PlaceKind.COMMERCIAL),
    (("其他", "其它"), PlaceKind.OTHER),
)


@dataclass
class Cleaned:
    """One row as facts in JSON form (dates ISO, area as text, region as code), with what is wrong or odd."""

    values: dict[str, Any] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Places:
    """Townships of a county by every spelling of their names."""

    by_name: dict[str, str]
    by_code: dict[str, str]
    county_words: tuple[str, ...] = ()

    def find(self, text: str) -> str:
        """Code of a township given by name, short name or code; empty when unknown."""
        words = normalise(text)
        for county in self.county_words:
            words = words.removeprefix(county)
        return self.by_name.get(words) or self.by_code.get(words) or self.by_code.get(words.rstrip("0")) or ""

    def within(self, address: str) -> str:
        """Code of the one township whose full name stands in an address; empty when none or several."""
        text = normalise(address)
        found = {code for name, code in self.by_name.items() if len(name) > 2 and name in text}
        return found.pop() if len(found) == 1 else ""


def half_width(text: str) -> str:
    """Full-width letters and digits made half-width; Chinese punctuation stays."""
    if not _FULL_WIDTH.search(text):
        return text
    return "".join(
        unicodedata.normalize("NFKC", sign) if "０" <= sign <= "ｚ" and sign.isalnum() else sign
        for sign in text
    )


def read_date(cell: Any, *, is_end: bool = False) -> date | None:
    """A day from a date cell, an Excel serial or text; a month alone gives its first (or last) day."""
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    text = unicodedata.normalize("NFKC", text_of(cell)).strip()
    if re.fullmatch(r"\d{5}(?:\.\d+)?", text) and FIRST_SERIAL <= float(text) <= LAST_SERIAL:
        return date(1899, 12, 30) + timedelta(days=int(float(text)))
    found = read_dates(text, is_end=is_end)
    return found[0] if found else None


def read_dates(text: str, *, is_end: bool = False) -> list[date]:
    """Every day named in a text, in order."""
    days = []
    text = unicodedata.normalize("NFKC", text)
    for match in _DATE.finditer(_COMPACT.sub(r"\1-\2-\3", text)):
        year, month = int(match[1]), int(match[2])
        try:
            last = calendar.monthrange(year, month)[1]
            days.append(date(year, month, int(match[3]) if match[3] else last if is_end else 1))
        except (ValueError, calendar.IllegalMonthError):
            continue
    return days


def read_number(cell: Any) -> Decimal | None:
    """The first number of a cell: 约１，２００㎡ gives 1200."""
    text = unicodedata.normalize("NFKC", text_of(cell)).replace(",", "").replace("，", "").replace(" ", "")
    match = _NUMBER.search(text)
    try:
        return Decimal(match[0]) if match else None
    except InvalidOperation:
        return None


def pick(words: tuple[tuple[tuple[str, ...], Any], ...], text: str) -> Any:
    """The first code one of whose words stands in the text; None when none does."""
    for options, code in words:
        if any(option in text for option in options):
            return code
    return None


def is_blank(cell: Any) -> bool:
    """Whether a cell says nothing: empty, a dash, 无."""
    return text_of(cell).strip().casefold() in EMPTY


def is_total(cells: list[Any]) -> bool:
    """Whether a row is a subtotal or a signature line instead of an institution."""
    texts = [text_of(cell).replace(" ", "") for cell in cells]
    filled = [text for text in texts if text]
    return any(TOTALS.match(text) for text in filled[:3]) and (
        len(filled) <= 3 or sum(bool(_HAN.search(text)) for text in filled) <= 2
    )


def clean_row(cells: dict[str, Any], places: Places, today: date) -> Cleaned:
    """The facts of one row given as {fact: cell}."""
    row = Cleaned()
    for step in (_names, _codes, _days, _axes, _numbers, _texts, _place, _standing, _state, _limits):
        step(row, cells, places)
    licence_to = row.values.get("licence_to")
    if row.values.get("licence_from") and licence_to and licence_to < row.values["licence_from"]:
        row.problems.append("许可证有效期止早于有效期起，请对照证书改正。")
    if row.values.get("ended_on", "") > today.isoformat():
        row.problems.append("终止日期晚于今天，请改正。")
    return row


def _names(row: Cleaned, cells: dict[str, Any], places: Places) -> None:
    text = half_width(text_of(cells.get("name")))
    name = re.sub(r"(?<=[^\x00-\x7f])\s+|\s+(?=[^\x00-\x7f])", "", text)
    if not name:
        row.problems.append("没有机构名称，请补充。")
    elif not _HAN.search(name) and not re.search(r"[A-Za-z]{2}", name):
        row.problems.append(f"机构名称“{name}”不像名称，请检查列是否对应正确。")
    row.values["name"] = name
    if not is_blank(cells.get("aliases")):
        parts = re.split(r"[、，,;；/]+", half_width(text_of(cells["aliases"])))
        row.values["aliases"] = list(dict.fromkeys(part.strip() for part in parts if part.strip()))


def _codes(row: Cleaned, cells: dict[str, Any], places: Places) -> None:
    cell = cells.get("uscc")
    if not is_blank(cell):
        code = clean_code(text_of(cell))
        if isinstance(cell, int | float) and not isinstance(cell, bool) and abs(cell) >= 1e15:
            row.problems.append(
                "统一社会信用代码在表里是数值，Excel 已丢失后几位。请把该列设为文本后重新填写。"
            )
        elif problem := uscc_problem(code):
            row.problems.append(problem)
        row.values["uscc"] = code
    cell = cells.get("licence_no")
    if not is_blank(cell):
        if isinstance(cell, float) and abs(cell) >= 1e15:
            row.problems.append("许可证号在表里是数值，Excel 已丢失后几位。请把该列设为文本后重新填写。")
        row.values["licence_no"] = re.sub(r"\s+", "", half_width(text_of(cell)))
    if not is_blank(cells.get("phone")):
        text = unicodedata.normalize("NFKC", text_of(cells["phone"]))
        text = (
            re.sub(r"(?<=\d)[ \u3000]+(?=\d{1,4}\b)", "", text)
            if len(re.sub(r"\D", "", text)) <= 12
            else text
        )
        row.values["phone"] = re.sub(r"\s*[,;/、，；\s]\s*", "、", text.strip())


def _days(row: Cleaned, cells: dict[str, Any], places: Places) -> None:
    for key in ("licence_from", "licence_to", "established_on", "ended_on"):
        cell = cells.get(key)
        text = text_of(cell)
        if is_blank(cell) or text in {"长期", "永久", "长期有效"}:
            continue
        day = read_date(cell, is_end=key.endswith("_to"))
        if day is None or not 1949 <= day.year <= 2100:
            row.problems.append(f"{BY_KEY[key].label}“{text}”不是日期，请写成 2021-01-05 的样子。")
        else:
            row.values[key] = day.isoformat()
    term = cells.get("licence_term")
    if not is_blank(term):
        days = read_dates(text_of(term)) or [day for day in [read_date(term)] if day]
        if len(days) >= 2:
            row.values.setdefault("licence_from", days[0].isoformat())
        if days:
            row.values.setdefault("licence_to", days[-1].isoformat())
        elif "长期" not in text_of(term):
            row.problems.append(f"许可证有效期“{text_of(term)}”看不出日期，请写成 2021-01-05至2024-01-04。")


def _axes(row: Cleaned, cells: dict[str, Any], places: Places) -> None:
    texts = {
        key: half_width(text_of(cell)).replace(" ", "") for key, cell in cells.items() if not is_blank(cell)
    }
    for key, words in (
        ("profit_kind", PROFIT_WORDS),
        ("subject_kind", SUBJECT_WORDS),
        ("place_kind", PLACE_WORDS),
    ):
        if key in texts:
            code = pick(words, texts[key])
            if code is None:
                row.warnings.append(f"{BY_KEY[key].label}“{texts[key]}”不认识，未导入这一项。")
            else:
                row.values[key] = code.value
    if "track" in texts:
        _track(row, texts["track"])
    _agree(row)
    if "age_groups" in texts:
        groups = [
            code.value for options, code in AGE_WORDS if any(word in texts["age_groups"] for word in options)
        ]
        if groups:
            row.values["age_groups"] = groups
    if "is_online" in texts:
        row.values["is_online"] = texts["is_online"] == "是" or ("线上" in texts["is_online"])


def _agree(row: Cleaned) -> None:
    if row.values.get("subject_kind") == SubjectKind.SUBJECT:
        row.values["track"] = Track.SUBJECT.value
    elif "subject_kind" in row.values and row.values.get("track") == Track.SUBJECT:
        row.problems.append("学科属性为非学科类，培训类别却是学科，请改正其中一项。")


def _track(row: Cleaned, text: str) -> None:
    rest = text.replace("非学科类", "").replace("非学科", "")
    is_non = rest != text
    code = pick(TRACK_WORDS[1:], rest)
    if code is None and not is_non:
        row.warnings.append(f"培训类别“{text}”不认识，未导入这一项。")
        return
    if code is not None:
        row.values["track"] = code.value
    if code == Track.SUBJECT:
        row.values.setdefault("subject_kind", SubjectKind.SUBJECT.value)
    elif is_non or code is not None:
        row.values.setdefault("subject_kind", SubjectKind.NON_SUBJECT.value)


def _numbers(row: Cleaned, cells: dict[str, Any], places: Places) -> None:
    for key in ("floor_area_m2", "capacity", "longitude", "latitude"):
        if is_blank(cells.get(key)):
            continue
        number = read_number(cells[key])
        if number is None or number < 0 or number > 9_999_999:
            row.problems.append(f"{BY_KEY[key].label}“{text_of(cells[key])}”不是合理的数字，请改正。")
        elif key == "capacity":
            row.values[key] = int(number)
        elif key == "floor_area_m2":
            row.values[key] = str(number.quantize(Decimal("0.01")))
        else:
            row.values[key] = float(number)
    east, north = row.values.get("longitude"), row.values.get("latitude")
    if east is None and north is None:
        return
    if east is None or north is None or not (73 <= east <= 136 and 3 <= north <= 54):
        row.warnings.append("经纬度不完整或不在我国境内，未导入坐标。")
        row.values.pop("longitude", None)
        row.values.pop("latitude", None)


def _texts(row: Cleaned, cells: dict[str, Any], places: Places) -> None:
    for key in PLAIN:
        if not is_blank(cells.get(key)):
            row.values[key] = half_width(text_of(cells[key]))


def _place(row: Cleaned, cells: dict[str, Any], places: Places) -> None:
    given = text_of(cells.get("region"))
    code = places.find(given) if given else ""
    if not code:
        code = places.within(row.values.get("address", "")) or places.within(given)
        if code and given:
            row.warnings.append(f"乡镇（街道）“{given}”不认识，按地址归入。")
    if code:
        row.values["region"] = code
    elif given:
        row.problems.append(f"乡镇（街道）“{given}”不在本辖区，请改为本县的乡镇、街道名称。")


def _standing(row: Cleaned, cells: dict[str, Any], places: Places) -> None:
    text = text_of(cells.get("standing")).replace(" ", "")
    if not text:
        return
    code = pick(STANDING_WORDS, text)
    if code is None:
        row.warnings.append(f"证照情况“{text}”不认识，按证照号码推定。")
    else:
        row.values["standing"] = code.value


def _state(row: Cleaned, cells: dict[str, Any], places: Places) -> None:
    text = text_of(cells.get("operating_state")).replace(" ", "")
    if not text or text in EMPTY:
        return
    code = pick(STATE_WORDS, text)
    if code is None:
        row.warnings.append(f"办学状态“{text}”不认识，未导入这一项。")
    else:
        row.values["operating_state"] = code.value


def _limits(row: Cleaned, cells: dict[str, Any], places: Places) -> None:
    for key, value in row.values.items():
        limit = LENGTHS.get(key)
        if limit and key != "uscc" and isinstance(value, str) and len(value) > limit:
            row.problems.append(f"{BY_KEY[key].label}超过 {limit} 个字，请缩短。")


def complete(values: dict[str, Any]) -> dict[str, Any]:
    """What a new record needs beside the given facts: the standing from the numbers that are there."""
    if "standing" in values:
        return values
    has_licence, has_uscc = bool(values.get("licence_no")), bool(values.get("uscc"))
    standing = {
        (True, True): Standing.LICENSED,
        (True, False): Standing.LICENCE_ONLY,
        (False, True): Standing.REGISTERED_ONLY,
        (False, False): Standing.UNLICENSED,
    }[(has_licence, has_uscc)]
    return {**values, "standing": standing.value}
