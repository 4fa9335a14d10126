"""Layers by more than risk: what the pool file says, what is drawn, what anybody can check."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from casework.models import Deadline
from draws import pools, registration, services
from draws.models import Draw
from fieldwork.sampling import PoolError, differences, pool_read
from institutions.models import Institution
from institutions.services import institution_projection_set
from tests.conftest import World
from tests.draws import making
from tests.draws.test_draws_pages import posted

ALL_LAYERS = ["RISK", "TOWN", "KIND", "CREDIT"]


def graded(world: World) -> list[Institution]:
    """Nine places: three of high risk, one of credit grade A, four in the second town."""
    places = making.places(world, 9, risky=3)
    institution_projection_set(
        actor=world.head, institution=places[0], kind="CREDIT_GRADE", value="A", since=timezone.localdate()
    )
    Institution.objects.filter(pk__in=[row.pk for row in places[5:]]).update(
        region=world.town2, region_path=world.town2.path
    )
    return places


def test_layers_are_the_combinations_that_occur(law: World, tmp_path: Path) -> None:
    graded(law)
    draw = making.drawn(law, strata_by=ALL_LAYERS)
    pool = json.loads(draw.pool_text)
    assert pool["format"] == "draw-pool/2"
    assert [row["code"] for row in pool["strata_by"]] == ALL_LAYERS
    labels = {row["label"]: row["per_10000"] for row in pool["strata"]}
    assert len(labels) == 4
    first = pool["strata"][0]
    assert first["code"].startswith("HIGH.")
    assert first["per_10000"] == 5000
    assert {row["stratum"] for row in pool["targets"]} == {row["code"] for row in pool["strata"]}
    record = json.loads(draw.result_text)
    assert list(differences(record, announced_hash=draw.pool_hash)) == []
    assert all(row["drawn"] >= 1 for row in record["result"]["strata"])
    file = tmp_path / "record.json"
    file.write_text(draw.result_text, encoding="utf-8")
    call_command("draw_verify", str(file), "--hash", draw.pool_hash)
    moved = json.loads(draw.pool_text)
    place = moved["targets"][0]
    place["stratum"] = next(row["code"] for row in pool["strata"] if row["code"] != place["stratum"])
    with pytest.raises(PoolError, match="按它的属性应在"):
        pool_read(moved)


def test_one_share_for_all_layers_without_risk(law: World) -> None:
    graded(law)
    draw = making.draft(law, strata_by=["TOWN"], shares={"HIGH": 10_000, "EVERY": 2000})
    shown = pools.preview(draw)
    assert [(layer.size, layer.drawn) for layer in shown.layers] == [(5, 1), (4, 1)]
    frozen = services.draw_freeze(actor=law.head, draw=draw)
    assert pools.frozen_preview(frozen) == shown


def test_layers_never_change_once_frozen_and_are_never_none(law: World) -> None:
    making.places(law)
    frozen = making.frozen(law)
    with pytest.raises(Exception, match="never change"), transaction.atomic():
        Draw.objects.filter(pk=frozen.pk).update(strata_by=["TOWN"])
    draft = making.draft(law)
    with pytest.raises(IntegrityError), transaction.atomic():
        Draw.objects.filter(pk=draft.pk).update(strata_by=[])


def test_chosen_on_the_form(law: World, sign_in: Callable[..., Client]) -> None:
    graded(law)
    officer = sign_in(law.officer)
    form = {**posted(law), "strata_by": ["TOWN", "KIND"], "share_EVERY": "10"}
    assert law.town2.name in officer.get("/desk/draws/count/", form).content.decode()
    assert officer.post("/desk/draws/new/", {**form, "strata_by": []}).status_code == 422
    assert officer.post("/desk/draws/new/", {**form, "strata_by": ["NOSE"]}).status_code == 422
    assert officer.post("/desk/draws/new/", form).status_code == 302
    draw = Draw.objects.get()
    assert (draw.strata_by, draw.shares["EVERY"]) == (["TOWN", "KIND"], 1000)
    assert "分层依据" in officer.get(f"/desk/draws/{draw.uid}/").content.decode()


def test_results_wait_before_their_day_are_late_after_it_and_close_when_published(law: World) -> None:
    making.places(law)
    draw, outings = making.planned(law)
    today = timezone.localdate()
    assert list(registration.results(law.head, today)) == []
    for outing in outings:
        making.carry_out(law, outing)
    draw.refresh_from_db()
    assert draw.results_due_on is not None
    assert draw.results_due_on - today >= timedelta(days=26)
    [item] = registration.results(law.head, today)
    assert (item.due_on, item.tone) == (draw.results_due_on, "warn")
    assert "20" in "".join(item.explanation)
    [late] = registration.results(law.head, draw.results_due_on + timedelta(days=1))
    assert (late.stage, late.tone) == ("逾期未公示", "bad")
    services.draw_publish(actor=law.head, draw=draw)
    assert list(registration.results(law.head, today)) == []
    assert Deadline.objects.get(kind="DRAW_RESULTS").state == "MET"
