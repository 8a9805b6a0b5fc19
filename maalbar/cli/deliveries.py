"""Commands about what is delivered: who sends what and when, what a sender is told, and whose place a file takes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from maalbar.cli.app import app, results_database
from maalbar.cli.contracts import AsJson, ContractId
from maalbar.contract import Contract, agreement_of, find_contract
from maalbar.errors import ContractError, SetupError
from maalbar.local.payments_table import wide_console
from maalbar.manifest import endings
from maalbar.named_deliveries import NAMED

WHOLE = {"manifest": "its manifest", "done_file": "a .done beside it", "stable": "no change for {minutes} minutes"}


@app.command()
def calendar(
    contract_id: Annotated[str, typer.Argument(metavar="CONTRACT", help="The id of a contract, or a contract file.")],
    with_status: Annotated[bool, typer.Option("--status", help="Also whether each delivery has come.")] = False,
    as_json: AsJson = False,
) -> None:
    """Who delivers what, how and when; when each period is measured and paid; with --status, what has come."""
    contract = agreement_of(contract_id)
    rows = [
        {
            "period": p.id, "from": p.start.isoformat(), "to": p.end.isoformat(), "run_after": p.run_after.isoformat(),
            "data_due": p.data_due.isoformat(), "pay_by": p.pay_by.isoformat(),
        }
        for p in contract.calendar.periods
    ]  # fmt: skip
    sources = _sources(contract) if isinstance(contract, Contract) else []
    due, held, notes = _due(contract, with_status) if isinstance(contract, Contract) else ([], [], [])
    if as_json:
        said = {"periods": rows, "deliveries": sources, "due": due}
        print(json.dumps(said | ({"held": held, "notes": notes} if with_status else {}), ensure_ascii=False))
        return
    console = wide_console()
    console.print(_table(f"{contract.name}: periods", rows))
    if not sources:
        console.print("Results are handed in by others.")
        return
    console.print(_table("Due for every period", sources))
    shown, closed = _open(due) if with_status else (due, "")
    if shown:
        console.print(_table("A delivery describes a day from `first` to `last`, and comes by `last`", shown))
    if closed:
        console.print(closed, markup=False)
    for line in [*held, *notes]:
        console.print(line, markup=False, highlight=False)


def _sources(contract: Contract) -> list[dict[str, str]]:
    return [
        {
            "source": source,
            "what": one.register_name,
            "sender": contract.parties[one.sender].name,
            "format": one.format if one.packed == "none" else f"{one.format}, {one.packed}",
            "where": f"{contract.id}/{source}/{one.file_name or '*' + endings(one)[0]}",
            "whole_by": WHOLE[one.complete_when].format(minutes=one.stable_minutes),
        }
        for source, one in contract.deliveries.items()
    ]


def _due(contract: Contract, with_status: bool) -> tuple[list[dict[str, str]], list[str], list[str]]:
    """One row for each source of each period, the lines of what is held, and notes on registers that need more time; the database
    is asked only for the status."""
    from maalbar.flow.expected import expected, status
    from maalbar.flow.lateness import notes

    held: list[str] = []
    late: list[str] = []
    if with_status:
        with results_database():
            found, held = status(contract)
            late = notes(contract)
    else:
        found = expected(contract)
    rows = [
        {"period": e.period, "source": e.source, "first": e.first.isoformat(), "last": e.last.isoformat()}
        | ({"status": e.state, "delivery": e.delivery_id or ""} if e.state else {})
        for e in found
    ]
    return rows, held, late


def _open(due: list[dict[str, str]]) -> tuple[list[dict[str, str]], str]:
    """The rows of the periods of which something is still to come or to be taken in now, and a line on the others."""
    states: dict[str, set[str]] = {}
    for row in due:
        states.setdefault(row["period"], set()).add(row["status"])
    taken = [period for period, found in states.items() if found == {"taken in"}]
    ahead = [period for period, found in states.items() if found == {"not yet"}]
    said = [f"taken in whole: {', '.join(taken)}"] if taken else []
    said += [f"not due yet: {', '.join(ahead)}"] if ahead else []
    shown = [row for row in due if row["period"] not in (*taken, *ahead)]
    return shown, f"Periods that are not open: {'; '.join(said)}" if said else ""


def _table(title: str, rows: list[dict[str, Any]]) -> Table:
    table = Table(title=title, title_justify="left")
    for name in rows[0]:
        # What is copied from here, a folder or an id, stands whole.
        table.add_column(name, overflow="fold", no_wrap=name in ("where", "delivery"))
    for row in rows:
        table.add_row(*row.values())
    return table


@app.command()
def specification(
    contract_id: Annotated[str, typer.Argument(metavar="CONTRACT", help="The id of a contract, or a contract file.")],
    sources: Annotated[
        list[str] | None, typer.Argument(metavar="[SOURCE]...", help="Only these; all where none is named.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Write it to this file instead of printing it.")] = None,
    as_json: AsJson = False,
) -> None:
    """What a sender is to send: columns, codes, format, manifest, deadlines and what is refused. Markdown, in Danish."""
    from maalbar.documents.specification import specification as write

    contract = agreement_of(contract_id)
    if not isinstance(contract, Contract):
        raise ContractError(f"nothing is delivered to {contract.id}", mend="its results are handed in by others")
    text = write(contract, sources or [])
    if out:
        try:
            out.write_text(text, encoding="utf-8")
        except OSError as error:
            mend = "name a file in a folder that is there"
            raise SetupError(f"cannot be written ({error.strerror})", where=str(out), mend=mend) from None
    if as_json:
        print(json.dumps({"contract": contract.id, "out": str(out)} if out else {"markdown": text}, ensure_ascii=False))
    else:
        print(f"written: {out}" if out else text, end="\n" if out else "")


@app.command()
def supersede(
    contract_id: ContractId,
    file: Annotated[str, typer.Argument(metavar="FILE", help="The name of a file that is held, without its folder.")],
    supersedes: Annotated[str, typer.Option(metavar="DELIVERY", help=f"Which it takes the place of: {NAMED}.")],
    name: Annotated[str, typer.Option(help="The person who says so.")],
    reason: Annotated[str, typer.Option(help="How the person knows.")],
    as_json: AsJson = False,
) -> None:
    """Say whose place a file takes that came without a manifest; it is taken in by the next `intake`."""
    from maalbar.flow.landed import supersede as say

    contract = find_contract(contract_id)
    with results_database():
        manifest = say(contract, file, supersedes, name, reason)
    if as_json:
        print(manifest.model_dump_json(exclude_none=True))
        return
    print(f"{file} ({manifest.sha256[:12]}…) supersedes {str(manifest.supersedes)[:12]}…, says {manifest.said_by}")
