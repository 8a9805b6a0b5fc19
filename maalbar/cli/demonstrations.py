"""Commands that bring up a whole installation on this machine: the demonstration, and the same left open for people."""

from __future__ import annotations

from typing import Annotated

import typer

from maalbar.cli.app import app

Chosen = Annotated[str, typer.Argument(metavar="CONTRACT", help="The contract to rehearse.")]


@app.command()
def demo(contract_id: Chosen) -> None:
    """Rehearse a contract from deliveries to statements on a real Airflow, and stop everything again."""
    from maalbar.local.demo import demo as run

    run(contract_id)


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
