"""The measuring room has no network at all: no interface, not even that of the machine to itself, and needs none."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from maalbar.bundle import open_sealed
from maalbar.bundle.keys import PRIVATE_FILE, new_key
from maalbar.contract import load_contract, write_rehearsal
from maalbar.settings import PROJECT
from maalbar.simulate import simulate

COMMAND = [sys.executable, "-c", "from maalbar.cli import main; main()"]
INTERFACES = [sys.executable, "-c", "import socket; print(socket.if_nameindex())"]
LOOPBACK = [
    sys.executable,
    "-c",
    "import socket; s = socket.create_server(('127.0.0.1', 0)); socket.create_connection(s.getsockname(), 2)",
]
AS_ROOT = ["unshare", "--net"]
# The embedded PostgreSQL refuses root, and whoever is root in a namespace of their own can become nobody else.
AS_MYSELF = ["unshare", "--user", "--map-current-user", "--net"]


@pytest.fixture(scope="module")
def unshared() -> list[str]:
    """What runs a command in a network namespace of its own. Skips where the machine does not permit one."""
    if shutil.which("unshare") is None:
        pytest.skip("unshare is not installed: the room without a network cannot be made here")
    wrap = AS_ROOT if os.geteuid() == 0 else AS_MYSELF
    tried = subprocess.run([*wrap, "true"], capture_output=True, text=True, check=False)
    if tried.returncode != 0:
        pytest.skip(f"unshare is not permitted here: {tried.stderr.strip()}")
    return wrap


@pytest.fixture(scope="module")
def delivered(tmp_path_factory) -> dict[str, str]:
    """The environment of a room with the deliveries of one period and a key; `HOME_OF` is a folder to copy per room."""
    folder = tmp_path_factory.mktemp("offline")
    contract = load_contract(
        write_rehearsal(PROJECT / "investments" / "plads_til_forskel.yaml", -6, folder / "investments")
    )
    simulate(contract, folder / "landing" / contract.id, people=60, effect=0.3, seed=2, periods=["1"])
    new_key(folder / "room.key")
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("MAALBAR_") and not name.lower().endswith("_proxy")
    }
    return environment | {
        "MAALBAR_INVESTMENTS": str(folder / "investments"), PRIVATE_FILE: str(folder / "room.key"),
        "LANDING": str(folder / "landing"), "CONTRACT": contract.id,
        "MAALBAR_PERSON_KEYS": os.environ["MAALBAR_PERSON_KEYS"],
    }  # fmt: skip


def _measured(delivered: dict[str, str], home: Path, wrap: list[str]) -> Path:
    """Take in and measure in a room of its own by the commands, the database being the embedded one; the bundle."""
    shutil.copytree(delivered["LANDING"], home / "landing")
    bundle = home / "out.bundle"
    for words in (
        ["intake", delivered["CONTRACT"], "1"],
        ["measure", delivered["CONTRACT"], "1", "--bundle", str(bundle)],
    ):
        run = subprocess.run(
            [*wrap, *COMMAND, *words], capture_output=True, text=True, env=delivered | {"MAALBAR_HOME": str(home)},
            cwd=PROJECT, check=False,
        )  # fmt: skip
        assert run.returncode == 0, run.stderr
    return bundle


def test_the_room_has_no_interface_that_is_up(unshared):
    found = subprocess.run([*unshared, *INTERFACES], capture_output=True, text=True, check=True).stdout
    assert re.fullmatch(r"\[(\(1, 'lo'\))?\]\n", found), found
    refused = subprocess.run([*unshared, *LOOPBACK], capture_output=True, text=True, check=False)
    assert refused.returncode != 0 and "Network is unreachable" in refused.stderr


def test_taking_in_and_measuring_without_a_network_gives_the_same_bundle_to_the_byte(
    unshared, delivered, tmp_path_factory
):
    inside = _measured(delivered, tmp_path_factory.mktemp("inside"), unshared)
    outside = _measured(delivered, tmp_path_factory.mktemp("outside"), [])
    assert inside.read_bytes() == outside.read_bytes()
    bundle = open_sealed(inside.read_bytes(), inside.name).bundle
    assert (bundle.contract, bundle.period, bundle.revision) == (delivered["CONTRACT"], "1", 1)
    assert bundle.results.values and bundle.results.effects
    assert json.loads(inside.read_bytes().partition(b"\n")[2])["schema"] == "maalbar-bundle/1"
