"""From results to the facts of a statement: effects, rates, answers, value. Small cells are withheld here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from maalbar import definitions
from maalbar.contract.prices import EffectPrice, ProRata, UnitPrice
from maalbar.contract.versions import in_force
from maalbar.definitions import SurveyIndicator
from maalbar.documents.facts import EffectFact, RateFact, ValueFact
from maalbar.flow.answered import hides_percent, response_facts, told_reason
from maalbar.flow.cohort_figures import cohort_facts
from maalbar.flow.evidence import Evidence, Row
from maalbar.flow.looked import findings
from maalbar.flow.savings import avoided
from maalbar.flow.withheld import withheld
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
    reason = row["not_measurable"]
    if reason is not None:
        reason = told_reason(reason, hides_percent(evidence, period, outcome_id, basis))
    elif is_of_few(evidence, period, outcome_id, row.get("units")):
        change, reason = None, f"few_counted: {evidence.contract.quality.small_cell}"
    return EffectFact(
        outcome=outcome_id,
        title=outcome.title[evidence.language],
        contrast=outcome.contrast or "count",
        unit=definitions.indicator(outcome.indicator).unit[evidence.language],
        better=outcome.better,
        change=change,
        low=row.get("low"),
        high=row.get("high"),
        target=target,
        detectable=row.get("detectable"),
        p_value=row.get("p_value"),
        not_measurable=reason,
        response_percent=_response_percent(evidence, period, outcome_id),
        paid=price.kind != "none",
        estimator=row.get("estimator") or outcome.estimator,
        clusters=row.get("clusters") or "person",
        is_approximate=bool(row.get("is_approximate")),
        is_significant=row.get("is_significant"),
        power=row.get("power"),
        findings=findings(evidence, period, outcome_id, basis),
        censor=outcome.censor,
        is_replaced=_is_replaced(evidence, period, outcome_id),
        basis="cumulative" if basis == "cumulative" else "period",
    )


def _is_replaced(evidence: Evidence, period: str, outcome_id: str) -> bool:
    """Whether the way to the amount goes over the agreed fallback."""
    mine = (step for step in evidence.steps if (step.period, step.outcome) == (period, outcome_id))
    return any(stage.rule == "fallback" and "value" in stage.facts for step in mine for stage in step.trail)


def paid_basis(evidence: Evidence, outcome_id: str) -> str:
    """The basis an outcome is paid on, and so the one shown first."""
    counted = evidence.contract.outcomes[outcome_id].estimator == "count"
    return "cumulative" if evidence.contract.terms.basis == "cumulative" and not counted else "period"


def paid_for(evidence: Evidence, period: str) -> tuple[EffectFact, ...]:
    """The effects of the outcomes that somebody pays for, under the terms of the period, on the basis that each is paid on."""
    held = replace(evidence, contract=in_force(evidence.contract, period))
    paid = (name for name, outcome in held.contract.outcomes.items() if outcome.price.kind != "none")
    return tuple(effect_fact(held, period, name, paid_basis(held, name)) for name in paid)


def is_of_few(evidence: Evidence, period: str, outcome_id: str, units: int | None) -> bool:
    """Whether a number of units tells of few persons, where a unit is one."""
    price, small = evidence.contract.outcomes[outcome_id].price, evidence.contract.quality.small_cell
    if units is None or (isinstance(price, UnitPrice) and price.counts != "persons"):
        return False
    mine = (outcome_id, period, "treated")
    rows = (row for row in evidence.values[period] if (row["outcome"], row["window_id"], row["arm"]) == mine)
    return withheld(units, small) is None or any(_has_few(row, small) for row in rows)


def _response_percent(evidence: Evidence, period: str, outcome_id: str) -> int | None:
    """How many per cent of the treated answered in the period, as the table of responses tells it."""
    mine = (outcome_id, period, "treated")
    facts = (fact for fact in response_facts(evidence, period) if (fact.outcome, fact.window, fact.arm) == mine)
    return next((fact.percent for fact in facts), None)


def rate_facts(evidence: Evidence, period: str) -> tuple[RateFact, ...]:
    """The figures behind the effects: every outcome in every window, both arms, in the contract's order.

    A cell of few persons, or in which few had any, is hidden; with it all cells of an outcome of which a change is shown, for a
    change and the cells beside it give the last one.
    """
    contract = evidence.contract
    order = {outcome: position for position, outcome in enumerate(contract.outcomes)}
    windows = {w.id: position for position, w in enumerate(contract.windows_until(period))}
    small = contract.quality.small_cell
    followed = {(fact.arm, fact.period): fact.counts["persons"] for fact in cohort_facts(evidence, period).followed}
    answers = {(fact.outcome, fact.window, fact.arm): fact.answers for fact in response_facts(evidence, period)}
    all_hidden = {row["outcome"] for row in evidence.values[period] if _is_small(evidence, row)}
    all_hidden &= _with_a_change(evidence, period)
    facts = []
    for row in sorted(
        evidence.values[period],
        key=lambda r: (order[r["outcome"]], windows[r["window_id"]], r["arm"] != "treated"),
    ):
        outcome = contract.outcomes[row["outcome"]]
        indicator = definitions.indicator(outcome.indicator)
        is_survey = isinstance(indicator, SurveyIndicator)
        hidden = row["outcome"] in all_hidden or _is_small(evidence, row)
        cell = (row["outcome"], row["window_id"], row["arm"])
        persons = answers[cell] if is_survey else _persons(row, followed, small)
        facts.append(
            RateFact(
                outcome=row["outcome"],
                title=outcome.title[evidence.language],
                window=row["window_id"],
                arm=row["arm"],
                persons=persons,
                person_years=None if is_survey or hidden else row["person_years"],
                events=None if is_survey or hidden else int(row["quantity"]),
                value=None if hidden else row["value"],
                unit=indicator.unit[evidence.language],
                **_intervals(row, hidden),
            )
        )
    return tuple(facts)


def _persons(row: Row, followed: Mapping[tuple[Any, str], int | None], small: int) -> int | None:
    """The persons of a rate; withheld where the table of those followed withholds them, or differs from them by few."""
    cell = (row["arm"], row["window_id"])
    told, mine = followed.get(cell, row["persons"]), row["persons"]
    if told is None or mine is None or withheld(abs(told - mine), small) is None:
        return None
    return withheld(mine, small)


def _is_small(evidence: Evidence, row: Row) -> bool:
    """Whether a cell holds few persons, or what was counted in it is little, or of few, or a measuring room found it so."""
    small = evidence.contract.quality.small_cell
    if row["person_days"] is None:  # from another room, which tells of no days
        return row["quantity"] is None and row["value"] is None
    if withheld(row["persons"], small) is None:
        return True
    indicator = definitions.indicator(evidence.contract.outcomes[row["outcome"]].indicator)
    return not isinstance(indicator, SurveyIndicator) and (0 < row["quantity"] < small or _has_few(row, small))


def _has_few(row: Row, small: int) -> bool:
    """Whether few persons had any of what was counted; not known of what was measured before they were counted."""
    is_withheld = row["person_days"] is None and row["quantity"] is None
    return is_withheld or withheld(row.get("persons_with_any") or 0, small) is None


def _with_a_change(evidence: Evidence, period: str) -> set[str]:
    """The outcomes of which a change is told, by whatever estimator, over whatever windows."""
    found = {row["outcome"] for row in evidence.effects[period] if row["change"] is not None}
    for row in evidence.diagnostics[period]:
        if any(name.endswith("change") and value is not None for name, value in row["figures"].items()):
            found.add(row["outcome"])
    return found


def _intervals(row: dict[str, Any], hidden: bool) -> dict[str, Any]:
    """Limits and standardised rate; nothing of a hidden rate, whose count they would give away."""
    if hidden:
        return {}
    names = ("low", "high", "standardised", "standardised_low", "standardised_high")
    return {name: row[name] for name in (*names, "standardised_refused")}


def value_facts(evidence: Evidence, period: str) -> tuple[ValueFact, ...]:
    """Calculated value so far, of each outcome that the contract says the worth of. Never a payment.

    Withheld where the table of rates withholds a count that the units are the sum of.
    """
    contract = evidence.contract
    followed = [p.id for p in contract.calendar.until(period)]
    seen = evidence.measurements[period]["cohort"].get("seen")
    found = avoided(contract, evidence.effects[period], evidence.values[period], followed, "cumulative", seen)
    hidden = {
        rate.outcome
        for rate in rate_facts(evidence, period)
        if rate.arm == "treated" and rate.window in followed and rate.events is None
    }
    # Whole kroner: an estimate in øre would claim more than it knows.
    whole = minor_per_major(contract.terms.currency)
    facts = []
    for row in contract.value.units if contract.value else ():
        if row.outcome not in found:
            continue
        units, is_hidden = found[row.outcome], row.outcome in hidden
        worth = (units.expected - units.counted) * row.amount.minor / whole
        shown = {b: None if is_hidden else to_minor(worth * share) * whole for b, share in row.bearers.items()}
        facts.append(
            ValueFact(
                title=contract.title_of(row.outcome)[evidence.language],
                counted=None if is_hidden else units.counted,
                expected=None if is_hidden else units.expected,
                unit_minor=row.amount.minor,
                shares=dict(row.bearers),
                worth_minor=shown,
            )
        )
    return tuple(facts)


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
