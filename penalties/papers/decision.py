"""Papers of notice, defence, review, hearing, discussion and decision."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from casework import policy
from casework.typesetting import Block, ItemList
from penalties import money, terms
from penalties.models import Case, Discussion, Hearing, LegalReview
from penalties.papers.base import (
    Paper,
    Row,
    contact,
    day_words,
    handler_cards,
    letter_paper,
    party_line,
    remedy_line,
    table_paper,
    term_words,
    when,
)
from penalties.papers.inquiry import discretion_words, evidence_table, measure_words

REVIEW_ASPECTS = {
    "jurisdiction": "主体和管辖",
    "facts": "事实",
    "evidence": "证据",
    "basis": "适用依据",
    "procedure": "程序",
    "discretion": "裁量",
    "document_form": "文书",
}


def _base(case: Case) -> dict[str, str]:
    return {
        "party_name": case.party_name,
        "party_address": case.party_address,
        "facts": case.fact_words,
        "basis": case.basis,
        "cause": case.violation.name,
        "contact": contact(case),
    }


def legal_review(row: LegalReview, *, at: datetime) -> Paper:
    """法制审核意见书, aspect by aspect."""
    case = row.case
    given = {key: str(row.opinions.get(key, "")) for key in REVIEW_ASPECTS}
    reviewer = f"{row.reviewer.name}（{row.qualification}）" if row.reviewer else ""
    values = {**given, "conclusion": row.conclusion, "reviewer": reviewer}
    rows: list[Row] = [
        (("案件名称", case.title), ("立案号", case.number)),
        (("送审时间", when(row.requested_at)), ("审核人", reviewer)),
        ("送审事由", row.grounds),
        *((label, given[key]) for key, label in REVIEW_ASPECTS.items()),
        ("审核结论", f"{row.get_status_display()}。{row.conclusion}"),
    ]
    return table_paper(
        case,
        "LEGAL_REVIEW",
        "法制审核意见书",
        rows,
        values,
        at=at,
        sign_in={"审核结论": "法制审核人员签字："},
    )


def prior_notice(case: Case, *, at: datetime) -> Paper:
    """行政处罚事先告知书."""
    on = timezone.localdate(at)
    statement = policy.term("penalty.statement.period", region=case.region, on=on)
    values = {
        **_base(case),
        "reasons": discretion_words(case),
        "proposed_penalty": measure_words(case),
        "statement_right": "你（单位）有权进行陈述和申辩。",
        "statement_term": term_words(statement),
    }
    hearing = ""
    if terms.needs_hearing_notice(case):
        hearing = "你（单位）还有要求听证的权利，详见一并送达的听证告知书。"
    blocks: list[Block | str] = [
        party_line(case),
        f"经查，{values['facts']}。",
        f"上述行为违反了{case.rule_broken}。依据{case.basis}，本机关拟对你（单位）作出下列行政处罚：",
        ItemList(tuple(row.words for row in terms.live_measures(case)) or ("—",)),
        f"理由：{values['reasons']}",
        *_income_lines(case, at),
        f"根据《中华人民共和国行政处罚法》第四十四条、第四十五条，{values['statement_right']}"
        f"请自收到本告知书之日起{values['statement_term']}内向本机关提出，逾期未提出的，视为放弃。"
        f"本机关不因陈述、申辩而给予更重的处罚。{hearing}",
        f"联系人及电话：{values['contact']}。",
    ]
    return letter_paper(
        case, "PENALTY_PRIOR_NOTICE", "校外培训监管行政处罚事先告知书", blocks, values, at=at, is_public=False
    )


def _income_lines(case: Case, at: datetime) -> list[str]:
    if not case.feerows.exists():
        return []
    return [f"违法所得的计算：{'；'.join(terms.income_of(case, timezone.localdate(at)).lines)}。"]


def hearing_rights(case: Case, *, at: datetime) -> Paper:
    """听证告知书."""
    on = timezone.localdate(at)
    ask = policy.term("penalty.hearing.request", region=case.region, on=on)
    values = {
        **_base(case),
        "proposed_penalty": measure_words(case),
        "request_deadline_on": f"收到本告知书之日起{term_words(ask)}内",
    }
    blocks = (
        party_line(case),
        f"本机关拟对你（单位）{values['cause']}一案作出下列行政处罚：{values['proposed_penalty']}。",
        f"根据《中华人民共和国行政处罚法》第六十三条、第六十四条，你（单位）有要求听证的权利。要求听证的，应当在"
        f"{values['request_deadline_on']}提出；逾期未提出的，视为放弃。听证不收取费用。",
        f"联系人及电话：{values['contact']}。",
    )
    return letter_paper(case, "HEARING_RIGHTS", "听证告知书", blocks, values, at=at, is_public=False)


def hearing_notice(row: Hearing, *, at: datetime) -> Paper:
    """听证通知书."""
    case = row.case
    values = {
        **_base(case),
        "proposed_penalty": measure_words(case),
        "request_deadline_on": day_words(row.requested_on),
        "hearing_at": when(row.held_at),
        "place": row.place,
        "chair": row.chair.name if row.chair else "",
        "recorder": row.recorder,
    }
    openness = "公开举行" if row.is_public else "不公开举行"
    blocks = (
        f"你（单位）于{values['request_deadline_on']}就{values['cause']}一案提出的听证申请收悉。"
        f"本机关决定于{values['hearing_at']}在{values['place']}{openness}听证，由{values['chair']}主持，"
        f"{values['recorder']}记录。",
        "你（单位）可以亲自参加听证，也可以委托一至二人代理；认为主持人与本案有直接利害关系的，有权申请回避。"
        "无正当理由拒不出席或者未经许可中途退出的，视为放弃听证权利。",
        f"联系人及电话：{values['contact']}。",
    )
    return letter_paper(case, "HEARING_NOTICE", "听证通知书", blocks, values, at=at, is_public=False)


def hearing_record(row: Hearing, *, at: datetime) -> Paper:
    """听证笔录 with the chair's opinion."""
    case = row.case
    values = {
        "held_at": when(row.held_at),
        "place": row.place,
        "chair": row.chair.name if row.chair else "",
        "recorder": row.recorder,
        "content": row.record,
        "conclusion": row.opinion,
    }
    rows = (
        (("时间", values["held_at"]), ("地点", values["place"])),
        (("主持人", values["chair"]), ("记录人", values["recorder"])),
        (("当事人", case.party_name), ("调查人员", handler_cards(case))),
        ("听证情况", values["content"]),
        ("主持人意见", values["conclusion"]),
        ("签字情况", row.get_signature_display()),
    )
    return table_paper(
        case,
        "HEARING_RECORD",
        "听证笔录",
        rows,
        values,
        at=at,
        signs=("当事人", "主持人", "记录人"),
        is_record=True,
    )


