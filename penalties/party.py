"""What a party may know about its own case: what was served on it, its terms, what it handed in itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Prefetch
from django.http import Http404

from accounts.models import User
from casework.deadlines import lines_by_kind
from casework.models import EvidenceFile, OfficialDocument
from penalties import terms
from penalties.models import Case, Hearing, Measure, MeasureStage, PaperService, StatementPoint
from penalties.querysets import PARTY_KINDS, CaseQuerySet

DECISIONS = ("PENALTY_DECISION", "NO_PENALTY_DECISION", "ON_SPOT_PENALTY_DECISION")
ENDED = {"PERFORMED": ("已履行", "ok"), "CLOSED": ("已结案", "ok"), "ARCHIVED": ("已结案", "ok")}


@dataclass(frozen=True)
class Right:
    """One right or duty of the party with its last day; `is_open` while it can be used today, `lines` say how the
    day came about."""

    label: str
    until: date | None
    words: str
    is_open: bool = False
    lines: tuple[str, ...] = ()


def cases_of_party(actor: User) -> CaseQuerySet:
    """The actor's institution's own cases with their served papers and hearings, the newest first."""
    rows = Case.objects.of_party(actor).select_related(
        "organ", "organ__bureau__region", "region", "violation"
    )
    served = PaperService.objects.filter(document__kind__in=PARTY_KINDS).select_related("document")
    asked = Hearing.objects.exclude(status="WITHDRAWN").order_by("pk")
    rows = rows.prefetch_related(
        Prefetch("paperservices", served.order_by("-served_at", "-pk"), to_attr="served_papers")
    )
    return rows.prefetch_related(Prefetch("hearings", asked, to_attr="asked_hearings")).order_by("-pk")


def case_of_party(actor: User, uid: UUID) -> Case:
    """One of them, or Http404."""
    found = cases_of_party(actor).filter(uid=uid).first()
    if found is None:
        raise Http404("没有找到这件案件，或您无权查看。")
    return found


def services_of(case: Case) -> list[PaperService]:
    """Services of papers addressed to the party, the newest first; read with the case."""
    rows: list[PaperService] = getattr(case, "served_papers")  # noqa: B009
    return rows


def hearings_of(case: Case) -> list[Hearing]:
    """Hearings asked for and not taken back; read with the case."""
    rows: list[Hearing] = getattr(case, "asked_hearings")  # noqa: B009
    return rows


def _valid(case: Case, *kinds: str) -> PaperService | None:
    found = (row for row in services_of(case) if row.document.kind in kinds and row.document.state == "VALID")
    return next(found, None)


def may_open(actor: User, document: OfficialDocument) -> bool:
    """A party opens what was served on it."""
    rows = PaperService.objects.filter(document=document, document__kind__in=PARTY_KINDS)
    return rows.filter(case__in=Case.objects.of_party(actor)).exists()


def decision_service(case: Case) -> PaperService | None:
    """The service of the decision; until then the party knows of none."""
    return _valid(case, *DECISIONS)


def prior_service(case: Case) -> PaperService | None:
    """The service of the prior notice that is valid now."""
    return _valid(case, "PENALTY_PRIOR_NOTICE")


def stage(case: Case) -> tuple[str, str]:
    """Where the case stands in the eyes of the party, with the tone of the dot; inner steps do not show."""
    if decision_service(case):
        return ENDED.get(case.status, ("已决定，待履行", "warn"))
    if prior_service(case):
        return ("已告知，可以陈述申辩", "warn")
    return ("办理中", "info")


def may_state(case: Case) -> bool:
    """Whether a statement is taken: from the service of the prior notice until the decision."""
    return case.status == "NOTIFIED" and prior_service(case) is not None


def may_ask_hearing(case: Case, today: date) -> bool:
    """Whether a hearing can be asked for today (行政处罚法 第六十四条)."""
    told = _valid(case, "HEARING_RIGHTS")
    is_in_time = case.hearing_until is not None and today <= case.hearing_until
    return bool(case.status == "NOTIFIED" and told and is_in_time and not hearings_of(case))


def measures_told(case: Case) -> list[Measure]:
    """What the served papers tell: the decided measures, before that those of the prior notice."""
    if decision_service(case):
        return terms.measures_at(case, MeasureStage.DECIDED)
    return terms.measures_at(case, MeasureStage.TOLD) if prior_service(case) else []


def statements_of(case: Case) -> list[tuple[StatementPoint, list[EvidenceFile]]]:
    """What the party argued, with its files."""
    points = list(case.statementpoints.select_related("created_by__organisation").order_by("pk"))
    files: dict[UUID, list[EvidenceFile]] = {}
    for file in EvidenceFile.objects.filter(subject_uid__in=[row.uid for row in points]).order_by("pk"):
        files.setdefault(file.subject_uid, []).append(file)
    return [(row, files.get(row.uid, [])) for row in points]


def rights(case: Case, today: date) -> list[Right]:
    """Rights and duties inside the procedure with their last days, as the served papers started them."""
    found: list[Right] = []
    lines = lines_by_kind(case.uid)
    if prior_service(case):
        words = "决定作出前提出的，都会复核并答复；不因申辩加重处罚。"
        found.append(
            Right("陈述、申辩", case.statement_until, words, may_state(case), lines.get("STATEMENT", ()))
        )
    if _valid(case, "HEARING_RIGHTS"):
        words = "逾期未申请的，视为放弃。听证不收费。"
        found.append(
            Right(
                "申请听证", case.hearing_until, words, may_ask_hearing(case, today), lines.get("HEARING", ())
            )
        )
    if decision_service(case) and case.payment_due_on:
        words = "逾期每日加处罚款，不超过罚款数额。"
        found.append(
            Right("缴纳罚没款", case.payment_due_on, words, case.status == "SERVED", lines.get("PAY", ()))
        )
    return found


def remedies(case: Case, today: date) -> list[Right]:
    """复议 and 诉讼 against the served decision."""
    served = decision_service(case)
    if served is None:
        return []
    first = served.document.kind == "ON_SPOT_PENALTY_DECISION"
    words = {
        "remedy.review": "自收到决定书次日起算，期间不停止执行。"
        + ("当场处罚须先申请行政复议。" if first else ""),
        "remedy.suit": "自收到决定书次日起算；经过行政复议的，自收到复议决定书起十五日内。",
    }
    found = []
    for label, key in (("申请行政复议", "remedy.review"), ("提起行政诉讼", "remedy.suit")):
        if first and key == "remedy.suit":
            continue
        until, lines = terms.explained(case, key, served.effective_on)
        found.append(Right(label, until, words[key], today <= until, tuple(lines)))
    return found
