"""Gates G04 to G20 of a case: who handles it, whether it may be opened, and what the inquiry must have."""

from __future__ import annotations

from collections.abc import Iterable

from accounts.models import User
from casework.errors import Reason
from inspections import guards as field
from penalties import clock, money, terms
from penalties.models import (
    Case,
    CaseKind,
    Factor,
    FirstOffence,
    HoldStatus,
    Interview,
    Measure,
    MeasureKind,
    MeasureStage,
    PenaltyRule,
    RecusalStatus,
    RuleLayer,
    RuleUnit,
    SignState,
)

LAW = "行政处罚法第"
ORDER_53 = "教育部令第53号"


def handlers(case: Case) -> list[User]:
    """Officers of the case whose certificate of the organ is valid today and who need not stand aside."""
    rows = case.caseofficers.filter(removed_at__isnull=True).exclude(recusals__status=RecusalStatus.GRANTED)
    day = clock.today()
    people = [row.user for row in rows.select_related("user")]
    return [user for user in people if field.certificate_for(user, case.organ, day)]


def is_own_organ(case: Case, actor: User) -> Iterable[Reason]:
    """A case is the business of the organ that handles it."""
    if not actor.is_system and actor.organisation_id != case.organ_id:
        yield Reason(
            f"本案由{case.organ.name}办理。", f"{LAW}二十二条", f"请转{case.organ.short_name}。", "organ"
        )


def lawful_organ(case: Case, actor: User) -> Iterable[Reason]:
    """G07: only an organ with the power to enforce punishes."""
    yield from field.enforcing_reasons(case.organ)


def two_handlers(case: Case, actor: User) -> Iterable[Reason]:
    """G05: two certified officers of the organ handle the case."""
    count = len(handlers(case))
    if count < field.MIN_OFFICERS:
        yield Reason(
            f"本案持{case.organ.short_name}有效执法证的办案人员只有 {count} 人，须不少于两人。",
            f"{LAW}四十二条",
            "请补充办案人员。",
            "G05",
        )


def recusals_decided(case: Case, actor: User) -> Iterable[Reason]:
    """G06: an open application for recusal is decided by the head; who stands aside has left the case."""
    for row in case.caserecusals.select_related("officer"):
        if row.status == RecusalStatus.OPEN:
            yield Reason(
                f"{row.officer.person_name}的回避申请尚未决定。",
                f"{LAW}四十三条",
                "请机关负责人先作决定。",
                "G06",
            )
        elif row.status == RecusalStatus.GRANTED and row.officer.removed_at is None:
            yield Reason(f"{row.officer.person_name}应当回避。", f"{LAW}四十三条", "请更换办案人员。", "G06")


def is_ordinary(case: Case, actor: User) -> Iterable[Reason]:
    """Only the ordinary procedure has these steps."""
    if case.kind != CaseKind.ORDINARY:
        yield Reason("简易程序案件当场决定，不经过这一步。", f"{LAW}五十一条", gate="kind")


def grounds_to_file(case: Case, actor: User) -> Iterable[Reason]:
    """G11: evidence of an act, jurisdiction, and the party are there."""
    if not case.clue_facts.strip():
        yield Reason("没有写明初步事实和立案理由。", f"{LAW}五十四条", "请补充初步证据证明的事实。", "G11")
    if not case.evidenceitems.exists() and not (case.visit_id or case.finding_id or case.notice_id):
        yield Reason(
            "没有违法行为的初步证据。", f"{LAW}五十四条", "请登记证据，或从检查、整改通知书立案。", "G11"
        )
    if not case.jurisdiction.strip():
        yield Reason("没有写明管辖依据。", f"{LAW}二十二条", "请写明违法行为发生地等管辖依据。", "G11")
    if not case.party_address:
        yield Reason("没有登记当事人地址。", f"{LAW}五十四条", "请补充当事人情况。", "G11")
    if not case.law_ref and not case.basis:
        yield Reason(
            "这个案由没有关联处罚依据。", f"{LAW}五十四条", "请选择有处罚依据的案由，或填写依据。", "G11"
        )


def within_limitation(case: Case, actor: User) -> Iterable[Reason]:
    """G11: the act was discovered within two years, or five where life, health or money is concerned."""
    last = terms.limitation_ends(case)
    if case.act_to and case.found_on > last:
        yield Reason(
            f"违法行为 {case.act_to:%Y-%m-%d} 终了，{last:%Y-%m-%d} 前未被发现，不再给予行政处罚。",
            f"{LAW}三十六条",
            "请核对终了日期和发现日期；确已超过时效的，不予立案。",
            "G11",
        )