def statement_record(case: Case, *, at: datetime) -> Paper:
    """陈述申辩复核意见, point by point."""
    points = list(case.statementpoints.order_by("pk"))
    told = "；".join(f"{number}. {row.text}" for number, row in enumerate(points, 1))
    answers = "；".join(
        f"{number}. {'采纳' if row.is_accepted else '不采纳'}：{row.answer}"
        for number, row in enumerate(points, 1)
        if row.answer
    )
    values = {
        **_base(case),
        "statements": told,
        "review_by_point": answers,
        "conclusion": "已逐条复核，不因陈述申辩加重处罚。" if answers else "",
        "officers": handler_cards(case),
    }
    rows = (
        ("当事人", values["party_name"]),
        ("陈述申辩意见", told),
        ("复核意见", answers),
        ("结论", values["conclusion"]),
        ("复核人", values["officers"]),
    )
    return table_paper(
        case, "STATEMENT_RECORD", "陈述申辩复核意见书", rows, values, at=at, signs=("当事人", "办案人员")
    )


def discussion_record(row: Discussion, *, at: datetime) -> Paper:
    """重大（复杂）案件集体讨论笔录."""
    values = {
        "held_at": when(row.held_at),
        "place": row.place,
        "chair": row.chair,
        "members": row.members,
        "opinions": row.opinions,
        "conclusion": row.conclusion,
        "recorder": row.recorder,
    }
    rows = (
        ("案件名称", row.case.title),
        (("时间", values["held_at"]), ("地点", values["place"])),
        (("主持人", values["chair"]), ("记录人", values["recorder"])),
        ("参加人员", values["members"]),
        ("讨论意见", values["opinions"]),
        ("结论", values["conclusion"]),
    )
    return table_paper(
        row.case,
        "COLLECTIVE_DISCUSSION",
        "重大（复杂）案件集体讨论笔录",
        rows,
        values,
        at=at,
        signs=("全体参加人员",),
    )


