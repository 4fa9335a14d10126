"""A month of bank statements of the full county: even accounts, one that is not, one that is late, lines in suspense."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from accounts import demo
from accounts.models import User
from config.demo.clock import at
from config.demo.people import County
from funds import ledger, services
from funds.ledger import credit, debit
from funds.models import (
    AccountKind,
    Bank,
    BankProfile,
    Channel,
    Contract,
    EntryKind,
    EscrowAccount,
    StatementFile,
    SuspenseItem,
)
from funds.services import Handover

LAYOUT = "招商银行 交易流水 CSV"
HEAD = "记账日期,货币,交易金额,联机余额,交易摘要,对手信息,客户摘要"
SPANS = ((30, 24), (23, 17), (16, 10), (9, 7), (6, 5), (4, 4), (3, 3), (2, 2), (1, 1))  # days before today
LATE_FROM = 4  # the late account's statements end here
PAYERS = ("周德厚", "向桂英", "谭永贵", "冉启明", "龚素珍", "覃大林")
CHILDREN = ("周一诺", "向予安", "谭知远", "冉可心", "龚子墨", "覃语桐")
OPENING_FEN = 4_258_600


@dataclass
class Book:
    """The bank's side of one account: what moved on which day."""

    account: EscrowAccount
    balance: int
    until: int = 1
    moves: dict[int, list[tuple[int, str, str, str]]] = field(default_factory=dict)

    def move(self, ago: int, fen: int, payer: str, summary: str, words: str = "") -> None:
        """A movement so many days before today."""
        self.moves.setdefault(ago, []).append((fen, payer, summary, words))


def has_statements(county: County) -> bool:
    """Whether the part stands."""
    return StatementFile.objects.filter(bureau=county.bureau).exists()


def build_statements(county: County, now: date) -> None:
    """Layouts, a bank's clerk, files of a month, suspense on its way, closed days."""
    begun = at(now - timedelta(days=31))
    services.profiles_install(actor=county.clerk, at=begun)
    _bank_person(county)
    books = list(_books(county, now))
    layout = BankProfile.objects.get(bureau=county.bureau, name=LAYOUT, is_current=True)
    for since, until in SPANS:
        for book in books:
            if until >= book.until:
                _deliver(county, book, layout, now, since, until)
    _refused(county, books[0], layout, now)
    _suspense(county, books[1], now)
    _not_arrived(county, books[1], now)
    morning = at(now, 2)
    services.accounts_compare(today=now, at=morning)
    services.days_close_even(
        actor=county.clerk,
        accounts=[book.account for book in books],
        until=now - timedelta(days=3),
        at=at(now, 9),
    )


def _bank_person(county: County) -> None:
    """A clerk of the first bank, who signs in at the counter like everybody in the demonstration."""
    bank = Bank.objects.filter(bureau=county.bureau, accounts__isnull=False).order_by("pk")[0]
    known = demo.BANK_ACCOUNT
    name = demo.username(county.bureau.slug, known.suffix)
    person, _ = services.bank_user_open(actor=county.head, bank=bank, username=name, name=known.name)
    person.set_password(demo.password(county.bureau.slug))
    person.must_change_password = False
    User.objects.filter(pk=person.pk).update(password=person.password, must_change_password=False)


def _books(county: County, now: date) -> Iterator[Book]:
    rows = EscrowAccount.objects.filter(bureau=county.bureau).select_related("institution", "bank", "region")
    custody = list(
        rows.filter(
            kind="CUSTODY", status="PAY_ENABLED", contracts__isnull=True, institution__list_status="WHITE"
        ).order_by("-pk")[:3]
    )
    for number, account in enumerate(custody):
        book = Book(account, OPENING_FEN + 1_000 * number, LATE_FROM if number == 2 else 1)
        _families(county, book, now)
        if number == 1:
            book.move(12, 96_000, "谭永贵", "转账", "小孩学费")
            book.move(9, 150_000, "", "网银转入")
            book.move(5, -238_000, "某某装饰工程有限公司", "转账", "工程款")
            book.move(2, 46_000, "向桂英", "转账")
        book.move(20, 318 + number, "", "结息")
        yield book
    held = rows.filter(kind="DEPOSIT", status="VERIFIED").order_by("-pk")[0]
    deposit = Book(held, ledger.balance(services.cash(held)))
    deposit.move(20, 8_750, "", "结息")
    yield deposit


def _families(county: County, book: Book, now: date) -> None:
    """Contracts of the month; each family's transfer names its order."""
    for number, (payer, child) in enumerate(zip(PAYERS, CHILDREN, strict=True)):
        ago = 28 - 4 * number
        signed = now - timedelta(days=ago + 1)
        price = 180_000 + 12_000 * number
        contract = _contract(county, book.account, signed, payer, child, price, number)
        if contract is not None:
            book.move(ago, price, payer, "转账", f"缴费单号{contract.order_no}")


