"""Frame: a piece of a SAS or Stata file, as pandas reads it, becomes a batch of cells."""

from __future__ import annotations

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from maalbar.errors import DeliveryRefused
from transforms.formats.cells import text


def batch(frame: pd.DataFrame, header: tuple[str, ...], name: str) -> pa.RecordBatch:
    """The columns in order, by place. Raises DeliveryRefused for a type that is no cell."""
    columns = [_column(frame.iloc[:, i], i + 1, name) for i in range(len(header))]
    return pa.RecordBatch.from_arrays(columns, names=list(header))


def _column(series: pd.Series, place: int, name: str) -> pa.Array:
    """Missing of any kind (SAS has 28, Stata 27) is null; whole numbers that may be missing stay floats."""
    kind = series.dtype
    if pd.api.types.is_datetime64_any_dtype(kind):
        # pandas reads days in seconds, and times in milliseconds.
        return _days(series, place, name) if kind == "datetime64[s]" else pa.array(series).cast(pa.timestamp("us"))
    if pd.api.types.is_integer_dtype(kind):
        return pa.array(series.astype("int64"))
    if pd.api.types.is_float_dtype(kind):
        floats = pa.array(series, from_pandas=True)
        # A float of 32 bits means its fewest digits: 1.1, and not 1.10000002384185791015625.
        return floats if pa.types.is_float64(floats.type) else pc.cast(floats.cast(pa.string()), pa.float64())
    try:
        return text(pa.array(series, pa.string(), from_pandas=True), place, name)
    except (pa.ArrowInvalid, pa.ArrowTypeError):
        what = f"column no. {place} is of a kind that is not read"
        raise DeliveryRefused(what, where=name, mend="send it as text, number, date or time stamp") from None


def _days(series: pd.Series, place: int, name: str) -> pa.Array:
    seconds = pa.array(series).cast(pa.timestamp("s"))
    days = seconds.cast(pa.date32(), safe=False)
    if pc.any(pc.not_equal(days.cast(pa.timestamp("s")), seconds)).as_py():
        what = f"column no. {place} is of days and holds parts of days"
        raise DeliveryRefused(what, where=name, mend="send it as date and time")
    return days
