"""Patrols and grids of a county: who is responsible, what was not seen, quotas, over 60,000 patrols."""

from __future__ import annotations

from statistics import median
from time import perf_counter

from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Bureau, User
from bench.rows import insert_select, settle, without_triggers
from bench.table import Results, Row
from fieldwork.models import ChecklistVersion
from institutions.models import Institution, Person
from monitors.models import GridDuty, GridUnit, Monitor, Outing, OutingMember, Squad, Stop

MONITORS, SQUADS, ROUNDS = 400, 30, 5
PAGES = (
    ("who is responsible, first page", "/desk/grids/duty/"),
    ("places without a street grid", "/desk/grids/duty/?gap=STREET"),
    ("not seen for how long, first page", "/desk/patrols/unseen/"),
    ("not seen for 60 days", "/desk/patrols/unseen/?days=60"),
    ("map of what was not seen", "/desk/patrols/unseen/map/"),
    ("monitors' quota of the month", "/desk/patrols/quota/"),
    ("townships' quota of the month", "/desk/patrols/areas/"),
    ("register of patrols", "/desk/patrols/"),
    ("register of visits", "/desk/patrols/stops/"),
)


def measure(results: Results, *, patrols: int) -> None:
    """All figures of this part."""
    _fill(patrols)
    client = Client()
    head = User.objects.get(username="head")
    client.force_login(head, backend="accounts.backends.ActiveUserBackend")
    size = f"{Institution.objects.count():,} institutions, {Outing.objects.count():,} patrols"
    settings.ALLOWED_HOSTS.append("testserver")
    for name, path in PAGES:
        address = f"/b/{head.organisation.bureau.slug}{path}" if head.organisation else path
        answer = client.get(address)
        if answer.status_code != 200:
            raise RuntimeError(f"{path} answered {answer.status_code}")
        times = []
        for _ in range(ROUNDS):
            begun = perf_counter()
            client.get(address)
            times.append(perf_counter() - begun)
        with CaptureQueriesContext(connection) as asked:
            client.get(address)
        seconds = median(times)
        results.add(
            Row(
                "patrols", name, f"{seconds * 1000:,.0f} ms", f"{len(asked)} queries, {size}", "",
                "under 1 s", seconds < 1,
            )
        )  # fmt: skip


def _fill(patrols: int) -> None:
    """Monitors in office, squads, grids with somebody on duty, patrols over three years with one stop each."""
    if Outing.objects.exists():
        return
    bureau, head = Bureau.objects.get(slug="wushan"), User.objects.get(username="head")
    region = bureau.region
    root = {
        "bureau": str(bureau.pk), "region": str(region.pk), "region_path": f"'{region.path}'",
        "created_by": str(head.pk),
    }  # fmt: skip
    town = f"accounts_region t WHERE t.parent_id = {region.pk}"
    with without_triggers():
        people_fill(root, town)
        _grids(root, town)
        insert_select(
            Outing, f"generate_series(1, {patrols}) AS g(i)", **root, number="'巡查 ' || i", status="'SUBMITTED'",
            squad=f"(SELECT id FROM monitors_squad ORDER BY id OFFSET i %% {SQUADS} LIMIT 1)",
            started_at=f"now() - interval '1 day' * (i * 1000.0 / {patrols})",
            ended_at=f"now() - interval '1 day' * (i * 1000.0 / {patrols}) + interval '1 hour'",
            submitted_at="now()", slot="(ARRAY['DAY', 'EVENING', 'REST_DAY'])[1 + i %% 3]", people="2",
        )  # fmt: skip
        _stops(root)
    settle()


def people_fill(root: dict[str, str], town: str) -> None:
    """Monitors in office and their squads. Called where triggers are off."""
    insert_select(Squad, f"generate_series(1, {SQUADS}) AS g(i)", **root, name="'小分队 ' || i")
    insert_select(
        Squad.towns.through, f"monitors_squad q, {town} AND t.id %% {SQUADS} = q.id %% {SQUADS}",
        squad="q.id", region="t.id",
    )  # fmt: skip
    insert_select(Person, f"generate_series(1, {MONITORS}) AS g(i)", **root, name="'监督员 ' || i")
    insert_select(
        Monitor, "institutions_person p WHERE starts_with(p.name, '监督员 ')", **root, person="p.id",
        source="'APPLICATION'", category="'PARENT'", gender="'MALE'", birth_on="date '1980-01-01'",
        nominated_on="current_date - 900", status="'APPOINTED'", appointed_at="now()",
        term="daterange(current_date - 890, current_date + 200)", term_no="1",
        term_planned_until="current_date + 199", card_no="'证 ' || p.id", certificate="p.id", card="p.id", notice="1",
        ties_declared_at="now()", qualified_at="now()",
        qualify_note="'符合'",
        squad=f"(SELECT id FROM monitors_squad ORDER BY id OFFSET p.id %% {SQUADS} LIMIT 1)",
    )  # fmt: skip


def _grids(root: dict[str, str], town: str) -> None:
    """A street for each township, and grids below with the institutions of the township in turn."""
    insert_select(
        GridUnit, town, **{**root, "region": "t.id", "region_path": "t.path"}, kind="'STREET'", net="'STREET'",
        code="t.code", name="t.name", path="'/' || t.code || '/'",
    )  # fmt: skip
    insert_select(
        GridUnit.towns.through,
        "monitors_gridunit u WHERE u.id %% 10 <> 0",
        gridunit="u.id",
        region="u.region_id",
    )
    insert_select(
        GridUnit, "monitors_gridunit u, generate_series(1, 10) AS g(i) WHERE u.kind = 'STREET'",
        **{**root, "region": "u.region_id", "region_path": "u.region_path"}, kind="'GRID'", net="'STREET'",
        parent="u.id", code="u.code || '-' || i", name="u.name || i || '号网格'",
        path="u.path || u.code || '-' || i || '/'",
    )  # fmt: skip
    insert_select(
        GridUnit.places.through,
        "institutions_institution x JOIN monitors_gridunit u ON u.region_id = x.region_id AND u.kind = 'GRID'"
        " AND right(u.code, 1) = (x.id %% 10)::text",
        gridunit="u.id",
        institution="x.id",
    )
    insert_select(
        GridDuty, "monitors_gridunit u", unit="u.id", post="'WORKER'", name="'网格员 ' || u.id",
        span="daterange(current_date - 300, NULL)",
    )  # fmt: skip


def _stops(root: dict[str, str]) -> None:
    count, first = Institution.objects.count(), Institution.objects.order_by("pk")[0].pk
    insert_select(
        Stop,
        f"monitors_outing o JOIN institutions_institution x ON x.id = {first} + (o.id * 7919) %% {count}",
        **{**root, "region": "x.region_id", "region_path": "x.region_path"}, outing="o.id", ordinal="1",
        institution="x.id", place="'示例路'", spot_kind="'STREET'", arrived_at="o.started_at", activity="'NONE'",
        checklist_version=str(ChecklistVersion.objects.order_by("pk")[0].pk), answers="'{}'",
    )  # fmt: skip
    lowest = Monitor.objects.order_by("pk")[0].pk
    for place in (0, 1):
        insert_select(
            OutingMember,
            "monitors_outing o",
            outing="o.id",
            monitor=f"{lowest} + (o.id + {place * MONITORS // 2}) %% {MONITORS}",
            span="tstzrange(o.started_at, o.started_at + interval '1 second')",
            is_leader=str(place == 0).lower(),
        )
