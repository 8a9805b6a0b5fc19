"""Commands about a period: take in, measure, report. The same functions the DAGs call."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from maalbar.cli import known
from maalbar.cli.app import app, results_database
from maalbar.cli.contracts import AsJson, ContractId
from maalbar.cli.quarantine import account_of
from maalbar.contract import find_contract
from maalbar.documents import estimates
from maalbar.documents.verdict_told import account_line
from maalbar.errors import MaalbarError, SetupError

PeriodId = Annotated[str, typer.Argument(metavar="PERIOD", help="The id of a period of its calendar.")]


def require_period(contract_id: str, period_id: str) -> None:
    """Raises SetupError naming the periods of the contract where it has no such one."""
    periods = [p.id for p in find_contract(contract_id).calendar.periods]
    if period_id not in periods:
        raise SetupError(f"{contract_id} has no period {period_id}", mend=f"its periods are {', '.join(periods)}")


@app.command()
def intake(contract_id: ContractId, period_id: PeriodId, as_json: AsJson = False) -> None:
    """Take in and check the deliveries of a period that lie in the landing folder."""
    require_period(contract_id, period_id)
    from maalbar.far import fetch_landing
    from maalbar.flow import intake as flow
    from maalbar.flow.delivery_report import path_of

    contract = find_contract(contract_id)
    fetched = fetch_landing(contract)
    with results_database():
        try:
            taken = flow.take_in(contract_id, period_id, fetched.refused_of)
        except MaalbarError as error:
            page = path_of(contract_id, period_id)
            if not page.exists():
                raise
            if not as_json:
                _print_accounts(contract_id, flow.accounts(contract, period_id))
            raise _with_page(error, page) from None
        awaited = flow.awaited_sources(contract_id, period_id)
        rows = flow.accounts(contract, period_id, taken)
    if as_json:
        accounts = [{"delivery": row["delivery_id"]} | account_of(row) for row in rows]
        told = {"taken": taken, "accounts": accounts, "awaited": awaited, "page": str(path_of(contract_id, period_id))}
        print(json.dumps(told))
        return
    _print_accounts(contract_id, rows)
    print(f"awaited: {', '.join(awaited) or 'nothing'}")
    print(f"page: {path_of(contract_id, period_id)}")


def _print_accounts(contract_id: str, rows: list[dict[str, Any]]) -> None:
    """A line for each delivery: what became of its rows, and where those set aside are seen."""
    for row in rows:
        see = f"; see them: maalbar quarantine {contract_id} {row['sha256'][:12]}" if row["rows_quarantined"] else ""
        print(f"{row['delivery_id']}: {account_line(account_of(row))}{see}")


def _with_page(error: MaalbarError, page: Path) -> MaalbarError:
    """The same error, a line for each file, the last of them with the page that says what to do."""
    see = f"what to do and what to tell the senders: {page}"
    told = type(error)(error.what, where=error.where, mend=f"{error.mend + ' — ' if error.mend else ''}{see}")
    told.lines = [*error.lines[:-1], f"{error.lines[-1]} — {see}"]
    return told


@app.command()
def measure(
    contract_id: ContractId,
    period_id: PeriodId,
    revise: Annotated[
        bool, typer.Option("--revise", help="Make a new revision from the newest deliveries of the period.")
    ] = False,
    bundle: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write the results that may leave this room into a signed bundle."),
    ] = None,
    as_known_at: Annotated[
        str | None,
        typer.Option(
            metavar="WHEN",
            help="As it was known at the end of a day, or at an instant (ISO 8601 with offset). Stores nothing.",
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Measure a period from the deliveries taken in, without Airflow and without a network."""
    require_period(contract_id, period_id)
    if bundle is not None:
        from maalbar.cli.bundles import measure_into

        measure_into(bundle, contract_id, period_id, revise, as_json)
        return
    if as_known_at is not None:
        if revise:
            raise SetupError("--revise stores and --as-known-at does not", mend="give one of them")
        known.tell(contract_id, period_id, as_known_at, as_json)
        return
    from maalbar import results
    from maalbar.database import transaction
    from maalbar.flow.measure import measure as flow

    with results_database():
        measurement_id = flow(contract_id, period_id, revise=revise)
        with transaction() as connection:
            effects = results.effects_of(connection, measurement_id)
    if as_json:
        print(json.dumps({"measurement": measurement_id, "effects": results.plain(effects)}))
        return
    print(measurement_id)
    for row in effects:
        print(f"  {row['outcome']} ({row['basis']}): {estimates.in_words(row)}")


@app.command()
def report(contract_id: ContractId) -> None:
    """The settlement table, the caps and the investors of a contract, from its ledger."""
    from maalbar.flow.report import report as flow
    from maalbar.local.settlement_table import print_report

    with results_database():
        found = flow(contract_id)
    print_report(found)


@app.command()
def migrate() -> None:
    """Bring the results database to its newest version, and make it where the server has none."""
    from maalbar import database

    with results_database():
        database.create()
        database.migrate()
    print("the results database is at its newest version")
