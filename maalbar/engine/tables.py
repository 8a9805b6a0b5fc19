"""What a step reads: tables in memory, or tables that lie in Parquet files and are read as far as the step needs them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import pyarrow as pa
import pyarrow.parquet as pq

from maalbar.errors import SetupError


@dataclass(frozen=True)
class ParquetFiles:
    """One table in one or more Parquet files of the same columns, for example one a year.

    The files are named one by one: which of them a step needs is for the caller to know, never for a filter on a
    column made from folder names (see docs/decisions/0010-one-sql-two-engines.md).
    """

    paths: tuple[Path, ...]
    named: tuple[tuple[str, str], ...] = ()
    """(column as the step calls it, column of the files): only these are seen. Nothing: all, as they are called."""

    @property
    def schema(self) -> pa.Schema:
        """The columns of the first file. Raises SetupError where there is no file or it is no Parquet."""
        if not self.paths:
            raise SetupError("a table of no Parquet files", mend="name at least one file, an empty one will do")
        for path in self.paths:
            if not path.is_file():
                raise SetupError("there is no such Parquet file", where=str(path))
        try:
            schema = pq.read_schema(self.paths[0])
        except pa.ArrowInvalid:
            raise SetupError("is not a Parquet file", where=str(self.paths[0])) from None
        return (
            pa.schema([schema.field(column).with_name(name) for name, column in self.named]) if self.named else schema
        )


Given: TypeAlias = pa.Table | ParquetFiles
Tables = Mapping[str, Given]
PORTABLE = (pa.int32(), pa.int64(), pa.string(), pa.bool_(), pa.date32())
"""The types that a step may give: those that are the same on every engine."""


def refuse_inexact(step: str, schema: pa.Schema) -> None:
    """Raise SetupError where a step gives a column of a type that is another one on another engine."""
    for field in schema:
        if field.type not in PORTABLE:
            raise SetupError(
                f"gives {field.name} as {field.type}",
                where=f"sql/{step}.sql",
                mend="cast sums to bigint, dates to date",
            )
