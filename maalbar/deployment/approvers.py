"""Airflow's logins (FAB), with the people whom a contract names known by the names that they log in with.

FAB knows a right to answer questions and one to edit DAGs, and asks for both before an answer; it knows a right to read
questions, and does not ask for it in the list of DAGs. Both are put right here.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs

from airflow.api_fastapi.auth.managers.models.resource_details import DagAccessEntity
from airflow.providers.fab.auth_manager.fab_auth_manager import FabAuthManager

LIST_OF_DAGS, WITH_QUESTIONS = "/ui/dags", "has_pending_actions"


class NamedApprovers(FabAuthManager):
    """FAB numbers its accounts, and Airflow asks by that number; a contract names people by their logins."""

    def is_authorized_hitl_task(self, *, assigned_users: set[str], user: Any) -> bool:
        """Whether `user` is one of those who may answer a question, `assigned_users` being logins."""
        return user.username in assigned_users

    def is_authorized_dag(self, *, method: Any, user: Any, access_entity: Any = None, details: Any = None) -> bool:
        """As Airflow says, but for an answer: it changes the question and not the DAG, which one needs only to read."""
        if access_entity is not DagAccessEntity.HITL_DETAIL or method == "GET":
            return super().is_authorized_dag(method=method, access_entity=access_entity, details=details, user=user)
        may_answer = all(
            self._is_authorized(method=method, resource_type=resource, user=user)
            for resource in self._get_fab_resource_types(access_entity)
        )
        return may_answer and super().is_authorized_dag(
            method="GET", access_entity=access_entity, details=details, user=user
        )

    def get_fastapi_middlewares(self) -> list[Any]:
        """What looks at each request before Airflow does."""
        return [*super().get_fastapi_middlewares(), (QuestionsWithheld, {"manager": self})]


class QuestionsWithheld:
    """Refuses the list of DAGs with the questions that wait in them, figures and all, to those who may not read questions.

    Airflow gives it to whoever may read the DAGs.
    """

    def __init__(self, app: Any, manager: NamedApprovers) -> None:
        self._app, self._manager = app, manager

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http" and _asks_for_questions(scope) and not await self._may_read(scope, receive):
            from starlette.responses import JSONResponse

            refused = JSONResponse({"detail": "Questions are shown to those who may read them."}, status_code=403)
            await refused(scope, receive, send)
            return
        await self._app(scope, receive, send)

    async def _may_read(self, scope: Any, receive: Any) -> bool:
        from airflow.api_fastapi.core_api.security import get_user
        from fastapi import HTTPException, Request
        from fastapi.security import HTTPAuthorizationCredentials

        request = Request(scope, receive)
        kind, _, token = request.headers.get("Authorization", "").partition(" ")
        given = HTTPAuthorizationCredentials(scheme=kind, credentials=token) if token else None
        try:
            user = await get_user(request, None, given)
        except HTTPException:
            return False
        return self._manager.is_authorized_dag(method="GET", access_entity=DagAccessEntity.HITL_DETAIL, user=user)


def _asks_for_questions(scope: Any) -> bool:
    asked = parse_qs(scope["query_string"].decode("latin-1"), keep_blank_values=True)
    return scope["path"].rstrip("/").endswith(LIST_OF_DAGS) and WITH_QUESTIONS in asked
