"""Canonical tables and figures written by hand: what a row leaves out is as in the first row of the table here."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pyarrow as pa

from maalbar.tables import TABLES
from transforms.history.figures import Cell, Cells, Figures, month_name, month_of

DAY = date(2022, 3, 1)
USUAL: dict[str, dict[str, Any]] = {
    "population": {
        "person_id": "p1", "sex": "F", "birth_month": date(1950, 1, 1), "area": "north", "municipality": None,
        "resident_from": date(2010, 1, 1), "resident_to": None, "died_on": None, "emigrated_on": None, "is_care_home": False,
    },
    "contacts": {
        "person_id": "p1", "contact_id": "k1", "sector": "hospital", "started_on": DAY, "ended_on": DAY,
        "started_at": datetime(2022, 3, 1, 10, tzinfo=UTC), "ended_at": datetime(2022, 3, 1, 11, tzinfo=UTC),
        "started_minute": 600, "ended_minute": 660, "minutes": 60, "priority": "ATA1", "form": "ALCA00", "unit": "u",
        "specialty": None,
    },
    "diagnoses": {"person_id": "p1", "contact_id": "k1", "code": "I10", "kind": "A", "diagnosed_on": DAY},
    "benefits": {"person_id": "p1", "code": "783", "week_from": DAY, "week_to": date(2022, 3, 8)},
    "services": {"person_id": "p1", "service": "care", "starts_on": DAY, "quantity": 100},
    "surveys": {
        "person_id": "p1", "answered_on": DAY, "mode": "web", "is_proxy": False, "scale": "ls", "item": "q1", "answer": 7,
    },
    "enrolments": {"person_id": "p1", "enrolled_on": DAY, "ended_on": None},
    "participation": {"person_id": "p1", "activity": "walks", "took_part_on": DAY},
    "claims": {"person_id": "p1", "claim_id": "c1", "outcome": "plans", "achieved_on": DAY, "state": "verified"},
    "counts": {"person_id": "p1", "window_id": "1", "arm_value": "x", "measure": "visits", "quantity": 100},
}  # fmt: skip


def rows(name: str, *changes: dict[str, Any]) -> pa.Table:
    """A canonical table of the usual row, changed in one way for each row."""
    return pa.Table.from_pylist([USUAL[name] | change for change in changes], schema=TABLES[name].schema)


def figures(as_of: date, codes: dict[str, Cells] | None = None, **months: int) -> Figures:
    """Figures of so many rows and persons in each month before a day: `figures(day, m1=100)` is the month before it."""
    first = month_of(as_of)
    cells = {month_name(first - int(lag[1:])): Cell(count, 0, count) for lag, count in months.items()}
    recent = sum(count for lag, count in months.items() if 1 <= int(lag[1:]) <= 12)
    total = sum(months.values())
    return Figures(as_of, {"all": {"": Cell(total, recent, total)}, "month": cells} | (codes or {}))


def each_month(count: int, first: int = 1, last: int = 36) -> dict[str, int]:
    """So many in each of the months from so many months before to so many."""
    return {f"m{lag}": count for lag in range(first, last + 1)}
