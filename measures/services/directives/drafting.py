"""Drafting a directive and changing the draft."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db import transaction as database
from django.utils import timezone

from accounts.models import Organisation, Region, User
from casework import audit
from casework.errors import WrongState
from casework.records import record_create, record_update, root_fields
from casework.steps import lock, refuse, require
from measures import guards, papers
from measures.models import STOPPING, Directive, DirectiveKind, DirectiveStatus

BASES = {
    DirectiveKind.SUSPENSION_NOTICE: "《校外培训行政处罚暂行办法》第十七条、《中华人民共和国民办教育促进法》第六十四条",
    DirectiveKind.BAN_NOTICE: "《中华人民共和国民办教育促进法》第六十四条",
}
REFUND = "自停止之日起妥善处理剩余课程，依法退还已收未消课费用"
CARRIED = (
    "kind",
    "organ",
    "institution",
    "receiver",
    "visit",
    "notice",
    "decision",
    "original_no",
    "party_name",
    "party_address",
    "facts",
    "basis",
    "demand",
    "stop_from",
    "students_present",
    "refund_requirement",
    "due_on",
    "consequences",
    "remedy_line",
    "contact",
    "officer_one",
    "officer_two",
)


@database.atomic
def directive_draft(
    *,
    actor: User,
    kind: str,
    organ: Organisation,
    officers: tuple[User, User],
    values: dict[str, Any],
    at: datetime | None = None,
) -> Directive:
    """Start a document; what is known is filled in (party, basis, remedy line, contact).

    Raises Blocked when the actor is of another body or the organ enforces nothing (G07), Unlawful.
    """
    at = at or timezone.now()
    require(actor, "measures.directive_edit")
    refuse(guards.enforcing_reasons(organ))
    directive = Directive(
        **root_fields(actor=actor, region=_region(organ, values)),
        kind=kind,
        organ=organ,
        officer_one=officers[0],
        officer_two=officers[1],
        **_filled(kind, organ, values, actor, timezone.localdate(at)),
    )
    refuse(guards.own("organ")(directive, actor))
    return record_create(actor=actor, obj=directive, verb="measures.directive_draft", at=at)


def _region(organ: Organisation, values: dict[str, Any]) -> Region:
    institution = values.get("institution")
    place: Region = institution.region if institution else organ.bureau.region
    return place


def _filled(
    kind: str, organ: Organisation, values: dict[str, Any], actor: User, today: date
) -> dict[str, Any]:
    given = dict(values)
    institution, receiver = given.get("institution"), given.get("receiver")
    party = receiver if kind in {"SITE_ASSIGNMENT", "SUPERVISION_LETTER"} else institution
    standing: dict[str, Any] = {
        "party_name": party.name if party else "各位家长" if kind == DirectiveKind.PARENT_LETTER else "",
        "party_address": institution.address if institution else "",
        "contact": f"{actor.name} {actor.phone or organ.phone or organ.bureau.hotline}".strip(),
    }
    if kind in STOPPING:
        standing |= {
            "basis": BASES[DirectiveKind(kind)],
            "stop_from": today,
            "refund_requirement": REFUND,
            "remedy_line": papers.remedy_line(organ=organ, region=_region(organ, given), on=today),
            "consequences": "逾期不停止的，将依法处理。",
        }
    return {**standing, **{name: value for name, value in given.items() if value not in (None, "")}}


@database.atomic
def directive_edit(
    *,
    actor: User,
    directive: Directive,
    values: dict[str, Any],
    version: int | None = None,
    at: datetime | None = None,
) -> Directive:
    """Change a draft."""
    require(actor, "measures.directive_edit")
    locked = lock(directive)
    refuse(guards.own("organ")(locked, actor))
    if locked.status != DirectiveStatus.DRAFT:
        raise WrongState("文书已制发，不能修改。需要更正的，请起草替代文书，或者撤回。")
    return record_update(
        actor=actor, obj=locked, values=values, verb="measures.directive_edit", version=version, at=at
    )


for code, sentence in {
    "directive_draft": "起草措施文书",
    "directive_edit": "修改措施文书",
}.items():
    audit.verb(f"measures.{code}", sentence)
