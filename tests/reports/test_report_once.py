"""Exactly once: two workers, a crash in the middle, a killed process."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.db import connection
from django.utils import timezone

from reports import services, tasks
from reports.models import ExportKind, ReportEdition, ReportExport, ReportPeriod
from reports.services import exports as exports_service
from reports.services import freezing as freezing_service
from tests.conftest import World
from tests.reports.making import frozen_county, moment

NOW = moment(date(2026, 9, 27))


def in_threads(count: int, work: Callable[[], Any]) -> list[Any]:
    """Run `work` at the same time in several threads."""
    results: list[Any] = []
    gate = threading.Barrier(count)

    def run() -> None:
        try:
            gate.wait(timeout=20)
            results.append(work())
        except Exception as error:  # noqa: BLE001 - handed to the asserting thread
            results.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return results


@pytest.mark.django_db(transaction=True)
def test_two_workers_freeze_one_edition() -> None:
    world, period = frozen_county()
    results = in_threads(4, lambda: services.period_freeze(actor=world.system, period=period, now=NOW))
    assert all(isinstance(result, ReportEdition) for result in results), results
    assert len({result.pk for result in results}) == 1
    assert ReportEdition.objects.filter(period=period).count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_beats_open_each_period_once() -> None:
    frozen_county()
    ReportPeriod.objects.all().delete()
    results = in_threads(2, lambda: services.period_open_due(now=moment(date(2026, 10, 14))))
    assert not [result for result in results if isinstance(result, Exception)], results
    keys = list(ReportPeriod.objects.values_list("regime", "starts_on"))
    assert len(keys) == len(set(keys)) > 3


@pytest.mark.django_db(transaction=True)
def test_two_workers_export_one_file() -> None:
    world, period = frozen_county()
    edition = approved(world, period)
    results = in_threads(
        2, lambda: services.edition_export(actor=world.clerk, edition=edition, kind=ExportKind.XLSX)
    )
    assert len({result.pk for result in results}) == 1, results
    assert ReportExport.objects.count() == 1


def approved(world: World, period: ReportPeriod) -> ReportEdition:
    edition = services.period_freeze(actor=world.system, period=period, now=NOW)
    services.figures_fill_zero(actor=world.clerk, edition=edition, now=NOW)
    services.edition_fill(
        actor=world.clerk, edition=edition, values={("towns_total", "cumulative"): (26, "民政部门")}, now=NOW
    )
    services.edition_review(actor=world.head, period=period, now=NOW)
    services.edition_approve(actor=world.leader, period=period, now=NOW)
    edition.refresh_from_db()
    return edition


def test_crash_in_the_middle_of_a_freeze_leaves_nothing(
    county: World, first: ReportPeriod, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = freezing_service.derive_cumulative
    monkeypatch.setattr(freezing_service, "derive_cumulative", lambda edition: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        services.period_freeze(actor=county.system, period=first, now=NOW)
    first.refresh_from_db()
    assert first.status == "OPEN"
    assert not ReportEdition.objects.exists()
    monkeypatch.setattr(freezing_service, "derive_cumulative", real)
    edition = services.period_freeze(actor=county.system, period=first, now=NOW)
    assert edition.figures.get(key="checks_times", column="period").value == 4


def test_one_failing_period_does_not_stop_the_others(
    county: World, first: ReportPeriod, monkeypatch: pytest.MonkeyPatch
) -> None:
    services.period_open_due(now=moment(date(2026, 10, 14)))
    monkeypatch.setattr(timezone, "now", lambda: moment(date(2026, 10, 14)))
    real = services.period_freeze

    def fails_first(*, period: ReportPeriod, **rest: Any) -> ReportEdition:
        if period.pk == first.pk:
            raise RuntimeError("no rows today")
        return real(period=period, **rest)

    monkeypatch.setattr(services, "period_freeze", fails_first)
    with pytest.raises(RuntimeError, match=str(first.pk)):
        tasks.periods_freeze()
    assert ReportPeriod.objects.filter(status="FROZEN").count() == 1


def test_crash_in_the_middle_of_an_export_leaves_nothing_and_the_retry_gives_the_same_bytes(
    county: World, first: ReportPeriod, monkeypatch: pytest.MonkeyPatch
) -> None:
    edition = approved(county, first)
    written: list[bytes] = []
    real = exports_service._keep

    def breaks_after_writing(edition: ReportEdition, kind: str, digest: str, content: bytes) -> str:
        written.append(content)
        real(edition, kind, digest, content[: len(content) // 2])
        raise OSError("disk gone")

    monkeypatch.setattr(exports_service, "_keep", breaks_after_writing)
    for kind in ExportKind.values:
        with pytest.raises(OSError, match="disk gone"):
            services.edition_export(actor=county.clerk, edition=edition, kind=kind)
    assert not ReportExport.objects.exists()
    monkeypatch.setattr(exports_service, "_keep", real)
    time.sleep(1.1)
    for kind, before in zip(ExportKind.values, written, strict=True):
        export = services.edition_export(actor=county.clerk, edition=edition, kind=kind)
        with default_storage.open(export.stored_name) as stored:
            assert stored.read() == before, kind


KILLED = """
import django, os, sys, time
django.setup()
from datetime import datetime
from accounts.models import User
from reports.models import ReportPeriod
from reports import services
from reports.services import freezing
real = freezing.derive_cumulative
def slow(edition):
    sys.stdout.write("middle\\n"); sys.stdout.flush(); time.sleep(60)
freezing.derive_cumulative = slow
services.period_freeze(actor=User.objects.get(is_system=True), period=ReportPeriod.objects.get(pk=int(sys.argv[1])),
                       now=datetime.fromisoformat(sys.argv[2]))
"""


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_killed_process_leaves_no_half_report(tmp_path: Path) -> None:
    world, period = frozen_county()
    parts = connection.settings_dict
    url = f"postgres://{parts['USER']}:{parts['PASSWORD']}@{parts['HOST']}:{parts['PORT']}/{parts['NAME']}"
    script = tmp_path / "worker.py"
    script.write_text(KILLED, encoding="utf-8")
    environment = {
        **os.environ,
        "DATABASE_URL": url,
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "PYTHONPATH": os.getcwd(),
    }
    worker = subprocess.Popen(
        [sys.executable, str(script), str(period.pk), NOW.isoformat()],
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert worker.stdout is not None
    assert worker.stdout.readline().strip() == "middle"
    worker.send_signal(signal.SIGKILL)
    worker.wait(timeout=10)
    assert not ReportEdition.objects.exists()
    edition = services.period_freeze(actor=world.system, period=period, now=NOW)
    assert edition.number == 1
    assert ReportEdition.objects.count() == 1
