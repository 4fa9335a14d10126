"""How a place's operating state moves."""

from __future__ import annotations

from collections.abc import Iterable

from accounts.models import User
from casework.errors import Reason
from casework.workflow import Transition, Workflow
from institutions.models import Institution, LicenceState, OperatingState, TrainingMaterial
from institutions.models import MaterialStatus as M


def no_valid_licence(institution: Institution, actor: User) -> Iterable[Reason]:
    """取缔 is for places without a licence in force; a licensed one is closed or its licence revoked first."""
    if institution.licence_state == LicenceState.VALID:
        yield Reason(
            "该机构持有有效的办学许可证，不适用取缔。",
            basis="《中华人民共和国民办教育促进法》第六十四条",
            cleared_by="如需终止办学，请办理注销，或先依法吊销许可证。",
            gate="unlicensed_only",
        )


def not_the_reviewer(material: TrainingMaterial, actor: User) -> Iterable[Reason]:
    """Who reviewed a material does not decide on it."""
    if material.reviewed_by_id == actor.pk:
        yield Reason("审核意见由您本人出具，须由另一人审定。", cleared_by="请监管股另一名工作人员审定。")


def own_material(material: TrainingMaterial, actor: User) -> Iterable[Reason]:
    """Only the institution takes back what it submitted."""
    if material.origin != "SUBMITTED" or material.institution.organisation_id != actor.organisation_id:
        yield Reason("只能撤回本机构报审的材料。", gate="organ")


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

MATERIAL = Workflow(
    model="institutions.TrainingMaterial",
    label="培训材料审核",
    states=M,
    initial=M.SUBMITTED,
    transitions=(
        Transition(
            "review", "出具审核意见", (M.SUBMITTED,), M.REVIEWED, permission="institutions.material_review",
            requires=("opinion", "reviewed_by"), is_primary=True,
        ),
        Transition(
            "approve", "审定通过", (M.REVIEWED,), M.APPROVED, permission="institutions.material_decide",
            guards=(not_the_reviewer,), requires=("decided_by", "decided_on"), is_primary=True,
        ),
        Transition(
            "reject", "审定不得使用", (M.REVIEWED,), M.REJECTED, permission="institutions.material_decide",
            guards=(not_the_reviewer,), requires=("decided_by", "decided_on"), needs_reason=True, is_danger=True,
        ),
        Transition(
            "retire", "停止使用", (M.APPROVED,), M.RETIRED, permission="institutions.material_decide",
            needs_reason=True, is_danger=True,
        ),
        Transition(
            "withdraw", "撤回报审", (M.SUBMITTED, M.REVIEWED), M.WITHDRAWN, permission="institutions.material_submit",
            guards=(own_material,), is_danger=True,
        ),
    ),
)  # fmt: skip