def decision_approval(case: Case, *, at: datetime, approver: str, note: str = "") -> Paper:
    """行政处罚决定审批表."""
    review = case.legalreviews.filter(status="PASSED").order_by("-pk").first()
    proposal = measure_words(case) or f"不予行政处罚：{case.get_no_penalty_ground_display()}"
    values = {
        **_base(case),
        "basis": case.basis or case.get_no_penalty_ground_display(),
        "proposal": proposal,
        "opinions": review.conclusion if review else "按规定不需要法制审核。",
        "head_opinion": f"{note or '同意。'}（{approver}，{day_words(timezone.localdate(at))}）",
    }
    rows = (
        (("当事人", case.party_name), ("案由", values["cause"])),
        ("违法事实", values["facts"]),
        ("依据", values["basis"]),
        ("裁量", discretion_words(case)),
        ("处理建议", f"{proposal}。承办人：{handler_cards(case)}"),
        ("法制审核意见", values["opinions"]),
        ("负责人意见", values["head_opinion"]),
    )
    signs = {"处理建议": "承办人签字：", "法制审核意见": "法制审核人员签字：", "负责人意见": "负责人签字："}
    return table_paper(case, "PENALTY_APPROVAL", "行政处罚决定审批表", rows, values, at=at, sign_in=signs)


def decision(case: Case, *, at: datetime) -> Paper:
    """行政处罚决定书 with the items of article 59."""
    on = timezone.localdate(at)
    pay = policy.term("penalty.payment", region=case.region, on=on)
    rate = terms.number(case, "penalty.late_fine.rate", on)
    measures = terms.live_measures(case)
    has_money = any(row.amount_fen for row in measures)
    account = (
        str(policy.value("penalty.payment.account", region=case.region, on=on).value)
        if has_money
        else "无罚没款"
    )
    perform = f"自收到本决定书之日起{term_words(pay)}内缴款" if has_money else "自收到本决定书之日起履行"
    items = "；".join(f"{item.name}" for item in case.evidenceitems.filter(void_reason=""))
    values = {
        **_base(case),
        "evidence": items,
        "penalty_kind": "、".join(row.get_kind_display() for row in measures),
        "penalty_content": "；".join(row.words for row in measures),
        "performance_term": perform,
        "payment_account": account,
        "late_fine_line": f"逾期不缴纳的，每日按罚款数额的{rate}%加处罚款，加处罚款的数额不超过罚款的数额。",
        "remedy_line": remedy_line(case, on),
        "publicity_line": "本决定将依法向社会公示。",
    }
    blocks: list[Block | str] = [
        party_line(case),
        f"经查，{values['facts']}。",
        "以上事实有下列证据证明：",
        evidence_table(case),
        *_income_lines(case, at),
        _defence_words(case),
        f"本机关认为，上述行为违反了{case.rule_broken}。{discretion_words(case)}",
        f"依据{case.basis}，决定给予下列行政处罚：",
        ItemList(tuple(row.words for row in measures) or ("—",)),
        f"履行方式和期限：{perform}。缴款方式：{account}。" + (values["late_fine_line"] if has_money else ""),
        values["remedy_line"],
        "逾期不申请行政复议、不提起行政诉讼又不履行本决定的，本机关将依法申请人民法院强制执行。"
        + values["publicity_line"],
    ]
    return letter_paper(case, "PENALTY_DECISION", "校外培训监管行政处罚决定书", blocks, values, at=at)


