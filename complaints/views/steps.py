"""Steps of a clue: their forms and services."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from casework import registries
from casework.web import kit
from casework.web.kit import Step
from complaints import services
from complaints.forms import desk as forms
from complaints.models import Clue, ClueKind
from complaints.selectors.wall import has_sealed

ASSIGN, HANDLE, TRIAGE = "complaints.clue_assign", "complaints.clue_handle", "complaints.clue_triage"
URL = "complaints:clue_step"


def grouped(code: str) -> str:
    """A receipt code in fours."""
    return " ".join(code[start : start + 4] for start in range(0, len(code), 4))


def _to(values: dict[str, Any]) -> services.Assignment:
    return services.Assignment(values["organ"], values["assignee"], values.get("is_complex", False))


def _assign(actor: User, row: Clue, values: dict[str, Any]) -> Any:
    return services.clue_assign(actor=actor, clue=row, to=_to(values))


def _reassign(actor: User, row: Clue, values: dict[str, Any]) -> Any:
    return services.clue_reassign(actor=actor, clue=row, to=_to(values), reason=values["reason"])


def _reopen(actor: User, row: Clue, values: dict[str, Any]) -> Any:
    return services.clue_reopen(actor=actor, clue=row, to=_to(values), reason=values["reason"])


def _verify(actor: User, row: Clue, values: dict[str, Any]) -> Any:
    given = dict(values)
    files = given.pop("photos")
    return services.verification_record(actor=actor, clue=row, look=services.Look(**given), files=files)


def _place(actor: User, row: Clue, values: dict[str, Any]) -> Any:
    spot = {"longitude": row.longitude, "latitude": row.latitude} if row.longitude is not None else {}
    return services.clue_place_register(actor=actor, clue=row, values={**values, **spot})


def _edit(actor: User, row: Clue, values: dict[str, Any]) -> Any:
    given = {name: value for name, value in values.items() if name != "region" or value is not None}
    return services.clue_edit(actor=actor, clue=row, values=given)


def _step(service: Any) -> Any:
    """A service whose arguments are the form's fields."""
    return lambda actor, row, values: service(actor=actor, clue=row, **values)


UNMERGE = Step(
    "撤销并案", _step(services.clue_unmerge), "已撤销并案，线索回到并案前的状态。", TRIAGE, forms.ReasonForm
)
STEPS: dict[str, Step] = {
    "release": Step("筛查通过", _step(services.clue_release), "已登记编号，开始计算受理期限。", TRIAGE),
    "reject": Step(
        "不予受理", _step(services.clue_reject), "已不予受理。", TRIAGE, forms.ReasonForm, danger=True
    ),
    "readmit": Step("恢复受理", _step(services.clue_readmit), "已恢复受理。", TRIAGE, forms.ReasonForm),
    "assign": Step(
        "受理并分派", _assign, "已分派，开始计算办理期限。", ASSIGN, forms.AssignForm, submit="分派"
    ),
    "reassign": Step("改派", _reassign, "已改派，办理期限继续计算。", ASSIGN, forms.ReassignForm),
    "give_back": Step(
        "退回分派",
        _step(services.clue_give_back),
        "已退回，由分派人重新分派。",
        HANDLE,
        forms.ReasonForm,
        sentence="不属于本单位职责的，在规定期限内说明理由退回。",
    ),
    "start": Step("开始核查", _step(services.clue_start), "已开始核查。", HANDLE),
    "request_visit": Step(
        "提请检查",
        _step(services.visit_request),
        "已提请检查，检查结果会自动回到这条线索。",
        HANDLE,
        forms.VisitForm,
        sentence="执法人员只看到隐去个人信息的摘要，看不到反映人。",
    ),
    "call_off_visit": Step(
        "撤回提请", _step(services.visit_call_off), "已撤回提请。", HANDLE, forms.ReasonForm
    ),
    "close": Step(
        "办结",
        _step(services.clue_close),
        "已办结，反映人可以看到答复。",
        HANDLE,
        forms.CloseForm,
        sentence="办结只表示办理结束；问题是否整改另行确认，反映人是否认可另行统计。",
    ),
    "reopen": Step("重新办理", _reopen, "已重新分派，重新计算办理期限。", ASSIGN, forms.ReassignForm),
    "merge": Step(
        "并案",
        _step(services.clue_merge),
        "已并案。",
        TRIAGE,
        forms.MergeForm,
        sentence="本条保留编号和来源，由主线索一并办理和答复；可以随时撤销。",
    ),
    "unmerge": UNMERGE,
    "unmerge_assigned": UNMERGE,
    "unmerge_verifying": UNMERGE,
    "verify": Step("登记核查", _verify, "核查情况已登记。", HANDLE, forms.VerifyForm),
    "ask": Step(
        "请监督员、网格核查", _step(services.verification_ask), "已发出核查请求。", HANDLE, forms.AskForm
    ),
    "pause": Step("中止计时", _step(services.clue_pause), "办理期限已中止。", HANDLE, forms.PauseForm),
    "resume": Step("恢复计时", _step(services.clue_resume), "办理期限已恢复。", HANDLE),
    "extend": Step("延长期限", _step(services.clue_extend), "办理期限已延长。", ASSIGN, forms.ExtendForm),
    "message": Step("联系反映人", _step(services.message_send), "消息已发送。", HANDLE, forms.MessageForm),
    "no_reopen": Step("不予重办", _step(services.reopen_refuse), "已答复反映人。", ASSIGN, forms.MessageForm),
    "fixed": Step("确认已整改", _step(services.clue_fixed), "已确认整改。", HANDLE, forms.NoteForm),
    "place": Step(
        "登记无证场所",
        _place,
        "场所已登记，可以提请检查。",
        "institutions.institution_register",
        forms.PlaceForm,
        sentence="按无证无照登记；线索里的地点和名称已经带入，请核对。",
    ),
    "edit": Step("修改事项和对象", _edit, "已修改。", HANDLE, forms.EditForm),
    "case": Step(
        "转为处罚案件",
        _step(services.clue_case_open),
        "案件草稿已建立，来源编号和隐去个人信息的摘要已带入。",
        "penalties.case_edit",
        forms.CaseForm,
    ),
}


