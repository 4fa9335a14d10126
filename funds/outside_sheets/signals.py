"""Signals of banks, courts and registers as a sheet: each row one signal, a repeat harmless."""

from __future__ import annotations

from typing import Any

from funds.models import FundSignal, OutsideSheet, SignalKind, SignalSource
from funds.outside_sheets.rows import OutsideRow, Places, day_of

KIND_WORDS = (
    (("欠薪", "工资", "劳动报酬"), "WAGE"),
    (("欠租", "租金", "租赁"), "RENT"),
    (("社保", "社会保险"), "SOCIAL_INSURANCE"),
    (("被执行", "失信", "限高", "执行"), "EXECUTION"),
    (("涉诉", "诉讼", "纠纷", "立案"), "LAWSUIT"),
    (("登记异常", "经营异常", "吊销", "注销", "异常名录"), "REGISTRY"),
    (("欠税", "税"), "TAX"),
    (("账户", "银行"), "BANK"),
)
SOURCE_WORDS = (
    (("法院", "仲裁"), "COURT"),
    (("银行", "农商行", "信用社"), "BANK"),
    (("市场监管", "工商", "登记机关"), "REGISTRY"),
    (("人社", "劳动", "人力资源"), "LABOUR"),
    (("税务",), "TAX"),
    (("出租", "房东", "物业"), "LANDLORD"),
)
COMPARED = ("institution", "happened_on")
LABELS = {"institution": "机构", "happened_on": "发生日期"}
Known = dict[tuple[str, str, str], FundSignal]


def judge_signals(rows: list[OutsideRow], sheet: OutsideSheet, sender_code: str | None = None) -> None:
    """Say of each row what would happen. `sender_code` names the machine that tells; None is a sheet.

    A machine's signals stand beside those of other machines of the same source: two banks may use one number.
    """
    places = Places(sheet.bureau)
    standing_rows = FundSignal.objects.filter(bureau=sheet.bureau).select_related("institution")
    if sender_code is not None:
        standing_rows = standing_rows.filter(sender_code__in=["", sender_code])
    known = {(row.source, row.reference, row.kind): row for row in standing_rows.order_by("-pk")}
    seen: dict[tuple[str, str, str], int] = {}
    for row in rows:
        told = _read(row, sheet, places)
        if row.reasons:
            continue
        row.values = told
        mark = (told["source"], told["reference"], told["kind"])
        if (first := seen.setdefault(mark, row.number)) != row.number:
            row.refuse(f"与第 {first} 行是同一条信号。")
        elif (standing := known.get(mark)) is not None:
            _compare(row, standing, is_pushed=sender_code is not None)


def _compare(row: OutsideRow, standing: FundSignal, *, is_pushed: bool) -> None:
    row.kind = "SAME"
    if is_pushed and standing.cleared_on is not None:
        row.refuse(
            f"这条信号已于 {standing.cleared_on:%Y-%m-%d} 登记消除。再次发生的，请用新的来源编号推送。"
        )
        return
    differ = [LABELS[name] for name in COMPARED if getattr(standing, name) != row.values[name]]
    if differ:
        row.refuse(f"这个来源编号已登记，{'、'.join(differ)}不同。请核对后在登记簿里处理。")


def _read(row: OutsideRow, sheet: OutsideSheet, places: Places) -> dict[str, Any]:
    raw = row.values
    row.label = raw.get("place") or raw.get("uscc", "")
    found = places.find(raw.get("uscc", ""), raw.get("place", ""))
    if isinstance(found, str):
        row.refuse(found)
    else:
        row.label = found.name
    told = {
        "institution": found,
        "kind": _code(row, "kind", SignalKind, KIND_WORDS, sheet.defaults.get("kind", "")),
        "source": _code(row, "source", SignalSource, SOURCE_WORDS, sheet.defaults.get("source", "")),
        "reference": raw.get("reference", ""),
        "happened_on": day_of(row, "happened_on", is_needed=True),
    }
    if not told["reference"]:
        row.refuse("没有来源编号（案号、文号、流水号）。")
    elif len(told["reference"]) > 80:
        row.refuse("来源编号超过 80 个字。")
    words = raw.get("summary", "") or raw.get("kind", "")
    told["summary"] = (words or sheet.get_kind_display())[:300]
    return told


def signal_kind(text: str) -> str:
    """The kind that a code, its label or a word in it means; "" when none does."""
    exact = next((code for code, shown in SignalKind.choices if text in {code, shown}), "")
    return str(exact) or next((code for words, code in KIND_WORDS if any(word in text for word in words)), "")


def _code(
    row: OutsideRow, name: str, choices: Any, words: tuple[tuple[tuple[str, ...], str], ...], default: str
) -> str:
    """The code of a cell, by its label or by a word in it; the sheet's default only when the cell is empty."""
    text = row.values.get(name, "")
    label = "信号" if name == "kind" else "来源"
    if not text:
        if not default:
            row.refuse(f"没有填写{label}，上传时也没有选。")
        return default
    exact = next((code for code, shown in choices.choices if text in {code, shown}), "")
    if exact:
        return str(exact)
    hit = next((code for options, code in words if any(option in text for option in options)), "")
    if hit:
        return hit
    row.refuse(f"{label}“{text[:20]}”不认识，可写：{'、'.join(choices.labels)}。")
    return ""
