"""Payments that wait for a person of the bureau: releases for approval, refunds and instructions for their start."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Case, CharField, Count, DateField, F, Q, QuerySet, Value, When
from django.db.models.functions import Cast, Coalesce

from accounts.models import User
from accounts.querysets import ScopedQuerySet
from casework.filters import any_contains
from funds.models import PaymentRun, PaymentRunItem, PaymentStage
from funds.selectors.contracts import instructions_visible
from funds.selectors.refunds import refunds_visible
from funds.selectors.releases import releases_visible

PERMISSIONS = {
    PaymentStage.RELEASE: "funds.release_approve",
    PaymentStage.REFUND: "funds.refund_decide",
    PaymentStage.INSTRUCTION: "funds.instruction_send",
}
STARTS = (PaymentStage.RELEASE, PaymentStage.REFUND)
ORDER = ("urgency", "stage", "since", "uid_")
NO_DAY = Value(None, output_field=DateField())
FAR = Value(date.max, output_field=DateField())
TEXT = CharField(max_length=200)


def _values(rows: QuerySet[Any], stage: PaymentStage, **names: Any) -> QuerySet[Any]:
    """The same columns of each kind, so that one list holds them all."""
    return rows.order_by().values(
        uid_=F("uid"),
        stage=Value(str(stage), output_field=TEXT),
        fen=F("amount_fen"),
        since=F("created_at"),
        status_=Cast("status", TEXT),
        maker=Cast("created_by__name", TEXT),
        maker_id=F("created_by_id"),
        number_=names["number"],
        place=Cast(names["place"], TEXT),
        place_uid=F(f"{names['place'].removesuffix('__name')}__uid"),
        bank=Cast(names["bank"], TEXT),
        payee=names["payee"],
        due_on=names["due_on"],
        urgency=Coalesce(names["due_on"], FAR),
    )


def _releases(actor: User, q: str) -> QuerySet[Any]:
    rows = releases_visible(actor).filter(status="BUILT").select_related(None)
    kind = Case(When(is_manual=True, then=Cast("decision_no", TEXT)), default=Value(""), output_field=TEXT)
    return _values(
        rows.filter(any_contains(q, "institution__name", "decision_no")) if q else rows,
        PaymentStage.RELEASE, number=kind, place="institution__name", bank="account__bank__name",
        payee=Value("机构的结算账户", output_field=TEXT), due_on=NO_DAY,
    )  # fmt: skip


def _refunds(actor: User, q: str) -> QuerySet[Any]:
    """Approved ones and those the bank did not pay, of accounts that the bank keeps."""
    rows = refunds_visible(actor).filter(status__in=["APPROVED", "FAILED"], contract__mode="CUSTODY")
    rows = rows.select_related(None)
    found = any_contains(q, "contract__institution__name", "number", "contract__number") if q else Q()
    return _values(
        rows.filter(found), PaymentStage.REFUND, number=Cast("number", TEXT),
        place="contract__institution__name", bank="contract__account__bank__name",
        payee=Cast(Coalesce("contract__payer_masked", "contract__family__name_masked"), TEXT),
        due_on=F("pay_due_on"),
    )  # fmt: skip


def _instructions(actor: User, q: str) -> QuerySet[Any]:
    rows = instructions_visible(actor).filter(status="PENDING").select_related(None)
    return _values(
        rows.filter(any_contains(q, "account__institution__name", "number")) if q else rows,
        PaymentStage.INSTRUCTION, number=Cast("number", TEXT), place="account__institution__name",
        bank="account__bank__name", payee=Cast("payee_masked", TEXT), due_on=NO_DAY,
    )  # fmt: skip


READS = {
    PaymentStage.RELEASE: _releases,
    PaymentStage.REFUND: _refunds,
    PaymentStage.INSTRUCTION: _instructions,
}


def waiting_payments(actor: User, *, stage: str = "", q: str = "") -> QuerySet[Any]:
    """Rows as dictionaries, the most urgent first; without a stage those that have no instruction yet."""
    stages = [PaymentStage(stage)] if stage else list(STARTS)
    first, *others = [READS[name](actor, q.strip()) for name in stages]
    return first.union(*others, all=True).order_by(*ORDER) if others else first.order_by(*ORDER)


def picked_payments(actor: User, picks: dict[PaymentStage, set[UUID]]) -> list[dict[str, Any]]:
    """Those of the picked ones that still wait, in the order of the list."""
    parts = [READS[stage](actor, "").filter(uid__in=uids) for stage, uids in picks.items() if uids]
    found = [row for rows in parts for row in rows]
    return sorted(found, key=lambda row: tuple(row[name] for name in ("urgency", "stage", "since")))


def why_not_payment(actor: User, row: dict[str, Any]) -> str:
    """Why the actor may not let this one go, as far as it is known before trying; empty when he may."""
    if not actor.may(PERMISSIONS[PaymentStage(row["stage"])]):
        return "须由有权批准的负责人办理"
    if row["stage"] == PaymentStage.RELEASE and row["maker_id"] == actor.pk:
        return "由您本人生成，须由另一人批准"
    return ""


def payment_runs_visible(actor: User) -> ScopedQuerySet[PaymentRun]:
    """Confirmed runs, and the actor's own that wait for his confirmation, newest first."""
    rows: Any = PaymentRun.objects.visible_to(actor)
    mine = Q(status="DRAFT", created_by=actor)
    found: ScopedQuerySet[PaymentRun] = (
        rows.filter(~Q(status="DRAFT") | mine)
        .select_related("created_by", "job")
        .annotate(
            started_n=Count("items", filter=Q(items__state="STARTED")),
            refused_n=Count("items", filter=Q(items__state="REFUSED")),
        )
        .order_by("-pk")
    )
    return found


def run_items(run: PaymentRun) -> QuerySet[PaymentRunItem]:
    """What became of each payment, what was refused first."""
    rank = Case(When(state="REFUSED", then=0), When(state="WAITING", then=1), default=2)
    return run.items.select_related("instruction").order_by(rank, "seq")
