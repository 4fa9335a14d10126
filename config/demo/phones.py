"""Phones at a place checked after a clue: a pad of slip numbers, two officers' records, one item on which they differ."""

from __future__ import annotations

import hashlib
from datetime import date, datetime, timedelta
from typing import Any
from unittest.mock import patch
from uuid import NAMESPACE_URL, UUID, uuid5

from accounts.models import OrganisationKind, User
from casework import jobs
from config.demo.clock import at
from config.demo.outings import Plan, Stop, photo, schedule
from config.demo.people import County
from config.demo.timeline import Timeline
from fieldwork import services
from fieldwork.models import FieldRecord, NumberPad
from inspections.models import Deployment, InspectionKind, Visit
from institutions.models import Institution

OUTING = "收费票据线索核查"


def has_phones(county: County) -> bool:
    """Whether this part stands."""
    return NumberPad.objects.filter(bureau=county.bureau).exists()


def build_phones(county: County, now: date) -> None:
    """Pads for two officers; at one place both have begun to fill in."""
    one, two = county.team(OrganisationKind.EDUCATION, 2)
    pad = services.pad_hand_out(actor=county.head, holder=one, at=at(now - timedelta(days=5), 9))
    services.pad_hand_out(actor=county.head, holder=two, size=10, at=at(now - timedelta(days=5), 9))
    spoilt = pad.numbers.get(serial=1)
    services.pad_number_void(actor=one, number=spoilt, reason="写坏", at=at(now - timedelta(days=4), 15))
    plan = _outing(county, [one, two], now)
    visit = plan.visits.get()
    if plan.checklist_version is None:
        return
    with patch.object(jobs, "enqueue"):
        _fill_in(visit, one, two, str(plan.checklist_version.uid), at(now, 9))
    services.record_settle(record=FieldRecord.objects.get(subject_uid=visit.uid), at=at(now, 10))


def _outing(county: County, team: list[User], now: date) -> Deployment:
    """A check of one place after a clue, notified for today."""
    timeline = Timeline()
    busy = Visit.objects.filter(planned_on=now).values("institution")
    place = (
        Institution.objects.filter(bureau=county.bureau, standing="LICENSED", operating_state="OPERATING")
        .exclude(pk__in=busy)
        .order_by("pk")[0]
    )
    schedule(
        county,
        timeline,
        Plan(
            name=OUTING,
            kind=InspectionKind.CLUE,
            lead=OrganisationKind.EDUCATION,
            team=team,
            first_day=now,
            choose=lambda: [Stop(place, has_checklist=True)],
            until="NOTIFIED",
        ),
    )
    with patch.object(jobs, "enqueue"):
        timeline.run(at(now, 8))
    return Deployment.objects.get(bureau=county.bureau, name=OUTING)


def _fill_in(visit: Visit, one: User, two: User, version: str, moment: datetime) -> None:
    first, second = _Phone(one, visit, moment), _Phone(two, visit, moment)
    first.says("start", "", {"place_note": "", "position": None})
    for code, value in (("A1", "YES"), ("A2", "YES")):
        first.says("answer", code, {"value": value, "label": "是", "note": "", "version": version})
    second.says("answer", "A2", {"value": "NO", "label": "否", "note": "票据上是简称", "version": version})
    data = photo("phones").read()
    sha = hashlib.sha256(data).hexdigest()
    second.says("answer_photo", f"A2/{sha[:16]}", {"code": "A2", "sha256": sha, "name": "票据.jpg"}, [sha])
    second.says("finding", "A2", {"violation": "", "text": "票据名称与许可证不一致", "mode": "IN_TERM"})
    for phone in (first, second):
        phone.sends()
    services.file_receive(
        actor=two, device=second.device, sha256=sha, size=len(data), offset=0, data=data, at=moment
    )


class _Phone:
    """One officer's phone of the demonstration."""

    def __init__(self, user: User, visit: Visit, moment: datetime) -> None:
        self.user, self.visit, self.moment = user, visit, moment
        self.uid = uuid5(NAMESPACE_URL, f"demo-phone:{user.username}")
        self.device = services.device_meet(
            actor=user, uid=self.uid, label="安卓手机 Chrome", clock=moment, at=moment
        )
        self.words: list[dict[str, Any]] = []

    def says(self, kind: str, item: str, value: dict[str, Any], files: list[str] | None = None) -> None:
        """Enter something, two minutes after the last."""
        number = len(self.words) + 1
        self.words.append(
            {
                "uid": str(UUID(bytes=uuid5(self.uid, f"{kind}:{item}").bytes)),
                "form": "inspections.visit",
                "subject": str(self.visit.uid),
                "kind": kind,
                "item": item,
                "value": value,
                "sequence": number,
                "lamport": number,
                "made_at": (self.moment + timedelta(minutes=2 * number)).isoformat(),
                "supersedes": [],
                "files": files or [],
            }
        )

    def sends(self) -> None:
        """Send everything half an hour later."""
        later = self.moment + timedelta(minutes=30)
        services.operations_receive(
            actor=self.user, device=self.device, operations=self.words, sent_at=later, at=later
        )
