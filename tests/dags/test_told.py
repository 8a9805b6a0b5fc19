"""What a run tells: a note in the domain's words, one alert for a cause, and to a catalogue what it read and wrote."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import psycopg
import pytest
import yaml

from maalbar import database
from maalbar.contract import load_contract
from maalbar.contract.signing import sign
from maalbar.contract.yamlfile import read_yaml
from maalbar.settings import PROJECT
from tests.conftest import TINY
from tests.flow.landing import CONTACTS, PEOPLE, deliver

GOOD, BAD = "tiny", "tiny_refused"
SECONDS = 300


@dataclass
class Ran:
    """What came of the runs, by contract; the lineage events; and what was posted to the address that alerts go to."""

    runs: dict[str, Any]
    events: list[dict[str, Any]]
    output: str
    alerts: list[dict[str, str]] = field(default_factory=list)
    metrics: bytes = b""


@pytest.fixture(scope="module")
def ran(embedded_postgres, migrated_template, tmp_path_factory) -> Iterator[Ran]:
    """Two contracts that differ in what is delivered: one in order, one with a file that is refused."""
    root = tmp_path_factory.mktemp("run")
    (root / "investments").mkdir()
    with psycopg.connect(
        host=str(embedded_postgres.socket_folder), user="postgres", dbname="postgres", autocommit=True
    ) as link:
        link.execute(f"create database told template {migrated_template}")
    with pytest.MonkeyPatch.context() as patch, listening() as (port, posted):
        patch.setenv("MAALBAR_HOME", str(root / "home"))
        patch.setenv("MAALBAR_INVESTMENTS", str(root / "investments"))
        patch.setenv("MAALBAR_DATABASE_URL", embedded_postgres.url("told"))
        for contract_id in (GOOD, BAD):
            contract = _contract(root / "investments", contract_id)
            deliver(contract)
            deliver(
                contract, "contacts", text=CONTACTS if contract_id == GOOD else CONTACTS.replace("priority", "urgency")
            )
        done = subprocess.run(
            [sys.executable, "-m", "tests.dags.a_run", str(root / "ran.json"), GOOD, BAD],
            env=_environment(root, port), cwd=PROJECT, capture_output=True, text=True, timeout=SECONDS, check=False,
        )  # fmt: skip
        database.close()
        (root / "output.txt").write_text(done.stdout + done.stderr)
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
        lines = (root / "lineage.json").read_text().splitlines()
        yield Ran(
            json.loads((root / "ran.json").read_text()), [json.loads(line) for line in lines],
            done.stdout + done.stderr, [json.loads(body) for path, body in posted if path == "/alerts"],
            b"".join(body for path, body in posted if path == "/v1/metrics"),
        )  # fmt: skip


def listening() -> Any:
    """A web server of this process: its port, and what is posted to it as (path, body)."""
    from contextlib import contextmanager

    @contextmanager
    def serve() -> Iterator[tuple[int, list[tuple[str, bytes]]]]:
        posted: list[tuple[str, bytes]] = []

        class Taking(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                posted.append((self.path, self.rfile.read(int(self.headers["Content-Length"]))))
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                pass

        server = HTTPServer(("127.0.0.1", 0), Taking)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield server.server_address[1], posted
        finally:
            server.shutdown()
            thread.join()

    return serve()


def _contract(investments: Path, contract_id: str) -> Any:
    data: Any = read_yaml(TINY).data
    data["id"], data["quality"]["small_cell"] = contract_id, "1"
    del data["cohort"]["eligibility"]["benefit_codes"]
    file = investments / f"{contract_id}.yaml"
    file.write_text(yaml.safe_dump(data, allow_unicode=True, sort_keys=False), encoding="utf-8")
    contract = load_contract(file)
    for party_id, party in contract.answering.items():
        sign(file, party_id, party.approvers[0].name, "The board", contract.status.dated)
    return load_contract(file)


def _environment(root: Path, port: int) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AIRFLOW")}
    return kept | {
        "AIRFLOW_HOME": str(root / "airflow"),
        "AIRFLOW__CORE__DAGS_FOLDER": str(PROJECT / "dags"),
        "AIRFLOW__CORE__PLUGINS_FOLDER": str(PROJECT / "plugins"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__OPENLINEAGE__TRANSPORT": json.dumps(
            {"type": "file", "log_file_path": str(root / "lineage.json"), "append": True}
        ),
        "AIRFLOW__OPENLINEAGE__NAMESPACE": "maalbar",
        "AIRFLOW__METRICS__OTEL_ON": "True",
        "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{port}",
        "OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf",
        "OTEL_EXPORTER_OTLP_COMPRESSION": "none",
        "MAALBAR_NOTIFY": "watch",
        "AIRFLOW_CONN_WATCH": json.dumps(
            {"conn_type": "http", "host": "127.0.0.1", "port": port, "password": "hush", "extra": {"path": "/alerts"}}
        ),
        "PYTHONPATH": f"{PROJECT}{os.pathsep}{PROJECT / 'plugins'}",
    }


def test_the_note_of_a_run_says_in_the_domains_words_what_came_of_it(ran: Ran) -> None:
    assert ran.runs[GOOD]["state"] == "success"
    assert ran.runs[GOOD]["note"].splitlines() == [
        "1: 2 deliveries taken in; billed, benefits, services, surveys, claims have not come",
        "1: 1 outcome measured; Action plans is not measurable; Life satisfaction is not measurable",
        "1: proposal no. 1 awaits The Region, The Town, The Fund",
    ]


def test_a_run_that_is_cleared_puts_nothing_to_the_parties_that_is_put_to_them_already(ran: Ran) -> None:
    assert ran.runs["cleared"]["tasks"] == {
        "await_deliveries": "success", "take_in": "success", "measure": "success", "propose": "skipped"
    }  # fmt: skip


def test_a_proposal_is_told_again_only_where_no_settling_run_asks_about_it_or_is_there_to_be_cleared(ran: Ran) -> None:
    """That it was told says not yet that anybody was asked: of what is told to a paused DAG no run ever comes."""
    assert ran.runs["proposed again"] == {
        "no run came of it, and it is paused": "failed",
        "it is unpaused": "success",
        "a run asks": "skipped",
        "that run has failed": "skipped",
        "that run was deleted": "success",
        "another run was set to success": "success",
    }
    (alert,) = (one for one in ran.alerts if one["title"] == f"{GOOD}__measure: propose has failed")
    assert alert["text"].startswith(
        f"{GOOD}: {GOOD}__settle is paused, and nobody would be asked about proposal 1 — unpause it, then clear `propose`"
    )


def test_of_a_payment_date_it_is_told_where_nobody_is_asked_or_the_run_that_asked_is_gone(ran: Ran) -> None:
    told = [one["title"] for one in ran.alerts if "nobody is asked to pay" in one["title"]]
    missed = [f"{contract_id}: nobody is asked to pay for period 1" for contract_id in (GOOD, BAD)]
    assert (told[:1], sorted(told[1:])) == (missed[1:], missed), "first of the one, then of both"


def test_a_failure_has_one_cause_and_one_alert_and_its_note_says_where_to_look(ran: Ran) -> None:
    run = ran.runs[BAD]
    assert run["state"] == "failed"
    assert run["tasks"] == {
        "await_deliveries": "success", "take_in": "failed", "measure": "upstream_failed", "propose": "upstream_failed"
    }  # fmt: skip
    assert run["note"] == "a file was refused; see the tab Deliveries"
    (alert,) = (one for one in ran.alerts if one["title"].startswith(f"{BAD}__"))
    assert alert["title"] == f"{BAD}__measure: take_in has failed"
    assert alert["text"].startswith(f"{BAD} period 1, contacts-2022-10-15.csv: ")


def test_lineage_names_what_was_read_and_written(ran: Ran) -> None:
    told = {}
    for event in ran.events:
        names = [[one["name"] for one in event[side]] for side in ("inputs", "outputs")]
        if any(names):
            assert {one["namespace"] for side in ("inputs", "outputs") for one in event[side]} == {"maalbar"}
            told[event["job"]["name"]] = names
    assert told[f"{GOOD}__measure.take_in"] == [
        [f"{GOOD}/landing/contacts", f"{GOOD}/landing/population"], [f"{GOOD}/contacts/1", f"{GOOD}/population/1"]
    ]  # fmt: skip
    assert told[f"{GOOD}__measure.measure"] == [
        [f"{GOOD}/contacts/1", f"{GOOD}/population/1"], [f"{GOOD}/results/1"]
    ]  # fmt: skip
    assert not any(name.startswith(BAD) for name in told)


@pytest.mark.fault("F71")
def test_neither_lineage_nor_notes_nor_alerts_hold_anything_of_a_row(ran: Ran) -> None:
    everything = json.dumps([ran.runs, ran.events, ran.alerts, ran.metrics.decode(errors="replace")])
    persons = {line.split(";")[0] for line in PEOPLE.strip().splitlines()[1:]}
    assert not any(f"{quote}{person}{quote}" in everything for person in persons for quote in ("'", '"', " ", ";"))
    assert "hush" not in everything + ran.output


def test_metrics_go_to_a_collector_by_airflows_own_setting(ran: Ran) -> None:
    assert b"airflow.ti.finish" in ran.metrics
    assert f"{GOOD}__measure".encode() in ran.metrics


def test_the_pool_of_heavy_tasks_is_there(ran: Ran) -> None:
    assert set(ran.runs["pools"]) == {"default_pool", "measuring"}
