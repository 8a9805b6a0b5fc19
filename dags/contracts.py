"""Every DAG that Airflow has of the contracts under `investments/`, made from one reading of them.

    <contract>__measure, <contract>__settle    periods.py
    <contract>__correct                        corrections.py
    <contract>__release                        releases.py
    portfolio, retention, verification,
    payment_dates                              the files of those names, for all contracts together

A contract that cannot be read gets no DAGs here and takes none of the others with it: `refused_contracts.py` shows its faults as
an import error. To read a hundred contracts takes longer than to make their DAGs, so no other file does (`benchmarks/parse.py`).
"""

from __future__ import annotations

from collections.abc import Iterator

from airflow.sdk import DAG, get_parsing_context
from corrections import correct_dag
from lineage import with_lineage
from payment_dates import payment_dates_dag
from periods import measure_dag, settle_dag
from portfolio import portfolio_dag
from releases import release_dag
from retention import retention_dag
from verification import verification_dag

from maalbar.contract import Contract, contract_files, read_contracts


def dags_of(contract: Contract) -> Iterator[DAG]:
    """The DAGs of one contract."""
    yield from (measure_dag(contract), settle_dag(contract), correct_dag(contract))
    if contract.release is not None:
        yield release_dag(contract)


def dags_of_all(contracts: list[Contract]) -> Iterator[DAG]:
    """The DAGs that are about every contract. A folder without a readable one has no portfolio."""
    yield from (retention_dag(contracts), verification_dag(contracts), payment_dates_dag())
    if contracts:
        yield portfolio_dag(contracts)


# A task's process names the one DAG it needs; the DAG processor names none and gets all.
_contract_id = (get_parsing_context().dag_id or "").rpartition("__")[0]
_contracts = read_contracts([path for path in contract_files() if _contract_id in ("", path.stem)])[0]
_made = [dag for contract in _contracts for dag in dags_of(contract)]
for _dag in [*_made, *([] if _contract_id else dags_of_all(_contracts))]:
    globals()[_dag.dag_id] = with_lineage(_dag)
