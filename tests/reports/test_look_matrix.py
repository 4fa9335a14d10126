"""The table of institutions and the seven looks: its numbers are those of the rows they open."""

from __future__ import annotations

import re
from html import unescape

import pytest
from django.test import Client
from django.urls import reverse

from bench import world as rows
from casework.management.commands.load_reference import load_all
from inspections.models import Finding, Visit
from institutions.models import Institution
from reports.looks import look_campaigns, look_cells, look_columns, look_rows
from tests.reports.test_report_pages import signed_in

CODES = ("K1-1", "K4-2", "K4-3", "A1-1")


@pytest.fixture
def ground(db: None) -> rows.Ground:
    """Six places, a look-back campaign, visits in it and outside it, problems of four checklist items."""
    ground = rows.ground_make(towns=2, officers=4)
    load_all()
    rows.institutions_make(ground, 6)
    rows.campaigns_make(ground, 1)
    rows.visits_make(ground, 40, found_in_ten=9)
    for number, finding in enumerate(Finding.objects.order_by("pk")):
        Finding.objects.filter(pk=finding.pk).update(item_code=CODES[number % len(CODES)])
    return ground


def test_cells_count_what_stands_in_the_campaign(ground: rows.Ground) -> None:
    campaign = look_campaigns(ground.actor)[0]
    inside = Finding.objects.filter(visit__deployment__campaign=campaign)
    assert 0 < inside.count() < Finding.objects.count()
    for place in look_rows(ground.actor, campaign):
        own = inside.filter(visit__institution=place)
        cells = {cell.code: cell for cell in look_cells(place.problems)}
        assert cells[""].found == own.count()
        assert cells["K4"].found == own.filter(item_code__startswith="K4-").count()
        assert (
            cells["K1"].unsettled
            == own.filter(item_code="K1-1").exclude(status__in=["FIXED", "CLOSED"]).count()
        )
        made = Visit.objects.filter(institution=place, deployment__campaign=campaign)
        assert place.visits_made == made.count()
    first = inside.order_by("pk")[0]
    Finding.objects.filter(pk=first.pk).update(status="VOID", fixed_at=None)
    place = look_rows(ground.actor, campaign).get(pk=first.visit.institution_id)
    assert (
        look_cells(place.problems)[-1].found
        == inside.filter(visit__institution=place).exclude(status="VOID").count()
    )


def test_every_number_opens_exactly_its_problems(ground: rows.Ground) -> None:
    client = signed_in(ground.actor)
    html = client.get(reverse("reports:look_matrix")).content.decode()
    assert all(column.name in html for column in look_columns())
    links = re.findall(r'href="([^"]+finding[^"]+)"[^>]*><span class="num">(\d+)</span>', html)
    assert len(links) >= 6
    for address, number in links:
        opened = client.get(unescape(address)).content.decode()
        assert f'<span class="num">{number}</span>' in opened or opened.count("/desk/findings/") >= int(
            number
        )
        answer = client.get(f"{unescape(address)}&export=csv")
        lines = b"".join(answer).decode("utf-8-sig").strip().splitlines()  # type: ignore[arg-type]
        assert len([line for line in lines if "未公示收费项目" in line]) == int(number), address


def test_filters_and_export_cover_every_place(ground: rows.Ground) -> None:
    client, campaign = signed_in(ground.actor), look_campaigns(ground.actor)[0]
    address = reverse("reports:look_matrix")
    visited = set(
        Visit.objects.filter(deployment__campaign=campaign).values_list("institution__name", flat=True)
    )
    unvisited = Institution.objects.exclude(name__in=visited).first()
    assert unvisited is None or unvisited.name not in client.get(address, {"visited": "yes"}).content.decode()
    text = b"".join(client.get(address, {"export": "csv"})).decode("utf-8-sig")  # type: ignore[arg-type]
    for place in Institution.objects.all():
        assert place.name in text
    assert "K7 风险防范" in text


def test_without_a_campaign_the_page_says_what_to_do(db: None) -> None:
    ground = rows.ground_make(towns=1, officers=2)
    html = signed_in(ground.actor).get(reverse("reports:look_matrix")).content.decode()
    assert "还没有“回头看”专项行动" in html


def test_asking_without_login_leads_to_the_login(db: None) -> None:
    rows.ground_make(towns=1, officers=2)
    assert Client().get(reverse("reports:look_matrix")).status_code == 302
