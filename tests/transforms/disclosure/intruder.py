"""An intruder who shares nothing with the product: whole numbers, the finest cells alone, tried one value after another.

The product has a variable for every margin and asks a solver of linear programs. Here each published figure is a sum over the
finest cells, bounds are drawn tighter until nothing changes, and then the values of a cell are tried in turn.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass

Cell = Hashable
HIGHEST = 60
"""No table of the tests has as many persons in a cell."""
FAR = 1_000_000
"""As good as no end."""
STEPS = 4_000


class TooLong(Exception):
    """The search was not ended."""


@dataclass(frozen=True)
class Fact:
    """low ≤ sum of coefficient × cell ≤ high."""

    cells: Mapping[Cell, int]
    low: int
    high: int


def fact(cells: Iterable[Cell], low: int, high: int | None = None) -> Fact:
    return Fact(dict.fromkeys(cells, 1), low, low if high is None else high)


def difference(new: Iterable[Cell], old: Iterable[Cell], low: int, high: int) -> Fact:
    """new less old; what is in both falls out."""
    found: dict[Cell, int] = {}
    for cells, sign in ((new, 1), (old, -1)):
        for cell in cells:
            found[cell] = found.get(cell, 0) + sign
    return Fact({cell: c for cell, c in found.items() if c}, low, high)


def can_be(facts: list[Fact], asked: Fact) -> bool:
    """Whether whole numbers that are not negative fit all facts and what is asked."""
    every = [*facts, asked]
    bounds = {cell: (0, HIGHEST) for known in every for cell in known.cells}
    left = [STEPS]
    return _search(every, bounds, left)


def _search(facts: list[Fact], bounds: dict[Cell, tuple[int, int]], left: list[int]) -> bool:
    left[0] -= 1
    if left[0] < 0:
        raise TooLong
    tight = _tightened(facts, bounds)
    if tight is None:
        return False
    open_cells = [(high - low, str(cell), cell) for cell, (low, high) in tight.items() if low < high]
    if not open_cells:
        return True
    _, _, cell = min(open_cells, key=lambda entry: entry[:2])
    low, high = tight[cell]
    middle = (low + high) // 2
    return any(_search(facts, {**tight, cell: half}, left) for half in ((low, middle), (middle + 1, high)))


def _tightened(facts: list[Fact], bounds: dict[Cell, tuple[int, int]]) -> dict[Cell, tuple[int, int]] | None:
    found, has_changed = dict(bounds), True
    while has_changed:
        has_changed = False
        for known in facts:
            ends = {cell: sorted(c * end for end in found[cell]) for cell, c in known.cells.items()}
            least, most = sum(e[0] for e in ends.values()), sum(e[1] for e in ends.values())
            if least > known.high or most < known.low:
                return None
            for cell, c in known.cells.items():
                rest_least, rest_most = least - ends[cell][0], most - ends[cell][1]
                below, above = known.low - rest_most, known.high - rest_least
                ceiling, floor = (-(-below // c), above // c) if c > 0 else (-(above // -c), -below // -c)
                low, high = max(found[cell][0], ceiling), min(found[cell][1], floor)
                if low > high:
                    return None
                if (low, high) != found[cell]:
                    found[cell], has_changed = (low, high), True
                    ends[cell] = sorted(c * end for end in found[cell])
                    least, most = sum(e[0] for e in ends.values()), sum(e[1] for e in ends.values())
    return found
