"""Transfers: from what each settlement entitles to, to the money that one party sends another: set off, and netted.

It follows `transforms.settlement.payable`; amounts here are in whole units of the currency, as people transfer them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from maalbar.documents.workbook.book import FIRST, Book
from maalbar.documents.workbook.formulas import Formula, f, total
from maalbar.documents.workbook.given import Entitlement, Key, Pair
from maalbar.money import minor_digits, minor_per_major


@dataclass(frozen=True)
class Transfer:
    """A row of the sheet: what two parties move for one settlement.

    `posted`: what is entitled where an earlier settlement has posted it, and so an input; otherwise `entitled` computes it.
    """

    settlement: str
    pair: Pair
    pay_by: date
    posted: Decimal | None
    entitled: Formula
    set_off: Formula
    left: Formula
    later: Formula
    moved: Formula
    netted: Formula

    row: int
    mirrored: bool
    """Whether Maalbar has the pair the other way round, since it names a netted pair by the party that sorts first."""


COLUMNS = "ABCDEFGHIJKLM"
"""Settlement, payer, recipient, pay day, entitled, set off, left, later, moved, netted, sender, receiver, amount."""


def transfers(book: Book, entitled: Sequence[Entitlement], payments: Mapping[Key, int]) -> list[Transfer]:
    """Every pair in every settlement from the first that it is in. `payments`: key → its row of the sheet Payments."""
    rows: list[Transfer] = []
    last: dict[Pair, int] = {}
    for one in entitled:
        mine = _computed(book, one, payments) if one.posted is None else dict.fromkeys(one.posted, f("0"))
        start = FIRST + len(rows)
        place = {pair: start + number for number, pair in enumerate(sorted({*mine, *last}))}
        rows += [_row(book, one, pair, mine, last, place) for pair in place]
        last = place
    return rows


def _computed(book: Book, one: Entitlement, payments: Mapping[Key, int]) -> dict[Pair, Formula]:
    """What the sheet Payments has come to beyond what was posted before."""
    cells: dict[Pair, list[str]] = {}
    for (period, _, payer, recipient, _), row in payments.items():
        if one.period in (None, period):
            cells.setdefault((payer, recipient), []).append(f"{book.sheet('payments')}!$H${row}")
    return {pair: _exact(book, total(some)) for pair, some in cells.items()}


def _row(
    book: Book,
    one: Entitlement,
    pair: Pair,
    mine: Mapping[Pair, Formula],
    last: Mapping[Pair, int],
    place: Mapping[Pair, int],
) -> Transfer:
    row, terms = place[pair], one.terms
    is_set_off = terms.negative_difference == "set_off" and (not one.closes or terms.left_at_end == "waive")
    opposite = place.get((pair[1], pair[0]))
    netted, mirrored = f"I{row}", False
    if terms.netting == "net":
        mirrored = pair[0] > pair[1]
        if pair[0] == pair[1] or (mirrored and opposite):
            netted = "0"
        elif opposite:
            netted = _exact(book, f(f"I{row}-I{opposite}"))
    return Transfer(
        settlement=one.settlement,
        pair=pair,
        pay_by=one.pay_by,
        posted=None if one.posted is None else Decimal(one.posted.get(pair, 0)) / minor_per_major(book.currency),
        entitled=mine.get(pair, f("0")),
        set_off=f(f"H{last[pair]}" if pair in last else "0"),
        left=_exact(book, f(f"E{row}-F{row}")),
        later=f(f"MAX(-G{row},0)" if is_set_off else "0"),
        moved=_exact(book, f(f"G{row}+H{row}")),
        netted=f(netted),
        row=row,
        mirrored=mirrored,
    )


def _exact(book: Book, amount: Formula) -> Formula:
    """A sum or difference of amounts, without what the fifteen digits of a spreadsheet leave behind the last coin."""
    return f(f"ROUND({amount},{minor_digits(book.currency)})")
