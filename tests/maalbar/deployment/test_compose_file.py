"""What docker-compose.yml says: which service knows which secret, what it may write, and that nothing has a default."""

from __future__ import annotations

import re
import shutil
import subprocess

import pytest
import yaml

from maalbar.deployment.prepare import heavy_tasks
from maalbar.deployment.secrets import SECRETS, complete
from maalbar.settings import PROJECT
from tests.e2e.services.composed import services

AIRFLOWS_OWN = {"AIRFLOW_DATABASE_PASSWORD", "AIRFLOW_FERNET_KEY"}
OF_TASKS = AIRFLOWS_OWN | {"MAALBAR_PIPELINE_PASSWORD", "MAALBAR_PERSON_KEYS", "AIRFLOW_BROKER_PASSWORD"}
KNOWS = {
    "postgres": {"POSTGRES_PASSWORD"},
    # Makes the logins, so it must know what they log in with.
    "prepare": AIRFLOWS_OWN | {
        "POSTGRES_PASSWORD", "MAALBAR_OWNER_PASSWORD", "MAALBAR_PIPELINE_PASSWORD", "MAALBAR_REPORT_PASSWORD",
        "AIRFLOW_ADMIN_PASSWORD",
    },
    "api-server": AIRFLOWS_OWN | {"AIRFLOW_API_SECRET", "AIRFLOW_JWT_SECRET", "MAALBAR_REPORT_PASSWORD"},
    "scheduler": OF_TASKS | {"AIRFLOW_JWT_SECRET"},
    "worker": OF_TASKS,
    "restore": AIRFLOWS_OWN | {"MAALBAR_OWNER_PASSWORD", "MAALBAR_PERSON_KEYS"},
    "redis": {"AIRFLOW_BROKER_PASSWORD"},
    "dag-processor": AIRFLOWS_OWN,
    "triggerer": AIRFLOWS_OWN,
}  # fmt: skip
BESIDE_GB = 1
"""What a scheduler or a worker takes itself, and a task that reads no whole delivery."""
NAMED = {name: f"the {name}." for name in SECRETS}


def test_each_service_knows_the_secrets_that_it_uses_and_no_other():
    told = {
        name: {secret for secret, value in NAMED.items() if value in str(service)}
        for name, service in services(NAMED).items()
    }
    assert told == KNOWS


def test_what_the_page_on_monitoring_says_to_set_reaches_those_who_run_tasks():
    """With nothing set nobody is told and nothing is sent."""
    page = (PROJECT / "docs/monitoring.md").read_text(encoding="utf-8")
    said = set(re.findall(r"\b[A-Z]+(?:_+[A-Z]+)+\b", page))
    assert {"MAALBAR_NOTIFY", "AIRFLOW__METRICS__OTEL_ON", "AIRFLOW__OPENLINEAGE__TRANSPORT"} <= said
    told, untold = services(NAMED | {name: f"given as {name}" for name in said}), services(NAMED)
    for service in ("scheduler", "worker"):
        environment = told[service]["environment"]
        assert {name for name in said if environment.get(name) != f"given as {name}"} == set()
        assert not untold[service]["environment"]["MAALBAR_NOTIFY"]
        assert "AIRFLOW__OPENLINEAGE__TRANSPORT" not in untold[service]["environment"]
        assert untold[service]["environment"]["AIRFLOW__METRICS__OTEL_ON"] == "False"


def test_only_the_tasks_and_a_restore_write_the_store_and_see_what_senders_put():
    mounts = {name: [str(one) for one in service.get("volumes", [])] for name, service in services(NAMED).items()}
    writes = {name for name, among in mounts.items() if "store:/var/lib/maalbar" in among}
    sees = {name for name, among in mounts.items() if any("/var/lib/senders" in one for one in among)}
    assert sees == {"scheduler", "worker"} and writes == sees | {"restore"}
    assert {name for name, among in mounts.items() if any(one.startswith("store:") for one in among)} == {
        "scheduler", "worker", "api-server", "restore",
    }  # fmt: skip
    assert all(one.endswith(":ro") for among in mounts.values() for one in among if "/opt/maalbar" in one)


def test_where_a_backup_is_tried_out_is_seen_by_the_container_alone_whose_task_tries_it():
    """A server runs there that lets in whoever comes to its socket, and that only the container it runs in can end."""
    among = services(NAMED)
    (place,) = {among[name]["environment"]["MAALBAR_SCRATCH"] for name in ("scheduler", "worker")}
    mounts = {name: [str(one) for one in service.get("volumes", [])] for name, service in among.items()}
    assert {name for name, all_ in mounts.items() if place in all_} == {"scheduler", "worker"}, (
        "a volume without a name"
    )
    seen_there = [one.split(":")[1] for all_ in mounts.values() for one in all_ if ":" in one]
    assert not any(f"{place}/".startswith(f"{folder}/") for folder in seen_there)


def test_every_service_runs_without_privileges_and_only_this_machine_reaches_one():
    for name, service in services(NAMED).items():
        assert service["read_only"] and service["cap_drop"] == ["ALL"] and service["init"], name
        assert service["security_opt"] == ["no-new-privileges:true"] and service["mem_limit"] and service["cpus"], name
        assert all(port.startswith("127.0.0.1:") for port in service.get("ports", [])), name
    assert re.search(r"^USER 50000$", (PROJECT / "Dockerfile").read_text(), re.MULTILINE)


