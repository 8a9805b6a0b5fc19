"""Group-time effects: each wave's own difference in differences in each window, and their average.

ATT(g, t) of Callaway & Sant'Anna (2021), without covariates and with those never treated as comparison: the change of wave g from
its base to window t, less the change of those it is compared with. No wave serves as comparison for another, so an effect that
grows with time cannot pass for a trend. The average weighs each (g, t) by the treated persons of its wave. A ratio is averaged
on the log scale. Weights are taken as given in the error.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from transforms.effect.comparison import estimate_of
from transforms.effect.contrast import Contrast, fit, refusal
from transforms.effect.estimate import Estimate, NotMeasurable
from transforms.effect.material import Asked, before_and_after


@dataclass(frozen=True)
class GroupTime:
    """`effects`: (wave, window) → its own effect. `average` over those that could be estimated, or why there is none."""

    effects: Mapping[tuple[str, str], Estimate | NotMeasurable]
    average: Estimate | NotMeasurable


def group_time_effects(
    rows: pd.DataFrame, base: Mapping[str, Sequence[str]], after: Mapping[str, Sequence[str]], asked: Asked
) -> GroupTime:
    """Estimate the effect of every wave in every window.

    `rows`: person_id, arm, area, wave_id, window_id, quantity, exposure. `base`: wave → the windows before it that count as its
    baseline; `after`: wave → the windows that its effect is looked at in. A wave is compared with the comparison persons of the
    same wave, and with those of no wave, who are compared with every one.
    """
    effects: dict[tuple[str, str], Estimate | NotMeasurable] = {}
    parts: list[tuple[float, Contrast, pd.DataFrame]] = []
    for wave, windows in after.items():
        mine = rows[(rows["wave_id"] == wave) | ((rows["arm"] == "comparison") & rows["wave_id"].isna())]
        persons = mine.loc[mine["arm"] == "treated", "person_id"].nunique()
        for window in windows:
            chosen = mine[mine["window_id"].isin([*base[wave], window])]
            frame = before_and_after(chosen, chosen["window_id"] == window)
            refused = refusal(frame, "both", asked.contrast, asked.min_events, asked.is_amount, asked.small_cell)
            if refused:
                effects[wave, window] = refused
                continue
            found = fit(frame, "both", asked.contrast)
            effects[wave, window] = estimate_of(found, asked)
            parts.append((persons, found, frame))
    return GroupTime(effects, _average(parts, asked))


def _average(parts: list[tuple[float, Contrast, pd.DataFrame]], asked: Asked) -> Estimate | NotMeasurable:
    """The weighted average; a person's influence is the weighted sum of those in every effect that the person is part of."""
    if not parts:
        return NotMeasurable("no_data")
    total = sum(persons for persons, _, _ in parts)
    pieces = [
        pd.DataFrame(
            {
                "person_id": frame["person_id"].drop_duplicates().to_numpy(),
                "influence": found.influence * persons / total,
                "size": found.size * persons / total,
                "is_treated": found.is_treated,
                "area": frame.drop_duplicates("person_id")["area"].to_numpy(),
            }
        )
        for persons, found, frame in parts
    ]
    keys = ["person_id", "area", "is_treated"]
    person = pd.concat(pieces).groupby(keys, as_index=False, dropna=False)[["influence", "size"]].sum()
    combined = Contrast(
        effect=sum(persons * found.effect for persons, found, _ in parts) / total,
        influence=person["influence"].to_numpy(float),
        is_treated=person["is_treated"].to_numpy(bool),
        area=pd.factorize(person["area"], sort=True)[0],
        size=person["size"].to_numpy(float),
        correction=float(np.mean([found.correction for _, found, _ in parts])),
    )
    return estimate_of(combined, asked)
