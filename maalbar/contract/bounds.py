"""Bounds on a figure: each one says whether the bound itself belongs inside, so that no result falls between two."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from maalbar.contract.values import Figure, FigureText, Identifier, Section


class Bounds(Section):
    """A stretch of figures: `at_least` and `at_most` hold the bound itself, `above` and `below` do not."""

    at_least: FigureText | None = None
    """The lower bound, which itself lies inside; with its unit. Leave out both lower bounds for no lower bound."""
    above: FigureText | None = None
    """The lower bound, which itself lies outside. Give this or `at_least`."""
    at_most: FigureText | None = None
    """The upper bound, which itself lies inside. Leave out both upper bounds for no upper bound."""
    below: FigureText | None = None
    """The upper bound, which itself lies outside. Give this or `at_most`."""

    @property
    def lower(self) -> Figure | None:
        return self.at_least or self.above

    @property
    def upper(self) -> Figure | None:
        return self.at_most or self.below

    @property
    def figures(self) -> tuple[Figure, ...]:
        """The bounds that are given."""
        return tuple(f for f in (self.at_least, self.above, self.at_most, self.below) if f is not None)

    @property
    def can_hold(self) -> bool:
        """Whether any figure lies inside."""
        if self.lower is None or self.upper is None:
            return True
        is_closed = self.above is None and self.below is None
        return self.lower.value < self.upper.value or (is_closed and self.lower.value == self.upper.value)

    def hold(self, value: Decimal) -> bool:
        """Whether a figure lies inside."""
        return not (
            (self.at_least is not None and value < self.at_least.value)
            or (self.above is not None and value <= self.above.value)
            or (self.at_most is not None and value > self.at_most.value)
            or (self.below is not None and value >= self.below.value)
        )

    def __str__(self) -> str:
        said = (("at least", self.at_least), ("above", self.above), ("at most", self.at_most), ("below", self.below))
        return " and ".join(f"{word} {figure}" for word, figure in said if figure is not None)


class Condition(Bounds):
    """Holds in a period when the result of an outcome lies inside the bounds."""

    outcome: Identifier
    """The outcome whose result is looked at: a key of `outcomes`. A result that is not measurable does not hold."""
    measured: Literal["period", "cumulative"] = "cumulative"
    """In the period alone, or over all followed periods so far. Units are counted likewise."""


class Gate(Section):
    """What must be reached before an outcome is paid at all. What it holds back is not lost: `pooled` can release it later.

    What has been released stays released, as early payment; only a corrected result takes it back.
    """

    outcome: Identifier | None = None
    """The outcome whose result is looked at; this one where it is left out."""
    each_period: Bounds | None = None
    """The period's own result releases what the period adds."""
    pooled: Bounds | None = None
    """The result over all periods so far releases everything held back."""
    pooled_in: Annotated[tuple[str, ...], Field()] = ()
    """The periods in which `pooled` is looked at; every one where it is left out."""
