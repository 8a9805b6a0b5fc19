"""Owed: what one outcome comes to after each period, by its own terms and before any cap.

The amount is always the sum over all periods so far; what a period adds is the difference. When terms change by an amendment,
what was owed before stands, and the new terms count from their first period.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from maalbar.contract.model import Agreement
from maalbar.contract.outcomes import Outcome
from maalbar.contract.prices import EffectPrice, ProRata, SavingsShare, UnitPrice
from maalbar.money import to_minor
from transforms.settlement import effect_prices
from transforms.settlement.claims import Persons, Unit, in_force, index_on
from transforms.settlement.figures import holds, looked_at
from transforms.settlement.lines import Stage
from transforms.settlement.results import Result
from transforms.settlement.unit_prices import UnitsSoFar, amount_so_far


@dataclass
class OutcomeSoFar:
    """Where an outcome stands after a period. Amounts in minor units.

    `earned` is what its price gives, `released` what its gate has let through, `owed` what is due of that now.
    """

    earned: int = 0
    released: int = 0
    owed: int = 0
    price: Any = None
    base: int = 0
    """What was earned under earlier terms."""
    part: Decimal = Decimal(0)
    """The part of the price that the periods under these terms have earned at full effect."""
    summed: Decimal = Decimal(0)
    """Sum of the periods' own amounts, not rounded, for `basis: per_period`."""
    saved: Decimal = Decimal(0)
    persons: Persons = field(default_factory=dict)
    units: UnitsSoFar = field(default_factory=UnitsSoFar)
    counted: Decimal = Decimal(0)
    """Verified units so far, for targets and gates that are given in units."""
    counted_now: Decimal = Decimal(0)
    attained: Decimal | None = None
    left_out: dict[str, int] = field(default_factory=dict)
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
    rows = moment.result(outcome_id).counted
    so_far.counted_now = sum((c.quantity for c in rows if c.state == "verified"), Decimal(0))
    so_far.counted += so_far.counted_now


def owe(moment: Moment, outcome_id: str, everyone: Mapping[str, OutcomeSoFar]) -> tuple[Stage, ...]:
    """Bring an outcome's standing to the end of a period; the stages on the way there."""
    outcome, so_far = moment.agreement.outcomes[outcome_id], everyone[outcome_id]
    if outcome.price != so_far.price:
        so_far.price, so_far.base = outcome.price, so_far.earned
        so_far.part = so_far.summed = so_far.saved = Decimal(0)
        so_far.units = UnitsSoFar()
    so_far.attained = None
    before = so_far.earned
    trail = _earn(moment, outcome_id, outcome, so_far)
    trail = (*trail, Stage("earned", so_far.earned, {"period": so_far.earned - before}))
    trail = (*trail, *_release(moment, outcome_id, outcome, everyone, so_far.earned - before))
    return (*trail, *_fall_due(moment, outcome, so_far))


def _earn(moment: Moment, outcome_id: str, outcome: Outcome, so_far: OutcomeSoFar) -> tuple[Stage, ...]:
    price, result = outcome.price, moment.result(outcome_id)
    if isinstance(price, UnitPrice):
        if result.not_measurable is not None:
            return (Stage("not_measurable", None, {"why": result.not_measurable}),)
        year = moment.agreement.period(moment.period).year
        units = moment.units.get(outcome_id, [])
        total, trail = amount_so_far(price, units, so_far.units, year, moment.is_last)
        so_far.earned = so_far.base + to_minor(total, moment.agreement.terms.rounding)
        return trail
    if not isinstance(price, EffectPrice):
        return ()
    part = _part(moment, price)
    so_far.part += part
    if isinstance(price, ProRata) and price.target.unit == "units":
        return _towards_units(moment, price, result, so_far)
    if isinstance(price, SavingsShare) and price.tariff:
        return _by_tariff(moment, outcome_id, price, result, so_far)
    basis = "cumulative" if moment.agreement.terms.basis == "cumulative" else "period"
    looked = looked_at(moment.agreement, outcome_id, outcome, result, basis)
    if looked.value is None:
        return looked.trail
    return (*looked.trail, *_by_effect(moment, price, looked.value, part, so_far))


