"""Writing and reading states over time. Spans are half-open days; callers name the first day."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import Q
from django.utils import timezone

from accounts.models import Organisation, User
from casework import audit
from casework.errors import Unlawful
from institutions.models import (
    OPEN_END,
    Institution,
    InstitutionState,
    LicenceState,
    OperatingState,
    Participation,
    StateKind,
)
from institutions.models.choices import AXIS_KINDS, PROJECTION_FIELDS, STATE_CHOICES, state_label

EMPTY = {StateKind.LIST_STATUS: "NONE", StateKind.LICENCE_STATE: "NONE"}
OWN_FIELDS: dict[str, str] = {kind: name for name, kind in AXIS_KINDS.items()}
OWN_FIELDS.update({kind.value: name for kind, name in PROJECTION_FIELDS.items()})
OWN_FIELDS[StateKind.OPERATING_STATE] = "operating_state"


def span_write(
    *,
    actor: User,
    institution: Institution,
    kind: str,
    value: str,
    since: date,
    until: date | None = None,
    source_no: str = "",
) -> InstitutionState:
    """Put `value` in force from `since` up to, not including, `until`; what it overlaps is cut, not lost
    from the audit. The caller holds the lock on the institution. Raises Unlawful for an empty span."""
    if until is not None and until <= since:
        raise Unlawful("起始日期必须早于截止日期，请重新填写。")
    _cut(institution, kind, since, until)
    return InstitutionState.objects.create(
        institution=institution,
        kind=kind,
        value=value,
        span=DateRange(since, until),
        source_no=source_no,
        recorded_by=actor,
    )


def _cut(institution: Institution, kind: str, since: date, until: date | None) -> None:
    new = DateRange(since, until)
    for old in InstitutionState.objects.filter(institution=institution, kind=kind, span__overlap=new):
        lower, upper = old.span.lower, old.span.upper
        keeps_tail = until is not None and (upper is None or upper > until)
        keeps_head = lower is None or lower < since
        if keeps_head:
            old.span = DateRange(lower, since)
            old.save(update_fields=["span"])
        if keeps_tail and keeps_head:
            old.pk = None
            old._state.adding = True
            old.span = DateRange(until, upper)
            old.save(force_insert=True)
        elif keeps_tail:
            old.span = DateRange(until, upper)
            old.save(update_fields=["span"])
        elif not keeps_head:
            old.delete()


def institution_state_on(institution: Institution, kind: str, day: date) -> str:
    """The value of one state on `day`; for axes without spans the present value, for others the empty one."""
    spans = InstitutionState.objects.filter(institution=institution, kind=kind, span__contains=day)
    found = spans.values_list("value", flat=True).first()
    if found is not None:
        return found
    if kind in AXIS_KINDS.values():
        return str(getattr(institution, OWN_FIELDS[kind]))
    return EMPTY.get(StateKind(kind), "")


@transaction.atomic
def institution_projection_set(
    *,
    actor: User,
    institution: Institution,
    kind: str,
    value: str,
    since: date,
    until: date | None = None,
    source_no: str = "",
    today: date | None = None,
) -> Institution:
    """Write a projection (list, licence, credit, risk, enrolment stop) for [since, until) and refresh its copy.

    ENROLMENT_STOP takes the values STOPPED and NONE. Returns the locked institution. Raises Unlawful
    for an unknown kind or value. `source_no` is the number of the paper that decided it.
    """
    if kind not in PROJECTION_FIELDS:
        raise Unlawful("这一状态不能由其他业务写入。")
    known = STATE_CHOICES.get(kind)
    if known is not None and value not in known.values:
        raise Unlawful(f"“{value}”不是{StateKind(kind).label}的取值，请重新选择。")
    locked = Institution.objects.select_for_update().get(pk=institution.pk)
    today = today or timezone.localdate()
    before = institution_state_on(locked, kind, since)
    span_write(
        actor=actor, institution=locked, kind=kind, value=value, since=since, until=until, source_no=source_no
    )
    projection_refresh(locked, kind, today)
    locked.version += 1
    locked.save()
    last = f" 至 {until - timedelta(days=1):%Y-%m-%d}" if until else ""
    audit.record(
        actor=actor,
        verb="institutions.institution_projection_set",
        target=locked,
        about=locked.uid,
        changes={
            OWN_FIELDS[kind]: [
                state_label(kind, before),
                f"{state_label(kind, value)}（{since:%Y-%m-%d} 起{last}）",
            ]
        },
        number=source_no,
    )
    return locked


def projection_refresh(institution: Institution, kind: str, today: date) -> bool:
    """Set the copy of one projection from the span in force today, without saving; whether it changed."""
    name = PROJECTION_FIELDS[StateKind(kind)]
    spans = InstitutionState.objects.filter(institution=institution, kind=kind, span__contains=today)
    row = spans.first()
    value: object = row.value if row else EMPTY.get(StateKind(kind), "")
    if kind == StateKind.ENROLMENT_STOP:
        value = _stop_end(row)
    if kind == StateKind.LICENCE_STATE and row is None and institution.holds_licence:
        value = institution.licence_state
    changed = getattr(institution, name) != value
    setattr(institution, name, value)
    return bool(changed)


def _stop_end(row: InstitutionState | None) -> date | None:
    if row is None or row.value != "STOPPED":
        return None
    upper: date | None = row.span.upper
    return upper - timedelta(days=1) if upper else OPEN_END


@transaction.atomic
def institution_participate(
    *, actor: User, institutions: Iterable[Institution], organisation: Organisation, source: str, since: date
) -> None:
    """Let a partner department's people open the files that its work is about; once in, it stays in."""
    for institution in institutions:
        _, is_new = Participation.objects.get_or_create(
            institution=institution,
            organisation=organisation,
            defaults={"source": source[:120], "since": since},
        )
        if is_new:
            audit.record(
                actor=actor,
                verb="institutions.institution_participate",
                target=institution,
                changes={"participations": [None, organisation.short_name]},
                reason=source,
                about=institution.uid,
            )


