"""The lines of the warning rules, frozen on 2026-11-28 before any simulation was looked at.

Every line here is the shipped default of a dated policy value (`casework/data/policies.json`, keys of
:data:`KEYS`); a county replaces it there with its own basis. Amounts are fen, shares thousandths, spans days.
Sources: 杭州 2020-10 (day and week outflow, floor), 江苏 2022-04 (cover of unconsumed fees), funds.md §8.6;
what no source names is a design default and marked so in the reference data.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from typing import Any


def _line(default: int, label: str, unit: str) -> Any:
    return field(default=default, metadata={"label": label, "unit": unit})


@dataclass(frozen=True)
class Parameters:
    """All lines of W1 to W16; names begin with the rule they belong to. `old_after_days` is for W1 to W3."""

    old_after_days: int = _line(365, "开办满多少天按老机构的线", "days")
    w1_new_fen: int = _line(30_000_000, "新机构单日支出", "fen")
    w1_old_fen: int = _line(100_000_000, "老机构单日支出", "fen")
    w1_share: int = _line(300, "单日支出占期初余额", "permille")
    w1_share_min_fen: int = _line(2_000_000, "按占比计时的最低支出", "fen")
    w2_new_fen: int = _line(50_000_000, "新机构七日支出", "fen")
    w2_old_fen: int = _line(200_000_000, "老机构七日支出", "fen")
    w2_days: int = _line(7, "累计支出的天数", "days")
    w2_booked_days: int = _line(35, "与近多少天可拨付的钱相比", "days")
    w2_over: int = _line(1100, "支出达到可拨付的", "permille")
    w2_over_min_fen: int = _line(2_000_000, "按可拨付计时的最低支出", "fen")
    w3_new_fen: int = _line(10_000_000, "新机构余额线", "fen")
    w3_old_fen: int = _line(30_000_000, "老机构余额线", "fen")
    w3_fell_days: int = _line(30, "近多少天曾在余额线上", "days")
    w3_cover: int = _line(1000, "存款占家长未消课款", "permille")
    w3_transit_days: int = _line(7, "在途款多少天内算数", "days")
    w4_full: int = _line(1000, "保证金占应缴", "permille")
    w4_red: int = _line(500, "保证金占应缴，低于即红", "permille")
    w4_red_days: int = _line(7, "保证金连续不足多少天转红", "days")
    w5_days: int = _line(90, "无指令支出追溯天数", "days")
    w5_min_fen: int = _line(1, "无指令支出", "fen")
    w6_days: int = _line(30, "无收款天数", "days")
    w6_lessons: int = _line(20, "同期上课", "count")
    w6_students: int = _line(5, "在读学员", "count")
    w6_left_days: int = _line(30, "未消课款只够上多少天", "days")
    w6_long_days: int = _line(90, "人均收款比较的天数", "days")
    w6_share: int = _line(500, "人均收款降到上期的", "permille")
    w6_receipts: int = _line(10, "上期收款笔数", "count")
    w7_days: int = _line(7, "退费集中的天数", "days")
    w7_weeks: int = _line(8, "与前多少周平均相比", "count")
    w7_times: int = _line(3, "达到平均的倍数", "count")
    w7_count: int = _line(5, "申请退费", "count")
    w7_share: int = _line(100, "申请退费占在读学员", "permille")
    w7_share_min: int = _line(3, "按占比计时的最低件数", "count")
    w8_days: int = _line(30, "投诉累计天数", "days")
    w8_yellow: int = _line(3, "投诉", "count")
    w8_red: int = _line(10, "投诉，达到即红", "count")
    w9_left: int = _line(700, "降到前一周的", "permille")
    w9_lessons: int = _line(20, "起算周上课", "count")
    w9_students: int = _line(10, "起算周在读学员", "count")
    w10_days: int = _line(30, "超限收费追溯天数", "days")
    w10_yellow: int = _line(1, "超限或疑似拆分收费", "count")
    w10_red: int = _line(5, "超限或疑似拆分收费，达到即红", "count")
    w11_days: int = _line(14, "近期售课天数", "days")
    w11_base_days: int = _line(90, "与此前多少天均价相比", "days")
    w11_share: int = _line(600, "近期均价占此前均价", "permille")
    w11_sales: int = _line(10, "近期售出合同", "count")
    w11_base_sales: int = _line(10, "此前售出合同", "count")
    w12_days: int = _line(30, "课时确认统计天数", "days")
    w12_share: int = _line(600, "到期自动确认占比", "permille")
    w12_lessons: int = _line(20, "已确认课时", "count")
    w13_yellow: int = _line(1, "三一致异常", "count")
    w13_red: int = _line(10, "三一致异常，达到即红", "count")
    w14_days: int = _line(7, "在途款最长", "days")
    w14_red_days: int = _line(15, "在途款超过即红", "days")
    w15_yellow: int = _line(1, "外部风险信号种类", "count")
    w15_red: int = _line(2, "外部风险信号种类，达到即红", "count")
    w16_yellow: int = _line(1, "连续缺对账单", "days")
    w16_red: int = _line(3, "连续缺对账单，达到即红", "days")
    quiet: tuple[tuple[int, int, int, int], ...] = (
        (1, 10, 2, 28),
        (4, 3, 4, 6),
        (5, 1, 5, 5),
        (6, 25, 7, 10),
        (8, 25, 9, 7),
        (10, 1, 10, 7),
    )
    """Spans (from month, day, to month, day) in which fewer lessons are no sign: breaks, turns of term."""

    def of(self, **values: int) -> Parameters:
        """The same with other lines."""
        return replace(self, **values)  # type: ignore[arg-type]


LINES = {item.name: item.metadata for item in fields(Parameters) if item.metadata}
SCALED = {
    "w1_new_fen": "fund.withdrawal.warning.day.new",
    "w1_old_fen": "fund.withdrawal.warning.day.old",
    "w2_new_fen": "fund.withdrawal.warning.week.new",
    "w2_old_fen": "fund.withdrawal.warning.week.old",
    "w3_new_fen": "fund.balance.warning.new",
    "w3_old_fen": "fund.balance.warning.old",
}
KEYS = {name: SCALED.get(name, f"fund.warning.{name.replace('_', '.', 1)}") for name in LINES}
"""Policy key of each line; those of 杭州 stood already."""

RULES = {
    "W1": "单日大额支出",
    "W2": "七日累计大额支出",
    "W3": "余额低于警戒线",
    "W4": "风险保证金不足",
    "W5": "无指令支出",
    "W6": "收款骤减，疑似账外收费",
    "W7": "退费集中",
    "W8": "投诉集中",
    "W9": "上课、学员骤减",
    "W10": "超限或拆分收费",
    "W11": "低价集中售课",
    "W12": "课时大量自动确认",
    "W13": "三一致异常",
    "W14": "在途款滞留",
    "W15": "外部风险信号",
    "W16": "银行对账单迟到",
}


def lines_of(rule: str) -> list[str]:
    """Names of the lines that a rule uses."""
    own = [name for name in LINES if name.startswith(f"{rule.lower()}_")]
    return [*(["old_after_days"] if rule in {"W1", "W2", "W3"} else []), *own]