def _towards_units(moment: Moment, price: ProRata, result: Result, so_far: OutcomeSoFar) -> tuple[Stage, ...]:
    if result.not_measurable is not None:
        return (Stage("not_measurable", None, {"why": result.not_measurable}),)
    so_far.attained = effect_prices.attained(price, so_far.counted, 0)
    most = effect_prices.maximum_of(moment.agreement, price)
    so_far.earned = so_far.base + to_minor(most * so_far.attained, moment.agreement.terms.rounding)
    facts = {"units": so_far.counted, "target": price.target, "attained": so_far.attained, "maximum": most}
    return (Stage("units_target", so_far.earned, facts),)


def _by_effect(
    moment: Moment, price: EffectPrice, value: Decimal, part: Decimal, so_far: OutcomeSoFar
) -> tuple[Stage, ...]:
    """Apply a price to the figure: over all periods so far, or adding the period's own amount; then the terms' floor."""
    terms, before = moment.agreement.terms, so_far.earned
    per_period = terms.basis == "per_period"
    if isinstance(price, SavingsShare):
        saved = effect_prices.in_minor(moment.agreement, value)
        so_far.saved = _saved(moment, saved, so_far) if per_period else saved
        amount, stage = _of_savings(moment, price, so_far)
    else:
        least = -1 if terms.floor == "none" or (per_period and terms.floor == "running_total") else 0
        full = effect_prices.worth(price, moment.agreement, value, least) * _indexed(moment, price)
        own = max(full * part, Decimal(0)) if terms.floor == "each_period" else full * part
        so_far.summed += own
        amount = so_far.summed if per_period else full * so_far.part
        if isinstance(price, ProRata):
            so_far.attained = effect_prices.attained(price, value, least)
        facts = {"value": value, "full": full, "part": part if per_period else so_far.part, "amount": amount}
        stage = Stage(price.kind, None, {**facts, **_told(moment, price, so_far)})
    total = so_far.base + to_minor(amount, terms.rounding)
    so_far.earned = _floored(total, before, terms.floor)
    floored = (Stage("floor", so_far.earned, {"floor": terms.floor}),) if so_far.earned != total else ()
    return (stage, *floored)


def _by_tariff(
    moment: Moment, outcome_id: str, price: SavingsShare, result: Result, so_far: OutcomeSoFar
) -> tuple[Stage, ...]:
    """Savings as avoided units weighted by the tariff of their day; they add up over the periods on either basis."""
    if result.not_measurable is not None:
        return (Stage("not_measurable", None, {"why": result.not_measurable}),)
    window, terms = moment.agreement.period(moment.period).window, moment.agreement.terms
    units = [(c.quantity, in_force(price.tariff, outcome_id, c, window)) for c in result.counted]
    saved = sum((quantity * rate.amount.minor for quantity, rate in units), Decimal(0))
    so_far.saved = _saved(moment, saved, so_far)
    amount, stage = _of_savings(moment, price, so_far)
    so_far.earned = _floored(so_far.base + to_minor(amount, terms.rounding), so_far.earned, terms.floor)
    return (stage,)


def _saved(moment: Moment, saved: Decimal, so_far: OutcomeSoFar) -> Decimal:
    """All savings so far with those of a period; a loss counts unless the floor is of each period."""
    return so_far.saved + (max(saved, Decimal(0)) if moment.agreement.terms.floor == "each_period" else saved)


def _of_savings(moment: Moment, price: SavingsShare, so_far: OutcomeSoFar) -> tuple[Decimal, Stage]:
    """The share of all savings so far, in minor units."""
    break_even = _break_even(moment, price)
    amount = effect_prices.of_savings(price, so_far.saved, break_even)
    return amount, Stage("savings_share", None, {"saved": so_far.saved, "break_even": break_even, "amount": amount})


