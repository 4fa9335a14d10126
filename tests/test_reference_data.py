"""The reference data keep their shape, name only things that exist, and agree with each other."""

from __future__ import annotations

import datetime as dt
import json
import re
from pathlib import Path

import pytest

from casework import data as office
from fieldwork.data import assignments, checklist_items, checklists
from institutions.data import demo_names
from reports.data import form, form_cells, reporting
from reports.data.quality import form_breaches

GOLDEN = json.loads((Path(__file__).parent / "golden" / "wushan_2023.json").read_text(encoding="utf-8"))
ROOMS = {"institutions", "inspections", "blacklist", "funds", "complaints", "monitors", "schools", "reports"}
CONFIDENCE = {"seen", "memory", "unverified", "inferred", "design"}
EXCEPTIONS = {day.date: day for year in office.calendar_years() for day in year.exceptions}


def is_workday(day: dt.date) -> bool:
    exception = EXCEPTIONS.get(day)
    return exception.is_workday if exception else day.weekday() < 5


def checklist(code: str) -> dict:
    return next(item for item in checklists() if item["code"] == code)


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ("2021-02-20", True),
        ("2022-04-24", True),
        ("2023-10-07", True),
        ("2023-10-08", True),
        ("2024-02-04", True),
        ("2025-01-26", True),
        ("2026-02-14", True),
        ("2026-09-20", True),
        ("2026-10-10", True),
        ("2021-02-11", False),
        ("2022-12-31", False),
        ("2023-12-31", False),
        ("2024-02-09", True),
        ("2025-10-08", False),
        ("2026-01-02", False),
        ("2026-11-22", False),
        ("2026-11-23", True),
    ],
)
def test_known_days(day: str, expected: bool) -> None:
    assert is_workday(dt.date.fromisoformat(day)) is expected


def test_calendar_years_are_complete() -> None:
    made_up = {
        year.year: sum(day.is_workday for day in year.exceptions)
        for year in office.calendar_years()
        if year.is_confirmed
    }
    assert made_up == {2021: 7, 2022: 7, 2023: 7, 2024: 8, 2025: 5, 2026: 6}
    statutory = {
        year.year: sum(not day.is_workday for day in year.exceptions)
        for year in office.calendar_years()
        if year.is_confirmed
    }
    assert statutory == {2021: 31, 2022: 32, 2023: 28, 2024: 28, 2025: 28, 2026: 33}


def test_calendar_is_ordered_and_unconfirmed_years_are_empty() -> None:
    for year in office.calendar_years():
        days = [day.date for day in year.exceptions]
        assert days == sorted(set(days))
        assert all(day.year == year.year for day in days)
        assert all(day.date.weekday() >= 5 for day in year.exceptions if day.is_workday)
        assert bool(days) is year.is_confirmed
    assert not office.calendar_years()[-1].is_confirmed
    assert office.calendar_years()[-1].year == 2027


def test_daily_checklist_has_nine_aspects_and_43_items() -> None:
    daily = checklist("DAILY_43")
    assert [(aspect["code"], len(aspect["items"])) for aspect in daily["aspects"]] == [
        ("A", 5), ("B", 7), ("C", 4), ("D", 6), ("E", 5), ("F", 4), ("G", 6), ("H", 3), ("I", 3),
    ]  # fmt: skip
    assert [number for number, _, _ in checklist_items(daily)] == list(range(1, 44))
    assert daily["audience"] == ["OFFICER", "MONITOR"]
    assert sum(item["is_star"] for _, _, item in checklist_items(daily)) == 19


@pytest.mark.parametrize("code", [item["code"] for item in checklists()])
def test_checklist_items_are_well_formed(code: str) -> None:
    found = checklist(code)
    assert found["failing_answer"] in found["answers"]
    assert set(found["answer_labels"]) == set(found["answers"])
    items = [item for _, _, item in checklist_items(found)]
    assert len({item["code"] for item in items}) == len(items)
    for item in items:
        assert item["text"]
        assert item["basis"]
        assert item["departments"]
        assert set(item["departments"]) <= set(office.DEPARTMENTS)
        assert set(item["see"]) <= set(found["see_labels"])
        assert item["confidence"] in CONFIDENCE
        assert item["weight"] >= 1


def test_proposed_checklists_exist_and_cited_documents_are_listed() -> None:
    codes = {item["code"] for item in checklists()}
    assert {code for kinds in assignments().values() for code in kinds.values()} <= codes
    assert {"MATERIALS", "ADS", "CONTRACT_CLAUSES", "SCHOOL_GATE"} <= codes
    for code in ("MATERIALS", "ADS", "CONTRACT_CLAUSES", "SCHOOL_GATE"):
        listed = tuple(row["short"] for row in checklist(code)["basis_documents"])
        for _, _, item in checklist_items(checklist(code)):
            assert all(basis.startswith(listed) for basis in item["basis"])
            assert not (item["is_star"] and item.get("answer_kind", "CHOICE") != "CHOICE")


