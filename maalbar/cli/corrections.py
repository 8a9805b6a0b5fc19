"""Commands about corrected files: the difference, the correction, and what later extracts make of earlier periods."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from maalbar.cli import estimates
from maalbar.cli.app import app, results_database
from maalbar.cli.contracts import AsJson, ContractId
from maalbar.contract import find_contract
from maalbar.errors import SetupError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from maalbar.flow.correct import Moved
    from maalbar.flow.difference import Difference


@app.command()
def difference(
    contract_id: ContractId,
    delivery_id: Annotated[str, typer.Argument(metavar="DELIVERY", help="The id of a delivery, the later version.")],
    against: Annotated[
        str | None, typer.Option(metavar="DELIVERY", help="The earlier one; what it supersedes when not given.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show what a corrected file changes: rows, columns, totals, and the figures measured from it. No row values."""
    find_contract(contract_id)
    from maalbar.flow.difference import difference as flow

    with results_database():
        found = flow(contract_id, delivery_id, against)
    print(json.dumps(_plain(asdict(found)), ensure_ascii=False) if as_json else "\n".join(_difference(found)))


@app.command()
def correct(
    contract_id: ContractId,
    supersede: Annotated[
        list[str] | None,
        typer.Option(metavar="OLD=NEW", help="Which delivery takes the place of which; may be repeated."),
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
    if (delivery is None) == (not supersede):
        raise SetupError(
            "it is not said what takes the place of what", mend="give --supersede OLD=NEW or --delivery NEW"
        )
    given = _substitutions(supersede or [])
    from maalbar.flow import correct as flow

    with results_database():
        substitutions = given if delivery is None else flow.substitutions_for(contract_id, delivery)
        if dry_run:
            found = flow.would_move(contract_id, substitutions)
        else:
            done = flow.correct(contract_id, substitutions, name, reason)
    if dry_run:
        told = {"substitutions": substitutions, "effects": [asdict(row) for row in found]}
        print(json.dumps(_plain(told), ensure_ascii=False) if as_json else "\n".join(_moved(found)))
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


def _substitutions(pairs: Iterable[str]) -> dict[str, str]:
    found = {}
    for pair in pairs:
        old, sign, new = pair.partition("=")
        if not (old and sign and new) or old in found:
            raise SetupError("--supersede is no pair of deliveries", mend="write OLD=NEW, and each OLD once")
        found[old] = new
    return found


def _difference(found: Difference) -> Iterator[str]:
    few = f"fewer than {found.small_cell}"

    def told(count: int | None) -> str:
        return few if count is None else str(count)

    yield f"{found.source} of {found.contract}: {found.before} → {found.after}"
    rows = {kind: _or(count, "withheld" if kind == "same" else few) for kind, count in found.rows.items()}
    yield "  rows " + ", ".join(f"{kind} {count}" for kind, count in rows.items())
    for name, count in found.columns.items():
        yield f"  changed in {name}: {told(count)}"
    for total in found.totals:
        of = "in all" if total.code == "*" else total.code or "without a code"
        figures = [
            f"{what} {_or(before, few)} → {_or(after, 'withheld')}"
            for what, before, after in (
                ("rows", total.rows_before, total.rows_after),
                ("persons", total.persons_before, total.persons_after),
            )
        ]
        if total.quantity_before is not None:
            figures.append(f"quantity {_hundredths(total.quantity_before)} → {_hundredths(total.quantity_after)}")
        yield f"  {of}: {', '.join(figures)}"
    yield from (f"  {line}" for line in _moved(found.effects))


def _or(count: int | None, otherwise: str) -> str:
    return otherwise if count is None else str(count)


def _hundredths(quantity: int | None) -> str:
    return "withheld" if quantity is None else f"{quantity / 100:.2f}"


def _moved(effects: Iterable[Moved]) -> Iterator[str]:
    """A line per effect that becomes another, and one on those that do not."""
    same = 0
    for row in effects:
        if not row.is_moved:
            same += 1
            continue
        before, after = estimates.in_short(row.before), estimates.in_short(row.after)
        yield f"period {row.period}, {row.before['outcome']} ({row.before['basis']}): {before} → {after}"
    yield f"{same} figures stay as they are" if same else "every figure moves"


def _plain(given: Any) -> Any:
    """Days and decimals as text, for JSON."""
    return json.loads(json.dumps(given, default=str))
