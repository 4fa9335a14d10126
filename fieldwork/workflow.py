"""Transitions of campaigns and checklist runs."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q, QuerySet

from accounts.models import User
from casework.errors import Reason
from casework.models import EvidenceFile
from casework.workflow import Transition, Workflow
from fieldwork.models import (
    Campaign,
    CampaignStatus,
    ChecklistAnswer,
    ChecklistRun,
    NumberPad,
    PadStatus,
    RunStatus,
)
from fieldwork.selectors import failures_of


def has_stages(campaign: Campaign, actor: User) -> Iterable[Reason]:
    """A campaign starts with a timetable."""
    if not campaign.stages.exists():
        yield Reason("还没有排定阶段。", cleared_by="请先在专项行动中填写各阶段的起止日期。", gate="stages")


def is_answered(run: ChecklistRun, actor: User) -> Iterable[Reason]:
    """Every item has an answer."""
    answered = run.answers.values("item")
    missing = list(
        run.checklist_version.items.exclude(pk__in=answered)
        .exclude(is_optional=True)
        .order_by("position")
        .values_list("code", flat=True)
    )
    if missing:
        yield Reason(
            f"还有 {len(missing)} 项没有填写：{'、'.join(missing[:8])}。",
            cleared_by="请逐项填写。",
            gate="answers",
        )


def failures_are_told(run: ChecklistRun, actor: User) -> Iterable[Reason]:
    """Every problem that asks for words has them."""
    rows = (
        _failures(run).filter(item__requires_note_on_fail=True, note="").values_list("item__code", flat=True)
    )
    if rows:
        yield Reason(f"问题没有写说明：{'、'.join(rows)}。", cleared_by="请写明看到的情况。", gate="notes")


def failures_are_shown(run: ChecklistRun, actor: User) -> Iterable[Reason]:
    """Every answer that asks for a photo has one, or the reason why there is none."""
    on_fail = Q(pk__in=_failures(run).filter(item__requires_photo_on_fail=True).order_by().values("pk"))
    always = Q(item__requires_photo=True) & ~Q(value="NA")
    wanting = list(
        run.answers.filter(on_fail | always, no_photo_reason="")
        .select_related("item")
        .order_by("item__position")
    )
    shown = set(
        EvidenceFile.objects.filter(subject_uid__in=[answer.uid for answer in wanting]).values_list(
            "subject_uid", flat=True
        )
    )
    codes = [answer.item.code for answer in wanting if answer.uid not in shown]
    if codes:
        yield Reason(
            f"须拍照的项目没有照片：{'、'.join(codes)}。",
            cleared_by="请补拍照片，或写明未拍照的原因。",
            gate="photos",
        )


def _failures(run: ChecklistRun) -> QuerySet[ChecklistAnswer]:
    return failures_of(run).order_by("item__position")


CAMPAIGN = Workflow(
    model="fieldwork.Campaign",
    label="专项行动",
    states=CampaignStatus,
    initial=CampaignStatus.DRAFT,
    transitions=(
        Transition(
            "start",
            "启动",
            (CampaignStatus.DRAFT,),
            CampaignStatus.RUNNING,
            permission="fieldwork.campaign_edit",
            guards=(has_stages,),
            stamp="started_at",
            is_primary=True,
        ),
        Transition(
            "finish",
            "结束",
            (CampaignStatus.RUNNING,),
            CampaignStatus.FINISHED,
            permission="fieldwork.campaign_edit",
            requires=("result",),
            stamp="finished_at",
            is_primary=True,
        ),
        Transition(
            "cancel",
            "取消",
            (CampaignStatus.DRAFT,),
            CampaignStatus.CANCELLED,
            permission="fieldwork.campaign_edit",
            needs_reason=True,
            is_danger=True,
        ),
    ),
)

RUN = Workflow(
    model="fieldwork.ChecklistRun",
    label="检查清单记录",
    states=RunStatus,
    initial=RunStatus.OPEN,
    transitions=(
        Transition(
            "finish",
            "完成填写",
            (RunStatus.OPEN,),
            RunStatus.FINISHED,
            permission="fieldwork.run_answer",
            guards=(is_answered, failures_are_told, failures_are_shown),
            stamp="finished_at",
            is_primary=True,
        ),
        Transition(
            "cancel",
            "作废",
            (RunStatus.OPEN,),
            RunStatus.CANCELLED,
            permission="fieldwork.run_cancel",
            needs_reason=True,
            is_danger=True,
        ),
    ),
)


def returns_own_pad(pad: NumberPad, actor: User) -> Iterable[Reason]:
    """A pad comes back from its holder, or through the one who hands pads out."""
    if actor.pk != pad.holder_id and not actor.may("fieldwork.pad_hand_out"):
        yield Reason(
            f"号码簿由{pad.holder.name}领用。", cleared_by="请由领用人或监管股负责人办理交回。", gate="holder"
        )


PAD = Workflow(
    model="fieldwork.NumberPad",
    label="现场号码簿",
    states=PadStatus,
    initial=PadStatus.HANDED,
    transitions=(
        Transition(
            "return",
            "交回",
            (PadStatus.HANDED,),
            PadStatus.RETURNED,
            permission="fieldwork.pad_return",
            guards=(returns_own_pad,),
            stamp="returned_at",
            is_primary=True,
        ),
    ),
)
