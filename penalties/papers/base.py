"""How papers of a case are built: values that the catalogue asks for, and the layout that shows them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone

from casework import policy
from casework.deadlines import Term, TermUnit
from casework.models import DocumentKind
from casework.typesetting import (
    Block,
    DocumentContent,
    Field,
    Fields,
    Paragraph,
    Signature,
    SignatureLine,
    SignatureLines,
    chinese_date,
)
from penalties.models import Case

LABELS = {
    "source_kind": "案件来源",
    "received_at": "收到时间",
    "target_name": "对象名称",
    "target_address": "对象地址",
    "content": "内容",
    "cause": "案由",
    "party_name": "当事人名称",
    "party_address": "当事人地址",
    "facts": "违法事实",
    "reasons": "理由",
    "handler_opinion": "承办人意见",
    "handler_cards": "承办人及执法证号",
    "section_opinion": "承办机构意见",
    "head_opinion": "负责人意见",
    "evidence": "证据",
    "evidence_list": "证据清单",
    "basis": "处罚依据",
    "discretion": "裁量情况",
    "proposal": "处理建议",
    "process": "调查经过",
    "officers": "办案人员",
    "officer_cards": "执法证号",
    "proposed_penalty": "拟处罚内容",
    "statement_right": "陈述申辩权利",
    "statement_term": "陈述申辩期限",
    "contact": "联系人及电话",
    "organ": "机关名称",
    "issued_on": "日期",
    "penalty_kind": "处罚种类",
    "penalty_content": "处罚内容",
    "performance_term": "履行方式和期限",
    "payment_account": "缴款方式",
    "late_fine_line": "逾期加处罚款",
    "remedy_line": "复议、诉讼途径和期限",
    "review_first_line": "复议前置",
    "publicity_line": "公示告知",
    "request_deadline_on": "申请听证期限",
    "hearing_at": "听证时间",
    "place": "地点",
    "chair": "主持人",
    "recorder": "记录人",
    "held_at": "时间",
    "members": "参加人员",
    "opinions": "意见",
    "conclusion": "结论",
    "jurisdiction": "管辖",
    "procedure": "程序",
    "document_form": "文书",
    "reviewer": "审核人",
    "amount": "金额",
    "decided_at": "决定时间",
    "payment_term": "缴款期限",
    "no_penalty_reason": "不予处罚的理由",
    "education_given": "教育情况",
    "decision_number": "决定书文号",
    "obligation": "应履行的义务",
    "term": "期限",
    "manner": "方式",
    "party_opinion": "当事人意见",
    "urge_served_on": "催告书送达日期",
    "execution_object": "申请执行标的",
    "execution_result": "执行结果",
    "filed_on": "立案日期",
    "closed_on": "结案日期",
    "publicity_done": "公示情况",
    "receiving_body": "接收机关",
    "transfer_reason": "移送理由",
    "materials": "移送材料",
    "schedule": "缴纳安排",
    "reason": "理由",
    "head_approval": "负责人批准",
    "items": "物品清单",
    "term_days": "期限",
    "decide_by": "处理期限",
    "phone": "联系电话",
    "email": "电子送达地址",
    "electronic_consent": "是否同意电子送达",
    "statements": "陈述申辩意见",
    "review_by_point": "逐条复核意见",
    "document_name": "送达文书",
    "document_number": "文号",
    "addressee": "受送达人",
    "method": "送达方式",
    "served_at": "送达时间",
    "servers": "送达人",
    "person_name": "被询问人",
    "person_identity": "身份",
    "started_at": "开始时间",
    "ended_at": "结束时间",
    "identity_shown": "核对身份",
    "rights_told": "权利告知",
    "questions_answers": "询问内容",
    "closing_note": "核对确认",
    "rule_broken": "违反的规定",
    "correction_items": "改正事项",
    "deadline_on": "期限",
    "report_back": "报告方式",
    "consequences": "逾期后果",
    "refund_scope": "退还范围",
    "stop_from": "停止时间",
    "students_present": "在场学员",
    "refund_requirement": "退费要求",
}
Row = tuple[str, str] | tuple[tuple[str, str], tuple[str, str]]
OPTIONAL = frozenset({"receiver", "receiver_relation", "refusal_reason", "witness", "students_present"})


@dataclass(frozen=True)
class Paper:
    """One paper ready to be shown or issued: its kind, its source, and the values that must be there."""

    kind: str
    content: DocumentContent
    values: dict[str, str]
    is_public: bool = True


def missing(paper: Paper) -> list[str]:
    """Labels of elements that the catalogue of documents requires and that are empty."""
    kind = DocumentKind.objects.filter(code=paper.kind).first()
    wanted: list[str] = kind.details.get("required_fields", []) if kind else sorted(paper.values)
    return [
        LABELS.get(name, name)
        for name in wanted
        if name not in OPTIONAL and not paper.values.get(name, "").strip()
    ]


def day_words(day: date | None) -> str:
    """2026年1月2日, or nothing."""
    return chinese_date(day) if day else ""


def when(moment: datetime | None) -> str:
    """2026年1月2日09:30, or nothing."""
    if moment is None:
        return ""
    local = timezone.localtime(moment)
    return f"{chinese_date(local.date())}{local:%H:%M}"


def term_words(term: Term) -> str:
    """15日, 6个月, 5个工作日."""
    return f"{term.amount}{TermUnit(term.unit).label}"


def handler_cards(case: Case) -> str:
    """Officers with certificate numbers."""
    rows = case.caseofficers.filter(removed_at__isnull=True).order_by("pk")
    return "、".join(f"{row.person_name}（{row.certificate_no}）" for row in rows)


def contact(case: Case) -> str:
    """Whom the party may ask."""
    first = case.caseofficers.filter(removed_at__isnull=True).select_related("user").order_by("pk").first()
    phone = case.organ.phone or case.organ.bureau.hotline
    return f"{first.person_name} {phone}".strip() if first else phone


def party_line(case: Case) -> str:
    """Who the party is, as documents open."""
    parts = [f"当事人：{case.party_name}"]
    if case.party_uscc:
        parts.append(f"统一社会信用代码：{case.party_uscc}")
    if case.party_head:
        parts.append(f"法定代表人（负责人）：{case.party_head}")
    if case.person and case.person.id_number_tail:
        parts.append(f"身份证件号码：{case.person.id_number_masked}")
    parts.append(f"地址：{case.party_address}")
    return "；".join(parts) + "。"


def remedy_line(case: Case, on: date, *, is_review_first: bool = False) -> str:
    """复议 and 诉讼 routes with the terms in force."""
    review = policy.term("remedy.review", region=case.region, on=on)
    suit = policy.term("remedy.suit", region=case.region, on=on)
    place = case.organ.bureau.region.name
    if is_review_first:
        return (
            f"如不服本决定，应当自收到本决定书之日起{term_words(review)}内先向{place}人民政府申请行政复议；"
            "对行政复议决定不服的，可以再依法向人民法院提起行政诉讼。"
        )
    return (
        f"如不服本决定，可以自收到本决定书之日起{term_words(review)}内向{place}人民政府申请行政复议，"
        f"或者自收到本决定书之日起{term_words(suit)}内依法向人民法院提起行政诉讼。"
        "复议、诉讼期间不停止执行本决定，法律另有规定的除外。"
    )


def table_paper(
    case: Case,
    kind: str,
    title: str,
    rows: Sequence[Row],
    values: dict[str, str],
    *,
    at: datetime,
    signs: Sequence[str] = (),
    sign_in: dict[str, str] | None = None,
    extra: Sequence[Block] = (),
    is_record: bool = False,
) -> Paper:
    """A bordered form: each row one label and value, or a pair of them; `sign_in` puts a place to sign."""
    lines: list[tuple[Field, ...]] = []
    for row in rows:
        if isinstance(row[0], tuple):
            pair: list[Field] = [Field(label, value) for label, value in row]  # type: ignore[misc]
            lines.append(tuple(pair))
        else:
            label, value = str(row[0]), str(row[1])
            sign = (sign_in or {}).get(label, "").rstrip("：")
            lines.append((Field(label, value, 2, 3 if sign else 1, sign),))
    blocks: list[Block] = [Fields(rows=tuple(lines), columns=2), *extra]
    if signs:
        blocks.append(SignatureLines(tuple(SignatureLine(label) for label in signs)))
    content = DocumentContent(
        form="record" if is_record else "table",
        title=title,
        date=timezone.localdate(at).isoformat(),
        blocks=tuple(blocks),
        organ=case.organ.name,
        page_signatures=("当事人（被询问人）", "执法人员") if is_record else (),
    )
    return Paper(kind, content, values, is_public=False)


def letter_paper(
    case: Case,
    kind: str,
    title: str,
    blocks: Sequence[Block | str],
    values: dict[str, str],
    *,
    at: datetime,
    addressee: str = "",
    has_receipt: bool = True,
    is_public: bool = True,
) -> Paper:
    """An outward letter of the organ with the box for its seal and a line to sign for receipt."""
    day = timezone.localdate(at)
    body: list[Block] = [Paragraph(item) if isinstance(item, str) else item for item in blocks if item]
    body.append(Signature(case.organ.name, day.isoformat()))
    if has_receipt:
        body.append(SignatureLines((SignatureLine("签收人"),)))
    content = DocumentContent(
        form="letter",
        title=title,
        date=day.isoformat(),
        blocks=tuple(body),
        organ=case.organ.name,
        addressee=addressee or case.party_name,
    )
    return Paper(kind, content, {**values, "organ": case.organ.name, "issued_on": day_words(day)}, is_public)
