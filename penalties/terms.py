"""Days that follow from other days of a case: computed terms, thresholds and amounts due."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from casework import policy
from casework.deadlines import CalendarMissing, Term, TermUnit, compute, load_calendar
from casework.deadlines.terms import Computed
from casework.models import OfficialDocument, PolicyValue
from penalties import clock, money
from penalties.models import (
    Case,
    Measure,
    MeasureKind,
    MeasureStage,
    PaperService,
    PartyKind,
    PaymentKind,
    PenaltyRule,
    RuleLayer,
    RuleUnit,
)

HEARING_KINDS = frozenset(
    {MeasureKind.STOP_ENROLMENT, MeasureKind.STOP_RUNNING, MeasureKind.REVOCATION, MeasureKind.BAR}
)
MONEY_KINDS = frozenset({MeasureKind.FINE, MeasureKind.CONFISCATION})


def term_end(case: Case, key: str, since: date, *, rolls: bool = True) -> date:
    """Last day of the policy term `key` counted from `since`."""
    return explained(case, key, since, rolls=rolls)[0]


def explained(case: Case, key: str, since: date, *, rolls: bool = True) -> tuple[date, list[str]]:
    """The same with the sentences that show how it came about."""
    found = computed(policy.term(key, region=case.region, on=since), since, rolls=rolls)
    return found.due_on, list(found.explanation)


def computed(term: Term, since: date, *, rolls: bool = True) -> Computed:
    """A term's end. Terms of days and months into a year without a calendar yet do not move off a rest day."""
    calendar = load_calendar()
    try:
        return compute(replace(term, rolls_to_workday=rolls), since, calendar)
    except CalendarMissing:
        if term.unit == TermUnit.WORKING_DAY or not rolls:
            raise
        return compute(replace(term, rolls_to_workday=False), since, calendar)


def number(case: Case, key: str, on: date) -> int:
    """A whole policy value, fen or per cent."""
    return int(policy.value(key, region=case.region, on=on).value)


def is_person(case: Case) -> bool:
    """Whether thresholds of natural persons apply."""
    return case.party_kind == PartyKind.PERSON


def simple_cap(case: Case, on: date) -> int:
    """Highest fine of the simple procedure, fen."""
    kind = "person" if is_person(case) else "organisation"
    return number(case, f"penalty.simple.cap.{kind}", on)


def threshold_row(case: Case, on: date) -> PolicyValue:
    """From which amount the party must be told of the right to a hearing, with its basis."""
    kind = "person" if is_person(case) else "organisation"
    return policy.value(f"penalty.hearing.threshold.{kind}", region=case.region, on=on)


def hearing_threshold(case: Case, on: date) -> int:
    """From which amount the party must be told of the right to a hearing, fen."""
    return int(threshold_row(case, on).value)


def discussion_row(case: Case, on: date) -> PolicyValue | None:
    """From which amount the heads decide together, with its basis; None where no such amount is set."""
    kind = "person" if is_person(case) else "organisation"
    return policy.find(f"penalty.discussion.threshold.{kind}", region=case.region, on=on)


def measures_at(case: Case, stage: str) -> list[Measure]:
    """Measures of one stage."""
    return list(case.measures.filter(stage=stage).order_by("pk"))


def live_measures(case: Case) -> list[Measure]:
    """What is proposed now, or what was decided once that is done."""
    decided = measures_at(case, MeasureStage.DECIDED)
    return decided or measures_at(case, MeasureStage.PROPOSED)


def needs_hearing_notice(case: Case, measures: list[Measure] | None = None) -> bool:
    """Whether the right to a hearing must be told (行政处罚法 第六十三条)."""
    rows = live_measures(case) if measures is None else measures
    limit = hearing_threshold(case, clock.today())
    return any(
        row.kind in HEARING_KINDS or (row.kind in MONEY_KINDS and row.amount_fen >= limit) for row in rows
    )


