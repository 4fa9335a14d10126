"""Balances: kept on the account; of an earlier day, the kept one less what was booked later."""

from __future__ import annotations

from datetime import date

from django.db.models import Case, F, Subquery, Sum, When

from funds.models import EntryLine, LedgerAccount


def balance(account: LedgerAccount, on: date | None = None) -> int:
    """Fen on the account's own side, now or at the end of day `on`.

    A day's balance reads only the lines booked after it; the account's row and its lines are read in one
    statement, so a posting at the same moment is seen whole or not at all.
    """
    if on is None:
        return LedgerAccount.objects.values_list("balance_fen", flat=True).get(pk=account.pk)
    signed = Case(When(side=account.side, then=F("amount_fen")), default=-F("amount_fen"))
    later = (
        EntryLine.objects.filter(account=account.pk, booked_on__gt=on)
        .values("account")
        .annotate(total=Sum(signed))
        .values("total")
    )
    row = LedgerAccount.objects.filter(pk=account.pk).values_list("balance_fen", Subquery(later)).get()
    return int(row[0] - (row[1] or 0))
