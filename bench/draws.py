"""A month's double-random draw over 15,000 places: freezing, drawing, verifying."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from statistics import median
from time import perf_counter
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.models import Organisation, Region, User
from bench.table import Results, Row
from draws import services
from draws.models import Draw
from fieldwork.sampling import differences, pool_hash, pool_read, sample
from institutions.models import Institution

PLACES = 15_000
ROUNDS = 5
SHARE = 1000


class Undone(Exception):
    """Ends the transaction so that nothing of the measurement stays."""


def measure(results: Results) -> None:
    """All figures of this part; what it writes is rolled back."""
    try:
        with transaction.atomic():
            _measure(results)
            raise Undone
    except Undone:
        return


def _measure(results: Results) -> None:
    draw, times = _drawn()
    pool = json.loads(draw.pool_text)
    size = f"{len(pool['targets']):,} places, {draw.drawn_count:,} drawn"
    frozen = pool_hash(pool)
    parts = pool_read(pool)
    alone = _median(lambda: sample(parts, frozen, "03 11 17 22 25 30 09"))
    record = json.loads(draw.result_text)
    verified = _median(lambda: list(differences(record, announced_hash=draw.pool_hash)))
    for name, seconds in (
        ("freeze: pool file, hash, number", times["freeze"]),
        ("sampler alone", alone),
        ("draw: sampler, rows, record paper", times["draw"]),
        ("verify the record file", verified),
    ):
        results.add(Row("draws", name, f"{seconds * 1000:,.0f} ms", beside=size))
    results.add(Row("draws", "pool file", f"{len(draw.pool_text.encode()) / 1e6:.1f} MB", beside=size))


def _median(work: Callable[[], Any]) -> float:
    times = []
    for _ in range(ROUNDS):
        begun = perf_counter()
        work()
        times.append(perf_counter() - begun)
    return median(times)


def _drawn() -> tuple[Draw, dict[str, float]]:
    head = User.objects.get(username="head")
    first, second = User.objects.filter(username__startswith="officer").order_by("pk")[:2]
    organ = Organisation.objects.get(users=head)
    then = timezone.now() - timedelta(hours=2)
    draw = services.draw_draft(actor=first, values=_values(organ), at=then)
    times = {}
    begun = perf_counter()
    draw = services.draw_freeze(actor=head, draw=draw, at=then)
    times["freeze"] = perf_counter() - begun
    services.draw_enter(actor=first, draw=draw, value="03 11 17 22 25 30 09", note="bench")
    services.draw_confirm(actor=second, draw=draw, value="03 11 17 22 25 30 09")
    begun = perf_counter()
    draw = services.draw_run(actor=head, draw=draw)
    times["draw"] = perf_counter() - begun
    return draw, times


def _values(organ: Organisation) -> dict[str, Any]:
    day = timezone.localdate() + timedelta(days=2)
    return {
        "title": "月度双随机抽查",
        "lead_organ": organ,
        "basis": "国发〔2019〕5号",
        "item": "办学资质、收费、安全",
        "planned_on": day,
        "planned_until": day + timedelta(days=20),
        "filters": {"regions": _towns(organ)},
        "shares": {"HIGH": SHARE, "MEDIUM": SHARE, "LOW": SHARE, "UNRATED": SHARE},
        "places_per_team": 10,
        "entropy_kind": "LOTTERY",
        "entropy_source": "bench",
        "entropy_due_at": timezone.now() - timedelta(hours=1),
    }


def _towns(organ: Organisation) -> list[int]:
    """Townships that together hold about `PLACES` places."""
    chosen: list[int] = []
    total = 0
    for town in Region.objects.filter(level="TOWNSHIP", path__startswith=organ.region_path).order_by("code"):
        if total >= PLACES:
            break
        chosen.append(town.pk)
        total += Institution.objects.filter(region=town).count()
    return chosen
