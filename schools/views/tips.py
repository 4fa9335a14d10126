"""Work-tip letters on the desk."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from casework import pupils
from casework.documents.preview import preview_page, preview_pdf
from casework.errors import DomainError
from casework.web import (
    AuthedRequest,
    Column,
    crumbs,
    data,
    desk_page,
    form_page,
    get_visible,
    kit,
    object_link,
    paper,
    papers,
    posted_version,
)
from casework.web.kit import Register, Step
from complaints.models import Clue
from inspections.models import Visit
from schools import papers as wording
from schools import services
from schools.filters import TipFilter
from schools.forms import tips as forms
from schools.models import WorkTip
from schools.selectors import tips as selectors
from schools.services import TipText
from schools.views.common import LABEL, day, plain_form, school_url, tabs

VIEW, EDIT, ISSUE = "schools.tip_view", "schools.tip_edit", "schools.tip_issue"
HOME = "schools:tip_list"
COLUMNS = (
    Column("文号", lambda row: row.number, 24),
    Column("学校", lambda row: row.school.name, 30),
    Column("乡镇（街道）", lambda row: row.region.name),
    Column("来源", lambda row: source_text(row), 24),
    Column("本校学生数（人）", lambda row: row.pupil_count),
    Column("情况", lambda row: pupils.masked(row.situation), 40),
    Column("发出时间", lambda row: row.issued_at),
    Column("答复期限", lambda row: row.due_on),
    Column("答复时间", lambda row: row.answered_at),
    Column("逾期答复", lambda row: row.is_late),
    Column("审核意见", lambda row: pupils.masked(row.result), 30),
    Column("状态", lambda row: row.get_status_display()),
)


def tip_url(row: WorkTip) -> str:
    """The page of a letter."""
    return reverse("schools:tip_detail", kwargs={"uid": row.uid})


def source_text(row: WorkTip) -> str:
    """Where the pupils were met."""
    if row.visit is not None:
        return f"检查 {row.visit.institution.name}"
    return f"线索 {row.clue.number}" if row.clue is not None else row.source_note


def _cells(row: Any) -> list[dict[str, Any]]:
    due: dict[str, Any] = {"text": f"{row.due_on:%Y-%m-%d}" if row.due_on else "—", "nowrap": True}
    if row.is_waiting:
        due = {"due": row.due_on, "explanation": row.due_explanation}
    return [
        {"text": row.number or "（草稿）", "url": tip_url(row), "sub": source_text(row)},
        {"text": row.school.name, "sub": row.region.name},
        {"text": f"{row.pupil_count} 人", "num": True},
        {"text": day(row.issued_at), "nowrap": True},
        due,
        {"text": day(row.answered_at), "sub": "逾期答复" if row.is_late else "", "nowrap": True},
        {"status": row},
    ]


@desk_page(VIEW)
def tip_list(request: AuthedRequest) -> HttpResponseBase:
    """Letters."""
    return kit.register_page(
        request,
        rows=selectors.tips_visible(request.user),
        title="工作提示",
        subtitle="学生被发现参加违规培训的，书面提示学校；函件只写人数，不写姓名",
        register=Register(("文号", "学校", "学生", "发出", "答复期限", "答复", "状态"), _cells),
        columns=COLUMNS,
        filterset=TipFilter,
        unit="件",
        create=("起草提示", "schools:tip_create", EDIT),
        empty="在检查或线索页面点“提示学校”，学生人数会自动带过来。",
        tabs=tabs(request, HOME),
        tabs_label=LABEL,
    )


def _source(request: AuthedRequest) -> tuple[Visit | None, Clue | None]:
    """The visit or clue whose page led here, when the reader sees it."""
    return selectors.source_named(request.user, request.GET.get("visit", ""), request.GET.get("clue", ""))


def _prefilled(actor: User, visit: Visit | None, clue: Clue | None) -> dict[str, Any]:
    """What the source already says: day, pupils and place; never a clue's own words."""
    found: dict[str, Any] = {"requirements": forms.DEMANDS, "contact": f"{actor.name} {actor.phone}".strip()}
    if visit is not None:
        found |= {"found_on": visit.visited_on}
        found["situation"] = (
            f"在{visit.institution.name}（{visit.region.name}）检查时，有你校学生在场参加培训。"
        )
    elif clue is not None:
        found |= {"found_on": timezone.localdate(clue.happened_at or clue.received_at)}
        place = clue.institution.name if clue.institution else clue.region.name
        found["situation"] = f"核查线索时发现，有你校学生在{place}参加违规校外培训。"
    met = selectors.pupils_met(visit=visit, clue=clue)
    if met:
        found["pupil_count"] = met
    return found


def _text(values: dict[str, Any]) -> TipText:
    return TipText(
        pupil_count=values["pupil_count"],
        found_on=values["found_on"],
        situation=values["situation"],
        requirements=values["requirements"],
        contact=values["contact"],
        source_note=values.get("source_note", ""),
    )


