"""Text: a typed column written as the delivery agreed to write it, so that every format can be read by one rule."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from maalbar.contract.delivering import Delivery
from maalbar.errors import DeliveryRefused

WHOLE_BELOW = 2.0**63
"""Whole floats below this are written through int64."""


def as_text(batch: pa.RecordBatch, delivery: Delivery, timezone: str = "UTC") -> pa.RecordBatch:
    """The batch with every column as text.

    Whole numbers are written without a decimal sign, also where they are stored as floats; others with the delivery's
    decimal sign and the fewest digits that give the same float. NaN and infinities are `NaN`, `inf`, `-inf`, which no rule
    reads as a number. Dates and times are written in the delivery's date_format, instants in the local time of `timezone`.
    What that format cannot say (a time of day, where it has only days) is written in full after ISO 8601, so that it is not
    dropped unseen.
    """
    columns = [column_as_text(column, delivery, timezone) for column in batch.columns]
    return pa.RecordBatch.from_arrays(columns, names=batch.schema.names)


def column_as_text(column: pa.Array, delivery: Delivery, timezone: str = "UTC") -> pa.Array:
    """One column as `as_text` writes it. Raises DeliveryRefused for a type that has no text."""
    kind = column.type
    if pa.types.is_string(kind):
        return column
    if pa.types.is_floating(kind):
        return floats(column, delivery.decimal)
    if pa.types.is_timestamp(kind) and kind.tz is not None:
        column = pc.local_timestamp(column.cast(pa.timestamp("us", timezone)))
        kind = column.type
    if pa.types.is_date(kind) or pa.types.is_timestamp(kind):
        return each(column, lambda value: moment(value, delivery.date_format))
    if pa.types.is_boolean(kind) or pa.types.is_integer(kind):
        return column.cast(pa.string())
    raise DeliveryRefused(f"a column of {kind} cannot be written as text", mend="send it as text")


def number(value: float | Decimal, decimal: str) -> str:
    """One finite number without an exponent: `1,5`, `2`, `0,00001`."""
    if value == 0:
        return "0"
    written = format(Decimal(repr(value)) if isinstance(value, float) else value, "f")
    if "." in written:
        written = written.rstrip("0").rstrip(".")
    return written.replace(".", decimal)


def moment(value: date | datetime, date_format: str) -> str:
    """One date or time, in the format where that loses nothing, else in full after ISO 8601."""
    # %Y of a year before 1000 has fewer than four digits on some systems.
    written = value.strftime(date_format.replace("%Y", f"{value.year:04}"))
    if isinstance(value, datetime):
        said = {"hour": "%H", "minute": "%M", "second": "%S"}
        lost = any(getattr(value, part) and sign not in date_format for part, sign in said.items())
        if lost or value.microsecond:
            return value.isoformat(sep=" ")
    return written


def floats(column: pa.Array, decimal: str) -> pa.Array:
    """Floats as text. Whole ones and those of usual size at once, the very large and small one by one."""
    finite = pc.is_finite(column)
    whole = pc.and_(finite, pc.and_(pc.equal(pc.floor(column), column), pc.less(pc.abs(column), WHOLE_BELOW)))
    integers = pc.if_else(whole, column, pa.scalar(None, column.type)).cast(pa.int64()).cast(pa.string())
    digits = pc.replace_substring(column.cast(pa.string()), ".", decimal)
    usual = pc.and_(finite, pc.invert(pc.match_substring(digits, "e")))
    text = pc.if_else(whole, integers, pc.if_else(usual, digits, pa.scalar(None, pa.string())))
    rare = pc.and_(pc.is_valid(column), pc.is_null(text))
    if not pc.any(rare).as_py():
        return text
    written = pa.array([_rare(value, decimal) for value in column.filter(rare).to_pylist()], pa.string())
    return pc.replace_with_mask(text, rare, written)


def _rare(value: float, decimal: str) -> str:
    if value != value:
        return "NaN"
    if value in (float("inf"), float("-inf")):
        return "inf" if value > 0 else "-inf"
    return number(value, decimal)


def each(column: pa.Array, write: Callable[[Any], str]) -> pa.Array:
    """One text per different value: a column of ten million dates has some thousand."""
    coded = column.dictionary_encode()
    texts = pa.array([write(value) for value in coded.dictionary.to_pylist()], pa.string())
    return texts.take(coded.indices)
