"""Rows of run-aways, fund audits, labour claims and sheets from outside, straight into the tables."""

from __future__ import annotations

from bench.rows import insert_select
from funds.models import (
    AuditFinding,
    AuditRound,
    AuditSheet,
    LabourClaim,
    OutsideSheet,
    PlatformDifference,
    RunawayEvent,
)
from tests.conftest import World


def risk_make(world: World, root: dict[str, str], numbers: str) -> None:
    """One of each for every institution that has none, and as many rounds, sheets and differences as asked for."""
    place = {**root, "region": "x.region_id", "region_path": "x.region_path", "institution": "x.id"}
    new = (
        f"institutions_institution x WHERE x.bureau_id = {world.bureau.pk}"
        " AND NOT EXISTS (SELECT 1 FROM {0} o WHERE o.institution_id = x.id)"
    )
    insert_select(
        RunawayEvent,
        new.format("funds_runawayevent"),
        **place,
        kind="'STOP'",
        happened_on="current_date",
        found_on="current_date",
        found_by="'PRESS'",
        summary="'停业'",
        counted_at="now()",
    )
    insert_select(
        LabourClaim,
        new.format("funds_labourclaim"),
        **place,
        kind="'WAGE'",
        source="'STAFF'",
        reference="'1'",
        claimed_on="current_date",
        persons="1",
        amount_fen="100",
        summary="'欠薪'",
    )
    insert_select(
        AuditRound,
        numbers,
        **root,
        title="'专查 ' || i",
        range_note="'全部'",
        starts_on="current_date",
        ends_on="current_date",
    )
    first = str(AuditRound.objects.order_by("pk")[0].pk)
    insert_select(AuditSheet, new.format("funds_auditsheet"), **place, round=first)
    insert_select(
        AuditFinding,
        "funds_auditsheet s WHERE NOT EXISTS (SELECT 1 FROM funds_auditfinding f WHERE f.sheet_id = s.id)",
        **{**root, "region": "s.region_id", "region_path": "s.region_path"},
        sheet="s.id",
        kind="'LOAN'",
        summary="'问题'",
        measure="'RECTIFY'",
        due_on="current_date",
    )
    insert_select(
        OutsideSheet,
        numbers,
        **root,
        kind="'ORDERS'",
        status="'CHECKED'",
        file_name="'订单 ' || i",
        format="'csv'",
        stored_as="'none'",
        sha256="i::text",
        covers_from="current_date",
        covers_to="current_date",
    )
    insert_select(
        PlatformDifference,
        numbers,
        **root,
        sheet=str(OutsideSheet.objects.order_by("pk")[0].pk),
        subject="'ORDERS'",
        kind="'HERE'",
        order_no="'9' || i",
        covers_from="current_date",
        covers_to="current_date",
        theirs="5",
    )
