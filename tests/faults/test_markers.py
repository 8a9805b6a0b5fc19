"""Nothing of a row is in anything that is written, but for the raw and canonical files themselves.

Values that stand nowhere else are planted in every column of every source; then everything runs that a period goes through, and
everything that was written is searched for them: output, logs, errors, what tasks hand over, staging and spill folders,
quarantine, statements, and every table of the database.
"""

from __future__ import annotations

import importlib.util
import json
import logging
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest.mock import MagicMock

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pypdf import PdfReader
from sqlalchemy import inspect, text
from typer.testing import CliRunner

import tests.airflow_home  # noqa: F401
from maalbar import database
from maalbar.cli.app import app
from maalbar.contract import Contract
from maalbar.errors import MaalbarError
from maalbar.flow import settle
from maalbar.persons import Rekeying, person_keys
from maalbar.settings import PROJECT
from maalbar.settings import settings as where
from tests.faults.planted import MARKERS, PERSONS, REFUSED, SHARED, SOURCES
from tests.flow.landing import deliver, known
from tests.flow.measured import answers
from tests.owner import as_owner, tamper

CHANGES = {
    "cohort.eligibility.benefit_codes": None,
    "deliveries.contacts.retracted": {"system": ["Ja"]},
    "deliveries.contacts.ignored": None,
}
"""Everybody is let in, so that as much as possible is told."""


@dataclass
class Written:
    """What a run has said: each channel with its texts."""

    contract: Contract
    logs: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)
    handed_over: list[str] = field(default_factory=list)

    def everything(self) -> Iterator[tuple[str, str]]:
        """(channel, text) of all that was written, wherever it is."""
        for channel in ("logs", "errors", "commands", "handed_over"):
            for said in getattr(self, channel):
                yield channel, said
        yield from _on_the_disk()
        yield from _in_the_database()


@pytest.fixture
def written(results_database, tiny_contract, home, tmp_path, monkeypatch) -> Iterator[Written]:
    spill = tmp_path / "spill"
    spill.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(spill))
    contract = tiny_contract(CHANGES)
    run = Written(contract)
    with _listening(run.logs):
        _run_a_period(run, monkeypatch)
    yield run


def _run_a_period(run: Written, monkeypatch: pytest.MonkeyPatch) -> None:
    contract = run.contract
    for day, text_ in enumerate(REFUSED.values(), 1):
        deliver(contract, "population", text=text_, as_of=f"2022-09-{day:02}")
    for source, text_ in SOURCES.items():
        deliver(contract, source, text=text_)
    tasks = _tasks(monkeypatch)
    with _errors(run):
        run.handed_over.append(json.dumps(tasks.take_in.function(contract.id)))
    _command(run, "intake", contract.id, "1")
    for path in (where().landing / contract.id / "population").iterdir():
        if "2022-09" in path.name:
            path.unlink()
    run.handed_over.append(json.dumps(tasks.take_in.function(contract.id)))
    run.handed_over.append(json.dumps(tasks.measure.function(contract.id, outlet_events=MagicMock())))
    proposal = settle.propose(contract.id, "1")
    assert proposal is not None
    run.handed_over.append(json.dumps(proposal, default=str))
    run.handed_over.append(json.dumps(settle.present(contract.id, proposal["number"]), default=str))
    settle.record_answers(contract.id, proposal["number"], answers())
    run.handed_over.append(json.dumps(settle.post(contract.id, proposal["number"]), default=str))
    for words in (
        ("intake", "tiny", "1", "--json"), ("measure", "tiny", "1", "--json"), ("statement", "tiny", "1"), ("report", "tiny"),
        ("verify", "tiny", "--json"), ("trace", "tiny", "1", "--json"), ("trace", "tiny", "1"), ("invoices", "tiny", "--json"),
        ("forecast", "tiny"), ("calendar", "tiny", "--json"), ("measure", "tiny", "9"), ("trace", "tiny", "99"),
    ):  # fmt: skip
        _command(run, *words)
    _look_back_and_erase(run, monkeypatch)


