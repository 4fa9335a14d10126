"""The daily certificate and its proof: the sum cannot be made smaller unnoticed."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from casework.errors import Unlawful
from casework.models import AuditEvent
from casework.money import yuan
from funds import links, merkle, services
from funds.models import Contract, DailyCertificate
from funds.services import certificates
from institutions.models import Institution
from tests.conftest import World
from tests.funds.paying import SIGNED, active, at, custody, earn, paid, signed
from tests.inspections.making import make_place

SCRIPT = Path(__file__).resolve().parents[2] / "funds" / "data" / "verify_claim.py"


def script() -> Any:
    spec = importlib.util.spec_from_file_location("verify_claim", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@settings(max_examples=60, deadline=None)
@given(fens=st.lists(st.integers(0, 10**9), min_size=1, max_size=40), data=st.data())
def test_every_leaf_proves_the_sum_and_no_other(fens: list[int], data: st.DataObject) -> None:
    leaves = [merkle.leaf(f"salt{index}", fen) for index, fen in enumerate(fens)]
    top = merkle.root(leaves)
    assert top[1] == sum(fens)
    place = data.draw(st.integers(0, len(fens) - 1))
    path = merkle.proof(leaves, place)
    assert merkle.check(leaves[place], path, top)
    assert not merkle.check(merkle.leaf(f"salt{place}", fens[place] + 1), path, top)
    assert not merkle.check(leaves[place], path, (top[0], top[1] - 1))
    verify = script().verify
    told = {
        "salt": f"salt{place}", "fen": fens[place], "root": top[0], "total_fen": top[1],
        "path": [{"hash": step.hash, "fen": step.fen, "is_left": step.is_left} for step in path],
    }  # fmt: skip
    assert verify(told)
    assert not verify({**told, "fen": fens[place] + 1})
    if path:
        lowered = [{**step} for step in told["path"]]
        lowered[0]["fen"] -= 10**12
        assert not verify({**told, "path": lowered})


@pytest.mark.django_db
def test_a_day_of_an_institution(law: World, place: Institution) -> None:
    custody(law, place)
    one = active(law, place)
    active(law, place, student="李", phone="13800000002", price_fen=200_000, list_price_fen=200_000)
    earn(law, one, 50_000)
    assert services.certificates_make(actor=law.system, on=SIGNED, at=at(SIGNED, 23)) == 1
    assert services.certificates_make(actor=law.system, on=SIGNED, at=at(SIGNED, 23)) == 1
    day = DailyCertificate.objects.get()
    assert (day.owed_fen, day.bank_fen, day.releasable_fen, day.families) == (450_000, 500_000, 50_000, 2)
    assert day.is_balanced
    assert day.gap_fen == 0
    assert day.verified_until is None
    assert AuditEvent.objects.filter(verb="funds.certificate_make", changes__icontains=day.root).exists()
    proof = services.claim_proof(family=one.family, contract=one)
    assert proof["fen"] == 250_000
    assert script().verify(proof)
    token = links.token_of(one.family)
    url = reverse("funds_public:claim_proof", kwargs={"token": token, "uid": one.uid})
    response = Client().get(url)
    assert script().verify(json.loads(response.content))
    assert "文件" in Client().get(reverse("funds_public:family", kwargs={"token": token})).content.decode()


@pytest.mark.django_db
def test_earlier_days_are_as_they_were_and_the_order_changes(law: World, place: Institution) -> None:
    custody(law, place)
    for index in range(8):
        active(law, place, student=f"甲{index}", phone=f"1380000001{index}")
    before, later = SIGNED - timedelta(days=1), SIGNED + timedelta(days=1)
    for day in (before, SIGNED, later):
        services.certificates_make(actor=law.system, on=day, at=at(later, 23))
    rows = {row.on: row for row in DailyCertificate.objects.all()}
    assert rows[before].owed_fen == 0
    assert rows[SIGNED].owed_fen == rows[later].owed_fen == 2_400_000
    assert rows[SIGNED].contracts != rows[later].contracts
    assert rows[SIGNED].root != rows[later].root


@pytest.mark.django_db
def test_nobody_sees_another_familys_proof_and_nothing_is_rewritten(law: World, place: Institution) -> None:
    custody(law, place)
    one, two = active(law, place), active(law, place, student="李", phone="13800000002")
    with pytest.raises(Unlawful, match="明天"):
        services.claim_proof(family=one.family, contract=one)
    services.certificates_make(actor=law.system, on=SIGNED, at=at(date(2026, 11, 21)))
    with pytest.raises(Unlawful, match="自己"):
        services.claim_proof(family=one.family, contract=two)
    with pytest.raises(DatabaseError), transaction.atomic():
        DailyCertificate.objects.update(owed_fen=1)


@pytest.mark.django_db
def test_missed_days_are_made_up_and_one_failure_is_named(
    law: World, place: Institution, monkeypatch: pytest.MonkeyPatch
) -> None:
    custody(law, place)
    active(law, place)
    other = make_place(law, "示例另一家培训中心")
    custody(law, other, "5002370071000002")
    services.certificates_make(actor=law.system, on=SIGNED, at=at(SIGNED, 23))
    whole = certificates.certificate_make

    def broken(*, institution: Institution, **values: Any) -> Any:
        if institution.pk == place.pk and values["on"] == SIGNED + timedelta(days=3):
            raise RuntimeError("坏行")
        return whole(institution=institution, **values)

    monkeypatch.setattr(certificates, "certificate_make", broken)
    failed: list[str] = []
    until = SIGNED + timedelta(days=3)
    days = services.certificates_catch_up(actor=law.system, until=until, at=at(until), failed=failed)
    assert days == [SIGNED + timedelta(days=index) for index in (1, 2, 3)]
    assert failed == [f"{place.name} 2026-11-23"]
    assert DailyCertificate.objects.filter(institution=place).count() == 3
    assert DailyCertificate.objects.filter(institution=other).count() == 4


@pytest.mark.django_db
def test_root_and_total_are_public_and_the_order_number_is_in_the_leaf(
    law: World, place: Institution
) -> None:
    custody(law, place)
    one = active(law, place)
    active(law, place, student="李", phone="13800000002")
    services.certificates_make(actor=law.system, on=SIGNED, at=at(date(2026, 11, 21)))
    proof = services.claim_proof(family=one.family, contract=one)
    public = Client()
    page = public.get(reverse("funds_public:certificates", args=[place.public_id])).content.decode()
    assert proof["root"] in page
    assert yuan(600_000) in page
    assert "2026" in page
    asked = public.get(reverse("funds_public:pay_check"), {"q": place.name}).content.decode()
    assert reverse("funds_public:certificates", args=[place.public_id]) in asked
    told = b"".join(public.get(reverse("funds_public:verify_script")))
    assert told == SCRIPT.read_bytes()
    assert script().verify(proof, one.order_no)
    other = Contract.objects.exclude(pk=one.pk).get()
    assert not script().verify(proof, other.order_no)
    assert public.get(reverse("funds_public:certificates", args=["NONE99"])).status_code == 404


@pytest.mark.django_db
def test_the_newest_certificate_tells_when_an_open_claim_is_not_in_it(law: World, place: Institution) -> None:
    custody(law, place)
    one = active(law, place)
    services.certificates_make(actor=law.system, on=SIGNED, at=at(date(2026, 11, 21)))
    day = DailyCertificate.objects.get()
    later = SIGNED + timedelta(days=1)
    DailyCertificate.objects.create(
        bureau=day.bureau, institution=place, on=later, owed_fen=0, releasable_fen=0, bank_fen=300_000,
        transit_fen=0, families=0, root=merkle.EMPTY[0], made_at=timezone.now(),
    )  # fmt: skip
    with pytest.raises(Unlawful, match=r"您还有 3,000\.00 元，但当天的证明没有算进"):
        services.claim_proof(family=one.family, contract=one)
    token = links.token_of(one.family)
    assert (
        "没有算进这份合同"
        in Client().get(reverse("funds_public:family", kwargs={"token": token})).content.decode()
    )
    fresh = paid(law, signed(law, place, student="李", phone="13800000002"), on=date(2026, 11, 25))
    with pytest.raises(Unlawful, match="请明天再查"):
        services.claim_proof(family=fresh.family, contract=fresh)


@pytest.mark.django_db
def test_certificates_made_without_order_numbers_still_prove(law: World, place: Institution) -> None:
    custody(law, place)
    one = active(law, place)
    top = merkle.root([merkle.leaf(certificates.salt_of(one, SIGNED), 300_000)])
    DailyCertificate.objects.create(
        bureau=place.bureau, institution=place, on=SIGNED, owed_fen=top[1], releasable_fen=0,
        bank_fen=300_000, transit_fen=0, families=1, root=top[0], contracts=[one.pk], claims=[300_000],
        made_at=timezone.now(),
    )  # fmt: skip
    assert script().verify(services.claim_proof(family=one.family, contract=one))


def ran(tmp_path: Path, proof: dict[str, Any], *words: str) -> tuple[int, str]:
    """The script as a family starts it."""
    file = tmp_path / "proof.json"
    file.write_text(json.dumps(proof), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-X", "utf8", str(SCRIPT), str(file), *words],
        input="",
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    return done.returncode, done.stdout


def test_a_proof_without_an_order_number_does_not_pass_for_a_numbered_one(tmp_path: Path) -> None:
    assert merkle.NUMBERED_FROM.isoformat() == script().NUMBERED_FROM
    numbered = merkle.leaf("salt", 300_000, "209912345678")
    bare = merkle.leaf("salt", 300_000)

    def proof(on: str, leaf: merkle.Node, number: str) -> dict[str, Any]:
        return {
            "on": on, "order_no": number, "fen": 300_000, "salt": "salt", "path": [], "root": leaf[0],
            "total_fen": leaf[1],
        }  # fmt: skip

    told = proof("2026-11-30", numbered, "209912345678")
    code, words = ran(tmp_path, told, "209912345678")
    assert (code, words.startswith("相符"), "注意" in words) == (0, True, False)
    assert ran(tmp_path, told, "209900000000")[0] == 1
    assert ran(tmp_path, {**told, "order_no": "209900000000"}, "209912345678")[0] == 1
    for on in ("2026-11-30", "2027-01-01", "20261", "2026-1-1"):
        hidden = proof(on, bare, "")
        assert not script().verify(hidden)
        code, words = ran(tmp_path, hidden, "209912345678")
        assert (code, words.startswith("不相符")) == (1, True)
    code, words = ran(tmp_path, proof("2026-11-29", bare, ""))
    assert (code, words.startswith("相符")) == (0, True)
    assert "以前的证明里没有缴费单号" in words
    without = proof("2026-11-29", bare, "")
    del without["on"]
    assert ran(tmp_path, without)[0] == 1
