"""Rates: rows per resident and year in the treated areas beside the comparison areas, this year beside earlier ones.

Arms that part may be the effect, and may be a hospital that has stopped reporting. So it is shown and stops nothing.
"""

from __future__ import annotations

import math
from datetime import date

import pyarrow as pa

from maalbar import engine
from maalbar.engine import Given
from maalbar.periods import add_months
from transforms.history.look import Look, percent, untested

SURE = 3.29
"""Standard errors that chance exceeds in one delivery of a thousand."""
ENOUGH = 50
"""Rows that each arm must have in each span."""
UNSETTLED, YEARS = 3, 3
"""Months before the day of a delivery that are left out, and earlier years that the last one is held against."""


def arms_parted(events: Given, population: Given, areas: pa.Table, as_of: date, limit: float) -> Look:
    """How far the ratio of the arms' rates has moved. The error is that of a ratio of sums over persons. Warns above `limit`."""
    name = "arms_parted"
    if not len(areas):
        return untested(name, "the arms are not areas")
    last = add_months(as_of.replace(day=1), -UNSETTLED)
    starts = (add_months(last, -12), add_months(last, -12 * (YEARS + 1)))
    spans = pa.table({
        "span": ["now", "before"], "from_on": pa.array(starts, pa.date32()), "to_on": pa.array([last, starts[0]], pa.date32()),
    })  # fmt: skip
    given = {"events": events, "population": population, "area_arms": areas, "spans": spans}
    rows = engine.run("intake/rates_by_arm", given, engine="duckdb").to_pylist()
    cells = {(row["arm"], row["span"]): row for row in rows if row["entries"] >= ENOUGH}
    if len(cells) < 4:
        return untested(name, f"fewer than {ENOUGH} rows in an arm, now or before")
    logs = {key: math.log(row["entries"] / row["person_days"]) for key, row in cells.items()}
    moved = (logs["treated", "now"] - logs["comparison", "now"]) - (
        logs["treated", "before"] - logs["comparison", "before"]
    )
    error = math.sqrt(sum(_variance(row) for row in cells.values()))
    is_sure = abs(moved) > SURE * error
    change = math.exp(moved) - 1
    return Look(
        name,
        value=math.exp(abs(moved)) - 1 if is_sure else 0.0,
        warn=limit,
        found=f"rows per resident in the treated areas beside the others have moved by {change * 100:+.0f} % in a year",
        expected=f"at most {percent(limit)}, or chance; it may be the effect",
        ask="ask the sender whether every unit has reported, before the effect is believed",
        figures={"change": round(change, 4), "standard_error": round(error, 4)},
    )


def _variance(row: dict[str, int]) -> float:
    """Of the logarithm of a rate: persons are drawn, each with its rows and its days (linearised ratio)."""
    rate = row["entries"] / row["person_days"]
    residual = row["entries_squared"] - 2 * rate * row["entries_days"] + rate * rate * row["days_squared"]
    return residual / row["entries"] ** 2
