"""Intake: rows of a file as they came become rows of a canonical table.

Nothing is guessed. The contract's `deliveries` section says which column is which, how dates and numbers are written, and what
the codes mean. A file comes in batches, and every step here looks at one batch: what it makes does not depend on where a file is
cut. A row that cannot be read is kept aside with all its reasons.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from maalbar.contract.delivering import Delivery
from maalbar.tables import TABLES
from transforms import reshape
from transforms.columns import cells as column_cells
from transforms.conversion import converted, local_day, minutes_since_1970
from transforms.formats.text import column_as_text

REASONS = pa.schema([("row_number", pa.int64()), ("reason", pa.string())])
CONTENT = pa.schema([("row_number", pa.int64()), ("sign", pa.int64()), ("content", pa.string())])
_SEPARATOR = "\x1f"
"""Between the parts of a joined text. It sorts before every sign that is written, and no agreed cell holds it."""


@dataclass(frozen=True)
class Candidate:
    """Canonical rows of one batch, not yet checked.

    `rows`: `row_number` (the row of the file, from 1) and the columns of the canonical table. `reasons`: one row per thing wrong,
    (`row_number`, `reason`), reasons without values. `cancelled`: the rows of the file that are not meant or are taken back.
    `content`: with `corrections`, what each row says besides its sign (`row_number`, `sign`, `content`), else no rows. `rows_in`:
    rows of the file in the batch.
    """

    rows: pa.Table
    reasons: pa.Table
    cancelled: pa.Int64Array
    content: pa.Table
    rows_in: int


def to_canonical(file: pa.Table, delivery: Delivery, timezone: str, first_row: int = 1) -> Candidate:
    """Rename, recode and convert; reshape wide files to long. `timezone` is that of local timestamps in the file.

    `file`: a batch of the file's own columns, whose first row is row `first_row` of the file.
    """
    number = pa.array(np.arange(first_row, first_row + len(file), dtype=np.int64))
    file = file.append_column("row_number", number).combine_chunks()
    meant = _meant(file, delivery)
    cancelled = pc.filter(number, pc.invert(meant))
    cells = file.filter(meant) if len(cancelled) else file
    named, reasons = _named(cells, delivery)
    if delivery.shape == "weekly_columns":
        named = reshape.weekly(named, cells, delivery.week_prefix)
    elif delivery.shape == "item_columns":
        named = reshape.items(named, cells, delivery.items)
    elif delivery.shape == "measure_columns":
        named = reshape.measures(named, cells, delivery.measures)
    if delivery.missing_answers:
        given = column_as_text(column_cells(named, "answer"), delivery)
        named = named.filter(pc.invert(pc.is_in(given, pa.array(delivery.missing_answers, pa.string()))))
    rows, unread = _typed(named.combine_chunks(), delivery, timezone)
    reasons = pa.concat_tables([reasons, unread])
    return Candidate(rows, reasons, cancelled, _content(cells, delivery), len(file))


def reasons_for(row_number: pa.Array, wrong: pa.Array, reason: str) -> pa.Table:
    """One row of reasons for each row that is wrong; a comparison with nothing is not wrong."""
    chosen = pc.filter(row_number, pc.fill_null(wrong, False))
    return pa.table([chosen, pa.repeat(pa.scalar(reason), len(chosen))], schema=REASONS)


def joined_text(columns: list[pa.Array]) -> pa.StringArray:
    """The cells of each row as one text; an empty cell is told from every other."""
    parts = [pc.fill_null(pc.cast(column, pa.string()), "\x00") for column in columns]
    return parts[0] if len(parts) == 1 else pc.binary_join_element_wise(*parts, _SEPARATOR)


def _meant(file: pa.Table, delivery: Delivery) -> pa.BooleanArray:
    """Which rows the file means to deliver: of the kind that is wanted, and not taken back."""
    meant = pa.repeat(pa.scalar(True), len(file))
    for column, values in delivery.only.items():
        meant = pc.and_(meant, _is_one_of(file, column, values, delivery))
    for column, values in delivery.retracted.items():
        meant = pc.and_(meant, pc.invert(_is_one_of(file, column, values, delivery)))
    return meant


def _is_one_of(file: pa.Table, column: str, values: tuple[str, ...], delivery: Delivery) -> pa.BooleanArray:
    return pc.is_in(column_as_text(column_cells(file, column), delivery), pa.array(values, pa.string()))


def _named(cells: pa.Table, delivery: Delivery) -> tuple[pa.Table, pa.Table]:
    """The mapped columns under their canonical names, codes translated, and reasons for the codes that are not known."""
    number = column_cells(cells, "row_number")
    named, reasons = {"row_number": number}, [REASONS.empty_table()]
    for column, name in delivery.columns.items():
        named[column] = column_cells(cells, name)
    for column, value in delivery.constants.items():
        named[column] = pa.repeat(pa.scalar(value), len(cells))
    for column, codes in delivery.codes.items():
        given = column_as_text(named[column], delivery)
        place = pc.index_in(given, pa.array(list(codes), pa.string()))
        reasons.append(reasons_for(number, pc.and_(pc.is_valid(given), pc.is_null(place)), f"{column}: unknown code"))
        named[column] = pa.array(list(codes.values()), pa.string()).take(place)
    return pa.table(named), pa.concat_tables(reasons)


def _typed(named: pa.Table, delivery: Delivery, timezone: str) -> tuple[pa.Table, pa.Table]:
    """The columns of the canonical table in its types, and reasons for what could not be read."""
    table, number = TABLES[delivery.table], column_cells(named, "row_number")
    columns, reasons = {"row_number": number}, [REASONS.empty_table()]
    given = {name: column_cells(named, name) for name in named.column_names}
    if "billing_week" in given:
        reasons.append(_bill(given, delivery))
    for name, column in table.columns.items():
        if name not in given:
            columns[name] = pa.nulls(len(named), table.schema.field(name).type)
            continue
        found = converted(given[name], column.kind, delivery, timezone)
        reasons.append(reasons_for(number, found.unreadable, f"{name}: not a {column.kind}"))
        columns[name] = found.values
    if delivery.table == "contacts":
        _follow_from_times(columns, given, delivery, timezone)
    return pa.table(columns), pa.concat_tables(reasons)


def _bill(given: dict[str, pa.Array], delivery: Delivery) -> pa.Table:
    """Date billed contacts (`billing_week`, YYWW) by the Thursday of their week; specialty is the first two of six digits."""
    weeks = given["billing_week"]
    # A week that came as a number has lost the zero of 2005.
    text = pc.utf8_lpad(column_as_text(weeks, delivery), 4, "0") if pa.types.is_integer(weeks.type) else weeks
    given["started_on"] = reshape.billed(column_as_text(text, delivery))
    given["specialty"] = reshape.specialty(column_as_text(given["specialty"], delivery))
    unread = pc.and_(pc.is_valid(weeks), pc.is_null(given["started_on"]))
    return reasons_for(given["row_number"], unread, "billing_week: no ISO week")


def _follow_from_times(
    columns: dict[str, pa.Array], given: dict[str, pa.Array], delivery: Delivery, timezone: str
) -> None:
    """The days of a contact and its minutes, which follow from when it began and ended."""
    for day, time in (("started_on", "started_at"), ("ended_on", "ended_at")):
        if day not in given and time in given:
            columns[day] = local_day(given[time], delivery, timezone)
    for minute, time in (("started_minute", "started_at"), ("ended_minute", "ended_at")):
        columns[minute] = minutes_since_1970(columns[time])
    columns["minutes"] = pc.subtract(columns["ended_minute"], columns["started_minute"])


def _content(cells: pa.Table, delivery: Delivery) -> pa.Table:
    """What each row says besides its sign, where rows may take others back."""
    if delivery.corrections is None:
        return CONTENT.empty_table()
    amount = column_as_text(column_cells(cells, delivery.corrections), delivery)
    is_negative = pc.fill_null(pc.starts_with(amount, "-"), False)
    told = [
        column_as_text(column_cells(cells, name), delivery)
        for name in delivery.columns.values()
        if name != delivery.corrections
    ]
    told.append(pc.utf8_ltrim(amount, "-"))
    sign = pc.if_else(is_negative, -1, 1)
    return pa.table([column_cells(cells, "row_number"), pc.cast(sign, pa.int64()), joined_text(told)], schema=CONTENT)
