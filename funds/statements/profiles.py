"""How one bank writes its statements, as data that a bureau can fill in without code."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from casework.errors import Unlawful

FORMATS = ("CSV", "XLSX", "CAMT053")
FIELDS = ("date", "amount", "amount_in", "amount_out", "mark", "balance", "serial", "payer", "payer_account",
          "summary", "reference", "own_account")  # fmt: skip
DEFAULT_DATES = ("%Y-%m-%d", "%Y/%m/%d", "%Y%m%d", "%Y年%m月%d日")


@dataclass(frozen=True)
class Profile:
    """One layout. `heads` names the column of each field by its heading; the row of headings is found by them,
    so lines before it need not be counted.

    Amounts are one signed column (`amount`), one column with a mark (`amount` and `mark`), or two columns
    (`amount_in`, `amount_out`). `marks_in` and `marks_out` are what the mark column says; both sides are
    asked, and any other word is refused. Rows that begin with a word of `footers` end the table.
    `many_accounts` says that one file holds lines of many accounts, told apart by `own_account`.
    """

    name: str
    format: str = "CSV"
    encoding: str = "utf-8-sig"
    delimiter: str = ","
    heads: Mapping[str, str] = field(default_factory=dict)
    marks_in: tuple[str, ...] = ()
    marks_out: tuple[str, ...] = ()
    dates: tuple[str, ...] = DEFAULT_DATES
    footers: tuple[str, ...] = ("合计", "总计")
    many_accounts: bool = False


def profile_of(data: Mapping[str, Any]) -> Profile:
    """A profile from its data; raises Unlawful with what is missing or contradicts."""
    known = Profile.__dataclass_fields__
    if unknown := set(data) - set(known):
        raise Unlawful(f"模板里有不认识的项目：{'、'.join(sorted(unknown))}。")
    if not data.get("name"):
        raise Unlawful("模板须有名称。")
    values: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value for key, value in data.items()
    }
    profile = Profile(**values)
    if profile.format not in FORMATS:
        raise Unlawful(f"文件格式只能是 {'、'.join(FORMATS)}。")
    if profile.format != "CAMT053":
        _check_heads(profile)
        _check_text(profile)
    return profile


def _check_heads(profile: Profile) -> None:
    heads = profile.heads
    if unknown := set(heads) - set(FIELDS):
        raise Unlawful(f"模板里有不认识的列：{'、'.join(sorted(unknown))}。")
    if "date" not in heads:
        raise Unlawful("模板须指明日期列的列名。")
    ways = ("amount" in heads, "amount_in" in heads and "amount_out" in heads)
    if sum(ways) != 1 or ("amount_in" in heads) != ("amount_out" in heads):
        raise Unlawful("金额须选一种写法：一列金额，或者收入、支出两列。")
    if "mark" in heads and (ways[1] or not profile.marks_in or not profile.marks_out):
        raise Unlawful("用借贷标志的，须有一列金额，并写明表示收入和支出的标志。")
    if set(profile.marks_in) & set(profile.marks_out):
        raise Unlawful("同一个标志不能既表示收入又表示支出。")
    if profile.many_accounts and not {"own_account", "balance"} <= set(heads):
        raise Unlawful(
            "一份文件有多个账户的，须写明本方账号列和余额列：按账号拆分，每个账户的余额各自接得上。"
        )
    if len(set(heads.values())) != len(heads):
        raise Unlawful("两个项目不能用同一列。")


def _check_text(profile: Profile) -> None:
    try:
        "".encode(profile.encoding)
    except LookupError as error:
        raise Unlawful(f"不认识编码“{profile.encoding}”，常用的是 utf-8-sig 和 gb18030。") from error
    if len(profile.delimiter) != 1:
        raise Unlawful("分隔符须是一个字符。")
