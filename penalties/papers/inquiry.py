"""Papers from the clue to the end of the inquiry."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from casework.typesetting import (
    Block,
    Cell,
    Column,
    Heading,
    ItemList,
    Paragraph,
    SignatureLine,
    SignatureLines,
    Table,
)
from penalties import money, terms
from penalties.models import Case, EvidenceHold, Factor, Interview, PartyKind, Sample, Sampling
from penalties.papers.base import (
    Paper,
    contact,
    day_words,
    handler_cards,
    letter_paper,
    party_line,
    table_paper,
    when,
)


def source_form(case: Case, *, at: datetime) -> Paper:
    """案件来源登记表: source number and redacted copy, never the reporter."""
    values = {
        "source_kind": case.get_source_kind_display(),
        "received_at": day_words(case.found_on),
        "target_name": case.party_name,
        "target_address": case.party_address,
        "content": case.source_brief or case.clue_facts,
        "handler_opinion": "建议立案调查。",
        "head_opinion": "见立案审批表。",
    }
    rows = (
        (("案件来源", values["source_kind"]), ("来源编号", case.source_no or "无")),
        (("收到时间", values["received_at"]), ("对象类别", case.get_party_kind_display())),
        ("对象名称", values["target_name"]),
        ("对象地址", values["target_address"]),
        ("内容（已隐去举报人信息）", values["content"]),
        ("承办人意见", values["handler_opinion"]),
        ("负责人意见", values["head_opinion"]),
    )
    return table_paper(
        case, "CASE_SOURCE", "案件来源登记表", rows, values, at=at, sign_in={"承办人意见": "承办人签字："}
    )


def filing_form(case: Case, *, at: datetime, approver: str = "", note: str = "") -> Paper:
    """立案审批表."""
    values = {
        "source_kind": f"{case.get_source_kind_display()} {case.source_no}".strip(),
        "cause": case.violation.name,
        "party_name": case.party_name,
        "party_address": case.party_address,
        "facts": case.clue_facts,
        "reasons": f"{case.jurisdiction}；发现日期 {day_words(case.found_on)}，未超过处罚时效。",
        "handler_opinion": "涉嫌违法，应当给予行政处罚，建议立案。",
        "handler_cards": handler_cards(case),
        "section_opinion": "同意立案，报负责人审批。",
        "head_opinion": f"{note or '同意立案。'}{f'（{approver}，{day_words(timezone.localdate(at))}）' if approver else ''}",
    }
    head = "负责人" if case.party_kind != PartyKind.PERSON else "证件号码"
    shown = case.party_head if case.party_kind != PartyKind.PERSON else _masked(case)
    rows = (
        (("案件来源", values["source_kind"]), ("案由", values["cause"])),
        (("当事人", values["party_name"]), (head, shown or "无")),
        (("统一社会信用代码", case.party_uscc or "无"), ("联系电话", case.party_phone or "无")),
        ("地址", values["party_address"]),
        ("主要事实", values["facts"]),
        ("立案理由", values["reasons"]),
        ("承办人意见", f"{values['handler_opinion']}承办人：{values['handler_cards']}"),
        ("承办机构意见", values["section_opinion"]),
        ("负责人意见", values["head_opinion"]),
    )
    signs = {
        "承办人意见": "承办人签字：",
        "承办机构意见": "承办机构负责人签字：",
        "负责人意见": "负责人签字：",
    }
    return table_paper(case, "CASE_FILING_APPROVAL", "立案审批表", rows, values, at=at, sign_in=signs)


def _masked(case: Case) -> str:
    return case.person.id_number_masked if case.person else ""


def interview_record(row: Interview, *, at: datetime) -> Paper:
    """询问笔录: every page signed."""
    case = row.case
    officers = "、".join(str(item) for item in row.officers.order_by("pk"))
    talk = [(str(pair.get("q", "")), str(pair.get("a", ""))) for pair in row.questions]
    values = {
        "cause": case.violation.name,
        "started_at": when(row.started_at),
        "ended_at": when(row.ended_at),
        "place": row.place,
        "person_name": row.person_name,
        "person_identity": row.identity,
        "officers": officers,
        "officer_cards": officers,
        "recorder": row.recorder,
        "identity_shown": "已出示执法证，已核对被询问人身份证件。" if row.is_identified else "",
        "rights_told": "已告知权利义务和申请回避的权利。"
        if row.is_rights_told and row.is_recusal_told
        else "",
        "questions_answers": "；".join(f"问：{q} 答：{a}" for q, a in talk),
        "closing_note": "以上笔录已核对，记录属实。",
    }
    rows = (
        ("案由", values["cause"]),
        (("开始时间", values["started_at"]), ("结束时间", values["ended_at"])),
        ("询问地点", values["place"]),
        (("被询问人", values["person_name"]), ("记录人", values["recorder"])),
        ("身份", values["person_identity"]),
        ("询问人及证号", officers),
        ("告知", f"{values['identity_shown']}{values['rights_told']}"),
    )
    extra = [Paragraph(text) for q, a in talk for text in (f"问：{q}", f"答：{a}")]
    note = (
        f"{row.get_signature_display()}。{row.refusal_note}"
        if row.refusal_note
        else row.get_signature_display()
    )
    extra += [Paragraph(values["closing_note"]), Paragraph(f"签字情况：{note}")]
    return table_paper(
        case,
        "INTERVIEW_RECORD",
        "询问笔录",
        rows,
        values,
        at=at,
        extra=extra,
        signs=("被询问人",),
        is_record=True,
    )


def hold_notice(row: EvidenceHold, *, at: datetime) -> Paper:
    """先行登记保存证据通知书."""
    case = row.case
    by = row.decide_by or terms.term_end(case, "penalty.evidence_hold", timezone.localdate(at))
    values = {
        "party_name": case.party_name,
        "party_address": case.party_address,
        "items": row.items,
        "place": row.place,
        "term_days": "7个工作日",
        "head_approval": row.approved_by.name if row.approved_by else "",
        "decide_by": day_words(by),
        "officers": handler_cards(case),
        "officer_cards": handler_cards(case),
    }
    blocks = (
        party_line(case),
        f"因{row.reason}，根据《中华人民共和国行政处罚法》第五十六条，经本机关负责人批准，"
        f"决定对下列证据先行登记保存，保存地点：{row.place}。本机关将在{values['decide_by']}前作出处理决定。",
        ItemList(tuple(line for line in row.items.splitlines() if line.strip()) or (row.items,)),
        "保存期间，任何人不得销毁或者转移证据。",
        f"执法人员：{handler_cards(case)}。联系方式：{contact(case)}。",
        SignatureLines((SignatureLine("执法人员"), SignatureLine("执法人员"), SignatureLine("当事人"))),
    )
    return letter_paper(case, "EVIDENCE_HOLD_NOTICE", "先行登记保存证据通知书", blocks, values, at=at)


def sampling_notice(row: Sampling, *, at: datetime) -> Paper:
    """抽样取证（物品处理）通知书: every sample with quantity and batch, signed by two officers and the party."""
    case = row.case
    samples = list(row.samples.order_by("position"))
    handling = f"{day_words(row.handled_on)}已处理：{row.handling}。" if row.handled_on else ""
    values = {
        "party_name": case.party_name,
        "party_address": case.party_address,
        "items": "、".join(item.name for item in samples),
        "quantity": "、".join(item.quantity for item in samples),
        "batch": "、".join(item.batch for item in samples),
        "place": row.place,
        "sampled_at": when(row.sampled_at),
        "officers": handler_cards(case),
        "officer_cards": handler_cards(case),
    }
    blocks: list[Block | str] = [
        party_line(case),
        f"因{row.reason}，根据《中华人民共和国行政处罚法》第五十六条，本机关执法人员于{values['sampled_at']}在"
        f"{row.place}对下列物品抽样取证：",
        _sample_table(samples),
        f"所取样品由本机关保存，用于查明案件事实，用毕依法处理并书面告知。{handling}",
        f"执法人员：{values['officers']}。联系方式：{contact(case)}。",
        f"当事人签字情况：{row.get_signature_display()}{f'（{row.refusal_note}）' if row.refusal_note else ''}。",
        SignatureLines((SignatureLine("执法人员"), SignatureLine("执法人员"), SignatureLine("当事人"))),
    ]
    title = "物品处理通知书" if row.handled_on else "抽样取证通知书"
    return letter_paper(case, "SAMPLING_NOTICE", title, blocks, values, at=at, is_public=False)


def _sample_table(samples: list[Sample]) -> Table:
    rows = tuple(
        (
            Cell(str(item.position)),
            Cell(item.name, align="left"),
            Cell(item.quantity),
            Cell(item.batch or "—", align="left"),
        )
        for item in samples
    )
    head = tuple(Cell(text) for text in ("序号", "物品名称", "数量", "批次、规格"))
    return Table(
        columns=(Column(0.6), Column(2.6), Column(1.0), Column(2.2)),
        head=(head,),
        rows=rows,
        title="抽样物品清单",
    )


def evidence_table(case: Case) -> Table:
    """The evidence list with what each item proves."""
    rows = tuple(
        (
            Cell(str(item.position)),
            Cell(item.name, align="left"),
            Cell(item.get_kind_display()),
            Cell(item.proves, align="left"),
            Cell(item.source, align="left"),
            Cell(str(item.pages)),
        )
        for item in case.evidenceitems.filter(void_reason="").order_by("position")
    )
    head = tuple(Cell(text) for text in ("序号", "证据名称", "种类", "证明事项", "来源", "页数"))
    columns = (Column(0.6), Column(2.2), Column(1.2), Column(3.0), Column(1.8), Column(0.6))
    empty = (tuple(Cell(text) for text in ("—", "—", "—", "没有登记证据", "—", "—")),)
    return Table(columns=columns, head=(head,), rows=rows or empty, title="证据清单")


def fee_table(case: Case) -> Table:
    """收退费明细 per pupil, names hidden."""
    rows = tuple(
        (
            Cell(str(row.position)),
            Cell(row.pupil_mask),
            Cell(money.yuan(row.charged_fen), align="right"),
            Cell(f"{row.lessons_used}/{row.lessons_total}" if row.lessons_total else "—"),
            Cell(money.yuan(row.refunded_fen), align="right"),
            Cell(row.refunded_on.isoformat() if row.refunded_on else "—"),
        )
        for row in case.feerows.order_by("position")
    )
    head = tuple(
        Cell(text) for text in ("序号", "学生", "收费（元）", "已上/购买课时", "退费（元）", "退费日期")
    )
    columns = (Column(0.6), Column(1.2), Column(1.4), Column(1.4), Column(1.4), Column(1.4))
    return Table(columns=columns, head=(head,), rows=rows, title="收退费明细")


def discretion_words(case: Case) -> str:
    """How the penalty was weighed."""
    parts = [f"情节：{case.get_seriousness_display()}"]
    if case.factors:
        parts.append("、".join(Factor(code).label for code in case.factors))
    if case.rule:
        parts.append(
            f"裁量阶次：{case.rule.step or case.rule.get_seriousness_display()}（{case.rule.range_words}）"
        )
    if case.departure:
        parts.append(f"偏离基准的理由：{case.departure}")
    if case.first_offence_note:
        parts.append(f"首违、轻微不罚审查：{case.get_first_offence_display()}，{case.first_offence_note}")
    if case.reasons:
        parts.append(case.reasons)
    return "；".join(part.rstrip("。；") for part in parts) + "。"


def measure_words(case: Case) -> str:
    """What is proposed or decided, in one line."""
    return "；".join(row.words for row in terms.live_measures(case))


def investigation_report(case: Case, *, at: datetime) -> Paper:
    """案件调查终结报告 with the evidence list and the working of the illegal income."""
    income = terms.income_of(case, timezone.localdate(at))
    proposal = (
        f"建议不予行政处罚：{case.get_no_penalty_ground_display()}。"
        if case.no_penalty_ground
        else f"建议给予下列处罚：{measure_words(case)}。"
    )
    items = "；".join(str(item) for item in case.evidenceitems.filter(void_reason=""))
    values = {
        "party_name": case.party_name,
        "party_address": case.party_address,
        "cause": case.violation.name,
        "source_kind": case.get_source_kind_display(),
        "process": f"{day_words(timezone.localdate(case.filed_at) if case.filed_at else None)}立案，依法调查取证。",
        "facts": case.fact_words,
        "evidence_list": items,
        "basis": case.basis or "拟不予处罚",
        "discretion": discretion_words(case),
        "proposal": proposal,
        "officers": handler_cards(case),
        "officer_cards": handler_cards(case),
    }
    blocks: list[Block | str] = [
        Heading(1, "当事人"),
        Paragraph(party_line(case)),
        Heading(1, "案件来源和调查经过"),
        Paragraph(f"案件来源：{values['source_kind']}{case.source_no}。{values['process']}"),
        Heading(1, "认定的事实"),
        ItemList(tuple(row.text for row in case.casefacts.order_by("position")) or ("未认定违法事实",)),
        Heading(1, "证据"),
        evidence_table(case),
    ]
    if case.feerows.exists():
        blocks += [Heading(1, "违法所得"), fee_table(case), *(Paragraph(line) for line in income.lines)]
    blocks += [
        Heading(1, "违反的规定和处罚依据"),
        Paragraph(f"违反：{case.rule_broken or '无'}"),
        Paragraph(f"依据：{values['basis']}"),
        Heading(1, "裁量"),
        Paragraph(values["discretion"]),
        Heading(1, "处理建议"),
        Paragraph(proposal),
        Paragraph(f"办案人员：{values['officers']}"),
        SignatureLines((SignatureLine("办案人员"), SignatureLine("办案人员"))),
    ]
    return letter_paper(
        case, "INVESTIGATION_REPORT", "案件调查终结报告", blocks, values, at=at,
        addressee=case.organ.name, has_receipt=False, is_public=False,
    )  # fmt: skip
