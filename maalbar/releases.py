"""The register of releases: what was prepared for whom, who answered, what has left, and every figure it told.

    open → approved, returned or refused (by answers) → published → withdrawn

Rows are only added. The state follows from them, and a release that is published stays known to its readers for good.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, func, insert, select

from maalbar.errors import ReleaseRefused
from maalbar.schema import release, release_answer, release_event, release_file

OPEN, APPROVED, RETURNED, REFUSED = "open", "approved", "returned", "refused"
PUBLISHED, WITHDRAWN = "published", "withdrawn"
ANSWERS = (APPROVED, RETURNED, REFUSED)
Row = dict[str, Any]


@dataclass(frozen=True)
class Register:
    """One release with everything that is kept of it. `files`: name → hash; `events`: state → row."""

    row: Row
    files: Mapping[str, str]
    answers: Sequence[Row]
    events: Mapping[str, Row]

    @property
    def number(self) -> int:
        return int(self.row["number"])

    @property
    def where(self) -> str:
        return f"{self.row['contract']} release {self.number}"

    def releasing(self) -> list[Row]:
        """The answers of those who release, in the order in which they came."""
        return [answer for answer in self.answers if not answer["party"]]

    def parties(self) -> dict[str, Row]:
        """Party → its answer."""
        return {answer["party"]: answer for answer in self.answers if answer["party"]}


def add(connection: Connection, row: Row, files: Mapping[str, tuple[str, int]]) -> int:
    """Write a release that is prepared, with its files (name → hash, bytes); returns its number."""
    newest = select(func.coalesce(func.max(release.c.number), 0)).where(release.c.contract == row["contract"])
    number = int(connection.execute(newest).scalar_one()) + 1
    connection.execute(insert(release), {**row, "number": number})
    rows = [
        {"contract": row["contract"], "number": number, "file_name": name, "sha256": sha256, "size_bytes": size}
        for name, (sha256, size) in files.items()
    ]
    connection.execute(insert(release_file), rows)
    return number


def get(connection: Connection, contract_id: str, number: int) -> Register:
    """A release by its number. Raises ReleaseRefused when there is none."""
    found = _read(connection, contract_id, number)
    if not found:
        mend = f"list them with `maalbar releases {contract_id}`"
        raise ReleaseRefused(f"there is no release {number}", where=contract_id, mend=mend)
    return found[0]


def all_of(connection: Connection, contract_id: str) -> list[Register]:
    """Every release of a contract, in order."""
    return _read(connection, contract_id, None)


def record(connection: Connection, answer: Row) -> None:
    """Keep an answer."""
    connection.execute(insert(release_answer), answer)


def mark(connection: Connection, found: Register, state: str, name: str, why: str = "") -> None:
    """Keep what has become of a release: published, or withdrawn."""
    place = {"contract": found.row["contract"], "number": found.number}
    connection.execute(insert(release_event), place | {"state": state, "name": name, "why": why})


def _read(connection: Connection, contract_id: str, number: int | None) -> list[Register]:
    def rows(table: Any, *order: str) -> list[Row]:
        mine = select(table).where(table.c.contract == contract_id)
        if number is not None:
            mine = mine.where(table.c.number == number)
        return [dict(row) for row in connection.execute(mine.order_by("number", *order)).mappings()]

    files, events = rows(release_file, "file_name"), rows(release_event)
    answers = rows(release_answer, "recorded_at", "user_id")
    return [
        Register(
            row,
            {file["file_name"]: file["sha256"] for file in files if file["number"] == row["number"]},
            [answer for answer in answers if answer["number"] == row["number"]],
            {event["state"]: event for event in events if event["number"] == row["number"]},
        )
        for row in rows(release)
    ]
