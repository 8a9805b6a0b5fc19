"""The report of a contract on a terminal: the settlement table, the caps, the investors, the statements."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table

from maalbar.contract import Agreement
from maalbar.documents.formats import Formats, plain
from maalbar.flow.report import Report
from maalbar.money import minor_digits, minor_per_major

NARROWEST = 110
"""Columns that five periods of amounts in øre need; a narrower terminal wraps whole lines, which can still be read."""


def print_report(report: Report) -> None:
    """Print what a contract has come to. Amounts in the contract's currency."""
    console = Console(highlight=False)
    console.width = max(console.width, NARROWEST)
    contract = report.contract
    print_rehearsal(contract, console)
    console.print(_settlement(report))
    unit = _unit(report)
    for cap in report.caps:
        who = contract.parties[cap.payer].name if cap.payer else "All payers together"
        who = f"{contract.title_of(cap.outcome)['da']}, {who}" if cap.outcome else who
        whom = f" to {contract.parties[cap.recipient].name}" if cap.recipient else ""
        given_up = f"{_amount(report, cap.given_up)} given up; " if cap.given_up else ""
        console.print(
            f"{who}{whom}: [bold]{_amount(report, cap.paid)}[/] of at most {_amount(report, cap.maximum)} {unit}; "
            f"{given_up}{_amount(report, cap.left)} left",
            soft_wrap=True,
        )
    console.print()
    for row in report.investors:
        back = f"{_amount(report, row.principal)} principal + {_amount(report, row.premium)} risk premium"
        both = _amount(report, row.principal + row.premium)
        name, paid = contract.parties[row.investor].name, _amount(report, row.paid_in - row.returned)
        is_whole = any(key[0] == contract.calendar.followed[-1].id for key, minor in report.payments.items() if minor)
        rate = "" if row.yearly_return is None or not is_whole else f"; {_percent(row.yearly_return)} a year"
        console.print(
            f"{name}: paid in {paid}, gets back [bold]{both}[/] {unit} ({back}){rate}",
            soft_wrap=True,
        )
    console.print(f"\nLedger: {report.entries} entries, hash chain checked, head {report.head[:16]}")
    for path in report.statements:
        console.print(f"Statement: {_short(path)}", soft_wrap=True)


def print_rehearsal(contract: Agreement, console: Console | None = None) -> None:
    """Say that a contract is a rehearsal, before anything else is printed of it."""
    if contract.rehearsal:
        moved = f"dates moved by {contract.rehearsal.shifted_years} years"
        said = f"\n[bold]REHEARSAL of {contract.rehearsal.of}[/]: {moved}, simulated data"
        (console or Console(highlight=False)).print(said, soft_wrap=True)


def _settlement(report: Report) -> Table:
    contract = report.contract
    title = f"{contract.name}: period × outcome × payer → recipient, {_unit(report)}"
    table = Table(
        title=title,
        title_justify="left",
        title_style="bold",
        box=SIMPLE,
        show_footer=True,
        padding=(0, 1, 0, 0),
    )
    periods = [period.id for period in contract.calendar.followed]
    table.add_column("", footer="Total", no_wrap=True)
    for period in periods:
        posted = sum(minor for key, minor in report.payments.items() if key[0] == period)
        table.add_column(f"period {period}", justify="right", footer=_amount(report, posted), no_wrap=True)
    table.add_column("all", justify="right", footer=_amount(report, sum(report.payments.values())), no_wrap=True)
    named = ""
    for outcome, payer, recipient in dict.fromkeys(key[1:] for key in report.payments):
        if outcome != named:
            table.add_row(f"[bold]{contract.title_of(outcome)['da']}[/]", *[""] * (len(periods) + 1))
            named = outcome
        cells = [report.payments.get((period, outcome, payer, recipient), 0) for period in periods]
        pair = f"  {contract.parties[payer].label} → {contract.parties[recipient].label}"
        table.add_row(pair, *(_amount(report, minor) for minor in [*cells, sum(cells)]))
    return table


def _amount(report: Report, minor: int) -> str:
    """Always with its øre, so that columns line up; as English writes it, like every other command."""
    currency = report.contract.terms.currency
    form = Formats("en_GB", currency)
    return plain(form.number(Decimal(minor) / minor_per_major(currency), minor_digits(currency)))


def _percent(share: Decimal) -> str:
    return plain(Formats("en_GB", "DKK").percent(share, 1))


def _unit(report: Report) -> str:
    return Formats("en_GB", report.contract.terms.currency).unit


def _short(path: str) -> str:
    """Relative to the working folder where it lies below it."""
    here = Path.cwd()
    return str(Path(path).relative_to(here)) if Path(path).is_relative_to(here) else path
