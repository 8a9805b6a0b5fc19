"""Commands about corrected files: the difference, the correction, and what later extracts make of earlier periods."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from maalbar.cli.app import app, results_database
from maalbar.cli.contracts import AsJson, ContractId
from maalbar.contract import find_contract
from maalbar.database import transaction
from maalbar.documents import estimates
from maalbar.errors import SetupError
from maalbar.named_deliveries import NAMED, delivery_named

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from maalbar.flow.correct import Moved
    from maalbar.flow.difference import Difference


@app.command()
def difference(
    contract_id: ContractId,
    delivery_id: Annotated[str, typer.Argument(metavar="DELIVERY", help=f"The later version: {NAMED}.")],
    against: Annotated[
        str | None, typer.Option(metavar="DELIVERY", help="The earlier one; what it supersedes when not given.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show what a corrected file changes: rows, columns, totals, and the figures measured from it. No row values."""
    find_contract(contract_id)
    from maalbar.flow.difference import difference as flow

    with results_database():
        found = flow(contract_id, _id(contract_id, delivery_id), _id(contract_id, against) if against else None)
    print(json.dumps(_plain(asdict(found)), ensure_ascii=False) if as_json else "\n".join(_difference(found)))


@app.command()
def correct(
    contract_id: ContractId,
    supersede: Annotated[
        list[str] | None,
        typer.Option(metavar="OLD=NEW", help=f"Which takes the place of which, each {NAMED}; may be repeated."),
    ] = None,
    delivery: Annotated[
        str | None, typer.Option(metavar="NEW", help="A delivery that says itself what it supersedes.")
    ] = None,
    name: Annotated[str, typer.Option(help="Who has it corrected.")] = "",
    reason: Annotated[str, typer.Option(help="Why.")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the periods and figures that would move.")] = False,
    as_json: AsJson = False,
) -> None:
    """Put a corrected file in the place of another, and measure again the periods made from it, and no others."""
    find_contract(contract_id)
    from maalbar.flow import correct as flow

    with results_database():
        substitutions = flow.substitutions_named(contract_id, delivery, supersede or [])
        if dry_run:
            found, counted = flow.would_move(contract_id, substitutions), flow.computed_from(contract_id, substitutions)
        else:
            done = flow.correct(contract_id, substitutions, name, reason)
    if dry_run:
        told = {"substitutions": substitutions, "computed_from": counted, "effects": [asdict(row) for row in found]}
        lines = [*_counted(counted), *_moved(found)]
        print(json.dumps(_plain(told), ensure_ascii=False) if as_json else "\n".join(lines))
        return
    if as_json:
        print(json.dumps(asdict(done), ensure_ascii=False))
        return
    print(f"correction {done.number} of {contract_id} by {done.name}: {done.reason}")
    for period, measurement_id in done.revisions.items():
        print(f"  period {period} is measured again: {measurement_id}")
    print("what it moves is proposed when the last of them is proposed again")


@app.command()
def restated(
    contract_id: ContractId,
    period: Annotated[
        str | None, typer.Option(metavar="PERIOD", help="One period; all measured ones when not given.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show what measured periods would now be, from the newest extracts. Opens no period and changes no result."""
    ids = [each.id for each in find_contract(contract_id).calendar.periods]
    if period not in (None, *ids):
        raise SetupError(f"{contract_id} has no period {period}", mend=f"its periods are {', '.join(ids)}")
    from maalbar.flow.restated import restate

    with results_database():
        found = restate(contract_id, period)
    if as_json:
        print(json.dumps(_plain([asdict(row) for row in found]), ensure_ascii=False))
        return
    for row in found:
        what = f"period {row.period}, {row.was['outcome']} ({row.was['basis']})"
        print(f"{what}: {estimates.in_short(row.was)}, would now be {estimates.in_short(row.now)}")
    if not found:
        print("nothing newer has come than what the periods are measured from")


def _id(contract_id: str, named: str) -> str:
    """The id of the delivery that is named."""
    with transaction() as connection:
        return str(delivery_named(connection, contract_id, named)["delivery_id"])


def _difference(found: Difference) -> Iterator[str]:
    yield f"{found.source} of {found.contract}: {found.before} → {found.after}"
    if None in found.rows.values():
        yield f"  counts withheld: fewer than {found.small_cell} persons may tell one of the two from another version"
    else:
        yield "  rows " + ", ".join(f"{kind} {count}" for kind, count in found.rows.items())
    if found.columns:
        yield f"  changed in {', '.join(found.columns)}"
    for total in found.totals:
        of = "in all" if total.code == "*" else total.code or "without a code"
        figures = [f"rows {_or(total.rows_before)} → {_or(total.rows_after)}"]
        if total.code == "*":
            figures.append(f"persons {_or(total.persons_before)} → {_or(total.persons_after)}")
        if (total.quantity_before, total.quantity_after) != (None, None):
            figures.append(f"quantity {_hundredths(total.quantity_before)} → {_hundredths(total.quantity_after)}")
        yield f"  {of}: {', '.join(figures)}"
    yield from (f"  {line}" for line in _moved(found.effects))


def _or(count: int | None) -> str:
    return "withheld" if count is None else str(count)


def _hundredths(quantity: int | None) -> str:
    return "withheld" if quantity is None else f"{quantity / 100:.2f}"


def _moved(effects: Sequence[Moved]) -> Iterator[str]:
    """A line per effect that becomes another, and one on those that do not."""
    same = 0
    for row in effects:
        if not row.is_moved:
            same += 1
            continue
        before, after = estimates.in_short(row.before), estimates.in_short(row.after)
        yield f"period {row.period}, {row.before['outcome']} ({row.before['basis']}): {before} → {after}"
    if same:
        yield f"{same} figures stay as they are"
    elif effects:
        moved = dict.fromkeys(row.before["outcome"] for row in effects)
        yield f"every figure of these periods moves, of {', '.join(moved)}"
    else:
        yield "no figure of a measured period is told beside it"


def _counted(counted: Mapping[str, Sequence[str]]) -> Iterator[str]:
    for source, outcomes in counted.items():
        which = ", ".join(outcomes) or "none directly; what moves, moves by who is followed"
        yield f"outcomes computed from {source}: {which}"


def _plain(given: Any) -> Any:
    """Days and decimals as text, for JSON."""
    return json.loads(json.dumps(given, default=str))
