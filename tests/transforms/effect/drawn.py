"""Drawn material: persons of areas, counted in windows, with what a test says of them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from maalbar.contract.measuring import Quality
from maalbar.contract.outcomes import Outcome
from transforms.effect import Material

WINDOWS = ("b1", "b2", "b3", "f1")
"""Three baseline windows and one followed."""


def outcome(estimator: str = "difference_in_differences", **given: Any) -> Outcome:
    """An unpaid outcome: a ratio of acute contacts, better when lower, where nothing else is said."""
    shown = {"title": {"da": "Udfald", "en": "Outcome"}, "indicator": "acute_hospital_contacts@1", "better": "lower"}
    price = {"kind": "none", "source": "illustrative"}
    return Outcome.model_validate(
        shown | {"estimator": estimator, "contrast": "ratio", "price": price, "source": "illustrative"} | given
    )


def quality(**given: Any) -> Quality:
    limits = {"max_quarantined": "5 %", "min_response": "40 %", "max_response_gap": "10 %"}
    return Quality.model_validate(limits | {"source": "illustrative"} | given)


def material(
    seed: int = 1,
    *,
    rates: dict[str, tuple[float, ...]] | None = None,
    areas: tuple[int, int] = (3, 6),
    people: int = 20,
    shock: float = 0.0,
    waves: tuple[str, ...] = ("w1",),
    selected_on_use: bool = False,
    historical_rate: float | None = None,
) -> Material:
    """Persons of `areas` (treated, comparison), `people` in each; `rates` by arm and window; shocks on the last window."""
    chance = np.random.default_rng(seed)
    rates = rates or {"treated": (2, 2, 2, 2), "comparison": (2, 2, 2, 2)}
    rows, earlier = [], []
    for arm, count in zip(("treated", "comparison"), areas, strict=True):
        size = count * people
        known = pd.DataFrame(
            {
                "person_id": [f"{arm[0]}{number}" for number in range(size)],
                "arm": arm,
                "area": [f"{arm} {number % count}" for number in range(size)],
                "wave_id": [waves[number % len(waves)] for number in range(size)],
                "age": chance.integers(60, 90, size),
                "sex": np.where(chance.random(size) < 0.5, "F", "M"),
                "has_benefit": chance.random(size) < 0.3,
            }
        )
        level = chance.gamma(2.0, 0.5, size)
        shocks = np.exp(chance.normal(0, shock, count))[np.arange(size) % count] if shock else np.ones(size)
        for window, rate in zip(WINDOWS, rates[arm], strict=True):
            phase = "follow_up" if window == "f1" else "baseline"
            exposure = chance.uniform(0.5, 1.0, size)
            mean = rate * level * exposure * (shocks if phase == "follow_up" else 1.0)
            counted = {"window_id": window, "phase": phase, "quantity": chance.poisson(mean).astype(float)}
            rows.append(known.assign(**counted, exposure=exposure))
            if arm == "treated" and historical_rate is not None and phase == "baseline":
                counted = {"phase": "historical", "quantity": chance.poisson(historical_rate * exposure).astype(float)}
                earlier.append(rows[-1].assign(**counted, person_id=known["person_id"] + window))
    return Material(
        rows=pd.concat(rows, ignore_index=True),
        historical=pd.concat(earlier, ignore_index=True) if earlier else None,
        baseline=WINDOWS[:3],
        after=WINDOWS[3:],
        selected_on_use=selected_on_use,
    )


def frame(of: Material) -> pd.DataFrame:
    """One row per person × (before, after), worked out by the plainest means."""
    rows = of.rows.assign(is_after=of.rows["phase"] == "follow_up", is_treated=of.rows["arm"] == "treated")
    keys = ["person_id", "area", "is_treated", "is_after"]
    return rows.groupby(keys, as_index=False)[["quantity", "exposure"]].sum()


def renamed(of: pd.DataFrame, seed: int) -> pd.DataFrame:
    """The same rows in another order, with other names of persons and areas."""
    return of.sample(frac=1.0, random_state=seed).assign(
        person_id=lambda rows: rows["person_id"].map(lambda name: f"x{str(name)[::-1]}"),
        area=lambda rows: rows["area"].map(lambda name: f"y{str(name)[::-1]}"),
    )
