"""The figure that the terms look at: the agreed fallback, the agreed rule of uncertainty, and the deadweight taken off."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import cast

from maalbar.contract.bounds import Bounds
from maalbar.contract.model import Agreement
from maalbar.contract.outcomes import Fallback, Outcome
from maalbar.contract.prices import EffectPrice, UnitPrice
from maalbar.errors import SettlementRefused
from transforms.settlement.lines import Stage
from transforms.settlement.results import Interval, Result

Z95 = Decimal("1.959963984540054")
"""The 97.5 % point of the normal distribution: the least that the interval of a combined estimate reaches, in standard errors."""


@dataclass(frozen=True)
class Looked:
    """What a price is applied to: a figure, or why there is none; with the way to it."""

    value: Decimal | None
    not_measurable: str | None
    trail: tuple[Stage, ...]


def looked_at(agreement: Agreement, outcome_id: str, outcome: Outcome, result: Result, basis: str) -> Looked:
    """The figure of an outcome on one basis, by the contract's rules.

    Raises SettlementRefused where the rules need a standard error or an interval that the result does not give.
    """
    chosen, trail = _after_fallback(outcome_id, outcome, result, basis)
    if chosen.not_measurable is not None:
        return Looked(
            None, chosen.not_measurable, (*trail, Stage("not_measurable", None, {"why": chosen.not_measurable}))
        )
    value, interval = chosen.on(basis)
    if value is None:
        raise SettlementRefused(
            f"the terms look at the result of basis `{basis}`, and none is given",
            where=outcome_id,
            mend=f"add a row with `basis` {basis}",
        )
    trail = (*trail, Stage("result", None, {"value": value, "basis": basis, **_spread(interval)}))
    rule = agreement.terms.uncertainty
    if isinstance(outcome.price, EffectPrice) and outcome.price.uncertainty is not None:
        rule = outcome.price.uncertainty
    if rule != "point_estimate":
        value = _prudent(outcome_id, outcome, rule, value, interval)
        trail = (*trail, Stage(rule, None, {"value": value}))
    if outcome.deadweight is not None and not isinstance(outcome.price, UnitPrice):
        value *= 1 - outcome.deadweight.share
        trail = (*trail, Stage("deadweight", None, {"share": outcome.deadweight.share, "value": value}))
    return Looked(value, None, trail)


def holds(agreement: Agreement, outcome_id: str, bounds: Bounds, result: Result, measured: str, units: Decimal) -> bool:
    """Whether a result lies inside bounds; a result that is not measurable does not. `units`: counted on that basis."""
    if result.not_measurable is not None:
        return False
    if any(figure.unit == "units" for figure in bounds.figures):
        return bounds.hold(units)
    outcome = agreement.outcomes[outcome_id]
    value = looked_at(agreement, outcome_id, outcome, result, measured).value
    return value is not None and bounds.hold(value)


def _spread(interval: Interval | None) -> dict[str, Decimal]:
    return {} if interval is None else {"low": interval.low, "high": interval.high}


def _after_fallback(outcome_id: str, outcome: Outcome, result: Result, basis: str) -> tuple[Result, tuple[Stage, ...]]:
    """The result, or the agreed combination of others where the agreed trigger has come."""
    rule = outcome.fallback
    if rule is None or not _triggered(rule, outcome_id, result, basis):
        return result, ()
    by_name = {outcome.estimator: result, **result.others}
    used = " + ".join(f"{(weight * 100).normalize():f} % {name}" for name, weight in rule.use.items())
    parts: list[tuple[Decimal, Decimal, Interval | None]] = []
    for estimator, weight in rule.use.items():
        other = by_name.get(estimator, Result(not_measurable="no_result"))
        part, interval = other.on(basis)
        if part is None or other.not_measurable is not None:
            return Result(not_measurable=other.not_measurable or "no_result"), (
                Stage("fallback", None, {"when": rule.when, "use": used}),
            )
        parts.append((weight, part, interval))
    value = sum((weight * part for weight, part, _ in parts), Decimal(0))
    # One estimator alone is as sure as a reserve as it is by itself.
    spread = parts[0][2] if len(parts) == 1 else _combined(value, parts)
    stage = Stage("fallback", None, {"when": rule.when, "use": used, "value": value})
    return replace(result, not_measurable=None, **{basis: value, f"{basis}_interval": spread}), (stage,)  # type: ignore[arg-type]


def _combined(value: Decimal, parts: Sequence[tuple[Decimal, Decimal, Interval | None]]) -> Interval | None:
    """The interval of a mixture of independent estimates; None where the standard error of one is not known.

    `parts`: weight, figure and interval of each. It reaches as many standard errors to each side as the interval that reaches
    furthest among them: with few areas that is more than the 1.96 of the normal distribution.
    """
    variance, reach, may_show = Decimal(0), Z95, True
    for weight, part, interval in parts:
        if interval is None or interval.standard_error is None:
            return None
        error = interval.standard_error
        variance += (weight * error) ** 2
        if error:
            reach = max(reach, (interval.high - part) / error, (part - interval.low) / error)
        may_show = may_show and not (interval.is_significant is False and _excludes_no_effect(interval))
    error = variance.sqrt()
    # What one of them cannot show, because its areas are too few, their mean does not show either.
    return Interval(value - reach * error, value + reach * error, error, None if may_show else False)


def _excludes_no_effect(interval: Interval) -> bool:
    """Whether the interval holds only an effect; that it is not significant all the same is then because of few areas."""
    return not interval.low <= 0 <= interval.high


def _triggered(rule: Fallback, outcome_id: str, result: Result, basis: str) -> bool:
    if rule.when == "not_measurable":
        return result.not_measurable is not None
    if result.not_measurable is not None:
        return False
    interval = result.on(basis)[1]
    if interval is None or interval.standard_error is None:
        raise SettlementRefused(
            "the fallback looks at the standard error, and none is given",
            where=outcome_id,
            mend="give `standard_error` with the result",
        )
    return interval.standard_error > cast("Decimal", rule.limit.value if rule.limit else None)


def _prudent(outcome_id: str, outcome: Outcome, rule: str, value: Decimal, interval: Interval | None) -> Decimal:
    if interval is None:
        raise SettlementRefused(
            f"the terms pay by `{rule}`, and the result has no interval",
            where=outcome_id,
            mend="give `low` and `high` with the result",
        )
    if rule == "significant":
        is_shown = not interval.low <= 0 <= interval.high and interval.is_significant is not False
        return value if is_shown else Decimal(0)
    worse_is_higher = outcome.contrast == "level" and outcome.better == "lower"
    return interval.high if worse_is_higher else interval.low
