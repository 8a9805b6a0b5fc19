"""What was found when the effects of a measurement were looked at, as facts that may be shown."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from maalbar.bundle import WITHHELD
from maalbar.documents.figure_words import told_of
from maalbar.documents.findings import Arm, Figure, Finding
from maalbar.flow.answered import Answered, answered_over, told_reason
from maalbar.flow.evidence import Evidence, Row
from maalbar.flow.withheld import gives_away, withheld

PARTS = (("begun", "without_score"), ("begun", "missing"), ("treated", "unmatched"))
"""Counts of persons of which the second is a part of the first; with the same side at the end of both names."""
SIDES = ("", "_treated", "_comparison")
SHARES = ("response", "share", "effective")
"""What tells the persons behind it to whoever knows how many there are in all."""
RESPONSE = "check.response"


def findings(evidence: Evidence, period: str, outcome_id: str, basis: str) -> tuple[Finding, ...]:
    """The findings of an outcome on one basis, in the order of their names."""
    small = evidence.contract.quality.small_cell
    rows = [row for row in evidence.diagnostics[period] if (row["outcome"], row["basis"]) == (outcome_id, basis)]
    answers = answered_over(evidence, period, outcome_id, basis)
    hides = any(told.percent is None for told in answers.values())
    return tuple(Finding(row["name"], row["verdict"], _figures(row, small, answers, hides)) for row in rows)


def _figures(row: Row, small: int, answers: dict[Arm, Answered], hides_percent: bool) -> dict[str, Figure]:
    """Numbers from their text, without what may not be told."""
    told = {n: None if v == WITHHELD else _number(v) for n, v in row["figures"].items() if v is not None}
    told = _of_response(told, answers, small) if row["name"] == RESPONSE else _of_others(row["name"], told, small)
    for name, value in told.items():
        if isinstance(value, str):
            told[name] = told_reason(value, hides_percent)
    return told


def _of_others(finding: str, told: dict[str, Figure], small: int) -> dict[str, Figure]:
    """A count of persons that is small is withheld, and what stands beside it and might tell it.

    Small is also what one count leaves of another that it is a part of.
    """
    counts = {name: v for name, v in told.items() if isinstance(v, int) and _is_of_persons(name, finding)}
    pairs = [(counts.get(whole + side), counts.get(part + side)) for whole, part in PARTS for side in SIDES]
    is_small = any(withheld(count, small) is None for count in counts.values()) or any(
        gives_away(whole, part, small) for whole, part in pairs if whole is not None and part is not None
    )
    if is_small:
        shares = [name for name in told if any(name == share + side for share in SHARES for side in SIDES)]
        told |= dict.fromkeys([*counts, *shares])
    return told


def _of_response(told: dict[str, Figure], answers: dict[Arm, Answered], small: int) -> dict[str, Figure]:
    """The check of the response tells what the tables tell. Questionnaires begun are the answers and those without a score."""
    for arm, shown in answers.items():
        known: dict[str, Figure] = {"answered": shown.answers, "invited": shown.asked}
        if shown.percent is None:
            known |= {"response": None}
        if shown.answers is None:
            known |= dict.fromkeys(("effective", "begun", "without_score"))
        without, begun = told.get(f"without_score_{arm}"), told.get(f"begun_{arm}")
        if isinstance(begun, int) and isinstance(without, int) and gives_away(begun, without, small):
            known |= dict.fromkeys(("begun", "without_score"))
        told |= {f"{name}_{arm}": value for name, value in known.items() if f"{name}_{arm}" in told}
    return told


def _is_of_persons(name: str, finding: str) -> bool:
    """Whether a whole number counts persons: unless it is known to count something else."""
    told = told_of(name, finding)
    return told is None or told.kind == "persons"


def _number(value: Any) -> Figure:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return value
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return str(value)
    return number if number.is_finite() else str(value)
