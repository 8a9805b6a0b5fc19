"""What the checks of history cost where a delivery is large: contacts and the population beside them, whole and by sample.

    .venv/bin/python benchmarks/large_history.py [CONTACTS] [--whole]

Prints the seconds of each step, and of all. Contacts are ten a person, ids as `maalbar.persons` makes them.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from maalbar.engine import ParquetFiles
from maalbar.flow.writing import CanonicalWriting
from maalbar.tables import TABLES
from transforms.history import figures, overlap, persons, rates, sample

AS_OF, BEFORE, CHUNK = date(2028, 8, 1), date(2027, 8, 1), 1_000_000
AREAS = pa.table({"area": ["a", "b", "c", "d"], "arm": ["treated", "treated", "comparison", "comparison"]})
HEX = np.frombuffer(b"0123456789abcdef", np.uint8)


def texts(cells: np.ndarray) -> pa.Array:
    """Rows of signs as texts."""
    count, width = cells.shape
    offsets = np.arange(count + 1, dtype=np.int32) * width
    return pa.StringArray.from_buffers(count, pa.py_buffer(offsets.tobytes()), pa.py_buffer(cells.tobytes()))


def numbered(prefix: str, numbers: np.ndarray) -> pa.Array:
    digits = numbers[:, np.newaxis] // 10 ** np.arange(7, -1, -1) % 10 + ord("0")
    return texts(np.hstack([np.full((len(numbers), 1), ord(prefix)), digits]).astype(np.uint8))


def rows(name: str, columns: dict[str, Any], count: int) -> pa.Table:
    """A canonical table of these columns, the others empty."""
    given = {key: pa.array(cells) for key, cells in columns.items()}
    fields = TABLES[name].schema
    return pa.table(
        [given[f.name].cast(f.type) if f.name in given else pa.nulls(count, f.type) for f in fields], fields
    )


def written(folder: Path, contacts: int) -> tuple[ParquetFiles, ParquetFiles]:
    """Contacts and the population that they are of."""
    rng, count = np.random.default_rng(1), max(1, contacts // 10)
    ids = texts(HEX[rng.integers(0, 16, (count, 32))])
    ids = ids.take(pc.sort_indices(ids))

    def drawn(codes: list[str], many: int) -> pa.Array:
        return pa.array(codes).take(pa.array(rng.integers(0, len(codes), many)))

    paths = folder / "contacts.parquet", folder / "population.parquet"
    with CanonicalWriting(paths[1], TABLES["population"]) as population:
        born = (rng.integers(-240, 360, count)).astype("datetime64[M]").astype("datetime64[D]")
        told = {
            "person_id": ids,
            "sex": drawn(["F", "M"], count),
            "birth_month": born,
            "is_care_home": np.zeros(count, bool),
        }
        told |= {
            "area": drawn(["a", "b", "c", "d"], count),
            "resident_from": np.full(count, np.datetime64("2005-01-01")),
        }
        population.write(rows("population", told, count))
    begin, end = (int(np.datetime64(day, "m").astype("int64")) for day in ("2018-01-01", "2028-07-01"))
    with CanonicalWriting(paths[0], TABLES["contacts"]) as table:
        for first in range(0, contacts, CHUNK):
            many = min(CHUNK, contacts - first)
            minute = rng.integers(begin, end, many)
            ended = minute + rng.gamma(1.2, 900, many).astype("int64") // 60
            told = {"person_id": ids.take(pa.array(rng.integers(0, count, many)))}
            told |= {"contact_id": numbered("H", np.arange(first, first + many)), "sector": ["hospital"] * many}
            told |= {
                "started_minute": minute,
                "ended_minute": ended,
                "unit": numbered("S", rng.integers(0, 2_000, many)),
            }
            told |= {"started_on": minute.astype("datetime64[m]").astype("datetime64[D]")}
            told |= {
                "priority": drawn(["ATA1", "ATA2", "ATA3"], many),
                "form": drawn(["ALCA00", "ALCA03", "ALCA10"], many),
            }
            table.write(rows("contacts", told, many))
    return ParquetFiles(paths[:1]), ParquetFiles(paths[1:])


def timed(name: str, step: Callable[[], Any]) -> Any:
    start = time.perf_counter()
    found = step()
    print(f"  {name:24s} {time.perf_counter() - start:6.2f} s", flush=True)
    return found


def looked_at(contacts: ParquetFiles, population: ParquetFiles, rate: int, folder: Path) -> None:
    """Everything that a delivery of contacts and one of the population are looked at for, but what figures alone tell."""
    start = time.perf_counter()
    print(f"one person of {rate}:")
    seen = timed("sample of contacts", lambda: sample.sampled(contacts, rate, folder / f"contacts-{rate}.parquet"))
    homes = timed(
        "sample of the population", lambda: sample.sampled(population, rate, folder / f"population-{rate}.parquet")
    )
    events = ParquetFiles(seen.paths, (("person_id", "person_id"), ("happened_on", "started_on")))
    timed("figures", lambda: figures.figures_of(seen, "contacts", AS_OF, {}, 5))
    timed("overlap", lambda: overlap.overlap(seen, "contacts", 0.01, 5))
    timed("contradicted", lambda: persons.contradicted(events, homes, 0.05, 0.01, 5))
    timed("rates", lambda: rates.arms_parted(events, homes, AREAS, AS_OF, 0.2))
    print(f"  contacts in all          {time.perf_counter() - start:6.2f} s")
    days = {f"{year}-07-01": date(year, 7, 1) for year in range(2020, 2029)}
    timed("figures of the population", lambda: figures.figures_of(homes, "population", AS_OF, days, 5))
    timed("changed persons", lambda: persons.changed(homes, homes, BEFORE, AREAS, 0.05, 0.01, 5))


if __name__ == "__main__":
    numbers = [int(text) for text in sys.argv[1:] if text.isdigit()]
    many = numbers[0] if numbers else 10_000_000
    with tempfile.TemporaryDirectory(prefix="maalbar-large-history-") as home:
        both = written(Path(home), many)
        print(f"{many:,} contacts")
        for part in sorted({sample.one_of(many), *([1] if "--whole" in sys.argv else [])}, reverse=True):
            looked_at(*both, part, Path(home))
