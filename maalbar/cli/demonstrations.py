"""Commands that show a whole contract on this machine: the demonstration, the same left open for people, and its documents."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from maalbar.cli.app import app
from maalbar.cli.contracts import AsJson
from maalbar.cli.places import require_folder, writing_to

Chosen = Annotated[str, typer.Argument(metavar="CONTRACT", help="The contract to rehearse.")]


@app.command()
def demo(contract_id: Chosen) -> None:
    """Rehearse a contract from deliveries to statements on a real Airflow, and stop everything again."""
    from maalbar.local.demo import demo as run

    run(contract_id)


@app.command()
def rehearse(
    contract_id: Chosen,
    folder: Annotated[Path, typer.Option("--out", metavar="FOLDER", help="Where the documents go.")],
    years: Annotated[
        int | None,
        typer.Option(help="Whole years that the calendar is moved; without it, until its last period may run today."),
    ] = None,
    people: Annotated[
        int | None, typer.Option(min=1, help="Persons of the target group; without it as the demo.")
    ] = None,
    seed: Annotated[int | None, typer.Option(help="What they are drawn from; without it as the demo.")] = None,
    as_json: AsJson = False,
) -> None:
    """Rehearse a contract without Airflow, and write its statements, yearly report and portfolio in every language."""
    from maalbar.local.rehearsal import rehearsal

    def tell(text: str) -> None:
        print(text, file=sys.stderr)

    require_folder(folder)
    with writing_to(folder):
        written = rehearsal(contract_id, folder, years=years, people=people, seed=seed, tell=tell)
    if as_json:
        print(json.dumps({"contract": contract_id, "files": [str(path) for path in written]}))
        return
    for path in written:
        print(path)


@app.command()
def ui(contract_id: Chosen) -> None:
    """Leave a rehearsal's Airflow running on this machine, with approvals open for people to answer."""
    from maalbar.local.demo import ui as run

    run(contract_id)


@app.command("ui-stop")
def ui_stop() -> None:
    """Stop what `ui` left running."""
    from maalbar.local.demo import stop_ui

    stop_ui()
