"""Matched comparison: the treated against those of the comparison areas who were like them on the day of entry.

The effect is that on the matched treated: their rate afterwards against the weighted rate of their matches. Weights are taken as
given in the error, which makes it a little too wide where the traits tell much of the outcome (Abadie & Imbens 2006). What it
assumes: nothing that was not known at entry tells the arms apart.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from maalbar.contract.measuring import Quality
from maalbar.contract.outcomes import Matching
from transforms.effect import matching as by_traits
from transforms.effect.comparison import compare
from transforms.effect.estimate import Diagnostic, Estimate, NotMeasurable
from transforms.effect.material import Asked, Material, before_and_after


@dataclass(frozen=True)
class Balance:
    """Standardised differences between the arms, by trait, before and after matching; and how many treated have no match."""

    before: Mapping[str, float]
    after: Mapping[str, float]
    treated: int
    unmatched: int

    @property
    def worst(self) -> float:
        return max(abs(value) for value in self.after.values())


def estimate(
    material: Material, asked: Asked, matching: Matching | None, quality: Quality
) -> tuple[Estimate | NotMeasurable, Balance | None]:
    """The effect on the matched, and the balance behind it. Refuses a trait that stays further apart than the contract allows."""
    if matching is None:
        return NotMeasurable("no_match"), None
    frame = before_and_after(material.looked_at, material.looked_at["phase"] == "follow_up")
    frame = frame[frame["is_after"]]
    found = by_traits.persons(material.looked_at, frame["person_id"])
    weight = by_traits.weights(found, matching, material.age_bands)
    if isinstance(weight, NotMeasurable):
        return weight, None
    balance = balance_of(found, weight, matching)
    if balance.worst > float(quality.max_imbalance):
        return NotMeasurable("imbalance", (f"{balance.worst:.2f}", f"{quality.max_imbalance:.2f}")), balance
    weighted = frame.assign(weight=frame["person_id"].map(weight))
    return compare(weighted[weighted["weight"] > 0], "arms", asked), balance


def balance_of(found: pd.DataFrame, weight: pd.Series, matching: Matching) -> Balance:
    """Differences of means over the root of the mean of both arms' variances before matching (Austin 2009)."""
    traits = {"age": found["age"], "sex": (found["sex"] == "F").astype(float),
              "benefit": found["benefit"].astype(float), "earlier_use": found["earlier_use"]}  # fmt: skip
    treated = found["is_treated"]
    before: dict[str, float] = {}
    after: dict[str, float] = {}
    for name in matching.by:
        known = traits[name].notna()
        mine, theirs = traits[name][treated & known], traits[name][~treated & known]
        spread = float(np.sqrt((mine.var() + theirs.var()) / 2)) if min(len(mine), len(theirs)) > 1 else 0.0
        before[name] = _over(float(mine.mean() - theirs.mean()), spread)
        apart = _mean(mine, weight[mine.index]) - _mean(theirs, weight[theirs.index])
        after[name] = _over(apart, spread)
    return Balance(before, after, int(treated.sum()), int((weight[treated] == 0).sum()))


def _mean(values: pd.Series, weight: pd.Series) -> float:
    return float((values * weight).sum() / weight.sum()) if weight.sum() > 0 else float("nan")


def _over(apart: float, spread: float) -> float:
    """A trait that nobody differs in is balanced; one that only the arms differ in is not, by any measure."""
    if not np.isfinite(apart):
        return 0.0
    return apart / spread if spread > 0 else (0.0 if abs(apart) < 1e-12 else float("inf"))


def check(balance: Balance, limit: float) -> Diagnostic:
    """`check.balance`: held where every trait is within the contract's limit."""
    figures: dict[str, float | int | str | None] = {"assumption": "alike_in_what_was_known"}
    for when, apart in (("before", balance.before), ("after", balance.after)):
        # What only the arms differ in is infinitely far apart, which is no number to store.
        figures |= {f"{name}_{when}": value if np.isfinite(value) else None for name, value in apart.items()}
    figures |= {"treated": balance.treated, "unmatched": balance.unmatched, "limit": limit}
    return Diagnostic("check.balance", "held" if balance.worst <= limit else "broken", figures)
