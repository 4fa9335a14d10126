"""What the page of a clue shows: facts, looks, disputes, the talk with the reporter, moves."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from casework.web import kit
from complaints.models import Clue, VerifyStatus
from complaints.selectors import desk as selectors
from complaints.selectors.channels import patterns_of
from complaints.selectors.disputes import disputes_visible
from complaints.views.common import clue_url


def clue_sections(actor: User, row: Clue) -> list[dict[str, Any]]:
    """The tables of a clue's page, in the order of its handling."""
    sections = [kit.text("反映内容", row.text)]
    if row.outcome:
        sections.append(
            kit.text(
                "办理结果",
                f"{row.get_outcome_display()}（{timezone.localtime(row.closed_at):%Y-%m-%d} {row.closed_by.name}）"
                if row.closed_at and row.closed_by
                else row.get_outcome_display(),
                row.outcome_note,
                f"给反映人的答复：{row.public_answer}",
            )
        )
    sections += [_looks(actor, row), *_patterns(row), *_disputes(actor, row), _talk(actor, row), _moves(row)]
    earlier: list[list[dict[str, Any]]] = [
        [
            {"text": other.number or "（未编号）", "url": clue_url(other), "sub": other.text[:30]},
            {"text": shared},
            {"status": other, "sub": other.get_outcome_display() if other.outcome else ""},
        ]
        for other, shared in selectors.earlier_clues(actor, row)
    ]
    if earlier:
        sections.append(kit.table("同一对象的其他线索", ("线索", "相同之处", "状态"), earlier, ""))
    return sections


def _looks(actor: User, row: Clue) -> dict[str, Any]:
    looks: list[list[dict[str, Any]]] = []
    for look in selectors.verifications_of(row):
        links = [
            {"label": f"材料{number}", "url": item["url"]}
            for number, item in enumerate(kit.files(actor, look), start=1)
        ]
        if look.status == VerifyStatus.ASKED and actor.may("complaints.clue_handle"):
            drop = reverse("complaints:verification_drop", kwargs={"uid": look.uid})
            links = [{"label": "撤回请求", "url": drop}]
        when = timezone.localtime(look.looked_at) if look.looked_at else None
        looks.append(
            [
                {"text": look.get_way_display(), "sub": look.looked_by},
                {"text": f"{when:%Y-%m-%d %H:%M}" if when else f"请于 {look.due_on:%Y-%m-%d} 前核查"},
                {"text": look.facts or look.asked, "links": links,
                 "sub": f"初步结论：{look.get_suggestion_display()}" if look.suggestion else ""},
                {"status": look},
            ]
        )  # fmt: skip
    return kit.table("核查记录", ("方式", "时间", "情况", "状态"), looks, "还没有核查记录。")


def _patterns(row: Clue) -> list[dict[str, Any]]:
    """Covers recognised in the clue, with the evidence that is still missing."""
    rows: list[list[dict[str, Any]]] = [
        [
            {
                "text": item.pattern.name,
                "url": reverse("complaints:pattern_note", args=[row.uid, item.pattern.code]),
            },
            {"text": "、".join(item.held) or "还没有"},
            {"text": "、".join(item.missing) or "已齐全"},
        ]
        for item in patterns_of(row)
    ]
    return [kit.table("隐形变异形态", ("形态", "已取得的证据", "待补证据"), rows, "")] if rows else []


def _disputes(actor: User, row: Clue) -> list[dict[str, Any]]:
    rows: list[list[dict[str, Any]]] = [
        [
            {"text": item.number, "url": reverse("complaints:dispute_detail", args=[item.uid])},
            {"text": item.party_name},
            {"status": item},
        ]
        for item in disputes_visible(actor).filter(clue=row)
    ]
    return [kit.table("退费纠纷", ("编号", "对方", "状态"), rows, "")] if rows else []


def _talk(actor: User, row: Clue) -> dict[str, Any]:
    said: list[list[dict[str, Any]]] = [
        [
            {
                "text": message.get_side_display(),
                "sub": message.author.name if message.author else _other(message.clue, row),
            },
            {"text": f"{timezone.localtime(message.said_at):%m-%d %H:%M}", "nowrap": True},
            {"text": message.text},
        ]
        for message in selectors.talk_of(actor, row)
    ]
    return kit.table("与反映人的往来", ("发言方", "时间", "内容"), said, "还没有往来消息。")


def _other(spoken_about: Clue, row: Clue) -> str:
    """Which merged clue the words belong to; nothing for the clue on the page."""
    return "" if spoken_about.pk == row.pk else spoken_about.number


def _moves(row: Clue) -> dict[str, Any]:
    moves: list[list[dict[str, Any]]] = [
        [
            {"text": move.get_kind_display(), "sub": move.done_by.name},
            {"text": move.to_organ.short_name if move.to_organ else "（退回分派）",
             "sub": f"自 {move.from_organ.short_name}" if move.from_organ else ""},
            {"text": f"{timezone.localtime(move.done_at):%Y-%m-%d %H:%M}"},
            {"text": move.reason},
        ]
        for move in row.transfers.select_related("from_organ", "to_organ", "done_by")
    ]  # fmt: skip
    return kit.table("流转", ("方式", "承办单位", "时间", "理由"), moves, "还没有分派。")


def clue_facts(actor: User, row: Clue) -> list[dict[str, Any]]:
    """What is known of a clue, label by label; what is empty is left out."""
    place = row.institution
    may = place is not None and actor.may("institutions.institution_view") and not actor.reach.department_id
    url = reverse("institutions:institution_detail", kwargs={"uid": place.uid}) if may and place else ""
    merged = "、".join(_with_opinion(one) for one in row.merged_clues.order_by("pk"))
    return kit.facts(
        ("来源渠道", row.get_channel_display()),
        ("反映事项", row.get_kind_display()),
        ("问题类型", row.violation.name if row.violation else ""),
        ("涉及机构", place.name if place else "", url),
        ("被反映方", row.subject_name),
        ("对方联系方式", row.party_contact),
        ("乡镇（街道）", row.region.name),
        ("地点", row.place_text),
        ("位置", f"{row.longitude:.5f}，{row.latitude:.5f}" if row.longitude is not None else ""),
        ("发生时间", f"{timezone.localtime(row.happened_at):%Y-%m-%d %H:%M}" if row.happened_at else ""),
        ("时间规律", row.happened_note),
        ("收到时间", f"{timezone.localtime(row.received_at):%Y-%m-%d %H:%M}"),
        (
            "反映人",
            "实名，已密封" if row.is_real_name else "留有联系方式，已密封" if row.has_contact else "匿名",
        ),
        ("外部工单号", row.ticket_no),
        ("外部期限", f"{row.external_due_on:%Y-%m-%d}" if row.external_due_on else ""),
        ("来源编号", row.source_no),
        ("承办单位", row.assigned_organ.name if row.assigned_organ else ""),
        ("承办人", row.assignee.name if row.assignee else ""),
        ("核查完成", f"{timezone.localtime(row.verified_at):%Y-%m-%d %H:%M}" if row.verified_at else ""),
        ("整改确认", f"{timezone.localtime(row.fixed_at):%Y-%m-%d}" if row.fixed_at else ""),
        ("反映人意见", row.get_solved_display() if row.leading.status == "CLOSED" else ""),
        ("重办次数", row.reopened_count or ""),
        ("并入本条", merged),
    )


def _with_opinion(clue: Clue) -> str:
    """The number of a merged clue, with what its reporter says about the result."""
    return f"{clue.number}（反映人：{clue.get_solved_display()}）" if clue.solved else clue.number
