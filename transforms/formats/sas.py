"""SAS: `.sas7bdat`, piece by piece, by pandas. Letters are read in the encoding that the file says of itself."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa

from maalbar.contract.delivering import Delivery
from maalbar.errors import DeliveryRefused
from transforms.formats import frame
from transforms.formats.cells import Cells, rows_within

_TIMES = re.compile(r"(TIME|HHMM|HOUR|MMSS|TOD|NLTIM|[BE]8601(TM|LZ|TZ))")
"""Formats of a time of day, a number of seconds by itself."""
_DATES = re.compile(r"NLDAT|EURDF|HDATE|HEBDATE|PDJUL|DTYYQC|[BE]8601D|[YMD]+YY|DATE|WEEKDAT|WORDDAT")
"""Formats of SAS's own that show a number as a date. Where pandas leaves the number, it is not guessed from when it counts."""


def cells(path: Path, delivery: Delivery, name: str) -> Cells:
    """The cells of a SAS file. Raises DeliveryRefused, also for columns that hold a time of day."""
    rows = _batches(path, delivery, name)
    return Cells(next(rows), rows)


def _batches(path: Path, delivery: Delivery, name: str) -> Iterator[Any]:
    """First the header, then the batches, from one reading."""
    with path.open("rb") as stream:
        try:
            reader: Any = pd.read_sas(stream, format="sas7bdat", encoding="infer", iterator=True)
            header = tuple(unicodedata.normalize("NFC", str(column)) for column in reader.column_names)
        except Exception:
            raise _damaged(name) from None
        _refuse_too_much(reader, delivery, name)
        for place, written in enumerate(reader.column_formats, start=1):
            if _TIMES.match(written):
                what = f"column no. {place} holds a time of day"
                raise DeliveryRefused(what, where=name, mend="send date and time together, or text")
        yield header
        yield from _pieces(reader, header, name)


def _refuse_too_much(reader: Any, delivery: Delivery, name: str) -> None:
    """A compressed SAS file says how long its rows are."""
    if reader.row_count * reader.row_length > delivery.max_unpacked_mb * 1_000_000:
        what = f"unpacks to more than the agreed {delivery.max_unpacked_mb} MB"
        raise DeliveryRefused(what, where=name, mend="raise `max_unpacked_mb` if it should")


def _pieces(reader: Any, header: tuple[str, ...], name: str) -> Iterator[pa.RecordBatch]:
    size = rows_within(reader.row_length)
    rows = 0
    while rows < reader.row_count:
        try:
            piece = reader.read(size)
        except Exception:
            # The reader fails in many ways on a damaged file, some with bytes of it in the message.
            raise _damaged(name) from None
        if piece.empty:  # or it would be asked for the rest without end
            raise _damaged(name)
        _refuse_number_as_date(reader, piece, name)
        yield frame.batch(piece, header, name)
        rows += len(piece)


def _refuse_number_as_date(reader: Any, piece: pd.DataFrame, name: str) -> None:
    for place, written in enumerate(reader.column_formats):
        if _DATES.match(written) and pd.api.types.is_float_dtype(piece.dtypes.iloc[place]):
            what = f"column no. {place + 1} is a date in a format that is not read"
            raise DeliveryRefused(what, where=name, mend="send it as YYMMDD10. or DATETIME20.")


def _damaged(name: str) -> DeliveryRefused:
    return DeliveryRefused("is no whole SAS file", where=name, mend="send the .sas7bdat whole")
