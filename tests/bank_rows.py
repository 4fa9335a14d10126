"""Rows of statements, suspense, days, keys and invoices for every supervised account, straight into the tables."""

from __future__ import annotations

from bench.rows import insert_select
from funds.models import (
    AccountDay,
    Bank,
    BankProfile,
    Invoice,
    InvoiceCase,
    MachineKey,
    StatementFile,
    SuspenseItem,
)
from tests.conftest import World


def bank_make(world: World, root: dict[str, str], numbers: str) -> None:
    """One of each for each account that has none, and as many layouts and keys as asked for."""
    insert_select(
        BankProfile, numbers, **root, name="'模板 ' || i", layout="""'{"format": "CAMT053"}'::jsonb"""
    )
    insert_select(
        MachineKey,
        numbers,
        **root,
        bank=str(Bank.objects.order_by("pk")[0].pk),
        key_id="'K' || i",
        secret_sealed="'\\x00'::bytea",
        issued_at="now()",
    )
    clerk = {**root, "created_by": str(world.clerk.pk), "account": "e.id"}
    new = "funds_escrowaccount e WHERE NOT EXISTS (SELECT 1 FROM {0} o WHERE o.account_id = e.id)"
    insert_select(
        StatementFile,
        new.format("funds_statementfile"),
        **clerk,
        channel="'DESK'",
        file_name="'流水 ' || e.id",
        sha256="repeat('0', 50) || e.id",
        size="1",
        is_quiet="true",
        state="'DONE'",
        covers_from="date '2025-01-02'",
        covers_to="date '2025-01-31'",
        opening_fen="0",
        closing_fen="0",
        received_at="now()",
    )
    insert_select(
        SuspenseItem,
        new.format("funds_suspenseitem"),
        **clerk,
        line_uid="gen_random_uuid()",
        booked_on="date '2025-01-03'",
        fen="500",
    )
    insert_select(
        AccountDay,
        new.format("funds_accountday"),
        **clerk,
        account_uid="e.uid",
        day="current_date",
        state="'UNEVEN'",
        bank_fen="500",
        book_fen="0",
        difference_fen="500",
    )
    places = f"institutions_institution x WHERE x.bureau_id = {world.bureau.pk} AND NOT EXISTS"
    insert_select(
        Invoice,
        f"{places} (SELECT 1 FROM funds_invoice o WHERE o.institution_id = x.id)",
        **root,
        institution="x.id",
        number="'F' || x.id",
        amount_fen="500",
        issued_on="date '2025-01-03'",
        buyer_masked="'张*'",
        buyer_digest="'d' || x.id",
    )
    insert_select(
        InvoiceCase,
        "funds_invoice v WHERE NOT EXISTS (SELECT 1 FROM funds_invoicecase o WHERE o.invoice_id = v.id)",
        **root,
        institution="v.institution_id",
        invoice="v.id",
        kind="'NO_CONTRACT'",
        sentence="'没有找到对应的合同'",
    )
