"""The states of a reporting period."""

from __future__ import annotations

from collections.abc import Iterable

from accounts.models import User
from casework import audit
from casework.errors import Reason
from casework.workflow import Transition, Workflow
from reports.models import PeriodStatus, ReportPeriod
from reports.selectors import edition_gaps

FIX = "在本期页面补齐后再审核。"


def complete(period: ReportPeriod, actor: User) -> Iterable[Reason]:
    """The edition is filled in, explained and free of contradictions."""
    edition = period.current_edition
    if edition is None:
        return
    for sentence in edition_gaps(edition):
        yield Reason(sentence, cleared_by=FIX, gate="reports.complete")


def second_person(period: ReportPeriod, actor: User) -> Iterable[Reason]:
    """The reviewer is not the person who filled the form in."""
    edition = period.current_edition
    if edition is not None and edition.filled_by_id == actor.pk and not actor.is_system:
        yield Reason(
            "填报人不能审核自己填报的数据。", cleared_by="请由其他审核人办理。", gate="reports.second_person"
        )


REPORT_PERIOD = Workflow(
    model="reports.ReportPeriod",
    label="报送期",
    states=PeriodStatus,
    initial=PeriodStatus.OPEN,
    transitions=(
        Transition("freeze", "冻结数据", ("OPEN",), "FROZEN", "reports.edition_freeze", stamp="frozen_at"),
        Transition(
            "review",
            "审核通过",
            ("FROZEN",),
            "REVIEWED",
            "reports.edition_review",
            guards=(complete, second_person),
            stamp="reviewed_at",
            is_primary=True,
        ),
        Transition(
            "send_back", "退回填报", ("REVIEWED",), "FROZEN", "reports.edition_review", needs_reason=True
        ),
        Transition(
            "approve",
            "签发",
            ("REVIEWED",),
            "APPROVED",
            "reports.edition_approve",
            guards=(complete,),
            stamp="approved_at",
            is_primary=True,
        ),
        Transition(
            "submit",
            "报送上级",
            ("APPROVED",),
            "SUBMITTED",
            "reports.edition_submit",
            stamp="submitted_at",
            is_primary=True,
        ),
        Transition(
            "accept",
            "登记上级接收",
            ("SUBMITTED",),
            "ACCEPTED",
            "reports.receipt_record",
            stamp="answered_at",
        ),
        Transition(
            "return",
            "登记上级退回",
            ("SUBMITTED",),
            "RETURNED",
            "reports.receipt_record",
            stamp="answered_at",
            needs_reason=True,
            is_danger=True,
        ),
        Transition(
            "correct",
            "出更正版",
            ("FROZEN", "REVIEWED", "APPROVED", "SUBMITTED", "ACCEPTED", "RETURNED"),
            "FROZEN",
            "reports.edition_correct",
            stamp="frozen_at",
            needs_reason=True,
        ),
    ),
)

for _name, _sentence in (
    ("freeze", "冻结报表数据"),
    ("review", "审核报表"),
    ("send_back", "退回报表"),
    ("approve", "签发报表"),
    ("submit", "报送报表"),
    ("accept", "登记上级接收报表"),
    ("return", "登记上级退回报表"),
    ("correct", "出报表更正版"),
):
    audit.verb(f"reports.reportperiod_{_name}", _sentence)
