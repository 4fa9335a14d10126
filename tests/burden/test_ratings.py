"""Ratings that nobody can trace, shown in groups of five."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from burden import selectors, services
from burden.models import OfficerRating, RatingTicket, SpentVoucher
from casework.errors import NotAllowed, Unlawful, WrongState
from casework.models import AuditEvent
from inspections.models import Visit
from tests.conftest import World

pytestmark = pytest.mark.django_db
GOOD = services.Scores(5, 4, 3)


def test_a_closed_visit_gives_one_ticket(law: World, closed: Visit) -> None:
    assert [ticket.visit for ticket in selectors.tickets_of(law.institution_user)] == [closed]
    assert RatingTicket.objects.count() == 1


def test_voucher_once_rating_once(law: World, closed: Visit) -> None:
    ticket = RatingTicket.objects.get()
    with pytest.raises(NotAllowed):
        services.voucher_take(actor=law.officer, ticket=ticket)
    voucher = services.voucher_take(actor=law.institution_user, ticket=ticket)
    with pytest.raises(WrongState, match="只能评价一次"):
        services.voucher_take(actor=law.institution_user, ticket=ticket)
    assert services.rating_give(voucher=voucher, scores=GOOD) == 2
    with pytest.raises(WrongState, match="已经用过"):
        services.rating_give(voucher=voucher, scores=GOOD)
    assert OfficerRating.objects.count() == 2
    assert SpentVoucher.objects.count() == 1


def test_a_false_voucher_is_refused(law: World) -> None:
    with pytest.raises(Unlawful, match="不正确"):
        services.rating_give(voucher="abc", scores=GOOD)


def test_scores_outside_one_to_five_are_refused(law: World, closed: Visit) -> None:
    voucher = services.voucher_take(actor=law.institution_user, ticket=RatingTicket.objects.get())
    with pytest.raises(ValidationError), transaction.atomic():
        services.rating_give(voucher=voucher, scores=services.Scores(6, 1, 1))
    with pytest.raises(IntegrityError, match="scores"), transaction.atomic():
        OfficerRating.objects.create(
            bureau=law.bureau, officer=law.officer, year=2026, lawful=0, civil=1, light=1
        )


def test_nothing_kept_leads_back_to_the_place(law: World, closed: Visit) -> None:
    voucher = services.voucher_take(actor=law.institution_user, ticket=RatingTicket.objects.get())
    before = AuditEvent.objects.count()
    services.rating_give(voucher=voucher, scores=GOOD)
    assert AuditEvent.objects.count() == before
    told = {field.name for field in OfficerRating._meta.get_fields()}
    assert told == {"id", "bureau", "officer", "year", "lawful", "civil", "light", "is_shown"}
    assert {field.name for field in SpentVoucher._meta.get_fields()} == {"digest"}
    stored = str(list(OfficerRating.objects.values())) + str(list(SpentVoucher.objects.values()))
    for secret in (str(closed.uid), closed.institution.name, str(closed.institution.uid), voucher):
        assert secret not in stored


def fill(law: World, count: int) -> None:
    for number in range(count):
        OfficerRating.objects.create(
            bureau=law.bureau, officer=law.officer, year=2026, lawful=1 + number % 5, civil=5, light=5
        )


@pytest.mark.parametrize(("given", "shown"), [(4, 0), (5, 5), (6, 5), (9, 5), (10, 10)])
def test_shown_in_groups_of_five(law: World, given: int, shown: int) -> None:
    fill(law, given)
    services.ratings_show(actor=law.system, at=timezone.now())
    rows = selectors.rating_rows(law.leader, 2026)
    assert sum(row["n"] for row in rows) == shown
    services.ratings_show(actor=law.system, at=timezone.now())
    assert OfficerRating.objects.filter(is_shown=True).count() == shown


def test_the_way_of_a_person(law: World, closed: Visit) -> None:
    slug = law.bureau.slug
    portal = Client()
    portal.force_login(law.institution_user, backend="accounts.backends.ActiveUserBackend")
    assert closed.deployment.name in portal.get(f"/b/{slug}/portal/ratings/").content.decode()
    ticket = RatingTicket.objects.get()
    page = portal.post(f"/b/{slug}/portal/ratings/{ticket.uid}/voucher/")
    voucher = page.context["voucher"]
    stranger = Client(enforce_csrf_checks=True)
    form = stranger.post(f"/b/{slug}/rate/", {"voucher": voucher})
    assert law.officer.name in form.content.decode()
    assert stranger.post(f"/b/{slug}/rate/", {"voucher": voucher, "give": "1"}).status_code == 422
    scores = {"lawful": "5", "civil": "5", "light": "4"}
    done = stranger.post(f"/b/{slug}/rate/", {"voucher": voucher, "give": "1", **scores})
    assert "评价已收下" in done.content.decode()
    again = stranger.post(f"/b/{slug}/rate/", {"voucher": voucher, "give": "1", **scores})
    assert again.status_code == 422
    assert OfficerRating.objects.count() == 2
