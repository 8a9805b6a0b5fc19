"""Statements: what a shown figure is, as it is written, and what it says of the quantities behind it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from maalbar.definitions import DisclosureProfile
from transforms.disclosure.drafts import Draft, Key, Quantity, Ratio

Written = int | Decimal


@dataclass(frozen=True)
class Statement:
    """low ≤ sum of coefficient × quantity ≤ high, as the figure `of` says where it is shown.

    `base`: the quantities are meant as rounded to its multiples.
    """

    of: Key
    terms: tuple[tuple[Key, Decimal], ...]
    low: Decimal | None
    high: Decimal | None
    base: int = 1


def written(draft: Draft, profile: DisclosureProfile, shown: Key) -> Written | None:
    """A figure as it is written where it is shown; None where rounding leaves nothing to divide by."""
    if shown in draft.quantiles:
        return draft.quantiles[shown].value
    if shown in draft.ratios:
        return _ratio(draft, profile, draft.ratios[shown])
    return rounded(draft.quantities[shown], profile.round_to)


def rounded(quantity: Quantity, base: int) -> int:
    """A count to the nearest multiple of the base, a half up. Amounts are no counts, and stay."""
    return quantity.value if quantity.kind == "amount" else (quantity.value + base // 2) // base * base


def statements(draft: Draft, profile: DisclosureProfile) -> Iterator[Statement]:
    """Of every figure that says more than others that are shown with it.

    A ratio of two shown quantities can be computed by the reader, and says nothing new. A quantile says nothing of any sum.
    """
    for quantity in draft.quantities.values():
        if quantity.is_shown:
            told = rounded(quantity, profile.round_to)
            base = 1 if quantity.kind == "amount" else profile.round_to
            below, above = base // 2, (base - 1) // 2
            yield Statement(quantity.key, ((quantity.key, Decimal(1)),), Decimal(told - below), Decimal(told + above))
    for ratio in draft.ratios.values():
        if len(draft.rests_on(ratio.key)) < 2:
            yield from _of_ratio(draft, profile, ratio)


def _ratio(draft: Draft, profile: DisclosureProfile, ratio: Ratio) -> Decimal | None:
    base = max(profile.round_to, profile.rates_from)
    over, under = (rounded(draft.quantities[k], base) for k in (ratio.over, ratio.under))
    if under == 0:
        return None
    return (ratio.per * over / under).quantize(Decimal(1).scaleb(-ratio.digits), rounding=ROUND_HALF_UP)


def _of_ratio(draft: Draft, profile: DisclosureProfile, ratio: Ratio) -> Iterator[Statement]:
    """value − half a digit ≤ per × over / under ≤ value + half a digit, both ends counted in.

    Of the rounded counts, and not of what they may have been: a reader who knows a count exactly knows what it rounds to.
    """
    value = _ratio(draft, profile, ratio)
    if value is None:
        return
    half, base = Decimal(5).scaleb(-ratio.digits - 1), max(profile.round_to, profile.rates_from)
    yield Statement(ratio.key, ((ratio.over, ratio.per), (ratio.under, half - value)), Decimal(0), None, base)
    yield Statement(ratio.key, ((ratio.over, ratio.per), (ratio.under, -half - value)), None, Decimal(0), base)
