"""A delivery beside those taken in before it: looked at before it is accepted, and let in by a person where it stops.

Only what describes an earlier day counts as before, and what it takes the place of: so a file is judged alike whenever it comes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, insert, select

from expectations.history import Verdict, verdicts
from maalbar.contract import Contract
from maalbar.database import transaction
from maalbar.engine import ParquetFiles
from maalbar.errors import DecisionNeeded, DeliveryRefused, SetupError
from maalbar.flow.earlier_deliveries import Before, Described, Row, areas_of
from maalbar.manifest import Manifest
from maalbar.named_deliveries import SHORTEST, SHOWN
from maalbar.schema import decision, delivery_check, delivery_figure, refusal
from maalbar.written_cpr import refuse_cpr
from transforms.history import codes, late, overlap, persons, rates, volume
from transforms.history.figures import MOMENTS, Figures
from transforms.history.look import Look, untested
from transforms.history.sample import told

FIRST = ("population", "contacts")
"""Tables that others are held against, in the order in which they are taken in."""


@dataclass(frozen=True)
class Judged:
    """A look and the verdict on it."""

    look: Look
    verdict: Verdict

    @property
    def words(self) -> str:
        """For a person who can act on it; empty where there is nothing to do."""
        if self.verdict == "untested":
            return f"{self.look.name}: not tested, {self.look.untested}"
        return "" if self.verdict == "held" else self.look.words


@dataclass(frozen=True)
class Seen:
    """What was found of a file: its figures, and the verdict on each look."""

    figures: Figures
    judged: Sequence[Judged]

    @property
    def broken(self) -> list[Judged]:
        return [one for one in self.judged if one.verdict == "broken"]


def taken_in_order(contract: Contract, arrivals: Sequence[Any]) -> list[Any]:
    """Arrivals in an order in which what others are held against comes first; otherwise as they were."""
    place = {name: number for number, name in enumerate(FIRST)}
    return sorted(arrivals, key=lambda one: place.get(contract.deliveries[one.manifest.source].table, len(FIRST)))


def check(contract: Contract, manifest: Manifest, accepted: Path, generation: int) -> Seen:
    """Look at an accepted table, still in its private folder, beside what was taken in before.

    Raises DecisionNeeded where it differs so much that a person must decide, and none has.
    """
    seen = look_at(contract, Described(manifest.source, manifest.as_of), accepted, generation)
    with transaction() as connection:
        decided = _decided(connection, contract, manifest)
    stopped = [one for one in seen.broken if one.look.name not in decided]
    if stopped:
        mend = f"ask the sender; if the file is right: maalbar accept {contract.id} {manifest.file} --name NAME --reason WHY"
        error = DecisionNeeded("; ".join(one.words for one in stopped), where=manifest.file, mend=mend)
        error.checks = tuple(one.look.name for one in seen.broken)
        error.figures = {one.look.name: one.look.figures for one in stopped}
        raise error
    return seen


def look_at(contract: Contract, described: Described, accepted: Path, generation: int) -> Seen:
    """The figures of an accepted table and what is found of it, whatever that is. A large table is looked at by a sample."""
    with transaction() as connection:
        before = Before.of(connection, contract, described, accepted, generation)
    file = before.sample(ParquetFiles((accepted,)))
    figures = before.figures_of(file, described.as_of)
    looks = [told(one, before.sample.one_of) for one in _looks(contract, described, file, figures, before)]
    return Seen(figures, [Judged(*pair) for pair in zip(looks, verdicts(looks), strict=True)])


def record(connection: Connection, delivery_id: str, seen: Seen) -> None:
    """Keep the figures of a delivery and what was found of it, beside its row."""
    connection.execute(insert(delivery_figure), {"delivery_id": delivery_id, "figures": seen.figures.said()})
    rows = [
        {"name": one.look.name, "verdict": one.verdict, "words": one.words, "figures": one.look.figures}
        for one in seen.judged
    ]
    if rows:
        connection.execute(insert(delivery_check), [row | {"delivery_id": delivery_id} for row in rows])


def accept(contract: Contract, file: str, name: str, reason: str) -> Row:
    """A named person lets in a file that was stopped by history; return the decision. It is taken in by the next intake.

    `file`: its name, its SHA-256 by six signs or more, or `source@day`. Raises DeliveryRefused when no such file waits for a
    decision.
    """
    if not name.strip() or not reason.strip():
        raise SetupError("nobody has decided it, or not why", mend="give --name and --reason")
    refuse_cpr(SetupError, contract.id, name=name, reason=reason)
    r = refusal.c
    waiting = select(r.source, r.as_of, r.sha256, r.file, r.checks).where(
        r.contract == contract.id, r.checks.isnot(None)
    )
    with transaction() as connection:
        rows = [dict(row) for row in connection.execute(waiting.order_by(r.sequence)).mappings()]
        named = [row for row in rows if _is_named(row, file)]
        if len({row["sha256"] for row in named}) != 1:
            what = "is the name of several files" if named else "is no file that was stopped until a person decides"
            known = ", ".join(sorted({f"{row['file']} ({row['sha256'][:SHOWN]}…)" for row in rows})) or "none"
            raise DeliveryRefused(what, where=file[:64], mend=f"name one of these by its hash: {known}")
        said = {key: named[-1][key] for key in ("source", "as_of", "sha256", "checks")}
        said |= {"contract": contract.id, "said_by": name, "said_why": reason}
        connection.execute(insert(decision), said)
    return said | {"file": named[-1]["file"]}


def _is_named(row: Row, file: str) -> bool:
    of_day = f"{row['source']}@{row['as_of']}"
    return file in (row["file"], of_day) or (len(file) >= SHORTEST and row["sha256"].startswith(file.lower()))


def checks_of(connection: Connection, delivery_id: str) -> list[Row]:
    """What was found of a delivery, by name."""
    rows = select(delivery_check).where(delivery_check.c.delivery_id == delivery_id).order_by(delivery_check.c.name)
    return [dict(row) for row in connection.execute(rows).mappings()]


def _looks(
    contract: Contract, described: Described, file: ParquetFiles, now: Figures, before: Before
) -> Iterator[Look]:
    """Everything that is looked at in a file, each by a name of its own."""
    table, quality = contract.deliveries[described.source].table, contract.quality
    wrong, small = float(quality.max_quarantined), quality.small_cell
    yield from _beside_earlier(contract, now, before)
    yield from overlap.overlap(file, table, wrong, small)
    if table == "population":
        yield from before.persons(file, float(quality.max_vanished), wrong)
        return
    homes = before.of_period("population")
    if homes is None:
        yield untested("unknown_persons", "no population of this period, under the same person key, is taken in yet")
    elif table in MOMENTS:
        homes = before.sample(homes)
        events = ParquetFiles(file.paths, (("person_id", "person_id"), ("happened_on", MOMENTS[table])))
        yield from persons.contradicted(events, homes, float(quality.max_unknown), wrong, small)
        if table in ("contacts", "services"):
            limit = float(quality.max_volume_change)
            yield rates.arms_parted(events, homes, areas_of(contract), described.as_of, limit)
    if table == "diagnoses":
        contacts = before.of_period("contacts")
        if contacts is None:
            yield untested("without_contact", "no contacts of this period are taken in yet")
        else:
            yield persons.without_contact(file, contacts, float(quality.max_unknown), small)


def _beside_earlier(contract: Contract, now: Figures, before: Before) -> Iterator[Look]:
    """What the figures alone tell beside those of the delivery before, and of the one whose place the file takes."""
    quality, first = contract.quality, min(window.start for window in contract.baseline.windows)
    limit = float(quality.max_volume_change)
    if before.superseded is not None:
        yield volume.same_time(before.superseded, now, first, limit, "volume_superseded")
    if before.earlier is None:
        yield untested("volume", "nothing of an earlier day is taken in from this source")
        return
    earlier = before.earlier
    yield volume.same_time(earlier, now, first, limit)
    has_days = bool(now.of("month") or earlier.of("month"))
    if has_days:
        yield volume.last_year(earlier, now, limit)
        yield volume.silent_months(now)
        stops = quality.late_registration == "stops"
        yield late.late(earlier, now, before.period.end, float(quality.min_complete), stops)
    for dimension in sorted({*earlier.codes, *now.codes}):
        yield codes.drift(earlier, now, dimension)
        yield from codes.come_and_gone(earlier, now, dimension)


def _decided(connection: Connection, contract: Contract, manifest: Manifest) -> frozenset[str]:
    """The checks that a person has decided need not hold of this very file."""
    x = decision.c
    said = select(x.checks).where(
        x.contract == contract.id,
        x.source == manifest.source,
        x.as_of == manifest.as_of,
        x.sha256 == manifest.sha256,
    )
    return frozenset(name for (names,) in connection.execute(said) for name in names)
