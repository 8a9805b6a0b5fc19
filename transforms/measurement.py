"""Measurement: from canonical tables to the results of one period, for every outcome of the contract.

Each effect is estimated twice: in the period alone, and over all followed periods so far (`cumulative`), which is what
the terms of a cumulative contract are paid on. What cannot be measured says why.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from maalbar import definitions
from maalbar.contract import Contract
from maalbar.contract.outcomes import Outcome
from transforms import mortality, standard_population, totals
from transforms.cohort import Tables, wave_digests
from transforms.effect import Diagnostic, Estimate, NotMeasurable
from transforms.observed import Observed, is_survey
from transforms.outcome_effects import Effect, counted, surveyed
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


def measure(contract: Contract, tables: Tables, missing: Sequence[str], through: str) -> Results:
    """Measure everything up to a period. `tables`: canonical tables by name; `missing`: sources that never came."""
    seen = Observed(contract, tables, through)
    found = Results([], [], _cohort(seen, missing))
    holds = _mortality(seen, found)
    for outcome_id, outcome in contract.outcomes.items():
        why = _unmeasured(seen, outcome, missing)
        if why is not None:
            _add(found, outcome_id, outcome, {basis: Effect(why) for basis in bases(contract, through)})
            continue
        found.values.extend(_values(seen, outcome_id, outcome))
        measured = surveyed if is_survey(outcome) else counted
        effects = {basis: measured(seen, outcome, after) for basis, after in bases(contract, through).items()}
        if not is_survey(outcome):
            effects = {basis: Effect(holds[basis]) if basis in holds else effect for basis, effect in effects.items()}
        _add(found, outcome_id, outcome, effects)
    return found


def _unmeasured(seen: Observed, outcome: Outcome, missing: Sequence[str]) -> NotMeasurable | None:
    """Why nothing is counted for an outcome, if so. What has not come is not nothing: without its source all would be zeros."""
    absent = [source for source in missing if source in sources_of(seen.contract, outcome)]
    if absent:
        return NotMeasurable("no_delivery", tuple(absent))
    if not outcome.is_measured_here:
        return NotMeasurable("not_measured_here", (outcome.estimator,))
    if seen.lacks_municipality(outcome):
        return NotMeasurable("no_municipality")
    return None


def bases(contract: Contract, through: str) -> dict[str, tuple[str, ...]]:
    """Basis → the followed periods that it looks at; none in period 0."""
    if through == contract.calendar.periods[0].id:
        return {}
    return {"period": (through,), "cumulative": tuple(p.id for p in contract.calendar.until(through))}


def sources_of(contract: Contract, outcome: Outcome) -> list[str]:
    """The deliveries an outcome cannot do without: those of its own tables, and those that the cohort is selected from."""
    if not outcome.is_measured_here:
        return []
    rule = contract.cohort.eligibility
    needed = _fill(contract, outcome.indicator)
    if rule and rule.earlier_use:
        needed += _fill(contract, rule.earlier_use.indicator)
    cohort_tables = {"population", "benefits"} if rule and rule.benefit_codes else {"population"}
    return [s for s, delivery in contract.deliveries.items() if s in needed or delivery.table in cohort_tables]


def _fill(contract: Contract, indicator: str) -> list[str]:
    """The deliveries that fill the tables of an indicator."""
    filling = []
    for source, delivery in contract.deliveries.items():
        sector = delivery.constants.get("sector")
        for table, wanted in definitions.tables_of(indicator):
            if delivery.table == table and sector in (None, wanted or sector):
                filling.append(source)
    return filling


def _values(seen: Observed, outcome_id: str, outcome: Outcome) -> list[dict[str, Any]]:
    if is_survey(outcome):
        scores = seen.scores(outcome)
        baseline = [b.id for b in seen.contract.baseline.windows]
        shown = scores[scores["window_id"].isin(baseline) | (scores["phase"] == "after")]
        return totals.of_scores(outcome_id, shown, seen.invited(scores))
    standard = None if seen.is_open else standard_population.standard_of(seen.contract, seen.followed.members)
    return totals.of_rates(outcome_id, seen.rows(outcome), totals.kind_of(outcome.indicator), standard)


def _mortality(seen: Observed, found: Results) -> dict[str, NotMeasurable]:
    """Adds the mortality of both arms; basis → the refusal of counted outcomes where the contract lets mortality hold them."""
    if seen.is_open:
        return {}
    holds = {}
    for basis, after in bases(seen.contract, seen.through).items():
        check = mortality.check(seen.followed.counts.to_pandas(), after)
        found.diagnostics.append(_told("", basis, check))
        if check.verdict == "broken" and seen.contract.quality.mortality == "holds":
            ratio = check.figures["ratio"]
            holds[basis] = NotMeasurable("mortality", () if ratio is None else (f"{ratio:.1f}",))
    return holds


def _add(found: Results, outcome_id: str, outcome: Outcome, effects: Mapping[str, Effect]) -> None:
    for basis, effect in effects.items():
        found.effects.append(_row(outcome_id, outcome, basis, effect))
        found.diagnostics.extend(_told(outcome_id, basis, diagnostic) for diagnostic in effect.diagnostics)


def _row(outcome_id: str, outcome: Outcome, basis: str, effect: Effect) -> dict[str, Any]:
    numbers = ("change", "standard_error", "low", "high", "p_value", "detectable", "power")
    result = effect.result
    row: dict[str, Any] = {"outcome": outcome_id, "basis": basis, "estimator": outcome.estimator}
    row |= dict.fromkeys(
        (*numbers, "improvement", "units", "clusters", "is_approximate", "is_significant", "not_measurable")
    )
    if isinstance(result, NotMeasurable):
        return row | {"not_measurable": result.reason}
    if not isinstance(result, Estimate):
        return row | {"units": result}
    row |= {name: _rounded(getattr(result, name)) for name in numbers}
    row |= {name: getattr(result, name) for name in ("clusters", "is_approximate", "is_significant")}
    is_turned = outcome.better == "lower" and outcome.contrast != "level"
    return row | {"improvement": -row["change"] if is_turned else row["change"]}


def _rounded(number: float | None) -> Any:
    return None if number is None else rounded(number)


def _told(outcome_id: str, basis: str, diagnostic: Diagnostic) -> dict[str, Any]:
    """A diagnostic as it is stored: numbers as text with the declared decimals, so that digests do not depend on a machine."""
    figures = {
        name: str(rounded(value)) if isinstance(value, float) else value for name, value in diagnostic.figures.items()
    }
    return {
        "outcome": outcome_id,
        "basis": basis,
        "name": diagnostic.name,
        "verdict": diagnostic.verdict,
        "figures": figures,
    }


def _cohort(seen: Observed, missing: Sequence[str]) -> dict[str, Any]:
    """Who was followed: by arm and window, and the hash of each wave's members, which never changes once entered."""
    if seen.is_open:
        return {"kind": "open", "windows": totals.persons(seen.counted)}
    followed = seen.followed
    members = followed.members.to_pandas()
    known = seen.contract.cohort.known_before
    # Whoever is not known since nothing has come is not unknown.
    is_known = known is not None and not set(missing) & set(_fill(seen.contract, known.indicator))
    return {
        "kind": seen.contract.cohort.kind,
        "members": {arm: int(n) for arm, n in members["arm"].value_counts().sort_index().items()},
        "areas": {arm: int(n) for arm, n in members.groupby("arm")["area"].nunique().items()},
        "waves": wave_digests(followed.members),
        "windows": followed.counts.to_pylist(),
        "attrition": [row for row in followed.attrition if row["step"] != "known_before" or is_known],
    }
