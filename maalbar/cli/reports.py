"""Commands that write what others than the parties read: the yearly report to committee and council."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from maalbar.cli.app import app, results_database
from maalbar.cli.contracts import AsJson, ContractId
from maalbar.contract import find_contract
from maalbar.documents.language import LANGUAGES, Language
from maalbar.errors import SetupError
from maalbar.local.settlement_table import print_rehearsal


@app.command("yearly-report")
def yearly_report(
    contract_id: ContractId,
    period_id: Annotated[str, typer.Argument(metavar="PERIOD", help="The id of a period that is approved and posted.")],
    folder: Annotated[Path, typer.Option("--out", metavar="FOLDER", help="Where the files go.")],
    language: Annotated[str | None, typer.Option(metavar="da|en", help="One language; without it all.")] = None,
    as_json: AsJson = False,
) -> None:
    """The yearly report to committee and council: two pages in plain words and pictures, of figures that may leave."""
    from maalbar.flow.yearly import yearly_report as flow

    chosen: tuple[Language, ...] = tuple(known for known in LANGUAGES if language in (None, known))
    if not chosen:
        raise SetupError(f"--language {language} is none of documents", mend=f"give one of {', '.join(LANGUAGES)}")
    contract = find_contract(contract_id)
    periods = [period.id for period in contract.calendar.followed]
    if period_id not in periods:
        raise SetupError(f"{contract_id} has no report of {period_id}", mend=f"its periods are {', '.join(periods)}")
    with results_database():
        number, written = flow(contract_id, period_id, folder, chosen)
    if as_json:
        files = [{"path": str(one.path), "language": one.language, "sha256": one.sha256} for one in written]
        print(json.dumps({"contract": contract_id, "period": period_id, "settlement": number, "files": files}))
        return
    print_rehearsal(contract)
    for one in written:
        print(f"{one.path}  {one.sha256}")
    print(f"settlement {number}: not to be published before every party has said yes")
