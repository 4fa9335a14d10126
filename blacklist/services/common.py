"""What the services of this room share."""

from __future__ import annotations

from datetime import date
from typing import Any, TypeVar

from django.db import models

from accounts.models import Bureau, Organisation, OrganisationKind, User
from blacklist.models import EntryStatus, ListEntry, ListKind
from blacklist.papers import KINDS
from casework.documents.services import document_issue
from casework.errors import Blocked, NotAllowed, Unlawful, WrongState
from casework.models import DocumentKind, OfficialDocument
from casework.workflow import may_take, stopping_reasons, workflow_of
from institutions.models import Institution, StateKind
from institutions.services import institution_projection_set

M = TypeVar("M", bound=models.Model)
PRECEDENCE = (ListKind.BLACK, ListKind.RED, ListKind.WHITE)


def require(actor: User, permission: str, what: str) -> None:
    """Refuse with a sentence when the actor may not do `what`."""
    if not actor.is_system and not actor.may(permission):
        raise NotAllowed(f"您没有“{what}”的权限，请联系监管股负责人。")


def startable(locked: M, name: str, actor: User) -> M:
    """The locked row if the arrow may start now; refuses before a number is taken."""
    flow = workflow_of(locked)
    arrow, state = flow.by_name[name], getattr(locked, flow.field)
    if not may_take(arrow, actor):
        raise NotAllowed(f"您没有办理“{arrow.label}”的权限，请联系监管股负责人。")
    if state not in arrow.sources:
        raise WrongState(f"现在是“{flow.states(state).label}”，不能{arrow.label}。请刷新页面查看最新状态。")
    if reasons := stopping_reasons(locked, arrow, actor):
        raise Blocked(list(reasons))
    return locked


def issuing_organ(actor: User, bureau: Bureau) -> Organisation:
    """The organ in whose name lists are published: the actor's own, else the bureau's education authority."""
    own = actor.organisation
    if own is not None and own.is_issuing_organ and own.bureau_id == bureau.pk:
        return own
    found = (
        Organisation.objects.filter(bureau=bureau, kind=OrganisationKind.EDUCATION, is_active=True)
        .exclude(number_word="")
        .order_by("pk")
        .first()
    )
    if found is None:
        raise Unlawful(f"{bureau.name}没有设置机关代字，不能编号公布。请在单位设置中补充。")
    return found


def paper_issue(
    *,
    actor: User,
    bureau: Bureau,
    kind: str,
    subject: models.Model,
    content: dict[str, Any],
    party: str,
    at: Any,
) -> OfficialDocument:
    """Issue one of this room's documents in the bureau's own series."""
    name, pattern = next((name, pattern) for code, name, pattern in KINDS if code == kind)
    DocumentKind.objects.get_or_create(code=kind, defaults={"name": name, "number_pattern": pattern})
    return document_issue(
        actor=actor,
        organ=issuing_organ(actor, bureau),
        kind=kind,
        subject=subject,
        content=content,
        title=str(content["title"]).replace("\n", ""),
        party=party,
        at=at,
    )


def projection_write(*, actor: User, institution: Institution, since: date, source_no: str) -> Institution:
    """Set the institution's list status from `since` to what its entries in force say; black goes before
    red, red before white."""
    kinds = set(
        ListEntry.objects.filter(institution=institution, status=EntryStatus.PUBLISHED).values_list(
            "kind", flat=True
        )
    )
    value = next((kind for kind in PRECEDENCE if kind in kinds), "NONE")
    return institution_projection_set(
        actor=actor,
        institution=institution,
        kind=StateKind.LIST_STATUS,
        value=str(value),
        since=since,
        source_no=source_no,
    )
