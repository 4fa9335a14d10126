"""Rules of who gets which clue, and reminders about terms."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db import transaction as database
from django.utils import timezone

from accounts.models import Organisation, User
from accounts.models.organisations import COUNTERPARTS
from casework import audit, policy
from casework.errors import NotAllowed, Unlawful
from casework.records import record_create, record_update, root_fields
from casework.steps import require
from complaints import rules
from complaints.models import Clue, ClueNoticeKind, ClueReminder, ClueStatus, RoutingRule

ASSIGN = "complaints.clue_assign"
FIELDS = frozenset({"kind", "region", "organ", "note", "is_active"})


def _checked(actor: User, values: dict[str, Any]) -> None:
    require(actor, ASSIGN)
    if unknown := set(values) - FIELDS:
        raise Unlawful(f"不能填写这些内容：{'、'.join(sorted(unknown))}。")
    organ: Organisation | None = values.get("organ")
    if organ is None or organ.bureau_id != actor.bureau_id or organ.kind in COUNTERPARTS:
        raise Unlawful("承办单位须是本级的行政部门或乡镇（街道）。")


@database.atomic
def rule_create(*, actor: User, values: dict[str, Any], at: datetime | None = None) -> RoutingRule:
    """Say who gets a matter at a place. Raises NotAllowed, Unlawful (also for a second rule of the same)."""
    _checked(actor, values)
    own = {name: value for name, value in values.items() if name != "region"}
    row = RoutingRule(**root_fields(actor=actor, region=values["region"]), **own)
    return record_create(actor=actor, obj=row, verb="complaints.rule_create", at=at)


@database.atomic
def rule_edit(
    *,
    actor: User,
    rule: RoutingRule,
    values: dict[str, Any],
    version: int | None = None,
    at: datetime | None = None,
) -> RoutingRule:
    """Change a rule or switch it off; clues assigned before stay where they are. Raises NotAllowed, Unlawful."""
    _checked(actor, values)
    return record_update(
        actor=actor, obj=rule, values=values, verb="complaints.rule_edit", version=version, at=at
    )


def organ_suggested(clue: Clue) -> Organisation | None:
    """Who gets a clue by the rules: the nearest place first, then the rule that names the matter."""
    rows = RoutingRule.objects.filter(
        bureau=clue.bureau_id, is_active=True, kind__in=["", clue.kind], organ__is_active=True
    ).select_related("organ", "region")
    fitting = [row for row in rows if clue.region_path.startswith(row.region_path)]
    if not fitting:
        return None
    return max(fitting, key=lambda row: (len(row.region_path), row.kind != "", -row.pk)).organ


CLOCKS = (
    (rules.ACCEPT, "accept_due_on", (ClueStatus.RECEIVED,)),
    (rules.HANDLE, "due_on", (ClueStatus.ASSIGNED, ClueStatus.VERIFYING, ClueStatus.INSPECTING)),
)


def reminders_make(*, actor: User, at: datetime) -> int:
    """Remind handlers before a term ends, and tell the head once it is over; each once. Returns how many."""
    if not actor.is_system:
        raise NotAllowed("催办由系统办理。")
    today, made = timezone.localdate(at), 0
    for clock, field, states in CLOCKS:
        rows = Clue.objects.filter(status__in=states, **{f"{field}__isnull": False})
        held = rows.filter(holds__ended_on__isnull=True, holds__isnull=False).values("pk")
        rows = rows if clock == rules.ACCEPT else rows.exclude(pk__in=held)
        for clue in rows.select_related("region").order_by("pk").iterator(chunk_size=500):
            made += _remind(actor, clue, clock, getattr(clue, field), today, at)
    return made


@database.atomic
def _remind(actor: User, clue: Clue, clock: str, due_on: date, today: date, at: datetime) -> int:
    left = (due_on - today).days
    leads = policy.value("clue.reminder.lead_days", region=clue.region, on=today).value
    reached = [int(lead) for lead in leads if left <= int(lead)]
    if left >= 0 and not reached:
        return 0
    kind = ClueNoticeKind.LATE if left < 0 else ClueNoticeKind.DUE_SOON
    _, is_new = ClueReminder.objects.get_or_create(
        clue=clue,
        kind=kind,
        clock=clock,
        due_on=due_on,
        lead_days=0 if left < 0 else min(reached),
        defaults={"made_at": at},
    )
    if is_new:
        audit.record(
            actor=actor,
            verb="complaints.clue_remind",
            target=clue,
            changes={"days_left": [None, left]},
            at=at,
        )
    return int(is_new)


for code, sentence in {
    "rule_create": "新建分派规则",
    "rule_edit": "修改分派规则",
    "clue_remind": "催办线索",
}.items():
    audit.verb(f"complaints.{code}", sentence)
