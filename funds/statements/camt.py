"""ISO 20022 camt.053: booked entries of one account's statement."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import accumulate
from typing import Any

from lxml import etree  # type: ignore[import-untyped]

from funds.statements.lines import Line, StatementRefused, fen_of

BOOKED = {"BOOK", ""}


def read(data: bytes, *, many: bool = False) -> list[Line]:
    """Lines of the one statement in the file, or of one for each account; `row` counts the entries.

    Entities and network are off; a document type is refused. Raises StatementRefused.
    """
    statements = _statements(data)
    if len(statements) != 1 and not many:
        raise StatementRefused("报文里须有且只有一个账户一天的对账单（Stmt）。")
    lines = list[Line]()
    before = 0
    for statement in statements:
        lines += _entries(statement, before)
        before += len(statement.xpath("./*[local-name()='Ntry']"))
    if not lines:
        raise StatementRefused("报文里没有已入账的流水。")
    return lines


def _statements(data: bytes) -> list[Any]:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise StatementRefused("文件不是 camt.053 报文，读不出。") from error
    if root.getroottree().docinfo.doctype:
        raise StatementRefused("报文带有文档类型声明，不能接收。")
    return list(root.xpath("//*[local-name()='Stmt']"))


def _entries(statement: Any, before: int) -> list[Line]:
    """Booked entries of one statement, counted on from `before`, with balances as far as the message has them."""
    lines = []
    own = _text(statement, "Acct/Id/Othr/Id") or _text(statement, "Acct/Id/IBAN")
    for number, entry in enumerate(statement.xpath("./*[local-name()='Ntry']"), start=before + 1):
        if _text(entry, "Sts") not in BOOKED and _text(entry, "Sts/Cd") not in BOOKED:
            continue
        lines.append(replace(_line(number, entry), own_account=own))
    if not lines:
        return []
    closing = _balance(statement, "CLBD")
    opening = _begins(_opening(statement), closing, sum(line.fen for line in lines))
    return _with_balances(lines, opening, has_end=closing is not None)


def _begins(opening: int | None, closing: int | None, moved: int) -> int | None:
    """The balance before the first line: as told, or the closing less what moved. Refused when both disagree."""
    if closing is None:
        return opening
    if opening is not None and opening + moved != closing:
        ends = opening + moved
        raise StatementRefused(
            f"期初余额加收入减支出是 {ends / 100:,.2f} 元，报文的期末余额是 {closing / 100:,.2f} 元，"
            f"差 {(closing - ends) / 100:,.2f} 元，可能缺少流水。"
        )
    return closing - moved


def _with_balances(lines: list[Line], opening: int | None, *, has_end: bool) -> list[Line]:
    """Oldest first, each with the balance after it, so that the next statement must meet this one.

    Without the bank's closing balance the last line carries none: nothing proves that the file is whole.
    """
    ordered = sorted(lines, key=lambda line: line.booked_on)
    if opening is None:
        return ordered
    balances = list(accumulate((line.fen for line in ordered), initial=opening))[1:]
    known = [replace(line, balance_fen=fen) for line, fen in zip(ordered, balances, strict=True)]
    return known if has_end else [*known[:-1], ordered[-1]]


def _line(number: int, entry: Any) -> Line:
    if foreign := set(entry.xpath("./*[local-name()='Amt']/@Ccy")) - {"CNY"}:
        raise StatementRefused(f"第 {number} 笔的币种是 {foreign.pop()}，监管账户只收人民币（CNY）。")
    fen = fen_of(_text(entry, "Amt"), number, "Amt")
    if not fen or fen < 0:
        raise StatementRefused(f"第 {number} 笔没有金额或金额不为正。")
    sign = _sign(number, entry)
    payer, account = _other_side(entry, is_in=sign > 0)
    return Line(
        number,
        _day(number, _text(entry, "BookgDt/Dt") or _text(entry, "BookgDt/DtTm")[:10]),
        fen * sign,
        None,
        _text(entry, "AcctSvcrRef") or _text(entry, "NtryRef"),
        payer,
        account,
        _text(entry, "AddtlNtryInf"),
        _text(entry, "NtryDtls/TxDtls/Refs/EndToEndId"),
    )


def _other_side(entry: Any, *, is_in: bool) -> tuple[str, str]:
    """Name and account number of the other party: the debtor of money in, the creditor of money out."""
    party = "NtryDtls/TxDtls/RltdPties/" + ("Dbtr" if is_in else "Cdtr")
    name = _text(entry, f"{party}/Nm") or _text(entry, f"{party}/Pty/Nm")
    return name, _text(entry, f"{party}Acct/Id/Othr/Id") or _text(entry, f"{party}Acct/Id/IBAN")


def _sign(number: int, row: Any) -> int:
    mark = _text(row, "CdtDbtInd")
    if mark not in {"CRDT", "DBIT"}:
        raise StatementRefused(f"第 {number} 笔的借贷标志“{mark[:10]}”不是 CRDT 或 DBIT。")
    return 1 if mark == "CRDT" else -1


def _day(number: int, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise StatementRefused(f"第 {number} 笔没有入账日期。") from error


def _opening(statement: Any) -> int | None:
    found = _balance(statement, "OPBD")
    return found if found is not None else _balance(statement, "PRCD")


def _balance(statement: Any, code: str) -> int | None:
    for row in statement.xpath("./*[local-name()='Bal']"):
        if _text(row, "Tp/CdOrPrtry/Cd") == code:
            fen = fen_of(_text(row, "Amt"), 0, "Bal/Amt")
            return None if fen is None else fen * _sign(0, row)
    return None


def _text(row: Any, path: str) -> str:
    steps = "/".join(f"*[local-name()='{name}']" for name in path.split("/"))
    found = row.xpath(f"string(./{steps})")
    return str(found).strip()
