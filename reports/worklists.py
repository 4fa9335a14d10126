"""What the reporting room puts on the home page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from django.urls import reverse

from accounts.models import User
from casework.deadlines import CalendarMissing, load_calendar
from casework.errors import Reason
from casework.models import OfficialDocument
from casework.registries import Kpi, WorkItem
from reports.models import PeriodStatus, ReportEdition, ReportPeriod
from reports.selectors import edition_gaps, periods_visible

AHEAD_DAYS = 10


def items(actor: User, today: date) -> Iterator[WorkItem]:
    """Periods that wait for this person: to fill in, to review, to approve, to submit, to correct."""
    rows = periods_visible(actor).unfinished().filter(due_on__lte=today + timedelta(days=AHEAD_DAYS))
    for period in rows.order_by("due_on", "pk")[:50]:
        stage = _stage(period, actor)
        if stage is None:
            continue
        yield WorkItem(
            title=period.regime.name,
            url=reverse("reports:period_detail", kwargs={"uid": period.uid}),
            due_on=period.due_on,
            sub=f"{period.label}" + (f"；已于 {period.warned_on:%m-%d} 提醒" if period.warned_on else ""),
            place=period.bureau.short_name,
            stage=stage,
            tone="bad" if period.status == PeriodStatus.RETURNED else "warn" if period.warned_on else "info",
            handler=period.regime.reporter.name,
            explanation=(
                f"报送日 {period.due_on:%Y-%m-%d}，遇休息日不顺延",
                f"报送日前最后一个工作日为 {period.warn_on:%Y-%m-%d}",
            ),
        )


def _stage(period: ReportPeriod, actor: User) -> str | None:
    regime = period.regime
    if period.status == PeriodStatus.RETURNED:
        return "上级退回，待更正" if actor.may("reports.edition_correct") else None
    if period.status == PeriodStatus.OPEN:
        return "收集数据，待截止" if actor.pk == regime.reporter_id else None
    if period.status == PeriodStatus.APPROVED:
        return "待报送上级" if actor.pk == regime.reporter_id else None
    if period.status == PeriodStatus.REVIEWED:
        return "待签发" if actor.may("reports.edition_approve") else None
    return _filling(period, actor)


def _filling(period: ReportPeriod, actor: User) -> str | None:
    edition = period.current_edition
    is_ready = edition is not None and not edition_gaps(edition)
    if is_ready:
        return "待审核" if actor.pk == period.regime.reviewer_id else None
    return "待填报" if actor.pk == period.regime.reporter_id else None


def kpis(actor: User, today: date) -> Iterator[Kpi]:
    """Working days to the next due day."""
    if not actor.may("reports.period_view"):
        return
    period = periods_visible(actor).unfinished().filter(due_on__gte=today).order_by("due_on").first()
    if period is None:
        return
    try:
        left = load_calendar().workdays_between(today, period.due_on)
    except CalendarMissing:
        return
    yield Kpi(
        label="距下次报送还有",
        value=str(left),
        unit="个工作日",
        sub=f"{period.due_on:%m-%d} {period.regime.name}",
        url=reverse("reports:period_detail", kwargs={"uid": period.uid}),
        tone="warn" if left <= 1 else "",
    )


def may_open_document(actor: User, document: OfficialDocument) -> bool:
    """Whoever may read the edition may read the report issued from it."""
    if not actor.may("reports.period_view"):
        return False
    return ReportEdition.objects.visible_to(actor).filter(uid=document.subject_uid).exists()


def own_withdrawal(document: OfficialDocument, actor: User) -> Iterable[Reason]:
    """A report is corrected by a new edition, never withdrawn from the register of documents."""
    if document.subject_type == "reports.reportedition":
        yield Reason("报表不能撤回。", cleared_by="请在报表页面提交更正版。", gate="own")