@transaction.atomic
def states_roll(*, actor: User, today: date) -> int:
    """Daily: let licences expire and bring the copies in step with spans that begin or end today.

    Returns how many institutions changed. A second run on the same day changes nothing.
    """
    return _expire(actor, today) + _roll(actor, today)


def _expire(actor: User, today: date) -> int:
    due = Institution.objects.select_for_update().filter(
        licence_state=LicenceState.VALID, licence_to__lt=today
    )
    count = 0
    for institution in due.order_by("pk"):
        since = (institution.licence_to or today) + timedelta(days=1)
        institution_projection_set(
            actor=actor,
            institution=institution,
            kind=StateKind.LICENCE_STATE,
            value=LicenceState.EXPIRED,
            since=since,
            today=today,
        )
        count += 1
    return count


def _roll(actor: User, today: date) -> int:
    moved = InstitutionState.objects.filter(kind__in=list(PROJECTION_FIELDS)).filter(
        Q(span__startswith__gt=today - timedelta(days=40), span__startswith__lte=today)
        | Q(span__endswith__gt=today - timedelta(days=40), span__endswith__lte=today)
    )
    kinds: dict[int, set[str]] = {}
    for institution_id, kind in moved.order_by("institution_id").values_list("institution_id", "kind"):
        kinds.setdefault(institution_id, set()).add(kind)
    return sum(_roll_one(actor, pk, found, today) for pk, found in kinds.items())


def _roll_one(actor: User, pk: int, kinds: set[str], today: date) -> int:
    locked = Institution.objects.select_for_update().get(pk=pk)
    before = {kind: getattr(locked, OWN_FIELDS[kind]) for kind in kinds}
    changed = [kind for kind in sorted(kinds) if projection_refresh(locked, kind, today)]
    if not changed:
        return 0
    locked.version += 1
    locked.save()
    audit.record(
        actor=actor,
        verb="institutions.institution_projection_rolled",
        target=locked,
        about=locked.uid,
        changes={OWN_FIELDS[kind]: [before[kind], getattr(locked, OWN_FIELDS[kind])] for kind in changed},
    )
    return 1


def first_states(institution: Institution, actor: User) -> list[InstitutionState]:
    """Unsaved spans with which a newly registered place begins."""
    spans = [
        _span(
            institution, StateKind.OPERATING_STATE, OperatingState.OPERATING, institution.state_since, actor
        )
    ]
    if institution.licence_state != LicenceState.NONE:
        since = institution.licence_from or institution.state_since
        spans.extend(licence_spans(institution, since, actor))
    return spans


def licence_spans(institution: Institution, since: date, actor: User) -> list[InstitutionState]:
    """Unsaved spans of a licence from its first day: valid up to its last day, expired after it when past."""
    if institution.licence_state != LicenceState.EXPIRED or institution.licence_to is None:
        return [_span(institution, StateKind.LICENCE_STATE, institution.licence_state, since, actor)]
    ends = institution.licence_to + timedelta(days=1)
    spans = [_span(institution, StateKind.LICENCE_STATE, LicenceState.EXPIRED, ends, actor)]
    if since < ends:
        spans.append(_span(institution, StateKind.LICENCE_STATE, LicenceState.VALID, since, actor, ends))
    return spans


def _span(
    institution: Institution, kind: str, value: str, since: date, actor: User, until: date | None = None
) -> InstitutionState:
    return InstitutionState(
        institution=institution, kind=kind, value=value, span=DateRange(since, until), recorded_by=actor
    )


audit.verb("institutions.institution_participate", "部门参与监管")
audit.verb("institutions.institution_projection_set", "更新监管状态")
audit.verb("institutions.institution_projection_rolled", "监管状态按期生效或届满")
