"""The system: all that a reader knows, as linear relations between whole numbers, and how far it leaves something open.

Known are the relations of this draft and of earlier releases, that counts are not negative, that a part is no more than its
whole, and each shown figure. A quantity that has the same true value in two releases is one variable: the reader is taken to
know that it has not changed. Counts are whole numbers in every solution, amounts need not be. HiGHS solves it, with a limit on
nodes and not on time, so that the same draft gives the same result; a point that it has found is a solution whether or not
the search was ended.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_matrix, vstack

from maalbar.definitions import DisclosureProfile
from transforms.disclosure.drafts import Draft, Key, Quantity
from transforms.disclosure.needs import Need, Variable
from transforms.disclosure.released import Released
from transforms.disclosure.statements import Statement, statements

NODES = 5_000
TOLERANCE = 1e-6
LARGE = 1_000_000
"""A count above it is solved as any number: one more or less tells nothing there."""


@dataclass(frozen=True)
class Point:
    """A solution that a reader cannot rule out once the figures `moved` are hidden. `values`: by column of the system."""

    values: np.ndarray
    moved: frozenset[Key]


@dataclass(frozen=True)
class _Row:
    terms: tuple[tuple[int, float], ...]
    low: float
    high: float
    of: Key | None = None
    """The shown figure that says it; None for what is known in any case."""


class System:
    """What is known of a draft beside earlier releases, for all sets of hidden figures."""

    def __init__(self, draft: Draft, profile: DisclosureProfile, earlier: Sequence[Released] = ()) -> None:
        self.draft = draft
        self._columns: dict[Variable, int] = {}
        self._quantities: list[Quantity] = []
        self._hidden_before = {Variable(k, r.draft.quantities[k].value) for r in earlier for k in r.hidden & r.draft.quantities.keys()}
        rows = [row for release in earlier for row in self._of_release(release)]
        rows += self._relations(draft)
        rows += [self._row(draft, statement) for statement in statements(draft, profile)]
        self._rows = list(dict.fromkeys(rows))
        self._told = [place for place, row in enumerate(self._rows) if row.of is not None]
        self._solid = self._matrix()
        self._prices = np.array([self._price(self._rows[place].of) for place in self._told])

    def sum_at(self, need: Need, point: Point) -> float:
        """What the point says of what a need is about."""
        return sum(c * float(point.values[self._columns[variable]]) for variable, c in need.terms)

    def reach(self, need: Need, sign: int, target: float, hidden: Collection[Key], may_move: bool = True) -> Point | None:
        """The cheapest solution in which the need's sum is at least the target (`sign` 1), or at most (-1).

        `may_move`: shown figures may be other than they are, and are then in `moved`: hide them, and the solution stands.
        None where there is none.
        """
        ends = (target, np.inf) if sign > 0 else (-np.inf, target)
        return self._solve(self._costs(hidden), self._free(hidden, may_move), need, ends)

    def extreme(self, need: Need, sign: int, hidden: Collection[Key]) -> float:
        """The highest (`sign` 1) or lowest (-1) that the need's sum can be, from within: never further than it truly can.

        Every quantity is taken to be at most four times the largest of its kind, or the answer could be without end.
        """
        costs = np.zeros(self._width)
        for variable, coefficient in need.terms:
            costs[self._columns[variable]] = -sign * coefficient
        found = self._solve(costs, self._free(hidden, may_move=False), need, (-np.inf, np.inf), is_bounded=True)
        return self.sum_at(need, found) if found is not None else float(need.value)

    def stands(self, point: Point, hidden: Collection[Key]) -> bool:
        """Whether a solution is one with these figures hidden."""
        return point.moved <= set(hidden)

    @property
    def _width(self) -> int:
        return len(self._quantities) + 2 * len(self._told)

    def _column(self, quantity: Quantity) -> int:
        variable = Variable(quantity.key, quantity.value)
        if variable not in self._columns:
            self._columns[variable] = len(self._quantities)
            self._quantities.append(quantity)
        return self._columns[variable]

    def _of_release(self, release: Released) -> Iterator[_Row]:
        yield from self._relations(release.draft)
        for statement in statements(release.draft, release.rules):
            if statement.of not in release.hidden:
                row = self._row(release.draft, statement)
                yield _Row(row.terms, row.low, row.high)

    def _relations(self, draft: Draft) -> Iterator[_Row]:
        for quantity in draft.quantities.values():
            column = self._column(quantity)
            if quantity.is_known:
                yield _Row(((column, 1.0),), quantity.value, quantity.value)
        for relation in draft.relations:
            terms = tuple((self._column(draft.quantities[k]), float(c)) for k, c in relation.terms)
            yield _Row(terms, _end(relation.low, -np.inf), _end(relation.high, np.inf))
        shares = [(ratio.over, ratio.under) for ratio in draft.ratios.values() if ratio.is_share]
        for part, whole in [*((part.part, part.whole) for part in draft.parts), *shares]:
            yield self._at_most(draft, part, whole, 1)
        for ratio in draft.ratios.values():
            if ratio.scale is not None:
                low, high = ratio.scale
                yield self._at_most(draft, ratio.over, ratio.under, high)
                yield _Row(self._at_most(draft, ratio.over, ratio.under, low).terms, -np.inf, 0)

    def _at_most(self, draft: Draft, part: Key, whole: Key, times: int) -> _Row:
        columns = [self._column(draft.quantities[k]) for k in (part, whole)]
        return _Row(((columns[1], float(times)), (columns[0], -1.0)), 0, np.inf)

    def _row(self, draft: Draft, statement: Statement) -> _Row:
        terms = tuple((self._column(draft.quantities[k]), float(c)) for k, c in statement.terms)
        return _Row(terms, _end(statement.low, -np.inf), _end(statement.high, np.inf), statement.of)

    def _matrix(self) -> csr_matrix:
        """Rows over quantities, and over two slacks for each told row: how far it is above and below what is told."""
        data, down, across = [], [], []
        for place, row in enumerate(self._rows):
            for column, coefficient in row.terms:
                data.append(coefficient), down.append(place), across.append(column)
        for number, place in enumerate(self._told):
            for side, coefficient in enumerate((1.0, -1.0)):
                column = len(self._quantities) + 2 * number + side
                data.append(coefficient), down.append(place), across.append(column)
        return csr_matrix((data, (down, across)), shape=(len(self._rows), self._width))

    def _price(self, shown: Key | None) -> float:
        """What it costs to move a shown figure by one: more for one that tells more, much for an empty cell, which convinces nobody.

        One that was hidden before and has not changed costs little: the reader does not lose it now.
        """
        if shown is None or shown not in self.draft.quantities:
            return 0.5
        quantity = self.draft.quantities[shown]
        unit = max(1.0, abs(quantity.value) / 10) if quantity.kind == "amount" else 1.0
        rarity = 10.0 if quantity.value == 0 else 1.0
        loss = 0.1 if Variable(shown, quantity.value) in self._hidden_before else 1.0
        return quantity.weight * rarity * loss * math.log(2 + abs(quantity.value)) / unit

    def _costs(self, hidden: Collection[Key]) -> np.ndarray:
        costs = np.zeros(self._width)
        for number, place in enumerate(self._told):
            if self._rows[place].of not in hidden:
                start = len(self._quantities) + 2 * number
                costs[start : start + 2] = self._prices[number]
        return costs

    def _free(self, hidden: Collection[Key], may_move: bool) -> np.ndarray:
        """The most that each slack may be: nothing where a figure must be shown as it is."""
        most = np.full(2 * len(self._told), np.inf)
        for number, place in enumerate(self._told):
            shown = self._rows[place].of
            quantity = self.draft.quantities.get(shown) if shown is not None else None
            is_held = quantity is not None and (quantity.is_kept or quantity.is_known)
            if shown not in hidden and (is_held or not may_move):
                most[2 * number : 2 * number + 2] = 0
        return most

    def _caps(self) -> np.ndarray:
        most: dict[str, int] = {}
        for quantity in self._quantities:
            most[quantity.kind] = max(most.get(quantity.kind, 0), abs(quantity.value))
        return np.array([4.0 * most[quantity.kind] + 1_000 for quantity in self._quantities])

    def _solve(
        self, costs: np.ndarray, most: np.ndarray, need: Need, ends: tuple[float, float], is_bounded: bool = False
    ) -> Point | None:
        wide = len(self._quantities)
        asked = csr_matrix(
            ([float(c) for _, c in need.terms], ([0] * len(need.terms), [self._columns[v] for v, _ in need.terms])),
            shape=(1, self._width),
        )
        highest = self._caps() if is_bounded else np.full(wide, np.inf)
        lowest = np.array([-cap if q.is_signed else 0.0 for q, cap in zip(self._quantities, highest, strict=True)])
        whole = [q.kind != "amount" and abs(q.value) < LARGE for q in self._quantities]
        found = milp(
            costs,
            integrality=np.concatenate([np.array(whole, dtype=int), np.zeros(len(most), dtype=int)]),
            bounds=Bounds(np.concatenate([lowest, np.zeros(len(most))]), np.concatenate([highest, most])),
            constraints=LinearConstraint(
                vstack([self._solid, asked]),
                [row.low for row in self._rows] + [ends[0]],
                [row.high for row in self._rows] + [ends[1]],
            ),
            options={"node_limit": NODES},
        )
        if found.x is None:
            return None
        slack = found.x[wide:].reshape(-1, 2).sum(axis=1)
        moved = {self._rows[place].of for place, much in zip(self._told, slack, strict=True) if much > TOLERANCE}
        return Point(found.x[:wide], frozenset(k for k in moved if k is not None))


def _end(value: object, otherwise: float) -> float:
    return otherwise if value is None else float(value)  # type: ignore[arg-type]