@desk_page(EDIT)
def tip_create(request: AuthedRequest) -> HttpResponse:
    """Draft a letter, from a visit, a clue or nothing."""
    visit, clue = _source(request)
    met = selectors.pupils_met(visit=visit, clue=clue)
    form = forms.TipForm(
        **data(request),
        actor=request.user,
        has_source=bool(visit or clue),
        initial=_prefilled(request.user, visit, clue),
    )

    def work(values: dict[str, Any]) -> str:
        row = services.tip_draft(
            actor=request.user, school=values["school"], text=_text(values), visit=visit, clue=clue
        )
        return tip_url(row)

    said = f"现场在场学生 {met} 人。涉及几所学校的，每所学校各发一份，人数分开填。" if met else ""
    return form_page(
        request,
        form,
        work,
        heading="起草工作提示",
        submit="保存草稿",
        cancel_url=reverse(HOME),
        done="草稿已保存，核对后发出。",
        sentence=said or "函件只写人数，学生姓名由学校留存。",
        crumbs=crumbs(("工作提示", reverse(HOME)), ("起草", "")),
    )


def _found(request: AuthedRequest, uid: UUID) -> WorkTip:
    return get_visible(selectors.tips_visible(request.user), request.user, uid)


@desk_page(EDIT)
def tip_edit(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """Change a draft."""
    row = _found(request, uid)
    form = forms.TipForm(**data(request), actor=request.user, has_source=row.source_kind != "OTHER", tip=row)

    def work(values: dict[str, Any]) -> str:
        text = _text({"source_note": row.source_note, **values})
        services.tip_edit(actor=request.user, tip=row, text=text, version=posted_version(request))
        return tip_url(row)

    return form_page(
        request,
        form,
        work,
        heading=f"修改：致{row.school.name}的工作提示",
        submit="保存",
        cancel_url=tip_url(row),
        done="已保存。",
        version=row.version,
        crumbs=crumbs(("工作提示", reverse(HOME)), (str(row), tip_url(row)), ("修改", "")),
    )


STEPS: dict[str, Step] = {
    "issue": Step(
        "发出",
        lambda actor, row, v: services.tip_issue(actor=actor, tip=row),
        "工作提示已发出，学校在办事大厅签收和答复。",
        ISSUE,
    ),
    "cancel": Step(
        "取消草稿",
        lambda actor, row, v: services.tip_cancel(actor=actor, tip=row, **v),
        "已取消。",
        EDIT,
        plain_form(forms.ReasonForm),
        danger=True,
    ),
    "serve": Step(
        "登记送达",
        lambda actor, row, v: services.tip_serve(actor=actor, tip=row, **v),
        "送达已登记。",
        EDIT,
        plain_form(forms.ServeForm),
        sentence="学校没有在办事大厅签收的，登记纸质送达情况。",
    ),
    "return": Step(
        "退回补充",
        lambda actor, row, v: services.tip_return(actor=actor, tip=row, **v),
        "已退回，重新计算补充期限。",
        EDIT,
        plain_form(forms.ReasonForm),
    ),
    "close": Step(
        "办结",
        lambda actor, row, v: services.tip_close(actor=actor, tip=row, **v),
        "已办结，计入年度考核。",
        EDIT,
        plain_form(forms.CloseForm),
    ),
    "withdraw": Step(
        "撤回",
        lambda actor, row, v: services.tip_withdraw(actor=actor, tip=row, **v),
        "已撤回，文号保留不再使用。",
        ISSUE,
        plain_form(forms.ReasonForm),
        danger=True,
    ),
    "remind": Step(
        "催办",
        lambda actor, row, v: services.tip_remind(actor=actor, tip=row, **v),
        "已催办，学校在办事大厅看到。",
        EDIT,
        plain_form(forms.NoteForm),
    ),
    "escalate": Step(
        "上报分管领导",
        lambda actor, row, v: services.tip_escalate(actor=actor, tip=row, **v),
        "已上报，进入分管领导待办。",
        EDIT,
        plain_form(forms.NoteForm),
    ),
}


def _more(actor: User, row: WorkTip, today: date) -> list[str]:
    if actor.organisation_id != row.organ_id or not row.is_waiting:
        return []
    may_escalate = row.is_overdue_on(today) and row.escalated_at is None
    return ["remind", "escalate"] if may_escalate else ["remind"]


@desk_page(VIEW)
def tip_detail(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """One letter: what it says, what the school answered, who was reminded."""
    row, user = _found(request, uid), request.user
    may_edit = row.status == "DRAFT" and user.may(EDIT) and row.organ_id == user.organisation_id
    links = [{"label": "预览", "url": reverse("schools:tip_preview", args=[row.uid]), "icon": "eye"}]
    if may_edit:
        links.append({"label": "修改", "url": reverse("schools:tip_edit", args=[row.uid]), "icon": "edit"})
    return kit.detail_page(
        request,
        row,
        heading=row.number or f"致{row.school.name}的工作提示",
        has_status=True,
        subtitle=row.school.name,
        due_on=row.due_on if row.is_waiting else None,
        due_explanation=row.due_explanation,
        links=links,
        actions=[
            *kit.plain_steps(user, row, STEPS, "schools:tip_step", *_more(user, row, timezone.localdate())),
            *kit.step_actions(user, row, STEPS, "schools:tip_step"),
        ],
        notes=_notes(row),
        sections=_sections(user, row),
        show_files=bool(row.answered_at),
        files_title="学校上传的材料",
        files=kit.files(user, row),
        facts=_facts(user, row),
        papers=papers(paper("工作提示函", row.document)),
        history=kit.history(user, row.uid),
        crumbs=crumbs(("工作提示", reverse(HOME)), (str(row), "")),
    )


def _notes(row: WorkTip) -> list[dict[str, str]]:
    found = []
    if row.escalated_at and row.is_waiting:
        found.append({"tone": "warn", "title": "已上报分管领导。", "text": "催办后仍未答复。"})
    if row.is_late:
        found.append({"tone": "warn", "title": "逾期答复。", "text": "计入学校年度考核。"})
    return found


def _sections(actor: User, row: WorkTip) -> list[dict[str, Any]]:
    found = [kit.text("情况", row.situation), kit.text("工作要求", row.requirements)]
    for number, answer in enumerate(selectors.answers_of(actor, row), start=1):
        late = "，逾期" if answer.is_late else ""
        found.append(
            kit.text(
                f"第 {number} 次答复（{day(answer.answered_at)}{late}）",
                f"核实本校学生 {answer.pupils_confirmed} 人，已停止参加 {answer.pupils_left} 人，"
                f"沟通家长 {answer.parents_told} 人次。",
                f"核查情况：{answer.findings}",
                f"采取的措施：{answer.measures}",
                f"退回原因：{answer.return_reason}" if answer.return_reason else "",
            )
        )
    if row.result:
        found.append(kit.text("审核意见", row.result))
    reminders = list(selectors.reminders_of(actor, row))
    if reminders:
        rows = [
            [
                {"text": item.get_kind_display()},
                {"text": day(item.made_at)},
                {"text": item.made_by.name},
                {"text": item.note},
            ]
            for item in reminders
        ]
        found.append(kit.table("催办", ("方式", "日期", "经办", "说明"), rows, ""))
    return found


def _source_url(actor: User, row: WorkTip) -> str:
    """The page of the visit or clue for whoever sees it; a school's township need not be that of the place."""
    visit, clue = selectors.source_seen(actor, row)
    if visit is not None:
        return object_link(actor, "inspections.visit", visit.uid)
    return object_link(actor, "complaints.clue", clue.uid) if clue is not None else ""


def _facts(actor: User, row: WorkTip) -> list[dict[str, Any]]:
    return kit.facts(
        ("学校", row.school.name, school_url(row.school)),
        ("乡镇（街道）", row.region.name),
        ("本校学生数", f"{row.pupil_count} 人"),
        ("发现日期", f"{row.found_on:%Y-%m-%d}"),
        ("来源", source_text(row), _source_url(actor, row)),
        ("制发机关", row.organ.name),
        ("联系人", row.contact),
        ("发出", day(row.issued_at)),
        ("签收", f"{day(row.received_at)} {row.received_way}".strip() if row.received_at else ""),
        ("答复", day(row.answered_at) if row.answered_at else ""),
    )


@desk_page(VIEW)
def tip_preview(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """The letter as it will be, or was, issued."""
    row = _found(request, uid)
    trail = crumbs(("工作提示", reverse(HOME)), (str(row), tip_url(row)), ("预览", ""))
    at = row.issued_at or timezone.now()
    try:
        due_on = row.due_on or services.due_preview(row, timezone.localdate(at))
    except DomainError:
        due_on = timezone.localdate(at)
    content = wording.work_tip(row, due_on=due_on, at=at)
    if request.GET.get("as") == "pdf":
        return preview_pdf(content, "工作提示函预览")
    actions = kit.step_actions(request.user, row, {"issue": STEPS["issue"]}, "schools:tip_step")
    return preview_page(
        request,
        content,
        heading=f"预览：致{row.school.name}的工作提示函",
        back_url=tip_url(row),
        pdf_url="?as=pdf",
        actions=actions,
        crumbs=trail,
    )


@desk_page(VIEW)
def tip_step(request: AuthedRequest, uid: UUID, name: str) -> HttpResponse:
    """One step of a letter."""
    row = _found(request, uid)
    trail = crumbs(("工作提示", reverse(HOME)), (str(row), tip_url(row)))
    return kit.step_page(request, row, STEPS, name, tip_url(row), trail)
