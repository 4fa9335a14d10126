"""The end of a case: closing, archiving, the two volumes; and the rules that the room starts from."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db import transaction as database
from django.db.backends.postgresql.psycopg_any import DateRange

from accounts.models import User
from casework import audit, events
from casework.errors import Unlawful
from casework.numbering import number_take
from casework.records import clean
from casework.steps import lock, ready, require
from casework.workflow import transition
from penalties import clock, data, guards, papers
from penalties.events import CaseEnded
from penalties.models import Case, PenaltyRule
from penalties.services.base import issue


@database.atomic
def case_close(*, actor: User, case: Case, execution_note: str = "", at: datetime | None = None) -> Case:
    """结案 on the lawful ground reached (G35)."""
    with clock.acting_at(at) as moment:
        locked = lock(case)
        ready(locked, "close", actor)
        locked.close_ground = guards.closing_ground(locked)
        locked.execution_note = execution_note.strip()[:300]
        locked.closed_at = moment
        issue(locked, papers.close_form(locked, at=moment, approver=actor.name), actor=actor, at=moment)
        closed = transition(
            locked,
            "close",
            actor=actor,
            at=moment,
            values={"close_ground": locked.close_ground, "execution_note": locked.execution_note},
        )
        events.publish(
            CaseEnded(closed.uid, closed.file_uid, closed.close_ground, closed.source_kind, closed.source_no)
        )
        return closed


@database.atomic
def publicity_exempt(*, actor: User, case: Case, reason: str, at: datetime | None = None) -> Case:
    """Record why a decision is not published; the head decides."""
    require(actor, "penalties.case_approve")
    locked = lock(case)
    if not reason.strip():
        raise Unlawful("请写明不予公示的理由和依据。")
    locked.publicity_exempt = reason.strip()[:200]
    locked.version += 1
    locked.save()
    audit.record(
        actor=actor,
        verb="penalties.publicity_exempt",
        target=locked,
        changes={"publicity_exempt": ["", locked.publicity_exempt]},
        reason=reason,
        about=locked.file_uid,
        at=at,
    )
    return locked


@database.atomic
def case_archive(
    *, actor: User, case: Case, filer: str, checker: str, note: str = "", at: datetime | None = None
) -> Case:
    """归档: year and closing sequence make the number; filer and checker are two people."""
    with clock.acting_at(at) as moment:
        locked = lock(case)
        ready(locked, "archive", actor)
        if not filer.strip() or not checker.strip() or filer.strip() == checker.strip():
            raise Unlawful("立卷人和检查人须为两人，请分别填写。")
        closed_at = locked.closed_at or moment
        taken = number_take(organ=locked.organ, kind="ARCHIVE_COVER", subject=locked, at=closed_at)
        return transition(
            locked,
            "archive",
            actor=actor,
            at=moment,
            values={
                "archive_no": f"{taken.year}{taken.value:04d}",
                "archive_filer": filer.strip()[:40],
                "archive_checker": checker.strip()[:40],
                "archive_note": note.strip()[:300],
            },
        )


@database.atomic
def rule_add(*, actor: User, values: dict[str, Any], since: date, until: date | None = None) -> PenaltyRule:
    """Enter a step of the bureau's own discretion benchmark. It binds in the bureau's region only."""
    require(actor, "penalties.rule_edit")
    region = actor.bureau.region if actor.bureau else None
    rule = PenaltyRule(
        **values, region=region, validity=DateRange(since, until), set_by=actor, confidence="local"
    )
    clean(rule)
    rule.save(force_insert=True)
    audit.record(actor=actor, verb="penalties.rule_add", target=None, changes={"rule": [None, str(rule)]})
    return rule


@database.atomic
def reference_load(*, actor: User) -> int:
    """Ranges of the law and model ladder not entered yet. Returns how many there are."""
    rows = data.penalty_rules()
    for row in rows:
        values = {
            "layer": row["layer"],
            "law_ref": row["law_ref"],
            "seriousness": row["seriousness"],
            "step": row.get("step", ""),
            "region": None,
        }
        if PenaltyRule.objects.filter(**values).exists():
            continue
        PenaltyRule.objects.create(
            **values,
            circumstances=row.get("circumstances", ""),
            kinds=row["kinds"],
            unit=row["unit"],
            minimum=row.get("min"),
            maximum=row.get("max"),
            basis=row["basis"],
            source=row.get("source", ""),
            confidence=row["confidence"],
            validity=DateRange(date.fromisoformat(row["from"]), None),
        )
    return len(rows)


for code, sentence in {
    "case_close": "结案",
    "publicity_exempt": "决定不予公示",
    "case_archive": "案卷归档",
    "rule_add": "录入裁量基准",
}.items():
    audit.verb(f"penalties.{code}", sentence)
