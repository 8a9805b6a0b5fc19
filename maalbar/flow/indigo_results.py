"""Results in the words of INDIGO: what was achieved, with its interval, and nothing that a small cell could be read from."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from maalbar import definitions
from maalbar.documents.formats import Formats
from maalbar.flow.answered import hides_percent, told_reason
from maalbar.flow.cohort_figures import shown_counts
from maalbar.flow.evidence import Evidence, Row
from maalbar.flow.figures import is_of_few, paid_basis, rate_facts
from transforms.disclosure import Key, key
from transforms.extract.units import of_period

MayTell = Callable[[Key], bool]
DIGITS = {"ratio": 1, "difference": 2, "level": 2}
"""Decimals of what is told: a figure for readers, not the one that is paid on."""


def everything(_: Key) -> bool:
    """Before anything is released: what the parties may see."""
    return True


def results(
    evidence: Evidence, period: str, may_tell: MayTell = everything
) -> Iterator[tuple[str, date, dict[str, Any]]]:
    """(outcome, first day that the figure covers, fields of a result) of a measured period, on the basis that is paid on.

    `may_tell`: whether a count of persons or units, by its key in the register of releases, may be told.
    """
    contract = evidence.contract
    # Of the newest period alone: how many more they are than in the one before may be few.
    is_newest = period == evidence.proposal["through"] and may_tell(engaged_key(period))
    engaged = _engaged(evidence, period) if is_newest else None
    for outcome in contract.outcomes:
        basis = paid_basis(evidence, outcome)
        row = evidence.effect(period, outcome, basis)
        if row is None:
            continue
        first = contract.calendar.followed[0] if basis == "cumulative" else contract.period(period)
        told: dict[str, Any] = {"outcomes_achieved": {"value": _achieved(evidence, period, outcome, row, may_tell)}}
        if engaged is not None:
            told["number_engaged_in_impact_bond"] = {"value": engaged}
        yield outcome, first.start, told


def engaged_key(period: str) -> Key:
    """What the number engaged is called in the register of releases."""
    return key("followed", {"arm": "treated", "until": period})


def _engaged(evidence: Evidence, period: str) -> int | None:
    """Those of the target group who have entered; None where they are few, or not the same persons from period to period."""
    cohort = evidence.measurements[period]["cohort"]
    if cohort["kind"] == "open" or "members" not in cohort:
        return None
    return shown_counts(evidence.contract, cohort, period)["members", "treated"]


def _achieved(evidence: Evidence, period: str, outcome_id: str, row: Row, may_tell: MayTell) -> str:
    contract = evidence.contract
    outcome = contract.outcomes[outcome_id]
    if row["not_measurable"] is not None:
        return f"Not measurable: {told_reason(row['not_measurable'], hides_percent(evidence, period, outcome_id, row['basis']))}"
    if row["units"] is not None:
        if not may_tell(of_period(outcome_id, period)):
            return "Measured, and not told: of few persons"
        if is_of_few(evidence, period, outcome_id, row["units"]):
            return f"Few: fewer than {contract.quality.small_cell}, or of fewer persons"
        return f"{row['units']} units"
    contrast = outcome.contrast or "level"
    if contrast == "level" and _is_of_few(evidence, period, outcome_id):
        return "Measured, and not told: of few persons"
    form = Formats("en_GB", contract.terms.currency)
    unit = definitions.indicator(outcome.indicator).unit["en"]

    def said(value: Decimal) -> str:
        if contrast == "ratio":
            return form.percent(value, DIGITS[contrast], signed=True)
        return f"{form.number(value, DIGITS[contrast], signed=contrast == 'difference')} {unit}"

    change = said(row["change"])
    interval = "" if row["low"] is None else f" (95% interval {said(row['low'])} to {said(row['high'])})"
    against = {"ratio": " against what was expected without the intervention", "difference": " against the same"}
    return f"{change}{interval}{against.get(contrast, '')}"


def _is_of_few(evidence: Evidence, period: str, outcome_id: str) -> bool:
    """Whether the table of rates withholds one of the target group, which a level is."""
    mine = (f for f in rate_facts(evidence, period) if (f.outcome, f.arm) == (outcome_id, "treated"))
    return any(fact.value is None for fact in mine)
