"""Gates G11 to G16: whether a case may be opened, and what the inquiry must have."""

from __future__ import annotations

from collections.abc import Iterable

from accounts.models import User
from casework.errors import Reason
from inspections import guards as field
from penalties import clock, terms
from penalties.guards.handling import LAW
from penalties.models import (
    Case,
    CaseKind,
    HoldStatus,
    Interview,
    MeasureStage,
    SignState,
)


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
