"""Gates G17 to G20: range of the law, ladder, one fine per act, first offence, age, repetition."""

from __future__ import annotations

from collections.abc import Iterable

from accounts.models import User
from casework.errors import Reason
from penalties import money, terms
from penalties.guards.handling import LAW, ORDER_53
from penalties.models import (
    Case,
    Factor,
    FirstOffence,
    Measure,
    MeasureKind,
    MeasureStage,
    PenaltyRule,
    RuleLayer,
    RuleUnit,
)


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
