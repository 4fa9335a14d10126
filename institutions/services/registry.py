"""Registering, editing, closing and re-opening places. The only writer of `Institution`."""

from __future__ import annotations

from dataclasses import fields
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils import timezone

from accounts.models import Bureau, Organisation, Region, User
from casework import audit, events
from casework.errors import NotAllowed, Unlawful
from casework.records import clean, record_update, root_fields
from casework.workflow import transition
from institutions.events import InstitutionRegistered, InstitutionStateChanged
from institutions.models import (
    EndKind,
    FormerName,
    Institution,
    InstitutionState,
    LicenceState,
    Standing,
    StateKind,
)
from institutions.models.choices import AXIS_KINDS, HOLDS_LICENCE
from institutions.search import SearchColumns, search_columns
from institutions.services.states import first_states, licence_spans, span_write

EDITABLE = (
    "name",
    "aliases",
    "region",
    "standing",
    "uscc",
    "licence_no",
    "licence_from",
    "licence_to",
    "licence_organ",
    "licence_scope",
    "subject_kind",
    "track",
    "profit_kind",
    "is_online",
    "age_groups",
    "established_on",
    "address",
    "floors",
    "place_kind",
    "longitude",
    "latitude",
    "floor_area_m2",
    "capacity",
    "head_name",
    "contact_name",
    "phone",
    "legal_person",
    "competent_department",
    "note",
)
SEARCH_FIELDS = tuple(item.name for item in fields(SearchColumns))
NO_LICENCE_AFTER_END = {
    Standing.LICENSED: Standing.REGISTERED_ONLY,
    Standing.LICENCE_ONLY: Standing.UNLICENSED,
}


def _require(actor: User, permission: str, what: str) -> None:
    if not actor.may(permission):
        raise NotAllowed(f"您没有“{what}”的权限，请联系监管股办理。")


def _require_reach(actor: User, region: Region) -> None:
    reach = actor.reach
    if reach.everything:
        return
    if not reach.region_path:
        raise NotAllowed("机构档案由教育部门和乡镇（街道）登记。请将情况作为线索移送教育部门。")
    if not region.path.startswith(reach.region_path):
        raise Unlawful(f"{region.name}不在您的辖区内，请重新选择乡镇（街道）。")


@transaction.atomic
def institution_register(
    *,
    actor: User,
    values: dict[str, Any],
    at: datetime,
    uid: UUID | None = None,
    bureau: Bureau | None = None,
) -> Institution:
    """Enter a place, licensed or not; the operating state begins on `established_on`, else on the day of `at`.

    The same `uid` twice (double click, repeated upload) gives the first record. Raises NotAllowed, Unlawful.
    """
    _require(actor, "institutions.institution_register", "登记机构")
    if uid is not None and (known := Institution.objects.visible_to(actor).filter(uid=uid).first()):
        return known
    unknown = set(values) - set(EDITABLE)
    if unknown:
        raise Unlawful(f"不能登记这些内容：{'、'.join(sorted(unknown))}。")
    institution = institution_build(actor=actor, values=values, today=timezone.localdate(at), bureau=bureau)
    _require_reach(actor, institution.region)
    if uid is not None:
        institution.uid = uid
    clean(institution)
    institution.save(force_insert=True)
    InstitutionState.objects.bulk_create(first_states(institution, actor))
    audit.record(
        actor=actor,
        verb="institutions.institution_register",
        target=institution,
        about=institution.uid,
        changes={"standing": ["", institution.get_standing_display()]},
        at=at,
    )
    events.publish(InstitutionRegistered(institution.uid))
    return institution


def institution_build(
    *, actor: User, values: dict[str, Any], today: date, bureau: Bureau | None = None
) -> Institution:
    """An unsaved institution with derived fields and search columns filled; not yet validated."""
    facts = dict(values)
    region: Region | None = facts.pop("region", None)
    if region is None:
        raise Unlawful("请选择所在乡镇（街道）。")
    institution = Institution(**root_fields(actor=actor, region=region, bureau=bureau), **facts)
    begun = [
        day
        for day in (institution.established_on, institution.licence_from)
        if day is not None and day <= today
    ]
    institution.state_since = min(begun, default=today)
    institution.licence_state = licence_state_of(institution, today)
    search_fill(institution, [])
    return institution


def licence_state_of(institution: Institution, today: date) -> LicenceState:
    """State of the licence as the record's own fields give it; revoked or cancelled ones come from decisions."""
    if institution.standing not in HOLDS_LICENCE:
        return LicenceState.NONE
    if institution.licence_to is not None and institution.licence_to < today:
        return LicenceState.EXPIRED
    return LicenceState.VALID


def search_fill(institution: Institution, former: list[str]) -> None:
    """Compute the search columns from names, address and numbers, without saving."""
    columns = search_values(institution, former)
    for name, value in vars(columns).items():
        setattr(institution, name, value)


