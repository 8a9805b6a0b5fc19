"""Complementary suppression: what is hidden beside the figures that may not be told, so that they cannot be computed back.

For one end of one need after another the system is asked for the cheapest solution in which that end is reached; the shown
figures that are otherwise in it are hidden. Hiding more never narrows what a reader can believe, so a need once held stays so.
Last, what has become needless is shown again, that which tells most first. The heuristic is that of linear
programming in Hundepool et al. (2012), chapter 4; fewest hidden is not promised, that every need holds is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from maalbar.errors import ReleaseRefused
from transforms.disclosure.drafts import Draft, Key
from transforms.disclosure.needs import Need
from transforms.disclosure.system import TOLERANCE, Point, System

End = tuple[Need, int]
"""A need and which end of it: 1 for its highest, -1 for its lowest."""


@dataclass(frozen=True)
class Hidden:
    """`figures`: all that are hidden. `needs`: as far as they could be held; `known_before`: those of them that
    ask for less than the profile, since readers knew more already."""

    figures: frozenset[Key]
    needs: tuple[Need, ...]
    known_before: tuple[Need, ...]


def together(draft: Draft, hidden: Iterable[Key]) -> frozenset[Key]:
    """With every rate, mean and quantile that rests on a hidden figure."""
    found = set(hidden)
    return frozenset(found | {k for k in [*draft.ratios, *draft.quantiles] if found & set(draft.rests_on(k))})


def complement(system: System, wanted: Iterable[Need], primary: Iterable[Key]) -> Hidden:
    """Raises ReleaseRefused where a need cannot be held because figures must be shown."""
    first, chosen = frozenset(primary), set(primary)
    points: list[Point] = []
    held, known = [], []
    for need in wanted:
        can = need
        for sign in [sign for _, sign in _ends(need)]:
            hidden = together(system.draft, chosen)
            if any(_serves(system, (can, sign), point, hidden) for point in points):
                continue
            point = system.reach(can, sign, _target((can, sign)), hidden)
            if point is None:
                can = _as_far_as_open(system, can, sign)
                point = system.reach(can, sign, _target((can, sign)), hidden)
            if point is None:
                mend = "leave it out, or show less of what must be shown"
                raise ReleaseRefused("it cannot be kept from readers", where=str(need.key), mend=mend)
            chosen |= point.moved
            points.append(point)
        held.append(can)
        known += [can] if can != need else []
    chosen = _shown_again(system, [end for need in held for end in _ends(need)], chosen, first, points)
    return Hidden(together(system.draft, chosen), tuple(held), tuple(known))


def _as_far_as_open(system: System, need: Need, sign: int) -> Need:
    """The need, with as much of one end as a reader is left with where nothing new is shown: the rest was known before."""
    everything = set(system.draft.shown)
    if system.reach(need, sign, _target((need, sign)), everything, may_move=False) is not None:
        return need
    best = round(system.extreme(need, sign, everything))
    return replace(need, high=best) if sign > 0 else replace(need, low=best)


def _ends(need: Need) -> Iterator[End]:
    if need.low is not None:
        yield need, -1
    if need.high is not None:
        yield need, 1


def _target(end: End) -> float:
    need, sign = end
    found = need.high if sign > 0 else need.low
    assert found is not None
    return float(found)


def _serves(system: System, end: End, point: Point, hidden: frozenset[Key]) -> bool:
    near = TOLERANCE * max(1.0, abs(end[0].value))
    return point.moved <= hidden and end[1] * (system.sum_at(end[0], point) - _target(end)) >= -near


def _shown_again(
    system: System, ends: list[End], chosen: set[Key], primary: frozenset[Key], points: list[Point]
) -> set[Key]:
    """The chosen without those that no need asks for any more."""
    quantities = system.draft.quantities
    value = {k: abs(quantities[k].value) * quantities[k].weight if k in quantities else 0.0 for k in chosen}
    for k in sorted(chosen - primary, key=lambda k: (-value[k], k)):
        trial, found = together(system.draft, chosen - {k}), []
        for end in ends:
            if any(_serves(system, end, point, trial) for point in points):
                continue
            point = system.reach(end[0], end[1], _target(end), trial, may_move=False)
            if point is None:
                break
            found.append(point)
        else:
            chosen = chosen - {k}
        points = [*points, *found]
    return chosen