def _floored(total: int, before: int, floor: str) -> int:
    """Nothing is the least: for what the period adds, for the sum so far, or nowhere."""
    return max(total, {"each_period": before, "running_total": 0, "none": total}[floor])


def _told(moment: Moment, price: EffectPrice, so_far: OutcomeSoFar) -> dict[str, Any]:
    if not isinstance(price, ProRata):
        return {}
    most = effect_prices.maximum_of(moment.agreement, price)
    return {"target": price.target, "attained": so_far.attained, "maximum": most}


def _part(moment: Moment, price: EffectPrice) -> Decimal:
    """The part of a price that a period earns at full effect, less what an early end cuts off."""
    if price.earned == "evenly":
        part = Decimal(1) / moment.periods
    elif price.earned == "every_period":
        part = Decimal(1)
    elif price.earned == "parts":
        part = price.parts.get(moment.period, Decimal(0))
    else:
        part = Decimal(int(moment.is_last))
    return part * _run(moment)


def _run(moment: Moment) -> Decimal:
    """The part of a period's days before the contract was stopped."""
    ending = moment.agreement.terms.termination
    window = moment.agreement.period(moment.period).window
    if ending is None or ending.stopped_on is None or ending.stopped_on >= window.end:
        return Decimal(1)
    return Decimal(max((ending.stopped_on - window.start).days, 0)) / window.days


def _indexed(moment: Moment, price: EffectPrice) -> Decimal:
    if price.index is None:
        return Decimal(1)
    return index_on(moment.agreement.terms.indices[price.index], moment.agreement.period(moment.period).start)


def _break_even(moment: Moment, price: SavingsShare) -> int:
    if price.break_even is not None:
        return price.break_even.minor
    day = moment.agreement.period(moment.period).pay_by
    return sum(d.amount.minor for d in moment.agreement.terms.capital.drawdowns if d.dated <= day)


def _release(
    moment: Moment, outcome_id: str, outcome: Outcome, everyone: Mapping[str, OutcomeSoFar], added: int
) -> tuple[Stage, ...]:
    """Let through what the gate allows. What is held back is earned, and may be released by a later pooled result."""
    so_far, gate = everyone[outcome_id], outcome.gate
    if gate is None:
        so_far.released = so_far.earned
        return ()
    looked = gate.outcome or outcome_id
    result, counts = moment.result(looked), everyone[looked]
    may_pool = not gate.pooled_in or moment.period in gate.pooled_in
    if (
        gate.pooled is not None
        and may_pool
        and holds(moment.agreement, looked, gate.pooled, result, "cumulative", counts.counted)
    ):
        so_far.released, opened = so_far.earned, "pooled"
    elif gate.each_period is not None and holds(
        moment.agreement, looked, gate.each_period, result, "period", counts.counted_now
    ):
        so_far.released, opened = min(so_far.released + added, so_far.earned), "period"
    else:
        so_far.released, opened = min(so_far.released, so_far.earned), "shut"
    return (Stage("gate", so_far.released, {"opened": opened, "held": so_far.earned - so_far.released}),)


def _fall_due(moment: Moment, outcome: Outcome, so_far: OutcomeSoFar) -> tuple[Stage, ...]:
    """Wait for the first day of payment, and pay on account until the final settlement."""
    trail: list[Stage] = []
    so_far.owed = so_far.released
    not_before = getattr(outcome.price, "not_before", None)
    if not_before is not None and moment.agreement.period(moment.period).pay_by < not_before:
        so_far.owed = 0
        trail.append(Stage("not_before", 0, {"not_before": not_before}))
    interim = moment.agreement.terms.on_account
    order = [period.id for period in moment.agreement.calendar.periods]
    if interim is not None and order.index(moment.period) < order.index(interim.final):
        so_far.owed = to_minor(so_far.owed * interim.share, moment.agreement.terms.rounding)
        trail.append(Stage("on_account", so_far.owed, {"share": interim.share}))
    return tuple(trail)
