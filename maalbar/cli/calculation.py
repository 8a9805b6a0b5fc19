"""How a calculation looks on a terminal: what is owed by period, how each amount came about, who pays, what investors get."""

from __future__ import annotations

import textwrap
from datetime import timedelta
from decimal import Decimal

from babel.numbers import get_currency_name
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from maalbar.documents.formats import EN_DASH, Formats, plain
from maalbar.flow.calculate import Calculation
from maalbar.flow.calculated_data import told
from maalbar.money import minor_digits, minor_per_major

WIDTH = 110
TITLES = 30
"""What is left for titles beside the columns of amounts, at the least."""
BETWEEN = 3


def show(found: Calculation) -> None:
    """Print all of it. What a file says is printed as it stands, never read as markup."""
    shown = _Shown(found)
    shown.head()
    shown.owed()
    shown.explained()
    shown.transfers()
    shown.handed_on()
    shown.investors()


class _Shown:
    def __init__(self, found: Calculation) -> None:
        self.found, self.agreement = found, found.agreement
        self.form = Formats("en_GB", found.agreement.terms.currency)
        self.console = Console(highlight=False, markup=False, emoji=False, width=WIDTH)

    def head(self) -> None:
        agreement, currency = self.agreement, self.form.currency
        self.console.print(Text(agreement.name, "bold"))
        self.console.print(
            f"terms {agreement.digest[:16]}; amounts in {get_currency_name(currency, count=2, locale='en')} ({currency})"
        )
        if agreement.status.terms != "agreed":
            self.console.print(Text(f"The terms are {agreement.status.terms}: nothing of this is owed.", "yellow"))
        self.console.print()

    def owed(self) -> None:
        """Every outcome by payer and recipient, and what each period comes to; as many periods abreast as fit."""
        periods = self.found.periods
        widest = max([len("period 10"), *(len(self._amount(x.amount)) for x in self.found.settlement.lines)])
        abreast = max((WIDTH - TITLES) // (widest + BETWEEN) - 1, 1)
        for start in range(0, len(periods), abreast):
            some = periods[start : start + abreast]
            self._owed(some, with_total=some[-1] == periods[-1])

    def _owed(self, periods: list[str], *, with_total: bool) -> None:
        lines = self.found.settlement.lines
        table = self._table("owed")
        for period in periods:
            table.add_column(f"period {period}", justify="right", overflow="fold")
        if with_total:
            table.add_column("all", justify="right", overflow="fold")

        def row(title: str, mine: list[tuple[str, int]], style: str = "") -> None:
            amounts = [sum(amount for at, amount in mine if at == period) for period in periods]
            amounts += [sum(amount for _, amount in mine)] if with_total else []
            table.add_row(title, *map(self._amount, amounts), style=style)

        for payer, recipient in dict.fromkeys((x.payer, x.recipient) for x in lines):
            table.add_row(Text(f"{self._name(payer)} → {self._name(recipient)}", "bold"))
            between = [x for x in lines if (x.payer, x.recipient) == (payer, recipient)]
            for outcome in dict.fromkeys(x.outcome for x in between):
                row(f"  {self._title(outcome)}", [(x.period, x.amount) for x in between if x.outcome == outcome])
        table.add_section()
        row("total", [(x.period, x.amount) for x in lines], "bold")
        self._print(table)

    def explained(self) -> None:
        """The way to each amount, period by period."""
        for period in self.found.periods:
            row = self.agreement.period(period)
            last = row.end - timedelta(days=1)
            self._heading(f"period {period}", f"{row.start} to {last}, paid by {row.pay_by}")
            for step in self.found.settlement.steps:
                if step.period == period:
                    way = f"{self._title(step.outcome)}: {' → '.join(told(self.agreement, step))}"
                    # Number and unit keep together by a no-break space, which only textwrap respects.
                    lines = textwrap.wrap(way, WIDTH, initial_indent="  ", subsequent_indent="      ")
                    self.console.print(plain("\n".join(lines)))
            self.console.print()

    def transfers(self) -> None:
        """What moves, and what stands back."""
        money = self.found.payable
        if money.transfers:
            table = self._table("transfers", "pay by", "from", "to")
            table.add_column("amount", justify="right", overflow="fold")
            for row in money.transfers:
                cells = (
                    str(self.agreement.period(row.settlement).pay_by),
                    self._name(row.sender),
                    self._name(row.receiver),
                )
                table.add_row(f"period {row.settlement}", *cells, self._amount(row.amount))
            self._print(table)
        else:
            self.console.print("No money moves.\n")
        for (payer, recipient), minor in money.set_off.items():
            whose = f"{self._name(recipient)} owes {self._name(payer)}"
            self.console.print(f"{whose} {self._amount(minor)}, set off against later payments.\n")
        if money.waived:
            self.console.print(f"Waived at the end: {self._amount(money.waived)}.\n")

    def handed_on(self) -> None:
        if not self.found.handed_on:
            return
        table = self._table("handed on", "investor", "layer", "what", "from")
        table.add_column("amount", justify="right", overflow="fold")
        for row in self.found.handed_on:
            cells = (self._name(row.investor), row.layer, row.component, row.source)
            table.add_row(f"period {row.period}", *cells, self._amount(row.amount))
        self._print(table)

    def investors(self) -> None:
        table = self._table("investors")
        for name in ("paid in", "back unspent", "principal", "premium", "return a year"):
            table.add_column(name, justify="right", overflow="fold")
        for row in self.found.investors:
            amounts = (row.paid_in, row.returned, row.principal, row.premium)
            rate = EN_DASH if row.yearly_return is None else plain(self.form.percent(row.yearly_return, 2))
            table.add_row(self._name(row.investor), *map(self._amount, amounts), rate)
        if self.found.investors:
            self._print(table)

    def _print(self, table: Table) -> None:
        self.console.print(table)
        self.console.print()

    def _table(self, title: str, *columns: str) -> Table:
        table = Table(box=SIMPLE_HEAD, show_edge=False, padding=(0, BETWEEN, 0, 0), pad_edge=False)
        for name in (title, *columns):
            table.add_column(name)
        return table

    def _heading(self, title: str, more: str) -> None:
        self.console.print(Text(title, "bold").append(f"  {more}", "dim"))

    def _name(self, party: str) -> str:
        return self.agreement.parties[party].label

    def _title(self, outcome: str) -> str:
        title = self.agreement.title_of(outcome)
        return title.get("en", title["da"])

    def _amount(self, minor: int) -> str:
        if not minor:
            return EN_DASH
        return plain(
            self.form.number(Decimal(minor) / minor_per_major(self.form.currency), minor_digits(self.form.currency))
        )
