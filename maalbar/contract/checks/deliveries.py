"""Faults of deliveries: who sends them, and whether their columns make the columns of the canonical table."""

from __future__ import annotations

import re
from collections.abc import Iterator

from maalbar.contract.checks.fault import Fault
from maalbar.contract.delivering import ENDINGS, PACKED, Delivery, Layout
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
        yield from _arrival(delivery, key)
        if delivery.missing_answers and delivery.table != "surveys":
            yield Fault((*key, "missing_answers"), "only a survey has answers", "take it away, or say `table: surveys`")
        for number, layout in enumerate(delivery.layouts):
            yield from _layout(delivery, layout, (*key, "layouts", number))
        if not re.fullmatch(r"(%[YmdHMS]|[-/. :T])+", delivery.date_format):
            what = f"`{delivery.date_format}` is no date format"
            yield Fault((*key, "date_format"), what, "write it with %Y %m %d %H %M %S and separators")


def _arrival(delivery: Delivery, key: Key) -> Iterator[Fault]:
    """Where no manifest says what a file is, its name must; and some keys belong to one format."""
    if delivery.complete_when != "manifest" and not delivery.file_name:
        what = f"`{delivery.complete_when}` needs `file_name`"
        yield Fault((*key, "complete_when"), what, "say what the files are called, like dream_{as_of}.csv")
    if delivery.file_name is not None and not re.fullmatch(r"[a-z0-9_.-]*\{as_of\}[a-z0-9_.-]*", delivery.file_name):
        what = "must hold {as_of} once, and else small letters, digits, `_`, `-` and `.`"
        yield Fault((*key, "file_name"), what, "write it like dream_{as_of}.csv")
    packing = PACKED[delivery.packed]
    endings = [ENDINGS[delivery.format] + packing, *([packing] if packing else [])]
    if delivery.file_name is not None and not delivery.file_name.endswith(tuple(endings)):
        what = f"is no name of a file of format {delivery.format}, packed: {delivery.packed}"
        yield Fault((*key, "file_name"), what, f"let it end in {' or '.join(endings)}")
    if delivery.sheet is not None and delivery.format != "excel":
        yield Fault((*key, "sheet"), "only a file of format `excel` has sheets", "take it away, or say `format: excel`")
    if delivery.thousands == delivery.decimal:
        yield Fault((*key, "thousands"), "is the decimal sign too", "they must differ")


def _layout(delivery: Delivery, layout: Layout, key: Key) -> Iterator[Fault]:
    """A layout is a delivery of other columns: what holds of the first holds of it."""
    date_format = layout.date_format or delivery.date_format
    said = layout.model_dump(exclude={"date_format"}) | {"date_format": date_format}
    told = delivery.model_copy(update=said)
    yield from _columns(told, key)
    yield from _codes(told, key)


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
