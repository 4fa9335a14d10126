"""Two people at once: one document, one number, one visit."""

from __future__ import annotations

from collections.abc import Callable
from threading import Barrier, Thread

import pytest
from django.db import connection

from casework.errors import DomainError
from casework.models import IssuedNumber, OfficialDocument
from inspections import services
from inspections.models import RectificationNotice
from tests.conftest import build_world
from tests.inspections import making

pytestmark = pytest.mark.django_db(transaction=True)


def together(*jobs: Callable[[], object]) -> list[str]:
    """Run jobs at the same moment; what each came to."""
    barrier, outcomes = Barrier(len(jobs)), []

    def run(job: Callable[[], object]) -> None:
        barrier.wait()
        try:
            job()
            outcomes.append("done")
        except DomainError as error:
            outcomes.append(type(error).__name__)
        finally:
            connection.close()

    threads = [Thread(target=run, args=(job,)) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return sorted(outcomes)


def test_two_issue_the_same_notice() -> None:
    world = build_world()
    making.load_law()
    notice = making.draft_notice(
        world, making.start(world, making.make_plan(world, making.make_place(world)))
    )
    assert together(
        lambda: services.notice_issue(actor=world.officer, notice=notice),
        lambda: services.notice_issue(actor=world.officer2, notice=notice),
    ) == ["WrongState", "done"]
    assert OfficialDocument.objects.filter(kind="RECTIFICATION_NOTICE").count() == 1
    assert IssuedNumber.objects.filter(kind="RECTIFICATION_NOTICE").count() == 1
    assert RectificationNotice.objects.get().status == "ISSUED"
