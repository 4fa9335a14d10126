"""What is kept no longer than its rule allows."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.core.files.storage import storages
from django.db import IntegrityError, transaction
from django.utils import timezone

from casework.evidence.services import discarded_remove
from casework.models import AuditEvent, EvidenceFile, PolicyValue
from complaints import rules, services
from complaints.models import Clue
from tests.complaints.door import Phone, photo
from tests.conftest import World

pytestmark = pytest.mark.django_db
NOW = timezone.now()
DAYS = 10


@pytest.fixture
def refused(world: World, reference_data: None) -> Clue:
    """A refused report with one photo, and one that waits, with the same photo."""
    cache.clear()
    PolicyValue.objects.filter(key=rules.REFUSED_FILES).update(value={"amount": DAYS, "unit": "CALENDAR_DAY"})
    for address in ("203.0.113.7", "203.0.113.8"):
        Phone(address=address).report(files=(photo(3),))
    clue, _ = Clue.objects.order_by("pk")
    return services.clue_reject(actor=world.head, clue=clue, reason="不是校外培训的事。", at=NOW)


def last_day() -> date:
    return timezone.localdate(NOW) + timedelta(days=DAYS)


def discard(world: World, today: date) -> int:
    at = timezone.make_aware(datetime.combine(today, time(1, 50)))
    return services.refused_files_discard(actor=world.system, today=today, at=at)


def test_files_of_a_refused_report_go_when_the_rule_says_so(
    world: World, refused: Clue, sign_in: Any, django_capture_on_commit_callbacks: Any
) -> None:
    file = EvidenceFile.objects.get(subject_uid=refused.uid)
    assert storages["default"].exists(file.stored_as)
    with django_capture_on_commit_callbacks(execute=True):
        assert discard(world, last_day()) == 0, "the last day still counts"
    with django_capture_on_commit_callbacks(execute=True):
        assert discard(world, last_day() + timedelta(days=1)) == 1
    assert not storages["default"].exists(file.stored_as)
    assert discard(world, last_day() + timedelta(days=2)) == 0
    assert sign_in(world.head).get(f"/evidence/{file.uid}/").status_code == 404
    event = AuditEvent.objects.get(verb="casework.evidence_discard")
    assert (event.changes["count"], event.reason) == ([None, 1], rules.REFUSED_FILES)
    kept = EvidenceFile.objects.exclude(subject_uid=refused.uid).get()
    assert storages["default"].exists(kept.stored_as), "a report that waits keeps its photo"


def test_bytes_that_a_killed_run_left_go_by_the_next_night(world: World, refused: Clue) -> None:
    file = EvidenceFile.objects.get(subject_uid=refused.uid)
    assert discard(world, last_day() + timedelta(days=1)) == 1
    assert storages["default"].exists(file.stored_as), "the process ended before the bytes went"
    since = EvidenceFile.objects.get(pk=file.pk).discarded_at
    assert since is not None
    assert discarded_remove(since=since + timedelta(seconds=1)) == 0
    assert discarded_remove(since=since) == 1
    assert not storages["default"].exists(file.stored_as)
    assert discarded_remove(since=since) == 0
    kept = EvidenceFile.objects.exclude(subject_uid=refused.uid).get()
    assert storages["default"].exists(kept.stored_as)


def test_a_report_taken_up_again_keeps_its_files(world: World, refused: Clue) -> None:
    services.clue_readmit(actor=world.head, clue=refused, reason="补充了地址。")
    assert discard(world, last_day() + timedelta(days=1)) == 0


def test_the_same_photo_may_come_again_after_its_end(world: World, refused: Clue) -> None:
    discard(world, last_day() + timedelta(days=1))
    services.clue_readmit(actor=world.head, clue=refused, reason="补充了地址。")
    services.reporter_add(clue=refused, text="再传一次。", files=(photo(3),))
    assert EvidenceFile.objects.filter(subject_uid=refused.uid, discarded_at__isnull=True).count() == 1


def test_the_database_knows_no_file_half_gone(refused: Clue) -> None:
    rows = EvidenceFile.objects.filter(subject_uid=refused.uid)
    for half in ({"stored_as": ""}, {"discarded_at": NOW}):
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.update(**half)
