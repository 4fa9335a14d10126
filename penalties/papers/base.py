"""How papers of a case are built: values that the catalogue asks for, and the layout that shows them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone

from casework import policy
from casework.data import document_labels
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
    labels = document_labels()["fields"]
    return [
        labels.get(name, name)
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
