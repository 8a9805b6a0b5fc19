"""What the note of a run says when a step has gone well: for whoever may see the run, so no figure, no file, no small count."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from maalbar.contract import find_contract
from maalbar.database import transaction
from maalbar.flow.intake import accounts, awaited_sources
from maalbar.schema import effect_estimate


def taken_in(contract_id: str, period_id: str, delivery_ids: Sequence[str]) -> str:
    """`2: 3 deliveries taken in; 41 rows in quarantine, see the tab Deliveries; benefits has not come`."""
    contract = find_contract(contract_id)
    rows = accounts(contract, period_id, delivery_ids) if delivery_ids else []
    said = [f"{_counted(len(rows), 'delivery', 'deliveries')} taken in"]
    if aside := sum(row["rows_quarantined"] for row in rows):
        few = aside < contract.quality.small_cell
        said.append(f"{'a few rows' if few else _counted(aside, 'row', 'rows')} in quarantine, see the tab Deliveries")
    missing = awaited_sources(contract_id, period_id)
    if missing:
        said.append(f"{', '.join(missing)} {'has' if len(missing) == 1 else 'have'} not come")
    return f"{period_id}: {'; '.join(said)}"


def measured(contract_id: str, period_id: str, measurement_id: str) -> str:
    """`2: 3 outcomes measured; satisfaction is not measurable`, in words that say no figure."""
    contract = find_contract(contract_id)
    c = effect_estimate.c
    with transaction() as connection:
        rows = connection.execute(select(c.outcome, c.not_measurable).where(c.measurement_id == measurement_id)).all()
    lacking = sorted({outcome for outcome, why in rows if why is not None})
    known = {outcome for outcome, _ in rows} - set(lacking)
    said = [f"{_counted(len(known), 'outcome', 'outcomes')} measured"] if rows else ["measured; nothing is paid for it"]
    said += [f"{contract.title_of(outcome)['en']} is not measurable" for outcome in lacking]
    return f"{period_id}: {'; '.join(said)}"


def proposed(contract_id: str, number: int, through: str) -> str:
    """`2: proposal no. 4 awaits Region, Kommune`."""
    contract = find_contract(contract_id)
    asked = [contract.parties[party].label for party in contract.answering_in(through)]
    return f"{through}: proposal no. {number} awaits {', '.join(asked)}"


def _counted(count: int, one: str, many: str) -> str:
    return f"{count} {one if count == 1 else many}"
