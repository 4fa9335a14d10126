"""Bank files by profiles: layouts of several banks, and everything that must not pass."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from hypothesis import given
from hypothesis import strategies as st

from casework.errors import Unlawful
from casework.web.listing import Column, xlsx_bytes
from funds.statements import Line, StatementRefused, profile_of, read, sums_of, verify

SIGNED: dict[str, Any] = {
    "name": "一列带正负号", "heads": {
        "date": "记账日期", "amount": "交易金额", "balance": "联机余额", "summary": "交易摘要", "payer": "对手信息",
    },
}  # fmt: skip
MARKED: dict[str, Any] = {
    "name": "借贷标志", "marks_in": ["贷 Cr"], "marks_out": ["借 Dr"], "heads": {
        "date": "交易日期", "amount": "交易金额", "mark": "借贷", "serial": "序号", "balance": "余额",
    },
}  # fmt: skip
TWO: dict[str, Any] = {
    "name": "收入支出两列", "footers": ["人民币合计"], "heads": {
        "date": "交易日期", "amount_in": "记账金额(收入)", "amount_out": "记账金额(支出)", "payer": "对方户名",
    },
}  # fmt: skip
SIGNED_FILE = """记账日期,货币,交易金额,联机余额,交易摘要,对手信息,客户摘要
2026-11-20,CNY,"1,234.00","2,234.00",转账,示例启航艺术培训中心,保证金
2026-11-20,CNY,"-1,000.00","1,234.00",退还,示例启航艺术培训中心,
2026-11-21,CNY,0.50,"1,234.50",结息,,
"""
MARKED_FILE = """序号,交易日期,交易时间,借贷,交易金额,余额,摘要
1,2026-11-20,09:00:00,贷 Cr,10.00,110.00,存入
2,2026-11-20,09:01:00,借 Dr,3.21,106.79,支取
"""
TWO_FILE = """明细查询文件下载

卡号: 1234****9876,"卡别名: 监管账户"

交易日期,摘要,记账金额(收入),记账金额(支出),余额,对方户名
2026-11-21     \t,"退还      ","          ","13.40     ","xx,yyyy.zz   ","示例启航艺术培训中心   ",
2026-11-20     \t,"存入      ","1,234.56  ","-         ","xx,yyyy.zz   ","示例启航艺术培训中心   ",

