"""Manuals, trainings with their tests, yearly assessments."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction as database
from django.utils import timezone

from accounts.models import User
from casework import audit
from casework.errors import NotAllowed, Unlawful
from casework.models import Activity, ActivityAudience, ActivityKind
from casework.records import record_create, root_fields
from casework.steps import require
from monitors.models import Assessment, Grade, Manual, ManualReceipt, Monitor, TrainingResult
from monitors.selectors.growth import year_inputs

EDIT, ASSESS = "monitors.monitor_edit", "monitors.monitor_assess"
PASS_MARK = 60
SCORE_MAX = 100


@dataclass(frozen=True)
class Result:
    """What one monitor reached: points of 100, or None where no test was held and presence counts."""

    score: int | None

    @property
    def is_passed(self) -> bool:
        """Whether the test was passed."""
        return self.score is None or self.score >= PASS_MARK


@database.atomic
def manual_publish(
    *, actor: User, title: str, text: str, effective_on: date, at: datetime | None = None
) -> Manual:
    """Publish the next version of the manual; monitors are asked to read it. Raises NotAllowed, Unlawful."""
    require(actor, EDIT)
    if actor.bureau is None:
        raise Unlawful("系统账号不能发布工作手册。")
    last = Manual.objects.filter(bureau=actor.bureau).order_by("-number").first()
    manual = Manual(
        **root_fields(actor=actor, region=actor.bureau.region),
        number=last.number + 1 if last else 1,
        title=title.strip(),
        text=text.strip(),
        effective_on=effective_on,
    )
    return record_create(actor=actor, obj=manual, verb="monitors.manual_publish", at=at)


@database.atomic
def manual_acknowledge(
    *, actor: User, manual: Manual, monitor: Monitor, at: datetime | None = None
) -> ManualReceipt:
    """A monitor read a version; repeating gives the first receipt. Raises NotAllowed, Unlawful."""
    is_own = monitor.user_id is not None and monitor.user_id == actor.pk
    if not is_own and not actor.may(EDIT):
        raise NotAllowed("手册由监督员本人确认，或由监管股代为登记纸质确认。")
    if manual.bureau_id != monitor.bureau_id:
        raise Unlawful("只能确认本单位的工作手册。")
    at = at or timezone.now()
    receipt, is_new = ManualReceipt.objects.get_or_create(
        manual=manual, monitor=monitor, defaults={"acknowledged_at": at, "recorded_by": actor}
    )
    if is_new:
        audit.record(
            actor=actor,
            verb="monitors.manual_acknowledge",
            target=monitor,
            changes={"manual": [None, str(manual)]},
            at=at,
        )
    return receipt


@database.atomic
def training_record(
    *,
    actor: User,
    activity: Activity,
    results: Mapping[Monitor, Result],
    at: datetime | None = None,
) -> int:
    """Write down who took part in a training and what the test gave; repeating corrects. Returns how many.

    Raises NotAllowed, Unlawful (no training of monitors, a score over 100, a stranger).
    """
    require(actor, EDIT)
    at = at or timezone.now()
    if activity.kind != ActivityKind.TRAINING or activity.audience != ActivityAudience.MONITORS:
        raise Unlawful("只能为对象是社会监督员的业务培训登记成绩。")
    for monitor, result in results.items():
        _check(activity, monitor, result)
    before = dict(activity.monitor_results.values_list("monitor", "score"))
    for monitor, result in results.items():
        TrainingResult.objects.update_or_create(
            activity=activity,
            monitor=monitor,
            defaults={
                "score": result.score,
                "is_passed": result.is_passed,
                "recorded_at": at,
                "recorded_by": actor,
            },
        )
    after = {monitor.pk: result.score for monitor, result in results.items()}
    if any(before.get(pk, "") != score for pk, score in after.items()):
        audit.record(
            actor=actor,
            verb="monitors.training_record",
            target=activity,
            changes={"people": [len(before), len({*before, *after})]},
            at=at,
        )
    return len(results)


def _check(activity: Activity, monitor: Monitor, result: Result) -> None:
    if monitor.bureau_id != activity.bureau_id:
        raise Unlawful("只能登记本单位监督员的成绩。")
    if result.score is not None and not 0 <= result.score <= SCORE_MAX:
        raise Unlawful(f"{monitor.name}的成绩须在 0 至 {SCORE_MAX} 分之间。")


@database.atomic
def assessment_make(
    *,
    actor: User,
    monitor: Monitor,
    year: int,
    grade: str,
    note: str,
    reward: str = "",
    at: datetime | None = None,
) -> Assessment:
    """Assess a monitor for a year in which the term ran; the counts are frozen with it.

    Raises NotAllowed, Unlawful (a year outside the term or not yet begun, a second assessment, no reason).
    """
    require(actor, ASSESS)
    at = at or timezone.now()
    term: Any = monitor.term
    if term is None or not term.lower.year <= year <= min(term.upper.year, timezone.localdate(at).year):
        raise Unlawful("考核年度须在任期之内，且不晚于今年。")
    if Assessment.objects.filter(monitor=monitor, year=year).exists():
        raise Unlawful(f"{monitor.name} {year} 年度已经考核。")
    if not note.strip():
        raise Unlawful("请写明考核意见。")
    row = Assessment(
        **root_fields(actor=actor, region=monitor.region, bureau=monitor.bureau),
        monitor=monitor,
        year=year,
        grade=Grade(grade),
        inputs=year_inputs(monitor, year),
        note=note.strip(),
        reward=reward.strip(),
        assessed_at=at,
    )
    return record_create(actor=actor, obj=row, verb="monitors.assessment_make", at=at)


for code, sentence in {
    "manual_publish": "发布工作手册",
    "manual_acknowledge": "确认阅读工作手册",
    "training_record": "登记监督员培训成绩",
    "assessment_make": "年度考核监督员",
}.items():
    audit.verb(f"monitors.{code}", sentence)
