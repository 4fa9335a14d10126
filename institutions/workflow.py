"""How a place's operating state moves."""

from __future__ import annotations

from collections.abc import Iterable

from accounts.models import User
from casework.errors import Reason
from casework.workflow import Transition, Workflow
from institutions.models import Institution, LicenceState, OperatingState


def no_valid_licence(institution: Institution, actor: User) -> Iterable[Reason]:
    """取缔 is for places without a licence in force; a licensed one is closed or its licence revoked first."""
    if institution.licence_state == LicenceState.VALID:
        yield Reason(
            "该机构持有有效的办学许可证，不适用取缔。",
            basis="《中华人民共和国民办教育促进法》第六十四条",
            cleared_by="如需终止办学，请办理注销，或先依法吊销许可证。",
            gate="unlicensed_only",
        )


INSTITUTION = Workflow(
    model="institutions.Institution",
    label="培训机构",
    states=OperatingState,
    field="operating_state",
    initial=OperatingState.OPERATING,
    transitions=(
        Transition(
            "suspend",
            "责令停业整顿",
            (OperatingState.OPERATING,),
            OperatingState.SUSPENDED,
            permission="institutions.institution_suspend",
            needs_reason=True,
        ),
        Transition(
            "resume",
            "恢复办学",
            (OperatingState.SUSPENDED,),
            OperatingState.OPERATING,
            permission="institutions.institution_suspend",
            needs_reason=True,
        ),
        Transition(
            "close",
            "注销",
            (OperatingState.OPERATING, OperatingState.SUSPENDED),
            OperatingState.CLOSED,
            permission="institutions.institution_close",
            requires=("end_kind", "ended_on"),
            needs_reason=True,
            is_danger=True,
        ),
        Transition(
            "ban",
            "取缔",
            (OperatingState.OPERATING, OperatingState.SUSPENDED),
            OperatingState.BANNED,
            permission="institutions.institution_ban",
            guards=(no_valid_licence,),
            requires=("ended_on",),
            needs_reason=True,
            is_danger=True,
        ),
        Transition(
            "reopen",
            "恢复登记",
            (OperatingState.CLOSED, OperatingState.BANNED),
            OperatingState.OPERATING,
            permission="institutions.institution_close",
            needs_reason=True,
        ),
    ),
)
