"""Whether what was put to people still awaits them, for whoever reminds them of it."""

from __future__ import annotations

from maalbar import asked, proposals
from maalbar.database import transaction


def is_awaited(contract_id: str, period_id: str, dag: str, run: str) -> bool:
    """Whether a run that settles through a period waits for answers to an open proposal.

    It is the proposal that the run has put to people; before it has put any, whichever is open through that period.
    """
    with transaction() as connection:
        shown = asked.shown(connection, contract_id, dag, run)
        rows = proposals.all_of(connection, contract_id)
    waiting = [row for row in rows if row["state"] == proposals.OPEN and row["through"] == period_id]
    return any(not shown or row["digest"] in shown for row in waiting)
