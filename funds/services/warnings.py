"""Warnings over supervised money: the nightly run, and what people do about them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction as database
from django.utils import timezone

from accounts.models import Bureau, User
from casework import audit, policy
from casework.deadlines import CalendarMissing, compute, load_calendar
from casework.errors import Unlawful
from casework.records import root_fields
from casework.steps import lock
from casework.workflow import transition
from funds.models import FundDay, FundWarning, WarningLevel, WarningStatus
from funds.selectors.day_facts import day_facts, watched
from funds.selectors.warnings import histories, parameters_on
from funds.warnings import Raised, judge
from funds.warnings.parameters import lines_of
from institutions.models import Institution

LOOK_BACK = 7  # days that corrections and late files may still change
FIRST_DAYS = 60  # written when a bureau's days begin
DUE = {"RED": "fund.warning.due.red", "YELLOW": "fund.warning.due.yellow"}


@dataclass
class Ran:
    """What a run did, in warnings."""

    raised: int = 0
    risen: int = 0
    ended: int = 0


@database.atomic
def days_write(*, bureau: Bureau, until: date, days: int = 0) -> int:
    """Keep the facts of the last days up to `until`; how many rows. Days kept before are written anew."""
    if not days:
        days = LOOK_BACK if FundDay.objects.filter(bureau=bureau).exists() else FIRST_DAYS
    rows = []
    for day in sorted(
        {until - timedelta(days=back) for back in range(days)} | _unexplained_days(bureau, until)
    ):
        found = day_facts(bureau, day, settled_before=until)
        for place, told in found.items():
            facts = {name: value for name, value in asdict(told.facts).items() if name != "day"}
            rows.append(
                FundDay(
                    bureau=bureau,
                    institution_id=place,
                    day=day,
                    facts=facts,
                    deposit_required_fen=told.deposit_required_fen,
                    deposit_fen=told.deposit_fen,
                )
            )
    FundDay.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["institution", "day"],
        update_fields=["facts", "deposit_required_fen", "deposit_fen", "written_at"],
        batch_size=500,
    )
    return len(rows)


def _unexplained_days(bureau: Bureau, until: date) -> set[date]:
    """Kept days with money that left without an instruction: people may have explained it since."""
    rows = FundDay.objects.filter(bureau=bureau, day__lte=until, facts__out_unknown_fen__gt=0)
    return set(rows.values_list("day", flat=True))


def warnings_run(*, actor: User, bureau: Bureau, on: date, at: datetime | None = None) -> Ran:
    """Judge every watched institution on a day: raise, raise the level, note what ended. Repeating changes nothing."""
    at = at or timezone.now()
    lines, done = parameters_on(bureau.region, on), Ran()
    places = watched(bureau)
    told = histories(places, on)
    for place in places:
        raised = {found.rule: found for found in judge(told[place.pk], on, lines)} if place.pk in told else {}
        with database.atomic():
            lock(place)
            latest = _latest(place)
            for rule, found in raised.items():
                used = {name: getattr(lines, name) for name in lines_of(rule)}
                _hold(actor, place, found, used, latest.get(rule), on, at, done)
            gone = (row for rule, row in latest.items() if rule not in raised)
            _end(actor, gone, on, at, done)
    return done


def _latest(place: Institution) -> dict[str, FundWarning]:
    newest = FundWarning.objects.filter(institution=place).order_by("rule", "-id").distinct("rule")
    rows = FundWarning.objects.select_for_update().filter(pk__in=newest.values("pk"))
    return {row.rule: row for row in rows}


def _hold(
    actor: User,
    place: Institution,
    found: Raised,
    used: dict[str, int],
    row: FundWarning | None,
    on: date,
    at: datetime,
    done: Ran,
) -> None:
    """The rule holds: a new warning, a higher level, or the old one seen again.

    What people closed or ruled out stays so while the same condition lasts, its level does not rise and no
    further outflow without instruction comes to light.
    """
    rises = row is not None and row.level == WarningLevel.YELLOW and found.level == WarningLevel.RED
    is_old = row is not None and not row.is_open and row.ended_on is None
    if row is not None and is_old and not rises and not _has_news(row, found):
        row.seen_on = max(row.seen_on, on)
        row.save(update_fields=["seen_on", "updated_at"])
        return
    if row is None or not row.is_open:
        _raise(actor, place, found, used, on, at)
        done.raised += 1
        return
    row.seen_on, row.ended_on = max(row.seen_on, on), None
    row.contributions, row.parameters = _shown(found), used
    if rises:
        row.level = found.level
        row.due_on, row.due_explanation = _due(place, found.level, on)
        row.version += 1
        audit.record(actor=actor, verb="funds.warning_rise", target=row, about=row.file_uid, at=at)
        done.risen += 1
    row.save()


def _has_news(row: FundWarning, found: Raised) -> bool:
    """Whether money left again since people dealt with the warning of unexplained outflows."""
    known = {(item["what"], item["value"]) for item in row.contributions}
    return found.rule == "W5" and any((item.what, item.value) not in known for item in found.contributions)


def _raise(
    actor: User, place: Institution, found: Raised, used: dict[str, int], on: date, at: datetime
) -> None:
    due_on, explanation = _due(place, found.level, on)
    row = FundWarning(
        **root_fields(actor=actor, region=place.region, bureau=place.bureau),
        institution=place,
        rule=found.rule,
        level=found.level,
        raised_on=on,
        seen_on=on,
        due_on=due_on,
        due_explanation=explanation,
        contributions=_shown(found),
        parameters=used,
    )
    row.save(force_insert=True)
    audit.record(actor=actor, verb="funds.warning_raise", target=row, about=row.file_uid, at=at)


def _end(actor: User, rows: Iterable[FundWarning], on: date, at: datetime, done: Ran) -> None:
    """The rule no longer holds. A yellow warning that nobody took by its term closes by itself; others wait
    for a person.
    """
    for row in rows:
        if row.ended_on is None:
            row.ended_on = on
            row.save(update_fields=["ended_on", "updated_at"])
            done.ended += 1
        if row.status == WarningStatus.OPEN and row.level == WarningLevel.YELLOW and on >= row.due_on:
            values = {"close_reason": f"{on:%Y-%m-%d} 起条件不再成立", "closed_by": actor}
            transition(row, "lapse", actor=actor, at=at, values=values)


def _shown(found: Raised) -> list[dict[str, Any]]:
    return [asdict(row) for row in found.contributions]


def _due(place: Institution, level: str, on: date) -> tuple[date, list[str]]:
    term = policy.term(DUE[level], region=place.region, on=on)
    try:
        computed = compute(term, on, load_calendar())
    except CalendarMissing as missing:
        return on + timedelta(days=term.amount), [missing.message, "暂按自然日计算"]
    return computed.due_on, list(computed.explanation)


def warning_take(*, actor: User, warning: FundWarning, at: datetime | None = None) -> FundWarning:
    """Take it on. Raises NotAllowed, WrongState."""
    return transition(warning, "take", actor=actor, at=at, values={"owner": actor})


@database.atomic
def warning_dispose(
    *, actor: User, warning: FundWarning, disposition: str, outcome: str, at: datetime | None = None
) -> FundWarning:
    """Say what was done and found. Raises NotAllowed, WrongState, Blocked (another's warning), Unlawful."""
    if not outcome.strip():
        raise Unlawful("请写明核查和处置情况。")
    lock(warning)
    values = {"disposition": disposition, "outcome": outcome.strip(), "disposed_by": actor}
    return transition(warning, "dispose", actor=actor, at=at, values=values)


def warning_close(
    *, actor: User, warning: FundWarning, reason: str, at: datetime | None = None
) -> FundWarning:
    """Close it as another person than who dealt with it. Raises NotAllowed, WrongState, Blocked, Unlawful."""
    values = {"close_reason": reason.strip(), "closed_by": actor}
    return transition(warning, "close", actor=actor, at=at, reason=reason.strip(), values=values)


def warning_dismiss(
    *, actor: User, warning: FundWarning, reason: str, at: datetime | None = None
) -> FundWarning:
    """Rule it out: the facts are as they should be. Raises NotAllowed, WrongState, Unlawful."""
    values = {"close_reason": reason.strip(), "closed_by": actor}
    return transition(warning, "dismiss", actor=actor, at=at, reason=reason.strip(), values=values)


def warning_send_back(
    *, actor: User, warning: FundWarning, reason: str, at: datetime | None = None
) -> FundWarning:
    """Have it looked at again, by whoever takes it. Raises NotAllowed, WrongState, Unlawful."""
    values = {"owner": None, "taken_at": None, "disposed_by": None, "disposed_at": None}
    return transition(warning, "send_back", actor=actor, at=at, reason=reason.strip(), values=values)


for code, sentence in {
    "warning_raise": "发出资金预警",
    "warning_rise": "资金预警升为红色",
    "fundwarning_take": "认领资金预警",
    "fundwarning_dispose": "填报预警处置",
    "fundwarning_close": "销去资金预警",
    "fundwarning_send_back": "退回资金预警再查",
    "fundwarning_dismiss": "排除资金预警",
    "fundwarning_lapse": "资金预警条件消除",
}.items():
    audit.verb(f"funds.{code}", sentence)
