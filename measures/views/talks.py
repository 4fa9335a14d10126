"""Summons talks."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from casework.web import (
    AuthedRequest,
    Column,
    crumbs,
    data,
    desk_page,
    form_page,
    paper,
    papers,
    posted_version,
)
from measures import forms, selectors, services
from measures.filters import TalkFilter
from measures.models import Talk
from measures.views import kit
from measures.views.kit import Register, Step

VIEW = "measures.view"
TALK_COLUMNS = (
    Column("约谈时间", lambda row: row.held_at or row.planned_at),
    Column("形式", lambda row: row.get_kind_display()),
    Column("约谈单位", lambda row: row.organ.name, 24),
    Column("机构", lambda row: "、".join(party.institution.name for party in row.parties.all()), 40),
    Column("事由", lambda row: row.reason, 40),
    Column("状态", lambda row: row.get_status_display()),
    Column("待跟踪承诺（项）", lambda row: row.waiting_count),
)


def talk_url(row: Talk) -> str:
    """The talk's page."""
    return reverse("measures:talk_detail", kwargs={"uid": row.uid})


def _talk_cells(row: Any) -> list[dict[str, Any]]:
    names = [party.institution.name for party in row.parties.all()]
    shown = "、".join(names[:2]) + (f" 等 {len(names)} 家" if len(names) > 2 else "")
    moment = timezone.localtime(row.held_at or row.planned_at)
    return [
        {"text": row.reason[:40], "url": talk_url(row), "sub": row.get_kind_display()},
        {"text": shown},
        {"text": f"{moment:%Y-%m-%d %H:%M}", "sub": row.place, "nowrap": True},
        {"text": row.organ.short_name},
        {"text": f"{row.waiting_count} 项" if row.waiting_count else "—"},
        {"status": row},
    ]


TALKS = Register(("事由", "约谈对象", "时间", "约谈单位", "待跟踪承诺", "状态"), _talk_cells)


@desk_page(VIEW)
def talk_list(request: AuthedRequest) -> HttpResponseBase:
    """Register of talks."""
    return kit.list_page(
        request,
        rows=selectors.talks_visible(request.user),
        title="约谈",
        subtitle="个别和集体约谈，承诺事项逐项跟踪",
        register=TALKS,
        columns=TALK_COLUMNS,
        filterset=TalkFilter,
        unit="次",
        here="measures:talk_list",
        create=("起草约谈", "measures:talk_create", "measures.talk_edit"),
    )


@desk_page("measures.talk_edit")
def talk_create(request: AuthedRequest) -> HttpResponse:
    """Draw a talk up."""
    form = forms.TalkForm(
        **data(request), actor=request.user, initial={"host": request.user.pk, **kit.named(request)}
    )

    def work(values: dict[str, Any]) -> str:
        organ = request.user.organisation
        if organ is None:
            raise Http404
        talk = services.talk_draft(
            actor=request.user, organ=organ, values=form.values(), institutions=values["institutions"]
        )
        return talk_url(talk)

    return form_page(
        request,
        form,
        work,
        heading="起草约谈",
        submit="保存草稿",
        cancel_url=reverse("measures:talk_list"),
        done="已保存，请核对后发出约谈通知。",
        two_columns=True,
        crumbs=crumbs(("约谈", reverse("measures:talk_list")), ("起草", "")),
    )


