"""Malformed deliveries, one module per kind of fault: what was sent, and what must become of it."""

from tests.faults.malformed import (
    amounts,
    announced,
    columns,
    cut_short,
    letters,
    moments,
    packed,
    persons,
    places,
    single_rows,
)
from tests.faults.malformed.case import Case

CASES: tuple[Case, ...] = tuple(
    case
    for kind in (cut_short, packed, letters, columns, single_rows, amounts, moments, persons, announced, places)
    for case in kind.CASES
)
"""Every case, each with a name of its own."""