def actions(actor: User, row: Clue) -> list[dict[str, Any]]:
    """Transitions of a clue as buttons."""
    if row.status == "MERGED" and not actor.may(TRIAGE):
        return []
    return kit.step_actions(actor, row, STEPS, URL)


def further(actor: User, row: Clue) -> list[dict[str, Any]]:
    """What else may be done in its state, as buttons."""
    links = [
        {"label": label, "url": url, "method": "link"}
        for label, url, is_offered in (
            ("认定隐形变异", f"{reverse('complaints:pattern_list')}?clue={row.uid}", _may_note(actor, row)),
            (
                "登记退费纠纷",
                f"{reverse('complaints:dispute_create')}?clue={row.uid}",
                _may_dispute(actor, row),
            ),
            ("申请查看反映人", reverse("complaints:reveal_ask", args=[row.uid]), _may_ask(actor, row)),
            ("提出举报奖励", reverse("complaints:reward_create", args=[row.uid]), _may_reward(actor, row)),
        )
        if is_offered
    ]
    links += [
        {"label": action.label, "url": url, "icon": action.icon, "method": "link"}
        for action, url in registries.offered_actions(actor, row)
    ]
    return [*kit.plain_steps(actor, row, STEPS, URL, *_others(actor, row)), *links]


def _may_note(actor: User, row: Clue) -> bool:
    return row.is_open and actor.may(HANDLE) and row.status != "RECEIVED"


def _may_dispute(actor: User, row: Clue) -> bool:
    return row.is_open and row.kind == ClueKind.REFUND and actor.may("complaints.dispute_edit")


def _may_ask(actor: User, row: Clue) -> bool:
    return actor.may("complaints.reveal_ask") and has_sealed(actor, row)


def _may_reward(actor: User, row: Clue) -> bool:
    is_earned = row.status == "CLOSED" and row.outcome in {"CONFIRMED", "PARTLY"} and row.is_real_name
    if not is_earned or not actor.may("complaints.reward_propose"):
        return False
    return services.rewards_are_on(row, timezone.localdate()) and not hasattr(row, "reward")


def _others(actor: User, row: Clue) -> list[str]:
    is_own = actor.may(ASSIGN) or row.assigned_organ_id == actor.organisation_id
    names: list[str] = []
    if row.status in {"ASSIGNED", "VERIFYING", "INSPECTING"} and is_own:
        names += ["verify", "ask", *_clock_steps(row)]
        if row.institution_id is None and row.status != "INSPECTING":
            names.append("place")
        if row.institution_id and row.violation_id:
            names.append("case")
    if row.status == "CLOSED" and row.outcome in {"CONFIRMED", "PARTLY"} and is_own:
        names += [] if row.fixed_at else ["fixed"]
        names += ["case"] if row.institution_id and row.violation_id else []
    if row.is_open:
        names.append("edit")
    if row.number and (is_own or row.assigned_organ_id is None) and row.status != "MERGED":
        names.append("message")
    if row.reopen_asked_at:
        names.append("no_reopen")
    return names


def _clock_steps(row: Clue) -> list[str]:
    is_held = row.holds.filter(ended_on__isnull=True).exists()
    return ["resume"] if is_held else ["pause", "extend"]


def step_url(row: Clue, name: str) -> str:
    """Address of a step."""
    return reverse(URL, kwargs={"uid": row.uid, "name": name})
