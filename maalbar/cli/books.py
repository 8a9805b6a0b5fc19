"""Commands about the books: verify and trace the ledger, see and tell what became of each settled amount."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import date
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from maalbar.cli.app import app, day_come, day_of, results_database
from maalbar.cli.contracts import AsJson, ContractId
from maalbar.contract import Contract, find_contract
from maalbar.errors import SetupError
from maalbar.local.payments_table import exact_amount, wide_console
from maalbar.local.settlement_table import print_rehearsal
from maalbar.money import Money

if TYPE_CHECKING:
    from maalbar.flow.invoices import Standing


@app.command()
def verify(contract_id: ContractId, as_json: AsJson = False) -> None:
    """Prove the books: the ledger's hash chain and balances, that every settlement gives its lines again, every stored file."""
    from maalbar.flow.verify import verify as flow

    with results_database():
        found = flow(contract_id)
    if as_json:
        print(json.dumps({"contract": contract_id, **asdict(found)}, ensure_ascii=False))
        return
    print_rehearsal(find_contract(contract_id))
    print(f"{contract_id}: {found.entries} ledger entries and {found.files} stored files are as they were written")
    print(
        f"{contract_id}: {found.settlements} settlements give their lines again, and {len(found.accounts)} accounts balance"
    )
    if found.bundles:
        print(
            f"{contract_id}: {found.bundles} bundles are as they were signed; {found.held_elsewhere} deliveries are "
            "held in the measuring room"
        )


@app.command()
def trace(
    contract_id: ContractId,
    entry: Annotated[str, typer.Argument(metavar="ENTRY", help="The number of a ledger entry.")],
    as_json: AsJson = False,
) -> None:
    """From a ledger entry back to who approved it, the terms, the results, the deliveries and the code that made it."""
    from maalbar.cli.traced import lines
    from maalbar.flow.trace import trace as flow

    if not entry.isascii() or not entry.isdigit():
        raise SetupError("ENTRY is the number of a ledger entry", where=contract_id, mend="write 12, for instance")
    with results_database():
        found = flow(contract_id, int(entry))
    if as_json:
        print(json.dumps(asdict(found), ensure_ascii=False))
        return
    print_rehearsal(find_contract(contract_id))
    print("\n".join(lines(found)))


@app.command()
def invoices(
    contract_id: ContractId,
    as_of: Annotated[
        str | None, typer.Option("--as-of", metavar="DATE", help="YYYY-MM-DD; today when not given.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """What became of each settled amount: not sent, sent, overdue, disputed or paid."""
    from maalbar.database import transaction
    from maalbar.flow.invoices import standings

    contract, day = find_contract(contract_id), day_of("--as-of", as_of) if as_of else date.today()
    with results_database(), transaction() as connection:
        found = standings(connection, contract, day)
    if as_json:
        print(json.dumps({"as_of": day.isoformat(), "invoices": [_row(s) for s in found]}, ensure_ascii=False))
    elif found:
        print_rehearsal(contract)
        wide_console().print(_table(contract, found, day))
    else:
        from maalbar.flow.trace import or_rehearsal

        print(f"{contract_id}: nothing is posted that anyone owes{or_rehearsal(contract_id)}")


@app.command()
def invoice(
    contract_id: ContractId,
    settlement: Annotated[int, typer.Argument(metavar="SETTLEMENT", help="The number of the settlement.")],
    payer: Annotated[str, typer.Argument(metavar="PAYER", help="The id of the party that owes.")],
    recipient: Annotated[str, typer.Argument(metavar="RECIPIENT", help="The id of the party that is owed.")],
    state: Annotated[str, typer.Argument(metavar="STATE", help="sent, paid, disputed or settled_dispute.")],
    dated: Annotated[str, typer.Option("--dated", metavar="DATE", help="The day it happened, YYYY-MM-DD.")],
    by: Annotated[str, typer.Option("--by", metavar="NAME", help="Who tells it.")],
    amount: Annotated[
        str | None,
        typer.Option("--amount", help="Of a payment, like `12_500.50 DKK`; all that is left when not given."),
    ] = None,
    reference: Annotated[str, typer.Option("--reference", help="An invoice number, a transfer, a letter.")] = "",
    as_json: AsJson = False,
) -> None:
    """Tell what has happened to a settled amount. It is written down once, and changes nothing that is owed."""
    from maalbar.database import contract_lock
    from maalbar.flow.invoices import Told, record

    contract = find_contract(contract_id)
    told = Told(
        state, day_come("--dated", dated, contract), by, _minor(contract, amount) if amount else None, reference
    )
    with results_database(), contract_lock(contract.id) as connection:
        stands = record(connection, contract, settlement, payer, recipient, told)
    if as_json:
        print(json.dumps(_row(stands), ensure_ascii=False))
        return
    paid, left = _money(contract, stands.paid), _money(contract, stands.left)
    print(f"{contract.id} settlement {settlement}, {payer} to {recipient}: {stands.state}, {paid} paid, {left} left")


def _minor(contract: Contract, text: str) -> int:
    """An amount as a contract writes it, in minor units of the contract's currency."""
    currency = contract.terms.currency
    try:
        money = Money.parse(text)
    except ValueError:
        raise SetupError("--amount is no amount", mend=f"write --amount '12_500.50 {currency}'") from None
    if money.currency != currency:
        raise SetupError("--amount is in another currency", where=contract.id, mend=f"it pays in {currency}")
    return money.minor


def _money(contract: Contract, minor: int) -> str:
    return exact_amount(contract.terms.currency, minor)


def _row(stands: Standing) -> dict[str, object]:
    debt = stands.debt
    return {
        "settlement": debt.settlement, "payer": debt.payer, "recipient": debt.recipient, "amount_minor": debt.amount,
        "pay_by": debt.pay_by.isoformat(), "state": stands.state, "paid_minor": stands.paid, "left_minor": stands.left,
        "last_dated": stands.last_dated.isoformat() if stands.last_dated else None,
    }  # fmt: skip


def _table(contract: Contract, found: list[Standing], day: date) -> Table:
    table = Table(title=f"{contract.name}: settled amounts on {day}", title_justify="left")
    for name in ("settlement", "payer", "recipient"):
        table.add_column(name)
    for name in ("amount", "paid", "left"):
        table.add_column(name, justify="right")
    for name in ("pay by", "state"):
        table.add_column(name)
    for stands in found:
        debt = stands.debt
        who = (
            contract.parties[party].label if party in contract.parties else party
            for party in (debt.payer, debt.recipient)
        )
        money = (_money(contract, minor) for minor in (debt.amount, stands.paid, stands.left))
        table.add_row(str(debt.settlement), *who, *money, debt.pay_by.isoformat(), stands.state)
    return table
