"""Gates G04 to G07: who handles a case and who approves it."""

from __future__ import annotations

from collections.abc import Iterable

from accounts.models import User
from casework.errors import Reason
from inspections import guards as field
from penalties import clock
from penalties.models import (
    Case,
    RecusalStatus,
)

LAW = "行政处罚法第"
ORDER_53 = "教育部令第53号"


def handlers(case: Case) -> list[User]:
    """Officers of the case whose certificate of the organ is valid today and who need not stand aside."""
    rows = case.caseofficers.filter(removed_at__isnull=True).exclude(recusals__status=RecusalStatus.GRANTED)
    day = clock.today()
    people = [row.user for row in rows.select_related("user")]
    return [user for user in people if field.certificate_for(user, case.organ, day)]


def is_own_organ(case: Case, actor: User) -> Iterable[Reason]:
    """A case is the business of the organ that handles it."""
    if not actor.is_system and actor.organisation_id != case.organ_id:
        yield Reason(
            f"本案由{case.organ.name}办理。", f"{LAW}二十二条", f"请转{case.organ.short_name}。", "organ"
        )


def lawful_organ(case: Case, actor: User) -> Iterable[Reason]:
    """G07: only an organ with the power to enforce punishes."""
    yield from field.enforcing_reasons(case.organ)


def two_handlers(case: Case, actor: User) -> Iterable[Reason]:
    """G05: two certified officers of the organ handle the case."""
    count = len(handlers(case))
    if count < field.MIN_OFFICERS:
        yield Reason(
            f"本案持{case.organ.short_name}有效执法证的办案人员只有 {count} 人，须不少于两人。",
            f"{LAW}四十二条",
            "请补充办案人员。",
            "G05",
        )


def recusals_decided(case: Case, actor: User) -> Iterable[Reason]:
    """G06: an open application for recusal is decided by the head; who stands aside has left the case."""
    for row in case.caserecusals.select_related("officer"):
        if row.status == RecusalStatus.OPEN:
            yield Reason(
                f"{row.officer.person_name}的回避申请尚未决定。",
                f"{LAW}四十三条",
                "请机关负责人先作决定。",
                "G06",
            )
        elif row.status == RecusalStatus.GRANTED and row.officer.removed_at is None:
            yield Reason(f"{row.officer.person_name}应当回避。", f"{LAW}四十三条", "请更换办案人员。", "G06")


def approver_is_outsider(case: Case, actor: User) -> Iterable[Reason]:
    """Who approves does not handle the case, and is the head of the organ."""
    if actor.is_system:
        return
    yield from is_own_organ(case, actor)
    if case.caseofficers.filter(user=actor, removed_at__isnull=True).exists():
        yield Reason(
            "办案人员不能审批自己办理的案件。", f"{LAW}五十七条", "请由机关负责人审批。", "four_eyes"
        )
