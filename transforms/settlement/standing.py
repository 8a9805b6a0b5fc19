"""Standing: where an outcome stands after a period, and the moment at which it is looked at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from maalbar.contract.model import Agreement
from transforms.settlement.claims import Persons, Unit, not_deadweight
from transforms.settlement.results import Result
from transforms.settlement.unit_prices import UnitsSoFar


@dataclass
class OutcomeSoFar:
    """Where an outcome stands after a period. Amounts in minor units.

    `earned` is what its price gives, `released` what its gate has let through, `owed` what is due of that now.
    """

    earned: int = 0
    released: int = 0
    owed: int = 0
    terms: tuple[Any, ...] = ()
    """What the amount follows from, besides results; an amendment that changes it begins anew from what is earned."""
    base: int = 0
    """What was earned under earlier terms."""
    part: Decimal = Decimal(0)
    """The part of the price that the periods under these terms have earned at full effect."""
    indexed: Decimal = Decimal(0)
    """The same, each period's part times its index."""
    summed: Decimal = Decimal(0)
    """Sum of the periods' own amounts, not rounded, for `basis: per_period`."""
    saved: Decimal = Decimal(0)
    persons: Persons = field(default_factory=dict)
    units: UnitsSoFar = field(default_factory=UnitsSoFar)
    counted: Decimal = Decimal(0)
    """Verified units so far, for targets and gates that are given in units."""
    counted_now: Decimal = Decimal(0)
    counted_net: Decimal = Decimal(0)
    """Those so far that are not deadweight."""
    counted_before: Decimal = Decimal(0)
    """Those of them in earlier periods."""
    counted_base: Decimal = Decimal(0)
    """Those of them under earlier terms."""
    saved_base: Decimal = Decimal(0)
    """Savings under earlier terms, where results tell all savings so far."""
    figure: Decimal = Decimal(0)
    """All savings so far, as the newest result told."""
    attained: Decimal | None = None
    left_out: dict[str, Decimal] = field(default_factory=dict)
    """Units of the period that a rule left out, by the rule."""


@dataclass(frozen=True)
class Moment:
    """A period that is settled: the terms in force, its place in the calendar, and all results of it."""

    agreement: Agreement
    period: str
    number: int
    """1 for the first followed period."""
    periods: int
    results: Mapping[str, Result]
    units: Mapping[str, list[Unit]]
    """Outcome → its units that are paid, for prices on units."""

    @property
    def is_last(self) -> bool:
        return self.number == self.periods

    def result(self, outcome_id: str) -> Result:
        return self.results.get(outcome_id, Result(not_measurable="no_result"))


def count(moment: Moment, outcome_id: str, so_far: OutcomeSoFar) -> None:
    """Count the verified units of a period, before any outcome is priced, since gates may look at another outcome."""
    start, stop = moment.agreement.period(moment.period).start, stop_of(moment)
    rows = [
        c
        for c in moment.result(outcome_id).counted
        if c.state == "verified" and (stop is None or (c.dated or start) < stop)
    ]
    so_far.counted_now = sum((c.quantity for c in rows), Decimal(0))
    so_far.counted += so_far.counted_now
    outcome = moment.agreement.outcomes[outcome_id]
    so_far.counted_before = so_far.counted_net
    so_far.counted_net += sum((c.quantity * not_deadweight(outcome, c) for c in rows), Decimal(0))


def stop_of(moment: Moment) -> date | None:
    """The first day that no longer counts, where the contract is stopped."""
    ending = moment.agreement.terms.termination
    return ending.stopped_on if ending else None
