"""Calculated value: what the units that did not happen are reckoned to have been worth. Never a payment by itself.

The contract's `value` says what one avoided unit of an outcome is worth. Payers who share by measured saving share by it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from maalbar.contract import Contract
from maalbar.money import minor_per_major

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Units:
    """Units of an outcome that were seen among those followed, and those expected without the intervention."""

    counted: Decimal
    expected: Decimal


def saved_by_task(
    contract: Contract, effects: Sequence[Row], values: Sequence[Row], windows: Sequence[str], basis: str,
    seen: Mapping[str, Mapping[str, str]] | None = None,
) -> dict[str, Decimal]:  # fmt: skip
    """Outcome → worth of its avoided units in the windows, in whole units of the currency; what is not measurable is left out.

    `effects` and `values`: rows of one measurement; `basis`: `period` or `cumulative`. `seen`: outcome → basis → units seen of
    the treated, as a measuring room tells them where it withholds the cells that they are the sum of.
    """
    whole = minor_per_major(contract.terms.currency)
    units = avoided(contract, effects, values, windows, basis, seen)
    return {
        unit.outcome: (units[unit.outcome].expected - units[unit.outcome].counted) * unit.amount.minor / whole
        for unit in (contract.value.units if contract.value else ())
        if unit.outcome in units
    }


def avoided(
    contract: Contract, effects: Sequence[Row], values: Sequence[Row], windows: Sequence[str], basis: str,
    seen: Mapping[str, Mapping[str, str]] | None = None,
) -> dict[str, Units]:  # fmt: skip
    """Outcome → its units seen and expected in the windows, of those whose worth the contract says: seen / (1 + change).

    `seen` as for `saved_by_task`.
    """
    changes = {row["outcome"]: row["change"] for row in effects if row["basis"] == basis}
    found = {}
    for unit in contract.value.units if contract.value else ():
        change = changes.get(unit.outcome)
        if change is not None and change > -1:  # where nothing is left, nothing says what was expected
            told = (seen or {}).get(unit.outcome, {}).get(basis)
            counted = seen_in(unit.outcome, values, windows) if told is None else Decimal(told)
            found[unit.outcome] = Units(counted, counted / (1 + change))
    return found


def seen_in(outcome: str, values: Sequence[Row], windows: Sequence[str]) -> Decimal:
    """The units of an outcome that were seen of the treated in the windows."""
    return sum(
        (
            Decimal(row["quantity"])
            for row in values
            if row["outcome"] == outcome and row["arm"] == "treated" and row["window_id"] in windows
        ),
        Decimal(0),
    )
