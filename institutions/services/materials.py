"""Review of training materials: submitted or found, reviewed by one person, decided by another."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from casework import audit
from casework.errors import NotAllowed, Unlawful
from casework.evidence.services import evidence_receive
from casework.records import record_create, root_fields
from casework.steps import require
from casework.workflow import transition
from institutions.models import Institution, MaterialKind, MaterialOrigin, TrainingMaterial

SUBMIT, REVIEW = "institutions.material_submit", "institutions.material_review"


@transaction.atomic
def material_enter(
    *,
    actor: User,
    institution: Institution,
    values: dict[str, Any],
    files: Iterable[Any] = (),
    at: datetime | None = None,
) -> TrainingMaterial:
    """Submit a material (the institution), or enter one that was found (the bureau).

    An institution submits its own, after its inner review, with the pages to look at.
    Raises NotAllowed, Unlawful.
    """
    at = at or timezone.now()
    is_own = actor.may(SUBMIT) and not actor.may(REVIEW)
    if not is_own:
        require(actor, REVIEW)
    elif institution.organisation_id is None or institution.organisation_id != actor.organisation_id:
        raise NotAllowed("只能报审本机构的培训材料。")
    files = list(files)
    _check(values, files, timezone.localdate(at), is_own=is_own)
    row = TrainingMaterial(
        **root_fields(actor=actor, region=institution.region, bureau=institution.bureau),
        institution=institution,
        origin=MaterialOrigin.SUBMITTED if is_own else MaterialOrigin.FOUND,
        **values,
    )
    record_create(actor=actor, obj=row, verb="institutions.material_enter", at=at)
    for upload in files:
        evidence_receive(actor=actor, subject=row, upload=upload, caption="培训材料", at=at)
    return row


def _check(values: dict[str, Any], files: list[Any], today: date, *, is_own: bool) -> None:
    if values["submitted_on"] > today:
        raise Unlawful("日期不能晚于今天。")
    if values["kind"] == MaterialKind.PUBLISHED and not values.get("isbn"):
        raise Unlawful("正式出版物须填写书号。")
    if not is_own:
        return
    inner = values.get("inner_on")
    if inner is None or inner > values["submitted_on"]:
        raise Unlawful("机构须先内部审核再报审，请填写内部审核日期，且不晚于报审日期。")
    if not files:
        raise Unlawful("请上传材料的封面、目录和正文（照片或 PDF）。")


@transaction.atomic
def material_review(
    *, actor: User, material: TrainingMaterial, opinion: str, at: datetime | None = None
) -> TrainingMaterial:
    """Write the reviewer's opinion. Raises NotAllowed, Unlawful, WrongState."""
    values = {"opinion": opinion.strip(), "reviewed_by": actor}
    return transition(material, "review", actor=actor, values=values, at=at)


@transaction.atomic
def material_decide(
    *,
    actor: User,
    material: TrainingMaterial,
    is_fit: bool,
    reason: str = "",
    at: datetime | None = None,
) -> TrainingMaterial:
    """Approve the edition, or forbid its use with a reason; by another person than the reviewer.

    Raises NotAllowed, Unlawful, WrongState, Blocked.
    """
    at = at or timezone.now()
    values = {"decided_by": actor, "decided_on": timezone.localdate(at)}
    name = "approve" if is_fit else "reject"
    return transition(material, name, actor=actor, values=values, reason=reason, at=at)


@transaction.atomic
def material_retire(
    *, actor: User, material: TrainingMaterial, reason: str, at: datetime | None = None
) -> TrainingMaterial:
    """Stop the use of an approved edition. Raises NotAllowed, Unlawful, WrongState."""
    return transition(material, "retire", actor=actor, reason=reason, at=at)


@transaction.atomic
def material_withdraw(
    *, actor: User, material: TrainingMaterial, at: datetime | None = None
) -> TrainingMaterial:
    """The institution takes its material back before it is decided. Raises NotAllowed, WrongState, Blocked."""
    return transition(material, "withdraw", actor=actor, at=at)


for code, sentence in {
    "material_enter": "登记培训材料",
    "trainingmaterial_review": "出具培训材料审核意见",
    "trainingmaterial_approve": "审定培训材料可以使用",
    "trainingmaterial_reject": "审定培训材料不得使用",
    "trainingmaterial_retire": "停止使用培训材料",
    "trainingmaterial_withdraw": "撤回培训材料报审",
}.items():
    audit.verb(f"institutions.{code}", sentence)
