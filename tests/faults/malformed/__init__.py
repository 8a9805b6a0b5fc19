"""Malformed deliveries, one module per kind of fault: what was sent, and what must become of it."""

from tests.faults.malformed import announced, columns, cut_short, persons, single_rows
from tests.faults.malformed.case import Case

CASES: tuple[Case, ...] = (
    *cut_short.CASES,
    *columns.CASES,
    *single_rows.CASES,
    *persons.CASES,
    *announced.CASES,
)
"""Every case, each with a name of its own."""
