"""The course of a penalty on one page: steps, who takes them, live terms, papers (巫山县《校外培训行政处罚流程图》)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from accounts import roles
from accounts.models import Region
from casework import policy
from casework.models import DocumentKind, PolicyValue


@dataclass(frozen=True)
class FlowStep:
    """One step: what is done and must hold, by whom, under which policy terms, with which papers of the catalogue."""

    title: str
    words: str
    permissions: tuple[str, ...]
    basis: str
    terms: tuple[str, ...] = ()
    papers: tuple[str, ...] = ()
    when: str = ""


EDIT, APPROVE, MANAGE = "penalties.case_edit", "penalties.case_approve", "penalties.case_manage"
ORDINARY = (
    FlowStep(
        "立案", "有违法行为的初步证据、属于本机关管辖、没有超过追责时效；指定两名以上持证办案人员，负责人批准。",
        (EDIT, APPROVE), "行政处罚法第三十六条、第五十四条",
        ("penalty.limitation.general", "penalty.limitation.safety"), ("CASE_SOURCE", "CASE_FILING_APPROVAL"),
    ),
    FlowStep(
        "调查取证", "出示执法证，告知权利和回避；每项事实有证据，每份证据写明证明什么；按收退费明细计算违法所得。",
        (EDIT,), "行政处罚法第四十二条至第四十七条、第五十五条、第五十六条", ("penalty.evidence_hold",),
        ("INTERVIEW_RECORD", "SITE_RECORD", "SAMPLING_NOTICE", "EVIDENCE_HOLD_NOTICE", "SERVICE_ADDRESS",
         "AGENT_AUTHORISATION"),
    ),
    FlowStep(
        "责令改正", "责令改正、责令退还所收费用不是处罚，另行制发；到期复查。", (EDIT,), "行政处罚法第二十八条",
        ("rectification.default_term", "rectification.recheck"),
        ("RECTIFICATION_NOTICE", "REFUND_ORDER", "SUSPENSION_NOTICE", "RECHECK_RECORD"), "需要改正的",
    ),
    FlowStep(
        "调查终结", "选定裁量阶次，偏离的说明理由；审查首违不罚；两年内曾被处理的须考虑从重。", (EDIT,),
        "行政处罚法第三十三条、第三十四条；校外培训行政处罚暂行办法第十六条", ("penalty.repeat_window",),
        ("INVESTIGATION_REPORT",),
    ),
    FlowStep(
        "法制审核", "涉及重大公共利益、听证或者疑难复杂的；审核人没有参与调查。", (MANAGE, "penalties.legal_review"),
        "行政处罚法第五十八条", (), ("LEGAL_REVIEW",), "应当审核的",
    ),
    FlowStep(
        "事先告知、陈述申辩", "告知事实、理由、依据和拟处罚内容；意见逐条复核；不因申辩加重。", (EDIT,),
        "行政处罚法第四十四条、第四十五条、第六十二条", ("penalty.statement.period",),
        ("PENALTY_PRIOR_NOTICE", "STATEMENT_RECORD"),
    ),
    FlowStep(
        "听证", "较大数额罚没、责令停止、吊销、限制从业的，告知听证权利；主持人不是办案人员。", (MANAGE,),
        "行政处罚法第六十三条、第六十四条",
        ("penalty.hearing.threshold.person", "penalty.hearing.threshold.organisation", "penalty.hearing.request",
         "penalty.hearing.notice"),
        ("HEARING_RIGHTS", "HEARING_NOTICE", "HEARING_RECORD"), "达到听证标准的",
    ),
    FlowStep(
        "集体讨论", "重大、复杂或者较重处罚，负责人集体讨论并记录。", (MANAGE,), "行政处罚法第五十七条",
        ("penalty.discussion.threshold.person", "penalty.discussion.threshold.organisation"),
        ("COLLECTIVE_DISCUSSION",), "重大、复杂的",
    ),
    FlowStep(
        "决定", "给予处罚、不予处罚或者移送；没有审核通过、没有告知的不能决定。", (APPROVE,),
        "行政处罚法第五十七条、第五十九条、第六十条", ("penalty.decision",),
        ("PENALTY_APPROVAL", "PENALTY_DECISION", "NO_PENALTY_DECISION", "CASE_TRANSFER_LETTER"),
    ),
    FlowStep(
        "送达", "直接、留置、电子、邮寄、公告送达，各有证明；期限从送达起算。", ("penalties.paper_serve",),
        "行政处罚法第六十一条；民事诉讼法第八十八条至第九十五条", ("penalty.service", "service.publication"),
        ("SERVICE_RECEIPT",),
    ),
    FlowStep(
        "履行", "到银行或者电子支付缴纳；逾期加处罚款，不超过罚款数额，复议、诉讼期间不计。", (EDIT,),
        "行政处罚法第六十六条、第六十七条、第七十二条、第七十三条",
        ("penalty.payment", "penalty.late_fine.rate", "penalty.late_fine.cap"), ("PAYMENT_EXTENSION",),
    ),
    FlowStep(
        "催告、申请强制执行", "复议、诉讼期满仍不履行的，先催告，再申请法院。", (EDIT, APPROVE),
        "行政强制法第五十三条、第五十四条",
        ("remedy.review", "remedy.suit", "enforcement.urge", "enforcement.court_application"),
        ("URGE_NOTICE", "COURT_APPLICATION"), "不履行的",
    ),
    FlowStep(
        "公示", "处罚决定按期公示；变更、撤销的按期撤下；可以申请信用修复。", ("penalties.credit_publish",),
        "发改办财金〔2018〕424号；行政处罚法第四十八条", ("publicity.dual", "publicity.withdraw"),
    ),
    FlowStep(
        "结案、归档", "执行完毕或者有其他法定结案情形；正卷、副卷编目归档。", (APPROVE, "penalties.case_archive"),
        "校外培训行政处罚暂行办法第四章", ("archive.retention.general",),
        ("CASE_CLOSE_APPROVAL", "ARCHIVE_COVER"),
    ),
)  # fmt: skip
SIMPLE = (
    FlowStep(
        "当场处罚", "事实确凿、有法定依据，警告或者上限以内的罚款；两名持证人员当场制作，告知先申请行政复议。", (EDIT,),
        "行政处罚法第五十一条、第五十二条；行政复议法第二十三条",
        ("penalty.simple.cap.person", "penalty.simple.cap.organisation"), ("ON_SPOT_PENALTY_DECISION",),
    ),
    FlowStep(
        "当场收缴", "上限以内或者事后难以执行的；出具财政票据，按期交付银行。", (EDIT,),
        "行政处罚法第六十八条至第七十一条", ("penalty.collect_on_spot.cap", "penalty.collect_on_spot.hand_in"),
    ),
)  # fmt: skip


@dataclass(frozen=True)
class Shown:
    """A step with what is in force today."""

    step: FlowStep
    roles: tuple[str, ...]
    terms: tuple[PolicyValue, ...]
    papers: tuple[DocumentKind, ...]


def shown(steps: tuple[FlowStep, ...], region: Region, on: date) -> list[Shown]:
    """The steps with roles, policy values in force and kinds of documents; a value that is missing is left out."""
    holders = {permission: names for permission, _, names in roles.table()}
    kinds = {row.code: row for row in DocumentKind.objects.all()}
    found, known = [], policy.values([key for step in steps for key in step.terms], region=region, on=on)
    for step in steps:
        who = dict.fromkeys(
            roles.Role(name).label for key in step.permissions for name in holders.get(key, ())
        )
        papers = tuple(kinds[code] for code in step.papers if code in kinds)
        found.append(Shown(step, tuple(who), tuple(known[key] for key in step.terms if key in known), papers))
    return found
