"""Tables drawn as text: names on the first line, cells between `|`, what is left out by default.

    person_id | birth_month | died_on
    anna      | 1950-01     |
    carl      | 1950-01     | 2021-01-10

An empty cell is empty, or has the column's default from here; `-` is empty in any case. Days are written `2021-01-10`, months
`2021-01`, flags `yes` and `no`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from maalbar.errors import SetupError
from maalbar.tables import Column, Table

if TYPE_CHECKING:
    import pyarrow as pa

DEFAULTS: dict[str, dict[str, str]] = {
    "population": {
        "sex": "F",
        "birth_month": "1950-01",
        "area": "north",
        "resident_from": "2010-01-01",
        "is_care_home": "no",
    },
    "contacts": {"sector": "hospital", "minutes": "30", "priority": "ATA1", "form": "ALCA00", "unit": "elsewhere"},
    "benefits": {"code": "783"},
    "services": {"service": "support"},
    "surveys": {"mode": "web", "is_proxy": "no", "scale": "life_satisfaction", "item": "ls1"},
    "claims": {"outcome": "action_plans", "state": "verified"},
    "contact_rules": {
        "priority": "*",
        "form": "*",
        "specialty": "*",
        "min_minutes": "0",
        "under_minutes": "0",
        "excludes_own_units": "no",
    },
    "arms": {"start_on": "0001-01-01", "end_on": "9999-12-31"},
    "cohort": {"arm": "treated", "area": "north", "sex": "F", "birth_month": "1950-01", "has_benefit": "no"},
    "person_time": {"arm": "treated", "phase": "follow_up", "span": "1", "is_death": "no", "is_exit": "no"},
}
"""What a drawing need not say, by table."""
NOTHING = "-"
_IDS = {"contacts": ("contact_id", "c"), "claims": ("claim_id", "k")}


def draw(table: Table, text: str, person: str = "") -> pa.Table:
    """The table that a text draws. `person` stands in `person_id` where the drawing has no such column.

    Rows of contacts and claims are numbered where the drawing gives them no id. Raises SetupError for what cannot be read.
    """
    import pyarrow as pa

    drawn = cells(text)
    names = list(drawn[0]) if drawn else []
    unknown = [name for name in names if name not in table.columns]
    if unknown:
        raise SetupError(f"{table.name} has no column {unknown[0]}", mend=f"it has {', '.join(table.columns)}")
    found = []
    for number, row in enumerate(drawn, start=1):
        given = dict(DEFAULTS.get(table.name, {}))
        if table.name in _IDS:
            column, letter = _IDS[table.name]
            given[column] = f"{person}-{letter}{number}" if person else f"{letter}{number}"
        if person and "person_id" in table.columns:
            given["person_id"] = person
        given |= {name: cell for name, cell in row.items() if cell}
        found.append({name: value(given.get(name, ""), column) for name, column in table.columns.items()})
    return pa.Table.from_pylist(found, schema=table.schema)


def cells(text: str) -> list[dict[str, str]]:
    """The rows of a drawing as text, by column. Raises SetupError where a row does not fit the names above it."""
    lines = [[cell.strip() for cell in line.split("|")] for line in text.strip().splitlines()]
    if not lines or not all(lines[0]) or len(set(lines[0])) != len(lines[0]):
        raise SetupError("the first line of a drawing names its columns, each once")
    for number, line in enumerate(lines[1:], start=2):
        if len(line) != len(lines[0]):
            raise SetupError(f"line {number} of the drawing has {len(line)} cells, the first has {len(lines[0])}")
    return [dict(zip(lines[0], line, strict=True)) for line in lines[1:]]


def value(text: str, column: Column) -> Any:
    """The value of a cell, None where it is empty. Raises SetupError for what is not of the column's kind."""
    if text in ("", NOTHING):
        return None
    try:
        return _READ[column.kind](text)
    except (ValueError, KeyError):
        raise SetupError(f"a cell of the drawing is no {column.kind}", mend=f"write {_WRITTEN[column.kind]}") from None


def _day(text: str) -> date:
    return date.fromisoformat(text if len(text) == 10 else f"{text}-01")


_READ: Mapping[str, Any] = {
    "text": str,
    "date": _day,
    "timestamp": lambda text: datetime.fromisoformat(text).replace(tzinfo=UTC),
    "hundredths": int,
    "integer": int,
    "flag": {"yes": True, "no": False}.__getitem__,
}
_WRITTEN = {
    "text": "text",
    "date": "2021-01-10 or 2021-01",
    "timestamp": "2021-01-10 13:45, in UTC",
    "hundredths": "a whole number of hundredths",
    "integer": "a whole number",
    "flag": "yes or no",
}
