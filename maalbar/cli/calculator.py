"""`maalbar settle`: propose what is due from the database, or calculate what a file of results comes to."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Annotated

import typer
from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table

from maalbar.cli.app import app, results_database
from maalbar.cli.contracts import AsJson
from maalbar.contract import Agreement, find_file, load_agreement
from maalbar.documents.formats import Formats, plain
from maalbar.errors import SetupError
from maalbar.flow.calculate import Calculation, as_data, calculate
from maalbar.money import minor_digits, minor_per_major

WIDEST = 110


@app.command()
def settle(
    contract: Annotated[str, typer.Argument(metavar="CONTRACT", help="The id of a contract, or a contract file.")],
    period_id: Annotated[str | None, typer.Argument(metavar="[PERIOD]", help="A period of its calendar.")] = None,
    results: Annotated[
        Path | None, typer.Option("--results", help="Calculate from this file of results; nothing is stored.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Propose what is due through a period; or, with --results, calculate what the terms pay.

    Approval and posting are in Airflow, where people answer under their own name.
    """
    path = Path(contract)
    agreement = load_agreement(path if path.suffix in (".yaml", ".yml") else find_file(contract))
    if (results is None) == (period_id is None):
        raise SetupError("settle needs a period or a file of results", mend="write PERIOD, or --results FILE.csv")
    if results is not None:
        found = calculate(agreement, results)
        if as_json:
            print(json.dumps(as_data(found), ensure_ascii=False))
        else:
            _print(found)
        return
    _propose(agreement, str(period_id), as_json)


def _propose(agreement: Agreement, period_id: str, as_json: bool) -> None:
    from maalbar.flow import settle as flow

    known = [p.id for p in agreement.calendar.periods]
    if period_id not in known:
        raise SetupError(f"{agreement.id} has no period {period_id}", mend=f"its periods are {', '.join(known)}")
    with results_database():
        proposal = flow.propose(agreement.id, period_id)
        shown = flow.present(agreement.id, proposal["number"]) if proposal else None
    if as_json:
        print(json.dumps(proposal))
    else:
        print(f"{shown['subject']}\n\n{shown['body']}" if shown else "nothing is due that is not posted")


def _print(found: Calculation) -> None:
    """The lines by period, what is transferred, and the way to each amount."""
    data, console = as_data(found), Console(highlight=False)
    console.width = max(console.width, WIDEST)
    agreement, form = found.agreement, Formats("en_GB", found.agreement.terms.currency)
    unsigned = "" if agreement.status.terms == "agreed" else " (illustrative terms)"
    console.print(f"[bold]{agreement.name}[/]{unsigned}: terms {agreement.digest[:16]}, amounts in {form.currency}\n")
    table = Table(box=SIMPLE, show_footer=True, padding=(0, 1, 0, 0))
    table.add_column("payer → recipient: outcome", footer="total")
    for period in found.periods:
        total = sum(x.amount for x in found.settlement.lines if x.period == period)
        table.add_column(f"period {period}", justify="right", footer=_amount(form, total))
    table.add_column("all", justify="right", footer=_amount(form, found.settlement.total))
    for outcome, payer, recipient in dict.fromkeys((x.outcome, x.payer, x.recipient) for x in found.settlement.lines):
        mine = [x for x in found.settlement.lines if (x.outcome, x.payer, x.recipient) == (outcome, payer, recipient)]
        sums = [sum(x.amount for x in mine if x.period == period) for period in found.periods]
        who = f"{agreement.parties[payer].label} → {agreement.parties[recipient].label}"
        title = agreement.title_of(outcome)
        cells = [_amount(form, minor) for minor in [*sums, sum(sums)]]
        table.add_row(f"{who}: {title.get('en', title['da'])}", *cells)
    console.print(table)
    for step in data["steps"]:
        title = agreement.title_of(step["outcome"])
        console.print(
            f"[bold]period {step['period']}, {title.get('en', title['da'])}[/]: {step['explanation']}", soft_wrap=True
        )
    _print_money(found, form, console)


def _print_money(found: Calculation, form: Formats, console: Console) -> None:
    """What moves, what is set off, what is handed on, and what investors earn."""
    names = {party_id: party.label for party_id, party in found.agreement.parties.items()}
    console.print()
    for transfer in found.payable.transfers:
        amount = _amount(form, transfer.amount)
        console.print(
            f"period {transfer.settlement}: {names[transfer.sender]} pays {names[transfer.receiver]} {amount}"
        )
    for (payer, recipient), minor in found.payable.set_off.items():
        console.print(f"{names[recipient]} owes {names[payer]} {_amount(form, minor)}, set off against later payments")
    if found.payable.waived:
        console.print(f"waived at the end: {_amount(form, found.payable.waived)}")
    for row in found.handed_on:
        what = f"{row.component} from the {row.source}"
        console.print(
            f"period {row.period}: {names[row.investor]} gets {_amount(form, row.amount)} ({row.layer}, {what})"
        )
    for investor in found.investors:
        rate = "–" if investor.yearly_return is None else f"{investor.yearly_return * 100:.2f} % a year"
        back = f"{_amount(form, investor.principal)} principal + {_amount(form, investor.premium)} premium"
        paid = _amount(form, investor.paid_in - investor.returned)
        console.print(f"{names[investor.investor]}: paid in {paid}, gets {back}; return {rate}")


def _amount(form: Formats, minor: int) -> str:
    return plain(form.number(Decimal(minor) / minor_per_major(form.currency), minor_digits(form.currency)))
