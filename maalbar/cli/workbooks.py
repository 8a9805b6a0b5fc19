"""Commands for parties that check: the computation as a spreadsheet, and two parties' figures held against each other."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, cast

import typer

from maalbar.cli.app import app, results_database
from maalbar.cli.contracts import AsJson
from maalbar.contract import agreement_of
from maalbar.errors import SetupError
from maalbar.store import sha256_of


@app.command()
def workbook(
    contract: Annotated[str, typer.Argument(metavar="CONTRACT", help="The id of a contract, or a contract file.")],
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="The XLSX file to write.")],
    period_id: Annotated[str | None, typer.Argument(metavar="[PERIOD]", help="A period of its calendar.")] = None,
    results: Annotated[
        Path | None, typer.Option("--results", help="Calculate from this file of results; nothing is stored.")
    ] = None,
    number: Annotated[
        int | None, typer.Option("--number", metavar="N", help="The settlement; without it the newest of the period.")
    ] = None,
    language: Annotated[str, typer.Option(metavar="da|en", help="The language of the sheets.")] = "da",
    as_json: AsJson = False,
) -> None:
    """The computation of a settlement as a spreadsheet with live formulas, from approved results to every krone."""
    from maalbar.documents.language import Language
    from maalbar.flow import workbook as flow
    from maalbar.flow.posted import hand_out

    agreement = agreement_of(contract)
    if (results is None) == (period_id is None):
        what = "workbook needs a period or a file of results" + (", and not both" if results else "")
        raise SetupError(what, mend="write PERIOD, or --results FILE.csv")
    if language not in ("da", "en"):
        raise SetupError(f"--language {language} is none of workbooks", mend="give da or en")
    chosen = cast("Language", language)
    if results is not None:
        raw = flow.of_results(agreement, results, chosen)
    else:
        known = [period.id for period in agreement.calendar.followed]
        if period_id not in known:
            raise SetupError(f"{agreement.id} has no period {period_id}", mend=f"its periods are {', '.join(known)}")
        with results_database():
            number, raw = flow.of_settlement(agreement.id, str(period_id), number, chosen)
    hand_out(out, raw)
    if as_json:
        print(json.dumps({"file": str(out), "sha256": sha256_of(raw), "contract": agreement.id, "settlement": number}))
    else:
        print(f"{out}: the computation of {agreement.id} as formulas; open it and see its first sheet")


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
