"""Drafting a notice from findings and changing the draft."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Any

from django.db import transaction as database
from django.utils import timezone

from accounts.models import Organisation, User
from casework import audit, policy
from casework.deadlines import (
    Term,
    TermUnit,
    compute,
    load_calendar,
)
from casework.errors import Unlawful, WrongState
from casework.records import record_create, record_update, root_fields
from casework.steps import lock, refuse, require
from inspections import guards, papers
from inspections.models import (
    Finding,
    FindingMode,
    FindingStatus,
    NoticeItem,
    NoticeStatus,
    RectificationNotice,
    Visit,
)

RECTIFY = "RECTIFY"
RECHECK = "RECHECK"
DEFAULT_BASIS = "《中华人民共和国行政处罚法》第二十八条"


@database.atomic
def notice_draft(
    *, actor: User, visit: Visit, organ: Organisation, at: datetime | None = None
) -> RectificationNotice:
    """Collect the organ's open in-term findings of a visit into a draft notice, filled in as far as known.

    A second call gives the same draft, with findings added since. Raises Blocked (G07, G05),
    NotAllowed, Unlawful when there is nothing to correct.
    """
    at = at or timezone.now()
    require(actor, "inspections.notice_issue")
    refuse(guards.enforcing_reasons(organ))
    locked = lock(visit)
    known = locked.notices.filter(organ=organ).exclude(status=NoticeStatus.WITHDRAWN).first()
    if known and known.status != NoticeStatus.DRAFT:
        raise WrongState(
            f"{organ.short_name}对本次检查已制发 {known.number}，新问题请在复查或下次检查中处理。"
        )
    findings = list(
        locked.findings.filter(organ=organ, mode=FindingMode.IN_TERM, status=FindingStatus.OPEN)
        .select_related("violation")
        .order_by("pk")
    )
    if not findings:
        raise Unlawful(f"{organ.short_name}没有需要限期整改的问题。")
    today = timezone.localdate(at)
    term = policy.term("rectification.default_term", region=locked.region, on=today)
    institution = locked.institution
    notice = known or record_create(
        actor=actor,
        obj=RectificationNotice(
            **root_fields(actor=actor, region=locked.region, bureau=locked.bureau),
            visit=locked,
            institution=institution,
            organ=organ,
            party_name=institution.name,
            party_address=institution.address,
            basis=DEFAULT_BASIS,
            facts="；".join(finding.text.rstrip("。；") for finding in findings) + "。",
            rule_broken=_rules(findings),
            report_back="请在期限届满前通过办事大厅提交整改报告和证明材料，或者向本机关书面报告。",
            consequences="逾期不改正或者改正不符合要求的，将依法处理。",
            remedy_line=papers.remedy_line(organ=organ, region=locked.region, on=today),
            contact=f"{actor.name} {actor.phone or organ.phone}".strip(),
            term_amount=term.amount,
            term_unit=term.unit,
            term_basis=term.basis,
        ),
        verb="inspections.notice_draft",
        at=at,
    )
    _collect(notice, findings)
    return notice


def _rules(findings: list[Finding]) -> str:
    """Rules broken by any of the findings, each named once."""
    rules = [rule.strip() for finding in findings for rule in finding.rule_broken.split("；")]
    return "；".join(dict.fromkeys(rule for rule in rules if rule))


def _collect(notice: RectificationNotice, findings: list[Finding]) -> None:
    present = set(notice.items.values_list("finding_id", flat=True))
    position = len(present)
    for finding in findings:
        if finding.pk not in present:
            position += 1
            order = _order_of(finding)
            NoticeItem.objects.create(notice=notice, finding=finding, position=position, order=order)


def _order_of(finding: Finding) -> str:
    """What the officer wrote, or the taxonomy's standing phrase tied to the fact, so that it says what to do."""
    standing = finding.violation.details.get("corrective_order") or ""
    if finding.correction and finding.correction != standing:
        return finding.correction
    measure = standing.removeprefix("责令") or "限期改正"
    return f"对“{finding.text.rstrip('。；')}”{measure}，并报送改正情况和证明材料。"


@database.atomic
def notice_edit(
    *,
    actor: User,
    notice: RectificationNotice,
    values: dict[str, Any],
    orders: dict[int, str] | None = None,
    version: int | None = None,
    at: datetime | None = None,
) -> RectificationNotice:
    """Change a draft; `orders` maps item ids to what must be corrected. The term stays inside policy."""
    require(actor, "inspections.notice_issue")
    locked = lock(notice)
    refuse(guards.acts_for_organ(locked, actor))
    if locked.status != NoticeStatus.DRAFT:
        raise WrongState("整改通知书已制发，不能修改。需要更正的，请撤回后重新制发。")
    edited = record_update(
        actor=actor, obj=locked, values=values, verb="inspections.notice_edit", version=version, at=at
    )
    _check_term(edited, timezone.localdate(at) if at else timezone.localdate())
    changes: dict[str, list[Any]] = {}
    for item in edited.items.filter(pk__in=list(orders or {})):
        order = (orders or {})[item.pk].strip()
        if order != item.order:
            changes[f"item {item.position}"] = [item.order, order]
            item.order = order
            item.save(update_fields=["order"])
    if changes:
        audit.record(
            actor=actor,
            verb="inspections.notice_edit",
            target=edited,
            changes=changes,
            about=edited.file_uid,
            at=at,
        )
    return edited


def _check_term(notice: RectificationNotice, today: date) -> None:
    if not notice.term_amount:
        return
    given = _length(Term(notice.term_amount, TermUnit(notice.term_unit)), today)
    shortest = policy.term("rectification.minimum_term", region=notice.region, on=today)
    longest = policy.term("rectification.maximum_term", region=notice.region, on=today)
    if given < _length(shortest, today):
        raise Unlawful(f"整改期限不能少于 {shortest}（{shortest.cited}）。")
    if given > _length(longest, today):
        raise Unlawful(f"整改期限不能超过 {longest}（{longest.cited}）。")


def _length(term: Term, today: date) -> date:
    """The last day before any move to a working day, for comparing terms."""
    return compute(replace(term, rolls_to_workday=False), today, load_calendar()).due_on


for code, sentence in {
    "notice_draft": "起草整改通知书",
    "notice_edit": "修改整改通知书",
}.items():
    audit.verb(f"inspections.{code}", sentence)
