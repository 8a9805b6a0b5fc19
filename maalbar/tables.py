"""The canonical tables: what every delivery becomes, whatever shape it came in.

A column has one type. `text` columns may be limited to `allowed` codes; `key` columns identify a row. Quantities are
whole hundredths (`quantity`), so that sums are exact on every engine. Times are told twice: as timestamps, and as whole minutes
since 1970 in UTC (`started_minute`), which mean the same on every engine and do not jump when the clocks are changed.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import pyarrow as pa

Kind = Literal["text", "date", "timestamp", "hundredths", "integer", "flag"]


@dataclass(frozen=True)
class Column:
    """One column: its type, whether it may be empty, and its codes where they are few and known."""

    kind: Kind
    nullable: bool = False
    allowed: tuple[str, ...] = ()
    is_negative_wrong: bool = False
    """Whether nothing can be less than nothing of it."""


@dataclass(frozen=True)
class Table:
    """One canonical table: its columns in order, the columns that identify a row, and ordered pairs of dates."""

    name: str
    columns: dict[str, Column]
    key: tuple[str, ...]
    ordered: tuple[tuple[str, str], ...] = ()
    """(earlier, later) columns: a row whose later value lies before its earlier one is wrong."""
    not_after_as_of: tuple[str, ...] = field(default=())
    """Dates that cannot lie after the day the delivery describes."""

    @property
    def schema(self) -> pa.Schema:
        """The Arrow schema. pyarrow is loaded here, so that whoever only asks for columns need not wait for it."""
        import pyarrow as pa

        types = {
            "text": pa.string(),
            "date": pa.date32(),
            "timestamp": pa.timestamp("us", tz="UTC"),
            "hundredths": pa.int64(),
            "integer": pa.int64(),
            "flag": pa.bool_(),
        }
        return pa.schema([pa.field(name, types[column.kind]) for name, column in self.columns.items()])


_PERSON = Column("text")

TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        Table(
            "population",
            {
                "person_id": _PERSON,
                "sex": Column("text", allowed=("F", "M")),
                "birth_month": Column("date"),
                "area": Column("text"),
                "municipality": Column("text", nullable=True),
                "resident_from": Column("date"),
                "resident_to": Column("date", nullable=True),
                "died_on": Column("date", nullable=True),
                "emigrated_on": Column("date", nullable=True),
                "is_care_home": Column("flag"),
            },
            key=("person_id", "resident_from"),
            ordered=(
                ("resident_from", "resident_to"),
                ("birth_month", "resident_from"),
                ("birth_month", "died_on"),
            ),
            not_after_as_of=("resident_from", "resident_to", "died_on", "emigrated_on"),
        ),
        Table(
            "contacts",
            {
                "person_id": _PERSON,
                "contact_id": Column("text"),
                "sector": Column("text", allowed=("hospital", "primary")),
                "started_on": Column("date"),
                "ended_on": Column("date", nullable=True),
                "started_at": Column("timestamp", nullable=True),
                "ended_at": Column("timestamp", nullable=True),
                "started_minute": Column("integer", nullable=True),
                "ended_minute": Column("integer", nullable=True),
                "minutes": Column("integer", nullable=True),
                "priority": Column("text", nullable=True, allowed=("ATA1", "ATA2", "ATA3")),
                "form": Column("text", allowed=("ALCA00", "ALCA03", "ALCA10", "K", "T", "E")),
                "unit": Column("text", nullable=True),
                "specialty": Column("text", nullable=True),
            },
            key=("contact_id",),
            ordered=(("started_at", "ended_at"),),
            not_after_as_of=("started_on",),
        ),
        Table(
            "diagnoses",
            {
                "person_id": _PERSON,
                "contact_id": Column("text"),
                "code": Column("text"),
                "kind": Column("text", nullable=True),
                "diagnosed_on": Column("date"),
            },
            key=("contact_id", "code"),
            not_after_as_of=("diagnosed_on",),
        ),
        Table(
            "benefits",
            {
                "person_id": _PERSON,
                "code": Column("text"),
                "week_from": Column("date"),
                "week_to": Column("date"),
            },
            key=("person_id", "week_from"),
            ordered=(("week_from", "week_to"),),
        ),
        Table(
            "services",
            {
                "person_id": _PERSON,
                "service": Column("text"),
                "starts_on": Column("date"),
                "quantity": Column("hundredths", is_negative_wrong=True),
            },
            key=("person_id", "service", "starts_on"),
            not_after_as_of=("starts_on",),
        ),
        Table(
            "surveys",
            {
                "person_id": _PERSON,
                "answered_on": Column("date"),
                "mode": Column("text", allowed=("web", "paper", "telephone")),
                "is_proxy": Column("flag"),
                "scale": Column("text"),
                "item": Column("text"),
                "answer": Column("integer"),
            },
            key=("person_id", "answered_on", "scale", "item"),
            not_after_as_of=("answered_on",),
        ),
        Table(
            "enrolments",
            {
                "person_id": _PERSON,
                "enrolled_on": Column("date"),
                "ended_on": Column("date", nullable=True),
            },
            key=("person_id", "enrolled_on"),
            ordered=(("enrolled_on", "ended_on"),),
            not_after_as_of=("enrolled_on", "ended_on"),
        ),
        Table(
            "participation",
            {
                "person_id": _PERSON,
                "activity": Column("text"),
                "took_part_on": Column("date"),
            },
            key=("person_id", "activity", "took_part_on"),
            not_after_as_of=("took_part_on",),
        ),
        Table(
            "claims",
            {
                "person_id": _PERSON,
                "claim_id": Column("text"),
                "outcome": Column("text"),
                "achieved_on": Column("date"),
                "state": Column("text", allowed=("claimed", "verified", "rejected")),
            },
            key=("claim_id",),
            not_after_as_of=("achieved_on",),
        ),
        Table(
            "counts",
            {
                "person_id": _PERSON,
                "window_id": Column("text"),
                "arm_value": Column("text"),
                "measure": Column("text"),
                "quantity": Column("hundredths", is_negative_wrong=True),
            },
            key=("person_id", "window_id", "measure"),
        ),
    )
}
