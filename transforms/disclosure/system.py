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
from scipy.sparse import csr_matrix, hstack, vstack

from maalbar.definitions import DisclosureProfile
from transforms.disclosure.drafts import Draft, Key, Quantity
from transforms.disclosure.needs import Need, Variable
from transforms.disclosure.released import Released
from transforms.disclosure.statements import Statement, rounded, statements

NODES = 5_000
TOLERANCE = 1e-6
LARGE = 1_000_000
"""A count above it is solved as any number: one more or less tells nothing there."""


@dataclass(frozen=True)
class Point:
    """A solution that no reader can rule out once `moved` are hidden, which are otherwise in it. `values`: by column."""

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
        self._roundings: list[_Row] = []
        rows = [row for release in earlier for row in self._of_release(release)]
        rows += self._relations(draft)
        rows += [self._row(draft, statement) for statement in statements(draft, profile)]
        self._rows = list(dict.fromkeys([*self._roundings, *rows]))
        self._solid = self._matrix()
        self._lows, self._highs = (
            np.array(ends) for ends in zip(*((row.low, row.high) for row in self._rows), strict=True)
        )
        self._prices = np.array([self._price(row.of) for row in self._rows])
        self._is_held = [self._must_stay(row.of) for row in self._rows]
        self._is_whole = np.array([q.kind != "amount" and abs(q.value) < LARGE for q in self._quantities])

    def sum_at(self, need: Need, point: Point) -> float:
        """What the point says of what a need is about."""
        return sum(c * float(point.values[self._columns[variable]]) for variable, c in need.terms)

    def reach(
        self, need: Need, sign: int, target: float, hidden: Collection[Key], may_move: bool = True
    ) -> Point | None:
        """The cheapest solution in which the need's sum is at least the target (`sign` 1), or at most (-1).

        `may_move`: shown figures may be other than they are, and are then in `moved`: hide them, and the solution stands.
        None where there is none.
        """
        ends = (target, np.inf) if sign > 0 else (-np.inf, target)
        lowest = np.array([-np.inf if q.is_signed else 0.0 for q in self._quantities])
        bounds = lowest, np.full(len(lowest), np.inf)
        return self._solve(np.zeros(len(lowest)), bounds, (need, *ends), frozenset(hidden), may_move)

    def extreme(self, need: Need, sign: int, hidden: Collection[Key]) -> float:
        """The highest (`sign` 1) or lowest (-1) that the need's sum can be, from within: never further than it truly can.

        Every quantity is taken to be at most four times the largest of its kind, or the answer could be without end.
        """
        highest = self._caps()
        lowest = np.array([-cap if q.is_signed else 0.0 for q, cap in zip(self._quantities, highest, strict=True)])
        costs = np.zeros(len(lowest))
        for variable, coefficient in need.terms:
            costs[self._columns[variable]] = -sign * coefficient
        found = self._solve(costs, (lowest, highest), (need, -np.inf, np.inf), frozenset(hidden), may_move=False)
        return self.sum_at(need, found) if found is not None else float(need.value)

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
        terms = tuple(self._term(draft.quantities[k], float(c), statement.base) for k, c in statement.terms)
        return _Row(terms, _end(statement.low, -np.inf), _end(statement.high, np.inf), statement.of)

    def _term(self, quantity: Quantity, coefficient: float, base: int) -> tuple[int, float]:
        """A quantity, or what it rounds to: so many times the base, a whole number bound to it by the rule of rounding."""
        column = self._column(quantity)
        if base == 1 or quantity.kind == "amount":
            return column, coefficient
        name = Key(f"{quantity.key.measure} in multiples of {base}", quantity.key.at)
        times = self._column(Quantity(name, rounded(quantity, base) // base))
        self._roundings.append(_Row(((column, 1.0), (times, -float(base))), -(base // 2), (base - 1) // 2))
        return times, coefficient * base

    def _matrix(self) -> csr_matrix:
        """Rows over quantities."""
        down = [place for place, row in enumerate(self._rows) for _ in row.terms]
        across = [column for row in self._rows for column, _ in row.terms]
        data = [coefficient for row in self._rows for _, coefficient in row.terms]
        return csr_matrix((data, (down, across)), shape=(len(self._rows), len(self._quantities)))

    def _price(self, shown: Key | None) -> float:
        """What it costs to move a shown figure by one: more for one that tells more, much for an empty cell.

        An empty cell that is hidden convinces nobody, since many know it to be empty.
        """
        if shown is None or shown not in self.draft.quantities:
            return 0.5
        quantity = self.draft.quantities[shown]
        unit = max(1.0, abs(quantity.value) / 10) if quantity.kind == "amount" else 1.0
        rarity = 10.0 if quantity.value == 0 else 1.0
        return quantity.weight * rarity * math.log(2 + abs(quantity.value)) / unit

    def _must_stay(self, shown: Key | None) -> bool:
        quantity = None if shown is None else self.draft.quantities.get(shown)
        return shown is None or (quantity is not None and (quantity.is_kept or quantity.is_known))

    def _caps(self) -> np.ndarray:
        most: dict[str, int] = {}
        for quantity in self._quantities:
            most[quantity.kind] = max(most.get(quantity.kind, 0), abs(quantity.value))
        return np.array([4.0 * most[quantity.kind] + 1_000 for quantity in self._quantities])

    def _solve(
        self,
        costs: np.ndarray,
        bounds: tuple[np.ndarray, np.ndarray],
        asked: tuple[Need, float, float],
        hidden: frozenset[Key],
        may_move: bool,
    ) -> Point | None:
        """Rows of hidden figures are left out; one that may move has two slacks: how far it is above and below what is told."""
        places = [place for place, row in enumerate(self._rows) if row.of is None or row.of not in hidden]
        loose = [number for number, place in enumerate(places) if may_move and not self._is_held[place]]
        need, low, high = asked
        wanted = csr_matrix(
            ([float(c) for _, c in need.terms], ([0] * len(need.terms), [self._columns[v] for v, _ in need.terms])),
            shape=(1, len(costs)),
        )
        slack = csr_matrix((np.ones(len(loose)), (loose, range(len(loose)))), shape=(len(places) + 1, len(loose)))
        lows, highs = np.append(self._lows[places], low), np.append(self._highs[places], high)
        matrix, free = vstack([self._solid[places], wanted]).tocsr(), np.zeros(2 * len(loose))
        prices = np.tile(self._prices[[places[number] for number in loose]], 2)
        found = milp(
            np.concatenate([costs, prices]),
            integrality=np.concatenate([self._is_whole.astype(int), free.astype(int)]),
            bounds=Bounds(np.concatenate([bounds[0], free]), np.concatenate([bounds[1], free + np.inf])),
            constraints=LinearConstraint(hstack([matrix, slack, -slack]), lows, highs),
            options={"node_limit": NODES},
        )
        if found.x is None:
            return None
        values = np.where(self._is_whole, np.round(found.x[: len(costs)]), found.x[: len(costs)])
        return self._point(values, {self._rows[places[number]].of for number in loose}, hidden)

    def _point(self, values: np.ndarray, loose: Collection[Key | None], hidden: Collection[Key]) -> Point | None:
        """What the solver has found, looked at: None where it breaks a row that it was not let break."""
        sums = self._solid @ values
        near = TOLERANCE * np.maximum(1.0, np.abs(sums))
        is_off = (sums < self._lows - near) | (sums > self._highs + near)
        moved = {self._rows[place].of for place in np.flatnonzero(is_off)}
        if None in moved or not moved <= {*loose, *hidden}:
            return None
        return Point(values, frozenset(k for k in moved if k is not None))


def _end(value: object, otherwise: float) -> float:
    return otherwise if value is None else float(value)  # type: ignore[arg-type]
