"""The command for two parties that check each other: their figures held against each other."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from maalbar.cli.app import app
from maalbar.cli.contracts import AsJson


@app.command()
def compare(
    first: Annotated[Path, typer.Argument(metavar="A", help="Results (.csv), a workbook (.xlsx), or `settle --json`.")],
    second: Annotated[Path, typer.Argument(metavar="B", help="The other party's, of the same kind.")],
    as_json: AsJson = False,
) -> None:
    """Hold two parties' figures against each other: the first line along the computation that differs, with both values.

    Ends with 0 when they tell the same, with 1 when they differ.
    """
    from maalbar.flow.compared import compare as flow

    found = flow(first, second)
    if as_json:
        print(json.dumps({"identical": found is None, "first_difference": None if found is None else vars(found)}))
    elif found is None:
        print("the same: every line of both")
    else:
        one, other = (value if value else "(nothing)" for value in (found.first, found.second))
        print(f"{found.stage}: {found.of}\n  {first}: {one}\n  {second}: {other}")
    if found is not None:
        raise typer.Exit(1)
