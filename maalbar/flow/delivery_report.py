"""The report of an intake: what came for a period and what became of it, gathered and written as one page.

<home>/reports/<contract>/<period>/intake.html     of the newest intake; what came before stands in the database
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

import pyarrow as pa
from sqlalchemy import Connection, select
from sqlalchemy.exc import SQLAlchemyError

from maalbar.contract import Contract
from maalbar.database import transaction
from maalbar.documents import checks_told, history_told
from maalbar.documents.delivery_report import ACCOUNT, Check, Fault, IntakeFacts, SourceFacts, Taken, render_intake
from maalbar.documents.set_aside import Counted
from maalbar.documents.to_the_sender import messages
from maalbar.errors import ChecksFailed, DecisionNeeded, DeliveryRefused, MaalbarError, SetupError
from maalbar.flow.quarantine import counted, quarantine_of
from maalbar.landing import Arrival, Landed
from maalbar.landing.arrivals import today
from maalbar.manifest import told
from maalbar.schema import delivery, metadata, quarantine_release, refusal
from maalbar.settings import settings
from maalbar.store import write_atomically

OURS = ("renew it in the contract", "let each layout of the contract", "`maalbar ", ": maalbar ", "report it")
"""What a remedy says when it is not the sender's to mend."""
VERDICTS: dict[str, Literal["held", "broken", "warned", "untested"]] = {
    "held": "held",
    "broken": "broken",
    "untested": "untested",
}


@dataclass
class Attempt:
    """A file on its way in: what became of it, and which rows of it were wrong once they are known."""

    arrival: Arrival
    fault: MaalbarError | None = None
    quarantine: pa.Table | None = None

    def called(self, error: MaalbarError) -> str:
        """What the file is called where it may be read: not by a name in which the gate has found a person."""
        return told("" if error.where == "a file" else self.arrival.manifest.file)


@contextmanager
def reported(
    contract: Contract,
    period_id: str,
    found: Landed,
    attempts: Sequence[Attempt],
    unfetched: Mapping[str, Sequence[MaalbarError]],
) -> Iterator[None]:
    """Write the page when the block ends, however it ends. Where it has failed, its fault is the one that is raised."""

    def page() -> None:
        path = path_of(contract.id, period_id)
        facts = gather(contract, period_id, found, attempts, unfetched)
        write_atomically(path, render_intake(facts, messages(facts)), mode=0o644)

    try:
        yield
    except BaseException:
        with suppress(OSError, SQLAlchemyError, MaalbarError):
            page()
        raise
    try:
        page()
    except (OSError, SetupError):  # SetupError: the disk is full
        if not any(attempt.fault for attempt in attempts):
            raise


def path_of(contract_id: str, period_id: str) -> Path:
    """Where the page of a period's newest intake lies."""
    return settings().intake_page(contract_id, period_id)


def gather(
    contract: Contract,
    period_id: str,
    found: Landed,
    attempts: Sequence[Attempt],
    unfetched: Mapping[str, Sequence[MaalbarError]],
) -> IntakeFacts:
    """Everything the page says."""
    period, now, zone = contract.period(period_id), datetime.now(UTC), ZoneInfo(contract.calendar.timezone)
    with transaction() as connection:
        rows = {source: _of_period(connection, delivery, contract, period_id, source) for source in contract.deliveries}
        past = {source: _of_period(connection, refusal, contract, period_id, source) for source in contract.deliveries}
        releases = {row["delivery_id"]: dict(row) for row in connection.execute(select(quarantine_release)).mappings()}
        checks = {row["delivery_id"]: _further(connection, row) for of in rows.values() for row in of}
    sources = []
    for source, known in contract.deliveries.items():
        mine = [attempt for attempt in attempts if attempt.arrival.manifest.source == source]
        here = [_landing_fault(e) for e in (*unfetched.get(source, ()), *found.refused_of.get(source, ()))]
        here += [_fault(contract, attempt) for attempt in mine if attempt.fault and _is_of_file(attempt.fault)]
        taken = [_taken(contract, row, rows[source], releases, checks[row["delivery_id"]]) for row in rows[source]]
        faults = (*here, *_past(past[source], here, rows[source]))
        sender = contract.parties[known.sender].name
        underway = tuple(told(name) for name in found.underway.get(source, ()))
        alone = [
            (told(one.name), datetime.fromtimestamp(one.modified, zone)) for one in found.unannounced.get(source, ())
        ]
        sources.append(SourceFacts(source, known.register_name, sender, tuple(taken), faults, underway, tuple(alone)))
    elsewhere = {a.fault.line: a.fault for a in attempts if a.fault and not _is_of_file(a.fault)}
    return IntakeFacts(
        contract.id,
        contract.name,
        f"REHEARSAL of {contract.rehearsal.of}" if contract.rehearsal else None,
        period_id,
        period.start,
        period.end,
        period.data_due,
        today(contract, now),
        now.astimezone(zone),
        tuple(sources),
        tuple(Fault(error.where or "here", error.what, error.mend, "ours") for error in elsewhere.values()),
    )