def first_to_file(case: Case, actor: User) -> Iterable[Reason]:
    """G12: a case that another organ filed first is handed over or designated."""
    if case.earlier_organ and not case.handover_no:
        yield Reason(
            f"{case.earlier_organ}已先行立案，由其管辖。",
            f"{LAW}二十五条",
            "请取得移交函，或报共同上级机关指定管辖并填写文号。",
            "G12",
        )


def approver_is_outsider(case: Case, actor: User) -> Iterable[Reason]:
    """Who approves does not handle the case, and is the head of the organ."""
    if actor.is_system:
        return
    yield from is_own_organ(case, actor)
    if case.caseofficers.filter(user=actor, removed_at__isnull=True).exists():
        yield Reason(
            "办案人员不能审批自己办理的案件。", f"{LAW}五十七条", "请由机关负责人审批。", "four_eyes"
        )


def facts_proven(case: Case, actor: User) -> Iterable[Reason]:
    """G16: every fact has evidence."""
    facts = list(case.casefacts.prefetch_related("evidence"))
    if not facts:
        yield Reason("没有列出认定的事实。", f"{LAW}四十七条", "请逐项列出事实并对应证据。", "G16")
    for fact in facts:
        if not any(not item.void_reason for item in fact.evidence.all()):
            yield Reason(
                f"第 {fact.position} 项事实没有证据：{fact.text[:30]}",
                f"{LAW}四十六条",
                "请补充证据。",
                "G16",
            )


def evidence_explained(case: Case, actor: User) -> Iterable[Reason]:
    """G16: every item says what it proves."""
    for item in case.evidenceitems.filter(void_reason="", proves=""):
        yield Reason(f"{item}没有写明证明事项。", f"{LAW}四十六条", "请写明每份证据证明什么。", "G16")


def monitoring_reviewed(case: Case, actor: User) -> Iterable[Reason]:
    """G15: evidence of electronic monitoring carries its legal and technical review."""
    for item in case.evidenceitems.filter(void_reason="", is_monitoring=True):
        if not item.monitoring_legal or not item.monitoring_technical:
            yield Reason(
                f"{item}由电子技术监控设备取得，没有法制和技术审核意见。",
                f"{LAW}四十一条",
                "请补充审核意见；未经审核的不得作为证据。",
                "G15",
            )


def interviews_sound(case: Case, actor: User) -> Iterable[Reason]:
    """G13 for every interview of the case."""
    for row in case.interviews.all():
        yield from interview_reasons(row)


def interview_reasons(row: Interview) -> Iterable[Reason]:
    """G13: identity checked, rights and recusal told, two officers, signed on every page or refusal noted."""
    wanted = (
        (row.is_identified, "没有核对被询问人身份", "请核对身份证件。"),
        (row.is_rights_told, "没有告知权利义务", "请出示执法证并告知。"),
        (row.is_recusal_told, "没有告知申请回避的权利", "请补充告知。"),
        (row.officers.count() >= field.MIN_OFFICERS, "询问人不足两名", "请由两名办案人员询问。"),
        (row.signature != SignState.PENDING, "没有逐页签字", "请签字，拒签的注明并由见证人签字。"),
    )
    for is_met, sentence, clear in wanted:
        if not is_met:
            yield Reason(f"{row.person_name}的询问笔录{sentence}。", f"{LAW}五十五条", clear, "G13")


def holds_settled(case: Case, actor: User) -> Iterable[Reason]:
    """G14: evidence held is decided about within seven working days."""
    for row in case.evidenceholds.filter(status__in=[HoldStatus.REQUESTED, HoldStatus.HELD]):
        late = bool(row.decide_by and clock.today() > row.decide_by)
        words = "已超过七个工作日，" if late else ""
        yield Reason(
            f"先行登记保存的证据{words}没有作出处理决定。", f"{LAW}五十六条", "请先作出处理。", "G14"
        )


def has_proposal(case: Case, actor: User) -> Iterable[Reason]:
    """An inquiry ends with a proposal: measures, or the ground on which nobody is punished."""
    if case.no_penalty_ground:
        return
    if not case.measures.filter(stage=MeasureStage.PROPOSED).exists():
        yield Reason("没有提出处理建议。", f"{LAW}五十七条", "请填写拟处罚内容，或者不予处罚的情形。", "G16")
    missing = [
        label
        for label, value in (
            ("违反的规定", case.rule_broken),
            ("处罚依据", case.basis),
            ("裁量理由", case.reasons),
        )
        if not value.strip()
    ]
    if missing:
        yield Reason(f"没有填写{'、'.join(missing)}。", f"{LAW}四十四条", "请在“裁量”中补充。", "G16")


