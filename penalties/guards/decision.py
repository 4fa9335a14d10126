"""Gates G21 to G35: notice, defence, hearing, review, decision, service, execution, end."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.utils import timezone

from accounts.models import User
from casework.errors import Reason
from inspections import guards as field
from penalties import clock, money, papers, terms, volumes
from penalties.guards.handling import LAW
from penalties.models import (
    Case,
    CaseKind,
    CloseGround,
    CreditStatus,
    Hearing,
    HearingStatus,
    Measure,
    MeasureKind,
    MeasureStage,
    Outcome,
    ReviewStatus,
    SignState,
)

OPEN_HEARINGS = (HearingStatus.REQUESTED, HearingStatus.SCHEDULED)
GRAVE = frozenset({MeasureKind.STOP_ENROLMENT, MeasureKind.REVOCATION, MeasureKind.BAR})


def heavier(now: list[Measure], told: list[Measure]) -> list[str]:
    """What is heavier than what was told: a kind that was not told, a higher amount, a longer bar."""
    known = {row.kind: row for row in told}
    found = []
    for row in now:
        before = known.get(row.kind)
        if before is None:
            found.append(f"{row.get_kind_display()}没有告知")
        elif row.amount_fen > before.amount_fen:
            found.append(f"{row.get_kind_display()}高于告知的 {money.yuan(before.amount_fen)} 元")
        elif row.months is not None and before.months is not None and _bar(row) > _bar(before):
            found.append("限制从业期限长于告知的期限")
    return found


def _bar(row: Measure) -> int:
    return row.months or 10_000


def not_heavier(case: Case, actor: User) -> Iterable[Reason]:
    """G23: after arguing nothing becomes heavier, and nothing is imposed that was not told."""
    told = terms.measures_at(case, MeasureStage.TOLD)
    now = terms.measures_at(case, MeasureStage.PROPOSED)
    for what in heavier(now, told):
        yield Reason(
            f"拟决定的处罚重于告知内容：{what}。",
            f"{LAW}四十五条",
            "不得因陈述申辩、听证加重处罚，请调整。",
            "G23",
        )


def not_heavier_than_argued(case: Case, actor: User) -> Iterable[Reason]:
    """G23: a second notice after arguments is not heavier than the first."""
    argued = case.statementpoints.exists() or case.hearings.exists()
    if argued and terms.measures_at(case, MeasureStage.TOLD):
        yield from not_heavier(case, actor)


def notice_served(case: Case, actor: User) -> Iterable[Reason]:
    """G22: the prior notice was served and the time for defence is over or waived; every point is answered."""
    service = terms.service_of(case, "PENALTY_PRIOR_NOTICE")
    if service is None:
        yield Reason("事先告知书还没有送达。", f"{LAW}四十四条、第六十二条", "请登记送达回证。", "G22")
        return
    if not case.statement_waived and (case.statement_until is None or clock.today() <= case.statement_until):
        until = f"{case.statement_until:%Y-%m-%d}" if case.statement_until else "送达后起算的期限"
        yield Reason(
            f"陈述申辩期限至 {until}，尚未届满。", f"{LAW}四十五条", "请待期满，或取得书面放弃声明。", "G22"
        )
    for point in case.statementpoints.filter(answer=""):
        yield Reason(
            f"陈述申辩意见没有逐条复核：{point.text[:30]}", f"{LAW}四十五条", "请写明是否采纳及理由。", "G22"
        )


def hearing_done(case: Case, actor: User) -> Iterable[Reason]:
    """G24: over the threshold the right to a hearing was told; asked for in time, it was held lawfully."""
    if terms.needs_hearing_notice(case):
        service = terms.service_of(case, "HEARING_RIGHTS")
        if service is None:
            yield Reason("听证告知书还没有送达。", f"{LAW}六十三条", "请制发听证告知书并登记送达。", "G24")
        elif not case.statement_waived and (
            case.hearing_until is None or clock.today() <= case.hearing_until
        ):
            yield Reason(
                f"当事人可以在 {case.hearing_until or '告知后五个工作日'} 前申请听证，期限未满。",
                f"{LAW}六十四条",
                "请待期满，或取得书面放弃声明。",
                "G24",
            )
    for row in case.hearings.all():
        yield from hearing_reasons(row)


def hearing_reasons(row: Hearing) -> Iterable[Reason]:
    """G24 for one hearing: held, told seven working days ahead, chaired by an outsider, record signed."""
    if row.status in OPEN_HEARINGS:
        yield Reason("当事人申请的听证还没有举行。", f"{LAW}六十四条", "请组织听证。", "G24")
    if row.status != HearingStatus.HELD:
        return
    if row.signature == SignState.PENDING:
        yield Reason("听证笔录没有签字。", f"{LAW}六十四条", "请交当事人核对签字，拒签的注明。", "G24")
    yield from chair_reasons(row.case, row.chair)


def chair_reasons(case: Case, chair: User | None) -> Iterable[Reason]:
    """G24: the chair did not investigate."""
    if chair is not None and case.caseofficers.filter(user=chair).exists():
        yield Reason(
            f"{chair.name}是本案办案人员，不能主持听证。", f"{LAW}六十四条", "请指定非本案调查人员。", "G24"
        )


def reviewed(case: Case, actor: User) -> Iterable[Reason]:
    """G25: where it is needed, 法制审核 passed, by a reviewer who did not investigate."""
    grounds = terms.review_grounds(case)
    passed = case.legalreviews.filter(status=ReviewStatus.PASSED).order_by("-pk").first()
    if case.legalreviews.filter(status=ReviewStatus.OPEN).exists():
        yield Reason("法制审核尚未完成。", f"{LAW}五十八条", "请法制审核人员提出意见。", "G25")
    elif grounds and passed is None:
        yield Reason(
            f"应当法制审核（{'；'.join(grounds)}），没有审核通过。", f"{LAW}五十八条", "请送法制审核。", "G25"
        )
    if passed and passed.reviewer and case.caseofficers.filter(user=passed.reviewer).exists():
        yield Reason("法制审核人员参与了调查。", f"{LAW}五十八条", "请换人审核。", "G25")


def discussed(case: Case, actor: User) -> Iterable[Reason]:
    """G26: a major or complicated case was discussed by the heads together."""
    if terms.needs_discussion(case) and not case.discussions.exists():
        yield Reason(
            "重大、复杂案件没有集体讨论记录。", f"{LAW}五十七条", "请机关负责人集体讨论并登记。", "G26"
        )


def grave_measures_secured(case: Case, actor: User) -> Iterable[Reason]:
    """G27: 吊销, 停止招生 and 限制从业 need hearing right, review and discussion, all three."""
    grave = [row for row in terms.measures_at(case, MeasureStage.PROPOSED) if row.kind in GRAVE]
    if not grave:
        return
    wanted = (
        (terms.service_of(case, "HEARING_RIGHTS") is not None, "告知听证权利"),
        (case.legalreviews.filter(status=ReviewStatus.PASSED).exists(), "通过法制审核"),
        (case.discussions.exists(), "集体讨论"),
    )
    missing = [label for is_met, label in wanted if not is_met]
    if missing:
        yield Reason(
            f"拟{grave[0].get_kind_display()}，还没有{'、'.join(missing)}。",
            f"{LAW}五十七条、第五十八条、第六十三条",
            "请补齐后再决定。",
            "G27",
        )


def in_time_to_decide(case: Case, actor: User) -> Iterable[Reason]:
    """G28: decided within ninety days from filing, or an extension ground is recorded."""
    due = case.decide_due_on
    if due and clock.today() > due and not case.extension_ground:
        yield Reason(f"办案期限 {due:%Y-%m-%d} 已届满。", f"{LAW}六十条", "请写明延长理由并经批准。", "G28")


def decision_complete(case: Case, actor: User) -> Iterable[Reason]:
    """G31: everything that article 59 asks for is there."""
    for label in papers.missing(papers.decision(case, at=clock.now())):
        yield Reason(f"决定书缺少“{label}”。", f"{LAW}五十九条", "请补充后再决定。", "G31")


def no_penalty_grounded(case: Case, actor: User) -> Iterable[Reason]:
    """Nobody is let off without a ground of law, and the party is taught (行政处罚法 第三十三条)."""
    if not case.no_penalty_ground:
        yield Reason(
            "没有填写不予处罚的情形。", f"{LAW}三十三条、第五十七条", "请在“裁量”中填写。", "outcome"
        )
    elif not case.education_given and case.no_penalty_ground != "UNFOUNDED":
        yield Reason("没有记录对当事人的教育。", f"{LAW}三十三条", "请填写教育情况。", "G19")


def is_simple(case: Case, actor: User) -> Iterable[Reason]:
    """Only the simple procedure decides on the spot."""
    if case.kind != CaseKind.SIMPLE:
        yield Reason("普通程序案件不能当场决定。", f"{LAW}五十一条", gate="kind")


def within_simple_cap(case: Case, actor: User) -> Iterable[Reason]:
    """G29: a warning, or a fine of at most 200 yuan for a person and 3,000 for an organisation."""
    measures = terms.measures_at(case, MeasureStage.PROPOSED)
    if not measures:
        yield Reason("没有填写处罚内容。", f"{LAW}五十二条", "请填写。", "G29")
    cap = terms.simple_cap(case, clock.today())
    for row in measures:
        if row.kind not in {MeasureKind.WARNING, MeasureKind.FINE}:
            yield Reason(
                f"简易程序不能给予{row.get_kind_display()}。", f"{LAW}五十一条", "请改用普通程序。", "G29"
            )
        elif row.amount_fen > cap:
            yield Reason(
                f"罚款超过简易程序上限 {money.yuan(cap)} 元。", f"{LAW}五十一条", "请改用普通程序。", "G29"
            )


def decision_served(case: Case, actor: User) -> Iterable[Reason]:
    """G32: the decision was served with the proof of its method."""
    if not case.paperservices.filter(document=case.decision_id).exists():
        yield Reason("决定书没有送达回证。", f"{LAW}六十一条", "请登记送达回证。", "G32")


def all_performed(case: Case, actor: User) -> Iterable[Reason]:
    """Everything the decision imposes was done: money paid with its late fine, other measures carried out."""
    balance = terms.balance_of(case)
    if balance.left:
        yield Reason(
            f"尚有罚没款 {money.yuan(balance.left)} 元未缴。", f"{LAW}六十七条", "请登记缴款。", "G35"
        )
    if balance.late_left:
        yield Reason(
            f"尚有加处罚款 {money.yuan(balance.late_left)} 元未缴。", f"{LAW}七十二条", "请登记缴款。", "G33"
        )
    for row in case.measures.filter(stage=MeasureStage.DECIDED, done_on__isnull=True):
        if not row.amount_fen:
            yield Reason(f"{row.get_kind_display()}没有登记执行情况。", f"{LAW}六十六条", "请登记。", "G35")


def is_overdue_unpaid(case: Case, actor: User) -> Iterable[Reason]:
    """A reminder by 催告 follows only when the term of payment is over and something is owed."""
    if case.payment_due_on and clock.today() <= case.payment_due_on:
        yield Reason(
            f"缴款期限至 {case.payment_due_on:%Y-%m-%d}，尚未届满。", f"{LAW}六十七条", "请待期满。", "G34"
        )
    if terms.balance_of(case).is_settled:
        yield Reason("罚没款已缴清，不需要催告。", gate="G34")


def court_may_be_asked(case: Case, actor: User) -> Iterable[Reason]:
    """G34: remedies are over, 催告 was served ten working days ago, and three months have not passed."""
    ends = terms.remedies_end(case)
    today = clock.today()
    basis = "行政强制法第五十三条"
    if ends is None or today <= ends:
        words = f"至 {ends:%Y-%m-%d}" if ends else "尚在进行或者没有起算"
        yield Reason(f"复议、诉讼期限{words}，不能申请强制执行。", basis, "请待期满。", "G34")
    else:
        last = terms.term_end(case, "enforcement.court_application", ends)
        if today > last:
            yield Reason(
                f"申请强制执行的期限 {last:%Y-%m-%d} 已过。", basis, "请报告负责人，查明原因。", "G34"
            )
    urged = terms.service_of(case, "URGE_NOTICE")
    if urged is None:
        yield Reason("催告书没有送达。", "行政强制法第五十四条", "请送达催告书并登记。", "G34")
    elif today <= (last_day := terms.term_end(case, "enforcement.urge", urged.effective_on)):
        yield Reason(
            f"催告书送达后须满十个工作日（至 {last_day:%Y-%m-%d}）。",
            "行政强制法第五十四条",
            "请待期满。",
            "G34",
        )


def may_close(case: Case, actor: User) -> Iterable[Reason]:
    """G35: executed, or another lawful end."""
    ground = closing_ground(case)
    if not ground:
        yield Reason(
            "决定尚未执行完毕，也没有其他结案情形。",
            "校外培训行政处罚暂行办法第四章",
            "请登记履行情况，或依法申请强制执行。",
            "G35",
        )
    for row in case.correctiveorders.filter(done_on__isnull=True):
        yield Reason(f"{row.get_kind_display()}没有登记完成情况。", f"{LAW}二十八条", "请核实并登记。", "G35")


def closing_ground(case: Case) -> str:
    """The lawful end that the case has reached; empty when there is none."""
    if case.status == "TRANSFERRED":
        return CloseGround.TRANSFERRED
    if case.status == "WITHDRAWN":
        return CloseGround.WITHDRAWN
    if case.outcome == Outcome.NO_PENALTY and case.status == "SERVED":
        return CloseGround.NO_PENALTY
    if case.status == "IN_COURT":
        return CloseGround.COURT if case.court_name else ""
    return CloseGround.EXECUTED if case.status == "PERFORMED" else ""


def publicity_done(case: Case, actor: User) -> Iterable[Reason]:
    """G35: the decision was published, or is exempt."""
    if case.outcome != Outcome.PENALTY or case.publicity_exempt:
        return
    if not case.creditrecords.exclude(status=CreditStatus.PENDING).exists():
        yield Reason(
            "处罚决定没有公示。", "发改办财金〔2018〕424号", "请先公示；依法不公示的写明理由。", "G35"
        )


def archive_complete(case: Case, actor: User) -> Iterable[Reason]:
    """The file holds the papers that its course calls for."""
    for name in volumes.missing_papers(case):
        yield Reason(f"案卷缺少{name}。", f"{LAW}四十七条", "请补齐后归档。", "archive")


def handed_in(case: Case, actor: User) -> Iterable[Reason]:
    """G30: a fine taken on the spot was handed in within two working days."""
    for row in case.payments.filter(is_on_spot=True, handed_in_on__isnull=True):
        yield Reason(
            f"当场收缴的{row}没有登记交付银行。", f"{LAW}七十一条", "请在两个工作日内交付并登记。", "G30"
        )


def review_qualified(case: Case, reviewer: User) -> Iterable[Reason]:
    """G25: the reviewer did not investigate."""
    if case.caseofficers.filter(user=reviewer).exists():
        yield Reason(
            "办案人员不能审核自己办理的案件。", f"{LAW}五十八条", "请由其他法制审核人员审核。", "G25"
        )


def hearing_notice_days(case: Case, notified_on: date, held_on: date) -> Iterable[Reason]:
    """G24: the party is told of time and place seven working days before the hearing."""
    earliest = terms.term_end(case, "penalty.hearing.notice", notified_on)
    if held_on < earliest:
        yield Reason(
            f"听证须在举行七个工作日前通知，最早可以在 {earliest:%Y-%m-%d} 举行。",
            f"{LAW}六十四条",
            "请改期。",
            "G24",
        )


def two_certified(case: Case, users: list[User]) -> Iterable[Reason]:
    """G05 for a record made by given people on the day of the step."""
    day = timezone.localdate(clock.now())
    good = {user.pk for user in users if field.certificate_for(user, case.organ, day)}
    if len(good) < field.MIN_OFFICERS:
        yield Reason("须由两名以上持有效执法证的人员办理。", f"{LAW}四十二条", "请改选人员。", "G05")
