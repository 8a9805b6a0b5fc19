"""What each step reads and writes, by the names that a catalogue of data knows them by: `<contract>/<what>/<period>`.

A name says a contract, a source or a step, and a period. Nothing that a row or a figure holds is in it.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from maalbar import proposals
from maalbar.contract import find_contract
from maalbar.database import transaction
from maalbar.flow.intake import accounts
from maalbar.schema import measurement

Names = tuple[list[str], list[str]]
"""What was read, and what was written."""


def of_intake(contract_id: str, period_id: str, delivery_ids: Sequence[str]) -> Names:
    """From the places of the senders to the deliveries that serve a period."""
    rows = accounts(find_contract(contract_id), period_id, delivery_ids) if delivery_ids else []
    sources = sorted({row["source"] for row in rows})
    return [f"{contract_id}/landing/{one}" for one in sources], [f"{contract_id}/{one}/{period_id}" for one in sources]


def of_measurement(contract_id: str, period_id: str, measurement_id: str) -> Names:
    """From the frozen deliveries to the results of a period."""
    wanted = select(measurement.c.inputs).where(measurement.c.measurement_id == measurement_id)
    with transaction() as connection:
        inputs = connection.execute(wanted).scalar_one()
    reads = [f"{contract_id}/{source}/{period_id}" for source, delivery_id in sorted(inputs.items()) if delivery_id]
    return reads, [f"{contract_id}/results/{period_id}"]


def of_proposal(contract_id: str, number: int) -> Names:
    """From the results of every period that it rests on to a proposal."""
    with transaction() as connection:
        row = proposals.get(connection, contract_id, number)
    return _results(contract_id, row["measurements"]), [f"{contract_id}/proposal/{row['through']}"]


def of_settlement(contract_id: str, number: int) -> Names:
    """From a proposal that all approved to the ledger and the statements."""
    with transaction() as connection:
        through = proposals.get(connection, contract_id, number)["through"]
    written = [f"{contract_id}/{what}/{through}" for what in ("ledger", "statement")]
    return [f"{contract_id}/proposal/{through}"], written


def _results(contract_id: str, periods: Sequence[str]) -> list[str]:
    return [f"{contract_id}/results/{period}" for period in sorted(periods)]
