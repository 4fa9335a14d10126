"""From the conditions of a draw to its published result."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.db import transaction as database
from django.utils import timezone

from accounts.models import OfficerCertificate, Organisation, User
from casework import audit
from casework.canonical import sha256_hex
from casework.deadlines import deadline_finish
from casework.documents.services import document_issue
from casework.errors import Unlawful, WrongState
from casework.numbering import number_take
from casework.records import record_create, record_update, root_fields
from casework.steps import lock, ready, refuse, require
from casework.workflow import transition
from casework.yearly import PlanStatus
from draws import papers, pools
from draws.models import Draw, DrawnOfficer, DrawnPlace, DrawPlanRow, DrawStatus, EntropyKind
from draws.services.reporting import results_send
from fieldwork.sampling import PoolError, entropy_clean, pool_bytes, pool_read, record_bytes, record_make
from inspections.guards import enforcing_reasons
from inspections.models import DeploymentStatus
from inspections.services import BEFORE_START, deployment_cancel
from institutions.models import Institution

RESULTS = "DRAW_RESULTS"
RECORD_KIND = "DRAW_RECORD"
MIN_WITNESSES = 2
COPIED = (
    "title", "lead_organ", "campaign", "checklist_version", "basis", "item", "planned_on", "planned_until",
    "plan_row", "outside_reason", "filters", "strata_by", "shares", "team_size", "places_per_team",
    "skill_rules", "cap_reason", "entropy_kind", "entropy_source",
)  # fmt: skip


@database.atomic
def draw_draft(
    *, actor: User, values: dict[str, Any], organs: Iterable[Organisation] = (), at: datetime | None = None
) -> Draw:
    """Draft a draw. `values`: the fields of `Draw` that a draft may set; `organs` take part beside the lead.

    Raises NotAllowed, Blocked (G07), Unlawful.
    """
    require(actor, "draws.draw_edit")
    lead: Organisation = values["lead_organ"]
    chosen = {lead.pk: lead, **{organ.pk: organ for organ in organs}}
    for organ in chosen.values():
        refuse(enforcing_reasons(organ))
    draw = Draw(**root_fields(actor=actor, region=lead.bureau.region, bureau=lead.bureau), **values)
    _check_row(draw.plan_row, lead, draw.planned_on, values.get("predecessor"))
    record_create(actor=actor, obj=draw, verb="draws.draw_draft", at=at)
    _organs_set(actor, draw, chosen.values(), at)
    return draw


def _check_row(row: DrawPlanRow | None, lead: Organisation, day: date, repeated: Draw | None) -> None:
    """A draw may come after the window of its row, never before it; a repeat keeps the row of the first."""
    if row is None:
        return
    if row.plan.status != PlanStatus.PUBLISHED and repeated is None:
        raise Unlawful("只能选择已公布的年度双随机抽查计划中的事项。")
    if lead.pk != row.lead_organ_id and not row.partners.filter(pk=lead.pk).exists():
        raise Unlawful(f"这一事项由{row.lead_organ.short_name}牵头，{lead.short_name}不在其中。")
    if day < row.window_from or day.year != row.plan.year:
        raise Unlawful(f"这一事项安排在 {row.plan.year} 年 {row.window}，检查开始日期 {day} 不在其内。")


def _organs_set(actor: User, draw: Draw, organs: Iterable[Organisation], at: datetime | None) -> None:
    """Who takes part in the second draw; a change is an event of its own."""
    old, new = set(draw.organs.all()), set(organs)
    if old == new:
        return
    draw.organs.set(new)
    names = [sorted(organ.short_name for organ in group) for group in (old, new)]
    audit.record(actor=actor, verb="draws.draw_organs", target=draw, changes={"organs": names}, at=at)


@database.atomic
def draw_edit(
    *,
    actor: User,
    draw: Draw,
    values: dict[str, Any],
    organs: Iterable[Organisation] = (),
    version: int | None = None,
    at: datetime | None = None,
) -> Draw:
    """Change a draft. Raises NotAllowed, WrongState once it is frozen, StaleVersion, Blocked, Unlawful."""
    require(actor, "draws.draw_edit")
    locked = lock(draw)
    if locked.status != DrawStatus.DRAFT:
        raise WrongState("名录已经冻结，条件不能再改。确需改变的，请中止后重新抽取，两次都会公开。")
    saved = record_update(
        actor=actor, obj=locked, values=values, verb="draws.draw_edit", version=version, at=at
    )
    _check_row(saved.plan_row, saved.lead_organ, saved.planned_on, saved.predecessor)
    chosen = {saved.lead_organ_id: saved.lead_organ, **{organ.pk: organ for organ in organs}}
    for organ in chosen.values():
        refuse(enforcing_reasons(organ))
    _organs_set(actor, saved, chosen.values(), at)
    return saved


@database.atomic
def draw_freeze(*, actor: User, draw: Draw, at: datetime | None = None) -> Draw:
    """Write the pool file, take the number, and publish the hash with the announced public value.

    The value must lie in the future and before the checks. Raises Blocked, Unlawful, WrongState, NotAllowed.
    """
    at = at or timezone.now()
    locked = lock(draw)
    ready(locked, "freeze", actor)
    _announced_in_time(locked, at)
    number = number_take(organ=locked.lead_organ, kind=RECORD_KIND, subject=locked, at=at).text
    data = pools.pool_data(locked, number)
    try:
        pool_read(data)
    except PoolError as error:
        raise Unlawful(str(error)) from error
    frozen = pool_bytes(data)
    locked.pool_text = frozen.decode()
    locked.save(update_fields=["pool_text"])
    values = {
        "number": number,
        "pool_hash": sha256_hex(frozen),
        "pool_size": len(data["targets"]),
        "officer_count": len(data["officers"]),
        "frozen_by": actor,
    }
    return transition(locked, "freeze", actor=actor, at=at, values=values)


def _announced_in_time(draw: Draw, at: datetime) -> None:
    if draw.entropy_due_at <= at:
        due = timezone.localtime(draw.entropy_due_at)
        raise Unlawful(
            f"公开值的产生时间 {due:%Y-%m-%d %H:%M} 已经过去。必须先冻结名录，再产生公开值，请改为以后的时间。"
        )
    if timezone.localdate(draw.entropy_due_at) > draw.planned_on:
        raise Unlawful("公开值的产生时间晚于检查开始日期，请提前公开值时间或推迟检查。")


def draw_enter(
    *, actor: User, draw: Draw, value: str, note: str, witnesses: str = "", at: datetime | None = None
) -> Draw:
    """Type the announced public value with where it can be read; dice need two witnesses.

    May be corrected until another person confirms it. Raises Unlawful, Blocked, WrongState, NotAllowed.
    """
    at = at or timezone.now()
    if at < draw.entropy_due_at:
        due = timezone.localtime(draw.entropy_due_at)
        raise Unlawful(f"公开值要到 {due:%Y-%m-%d %H:%M} 才产生，请到时再录入。")
    names = re.findall(r"[^\s、，,；;]+", witnesses)
    if draw.entropy_kind == EntropyKind.DICE and len(set(names)) < MIN_WITNESSES:
        raise Unlawful("现场掷骰须有两名以上见证人，请写明姓名，用顿号隔开。")
    values = {
        "entropy_value": _cleaned(value),
        "entropy_note": note.strip(),
        "entropy_witnesses": "、".join(names),
        "entropy_entered_by": actor,
    }
    return transition(draw, "enter", actor=actor, at=at, values=values)


def _cleaned(value: str) -> str:
    clean = entropy_clean(value)
    if not clean:
        raise Unlawful("公开值里没有数字或字母，请照公布的号码录入。")
    if len(clean) > 200:
        raise Unlawful("公开值太长，请只录入公布的号码，不超过200个字符。")
    return clean


@database.atomic
def draw_confirm(*, actor: User, draw: Draw, value: str, at: datetime | None = None) -> Draw:
    """A second person reads the value at its source and types it again; both must be the same.

    Raises Unlawful when they differ, Blocked for the same person, WrongState, NotAllowed.
    """
    locked = lock(draw)
    ready(locked, "confirm", actor)
    if _cleaned(value) != locked.entropy_value:
        raise Unlawful("两人录入的公开值不一致。请一起核对出处；录入有误的，请录入人更正后再复核。")
    return transition(locked, "confirm", actor=actor, at=at, values={"entropy_confirmed_by": actor})


@database.atomic
def draw_run(*, actor: User, draw: Draw, at: datetime | None = None) -> Draw:
    """Draw, once and for all: places, teams, the record file and its paper. Raises Blocked, WrongState, NotAllowed."""
    at = at or timezone.now()
    locked = lock(draw)
    ready(locked, "draw", actor)
    record = record_make(json.loads(locked.pool_text), _entropy(locked))
    written = record_bytes(record)
    locked.result_text = written.decode()
    locked.save(update_fields=["result_text"])
    _rows_make(locked, record)
    document = document_issue(
        actor=actor,
        organ=locked.lead_organ,
        kind=RECORD_KIND,
        subject=locked,
        content=papers.draw_record(locked, record, at=at),
        title="双随机抽取记录",
        at=at,
        number=locked.number,
        is_public=False,
    )
    values = {
        "result_hash": sha256_hex(written),
        "drawn_count": len(record["result"]["targets"]),
        "drawn_by": actor,
        "record_document": document,
    }
    return transition(locked, "draw", actor=actor, at=at, values=values)


def _entropy(draw: Draw) -> dict[str, Any]:
    entered, confirmed = draw.entropy_entered_by, draw.entropy_confirmed_by
    return {
        "value": draw.entropy_value,
        "kind": draw.entropy_kind,
        "source": draw.entropy_source,
        "note": draw.entropy_note,
        "witnesses": draw.entropy_witnesses,
        "entered_at": pools.moment_text(draw.entropy_entered_at) if draw.entropy_entered_at else "",
        "entered_by": entered.name if entered else "",
        "confirmed_by": confirmed.name if confirmed else "",
    }


def _rows_make(draw: Draw, record: dict[str, Any]) -> None:
    result = record["result"]
    teams = {place: team for team in result["teams"] for place in team["targets"]}
    labels = {row["code"]: row["label"] for row in record["pool"]["strata"]}
    ids = [row["id"] for row in result["targets"]]
    places = dict(Institution.objects.filter(public_id__in=ids).values_list("public_id", "pk"))
    DrawnPlace.objects.bulk_create(
        DrawnPlace(
            draw=draw,
            position=row["order"],
            institution_id=places[row["id"]],
            stratum=row["stratum"],
            stratum_label=labels[row["stratum"]],
            team_number=teams[row["id"]]["number"],
            organ_id=int(teams[row["id"]]["organ"][1:]) if teams[row["id"]]["organ"] else None,
            problem=teams[row["id"]]["problem"],
        )
        for row in result["targets"]
    )
    cards = OfficerCertificate.objects.in_bulk(
        {int(one[1:]) for team in result["teams"] for one in team["officers"]}
    )
    DrawnOfficer.objects.bulk_create(
        DrawnOfficer(draw=draw, team_number=team["number"], seat=seat, certificate=cards[int(one[1:])])
        for team in result["teams"]
        for seat, one in enumerate(team["officers"], 1)
    )


@database.atomic
def draw_publish(*, actor: User, draw: Draw, at: datetime | None = None) -> Draw:
    """Publish pool, result and what was found, hand it to the credit platform, and end the term.

    Raises Blocked while checks go on.
    """
    at = at or timezone.now()
    published = transition(draw, "publish", actor=actor, at=at, values={"published_by": actor})
    deadline_finish(actor=actor, subject_uid=published.uid, kind=RESULTS, on=timezone.localdate(at))
    results_send(actor=actor, draw=published)
    return published


@database.atomic
def draw_abort(*, actor: User, draw: Draw, reason: str, at: datetime | None = None) -> Draw:
    """Give a draw up; once frozen it stays public with its reason, and plans not yet begun are cancelled.

    Raises Blocked when visits have begun, Unlawful without a reason, WrongState, NotAllowed.
    """
    at = at or timezone.now()
    values = {"abort_reason": reason.strip()}
    aborted = transition(draw, "abort", actor=actor, reason=reason, at=at, values=values)
    made = {place.deployment for place in aborted.places.select_related("deployment") if place.deployment}
    for deployment in sorted(made, key=lambda row: row.pk):
        if deployment.status in {DeploymentStatus(state) for state in BEFORE_START}:
            deployment_cancel(actor=actor, deployment=deployment, reason=f"抽取中止：{reason}"[:300], at=at)
    return aborted


@database.atomic
def draw_repeat(
    *,
    actor: User,
    draw: Draw,
    reason: str,
    entropy_due_at: datetime,
    planned_on: date | None = None,
    planned_until: date | None = None,
    at: datetime | None = None,
) -> Draw:
    """A new draft with the same conditions, that names the aborted draw and says why it is repeated.

    Raises WrongState unless the draw was frozen and then aborted, or when it was repeated already.
    """
    require(actor, "draws.draw_edit")
    locked = lock(draw)
    if locked.status != DrawStatus.ABORTED or locked.frozen_at is None:
        raise WrongState("只有冻结后中止的抽取才需要重新抽取。请先中止并写明理由。")
    if Draw.objects.filter(predecessor=locked).exists():
        raise WrongState("这次抽取已经重新抽取过，请在后一次上办理。")
    if not reason.strip():
        raise Unlawful("重新抽取须写明理由，理由会向社会公开。")
    values = {name: getattr(locked, name) for name in COPIED}
    days = {
        "planned_on": planned_on or locked.planned_on,
        "planned_until": planned_until or locked.planned_until,
    }
    return draw_draft(
        actor=actor,
        values={
            **values,
            **days,
            "entropy_due_at": entropy_due_at,
            "predecessor": locked,
            "repeat_reason": reason.strip(),
        },
        organs=locked.organs.all(),
        at=at,
    )


for code, sentence in {
    "draw_draft": "拟定双随机抽取",
    "draw_edit": "修改双随机抽取方案",
    "draw_organs": "确定参加抽派的机关",
    "draw_freeze": "冻结名录并公布校验值",
    "draw_enter": "录入公开值",
    "draw_confirm": "复核公开值",
    "draw_draw": "抽取检查对象和执法人员",
    "draw_publish": "公示双随机抽查结果",
    "draw_abort": "中止双随机抽取",
    "draw_plan": "按抽取结果生成检查方案",
    "draw_checks_ended": "双随机检查结束，开始计算公示期限",
    "draw_due_moved": "公示期限变动",
}.items():
    audit.verb(f"draws.{code}", sentence)