def search_values(institution: Institution, former: list[str]) -> SearchColumns:
    """Search columns of an institution with its former names."""
    numbers = [institution.uscc, institution.licence_no, institution.phone]
    return search_columns([institution.name, *institution.aliases, *former], institution.address, numbers)


@transaction.atomic
def institution_edit(
    *,
    actor: User,
    institution: Institution,
    values: dict[str, Any],
    version: int | None = None,
    reason: str = "",
    is_correction: bool = False,
    effective_on: date | None = None,
    at: datetime | None = None,
) -> Institution:
    """Change facts of the record. A changed axis (standing, subject, track, profit) takes effect on
    `effective_on` (default: today) and its earlier value stays on file; `is_correction` instead puts right what
    was never true. A changed name is kept as a former name. Raises StaleVersion, NotAllowed, Unlawful.
    """
    _require(actor, "institutions.institution_edit", "修改机构档案")
    unknown = set(values) - set(EDITABLE)
    if unknown:
        raise Unlawful(f"不能修改这些内容：{'、'.join(sorted(unknown))}。")
    at = at or timezone.now()
    before = Institution.objects.select_for_update().get(pk=institution.pk)
    if "region" in values:
        root_fields(actor=actor, region=values["region"], bureau=before.bureau)
        _require_reach(actor, values["region"])
    derived = derived_values(before, values, timezone.localdate(at))
    edited = record_update(
        actor=actor,
        obj=before,
        values={**values, **derived},
        verb="institutions.institution_edit",
        version=version,
        reason=reason,
        at=at,
    )
    if edited.version == before.version:
        return edited
    day = effective_on or timezone.localdate(at)
    _keep_name(actor, before, edited, day, is_correction)
    move_axes(actor, before, edited, day, is_correction)
    move_licence(actor, before, edited, day)
    search_fill(edited, list(edited.former_names.values_list("name", flat=True)))
    edited.save(update_fields=[*SEARCH_FIELDS, "updated_at"])
    return edited


def derived_values(before: Institution, values: dict[str, Any], today: date) -> dict[str, Any]:
    """The licence state that follows from changed licence facts; untouched ones keep decisions in force."""
    facts = ("standing", "licence_no", "licence_from", "licence_to")
    if all(values.get(name, getattr(before, name)) == getattr(before, name) for name in facts):
        return {}
    draft = Institution(**{name: values.get(name, getattr(before, name)) for name in facts})
    state = licence_state_of(draft, today)
    is_same_paper = draft.licence_no == before.licence_no and draft.licence_to == before.licence_to
    lost = before.licence_state in {LicenceState.REVOKED, LicenceState.CANCELLED}
    if lost and (is_same_paper or state == LicenceState.NONE):
        return {}
    return {"licence_state": state}


def _keep_name(actor: User, before: Institution, edited: Institution, day: date, is_correction: bool) -> None:
    if before.name == edited.name or is_correction:
        return
    FormerName.objects.get_or_create(
        institution=edited, name=before.name, used_until=day, defaults={"recorded_by": actor}
    )


def move_axes(actor: User, before: Institution, edited: Institution, day: date, is_correction: bool) -> None:
    """Write the spans of axes that differ between two states of a record."""
    for name, kind in AXIS_KINDS.items():
        old, new = getattr(before, name), getattr(edited, name)
        if old == new:
            continue
        spans = InstitutionState.objects.filter(institution=edited, kind=kind)
        if is_correction:
            spans.filter(value=old, span__contains=day).update(value=new)
            continue
        if not spans.exists():
            InstitutionState.objects.create(
                institution=edited, kind=kind, value=old, span=DateRange(None, day), recorded_by=actor
            )
        span_write(actor=actor, institution=edited, kind=kind, value=new, since=day)


def move_licence(actor: User, before: Institution, edited: Institution, day: date) -> None:
    """Write the licence's spans when its facts differ between two states of a record."""
    facts = ("licence_state", "licence_no", "licence_from", "licence_to")
    if all(getattr(before, name) == getattr(edited, name) for name in facts):
        return
    if edited.licence_state in {LicenceState.REVOKED, LicenceState.CANCELLED}:
        return
    is_new_paper = before.licence_no != edited.licence_no or before.licence_from != edited.licence_from
    since = edited.licence_from if is_new_paper and edited.licence_from else day
    since = min(since, day)
    if edited.licence_state == LicenceState.NONE:
        span_write(
            actor=actor,
            institution=edited,
            kind=StateKind.LICENCE_STATE,
            value=LicenceState.NONE,
            since=since,
        )
        return
    for span in sorted(licence_spans(edited, since, actor), key=lambda item: item.span.lower):
        span_write(
            actor=actor,
            institution=edited,
            kind=StateKind.LICENCE_STATE,
            value=span.value,
            since=span.span.lower,
            until=span.span.upper,
        )


