"""Commands about what is kept: erase persons, end their keeping, change their key, say who looked, measure a figure again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from maalbar.cli.app import app, day_come, results_database
from maalbar.cli.contracts import AsJson, ContractId
from maalbar.cli.periods import PeriodId, require_period
from maalbar.contract import find_contract

if TYPE_CHECKING:
    from maalbar.flow.replacing import Erased
    from maalbar.flow.reproduce import Reproduced

Name = Annotated[str, typer.Option("--name", metavar="NAME", help="The person who answers for it.")]


@app.command()
def erase(
    contract_id: ContractId,
    persons: Annotated[
        Path, typer.Option("--persons", metavar="FILE", help="Ids as the sender writes them, one on each line.")
    ],
    because: Annotated[
        str, typer.Option("--because", metavar="WHY", help="consent_withdrawn, objection, retention or error.")
    ],
    name: Name,
    source: Annotated[
        list[str] | None, typer.Option("--source", help="Only from this source; may be repeated.")
    ] = None,
    basis: Annotated[
        str | None,
        typer.Option("--basis", metavar="PURPOSE", help="Only from sources held for this: consent, research …"),
    ] = None,
    absent_ok: Annotated[
        bool, typer.Option("--absent-ok", help="End with 0 also where nobody named is found in any delivery.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Erase persons from everything that is stored, keep them out of what comes, and write the proof.

    A withdrawn consent reaches the sources whose `purpose` is consent; every other reason reaches all. Nothing paid changes.

    Files in the landing folder that hold rows of theirs are deleted whole, with the rows of everybody else: they are in the
    store, without those persons. What is to be kept of such a file elsewhere, keep before.

    Who is found in no delivery is remembered all the same, so that what comes later is kept without them. There is a proof, and
    it says so; the command warns and ends with 1, since the ids may be written wrong, or with 0 where --absent-ok is given.
    """
    from maalbar.flow import erase as flow

    contract = find_contract(contract_id)
    ids = flow.read_persons(persons)
    with results_database():
        done = flow.erase(contract.id, ids, because, name, source or (), basis)
    _tell(done, as_json)
    if not as_json:
        print(f"delete {persons.name} now: it names them, and lies outside what Maalbar keeps")
    if flow.found_nothing(done):
        what = f"{contract.id}: nobody named in {persons.name} is found in any delivery"
        typer.echo(
            f"{what}; they are remembered, and kept out of what comes — see that the ids are the sender's", err=True
        )
        if not absent_ok:
            raise typer.Exit(1)


@app.command()
def retain(
    contract_id: ContractId,
    as_of: Annotated[str, typer.Option("--as-of", metavar="DAY", help="The day it is asked on, YYYY-MM-DD.")],
    as_json: AsJson = False,
) -> None:
    """Delete what a contract's `keep_until` no longer lets be kept on a day, and what an interrupted erasure left.

    The day has come: what is deleted for a mistyped year would be gone too early, and for good.
    """
    from maalbar.flow import retention as flow

    day = day_come("--as-of", as_of, find_contract(contract_id))
    with results_database():
        done = flow.retain(contract_id, day)
    if done is not None:
        _tell(done, as_json)
    else:
        nothing = {"contract": contract_id, "erasure": None}
        print(json.dumps(nothing) if as_json else f"{contract_id}: nothing is kept longer than it may be on {day}")


@app.command("rotate-person-keys")
def rotate_person_keys(contract_id: ContractId, name: Name, as_json: AsJson = False) -> None:
    """Give the persons of every stored table the ids of the newest key; what was measured comes to the same."""
    from maalbar.flow import rotate as flow

    find_contract(contract_id)
    with results_database():
        done = flow.rotate(contract_id, name)
    if done is not None:
        _tell(done, as_json)
    else:
        nothing = {"contract": contract_id, "erasure": None}
        print(json.dumps(nothing) if as_json else f"{contract_id}: every stored id is of the newest key")


@app.command("access-log")
def access_log(contract_id: ContractId, as_json: AsJson = False) -> None:
    """Who opened a file as it came, or what was set aside of it, when and why."""
    from maalbar import access
    from maalbar.database import transaction

    find_contract(contract_id)
    with results_database(), transaction() as connection:
        rows = access.openings(connection, contract_id)
    if as_json:
        told = [row | {"opened_at": row["opened_at"].isoformat()} for row in rows]
        print(json.dumps({"contract": contract_id, "openings": told}, ensure_ascii=False))
        return
    for row in rows:
        print(
            f"{row['opened_at']:%Y-%m-%d %H:%M:%S%z}  {row['who']}  {row['shelf']} {row['sha256'][:16]}  {row['why']}"
        )
    if not rows:
        print(f"{contract_id}: nobody has opened a file as it came")


@app.command()
def reproduce(
    contract_id: ContractId,
    period_id: PeriodId,
    revision: Annotated[int | None, typer.Argument(metavar="[REVISION]", help="The newest when not given.")] = None,
    as_json: AsJson = False,
) -> None:
    """Measure a period again from its frozen inputs: identical, but for listed erasures, expired, or different.

    Ends with 0 for the first two, 13 where the sources have expired, and 14, the only alarm, where it is different.
    """
    from maalbar.flow import reproduce as flow

    require_period(contract_id, period_id)
    with results_database():
        found = flow.reproduce(contract_id, period_id, revision)
    print(json.dumps(vars(found), ensure_ascii=False) if as_json else "\n".join(_lines(found)))
    raise typer.Exit(flow.EXIT_CODES[found.answer])


def _lines(found: Reproduced) -> list[str]:
    lines = [f"{found.measurement_id}: {found.answer}", f"  results as measured {found.stored}"]
    if found.again is not None:
        lines.append(f"  results now         {found.again}")
    lines += [
        f"  no. {row['number']}, {row['kind']}, {row['erased_at'][:10]}: {row['because']}" for row in found.erasures
    ]
    lines += [f"  the {what} is another than then" for what in found.changed]
    return lines


def _tell(done: Erased, as_json: bool) -> None:
    row = done.row
    if as_json:
        told = row | {"erased_at": row["erased_at"].isoformat(), "proof": [str(path) for path in done.proof]}
        print(json.dumps(told | {"landed": done.landed}, ensure_ascii=False))
        return
    counts = ", ".join(f"{count} {shelf}" for shelf, count in done.replaced.items()) or "none"
    print(f"{row['contract']}: {row['kind']} no. {row['number']} of {', '.join(row['sources'])}: {row['because']}")
    print(f"  objects replaced: {counts}; files removed from the landing folder: {done.landed}")
    print(f"  measurements that are reached: {len(row['figures'])}; what was approved and paid stands")
    for path in done.proof:
        print(f"  {path}")