def _contract(
    county: County, account: EscrowAccount, signed: date, payer: str, child: str, price: int, number: int
) -> Contract | None:
    values: dict[str, Any] = {
        "number": f"YH{account.pk:04d}-{number + 1:02d}",
        "student": child,
        "guardian": payer,
        "phone": f"1390000{account.pk % 100:02d}{number:02d}",
        "course": "素描基础",
        "subject": "美术",
        "lessons": 24,
        "price_fen": price,
        "list_price_fen": price,
        "starts_on": signed + timedelta(days=5),
        "ends_on": signed + timedelta(days=85),
        "signed_on": signed,
    }
    moment = at(signed, 10)
    row = services.contract_draft(
        actor=county.clerk, institution=account.institution, values=values, at=moment
    )
    return services.contract_sign(actor=county.clerk, contract=row, at=moment)


def _deliver(county: County, book: Book, layout: BankProfile, now: date, since: int, until: int) -> None:
    begins, ends = now - timedelta(days=since), now - timedelta(days=until)
    moment = at(ends + timedelta(days=1), 9, 10)
    lines = [HEAD]
    for ago in range(since, until - 1, -1):
        day = now - timedelta(days=ago)
        for fen, payer, summary, words in book.moves.get(ago, ()):
            book.balance += fen
            lines.append(f"{day},CNY,{_yuan(fen)},{_yuan(book.balance)},{summary},{payer},{words}")
    if len(lines) == 1:
        services.quiet_receive(
            actor=county.clerk, account=book.account, closing_fen=book.balance, covers_from=begins,
            covers_to=ends, channel=Channel.DESK, at=moment,
        )  # fmt: skip
        return
    services.statement_receive(
        actor=county.clerk,
        account=book.account,
        profile=layout,
        data=("\n".join(lines) + "\n").encode(),
        name=f"流水{ends:%m%d}.csv",
        handover=Handover(Channel.DESK, covers_from=begins, covers_to=ends),
        at=moment,
    )


def _yuan(fen: int) -> str:
    sign, fen = ("-", -fen) if fen < 0 else ("", fen)
    return f"{sign}{fen // 100}.{fen % 100:02d}"


def _refused(county: County, book: Book, layout: BankProfile, now: date) -> None:
    """A file in which the bank's system masked the amounts."""
    day = now - timedelta(days=1)
    text = f"{HEAD}\n{day},CNY,1**.**,xx,转账,周德厚,\n"
    services.statement_receive(
        actor=county.clerk, account=book.account, profile=layout, data=text.encode(), name="流水（遮盖）.csv",
        handover=Handover(Channel.DESK), at=at(now, 8, 40),
    )  # fmt: skip


def _suspense(county: County, book: Book, now: date) -> None:
    """One receipt proposed to be returned, the interest settled, an outflow open."""
    rows = SuspenseItem.objects.filter(bureau=county.bureau)
    for item in rows.filter(words__startswith="结息", account__kind="CUSTODY"):
        proposed = services.suspense_propose(
            actor=county.clerk,
            item=item,
            way="INTEREST",
            reason="银行季度结息",
            at=at(now - timedelta(days=7)),
        )
        services.suspense_confirm(actor=county.head, item=proposed, at=at(now - timedelta(days=7), 15))
    strange = rows.filter(account=book.account, fen=96_000).first()
    if strange is not None:
        services.suspense_propose(
            actor=county.clerk, item=strange, way="RETURN", at=at(now - timedelta(days=1), 16),
            reason="电话核实：误转，未与机构签合同",
        )  # fmt: skip


def _not_arrived(county: County, book: Book, now: date) -> None:
    """The institution's makeup money that the clerk booked by a slip, while the bank has not shown it."""
    place = book.account.institution
    claim = ledger.account_of(kind=AccountKind.CLAIM_ON_INST, subject_uid=place.uid, institution=place)
    out = ledger.account_of(kind=AccountKind.SUSPENSE_OUT, subject_uid=book.account.uid, institution=place)
    day = now - timedelta(days=2)
    judged = (debit(claim, 38_000), credit(out, 38_000))
    paid = (debit(services.cash(book.account), 38_000), credit(claim, 38_000))
    for kind, legs in ((EntryKind.OUT_JUDGED, judged), (EntryKind.CLAIM_PAID, paid)):
        ledger.entry_post(
            actor=county.clerk, kind=kind, key=f"补足{place.uid}", legs=legs, booked_on=day,
            memo="机构回单：已转回 380 元", at=at(day, 17),
        )  # fmt: skip
