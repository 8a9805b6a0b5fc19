"""The same rows written in other formats."""

from __future__ import annotations

import io
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq

AS_PARQUET: dict[str, Any] = {"file": "population.parquet", "delivery": {"format": "parquet"}}
AS_EXCEL: dict[str, Any] = {"file": "population.xlsx", "delivery": {"format": "excel"}}
TWENTY: dict[str, Any] = {"manifest": {"rows": 20}}


def table_of(raw: bytes) -> pa.Table:
    header, *lines = [line.split(";") for line in raw.decode().splitlines()]
    columns = [[cell or None for cell in column] for column in zip(*lines, strict=True)]
    return pa.table([pa.array(column, pa.string()) for column in columns], names=header)


def parquet(table: pa.Table, **options: Any) -> bytes:
    sink = io.BytesIO()
    pq.write_table(table, sink, **options)
    return sink.getvalue()


def workbook(raw: bytes) -> bytes:
    book = openpyxl.Workbook()
    for line in raw.decode().splitlines():
        book.active.append([cell or None for cell in line.split(";")])
    sink = io.BytesIO()
    book.save(sink)
    return sink.getvalue()
