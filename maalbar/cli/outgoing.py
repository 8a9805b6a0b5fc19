"""Commands about what leaves to others than the parties: prepare, look at, answer, publish, withdraw."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from maalbar import access
from maalbar.cli.app import app, results_database
from maalbar.cli.contracts import AsJson, ContractId
from maalbar.contract import find_contract
from maalbar.errors import SetupError
from maalbar.local.settlement_table import print_rehearsal

Number = Annotated[int, typer.Argument(metavar="NUMBER", min=1, help="As `maalbar releases` tells it.")]


@app.command("releases")
def releases(
    contract_id: ContractId,
    number: Annotated[
        int | None, typer.Argument(metavar="[NUMBER]", min=1, help="Only this one, as it is asked.")
    ] = None,
    underlying: Annotated[
        Path | None,
        typer.Option(
            "--underlying", metavar="FILE", help="For those who release: write the counts behind it, for you alone."
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """What was prepared for whom, who has answered, and what has left. You are who MAALBAR_USER says."""
    from maalbar.flow.outgoing import ask
    from maalbar.flow.outgoing.listed import listed
    from maalbar.flow.outgoing.underlying import opened_underlying, write_privately

    contract = find_contract(contract_id)
    if underlying is not None and number is None:
        raise SetupError("--underlying is of one release", mend="give its number")
    with results_database():
        if underlying is not None and number is not None:
            write_privately(underlying, opened_underlying(contract_id, number, access.who()))
        rows = listed(contract, number)
        asked = ask.present(contract_id, number) if number is not None else None
    if as_json:
        print(json.dumps(rows, ensure_ascii=False))
        return
    print_rehearsal(contract)
    for row in rows:
        print(_line(row))
    if asked:
        print(f"fingerprint {asked['digest']}\n\n{asked['body']}")
    if not rows:
        print(f"{contract_id}: nothing is prepared to leave")
    if underlying is not None:
        print(
            f"\n{underlying}: the counts behind it, readable by you alone; it is written down that you have seen them"
        )


@app.command("prepare-release")
def prepare_release(
    contract_id: ContractId,
    kind: Annotated[str, typer.Option("--kind", help="What: one of the recipient's `kinds`.")],
    recipient: Annotated[str, typer.Option("--recipient", metavar="ID", help="For whom: one of the contract's.")],
    period: Annotated[
        str | None,
        typer.Option("--period", metavar="ID", help="Through which period; the newest settled one without it."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Gather figures that may leave to a recipient, as files that wait for two people. You will not be one of them."""
    from maalbar.flow.outgoing import ask
    from maalbar.flow.outgoing.prepare import prepare

    contract = find_contract(contract_id)
    with results_database():
        asked = ask.present(contract_id, prepare(contract_id, kind, recipient, period, access.who()))
    if as_json:
        print(json.dumps(asked, ensure_ascii=False))
        return
    print_rehearsal(contract)
    print(f"release {asked['number']} waits for answers to fingerprint {asked['digest']}")


@app.command("decide-release")
def decide_release(
    contract_id: ContractId,
    number: Number,
    answer: Annotated[str, typer.Option("--answer", metavar="approved|returned|refused", help="What you say.")],
    fingerprint: Annotated[str, typer.Option("--fingerprint", metavar="SHA256", help="Of what you have looked at.")],
    comment: Annotated[str, typer.Option("--comment", help="Why; needed where it is returned.")] = "",
    party: Annotated[
        str, typer.Option("--party", metavar="ID", help="The party that you answer for; without it you release.")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Answer a release, once and under your own login (MAALBAR_USER): as one of those who release, or for a party."""
    from maalbar.flow.outgoing.decide import Answer, decide

    contract = find_contract(contract_id)
    said = Answer(access.who(), answer, fingerprint, datetime.now(UTC).isoformat(), comment, party)
    with results_database():
        state = decide(contract_id, number, said)
    if as_json:
        print(json.dumps({"contract": contract_id, "number": number, "state": state}))
        return
    print_rehearsal(contract)
    print(f"{contract_id} release {number}: {answer} by {said.user}; it is {state}")


@app.command("publish-release")
def publish_release(contract_id: ContractId, number: Number, as_json: AsJson = False) -> None:
    """Write the files of a release that all have said yes to into `released/`, and keep every figure in the register."""
    from maalbar.flow.outgoing.publish import publish

    contract = find_contract(contract_id)
    with results_database():
        left = publish(contract_id, number, access.who())
    if as_json:
        print(json.dumps({"number": left.number, "folder": str(left.folder), "files": left.files}))
        return
    print_rehearsal(contract)
    for name, sha256 in left.files.items():
        print(f"{left.folder / name}  {sha256}")


@app.command("withdraw-release")
def withdraw_release(
    contract_id: ContractId,
    number: Number,
    because: Annotated[
        str, typer.Option("--because", metavar="WHY", help="Why; it is kept, and stands beside the files.")
    ],
    as_json: AsJson = False,
) -> None:
    """Mark a release as withdrawn. What has left has left: later releases are held against it all the same."""
    from maalbar.flow.outgoing.publish import withdraw

    contract = find_contract(contract_id)
    with results_database():
        withdraw(contract_id, number, access.who(), because)
    if as_json:
        print(json.dumps({"contract": contract_id, "number": number, "state": "withdrawn"}))
        return
    print_rehearsal(contract)
    print(f"{contract_id} release {number} is withdrawn; what it told stays known")


def _line(row: dict[str, Any]) -> str:
    answers = "; ".join(
        f"{one['answer']} by {one['name']}" + (f" for {one['party']}" if one["party"] else "") for one in row["answers"]
    )
    told = f"release {row['number']}: {row['kind']} to {row['recipient']} through {row['periods'][-1]}, {row['state']}"
    waits = f"; waits for {', '.join(row['missing'])}" if row["missing"] else ""
    return told + (f" ({answers})" if answers else "") + waits
