"""Scoped reads of statements, suspense, days and keys."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Count, QuerySet

from accounts.models import User
from accounts.querysets import ScopedQuerySet
from funds.models import (
    AccountDay,
    BankProfile,
    EscrowAccount,
    Invoice,
    InvoiceCase,
    LinePosting,
    MachineKey,
    StatementBundle,
    StatementFile,
    StatementLine,
    SuspenseItem,
)

ACCOUNT = ("account", "account__institution", "account__bank")


def profiles_visible(actor: User) -> ScopedQuerySet[BankProfile]:
    """Layouts with how many files each version has read, current ones first."""
    rows: Any = BankProfile.objects.visible_to(actor)
    found: ScopedQuerySet[BankProfile] = (
        rows.select_related("bank", "created_by")
        .annotate(file_count=Count("files"))
        .order_by("-is_current", "name", "-edition")
    )
    return found


def statements_visible(actor: User) -> ScopedQuerySet[StatementFile]:
    """Files, newest first."""
    rows = StatementFile.objects.visible_to(actor)
    return rows.select_related(*ACCOUNT, "profile", "created_by", "job", "region", "bundle").order_by(
        "-received_at", "-pk"
    )


def bundles_visible(actor: User) -> ScopedQuerySet[StatementBundle]:
    """Files of many accounts, newest first."""
    rows: Any = StatementBundle.objects.visible_to(actor)
    found: ScopedQuerySet[StatementBundle] = rows.select_related(
        "bank", "profile", "created_by", "job", "region"
    ).order_by("-received_at", "-pk")
    return found


def lines_visible(actor: User, file: StatementFile) -> ScopedQuerySet[StatementLine]:
    """The lines of one file in the bank's order."""
    rows = StatementLine.objects.visible_to(actor)
    return rows.filter(file_uid=file.uid).order_by("booked_on", "ordinal")


def line_rows(lines: list[StatementLine]) -> list[dict[str, Any]]:
    """Lines with how each was posted, None while it waits."""
    uids = [line.uid for line in lines]
    postings = {
        row.line_uid: row for row in LinePosting.objects.filter(line_uid__in=uids, undone_at__isnull=True)
    }
    items = {row.line_uid: row for row in SuspenseItem.objects.filter(line_uid__in=uids)}
    return [{"line": line, "posting": postings.get(line.uid), "item": items.get(line.uid)} for line in lines]


def suspense_visible(actor: User) -> ScopedQuerySet[SuspenseItem]:
    """Lines in suspense, newest first."""
    rows = SuspenseItem.objects.visible_to(actor)
    return rows.select_related(*ACCOUNT, "region", "proposed_by", "decided_by").order_by("-booked_on", "-pk")


def days_visible(actor: User) -> ScopedQuerySet[AccountDay]:
    """Compared days, newest first."""
    rows = AccountDay.objects.visible_to(actor)
    return rows.select_related(*ACCOUNT, "region", "closed_by").order_by("-day", "-pk")


def keys_visible(actor: User) -> ScopedQuerySet[MachineKey]:
    """Keys of banks and other offices, newest first."""
    return (
        MachineKey.objects.visible_to(actor).select_related("bank", "created_by", "ended_by").order_by("-pk")
    )


def bank_accounts(actor: User) -> QuerySet[EscrowAccount]:
    """Accounts at the bank that the actor works for; none for everybody else."""
    rows = EscrowAccount.objects.select_related("institution", "bank").order_by("institution__name", "pk")
    if actor.organisation_id is None or not actor.may("funds.statement_upload"):
        return rows.none()
    return rows.filter(bank__organisation_id=actor.organisation_id).exclude(status__in=["PLANNED", "CLOSED"])


def calendar_rows(actor: User, since: date, until: date) -> list[dict[str, Any]]:
    """Accounts with their compared days of a span, by institution; those without any day are left out."""
    found: dict[int, dict[str, Any]] = {}
    rows = days_visible(actor).filter(day__range=(since, until))
    for row in rows.order_by("account__institution__name", "account_id", "day"):
        line = found.setdefault(row.account_id, {"account": row.account, "days": {}})
        line["days"][row.day] = row
    return list(found.values())


def invoices_visible(actor: User) -> ScopedQuerySet[Invoice]:
    """Invoices, newest first."""
    rows = Invoice.objects.visible_to(actor)
    return rows.select_related("institution", "contract", "region").order_by("-issued_on", "-pk")


def invoice_cases_visible(actor: User) -> ScopedQuerySet[InvoiceCase]:
    """Disagreements about invoices, newest first."""
    rows = InvoiceCase.objects.visible_to(actor)
    return rows.select_related("institution", "contract", "invoice", "region", "handled_by").order_by("-pk")