def review_grounds(case: Case) -> list[str]:
    """Why 法制审核 is needed (行政处罚法 第五十八条); empty when it is not."""
    grounds = []
    if case.is_public_interest:
        grounds.append("涉及重大公共利益")
    if needs_hearing_notice(case) or case.hearings.exists():
        grounds.append("直接关系当事人或者第三人重大权益，涉及听证")
    if case.is_major:
        grounds.append("案件情况疑难复杂、涉及多个法律关系")
    return grounds


def needs_discussion(case: Case) -> bool:
    """Whether the heads decide together (行政处罚法 第五十七条)."""
    heavy = {MeasureKind.STOP_ENROLMENT, MeasureKind.REVOCATION, MeasureKind.BAR}
    rows = live_measures(case)
    if case.is_major or any(row.kind in heavy for row in rows):
        return True
    limit = discussion_row(case, clock.today())
    return limit is not None and any(
        row.kind in MONEY_KINDS and row.amount_fen >= int(limit.value) for row in rows
    )


def act_day(case: Case) -> date:
    """The day whose law applies: the end of the act, or its discovery while it goes on."""
    return case.act_to or case.found_on


def limitation_ends(case: Case) -> date:
    """Until when an act could be discovered to be punished (行政处罚法 第三十六条)."""
    key = "penalty.limitation.safety" if case.is_safety_harm else "penalty.limitation.general"
    term = policy.term(key, region=case.region, on=clock.today())
    return computed(term, act_day(case), rolls=False).due_on


def age_at(born: date, day: date) -> int:
    """Full years of age on a day."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def rules_for(case: Case, layer: RuleLayer, law_ref: str = "") -> list[PenaltyRule]:
    """Ranges in force on the day of the act: the bureau's own before general ones."""
    ref = law_ref or case.law_ref
    found = PenaltyRule.objects.filter(layer=layer, law_ref=ref, validity__contains=act_day(case))
    home = {int(part) for part in case.region_path.strip("/").split("/") if part}
    rows = [row for row in found if row.region_id is None or row.region_id in home]
    own = [row for row in rows if row.region_id]
    return own or rows


def law_rule(case: Case, law_ref: str = "") -> PenaltyRule | None:
    """The bounds of the law for the seriousness found."""
    rows = rules_for(case, RuleLayer.LAW, law_ref)
    return next((row for row in rows if row.seriousness == case.seriousness), None)


def fine_bounds(rule: PenaltyRule, income: int) -> tuple[int, int | None] | None:
    """Lowest and highest fine in fen under a range; None when the range knows no fine."""
    if MeasureKind.FINE not in rule.kinds or rule.minimum is None:
        return None
    if rule.unit == RuleUnit.TIMES:
        top = None if rule.maximum is None else money.multiple_fine(income, rule.maximum)
        return money.multiple_fine(income, rule.minimum), top
    return rule.minimum, rule.maximum


def fees_of(case: Case) -> list[money.Fee]:
    """The fee table as plain values."""
    rows = case.feerows.order_by("position").values_list(
        "charged_fen", "lessons_total", "lessons_used", "refunded_fen", "refunded_on"
    )
    return [money.Fee(*row) for row in rows]


def income_of(case: Case, on: date | None = None) -> money.Income:
    """违法所得 by the fee table on a day; frozen figures once the case is decided."""
    if case.income_snapshot:
        kept = case.income_snapshot
        return money.Income(
            kept["charged"], kept["refunded"], kept["deducted"], kept["amount"], tuple(kept["lines"])
        )
    return money.illegal_income(fees_of(case), on or clock.today())


def paper_of(case: Case, kind: str) -> OfficialDocument | None:
    """The newest valid document of a kind in this case."""
    rows = OfficialDocument.objects.filter(subject_uid=case.uid, kind=kind, state="VALID")
    return rows.order_by("-pk").first()


def service_of(case: Case, kind: str) -> PaperService | None:
    """The service of the newest valid document of a kind."""
    document = paper_of(case, kind)
    return PaperService.objects.filter(document=document).first() if document else None


