"""The airflow.cfg of the local installation: what is set, and why. Written anew at each start; secrets are kept."""

from __future__ import annotations

import base64
import configparser
import io
import os
import secrets
from pathlib import Path

FIXED = {
    ("core", "executor"): "LocalExecutor",
    ("core", "parallelism"): "8",
    ("core", "load_examples"): "False",
    ("core", "default_task_retry_delay"): "5",
    ("core", "mp_start_method"): "fork",
    ("api", "host"): "127.0.0.1",
    ("api", "workers"): "1",
    ("api", "instance_name"): "Maalbar",
    ("logging", "uvicorn_logging_level"): "WARNING",
    # Parsing competes with the tasks for two cores, and contracts change seldom.
    ("dag_processor", "refresh_interval"): "30",
    ("dag_processor", "min_file_process_interval"): "120",
    ("dag_processor", "parsing_processes"): "1",
    ("dag_processor", "print_stats_interval"): "0",
    ("dag_processor", "stale_dag_threshold"): "300",
    # A task's process is looked after once more only this many seconds after its last word: a skipped or failed
    # task is reported that much later, and every task holds its slot that much longer.
    ("workers", "min_heartbeat_interval"): "1",
    ("scheduler", "scheduler_idle_sleep_time"): "0.2",
    # So many runs a round, and those of a backfill after all others (3.3.2): with 20, its default, as many waiting approvals
    # would hold up every backfill until somebody answers.
    ("scheduler", "max_dagruns_per_loop_to_schedule"): "1000",
    ("scheduler", "enable_health_check"): "False",
}
"""Settings of every local installation, by (section, option)."""


def configuration(path: Path, settings: dict[tuple[str, str], str]) -> str:
    """The text of an airflow.cfg with FIXED, `settings`, and the secrets that stand in `path` or new ones."""
    before = configparser.ConfigParser(interpolation=None)
    before.read(path)
    kept = {key: before.get(*key, fallback="") or new() for key, new in _SECRETS.items()}
    after = configparser.ConfigParser(interpolation=None)
    for (section, option), value in sorted((FIXED | settings | kept).items()):
        if not after.has_section(section):
            after.add_section(section)
        after.set(section, option, value.replace("%", "%%"))  # Airflow reads the file with interpolation
    text = io.StringIO()
    after.write(text)
    return text.getvalue()


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner may read, whole or not at all."""
    draft = path.with_name(path.name + ".draft")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)
    draft.replace(path)


def _secret() -> str:
    return secrets.token_urlsafe(64)


def _fernet_key() -> str:
    return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()


_SECRETS = {
    ("core", "fernet_key"): _fernet_key,
    ("api", "secret_key"): _secret,
    ("api_auth", "jwt_secret"): _secret,
}
