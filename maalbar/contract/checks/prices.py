"""Faults of prices: each kind says all it needs, in one unit, without gaps, and in the direction the contract wants."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from itertools import pairwise

from maalbar.contract.bounds import Bounds
from maalbar.contract.checks.fault import Fault
from maalbar.contract.model import Agreement, Contract
from maalbar.contract.outcomes import Outcome
from maalbar.contract.prices import (
    Brackets,
    EffectPrice,
    Interpolated,
    Point,
    ProRata,
    Rate,
    RateCard,
    SavingsShare,
    Tiers,
    UnitPrice,
    Unpaid,
)
from maalbar.contract.values import Figure
from maalbar.contract.yamlfile import Key

SMALL_CELL = 5
FITTING = {
    "ratio": ("%",),
    "difference": ("points", "percentage points", "per person-year"),
    "level": ("%", "points", "percentage points", "per person-year"),
}


def prices(agreement: Agreement) -> Iterator[Fault]:
    """Every fault of every price."""
    for outcome_id, outcome in agreement.outcomes.items():
        key: Key = ("outcomes", outcome_id, "price")
        price = outcome.price
        if isinstance(price, Unpaid):
            continue
        yield from _common(agreement, outcome, key)
        for kind, check in KINDS:
            if isinstance(price, kind):
                yield from check(agreement, outcome, key)


def _common(agreement: Agreement, outcome: Outcome, key: Key) -> Iterator[Fault]:
    price = outcome.price
    index, not_before = getattr(price, "index", None), getattr(price, "not_before", None)
    if index is not None and index not in agreement.terms.indices:
        yield Fault((*key, "index"), f"there is no index `{index}`", "add it to `terms.indices`")
    periods = agreement.calendar.periods
    if not_before is not None and not periods[0].start <= not_before <= periods[-1].pay_by:
        yield Fault((*key, "not_before"), "lies outside the calendar", "choose a day within it")


def _on_effect(agreement: Agreement, outcome: Outcome, key: Key) -> Iterator[Fault]:
    price = outcome.price
    assert isinstance(price, EffectPrice)
    on_units = isinstance(price, ProRata) and price.target.unit == "units"
    if outcome.estimator == "count" and not on_units:
        yield Fault(
            key,
            f"a {price.kind} cannot be paid on estimator count",
            "use pro_rata for effects, rate_card for counts",
        )
    elif outcome.contrast is None and outcome.estimator in ("given", "trial") and not on_units:
        yield Fault(key, "an effect has a contrast", "give the outcome's `contrast`: ratio, difference or level")
    followed = [p.id for p in agreement.calendar.followed]
    if (price.earned == "parts") != bool(price.parts):
        yield Fault((*key, "parts"), "`earned: parts` goes with `parts`", "give both or neither")
    elif price.parts and (sum(price.parts.values()) != 1 or set(price.parts) - set(followed)):
        what = "the parts do not sum to 100 % of the followed periods"
        yield Fault((*key, "parts"), what, f"give parts of {', '.join(followed)}")
    if outcome.contrast == "level" and (price.uncertainty or agreement.terms.uncertainty) == "significant":
        what = "a level cannot be significant: it is not compared with nothing"
        yield Fault((*key, "uncertainty"), what, "use point_estimate or lower_limit for this outcome")


def _pro_rata(agreement: Agreement, outcome: Outcome, key: Key) -> Iterator[Fault]:
    price = outcome.price
    assert isinstance(price, ProRata)
    if (price.maximum is None) == (price.weight is None):
        yield Fault((*key, "maximum"), "a price has a maximum or a weight", "give one of the two")
    if price.weight is not None and agreement.terms.pot is None:
        yield Fault((*key, "weight"), "a weight of nothing", "give the `pot` in `terms`")
    if price.target.number <= 0:
        yield Fault((*key, "target"), "a target of nothing", "give the improvement that earns the full price")
    if price.target.unit == "units":
        if outcome.contrast is not None and outcome.estimator in ("given", "trial"):
            yield Fault((*key, "target"), "units do not have a contrast", "remove the outcome's `contrast`")
        return
    yield from _unit(outcome, price.target, (*key, "target"))
    if outcome.contrast == "level" and outcome.better == "lower":
        yield Fault(key, "a lower level cannot earn in proportion", "use tiers or interpolated")


def _unit(outcome: Outcome, figure: Figure, key: Key) -> Iterator[Fault]:
    if outcome.contrast is not None and figure.unit not in FITTING[outcome.contrast]:
        mend = "a ratio has its target in %, a difference in the unit of the indicator"
        yield Fault(key, f"unit {figure.unit} does not fit contrast {outcome.contrast}", mend)


def _tiers(agreement: Agreement, outcome: Outcome, key: Key) -> Iterator[Fault]:
    """Tiers meet: where one ends the next begins, and the bound belongs to exactly one of them."""
    price = outcome.price
    assert isinstance(price, Tiers)
    yield from _bounds(outcome, price, key)
    if len({f.unit for tier in price.tiers for f in tier.figures}) > 1:
        yield Fault((*key, "tiers"), "bounds in different units", "use one unit")
    if price.tiers[0].lower is not None or price.tiers[-1].upper is not None:
        what = "the tiers do not cover every result"
        yield Fault((*key, "tiers"), what, "leave the first without a lower bound and the last without an upper")
    for position, (one, two) in enumerate(pairwise(price.tiers), start=1):
        at: Key = (*key, "tiers", position)
        if one.upper is None or two.lower is None or one.upper.value < two.lower.value:
            yield Fault(at, "a gap between this tier and the one before", "let it begin where the other ends")
        elif one.upper.value > two.lower.value or (one.at_most and two.at_least):
            yield Fault(at, "this tier overlaps the one before", "let the bound belong to one of them")
        elif one.below and two.above:
            what = f"no tier holds {one.upper} itself"
            yield Fault(at, what, "close one of the two bounds (`at_most` or `at_least`)")
    yield from _direction(outcome, [Decimal(tier.amount.minor) for tier in price.tiers], (*key, "tiers"))
    yield from _negative(agreement, [Decimal(tier.amount.minor) for tier in price.tiers], (*key, "tiers"))


def _bounds(outcome: Outcome, price: Tiers, key: Key) -> Iterator[Fault]:
    for position, tier in enumerate(price.tiers):
        at: Key = (*key, "tiers", position)
        for figure in tier.figures:
            yield from _unit(outcome, figure, at)
        yield from sound(tier, at)


def sound(bounds: Bounds, key: Key) -> Iterator[Fault]:
    """Bounds say something, once, and something lies inside them."""
    if not bounds.figures:
        yield Fault(key, "bounds without a bound", "give `at_least`, `above`, `at_most` or `below`")
    if (bounds.at_least and bounds.above) or (bounds.at_most and bounds.below):
        yield Fault(key, "a bound is both open and closed", "keep one of the two")
    if len({figure.unit for figure in bounds.figures}) > 1:
        yield Fault(key, "bounds in different units", "use one unit")
    elif not bounds.can_hold:
        yield Fault(key, f"no result is {bounds}", "let the lower bound be below the upper")


def _direction(outcome: Outcome, amounts: list[Decimal], key: Key) -> Iterator[Fault]:
    """Better results never pay less. Improvements are always better when higher; a level is as the outcome says."""
    falls = outcome.contrast == "level" and outcome.better == "lower"
    ordered = list(reversed(amounts)) if falls else amounts
    if any(two < one for one, two in pairwise(ordered)):
        what = f"a better result pays less (better is {outcome.better})"
        yield Fault(key, what, "turn the amounts round, or mend `better`")


def _interpolated(agreement: Agreement, outcome: Outcome, key: Key) -> Iterator[Fault]:
    price = outcome.price
    assert isinstance(price, Interpolated)
    for position, point in enumerate(price.points):
        at: Key = (*key, "points", position)
        yield from _unit(outcome, point.at, (*at, "at"))
        if (point.amount is None) == (point.rate is None):
            yield Fault(at, "a point pays an amount or a rate", "give one of the two")
        if point.rate is not None and price.of is None:
            yield Fault((*at, "rate"), "a rate of nothing", "give the price's `of`")
    if any(two.at.value <= one.at.value or two.at.unit != one.at.unit for one, two in pairwise(price.points)):
        yield Fault((*key, "points"), "the points do not rise", "list them in order of `at`, in one unit")
    paid = [_of_point(price, point) for point in price.points]
    if price.under_first == "nothing":
        # What a result under the first point pays has to fit the direction too.
        paid = [Decimal(0), *paid]
    yield from _direction(outcome, paid, (*key, "points"))
    yield from _negative(agreement, paid, (*key, "points"))


def _of_point(price: Interpolated, point: Point) -> Decimal:
    if point.amount is not None:
        return Decimal(point.amount.minor)
    return (point.rate or Decimal(0)) * (price.of.minor if price.of else 1)


def _negative(agreement: Agreement, amounts: list[Decimal], key: Key) -> Iterator[Fault]:
    if min(amounts) < 0 and agreement.terms.floor != "none":
        what = f"a negative amount under `floor: {agreement.terms.floor}` is never paid"
        yield Fault(key, what, "write `floor: none` in `terms`, or no negative amount")


def _savings(agreement: Agreement, outcome: Outcome, key: Key) -> Iterator[Fault]:
    price = outcome.price
    assert isinstance(price, SavingsShare)
    if price.earned != "evenly":
        yield Fault((*key, "earned"), "savings are earned as they come", "remove `earned`")
    if price.index is not None:
        yield Fault((*key, "index"), "a share of savings has no amount that could follow an index", "remove `index`")
    if outcome.contrast != "level" or outcome.better != "higher":
        yield Fault(key, "a saving is a level, and better when higher", "write `contrast: level` and `better: higher`")
    yield from _dated(price.tariff, (*key, "tariff"))


def _on_units(agreement: Agreement, outcome: Outcome, key: Key) -> Iterator[Fault]:
    price = outcome.price
    assert isinstance(price, UnitPrice)
    if outcome.estimator not in ("count", "given", "trial"):
        what = f"a {price.kind} cannot be paid on estimator {outcome.estimator}"
        yield Fault(key, what, "use pro_rata for effects, rate_card for counts")
    elif outcome.contrast is not None and outcome.estimator in ("given", "trial"):
        yield Fault(key, "units do not have a contrast", "remove the outcome's `contrast`")
    small = agreement.quality.small_cell if isinstance(agreement, Contract) else SMALL_CELL
    if price.counts == "persons" and price.min_units < small:
        what = f"a payment for 1 to {small - 1} persons gives their number away"
        yield Fault(key, what, f"write `min_units: {small}`, or `counts: other` where a unit is not a person")
    if price.success is not None:
        yield from sound(price.success, (*key, "success"))
    if price.yearly and (price.yearly.max_units is None) == (price.yearly.maximum is None):
        yield Fault((*key, "yearly"), "a limit in units or in money", "give one of the two")


def _rate_card(agreement: Agreement, outcome: Outcome, key: Key) -> Iterator[Fault]:
    price = outcome.price
    assert isinstance(price, RateCard)
    if bool(price.amount) + bool(price.rates) + bool(price.milestones) != 1:
        yield Fault(key, "a rate card has an amount, rates or milestones", "give one of the three")
    ids = [milestone.id for milestone in price.milestones]
    if len(set(ids)) < len(ids):
        yield Fault((*key, "milestones"), "two milestones have the same id", "give each its own")
    limit = price.per_person
    if price.milestones and limit and (limit.max_claims is not None or limit.days_between):
        what = "a chain says itself how often and how soon"
        yield Fault((*key, "per_person"), what, "remove `max_claims` and `days_between`")
    yield from _dated(price.rates, (*key, "rates"))
    periods = agreement.calendar.periods
    for position, rate in enumerate(price.rates):
        outside = (rate.start and rate.start >= periods[-1].end) or (rate.end and rate.end <= periods[0].start)
        if outside:
            yield Fault((*key, "rates", position), "lies outside the calendar", "choose days within the periods")


def _dated(rows: tuple[Rate, ...], key: Key) -> Iterator[Fault]:
    """Dated amounts of one item follow each other without overlap or gap."""
    for item in dict.fromkeys(row.item for row in rows):
        mine = [(position, row) for position, row in enumerate(rows) if row.item == item]
        for (_, one), (position, two) in pairwise(mine):
            at: Key = (*key, position)
            if one.end is None or two.start is None or two.start < one.end:
                yield Fault(at, "begins before the one above ends", "let dated amounts follow each other")
            elif two.start > one.end:
                yield Fault(at, f"nothing holds from {one.end} to {two.start}", f"begin it on {one.end}")
        for position, row in mine:
            if _is_empty(row.start, row.end):
                yield Fault((*key, position), "ends before it begins", "put `to` after `from`")


def _is_empty(start: date | None, end: date | None) -> bool:
    return start is not None and end is not None and end <= start


def _brackets(agreement: Agreement, outcome: Outcome, key: Key) -> Iterator[Fault]:
    price = outcome.price
    assert isinstance(price, Brackets)
    *most, last = price.brackets
    bounds = [bracket.up_to for bracket in most]
    if last.up_to is not None or None in bounds:
        what = "the brackets do not cover every number"
        yield Fault((*key, "brackets"), what, "give each its `up_to`, and leave only the last without")
    elif any(two <= one for one, two in pairwise(b for b in bounds if b is not None)):
        yield Fault((*key, "brackets"), "the brackets do not rise", "list them in order of `up_to`")
    in_money = (price.per_person and price.per_person.maximum) or agreement.terms.person_maximum
    if in_money or price.index:
        yield Fault(
            key, "brackets know no price of one person's unit", "limit persons in claims or units, without index"
        )


KINDS: tuple[tuple[type, Callable[[Agreement, Outcome, Key], Iterator[Fault]]], ...] = (
    (EffectPrice, _on_effect),
    (ProRata, _pro_rata),
    (Tiers, _tiers),
    (Interpolated, _interpolated),
    (SavingsShare, _savings),
    (UnitPrice, _on_units),
    (RateCard, _rate_card),
    (Brackets, _brackets),
)
