"""Numbers of clues. Each outcome is a number of its own; closed, solved and fixed are never one."""

from __future__ import annotations

from typing import Any

from django.db.models import F, Q, QuerySet

from casework.indicators import Indicator, Narrowed, Period, Scope, register
from complaints.models import Channel, Clue, Outcome

COLUMNS = (
    ("number", "线索编号"),
    ("get_channel_display", "来源渠道"),
    ("get_kind_display", "反映事项"),
    ("region.name", "乡镇（街道）"),
    ("received_at", "收到时间"),
    ("get_outcome_display", "办理结果"),
)


def _in_time(field: str, period: Period) -> dict[str, Any]:
    return {f"{field}__gte": period.starts_at, f"{field}__lt": period.ends_at}


def _base(scope: Scope, channel: str = "") -> QuerySet[Clue]:
    rows = Clue.objects.filter(region_path__startswith=scope.region_path).counted()
    return rows.filter(channel=channel) if channel else rows


def clues_received(scope: Scope, period: Period, **dims: Any) -> QuerySet[Clue]:
    """Clues received in the period; `channel` narrows to one source."""
    return _base(scope, dims.get("channel", "")).filter(**_in_time("received_at", period))


def clues_assigned(scope: Scope, period: Period, **dims: Any) -> QuerySet[Clue]:
    """Clues accepted and assigned (the last time) in the period."""
    return _base(scope, dims.get("channel", "")).filter(**_in_time("assigned_at", period))


def clues_closed(scope: Scope, period: Period, **dims: Any) -> QuerySet[Clue]:
    """Clues closed in the period and not taken up again since."""
    rows = _base(scope, dims.get("channel", "")).filter(status="CLOSED")
    return rows.filter(**_in_time("closed_at", period))


def clues_fixed(scope: Scope, period: Period, **dims: Any) -> QuerySet[Clue]:
    """Clues whose problem was confirmed gone in the period."""
    return _base(scope, dims.get("channel", "")).filter(**_in_time("fixed_at", period))


def clues_solved(scope: Scope, period: Period, **dims: Any) -> QuerySet[Clue]:
    """Clues whose reporter said in the period that the problem is solved."""
    rows = _base(scope, dims.get("channel", "")).filter(solved="YES")
    return rows.filter(**_in_time("solved_at", period))


def snapshot_solved(scope: Scope, period: Period, **dims: Any) -> QuerySet[Clue]:
    """Clues of 随手拍 that were closed in the period as confirmed; merged ones count once."""
    return clues_closed(scope, period, channel=Channel.SNAP).filter(outcome=Outcome.CONFIRMED)


def register_all() -> None:
    """Declare them."""
    merged = "待筛查、不予受理和并入其他线索的不计"

    def made(key: str, label: str, rows: Any, rule: str) -> Indicator:
        return Indicator(key, label, "件", rows, rule, columns=COLUMNS, url_name="complaints:clue_detail")

    register(
        made("clue_received", "收到线索", clues_received, f"按收到时间计，{merged}"),
        made("clue_accepted", "受理线索", clues_assigned, f"按分派时间计，重办的按最后一次，{merged}"),
        made("clue_closed", "办结线索", clues_closed, "按办结时间计，重新办理中的不计；办结不等于解决"),
        made(
            "clue_closed_late",
            "逾期办结线索",
            Narrowed(clues_closed, Q(closed_at__date__gt=F("due_on"))),
            "办结日晚于办理期限的",
        ),
        made("clue_fixed", "问题已整改线索", clues_fixed, "按整改确认时间计，只计复查或核实确认的"),
        made("clue_solved", "反映人认可解决的线索", clues_solved, "按反映人表态时间计"),
        made(
            "snapshot_clue_solved",
            "随手拍线索查实案件",
            snapshot_solved,
            "随手拍渠道、按办结时间计，结果为属实并已处理；并入的合为一件，部分属实另计",
        ),
        *(
            made(
                f"clue_outcome_{code.lower()}",
                f"线索办理结果：{label}",
                Narrowed(clues_closed, Q(outcome=code)),
                f"按办结时间计，结果为{label}的，与其他结果互斥",
            )
            for code, label in Outcome.choices
        ),
    )
