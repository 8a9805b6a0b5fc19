"""Payments that are expected, on a terminal: one block per scenario or course, payer → recipient by budget year."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table

from maalbar.contract import Agreement
from maalbar.documents.formats import Formats, plain
from maalbar.money import minor_per_major

WIDEST = 110
"""Columns that are always there; a narrower terminal wraps whole lines, which can still be read."""
Cell = tuple[str, str, str]
"""(payer, recipient, budget year)"""


def wide_console() -> Console:
    """A console on which the tables keep their lines."""
    console = Console(highlight=False)
    console.width = max(console.width, WIDEST)
    return console


def payments_table(agreement: Agreement, title: str, blocks: Mapping[str, Mapping[Cell, int]]) -> Table:
    """A table of blocks; payments to one recipient stand by payer, whole units of the currency, with their sums."""
    years = list(dict.fromkeys(period.year for period in agreement.calendar.followed))
    table = Table(title=title, title_justify="left", title_style="bold", box=SIMPLE, padding=(0, 1, 0, 0))
    table.add_column("")
    for year in [*years, "all"]:
        table.add_column(year, justify="right", no_wrap=True)
    pairs = list(dict.fromkeys(cell[:2] for block in blocks.values() for cell in sorted(block)))
    for position, (name, block) in enumerate(blocks.items()):
        if position:
            table.add_section()
        sums = [sum(amount for cell, amount in block.items() if cell[2] == year) for year in years]
        table.add_row(f"[bold]{name}[/]", *(f"[bold]{amount_of(agreement, x)}[/]" for x in [*sums, sum(sums)]))
        for payer, recipient in pairs:
            cells = [block.get((payer, recipient, year), 0) for year in years]
            who = f"  {agreement.parties[payer].label} → {agreement.parties[recipient].label}"
            table.add_row(who, *(amount_of(agreement, minor) for minor in [*cells, sum(cells)]))
    return table


def amount_of(agreement: Agreement, minor: int) -> str:
    """An amount in whole units of the currency, as English writes it."""
    form = Formats("en_GB", agreement.terms.currency)
    return plain(form.number(Decimal(minor) / minor_per_major(agreement.terms.currency)))


def exact_amount(currency: str, minor: int) -> str:
    """An amount to the smallest unit of its currency, as English writes it: `128,571.43 DKK`."""
    return plain(Formats("en_GB", currency).amount(minor))


def percent_of(share: Decimal) -> str:
    """A share with one decimal."""
    return plain(Formats("en_GB", "DKK").percent(share, 1))


def as_rows(blocks: Mapping[str, Mapping[Cell, int]]) -> list[dict[str, object]]:
    """The same as plain rows, in minor units."""
    return [
        {"of": name, "payer": payer, "recipient": recipient, "budget_year": year, "amount_minor": amount}
        for name, block in blocks.items()
        for (payer, recipient, year), amount in sorted(block.items())
    ]
