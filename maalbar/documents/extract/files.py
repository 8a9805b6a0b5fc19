"""The files of an extract. The same facts are the same bytes within one pyarrow version.

In CSV a figure that may not be told is the mark in its cell. A column of Parquet holds numbers and no words, so each has a
second one that says what became of it: `shown`, `withheld` or `not measured`.
"""

from __future__ import annotations

import io
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq

from maalbar.documents.cells import as_csv
from maalbar.documents.extract.codebook import codebook
from maalbar.documents.extract.facts import ExtractFacts
from maalbar.documents.extract.tables import ExtractTable, Value, extract_tables
from maalbar.documents.language import LANGUAGES, Language
from maalbar.suppressed import Suppressed

CODEBOOK: dict[Language, str] = {"da": "kodebog.md", "en": "codebook.md"}
WORDS = ("not_measurable",)
"""Columns of figures that hold words."""


def extract_files(facts: ExtractFacts) -> dict[str, bytes]:
    """Name → bytes: every table as CSV and Parquet, and the codebook in each language."""
    tables = extract_tables(facts)
    files = {f"{table.name}.csv": as_csv(table.columns, table.rows) for table in tables}
    files |= {f"{table.name}.parquet": _parquet(table) for table in tables}
    return files | {CODEBOOK[language]: codebook(facts, tables, language).encode() for language in LANGUAGES}


def _parquet(table: ExtractTable) -> bytes:
    columns: dict[str, pa.Array] = {}
    for place, name in enumerate(table.columns):
        values = [row[place] for row in table.rows]
        if name in table.places or name in WORDS:
            columns[name] = pa.array([None if value is None else str(value) for value in values], pa.string())
            continue
        columns[name] = pa.array([_number(value) for value in values], pa.float64())
        columns[f"{name}_is"] = pa.array([_state(value) for value in values], pa.string())
    buffer = io.BytesIO()
    pq.write_table(pa.table(columns), buffer, compression="zstd")
    return buffer.getvalue()


def _number(value: Value) -> float | None:
    return float(value) if isinstance(value, int | Decimal) else None


def _state(value: Value) -> str:
    if isinstance(value, Suppressed):
        return value.CODE
    return "not measured" if value is None else "shown"
