"""Plain words for parents: may I pay here, what was found, which list and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from blacklist.models import ListEntry
from blacklist.public.gathered import PublicVisit, Span
from institutions.models import (
    FormerName,
    Institution,
    LicenceState,
    ListStatus,
    OperatingState,
    Standing,
    StateKind,
    state_label,
)


@dataclass(frozen=True)
class Verdict:
    """The answer at the top of a place's page. `tone` is ok, info, warn, bad or dark."""

    tone: str
    title: str
    text: str

    @property
    def is_safe(self) -> bool:
        """Whether the place may enrol."""
        return self.tone in {"ok", "info"}


def verdict(institution: Institution, today: date) -> Verdict:
    """What a parent should know first."""
    return _ended(institution) or _barred(institution, today) or _allowed(institution)


def _ended(item: Institution) -> Verdict | None:
    if item.operating_state == OperatingState.BANNED:
        return Verdict(
            "bad", "已被依法取缔", f"{item.ended_on:%Y-%m-%d} 取缔。仍在招生收费的，请不要缴费并向我们举报。"
        )
    if item.operating_state == OperatingState.CLOSED:
        text = f"{item.ended_on:%Y-%m-%d} 终止办学（{item.get_end_kind_display()}）。仍在招生收费的，请不要缴费并向我们举报。"
        return Verdict("bad", "已经停办", text)
    return None


def _barred(item: Institution, today: date) -> Verdict | None:
    if item.list_status == ListStatus.BLACK:
        return Verdict("dark", "在黑名单中，请不要缴费", "列入事由、期限和移出条件见下。")
    if item.operating_state == OperatingState.SUSPENDED:
        return Verdict("bad", "正在停业整顿，不得招生", "恢复办学前，请不要报名缴费。")
    if item.standing == Standing.UNLICENSED:
        return Verdict(
            "bad", "没有办学许可证", "我们已掌握这个场所。它没有办学许可，也没有登记，请不要缴费。"
        )
    if item.standing == Standing.REGISTERED_ONLY:
        return Verdict(
            "bad", "没有办学许可证", "有营业执照或登记证，但没有办学许可，不得开展校外培训，请不要缴费。"
        )
    if item.licence_state == LicenceState.EXPIRED or (item.licence_to and item.licence_to < today):
        since = f"，已于 {item.licence_to:%Y-%m-%d} 到期" if item.licence_to else ""
        return Verdict(
            "bad", "办学许可证已过期", f"许可证{since.lstrip('，') or '已过期'}。续证前不得招生收费。"
        )
    if item.licence_state in {LicenceState.REVOKED, LicenceState.CANCELLED}:
        return Verdict(
            "bad", f"办学许可证{item.get_licence_state_display()}", "不得继续招生收费，请不要缴费。"
        )
    if item.enrolment_stopped_until and item.enrolment_stopped_until >= today:
        until = item.enrolment_stopped_until
        end = "恢复时间另行公布" if until.year == 9999 else f"至 {until:%Y-%m-%d}"
        return Verdict("warn", "暂停招生", f"{end}。期间请不要报名缴费。")
    return None


def _allowed(item: Institution) -> Verdict:
    if item.standing == Standing.LICENCE_ONLY:
        return Verdict(
            "warn", "有办学许可证，登记手续不全", "尚未办理营业执照或民办非企业单位登记，缴费前请先咨询。"
        )
    if item.list_status in {ListStatus.WHITE, ListStatus.RED}:
        return Verdict(
            "ok",
            f"有办学许可，在{item.get_list_status_display()}中",
            "缴费请存入资金监管账户，一次不超过3个月或60课时。",
        )
    return Verdict(
        "info", "有办学许可，未列入白名单", "许可有效。缴费请存入资金监管账户，一次不超过3个月或60课时。"
    )


def list_sentence(entry: ListEntry) -> str:
    """Which list, since when and by what."""
    words = f"{entry.starts_on:%Y-%m-%d} 列入{entry.get_kind_display()}"
    if entry.batch is not None:
        words += f"（{entry.batch.batch_words}）"
    return words


def history(entries: list[ListEntry], names: list[FormerName], states: list[Span]) -> list[tuple[date, str]]:
    """Dated changes of lists, names and state, newest first; grounds of ended entries are not repeated."""
    rows: list[tuple[date, str]] = []
    for entry in entries:
        if entry.removed_on is not None:
            rows.append(
                (entry.removed_on, f"移出{entry.get_kind_display()}：{entry.get_removal_kind_display()}")
            )
        if entry.starts_on is not None:
            rows.append((entry.starts_on, list_sentence(entry).split(" ", 1)[1]))
    rows.extend((item.used_until, f"更名，原名“{item.name}”") for item in names)
    rows.extend(
        (item.since, state_label(StateKind.OPERATING_STATE, item.value))
        for item in states
        if item.since is not None
    )
    return sorted(rows, key=lambda row: row[0], reverse=True)


@dataclass(frozen=True)
class Check:
    """One finished visit in plain words."""

    on: date | None
    tone: str
    result: str
    problems: tuple[str, ...]


def check_words(visit: PublicVisit) -> Check:
    """What was found and whether it was put right."""
    problems = tuple(dict.fromkeys(name for name, _ in visit.findings))
    if not problems:
        return Check(visit.on, "ok", "未发现问题", ())
    states = {state for _, state in visit.findings}
    if states & {"REFERRED", "ESCALATED"}:
        return Check(visit.on, "bad", "发现问题，已移送或立案处理", problems)
    if states - {"FIXED", "CLOSED"} or visit.notices - {"CLOSED"}:
        return Check(visit.on, "warn", "发现问题，正在整改", problems)
    return Check(visit.on, "ok", "发现问题，已整改合格", problems)
