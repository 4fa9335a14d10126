"""Transitions of fund audits, their sheets and findings, of labour claims and platform differences."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from casework.errors import Reason
from casework.workflow import Transition, Workflow
from funds.models import CheckItem
from funds.models import DifferenceState as D
from funds.models import FindingState as F
from funds.models import LabourStatus as L
from funds.models import RoundStatus as R
from funds.models import SheetState as S

if TYPE_CHECKING:
    from accounts.models import User
    from funds.models import AuditFinding, AuditRound, AuditSheet, PlatformDifference

NAMED = 3
WORK, CLOSE, LABOUR = "funds.audit_work", "funds.audit_close", "funds.labour_edit"


def sheets_done(row: AuditRound, actor: User) -> Iterator[Reason]:
    """A round ends when every institution was looked at and every problem on its sheet was entered."""
    if left := row.sheets.filter(status="TODO").count():
        yield Reason(f"还有 {left} 家没有核查。", cleared_by="请先填写核查表。")
    if not row.sheets.exists():
        yield Reason("还没有选定核查的机构。", cleared_by="请先加入机构。")
    lacking = [
        f"{sheet.institution.name}（{'、'.join(CheckItem(item).label for item in items)}）"
        for sheet in row.sheets.select_related("institution").prefetch_related("findings").order_by("pk")
        if (items := sheet.items_without_finding)
    ]
    if lacking:
        more = f"等 {len(lacking)} 家" if len(lacking) > NAMED else ""
        yield Reason(
            f"核查表写“有问题”而没有登记问题：{'；'.join(lacking[:NAMED])}{more}。",
            cleared_by="请在核查表里逐项登记问题，填错的重填核查表。",
        )


def round_runs(sheet: AuditSheet, actor: User) -> Iterator[Reason]:
    """Sheets are filled in while their round runs."""
    if sheet.round.status != "RUNNING":
        yield Reason("这轮专查已经结束。")


def no_findings(sheet: AuditSheet, actor: User) -> Iterator[Reason]:
    """A sheet with findings is not emptied."""
    if sheet.findings.exists():
        yield Reason("已登记问题，不能重填核查表。", cleared_by="请在问题里办理整改。")


def other_than_reporter(finding: AuditFinding, actor: User) -> Iterator[Reason]:
    """Who entered that it was put right does not check it."""
    if finding.reported_by_id == actor.pk:
        yield Reason("整改情况由您本人登记，须由另一人复核销号。")


def no_other_open(difference: PlatformDifference, actor: User) -> Iterator[Reason]:
    """The same difference was found again since."""
    names = ("bureau", "subject", "kind", "order_no", "covers_from", "covers_to")
    same = {name: getattr(difference, name) for name in names}
    if type(difference).objects.filter(status="OPEN", **same).exists():
        yield Reason("同一差异已重新列出，请在新的一条里核对。")


ROUND = Workflow(
    model="funds.AuditRound",
    label="资金专查",
    states=R,
    initial=R.RUNNING,
    transitions=(
        Transition(
            "close", "结束专查", (R.RUNNING,), R.CLOSED, permission=CLOSE, guards=(sheets_done,),
            requires=("conclusion", "closed_by"), stamp="closed_at", is_primary=True,
        ),
        Transition("reopen", "重新开启", (R.CLOSED,), R.RUNNING, permission=CLOSE, needs_reason=True),
    ),
)  # fmt: skip

SHEET = Workflow(
    model="funds.AuditSheet",
    label="资金专查核查表",
    states=S,
    initial=S.TODO,
    transitions=(
        Transition(
            "fill", "填写核查表", (S.TODO,), S.DONE, permission=WORK, guards=(round_runs,),
            requires=("checked_on", "checkers", "checks"), is_primary=True,
        ),
        Transition(
            "redo", "重填核查表", (S.DONE,), S.TODO, permission=CLOSE, guards=(round_runs, no_findings),
            needs_reason=True, is_danger=True,
        ),
    ),
)  # fmt: skip

FINDING = Workflow(
    model="funds.AuditFinding",
    label="专查问题",
    states=F,
    initial=F.OPEN,
    transitions=(
        Transition(
            "rectify", "登记整改", (F.OPEN,), F.RECTIFIED, permission=WORK,
            requires=("result", "rectified_on", "reported_by"), is_primary=True,
        ),
        Transition(
            "close", "复核销号", (F.RECTIFIED,), F.CLOSED, permission=CLOSE, guards=(other_than_reporter,),
            requires=("closed_by",), stamp="closed_at", is_primary=True,
        ),
        Transition(
            "send_back", "退回整改", (F.RECTIFIED,), F.OPEN, permission=CLOSE, needs_reason=True,
        ),
    ),
)  # fmt: skip

LABOUR_CLAIM = Workflow(
    model="funds.LabourClaim",
    label="劳动用工诉求",
    states=L,
    initial=L.OPEN,
    transitions=(
        Transition(
            "settle", "登记了结", (L.OPEN,), L.SETTLED, permission=LABOUR,
            requires=("result", "ended_on", "ended_by"), is_primary=True,
        ),
        Transition(
            "pass_on", "移交劳动部门", (L.OPEN,), L.PASSED, permission=LABOUR,
            requires=("passed_to", "passed_no", "result", "ended_on", "ended_by"),
        ),
        Transition("reopen", "重新办理", (L.SETTLED, L.PASSED), L.OPEN, permission=LABOUR, needs_reason=True),
    ),
)  # fmt: skip

COMPARE = "funds.platform_compare"
DIFFERENCE = Workflow(
    model="funds.PlatformDifference",
    label="国家平台差异",
    states=D,
    initial=D.OPEN,
    transitions=(
        Transition(
            "work", "登记核对情况", (D.OPEN,), D.WORKED, permission=COMPARE,
            requires=("cause", "note", "worked_by"), stamp="worked_at", is_primary=True,
        ),
        Transition(
            "reopen", "重新核对", (D.WORKED,), D.OPEN, permission=COMPARE, needs_reason=True,
            guards=(no_other_open,),
        ),
        Transition("agree", "再次比对已一致", (D.OPEN,), D.GONE, permission=COMPARE),
    ),
)  # fmt: skip
