"""From results to the facts of a statement: effects, cohort, rates, value. Small cells are withheld here."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from maalbar import definitions
from maalbar.contract.prices import EffectPrice, ProRata
from maalbar.definitions import SurveyIndicator
from maalbar.documents.facts import CohortFact, EffectFact, RateFact
from maalbar.documents.refusals import in_danish
from maalbar.flow.evidence import Evidence
from maalbar.flow.savings import saved_by_task
from maalbar.money import minor_per_major, to_minor
from transforms.without_effect import Uncertainty, expected_without_effect


def effect_fact(evidence: Evidence, period: str, outcome_id: str, basis: str) -> EffectFact:
    """One outcome of a period on one basis (`period` or `cumulative`)."""
    outcome = evidence.contract.outcomes[outcome_id]
    row: dict[str, Any] = evidence.effect(period, outcome_id, basis) or {"not_measurable": "no_result"}
    price = outcome.price
    target = None
    if isinstance(price, ProRata) and price.target.unit != "units":
        target = -price.target.value if outcome.better == "lower" else price.target.value
    change = Decimal(row["units"]) if row.get("units") is not None else row.get("change")
    return EffectFact(
        outcome=outcome_id,
        title=outcome.title["da"],
        contrast=outcome.contrast or "count",
        unit=definitions.indicator(outcome.indicator).unit["da"],
        better=outcome.better,
        change=change,
        low=row.get("low"),
        high=row.get("high"),
        target=target,
        detectable=row.get("detectable"),
        p_value=row.get("p_value"),
        not_measurable=in_danish(row["not_measurable"]) if row["not_measurable"] else None,
        response_percent=_response(evidence, period, outcome_id),
        paid=price.kind != "none",
    )


def paid_basis(evidence: Evidence, outcome_id: str) -> str:
    """The basis an outcome is paid on, and so the one shown first."""
    counted = evidence.contract.outcomes[outcome_id].estimator == "count"
    return "cumulative" if evidence.contract.terms.basis == "cumulative" and not counted else "period"


def _response(evidence: Evidence, period: str, outcome_id: str) -> int | None:
    indicator = definitions.indicator(evidence.contract.outcomes[outcome_id].indicator)
    if not isinstance(indicator, SurveyIndicator):
        return None
    for row in evidence.values[period]:
        if (row["outcome"], row["window_id"], row["arm"]) == (outcome_id, period, "treated") and row["invited"]:
            return round(100 * row["persons"] / row["invited"])
    return None


def cohort_fact(evidence: Evidence, period: str) -> CohortFact:
    """Who was followed in the follow-up so far: members, deaths and moves since entry, mortality per 100 person-years."""
    contract, cohort = evidence.contract, evidence.measurements[period]["cohort"]
    small = contract.quality.small_cell
    arms = contract.cohort.arms
    if cohort["kind"] == "open":
        persons = {row["arm"]: row["persons"] for row in cohort["windows"] if row["window_id"] == period}
        treated, comparison = persons.get("treated", 0), persons.get("comparison", 0)
        return CohortFact(
            withheld(treated, small),
            None,
            None,
            withheld(comparison, small),
            len(arms.comparison.areas),
            None,
            None,
        )
    followed = {p.id for p in contract.calendar.until(period)}
    deaths, days, movers = {"treated": 0, "comparison": 0}, {"treated": 0, "comparison": 0}, 0
    for row in cohort["windows"]:
        if row["window_id"] in followed:
            deaths[row["arm"]] += row["deaths"]
            days[row["arm"]] += row["person_days"]
        if (row["window_id"], row["arm"]) == (period, "treated"):
            movers = row["movers"]
    rate = {
        arm: Decimal(deaths[arm]) * 36525 / days[arm] if days[arm] and deaths[arm] >= small else None for arm in days
    }
    return CohortFact(
        treated=withheld(cohort["members"].get("treated", 0), small),
        died=withheld(deaths["treated"], small),
        moved=withheld(movers, small),
        comparison=withheld(cohort["members"].get("comparison", 0), small),
        comparison_areas=cohort["areas"].get("comparison", 0),
        mortality_treated=rate["treated"],
        mortality_comparison=rate["comparison"],
    )


def withheld(count: int, small: int) -> int | None:
    """The count, or None where it is from 1 to below the small-cell limit. Nothing is nothing, and is shown."""
    return None if 0 < count < small else count


def rate_facts(evidence: Evidence, period: str) -> tuple[RateFact, ...]:
    """The figures behind the effects: every outcome in every window, both arms, in the contract's order."""
    contract = evidence.contract
    order = {outcome: position for position, outcome in enumerate(contract.outcomes)}
    windows = {w.id: position for position, w in enumerate(contract.windows_until(period))}
    small = contract.quality.small_cell
    facts = []
    for row in sorted(
        evidence.values[period],
        key=lambda r: (order[r["outcome"]], windows[r["window_id"]], r["arm"] != "treated"),
    ):
        outcome = contract.outcomes[row["outcome"]]
        indicator = definitions.indicator(outcome.indicator)
        is_survey = isinstance(indicator, SurveyIndicator)
        hidden = 0 < row["persons"] < small or (not is_survey and 0 < row["quantity"] < small)
        facts.append(
            RateFact(
                outcome=row["outcome"],
                title=outcome.title["da"],
                window=row["window_id"],
                arm=row["arm"],
                persons=withheld(row["persons"], small),
                person_years=None if is_survey or hidden else row["person_years"],
                events=None if is_survey or hidden else int(row["quantity"]),
                value=None if hidden else row["value"],
                unit=indicator.unit["da"],
            )
        )
    return tuple(facts)


def value_minor(evidence: Evidence, period: str) -> dict[str, int]:
    """Calculated value so far by bearer, in minor units. Never a payment."""
    contract = evidence.contract
    followed = [p.id for p in contract.calendar.until(period)]
    saved = saved_by_task(contract, evidence.effects[period], evidence.values[period], followed, "cumulative")
    totals: dict[str, Decimal] = {}
    for row in contract.value.units if contract.value else ():
        for bearer, share in row.bearers.items() if row.outcome in saved else ():
            totals[bearer] = totals.get(bearer, Decimal(0)) + saved[row.outcome] * share
    # Whole kroner: an estimate in øre would claim more than it knows.
    whole = minor_per_major(contract.terms.currency)
    return {bearer: to_minor(total) * whole for bearer, total in totals.items()}


def without_effect_minor(evidence: Evidence, period: str) -> int:
    """What the terms would pay on average through a period if nothing worked."""
    contract = evidence.contract
    errors = {}
    for outcome_id, outcome in contract.outcomes.items():
        row = evidence.effect(period, outcome_id, paid_basis(evidence, outcome_id))
        if isinstance(outcome.price, EffectPrice) and row and row["standard_error"] is not None:
            errors[outcome_id] = Uncertainty(row["change"], row["standard_error"])
    # Whole kroner, as for every estimate.
    return round(expected_without_effect(contract, errors, period) / 100) * 100
