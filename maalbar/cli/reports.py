"""Commands that write what others than the parties read: the yearly report to committee and council, and the portfolio."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from maalbar.cli.app import app, day_of, results_database
from maalbar.cli.contracts import AsJson, ContractId
from maalbar.cli.places import require_folder, writing_to
from maalbar.contract import find_contract, load_all
from maalbar.documents.language import LANGUAGES, Language
from maalbar.errors import SetupError
from maalbar.local.settlement_table import print_rehearsal
from maalbar.store import sha256_of, write_atomically


@app.command("yearly-report")
def yearly_report(
    contract_id: ContractId,
    period_id: Annotated[str, typer.Argument(metavar="PERIOD", help="The id of a period that is approved and posted.")],
    folder: Annotated[Path, typer.Option("--out", metavar="FOLDER", help="Where the files go.")],
    language: Annotated[str | None, typer.Option(metavar="da|en", help="One language; without it all.")] = None,
    as_json: AsJson = False,
) -> None:
    """The yearly report to committee and council: two pages in plain words and pictures, of figures that may leave."""
    from maalbar.flow.statement import standing
    from maalbar.flow.yearly import yearly_report as flow

    chosen: tuple[Language, ...] = tuple(known for known in LANGUAGES if language in (None, known))
    if not chosen:
        raise SetupError(f"--language {language} is none of documents", mend=f"give one of {', '.join(LANGUAGES)}")
    contract = find_contract(contract_id)
    periods = [period.id for period in contract.calendar.followed]
    if period_id not in periods:
        raise SetupError(f"{contract_id} has no report of {period_id}", mend=f"its periods are {', '.join(periods)}")
    require_folder(folder)
    with results_database():
        with writing_to(folder):
            number, written = flow(contract_id, period_id, folder, chosen)
        told_in = standing(contract_id, number, period_id).told_in
    if as_json:
        files = [{"path": str(one.path), "language": one.language, "sha256": one.sha256} for one in written]
        held = {"settlement": number, "superseded_in": told_in}
        print(json.dumps({"contract": contract_id, "period": period_id, **held, "files": files}))
        return
    print_rehearsal(contract)
    for one in written:
        print(f"{one.path}  {one.sha256}")
    if told_in is not None:
        print(f"settlement {number}: corrected since, see the report of period {told_in}")
    print(f"settlement {number}: to be published by `maalbar prepare-release`, when every party has said yes")


@app.command()
def portfolio(
    path: Annotated[Path, typer.Option("--out", metavar="FILE", help="The page to write: .html or .pdf.")],
    as_of: Annotated[
        str | None,
        typer.Option("--as-of", metavar="YYYY-MM-DD", help="As it stood at the end of that day; today without it."),
    ] = None,
    language: Annotated[str, typer.Option(metavar="da|en", help="The language of the page.")] = "da",
    as_json: AsJson = False,
) -> None:
    """All contracts on one page, new and running: the state of each period, what is owed and paid, and what is next."""
    from maalbar.documents.portfolio.layout import portfolio_html, portfolio_pdf
    from maalbar.flow.portfolio import portfolio_facts

    chosen: Language | None = next((known for known in LANGUAGES if known == language), None)
    if chosen is None:
        raise SetupError(f"--language {language} is none of documents", mend=f"give one of {', '.join(LANGUAGES)}")
    if path.suffix not in (".html", ".pdf"):
        raise SetupError("is neither .html nor .pdf", where=str(path), mend="name the page by one of these")
    require_folder(path.parent)
    day = date.today() if as_of is None else day_of("--as-of", as_of)
    contracts = load_all().values()
    with results_database():
        facts = portfolio_facts(contracts, day, chosen)
    data = portfolio_html(facts) if path.suffix == ".html" else portfolio_pdf(facts)
    with writing_to(path):
        write_atomically(path, data, mode=0o644)
    if as_json:
        states = {one.id: {period.id: period.state for period in one.periods} for one in facts.contracts}
        print(json.dumps({"file": str(path), "sha256": sha256_of(data), "as_of": day.isoformat(), "contracts": states}))
        return
    print(f"{path}: {len(facts.contracts)} contracts as they stood on {day.isoformat()}")
