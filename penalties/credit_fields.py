"""双公示 of penalties in the field names of the credit platforms; amounts in 万元."""

from __future__ import annotations

from datetime import date

from django.utils import timezone

from casework.wording import is_verified
from penalties import money, terms
from penalties.data import credit_field_rows
from penalties.models import Case, CreditRecord, MeasureKind, MeasureStage, PartyKind

LABELS = {row["code"]: row["label"] for row in credit_field_rows()}
UNCHECKED = frozenset(row["code"] for row in credit_field_rows() if not is_verified(row["confidence"]))
ID_CARD = "居民身份证"


def row_of(case: Case, on: date) -> dict[str, str]:
    """One row about a decision. Identity numbers of natural persons stay sealed: their column is left empty."""
    rows = terms.measures_at(case, MeasureStage.DECIDED)
    amounts = {row.kind: row.amount_fen for row in rows}
    place = case.institution
    revoked = any(row.kind == MeasureKind.REVOCATION for row in rows)
    filled = {
        "CF_XDR_MC": case.party_name,
        "CF_XDR_LB": case.get_party_kind_display(),
        "CF_XDR_SHXYM": "" if case.party_kind == PartyKind.PERSON else case.party_uscc,
        "CF_XDR_ZJLX": ID_CARD if case.party_kind == PartyKind.PERSON else "",
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
        "CF_CFJGDM": case.organ.uscc,
        "CF_SJLY": case.organ.name,
        "CF_SJLYDM": case.organ.uscc,
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
