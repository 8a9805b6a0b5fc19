"""The secrets that an installation cannot do without: made once, into a file that its owner alone may read."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Callable
from pathlib import Path

from maalbar import persons
from maalbar.local.airflow_configuration import write_private


def _text() -> str:
    return secrets.token_urlsafe(48)  # 64 signs, as many as what Airflow signs by SHA-512 should have


def _fernet() -> str:
    return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()


SECRETS: dict[str, Callable[[], str]] = {
    "POSTGRES_PASSWORD": _text,
    "AIRFLOW_DATABASE_PASSWORD": _text,
    "MAALBAR_OWNER_PASSWORD": _text,
    "MAALBAR_PIPELINE_PASSWORD": _text,
    "MAALBAR_REPORT_PASSWORD": _text,
    "AIRFLOW_FERNET_KEY": _fernet,
    "AIRFLOW_API_SECRET": _text,
    "AIRFLOW_JWT_SECRET": _text,
    "AIRFLOW_ADMIN_PASSWORD": _text,
    "AIRFLOW_BROKER_PASSWORD": _text,
    "MAALBAR_PERSON_KEYS": lambda: f"1:{persons.new_key()}",
}
"""Every `${NAME:?}` of docker-compose.yml, and how one is drawn. Texts are safe within a URL."""


def complete(path: Path) -> list[str]:
    """Draw what `path` (lines of NAME=value) does not have yet, and write it there, mode 0600; the names drawn.

    What stands there stays: another MAALBAR_PERSON_KEYS would make every person another.
    """
    known = path.read_text(encoding="utf-8") if path.exists() else ""
    have = {line.partition("=")[0].strip() for line in known.splitlines() if line.partition("=")[2].strip()}
    drawn = [name for name in SECRETS if name not in have]
    lines = known.rstrip("\n").splitlines() + [f"{name}={SECRETS[name]()}" for name in drawn]
    if drawn:
        write_private(path, "\n".join(lines) + "\n")
    return drawn
