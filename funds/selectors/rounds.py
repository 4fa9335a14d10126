"""Fund audits, their sheets and findings, with the figures that counties publish; labour claims."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, Q, Sum
from django.utils import timezone

from accounts.models import User
from accounts.querysets import ScopedQuerySet
from funds.models import AuditFinding, AuditRound, AuditSheet, LabourClaim


def rounds_visible(actor: User) -> ScopedQuerySet[AuditRound]:
    """Rounds, newest first, with how many places they have and how many were looked at."""
    rows: Any = AuditRound.objects.visible_to(actor)
    found: ScopedQuerySet[AuditRound] = (
        rows.select_related("region", "closed_by", "created_by")
        .annotate(
            places_n=Count("sheets", distinct=True),
            checked_n=Count("sheets", filter=Q(sheets__status="DONE"), distinct=True),
            talked_n=Count("sheets", filter=Q(sheets__talked_on__isnull=False), distinct=True),
            findings_n=Count("sheets__findings", distinct=True),
        )
        .order_by("-starts_on", "-pk")
    )
    return found


def audit_sheets_visible(actor: User) -> ScopedQuerySet[AuditSheet]:
    """Sheets, those to do first."""
    rows: Any = AuditSheet.objects.visible_to(actor)
    found: ScopedQuerySet[AuditSheet] = (
        rows.select_related("round", "institution", "region")
        .annotate(findings_n=Count("findings"))
        .order_by("-round__starts_on", "-status", "institution__name_norm", "pk")
    )
    return found


def findings_visible(actor: User) -> ScopedQuerySet[AuditFinding]:
    """Findings, those to be put right first, the oldest term first."""
    rows: Any = AuditFinding.objects.visible_to(actor)
    found: ScopedQuerySet[AuditFinding] = rows.select_related(
        "sheet", "sheet__round", "sheet__institution", "region", "reported_by", "closed_by"
    ).order_by(F("closed_at").desc(nulls_first=True), "due_on", "pk")
    return found


@dataclass(frozen=True)
class RoundFigures:
    """A round as counties publish it: 核查 and 约谈 in 家, problems in 条 and in kinds (类), amounts in fen."""

    places: int = 0
    checked: int = 0
    talked: int = 0
    with_findings: int = 0
    findings: int = 0
    kinds: int = 0
    amount_fen: int = 0
    rectified: int = 0
    closed: int = 0
    late: int = 0


def round_figures(actor: User, audit_round: AuditRound) -> RoundFigures:
    """What the actor sees of a round, counted (two queries)."""
    sheets = AuditSheet.objects.visible_to(actor).filter(round=audit_round)
    findings = AuditFinding.objects.visible_to(actor).filter(sheet__round=audit_round)
    found = {
        **sheets.aggregate(
            places=Count("pk"),
            checked=Count("pk", filter=Q(status="DONE")),
            talked=Count("pk", filter=Q(talked_on__isnull=False)),
        ),
        **findings.aggregate(
            with_findings=Count("sheet", distinct=True),
            findings=Count("pk"),
            kinds=Count("kind", distinct=True),
            amount_fen=Sum("amount_fen"),
            rectified=Count("pk", filter=~Q(status="OPEN")),
            closed=Count("pk", filter=Q(status="CLOSED")),
            late=Count("pk", filter=Q(status="OPEN", due_on__lt=timezone.localdate())),
        ),
    }
    return RoundFigures(**{name: int(value or 0) for name, value in found.items()})


def findings_by_kind(actor: User, audit_round: AuditRound) -> list[dict[str, Any]]:
    """Findings of a round by kind, the most frequent first."""
    rows = AuditFinding.objects.visible_to(actor).filter(sheet__round=audit_round).order_by()
    found = rows.values("kind").annotate(
        count=Count("pk"),
        places=Count("sheet", distinct=True),
        fen=Sum("amount_fen"),
        rectified=Count("pk", filter=~Q(status="OPEN")),
        closed=Count("pk", filter=Q(status="CLOSED")),
    )
    return [dict(row) for row in found.order_by("-count", "kind")]


def labour_visible(actor: User) -> ScopedQuerySet[LabourClaim]:
    """Labour claims, open ones first."""
    rows: Any = LabourClaim.objects.visible_to(actor)
    found: ScopedQuerySet[LabourClaim] = rows.select_related(
        "institution", "region", "event", "ended_by", "created_by"
    ).order_by(F("ended_on").desc(nulls_first=True), "-claimed_on", "-pk")
    return found
