"""Document numbers without gaps or duplicates.

One statement on a counter row per (organ, kind, year), taken last, at issue and never at draft.
Lock order everywhere: business rows by primary key, then the counter. A void keeps its number.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import connection, models, transaction
from django.utils import timezone

from accounts.models import Organisation, User
from casework import audit
from casework.errors import NotAllowed, Unlawful, WrongState
from casework.models import DocumentState, IssuedNumber, OfficialDocument
from casework.numbering.patterns import DEFAULT_PATTERN, pattern_of


def number_take(
    *, organ: Organisation, kind: str, subject: models.Model, at: datetime, pattern: str = DEFAULT_PATTERN
) -> IssuedNumber:
    """Take the next number of `organ` for `kind` in the year of `at` (Asia/Shanghai) and register it.

    `pattern` is how numbers of registers outside the document catalogue look, unless the bureau has set its
    own. Must run inside the issuing transaction; a rollback gives the number back. Raises Unlawful when
    the organ has no 机关代字.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("numbers are taken inside the issuing transaction")
    if not organ.number_word:
        raise Unlawful(f"{organ.name}没有设置机关代字，不能编号。请在单位设置中补充。")
    year = timezone.localtime(at).year
    pattern = pattern_of(organ, kind, pattern)
    value = _next_value(organ.pk, kind, year)
    text = pattern.format(organ=organ.number_word, year=year, n=value)
    uid: UUID = getattr(subject, "uid")  # noqa: B009
    return IssuedNumber.objects.create(
        bureau=organ.bureau,
        organ=organ,
        kind=kind,
        year=year,
        value=value,
        text=text,
        subject_type=subject._meta.label_lower,
        subject_uid=uid,
        issued_at=at,
    )


@transaction.atomic
def number_void(*, actor: User, number: IssuedNumber, reason: str) -> IssuedNumber:
    """Mark a number void; it stays listed and is never used again.

    Raises NotAllowed, Unlawful without a reason, WrongState when it is void already or its document is in force.
    """
    if not actor.may("casework.number_void"):
        raise NotAllowed("您没有“作废文号”的权限。")
    if not reason.strip():
        raise Unlawful("作废文号须写明原因。")
    locked = IssuedNumber.objects.select_for_update().get(pk=number.pk)
    if locked.void_reason:
        raise WrongState(f"文号 {locked.text} 已经作废。")
    if OfficialDocument.objects.filter(uid=locked.subject_uid, state=DocumentState.VALID).exists():
        raise WrongState(f"{locked.text} 的文书仍然有效。请先撤回或替换该文书，再作废文号。")
    locked.void_reason = reason[:200]
    locked.save(update_fields=["void_reason"])
    audit.record(
        actor=actor,
        verb="casework.number_void",
        target=locked,
        changes={"void_reason": ["", locked.void_reason]},
        reason=reason,
        number=locked.text,
        bureau=locked.bureau,
    )
    return locked


def _next_value(organ_id: int, kind: str, year: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO casework_numbercounter (organ_id, kind, year, last_value) VALUES (%s, %s, %s, 1) "
            "ON CONFLICT ON CONSTRAINT casework_numbercounter_series "
            "DO UPDATE SET last_value = casework_numbercounter.last_value + 1 RETURNING last_value",
            [organ_id, kind, year],
        )
        return int(cursor.fetchone()[0])


audit.verb("casework.number_void", "作废文号")
