"""Files: same bytes, right numbers, manifest, receipts."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
import zipfile
from collections import defaultdict
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command

from casework.errors import NotAllowed, Unlawful, WrongState
from casework.indicators import Rounding, ratio
from casework.models import OutboxMessage
from reports import delivery, selectors, services
from reports.exports.files import render
from reports.models import ExportKind, ReportEdition, ReportExport, ReportPeriod
from tests.conftest import World
from tests.reports.making import REGIME, moment, open_period

NOW = moment(date(2026, 9, 27))


@pytest.fixture
def edition(first: ReportPeriod, approve: Any) -> ReportEdition:
    found = approve(first).current_edition
    assert found is not None
    return found


def content_of(export: ReportExport) -> bytes:
    with default_storage.open(export.stored_name) as stored:
        return stored.read()


def docx_text(content: bytes) -> str:
    xml = zipfile.ZipFile(io.BytesIO(content)).read("word/document.xml").decode()
    rows = re.findall(r"<w:tr[ >].*?</w:tr>", xml, re.S)
    return "\n".join(
        "\t".join(_plain(cell) for cell in re.findall(r"<w:tc[ >].*?</w:tc>", row, re.S)) for row in rows
    )


def _plain(xml: str) -> str:
    return "".join(re.findall(r"<w:t(?: [^>]*)?>([^<]*)</w:t>", xml))


def test_every_number_in_the_docx_is_a_frozen_figure_with_its_rows(
    county: World, edition: ReportEdition
) -> None:
    content = content_of(services.edition_export(actor=county.clerk, edition=edition, kind=ExportKind.DOCX))
    lines = [line.split("\t") for line in docx_text(content).splitlines()]
    printed = {line[1].strip("　"): line for line in lines if len(line) == 5 and line[0] != "序号"}
    seen = 0
    for cell in selectors.number_cells(edition):
        line = printed[cell["label"]] if cell["label"] not in {"其中：已整改"} else None
        if line is None:
            continue
        for text, column in zip(line[3:], ("period", "cumulative"), strict=True):
            figure = selectors.figures_of(edition).get((cell["key"], column))
            if figure is None:
                assert text == "—"
                continue
            assert text == selectors.figure_text(figure, cell)
            seen += 1
            if figure.measure == "COUNT":
                assert len(figure.rows) == int(text) == selectors.row_objects(county.clerk, figure).count()
            if figure.measure == "SUM":
                assert Decimal(sum(row[1] for row in figure.rows)) / 1_000_000 == Decimal(text)
    assert seen > 60
    assert printed["检查机构家次"][3:] == ["4", "4"]
    assert printed["排查机构数"][3:] == ["3", "3"]
    assert printed["超收金额"][3:] == ["7.00", "7.00"]


def test_workbook_has_the_form(county: World, edition: ReportEdition) -> None:
    content = content_of(services.edition_export(actor=county.clerk, edition=edition, kind=ExportKind.XLSX))
    page = openpyxl.load_workbook(io.BytesIO(content))["报表"]
    assert "半月报表" in page["A1"].value
    assert [cell.value for cell in page[4]] == ["序号", "指标", "单位", "本期", "累计"]
    rows = {row[1].value: row for row in page.iter_rows(min_row=5)}
    assert [rows["检查机构家次"][3].value, rows["检查机构家次"][4].value] == [4, 4]
    assert rows["乡镇（街道）数"][3].value == "—"
    assert rows["其中：线上机构"][1].alignment.indent == 2
    foot = page.cell(row=page.max_row, column=1).value
    assert all(
        word in foot
        for word in ("填报单位（盖章）", "填报人：报送员", "审核人：股负责人", "联系电话", "填报日期")
    )


def test_formulas_stay_texts(county: World, first: ReportPeriod) -> None:
    edition = services.period_freeze(actor=county.system, period=first, now=NOW)
    services.edition_fill(actor=county.clerk, edition=edition, notes={"note": "=HYPERLINK(1)"}, now=NOW)
    page = openpyxl.load_workbook(io.BytesIO(render(edition, ExportKind.XLSX)))["报表"]
    found = [cell for row in page.iter_rows() for cell in row if cell.value == "=HYPERLINK(1)"]
    assert [cell.data_type for cell in found] == ["s"] or found[0].quotePrefix or found[0].data_type != "f"


def test_files_are_made_once_and_only_after_the_approval(
    county: World, first: ReportPeriod, approve: Any
) -> None:
    draft = services.period_freeze(actor=county.system, period=first, now=NOW)
    with pytest.raises(WrongState, match="尚未签发"):
        services.edition_export(actor=county.clerk, edition=draft, kind=ExportKind.PDF)
    edition = approve(first).current_edition
    one = services.edition_export(actor=county.clerk, edition=edition, kind=ExportKind.PDF)
    assert services.edition_export(actor=county.head, edition=edition, kind=ExportKind.PDF) == one
    assert render(edition, ExportKind.PDF) == content_of(one)
    with pytest.raises(NotAllowed):
        services.edition_export(actor=county.township, edition=edition, kind=ExportKind.PDF)


def test_package_manifest_is_true_and_its_rows_add_up(county: World, edition: ReportEdition) -> None:
    export = services.edition_export(actor=county.clerk, edition=edition, kind=ExportKind.PACKAGE)
    archive = zipfile.ZipFile(io.BytesIO(content_of(export)))
    manifest = json.loads(archive.read("manifest.json"))
    assert manifest["content_hash"] == edition.content_hash
    assert {item["name"] for item in manifest["files"]} == set(archive.namelist()) - {"manifest.json"}
    for item in manifest["files"]:
        data = archive.read(item["name"])
        assert (hashlib.sha256(data).hexdigest(), len(data)) == (item["sha256"], item["size"])
    rows = list(csv.DictReader(io.StringIO(archive.read("rows.csv").decode())))
    assert next(item for item in manifest["files"] if item["name"] == "rows.csv")["rows"] == len(rows)
    measured: dict[tuple[str, str], list[str]] = defaultdict(list)
    for row in rows:
        measured[row["key"], row["column"]].append(row["measured"])
    add_up = {
        "COUNT": len,
        "DISTINCT": lambda found: len(set(found)),
        "SUM": lambda found: sum(map(int, found)),
    }
    counted = [
        item for item in json.loads(archive.read("report.json"))["figures"] if item["source"] == "COUNTED"
    ]
    assert len(counted) == 8
    for item in counted:
        assert add_up[item["measure"]](measured[item["key"], item["column"]]) == item["value"], item["key"]


@pytest.fixture
def sent(county: World, edition: ReportEdition) -> OutboxMessage:
    services.edition_submit(actor=county.clerk, period=edition.period, now=NOW)
    return OutboxMessage.objects.get(subject_uid=edition.uid)


def receipt(export: ReportExport, accepted: bool = True, **more: Any) -> bytes:
    return json.dumps({"package_sha256": export.sha256, "accepted": accepted, **more}).encode()


def test_delivery_puts_one_whole_file_into_the_folder(county: World, sent: OutboxMessage) -> None:
    delivery.deliver(sent)
    delivery.deliver(sent)
    export = ReportExport.objects.get(kind=ExportKind.PACKAGE)
    names = sorted(path.name for path in delivery.outgoing().iterdir())
    assert names == [export.file_name, f"{export.file_name}.sha256"]
    assert hashlib.sha256((delivery.outgoing() / export.file_name).read_bytes()).hexdigest() == export.sha256
    assert export.file_name == f"wushan-{REGIME}-20260927-e1.zip"


def test_receipt_accepts_the_period_once(county: World, sent: OutboxMessage, edition: ReportEdition) -> None:
    delivery.deliver(sent)
    export = ReportExport.objects.get(kind=ExportKind.PACKAGE)
    incoming = delivery.incoming()
    incoming.mkdir(parents=True)
    (incoming / "a.json").write_bytes(receipt(export, receipt_no="R-1"))
    (incoming / "b.json").write_bytes(receipt(export, accepted=False, errors=["迟到"]))
    (incoming / "c.json").write_bytes(b"not json")
    assert services.receipts_collect(now=NOW) == (2, 1)
    period = ReportPeriod.objects.get(pk=edition.period_id)
    assert (period.status, period.receipt_no) == ("ACCEPTED", "R-1")
    sent.refresh_from_db()
    assert sent.state == "RECEIVED"
    assert sorted(path.name for path in (incoming / "done").iterdir()) == ["a.json", "b.json"]
    assert (incoming / "failed" / "c.json").exists()


def test_returned_package_waits_for_a_correction(
    county: World, sent: OutboxMessage, edition: ReportEdition
) -> None:
    export = services.edition_export(actor=county.clerk, edition=edition, kind=ExportKind.PACKAGE)
    period = services.receipt_import(
        actor=county.clerk, content=receipt(export, accepted=False, errors=["第 2 行与第 3 行矛盾"]), now=NOW
    )
    assert (period.status, period.return_reason) == ("RETURNED", "第 2 行与第 3 行矛盾")
    new = services.edition_correct(actor=county.clerk, period=period, reason="按退回意见核对", now=NOW)
    assert new.number == 2
    assert services.edition_export(actor=county.clerk, edition=edition, kind=ExportKind.PACKAGE) == export


@pytest.mark.parametrize(
    "content", [b"\xff", b"[]", b'{"accepted": true}', b'{"package_sha256": "x", "accepted": 1}']
)
def test_wrong_receipts_are_refused(county: World, content: bytes) -> None:
    with pytest.raises(Unlawful, match=r"回执|accepted"):
        services.receipt_import(actor=county.clerk, content=content)


def test_receipts_of_other_counties_are_unknown(
    county: World, sent: OutboxMessage, edition: ReportEdition
) -> None:
    export = services.edition_export(actor=county.clerk, edition=edition, kind=ExportKind.PACKAGE)
    with pytest.raises(Unlawful, match="都不相符"):
        services.receipt_import(actor=county.neighbour_officer, content=receipt(export))


@pytest.mark.parametrize(
    ("rounding", "printed"), [(Rounding.HALF_UP, "91.36"), (Rounding.TRUNCATE, "91.35")], ids=["round", "cut"]
)
def test_reduction_rate_of_shishi(rounding: Rounding, printed: str) -> None:
    assert str(ratio(81 - 7, 81, decimals=2, rounding=rounding)) == printed


def test_ratio_keeps_its_inputs_and_mode() -> None:
    definition = {
        "code": "reduction_rate", "name": "压减率", "numerator": ["a", "b"], "denominator": ["c"],
        "decimals": 2, "rounding": "TRUNCATE",
    }  # fmt: skip
    (found,) = selectors.ratio_values([definition], {"a": 70, "b": 4, "c": 81})
    assert (found.text, found.inputs, found.rounding_word) == ("91.35%", "74 ÷ 81", "截尾")
    (none,) = selectors.ratio_values([definition], {"a": 0, "b": 0, "c": 0})
    assert none.text == "—"


def test_final_report_is_an_upward_document_with_its_number(
    county: World, first: ReportPeriod, approve: Any
) -> None:
    period = approve(open_period(county, date(2026, 12, 18), "LOOKBACK_2026_WUSHAN_FINAL"))
    edition = period.current_edition
    document = edition.document
    assert document.number == "巫教培〔2026〕1号"
    assert document.content["form"] == "red_head"
    assert document.content["signer"] == county.leader.name
    assert (
        document.content["title"].replace("\n", "")
        == "关于巫山县义务教育阶段学科类校外培训治理“回头看”工作情况的报告"
    )
    texts = [block.get("text", "") for block in document.content["blocks"]]
    assert [text for text in texts if text[:2] in {"一、", "二、", "三、", "四、"}][:4] == [
        "一、总体情况", "二、主要做法", "三、存在问题", "四、下一步工作",
    ]  # fmt: skip
    assert any("检查机构家次累计6家次" in text for text in texts)
    assert any(block["kind"] == "attachments" for block in document.content["blocks"])
    assert (
        content_of(services.edition_export(actor=county.clerk, edition=edition, kind=ExportKind.PDF))[:4]
        == b"%PDF"
    )


def test_yearly_summary_is_made_through_the_product(county: World, approve: Any) -> None:
    period = approve(open_period(county, date(2025, 6, 1), "ANNUAL"))
    edition = period.current_edition
    assert period.label == "2025 年"
    assert edition.document.title == "关于巫山县2025年校外培训监管工作情况的报告"
    assert edition.document.content["addressee"] == "重庆市教育委员会、县人民政府"


def test_corrected_final_report_replaces_the_issued_one(
    county: World, first: ReportPeriod, approve: Any
) -> None:
    period = approve(open_period(county, date(2026, 12, 18), "LOOKBACK_2026_WUSHAN_FINAL"))
    old = period.current_edition.document
    services.edition_correct(
        actor=county.clerk, period=period, reason="数据核减", now=moment(date(2026, 12, 18))
    )
    services.edition_review(actor=county.head, period=period, now=moment(date(2026, 12, 18)))
    services.edition_approve(actor=county.leader, period=period, now=moment(date(2026, 12, 18)))
    old.refresh_from_db()
    assert (old.state, old.state_reason) == ("SUPERSEDED", "数据核减")


def test_commands_build_and_export(county: World, first: ReportPeriod, approve: Any, tmp_path: Path) -> None:
    out = io.StringIO()
    call_command("build_report", REGIME, "--date", "2026-09-27", stdout=out)
    edition = first.current_edition
    assert edition is not None
    assert f"版次 {edition.pk}" in out.getvalue()
    assert "检查机构家次（家次）  本期 4  累计 4" in out.getvalue()
    with pytest.raises(CommandError, match="尚未签发"):
        call_command("export_report", str(edition.pk))
    approve(first)
    call_command("export_report", str(edition.pk), "--out", str(tmp_path), stdout=out)
    assert len(list(tmp_path.glob("*.xlsx"))) == 1
    with pytest.raises(CommandError, match="没有代码"):
        call_command("build_report", "NOPE", "--date", "2026-09-27")