@desk_page("measures.talk_edit")
def talk_edit(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """Change a draft."""
    row = kit.found(selectors.talks_visible(request.user), request, uid)
    chosen = [party.institution_id for party in row.parties.all()]
    form = forms.TalkForm(**data(request), actor=request.user, instance=row, initial={"institutions": chosen})

    def work(values: dict[str, Any]) -> str:
        services.talk_edit(
            actor=request.user,
            talk=row,
            values=form.values(),
            institutions=values["institutions"],
            version=posted_version(request),
        )
        return talk_url(row)

    return form_page(
        request,
        form,
        work,
        heading="修改约谈",
        submit="保存",
        cancel_url=talk_url(row),
        done="已保存。",
        version=row.version,
        two_columns=True,
        crumbs=crumbs(("约谈", reverse("measures:talk_list")), ("修改", "")),
    )


def _hold(actor: User, row: Talk, values: dict[str, Any]) -> Any:
    came = {
        party.pk: services.Came(
            attendance=values[f"attendance_{party.pk}"],
            attendee=values[f"attendee_{party.pk}"],
            attendee_title=values[f"title_{party.pk}"],
            promise=values[f"promise_{party.pk}"],
            promise_due_on=values[f"due_{party.pk}"],
        )
        for party in row.parties.all()
    }
    return services.talk_hold(
        actor=actor, talk=row, held_at=values["held_at"], requirements=values["requirements"], came=came
    )


TALK_STEPS: dict[str, Step] = {
    "invite": Step(
        "发出约谈通知",
        lambda actor, row, v: services.talk_invite(actor=actor, talk=row),
        "约谈通知书已制发，请送达机构。",
        "measures.talk_edit",
    ),
    "hold": Step(
        "登记约谈",
        _hold,
        "约谈记录已制作，请双方签字；承诺到期请跟踪。",
        "measures.talk_edit",
        forms.TalkHoldForm,
        two_columns=True,
        preview=True,
    ),
    "close": Step(
        "办结",
        lambda actor, row, v: services.talk_close(actor=actor, talk=row),
        "约谈已办结。",
        "measures.talk_edit",
    ),
    "cancel": Step(
        "取消约谈",
        lambda actor, row, v: services.talk_cancel(actor=actor, talk=row, **v),
        "约谈已取消。",
        "measures.talk_edit",
        forms.ReasonForm,
        danger=True,
    ),
}


@desk_page(VIEW)
def talk_detail(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """One talk: whom, why, who came, promises."""
    row = kit.found(selectors.talks_visible(request.user), request, uid)
    user = request.user
    own = row.organ_id == user.organisation_id and user.may("measures.talk_edit")
    rows = []
    for party in row.parties.all():
        link = reverse("measures:promise_follow", kwargs={"uid": row.uid, "pk": party.pk})
        followed = (
            [{"label": "登记跟踪", "url": link}] if own and row.status == "HELD" and party.is_waiting else []
        )
        came = party.get_attendance_display()
        rows.append(
            [
                {"text": party.institution.name},
                {"text": came, "sub": f"{party.attendee} {party.attendee_title}".strip()},
                {
                    "text": party.promise,
                    "sub": f"期限 {party.promise_due_on:%Y-%m-%d}" if party.promise_due_on else "",
                },
                {"status": party, "status_field": "result", "sub": party.result_note}
                if party.result
                else {"text": "待跟踪" if party.is_waiting else "—", "links": followed},
            ]
        )
    sections = [
        kit.text("约谈事由", row.reason, f"依据：{row.basis}"),
        *([kit.text("约谈要求", row.requirements)] if row.requirements else []),
        kit.table("约谈对象", ("机构", "到场", "承诺事项", "跟踪"), rows, "还没有选择约谈对象。"),
    ]
    links = []
    if own and row.status == "DRAFT":
        links = [{"label": "修改", "url": reverse("measures:talk_edit", args=[row.uid]), "icon": "edit"}]
    return kit.detail_page(
        request,
        row,
        heading=f"{row.get_kind_display()}：{row.reason[:24]}",
        has_status=True,
        subtitle=f"{timezone.localtime(row.planned_at):%Y-%m-%d %H:%M} {row.place}",
        links=links,
        actions=kit.step_actions(user, row, TALK_STEPS, "measures:talk_step"),
        sections=sections,
        facts=kit.facts(
            ("约谈单位", row.organ.name),
            ("主谈人", row.host.name),
            ("记录人", row.recorder.name),
            kit.visit_fact(user, row.visit),
            kit.notice_fact(user, row.notice),
            ("其他来源", row.source_no),
        ),
        papers=papers(paper("约谈通知书", row.invitation), paper("约谈记录", row.record)),
        crumbs=crumbs(("约谈", reverse("measures:talk_list")), (row.reason[:24], "")),
    )


@desk_page(VIEW)
def talk_step(request: AuthedRequest, uid: UUID, name: str) -> HttpResponse:
    """One step of a talk."""
    row = kit.found(selectors.talks_visible(request.user), request, uid)
    trail = crumbs(("约谈", reverse("measures:talk_list")), (row.reason[:24], talk_url(row)))
    return kit.step_page(request, row, TALK_STEPS, name, talk_url(row), trail)


@desk_page("measures.talk_edit")
def promise_follow(request: AuthedRequest, uid: UUID, pk: int) -> HttpResponse:
    """Follow one promise up."""
    row = kit.found(selectors.talks_visible(request.user), request, uid)
    party = row.parties.select_related("institution", "talk").filter(pk=pk).first()
    if party is None:
        raise Http404("没有找到这家机构。")
    form = forms.PromiseForm(**data(request), actor=request.user, row=party)

    def work(values: dict[str, Any]) -> str:
        services.promise_follow(actor=request.user, party=party, **values)
        return talk_url(row)

    return form_page(
        request,
        form,
        work,
        heading=f"跟踪承诺：{party.institution.name}",
        submit="登记",
        cancel_url=talk_url(row),
        done="跟踪结果已登记。",
        sentence=f"承诺：{party.promise}（期限 {party.promise_due_on:%Y-%m-%d}）"
        if party.promise_due_on
        else "",
        crumbs=crumbs(("约谈", reverse("measures:talk_list")), ("跟踪承诺", "")),
    )
