"""Where a running installation has written a person's id: in its files, and in every cell of its databases."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
from sqlalchemy import URL, create_engine, inspect, text

from maalbar.contract import Contract

ROOMS_OF_ROWS = ("landing", "store", "postgres")
"""The only folders of a home that may hold rows of persons. Databases are read through SQL instead."""


def delivered_ids(contract: Contract, home: Path) -> set[bytes]:
    """The ids that the senders wrote."""
    found: set[str] = set()
    for source, delivery in contract.deliveries.items():
        for path in (home / "landing" / contract.id / source).glob("*.csv"):
            column = pd.read_csv(path, sep=";", usecols=[delivery.columns["person_id"]], dtype=str).iloc[:, 0]
            found.update(column.dropna())
    return {one.encode() for one in found}


def stored_ids(contract: Contract, home: Path) -> set[bytes]:
    """The ids that stand in their place in the canonical tables."""
    found: set[str] = set()
    for path in (home / "store" / contract.id / "canonical").iterdir():
        if "person_id" in pq.read_schema(path).names:
            found.update(map(str, pq.read_table(path, columns=["person_id"])["person_id"].to_pylist()))
    return {one.encode() for one in found}


def that_name(ids: set[bytes], written: Iterable[tuple[str, bytes]]) -> list[str]:
    """The places among `written` in which any of the ids stands as a word."""
    return [place for place, content in written if not ids.isdisjoint(re.findall(rb"[0-9A-Za-z_-]{6,}", content))]


def written_files(home: Path) -> Iterator[tuple[str, bytes]]:
    """Logs, reports, statements, configuration, and whatever a step forgot."""
    for path in sorted(home.rglob("*")):
        if path.is_file() and path.relative_to(home).parts[0] not in ROOMS_OF_ROWS:
            yield str(path.relative_to(home)), path.read_bytes()


def written_rows(url: URL) -> Iterator[tuple[str, bytes]]:
    """Every row of every table of a database, as PostgreSQL writes it."""
    engine = create_engine(url)
    with engine.connect() as connection:
        for table in inspect(connection).get_table_names():
            for (row,) in connection.execute(text(f'SELECT t::text FROM "{table}" AS t')):
                yield f"table {table}", row.encode()
    engine.dispose()
