"""The services of docker-compose.yml, started as they stand there: one after the other, with the roles that they have."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path

import psycopg
import pytest

from maalbar.deployment.secrets import SECRETS, complete
from maalbar.local.rest import Airflow, RestError
from tests.e2e.composed import Composed, composed, services

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(900)]
ACCOUNTS = {"reader": "Reader", "region-godkender": "Approver", "engineer": "Op"}
MAKE_ACCOUNT = (
    "import sys; from maalbar.deployment.roles import create_account; create_account(*sys.argv[1:4], sys.argv[4])"
)


@pytest.fixture(scope="module")
def stack():
    """Every service up and healthy, with an account for each kind of person."""
    folder = Path(tempfile.mkdtemp(prefix="maalbar-compose-"))
    try:
        with composed(folder) as made:
            done = made.run("prepare")
            assert done.returncode == 0, done.stdout + done.stderr
            for user, role in ACCOUNTS.items():
                done = made.run("prepare", ["python", "-c", MAKE_ACCOUNT, user, "A Person", role, f"pass of {user}"])
                assert done.returncode == 0, done.stderr
            for service in ("api-server", "scheduler", "dag-processor", "triggerer"):
                made.up(service)
            for service in ("api-server", "scheduler", "dag-processor", "triggerer"):
                made.wait_healthy(service)
            yield made
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def client(stack: Composed, user: str) -> Airflow:
    password = stack.secrets["AIRFLOW_ADMIN_PASSWORD"] if user == "admin" else f"pass of {user}"
    return Airflow(stack.url, user, password)


def test_all_services_come_up_and_read_every_contract(stack):
    assert client(stack, "admin").import_errors() == []
    assert {"plads_til_forskel__measure", "plads_til_forskel__settle"} <= client(stack, "admin").dag_ids()


def test_it_can_be_prepared_again(stack):
    done = stack.run("prepare")
    assert done.returncode == 0, done.stdout + done.stderr
    assert client(stack, "admin").dag_ids()


@pytest.mark.parametrize("user", ["reader", "region-godkender"])
@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/dags/plads_til_forskel__settle/dagRuns", {"logical_date": None}),
        ("POST", "/backfills", {"dag_id": "plads_til_forskel__measure", "from_date": "2020-01-01T00:00:00Z",
                                "to_date": "2021-01-01T00:00:00Z", "max_active_runs": 1}),
        ("PATCH", "/dags/plads_til_forskel__measure", {"is_paused": True}),
        ("GET", "/connections", None),
        ("GET", "/variables", None),
        ("GET", "/config", None),
        ("GET", "/dags/~/dagRuns/~/taskInstances/~/xcomEntries", None),
    ],
)  # fmt: skip
def test_neither_a_reader_nor_an_approver_can(stack, user, method, path, body):
    with pytest.raises(RestError) as refused:
        client(stack, user).call(method, path, body)
    assert refused.value.status == 403


def test_without_a_login_nothing_is_told_and_a_wrong_password_is_none(stack):
    for user, password in (("admin", "admin"), ("admin", ""), ("nobody", "x")):
        with pytest.raises(RestError) as refused:
            Airflow(stack.url, user, password).dag_ids()
        assert refused.value.status in (400, 401)  # 400: an empty password


def test_a_reader_sees_what_runs(stack):
    assert client(stack, "reader").dag_ids() == client(stack, "admin").dag_ids()


def test_nobody_comes_into_the_database_without_its_password(stack):
    for user in ("postgres", "maalbar_owner", "maalbar_pipeline", "airflow"):
        with pytest.raises(psycopg.OperationalError, match="password"):
            psycopg.connect(host=str(stack.socket_folder), user=user, dbname="postgres", password="guess")


def test_the_services_know_neither_the_administrator_of_the_database_nor_its_owner():
    hidden = ("POSTGRES_PASSWORD", "MAALBAR_OWNER_PASSWORD")
    known = {name: f"the {name}" for name in SECRETS}
    for name, service in services(known).items():
        told = str(service.get("environment"))
        assert name in ("prepare", "postgres") or not any(known[one] in told for one in hidden)


def test_a_secret_that_is_not_set_stops_the_start():
    with pytest.raises(KeyError):
        services({})


def test_docker_compose_takes_the_file(tmp_path):
    if shutil.which("docker-compose") is None:
        pytest.skip("no docker-compose here")
    env = tmp_path / ".env"
    command = ["docker-compose", "--env-file", str(env), "config", "--quiet"]
    env.write_text("")
    refused = subprocess.run(command, capture_output=True, text=True, check=False)
    assert refused.returncode != 0 and "run make secrets" in refused.stderr
    complete(env)
    subprocess.run(command, check=True, capture_output=True)
