"""Planned: what the parties reckon with for each outcome, read from `planning`, before anything is measured."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from maalbar.contract.model import Agreement
from maalbar.contract.outcomes import Outcome
from maalbar.contract.prices import ProRata, SavingsShare, UnitPrice, Unpaid
from transforms.draws import Around, Course, counted, estimated
from transforms.settlement import Interval, Result

FAR = Decimal(10) ** 12
"""Better than any target and dearer than any cap."""


def in_units(outcome: Outcome) -> bool:
    """Whether the price looks at units and not at an estimate."""
    price = outcome.price
    towards_units = isinstance(price, ProRata) and price.target.unit == "units"
    by_tariff = isinstance(price, SavingsShare) and bool(price.tariff)
    return isinstance(price, UnitPrice) or towards_units or by_tariff or outcome.estimator == "count"


def looked_at_by_terms(agreement: Agreement) -> tuple[str, ...]:
    """The outcomes that payments depend on: those with a price, and those that a gate or the premium looks at."""
    premium = agreement.terms.premium.condition
    others = {outcome.gate.outcome for outcome in agreement.outcomes.values() if outcome.gate}
    others |= {premium.outcome} if premium else set()
    return tuple(o for o, outcome in agreement.outcomes.items() if o in others or not isinstance(outcome.price, Unpaid))


def missing(agreement: Agreement) -> Iterator[str]:
    """What a plan lacks for drawing, as paths into the file."""
    for outcome_id in looked_at_by_terms(agreement):
        outcome = agreement.outcomes[outcome_id]
        key, plan = f"outcomes.{outcome_id}.planning", outcome.planning
        if plan is None:
            yield key
        elif in_units(outcome):
            if units_when_all_works(agreement, outcome) is None:
                yield f"{key}.units"
        else:
            if plan.standard_error is None:
                yield f"{key}.standard_error"
            if full_effect(outcome) is None:
                yield f"{key}.full_effect"


def full_effect(outcome: Outcome) -> Decimal | None:
    """The result when all works: the plan's, or the target."""
    return outcome.promised


def no_effect(outcome: Outcome) -> Decimal:
    """The result when nothing works."""
    plan = outcome.planning
    return plan.no_effect.value if plan and plan.no_effect else Decimal(0)


def units_when_all_works(agreement: Agreement, outcome: Outcome) -> Decimal | None:
    """Units in a period when all works: the plan's, or an equal part of the target."""
    if outcome.planning and outcome.planning.units is not None:
        return Decimal(outcome.planning.units)
    if isinstance(outcome.price, ProRata) and outcome.price.target.unit == "units":
        return outcome.price.target.value / len(agreement.calendar.followed)
    return None


def planned(agreement: Agreement, part: Decimal) -> dict[str, Around]:
    """What results are drawn around when a part (0 to 1) of everything works. The plan is complete (`missing`)."""
    found = {}
    for outcome_id in looked_at_by_terms(agreement):
        outcome = agreement.outcomes[outcome_id]
        found[outcome_id] = planned_of(agreement, outcome, part)
    return found


def planned_of(agreement: Agreement, outcome: Outcome, part: Decimal) -> Around:
    """The same for one outcome."""
    plan, nothing = outcome.planning, no_effect(outcome)
    assert plan is not None
    everything = units_when_all_works(agreement, outcome) if in_units(outcome) else full_effect(outcome)
    assert everything is not None
    level = float(nothing + part * (everything - nothing))
    if in_units(outcome):
        return Around(units=level)
    assert plan.standard_error is not None
    return Around(level, float(plan.standard_error.value), float(plan.correlation or 0))


def best(agreement: Agreement, periods: Sequence[str], far: Decimal = FAR) -> Course:
    """Results better than any target, in every period."""
    return {
        (period, outcome_id): at(agreement, agreement.outcomes[outcome_id], period, far, far)
        for outcome_id in looked_at_by_terms(agreement)
        for period in periods
    }


def at(agreement: Agreement, outcome: Outcome, period: str, better: Decimal, units: Decimal) -> Result:
    """A result that is certain: so much better (a level where lower is better so much lower), or so many units."""
    if in_units(outcome):
        return Result(claims=counted(agreement, outcome, period, units))
    value = -better if outcome.contrast == "level" and outcome.better == "lower" else better
    exact = Interval(value, value, Decimal(0))
    return estimated(outcome, Result(value, value, period_interval=exact, cumulative_interval=exact))
