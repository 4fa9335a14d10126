"""Papers of service, execution, orders, transfer and the end of a case."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from casework.typesetting import ItemList
from penalties import money, terms
from penalties.models import (
    AddressConfirmation,
    AgentAuthorisation,
    Case,
    CorrectiveOrder,
    CreditStatus,
    Deferral,
    OrderKind,
    PaperService,
)
from penalties.papers.base import (
    Paper,
    contact,
    day_words,
    handler_cards,
    letter_paper,
    party_line,
    remedy_line,
    table_paper,
    when,
)
from penalties.papers.inquiry import measure_words

ORDER_PAPERS = {
    OrderKind.CORRECT: ("RECTIFICATION_NOTICE", "责令限期改正通知书"),
    OrderKind.STOP: ("SUSPENSION_NOTICE", "停办通知书"),
    OrderKind.REFUND: ("REFUND_ORDER", "责令退还所收费用通知书"),
}


def _party(case: Case) -> dict[str, str]:
    return {
        "party_name": case.party_name,
        "party_address": case.party_address,
        "decision_number": case.decision_no,
        "cause": case.violation.name,
        "contact": contact(case),
    }


def service_receipt(row: PaperService, *, at: datetime) -> Paper:
    """送达回证."""
    case = row.case
    proof = (
        row.mail_no
        or row.publication_place
        or row.refusal_reason
        or (str(row.consent) if row.consent else "见签收")
    )
    values = {
        "document_name": row.document.kind_name,
        "document_number": row.document.number or "不编号",
        "addressee": case.party_name,
        "place": row.place,
        "method": row.get_method_display(),
        "served_at": when(row.served_at),
        "servers": f"{row.server_one.name}、{row.server_two.name}",
    }
    rows = (
        (("送达文书", values["document_name"]), ("文号", values["document_number"])),
        ("受送达人", values["addressee"]),
        ("送达地点", values["place"]),
        (("送达方式", values["method"]), ("送达时间", values["served_at"])),
        (("签收人", row.receiver or "无"), ("与受送达人关系", row.receiver_relation or "无")),
        (("送达凭证", proof), ("见证人", row.witness or ("有照片、录像" if row.has_picture else "无"))),
        ("送达人", values["servers"]),
        ("备注", f"期限自 {row.effective_on:%Y-%m-%d} 的次日起算。"),
    )
    return table_paper(
        case,
        "SERVICE_RECEIPT",
        "送达回证",
        rows,
        values,
        at=at,
        signs=("受送达人",),
        sign_in={"送达人": "送达人签字："},
    )


def address_form(row: AddressConfirmation, *, at: datetime) -> Paper:
    """送达地址（方式）确认书."""
    case = row.case
    values = {
        **_party(case),
        "phone": row.phone,
        "email": row.email or "未填写",
        "electronic_consent": "同意" if row.is_electronic else "不同意",
    }
    rows = (
        ("当事人", values["party_name"]),
        ("送达地址", values["party_address"]),
        (("联系电话", values["phone"]), ("电子送达地址", values["email"])),
        ("是否同意电子送达", values["electronic_consent"]),
        (
            "告知",
            "送达地址变更的，应当及时书面告知；因提供的地址不准确、变更未告知导致文书未能收到的，依法视为送达。",
        ),
    )
    return table_paper(
        case, "SERVICE_ADDRESS", "送达地址（方式）确认书", rows, values, at=at, signs=("当事人",)
    )


def agent_form(row: AgentAuthorisation, *, at: datetime) -> Paper:
    """授权委托书 of the party, with who the agent is, what for and until when."""
    case = row.case
    term = f"{day_words(row.since)}至{day_words(row.until)}"
    values = {
        **_party(case),
        "agent_name": row.agent_name,
        "agent_identity": row.agent_identity,
        "scope": row.matters,
        "term": term,
    }
    rows = (
        ("委托人（当事人）", values["party_name"]),
        ("地址", values["party_address"]),
        ("案由", values["cause"]),
        (("代理人", row.agent_name), ("联系电话", row.phone or "未填写")),
        ("代理人身份", row.agent_identity),
        ("委托权限", row.matters),
        (("委托期限", term), ("签署日期", day_words(row.signed_on))),
        (
            "说明",
            "当事人可以委托一至二人代理。代理人在委托权限内的行为由委托人承担法律后果；变更或者解除委托的，应当书面告知本机关。",
        ),
    )
    return table_paper(
        case, "AGENT_AUTHORISATION", "授权委托书", rows, values, at=at, signs=("委托人（当事人）", "代理人")
    )


def deferral_notice(row: Deferral, *, at: datetime) -> Paper:
    """延期（分期）缴纳罚款通知书."""
    case = row.case
    plan = [f"{item['due_on']} 前缴纳 {money.yuan(int(item['amount_fen']))} 元" for item in row.schedule]
    values = {
        **_party(case),
        "amount": f"{money.yuan(sum(int(item['amount_fen']) for item in row.schedule))}元",
        "schedule": "；".join(plan),
        "reason": row.reason,
        "head_approval": row.approved_by.name,
    }
    blocks = (
        f"你（单位）因{row.reason}，申请延期（分期）缴纳 {case.decision_no} 所处罚款。经本机关负责人批准，"
        "准予按下列安排缴纳：",
        ItemList(tuple(plan)),
        "逾期不缴纳的，自逾期之日起依法加处罚款。",
    )
    return letter_paper(
        case, "PAYMENT_EXTENSION", "延期（分期）缴纳罚款通知书", blocks, values, at=at, is_public=False
    )


def urge_notice(case: Case, *, at: datetime) -> Paper:
    """催告书 (行政强制法 第三十五条)."""
    balance = terms.balance_of(case, timezone.localdate(at))
    owed = balance.left + balance.late_left
    values = {
        **_party(case),
        "obligation": measure_words(case),
        "term": "收到本催告书之日起10个工作日",
        "manner": "到指定银行或者通过电子支付系统缴纳",
        "amount": f"{money.yuan(owed)}元（其中加处罚款 {money.yuan(balance.late_left)}元）",
        "statement_right": "你（单位）有权进行陈述和申辩。",
    }
    blocks = (
        party_line(case),
        f"本机关作出的 {case.decision_no} 已送达，你（单位）在法定期限内没有履行。根据《中华人民共和国行政强制法》"
        f"第三十五条、第五十四条，催告你（单位）自{values['term']}内履行下列义务：{values['obligation']}。",
        f"应缴金额：{values['amount']}。履行方式：{values['manner']}。",
        f"{values['statement_right']}无正当理由逾期仍不履行的，本机关将依法申请人民法院强制执行。",
        f"联系人及电话：{values['contact']}。",
    )
    return letter_paper(case, "URGE_NOTICE", "催告书", blocks, values, at=at, is_public=False)


def court_application(case: Case, *, at: datetime) -> Paper:
    """强制执行申请书 (行政强制法 第五十五条)."""
    balance = terms.balance_of(case, timezone.localdate(at))
    urged = terms.service_of(case, "URGE_NOTICE")
    points = "；".join(row.text for row in case.statementpoints.all())
    values = {
        **_party(case),
        "facts": case.fact_words,
        "basis": case.basis,
        "party_opinion": points or "未提出意见",
        "urge_served_on": day_words(urged.effective_on) if urged else "",
        "execution_object": f"罚没款 {money.yuan(balance.left)}元，加处罚款 {money.yuan(balance.late_left)}元",
    }
    blocks = (
        f"申请人：{case.organ.name}。被申请人：{case.party_name}，地址：{values['party_address']}。",
        f"申请人作出的 {case.decision_no} 认定：{values['facts']}。依据{values['basis']}作出处罚决定，已发生法律效力。",
        f"当事人的意见：{values['party_opinion']}。催告情况：{values['urge_served_on']}送达催告书，期满仍未履行。",
        f"请求强制执行：{values['execution_object']}。",
        "附件：行政处罚决定书及作出决定的事实、理由和依据；催告书及送达回证；申请执行标的情况。",
    )
    return letter_paper(
        case, "COURT_APPLICATION", "强制执行申请书", blocks, values, at=at,
        addressee=case.court_name or "人民法院", has_receipt=False, is_public=False,
    )  # fmt: skip


def transfer_letter(case: Case, *, at: datetime, reason: str) -> Paper:
    """案件移送函."""
    materials = "、".join(item.name for item in case.evidenceitems.all()) or "案件来源材料"
    values = {
        **_party(case),
        "receiving_body": case.transfer_to,
        "facts": case.fact_words or case.clue_facts,
        "transfer_reason": reason,
        "materials": materials,
    }
    blocks = (
        f"本机关办理的“{case.title}”（{case.number or '未编号'}），经查：{values['facts']}。",
        f"移送理由：{reason}。根据《中华人民共和国行政处罚法》第二十七条等规定，现移送你单位处理。",
        f"移送材料：{materials}。",
        "请将处理结果书面反馈本机关。",
        f"联系人及电话：{values['contact']}。",
    )
    return letter_paper(
        case,
        "CASE_TRANSFER_LETTER",
        "案件移送函",
        blocks,
        values,
        at=at,
        addressee=case.transfer_to,
        is_public=False,
    )


def close_form(case: Case, *, at: datetime, approver: str) -> Paper:
    """结案审批表."""
    published = case.creditrecords.exclude(status=CreditStatus.PENDING).order_by("-pk").first()
    shown = (
        f"{when(published.published_at)}公示"
        if published
        else case.publicity_exempt or "依法不予公示（没有处罚决定）"
    )
    result = case.execution_note or case.get_close_ground_display()
    values = {
        **_party(case),
        "decision_number": case.decision_no or "无（未作处罚决定）",
        "execution_result": result,
        "filed_on": day_words(timezone.localdate(case.filed_at))
        if case.filed_at
        else day_words(case.found_on),
        "closed_on": day_words(timezone.localdate(at)),
        "publicity_done": shown,
        "handler_opinion": f"{case.get_close_ground_display()}，建议结案。{handler_cards(case)}",
        "head_opinion": f"同意结案。（{approver}，{day_words(timezone.localdate(at))}）",
    }
    rows = (
        (("当事人", case.party_name), ("案由", values["cause"])),
        (("立案日期", values["filed_on"]), ("结案日期", values["closed_on"])),
        ("决定书文号", values["decision_number"]),
        ("处理结果", measure_words(case) or case.get_outcome_display() or case.get_close_ground_display()),
        ("执行情况", result),
        ("公示情况", shown),
        ("承办人意见", values["handler_opinion"]),
        ("负责人意见", values["head_opinion"]),
    )
    signs = {"承办人意见": "承办人签字：", "负责人意见": "负责人签字："}
    return table_paper(case, "CASE_CLOSE_APPROVAL", "结案审批表", rows, values, at=at, sign_in=signs)


def order_letter(row: CorrectiveOrder, *, at: datetime) -> Paper:
    """A corrective order: not a penalty."""
    case = row.case
    kind, title = ORDER_PAPERS[OrderKind(row.kind)]
    on = timezone.localdate(at)
    due = day_words(row.due_on)
    remedy = remedy_line(case, on).replace("本决定书", "本通知").replace("本决定", "本通知")
    values = {
        **_party(case),
        "facts": case.fact_words or case.clue_facts,
        "rule_broken": case.rule_broken or case.violation.name,
        "basis": "《中华人民共和国行政处罚法》第二十八条",
        "correction_items": row.content,
        "refund_scope": row.content,
        "refund_requirement": row.content,
        "deadline_on": due,
        "stop_from": due,
        "report_back": "完成后向本机关书面报告，并附证明材料。",
        "consequences": "逾期不改正的，将依法处理。",
        "remedy_line": remedy,
    }
    blocks = (
        party_line(case),
        f"经查，{values['facts']}。上述行为违反了{values['rule_broken']}。",
        f"依据{values['basis']}，{row.get_kind_display()}：{row.content}。请在{due}前完成。",
        f"{values['report_back']}{values['consequences']}",
        remedy,
        f"联系人及电话：{values['contact']}。",
    )
    return letter_paper(case, kind, title, blocks, values, at=at)
