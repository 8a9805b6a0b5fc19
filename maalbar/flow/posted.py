"""What is posted, settlement by settlement, for what is handed out about it: checked entries, the terms and the statements.

Nothing is read from a proposal that is not posted: what is handed out is booked by others.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path, PurePath
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, select

from maalbar import ledger, proposals, terms
from maalbar.contract import Contract
from maalbar.contract.measuring import Period
from maalbar.contract.versions import in_force
from maalbar.documents.language import SOURCE
from maalbar.errors import SettlementRefused, SetupError
from maalbar.flow.trace import or_rehearsal
from maalbar.schema import statement

Row = dict[str, Any]


@dataclass(frozen=True)
class Issued:
    """A statement that is issued: its id, and the SHA-256 of its PDF."""

    id: str
    sha256: str


@dataclass(frozen=True)
class Posted:
    """One settlement as it is posted. `under`: the terms it was made under, with all amendments that they had then."""

    number: int
    under: Contract
    through: str
    approved_on: date
    """The day of the last approval, in the contract's time zone: nothing else dates a posting, since no clock is read."""
    entries: tuple[Row, ...]
    statements: dict[str, Issued]
    """Period → its statement of this settlement; empty before they are issued."""

    @cached_property
    def terms(self) -> Contract:
        """Those it was made under, as they hold in its last period."""
        return in_force(self.under, self.through)

    @property
    def last(self) -> Period:
        """The period it goes through, by whose pay day it is paid."""
        return self.terms.period(self.through)

    def statement_of(self, period: str) -> Issued | None:
        """The statement that tells of a line: that of its period, or of the last one where an earlier period is corrected."""
        return self.statements.get(period) or self.statements.get(self.through)


def posted(connection: Connection, contract: Contract, settlement: int | None = None) -> list[Posted]:
    """Every posted settlement of a contract in order, or the one that is asked for.

    Raises SettlementRefused where nothing is posted or the one asked for is not, StoreDamaged where the ledger is not sound.
    """
    ledger.verify(connection, contract.id)
    rows = {row["number"]: row for row in proposals.all_of(connection, contract.id)}
    wanted = [n for n, row in rows.items() if row["state"] == proposals.POSTED]
    if settlement is not None:
        _require_posted(contract.id, settlement, rows)
        wanted = [settlement]
    if not wanted:
        mend = f"approve and post a proposal first{or_rehearsal(contract.id)}"
        raise SettlementRefused("nothing is posted", where=contract.id, mend=mend)
    entries = ledger.entries(connection, contract.id)
    return [
        _posted(connection, contract, rows[n], tuple(e for e in entries if e["settlement"] == n))
        for n in sorted(wanted)
    ]


def _require_posted(contract_id: str, settlement: int, rows: dict[int, Row]) -> None:
    where = f"{contract_id} settlement {settlement}"
    if settlement not in rows:
        raise SettlementRefused("there is none of that number", where=where, mend=f"see `maalbar report {contract_id}`")
    if (state := rows[settlement]["state"]) != proposals.POSTED:
        what = f"it is {state} and not posted, and nobody may book a draft"
        raise SettlementRefused(what, where=where, mend="hand out what is approved and posted")


def _posted(connection: Connection, today: Contract, row: Row, entries: tuple[Row, ...]) -> Posted:
    under = terms.settled_under(connection, row["terms_digest"], today)
    zone = ZoneInfo(under.calendar.timezone)
    answers = proposals.answers(connection, today.id, row["number"])
    pdf = select(statement.c.period, statement.c.file_name, statement.c.sha256).where(
        statement.c.contract == today.id,
        statement.c.number == row["number"],
        statement.c.kind == "pdf",
        statement.c.language == SOURCE,
    )
    return Posted(
        row["number"],
        under,
        row["through"],
        max(answer["answered_at"].astimezone(zone).date() for answer in answers),
        entries,
        {r.period: Issued(PurePath(r.file_name).stem, r.sha256) for r in connection.execute(pdf)},
    )


def hand_out(path: Path, raw: bytes) -> Path:
    """Write a file that others book from. One that is there and says something else stays. Raises SetupError."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            with path.open("xb") as file:
                file.write(raw)
        elif path.read_bytes() != raw:
            raise SetupError("is there already, and says something else", where=str(path), mend="choose another place")
    except OSError as error:
        raise SetupError(
            f"cannot be written ({error.strerror})", where=str(path), mend="choose another place"
        ) from None
    return path
