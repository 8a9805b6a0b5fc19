"""What was found when the effects of a measurement were looked at, as facts that may be shown."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from maalbar.bundle import WITHHELD
from maalbar.documents.figure_words import told_of
from maalbar.documents.findings import Figure, Finding
from maalbar.flow.answered import is_hidden, told_reason
from maalbar.flow.evidence import Evidence
from maalbar.flow.withheld import gives_away, withheld

PARTS = (("invited", "answered"), ("begun", "without_score"), ("begun", "missing"), ("treated", "unmatched"))
"""Counts of persons of which the second is a part of the first; with the same side at the end of both names."""
SIDES = ("", "_treated", "_comparison")
SHARES = ("response", "share", "effective")
"""What tells the persons behind it to whoever knows how many there are in all."""


def findings(evidence: Evidence, period: str, outcome_id: str, basis: str) -> tuple[Finding, ...]:
    """The findings of an outcome on one basis, in the order of their names."""
    small = evidence.contract.quality.small_cell
    rows = [row for row in evidence.diagnostics[period] if (row["outcome"], row["basis"]) == (outcome_id, basis)]
    hides = is_hidden(evidence, period, outcome_id, basis)
    return tuple(
        Finding(row["name"], row["verdict"], _figures(row["name"], row["figures"], small, hides)) for row in rows
    )


def _figures(finding: str, figures: dict[str, Any], small: int, hides_answers: bool) -> dict[str, Figure]:
    """Numbers from their text. A count of persons that is small is withheld, and what stands beside it and might tell it.

    Small is also what one count leaves of another that it is a part of. `hides_answers`: the tables withhold answers.
    """
    told = {name: None if value == WITHHELD else _number(value) for name, value in figures.items() if value is not None}
    counts = {name: v for name, v in told.items() if isinstance(v, int) and _is_of_persons(name, finding)}
    pairs = [(counts.get(whole + side), counts.get(part + side)) for whole, part in PARTS for side in SIDES]
    is_small = any(withheld(count, small) is None for count in counts.values()) or any(
        gives_away(whole, part, small) for whole, part in pairs if whole is not None and part is not None
    )
    if is_small or (hides_answers and finding == "check.response"):
        shares = [name for name in told if any(name == share + side for share in SHARES for side in SIDES)]
        told |= dict.fromkeys([*counts, *shares])
    for name, value in told.items():
        if isinstance(value, str):
            told[name] = told_reason(value, hides_answers)
    return told


def _is_of_persons(name: str, finding: str) -> bool:
    """Whether a whole number counts persons: unless it is known to count something else."""
    told = told_of(name, finding)
    return told is None or told.kind == "persons"


def _number(value: Any) -> Figure:
    if isinstance(value, bool):
        return "ja" if value else "nej"
    if isinstance(value, int):
        return value
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return str(value)
    return number if number.is_finite() else str(value)
