"""Two persons, a reason, a ticket that ends, one reading, every step on the chain; keys that end."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.db import IntegrityError, ProgrammingError, connection, transaction
from django.utils import timezone

from casework import audit
from casework.errors import NotAllowed, Unlawful, WrongState
from casework.models import AuditEvent
from complaints import services, wall
from complaints.models import Clue, RevealRequest, RevealStatus, SealedReport
from tests.casework.test_grants import ROLE, acting_as
from tests.complaints.door import Phone
from tests.conftest import World

pytestmark = pytest.mark.django_db
REASON = "退费调解需要反映人到场签字确认。"
PHONE_NO = "13900007788"


@pytest.fixture
def clue(world: World, reference_data: None) -> Clue:
    cache.clear()
    Phone().report(contact_phone=PHONE_NO, contact_name="覃小满")
    return Clue.objects.get()


def approved(world: World, clue: Clue) -> RevealRequest:
    asked = services.reveal_ask(actor=world.officer, clue=clue, reason=REASON)
    return services.reveal_decide(actor=world.head, request=asked, is_approved=True)


def test_the_whole_way_by_two_people_on_the_desk(world: World, clue: Clue, sign_in: Any) -> None:
    officer, head = sign_in(world.officer), sign_in(world.head)
    assert officer.get(f"/desk/clues/{clue.uid}/reveal/").status_code == 200
    asked = officer.post(f"/desk/clues/{clue.uid}/reveal/", {"reason": REASON})
    assert asked.status_code == 302
    row = RevealRequest.objects.get()
    assert "待批准" in head.get("/desk/clues/reveals/").content.decode()
    assert "查看反映人：待批准" in head.get("/desk/").content.decode()
    assert officer.post(f"/desk/clues/reveals/{row.uid}/decide/", {"decision": "yes"}).status_code == 403
    assert head.post(f"/desk/clues/reveals/{row.uid}/decide/", {"decision": "yes"}).status_code == 302
    assert PHONE_NO not in head.get(f"/desk/clues/reveals/{row.uid}/").content.decode()
    assert head.post(f"/desk/clues/reveals/{row.uid}/read/").status_code == 403
    shown = officer.post(f"/desk/clues/reveals/{row.uid}/read/")
    assert PHONE_NO in shown.content.decode()
    assert "覃小满" in shown.content.decode()
    assert "no-store" in shown.headers["Cache-Control"]
    again = officer.post(f"/desk/clues/reveals/{row.uid}/read/", follow=True).content.decode()
    assert PHONE_NO not in again
    assert "已经看过一次" in again
    verbs = list(
        AuditEvent.objects.filter(verb__startswith="complaints.reveal")
        .order_by("pk")
        .values_list("verb", flat=True)
    )
    assert verbs == ["complaints.reveal_ask", "complaints.reveal_approve", "complaints.reveal_read"]
    assert PHONE_NO not in str(list(AuditEvent.objects.values()))


def test_nobody_allows_their_own_request(world: World, clue: Clue) -> None:
    asked = services.reveal_ask(actor=world.head, clue=clue, reason=REASON)
    with pytest.raises(Unlawful, match="不能批准自己"):
        services.reveal_decide(actor=world.head, request=asked, is_approved=True)
    with pytest.raises(IntegrityError), transaction.atomic():
        RevealRequest.objects.update(decided_by=world.head)
    assert (
        services.reveal_decide(actor=world.leader, request=asked, is_approved=True).status
        == RevealStatus.APPROVED
    )


def test_the_ticket_ends(world: World, clue: Clue) -> None:
    row = approved(world, clue)
    assert row.expires_at == row.decided_at + timedelta(minutes=30)
    with pytest.raises(WrongState, match="过期"):
        services.reveal_read(actor=world.officer, request=row, at=row.expires_at)
    assert services.reveals_expire(actor=world.system, now=row.expires_at) == 1
    row.refresh_from_db()
    assert row.status == RevealStatus.EXPIRED
    assert services.reveal_ask(actor=world.officer, clue=clue, reason=REASON).status == RevealStatus.ASKED


def test_only_the_asker_reads_and_only_once(world: World, clue: Clue) -> None:
    row = approved(world, clue)
    for other in (world.officer2, world.head, world.leader):
        with pytest.raises(NotAllowed):
            services.reveal_read(actor=other, request=row)
    assert services.reveal_read(actor=world.officer, request=row)[0]["contact"]["phone"] == PHONE_NO
    with pytest.raises(WrongState):
        services.reveal_read(actor=world.officer, request=row)


def test_refusals_and_short_reasons(world: World, clue: Clue) -> None:
    with pytest.raises(Unlawful, match="不少于"):
        services.reveal_ask(actor=world.officer, clue=clue, reason="想看")
    asked = services.reveal_ask(actor=world.officer, clue=clue, reason=REASON)
    with pytest.raises(WrongState, match="还没有结束"):
        services.reveal_ask(actor=world.officer, clue=clue, reason=REASON)
    with pytest.raises(Unlawful, match="写明理由"):
        services.reveal_decide(actor=world.head, request=asked, is_approved=False)
    refused = services.reveal_decide(actor=world.head, request=asked, is_approved=False, note="用留言问即可")
    with pytest.raises(WrongState):
        services.reveal_read(actor=world.officer, request=refused)


@pytest.mark.parametrize(
    "who",
    ["clerk", "township", "partner", "legal", "neighbour_officer", "institution_user", "admin", "supervisor"],
)
def test_nobody_else_asks(world: World, clue: Clue, who: str, sign_in: Any) -> None:
    with pytest.raises(NotAllowed):
        services.reveal_ask(actor=world.personas[who], clue=clue, reason=REASON)
    assert sign_in(world.personas[who]).get(f"/desk/clues/{clue.uid}/reveal/").status_code in {403, 404}


@pytest.mark.parametrize("who", ["neighbour_officer", "neighbour_leader"])
def test_neighbours_neither_see_nor_decide(world: World, clue: Clue, who: str, sign_in: Any) -> None:
    asked = services.reveal_ask(actor=world.officer, clue=clue, reason=REASON)
    with pytest.raises(NotAllowed):
        services.reveal_decide(actor=world.personas[who], request=asked, is_approved=True)
    client = sign_in(world.personas[who])
    assert client.get(f"/desk/clues/reveals/{asked.uid}/").status_code == 404
    assert client.post(f"/desk/clues/reveals/{asked.uid}/decide/", {"decision": "yes"}).status_code == 404


def test_keys_end_with_the_retention(world: World, clue: Clue) -> None:
    sealed = wall.sealed_of(clue.uid).get()
    now = timezone.now()
    assert services.sealed_shred(actor=world.system, today=sealed.shred_on - timedelta(days=1), at=now) == 0
    assert services.sealed_shred(actor=world.system, today=sealed.shred_on, at=now) == 1
    assert services.sealed_shred(actor=world.system, today=sealed.shred_on, at=now) == 0
    sealed.refresh_from_db()
    assert bytes(sealed.wrapped_key) == b""
    with pytest.raises(Unlawful, match="销毁"):
        wall.unseal(sealed)
    with pytest.raises(Unlawful, match="没有密封"):
        services.reveal_ask(actor=world.officer, clue=clue, reason=REASON)
    assert AuditEvent.objects.get(verb="complaints.sealed_shred").changes["count"] == [None, 1]


def test_a_new_key_takes_over_and_the_old_one_may_go(world: World, clue: Clue, settings: Any) -> None:
    Phone(address="198.51.100.3").report(text="另一件。", contact_phone="13900001111")
    other = Clue.objects.order_by("-pk")[0]
    services.sealed_shred(
        actor=world.system, today=timezone.localdate() + timedelta(days=9999), at=timezone.now()
    )
    fresh = Phone(address="198.51.100.4").report(text="第三件。", contact_phone="13900002222")
    third = Clue.objects.order_by("-pk")[0]
    old = list(settings.REPORTER_KEYS)
    settings.REPORTER_KEYS = [*old, "2:" + "3c" * 32]
    assert wall.unseal(wall.sealed_of(third.uid).get())["contact"]["phone"] == "13900002222"
    call_command("reseal_reporters")
    settings.REPORTER_KEYS = ["2:" + "3c" * 32]
    assert wall.unseal(wall.sealed_of(third.uid).get())["contact"]["phone"] == "13900002222"
    assert wall.sealed_of(other.uid).get().shredded_at
    assert set(SealedReport.objects.values_list("key_id", flat=True)) == {2}
    assert services.reporters_reseal(actor=world.system) == 0
    assert fresh


def test_production_grants_allow_the_end_of_keys_and_nothing_more(world: World, clue: Clue) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f'CREATE ROLE "{ROLE}" NOLOGIN')
    call_command("grant_app_role", ROLE, verbosity=0)
    table = "sealed.complaints_sealedreport"
    with acting_as(ROLE):
        assert (
            services.sealed_shred(
                actor=world.system, today=timezone.localdate() + timedelta(days=9999), at=timezone.now()
            )
            == 1
        )
    for statement in (
        f"UPDATE {table} SET ciphertext = ''",
        f"UPDATE {table} SET sealed_at = now()",
        f"UPDATE {table} SET shred_on = shred_on + 1",
        f"DELETE FROM {table}",
        f"TRUNCATE {table}",
    ):
        with (
            acting_as(ROLE),
            pytest.raises(ProgrammingError, match=r"permission denied|must be owner"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)


def test_the_chain_holds_over_reports_and_reveals(world: World, clue: Clue) -> None:
    services.reveal_read(actor=world.officer, request=approved(world, clue))
    audit.seal_pending()
    assert audit.verify(world.bureau.pk) is None