人民币合计,,"1,234.56","13.40",,
"""


def lines_of(text: str, profile: dict[str, Any], encoding: str = "utf-8") -> list[Line]:
    return read(text.encode(encoding), profile_of({**profile, "encoding": encoding}))


def test_one_signed_column() -> None:
    lines = lines_of(SIGNED_FILE, SIGNED)
    assert [line.fen for line in lines] == [123_400, -100_000, 50]
    assert lines[0].payer == "示例启航艺术培训中心"
    sums = verify(lines, opening=100_000, closing=123_450, count=3)
    assert (sums.count, sums.came, sums.went, sums.opening, sums.closing) == (
        3,
        123_450,
        100_000,
        100_000,
        123_450,
    )


def test_a_mark_says_the_side_and_both_are_asked() -> None:
    assert [line.fen for line in lines_of(MARKED_FILE, MARKED)] == [1000, -321]
    with pytest.raises(StatementRefused, match="第 3 行的借贷标志“付”"):
        lines_of(MARKED_FILE.replace("借 Dr", "付"), MARKED)


def test_two_columns_with_preamble_padding_and_a_footer() -> None:
    lines = lines_of(TWO_FILE, TWO)
    assert [(line.row, line.booked_on, line.fen) for line in lines] == [
        (6, date(2026, 11, 21), -1340),
        (7, date(2026, 11, 20), 123_456),
    ]
    assert verify(lines, opening=0, closing=122_116).came == 123_456


def test_masked_amounts_are_refused_with_the_row() -> None:
    masked = {**TWO, "heads": {**TWO["heads"], "balance": "余额"}}
    with pytest.raises(StatementRefused, match="第 6 行“余额”写作“xx,yyyy"):
        lines_of(TWO_FILE, masked)
    with pytest.raises(StatementRefused, match="第 2 行“交易金额”写作"):
        lines_of(SIGNED_FILE.replace('"1,234.00"', "1***.00", 1), SIGNED)


def test_gb18030_semicolons_and_another_way_of_dates() -> None:
    text = SIGNED_FILE.replace(",CNY,", ",人民币,").replace("2026-11-2", "2026年11月2").replace("0,CNY", "0")
    text = "".join(
        line.replace("年11月20", "年11月20日").replace("年11月21", "年11月21日") + "\n"
        for line in text.splitlines()
    )
    lines = lines_of(text, SIGNED, "gb18030")
    assert [line.booked_on.day for line in lines] == [20, 20, 21]
    with pytest.raises(StatementRefused, match="编码"):
        read(text.encode("gb18030"), profile_of(SIGNED))
    semi = "\n".join(["日期;金额", "20261120;5.00"])
    profile = {"name": "分号", "delimiter": ";", "heads": {"date": "日期", "amount": "金额"}}
    assert lines_of(semi, profile)[0].fen == 500


def test_a_workbook() -> None:
    columns = tuple(
        Column(head, lambda row, at=at: row[at]) for at, head in enumerate(("日期", "金额", "余额"))
    )  # type: ignore[misc]
    data = xlsx_bytes([("2026-11-20", 12.5, "112.50"), ("2026-11-21", -1, "111.50")], columns, "流水")
    profile = profile_of(
        {
            "name": "表格", "format": "XLSX", "footers": ["共 "],
            "heads": {"date": "日期", "amount": "金额", "balance": "余额"},
        }
    )  # fmt: skip
    assert verify(read(data, profile)).closing == 11_150
    with pytest.raises(StatementRefused):
        read(b"PK\x03\x04 no workbook", profile)
    with pytest.raises(StatementRefused):
        read(b"\x89PNG\r\n\x1a\n", profile)


CAMT = """<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt><Stmt>
<Bal><Tp><CdOrPrtry><Cd>OPBD</Cd></CdOrPrtry></Tp><Amt Ccy="CNY">100.00</Amt><CdtDbtInd>CRDT</CdtDbtInd></Bal>
<Bal><Tp><CdOrPrtry><Cd>CLBD</Cd></CdOrPrtry></Tp><Amt Ccy="CNY">140.00</Amt><CdtDbtInd>CRDT</CdtDbtInd></Bal>
<Ntry><Amt Ccy="CNY">50.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>
<BookgDt><Dt>2026-11-20</Dt></BookgDt><AcctSvcrRef>A1</AcctSvcrRef></Ntry>
<Ntry><Amt Ccy="CNY">7.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>PDNG</Cd></Sts>
<BookgDt><Dt>2026-11-20</Dt></BookgDt></Ntry>
<Ntry><Amt Ccy="CNY">10.00</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>
<BookgDt><Dt>2026-11-20</Dt></BookgDt><AcctSvcrRef>A2</AcctSvcrRef></Ntry>
</Stmt></BkToCstmrStmt></Document>"""


def test_camt053() -> None:
    profile = profile_of({"name": "报文", "format": "CAMT053"})
    lines = read(CAMT.encode(), profile)
    assert [(line.fen, line.serial) for line in lines] == [(5000, "A1"), (-1000, "A2")]
    with pytest.raises(StatementRefused, match=r"差 1\.00 元"):
        read(CAMT.replace("140.00", "141.00").encode(), profile)
    bomb = CAMT.replace("<Document", '<!DOCTYPE x [<!ENTITY a "aa">]><Document', 1)
    for bad in (bomb, "no xml", CAMT.replace("CRDT", "KRDT"), CAMT.replace("2026-11-20", "heute")):
        with pytest.raises(StatementRefused):
            read(bad.encode(), profile)


def test_camt053_lines_carry_the_balance_after_them() -> None:
    profile = profile_of({"name": "报文", "format": "CAMT053"})
    lines = read(CAMT.encode(), profile)
    assert [line.balance_fen for line in lines] == [15_000, 14_000]
    assert verify(lines, opening=10_000).closing == 14_000
    with pytest.raises(StatementRefused, match="少传了一份"):
        verify(lines, opening=9_999)
    only_end = read(CAMT.replace("OPBD", "XXXX").encode(), profile)
    assert [line.balance_fen for line in only_end] == [15_000, 14_000]
    no_end = read(CAMT.replace("CLBD", "XXXX").encode(), profile)
    assert [line.balance_fen for line in no_end] == [15_000, None]


def test_the_last_balance_must_follow_from_the_sums() -> None:
    first, middle, last = lines_of(SIGNED_FILE, SIGNED)
    unknown = replace(middle, balance_fen=None)
    assert verify([first, unknown, last]).closing == 123_450
    with pytest.raises(StatementRefused, match="最后一笔的余额"):
        verify([first, replace(unknown, fen=-90_000), last])


def test_camt053_names_the_other_side() -> None:
    parties = (
        "<NtryDtls><TxDtls><RltdPties><Dbtr><Nm>甲</Nm></Dbtr><DbtrAcct><Id><Othr><Id>11</Id></Othr></Id></DbtrAcct>"
        "<Cdtr><Pty><Nm>乙</Nm></Pty></Cdtr><CdtrAcct><Id><Othr><Id>22</Id></Othr></Id></CdtrAcct>"
        "</RltdPties></TxDtls></NtryDtls></Ntry>"
    )
    lines = read(CAMT.replace("</Ntry>", parties).encode(), profile_of({"name": "报文", "format": "CAMT053"}))
    assert [(line.payer, line.payer_account) for line in lines] == [("甲", "11"), ("乙", "22")]


def test_another_currency_is_never_read_as_yuan() -> None:
    profile = profile_of({"name": "报文", "format": "CAMT053"})
    with pytest.raises(StatementRefused, match=r"币种是 USD.*只收人民币"):
        read(CAMT.replace('<Ntry><Amt Ccy="CNY">50', '<Ntry><Amt Ccy="USD">50').encode(), profile)


def test_a_line_missing_in_the_middle_is_named() -> None:
    rows = SIGNED_FILE.splitlines(keepends=True)
    with pytest.raises(StatementRefused, match=r"第 2 行和第 3 行之间余额接不上，差 -1,000\.00 元"):
        verify(lines_of("".join([*rows[:2], rows[3]]), SIGNED))


def test_newest_first_within_one_day_is_understood() -> None:
    rows = MARKED_FILE.splitlines(keepends=True)
    lines = lines_of("".join([rows[0], rows[2], rows[1]]), MARKED)
    assert verify(lines).opening == 10_000


def test_what_the_bank_told_is_compared() -> None:
    lines = lines_of(SIGNED_FILE, SIGNED)
    for told, sentence in (
        ({"count": 4}, "银行说有 4 笔"), ({"opening": 99_999}, "少传了一份"), ({"closing": 1}, "可能缺少流水"),
    ):  # fmt: skip
        with pytest.raises(StatementRefused, match=sentence):
            verify(lines, **told)  # type: ignore[arg-type]
    twice = MARKED_FILE.replace("2,2026", "1,2026", 1)
    with pytest.raises(StatementRefused, match="同一流水号"):
        verify(lines_of(twice, MARKED))


@pytest.mark.parametrize(
    ("bad", "sentence"),
    [
        (b"", "空"),
        (b"\x00\x01\x02\x03", "不是文本"),
        (b"\xff\xfe\xfa", "编码"),
        ("日期,金额\n".encode(), "缺少列"),
        (SIGNED_FILE.splitlines()[0].encode(), "没有流水"),
        (SIGNED_FILE.replace("0.50", "0.005").encode(), "精确到分"),
        (SIGNED_FILE.replace("0.50", "1000000000000000").encode(), "超过"),
        (SIGNED_FILE.replace("0.50", "0.00").encode(), "金额为零"),
        (SIGNED_FILE.replace(",0.50,", ",,").encode(), "没有金额"),
        (SIGNED_FILE.replace("2026-11-21", "昨天").encode(), "日期"),
        (TWO_FILE.encode(), "缺少列"),
        ((SIGNED_FILE + "合计,,1,,,,\n2026-11-22,CNY,1,1,,,\n").encode(), "合计行之后"),
    ],
)
def test_what_is_no_statement_is_refused(bad: bytes, sentence: str) -> None:
    with pytest.raises(StatementRefused, match=sentence):
        read(bad, profile_of(SIGNED))


@pytest.mark.parametrize(
    "change",
    [
        {"name": ""},
        {"format": "PDF"},
        {"encoding": "klingon"},
        {"delimiter": ""},
        {"colour": "red"},
        {"heads": {"date": "日期"}},
        {"heads": {"amount": "金额"}},
        {"heads": {"date": "日期", "amount": "日期"}},
        {"heads": {"date": "日期", "amount": "金额", "amount_in": "收", "amount_out": "支"}},
        {
            "heads": {"date": "日期", "amount": "金额", "mark": "借贷"},
            "marks_in": ["贷"],
            "marks_out": ["贷"],
        },
        {"heads": {"date": "日期", "amount": "金额", "mark": "借贷"}},
        {"heads": {"date": "日期", "amount": "金额", "mood": "心情"}},
    ],
)
def test_a_profile_that_contradicts_itself_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(Unlawful):
        profile_of({**SIGNED, **change})


@given(st.binary(max_size=300))
def test_bytes_that_are_nothing_are_refused_with_a_sentence(data: bytes) -> None:
    for profile in (SIGNED, {**SIGNED, "format": "XLSX"}, {"name": "x", "format": "CAMT053"}):
        with pytest.raises(StatementRefused):
            read(data, profile_of(profile))


MOVES = st.lists(
    st.tuples(st.integers(-(10**9), 10**9).filter(bool), st.integers(0, 2)), min_size=3, max_size=30
)


@given(opening=st.integers(-(10**9), 10**12), moves=MOVES, lost=st.integers(1, 28), turned=st.booleans())
def test_any_lost_middle_line_is_noticed(
    opening: int, moves: list[tuple[int, int]], lost: int, *, turned: bool
) -> None:
    balance, days, lines = opening, 0, []
    for number, (fen, ahead) in enumerate(moves):
        balance, days = balance + fen, days + ahead
        lines.append(Line(number + 2, date.fromordinal(739_000 + days), fen, balance))
    whole = lines[::-1] if turned else lines
    sums = sums_of(whole)
    if lines[0].booked_on != lines[-1].booked_on:
        assert (sums.opening, sums.closing) == (opening, balance)
        assert verify(whole).count == len(moves)
    if 0 < lost < len(lines) - 1:
        with pytest.raises(StatementRefused, match="接不上"):
            verify([line for line in whole if line.row != lost + 2])


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file, profile = tmp_path / "a.csv", tmp_path / "p.json"
    file.write_text(SIGNED_FILE, encoding="utf-8")
    profile.write_text(json.dumps(SIGNED), encoding="utf-8")
    call_command("check_statement", str(file), profile=profile, opening="1,000.00")
    assert "3 笔，收入 1,234.50 元，支出 1,000.00 元，期初 1,000.00 元" in capsys.readouterr().out
    file.write_text(
        "".join(SIGNED_FILE.splitlines(keepends=True)[:2]) + SIGNED_FILE.splitlines()[3], encoding="utf-8"
    )
    with pytest.raises(CommandError, match="接不上"):
        call_command("check_statement", str(file), profile=profile)
    profile.write_text("{", encoding="utf-8")
    with pytest.raises(CommandError, match="读不出"):
        call_command("check_statement", str(file), profile=profile)
