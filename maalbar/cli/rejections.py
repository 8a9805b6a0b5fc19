"""Commands about proposals that a party said no to: what waits, and the ways on."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from maalbar import access
from maalbar.cli.app import app, results_database
from maalbar.cli.contracts import AsJson, ContractId
from maalbar.contract import find_contract
from maalbar.local.payments_table import amount_of
from maalbar.local.settlement_table import print_rehearsal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from maalbar.contract import Contract
    from maalbar.flow.rejected import Rejected

Number = Annotated[int, typer.Argument(metavar="PROPOSAL", help="The number of the proposal that was rejected.")]
Party = Annotated[str, typer.Option("--party", metavar="ID", help="The party that you speak for.")]
Because = Annotated[
    str, typer.Option("--because", metavar="WHY", help="Why; it is kept, and told in the next statement.")
]


@app.command()
def rejected(contract_id: ContractId, as_json: AsJson = False) -> None:
    """Proposals that a party said no to: who, why, what came of it, and which periods wait."""
    from maalbar.database import transaction
    from maalbar.flow.rejected import rejected_of

    contract = find_contract(contract_id)
    with results_database(), transaction() as connection:
        found = rejected_of(connection, contract_id)
    if as_json:
        print(json.dumps([asdict(one) for one in found], ensure_ascii=False, default=str))
        return
    print_rehearsal(contract)
    for one in found:
        print("\n".join(_lines(contract, one)))
    if not found:
        print(f"{contract_id}: no party has said no to a proposal")


@app.command()
def dispute(contract_id: ContractId, number: Number, party: Party, because: Because, as_json: AsJson = False) -> None:
    """Write down, under your own login (MAALBAR_USER), that a party disputes what was proposed."""
    from maalbar.flow.rejected import dispute as flow

    find_contract(contract_id)
    with results_database():
        flow(contract_id, number, party, access.who(), because)
    _told(contract_id, number, "in dispute", 0, as_json, goes_on=False)


@app.command("settle-dispute")
def settle_dispute(
    contract_id: ContractId, number: Number, party: Party, because: Because, as_json: AsJson = False
) -> None:
    """Write down, for a party that said no or disputes, that the figures stand; when all of them have, they are put once more."""
    from maalbar.flow.rejected import settle_dispute as flow

    find_contract(contract_id)
    with results_database():
        against = flow(contract_id, number, party, access.who(), because)
    if against:
        _told(contract_id, number, f"settled by {party}; waits for {', '.join(against)}", 0, as_json, goes_on=False)
        return
    _told(contract_id, number, "to be proposed again as it was", 0, as_json)


@app.command()
def waive(contract_id: ContractId, number: Number, party: Party, because: Because, as_json: AsJson = False) -> None:
    """Give up, for a party, what a rejected proposal would have it receive; by two people where it has four eyes. For good."""
    from maalbar.flow.rejected import holding_up
    from maalbar.flow.rejected import waive as flow

    contract = find_contract(contract_id)
    with results_database():
        minor = flow(contract_id, number, party, access.who(), because)
        against = holding_up(contract_id, number)
    if minor is None:
        said = f"given up by {party} when another person of it says so too"
        _told(contract_id, number, said, 0, as_json, goes_on=False)
        return
    said = f"{amount_of(contract, minor)} {contract.terms.currency} given up by {party}"
    said += f"; waits for {', '.join(against)}" if against else ""
    _told(contract_id, number, said, minor, as_json, goes_on=not against)


def _told(contract_id: str, number: int, state: str, waived_minor: int, as_json: bool, *, goes_on: bool = True) -> None:
    if as_json:
        print(json.dumps({"contract": contract_id, "number": number, "state": state, "waived_minor": waived_minor}))
        return
    print_rehearsal(find_contract(contract_id))
    print(f"{contract_id} proposal {number}: {state}")
    if goes_on:
        print(f"next: clear `propose` in the newest run of {contract_id}__measure")


def _lines(contract: Contract, one: Rejected) -> Iterator[str]:
    waits = "; waits for a way on: maalbar correct, dispute, settle-dispute or waive" if one.is_waiting else ""
    yield f"proposal {one.number} through period {one.through}, periods {', '.join(one.periods)}{waits}"
    for said in one.said:
        gave = f" {amount_of(contract, said.waived_minor)} {contract.terms.currency}" if said.waived_minor else ""
        yield f"  {said.at:%Y-%m-%d} {said.step}{gave} by {said.name} for {said.party}: {said.why or 'no reason given'}"
