"""A night's run: lessons whose clock ran out become money, set-wise, institution by institution."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from time import perf_counter
from typing import Any

from django.utils import timezone

from accounts.models import User
from accounts.services import system_user
from bench.rows import settle
from bench.table import Results, Row
from casework.crypto import blind_index
from casework.records import root_fields
from funds import ledger, services
from funds.ledger import credit, debit
from funds.models import AccountKind, Bank, Contract, EntryKind, EscrowAccount, Family, Lesson
from institutions.models import Institution

PER_PLACE = 100
DAY = date(2026, 10, 12)
TODAY = date(2026, 11, 20)
MINUTES_MAX = 10


def measure(results: Results, *, lessons: int) -> None:
    """Fill custody with contracts of one due lesson each and let one night confirm them."""
    places = list(
        Institution.objects.select_related("bureau", "region").order_by("pk")[: max(1, lessons // PER_PLACE)]
    )
    actor = User.objects.filter(bureau=places[0].bureau, role_assignments__role="SECTION_HEAD")[0]
    each = lessons // len(places)
    for place in places:
        filled(actor, place, each)
    settle()
    begun = perf_counter()
    done = services.lessons_auto_confirm(actor=system_user(), today=TODAY, at=timezone.now())
    seconds = perf_counter() - begun
    results.add(
        Row(
            "lessons",
            f"a night's automatic confirmation, {done.count:,} lessons of {len(places):,} institutions",
            f"{seconds:,.0f} s",
            f"{done.count / seconds:,.0f} lessons/s",
            "",
            f"≤ {MINUTES_MAX} min for 150,000",
            seconds * 150_000 <= MINUTES_MAX * 60 * done.count,
        )
    )


def filled(actor: User, place: Institution, count: int) -> None:
    """Paid contracts of one institution, each with one lesson that waits for its family."""
    root: dict[str, Any] = root_fields(actor=actor, region=place.region, bureau=place.bureau)
    family = Family.objects.create(**root, phone_digest=blind_index(f"bench/{place.pk}"), name_masked="测*")
    account = _account(root, place)
    rows = Contract.objects.bulk_create(
        [
            Contract(
                **root, institution=place, family=family, account=account, status="ACTIVE", number=f"B{index}",
                order_no=f"{place.pk:06d}{index:06d}",
                student_digest="x", student_masked="测*", course="测试", subject="测试", lessons=24,
                starts_on=DAY, ends_on=DAY + timedelta(days=80), signed_on=DAY, price_fen=240_001,
                list_price_fen=240_001, paid_fen=240_001, signed_at=timezone.now(),
            )
            for index in range(count)
        ],
        batch_size=1000,
    )  # fmt: skip
    _paid(actor, place, account, rows)
    moment = timezone.make_aware(datetime(2026, 10, 12, 18))
    Lesson.objects.bulk_create(
        [
            Lesson(
                bureau_id=place.bureau_id, institution=place, contract=row, taught_on=DAY, declared_at=moment,
                declared_by=actor, due_on=TODAY - timedelta(days=1),
            )
            for row in rows
        ],
        batch_size=1000,
    )  # fmt: skip


def _account(root: dict[str, Any], place: Institution) -> EscrowAccount:
    bank, _ = Bank.objects.get_or_create(bureau=root["bureau"], name="测试银行", defaults=root)
    return EscrowAccount.objects.create(
        **root, institution=place, bank=bank, kind="CUSTODY", status="CLOSED", account_name=place.name,
        closed_on=TODAY, release_mode="PER_LESSON",
    )  # fmt: skip


def _paid(actor: User, place: Institution, account: EscrowAccount, rows: list[Contract]) -> None:
    bank = ledger.account_of(kind=AccountKind.ESCROW_BANK, subject_uid=account.uid, institution=place)
    for start in range(0, len(rows), PER_PLACE):
        part = rows[start : start + PER_PLACE]
        claims = ledger.accounts_of(
            kind=AccountKind.CONTRACT_UNEARNED, subject_uids=[row.uid for row in part], institution=place
        )
        ledger.entry_post(
            actor=actor,
            kind=EntryKind.PAY_DIRECT,
            key=f"bench/{place.pk}/{start}",
            legs=(
                debit(bank, sum(row.paid_fen for row in part)),
                *(credit(claims[row.uid], row.paid_fen) for row in part),
            ),
            booked_on=DAY,
        )