def test_fire_and_look_checklists_have_nine_and_seven_parts() -> None:
    assert len(checklist("FIRE_NINE")["aspects"]) == 9
    assert all(len(aspect["items"]) >= 2 for aspect in checklist("FIRE_NINE")["aspects"])
    assert all("FIRE" in item["departments"] for _, _, item in checklist_items(checklist("FIRE_NINE")))
    assert [aspect["code"] for aspect in checklist("SEVEN_LOOKS")["aspects"]] == [
        look["code"] for look in reporting()["looks"]
    ]
    assert len(checklist("FIVE_ASPECTS")["aspects"]) == 5


def test_look_items_point_to_cells_of_the_half_month_form() -> None:
    keys = {cell["key"] for cell in form_cells(form("HALF_MONTH"))}
    named = {item["indicator_key"] for _, _, item in checklist_items(checklist("SEVEN_LOOKS"))} - {None}
    assert len(named) > 15
    assert named <= keys


def test_violations_are_a_two_level_tree_with_known_names() -> None:
    seen: dict[str, dict] = {}
    for row in office.violations():
        assert row["code"] not in seen
        assert re.fullmatch(r"[A-Z][A-Z0-9_]+", row["code"])
        assert row["group"] in office.violation_groups()
        assert {row["authority"], *row["assist"]} <= set(office.DEPARTMENTS)
        assert row["legal_basis"]
        assert row["uses"]
        assert set(row["uses"]) <= {"CLUE", "FINDING", "CASE", "LIST"}
        assert row["confidence"] in CONFIDENCE
        if row["parent"]:
            assert seen[row["parent"]]["parent"] is None
        seen[row["code"]] = row
    assert {row["law_ref"] for row in seen.values()} - {None} == {f"V{n}" for n in range(1, 17)}
    assert sum(row["parent"] == "DISGUISED_SUBJECT" for row in seen.values()) == 13


def test_inferred_articles_of_order_53_are_marked() -> None:
    confirmed = {"5", "6", "16", "17", "18", "42"}
    articles = [
        basis
        for row in office.violations()
        for basis in row["legal_basis"]
        if basis["number"] == "教育部令第53号"
    ]
    assert articles
    for basis in articles:
        assert basis["confidence"] == ("seen" if basis["article"] in confirmed else "unverified")


def test_policy_values_are_dated_unique_and_unambiguous() -> None:
    rows = office.policies()
    assert len({(row["key"], row["region"], row["valid_from"]) for row in rows}) == len(rows)
    for row in rows:
        dt.date.fromisoformat(row["valid_from"])
        assert row["basis"]
        assert row["confidence"] in CONFIDENCE
        if row["unit"] == "期限":
            assert row["value"]["amount"] > 0
            assert row["value"]["unit"] in {"WORKING_DAY", "CALENDAR_DAY", "MONTH", "YEAR"}
        if row["unit"] == "分":
            amounts = row["value"].values() if isinstance(row["value"], dict) else [row["value"]]
            assert all(isinstance(amount, int) for amount in amounts)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("penalty.officers.minimum", 2),
        ("penalty.decision", {"amount": 90, "unit": "CALENDAR_DAY"}),
        ("penalty.simple.cap.organisation", 300_000),
        ("publicity.dual", {"amount": 7, "unit": "WORKING_DAY"}),
        ("fund.charge.amount", 500_000),
        ("fund.charge.lessons", 60),
        ("training.end.offline", "20:30"),
    ],
)
def test_known_policy_values(key: str, value: object) -> None:
    assert [row["value"] for row in office.policies() if row["key"] == key] == [value]


def test_document_catalogue() -> None:
    kinds = office.document_kinds()
    labels = office.document_labels()
    assert sorted(kind["catalogue_no"] for kind in kinds if kind["catalogue_no"]) == list(range(1, 29))
    assert len({kind["code"] for kind in kinds}) == len(kinds)
    templates = [kind["number_template"] for kind in kinds if kind["number_template"]]
    assert len(set(templates)) == len(templates)
    assert "{organ}整改〔{year}〕{n}号" in templates
    for kind in kinds:
        assert kind["required_fields"]
        assert set(kind["signatures"]) <= set(labels["signatures"])
        assert set(kind["service_methods"]) <= set(labels["service"])
        assert kind["group"] in labels["groups"]
        if kind["is_outward"]:
            assert "ORGAN_SEAL_BOX" in kind["signatures"] or "PARTY" in kind["signatures"]
            assert kind["service_methods"]


def test_forms_have_unique_keys_and_sound_references() -> None:
    for definition in reporting()["forms"]:
        cells = list(form_cells(definition))
        keys = [cell["key"] for cell in cells]
        assert len(set(keys)) == len(keys)
        assert [row["no"] for row in definition["rows"]] == list(range(1, len(definition["rows"]) + 1))
        columns = {column["code"] for column in definition["columns"]}
        for cell in cells:
            assert set(cell["columns"]) <= columns
            assert {cell["of_which"], cell["handled_of"]} - {None} <= set(keys)
            assert cell["kind"] == "TEXT" or cell["unit"]
    assert len(form("HALF_MONTH")["rows"]) == 15


