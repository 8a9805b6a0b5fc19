"""Owed: what one outcome comes to after each period, by its own terms and before any cap.

The amount is always the sum over all periods so far; what a period adds is the difference. When terms change by an amendment,
what was owed before stands, and the new terms count from their first period.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from maalbar.contract.outcomes import Outcome
from maalbar.contract.prices import EffectPrice, ProRata, SavingsShare, UnitPrice
from transforms.settlement import effect_prices
from transforms.settlement.claims import in_force, index_on, not_deadweight
from transforms.settlement.exact import whole
from transforms.settlement.figures import looked_at
from transforms.settlement.lines import Stage
from transforms.settlement.release import fall_due, release
from transforms.settlement.results import Result
from transforms.settlement.standing import Moment, OutcomeSoFar, stop_of
from transforms.settlement.unit_prices import UnitsSoFar, amount_so_far


def owe(moment: Moment, outcome_id: str, everyone: Mapping[str, OutcomeSoFar]) -> tuple[Stage, ...]:
    """Bring an outcome's standing to the end of a period; the stages on the way there."""
    outcome, so_far = moment.agreement.outcomes[outcome_id], everyone[outcome_id]
    _begin_terms(moment, outcome, so_far)
    so_far.attained = None
    before = so_far.earned
    trail = _earn(moment, outcome_id, outcome, so_far)
    trail = (*trail, Stage("earned", so_far.earned, {"period": so_far.earned - before}))
    trail = (*trail, *release(moment, outcome_id, outcome, everyone, so_far.earned - before))
    return (*trail, *fall_due(moment, outcome, so_far))


def _earn(moment: Moment, outcome_id: str, outcome: Outcome, so_far: OutcomeSoFar) -> tuple[Stage, ...]:
    price, result = outcome.price, moment.result(outcome_id)
    if isinstance(price, UnitPrice):
        year = moment.agreement.period(moment.period).year
        is_measured = result.not_measurable is None
        units = moment.units.get(outcome_id, []) if is_measured else []
        total, trail = amount_so_far(price, units, so_far.units, year, moment.is_last)
        so_far.earned = so_far.base + whole(total, moment.agreement.terms.rounding)
        # Units that have waited are paid also in a period whose own units are not known.
        return trail if is_measured else (Stage("not_measurable", None, {"why": result.not_measurable}), *trail[1:])
    if not isinstance(price, EffectPrice):
        return ()
    part, index = _part(moment, price), _indexed(moment, price)
    so_far.part += part
    so_far.indexed += part * index
    if isinstance(price, ProRata) and price.target.unit == "units":
        return _towards_units(moment, price, result, so_far)
    if isinstance(price, SavingsShare) and price.tariff:
        return _by_tariff(moment, outcome_id, price, result, so_far)
    stop = stop_of(moment)
    if stop is not None and stop <= moment.agreement.period(moment.period).start:
        return ()
    basis = "cumulative" if moment.agreement.terms.basis == "cumulative" else "period"
    looked = looked_at(moment.agreement, outcome_id, outcome, result, basis)
    if looked.value is None:
        return looked.trail
    return (*looked.trail, *_by_effect(moment, price, looked.value, (part, index), so_far))


def _towards_units(moment: Moment, price: ProRata, result: Result, so_far: OutcomeSoFar) -> tuple[Stage, ...]:
    if result.not_measurable is not None:
        return (Stage("not_measurable", None, {"why": result.not_measurable}),)
    so_far.attained = effect_prices.attained(price, so_far.counted_net, 0)
    most = effect_prices.maximum_of(moment.agreement, price)
    new = so_far.attained - effect_prices.attained(price, so_far.counted_base, 0)
    so_far.earned = so_far.base + whole(most * new, moment.agreement.terms.rounding)
    facts = {"units": so_far.counted_net, "target": price.target, "attained": so_far.attained, "maximum": most}
    return (Stage("units_target", so_far.earned, facts),)


