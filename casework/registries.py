"""Where higher rooms extend lower ones: navigation, worklists, panels, actions, blockers, owners.

Everything is registered in `AppConfig.ready()`; lower rooms only read.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

if TYPE_CHECKING:
    from accounts.models import Bureau, User
    from casework.errors import Reason
    from casework.models import EvidenceFile, OfficialDocument


@dataclass(frozen=True)
class NavEntry:
    """An entry of the desk's (or the counterpart portal's) sidebar; `covers` names further lists that belong to it."""

    label: str
    url_name: str
    icon: str
    order: int
    permission: str = ""
    face: str = "desk"
    covers: tuple[str, ...] = ()


@dataclass(frozen=True)
class WorkItem:
    """One thing somebody has to do. `tone` is ok, warn, bad or info."""

    title: str
    url: str
    due_on: date | None
    sub: str = ""
    institution: str = ""
    place: str = ""
    stage: str = ""
    tone: str = "info"
    handler: str = ""
    explanation: tuple[str, ...] = ()


@dataclass(frozen=True)
class Worklist:
    """A source of work items for the home page of a face (`desk`, `portal`)."""

    key: str
    label: str
    items: Callable[[User, date], Iterable[WorkItem]]
    face: str = "desk"
    permission: str = ""


@dataclass(frozen=True)
class Kpi:
    """A figure on the desk's home page; `url` opens its rows."""

    label: str
    value: str
    unit: str = ""
    sub: str = ""
    url: str = ""
    tone: str = ""


@dataclass(frozen=True)
class Panel:
    """A part of the institution's file contributed by a room. `context(actor, institution)` feeds `template`."""

    key: str
    label: str
    template: str
    context: Callable[[User, Any], dict[str, Any]]
    order: int
    permission: str = ""


@dataclass(frozen=True)
class Action:
    """A button that a higher room puts on a lower room's object."""

    label: str
    url: Callable[[Any], str]
    permission: str
    icon: str = ""
    is_offered: Callable[[User, Any], bool] = lambda actor, obj: True


@dataclass(frozen=True)
class ServiceFact:
    """One service of a document (送达) as its page tells it, with the files that prove it."""

    method: str
    served_at: datetime
    place: str = ""
    receiver: str = ""
    servers: str = ""
    note: str = ""
    document: OfficialDocument | None = None
    evidence: tuple[EvidenceFile, ...] = ()


@dataclass(frozen=True)
class NumberSeries:
    """Numbers of a register outside the catalogue of documents, and how they look unless set otherwise."""

    label: str
    pattern: str


class Keyed:
    """Callables or objects registered under a key."""

    def __init__(self) -> None:
        self._items: dict[Any, list[Any]] = defaultdict(list)

    def register(self, key: Any, item: Any) -> None:
        """Add `item` under `key`; registering twice has no effect."""
        if item not in self._items[key]:
            self._items[key].append(item)

    def of(self, *key: Any) -> list[Any]:
        """Items under a key (several arguments form a tuple key)."""
        return list(self._items.get(key[0] if len(key) == 1 else key, ()))

    def keys(self) -> Iterator[Any]:
        """All keys in use."""
        return iter(self._items)


Blocker = Callable[[Any, "User"], "Iterable[Reason]"]
EvidenceRefusal = Callable[[str, str, "Bureau | None"], "Iterable[Reason]"]
KpiSource = Callable[["User", date], "Iterable[Kpi]"]

nav: list[NavEntry] = []
worklists: list[Worklist] = []
kpis: list[KpiSource] = []
panels = Keyed()
actions = Keyed()
blockers = Keyed()
evidence_owners: dict[str, Callable[[User, EvidenceFile], bool]] = {}
document_owners: dict[str, Callable[[User, OfficialDocument], bool]] = {}
evidence_refusals: list[EvidenceRefusal] = []
object_urls: dict[str, Callable[[UUID], str]] = {}
document_services: dict[str, Callable[[User, OfficialDocument], Iterable[ServiceFact]]] = {}
posting_evidence: dict[str, Callable[[EvidenceFile], OfficialDocument | None]] = {}
number_series: dict[str, NumberSeries] = {}


def add_nav(entry: NavEntry) -> None:
    """Register a sidebar entry once."""
    if entry not in nav:
        nav.append(entry)
        nav.sort(key=lambda item: item.order)


def add_worklist(worklist: Worklist) -> None:
    """Register a worklist once."""
    if all(known.key != worklist.key for known in worklists):
        worklists.append(worklist)


def add_kpis(source: KpiSource) -> None:
    """Register a source of home-page figures once."""
    if source not in kpis:
        kpis.append(source)


def add_blocker(model: str, transition: str, blocker: Blocker) -> None:
    """Let `blocker(obj, actor)` give reasons why `transition` of `model` ("app.Model") is stopped."""
    blockers.register((model, transition), blocker)


def add_evidence_refusal(refusal: EvidenceRefusal) -> None:
    """Let `refusal(subject_type, sha256, bureau)` give reasons why these bytes are no evidence for that subject."""
    if refusal not in evidence_refusals:
        evidence_refusals.append(refusal)


def add_evidence_owner(subject_type: str, may_see: Callable[[User, EvidenceFile], bool]) -> None:
    """Say who may open evidence whose subject is `subject_type` ("app.model", lower case)."""
    evidence_owners[subject_type] = may_see


def add_document_owner(subject_type: str, may_see: Callable[[User, OfficialDocument], bool]) -> None:
    """Say who may open documents whose subject is `subject_type` beyond the issuing organ's own people."""
    document_owners[subject_type] = may_see


def add_document_service(
    subject_type: str, served: Callable[[User, OfficialDocument], Iterable[ServiceFact]]
) -> None:
    """Say how documents whose subject is `subject_type` were served."""
    document_services[subject_type] = served


def add_posting_evidence(
    subject_type: str, document_of: Callable[[EvidenceFile], OfficialDocument | None]
) -> None:
    """Say which document is shown on a posting photo that is evidence of a row of `subject_type`."""
    posting_evidence[subject_type] = document_of


def add_number_series(kind: str, label: str, pattern: str) -> None:
    """Say what the numbers of `kind`, which no document of the catalogue bears, are called and look like."""
    number_series[kind] = NumberSeries(label, pattern)


def offered_actions(actor: User, obj: Any) -> list[tuple[Action, str]]:
    """Registered actions on `obj` that the actor may take, with their addresses."""
    return [
        (action, action.url(obj))
        for action in actions.of(obj._meta.label)
        if actor.may(action.permission) and action.is_offered(actor, obj)
    ]
