"""What commands print and the engine computes for the examples of the reference, run when the reference is made."""

from __future__ import annotations

import io
import os
import tempfile
from collections.abc import Callable
from contextlib import redirect_stdout
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml

from maalbar.cli.calculator import settle
from maalbar.cli.contracts import check
from maalbar.cli.reference.shipped import loaded
from maalbar.contract import ContractFaults, load_agreement
from maalbar.contract.yamlfile import read_yaml
from maalbar.documents.formats import Formats, plain
from maalbar.errors import SetupError
from maalbar.flow.amounts import phrases
from maalbar.flow.calculate import calculate
from maalbar.money import minor_digits, minor_per_major

COMBINATIONS = [
    (basis, floor) for basis in ("cumulative", "per_period") for floor in ("each_period", "running_total", "none")
]


def checked(path: Path) -> str:
    """What `maalbar check FILE` prints."""
    return _printed(lambda: check([path]))


def settled(path: Path) -> str:
    """What `maalbar settle FILE --results` prints for a file and the results beside it."""
    return _printed(lambda: settle(str(path), results=path.with_suffix(".csv")))


def _printed(command: Callable[[], None]) -> str:
    """What a command prints, on a terminal of 80 columns whatever the one it runs on; of blank lines one at most."""
    out, before = io.StringIO(), os.environ.get("COLUMNS")
    os.environ["COLUMNS"] = "80"
    try:
        with redirect_stdout(out):
            command()
    finally:
        del os.environ["COLUMNS"]
        if before is not None:
            os.environ["COLUMNS"] = before
    lines = [line.rstrip() for line in out.getvalue().rstrip().splitlines()]
    return "\n".join(line for above, line in zip(["", *lines], lines, strict=False) if line or above)


def way(path: Path, period: str, outcome: str) -> list[tuple[str, str]]:
    """The way to an outcome's amount in a period: (rule, what it did), in the engine's order."""
    found = calculate(loaded(path), path.with_suffix(".csv"))
    step = next(s for s in found.settlement.steps if (s.period, s.outcome) == (period, outcome))
    return [
        (stage.rule, phrase) for stage, phrase in zip(step.trail, phrases(found.agreement, step, "en"), strict=True)
    ]


def combinations(path: Path) -> tuple[list[str], list[list[str]]]:
    """The same results under every basis and floor: headings, and a row of amounts by period for each combination."""
    agreement = loaded(path)
    form = Formats("en_GB", agreement.terms.currency)
    periods = [period.id for period in agreement.calendar.followed]
    rows = []
    for basis, floor in COMBINATIONS:
        said = agreement.said()
        said["terms"] |= {"basis": basis, "floor": floor}
        found = calculate(type(agreement).model_validate(said), path.with_suffix(".csv")).settlement
        sums = [sum(line.amount for line in found.lines if line.period == period) for period in periods]
        rows.append([f"`{basis}`", f"`{floor}`", *(_amount(form, minor) for minor in [*sums, found.total])])
    return ["basis", "floor", *(f"period {period}" for period in periods), "all"], rows


def _amount(form: Formats, minor: int) -> str:
    return plain(form.number(Decimal(minor) / minor_per_major(form.currency), minor_digits(form.currency)))


def fault(path: Path, changes: dict[str, Any]) -> str:
    """The first line that `maalbar check` says of a file with values at some paths changed; None removes one."""
    data = read_yaml(path).data
    for place, value in changes.items():
        *up, last = [int(part) if part.isdigit() else part for part in place.split(".")]
        inside: Any = data
        for part in up:
            inside = inside[part]
        if value is None:
            del inside[last]
        else:
            inside[last] = value
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / path.name
        copy.write_text(yaml.safe_dump(data, allow_unicode=True, sort_keys=False), encoding="utf-8")
        try:
            load_agreement(copy)
        except ContractFaults as refused:
            return refused.lines[0].removeprefix(f"{copy}:").partition(": ")[2]
    raise SetupError("a fault that the reference tells of is none", where=str(path), mend=f"mend {', '.join(changes)}")