@pytest.mark.parametrize("workers", [{}, {"MAALBAR_WORKERS": "3"}])
@pytest.mark.parametrize("executor", ["LocalExecutor", "CeleryExecutor"])
def test_a_container_has_memory_for_as_many_heavy_tasks_as_may_run_in_it_at_once(executor, workers):
    among = services(NAMED | workers | {"AIRFLOW_EXECUTOR": executor})
    slots = heavy_tasks(among["prepare"]["environment"])
    at_once = {"scheduler": slots}
    if executor == "CeleryExecutor":
        assert slots == int(among["worker"]["deploy"]["replicas"])
        at_once = {"worker": int(among["worker"]["environment"]["AIRFLOW__CELERY__WORKER_CONCURRENCY"])}
    for name, tasks in (at_once | {"restore": 1}).items():
        taken = tasks * int(among[name]["environment"]["MAALBAR_MEMORY_GB"]) + BESIDE_GB
        assert taken <= int(among[name]["mem_limit"].removesuffix("g")), name


def test_whoever_has_tasks_is_given_the_time_to_finish_them_that_the_runbook_tells_of():
    """Docker gives ten seconds to whom it is not told of, and kills it with every task."""
    among = services(NAMED)
    have_tasks = {name for name, one in among.items() if "MAALBAR_PERSON_KEYS" in one["environment"]} - {"restore"}
    given = {name: one["stop_grace_period"] for name, one in among.items() if "stop_grace_period" in one}
    assert given == dict.fromkeys(have_tasks, "10m")
    upgrade = (PROJECT / "docs/runbook.md").read_text(encoding="utf-8").partition("## Upgrade")[2].partition("\n## ")[0]
    assert "finish first, for ten minutes" in upgrade
    before = upgrade.partition("docker compose up")[0]
    assert set(re.findall(r"^docker compose stop (\w+)$", before, re.MULTILINE)) == have_tasks


def test_a_secret_that_is_not_set_stops_the_start():
    for name in SECRETS:
        with pytest.raises(KeyError, match=name):
            services({key: value for key, value in NAMED.items() if key != name})


@pytest.mark.parametrize("files", [["docker-compose.yml"], ["docker-compose.yml", "docker-compose.dev.yml"]])
def test_docker_compose_takes_the_files(tmp_path, files):
    if shutil.which("docker-compose") is None:
        pytest.skip("no docker-compose here")
    env = tmp_path / ".env"
    named = [word for file in files for word in ("--file", str(PROJECT / file))]
    command = ["docker-compose", "--env-file", str(env), *named, "config"]
    env.write_text("")
    refused = subprocess.run(command, capture_output=True, text=True, check=False)
    assert refused.returncode != 0 and "run make secrets" in refused.stderr
    complete(env)
    taken = subprocess.run(command, capture_output=True, text=True, check=False)
    assert taken.returncode == 0, taken.stderr
    assert "HOST: 0.0.0.0" not in taken.stdout and "maalbar.local.scheduler" in taken.stdout


def test_beside_it_a_developer_mounts_the_code_of_the_image_and_nothing_else():
    file = yaml.safe_load((PROJECT / "docker-compose.dev.yml").read_text(encoding="utf-8"))
    copied = re.findall(r"^COPY (\w+) (\w+)$", (PROJECT / "Dockerfile").read_text(), re.MULTILINE)
    code = {f"./{here}:/opt/maalbar/{there}:ro" for here, there in copied if here != "investments"}
    assert len(code) > 5
    assert {name: set(service.get("volumes", [])) for name, service in file["services"].items()} == {
        name: set() if name == "postgres" else code for name in file["services"]
    }


def test_everything_in_the_image_is_installed_by_the_hashes_of_the_lock():
    """The package itself is built without asking anyone: by the builder that was installed by its hash."""
    lines = (PROJECT / "Dockerfile").read_text().replace("\\\n", " ").splitlines()
    installs = [re.split(r"&&|\|", line) for line in lines if line.startswith("RUN")]
    found = [part for parts in installs for part in parts if "pip install" in part]
    assert len(found) == 4
    for part in found:
        assert "--require-hashes" in part or "--no-deps --no-build-isolation -e ." in part, part
    locked = [part for part in found if "uv pip install" in part and "--require-hashes" in part]
    assert locked and all("--constraint requirements.lock" in part and "dev" not in part for part in locked)


def test_no_secret_and_no_state_goes_into_the_image():
    """Only what is named goes to the builder, and nothing of it is what git does not see."""
    ignored, *named = [
        line for line in (PROJECT / ".dockerignore").read_text().splitlines() if not line.startswith("#")
    ]
    assert ignored == "*"
    sent = {line.removeprefix("!") for line in named if line.startswith("!")}
    copied = re.findall(r"^COPY (.+) \S+$", (PROJECT / "Dockerfile").read_text(), re.MULTILINE)
    assert {name for line in copied for name in line.split()} == sent
    assert not sent & {line.strip("/") for line in (PROJECT / ".gitignore").read_text().splitlines()}
