"""Terms: appointment with its papers, renewal, end."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from django.db import transaction as database
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils import timezone

from accounts.models import Organisation, User
from casework import audit, policy
from casework.deadlines import compute, load_calendar
from casework.documents.services import document_issue, document_withdraw
from casework.errors import Unlawful, WrongState
from casework.models import OfficialDocument
from casework.records import record_create, root_fields
from casework.steps import lock, ready, require
from casework.workflow import transition
from monitors import papers, rules
from monitors.models import Assessment, Grade, Monitor, MonitorStatus, Source
from monitors.services.monitors.common import HELD, NOMINATE
from monitors.services.organs import organ_of


@dataclass(frozen=True)
class Term:
    """The term of an appointment: its ordinal 届次, first and last day (last day included)."""

    number: int
    starts_on: date
    ends_on: date


@database.atomic
def monitor_appoint(*, actor: User, monitor: Monitor, term: Term, at: datetime | None = None) -> Monitor:
    """Appoint for a term: certificate and card are issued with their numbers.

    A by-election serves the rest of the term of whom it replaces. Raises WrongState, NotAllowed, Blocked,
    Unlawful (a term backwards, too long, overlapping, or not the rest of the replaced term).
    """
    at = at or timezone.now()
    locked = lock(monitor)
    ready(locked, "appoint", actor)
    _check_term(locked, term)
    span = DateRange(term.starts_on, term.ends_on + timedelta(days=1))
    if Monitor.objects.filter(person=locked.person, term__overlap=span).exists():
        raise Unlawful("任期与这个人的另一个任期重叠，请核对起止日期。")
    organ = issuing_organ(locked)
    certificate = document_issue(
        actor=actor, organ=organ, kind="MONITOR_CERTIFICATE", subject=locked,
        content=papers.certificate(locked, organ, term, at), title="社会监督员聘书", party=locked.name, at=at,
    )  # fmt: skip
    card = document_issue(
        actor=actor, organ=organ, kind="MONITOR_CARD", subject=locked,
        content=papers.card(locked, organ, term, at), title="社会监督员证", party=locked.name, at=at,
    )  # fmt: skip
    return transition(
        locked,
        "appoint",
        actor=actor,
        at=at,
        values={
            "term": span,
            "term_no": term.number,
            "term_planned_until": term.ends_on,
            "certificate": certificate,
            "card": card,
            "card_no": card.number,
        },
    )


def _check_term(monitor: Monitor, term: Term) -> None:
    if term.ends_on < term.starts_on:
        raise Unlawful("任期的最后一日不能早于第一日。")
    longest = replace(
        policy.term(rules.TERM, region=monitor.region, on=term.starts_on), rolls_to_workday=False
    )
    limit = compute(longest, term.starts_on, load_calendar()).due_on
    if term.ends_on >= limit:
        raise Unlawful(f"任期最长 {longest}，最后一日不能晚于 {limit - timedelta(days=1):%Y-%m-%d}。")
    gone = monitor.replaces
    if gone is not None and term.ends_on != gone.term_planned_until:
        raise Unlawful(f"补选的任期到原任期届满为止，即 {gone.term_planned_until:%Y-%m-%d}。")


def issuing_organ(monitor: Monitor) -> Organisation:
    """The education department in whose name certificates go out. Raises Unlawful."""
    return organ_of(monitor.bureau)


@database.atomic
def monitor_renew(*, actor: User, monitor: Monitor, statement: str, at: datetime | None = None) -> Monitor:
    """Propose a further term of the same person, which goes the whole way again.

    Raises NotAllowed, WrongState, Unlawful when the last assessment says 不称职.
    """
    require(actor, NOMINATE)
    at = at or timezone.now()
    old = lock(monitor)
    if old.status not in {MonitorStatus.APPOINTED, MonitorStatus.EXPIRED}:
        raise WrongState(f"{old.name}{old.get_status_display()}，不能续聘。")
    last = Assessment.objects.filter(monitor=old).order_by("-year").first()
    if last is not None and last.grade == Grade.INCOMPETENT:
        raise Unlawful(f"{last.year} 年度考核不称职，不能续聘。")
    if Monitor.objects.filter(bureau=old.bureau, person=old.person).in_hand().exists():
        raise Unlawful(f"{old.name}已在办理聘任，不能重复续聘。")
    copied = (
        "category", "gender", "birth_on", "unit_name", "post", "recommended_by", "recommender", "squad", "user",
    )  # fmt: skip
    fresh = Monitor(
        **root_fields(actor=actor, region=old.region, bureau=old.bureau),
        person=old.person,
        source=Source.RENEWAL,
        previous=old,
        nominated_on=timezone.localdate(at),
        statement=statement.strip(),
        **{name: getattr(old, name) for name in copied},
    )
    return record_create(actor=actor, obj=fresh, verb="monitors.monitor_renew", at=at)


@database.atomic
def monitor_dismiss(
    *, actor: User, monitor: Monitor, reason: str, on: date | None = None, at: datetime | None = None
) -> Monitor:
    """Dismiss with a reason; the term ends on `on`, the papers are withdrawn, the account is closed."""
    return _leave(actor, monitor, "dismiss", reason, on, at or timezone.now())


@database.atomic
def monitor_resign(
    *, actor: User, monitor: Monitor, reason: str, on: date | None = None, at: datetime | None = None
) -> Monitor:
    """Register a resignation; otherwise as `monitor_dismiss`."""
    return _leave(actor, monitor, "resign", reason, on, at or timezone.now())


def _leave(actor: User, monitor: Monitor, name: str, reason: str, on: date | None, at: datetime) -> Monitor:
    locked = lock(monitor)
    ready(locked, name, actor)
    last = on or timezone.localdate(at)
    if locked.term is None or not locked.serves_on(last):
        raise Unlawful("最后在任日期须在任期之内。")
    if last > timezone.localdate(at):
        raise Unlawful("最后在任日期不能晚于今天。")
    gone = transition(
        locked,
        name,
        actor=actor,
        at=at,
        reason=reason,
        values={
            "end_reason": reason.strip()[:300],
            "term": DateRange(locked.term.lower, last + timedelta(days=1)),
        },
    )
    _close(actor, gone, reason, at)
    return gone


def _close(actor: User, monitor: Monitor, reason: str, at: datetime) -> None:
    """Take the papers out of force and lock the account, unless a further term uses it."""
    for paper in (monitor.certificate, monitor.card):
        if paper is not None and paper.state == "VALID":
            document_withdraw(actor=actor, document=paper, reason=reason[:200], at=at)
    user = monitor.user
    if user is None or not user.is_active:
        return
    if user.monitor_terms.filter(status__in=HELD).exclude(pk=monitor.pk).exists():
        return
    User.objects.filter(pk=user.pk).update(is_active=False)
    audit.record(
        actor=actor,
        verb="monitors.account_close",
        target=monitor,
        changes={"account": [user.username, None]},
        reason=reason,
        at=at,
    )


@database.atomic
def monitor_expire_due(*, actor: User, today: date, at: datetime | None = None) -> int:
    """End the terms whose last day is over. Returns how many."""
    rows = Monitor.objects.filter(status=MonitorStatus.APPOINTED, term__fully_lt=DateRange(today, None))
    due = list(rows.select_related("certificate", "card", "user"))
    for monitor in due:
        gone = transition(monitor, "expire", actor=actor, at=at)
        _close(actor, gone, "任期届满", at or timezone.now())
    return len(due)


def papers_of(monitor: Monitor) -> list[OfficialDocument]:
    """Certificate and card, those that exist."""
    return [paper for paper in (monitor.certificate, monitor.card) if paper is not None]


for code, sentence in {
    "monitor_nominate": "推荐社会监督员",
    "monitor_renew": "提出续聘监督员",
    "monitor_edit": "修改监督员信息",
    "monitor_qualify": "通过监督员资格审核",
    "monitor_publicise": "列入拟聘公示",
    "monitor_appoint": "聘任社会监督员",
    "monitor_refuse": "不予通过监督员人选",
    "monitor_dismiss": "解聘社会监督员",
    "monitor_resign": "登记监督员辞任",
    "monitor_expire": "监督员任期届满",
    "account_open": "开通监督员账号",
    "account_close": "停用监督员账号",
    "ties_none": "声明没有利害关系",
    "tie_declare": "申报利害关系",
    "tie_end": "解除利害关系",
}.items():
    audit.verb(f"monitors.{code}", sentence)
