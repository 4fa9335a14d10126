"""Ordering campaigns and keeping their timetable."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction

from accounts.models import Bureau, Organisation, Region, User
from casework import audit
from casework.errors import NotAllowed, Unlawful, WrongState
from casework.records import clean, record_create, record_update, root_fields
from casework.workflow import transition
from fieldwork.models import Campaign, CampaignStage, CampaignStatus

EDITABLE = frozenset({CampaignStatus.DRAFT.value, CampaignStatus.RUNNING.value})


@dataclass(frozen=True)
class Stage:
    """One stage as entered: its name, its first and last day, and what is to be done."""

    name: str
    starts_on: date
    ends_on: date
    task: str = ""


@transaction.atomic
def campaign_create(
    *,
    actor: User,
    values: dict[str, Any],
    stages: Sequence[Stage] = (),
    departments: Iterable[Organisation] = (),
    bureau: Bureau | None = None,
    region: Region | None = None,
    at: datetime | None = None,
) -> Campaign:
    """Draw up a campaign with its stages; it counts once started. Raises NotAllowed, Unlawful."""
    _may_edit(actor)
    owner = bureau or actor.bureau
    if owner is None:
        raise Unlawful("系统账号登记数据时须指明主管部门。")
    fields = root_fields(actor=actor, region=region or owner.region, bureau=owner)
    campaign = record_create(
        actor=actor, obj=Campaign(**fields, **values), verb="fieldwork.campaign_create", at=at
    )
    _set_stages(campaign, stages)
    _set_departments(campaign, departments)
    return campaign


@transaction.atomic
def campaign_edit(
    *,
    actor: User,
    campaign: Campaign,
    values: dict[str, Any],
    stages: Sequence[Stage] | None = None,
    departments: Iterable[Organisation] | None = None,
    version: int | None = None,
    reason: str = "",
) -> Campaign:
    """Change a campaign that is drawn up or running. Raises NotAllowed, WrongState, StaleVersion, Unlawful."""
    _may_edit(actor)
    locked = Campaign.objects.select_for_update().get(pk=campaign.pk)
    if locked.status not in EDITABLE:
        raise WrongState(f"专项行动现在是“{locked.get_status_display()}”，不能再修改。")
    changed = record_update(
        actor=actor, obj=locked, values=values, verb="fieldwork.campaign_edit", version=version, reason=reason
    )
    if stages is not None and _stages_of(changed) != tuple(stages):
        before = [str(stage) for stage in _stages_of(changed)]
        changed.stages.all().delete()
        _set_stages(changed, stages)
        audit.record(
            actor=actor,
            verb="fieldwork.campaign_reschedule",
            target=changed,
            changes={"stages": [before, [str(stage) for stage in stages]]},
            reason=reason,
        )
    if departments is not None:
        _set_departments(changed, departments)
    return changed


def campaign_start(*, actor: User, campaign: Campaign, at: datetime | None = None) -> Campaign:
    """Start a campaign that has a timetable. Raises Blocked, NotAllowed, WrongState."""
    return transition(campaign, "start", actor=actor, at=at)


def campaign_finish(*, actor: User, campaign: Campaign, result: str, at: datetime | None = None) -> Campaign:
    """End a running campaign with its summary. Raises NotAllowed, WrongState, Unlawful."""
    return transition(campaign, "finish", actor=actor, at=at, values={"result": result.strip()})


def campaign_cancel(*, actor: User, campaign: Campaign, reason: str, at: datetime | None = None) -> Campaign:
    """Give up a campaign that was never started. Raises NotAllowed, WrongState, Unlawful."""
    return transition(campaign, "cancel", actor=actor, reason=reason, at=at)


def _may_edit(actor: User) -> None:
    if not actor.may("fieldwork.campaign_edit"):
        raise NotAllowed("您没有“部署和修改专项行动”的权限，请联系监管股负责人。")


def _stages_of(campaign: Campaign) -> tuple[Stage, ...]:
    return tuple(Stage(row.name, row.starts_on, row.ends_on, row.task) for row in campaign.stages.all())


def _set_stages(campaign: Campaign, stages: Sequence[Stage]) -> None:
    for position, stage in enumerate(stages, 1):
        _check_window(campaign, stage)
        row = CampaignStage(
            campaign=campaign,
            position=position,
            name=stage.name,
            task=stage.task,
            starts_on=stage.starts_on,
            ends_on=stage.ends_on,
        )
        clean(row)
        row.save()


def _check_window(campaign: Campaign, stage: Stage) -> None:
    if stage.ends_on < stage.starts_on:
        raise Unlawful(f"阶段“{stage.name}”的结束日期早于开始日期，请改正。")
    if stage.starts_on < campaign.starts_on or (campaign.ends_on and stage.ends_on > campaign.ends_on):
        raise Unlawful(f"阶段“{stage.name}”超出专项行动的起止日期，请调整。")


def _set_departments(campaign: Campaign, departments: Iterable[Organisation]) -> None:
    chosen = list(departments)
    strangers = [organisation.name for organisation in chosen if organisation.bureau_id != campaign.bureau_id]
    if strangers:
        raise Unlawful(f"不是本地的部门，不能参加：{'、'.join(strangers)}。")
    campaign.departments.set(chosen)


audit.verb("fieldwork.campaign_create", "起草专项行动")
audit.verb("fieldwork.campaign_edit", "修改专项行动")
audit.verb("fieldwork.campaign_reschedule", "调整专项行动阶段")
audit.verb("fieldwork.campaign_start", "启动专项行动")
audit.verb("fieldwork.campaign_finish", "结束专项行动")
audit.verb("fieldwork.campaign_cancel", "取消专项行动")
