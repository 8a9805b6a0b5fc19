"""Stata: `.dta`, piece by piece, by pandas. Codes stay codes: the labels of values are the contract's to say."""

from __future__ import annotations

import unicodedata
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pandas as pd

from maalbar.contract.delivering import Delivery
from maalbar.errors import DeliveryRefused
from transforms.formats import frame
from transforms.formats.cells import Cells, rows_within

FIRST_ROWS = 1000
"""Rows by which the memory of a row is known."""


def cells(path: Path, delivery: Delivery, name: str) -> Cells:
    """The cells of a Stata file. Its long texts (strL) are held in memory together. Raises DeliveryRefused."""
    rows = _batches(path, name)
    return Cells(next(rows), rows)


def _batches(path: Path, name: str) -> Iterator[Any]:
    """First the header, then the batches, from one reading."""
    with path.open("rb") as stream:
        with _refusing(name):
            reader: Any = pd.read_stata(
                stream, iterator=True, convert_categoricals=False, preserve_dtypes=True, compression=None
            )
            header = tuple(unicodedata.normalize("NFC", column) for column in reader.variable_labels())
        yield header
        size = FIRST_ROWS
        while (piece := _read(reader, size, name)) is not None:
            yield frame.batch(piece, header, name)
            size = rows_within(int(piece.memory_usage(deep=True).sum()) // max(1, len(piece)))


def _read(reader: Any, size: int, name: str) -> pd.DataFrame | None:
    with _refusing(name):
        try:
            return reader.read(size)
        except StopIteration:
            return None


@contextmanager
def _refusing(name: str) -> Iterator[None]:
    """The reader fails in many ways on a damaged file, some with values in the message; of wrong letters it only warns."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            warnings.simplefilter("error", UnicodeWarning)
            yield
    except UnicodeWarning:
        raise DeliveryRefused("has text that is not utf-8", where=name, mend="save it again from Stata") from None
    except Exception:
        raise DeliveryRefused("is no whole Stata file", where=name, mend="send the .dta whole") from None
