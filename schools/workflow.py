"""Transitions of this room's rows."""

from __future__ import annotations

from casework.workflow import Transition, Workflow
from schools import guards
from schools.models import AdStatus, LetterStatus, ReturnStatus, RoundStatus, ViolationStatus
from schools.models import SurveyStatus as V
from schools.models import TipStatus as T

TIP_EDIT, TIP_ISSUE, TIP_ANSWER = "schools.tip_edit", "schools.tip_issue", "schools.tip_answer"

TIP = Workflow(
    model="schools.WorkTip",
    label="工作提示",
    states=T,
    initial=T.DRAFT,
    transitions=(
        Transition(
            "issue", "发出", (T.DRAFT,), T.ISSUED, permission=TIP_ISSUE,
            guards=(guards.own_organ, guards.numbered_organ, guards.names_nobody, guards.school_open,
                    guards.has_reader),
            requires=("document", "due_on", "number"), stamp="issued_at", is_primary=True,
        ),
        Transition(
            "cancel", "取消", (T.DRAFT,), T.CANCELLED, permission=TIP_EDIT, guards=(guards.own_organ,),
            needs_reason=True, is_danger=True,
        ),
        Transition(
            "receive", "签收", (T.ISSUED,), T.RECEIVED, permission=TIP_ANSWER, guards=(guards.own_school,),
            stamp="received_at", is_primary=True,
        ),
        Transition(
            "serve", "登记送达", (T.ISSUED,), T.RECEIVED, permission=TIP_EDIT, guards=(guards.own_organ,),
            requires=("received_at", "received_way"),
        ),
        Transition(
            "answer", "答复", (T.ISSUED, T.RECEIVED, T.RETURNED), T.ANSWERED, permission=TIP_ANSWER,
            guards=(guards.own_school,), stamp="answered_at", is_primary=True,
        ),
        Transition(
            "return", "退回补充", (T.ANSWERED,), T.RETURNED, permission=TIP_EDIT, guards=(guards.own_organ,),
            requires=("due_on",), needs_reason=True,
        ),
        Transition(
            "close", "办结", (T.ANSWERED,), T.CLOSED, permission=TIP_EDIT, guards=(guards.own_organ,),
            requires=("result",), stamp="closed_at", is_primary=True,
        ),
        Transition(
            "withdraw", "撤回", (T.ISSUED, T.RECEIVED, T.RETURNED), T.WITHDRAWN, permission=TIP_ISSUE,
            guards=(guards.own_organ,), needs_reason=True, is_danger=True,
        ),
    ),
)  # fmt: skip

ROUND = Workflow(
    model="schools.SchoolRound",
    label="学校报表期次",
    states=RoundStatus,
    initial=RoundStatus.OPEN,
    transitions=(
        Transition(
            "close", "结束填报", (RoundStatus.OPEN,), RoundStatus.CLOSED, permission="schools.round_open",
            guards=(guards.own_bureau,), stamp="closed_at", is_danger=True,
        ),
    ),
)  # fmt: skip

RETURN = Workflow(
    model="schools.SchoolReturn",
    label="学校报表",
    states=ReturnStatus,
    initial=ReturnStatus.WAITING,
    transitions=(
        Transition(
            "submit", "报送", (ReturnStatus.WAITING, ReturnStatus.RETURNED), ReturnStatus.SUBMITTED,
            permission="schools.return_submit", guards=(guards.own_school, guards.round_takes), is_primary=True,
        ),
        Transition(
            "send_back", "退回修改", (ReturnStatus.SUBMITTED,), ReturnStatus.RETURNED,
            permission="schools.round_open", guards=(guards.own_bureau, guards.round_takes), needs_reason=True,
        ),
    ),
)  # fmt: skip

LETTER = Workflow(
    model="schools.ParentLetter",
    label="致家长一封信",
    states=LetterStatus,
    initial=LetterStatus.DRAFT,
    transitions=(
        Transition(
            "publish", "发布", (LetterStatus.DRAFT,), LetterStatus.PUBLISHED, permission="schools.letter_publish",
            guards=(guards.own_bureau,), requires=("document",), stamp="published_at", is_primary=True,
        ),
        Transition(
            "replace", "被新版替代", (LetterStatus.PUBLISHED,), LetterStatus.REPLACED,
            permission="schools.letter_publish", guards=(guards.own_bureau,),
        ),
    ),
)  # fmt: skip

VIOLATION = Workflow(
    model="schools.TeacherViolation",
    label="教师违规",
    states=ViolationStatus,
    initial=ViolationStatus.OPEN,
    transitions=(
        Transition(
            "handle", "属实，登记处理", (ViolationStatus.OPEN,), ViolationStatus.HANDLED,
            permission="schools.violation_edit", guards=(guards.own_bureau,), requires=("handling",),
            stamp="handled_at", is_primary=True,
        ),
        Transition(
            "dismiss", "查无实据", (ViolationStatus.OPEN,), ViolationStatus.UNFOUNDED,
            permission="schools.violation_edit", guards=(guards.own_bureau,), requires=("handling",),
            stamp="handled_at",
        ),
    ),
)  # fmt: skip

AD = Workflow(
    model="schools.CampusAd",
    label="校园广告上报",
    states=AdStatus,
    initial=AdStatus.REPORTED,
    transitions=(
        Transition(
            "handle", "登记处理", (AdStatus.REPORTED,), AdStatus.HANDLED, permission="schools.ad_handle",
            guards=(guards.own_bureau,), requires=("handling",), stamp="handled_at", is_primary=True,
        ),
    ),
)  # fmt: skip

SURVEY = Workflow(
    model="schools.Survey",
    label="学校调查",
    states=V,
    initial=V.OPEN,
    transitions=(
        Transition(
            "close", "截止填报", (V.OPEN,), V.CLOSED, permission="schools.survey_open", stamp="closed_at",
        ),
        Transition(
            "publish", "公布", (V.CLOSED,), V.PUBLISHED, permission="schools.survey_publish",
            requires=("threshold", "published_by"), stamp="published_at", is_primary=True,
        ),
    ),
)  # fmt: skip
