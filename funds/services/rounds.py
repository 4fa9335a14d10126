"""Fund audits in rounds: opened with scope and window, a sheet per institution, findings put right and closed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.db import transaction as database
from django.utils import timezone

from accounts.models import User
from casework import audit
from casework.canonical import sha256_hex
from casework.errors import NotAllowed, Unlawful, WrongState
from casework.records import record_create, root_fields
from casework.steps import lock, require
from casework.workflow import transition
from funds.models import AuditFinding, AuditRound, AuditSheet, CheckItem, CheckResult
from institutions.models import Institution

OPEN, WORK = "funds.audit_open", "funds.audit_work"


@database.atomic
def round_open(*, actor: User, values: dict[str, Any], at: datetime | None = None) -> AuditRound:
    """Open a round with its scope and window. Raises NotAllowed, Unlawful."""
    require(actor, OPEN)
    if actor.bureau is None:
        raise Unlawful("系统账号不能开展资金专查。")
    row = AuditRound(**root_fields(actor=actor, region=actor.bureau.region), **values)
    return record_create(actor=actor, obj=row, verb="funds.round_open", about=row.uid, at=at)


@database.atomic
def round_places_add(
    *, actor: User, audit_round: AuditRound, institutions: Iterable[Institution], at: datetime | None = None
) -> int:
    """Give every chosen institution its sheet; those that have one keep it. How many are new.

    Raises NotAllowed (an institution outside the actor's reach), WrongState (the round has ended).
    """
    require(actor, OPEN)
    locked = lock(audit_round)
    if locked.status != "RUNNING":
        raise WrongState("这轮专查已经结束，不能再加入机构。")
    wanted = {row.pk: row for row in institutions}
    seen = Institution.objects.visible_to(actor).filter(pk__in=wanted, bureau=locked.bureau)
    if seen.count() != len(wanted):
        raise NotAllowed("选了不在本局辖区内的机构。")
    known = set(AuditSheet.objects.filter(round=locked).values_list("institution", flat=True))
    rows = [
        AuditSheet(
            bureau=locked.bureau,
            region_id=place.region_id,
            region_path=place.region_path,
            created_by=actor,
            round=locked,
            institution=place,
        )
        for pk, place in sorted(wanted.items())
        if pk not in known
    ]
    AuditSheet.objects.bulk_create(rows, batch_size=500)
    if rows:
        marks = sorted(str(row.institution.uid) for row in rows)
        changes: dict[str, list[Any]] = {
            "places": [len(known), len(known) + len(rows)],
            "sha256": [None, sha256_hex(marks)],
        }
        audit.record(
            actor=actor,
            verb="funds.round_places_add",
            target=locked,
            changes=changes,
            about=locked.uid,
            at=at,
        )
    return len(rows)


def round_close(
    *, actor: User, audit_round: AuditRound, conclusion: str, at: datetime | None = None
) -> AuditRound:
    """End a round when every sheet is filled in. Raises NotAllowed, WrongState, Blocked, Unlawful."""
    values = {"conclusion": conclusion.strip(), "closed_by": actor}
    return transition(audit_round, "close", actor=actor, at=at, values=values, about=audit_round.uid)


def round_reopen(
    *, actor: User, audit_round: AuditRound, reason: str, at: datetime | None = None
) -> AuditRound:
    """Go on with it. Raises NotAllowed, WrongState, Unlawful."""
    values = {"closed_by": None, "closed_at": None}
    return transition(
        audit_round, "reopen", actor=actor, at=at, reason=reason.strip(), values=values, about=audit_round.uid
    )


@database.atomic
def sheet_fill(
    *,
    actor: User,
    sheet: AuditSheet,
    checked_on: date,
    checkers: str,
    checks: dict[str, str],
    note: str = "",
    talked_on: date | None = None,
    talk_note: str = "",
    at: datetime | None = None,
) -> AuditSheet:
    """Fill in a sheet: a result for every item. Raises NotAllowed, WrongState, Blocked, Unlawful."""
    today = timezone.localdate(at or timezone.now())
    if missing := [item.label for item in CheckItem if checks.get(item) not in CheckResult.values]:
        raise Unlawful(f"还没有填写：{'、'.join(missing)}。")
    if checked_on > today or (talked_on and talked_on > today):
        raise Unlawful("核查日期和约谈日期不能晚于今天。")
    if checked_on < sheet.round.starts_on:
        raise Unlawful(f"核查日期早于专查开始日期 {sheet.round.starts_on:%Y-%m-%d}。")
    if talked_on and not talk_note.strip():
        raise Unlawful("约谈须写明约谈情况。")
    values = {
        "checked_on": checked_on, "checkers": checkers.strip(), "note": note.strip(), "talked_on": talked_on,
        "checks": {item.value: checks[item] for item in CheckItem}, "talk_note": talk_note.strip(),
    }  # fmt: skip
    return transition(sheet, "fill", actor=actor, at=at, values=values)


def sheet_redo(*, actor: User, sheet: AuditSheet, reason: str, at: datetime | None = None) -> AuditSheet:
    """Empty it and look again. Raises NotAllowed, WrongState, Unlawful, Blocked (findings stand on it)."""
    values: dict[str, Any] = {
        "checked_on": None, "checkers": "", "checks": {}, "note": "", "talked_on": None, "talk_note": "",
    }  # fmt: skip
    return transition(sheet, "redo", actor=actor, at=at, reason=reason.strip(), values=values)


@database.atomic
def finding_add(
    *,
    actor: User,
    sheet: AuditSheet,
    kind: str,
    summary: str,
    measure: str,
    due_on: date,
    amount_fen: int = 0,
    at: datetime | None = None,
) -> AuditFinding:
    """Enter what was found on an item that has a problem; the figures of a round that has ended stand.

    Raises NotAllowed, WrongState, Unlawful.
    """
    require(actor, WORK)
    if lock(sheet.round).status != "RUNNING":
        raise WrongState("这轮专查已经结束，不能再登记问题。确需补登的，请负责人先重新开启专查。")
    locked = lock(sheet)
    if locked.status != "DONE" or locked.checked_on is None:
        raise WrongState("请先填写核查表，再登记问题。")
    if locked.checks.get(kind) != CheckResult.BAD:
        raise Unlawful(f"核查表里“{CheckItem(kind).label}”不是“有问题”，请核对。")
    if due_on < locked.checked_on:
        raise Unlawful("整改期限不能早于核查日期。")
    row = AuditFinding(
        **root_fields(actor=actor, region=locked.region, bureau=locked.bureau),
        sheet=locked,
        kind=kind,
        amount_fen=amount_fen,
        summary=summary.strip(),
        measure=measure,
        due_on=due_on,
    )
    return record_create(actor=actor, obj=row, verb="funds.finding_add", at=at)


def finding_rectify(
    *, actor: User, finding: AuditFinding, result: str, rectified_on: date, at: datetime | None = None
) -> AuditFinding:
    """Enter how it was put right. Raises NotAllowed, WrongState, Unlawful."""
    if rectified_on > timezone.localdate(at or timezone.now()):
        raise Unlawful("整改日期不能晚于今天。")
    values = {"result": result.strip(), "rectified_on": rectified_on, "reported_by": actor}
    return transition(finding, "rectify", actor=actor, at=at, values=values)


def finding_close(*, actor: User, finding: AuditFinding, at: datetime | None = None) -> AuditFinding:
    """Another person looked and finds it put right. Raises NotAllowed, WrongState, Blocked."""
    return transition(finding, "close", actor=actor, at=at, values={"closed_by": actor})


def finding_send_back(
    *, actor: User, finding: AuditFinding, reason: str, at: datetime | None = None
) -> AuditFinding:
    """It is not put right: what was entered goes to the event, the finding is open as before.

    Raises NotAllowed, WrongState, Unlawful.
    """
    values: dict[str, Any] = {"result": "", "rectified_on": None, "reported_by": None}
    return transition(finding, "send_back", actor=actor, at=at, reason=reason.strip(), values=values)


for code, sentence in {
    "round_open": "开展资金专查",
    "round_places_add": "把机构加入资金专查",
    "auditround_close": "结束资金专查",
    "auditround_reopen": "重新开启资金专查",
    "auditsheet_fill": "填写资金专查核查表",
    "auditsheet_redo": "重填资金专查核查表",
    "finding_add": "登记专查问题",
    "auditfinding_rectify": "登记专查问题整改",
    "auditfinding_close": "专查问题复核销号",
    "auditfinding_send_back": "退回专查问题整改",
}.items():
    audit.verb(f"funds.{code}", sentence)