def proposes_penalty(case: Case, actor: User) -> Iterable[Reason]:
    """The step belongs to cases that head for a penalty."""
    if case.no_penalty_ground:
        yield Reason(
            "本案拟不予处罚，不需要处罚事先告知。", f"{LAW}四十四条", "请直接决定不予处罚。", "outcome"
        )


def within_law(case: Case, actor: User) -> Iterable[Reason]:
    """G17: kinds and amounts inside the range of the law."""
    measures = terms.measures_at(case, MeasureStage.PROPOSED)
    if not measures:
        return
    rule = terms.law_rule(case)
    if rule is None:
        yield Reason(
            f"“{case.violation.name}”（{case.get_seriousness_display()}）没有录入法定处罚幅度。",
            f"{LAW}四条",
            "请法制人员在“裁量基准”中录入依据和幅度。",
            "G17",
        )
        return
    for row in measures:
        yield from _measure_reasons(case, row, rule)


def _measure_reasons(case: Case, row: Measure, rule: PenaltyRule) -> Iterable[Reason]:
    if row.kind not in rule.kinds:
        yield Reason(
            f"{case.get_seriousness_display()}情形不能给予{row.get_kind_display()}。",
            rule.basis,
            f"可以给予：{'、'.join(MeasureKind(kind).label for kind in rule.kinds)}。",
            "G17",
        )
    elif row.kind == MeasureKind.BAR and rule.unit == RuleUnit.MONTHS:
        yield from _months_reasons(row, rule)
    elif row.kind == MeasureKind.FINE:
        yield from _fine_reasons(case, row, rule, "法定幅度")
    elif row.kind == MeasureKind.CONFISCATION:
        income = terms.income_of(case).amount
        if row.amount_fen != income:
            yield Reason(
                f"没收金额 {money.yuan(row.amount_fen)} 元与违法所得 {money.yuan(income)} 元不一致。",
                f"{LAW}二十八条",
                "请按收退费明细核对。",
                "G17",
            )


def _months_reasons(row: Measure, rule: PenaltyRule) -> Iterable[Reason]:
    low, high = rule.minimum, rule.maximum
    months = row.months or 0
    if (low is not None and months < low) or (high is not None and months > high):
        yield Reason(
            f"限制从业 {months} 个月不在 {low} 至 {high} 个月之内。", rule.basis, "请改正期限。", "G17"
        )


def _fine_reasons(case: Case, row: Measure, rule: PenaltyRule, label: str) -> Iterable[Reason]:
    income = terms.income_of(case).amount
    if rule.unit == RuleUnit.TIMES and income <= 0:
        yield Reason("没有违法所得，不能按违法所得的倍数罚款。", rule.basis, "请先登记收退费明细。", "G17")
        return
    if rule.unit == RuleUnit.TIMES and row.times and row.amount_fen != money.multiple_fine(income, row.times):
        yield Reason(
            f"罚款 {money.yuan(row.amount_fen)} 元与违法所得 {money.yuan(income)} 元的 {row.times / 100:g} 倍不一致。",
            rule.basis,
            "请重新计算。",
            "G17",
        )
    bounds = terms.fine_bounds(rule, income)
    if bounds is None:
        return
    low, high = bounds
    if row.amount_fen < low or (high is not None and row.amount_fen > high):
        top = f"至 {money.yuan(high)} 元" if high is not None else " 元以上"
        yield Reason(
            f"罚款 {money.yuan(row.amount_fen)} 元不在{label} {money.yuan(low)} 元{top}之内。",
            rule.basis,
            "请调整数额；减轻处罚的须另有法定情形并说明。",
            "G17",
        )


def inside_ladder(case: Case, actor: User) -> Iterable[Reason]:
    """G17: the discretion ladder is applied; a departure is explained."""
    fine = case.measures.filter(stage=MeasureStage.PROPOSED, kind=MeasureKind.FINE).first()
    steps = terms.rules_for(case, RuleLayer.LADDER)
    steps = [row for row in steps if row.seriousness == case.seriousness]
    if fine is None or not steps or case.departure:
        return
    if case.rule is None or case.rule.layer != RuleLayer.LADDER:
        yield Reason(
            "没有选定裁量阶次。", f"{LAW}三十四条", "请选择裁量阶次，或者说明偏离基准的理由。", "G17"
        )
    elif case.rule.pk not in {row.pk for row in steps}:
        yield Reason(
            "选定的裁量阶次与认定的情节不一致，或者当时不适用。",
            f"{LAW}三十四条",
            "请重新选择裁量阶次。",
            "G17",
        )
    else:
        yield from _fine_reasons(case, fine, case.rule, f"“{case.rule.step}”阶次")


