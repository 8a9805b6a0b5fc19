"""Material: the rows that an effect is estimated from, what the contract asks of them, and what is found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from maalbar import definitions
from maalbar.contract.measuring import Quality
from maalbar.contract.outcomes import Outcome
from transforms.effect.estimate import Diagnostic, Estimate, NotMeasurable


@dataclass(frozen=True)
class Material:
    """What an effect is estimated from: one row per person-window with time at risk (or an answer).

    `rows`: person_id, arm, area, wave_id, window_id, phase (`baseline` or `follow_up`; a survey's before and after are mapped
    to these), quantity (the indicator's unit), exposure (person-years, or 1 per answer), age (whole years at entry), sex,
    has_benefit. `historical`: the same columns with phase `historical`, of treated areas alone.
    """

    rows: pd.DataFrame
    historical: pd.DataFrame | None
    baseline: tuple[str, ...]
    """Window ids in order of time."""
    after: tuple[str, ...]
    """The followed windows that this basis looks at."""
    selected_on_use: bool
    """Whether the contract selects on earlier use of contacts."""
    age_bands: tuple[int, ...] = (0, 60, 70, 80)
    """The lowest age of each band that persons are matched by."""
    waves: tuple[str, ...] = ()
    """Wave ids in order of entry; left out: in the order of their names."""

    @property
    def looked_at(self) -> pd.DataFrame:
        """The rows before, and those of the windows that this basis looks at."""
        return self.rows[(self.rows["phase"] == "baseline") | self.rows["window_id"].isin(self.after)]

    @property
    def waves_in_order(self) -> tuple[str, ...]:
        return self.waves or tuple(sorted(self.rows["wave_id"].dropna().unique()))


@dataclass(frozen=True)
class Asked:
    """What the contract asks of an estimate. `target`: the promised change signed as measured, in the unit of the contrast."""

    contrast: str
    min_events: int
    clusters: str = "person"
    few_areas: str = "approximate"
    target: float | None = None
    is_amount: bool = False
    """Whether the indicator's units are no events (`definitions.is_amount`)."""
    small_cell: int = 2
    """The fewest persons that a cell may hold: `quality.small_cell`."""

    @classmethod
    def of(cls, outcome: Outcome, quality: Quality, target: float | None) -> Asked:
        """`target` as the contract writes it: an improvement is positive."""
        is_amount = definitions.is_amount(outcome.indicator)
        signed = -target if target is not None and outcome.better == "lower" else target
        return cls(
            str(outcome.contrast),
            quality.min_events,
            outcome.clusters,
            quality.few_areas,
            signed,
            is_amount,
            quality.small_cell,
        )


@dataclass(frozen=True)
class Finding:
    """The effect by the estimator that the contract names, those that its fallback names, and what was seen on the way."""

    result: Estimate | NotMeasurable
    estimator: str
    others: Mapping[str, Estimate | NotMeasurable]
    diagnostics: tuple[Diagnostic, ...]


def before_and_after(rows: pd.DataFrame, is_after: pd.Series) -> pd.DataFrame:
    """One row per person × (before, after), with time: person_id, area, is_treated, is_after, quantity, exposure."""
    found = rows.assign(is_after=is_after.astype(bool), is_treated=rows["arm"] == "treated")
    found = found[found["exposure"] > 0]
    keys = ["person_id", "area", "is_treated", "is_after"]
    return found.groupby(keys, as_index=False, sort=True, dropna=False)[["quantity", "exposure"]].sum()