def _look_back_and_erase(run: Written, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever is asked of deliveries afterwards; last, a person is erased. What others hold lies where senders put it."""
    home, theirs = where().home, where().landing / "theirs"
    theirs.mkdir(parents=True)
    for fault, text_ in (REFUSED | {"sound": SOURCES["population"]}).items():
        file = theirs / f"{fault}.csv"
        file.write_text(text_, encoding="utf-8")
        for more in ((), ("--json",)):
            _command(run, "check-delivery", "tiny", "population", str(file), "--as-of", "2022-10-15", *more)
    corrected = SOURCES["contacts"].replace(";ALCA00;", ";ALCA10;", 9)
    (first,) = (row["sha256"] for row in known(run.contract) if row["source"] == "contacts")
    deliver(run.contract, "contacts", text=corrected, name="corrected", supersedes=first)
    (theirs / "persons.txt").write_text(f"{PERSONS[2]}\n", encoding="utf-8")
    _command(run, "new-bundle-key", str(theirs / "key"))
    monkeypatch.setenv("MAALBAR_BUNDLE_KEY_FILE", str(theirs / "key"))
    (home / "bundles").mkdir()
    erasing = ("--persons", str(theirs / "persons.txt"), "--because", "objection", "--name", "Hanne")
    for words in (
        ("intake", "tiny", "1"), ("quarantine", "tiny"), ("quarantine", "tiny", "--json"),
        ("quarantine", "tiny", "contacts@2022-10-15", "--export", str(home / "to-the-sender.csv")),
        ("difference", "tiny", "contacts@2022-10-15"), ("difference", "tiny", "contacts@2022-10-15", "--json"),
        ("correct", "tiny", "--delivery", "contacts@2022-10-15", "--dry-run"), ("restated", "tiny", "--json"),
        ("measure", "tiny", "1", "--as-known-at", "9999-12-30"),
        ("measure", "tiny", "1", "--as-known-at", "9999-12-30", "--json"),
        ("measure", "tiny", "1", "--revise", "--bundle", str(home / "bundles")), ("calendar", "tiny", "--status"),
        ("erase", "tiny", *erasing), ("erase", "tiny", *erasing, "--json"), ("reproduce", "tiny", "1"), ("access-log", "tiny"),
        ("difference", "tiny", "contacts@2022-10-15"), ("verify", "tiny"),
    ):  # fmt: skip
        _command(run, *words)


def _tasks(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The module of the DAGs; its tasks' functions are run as a worker runs them, for period 1."""
    spec = importlib.util.spec_from_file_location("dags_of_periods", PROJECT / "dags" / "periods.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "dags_of_periods", module)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "_period", lambda: "1")
    return module


def _command(run: Written, *words: str) -> None:
    done = CliRunner().invoke(app, list(words))
    run.commands += [done.output, str(done.exception or "")]
    if done.exception and not isinstance(done.exception, SystemExit):
        run.errors.append("".join(traceback.format_exception(done.exception)))


@contextmanager
def _errors(run: Written) -> Iterator[None]:
    """A failed task's log has the whole traceback of its error, with every error behind it that is not left out."""
    with pytest.raises(MaalbarError) as caught:
        yield
    run.errors += ["".join(traceback.format_exception(caught.value)), repr(caught.value), repr(vars(caught.value))]


@contextmanager
def _listening(logs: list[str]) -> Iterator[None]:
    """Every logger, from the least of its levels on."""
    handler = logging.Handler()
    handler.setFormatter(logging.Formatter())
    handler.emit = lambda record: logs.append(handler.format(record))  # type: ignore[method-assign]
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        yield
    finally:
        root.removeHandler(handler)
        root.setLevel(level)


def _on_the_disk() -> Iterator[tuple[str, str]]:
    """Every file of the home but what senders put there and what was kept as it came, and every temporary file."""
    home, store = where().home, where().store
    for root in (home, Path(tempfile.gettempdir())):
        for path in sorted(root.rglob("*")):
            kept = path.is_relative_to(where().landing) or (
                path.is_relative_to(store) and path.parent.name != "quarantine"
            )
            if path.is_file() and not kept:
                channel = path.relative_to(root).parts[0] if root == home else "spill"
                yield ("quarantine" if channel == "store" else channel), _text_of(path)


def _text_of(path: Path) -> str:
    raw = path.read_bytes()
    if raw.startswith(b"PAR1"):
        return str(pq.read_table(pa.BufferReader(raw)).to_pylist())
    if path.suffix == ".pdf":
        return " ".join(page.extract_text() for page in PdfReader(path).pages) + raw.decode("latin-1")
    return f"{path.name} {raw.decode('utf-8', errors='replace')}"


def _in_the_database() -> Iterator[tuple[str, str]]:
    for table in inspect(database.engine()).get_table_names():
        with as_owner() as connection:
            rows = connection.execute(text(f'select cast(t as text) from "{table}" as t')).all()
        yield from ((f"table {table}", row[0]) for row in rows)


def found(run: Written) -> set[tuple[str, str]]:
    """(channel, marker) wherever a marker, or the id under which a person is kept, stands."""
    keys = person_keys()
    inside = [Rekeying(keys, run.contract.id, number).ids(pa.array(PERSONS)).to_pylist() for number in keys.generations]
    looked_for = [*MARKERS, *(one for ids in inside for one in ids)]
    return {
        (channel, marker)
        for channel, said in run.everything()
        for marker in looked_for
        if marker.casefold() in said.casefold() and (channel, marker) != ("table delivery_figure", SHARED)
    }


LEAKS: dict[str, Callable[[Written, str], object]] = {
    "logs": lambda run, value: run.logs.append(f"row {value}"),
    "errors": lambda run, value: run.errors.append(f"ValueError: {value}"),
    "commands": lambda run, value: run.commands.append(value),
    "handed_over": lambda run, value: run.handed_over.append(json.dumps([value])),
    "staging": lambda run, value: (where().home / "staging" / "raw").write_text(value),
    "spill": lambda run, value: pq.write_table(pa.table({"a": [value]}), Path(tempfile.gettempdir()) / "left.parquet"),
    "quarantine": lambda run, value: pq.write_table(
        pa.table({"a": [value]}), next((where().store / run.contract.id / "quarantine").iterdir())
    ),
    "erasures": lambda run, value: next(where().home.joinpath("erasures").rglob("*.txt")).write_text(value),
    "bundles": lambda run, value: next((where().home / "bundles").iterdir()).write_text(value),
    "to-the-sender.csv": lambda run, value: (where().home / "to-the-sender.csv").write_text(value),
    "statements": lambda run, value: next(where().statements.rglob("*.html")).write_text(value),
    "table refusal": lambda run, value: tamper(f"update refusal set what = '{value}'"),
    "table measured": lambda run, value: tamper(
        f"update measured set cohort = cast('{json.dumps({'persons': [value]})}' as jsonb)"
    ),
}
"""Channel → a leak into it."""


def test_no_value_of_a_row_is_in_anything_that_is_written_and_every_leak_would_be_seen(written):
    channels = {channel for channel, _ in written.everything()}
    assert channels >= set(LEAKS) - {"staging", "spill"}, "every channel has something to say"
    assert found(written) == set()
    keys = person_keys()
    inside = Rekeying(keys, written.contract.id, keys.current_generation).ids(pa.array(PERSONS[:1]))[0].as_py()
    for channel, leak in LEAKS.items():
        for value, marker in (
            (PERSONS[3], "zqx7"),
            ("2021-11-13", "2021-11-13"),
            ("7919,37", "7919,37"),
            (inside, inside),
        ):
            leak(written, value)
            assert (channel, marker) in found(written), channel
