"""Scoped reads of opening stock: its sheets, what is left of it by institution, and the closings of the rest."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from accounts.models import User
from accounts.querysets import ScopedQuerySet
from casework.errors import Reason
from casework.money import in_yuan
from funds.models import AccountKind, FundSheet, LedgerAccount, OpeningRest, RestSide
from institutions.models import Institution


def opening_sheets_visible(actor: User) -> ScopedQuerySet[FundSheet]:
    """Opening sheets, newest first."""
    rows: Any = FundSheet.objects.visible_to(actor)
    found: ScopedQuerySet[FundSheet] = (
        rows.filter(kind="OPENING")
        .select_related("institution", "institution__region", "created_by", "applied_by", "region")
        .order_by("-created_at", "-pk")
    )
    return found


def opening_accounts(actor: User) -> QuerySet[LedgerAccount]:
    """Institutions whose opening stock is not at zero, the largest rest first; `waits`: a closing is proposed."""
    waiting = OpeningRest.objects.filter(account__institution=OuterRef("institution"), status="PROPOSED")
    rows: Any = LedgerAccount.objects.visible_to(actor)
    found: QuerySet[LedgerAccount] = (
        rows.filter(kind=AccountKind.OPENING)
        .exclude(balance_fen=0)
        .annotate(waits=Exists(waiting))
        .select_related("institution", "institution__region")
        .order_by("-balance_fen", "pk")
    )
    return found


def opening_rests_visible(actor: User) -> ScopedQuerySet[OpeningRest]:
    """Closings of what was left, newest first."""
    rows: Any = OpeningRest.objects.visible_to(actor)
    found: ScopedQuerySet[OpeningRest] = rows.select_related(
        "account", "account__institution", "account__bank", "region", "created_by", "decided_by"
    ).order_by("-pk")
    return found


def opening_rest(institution: Institution) -> int:
    """Bank less contracts of the opening as the ledger stands, in fen: above zero over, below zero short."""
    row = LedgerAccount.objects.filter(kind=AccountKind.OPENING, subject_uid=institution.uid).first()
    return row.balance_fen if row else 0


def signed(rest: OpeningRest) -> int:
    """The rest as the opening stock has it: above zero over, below zero short."""
    return rest.fen if rest.side == RestSide.OVER else -rest.fen


def rest_stops(institution: Institution) -> Iterator[Reason]:
    """Why the rest may not be closed yet."""
    waiting = FundSheet.objects.filter(institution=institution, kind="OPENING", status="CHECKED")
    if waiting.exists():
        yield Reason("还有期初表格等待复核，差额还会变动。", cleared_by="请先复核入账，或者放弃这份表格。")


def rest_changed(rest: OpeningRest) -> Iterator[Reason]:
    """Whether the stock is another than when the closing was proposed."""
    now = opening_rest(rest.account.institution)
    if now != signed(rest):
        yield Reason(
            f"提出时期初存量是 {in_yuan(signed(rest))}，现在是 {in_yuan(now)}，有变动。",
            cleared_by="请不予结清，按现在的余额重新提出。",
        )