def test_regimes_name_forms_and_campaigns_that_exist() -> None:
    campaigns = {campaign["code"]: campaign for campaign in reporting()["campaigns"]}
    for regime in reporting()["regimes"]:
        assert form(regime["form"], regime["form_version"])
        assert regime["campaign"] is None or regime["campaign"] in campaigns
        assert set(regime["channels"]) <= set(reporting()["channels"])
        if regime["cadence"] == "HALF_MONTH":
            assert regime["due"]["days_of_month"] == [13, 27]
    for campaign in campaigns.values():
        assert len(campaign["stages"]) == 3
        assert campaign["stages"][-1]["ends_on"] == campaign["ends_on"] == campaign["final_report"]["due_on"]
        assert set(campaign["checklists"]) <= {item["code"] for item in checklists()}
    assert any(c["starts_on"] <= "2026-11-22" <= c["ends_on"] for c in campaigns.values())
    assert any(c["starts_on"] <= "2023-10-13" <= c["ends_on"] for c in campaigns.values())


def test_ratios_and_checks_use_known_words() -> None:
    ratios = {ratio["code"]: ratio for ratio in reporting()["ratios"]}
    for ratio in ratios.values():
        assert ratio["rounding"] in {"HALF_UP", "TRUNCATE", "COMPLEMENT"}
        assert (ratio["rounding"] == "COMPLEMENT") is (ratio["complement_of"] in ratios)
    for check in reporting()["checks"]:
        keys = {cell["key"] for cell in form_cells(form(check["form"]))}
        named = {term["key"] for term in check["left"] + check["right"]}
        assert {key for key in named if key[0] not in "*@"} <= keys
        assert check["severity"] in {"BLOCK", "WARN", "EXPLAIN"}


def test_quality_checks_pass_a_sound_edition_and_name_each_breach() -> None:
    definition = form("HALF_MONTH")
    sound = {
        (cell["key"], column): 0
        for cell in form_cells(definition)
        for column in cell["columns"]
        if cell["kind"] != "TEXT"
    }
    first = sound | {("inst_checked", c): 5 for c in ("period", "cumulative")}
    first |= {("inst_checked_offline", c): 5 for c in ("period", "cumulative")}
    first |= {("checks_times", c): 6 for c in ("period", "cumulative")}
    assert form_breaches(definition, first) == []
    second = first | {
        ("inst_checked", "cumulative"): 4,
        ("inst_checked_offline", "cumulative"): 4,
        ("inst_checked", "period"): 0,
        ("inst_checked_offline", "period"): 0,
        ("checks_times", "period"): 0,
        ("inst_problem", "cumulative"): 9,
        ("inst_problem", "period"): 9,
        ("inst_rectifying", "cumulative"): 9,
        ("towns_total", "cumulative"): 26,
    }
    found = {(breach.code, breach.key) for breach in form_breaches(definition, second, first)}
    assert found == {
        ("CUMULATIVE_NOT_FALLING", "inst_checked"),
        ("CUMULATIVE_NOT_FALLING", "inst_checked_offline"),
        ("CUMULATIVE_IS_SUM", "inst_checked"),
        ("CUMULATIVE_IS_SUM", "inst_checked_offline"),
        ("OF_WHICH", "inst_problem"),
        ("TOWNS_BASE", "towns_total"),
    }
    messages = [breach.message for breach in form_breaches(definition, second, first)]
    assert "“排查机构数”累计数小于上期，请核对，确需调减的先提交更正说明。" in messages


def test_golden_figures_name_rooms_units_and_reach_the_annual_form() -> None:
    figures = {figure["key"]: figure for figure in GOLDEN["figures"]}
    assert len(figures) == len(GOLDEN["figures"])
    for figure in figures.values():
        assert figure["room"] in ROOMS
        assert figure["unit"]
        assert figure["definition"]
    annual = {cell["key"] for cell in form_cells(form("ANNUAL_SUMMARY")) if cell["kind"] != "TEXT"}
    assert annual == set(figures)
    assert figures["patrol_visit_pt"]["value"] == 916
    assert figures["officers_pt"]["unit"] == "人次"
    assert figures["visit_pt"]["unit"] == "家次"
    assert figures["deposit_amt"]["value_fen"] == 41 * 10_000_000


def test_demo_names_are_many_varied_and_cover_every_township() -> None:
    names = demo_names()
    assert len(set(names["brands"])) == len(names["brands"]) >= 45
    assert all(any(char in name for name in names["brands"] + names["persons"]) for char in "喆昇堃犇")
    assert all(len(name) >= 30 for name in names["long_names"])
    assert {area["code"]: len(area["towns"]) for area in names["areas"]} == {"500237": 26, "211221": 16}
    streets = [street for area in names["areas"] for town in area["towns"] for street in town["streets"]]
    assert len(set(streets)) == len(streets)
    assert all(town["code"].startswith(area["code"]) for area in names["areas"] for town in area["towns"])
    assert len(set(names["persons"])) == len(names["persons"])
