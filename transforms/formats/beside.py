"""Beside the cells: what a file says of itself that becomes nothing here, and is kept with the file as it came.

Comments, other sheets and document properties of a workbook, labels of SAS and Stata, metadata of Parquet. Nobody looks at them
again, so the gate has to.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from maalbar import unpacking
from maalbar.contract.delivering import Delivery

_SAID = re.compile(r"docProps/|customXml/|xl/(comments|threadedComments|drawings|persons|charts)")
"""Parts of a workbook that hold texts, and no cells."""
_TAG = re.compile(rb"<[^>]*>")
_SCHEMA = b"ARROW:schema"
"""The columns once more, in a form of Arrow's own; what they say stands beside it."""


def said_beside(path: Path, delivery: Delivery) -> Iterator[str]:
    """The texts of an unpacked file that are no cells of the agreed table and no names of its columns.

    `path`: a file whose cells have been opened (`open_cells`), so that it is of its format and within its limits.
    """
    match delivery.format:
        case "parquet":
            yield from _of_parquet(path)
        case "excel":
            yield from _of_workbook(path, delivery)
        case "sas" | "stata":
            yield from _of_labels(path, delivery.format)


def _of_parquet(path: Path) -> Iterator[str]:
    with pq.ParquetFile(path) as file:
        told = [file.metadata.metadata or {}, *(field.metadata or {} for field in file.schema_arrow)]
        for said in told:
            for key, value in said.items():
                yield key.decode(errors="replace")
                yield "" if key == _SCHEMA else value.decode(errors="replace")


def _of_workbook(path: Path, delivery: Delivery) -> Iterator[str]:
    import openpyxl

    for part, pieces in unpacking.parts(path, delivery.max_unpacked_mb * 1_000_000):
        if _SAID.match(part):
            yield _TAG.sub(b" ", b"".join(pieces)).decode(errors="replace")
    with path.open("rb") as stream, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        book = openpyxl.load_workbook(stream, read_only=True, keep_links=False)
        yield from book.sheetnames
        for sheet in book.worksheets if len(book.sheetnames) > 1 else ():
            if sheet.title != delivery.sheet:
                for row in sheet.iter_rows(values_only=True):
                    yield from (str(value) for value in row if value is not None)


def _of_labels(path: Path, written: str) -> Iterator[str]:
    import pandas as pd

    reader: Any
    with path.open("rb") as stream:
        if written == "sas":
            reader = pd.read_sas(stream, format="sas7bdat", encoding="infer", iterator=True)
            yield from (str(column.label) for column in reader.columns)
            return
        reader = pd.read_stata(stream, iterator=True, convert_categoricals=False)
        yield reader.data_label
        yield from reader.variable_labels().values()
        yield from (str(label) for labels in reader.value_labels().values() for label in labels.values())
