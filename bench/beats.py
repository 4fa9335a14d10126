"""Forty monitors come back from their evening patrols at once: two places each, 43 answers and 3 photos a place.

Measured over HTTP as the phones of officers are. Merging, by which patrols are submitted and red-line problems become
clues, is the worker's; here it is done and timed afterwards, in one process.
"""

from __future__ import annotations

import hashlib
import os
from time import perf_counter
from uuid import uuid4

from django.utils import timezone

from accounts.models import Bureau, Organisation, OrganisationKind, RoleAssignment, User
from accounts.roles import Role
from bench import patrols, stack
from bench.phones import Phone, all_at_once, is_equal, photo, same, signed_in, word
from bench.rows import settle, without_triggers
from bench.table import Results, Row, say
from casework.models import EvidenceFile
from casework.models.base import uuid7
from fieldwork import services
from fieldwork.models import ChecklistVersion, FieldOperation, FieldRecord
from fieldwork.selectors import version_in_force
from monitors.models import Monitor, Outing, Stop

MONITORS, PLACES, PHOTOS, STAR = 40, 2, 3, "F4"


def measure(results: Results) -> None:
    """All figures of this part."""
    pairs, version = _pairs(), version_in_force(code="DAILY_43", on=timezone.localdate())
    if version is None:
        raise RuntimeError("the daily checklist is not loaded")
    phones = [_phone(user, people, number, version) for number, (user, people) in enumerate(pairs)]
    size = sum(len(data) for phone in phones for data in phone.files.values())
    say(f"  {len(phones)} monitors, {size / 2**20:.0f} MB of photos")
    os.environ["BENCH_WORKER"] = "later"
    with stack.web() as port:
        begun = perf_counter()
        all_at_once(phones, port)
        seconds = perf_counter() - begun
        again = perf_counter()
        all_at_once(phones, port)
        repeated = perf_counter() - again
    begun = perf_counter()
    for record in FieldRecord.objects.filter(is_dirty=True, form="monitors.outing"):
        services.record_settle(record=record)
    _tell(results, phones, seconds, repeated, perf_counter() - begun)


def _tell(results: Results, phones: list[Phone], seconds: float, repeated: float, merged: float) -> None:
    for phone in [phone for phone in phones if phone.trouble][:3]:
        say(f"  {phone.trouble}")
    files = sum(len(phone.files) for phone in phones)
    slowest = max(phone.seconds for phone in phones)
    rows = (
        ("40 monitors syncing at once, until all is received", seconds, f"slowest {slowest:.1f} s"),
        ("the same 40 send everything again", repeated, "nothing changes"),
        ("merging into patrols and clues", merged, f"{merged / len(phones) * 1000:.0f} ms a patrol"),
    )
    for name, value, remark in rows:
        results.add(Row("beats", name, f"{value:.1f} s", remark))
    uids = [phone.visit for phone in phones]
    kept = FieldOperation.objects.filter(device__uid__in=[phone.device for phone in phones]).count()
    same(results, "beats", "operations kept", kept, sum(len(phone.operations) for phone in phones))
    equal = sum(is_equal(phone, sha) for phone in phones for sha in phone.files)
    same(results, "beats", "files whose hash is equal after reading back", equal, files)
    submitted = Outing.objects.filter(uid__in=uids, status="SUBMITTED").count()
    same(results, "beats", "patrols submitted", submitted, len(phones))
    stops = Stop.objects.filter(outing__uid__in=uids)
    same(results, "beats", "places recorded", stops.count(), len(phones) * PLACES)
    same(
        results,
        "beats",
        "red-line problems that became clues",
        stops.filter(clue__isnull=False).count(),
        len(phones),
    )
    photos = EvidenceFile.objects.filter(subject_uid__in=stops.values("uid")).count()
    same(results, "beats", "photos kept as evidence of places", photos, files)


def _pairs() -> list[tuple[User, list[Monitor]]]:
    """Monitors in office with an account and somebody who goes along."""
    bureau, head = Bureau.objects.get(slug="wushan"), User.objects.get(username="head")
    if not Monitor.objects.exists():
        region = bureau.region
        root = {
            "bureau": str(bureau.pk), "region": str(region.pk), "region_path": f"'{region.path}'",
            "created_by": str(head.pk),
        }  # fmt: skip
        with without_triggers():
            patrols.people_fill(root, f"accounts_region t WHERE t.parent_id = {region.pk}")
        settle()
    body, _ = Organisation.objects.get_or_create(
        bureau=bureau,
        kind=OrganisationKind.MONITORS,
        name="社会监督员队伍",
        defaults={"short_name": "监督员", "region": bureau.region, "region_path": bureau.region.path},
    )
    people = list(Monitor.objects.filter(user__isnull=True).order_by("pk")[: MONITORS * 2])
    found = []
    for number in range(MONITORS):
        first, second = people[number], people[number + MONITORS]
        user = User.objects.create(
            username=f"beat-{uuid4().hex[:10]}", name=f"监督员{number}", organisation=body, bureau=bureau
        )
        RoleAssignment.objects.create(user=user, role=Role.MONITOR)
        Monitor.objects.filter(pk=first.pk).update(user=user)
        found.append((user, [first, second]))
    return found


def _phone(user: User, people: list[Monitor], number: int, version: ChecklistVersion) -> Phone:
    phone = Phone(user, uuid7(), uuid4(), form="monitors.outing", headers=signed_in(user))
    word(phone, "start", "", {"people": [str(one.uid) for one in people], "names": []})
    codes = list(version.items.order_by("position").values_list("code", flat=True))
    for place in range(PLACES):
        _stop(phone, number * PLACES + place, version, codes, STAR if place == 0 else "")
    word(phone, "end", "", {"count": len(phone.operations)})
    return phone


def _stop(phone: Phone, number: int, version: ChecklistVersion, codes: list[str], failed: str) -> None:
    """One place with all items answered, a red-line problem at the first, photos."""
    key = str(uuid7())
    word(phone, "arrive", key, {"institution": "", "name": f"示例场所{number}"})
    facts = {
        "seen_name": f"示例场所{number}",
        "place": f"示例路{number}号",
        "spot_kind": "STREET",
        "pupils": "9",
    }
    for name, text in facts.items():
        word(phone, "fact", f"{key}/{name}", {"text": text})
    for code in codes:
        bad = code == failed
        value = version.failing_answer if bad else version.passing_answer
        word(phone, "answer", f"{key}/{code}", {"value": value, "note": "黑板上是数学题" if bad else ""})
    for turn in range(PHOTOS):
        data = photo(100_000 + number * PHOTOS + turn)
        sha = hashlib.sha256(data).hexdigest()
        phone.files[sha] = data
        word(phone, "photo", f"{key}/{sha[:16]}", {"sha256": sha}, [sha])
    word(phone, "stop", key, {"version": str(version.uid), "count": len(phone.operations)})
