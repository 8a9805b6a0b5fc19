"""How a run proposes, be it of a period or of a correction. No DAG; periods.py and corrections.py call it in a task."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from airflow.sdk.exceptions import AirflowSkipException
from assets import tell
from lineage import tell_lineage
from notes import note
from settling_runs import is_paused, is_taken_up, settling_dag

from maalbar.errors import EarlierPeriodMissing, MaalbarError, PeriodRejected, SetupError


def proposed(contract_id: str, period_id: str, outlet_events: Any) -> dict[str, Any]:
    """Propose everything entitled and not yet posted, and tell the settling DAG of it, once.

    The task is skipped where nothing is new, the proposal is put to the parties already, or the period waits for an earlier one
    or for the way on of one that was rejected. A task that was stopped between the two tells of it when it is tried again, and so
    does one that is cleared where no settling run came of it, or is left. Raises SetupError where none would: it is paused.
    """
    from maalbar.flow import datasets, noted, settle

    with ends_as_skipped(EarlierPeriodMissing, PeriodRejected):
        proposal = settle.propose(contract_id, period_id)
    if proposal is None:
        raise AirflowSkipException("nothing new to propose")
    known_by: dict[str, Any] = {name: proposal[name] for name in ("number", "digest")}
    if is_taken_up(contract_id, **known_by):
        # Else whoever is asked already would be asked by another run too.
        raise AirflowSkipException(f"proposal {proposal['number']} is put to the parties already")
    if is_paused(contract_id):
        raise SetupError(
            f"{settling_dag(contract_id)} is paused, and nobody would be asked about proposal {proposal['number']}",
            where=contract_id,
            mend="unpause it, then clear `propose`",
        )
    note(noted.proposed(contract_id, proposal["number"], proposal["through"]))
    tell_lineage(*datasets.of_proposal(contract_id, proposal["number"]))
    tell(outlet_events, contract_id, "proposed", proposal["through"], **known_by)
    return proposal


@contextmanager
def ends_as_skipped(*kinds: type[MaalbarError]) -> Iterator[None]:
    """Errors that only say that the task has nothing to do now."""
    try:
        yield
    except kinds as waiting:
        raise AirflowSkipException(waiting.line) from None
