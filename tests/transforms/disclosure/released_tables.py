"""Random tables, what of them is released, and what an intruder makes of it: worked out from the finest cells alone."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from itertools import product

from hypothesis import strategies as st

from maalbar.suppressed import SUPPRESSED
from tests.transforms.disclosure.intruder import FAR, Fact, can_be, difference, fact
from transforms.disclosure import Dimension, Key, Protected, key

Counts = dict[tuple[str, ...], int]
TOTAL = ""
SMALL = 5

small_counts = st.one_of(st.integers(0, 6), st.integers(5, 20))


@st.composite
def shapes(draw: st.DrawFn, most: int = 12) -> list[Dimension]:
    """One to three dimensions, the first with a group of two codes where it has three."""
    sizes = draw(st.sampled_from([(4,), (2, 2), (3, 2), (3, 3), (4, 3), (2, 2, 2), (3, 2, 2)]))
    names = ("area", "sex", "age")
    groups = [{"both": ("area0", "area1")} if sizes[0] > 2 and draw(st.booleans()) else {}, {}, {}]
    return [
        Dimension(name, tuple(f"{name}{n}" for n in range(size)), group)
        for name, size, group in zip(names, sizes, groups, strict=False)
    ]


@st.composite
def tables(draw: st.DrawFn) -> tuple[list[Dimension], Counts]:
    dimensions = draw(shapes())
    return dimensions, {cell: draw(small_counts) for cell in finest(dimensions)}


def finest(dimensions: Iterable[Dimension]) -> list[tuple[str, ...]]:
    return list(product(*(dimension.codes for dimension in dimensions)))


def margins(dimensions: list[Dimension]) -> dict[Key, list[tuple[str, ...]]]:
    """Every cell, group and margin: its key, and the finest cells that it is the sum of."""
    found = {}
    for codes in product(*([TOTAL, *d.groups, *d.codes] for d in dimensions)):
        at = {d.name: code for d, code in zip(dimensions, codes, strict=True) if code != TOTAL}
        among = [d.codes if c == TOTAL else d.groups.get(c, (c,)) for d, c in zip(dimensions, codes, strict=True)]
        found[key("persons", at)] = list(product(*among))
    return found


def told(
    released: Protected, dimensions: list[Dimension], name: Mapping[tuple[str, ...], str] | None = None
) -> list[Fact]:
    """What the released figures say of the finest cells. `name`: what a finest cell is called, itself as usual."""
    base = released.profile.round_to
    facts = []
    for k, cells in margins(dimensions).items():
        figure = released.figures.get(k, SUPPRESSED)
        if figure is not SUPPRESSED:
            called = [name[cell] if name else cell for cell in cells]
            facts.append(fact(called, int(figure) - base // 2, int(figure) + (base - 1) // 2))
    return facts


def narrowed(
    facts: list[Fact], sums: Mapping[Key, Collection], values: Mapping[Key, int], to: int = SMALL
) -> list[Key]:
    """The small sums of cells that the facts do not leave possible from 0 to `to`."""
    return [
        k
        for k, cells in sums.items()
        if 0 < values[k] < to and not (can_be(facts, fact(cells, -FAR, 0)) and can_be(facts, fact(cells, to, FAR)))
    ]


def known_differences(
    facts: list[Fact], new: Mapping[Key, list], old: Mapping[Key, list], by: Mapping[Key, int], to: int = SMALL
) -> list[Key]:
    """The keys by which few persons more or fewer are counted, and the facts rule out that it is none, or as many as `to`."""
    found = []
    for k, change in by.items():
        if 0 < abs(change) < to:
            none, many = (-FAR, 0), (to, FAR)
            if change < 0:
                none, many = (0, FAR), (-FAR, -to)
            if not all(can_be(facts, difference(new[k], old[k], *ends)) for ends in (none, many)):
                found.append(k)
    return found
