"""What a correction has changed, written down where those who run it can read it: who, why, which files, which figures.

It holds figures that nobody has approved, so it lies with the pages of the intake and not in a log, which more may read.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from maalbar import results
from maalbar.database import transaction
from maalbar.documents import estimates
from maalbar.flow.correct import Correction, Moved
from maalbar.named_deliveries import in_short
from maalbar.settings import settings
from maalbar.store import write_atomically


def moved_by(done: Correction) -> list[Moved]:
    """Every effect of the periods that a correction measured again, as it was measured before and after it."""
    found = []
    with transaction() as connection:
        for period, after in done.revisions.items():
            name, _, revision = after.rpartition("|r")
            was, now = (results.effects_of(connection, one) for one in (f"{name}|r{int(revision) - 1}", after))
            before = {(row["outcome"], row["basis"]): row for row in was}
            found += [
                Moved(period, before[key], row) for row in now if (key := (row["outcome"], row["basis"])) in before
            ]
    return found


def write(done: Correction) -> Path:
    """Write what a correction has changed, over what was written of it before; where it lies."""
    path = settings().home / "reports" / done.contract / "corrections" / f"{done.number}.txt"
    write_atomically(path, "".join(f"{line}\n" for line in _lines(done)).encode())
    return path


def _lines(done: Correction) -> Iterator[str]:
    yield f"correction {done.number} of {done.contract} by {done.name}: {done.reason}"
    with transaction() as connection:
        for old, new in done.substitutions.items():
            before, after = (in_short(results.delivery_of(connection, one)) for one in (old, new))
            yield f"{before} is replaced by {after}"
    yield from (f"period {period} is measured again: {one}" for period, one in done.revisions.items())
    effects = moved_by(done)
    for row in effects:
        if row.is_moved:
            before, after = estimates.in_short(row.before), estimates.in_short(row.after)
            yield f"period {row.period}, {row.before['outcome']} ({row.before['basis']}): {before} → {after}"
    yield f"{sum(not row.is_moved for row in effects)} figures stay as they are"
