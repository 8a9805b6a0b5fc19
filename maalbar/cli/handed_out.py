"""Commands that write what others book from or publish: invoice basis, posting file, INDIGO data."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from maalbar.cli.app import app, results_database
from maalbar.cli.contracts import AsJson, ContractId
from maalbar.contract import find_contract
from maalbar.local.payments_table import exact_amount
from maalbar.local.settlement_table import print_rehearsal
from maalbar.store import sha256_of

if TYPE_CHECKING:
    from maalbar.flow.invoice_basis import Basis

Settlement = Annotated[
    int | None,
    typer.Option("--settlement", metavar="N", min=1, help="Only this one; all that are posted when not given."),
]


@app.command("invoice-basis")
def invoice_basis(
    contract_id: ContractId,
    folder: Annotated[Path, typer.Option("--out", metavar="FOLDER", help="Where the files go.")],
    settlement: Settlement = None,
    payer: Annotated[str | None, typer.Option("--payer", metavar="ID", help="Only what this party pays.")] = None,
    as_json: AsJson = False,
) -> None:
    """What each payer is to be invoiced, as CSV for an invoicing system: one file per settlement, payer and recipient."""
    from maalbar.flow.invoice_basis import invoice_basis as flow

    contract = find_contract(contract_id)
    with results_database():
        found = flow(contract_id, folder, settlement, payer)
    if as_json:
        print(json.dumps([_basis(basis, folder) for basis in found], ensure_ascii=False))
        return
    print_rehearsal(contract)
    for basis in found:
        amount = exact_amount(contract.terms.currency, basis.amount)
        print(f"{folder / basis.name}: {basis.document}, {amount}, {len(basis.entries)} ledger entries")
    if not found:
        print(f"{contract_id}: nothing of it is owed, and nothing is written")
    for missing in dict.fromkeys(text for basis in found for text in basis.missing):
        who = [basis.name for basis in found if missing in basis.missing]
        print(f"warning: {missing} ({len(who)} of {len(found)} files)")


@app.command("posting-file")
def posting_file(
    contract_id: ContractId,
    path: Annotated[Path, typer.Option("--out", metavar="FILE", help="The CSV file to write.")],
    settlement: Settlement = None,
    as_json: AsJson = False,
) -> None:
    """The ledger as postings for a finance system: one row per leg, each voucher in balance."""
    from maalbar.flow.posting_file import posting_file as flow

    contract = find_contract(contract_id)
    with results_database():
        found = flow(contract_id, path, settlement)
    if as_json:
        told = {"file": str(path), "sha256": sha256_of(found.content), "vouchers": found.vouchers}
        print(json.dumps(told | {"debited_minor": found.debited, "currency": found.currency, "head": found.head}))
        return
    print_rehearsal(contract)
    amount = exact_amount(found.currency, found.debited)
    print(f"{path}: {found.vouchers} vouchers in balance, {amount} on each side; ledger head {found.head[:16]}")


@app.command()
def indigo(
    contract_id: ContractId,
    path: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="The JSON file to write; printed without it.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """The contract, its prices, approved results and payments in the INDIGO data standard, marked PRIVATE until released."""
    from maalbar.flow.indigo import indigo as flow
    from maalbar.flow.posted import hand_out

    contract = find_contract(contract_id)
    with results_database():
        found = flow(contract_id)
    if path is None:
        print(found.decode(), end="")
        return
    hand_out(path, found)
    if as_json:
        print(json.dumps({"file": str(path), "sha256": sha256_of(found)}))
        return
    print_rehearsal(contract)
    print(f"{path}: {contract_id} by the INDIGO data standard, marked PRIVATE until the parties release it")


def _basis(basis: Basis, folder: Path) -> dict[str, Any]:
    told = {name: value for name, value in asdict(basis).items() if name not in ("content", "name", "amount")}
    return {
        "file": str(folder / basis.name),
        "sha256": sha256_of(basis.content),
        **told,
        "amount_minor": basis.amount,
    }
