"""`maalbar settle`: propose what is due from the database, or calculate what a file of results comes to."""

from __future__ import annotations

import gc
import json
from pathlib import Path
from typing import Annotated

import typer

from maalbar.cli.app import app, results_database
from maalbar.cli.calculation import show
from maalbar.cli.contracts import AsJson
from maalbar.cli.statements import language_of
from maalbar.contract import Agreement, agreement_of
from maalbar.documents.language import SOURCE, Language
from maalbar.errors import SetupError
from maalbar.flow.calculate import calculate
from maalbar.flow.calculated_data import as_data
from maalbar.store import sha256_of


@app.command()
def settle(
    contract: Annotated[str, typer.Argument(metavar="CONTRACT", help="The id of a contract, or a contract file.")],
    period_id: Annotated[str | None, typer.Argument(metavar="[PERIOD]", help="A period of its calendar.")] = None,
    results: Annotated[
        Path | None, typer.Option("--results", help="Calculate from this file of results; nothing is stored.")
    ] = None,
    xlsx: Annotated[
        Path | None,
        typer.Option(
            "--xlsx", metavar="FILE", help="With --results: write the calculation as live formulas into this file."
        ),
    ] = None,
    language: Annotated[
        str, typer.Option(metavar="da|en", help="The language of that file, or of the proposal.")
    ] = SOURCE,
    as_json: AsJson = False,
) -> None:
    """Propose what is due through a period; or, with --results, calculate what the terms pay.

    Approval and posting are in Airflow, where people answer under their own name.
    """
    agreement = agreement_of(contract)
    if (results is None) == (period_id is None):
        what = "settle needs a period or a file of results" + (", and not both" if results else "")
        raise SetupError(what, mend="write PERIOD, or --results FILE.csv")
    if xlsx is not None:
        if results is None:
            raise SetupError("--xlsx is of --results", mend="of a settlement, `maalbar statement --xlsx` writes it")
        _write_workbook(agreement, results, xlsx, language, as_json)
        return
    if results is not None:
        # A calculation makes many small objects and no cycles: collecting them would take as long as settling.
        gc.disable()
        try:
            found = calculate(agreement, results)
            if as_json:
                print(json.dumps(as_data(found), ensure_ascii=False))
            else:
                show(found)
        finally:
            gc.enable()
        return
    _propose(agreement, str(period_id), language_of(language), as_json)


def _write_workbook(agreement: Agreement, results: Path, path: Path, language: str, as_json: bool) -> None:
    from maalbar.flow.posted import hand_out
    from maalbar.flow.workbook import of_results

    raw = of_results(agreement, results, language_of(language))
    hand_out(path, raw)
    if as_json:
        print(json.dumps({"file": str(path), "sha256": sha256_of(raw), "contract": agreement.id}))
    else:
        print(f"{path}: what {agreement.id} pays, as formulas; open it and see its first sheet")


def _propose(agreement: Agreement, period_id: str, language: Language, as_json: bool) -> None:
    from maalbar.flow import settle as flow

    known = [p.id for p in agreement.calendar.periods]
    if period_id not in known:
        raise SetupError(f"{agreement.id} has no period {period_id}", mend=f"its periods are {', '.join(known)}")
    with results_database():
        proposal = flow.propose(agreement.id, period_id)
        shown = flow.present(agreement.id, proposal["number"], language) if proposal else None
    if as_json:
        print(json.dumps(proposal))
    else:
        print(f"{shown['subject']}\n\n{shown['body']}" if shown else "nothing is due that is not posted")
