"""The run-away day: refund claims of one institution's families, listed in order and opened set-wise."""

from __future__ import annotations

from time import perf_counter

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from accounts.services import system_user
from bench.lessons import filled
from bench.rows import settle
from bench.table import Results, Row
from funds import services
from funds.models import Contract, Refund
from funds.selectors.runaways import claim_totals
from institutions.models import Institution

CLAIMS = 3000
ONE_BY_ONE = 100


def measure(results: Results) -> None:
    """One institution closes: 3,000 contracts get their place, their calculation and their application."""
    place = Institution.objects.select_related("bureau", "region").order_by("-pk")[0]
    actor = User.objects.filter(bureau=place.bureau, role_assignments__role="SECTION_HEAD")[0]
    filled(actor, place, CLAIMS + ONE_BY_ONE)
    contracts = Contract.objects.filter(institution=place, status="ACTIVE").order_by("pk")
    single = list(contracts[:ONE_BY_ONE])
    settle()
    begun = perf_counter()
    for row in single:
        services.refund_apply(actor=system_user(), contract=row, ground="INSTITUTION")
    alone = (perf_counter() - begun) / ONE_BY_ONE
    today = timezone.localdate()
    event = services.runaway_register(
        actor=actor,
        institution=place,
        values={
            "kind": "RUN", "happened_on": today, "found_on": today, "found_by": "COMPLAINT", "summary": "测试",
        },
    )  # fmt: skip
    with CaptureQueriesContext(connection) as queries:
        begun = perf_counter()
        services.claims_list(actor=actor, event=event)
        listed = perf_counter() - begun
        begun = perf_counter()
        opened = services.claims_open(actor=actor, event_id=event.pk)
        seconds = perf_counter() - begun
    totals = claim_totals(event)
    whole = (opened, totals.stood, totals.waiting) == (CLAIMS, ONE_BY_ONE, 0)
    once = Refund.objects.filter(contract__institution=place).count() == CLAIMS + ONE_BY_ONE
    results.add(
        Row(
            "claims",
            f"run-away day: {totals.listed:,} contracts listed in order, {opened:,} refund applications opened",
            f"{listed:.1f} s + {seconds:.1f} s, {len(queries):,} statements, {opened / seconds:,.0f} a second",
            f"one by one: {1 / alone:,.0f} a second",
            f"{opened / seconds * alone:.0f}×",
            "each once, none left out",
            whole and once,
        )
    )
