"""Airflow's roles for people who are no engineers, whom Airflow's own roles would show too much.

Airflow's Viewer reads XComs, task logs and every question asked, and so the figures of a proposal that nobody has approved.

    Reader      what runs and whether it went well, and the pages that show released figures
    Approver    a Reader who also reads what is asked, and answers what is asked of them
    Viewer      Airflow's own, made a Reader

An engineer has Airflow's own Op, less the writing of XComs; an administrator its Admin. By contract, `airflow roles add-perms` on
`DAG:<id>` takes the place of the right to read all DAGs.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

READER = (
    ("can_read", "DAGs"),
    ("can_read", "DAG Runs"),
    ("can_read", "Task Instances"),
    ("can_read", "DAG Versions"),
    ("can_read", "Website"),
    ("can_read", "My Profile"),
    ("can_edit", "My Profile"),
    ("can_read", "My Password"),
    ("can_edit", "My Password"),
    ("menu_access", "DAGs"),
)
APPROVER = (*READER, ("can_read", "HITL Detail"), ("can_edit", "HITL Detail"), ("menu_access", "HITL Detail"))
NO_OP = tuple((action, "XComs") for action in ("can_create", "can_edit", "can_delete"))
"""What Airflow lets its Op do and we do not: write what tasks hand each other. An Admin can."""
ROLES = {"Reader": READER, "Approver": APPROVER, "Viewer": READER}
"""(action, resource) in FAB's words, by role."""


@contextmanager
def accounts() -> Iterator[Any]:
    """Where FAB keeps roles and accounts: Airflow's metadata database, which must be at its newest version."""
    from airflow.providers.fab.auth_manager.cli_commands.utils import get_application_builder

    with get_application_builder() as application:
        yield application


def grant(application: Any) -> None:
    """Make Airflow's roles and ours, with what they may do, and ours with no more. Safe to call again.

    What an administrator has let a role do with single DAGs (`DAG:<id>`) stays.
    """
    application.add_permissions(update_perms=True)  # these two are `airflow sync-perm`
    manager = application.sm
    manager.sync_roles()
    manager.bulk_sync_roles([{"role": name, "perms": list(allowed)} for name, allowed in ROLES.items()])
    for name, allowed in ROLES.items():
        role = manager.find_role(name)
        for held in list(role.permissions):
            right = (held.action.name, held.resource.name)
            if right not in allowed and not held.resource.name.startswith("DAG:"):
                manager.remove_permission_from_role(role, held)
    engineer = manager.find_role("Op")
    for held in [one for one in engineer.permissions if (one.action.name, one.resource.name) in NO_OP]:
        manager.remove_permission_from_role(engineer, held)


def create_account(application: Any, user: str, name: str, role: str, password: str) -> bool:
    """Make an account unless there is one; whether it was made. An account that is there keeps its password."""
    manager = application.sm
    if manager.find_user(user):
        return False
    first, _, last = name.partition(" ")
    address = f"{user}@localhost.invalid"  # FAB asks for one and sends nothing
    return bool(manager.add_user(user, first, last or first, address, manager.find_role(role), password))
