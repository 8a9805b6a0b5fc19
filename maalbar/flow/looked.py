"""What was found when the effects of a measurement were looked at, as facts that may be shown."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from maalbar.documents.diagnosis import told_of
from maalbar.documents.findings import Figure, Finding
from maalbar.flow.evidence import Evidence
from maalbar.flow.withheld import withheld


def findings(evidence: Evidence, period: str, outcome_id: str, basis: str) -> tuple[Finding, ...]:
    """The findings of an outcome on one basis, in the order of their names."""
    small = evidence.contract.quality.small_cell
    rows = [row for row in evidence.diagnostics[period] if (row["outcome"], row["basis"]) == (outcome_id, basis)]
    return tuple(Finding(row["name"], row["verdict"], _figures(row["name"], row["figures"], small)) for row in rows)


def of_cohort(evidence: Evidence, period: str, name: str) -> dict[str, Any] | None:
    """The row of what was found of the whole cohort under a name; of several bases the one of all periods so far."""
    rows = [row for row in evidence.diagnostics[period] if (row["outcome"], row["name"]) == ("", name)]
    return min(rows, key=lambda row: ("cumulative", "", "period").index(row["basis"]), default=None)


def _figures(finding: str, figures: dict[str, Any], small: int) -> dict[str, Figure]:
    """Numbers from their text. A count of persons that is small is withheld, and those beside it, which might tell it."""
    told = {name: _number(value) for name, value in figures.items() if value is not None}
    persons = [name for name, value in told.items() if isinstance(value, int) and _is_of_persons(name, finding)]
    if any(withheld(int(told[name] or 0), small) is None for name in persons):
        told |= dict.fromkeys(persons)
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
