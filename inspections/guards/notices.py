"""Gates of a notice, its answers, re-checks and closing."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.utils import timezone

from accounts.models import User
from casework.errors import Reason
from inspections.guards.officers import (
    INSPECTION_RULES,
    MIN_OFFICERS,
    PENALTY_28,
    PENALTY_42,
    enforcing_reasons,
    two_officers_reasons,
)
from inspections.guards.outings import is_approved, late_approval_done
from inspections.models import (
    Finding,
    FindingStatus,
    RecheckResult,
    RectificationNotice,
)


def rechecked_done(finding: Finding, actor: User) -> Iterable[Reason]:
    """G09: the last re-check by two certified officers of the organ says done."""
    from inspections.models import RecheckItem

    last = (
        RecheckItem.objects.filter(item__finding=finding)
        .select_related("recheck")
        .order_by("-recheck__rechecked_at", "-pk")
        .first()
    )
    if last is None or last.result != RecheckResult.DONE:
        yield Reason(
            "没有复查为“已整改”，机构自报不能销号。", "整改复查记录", "请两名以上执法人员复查。", "G09"
        )
        return
    officers = last.recheck.officers.filter(organ_id=finding.organ_id).values("user").distinct().count()
    if officers < MIN_OFFICERS:
        yield Reason("复查人员不足两名持证执法人员。", PENALTY_42, "请重新复查。", "G09")


def acts_for_organ(notice: RectificationNotice, actor: User) -> Iterable[Reason]:
    """A notice is the business of the organ that issues it."""
    if not actor.is_system and actor.organisation_id != notice.organ_id:
        yield Reason(
            f"整改通知书由{notice.organ.name}办理。", PENALTY_42, f"请转{notice.organ.short_name}。", "organ"
        )


def notice_organ_lawful(notice: RectificationNotice, actor: User) -> Iterable[Reason]:
    """G07 for the issuing organ."""
    yield from enforcing_reasons(notice.organ)


def notice_two_officers(notice: RectificationNotice, actor: User) -> Iterable[Reason]:
    """G05 for issuing: two certified officers of the issuing organ took part in the visit."""
    yield from two_officers_reasons(notice.visit.deployment, notice.organ, notice.visit.visited_on)


def notice_visit_lawful(notice: RectificationNotice, actor: User) -> Iterable[Reason]:
    """G01 and G02 for issuing: the visit took place, approved and notified."""
    visit, deployment = notice.visit, notice.visit.deployment
    if visit.status not in {"STARTED", "RECORDED", "CLOSED"}:
        yield Reason("检查还没有实施，不能下发整改通知书。", INSPECTION_RULES, "请先实施检查。", "G01")
    yield from is_approved(deployment, actor)
    due = deployment.approval_due_on
    if deployment.lacks_late_approval and due and timezone.localdate() > due:
        yield from late_approval_done(deployment, actor)


def notice_complete(notice: RectificationNotice, actor: User) -> Iterable[Reason]:
    """G08: facts, rule broken, what to correct, date and remedy line are there."""
    wanted = (
        ("违法事实", notice.facts),
        ("违反的规定", notice.rule_broken),
        ("责令依据", notice.basis),
        ("整改期限", notice.term_amount),
        ("救济途径", notice.remedy_line),
    )
    missing = [label for label, value in wanted if not value]
    items = list(notice.items.all())
    if not items or any(not item.order.strip() for item in items):
        missing.append("整改要求")
    if missing:
        yield Reason(f"整改通知书缺少：{'、'.join(missing)}。", PENALTY_28, "请补充后再制发。", "G08")


def has_service_record(notice: RectificationNotice, actor: User) -> Iterable[Reason]:
    """Terms run only from a proven service."""
    if not hasattr(notice, "service"):
        yield Reason("没有送达回证。", "行政处罚法第六十一条", "请先登记送达回证。", "G32")


def has_full_reply(notice: RectificationNotice, actor: User) -> Iterable[Reason]:
    """A report speaks about every item that is still open."""
    reply = notice.replies.order_by("-submitted_at", "-pk").first()
    told = set(reply.items.values_list("item_id", flat=True)) if reply else set()
    left = notice.items.filter(finding__status=FindingStatus.IN_NOTICE).exclude(pk__in=told).count()
    if left or reply is None:
        yield Reason(f"还有 {left} 项没有填写整改情况。", cleared_by="请逐项填写。", gate="reply")


def all_findings_closed(notice: RectificationNotice, actor: User) -> Iterable[Reason]:
    """G09: every item was closed by a re-check."""
    left = notice.items.exclude(finding__status=FindingStatus.CLOSED).count()
    if left:
        yield Reason(f"还有 {left} 项没有复查销号。", "整改复查记录", "请逐项复查。", "G09")


def has_granted_extension(notice: RectificationNotice, actor: User) -> Iterable[Reason]:
    """G10: asked before the term ended, with a reason, approved."""
    granted = notice.extensions.filter(status="GRANTED").order_by("-decided_at").first()
    asked_in_time = granted is not None and timezone.localdate(granted.requested_at) <= (
        notice.due_on or date.min
    )
    if (
        granted is None
        or not asked_in_time
        or granted.granted_until is None
        or granted.granted_until <= (notice.due_on or date.max)
    ):
        yield Reason(
            "没有在期限届满前提出并获批准的延期申请。", "整改期限管理规定", "请先审批延期申请。", "G10"
        )


def was_rechecked(notice: RectificationNotice, actor: User) -> Iterable[Reason]:
    """Work goes back to the institution only with the result of a re-check."""
    if not notice.rechecks.filter(rechecked_at__gte=notice.answered_at).exists():
        yield Reason("还没有复查，不能退回。", cleared_by="请先登记复查结果。", gate="G09")
