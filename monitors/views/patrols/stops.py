"""One stop."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse

from casework.web import (
    AuthedRequest,
    desk_page,
    get_visible,
    kit,
    object_link,
)
from monitors.models import Stop
from monitors.selectors import patrols as selectors
from monitors.views.common import link
from monitors.views.patrols.common import VIEW, moment, outing_url, patrol_path
from monitors.views.phone import problems_of


@desk_page(VIEW)
def stop_detail(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """One stop: what was seen, item by item."""
    actor = request.user
    row: Stop = get_visible(selectors.stops_visible(actor), actor, uid)
    version = row.checklist_version
    counts = {code: sum(value == code for value in row.answers.values()) for code in version.answer_values}
    problems: list[list[dict[str, Any]]] = [
        [
            {"text": f"{line['item'].code} {line['item'].text}"},
            {"text": line["note"]},
            {
                "word": "否决项" if line["item"].is_star else "一般项",
                "tone": "bad" if line["item"].is_star else "warn",
            },
        ]
        for line in problems_of(row)
    ]
    place = row.institution
    home = link(actor, row.outing, outing_url(row.outing))
    return kit.detail_page(
        request,
        row,
        heading=row.party,
        subtitle=row.number,
        sections=[
            kit.table("问题项", ("检查内容", "看到的情况", "类别"), problems, "没有填写“否”的项目。"),
            kit.text(
                "逐项结果",
                f"{version}："
                + "，".join(f"{version.answer_labels[code]} {count} 项" for code, count in counts.items()),
            ),
            *([kit.text("情况摘要", row.summary)] if row.summary else []),
        ],
        show_files=True,
        files=kit.files(actor, row),
        facts=kit.facts(
            ("机构", row.party, object_link(actor, "institutions.institution", place.uid) if place else ""),
            ("地点", row.place),
            ("场所类型", row.get_spot_kind_display()),
            ("以什么名义", row.get_cover_display()),
            ("到达", moment(row.arrived_at)),
            ("证照公示", row.get_licence_display()),
            ("活动", f"{row.get_activity_display()} {row.subject}".strip()),
            ("学生（约）", f"{row.pupils} 人 {row.get_stage_display() if row.stage else ''}".strip()),
            ("教师（约）", f"{row.teachers} 人"),
            ("告知对方", "已告知" if row.is_told else "没有"),
            (
                "线索",
                row.clue.number if row.clue else "",
                link(actor, row.clue, object_link(actor, "complaints.clue", row.clue.uid))
                if row.clue
                else "",
            ),
            ("巡查", row.outing.number, home),
        ),
        crumbs=patrol_path((row.outing.number, home), (row.party, "")),
    )
