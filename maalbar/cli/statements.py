"""Commands about statements: write one once more, and hold it against what was issued."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from maalbar.cli.app import app, results_database
from maalbar.cli.contracts import AsJson, ContractId
from maalbar.cli.places import require_folder
from maalbar.contract import find_contract
from maalbar.documents.language import LANGUAGES, Language
from maalbar.errors import SetupError, StoreDamaged
from maalbar.proposals import POSTED

if TYPE_CHECKING:
    from maalbar.flow import statement as flow


@app.command()
def statement(
    contract_id: ContractId,
    period_id: Annotated[str, typer.Argument(metavar="PERIOD", help="The id of a period of its calendar.")],
    number: Annotated[
        int | None,
        typer.Option(
            metavar="N", help="The number of the settlement or proposal; without it the newest of the period."
        ),
    ] = None,
    language: Annotated[str | None, typer.Option(metavar="da|en", help="One language; without it all.")] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Write into this folder, and not where it was issued.")
    ] = None,
    xlsx: Annotated[
        bool, typer.Option("--xlsx", help="Also the computation of its settlement, as live formulas in a spreadsheet.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Write the statement of a period once more: its files, their hashes, whether they are as issued, and whether it stands.

    Before its settlement is posted it is a draft. Ends with an error when a file is not, byte for byte, the one issued.
    """
    from maalbar.flow.statement import standing, write_again
    from maalbar.flow.workbook import write_workbooks

    chosen = LANGUAGES if language is None else (language_of(language),)
    periods = [period.id for period in find_contract(contract_id).calendar.followed]
    if period_id not in periods:
        raise SetupError(f"{contract_id} has no statement of {period_id}", mend=f"its periods are {', '.join(periods)}")
    if out is not None:
        require_folder(out)
    with results_database():
        settlement, written = write_again(contract_id, period_id, number, chosen, out)
        stands = standing(contract_id, settlement, period_id)
        computed = write_workbooks(contract_id, settlement, chosen, out)[1] if xlsx else []
    if as_json:
        files = [
            {**one.__dict__, "path": str(one.path), "as_issued": None if one.registered is None else one.is_as_issued}
            for one in written
        ]
        files += [{**one.__dict__, "path": str(one.path), "kind": "xlsx"} for one in computed]
        held = {"state": stands.state, "superseded_by": stands.superseded_by, "told_in": stands.told_in}
        print(json.dumps({"contract": contract_id, "period": period_id, "number": settlement, **held, "files": files}))
    else:
        for one in written:
            print(f"{one.path}  {one.sha256}  {_against(one)}")
        for book in computed:
            print(f"{book.path}  {book.sha256}  the computation as formulas; its first sheet says whether it holds")
        print(_stands(stands))
    if any(one.registered is not None and not one.is_as_issued for one in written):
        raise StoreDamaged(
            "the statement is not the one that was issued",
            where=f"{contract_id}, settlement {settlement}",
            mend="write it by the code version that its passport names",
        )


def language_of(said: str) -> Language:
    """A language of documents. Raises SetupError for another."""
    for known in LANGUAGES:
        if said == known:
            return known
    raise SetupError(f"--language {said} is none of documents", mend=f"give one of {', '.join(LANGUAGES)}")


def _against(one: flow.Written) -> str:
    if one.registered is None:
        return "draft"
    return "as issued" if one.is_as_issued else f"NOT as issued ({one.registered})"


def _stands(standing: flow.Standing) -> str:
    """What the statement is worth now, in one line."""
    if standing.state != POSTED:
        return f"proposal {standing.number}: {standing.state}, not posted"
    if not standing.is_current:
        return (
            f"settlement {standing.number}: superseded by settlement {standing.superseded_by}, "
            f"told in the statement of period {standing.told_in}"
        )
    return f"settlement {standing.number}: current"
