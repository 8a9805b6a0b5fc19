"""The Airflow DAG `portfolio`: the page of all contracts, written anew whenever one of them comes a step further.

    portfolio    write_page

It listens to what the runs of every contract tell (`assets.py`), so the page is as new as the books. It is paused until someone
wants it: unpaused, it runs some times for each period. `maalbar portfolio` writes the same page by hand. contracts.py makes it.
"""

from __future__ import annotations

from collections.abc import Iterable

from airflow.sdk import DAG, AssetAny, FixedKeyMapper, PartitionedAssetTimetable, get_current_context, task
from assets import STAGES, asset
from retrying import PATIENCE

from maalbar.contract import Contract


@task
def write_page() -> list[str]:
    """Write the page in both languages, as things stand on the day of the run; where it lies."""
    from maalbar.flow import portfolio

    return [str(path) for path in portfolio.write(get_current_context()["dag_run"].run_after.date())]


def portfolio_dag(contracts: Iterable[Contract]) -> DAG:
    """From the assets of contracts, one at least, to their page."""
    told = [asset(one.id, stage) for one in contracts for stage in STAGES]
    with DAG(
        dag_id="portfolio",
        description="Writes the page of all contracts whenever one of them comes a step further",
        doc_md=__doc__,
        # Whatever period of whatever contract has moved, the page is one.
        schedule=PartitionedAssetTimetable(
            assets=AssetAny(*told), default_partition_mapper=FixedKeyMapper("portfolio")
        ),
        catchup=False,
        max_active_runs=1,
        default_args={"owner": "maalbar", **PATIENCE},
        tags=["portfolio"],
    ) as dag:
        write_page()
    return dag
