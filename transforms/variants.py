"""Variants: the same effect of others, or under another rule of follow-up, beside the one that counts. None is paid on.

Those that need no other rows than the effect itself (the first wave, other ways to an interval) are `transforms.effect`'s.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pandas as pd

from maalbar.contract.outcomes import Outcome
from transforms.effect import Diagnostic, Material
from transforms.effect.find import estimate, shown
from transforms.effect.material import Asked
from transforms.observed import Observed
from transforms.paired import paired

Variants = tuple[Diagnostic, ...]


def of_counted(seen: Observed, outcome: Outcome, material: Material) -> Variants:
    """Without the time after a move to the other arm; without the last days of life."""
    if outcome.estimator == "trial":
        return ()
    return tuple(_of_counted(seen, outcome, material))


def _of_counted(seen: Observed, outcome: Outcome, material: Material) -> Iterator[Diagnostic]:
    quality = seen.contract.quality
    if "crossover" not in outcome.censor:
        yield _told(seen, outcome, _under(seen, outcome, material, without=("crossover",)), "crossovers_censored")
    if quality.last_days:
        found = _told(seen, outcome, _under(seen, outcome, material, last_days=quality.last_days), "without_last_days")
        yield replace(found, figures={**found.figures, "days": quality.last_days})


def of_survey(seen: Observed, outcome: Outcome, material: Material, other: str, rows: pd.DataFrame) -> Variants:
    """Of those who answered both before and after; weighted for non-response or not, whichever does not count."""
    both = paired(material.looked_at)
    pairs = _told(seen, outcome, replace(material, rows=both), "paired")
    pairs = replace(pairs, figures={**pairs.figures, "persons": int(both["person_id"].nunique())})
    return (pairs, _told(seen, outcome, replace(material, rows=rows), other))


def _under(
    seen: Observed, outcome: Outcome, material: Material, without: tuple[str, ...] = (), last_days: int = 0
) -> Material:
    """The material under another rule of follow-up, of those of now and, where they are compared with, those of before."""
    rows = seen.rows(outcome, without=without, last_days=last_days)
    past = material.historical
    if outcome.estimator == "historical_baseline":
        past = seen.historical(outcome, without=without, last_days=last_days)
    return replace(material, rows=rows, historical=past)


def _told(seen: Observed, outcome: Outcome, material: Material, name: str) -> Diagnostic:
    quality = seen.contract.quality
    asked = Asked.of(outcome, quality, None)
    found, _ = estimate(outcome.estimator, outcome, quality, material, asked)
    return shown(f"variant.{name}", found)
