"""What a monitor's phone speaks about: a patrol or an observation that may not be here yet.

It begins on the phone under a uid of the phone's. Until its own row exists it is known by its record only.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Q

from accounts.models import Bureau, User
from casework.errors import Reason
from fieldwork.models import FieldOperation, FieldRecord
from monitors.models import Monitor
from monitors.querysets import is_monitor
from monitors.selectors.monitors import own_term

DO, EDIT, VIEW = "monitors.patrol_do", "monitors.monitor_edit", "monitors.patrol_view"
NOT_OWN = "内容已保留，未采用；请由参加的监督员发送，或将导出文件交教育部门导入。"
NAMING = ("start", "done")  # words that say whose patrol or observation it is


@dataclass
class Subject:
    """One subject of a form in one pass of merging; `row` is the room's own record of it, once there is one.

    `stops` are the recorded places of a patrol by uid, read once.
    """

    uid: UUID
    bureau: Bureau
    region_path: str
    label: str
    row: Any = None
    stops: dict[str, Any] | None = None

    def __str__(self) -> str:
        return self.label


@dataclass(frozen=True)
class Reach:
    """Who finds, begins and fills in the subjects of one form. `model` is the room's own record of them."""

    key: str
    label: str
    model: Any

    def find(self, actor: User, uid: UUID) -> Subject | None:
        """The subject inside the actor's reach."""
        if not (actor.may(VIEW) or actor.may(DO)):
            return None
        row = self.model.objects.filter(uid=uid).select_related("bureau").first()
        if row is not None:
            is_seen = self.model.objects.visible_to(actor).filter(pk=row.pk).exists()
            return self._of_row(row) if is_seen else None
        record = FieldRecord.objects.filter(form=self.key, subject_uid=uid).select_related("bureau").first()
        return self._of_record(record) if record is not None and self._takes_part(actor, record) else None

    def begin(self, actor: User, uid: UUID) -> Subject | None:
        """A fresh subject for a monitor, or for the desk that takes in a monitor's file."""
        is_known = self.model.objects.filter(uid=uid).exists()
        if is_known or FieldRecord.objects.filter(subject_uid=uid).exists() or actor.bureau is None:
            return None
        term = own_term(actor) if is_monitor(actor) and actor.may(DO) else None
        if term is not None:
            return Subject(uid, term.bureau, term.region_path, f"{term.name}的{self.label}")
        if actor.may(EDIT):
            return Subject(uid, actor.bureau, actor.bureau.region.path, f"导入的{self.label}")
        return None

    def load(self, uid: UUID) -> Subject:
        """The subject for merging, without reach."""
        row = self.model.objects.filter(uid=uid).select_related("bureau").first()
        if row is not None:
            return self._of_row(row)
        record = FieldRecord.objects.select_related("bureau").get(form=self.key, subject_uid=uid)
        return self._of_record(record)

    def admit(self, subject: Subject, actor: User) -> Iterable[Reason]:
        """Only those who take part speak about it, and the desk that takes in their file."""
        if actor.may(EDIT) and actor.bureau_id == subject.bureau.pk:
            return
        if not actor.may(DO):
            yield Reason(f"{actor.name}没有“巡查”的权限。", cleared_by=NOT_OWN)
        elif not self._is_of(actor, subject):
            words = f"{actor.name}没有参加这次{self.label}，只能登记您本人参加的{self.label}。"
            yield Reason(words, cleared_by=NOT_OWN)

    def _is_of(self, actor: User, subject: Subject) -> bool:
        """Whether somebody takes part; before it is taken up, whether it names them itself."""
        if subject.row is not None:
            return bool(self.model.objects.visible_to(actor).filter(uid=subject.uid).exists())
        named = self._named(subject)
        return not named or self._is_named(actor, named)

    def _named(self, subject: Subject) -> set[str]:
        """Whom the first naming word names, and whom those named name later; nobody names themselves into it."""
        said = list(
            FieldOperation.objects.filter(
                record__form=self.key, record__subject_uid=subject.uid, kind__in=NAMING
            )
            .order_by("pk")
            .values_list("received_by", "value__people")
        )
        terms: dict[int, set[str]] = {}
        for user, uid in Monitor.objects.filter(user__in={sender for sender, _ in said}).values_list(
            "user", "uid"
        ):
            terms.setdefault(user, set()).add(str(uid))
        named: set[str] = set()
        for sender, people in said:
            if isinstance(people, list) and (not named or terms.get(sender, set()) & named):
                named |= {uid for uid in people if isinstance(uid, str)}
        return named

    def is_there(self, subject: Subject) -> bool:
        """Whether it has a page of its own."""
        return subject.row is not None

    def _of_row(self, row: Any) -> Subject:
        return Subject(row.uid, row.bureau, row.region_path, str(row), row)

    def _of_record(self, record: FieldRecord) -> Subject:
        return Subject(record.subject_uid, record.bureau, record.region_path, record.label)

    def _takes_part(self, actor: User, record: FieldRecord) -> bool:
        if not is_monitor(actor):
            return FieldRecord.objects.visible_to(actor).filter(pk=record.pk).exists()
        own = Q(received_by=actor) | Q(device__user=actor) | Q(deliveries__received_by=actor)
        return record.operations.filter(own).exists() or self._is_named(
            actor, self._named(self._of_record(record))
        )

    def _is_named(self, actor: User, named: set[str]) -> bool:
        terms = Monitor.objects.filter(user=actor).values_list("uid", flat=True)
        return any(str(term) in named for term in terms)
