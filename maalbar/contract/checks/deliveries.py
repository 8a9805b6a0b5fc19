"""Faults of deliveries: who sends them, and whether their columns make the columns of the canonical table."""

from __future__ import annotations

import re
from collections.abc import Iterator

from maalbar.contract.checks.fault import Fault
from maalbar.contract.measuring import Delivery
from maalbar.contract.model import Contract
from maalbar.contract.yamlfile import Key
from maalbar.tables import TABLES

MADE_BY_SHAPE = {
    "rows": set(),
    "weekly_columns": {"code", "week_from", "week_to"},
    "item_columns": {"scale", "item", "answer"},
    "measure_columns": {"measure", "quantity"},
}
"""Columns that the shape of a file gives, which `columns` then does not name."""
DERIVED = {"started_on", "ended_on", "started_at", "ended_at", "started_minute", "ended_minute", "minutes"}
"""Columns of contacts that follow from others: a day from an instant or from a billing week."""
ALSO = {"contacts": {"billing_week"}}
"""Columns that are read and not kept."""


def deliveries(contract: Contract) -> Iterator[Fault]:
    """Every fault of every delivery."""
    for source, delivery in contract.deliveries.items():
        key: Key = ("deliveries", source)
        for field in ("sender", "controller"):
            if getattr(delivery, field) not in contract.parties:
                yield Fault((*key, field), f"`{getattr(delivery, field)}` is no party", "add it to `parties`")
        yield from _columns(delivery, key)
        yield from _codes(delivery, key)
        if not re.fullmatch(r"(%[YmdHMS]|[-/. :T])+", delivery.date_format):
            what = f"`{delivery.date_format}` is no date format"
            yield Fault((*key, "date_format"), what, "write it with %Y %m %d %H %M %S and separators")


def _columns(delivery: Delivery, key: Key) -> Iterator[Fault]:
    table = TABLES[delivery.table]
    known = set(table.columns) | ALSO.get(delivery.table, set())
    given = {**delivery.columns, **delivery.constants}
    for field, names in (("columns", delivery.columns), ("constants", delivery.constants), ("codes", delivery.codes)):
        for name in names:
            if name not in known or (field == "codes" and name not in delivery.columns):
                what = f"`{name}` is no column of {table.name}"
                yield Fault((*key, field, name), what, f"its columns are {', '.join(table.columns)}")
    needed = {name for name, column in table.columns.items() if not column.nullable}
    for name in sorted(needed - set(given) - MADE_BY_SHAPE[delivery.shape] - DERIVED):
        yield Fault(
            (*key, "columns"), f"nothing fills the column `{name}` of {table.name}", "name its column in the file"
        )
    files = [*delivery.columns.values(), *delivery.ignored]
    files += [name for part in delivery.items.values() for name in part.values()] + list(delivery.measures.values())
    for name in sorted({name for name in files if files.count(name) > 1}):
        yield Fault((*key, "columns"), f"the file's column `{name}` is used twice", "use each once")


def _codes(delivery: Delivery, key: Key) -> Iterator[Fault]:
    """What codes and constants are turned into must be codes of the canonical table."""
    made = [((*key, "constants", name), name, value) for name, value in delivery.constants.items()]
    made += [
        ((*key, "codes", name, code), name, to) for name, codes in delivery.codes.items() for code, to in codes.items()
    ]
    for place, name, value in made:
        column = TABLES[delivery.table].columns.get(name)
        allowed = ("true", "false") if column and column.kind == "flag" else column.allowed if column else ()
        if allowed and value not in allowed:
            yield Fault(place, f"`{value}` is no code of {name}", f"use {', '.join(allowed)}")
