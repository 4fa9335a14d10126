"""Filling checklists."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import models, transaction
from django.utils import timezone

from accounts.models import Organisation, Region, User
from casework import audit
from casework.errors import NotAllowed, Unlawful, WrongState
from casework.records import record_create, root_fields
from casework.workflow import transition
from fieldwork.answers import read_answer
from fieldwork.models import (
    ChecklistAnswer,
    ChecklistItem,
    ChecklistRun,
    ChecklistVersion,
    RunStatus,
    VersionState,
)
from fieldwork.scoring import score


@transaction.atomic
def run_open(
    *,
    actor: User,
    version: ChecklistVersion,
    subject: models.Model,
    region: Region,
    departments: Iterable[Organisation] = (),
    uid: UUID | None = None,
    at: datetime | None = None,
) -> ChecklistRun:
    """Begin to fill `version` for `subject`; the same subject and version again gives the open run back.

    `subject` has `uid`, and `file_uid` when it belongs to an institution. Raises NotAllowed, and
    Unlawful when the version is not in use.
    """
    _may_answer(actor)
    at = at or timezone.now()
    subject_uid: UUID = getattr(subject, "uid")  # noqa: B009
    known = ChecklistRun.objects.filter(subject_uid=subject_uid, checklist_version=version).exclude(
        status=RunStatus.CANCELLED
    )
    if (run := known.first()) is not None:
        return run
    if not ChecklistVersion.objects.filter(pk=version.pk, state=VersionState.PUBLISHED).exists():
        raise Unlawful("这个清单版本没有发布或已停用，请选择现行版本。")
    owner = getattr(subject, "bureau", None)
    run = ChecklistRun(
        **root_fields(actor=actor, region=region, bureau=owner),
        **({"uid": uid} if uid else {}),
        checklist_version=version,
        subject_type=subject._meta.label_lower,
        subject_uid=subject_uid,
        about=getattr(subject, "file_uid", None),
        opened_at=at,
    )
    record_create(actor=actor, obj=run, verb="fieldwork.checklistrun_open", at=at)
    run.departments.set(departments)
    return run


@transaction.atomic
def answers_save(
    *, actor: User, run: ChecklistRun, answers: Mapping[str, Mapping[str, str]], at: datetime | None = None
) -> list[ChecklistAnswer]:
    """Save answers by item code: `{"A1": {"value": "NO", "note": "…", "no_photo_reason": ""}}`.

    Unchanged answers are left alone; changes are audited with the word before. Photos are received as
    evidence of the answer. The value is a code of the version, or for facts a number, an ISO date or a text.
    Raises NotAllowed, WrongState, and Unlawful for an unknown item or a value that does not fit its kind.
    """
    _may_answer(actor)
    at = at or timezone.now()
    locked = ChecklistRun.objects.select_for_update().select_related("checklist_version").get(pk=run.pk)
    if locked.status != RunStatus.OPEN:
        raise WrongState(f"这份清单{locked.get_status_display()}，不能再填写。")
    items = {item.code: item for item in locked.checklist_version.items.all()}
    known = {answer.item_id: answer for answer in locked.answers.all()}
    changes: dict[str, list[Any]] = {}
    saved: list[ChecklistAnswer] = []
    for code, given in answers.items():
        item = _item(items, code)
        answer = known.get(item.pk)
        before = _words(answer)
        after = {key: str(given.get(key, "")).strip() for key in ("value", "note", "no_photo_reason")}
        after["value"] = read_answer(item, locked.checklist_version, after["value"])
        if before != after:
            changes[code] = [before, after]
            answer = answer or ChecklistAnswer(run=locked, item=item)
            answer.value, answer.note, answer.no_photo_reason = (
                after["value"],
                after["note"],
                after["no_photo_reason"],
            )
            answer.answered_by, answer.answered_at = actor, at
            answer.save()
        saved.extend([answer] if answer else [])
    if changes:
        audit.record(
            actor=actor,
            verb="fieldwork.checklistrun_answer",
            target=locked,
            changes=changes,
            about=locked.about,
            at=at,
        )
    return saved


@transaction.atomic
def run_finish(*, actor: User, run: ChecklistRun, at: datetime | None = None) -> ChecklistRun:
    """Close the form and freeze its points. Raises Blocked with what is missing, NotAllowed, WrongState."""
    locked = ChecklistRun.objects.select_for_update().select_related("checklist_version").get(pk=run.pk)
    values = dict(locked.answers.values_list("item__code", "value"))
    points = score(locked.checklist_version, locked.checklist_version.items.all(), values)
    return transition(
        locked,
        "finish",
        actor=actor,
        at=at,
        values={
            "finished_by": actor,
            "earned": points.earned,
            "possible": points.possible,
            "failed_count": len(points.failed),
            "star_failed_count": len(points.star_failed),
            "verdict": points.verdict.value,
        },
    )


def run_cancel(*, actor: User, run: ChecklistRun, reason: str, at: datetime | None = None) -> ChecklistRun:
    """Void a form that was opened by mistake. Raises NotAllowed, WrongState, Unlawful."""
    return transition(run, "cancel", actor=actor, reason=reason, at=at)


def _may_answer(actor: User) -> None:
    if not actor.may("fieldwork.run_answer"):
        raise NotAllowed("您没有“填写检查清单”的权限，请联系监管股负责人。")


def _item(items: Mapping[str, ChecklistItem], code: str) -> ChecklistItem:
    if code not in items:
        raise Unlawful(f"清单中没有 {code} 这一项，请刷新页面后重新填写。")
    return items[code]


def _words(answer: ChecklistAnswer | None) -> dict[str, str]:
    if answer is None:
        return {}
    return {"value": answer.value, "note": answer.note, "no_photo_reason": answer.no_photo_reason}


audit.verb("fieldwork.checklistrun_open", "开始填写检查清单")
audit.verb("fieldwork.checklistrun_answer", "填写检查清单")
audit.verb("fieldwork.checklistrun_finish", "完成检查清单")
audit.verb("fieldwork.checklistrun_cancel", "作废检查清单")
