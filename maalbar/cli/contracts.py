"""Commands about a contract: check it, see its schema, simulate its deliveries."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from maalbar.cli.app import app
from maalbar.cli.outlook import STRESS_DRAWS, print_stress, stress_as_data, stressed
from maalbar.cli.places import require_folder, writing_to
from maalbar.cli.signing import print_against_ledger
from maalbar.contract import find_contract, read_agreements
from maalbar.contract.json_schema import json_schema
from maalbar.contract.signing import standing
from maalbar.errors import ContractError, SetupError

ContractId = Annotated[str, typer.Argument(metavar="CONTRACT", help="The id of a contract under investments/.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command()
def check(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Contract files.")],
    against_ledger: Annotated[
        bool, typer.Option("--against-ledger", help="Compare what each file would pay with what is posted.")
    ] = False,
    stress: Annotated[
        bool, typer.Option("--stress", help="What the terms pay on average when nothing, half and all works.")
    ] = False,
    draws: Annotated[int, typer.Option(min=2, help="With --stress: draws of each scenario.")] = STRESS_DRAWS,
    variants: Annotated[
        bool,
        typer.Option("--variants", help="--stress, and the same under other bases, floors and rules of uncertainty."),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Check contract files: every fault with file, line and remedy."""
    if against_ledger:
        for path in files:
            print_against_ledger(path, as_json)
        return
    found, faults = read_agreements(files)
    told = stressed(files, draws, variants) if stress or variants else []
    faults += [one.fault.line for one in told if one.fault]
    if as_json:
        sound = {"sound": [{"id": c.id, "digest": c.digest} for c in found], "faults": faults}
        more = {"stress": [stress_as_data(one) for one in told]} if told else {}
        print(json.dumps(sound | more, ensure_ascii=False))
    for contract in found if not as_json else ():
        followed = contract.calendar.followed
        what = (
            f"{len(followed)} periods from {followed[0].start} to {followed[-1].end}, {len(contract.outcomes)} outcomes"
        )
        print(f"{contract.id}: sound; {what}")
        for said in standing(contract):
            print(f"  {said}")
    if not as_json:
        print_stress(told)
    if faults:
        if not as_json:
            for line in faults:
                typer.echo(f"error: {line}", err=True)
        raise typer.Exit(ContractError.exit_code)


@app.command()
def schema(
    as_reference: Annotated[
        bool, typer.Option("--reference", help="Print the reference for people, in Markdown.")
    ] = False,
    persons: Annotated[
        bool, typer.Option("--persons", help="Print the named persons of every step of sql/, in Markdown.")
    ] = False,
) -> None:
    """Print the JSON Schema of the contract language, its reference, or the named persons of the steps."""
    if as_reference:
        from maalbar.cli.reference import reference

        print(reference(), end="")
        return
    if persons:
        from maalbar.cli.persons_page import persons_page

        print(persons_page(), end="")
        return
    print(json.dumps(json_schema(), indent=2, ensure_ascii=False))


@app.command()
def simulate(
    contract_id: ContractId,
    out: Annotated[Path, typer.Option(help="Folder for the deliveries; must be empty or not there yet.")],
    people: Annotated[
        int,
        typer.Option(min=10, help="Persons in the intervention's areas; about three times as many to compare."),
    ] = 1000,
    years: Annotated[
        int | None, typer.Option(min=1, help="Only the extracts of the first so many followed periods.")
    ] = None,
    effect: Annotated[
        list[str] | None,
        typer.Option(help="Planted effect: OUTCOME=IMPROVEMENT, or one number for every relative outcome."),
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same bytes.")] = 1,
    defect: Annotated[list[str] | None, typer.Option(help="A planted defect; may be given again.")] = None,
) -> None:
    """Simulate deliveries in the shapes of the registers, with a planted effect and a truth file."""
    from maalbar.simulate.run import simulate as run

    contract = find_contract(contract_id)
    require_folder(out)
    if out.exists() and any(out.iterdir()):
        raise SetupError(
            "the folder is not empty", where=str(out), mend="choose another, so that nothing is overwritten"
        )
    periods = [p.id for p in contract.calendar.periods[: years + 1]] if years else None
    planted = _effect(effect or [])
    with writing_to(out):
        summary = run(contract, out, people=people, effect=planted, seed=seed, periods=periods, defects=defect or [])
    print(f"{len(summary.files)} deliveries in {out}; what was planted stands in {summary.truth_path}")


def _effect(given: list[str]) -> dict[str, float] | float:
    """`0.08`, or `acute_contacts=0.08` as often as there are outcomes."""
    try:
        if len(given) == 1 and "=" not in given[0]:
            return float(given[0])
        return {name: float(size) for name, size in (text.split("=") for text in given)}
    except ValueError:
        raise SetupError("--effect is not OUTCOME=NUMBER", mend="write --effect acute_contacts=0.08") from None
