"""Prices on an effect: what a figure is worth when all of the price is earned."""

from __future__ import annotations

from itertools import pairwise

from maalbar.contract.prices import EffectPrice, Interpolated, ProRata, SavingsShare, Tiers
from maalbar.documents.workbook.formulas import Formula, f, total
from maalbar.documents.workbook.moment import Moment


def maximum_of(moment: Moment, outcome_id: str, price: ProRata) -> Formula:
    """The full price in minor units: its own maximum, or its weight of the pot, split by largest remainder."""
    if price.maximum is not None:
        return moment.book.amount("maximum", moment.title(outcome_id), price.maximum.minor, price.source)
    pot = moment.terms.terms.pot
    assert pot is not None
    weights = []
    for name, outcome in moment.terms.outcomes.items():
        if isinstance(outcome.price, ProRata) and outcome.price.weight is not None:
            share = moment.book.term("weight", moment.title(name), outcome.price.weight, "share", outcome.price.source)
            weights.append(((name, "", ""), f"ROUND({share}*100000000000,0)"))
    found = moment.book.split("pot", moment.book.amount("pot", "", pot.minor), weights)
    return found[outcome_id, "", ""]


def attained(moment: Moment, outcome_id: str, price: ProRata, figure: str, least: int) -> Formula:
    """The part of the target that a figure reaches."""
    target = moment.book.figure("target", moment.title(outcome_id), price.target, price.source)
    return f(f"MIN(MAX({figure}/{target},{least}),1)")


def worth(moment: Moment, outcome_id: str, price: EffectPrice, figure: str, least: int) -> Formula:
    """What a figure earns, in minor units, not rounded. `least`: 0, or -1 where losses count."""
    if isinstance(price, ProRata):
        part = moment.book.step("attained", attained(moment, outcome_id, price, figure, least), "share")
        return f(f"{maximum_of(moment, outcome_id, price)}*{part}")
    if isinstance(price, Tiers):
        return _tier(moment, outcome_id, price, figure)
    assert isinstance(price, Interpolated)
    return _on_table(moment, outcome_id, price, figure)


def _tier(moment: Moment, outcome_id: str, price: Tiers, figure: str) -> Formula:
    formula = "NA()"
    for number, tier in reversed(list(enumerate(price.tiers, start=1))):
        about = f"{moment.title(outcome_id)}: {number}"
        inside = ",".join(f"{figure}{sign}{bound}" for sign, bound in moment.book.bounds("tier", about, tier))
        amount = moment.book.amount("tier_amount", about, tier.amount.minor, price.source)
        formula = f"IF(AND({inside}),{amount},{formula})"
    return f(formula)


def _on_table(moment: Moment, outcome_id: str, price: Interpolated, figure: str) -> Formula:
    points = []
    for number, point in enumerate(price.points, start=1):
        about = f"{moment.title(outcome_id)}: {number}"
        at = moment.book.figure("point", about, point.at, price.source)
        if point.amount is not None:
            pays = moment.book.amount("point_amount", about, point.amount.minor, price.source)
        else:
            assert price.of is not None
            rate = moment.book.term("point_rate", about, point.rate, "share", price.source)
            pays = f(f"{moment.book.amount('rate_of', moment.title(outcome_id), price.of.minor, price.source)}*{rate}")
        points.append((at, pays))
    formula = points[-1][1]
    for (left, low), (right, high) in reversed(list(pairwise(points))):
        line = f"({low})+({high}-{low})*({figure}-{left})/({right}-{left})"
        formula = f(f"IF({figure}<{right},{line if price.interpolation == 'linear' else low},{formula})")
    return f(f"IF({figure}<{points[0][0]},{points[0][1] if price.under_first == 'first' else 0},{formula})")


def of_savings(moment: Moment, outcome_id: str, price: SavingsShare, saved: str, base: str) -> Formula:
    """The share of all savings so far, in minor units: one until `break_even` is paid, then the other."""
    book, title = moment.book, moment.title(outcome_id)
    first = book.term("before_break_even", title, price.before_break_even, "share", price.source)
    then = book.term("after_break_even", title, price.after_break_even, "share", price.source)
    if price.break_even is not None:
        even = book.amount("break_even", title, price.break_even.minor, price.source)
    else:
        capital = moment.terms.terms.capital
        even = total(
            book.amount("drawdown", f"{book.names[d.investor]} {d.dated}", d.amount.minor, capital.source)
            for d in capital.drawdowns
            if d.dated <= moment.pay_day
        )
    even = book.step("break_even_left", f"MAX({even}-{base},0)")
    beyond = f"{even}+{then}*({saved}-{even}/{first})"
    return book.step(
        "savings_share", f"IF({first}=0,{then}*{saved},IF({first}*{saved}<={even},{first}*{saved},{beyond}))", "exact"
    )
