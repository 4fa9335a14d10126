"""双公示 of penalties in the field names of the credit platforms; amounts in 万元."""

from __future__ import annotations

from datetime import date

from django.utils import timezone

from penalties import money, terms
from penalties.models import Case, CreditRecord, MeasureKind, MeasureStage, PartyKind

LABELS = {
    "CF_XDR_MC": "行政相对人名称",
    "CF_XDR_LB": "行政相对人类别",
    "CF_XDR_SHXYM": "统一社会信用代码",
    "CF_XDR_GSZC": "工商注册号",
    "CF_XDR_ZZJG": "组织机构代码",
    "CF_XDR_SWDJ": "税务登记号",
    "CF_XDR_SYDW": "事业单位证书号",
    "CF_XDR_SHZZ": "社会组织登记证号",
    "CF_FRDB": "法定代表人",
    "CF_WSH": "行政处罚决定书文号",
    "CF_WFXW": "违法行为类型",
    "CF_SY": "违法事实",
    "CF_YJ": "处罚依据",
    "CF_CFLB": "处罚类别",
    "CF_NR": "处罚内容",
    "CF_NR_FK": "罚款金额（万元）",
    "CF_NR_WFFF": "没收违法所得、没收非法财物的金额（万元）",
    "CF_NR_ZKDX": "暂扣或吊销证照名称及编号",
    "CF_JDRQ": "处罚决定日期",
    "CF_YXQ": "处罚有效期",
    "CF_GSJZQ": "公示截止期",
    "CF_CFJG": "处罚机关",
    "CF_CFJGDM": "处罚机关统一社会信用代码",
    "CF_SJLY": "数据来源单位",
    "BZ": "备注",
}
FILLED_LATER = frozenset({"CF_YXQ", "CF_GSJZQ"})


def row_of(case: Case, on: date) -> dict[str, str]:
    """One row about a decision. Identity numbers of natural persons are not public and are left out."""
    rows = terms.measures_at(case, MeasureStage.DECIDED)
    amounts = {row.kind: row.amount_fen for row in rows}
    place = case.institution
    revoked = any(row.kind == MeasureKind.REVOCATION for row in rows)
    filled = {
        "CF_XDR_MC": case.party_name,
        "CF_XDR_LB": case.get_party_kind_display(),
        "CF_XDR_SHXYM": "" if case.party_kind == PartyKind.PERSON else case.party_uscc,
        "CF_FRDB": "" if case.party_kind == PartyKind.PERSON else case.party_head,
        "CF_WSH": case.decision_no,
        "CF_WFXW": case.violation.name,
        "CF_SY": case.fact_words or case.clue_facts,
        "CF_YJ": case.basis,
        "CF_CFLB": "；".join(row.get_kind_display() for row in rows),
        "CF_NR": "；".join(row.words for row in rows),
        "CF_NR_FK": money.wan(amounts.get(MeasureKind.FINE, 0)) if MeasureKind.FINE in amounts else "",
        "CF_NR_WFFF": money.wan(amounts.get(MeasureKind.CONFISCATION, 0))
        if MeasureKind.CONFISCATION in amounts
        else "",
        "CF_NR_ZKDX": f"办学许可证 {place.licence_no}" if revoked and place else "",
        "CF_JDRQ": on.isoformat(),
        "CF_CFJG": case.organ.name,
        "CF_SJLY": case.organ.name,
    }
    return {code: filled.get(code, "") for code in LABELS}


def cell(record: CreditRecord, code: str) -> str:
    """One exported cell; the end of display is known once it is published."""
    if code == "CF_GSJZQ":
        return record.display_until.isoformat() if record.display_until else ""
    if code == "BZ" and record.end_reason:
        ended = timezone.localdate(record.ended_at) if record.ended_at else ""
        return f"{record.get_status_display()} {ended} {record.end_reason}"
    return str(record.row.get(code, ""))