def one_fine_per_act(case: Case, actor: User) -> Iterable[Reason]:
    """G18: one act is not fined twice; of several rules broken the one with the higher fine applies."""
    fine = case.measures.filter(stage=MeasureStage.PROPOSED, kind=MeasureKind.FINE).first()
    if fine is None:
        return
    if not case.distinct_act:
        for other in _fined_before(case):
            yield Reason(
                f"同一违法行为已由 {other.decision_no} 处以罚款。",
                f"{LAW}二十九条",
                "不得再次罚款；确属不同行为的，请说明。",
                "G18",
            )
    income = terms.income_of(case).amount
    own = terms.law_rule(case)
    own_top = (terms.fine_bounds(own, income) or (0, 0))[1] if own else 0
    for violation in case.concurrent.all():
        other_rule = terms.law_rule(case, violation.details.get("law_ref") or "-")
        top = (terms.fine_bounds(other_rule, income) or (0, 0))[1] if other_rule else 0
        if own_top is not None and (top is None or top > own_top):
            yield Reason(
                f"同一行为还违反“{violation.name}”，其罚款数额更高。",
                f"{LAW}二十九条",
                "应当按罚款数额高的规定处罚，请改以该案由办理。",
                "G18",
            )


def _fined_before(case: Case) -> list[Case]:
    same = Case.objects.filter(bureau=case.bureau_id, violation=case.violation_id).exclude(pk=case.pk)
    if case.institution_id:
        same = same.filter(institution=case.institution_id)
    elif case.person_id:
        same = same.filter(person=case.person_id)
    else:
        same = same.filter(party_name=case.party_name)
    fined = same.decided().filter(measures__stage=MeasureStage.DECIDED, measures__kind=MeasureKind.FINE)
    start = case.act_from or case.act_to or case.found_on
    return [row for row in fined if (row.act_to or row.found_on) >= start]


def first_offence_weighed(case: Case, actor: User) -> Iterable[Reason]:
    """G19: 首违不罚 and 轻微不罚 were weighed and the answer written down."""
    if case.first_offence == FirstOffence.UNWEIGHED or not case.first_offence_note:
        yield Reason("没有审查是否符合轻微不罚、首违不罚。", f"{LAW}三十三条", "请写明审查意见。", "G19")
    elif case.first_offence == FirstOffence.APPLIES and not case.no_penalty_ground:
        yield Reason(
            "审查认为符合不予处罚情形，却拟给予处罚。",
            f"{LAW}三十三条",
            "请改为不予处罚，或者更正审查意见。",
            "G19",
        )


def old_enough(case: Case, actor: User) -> Iterable[Reason]:
    """G20: nobody under fourteen is punished; at fourteen to eighteen it is lighter."""
    if not terms.is_person(case):
        return
    if case.party_born_on is None:
        yield Reason(
            "没有登记当事人出生日期，不能判断责任年龄。", f"{LAW}三十条", "请核对身份证件并登记。", "G20"
        )
        return
    age = terms.age_at(case.party_born_on, terms.act_day(case))
    if age < 14:
        yield Reason("当事人违法时不满十四周岁，不予行政处罚。", f"{LAW}三十条", "请决定不予处罚。", "G20")
    elif age < 18 and Factor.MINOR_PARTY not in case.factors:
        yield Reason(
            "当事人违法时不满十八周岁，应当从轻或者减轻处罚。",
            f"{LAW}三十条",
            "请在情节中选择并据此裁量。",
            "G20",
        )


def repeat_weighed(case: Case, actor: User) -> Iterable[Reason]:
    """Dealt with before within two years: heavier, or the reason why not."""
    if Factor.REPEAT in case.factors or case.repeat_note:
        return
    found = terms.previous_dealings(case)
    if found:
        numbers = "、".join(item["case"].decision_no for item in found[:3])
        yield Reason(
            f"两年内曾被处理（{numbers}）。",
            f"{ORDER_53}第十六条",
            "请选择从重情节，或者写明不从重的理由。",
            "repeat",
        )
