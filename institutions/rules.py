"""Automatic checks of a record that warn and never refuse."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from institutions.codes import read_licence_number
from institutions.models.choices import HOLDS_LICENCE, AgeGroup, PlaceKind, ProfitKind, Standing, SubjectKind

AREA_PER_PUPIL_M2 = Decimal(3)
BARRED_PLACES = {
    PlaceKind.RESIDENTIAL,
    PlaceKind.UNDERGROUND,
    PlaceKind.INDUSTRIAL,
    PlaceKind.TEMPORARY,
}
Record = Mapping[str, Any]


def record_warnings(record: Record, *, today: date, county_code: str = "") -> list[str]:
    """Sentences about oddities of a record, for the person who enters or reads it."""
    found: list[str] = []
    for check in (_papers, _codes, _training, _premises):
        found.extend(check(record, today))
    if record.get("standing") in HOLDS_LICENCE:
        found.extend(read_licence_number(str(record.get("licence_no") or ""), county_code).warnings)
    return found


def _papers(record: Record, today: date) -> Iterator[str]:
    standing, uscc = record.get("standing"), record.get("uscc")
    licence = record.get("licence_no")
    if standing in HOLDS_LICENCE and not licence:
        yield "证照情况为有办学许可证，但没有填写许可证号，请补充。"
    if standing not in HOLDS_LICENCE and licence:
        yield "证照情况为无办学许可证，却填写了许可证号，请核对证照情况。"
    if standing in {Standing.LICENSED, Standing.REGISTERED_ONLY} and not uscc:
        yield "证照情况为有营业执照或登记证书，但没有填写统一社会信用代码，请补充。"
    if standing in {Standing.LICENCE_ONLY, Standing.UNLICENSED} and uscc:
        yield "证照情况为无照，却填写了统一社会信用代码，请核对证照情况。"
    ends = record.get("licence_to")
    if standing in HOLDS_LICENCE and ends and ends < today:
        yield f"办学许可证已于 {ends:%Y-%m-%d} 到期，许可证状态将显示为“已过期”。"


def _codes(record: Record, today: date) -> Iterator[str]:
    uscc, profit = str(record.get("uscc") or ""), record.get("profit_kind")
    if uscc.startswith("52") and profit == ProfitKind.FOR_PROFIT:
        yield "代码以 52 开头的是民办非企业单位，一般为非营利性，请核对营利性质。"
    if uscc[:2] in {"91", "92"} and profit == ProfitKind.NON_PROFIT:
        yield "代码以 91、92 开头的是企业或个体工商户，一般为营利性，请核对营利性质。"


def _training(record: Record, today: date) -> Iterator[str]:
    groups, kind = set(record.get("age_groups") or []), record.get("subject_kind")
    compulsory = groups & {AgeGroup.PRIMARY, AgeGroup.JUNIOR}
    if kind == SubjectKind.SUBJECT and compulsory and record.get("profit_kind") == ProfitKind.FOR_PROFIT:
        yield "面向义务教育阶段的学科类机构应登记为非营利性（“双减”意见），请核对。"
    if AgeGroup.PRESCHOOL in groups and (record.get("is_online") or kind == SubjectKind.SUBJECT):
        yield "不得对学龄前儿童开展线上培训和学科类培训（“双减”意见），请核对。"


def _premises(record: Record, today: date) -> Iterator[str]:
    place = record.get("place_kind")
    if place in BARRED_PLACES:
        yield f"培训场所一般不得设在{PlaceKind(place).label}，请在检查时重点核实。"
    area, capacity = record.get("floor_area_m2"), record.get("capacity")
    if area and capacity and Decimal(area) < AREA_PER_PUPIL_M2 * capacity:
        each = (Decimal(area) / capacity).quantize(Decimal("0.1"))
        yield f"按最多 {capacity} 人计算，人均 {each} 平方米，低于 3 平方米（《校外培训机构消防安全管理九项规定》）。"