def _defence_words(case: Case) -> str:
    told = terms.service_of(case, "PENALTY_PRIOR_NOTICE")
    if told is None:
        return ""
    start = f"本机关于{day_words(told.effective_on)}向你（单位）送达行政处罚事先告知书。"
    points = list(case.statementpoints.order_by("pk"))
    held = case.hearings.filter(status="HELD").order_by("-pk").first()
    hearing = f"本机关于{when(held.held_at)}举行了听证。" if held else ""
    if not points:
        return f"{start}{hearing}你（单位）在规定期限内未提出陈述申辩意见。"
    answers = "；".join(
        f"{row.text}——{'采纳' if row.is_accepted else '不予采纳'}，{row.answer}" for row in points
    )
    return f"{start}{hearing}你（单位）提出陈述申辩，经复核：{answers}。"


def no_penalty(case: Case, *, at: datetime) -> Paper:
    """不予行政处罚决定书 with the education given."""
    on = timezone.localdate(at)
    values = {
        **_base(case),
        "facts": case.fact_words or case.clue_facts,
        "basis": "《中华人民共和国行政处罚法》第三十条、第三十三条、第五十七条",
        "no_penalty_reason": case.get_no_penalty_ground_display(),
        "education_given": case.education_given or "违法事实不能成立，不需要教育。",
        "remedy_line": remedy_line(case, on),
    }
    blocks = (
        party_line(case),
        f"经查，{values['facts']}。",
        f"鉴于{values['no_penalty_reason']}，依据{values['basis']}，本机关决定不予行政处罚。",
        f"教育情况：{values['education_given']}",
        values["remedy_line"],
    )
    return letter_paper(case, "NO_PENALTY_DECISION", "不予行政处罚决定书", blocks, values, at=at)


def on_spot(case: Case, *, at: datetime, place: str) -> Paper:
    """当场行政处罚决定书: art. 52 list, 复议 first is told."""
    on = timezone.localdate(at)
    measures = terms.live_measures(case)
    pay = policy.term("penalty.payment", region=case.region, on=on)
    amount = sum(row.amount_fen for row in measures)
    first = remedy_line(case, on, is_review_first=True)
    values = {
        **_base(case),
        "facts": case.fact_words or case.clue_facts,
        "penalty_kind": "、".join(row.get_kind_display() for row in measures),
        "amount": f"{money.yuan(amount)}元" if amount else "无罚款",
        "place": place,
        "decided_at": when(at),
        "payment_term": f"{term_words(pay)}内缴款" if amount else "不适用",
        "review_first_line": first,
        "remedy_line": first,
        "officers": handler_cards(case),
        "officer_cards": handler_cards(case),
    }
    blocks: list[Block | str] = [
        party_line(case),
        f"{values['decided_at']}，在{place}，经查，{values['facts']}。执法人员已出示执法证，告知事实、理由、依据和"
        "陈述申辩权利，并听取了意见。",
        f"上述行为违反了{case.rule_broken}。依据{case.basis}，当场决定给予下列行政处罚：",
        ItemList(tuple(row.words for row in measures) or ("—",)),
        f"缴款：自收到本决定书之日起{values['payment_term']}。" if amount else "",
        first,
        f"执法人员：{values['officers']}。",
    ]
    return letter_paper(case, "ON_SPOT_PENALTY_DECISION", "当场行政处罚决定书", blocks, values, at=at)
