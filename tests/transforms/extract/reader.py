"""A reader of several releases who solves for what is withheld, with nothing of `transforms.disclosure` but the drafts."""

from __future__ import annotations

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp


def solved(told, wanted) -> tuple[float, float]:
    """The lowest and highest that a sum of counts can be for whoever knows the shown figures, the relations between all, and that
    a count which is the same in two releases has not changed. `told`: (draft, hidden) of each release.

    Every count is a whole number of at least none.
    """
    columns: dict[tuple, int] = {}

    def column(number: int, k) -> int:
        return columns.setdefault((k, told[number][0].quantities[k].value), len(columns))

    rows = [row for number in range(len(told)) for row in _known(*told[number], number, column)]
    matrix = np.zeros((len(rows), len(columns)))
    for row, (terms, _, _) in enumerate(rows):
        for place, coefficient in terms:
            matrix[row, place] += coefficient
    ends = np.array([[low, high] for _, low, high in rows], dtype=float)
    costs = np.zeros(len(columns))
    for (number, k), coefficient in wanted.items():
        costs[column(number, k)] += coefficient
    found = []
    for sign in (1, -1):
        result = milp(
            sign * costs, integrality=np.ones(len(columns)), bounds=Bounds(-10_000, 10_000),
            constraints=LinearConstraint(matrix, ends[:, 0], ends[:, 1]),
        )  # fmt: skip
        assert result.x is not None
        found.append(float(costs @ np.round(result.x)))
    return found[0], found[1]


def _known(draft, hidden, number, column):
    """(terms, low, high) of each thing that is known of one release."""
    for k, quantity in draft.quantities.items():
        if quantity.is_shown and k not in hidden:
            yield [(column(number, k), 1)], quantity.value, quantity.value
        elif not quantity.is_signed:
            yield [(column(number, k), 1)], 0, np.inf
    for relation in draft.relations:
        yield [(column(number, k), c) for k, c in relation.terms], relation.low, relation.high
    for part in draft.parts:
        yield [(column(number, part.whole), 1), (column(number, part.part), -1)], 0, np.inf
