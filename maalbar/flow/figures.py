"""From results to the facts of a statement: effects, rates, answers, value. Small cells are withheld here."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from maalbar import definitions
from maalbar.contract.prices import EffectPrice, ProRata
from maalbar.definitions import SurveyIndicator
from maalbar.documents.facts import EffectFact, RateFact, ResponseFact
from maalbar.documents.refusals import in_danish
from maalbar.flow.evidence import Evidence
from maalbar.flow.looked import findings
from maalbar.flow.savings import saved_by_task
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
        estimator=row.get("estimator") or outcome.estimator,
        clusters=row.get("clusters") or "person",
        is_approximate=bool(row.get("is_approximate")),
        is_significant=row.get("is_significant"),
        power=row.get("power"),
        findings=findings(evidence, period, outcome_id, basis),
        censor=outcome.censor,
        is_replaced=_is_replaced(evidence, period, outcome_id),
    )


def _is_replaced(evidence: Evidence, period: str, outcome_id: str) -> bool:
    """Whether the way to the amount goes over the agreed fallback."""
    mine = (step for step in evidence.steps if (step.period, step.outcome) == (period, outcome_id))
    return any(stage.rule == "fallback" and "value" in stage.facts for step in mine for stage in step.trail)


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
                persons=_answers(row, small) if is_survey else withheld(row["persons"], small),
                person_years=None if is_survey or hidden else row["person_years"],
                events=None if is_survey or hidden else int(row["quantity"]),
                value=None if hidden else row["value"],
                unit=indicator.unit["da"],
                **_intervals(row, hidden),
            )
        )
    return tuple(facts)


def _answers(row: dict[str, Any], small: int) -> int | None:
    """The answers of a survey; withheld where they or those who gave none are few, for it is known who could have answered."""
    missing = row["invited"] - row["persons"] if row["invited"] else 0
    return None if withheld(missing, small) is None else withheld(row["persons"], small)


def _intervals(row: dict[str, Any], hidden: bool) -> dict[str, Any]:
    """Limits and standardised rate; nothing of a hidden rate, whose count they would give away."""
    if hidden:
        return {}
    names = ("low", "high", "standardised", "standardised_low", "standardised_high")
    refused = row["standardised_refused"]
    return {name: row[name] for name in names} | {"standardised_refused": in_danish(refused) if refused else None}


def response_facts(evidence: Evidence, period: str) -> tuple[ResponseFact, ...]:
    """Who answered the surveys, in every window and both arms: answers of those who could have answered."""
    small, found = evidence.contract.quality.small_cell, []
    for row in evidence.values[period]:
        indicator = definitions.indicator(evidence.contract.outcomes[row["outcome"]].indicator)
        if isinstance(indicator, SurveyIndicator):
            asked, shown = row["invited"], _answers(row, small)
            percent = round(100 * shown / asked) if asked and shown is not None else None
            found.append(ResponseFact(row["outcome"], row["window_id"], row["arm"], shown, asked, percent))
    order = [window.id for window in evidence.contract.windows_until(period)]
    return tuple(sorted(found, key=lambda r: (order.index(r.window), r.arm != "treated")))


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
