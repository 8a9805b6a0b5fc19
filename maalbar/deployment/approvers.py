"""Airflow's logins (FAB), with the people whom a contract names known by the names that they log in with."""

from __future__ import annotations

from typing import Any

from airflow.providers.fab.auth_manager.fab_auth_manager import FabAuthManager


class NamedApprovers(FabAuthManager):
    """FAB numbers its accounts, and Airflow asks by that number; a contract names people by their logins."""

    def is_authorized_hitl_task(self, *, assigned_users: set[str], user: Any) -> bool:
        """Whether `user` is one of those who may answer a question, `assigned_users` being logins."""
        return user.username in assigned_users