def _move(
    actor: User,
    institution: Institution,
    name: str,
    *,
    on: date,
    reason: str,
    source_no: str,
    values: dict[str, Any],
) -> Institution:
    if on > timezone.localdate():
        raise Unlawful("日期不能晚于今天，请重新填写。")
    current = Institution.objects.select_for_update().get(pk=institution.pk)
    if on < current.state_since:
        raise Unlawful(
            f"日期不能早于现状态的起始日期 {current.state_since:%Y-%m-%d}。如登记有误，请先更正成立日期或上一步日期。"
        )
    before = current.operating_state
    moved = transition(
        current, name, actor=actor, reason=reason, values={**values, "state_since": on}, about=current.uid
    )
    span_write(
        actor=actor,
        institution=moved,
        kind=StateKind.OPERATING_STATE,
        value=moved.operating_state,
        since=on,
        source_no=source_no,
    )
    events.publish(InstitutionStateChanged(moved.uid, name, before, moved.operating_state, on))
    return moved


@transaction.atomic
def institution_suspend(
    *, actor: User, institution: Institution, reason: str, on: date, source_no: str = ""
) -> Institution:
    """The place is ordered to stop and put things right (责令停业整顿) from `on`."""
    return _move(actor, institution, "suspend", on=on, reason=reason, source_no=source_no, values={})


@transaction.atomic
def institution_resume(
    *, actor: User, institution: Institution, reason: str, on: date, source_no: str = ""
) -> Institution:
    """The place may teach again from `on`."""
    return _move(actor, institution, "resume", on=on, reason=reason, source_no=source_no, values={})


@transaction.atomic
def institution_close(
    *, actor: User, institution: Institution, reason: str, on: date, end_kind: str, source_no: str = ""
) -> Institution:
    """The place ended on `on`; the record stays. `end_kind` LICENCE_CANCELLED also ends the licence.

    Raises Blocked with every reason (open notices, balances), WrongState, NotAllowed, Unlawful.
    """
    if end_kind not in EndKind.values or end_kind == EndKind.BANNED:
        raise Unlawful("请选择终止方式。")
    values = {"ended_on": on, "end_kind": end_kind}
    closed = _move(actor, institution, "close", on=on, reason=reason, source_no=source_no, values=values)
    if end_kind == EndKind.LICENCE_CANCELLED and closed.holds_licence:
        _licence_end(actor, closed, on, source_no)
    return closed


def _licence_end(actor: User, institution: Institution, on: date, source_no: str) -> None:
    institution.licence_state = LicenceState.CANCELLED
    institution.save(update_fields=["licence_state", "updated_at"])
    span_write(
        actor=actor,
        institution=institution,
        kind=StateKind.LICENCE_STATE,
        value=LicenceState.CANCELLED,
        since=on,
        source_no=source_no,
    )


@transaction.atomic
def institution_ban(
    *, actor: User, institution: Institution, reason: str, on: date, source_no: str = ""
) -> Institution:
    """The place was banned (取缔) on `on`; only without a licence in force (民办教育促进法 第六十四条)."""
    values = {"ended_on": on, "end_kind": EndKind.BANNED}
    return _move(actor, institution, "ban", on=on, reason=reason, source_no=source_no, values=values)


@transaction.atomic
def institution_reopen(
    *, actor: User, institution: Institution, reason: str, on: date, source_no: str = ""
) -> Institution:
    """The place teaches again from `on`. A cancelled or revoked licence does not revive: the standing
    falls back to what the place still holds until a new licence is entered."""
    current = Institution.objects.get(pk=institution.pk)
    values: dict[str, Any] = {"ended_on": None, "end_kind": ""}
    lost = current.licence_state in {LicenceState.CANCELLED, LicenceState.REVOKED}
    fallback = NO_LICENCE_AFTER_END.get(Standing(current.standing)) if lost else None
    if fallback:
        values["standing"] = fallback
    reopened = _move(actor, institution, "reopen", on=on, reason=reason, source_no=source_no, values=values)
    if fallback:
        move_axes(actor, current, reopened, on, is_correction=False)
    return reopened


@transaction.atomic
def institution_account_link(
    *, actor: User, institution: Institution, organisation: Organisation | None
) -> Institution:
    """Give the place its portal account's organisation, or take it away."""
    _require(actor, "institutions.institution_edit", "修改机构档案")
    if organisation is not None and organisation.bureau_id != institution.bureau_id:
        raise Unlawful("办事账号单位不属于同一主管部门，请重新选择。")
    return record_update(
        actor=actor,
        obj=institution,
        values={"organisation": organisation},
        verb="institutions.institution_account_link",
    )


def span_days(state: InstitutionState) -> tuple[date | None, date | None]:
    """First and last day (both included) of a span, for screens."""
    upper = state.span.upper
    return state.span.lower, upper - timedelta(days=1) if upper else None


OPERATING_VERBS = {
    "register": "登记机构档案",
    "edit": "修改机构档案",
    "suspend": "责令停业整顿",
    "resume": "恢复办学",
    "close": "注销机构",
    "ban": "取缔机构",
    "reopen": "恢复登记",
    "account_link": "关联办事账号",
}
for _name, _sentence in OPERATING_VERBS.items():
    audit.verb(f"institutions.institution_{_name}", _sentence)
