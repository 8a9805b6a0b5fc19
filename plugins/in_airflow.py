"""What the pages of this folder ask of Airflow: where it is found, who may see what, what a run is of, and which approvals wait.

Airflow's own permissions decide. Who may read both DAGs of a contract sees the contract; who may also edit them sees what is not
approved yet. Whoever is asked sees that they are. Every part of Airflow loads this module, so what is heavy is imported where it
is used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import quote, urlsplit

from airflow.sdk.configuration import conf

if TYPE_CHECKING:
    from airflow.api_fastapi.auth.managers.models.base_user import BaseUser

    from maalbar.contract import Contract
    from maalbar.documents.outcomes.facts import Question

STEPS: tuple[Literal["measure", "settle"], ...] = ("measure", "settle")
ASKS, SECOND = "approve_", "-second"
"""What the question to a party is named by: ASKS, the party, and SECOND for the second of its four eyes."""


def root() -> str:
    """The path of Airflow's own address (`/airflow`), empty where it has none."""
    return urlsplit(conf.get("api", "base_url", fallback="") or "").path.rstrip("/")


def contract_and_step(dag_id: str) -> tuple[str, Literal["measure", "settle"]]:
    """The contract that a DAG is of, and its step. Raises LookupError for a DAG of no contract."""
    contract_id, _, name = dag_id.rpartition("__")
    for step in STEPS:
        if contract_id and name == step:
            return contract_id, step
    raise LookupError(dag_id)


def login(user: BaseUser) -> str:
    """The name that a person logs in with, by which contracts name people. An id is another thing: FAB numbers its accounts."""
    return user.get_name()


def sees(user: BaseUser, contract_id: str) -> bool:
    """Whether the user may read the DAGs of a contract, and so the contract."""
    return _may(user, contract_id, "GET")


def edits(user: BaseUser, contract_id: str) -> bool:
    """Whether the user may edit them, and so see drafts, open proposals and rows set aside."""
    return _may(user, contract_id, "PUT")


def _may(user: BaseUser, contract_id: str, method: Literal["GET", "PUT"]) -> bool:
    from airflow.api_fastapi.app import get_auth_manager
    from airflow.api_fastapi.auth.managers.models.resource_details import DagDetails
    from airflow.models.dag import DagModel

    dag_ids = [f"{contract_id}__{step}" for step in STEPS]
    return all(
        get_auth_manager().is_authorized_dag(
            method=method, details=DagDetails(id=dag_id, team_name=DagModel.get_team_name(dag_id)), user=user
        )
        for dag_id in dag_ids
    )


def period_of(dag_id: str, run_id: str) -> str:
    """The period that a run measures (its window is the run's data interval) or settles through (its partition).

    Raises LookupError when there is no such run, and ContractError when there is no such contract.
    """
    from airflow.models.dagrun import DagRun
    from airflow.utils.session import create_session
    from calendar_timetable import CalendarTimetable
    from sqlalchemy import select

    from maalbar.contract import find_contract

    contract_id, step = contract_and_step(dag_id)
    calendar = find_contract(contract_id).calendar
    wanted = select(DagRun.data_interval_start, DagRun.data_interval_end, DagRun.partition_key)
    with create_session() as session:
        run = session.execute(wanted.where(DagRun.dag_id == dag_id, DagRun.run_id == run_id)).first()
    if run is None:
        raise LookupError(run_id)
    if step == "measure":
        return CalendarTimetable(calendar.periods, calendar.timezone).period_of(*run[:2])
    return calendar.period(str(run.partition_key).rsplit("|", 1)[-1]).id


def questions(contract: Contract, user: BaseUser, is_full: bool) -> tuple[Question, ...]:
    """The approvals of settling runs that have not ended: those that wait, and what has been answered beside them.

    To whom the contract does not show all of itself, those that wait for themselves.
    """
    from airflow.models.dagrun import DagRun
    from airflow.models.hitl import HITLDetail
    from airflow.models.taskinstance import TaskInstance
    from airflow.utils.session import create_session
    from airflow.utils.state import DagRunState
    from sqlalchemy import select

    dag_id = f"{contract.id}__settle"
    wanted = (
        select(TaskInstance.task_id, TaskInstance.run_id, DagRun.partition_key, HITLDetail)
        .join(HITLDetail, HITLDetail.ti_id == TaskInstance.id)
        .join(DagRun, (DagRun.dag_id == TaskInstance.dag_id) & (DagRun.run_id == TaskInstance.run_id))
        .where(TaskInstance.dag_id == dag_id, DagRun.state == DagRunState.RUNNING)
        .order_by(DagRun.run_after, TaskInstance.task_id)
    )
    with create_session() as session:
        found = [_question(contract, user, dag_id, *row) for row in session.execute(wanted)]
    return tuple(one for one in found if is_full or (one.is_mine and one.answer is None))


def _question(
    contract: Contract, user: BaseUser, dag_id: str, task_id: str, run_id: str, key: Any, asked: Any
) -> Question:
    from maalbar.documents.outcomes.facts import Question

    party = contract.parties.get(task_id.removeprefix(ASKS).removesuffix(SECOND))
    people = asked.assigned_users
    return Question(
        period=str(key).rsplit("|", 1)[-1],
        party=party.name if party else task_id,
        people=tuple(person["name"] for person in people),
        path=f"/dags/{quote(dag_id, safe='')}/runs/{quote(run_id, safe='')}/tasks/{quote(task_id, safe='')}/required_actions",
        is_mine=login(user) in {person["id"] for person in people},
        answer=", ".join(asked.chosen_options or ()) if asked.responded_at else None,
        answered_by=asked.responded_by_user_name,
    )
