"""Screens: what people see, may do, and may not."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.models import User
from casework import registries
from casework.models import JobRun
from reports import services, worklists
from reports.models import ExportKind, ReportEdition, ReportPeriod, ReportRegime
from tests.conftest import World
from tests.reports.making import make_visit, moment

NOW = moment(date(2026, 9, 27))


def signed_in(user: User) -> Client:
    client = Client(HTTP_HOST="testserver")
    client.force_login(user, backend="accounts.backends.ActiveUserBackend")
    return client


def url(period: ReportPeriod, step: str = "") -> str:
    base = reverse("reports:period_detail", kwargs={"uid": period.uid})
    return f"{base}{step}/" if step else base


@pytest.fixture
def clerk(county: World) -> Client:
    return signed_in(county.clerk)


@pytest.fixture
def frozen(county: World, first: ReportPeriod) -> ReportEdition:
    return services.period_freeze(actor=county.system, period=first, now=NOW)


def test_home_shows_the_stages_the_looks_and_what_is_due(clerk: Client, frozen: ReportEdition) -> None:
    html = clerk.get(reverse("reports:home")).content.decode()
    for word in ("自查自纠", "集中检查", "总结报送", "“回头看”半月报", "七看进展", "机构压减", "风险防范"):
        assert word in html
    figure = frozen.figures.get(key="k3_over_amount", column="cumulative")
    assert reverse("reports:figure_rows", kwargs={"uid": figure.uid}) in html


def test_every_counted_number_of_the_form_opens_its_rows(clerk: Client, frozen: ReportEdition) -> None:
    html = clerk.get(url(frozen.period)).content.decode()
    counted = frozen.figures.filter(source="COUNTED")
    assert counted.count() == 8
    for figure in counted:
        address = reverse("reports:figure_rows", kwargs={"uid": figure.uid})
        assert address in html
        page = clerk.get(address)
        assert page.status_code == 200
        assert page.context["total"] == len(figure.rows)


def test_rows_that_no_longer_count_are_marked(county: World, clerk: Client, frozen: ReportEdition) -> None:
    from casework import indicators

    figure = frozen.figures.get(key="checks_times", column="period")
    address = reverse("reports:figure_rows", kwargs={"uid": figure.uid})
    assert "现已不计入" not in clerk.get(address).content.decode()
    known = indicators.get("t_visits")
    narrowed = indicators.Indicator(
        known.key,
        known.label,
        known.unit,
        lambda *a, **d: known.rows(*a, **d).exclude(object_label="甲"),
        known.rule,
    )
    indicators._indicators["t_visits"] = narrowed
    assert clerk.get(address).content.decode().count("现已不计入") == 2


def test_rows_export(clerk: Client, frozen: ReportEdition) -> None:
    figure = frozen.figures.get(key="checks_times", column="period")
    address = reverse("reports:figure_rows", kwargs={"uid": figure.uid})
    text = b"".join(clerk.get(address, {"export": "csv"}).streaming_content).decode()
    assert "检查对象" in text
    assert "共 4 行" in text


def test_the_whole_way_on_the_screen(
    county: World, clerk: Client, frozen: ReportEdition, django_capture_on_commit_callbacks: Any
) -> None:
    period = frozen.period
    assert "未填项全部填 0" in clerk.get(url(period)).content.decode()
    data = {"v-towns_total-cumulative": "26", "r-towns_total": "民政部门", "v-k7_refund_amount-period": "1.25",
            "r-k7_refund_amount": "投诉台账", "n-note": "以宣促查。"}  # fmt: skip
    assert clerk.post(url(period, "fill"), {**data, "r-towns_total": ""}).status_code == 422
    assert clerk.post(url(period, "fill"), data).status_code == 302
    assert frozen.figures.get(key="k7_refund_amount", column="cumulative").value == 1_250_000
    clerk.post(url(period, "zero"))
    signed_in(county.head).post(url(period, "review"))
    signed_in(county.leader).post(url(period, "approve"))
    clerk.post(url(period, "submit"))
    period.refresh_from_db()
    assert period.status == "SUBMITTED"
    frozen.refresh_from_db()
    with django_capture_on_commit_callbacks(execute=True):
        clerk.post(reverse("reports:export_start", kwargs={"uid": frozen.uid, "kind": "xlsx"}))
    export = frozen.exports.get(kind=ExportKind.XLSX)
    download = clerk.get(reverse("reports:export_download", kwargs={"uid": export.uid}))
    assert len(b"".join(download.streaming_content)) == export.size
    page = clerk.get(url(period)).content.decode()
    assert "已定稿" in page
    assert "1.25" in page


def test_export_is_a_watched_job(
    county: World, clerk: Client, first: ReportPeriod, approve: Any, django_capture_on_commit_callbacks: Any
) -> None:
    edition = approve(first).current_edition
    with django_capture_on_commit_callbacks(execute=True):
        clerk.post(reverse("reports:export_start", kwargs={"uid": edition.uid, "kind": "package"}))
    job = JobRun.objects.get(kind="REPORT_EXPORT")
    assert (job.state, job.created_by) == ("DONE", county.clerk)
    assert len(clerk.get(job.result["url"]).getvalue()) == edition.exports.get(kind=ExportKind.PACKAGE).size


def test_receipt_upload(county: World, clerk: Client, first: ReportPeriod, approve: Any) -> None:
    edition = approve(first).current_edition
    services.edition_submit(actor=county.clerk, period=first)
    export = services.edition_export(actor=county.clerk, edition=edition, kind=ExportKind.PACKAGE)
    body = json.dumps({"package_sha256": export.sha256, "accepted": True, "receipt_no": "渝教收1号"}).encode()
    address = reverse("reports:receipt_upload")
    assert clerk.post(address, {"file": SimpleUploadedFile("x.json", b"{}")}).status_code == 422
    assert clerk.post(address, {"file": SimpleUploadedFile("r.json", body)}).status_code == 302
    first.refresh_from_db()
    assert (first.status, first.receipt_no) == ("ACCEPTED", "渝教收1号")


def test_correction_page_keeps_the_old_edition_readable(
    clerk: Client, first: ReportPeriod, approve: Any
) -> None:
    approve(first)
    assert clerk.post(url(first, "correct"), {"reason": ""}).status_code == 422
    assert clerk.post(url(first, "correct"), {"reason": "补录检查"}).status_code == 302
    assert "更正版" in clerk.get(url(first)).content.decode()
    assert "这是以前的版次" in clerk.get(url(first), {"edition": "1"}).content.decode()


def test_comparison_shows_what_changed(county: World, clerk: Client, frozen: ReportEdition) -> None:
    make_visit(county, date(2026, 9, 18), "戊")
    html = clerk.get(url(frozen.period), {"compare": "1"}).content.decode()
    assert "新增 1 条" in html


@pytest.mark.parametrize("kind", ["xlsx", "docx", "pdf"])
def test_draft_preview(clerk: Client, frozen: ReportEdition, kind: str) -> None:
    response = clerk.get(reverse("reports:edition_preview", kwargs={"uid": frozen.uid, "kind": kind}))
    assert response.status_code == 200
    assert len(response.content) > 1000


def test_history_regimes_and_figures(clerk: Client, frozen: ReportEdition) -> None:
    assert (
        "“回头看”半月报" in clerk.get(reverse("reports:period_list"), {"status": "FROZEN"}).content.decode()
    )
    assert "每月 13、27 日" in clerk.get(reverse("reports:regime_list")).content.decode()
    days = {"since": "2026-09-01", "until": "2026-09-26"}
    page = clerk.get(reverse("reports:figures"), days)
    figures = {item["label"]: item for group in page.context["groups"] for item in group["figures"]}
    assert figures["检查机构家次"]["value"] == 4
    rows = clerk.get(figures["检查机构家次"]["url"])
    assert rows.context["total"] == 4
    assert (
        clerk.get(reverse("reports:figures"), {"since": "2026-09-02", "until": "2026-09-01"}).status_code
        == 422
    )


def test_building_by_hand(county: World, clerk: Client) -> None:
    regime = ReportRegime.objects.get(bureau=county.bureau, code="ANNUAL")
    address = reverse("reports:regime_build", kwargs={"uid": regime.uid})
    assert clerk.post(address, {"on": "2025-03-01"}).status_code == 302
    assert ReportPeriod.objects.get(regime=regime).status == "FROZEN"
    assert clerk.post(address, {"on": "2020-01-01"}).status_code == 422
    assert clerk.post(address, {"on": "2099-01-01"}).status_code == 422


def test_strangers_are_kept_out(county: World, frozen: ReportEdition) -> None:
    figure = frozen.figures.filter(source="COUNTED").first()
    assert figure is not None
    addresses = [
        url(frozen.period),
        reverse("reports:figure_rows", kwargs={"uid": figure.uid}),
        reverse("reports:edition_preview", kwargs={"uid": frozen.uid, "kind": "pdf"}),
    ]
    for address in addresses:
        assert signed_in(county.township).get(address).status_code == 403
        assert signed_in(county.institution_user).get(address).status_code == 403
        neighbour = signed_in(county.neighbour_officer)
        assert neighbour.get(f"/b/fengjie{address}").status_code == 404
        assert signed_in(county.market_officer).get(address).status_code == 404
        assert Client().get(address).status_code == 302
    assert signed_in(county.officer).post(url(frozen.period, "review")).status_code == 403
    assert signed_in(county.clerk).post(url(frozen.period, "approve")).status_code in {302, 403}
    frozen.period.refresh_from_db()
    assert frozen.period.status == "FROZEN"


def test_city_sees_its_counties(county: World, frozen: ReportEdition) -> None:
    city = signed_in(county.supervisor)
    html = city.get(f"/b/chongqing{reverse('reports:county_list')}").content.decode()
    assert "巫山县" in html
    assert city.get(f"/b/chongqing{url(frozen.period)}").status_code == 200


def test_worklist_names_who_is_next(county: World, first: ReportPeriod) -> None:
    today = date(2026, 9, 26)

    def stages(user: User) -> list[str]:
        return [item.stage for item in worklists.items(user, today) if "半月报" in item.title]

    assert (stages(county.clerk), stages(county.head)) == (["收集数据，待截止"], [])
    edition = services.period_freeze(actor=county.system, period=first, now=NOW)
    assert (stages(county.clerk), stages(county.head)) == (["待填报"], [])
    services.edition_fill(
        actor=county.clerk, edition=edition, values={("towns_total", "cumulative"): (26, "民政")}
    )
    services.figures_fill_zero(actor=county.clerk, edition=edition)
    assert (stages(county.clerk), stages(county.head)) == ([], ["待审核"])
    services.edition_review(actor=county.head, period=first)
    assert stages(county.leader) == ["待签发"]
    assert any(source is worklists.kpis for source in registries.kpis)
    kpi = next(iter(worklists.kpis(county.clerk, date(2026, 9, 23))))
    assert (kpi.value, kpi.unit) == ("1", "个工作日"), "24 September is the only working day left"


def test_period_page_needs_few_queries(
    clerk: Client, frozen: ReportEdition, django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(40):
        assert clerk.get(url(frozen.period)).status_code == 200
