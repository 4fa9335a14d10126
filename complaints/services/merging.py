"""Clues that report the same matter: one goes into the other, and comes back as it was."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction as database
from django.utils import timezone

from accounts.models import User
from casework import audit
from casework.errors import Unlawful, WrongState
from casework.steps import ready
from casework.workflow import transition
from complaints.models import OPEN_STATES, Clue, ClueMerge

UNDO = {"RECEIVED": "unmerge", "ASSIGNED": "unmerge_assigned", "VERIFYING": "unmerge_verifying"}


@database.atomic
def clue_merge(*, actor: User, clue: Clue, into: Clue, reason: str, at: datetime | None = None) -> Clue:
    """Let `into` speak for `clue`, which keeps its number, source and clocks.

    Its clocks go on, because its reporter waits too; they end when the other one is closed.
    Raises NotAllowed, WrongState, Unlawful for itself, another bureau, a closed or merged one.
    """
    at = at or timezone.now()
    if clue.pk == into.pk:
        raise Unlawful("不能并入自己，请选择另一条线索。")
    rows = Clue.objects.select_for_update().filter(pk__in=[clue.pk, into.pk]).order_by("pk")
    by_pk = {row.pk: row for row in rows}
    one, main = by_pk[clue.pk], by_pk[into.pk]
    if one.bureau_id != main.bureau_id:
        raise Unlawful("只能并入本级的线索。")
    if main.status not in OPEN_STATES:
        raise WrongState(f"线索 {main} {main.get_status_display()}，不能并入。请选择一条在办的线索。")
    if one.merged_clues.exists():
        raise Unlawful("已有其他线索并入本条。请把本条作为主线索，或先撤销那些并案。")
    ready(one, "merge", actor)
    before = one.status
    merged = transition(one, "merge", actor=actor, reason=reason, at=at, values={"merged_into": main})
    ClueMerge.objects.create(
        clue=merged, into=main, before=before, reason=reason[:300], merged_at=at, merged_by=actor
    )
    return merged


@database.atomic
def clue_unmerge(*, actor: User, clue: Clue, reason: str, at: datetime | None = None) -> Clue:
    """Undo a merge: the clue stands where it stood, with its body, person, days and clocks.

    Raises NotAllowed, WrongState, Blocked once the other clue was closed, Unlawful.
    """
    at = at or timezone.now()
    locked = Clue.objects.select_for_update().get(pk=clue.pk)
    row = ClueMerge.objects.select_for_update().filter(clue=locked, undone_at__isnull=True).first()
    if row is None:
        raise WrongState("这条线索没有并入其他线索。")
    back = transition(
        locked, UNDO[row.before], actor=actor, reason=reason, at=at, values={"merged_into": None}
    )
    row.undone_at, row.undone_by, row.undo_reason = at, actor, reason[:300]
    row.save(update_fields=["undone_at", "undone_by", "undo_reason"])
    return back


for code, sentence in {
    "clue_merge": "并案",
    "clue_unmerge": "撤销并案",
    "clue_unmerge_assigned": "撤销并案",
    "clue_unmerge_verifying": "撤销并案",
}.items():
    audit.verb(f"complaints.{code}", sentence)
