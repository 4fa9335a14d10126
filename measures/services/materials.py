"""Materials handed over voluntarily: listed, received against a receipt, given back."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db import transaction as database
from django.utils import timezone

from accounts.models import Organisation, User
from casework import audit
from casework.documents.services import document_issue
from casework.errors import Unlawful, WrongState
from casework.records import clean, record_create, record_update, root_fields
from casework.steps import lock, ready, refuse, require
from casework.workflow import transition
from institutions.models import Institution
from measures import guards, papers
from measures.models import Handover, HandoverItem, HandoverStatus


@database.atomic
def handover_draft(
    *,
    actor: User,
    institution: Institution,
    organ: Organisation,
    officers: tuple[User, User],
    values: dict[str, Any],
    at: datetime | None = None,
) -> Handover:
    """Start a list of what an institution hands over of its own will."""
    require(actor, "measures.handover_edit")
    handover = Handover(
        **root_fields(actor=actor, region=institution.region),
        institution=institution,
        organ=organ,
        officer_one=officers[0],
        officer_two=officers[1],
        **values,
    )
    refuse(guards.own("organ")(handover, actor))
    return record_create(actor=actor, obj=handover, verb="measures.handover_draft", at=at)


def _open(actor: User, handover: Handover) -> Handover:
    require(actor, "measures.handover_edit")
    locked = lock(handover)
    refuse(guards.own("organ")(locked, actor))
    if locked.status != HandoverStatus.DRAFT:
        raise WrongState("清单已出具，不能再改。")
    return locked


@database.atomic
def handover_edit(
    *,
    actor: User,
    handover: Handover,
    values: dict[str, Any],
    version: int | None = None,
    at: datetime | None = None,
) -> Handover:
    """Change who hands over, where and for what."""
    locked = _open(actor, handover)
    return record_update(
        actor=actor, obj=locked, values=values, verb="measures.handover_edit", version=version, at=at
    )


@database.atomic
def item_add(
    *, actor: User, handover: Handover, values: dict[str, Any], at: datetime | None = None
) -> HandoverItem:
    """One title more on the list."""
    locked = _open(actor, handover)
    item = HandoverItem(handover=locked, position=locked.items.count() + 1, **values)
    clean(item)
    item.save(force_insert=True)
    audit.record(
        actor=actor,
        verb="measures.item_add",
        target=locked,
        changes={"材料": ["", f"{item.title} {item.copies} 册"]},
        about=locked.file_uid,
        at=at,
    )
    return item


@database.atomic
def handover_receive(*, actor: User, handover: Handover, at: datetime | None = None) -> Handover:
    """Receive the lot and issue the list as receipt; only what is given of free will (行政处罚法 第五十六条)."""
    at = at or timezone.now()
    locked = lock(handover)
    ready(locked, "receive", actor)
    document = document_issue(
        actor=actor,
        organ=locked.organ,
        kind="MATERIAL_RECEIPT",
        subject=locked,
        content=papers.source(papers.handover_receipt(locked, at=at)),
        title="培训材料移交清单",
        party=locked.institution.name,
        at=at,
        is_public=False,
    )
    return transition(locked, "receive", actor=actor, at=at, values={"document": document})


@database.atomic
def handover_return(
    *, actor: User, handover: Handover, returned_on: date, returned_to: str, at: datetime | None = None
) -> Handover:
    """Give the materials back."""
    at = at or timezone.now()
    if not handover.received_on <= returned_on <= timezone.localdate(at):
        raise Unlawful("退还日期须在接收之后，且不晚于今天。")
    values = {"returned_on": returned_on, "returned_to": returned_to.strip()}
    return transition(handover, "give_back", actor=actor, at=at, values=values)


@database.atomic
def handover_cancel(*, actor: User, handover: Handover, reason: str, at: datetime | None = None) -> Handover:
    """Nothing was handed over after all."""
    return transition(handover, "cancel", actor=actor, reason=reason, at=at)


for code, sentence in {
    "handover_draft": "登记材料移交",
    "handover_edit": "修改材料移交",
    "item_add": "登记移交材料",
    "handover_receive": "接收材料并出具清单",
    "handover_give_back": "退还材料",
    "handover_cancel": "取消材料移交",
}.items():
    audit.verb(f"measures.{code}", sentence)
