"""What the documents of inspecting and rectifying say, as sources for the typesetter.

Preview and issue use the same functions, so what was previewed is what is issued.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.utils import timezone

from accounts.models import Organisation, Region
from casework import policy
from casework.deadlines import Term, TermUnit, compute, load_calendar
from casework.typesetting import (
    Block,
    Cell,
    Column,
    DocumentContent,
    Field,
    Fields,
    Heading,
    ItemList,
    Paragraph,
    Signature,
    SignatureLine,
    SignatureLines,
    Table,
    chinese_date,
    to_dict,
)
from inspections.models import (
    Deployment,
    DeploymentMember,
    FindingStatus,
    MemberRole,
    Recheck,
    RectificationNotice,
    ServiceRecord,
    Visit,
)

RIGHTS = (
    "执法人员不少于两人，应当主动出示行政执法证；不出示的，有权拒绝检查。",
    "有权陈述、申辩，有权核对检查记录并写明意见。",
    "认为执法人员与本单位有直接利害关系或者有其他关系可能影响公正执法的，有权申请其回避。",
    "对违法违规检查行为有权投诉、举报。",
)
DISCIPLINE = (
    "检查人员严格遵守涉企行政检查“五个严禁”“八个不得”（国办发〔2024〕54号）：不收受财物和宴请，"
    "不妨碍正常教学经营，不泄露商业秘密和个人信息，不超出检查事项，不以检查名义摊派费用或者推销产品。"
)


def source(content: DocumentContent) -> dict[str, Any]:
    """The content as JSON values for freezing."""
    return to_dict(content)


def member_lines(members: Iterable[DeploymentMember]) -> str:
    """Officers with their certificate numbers, one after the other."""
    return "、".join(f"{member.person_name}（{member.certificate_no}）" for member in members)


def officers_of(deployment: Deployment, organ: Organisation | None = None) -> list[DeploymentMember]:
    """Officers still in the team, of one organ or of all."""
    members = deployment.members.filter(role=MemberRole.OFFICER, removed_at__isnull=True)
    if organ is not None:
        members = members.filter(organisation=organ)
    return list(members.select_related("organisation").order_by("organisation", "pk"))


def helper_count(deployment: Deployment) -> int:
    """People who help, fixed before the visit."""
    return deployment.members.filter(role=MemberRole.ASSISTANT, removed_at__isnull=True).count()


def remedy_line(*, organ: Organisation, region: Region, on: date) -> str:
    """复议 and 诉讼 routes with the terms in force on a day."""
    review = policy.term("remedy.review", region=region, on=on)
    suit = policy.term("remedy.suit", region=region, on=on)
    return (
        f"如不服本通知，可以自收到本通知之日起{review.amount}日内向{organ.bureau.region.name}人民政府申请行政复议，"
        f"或者自收到本通知之日起{_suit_words(suit)}内依法向人民法院提起行政诉讼。复议、诉讼期间不停止执行。"
    )


def _suit_words(term: Term) -> str:
    return (
        f"{term.amount}个月" if term.unit == TermUnit.MONTH else f"{term.amount}{TermUnit(term.unit).label}"
    )


def term_words(notice: RectificationNotice) -> str:
    """The term as the notice says it: 15日."""
    if not notice.term_amount:
        return ""
    return f"{notice.term_amount}{TermUnit(notice.term_unit).label}"


def expected_due(notice: RectificationNotice, on: date) -> date:
    """The last day if the notice were served on `on`."""
    term = Term(notice.term_amount or 1, TermUnit(notice.term_unit), notice.term_basis)
    return compute(term, on, load_calendar()).due_on


def inspection_approval(
    deployment: Deployment, *, decided_by: str, note: str, at: datetime
) -> DocumentContent:
    """行政检查审批表."""
    visits = list(deployment.visits.exclude(status="CANCELLED").select_related("institution"))
    targets = "、".join(visit.institution.name for visit in visits)
    officers = officers_of(deployment)
    kind = deployment.get_kind_display() + ("（应急检查，补办审批）" if deployment.is_emergency else "")
    rows = (
        (Field("检查对象", targets, 2),),
        (Field("检查事项", deployment.item, 2),),
        (Field("检查依据", deployment.basis, 2),),
        (Field("任务来源", deployment.task_source), Field("检查类别", kind)),
        (
            Field("计划时间", f"{_when(deployment.starts_at)}至{_when(deployment.ends_at)}"),
            Field("检查方式", "现场检查"),
        ),
        (Field("执法人员及证号", member_lines(officers), 2),),
        (
            Field("协助人员数", f"{helper_count(deployment)}人"),
            Field("超频次理由", deployment.cap_override_reason or "无"),
        ),
        (Field("承办人意见", "拟实施上述检查，请审批。", 2, 3, "承办人签字："),),
        (
            Field(
                "负责人意见",
                f"{note or '同意'}（{decided_by}，{chinese_date(timezone.localdate(at))}）",
                2,
                3,
                "负责人签字：",
            ),
        ),
    )
    blocks: tuple[Block, ...] = (Fields(rows=rows, columns=2),)
    return DocumentContent(
        form="table",
        title="行政检查审批表",
        date=timezone.localdate(at).isoformat(),
        blocks=blocks,
        organ=deployment.lead_organ.name,
    )


def inspection_notice(visit: Visit, *, frequency: str, at: datetime) -> DocumentContent:
    """行政检查通知书 for one place: items, time, officers, frequency, rights and discipline."""
    deployment = visit.deployment
    organ = deployment.lead_organ
    departments = "、".join(dict.fromkeys(member.organisation.name for member in officers_of(deployment)))
    blocks: tuple[Block, ...] = (
        Paragraph(
            f"根据{deployment.basis}，{organ.name}决定于{_when(deployment.starts_at)}至{_when(deployment.ends_at)}"
            f"对你单位实施行政检查（{deployment.get_kind_display()}）。现将有关事项通知如下："
        ),
        Heading(1, "检查事项"),
        Paragraph(deployment.item),
        Heading(1, "检查人员"),
        Paragraph(
            f"参加部门：{departments}。执法人员及执法证号：{member_lines(officers_of(deployment))}。"
            f"协助人员{helper_count(deployment)}人。"
        ),
        Heading(1, "检查频次"),
        Paragraph(frequency),
        Heading(1, "你单位的权利"),
        ItemList(RIGHTS),
        Heading(1, "检查纪律"),
        Paragraph(DISCIPLINE),
        Signature(organ.name, timezone.localdate(at).isoformat()),
        SignatureLines((SignatureLine("签收人"),)),
    )
    return DocumentContent(
        form="letter",
        title="行政检查通知书",
        date=timezone.localdate(at).isoformat(),
        blocks=blocks,
        organ=organ.name,
        addressee=visit.institution.name,
    )


def site_record(visit: Visit, *, at: datetime) -> DocumentContent:
    """现场检查笔录 with every finding; each page is signed."""
    deployment = visit.deployment
    findings = list(visit.findings.exclude(status=FindingStatus.VOID).select_related("organ", "violation"))
    signed = visit.get_signature_display() + (f"，见证人{visit.witness}" if visit.witness else "")
    head = (
        (Field("检查时间", f"{_when(visit.started_at)}至{_when(visit.ended_at)}", 2),),
        (Field("检查地点", visit.place_note or visit.institution.address, 2),),
        (Field("当事人", visit.institution.name), Field("在场负责人", _person(visit))),
        (Field("执法人员及证号", member_lines(officers_of(deployment)), 2),),
        (Field("告知事项", "执法人员已出示执法证，告知陈述申辩、申请回避等权利。", 2),),
        (Field("现场情况", f"{visit.get_premises_display()}。{visit.summary}", 2, 4),),
        (Field("当事人意见", visit.party_opinion or "无", 2, 2),),
        (Field("签字情况", signed), Field("执法记录仪", visit.camera_note or "无")),
    )
    blocks: list[Block] = [Fields(rows=head, columns=2)]
    if lines := _carried_lines(visit):
        blocks += [Heading(1, "以前问题的核实情况"), ItemList(lines)]
    if findings:
        blocks.append(_finding_table(findings))
    blocks.append(SignatureLines((SignatureLine("执法人员（两名以上）"), SignatureLine("当事人"))))
    return DocumentContent(
        form="record",
        title="现场检查笔录",
        date=timezone.localdate(at).isoformat(),
        blocks=tuple(blocks),
        organ=deployment.lead_organ.name,
        page_signatures=("当事人", "执法人员"),
    )


def _carried_lines(visit: Visit) -> tuple[str, ...]:
    """Earlier problems with what was seen of each, one line each."""
    rows = visit.carried.exclude(result="").select_related("finding", "finding__visit").order_by("finding_id")
    return tuple(
        f"{chinese_date(row.finding.visit.visited_on)}发现：{row.finding.text.rstrip('。；')}。"
        f"核实结果：{row.get_result_display()}" + (f"，{row.note.rstrip('。；')}" if row.note else "") + "。"
        for row in rows
    )


def inspection_result(visit: Visit, *, remedy: str, at: datetime) -> DocumentContent:
    """行政检查结果告知书: what was found and what follows, also when nothing was found."""
    organ = visit.deployment.lead_organ
    findings = list(visit.findings.exclude(status=FindingStatus.VOID).select_related("organ", "violation"))
    day = chinese_date(visit.visited_on)
    blocks: list[Block] = [
        Paragraph(
            f"{organ.name}于{day}对你单位实施了行政检查（{visit.deployment.get_kind_display()}）。现将结果告知如下："
        ),
        Heading(1, "检查结果"),
        Paragraph(f"{visit.get_outcome_display()}。现场状态：{visit.get_premises_display()}。"),
    ]
    if findings:
        blocks += [Heading(1, "发现的问题及处理"), _finding_table(findings), Paragraph(remedy)]
    else:
        blocks.append(Paragraph("本次检查未发现违法违规问题。请继续依法依规办学。"))
    blocks += [
        Paragraph(f"联系电话：{organ.phone or organ.bureau.hotline}。"),
        Signature(organ.name, timezone.localdate(at).isoformat()),
        SignatureLines((SignatureLine("签收人"),)),
    ]
    return DocumentContent(
        form="letter",
        title="行政检查结果告知书",
        date=timezone.localdate(at).isoformat(),
        blocks=tuple(blocks),
        organ=organ.name,
        addressee=visit.institution.name,
    )


def rectification_notice(notice: RectificationNotice, *, at: datetime) -> DocumentContent:
    """责令限期改正通知书 (行政处罚法 第二十八条)."""
    issued_on = timezone.localdate(at)
    orders = tuple(item.order for item in notice.items.order_by("position"))
    until = expected_due(notice, issued_on) if notice.term_amount else issued_on
    blocks: tuple[Block, ...] = (
        Paragraph(f"经查，你单位存在以下问题：{notice.facts}"),
        Paragraph(f"上述行为违反了{notice.rule_broken}。"),
        Paragraph(
            f"根据{notice.basis}，现责令你单位自本通知书送达之日起{term_words(notice)}内"
            f"（当日送达的，截至{chinese_date(until)}）改正下列事项："
        ),
        ItemList(orders),
        Paragraph(notice.report_back),
        Paragraph(notice.consequences),
        Paragraph(notice.remedy_line),
        Paragraph(f"联系人及电话：{notice.contact}。"),
        Signature(notice.organ.name, issued_on.isoformat()),
        SignatureLines((SignatureLine("签收人"),)),
    )
    return DocumentContent(
        form="letter",
        title="责令限期改正通知书",
        date=issued_on.isoformat(),
        blocks=tuple(block for block in blocks if not isinstance(block, Paragraph) or block.text),
        organ=notice.organ.name,
        addressee=notice.party_name,
    )


def service_receipt(service: ServiceRecord, *, at: datetime) -> DocumentContent:
    """送达回证."""
    notice = service.notice
    proof = (
        service.consent_no
        or service.mail_no
        or service.publication_place
        or service.refusal_reason
        or "见签收"
    )
    rows = (
        (Field("送达文书", "责令限期改正通知书"), Field("文号", notice.number)),
        (Field("受送达人", notice.party_name, 2),),
        (Field("送达地点", service.place, 2),),
        (Field("送达方式", service.get_method_display()), Field("送达时间", _when(service.served_at))),
        (Field("签收人", service.receiver), Field("与受送达人关系", service.receiver_relation)),
        (Field("送达凭证", proof), Field("见证人", service.witness or "无")),
        (Field("送达人", f"{service.server_one.name}、{service.server_two.name}", 2, 2, "送达人签字："),),
        (Field("备注", f"期限自 {service.effective_on:%Y-%m-%d} 的次日起算。", 2, 2),),
    )
    return DocumentContent(
        form="table",
        title="送达回证",
        date=timezone.localdate(at).isoformat(),
        blocks=(Fields(rows=rows, columns=2), SignatureLines((SignatureLine("受送达人"),))),
        organ=notice.organ.name,
    )


def recheck_record(recheck: Recheck, *, at: datetime) -> DocumentContent:
    """整改复查记录, item by item."""
    notice = recheck.notice
    officers = "、".join(
        f"{row.person_name}（{row.certificate_no}）" for row in recheck.officers.order_by("pk")
    )
    rows = tuple(
        (
            Cell(str(row.item.position)),
            Cell(row.item.order, align="left"),
            Cell(row.get_result_display()),
            Cell(row.note),
        )
        for row in recheck.items.select_related("item").order_by("item__position")
    )
    table = Table(
        columns=(Column(0.6), Column(4.0), Column(1.2), Column(2.4)),
        head=((Cell("序号"), Cell("整改事项"), Cell("复查结果"), Cell("说明")),),
        rows=rows,
    )
    head = (
        (Field("当事人", notice.party_name), Field("整改通知书", notice.number)),
        (Field("复查时间", _when(recheck.rechecked_at)), Field("复查方式", recheck.get_method_display())),
        (Field("复查人员及证号", officers, 2),),
    )
    foot = (
        (Field("复查结论", f"{recheck.get_conclusion_display()}。{recheck.note}", 2, 2),),
        (Field("当事人意见", recheck.party_opinion or "无", 2, 2),),
    )
    return DocumentContent(
        form="record",
        title="整改复查记录",
        date=timezone.localdate(at).isoformat(),
        blocks=(
            Fields(rows=head, columns=2),
            table,
            Fields(rows=foot, columns=2),
            SignatureLines((SignatureLine("复查人员（两名以上）"), SignatureLine("当事人"))),
        ),
        organ=notice.organ.name,
    )


def _finding_table(findings: list[Any]) -> Table:
    rows = tuple(
        (
            Cell(str(number)),
            Cell(finding.text, align="left"),
            Cell(finding.organ.short_name),
            Cell(finding.get_mode_display()),
        )
        for number, finding in enumerate(findings, 1)
    )
    return Table(
        columns=(Column(0.6), Column(4.4), Column(1.6), Column(1.4)),
        head=((Cell("序号"), Cell("问题事实"), Cell("责任部门"), Cell("处理")),),
        rows=rows,
    )


def _when(moment: datetime | None) -> str:
    if moment is None:
        return ""
    local = timezone.localtime(moment)
    return f"{chinese_date(local.date())}{local:%H:%M}"


def _person(visit: Visit) -> str:
    title = f"（{visit.representative_title}）" if visit.representative_title else ""
    return f"{visit.representative}{title}" if visit.representative else "无人在场"
