"""What of a measurement may leave the room: every figure that a statement would show, and the marker in the place of others.

Whatever is withheld is decided by the functions that withhold it on a statement, so that the two can never differ. Exact in
any case are the effects, for they are paid on: estimates, and units that have a price. A price on few persons can only rest on
data that are held for administration or with consent (a check of the contract), and no payment for 1 to 4 persons is due
(`min_units`); where a small number of units is told all the same, the bundle says of which outcome.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from maalbar.bundle import WITHHELD
from maalbar.contract import Contract
from maalbar.contract.prices import Unpaid
from maalbar.documents.diagnosis import COURSE
from maalbar.flow.answered import hides_percent, response_facts, told_reason
from maalbar.flow.cohort_figures import ARMS, days_followed, followed_rows, shown_counts
from maalbar.flow.evidence import Evidence, Row
from maalbar.flow.figures import is_of_few, rate_facts
from maalbar.flow.looked import findings
from maalbar.flow.savings import seen_in
from maalbar.flow.withheld import withheld

INTERVALS = ("low", "high", "standardised", "standardised_low", "standardised_high")
MORTALITY = "check.mortality"


@dataclass(frozen=True)
class Disclosed:
    """Results as a bundle tells them, rows of plain data. `told_exactly`: outcomes of which a small number is told."""

    values: list[Row]
    effects: list[Row]
    diagnostics: list[Row]
    cohort: Row
    told_exactly: list[str]


def disclosed(
    contract: Contract, period: str, cohort: Row, values: list[Row], effects: list[Row], diagnostics: list[Row]
) -> Disclosed:
    """The results of a period as they may leave. `contract`: as it holds in the period; rows as the database has them."""
    evidence = Evidence(
        contract=contract, proposal={}, lines=[], measurements={period: {"cohort": cohort}}, effects={period: effects},
        values={period: values}, diagnostics={period: diagnostics}, steps=(), entries=[], answers=[], deliveries=[],
        throughs={},
    )  # fmt: skip
    told_values = list(_values(evidence, period))
    seen = _seen(evidence, period, told_values)
    return Disclosed(
        told_values,
        [_effect(evidence, period, row) for row in effects],
        list(_diagnostics(evidence, period)),
        _cohort(contract, cohort, period) | ({"seen": seen} if seen else {}),
        sorted({*_paid_on_few(evidence, period), *_seen_of_few(contract, seen)}),
    )


def _values(evidence: Evidence, period: str) -> Iterator[Row]:
    """The figures behind the effects as the table of rates and that of answers show them, and nothing that neither shows."""
    asked = {(f.outcome, f.window, f.arm): f.asked for f in response_facts(evidence, period)}
    for fact in rate_facts(evidence, period):
        key = (fact.outcome, fact.window, fact.arm)
        is_survey = key in asked
        row = next(r for r in evidence.values[period] if (r["outcome"], r["window_id"], r["arm"]) == key)
        is_shown = fact.value is not None or (row["value"] is None and fact.events is not None)
        yield {
            "outcome": fact.outcome,
            "window_id": fact.window,
            "arm": fact.arm,
            "persons": _or_marker(fact.persons),
            "person_years": _or_marker(fact.person_years),
            "quantity": _or_marker(None if is_survey or not is_shown else row["quantity"]),
            "value": fact.value if is_shown else WITHHELD,
            "invited": _or_marker(asked[key]) if is_survey and row["invited"] is not None else None,
            **{name: row[name] if is_shown else None for name in (*INTERVALS, "standardised_refused")},
        }


def _effect(evidence: Evidence, period: str, row: Row) -> Row:
    """As it was estimated; a refusal without what tells how many answered, and few units only where they are paid."""
    outcome = row["outcome"]
    told = {name: value for name, value in row.items() if name != "measurement_id"}
    if told["not_measurable"] is not None:
        told["not_measurable"] = told_reason(
            told["not_measurable"], hides_percent(evidence, period, outcome, row["basis"])
        )
    elif not _is_paid(evidence, outcome) and is_of_few(evidence, period, outcome, row["units"]):
        told |= {"units": None, "not_measurable": f"few_counted: {evidence.contract.quality.small_cell}"}
    return told


def _is_paid(evidence: Evidence, outcome: str) -> bool:
    return not isinstance(evidence.contract.outcomes[outcome].price, Unpaid)


def _paid_on_few(evidence: Evidence, period: str) -> Iterator[str]:
    for row in evidence.effects[period]:
        outcome, units = row["outcome"], row["units"]
        if _is_paid(evidence, outcome) and is_of_few(evidence, period, outcome, units):
            yield outcome


def _diagnostics(evidence: Evidence, period: str) -> Iterator[Row]:
    by_place = {
        (outcome, basis): {f.name: f.figures for f in findings(evidence, period, outcome, basis)}
        for outcome, basis in {(row["outcome"], row["basis"]) for row in evidence.diagnostics[period]}
    }
    for row in evidence.diagnostics[period]:
        if row["name"] == MORTALITY:
            figures = _of_mortality(evidence, period, row)
        else:
            shown = by_place[row["outcome"], row["basis"]][row["name"]]
            figures = {name: _figure(value, shown.get(name)) for name, value in row["figures"].items()}
        yield {name: row[name] for name in ("outcome", "basis", "name", "verdict")} | {"figures": figures}


def _figure(stored: Any, shown: Any) -> Any:
    """A figure as it is stored where a statement shows it; of a refusal what is shown of it."""
    if stored is None:
        return None
    if shown is None or not isinstance(stored, bool | int | str):
        return WITHHELD
    return shown if isinstance(shown, str) and isinstance(stored, str) else stored


def _of_mortality(evidence: Evidence, period: str, row: Row) -> Row:
    """The intervals that page one shows: none of an arm of which the dead are withheld, no ratio where one is."""
    shown = shown_counts(evidence.contract, evidence.measurements[period]["cohort"], period)
    arms = [arm for arm in ARMS if shown["deaths", arm] is not None] if row["basis"] == "cumulative" else []
    kept = {"why", *(f"{arm}_{end}" for arm in arms for end in ("low", "high"))}
    if len(arms) == len(ARMS):
        kept |= {"ratio", "ratio_low", "ratio_high"}
    return {name: v if v is None or name in kept else WITHHELD for name, v in row["figures"].items()}


def _cohort(contract: Contract, cohort: Row, period: str) -> Row:
    """The counts of those followed; without the hashes of the waves, by which a list of persons could be tried."""
    small = contract.quality.small_cell
    if cohort["kind"] == "open":
        rows = [row | {"persons": _or_marker(withheld(row["persons"], small))} for row in cohort["windows"]]
        return {"kind": "open", "windows": rows}
    rows, shown = followed_rows(contract, cohort, period), shown_counts(contract, cohort, period)
    return {
        "kind": cohort["kind"],
        "members": {arm: _or_marker(shown["members", arm]) for arm in ARMS},
        "areas": cohort["areas"],
        "windows": [
            {"arm": row["arm"], "window_id": row["window_id"]}
            | {name: _or_marker(shown[name, row["arm"], row["window_id"]]) for name in COURSE if name in row}
            for row in rows
        ],
        "attrition": [
            {"arm": row["arm"], "wave": row["wave"], "step": row["step"]}
            | {"persons": _or_marker(shown[row["step"], row["arm"], row["wave"]])}
            for row in cohort.get("attrition", ())
        ],
        "deaths": {arm: _or_marker(shown["deaths", arm]) for arm in ARMS},
        "person_days": days_followed(cohort, rows),
    }


def _seen(evidence: Evidence, period: str, told_values: list[Row]) -> dict[str, dict[str, Decimal]]:
    """Outcome → basis → units seen, where savings are reckoned with the sum of cells of which some are withheld."""
    contract = evidence.contract
    found: dict[str, dict[str, Decimal]] = {}
    units = {unit.outcome for unit in contract.value.units} if contract.value else set()
    windows = {"period": [period], "cumulative": [p.id for p in contract.calendar.until(period)]}
    for outcome in sorted(units):
        mine = [row for row in told_values if (row["outcome"], row["arm"]) == (outcome, "treated")]
        for basis, among in windows.items():
            effect = evidence.effect(period, outcome, basis)
            is_hidden = any(row["quantity"] == WITHHELD for row in mine if row["window_id"] in among)
            if is_hidden and effect is not None and effect["change"] is not None:
                found.setdefault(outcome, {})[basis] = seen_in(outcome, evidence.values[period], among)
    return found


def _seen_of_few(contract: Contract, seen: dict[str, dict[str, Decimal]]) -> Iterator[str]:
    for outcome, sums in seen.items():
        if any(0 < units < contract.quality.small_cell for units in sums.values()):
            yield outcome


def _or_marker(value: Any) -> Any:
    return WITHHELD if value is None else value
