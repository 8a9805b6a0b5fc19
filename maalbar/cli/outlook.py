"""What is to come: `check --stress` before anyone signs, and `maalbar forecast` while a contract runs."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from decimal import ROUND_CEILING
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from maalbar.cli.app import app, results_database
from maalbar.contract import Agreement, load_agreement
from maalbar.contract.versions import versions
from maalbar.contract.yamlfile import read_yaml
from maalbar.errors import ContractError
from maalbar.local.payments_table import amount_of, as_rows, payments_table, percent_of, wide_console
from maalbar.local.settlement_table import print_rehearsal
from transforms.forecast import DRAWS as FORECAST_DRAWS
from transforms.forecast import PLAN
from transforms.planned import missing
from transforms.stress import ACCEPTABLE, SCENARIOS, Stress, Told, Variant, stress, variants

if TYPE_CHECKING:
    from maalbar.flow.forecast import Outlook

STRESS_DRAWS = 2_000
VARIANT_DRAWS = 500
WORKS = {"nothing": "nothing works", "half": "half works", "all": "all works"}
COURSES = {
    "lowest": "lowest: the worst the terms know",
    "expected": "expected",
    "highest": "highest in all: every target reached",
}
NOT_EACH_YEAR = (
    "A single year can come to more than in the highest course: what is caught up late fills a cap left open."
)


@dataclass(frozen=True)
class Stressed:
    """A file that was put under stress: what was found, or why it cannot be, and what is wrong with it."""

    agreement: Agreement
    found: Stress | None
    variants: tuple[Variant, ...]
    fault: ContractError | None


def stressed(paths: Sequence[Path], draws: int, with_variants: bool) -> list[Stressed]:
    """Stress the contracts of those files that are sound."""
    found = []
    for path in paths:
        with suppress(ContractError):
            found.append(_stressed(load_agreement(path), path, draws, with_variants))
    return found


def _stressed(agreement: Agreement, path: Path, draws: int, with_variants: bool) -> Stressed:
    lacking = list(missing(versions(agreement)[-1]))
    if lacking:
        what = f"paid for, and nobody says what is reckoned with: {', '.join(lacking)}"
        mend = "give each its `planning`: the standard error of a period, or the units"
        return Stressed(agreement, None, (), ContractError(what, where=read_yaml(path).where(("outcomes",)), mend=mend))
    with _progress(f"{agreement.id}: {draws} draws of each scenario") as tell:
        found = stress(agreement, draws, tell=tell)
    other: tuple[Variant, ...] = ()
    if with_variants:
        with _progress(f"{agreement.id}: variants") as tell:
            other = variants(agreement, min(draws, VARIANT_DRAWS), tell=tell)
    return Stressed(agreement, found, other, _not_accepted(agreement, found, path))


def _not_accepted(agreement: Agreement, found: Stress, path: Path) -> ContractError | None:
    share, accepted = found.scenarios["nothing"].share, agreement.stress_accepted
    if not found.pays_for_nothing or (accepted is not None and accepted.at_most >= share):
        return None
    said = f"accepted is at most {percent_of(accepted.at_most)}" if accepted else "nobody has accepted that in writing"
    what = f"when nothing works the terms pay {percent_of(share)} of the maximum on average, and {said}"
    enough = (share * 100).to_integral_value(ROUND_CEILING)
    mend = f"change the terms, or have the parties accept it: `stress_accepted` with `at_most: {enough} %` or more"
    return ContractError(what, where=read_yaml(path).where(("stress_accepted" if accepted else "terms",)), mend=mend)


def print_stress(told: Sequence[Stressed]) -> None:
    """The table of each contract, its verdict, and the variants as Markdown."""
    console = wide_console()
    for one in told:
        if one.found is None:
            continue
        title = f"{one.agreement.name}: expected payments by budget year, {one.agreement.terms.currency}"
        blocks = {
            f"{WORKS[name]}: {percent_of(expected.share)} of the maximum": expected.payments
            for name, expected in one.found.scenarios.items()
        }
        console.print(payments_table(one.agreement, title, blocks))
        for line in verdict(one.agreement, one.found):
            console.print(line, soft_wrap=True)
        if one.variants:
            draws = min(one.found.draws, VARIANT_DRAWS)
            print(f"\nShare of the maximum under other rules, {draws} draws each:\n\n{variants_table(one.variants)}")


def verdict(agreement: Agreement, found: Stress) -> Iterator[str]:
    """What the figures come to, and who has accepted it."""
    maximum, nothing = amount_of(agreement, found.maximum), found.scenarios["nothing"]
    limit = f"Maximum: {maximum}, for results better than any target under all caps."
    if not found.is_limited:
        limit = f"The terms know no maximum; shares are of {maximum}, the mean when all works."
    yield limit
    yield (
        f"When nothing works: {percent_of(nothing.share)} of it on average, give or take "
        f"{percent_of(2 * nothing.error)} by {found.draws} draws; more than {percent_of(ACCEPTABLE)} needs a written acceptance."
    )
    accepted = agreement.stress_accepted
    if found.pays_for_nothing and accepted is not None and accepted.at_most >= nothing.share:
        yield f"Accepted up to {percent_of(accepted.at_most)}: {accepted.body}, {accepted.dated}. {accepted.note}"


def variants_table(found: Sequence[Variant]) -> str:
    """Markdown: shares of the maximum under every basis, floor and rule of uncertainty; the contract's own in bold."""
    lines = ["| basis | floor | uncertainty | nothing works | half works | all works |", "|---|---|---|---:|---:|---:|"]
    for variant in found:
        cells = [variant.basis, variant.floor, variant.uncertainty, *(percent_of(variant.shares[n]) for n in SCENARIOS)]
        lines.append("| " + " | ".join(f"**{cell}**" if variant.is_own else cell for cell in cells) + " |")
    return "\n".join(lines)


