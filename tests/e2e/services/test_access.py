"""The services of docker-compose.yml, started as they stand there: who comes in, and who may see and start what."""

from __future__ import annotations

import psycopg
import pytest

from maalbar.local.rest import Airflow, RestError
from tests.e2e.services.people import person

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(900)]


def test_all_services_come_up_and_read_every_contract(stack, contract):
    admin = person(stack, "admin").api
    assert admin.import_errors() == []
    assert {"plads_til_forskel__measure", f"{contract.id}__settle"} <= admin.dag_ids()


def test_it_can_be_prepared_again(installed, stack):
    done = installed.shell("docker compose run --rm --no-deps prepare")
    assert done.returncode == 0, done.stdout + done.stderr
    assert person(stack, "admin").api.dag_ids()


@pytest.mark.parametrize("who", ["reader", "viewer", "approver"])
def test_who_only_reads_or_answers_starts_changes_and_configures_nothing(stack, contract, approver, who):
    asked = person(stack, approver if who == "approver" else who)
    measure, settle = f"/api/v2/dags/{contract.id}__measure", f"/api/v2/dags/{contract.id}__settle"
    span = {"from_date": "2020-01-01T00:00:00Z", "to_date": "2021-01-01T00:00:00Z", "max_active_runs": 1}
    attempts = [
        ("POST", f"{settle}/dagRuns", {"logical_date": None}),
        ("POST", "/api/v2/backfills", {"dag_id": f"{contract.id}__measure"} | span),
        ("PATCH", measure, {"is_paused": True}),
        ("PATCH", settle, {"is_paused": True}),
        ("DELETE", settle, None),
        ("POST", f"{settle}/clearTaskInstances", {"dry_run": False}),
        ("POST", "/api/v2/assets/events", {"asset_id": 1, "partition_key": "x|1"}),
        ("POST", "/api/v2/variables", {"key": "a", "value": "b"}),
        ("POST", "/api/v2/connections", {"connection_id": "registers", "conn_type": "sftp"}),
        ("POST", "/auth/fab/v1/users", {"username": "x", "email": "x", "first_name": "x", "last_name": "x", "password": "x"}),
        ("PATCH", f"/auth/fab/v1/users/{asked.user}", {"roles": [{"name": "Admin"}]}),
    ]  # fmt: skip
    assert {(method, path): asked.status(method, path, body) for method, path, body in attempts} == {
        (method, path): 403 for method, path, _ in attempts
    }


@pytest.mark.parametrize("who", ["reader", "viewer", "approver"])
def test_they_see_neither_what_is_configured_nor_what_tasks_hand_on_or_log(stack, approver, who):
    asked = person(stack, approver if who == "approver" else who)
    hidden = [
        "connections", "variables", "config", "eventLogs", "importErrors", "plugins",
        "dags/~/dagRuns/~/taskInstances/~/xcomEntries",
    ]  # fmt: skip
    assert {path: asked.status("GET", f"/api/v2/{path}") for path in hidden} == dict.fromkeys(hidden, 403)
    assert asked.api.dag_ids() == person(stack, "admin").api.dag_ids()


def test_without_a_login_nothing_is_told_and_a_wrong_password_is_none(stack):
    for user, password in (("admin", "admin"), ("admin", ""), ("nobody", "x")):
        with pytest.raises(RestError) as refused:
            Airflow(stack.url, user, password).dag_ids()
        assert refused.value.status in (400, 401)  # 400: an empty password


def test_nobody_comes_into_the_database_without_its_password(stack):
    for user in ("postgres", "maalbar_owner", "maalbar_pipeline", "maalbar_report", "airflow"):
        with pytest.raises(psycopg.OperationalError, match="password"):
            psycopg.connect(host=str(stack.socket_folder), user=user, dbname="postgres", password="guess")