@dataclass(frozen=True)
class Balance:
    """What is owed and paid, fen."""

    fine: int
    confiscation: int
    late_fine: int
    paid: int
    late_paid: int
    days_late: int

    @property
    def left(self) -> int:
        """Fine and confiscation still unpaid."""
        return max(0, self.fine + self.confiscation - self.paid)

    @property
    def late_left(self) -> int:
        """Late fine still unpaid."""
        return max(0, self.late_fine - self.late_paid)

    @property
    def is_settled(self) -> bool:
        """Whether nothing is owed any more."""
        return not self.left and not self.late_left


def stays_of(case: Case) -> list[money.Stay]:
    """Days of 复议 and 诉讼."""
    return [money.Stay(row.started_on, row.ended_on) for row in case.proceedings.all()]


def balance_of(case: Case, as_of: date | None = None) -> Balance:
    """Money owed under the decision on a day, the late fine by G33."""
    day = as_of or clock.today()
    amounts = dict.fromkeys((MeasureKind.FINE, MeasureKind.CONFISCATION), 0)
    for row in case.measures.filter(stage=MeasureStage.DECIDED, kind__in=MONEY_KINDS):
        amounts[MeasureKind(row.kind)] = row.amount_fen
    payments: dict[str, list[money.Paid]] = {kind: [] for kind in PaymentKind.values}
    for paid in case.payments.all():
        payments[paid.kind].append(money.Paid(paid.paid_on, paid.amount_fen))
    late, days = 0, 0
    if case.payment_due_on and amounts[MeasureKind.FINE]:
        stays = stays_of(case)
        late = money.late_fine(
            fine=amounts[MeasureKind.FINE],
            due_on=case.payment_due_on,
            as_of=day,
            rate_percent=number(case, "penalty.late_fine.rate", day),
            cap_percent=number(case, "penalty.late_fine.cap", day),
            payments=payments[PaymentKind.FINE],
            stays=stays,
        )
        days = money.late_days(case.payment_due_on, day, stays) if late else 0
    return Balance(
        fine=amounts[MeasureKind.FINE],
        confiscation=amounts[MeasureKind.CONFISCATION],
        late_fine=late,
        paid=sum(row.amount for kind in ("FINE", "CONFISCATION") for row in payments[kind]),
        late_paid=sum(row.amount for row in payments[PaymentKind.LATE_FINE]),
        days_late=days,
    )


def remedies_end(case: Case) -> date | None:
    """The day on which the terms of 复议 and 诉讼 are over; None before service or while one runs."""
    service = service_of(case, "PENALTY_DECISION") or service_of(case, "ON_SPOT_PENALTY_DECISION")
    if service is None:
        return None
    ends = [term_end(case, key, service.effective_on) for key in ("remedy.review", "remedy.suit")]
    for row in case.proceedings.all():
        if row.ended_on is None:
            return None
        ends.append(term_end(case, "remedy.suit_after_review", row.ended_on))
    return max(ends) if not case.proceedings.exists() else max(ends[2:])


def previous_dealings(case: Case) -> list[dict[str, Any]]:
    """Decisions of the last two years about the same institution, person or controller, newest first."""
    window = policy.term("penalty.repeat_window", region=case.region, on=clock.today())
    months = window.amount * (12 if window.unit == "YEAR" else 1)
    since = case.found_on - timedelta(days=round(months * 30.4375))
    keys = {
        "机构": {"institution": case.institution_id},
        "当事人": {"person": case.person_id},
        "实际控制人": {"controller": case.controller_id},
        "作为控制人的当事人": {"person": case.controller_id},
    }
    found: dict[int, dict[str, Any]] = {}
    for label, condition in keys.items():
        if not any(condition.values()):
            continue
        rows = Case.objects.filter(bureau=case.bureau_id, **condition).decided().exclude(pk=case.pk)
        for row in rows.filter(decided_at__date__gte=since).order_by("-decided_at"):
            known = found.setdefault(
                row.pk, {"case": row, "by": [], "on": timezone.localdate(row.decided_at)}
            )
            known["by"].append(label)
    return sorted(found.values(), key=lambda item: item["on"], reverse=True)
