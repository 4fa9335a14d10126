"""What stops a draw: each gives the reason, its basis and who can clear it."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils import timezone

from accounts.models import User
from casework import policy
from casework.errors import Reason
from casework.yearly import PlanStatus
from draws import pools
from draws.models import Draw, DrawPlan

OPINION = "国发〔2019〕5号"
PENALTY_42 = "行政处罚法第四十二条"
CAP = "inspection.random.rate"
ENDED = ("RECORDED", "CLOSED", "CANCELLED")


def has_pool(draw: Draw, actor: User) -> Iterable[Reason]:
    """Somebody can be drawn."""
    count = pools.preview(draw)
    if not count.size:
        yield Reason("按现在的条件，名录里没有检查对象。", cleared_by="请放宽名录条件。", gate="pool")
    elif not count.drawn:
        yield Reason("各层抽取比例都是零，抽不到检查对象。", cleared_by="请填写抽取比例。", gate="shares")


def has_officers(draw: Draw, actor: User) -> Iterable[Reason]:
    """One organ at least has enough people certified on the day of the check."""
    counts = pools.officers_by_organ(draw)
    if not counts or max(counts.values()) < draw.team_size:
        best = max(counts.values(), default=0)
        yield Reason(
            f"{draw.planned_on:%Y-%m-%d} 持有效执法证的人员，一个机关最多只有 {best} 人，每组需要 {draw.team_size} 人。",
            PENALTY_42,
            "请增加参加抽派的机关，或请系统管理员登记执法证。",
            "G05",
        )


def within_cap(draw: Draw, actor: User) -> Iterable[Reason]:
    """More than the usual share of the pool needs a written reason."""
    count = pools.preview(draw)
    cap = policy.value(CAP, region=draw.region, on=draw.planned_on)
    is_over = count.size and count.drawn * 100 > count.size * int(cap.value)
    if is_over and count.drawn > 1 and not draw.cap_reason:
        yield Reason(
            f"按比例将抽取 {count.drawn} 家，占名录 {count.size} 家的比例超过参考上限 {cap.value}%。",
            cap.cited,
            "请降低比例，或在方案中写明超过上限的理由。",
            "cap",
        )


def plan_in_force(draw: Draw) -> DrawPlan | None:
    """The published plan of the year in which a draw's checks begin."""
    return DrawPlan.objects.filter(
        bureau=draw.bureau, year=draw.planned_on.year, status=PlanStatus.PUBLISHED
    ).first()


def within_plan(draw: Draw, actor: User) -> Iterable[Reason]:
    """A draw carries out a row of the year's published plan, or says why it stands outside."""
    if draw.plan_row_id or draw.outside_reason:
        return
    if plan := plan_in_force(draw):
        yield Reason(
            f"这次抽查还没有对应《{plan}》的事项。",
            OPINION,
            "请在抽查方案中选择年度计划事项，或写明计划外抽查的理由。",
            "plan",
        )


def plan_has_rows(plan: DrawPlan, actor: User) -> Iterable[Reason]:
    """A plan says what is drawn."""
    if not plan.rows.exists():
        yield Reason("计划中还没有抽查事项。", OPINION, "请先添加抽查事项。", "rows")


def value_exists(draw: Draw, actor: User) -> Iterable[Reason]:
    """The announced moment has come."""
    if timezone.now() < draw.entropy_due_at:
        due = timezone.localtime(draw.entropy_due_at)
        yield Reason(
            f"公开值要到 {due:%Y-%m-%d %H:%M} 才产生，现在不能录入。", OPINION, "请到时再来录入。", "due"
        )


def not_confirmed(draw: Draw, actor: User) -> Iterable[Reason]:
    """A confirmed value stays."""
    if draw.is_confirmed:
        yield Reason("公开值已经复核，不能再改。", cleared_by="请直接抽取。", gate="confirmed")


def value_entered(draw: Draw, actor: User) -> Iterable[Reason]:
    """There is something to confirm."""
    if not draw.entropy_value:
        yield Reason("还没有录入公开值。", cleared_by="请先由一人录入，再由另一人复核。", gate="value")


def second_person(draw: Draw, actor: User) -> Iterable[Reason]:
    """Whoever typed the value does not confirm it."""
    if draw.entropy_entered_by_id is not None and draw.entropy_entered_by_id == actor.pk:
        yield Reason("录入人不能复核自己录入的公开值。", cleared_by="请另一位同事复核。", gate="two_persons")


def value_confirmed(draw: Draw, actor: User) -> Iterable[Reason]:
    """Drawn from a value that two people read."""
    if not draw.is_confirmed:
        yield Reason(
            "公开值还没有经第二人复核，不能抽取。", OPINION, "请一人录入、另一人复核公开值。", "value"
        )


def checks_done(draw: Draw, actor: User) -> Iterable[Reason]:
    """Results are published when the checks are over: earlier, the files would give the places away."""
    waiting = draw.places.filter(deployment__isnull=True, problem="").count()
    if waiting:
        yield Reason(f"还有 {waiting} 家没有生成检查方案。", OPINION, "请先生成检查方案。", "plans")
    open_visits = pools.open_visits(draw).count()
    if open_visits:
        yield Reason(
            f"还有 {open_visits} 家没有检查完，提前公示会泄露检查对象。",
            OPINION,
            "请检查结束后再公示。",
            "visits",
        )


def nobody_is_out(draw: Draw, actor: User) -> Iterable[Reason]:
    """A draw whose visits have begun is carried through."""
    begun = pools.visits_of(draw).exclude(status__in=["PLANNED", "CANCELLED"]).count()
    if begun:
        yield Reason(
            f"已有 {begun} 家开始检查，不能中止抽取。",
            cleared_by="请按抽取结果检查完毕后公示。",
            gate="visits",
        )
