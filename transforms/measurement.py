"""Measurement: from canonical tables to the results of one period, for every outcome of the contract.

Each effect is estimated twice: in the period alone, and over all followed periods so far (`cumulative`), which is what
the terms of a cumulative contract are paid on. What cannot be measured says why.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from maalbar import definitions
from maalbar.contract import Contract
from maalbar.contract.outcomes import Outcome
from maalbar.definitions import SurveyIndicator
from transforms import indicators, totals
from transforms.cohort import Followed, Tables, follow, wave_digests
from transforms.effect import Estimate, NotMeasurable, difference_in_differences
from transforms.response import survey_refusal
from transforms.totals import rounded


@dataclass(frozen=True)
class Results:
    """`values`: outcome × window × arm. `effects`: outcome × basis. `cohort`: who was followed, as plain data.

    `diagnostics`: outcome × basis × name, with `verdict` and `figures`; the outcome is empty for what is of the whole cohort.
    """

    values: list[dict[str, Any]]
    effects: list[dict[str, Any]]
    cohort: dict[str, Any]
    diagnostics: list[dict[str, Any]] = field(default_factory=list)


def measure(contract: Contract, tables: Tables, missing: list[str], through: str) -> Results:
    """Measure everything up to a period. `tables`: canonical tables by name; `missing`: sources that never came."""
    if contract.cohort.kind == "open":
        followed = None
        observed = indicators.observe_counts(contract, tables, through).to_pandas()
        scores = pd.DataFrame(columns=["person_id", "arm", "window_id", "phase", "indicator", "score"])
        invited = pd.DataFrame(columns=["window_id", "arm", "present_at_end"])
    else:
        followed = follow(contract, tables, through)
        observed = indicators.observe(contract, tables, followed, through).to_pandas()
        scores = indicators.survey_scores(contract, tables, followed, through)
        invited = followed.counts.to_pandas()
    years = {w.id: (float(w.years), w.days) for w in contract.windows_until(through)}
    length = observed["window_id"].map({k: y for k, (y, _) in years.items()}).astype("float64")
    days = observed["window_id"].map({k: d for k, (_, d) in years.items()}).astype("float64")
    observed["exposure"] = observed["person_days"] / days * length
    values, effects = [], []
    for outcome_id, outcome in contract.outcomes.items():
        if not outcome.is_measured_here:
            elsewhere = NotMeasurable("not_measured_here", (outcome.estimator,))
            effects += [_row(outcome_id, outcome, basis, elsewhere, []) for basis in _basis_names(contract, through)]
            continue
        if isinstance(definitions.indicator(outcome.indicator), SurveyIndicator):
            rows = scores[scores["indicator"] == outcome.indicator]
            baseline = [b.id for b in contract.baseline.windows]
            shown = rows[rows["window_id"].isin(baseline) | (rows["phase"] == "after")]
            counted = totals.of_scores(outcome_id, shown, invited)
            found = _survey_effects(contract, outcome, rows, invited, through)
        else:
            rows = observed[observed["indicator"] == outcome.indicator].copy()
            rows["quantity"] = rows["quantity"] / indicators.divisor(outcome.indicator)
            counted = totals.of_rates(outcome_id, rows)
            found = _effects(contract, outcome, rows, through)
        absent = [source for source in missing if source in sources_of(contract, outcome)]
        # What has not come is not nothing: a count without its source would be zeros.
        values += [] if absent else counted
        effects += [_row(outcome_id, outcome, basis, result, absent) for basis, result in found]
    return Results(values, effects, _cohort(contract, followed, observed, through))


def sources_of(contract: Contract, outcome: Outcome) -> list[str]:
    """The deliveries an outcome cannot do without: those of its own table, and those that the cohort is selected from."""
    counted_from = definitions.tables_of(outcome.indicator)
    rule = contract.cohort.eligibility
    cohort_tables = {"population", "benefits"} if rule and rule.benefit_codes else {"population"}
    needed = []
    for source, delivery in contract.deliveries.items():
        sector = delivery.constants.get("sector")
        own = any(delivery.table == table and sector in (None, wanted or sector) for table, wanted in counted_from)
        if own or delivery.table in cohort_tables:
            needed.append(source)
    return needed


def _effects(contract: Contract, outcome: Outcome, rows: pd.DataFrame, through: str) -> Iterator[tuple[str, Any]]:
    """(basis, Estimate, NotMeasurable or number of units) of a counted outcome."""
    if through == contract.calendar.periods[0].id:
        return
    for basis, after in _bases(contract, through):
        if outcome.estimator == "count":
            mine = rows[rows["window_id"].isin(after) & (rows["arm"] == "treated")]
            yield basis, int(mine["quantity"].sum())
            continue
        frame = rows[rows["window_id"].isin(after) | (rows["phase"] == "baseline")]
        yield basis, _did(frame, frame["phase"] == "follow_up", outcome, contract)


def _survey_effects(
    contract: Contract, outcome: Outcome, rows: pd.DataFrame, invited: pd.DataFrame, through: str
) -> Iterator[tuple[str, Any]]:
    """(basis, Estimate or NotMeasurable) of a survey: answers before entry against those after, one per person-window."""
    if through == contract.calendar.periods[0].id:
        return
    for basis, after in _bases(contract, through):
        refusal = survey_refusal(rows, invited, after, contract.quality)
        before = rows["phase"] == "before"
        frame = rows[before | rows["window_id"].isin(after)].rename(columns={"score": "quantity"}).assign(exposure=1.0)
        yield basis, refusal or _did(frame, frame["phase"] == "after", outcome, contract)


def _did(frame: pd.DataFrame, is_after: pd.Series, outcome: Outcome, contract: Contract) -> Estimate | NotMeasurable:
    person = frame.assign(is_after=is_after, is_treated=frame["arm"] == "treated")
    summed = person.groupby(["person_id", "is_treated", "is_after"], as_index=False)[["quantity", "exposure"]].sum()
    return difference_in_differences(summed, str(outcome.contrast), contract.quality.min_events)


def _basis_names(contract: Contract, through: str) -> list[str]:
    """The bases that effects are estimated on in a period: none in period 0."""
    if through == contract.calendar.periods[0].id:
        return []
    return [name for name, _ in _bases(contract, through)]


def _bases(contract: Contract, through: str) -> list[tuple[str, list[str]]]:
    return [("period", [through]), ("cumulative", [p.id for p in contract.calendar.until(through)])]


def _row(outcome_id: str, outcome: Outcome, basis: str, result: Any, absent: list[str]) -> dict[str, Any]:
    row: dict[str, Any] = {"outcome": outcome_id, "basis": basis, "units": None, "not_measurable": None}
    names = ("change", "standard_error", "low", "high", "p_value", "detectable")
    row |= dict.fromkeys((*names, "improvement"))
    if absent:
        return row | {"not_measurable": NotMeasurable("no_delivery", tuple(absent)).reason}
    if isinstance(result, NotMeasurable):
        return row | {"not_measurable": result.reason}
    if isinstance(result, int):
        return row | {"units": result}
    row |= {name: rounded(getattr(result, name)) for name in names}
    return row | {"improvement": -row["change"] if outcome.better == "lower" else row["change"]}


def _cohort(contract: Contract, followed: Followed | None, observed: pd.DataFrame, through: str) -> dict[str, Any]:
    """Who was followed: by arm and window, and the hash of each wave's members, which never changes once entered."""
    if followed is None:
        seen = observed.drop_duplicates([*totals.CELL, "person_id"]).groupby(totals.CELL, sort=True).size()
        return {"kind": "open", "windows": seen.rename("persons").reset_index().to_dict("records")}
    members = followed.members.to_pandas()
    areas = members.groupby("arm")["area"].nunique()
    return {
        "kind": contract.cohort.kind,
        "members": {arm: int(n) for arm, n in members["arm"].value_counts().sort_index().items()},
        "areas": {arm: int(n) for arm, n in areas.items()},
        "waves": wave_digests(followed.members),
        "windows": followed.counts.to_pylist(),
    }
