"""Secrets are drawn once, for their owner alone, and what is in use is never drawn again."""

from __future__ import annotations

import re

from cryptography.fernet import Fernet

from maalbar.deployment.secrets import SECRETS, complete
from maalbar.settings import PROJECT


def _values(path) -> dict[str, str]:
    return dict(line.split("=", 1) for line in path.read_text().splitlines() if "=" in line)


def test_every_secret_that_the_services_ask_for_is_drawn(tmp_path):
    asked = set(re.findall(r"\$\{(\w+):\?", (PROJECT / "docker-compose.yml").read_text()))
    assert set(complete(tmp_path / ".env")) == set(SECRETS) == asked
    Fernet(_values(tmp_path / ".env")["AIRFLOW_FERNET_KEY"])


def test_no_two_are_alike_and_none_is_known_before(tmp_path):
    complete(tmp_path / "one"), complete(tmp_path / "other")
    drawn = [*_values(tmp_path / "one").values(), *_values(tmp_path / "other").values()]
    assert len(set(drawn)) == 2 * len(SECRETS) and min(map(len, drawn)) >= 43


def test_only_its_owner_may_read_the_file(tmp_path):
    complete(tmp_path / ".env")
    assert (tmp_path / ".env").stat().st_mode & 0o777 == 0o600


def test_what_stands_there_stays_and_what_is_empty_is_drawn(tmp_path):
    path = tmp_path / ".env"
    path.write_text("# ours\nMAALBAR_SENDERS=/srv/in\nPOSTGRES_PASSWORD=kept\nAIRFLOW_JWT_SECRET=\n")
    assert "POSTGRES_PASSWORD" not in complete(path)
    assert path.read_text().startswith("# ours\nMAALBAR_SENDERS=/srv/in\nPOSTGRES_PASSWORD=kept\n")
    first = path.read_text()
    assert _values(path)["POSTGRES_PASSWORD"] == "kept" and len(_values(path)["AIRFLOW_JWT_SECRET"]) >= 43
    assert complete(path) == [] and path.read_text() == first
