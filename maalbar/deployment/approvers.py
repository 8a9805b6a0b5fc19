"""Airflow's logins (FAB), with the people whom a contract names known by the names that they log in with.

FAB has a right to read questions, one to answer them and one to edit DAGs. Airflow asks for the last of these too before an
answer, and for the first before it lists DAGs. Both are put right here.
"""

from __future__ import annotations

from contextvars import ContextVar
from typing import Any
from urllib.parse import parse_qs

from airflow.api_fastapi.auth.managers.models.resource_details import DagAccessEntity
from airflow.providers.fab.auth_manager.fab_auth_manager import FabAuthManager

LIST_OF_DAGS, WITH_QUESTIONS = "/ui/dags", "has_pending_actions"
_lists_dags_alone: ContextVar[bool] = ContextVar("lists_dags_alone", default=False)
"""Whether the request at work is for the list of DAGs, and not for the questions that wait in them."""


class NamedApprovers(FabAuthManager):
    """FAB numbers its accounts, and Airflow asks by that number; a contract names people by their logins."""

    def is_authorized_hitl_task(self, *, assigned_users: set[str], user: Any) -> bool:
        """Whether `user` is one of those who may answer a question, `assigned_users` being logins."""
        return user.username in assigned_users

    def is_authorized_dag(self, *, method: Any, user: Any, access_entity: Any = None, details: Any = None) -> bool:
        """As Airflow says, but for questions.

        An answer changes the question and not the DAG, which one needs only to read. Who lists DAGs without asking for
        questions reads none.
        """
        if access_entity is not DagAccessEntity.HITL_DETAIL:
            return super().is_authorized_dag(method=method, access_entity=access_entity, details=details, user=user)
        if method == "GET" and _lists_dags_alone.get():
            return super().is_authorized_dag(method="GET", details=details, user=user)
        may_do_it = all(
            self._is_authorized(method=method, resource_type=resource, user=user)
            for resource in self._get_fab_resource_types(access_entity)
        )
        return may_do_it and super().is_authorized_dag(
            method="GET", access_entity=access_entity, details=details, user=user
        )

    def get_fastapi_middlewares(self) -> list[Any]:
        """What looks at each request before Airflow does."""
        return [*super().get_fastapi_middlewares(), (ListOfDags, {})]


class ListOfDags:
    """Notes of a request that it is for the list of DAGs alone."""

    def __init__(self, app: Any) -> None:
        self._app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        noted = _lists_dags_alone.set(scope["type"] == "http" and _is_for_dags_alone(scope))
        try:
            await self._app(scope, receive, send)
        finally:
            _lists_dags_alone.reset(noted)


def _is_for_dags_alone(scope: Any) -> bool:
    asked = parse_qs(scope["query_string"].decode("latin-1"), keep_blank_values=True)
    return scope["path"].endswith(LIST_OF_DAGS) and WITH_QUESTIONS not in asked