def _by_effect(
    moment: Moment, price: EffectPrice, value: Decimal, now: tuple[Decimal, Decimal], so_far: OutcomeSoFar
) -> tuple[Stage, ...]:
    """Apply a price to the figure: over all periods so far, or adding the period's own amount; then the terms' floor.

    `now`: the period's part of the price and its index.
    """
    part, index = now
    terms, before = moment.agreement.terms, so_far.earned
    per_period = terms.basis == "per_period"
    if isinstance(price, SavingsShare):
        saved = effect_prices.in_minor(moment.agreement, value)
        so_far.figure = saved
        so_far.saved = _saved(moment, saved, so_far) if per_period else saved - so_far.saved_base
        amount, stage = _of_savings(moment, price, so_far)
    else:
        least = -1 if terms.floor == "none" or (per_period and terms.floor == "running_total") else 0
        full = effect_prices.worth(price, moment.agreement, value, least)
        own = full * index * part
        so_far.summed += max(own, Decimal(0)) if terms.floor == "each_period" else own
        amount = so_far.summed if per_period else full * so_far.indexed
        if isinstance(price, ProRata):
            so_far.attained = effect_prices.attained(price, value, least)
        told = own if per_period else amount
        facts = {"value": value, "full": full, "part": part if per_period else so_far.part, "amount": told}
        stage = Stage(price.kind, None, {**facts, **_told(moment, price, so_far)})
    total = so_far.base + whole(amount, terms.rounding)
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
    outcome, stop = moment.agreement.outcomes[outcome_id], stop_of(moment)
    saved = Decimal(0)
    for claim in result.counted:
        if claim.state == "verified" and (stop is None or (claim.dated or window.start) < stop):
            rate = in_force(price.tariff, outcome_id, claim, window).amount.minor
            saved += claim.quantity * not_deadweight(outcome, claim) * rate
    so_far.saved = _saved(moment, saved, so_far)
    amount, stage = _of_savings(moment, price, so_far)
    so_far.earned = _floored(so_far.base + whole(amount, terms.rounding), so_far.earned, terms.floor)
    return (stage,)


def _saved(moment: Moment, saved: Decimal, so_far: OutcomeSoFar) -> Decimal:
    """All savings so far with those of a period; a loss counts unless the floor is of each period."""
    return so_far.saved + (max(saved, Decimal(0)) if moment.agreement.terms.floor == "each_period" else saved)


def _of_savings(moment: Moment, price: SavingsShare, so_far: OutcomeSoFar) -> tuple[Decimal, Stage]:
    """The share of all savings so far, in minor units."""
    break_even = max(_break_even(moment, price) - so_far.base, 0)
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


def _begin_terms(moment: Moment, outcome: Outcome, so_far: OutcomeSoFar) -> None:
    """Let what is earned stand where an amendment has changed what the amount follows from. In place.

    Prices on units go on counting: their amounts add up unit by unit, each at the price of its day, and limits over a year, a
    person or the contract hold across the change.
    """
    terms = moment.agreement.terms
    price = outcome.price.model_copy(update={"source": ""})  # another source pays nothing else
    new: tuple[Any, ...] = (price,)
    if isinstance(outcome.price, EffectPrice):
        rules = (terms.basis, terms.floor, terms.uncertainty, terms.pot)
        new = (price, outcome.deadweight, outcome.fallback, *rules)
    if so_far.terms == new:
        return
    was = so_far.terms[0] if so_far.terms else None
    so_far.terms = new
    so_far.units.amount_before = so_far.units.amount
    if not (isinstance(outcome.price, UnitPrice) and isinstance(was, type(outcome.price))):
        so_far.base, so_far.units = so_far.earned, UnitsSoFar()
        so_far.part = so_far.indexed = so_far.summed = so_far.saved = Decimal(0)
        so_far.counted_base, so_far.saved_base = so_far.counted_before, so_far.figure


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
    stop, window = stop_of(moment), moment.agreement.period(moment.period).window
    if stop is None or stop >= window.end:
        return Decimal(1)
    return Decimal(max((stop - window.start).days, 0)) / window.days


def _indexed(moment: Moment, price: EffectPrice) -> Decimal:
    if price.index is None:
        return Decimal(1)
    return index_on(moment.agreement.terms.indices[price.index], moment.agreement.period(moment.period).start)


def _break_even(moment: Moment, price: SavingsShare) -> int:
    if price.break_even is not None:
        return price.break_even.minor
    day = moment.agreement.period(moment.period).pay_by
    return sum(d.amount.minor for d in moment.agreement.terms.capital.drawdowns if d.dated <= day)
