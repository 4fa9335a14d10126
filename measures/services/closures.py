"""Emergency closures: issued for a scope, checked place by place, lifted."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.db import transaction as database
from django.utils import timezone

from accounts.models import Organisation, Region, User
from casework import audit
from casework.documents.services import document_issue, document_withdraw
from casework.errors import Unlawful, WrongState
from casework.records import clean, record_create, record_update, root_fields
from casework.steps import lock, ready, refuse, require
from casework.workflow import transition
from institutions.models import Institution, OperatingState
from measures import guards, papers
from measures.models import Closure, ClosureScope, ClosureStatus, ClosureTarget


@database.atomic
def closure_draft(
    *,
    actor: User,
    organ: Organisation,
    officers: tuple[User, User],
    values: dict[str, Any],
    towns: Iterable[Region] = (),
    institutions: Iterable[Institution] = (),
    at: datetime | None = None,
) -> Closure:
    """Draw a closure up with its scope."""
    require(actor, "measures.closure_edit")
    closure = Closure(
        **root_fields(actor=actor, region=organ.bureau.region),
        organ=organ,
        officer_one=officers[0],
        officer_two=officers[1],
        **values,
    )
    refuse(guards.own("organ")(closure, actor))
    record_create(actor=actor, obj=closure, verb="measures.closure_draft", at=at)
    _set_scope(closure, towns, institutions)
    return closure


def _set_scope(closure: Closure, towns: Iterable[Region], institutions: Iterable[Institution]) -> None:
    closure.towns.set(towns if closure.scope_kind == ClosureScope.TOWNS else [])
    chosen = list(institutions) if closure.scope_kind == ClosureScope.PLACES else []
    closure.targets.exclude(institution__in=chosen).delete()
    for place in chosen:
        ClosureTarget.objects.get_or_create(closure=closure, institution=place)


@database.atomic
def closure_edit(
    *,
    actor: User,
    closure: Closure,
    values: dict[str, Any],
    towns: Iterable[Region] = (),
    institutions: Iterable[Institution] = (),
    version: int | None = None,
    at: datetime | None = None,
) -> Closure:
    """Change a draft and its scope."""
    require(actor, "measures.closure_edit")
    locked = lock(closure)
    refuse(guards.own("organ")(locked, actor))
    if locked.status != ClosureStatus.DRAFT:
        raise WrongState("停课通知已发布，不能修改。范围变化的，请恢复后重新发布。")
    edited = record_update(
        actor=actor, obj=locked, values=values, verb="measures.closure_edit", version=version, at=at
    )
    _set_scope(edited, towns, institutions)
    return edited


@database.atomic
def closure_issue(*, actor: User, closure: Closure, at: datetime | None = None) -> Closure:
    """Issue the order; the places that it binds are listed as they stand now."""
    at = at or timezone.now()
    locked = lock(closure)
    ready(locked, "issue", actor)
    if locked.scope_kind != ClosureScope.PLACES:
        _list_places(locked)
    document = document_issue(
        actor=actor,
        organ=locked.organ,
        kind="CLOSURE_ORDER",
        subject=locked,
        content=papers.source(papers.closure_order(locked, at=at)),
        title=locked.title,
        party="各校外培训机构",
        at=at,
    )
    return transition(locked, "issue", actor=actor, at=at, values={"document": document})


def _list_places(closure: Closure) -> None:
    places = Institution.objects.filter(
        bureau=closure.bureau, operating_state__in=[OperatingState.OPERATING, OperatingState.SUSPENDED]
    )
    if closure.scope_kind == ClosureScope.TOWNS:
        places = places.filter(region__in=closure.towns.all())
    ClosureTarget.objects.bulk_create(
        [ClosureTarget(closure=closure, institution=place) for place in places.order_by("pk")],
        ignore_conflicts=True,
    )


@database.atomic
def closure_check(
    *,
    actor: User,
    target: ClosureTarget,
    on: date,
    complied: bool,
    pupils_sent_home: int | None,
    note: str,
    at: datetime | None = None,
) -> ClosureTarget:
    """Note whether a place keeps to the closure; pupils found there are counted, never named."""
    at = at or timezone.now()
    require(actor, "measures.closure_edit")
    closure = lock(target.closure)
    if closure.status != ClosureStatus.IN_FORCE:
        raise WrongState("停课通知不在执行中，不用核查。")
    if not closure.from_on <= on <= timezone.localdate(at):
        raise Unlawful("核查日期须在停课开始之后，且不晚于今天。")
    if not complied and not note.strip():
        raise Unlawful("没有停课的，请写明情况和处置。")
    locked = lock(target)
    locked.checked_on, locked.complied = on, complied
    locked.pupils_sent_home, locked.note = pupils_sent_home, note.strip()
    clean(locked)
    locked.save()
    audit.record(
        actor=actor,
        verb="measures.closure_check",
        target=closure,
        changes={locked.institution.name: ["", "已停课" if complied else "未停课"]},
        reason=note,
        about=locked.institution.uid,
        at=at,
    )
    return locked


@database.atomic
def closure_lift(
    *, actor: User, closure: Closure, lifted_on: date, basis: str, at: datetime | None = None
) -> Closure:
    """End the closure with its own notice."""
    at = at or timezone.now()
    locked = lock(closure)
    ready(locked, "lift", actor)
    if lifted_on < locked.from_on:
        raise Unlawful("恢复日期不能早于停课开始。")
    if not basis.strip():
        raise Unlawful("请填写恢复的依据。")
    locked.lifted_on, locked.lift_basis = lifted_on, basis.strip()
    document = document_issue(
        actor=actor,
        organ=locked.organ,
        kind="CLOSURE_LIFT",
        subject=locked,
        content=papers.source(papers.closure_lift(locked, at=at)),
        title="恢复线下培训通知",
        party="各校外培训机构",
        at=at,
    )
    values = {"lifted_on": lifted_on, "lift_basis": basis.strip(), "lift_document": document}
    return transition(locked, "lift", actor=actor, at=at, values=values)


@database.atomic
def closure_withdraw(*, actor: User, closure: Closure, reason: str, at: datetime | None = None) -> Closure:
    """Recall it; the number stays used."""
    withdrawn = transition(closure, "withdraw", actor=actor, reason=reason, at=at)
    if withdrawn.document:
        document_withdraw(actor=actor, document=withdrawn.document, reason=reason, at=at)
    return withdrawn


for code, sentence in {
    "closure_draft": "起草应急停课",
    "closure_edit": "修改应急停课",
    "closure_check": "核查停课",
    "closure_issue": "发布应急停课",
    "closure_lift": "恢复线下培训",
    "closure_withdraw": "撤回应急停课",
}.items():
    audit.verb(f"measures.{code}", sentence)
