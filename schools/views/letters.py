"""Letters to parents on the desk: versions and receipts."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone

from casework.documents.preview import preview_page
from casework.web import (
    AuthedRequest,
    Column,
    crumbs,
    data,
    desk_page,
    form_page,
    get_visible,
    kit,
    paper,
    papers,
)
from casework.web.kit import Register, Step
from schools import papers as wording
from schools import services
from schools.filters import ReceiptFilter
from schools.forms.rounds import LetterForm
from schools.models import ParentLetter
from schools.selectors import rounds as selectors
from schools.views.common import LABEL, day, school_url, tabs

VIEW, EDIT = "schools.letter_view", "schools.letter_edit"
HOME = "schools:letter_list"
COLUMNS = (
    Column("标题", lambda row: row.title, 30),
    Column("版次", lambda row: row.edition),
    Column("发布时间", lambda row: row.published_at),
    Column("登记期限", lambda row: row.due_on),
    Column("发放学校（所）", lambda row: row.school_count),
    Column("发放（份）", lambda row: row.sent_total or 0),
    Column("回执（份）", lambda row: row.back_total or 0),
    Column("状态", lambda row: row.get_status_display()),
)
RECEIPT_COLUMNS = (
    Column("学校", lambda row: row.school.name, 30),
    Column("乡镇（街道）", lambda row: row.region.name),
    Column("版次", lambda row: row.letter.edition),
    Column("发放日期", lambda row: row.handed_on),
    Column("发放（份）", lambda row: row.sent_count),
    Column("回执（份）", lambda row: row.receipt_count),
)


def letter_url(row: ParentLetter) -> str:
    """The page of a version."""
    return reverse("schools:letter_detail", kwargs={"uid": row.uid})


def _cells(row: Any) -> list[dict[str, Any]]:
    return [
        {"text": str(row), "url": letter_url(row)},
        {"text": day(row.published_at), "nowrap": True},
        {"text": f"{row.school_count} 所", "num": True},
        {"text": f"{row.sent_total or 0:,} 份", "num": True},
        {"text": f"{row.back_total or 0:,} 份", "num": True},
        {"status": row},
    ]


@desk_page(VIEW)
def letter_list(request: AuthedRequest) -> HttpResponseBase:
    """Versions."""
    return kit.register_page(
        request,
        rows=selectors.letters_visible(request.user),
        title="致家长一封信",
        subtitle="发布新版，旧版自动停止；学校登记发放和回执份数",
        register=Register(("版本", "发布", "学校", "发放", "回执", "状态"), _cells),
        columns=COLUMNS,
        filterset=None,
        unit="版",
        create=("起草新版", "schools:letter_create", EDIT),
        more=[{"label": "各校回执", "url": reverse("schools:receipt_list")}],
        empty="起草后发布，学校在办事大厅下载印发。",
        tabs=tabs(request, HOME),
        tabs_label=LABEL,
    )


@desk_page(EDIT)
def letter_create(request: AuthedRequest) -> HttpResponse:
    """Write a version, beginning with the last one."""
    last = selectors.letters_visible(request.user).first()
    initial = {"title": last.title, "body": last.body} if last else None
    form = LetterForm(**data(request), initial=initial)

    def work(values: dict[str, Any]) -> str:
        return letter_url(services.letter_draft(actor=request.user, **values))

    return form_page(
        request,
        form,
        work,
        heading="起草致家长一封信",
        submit="保存草稿",
        cancel_url=reverse(HOME),
        done="草稿已保存，核对后发布。",
        crumbs=crumbs(("致家长一封信", reverse(HOME)), ("起草", "")),
    )


STEPS: dict[str, Step] = {
    "publish": Step(
        "发布",
        lambda actor, row, v: services.letter_publish(actor=actor, letter=row),
        "已发布，学校可以下载并登记回执。",
        "schools.letter_publish",
    )
}


@desk_page(VIEW)
def letter_detail(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """One version."""
    row = get_visible(selectors.letters_visible(request.user), request.user, uid)
    preview = {"label": "预览", "url": reverse("schools:letter_preview", args=[row.uid]), "icon": "eye"}
    return kit.detail_page(
        request,
        row,
        heading=str(row),
        has_status=True,
        links=[preview],
        actions=kit.step_actions(request.user, row, STEPS, "schools:letter_step"),
        sections=[kit.text("正文", *row.body.splitlines())],
        facts=kit.facts(
            ("登记期限", f"{row.due_on:%Y-%m-%d}"),
            ("发布", day(row.published_at) if row.published_at else ""),
            (
                "发放学校",
                f"{row.school_count} 所",
                f"{reverse('schools:receipt_list')}?edition={row.edition}",
            ),
            ("发放", f"{row.sent_total or 0:,} 份"),
            ("回执", f"{row.back_total or 0:,} 份"),
        ),
        papers=papers(paper("致家长告知书", row.document)),
        history=kit.history(request.user, row.uid),
        crumbs=crumbs(("致家长一封信", reverse(HOME)), (str(row), "")),
    )


@desk_page(VIEW)
def letter_preview(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """The letter as it will be, or was, published."""
    row = get_visible(selectors.letters_visible(request.user), request.user, uid)
    organ = row.document.organ if row.document else row.created_by.organisation
    assert organ is not None  # only people with an organisation write letters
    content = wording.parent_letter(row, organ=organ, at=row.published_at or timezone.now())
    trail = crumbs(("致家长一封信", reverse(HOME)), (str(row), letter_url(row)), ("预览", ""))
    return preview_page(request, content, heading=f"预览：{row}", back_url=letter_url(row), crumbs=trail)


@desk_page(VIEW)
def letter_step(request: AuthedRequest, uid: UUID, name: str) -> HttpResponse:
    """One step of a version."""
    row = get_visible(selectors.letters_visible(request.user), request.user, uid)
    trail = crumbs(("致家长一封信", reverse(HOME)), (str(row), letter_url(row)))
    return kit.step_page(request, row, STEPS, name, letter_url(row), trail)


def _receipt_cells(row: Any) -> list[dict[str, Any]]:
    return [
        {"text": row.school.name, "url": school_url(row.school), "sub": row.region.name},
        {"text": f"第 {row.letter.edition} 版"},
        {"text": f"{row.handed_on:%Y-%m-%d}", "nowrap": True},
        {"text": f"{row.sent_count:,} 份", "num": True},
        {"text": f"{row.receipt_count:,} 份", "num": True},
    ]


@desk_page(VIEW)
def receipt_list(request: AuthedRequest) -> HttpResponseBase:
    """Receipts by school."""
    return kit.register_page(
        request,
        rows=selectors.receipts_visible(request.user),
        title="致家长一封信回执",
        subtitle="各校登记的发放和回执份数",
        register=Register(("学校", "版次", "发放日期", "发放", "回执"), _receipt_cells),
        columns=RECEIPT_COLUMNS,
        filterset=ReceiptFilter,
        unit="条",
        empty="学校发放后在办事大厅登记。",
        tabs=tabs(request, HOME),
        tabs_label=LABEL,
        crumbs=crumbs(("致家长一封信", reverse(HOME)), ("各校回执", "")),
    )
