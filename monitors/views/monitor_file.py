"""What stands on a monitor's page: facts and sections."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from casework.web import (
    kit,
    object_link,
)
from monitors.models import Monitor
from monitors.selectors import growth
from monitors.selectors.sightings import entries_visible
from monitors.views.common import EDIT, link

CHECK = "monitors.monitor_check"


def monitor_url(monitor: Monitor) -> str:
    """The monitor's page."""
    return reverse("monitors:monitor_detail", kwargs={"uid": monitor.uid})


def span(monitor: Monitor) -> str:
    """First and last day of the term."""
    return f"{monitor.term_from:%Y-%m-%d} 至 {monitor.term_until:%Y-%m-%d}" if monitor.term else ""


def facts_of(actor: User, row: Monitor) -> list[dict[str, Any]]:
    """Facts of the margin."""
    notice = row.notice
    return kit.facts(
        ("性别", row.get_gender_display()),
        ("出生日期", f"{row.birth_on:%Y-%m-%d}"),
        ("身份证号", row.person.id_number_masked),
        ("手机号", row.person.phone_masked),
        ("单位职务", " ".join(filter(None, (row.unit_name, row.post)))),
        ("产生方式", row.get_source_display()),
        ("推荐单位", row.recommender),
        ("推荐（报名）日期", f"{row.nominated_on:%Y-%m-%d}"),
        (
            "接替",
            row.replaces.name if row.replaces else "",
            link(actor, row.replaces, monitor_url(row.replaces)) if row.replaces else "",
        ),
        (
            "上一任期",
            span(row.previous) if row.previous else "",
            link(actor, row.previous, monitor_url(row.previous)) if row.previous else "",
        ),
        (
            "公示",
            f"{notice.starts_on:%Y-%m-%d} 至 {notice.ends_on:%Y-%m-%d}" if notice else "",
            link(actor, notice, object_link(actor, "monitors.candidatenotice", notice.uid)) if notice else "",
        ),
        ("任期", span(row)),
        ("届次", f"第 {row.term_no} 届" if row.term_no else ""),
        ("证件编号", row.card_no),
        ("小分队", row.squad.name if row.squad else ""),
        ("账号", row.user.username if row.user else ""),
        (
            "利害关系申报",
            f"{timezone.localtime(row.ties_declared_at):%Y-%m-%d}" if row.ties_declared_at else "未申报",
        ),
    )


def sections_of(actor: User, row: Monitor) -> list[dict[str, Any]]:
    """What there is to say at this point of the way."""
    found = [*_said(row), _ties(actor, row)]
    if row.notice is not None:
        found.append(_objections(actor, row))
    if row.term is not None:
        found += [_log(actor, row), _trainings(row), _years(row)]
    return found


def photo_links(entry: Any) -> list[dict[str, str]]:
    """The photos of a line of the duty log, for its cell."""
    return [
        {"label": f"照片 {number}", "url": reverse("casework:evidence_file", args=[uid])}
        for number, uid in enumerate(entry.photos, start=1)
    ]


def _log(actor: User, row: Monitor) -> dict[str, Any]:
    rows: list[list[dict[str, Any]]] = [
        [
            {"text": entry.get_duty_display()},
            {"text": f"{entry.done_on:%Y-%m-%d}", "nowrap": True},
            {"text": entry.text, "sub": entry.place, "links": photo_links(entry)},
        ]
        for entry in entries_visible(actor).filter(monitor=row)[:10]
    ]
    return kit.table("履职记录（最近 10 条，巡查另计）", ("职责", "日期", "做了什么"), rows, "还没有登记。")


def _said(row: Monitor) -> list[dict[str, Any]]:
    pairs = (("推荐理由", row.statement), ("资格审核意见", row.qualify_note), ("结束原因", row.end_reason))
    return [kit.text(title, words) for title, words in pairs if words]


def _ties(actor: User, row: Monitor) -> dict[str, Any]:
    may_end = actor.may(EDIT)
    rows: list[list[dict[str, Any]]] = []
    for tie in row.ties.select_related("institution"):
        links = []
        if may_end and tie.ended_at is None:
            links = [{"label": "解除", "url": reverse("monitors:tie_end", kwargs={"uid": tie.uid})}]
        rows.append(
            [
                {
                    "text": tie.institution.name,
                    "url": object_link(actor, "institutions.institution", tie.institution.uid),
                    "links": links,
                },
                {"text": tie.get_kind_display(), "sub": tie.note},
                {"text": f"{timezone.localtime(tie.declared_at):%Y-%m-%d}"},
                {
                    "text": f"{timezone.localtime(tie.ended_at):%Y-%m-%d}"
                    if tie.ended_at
                    else "未解除，不能巡查"
                },
            ]
        )
    empty = "已声明没有利害关系。" if row.ties_declared_at else "还没有申报。"
    return kit.table("与培训机构的利害关系", ("机构", "关系", "申报日期", "解除日期"), rows, empty)


def _objections(actor: User, row: Monitor) -> dict[str, Any]:
    may = actor.may(CHECK)
    rows: list[list[dict[str, Any]]] = []
    for item in row.objections.all():
        url = reverse("monitors:objection_decide", kwargs={"uid": item.uid})
        links = [{"label": "处理", "url": url}] if may and item.decided_at is None else []
        word = "待处理" if item.is_upheld is None else "成立" if item.is_upheld else "不成立"
        rows.append(
            [
                {"text": f"{item.received_on:%Y-%m-%d}", "sub": item.way},
                {"text": item.content, "links": links},
                {"text": item.finding or "—"},
                {"word": word, "tone": {"待处理": "warn", "成立": "bad"}.get(word, "ok")},
            ]
        )
    return kit.table("公示异议", ("收到", "内容", "调查结论", "结果"), rows, "没有收到异议。")


def _trainings(row: Monitor) -> dict[str, Any]:
    rows: list[list[dict[str, Any]]] = [
        [
            {"text": result.activity.title},
            {"text": f"{result.activity.held_on:%Y-%m-%d}"},
            {"text": "—" if result.score is None else f"{result.score} 分", "num": True},
            {"word": "合格" if result.is_passed else "不合格", "tone": "ok" if result.is_passed else "bad"},
        ]
        for result in row.training_results.select_related("activity")
    ]
    return kit.table("培训", ("培训", "日期", "成绩", "结果"), rows, "还没有培训记录。")


def _years(row: Monitor) -> dict[str, Any]:
    rows: list[list[dict[str, Any]]] = [
        [
            {"text": f"{item.year} 年"},
            {"word": item.get_grade_display(), "tone": item.grade_tone},
            {
                "text": item.note,
                "sub": "，".join(
                    f"{growth.INPUT_LABELS[key]} {value}"
                    for key, value in item.inputs.items()
                    if key in growth.INPUT_LABELS
                ),
            },
            {"text": item.reward},
        ]
        for item in row.assessments.all()
    ]
    return kit.table("年度考核", ("年度", "等次", "意见和依据", "奖惩"), rows, "还没有考核。")
