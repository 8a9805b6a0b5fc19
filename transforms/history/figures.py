"""What a delivery looks like: how many rows and persons in all, by month and by code. Counts only, and none of few persons."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import pyarrow as pa

from maalbar import engine
from maalbar.engine import Given
from maalbar.periods import add_months

FOLDED = "(few persons)"
"""The cell in which the cells of few persons are put together."""
SAMPLE = "sample"
"""Where stored figures say of whom they were counted; no dimension is called so."""
FIRST_DAY = date(1900, 1, 1)
MOMENTS = {
    "contacts": "started_on",
    "diagnoses": "diagnosed_on",
    "benefits": "week_from",
    "services": "starts_on",
    "surveys": "answered_on",
    "enrolments": "enrolled_on",
    "participation": "took_part_on",
    "claims": "achieved_on",
}
"""Table → the day that a row is of. Residence lasts, and counts are of windows: they have none."""
NOT_CODES = ("all", "month", "resident", "window")
"""Dimensions that are no codes of the sender's."""


@dataclass(frozen=True)
class Cell:
    """`recent`: the rows of the last year before the day the delivery describes, or of what still lasts on it."""

    rows: int
    recent: int
    persons: int

    def __add__(self, other: Cell) -> Cell:
        return Cell(self.rows + other.rows, self.recent + other.recent, self.persons + other.persons)


Cells = dict[str, Cell]
NONE = Cell(0, 0, 0)


@dataclass(frozen=True)
class Figures:
    """Dimension → cell → counts, as of a day. Months are `2028-07`, days `2028-07-01`."""

    as_of: date
    cells: dict[str, Cells]
    one_of: int = 1
    """How many persons one stands for (`transforms.history.sample`)."""
    person_key: int | None = None
    """The generation of the ids that chose the persons; none where all were counted."""

    def of(self, dimension: str) -> Cells:
        return self.cells.get(dimension, {})

    @property
    def all(self) -> Cell:
        return self.of("all").get("", NONE)

    @property
    def codes(self) -> list[str]:
        """The dimensions that are codes."""
        return sorted(set(self.cells) - set(NOT_CODES))

    def said(self) -> dict[str, Any]:
        """As JSON keeps it. Of whom it was counted is said only where it was not all."""
        counts: dict[str, Any] = {
            dimension: {name: [cell.rows, cell.recent, cell.persons] for name, cell in cells.items()}
            for dimension, cells in self.cells.items()
        }
        return counts if self.one_of == 1 else counts | {SAMPLE: {"one_of": self.one_of, "person_key": self.person_key}}

    @classmethod
    def read(cls, as_of: date, said: dict[str, Any]) -> Figures:
        cells = {
            dimension: {name: Cell(*row) for name, row in rows.items()}
            for dimension, rows in said.items()
            if dimension != SAMPLE
        }
        return cls(as_of, cells, **said.get(SAMPLE, {}))


def figures_of(accepted: Given, table: str, as_of: date, stock_days: dict[str, date], small_cell: int) -> Figures:
    """The figures of an accepted canonical table, in one pass of `sql/intake/figures_<table>.sql`.

    `stock_days`: name → day on which the residents of a population are counted.
    """
    given: dict[str, Given] = {"accepted": accepted}
    if table in MOMENTS:
        given["calendar"] = calendar(as_of)
    elif table == "population":
        given["stock_days"] = pa.table(
            {"name": pa.array(list(stock_days), pa.string()), "day": pa.array(stock_days.values(), pa.date32())}
        )
    rows = engine.run(f"intake/figures_{table}", given, engine="duckdb").to_pylist()
    cells: dict[str, Cells] = {}
    for row in rows:
        cells.setdefault(row["dimension"], {})[row["cell"]] = Cell(row["entries"], row["recent"], row["persons"])
    return Figures(as_of, {dimension: folded(found, small_cell) for dimension, found in cells.items()})


def folded(cells: Cells, small_cell: int) -> Cells:
    """Cells of fewer persons than may be told are put into one, with the next smallest ones until that has enough.

    What is left after that may still be of few: then there is one cell, and it says how many rows there are and no more.
    """
    by_size = sorted(cells, key=lambda name: (cells[name].persons, name))
    few = [name for name in by_size if cells[name].persons < small_cell]
    together = sum((cells[name] for name in few), NONE)
    for name in by_size[len(few) :] if few else []:
        if together.persons >= small_cell:
            break
        few.append(name)
        together += cells[name]
    kept = {name: cell for name, cell in sorted(cells.items()) if name not in few}
    if not few:
        return kept
    return kept | {FOLDED: together if together.persons >= small_cell else Cell(together.rows, 0, 0)}


def calendar(as_of: date) -> pa.Table:
    """`day`, its `month` as `2028-07`, and whether it `is_recent`: in the year before `as_of`, or later. To a year after it."""
    last = as_of + timedelta(days=366)
    days = np.arange(np.datetime64(FIRST_DAY), np.datetime64(last))
    is_recent = days >= np.datetime64(add_months(as_of, -12))
    months = days.astype("datetime64[M]")
    kinds, position = np.unique(months, return_inverse=True)
    names = pa.array([str(kind) for kind in kinds], pa.string())
    return pa.table(
        {"day": pa.array(days, pa.date32()), "month": names.take(pa.array(position)), "is_recent": is_recent}
    )


def aligned(one: Cells, other: Cells) -> list[tuple[Cell, Cell]]:
    """The cells that both tell, side by side, and everything else of each as one pair."""
    both = sorted((set(one) & set(other)) - {FOLDED})
    rest = [sum((cell for name, cell in cells.items() if name not in both), NONE) for cells in (one, other)]
    pairs = [(one[name], other[name]) for name in both]
    return [*pairs, (rest[0], rest[1])] if rest != [NONE, NONE] else pairs


def month_number(month: str) -> int:
    """Months since the year 0, so that months can be subtracted."""
    return int(month[:4]) * 12 + int(month[5:7]) - 1


def month_of(day: date) -> int:
    return day.year * 12 + day.month - 1


def month_name(number: int) -> str:
    return f"{number // 12:04d}-{number % 12 + 1:02d}"


def by_month(figures: Figures) -> dict[int, Cell]:
    """Month number → its cell; months of few persons are not told."""
    return {month_number(name): cell for name, cell in figures.of("month").items() if name != FOLDED}
