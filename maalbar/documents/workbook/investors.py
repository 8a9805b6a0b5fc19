"""Investors: each one's money paid in and back by day, principal and premium apart, and what it has earned a year (XIRR)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from maalbar.contract.model import Agreement
from maalbar.documents.workbook.book import FIRST, Book
from maalbar.documents.workbook.floors import capital_moves
from maalbar.documents.workbook.formulas import Formula, f, total
from maalbar.documents.workbook.given import Invested, Key, Settled
from maalbar.documents.workbook.waterfall import Handed
from maalbar.money import minor_digits, minor_per_major

COMPONENTS = ("principal", "premium")
FOUND = (Decimal("-0.99"), Decimal(10))
"""Between these a spreadsheet finds a yearly return; beyond them it is no longer held against Maalbar's."""


@dataclass(frozen=True)
class Money:
    """A row of the sheet: `what` of one investor, of a period and on a day where it is one flow, in whole units of the currency.

    `ours`: what Maalbar itself comes to, where the row is a sum.
    """

    investor: str
    what: str
    formula: Formula
    period: str = ""
    day: Formula | None = None
    kind: str = "money"
    ours: Decimal | None = None


def investors(
    book: Book, agreement: Agreement, settled: Settled, payments: Mapping[Key, int], handed: Handed
) -> list[Money]:
    """Each investor's flows in order of day, and then their sums. `agreement`: the newest terms."""
    rows: list[Money] = []
    for mine in settled.investors:
        flows = [row for _, row in sorted(_flows(book, agreement, settled, mine.investor, payments, handed), key=_day)]
        first = FIRST + len(rows)
        rows += flows
        rows += _sums(book, mine, flows, first, tells_return=settled.tells_returns)
    return rows


def _day(dated: tuple[date, Money]) -> date:
    return dated[0]


def _flows(
    book: Book, agreement: Agreement, settled: Settled, investor: str, payments: Mapping[Key, int], handed: Handed
) -> Iterator[tuple[date, Money]]:
    """Negative is paid in, positive is received: from payers, or handed on by the receiver of a waterfall."""
    capital, one = agreement.terms.capital, minor_per_major(book.currency)
    until = agreement.period(settled.periods[-1]).pay_by
    for dated, rule, (place, amount) in capital_moves(book, capital, until, (investor,)):
        yield dated, Money(investor, rule, f(f"{amount}/{one}"), day=place)
    for period in settled.periods:
        paid = agreement.period(period).pay_by
        for component in COMPONENTS:
            sheet = book.sheet("payments")
            cells = [
                f"{sheet}!$F${row}"
                for key, row in payments.items()
                if (key[0], key[3], key[4]) == (period, investor, component) and investor != capital.receiver
            ]
            given = [f"{part}/{one}" for part in handed.get((period, investor, component, "payments"), ())]
            covered = [f"{part}/{one}" for part in handed.get((period, investor, component, "guarantee"), ())]
            for what, some in ((component, [*cells, *given]), ("guaranteed", covered)):
                if some:
                    day = book.term("pay_by", period, paid, "date")
                    yield paid, Money(investor, what, total(some), period, day)


def _sums(book: Book, mine: Invested, flows: list[Money], first: int, *, tells_return: bool) -> Iterator[Money]:
    """What the flows come to; `first`: the row of the first of them.

    The search for the yearly return begins near the one that is known, since some programs do not find a loss from elsewhere.
    """
    one, digits = minor_per_major(book.currency), minor_digits(book.currency)
    sums = (
        ("paid_in_all", mine.paid_in, "-", ("drawdown",)),
        ("returned_all", mine.returned, "", ("returned",)),
        ("principal_all", mine.principal, "", ("principal", "guaranteed")),
        ("premium_all", mine.premium, "", ("premium",)),
    )
    for what, ours, sign, rules in sums:
        cells = [f"E{row}" for row, flow in enumerate(flows, start=first) if flow.what in rules]
        formula = f(f"ROUND({sign}({total(cells)}),{digits})")
        yield Money(mine.investor, what, formula, ours=Decimal(ours) / one)
    if tells_return and flows:
        rate = mine.yearly_return
        amounts, days = (f"{column}{first}:{column}{first + len(flows) - 1}" for column in "ED")
        held = rate is not None and FOUND[0] < rate < FOUND[1]
        found = f"XIRR({amounts},{days},{rate:.2f})" if held else f'IFERROR(XIRR({amounts},{days}),"")'
        formula = f(f'IF(COUNTIF({amounts},"<0")*COUNTIF({amounts},">0")=0,"",{found})')
        yield Money(mine.investor, "yearly_return", formula, kind="return", ours=rate if held else None)
