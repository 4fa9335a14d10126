"""Proposing and checking candidates."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction as database
from django.utils import timezone

from accounts.models import Organisation, Region, User
from casework.errors import Unlawful
from casework.records import record_create, record_update, root_fields
from casework.steps import require
from casework.workflow import transition
from institutions.services import person_register
from monitors.models import Gender, Monitor, MonitorStatus, Source
from monitors.services.monitors.common import EDIT, NOMINATE


@dataclass(frozen=True)
class Nomination:
    """A proposal: who, from where, how it came about. The identity number gives birth date and sex."""

    name: str
    id_number: str
    region: Region
    category: str
    source: str = Source.RECOMMENDED
    phone: str = ""
    recommended_by: Organisation | None = None
    recommender: str = ""
    unit_name: str = ""
    post: str = ""
    statement: str = ""
    nominated_on: date | None = None
    replaces: Monitor | None = None


def born_from(id_number: str) -> tuple[date, str]:
    """Birth date and sex in a resident identity number (GB 11643-1999). Raises Unlawful."""
    try:
        born = date.fromisoformat(f"{id_number[6:10]}-{id_number[10:12]}-{id_number[12:14]}")
    except ValueError as error:
        raise Unlawful("身份证号中的出生日期不对，请逐位核对。") from error
    return born, Gender.MALE if int(id_number[16]) % 2 else Gender.FEMALE


@database.atomic
def monitor_nominate(*, actor: User, nomination: Nomination, at: datetime | None = None) -> Monitor:
    """Propose a person. A township proposes for itself; a by-election names whom it replaces.

    Raises NotAllowed, Unlawful (identity number, a candidacy or term that already runs, place out of reach).
    """
    require(actor, NOMINATE)
    at = at or timezone.now()
    day = nomination.nominated_on or timezone.localdate(at)
    if day > timezone.localdate(at):
        raise Unlawful("推荐（报名）日期不能晚于今天。")
    number = nomination.id_number.strip().upper()
    person = person_register(
        actor=actor, name=nomination.name.strip(), region=nomination.region, id_number=number,
        phone=nomination.phone,
    )  # fmt: skip
    if not number:
        raise Unlawful("请填写身份证号，用于核对年龄和避免重复推荐。")
    born, gender = born_from(number)
    _check_replaces(nomination)
    running = Monitor.objects.filter(bureau=person.bureau, person=person)
    if running.in_hand().exists() or running.filter(status=MonitorStatus.APPOINTED).exists():
        raise Unlawful(f"{person.name}已是在聘监督员或正在办理聘任，不能重复推荐。")
    monitor = Monitor(
        **root_fields(actor=actor, region=nomination.region),
        person=person,
        birth_on=born,
        gender=gender,
        nominated_on=day,
        recommender=_recommender(nomination),
        **{
            name: getattr(nomination, name)
            for name in (
                "category", "source", "recommended_by", "unit_name", "post", "statement", "replaces",
            )
        },
    )  # fmt: skip
    return record_create(actor=actor, obj=monitor, verb="monitors.monitor_nominate", at=at)


def _recommender(nomination: Nomination) -> str:
    given = nomination.recommender.strip()
    return given or (nomination.recommended_by.name if nomination.recommended_by else "")


def _check_replaces(nomination: Nomination) -> None:
    gone = nomination.replaces
    if nomination.source == Source.BY_ELECTION:
        if gone is None or gone.status not in {MonitorStatus.DISMISSED, MonitorStatus.RESIGNED}:
            raise Unlawful("补选须选择一名已解聘或已辞任的监督员。")
        taken = Monitor.objects.filter(replaces=gone).exclude(status=MonitorStatus.REFUSED)
        if taken.exists():
            raise Unlawful(f"{gone.name}的名额已有补选人选。")
    if nomination.source == Source.RECOMMENDED and not _recommender(nomination):
        raise Unlawful("单位推荐的须填写推荐单位。")
    if nomination.source == Source.RENEWAL:
        raise Unlawful("续聘请在原监督员页面办理。")


@database.atomic
def monitor_edit(
    *,
    actor: User,
    monitor: Monitor,
    values: dict[str, Any],
    version: int | None = None,
    at: datetime | None = None,
) -> Monitor:
    """Correct facts that decide nothing: unit, post, category, reason. Raises NotAllowed, StaleVersion, Unlawful."""
    require(actor, EDIT)
    allowed = {"unit_name", "post", "category", "statement", "recommender"}
    if strange := set(values) - allowed:
        raise Unlawful(f"不能在这里修改：{'、'.join(sorted(strange))}。")
    return record_update(
        actor=actor, obj=monitor, values=values, verb="monitors.monitor_edit", version=version, at=at
    )


def monitor_qualify(*, actor: User, monitor: Monitor, note: str, at: datetime | None = None) -> Monitor:
    """Pass the check of qualification. Raises WrongState, NotAllowed, Blocked (age, identity), Unlawful."""
    return transition(monitor, "qualify", actor=actor, at=at, values={"qualify_note": note.strip()})


def monitor_refuse(*, actor: User, monitor: Monitor, reason: str, at: datetime | None = None) -> Monitor:
    """Do not go on with a candidate. Raises WrongState, NotAllowed, Unlawful without a reason."""
    return transition(
        monitor, "refuse", actor=actor, at=at, reason=reason, values={"end_reason": reason.strip()[:300]}
    )
