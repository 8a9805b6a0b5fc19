"""Conversion: the cells of one column, as they came, to the type of a canonical column. What cannot be read is empty and told.

Nothing is guessed: a text is a number or a date only when it is written exactly as the contract says. A column that has a type of
its own (Parquet, SAS, Stata, Excel) is taken as it is where the type fits, and else as the text that was agreed.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from maalbar.contract.delivering import Delivery
from maalbar.tables import Kind
from transforms.formats.text import column_as_text

DIGITS = {"%Y": 4, "%m": 2, "%d": 2, "%H": 2, "%M": 2, "%S": 2}
"""How many digits each part of a written date has."""
MOST_DIGITS = {"integer": 15, "hundredths": 13}
"""The most digits of a whole number: more is no amount, and beyond 18 there is no exact number of it."""
FARTHEST = 10_000_000
"""Days from 1970 that any time can be told of: some 27,000 years."""
GROUPED = {"none": "", ".": ".", ",": ",", "space": " "}
MINUTE = 60_000_000
"""Microseconds of a minute."""


class Converted(NamedTuple):
    """`values` in the canonical type, empty where a cell is empty or not readable; `unreadable`: which cells are the latter."""

    values: pa.Array
    unreadable: pa.BooleanArray


def converted(cells: pa.Array, kind: Kind, delivery: Delivery, timezone: str) -> Converted:
    """The cells of one column in the type of a canonical column. `timezone` is that of local times."""
    if kind == "text":
        return _all_read(column_as_text(cells, delivery))
    if kind == "flag":
        text = column_as_text(cells, delivery)
        values = pc.if_else(pc.is_in(text, pa.array(["true", "false"])), pc.equal(text, "true"), None)
        return Converted(values, _lost(cells, values))
    if kind in ("integer", "hundredths"):
        return _number(cells, kind, delivery)
    return _day(cells, delivery) if kind == "date" else _instant(cells, delivery, timezone)


def local_day(cells: pa.Array, delivery: Delivery, timezone: str) -> pa.Date32Array:
    """The local date of times, empty where there is none that can be read."""
    return pc.cast(_local(cells, delivery, timezone), pa.date32(), safe=False)


def minutes_since_1970(times: pa.TimestampArray) -> pa.Int64Array:
    """Whole minutes since 1970 in UTC, each begun minute left out; missing where there is no time."""
    given = pc.cast(times, pa.int64())
    whole = pc.divide(given, MINUTE)
    # Before 1970 a division leaves out the wrong part: the minute that has begun is the one below.
    return pc.subtract(whole, pc.cast(pc.less(given, pc.multiply(whole, MINUTE)), pa.int64()))


def _number(cells: pa.Array, kind: Kind, delivery: Delivery) -> Converted:
    if pa.types.is_integer(cells.type):
        given, most = pc.cast(cells, pa.int64()), 10 ** MOST_DIGITS[kind]
        values = pc.if_else(pc.and_(pc.less(given, most), pc.greater(given, -most)), given, None)
        return Converted(values if kind == "integer" else pc.multiply(values, 100), _lost(cells, values))
    text, sign = column_as_text(cells, delivery), re.escape(delivery.decimal)
    group = re.escape(GROUPED[delivery.thousands])
    plain = rf"[0-9]{{1,{MOST_DIGITS[kind]}}}"
    whole = rf"(?:[0-9]{{1,3}}(?:{group}[0-9]{{3}}){{1,4}}|{plain})" if group else plain
    pattern = rf"^-?{whole}$" if kind == "integer" else rf"^-?{whole}(?:{sign}[0-9]{{1,2}})?$"
    fits = pc.match_substring_regex(text, pattern)
    text = pc.if_else(fits, text, None)
    if group:
        text = pc.replace_substring(text, GROUPED[delivery.thousands], "")
        text = pc.if_else(pc.match_substring_regex(text, rf"^-?{plain}(?:$|{sign})"), text, None)
    if kind == "integer":
        return Converted(pc.cast(text, pa.int64()), _lost(cells, text))
    exact = pc.cast(pc.replace_substring(text, delivery.decimal, "."), pa.decimal128(15, 2))
    hundredths = pc.cast(pc.multiply(exact, pa.scalar(Decimal(100), pa.decimal128(3, 0))), pa.int64())
    return Converted(hundredths, _lost(cells, text))


def _day(cells: pa.Array, delivery: Delivery) -> Converted:
    if pa.types.is_date(cells.type):
        return _all_read(pc.cast(cells, pa.date32()))
    if pa.types.is_timestamp(cells.type):
        # A date that came with a time of day is no date.
        day = pc.cast(cells, pa.date32(), safe=False)
        values = pc.if_else(pc.equal(pc.cast(day, cells.type), cells), day, None)
        return Converted(values, _lost(cells, values))
    values = pc.cast(_written(column_as_text(cells, delivery), delivery.date_format), pa.date32(), safe=False)
    return Converted(values, _lost(cells, values))


def _instant(cells: pa.Array, delivery: Delivery, timezone: str) -> Converted:
    """Local times as instants in UTC. The hour that does not exist in spring is moved forward, the one that comes twice in
    autumn is the later one."""
    if pa.types.is_timestamp(cells.type) and cells.type.tz is not None:
        return _all_read(pc.cast(cells, pa.timestamp("us", "UTC")))
    local = _local(cells, delivery, timezone)
    zoned = pc.assume_timezone(local, timezone, ambiguous="latest", nonexistent="latest")
    return Converted(pc.cast(zoned, pa.timestamp("us", "UTC")), _lost(cells, zoned))


def _local(cells: pa.Array, delivery: Delivery, timezone: str) -> pa.TimestampArray:
    """Times as they stood on the clock."""
    if pa.types.is_timestamp(cells.type):
        if cells.type.tz is not None:
            cells = pc.local_timestamp(pc.cast(cells, pa.timestamp("us", timezone)))
        return pc.cast(cells, pa.timestamp("us"), safe=False)
    if pa.types.is_date(cells.type):
        # Days go further than times do.
        days = pc.if_else(pc.less_equal(pc.abs(pc.cast(cells, pa.int32())), FARTHEST), cells, None)
        return pc.cast(days, pa.timestamp("us"))
    return _written(column_as_text(cells, delivery), delivery.date_format)


def _written(text: pa.StringArray, date_format: str) -> pa.TimestampArray:
    """Texts in that format, every part with all its digits; empty where a text is another, or no day of the calendar."""
    pattern = re.sub("%[YmdHMS]", lambda part: f"[0-9]{{{DIGITS[part[0]]}}}", re.escape(date_format))
    fits = pc.match_substring_regex(text, f"^{pattern}$")
    parsed = pc.strptime(pc.if_else(fits, text, None), format=date_format, unit="us", error_is_null=True)
    parsed = pc.if_else(pc.greater(pc.year(parsed), 0), parsed, None)
    for part, read in (("%d", pc.day), ("%S", pc.second)):
        # The C library reads 31 February as 3 March, and second 60 as the next minute.
        if part in date_format:
            at = sum(DIGITS.get(token, 1) for token in re.findall("%[YmdHMS]|.", date_format.partition(part)[0]))
            said = pc.utf8_slice_codeunits(text, at, at + 2)
            whole = pc.cast(pc.if_else(pc.is_valid(parsed), said, None), pa.int64())
            parsed = pc.if_else(pc.equal(whole, read(parsed)), parsed, None)
    return parsed


def _all_read(values: pa.Array) -> Converted:
    return Converted(values, pa.repeat(pa.scalar(False), len(values)))


def _lost(cells: pa.Array, values: pa.Array) -> pa.BooleanArray:
    return pc.and_(pc.is_valid(cells), pc.is_null(values))
