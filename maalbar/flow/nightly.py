"""Nightly: one old statement, chosen by the day, whose figures are measured again although nobody asked.

The choice is a draw by the hash of contract and day: the same day draws the same statement on any machine and in any run, and
over the nights every statement comes up.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, select

from maalbar.contract import digest_of
from maalbar.database import transaction
from maalbar.errors import StoreDamaged
from maalbar.flow.reproduce import Answer, reproduce
from maalbar.proposals import POSTED
from maalbar.schema import bundle, measurement, proposal, statement


@dataclass(frozen=True)
class Drawn:
    """A statement that was issued: its settlement, its period, and the revision of the period that it rests on."""

    settlement: int
    period: str
    revision: int


def draw(contract_id: str, day: date) -> Drawn | None:
    """The statement that a night draws; None where none can be measured again here."""
    with transaction() as connection:
        issued = _issued(connection, contract_id)
    if not issued:
        return None
    return issued[int(digest_of({"contract": contract_id, "day": day.isoformat()}), 16) % len(issued)]


def reproduce_drawn(contract_id: str, day: date) -> tuple[Drawn, Answer] | None:
    """Measure the figures of the statement that a night draws again, and say what they come to; None where there is none.

    Raises StoreDamaged where they are different, which is the one alarm; `maalbar reproduce` then tells more.
    """
    drawn = draw(contract_id, day)
    if drawn is None:
        return None
    found = reproduce(contract_id, drawn.period, drawn.revision)
    if found.answer == "different":
        since = f", and the {' and the '.join(found.changed)} is another than then" if found.changed else ""
        raise StoreDamaged(
            f"its figures of period {drawn.period} come to something else when they are measured again{since}",
            where=f"{contract_id} settlement {drawn.settlement}",
            mend=f"see both with `maalbar reproduce {contract_id} {drawn.period} {drawn.revision}`, and find what changed",
        )
    return drawn, found.answer


def _issued(connection: Connection, contract_id: str) -> list[Drawn]:
    """Every statement of a posted settlement whose period was measured in this room, in order."""
    rests_on = proposal.c.measurements[statement.c.period].astext
    rows = (
        select(statement.c.number, statement.c.period, measurement.c.revision)
        .distinct()
        .join(proposal, (proposal.c.contract == statement.c.contract) & (proposal.c.number == statement.c.number))
        .join(measurement, measurement.c.measurement_id == rests_on)
        .outerjoin(bundle, bundle.c.measurement_id == measurement.c.measurement_id)
        .where(statement.c.contract == contract_id, proposal.c.state == POSTED, bundle.c.measurement_id.is_(None))
        .order_by(statement.c.number, statement.c.period)
    )
    return [Drawn(*row) for row in connection.execute(rows)]
