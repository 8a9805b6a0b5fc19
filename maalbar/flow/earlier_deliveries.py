"""What a file is held against: earlier deliveries of its source, and the others of its period."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
from sqlalchemy import Connection, select

from maalbar import kept, results, store
from maalbar.contract import Contract
from maalbar.contract.measuring import Period
from maalbar.engine import ParquetFiles
from maalbar.flow.sampled import Sampled
from maalbar.schema import delivery, delivery_figure
from transforms.history import persons
from transforms.history.figures import Figures, figures_of
from transforms.history.look import Look, untested

Row = dict[str, Any]


@dataclass(frozen=True)
class Described:
    """What a file is a delivery of: a source, and a day."""

    source: str
    as_of: date


@dataclass(frozen=True)
class Before:
    """What was taken in before a file, as far as it is held against it."""

    contract: Contract
    described: Described
    period: Period
    sample: Sampled
    earlier_row: Row | None
    earlier: Figures | None
    superseded: Figures | None
    delivered: dict[str, Row]

    @classmethod
    def of(
        cls, connection: Connection, contract: Contract, described: Described, accepted: Path, generation: int
    ) -> Before:
        d, as_of = delivery.c, described.as_of
        mine = select(delivery).where(d.contract == contract.id, d.source == described.source)
        newest = (d.as_of.desc(), d.sequence.desc())
        earlier = _one(connection, mine.where(d.as_of < as_of).order_by(*newest).limit(1))
        same_day = _one(connection, mine.where(d.as_of == as_of).order_by(*newest).limit(1))
        period = next(p for p in contract.calendar.periods if p.end <= as_of <= p.data_due)
        delivered = {
            s: row
            for s, row in results.delivered(connection, contract, period.id).items()
            if row and row["canonical_sha256"]
        }
        sample = Sampled.of(accepted, generation, (earlier, same_day))
        found = [_figures(connection, contract, row, sample) if row else None for row in (earlier, same_day)]
        return cls(contract, described, period, sample, earlier, found[0], found[1], delivered)

    def figures_of(self, file: ParquetFiles, as_of: date) -> Figures:
        return _computed(self.contract, self.described.source, file, as_of, self.sample)

    def of_period(self, table: str) -> ParquetFiles | None:
        """The deliveries of a table that serve the same period, if their person ids can be compared with this file's."""
        rows = [row for source, row in self.delivered.items() if self.contract.deliveries[source].table == table]
        paths = [_path(self.contract, row) for row in rows if row["person_key"] == self.sample.generation]
        return ParquetFiles(tuple(paths)) if paths and len(paths) == len(rows) else None

    def persons(self, file: ParquetFiles, max_gone: float, max_wrong: float) -> Iterator[Look]:
        """The persons of the population beside those of the delivery before."""
        row = self.earlier_row
        if row is None:
            yield untested("persons_gone", "nothing of an earlier day is taken in from this source")
        elif row["person_key"] != self.sample.generation:
            yield untested("persons_gone", "the delivery before has its person ids under another key")
        else:
            earlier = self.sample(ParquetFiles((_path(self.contract, row),)))
            small = self.contract.quality.small_cell
            yield from persons.changed(earlier, file, row["as_of"], areas_of(self.contract), max_gone, max_wrong, small)


def _figures(connection: Connection, contract: Contract, row: Row, sample: Sampled) -> Figures:
    """The figures of a delivery that was taken in: as kept, or made now where none were kept of the same persons."""
    told = select(delivery_figure.c.figures).where(delivery_figure.c.delivery_id == row["delivery_id"])
    said = connection.execute(told).scalar_one_or_none()
    if said is not None:
        figures = Figures.read(row["as_of"], said)
        if sample.is_that_of(figures.one_of, figures.person_key):
            return figures
    file = sample(ParquetFiles((_path(contract, row),)))
    return _computed(contract, row["source"], file, row["as_of"], sample)


def _computed(contract: Contract, source: str, file: ParquetFiles, as_of: date, sample: Sampled) -> Figures:
    starts = [w.start for w in contract.baseline.windows] + [p.start for p in contract.calendar.periods]
    days = {day.isoformat(): day for day in sorted(set(starts)) if day <= as_of}
    found = figures_of(file, contract.deliveries[source].table, as_of, days, contract.quality.small_cell)
    return found if sample.one_of == 1 else replace(found, one_of=sample.one_of, person_key=sample.generation)


def areas_of(contract: Contract) -> pa.Table:
    """`area` and the `arm` it belongs to; no rows where the arms are no areas."""
    arms = contract.cohort.arms
    pairs = [(a, name) for name, arm in (("treated", arms.treated), ("comparison", arms.comparison)) for a in arm.areas]
    return pa.table({
        "area": pa.array([area for area, _ in pairs], pa.string()), "arm": pa.array([arm for _, arm in pairs], pa.string()),
    })  # fmt: skip


def _path(contract: Contract, row: Row) -> Path:
    return store.verified(contract.id, "canonical", row["canonical_sha256"])


def _one(connection: Connection, wanted: Any) -> Row | None:
    """A delivery with the tables it has now; none where they are no longer kept."""
    found = connection.execute(wanted).mappings().first()
    row = kept.as_now(connection, dict(found)) if found else None
    return row if row and row["canonical_sha256"] else None