def _of_period(
    connection: Connection, table: Any, contract: Contract, period_id: str, source: str
) -> list[dict[str, Any]]:
    """The rows of a table for files of a source that describe a day of a period, in the order they came."""
    period, c = contract.period(period_id), table.c
    wanted = select(table).where(
        c.contract == contract.id, c.source == source, c.as_of.between(period.end, period.data_due)
    )
    return [dict(row) for row in connection.execute(wanted.order_by(c.sequence)).mappings()]


def _is_of_file(error: MaalbarError) -> bool:
    return isinstance(error, DeliveryRefused | ChecksFailed)


def _landing_fault(error: MaalbarError) -> Fault:
    return Fault(error.where, error.what, error.mend, _whose(error.mend), is_held=error.what.startswith("is held"))


def _fault(contract: Contract, attempt: Attempt) -> Fault:
    """A file that was looked at and not taken in."""
    error, manifest = attempt.fault, attempt.arrival.manifest
    assert error is not None
    name = attempt.called(error)
    # A place in the file stands behind its name: `f.xlsx, line 3, column no. 2`.
    name = error.where if error.where.startswith(f"{name}, ") else name
    reasons: tuple[Counted, ...] = ()
    mend = error.mend
    if isinstance(error, ChecksFailed) and attempt.quarantine is not None:
        reasons = counted(attempt.quarantine, contract, {"source": manifest.source, "as_of": manifest.as_of})
        mend = checks_told.beside(mend, bool(reasons))
    what, known = checks_told.broken(error.what), contract.deliveries[manifest.source]
    figures = error.figures if isinstance(error, DecisionNeeded) else {}
    asks = tuple(history_told.asked(one, found, known) for one, found in figures.items())
    return Fault(name, what, mend, _whose(mend), manifest.as_of, manifest.sha256, reasons=reasons, asks=asks)


def _past(rows: list[dict[str, Any]], here: list[Fault], taken: list[dict[str, Any]]) -> Iterator[Fault]:
    """What was refused at an earlier look, and is neither refused now nor taken in since."""
    now = {fault.sha256 for fault in here} | {row["sha256"] for row in taken}
    for row in rows:
        if row["sha256"] not in now:
            what = checks_told.broken(row["what"])
            yield Fault(row["file"], what, row["mend"], _whose(row["mend"]), row["as_of"], row["sha256"], is_past=True)


def _whose(mend: str) -> Literal["sender", "ours"]:
    return "ours" if any(mark in mend for mark in OURS) else "sender"


def _taken(
    contract: Contract,
    row: dict[str, Any],
    of_source: list[dict[str, Any]],
    releases: dict[str, dict[str, Any]],
    further: tuple[Check, ...],
) -> Taken:
    newest = max(of_source, key=lambda one: (one["as_of"], one["sequence"]))
    account = {part: row[f"rows_{part}"] for part in ACCOUNT}
    known = contract.deliveries[row["source"]]
    remarks = []
    if row["delivery_id"] in releases:
        said = releases[row["delivery_id"]]
        remarks.append(f"{said['rows_released']} rows that were set aside are let in by {said['name']}: {said['why']}")
    elif row["said_by"]:
        remarks.append(f"{row['said_by']} says that it takes the place of an earlier file: {row['said_why']}")
    return Taken(
        row["delivery_id"],
        row["file"] or row["source"],
        row["as_of"],
        row["sha256"],
        row is newest,
        account,
        (*checks_told.held(known, account, contract.quality.max_quarantined), *further),
        counted(quarantine_of(contract, row, "page of an intake"), contract, row),
        tuple(remarks),
    )


def _further(connection: Connection, row: dict[str, Any]) -> tuple[Check, ...]:
    """The checks that are stored beside a delivery, where there are such: those that need history."""
    table = metadata.tables.get("delivery_check")
    if table is None:
        return ()
    rows = select(table).where(table.c.delivery_id == row["delivery_id"]).order_by(table.c.name)
    return tuple(_check(dict(one)) for one in connection.execute(rows).mappings())


def _check(row: dict[str, Any]) -> Check:
    """A check in words. Its figures with no unit (an index, a standard error) are for `delivery_check` and not for this page."""
    found = dict(row.get("figures") or {})
    one_of = found.pop("one_of", None)
    words = row.get("words") or history_told.held(row["name"], found)
    if row["name"].startswith("codes.") and row["verdict"] in ("broken", "warned"):
        words = history_told.CODES.format(dimension=row["name"].partition(".")[2])
    sampled = f" (measured on one person of {one_of})" if one_of else ""
    return Check(VERDICTS.get(row["verdict"], "warned"), f"{words}{sampled}")
