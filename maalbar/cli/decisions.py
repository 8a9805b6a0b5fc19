"""Commands about what a person decides of a delivery: to let in a file that differs much from those before it."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from maalbar.cli.app import app, results_database
from maalbar.cli.contracts import AsJson, ContractId
from maalbar.contract import find_contract


@app.command()
def accept(
    contract_id: ContractId,
    file: Annotated[
        str,
        typer.Argument(
            metavar="FILE", help="A file that was stopped: its name, six signs of its SHA-256, or source@day."
        ),
    ],
    name: Annotated[str, typer.Option(help="The person who decides.")],
    reason: Annotated[str, typer.Option(help="Why the file is right all the same.")],
    as_json: AsJson = False,
) -> None:
    """Let in a file that was stopped because it differs from those before it; it is taken in by the next `intake`."""
    from maalbar.flow.history import accept as decide

    contract = find_contract(contract_id)
    with results_database():
        said = decide(contract, file, name, reason)
    if as_json:
        print(json.dumps(said | {"as_of": said["as_of"].isoformat()}, ensure_ascii=False))
        return
    print(
        f"{said['file']} ({said['sha256'][:12]}…) is let in in spite of {', '.join(said['checks'])}, says {said['said_by']}"
    )