def stress_as_data(one: Stressed) -> dict[str, Any]:
    """What was found as plain data: amounts in minor units, shares as decimal text."""
    if one.found is None:
        return {"id": one.agreement.id, "scenarios": None}
    rows = as_rows({name: expected.payments for name, expected in one.found.scenarios.items()})
    return {
        "id": one.agreement.id,
        "draws": one.found.draws,
        "currency": one.agreement.terms.currency,
        "maximum_minor": one.found.maximum,
        "is_limited": one.found.is_limited,
        "scenarios": {
            name: {"total_minor": e.total, "share": str(e.share), "standard_error": str(e.error)}
            for name, e in one.found.scenarios.items()
        },
        "payments": rows,
        "is_accepted": one.fault is None,
        "variants": [
            {"basis": v.basis, "floor": v.floor, "uncertainty": v.uncertainty, "is_own": v.is_own}
            | {"shares": {name: str(share) for name, share in v.shares.items()}}
            for v in one.variants
        ],
    }


@app.command()
def forecast(
    contract_id: Annotated[str, typer.Argument(metavar="CONTRACT", help="The id of a contract under investments/.")],
    draws: Annotated[int, typer.Option(min=2, help="Courses that are drawn for what is expected.")] = FORECAST_DRAWS,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """What a contract will come to: lowest, expected, highest; what is measured and unpaid; the room under each cap."""
    from maalbar.flow.forecast import outlook

    with results_database(), _progress(f"{contract_id}: {draws} draws") as tell:
        found = outlook(contract_id, draws, tell=tell)
    if as_json:
        print(json.dumps(_outlook_as_data(found), ensure_ascii=False))
        return
    _print_outlook(found)


def _print_outlook(found: Outlook) -> None:
    contract, console = found.contract, wide_console()
    print_rehearsal(contract, console)
    if len(found.measured) == len(contract.calendar.followed) and not found.unpaid:
        total = amount_of(contract, sum(found.forecast.expected.values()))
        print(
            f"{contract.id}: every period is settled, {total} {contract.terms.currency} in all; nothing is left to forecast"
        )
        return
    cast = {"lowest": found.forecast.lowest, "expected": found.forecast.expected, "highest": found.forecast.highest}
    title = f"{contract.name}: payments by budget year, {contract.terms.currency}"
    console.print(payments_table(contract, title, {COURSES[name]: cells for name, cells in cast.items()}))
    console.print(NOT_EACH_YEAR, soft_wrap=True)
    measured = f"periods {', '.join(found.measured)}" if found.measured else "nothing yet"
    console.print(f"Measured: {measured}. Expected is the mean of {found.forecast.draws} draws around:")
    for outcome_id, source in found.forecast.based_on.items():
        said = "the plan, half of it working" if source == PLAN else f"the estimate of period {source}"
        console.print(f"  {contract.outcomes[outcome_id].title.get('en', outcome_id)}: {said}")
    for (payer, recipient), minor in found.unpaid.items():
        who = f"{contract.parties[payer].label} → {contract.parties[recipient].label}"
        console.print(f"Measured and not posted: {who} {amount_of(contract, minor)}", soft_wrap=True)
    if not found.unpaid:
        console.print("Measured and not posted: nothing")
    for row in found.rooms:
        who = contract.parties[row.cap.payer].label if row.cap.payer else "all payers"
        whom = f" → {contract.parties[row.cap.recipient].label}" if row.cap.recipient else ""
        what = f", {contract.title_of(row.cap.outcome).get('en', row.cap.outcome)}" if row.cap.outcome else ""
        when = f" in {row.year}" if row.year else ""
        used, most = amount_of(contract, row.used), amount_of(contract, row.cap.most_in(row.year))
        left = amount_of(contract, row.left)
        console.print(f"Cap on {who}{whom}{what}{when}: {used} of {most}; {left} left", soft_wrap=True)


def _outlook_as_data(found: Outlook) -> dict[str, Any]:
    cast = {"lowest": found.forecast.lowest, "expected": found.forecast.expected, "highest": found.forecast.highest}
    return {
        "contract": found.contract.id,
        "currency": found.contract.terms.currency,
        "measured": list(found.measured),
        "based_on": found.forecast.based_on,
        "draws": found.forecast.draws,
        "totals_minor": {name: sum(cells.values()) for name, cells in cast.items()},
        "payments": as_rows(cast),
        "unpaid": [{"payer": a, "recipient": b, "amount_minor": minor} for (a, b), minor in found.unpaid.items()],
        "caps": [
            {"outcome": r.cap.outcome, "payer": r.cap.payer, "recipient": r.cap.recipient, "budget_year": r.year}
            | {"maximum_minor": r.cap.most_in(r.year), "used_minor": r.used, "left_minor": r.left}
            for r in found.rooms
        ],
    }


@contextmanager
def _progress(what: str) -> Iterator[Told]:
    """A bar on stderr where that is a terminal; nothing at all in a pipe."""
    columns, console = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn()), Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task(what, total=None)

        def tell(done: int, total: int) -> None:
            if done % 20 == 0 or done == total:
                progress.update(task, completed=done, total=total)

        yield tell
