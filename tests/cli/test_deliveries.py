"""The commands about deliveries tell who sends what and whether it has come, and take a person's word."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from maalbar.cli.app import app
from maalbar.cli.deliveries import _open
from maalbar.cli.main import main
from maalbar.database import transaction
from maalbar.flow import intake
from maalbar.flow.landed import look, taken_before
from tests.flow.landing import AS_OF, PEOPLE, deliver
from tests.maalbar.landing.lying import folder, put, sha256

HELD = {"deliveries.population.complete_when": "done_file", "deliveries.population.file_name": "people_{as_of}.csv"}
MORE = PEOPLE + "eva;F;1950-05-01;west;2010-01-01;;;;0\n"


def _run(*words: str) -> str:
    assert main, "importing it registers the commands"
    run = CliRunner().invoke(app, list(words), catch_exceptions=False)
    assert run.exit_code == 0
    return run.output


def test_the_calendar_says_how_each_delivery_comes_and_by_when(tiny_contract):
    tiny_contract(HELD)
    told = json.loads(_run("calendar", "tiny", "--json"))
    assert told["deliveries"][0] == {
        "source": "population", "what": "Population", "sender": "The Bureau", "format": "csv",
        "where": "tiny/population/people_{as_of}.csv", "whole_by": "a .done beside it",
    }  # fmt: skip
    assert {"period": "1", "source": "claims", "first": "2022-07-01", "last": "2022-10-31"} in told["due"]
    assert len(told["due"]) == 3 * len(told["deliveries"])


def test_the_calendar_of_what_others_measure_has_no_deliveries():
    assert "Results are handed in by others." in _run("calendar", "tests/contracts/handed_in.yaml")


@pytest.mark.usefixtures("results_database")
def test_the_calendar_says_what_has_come_what_is_taken_in_and_what_is_overdue(tiny_contract):
    contract = tiny_contract()
    deliver(contract)
    (taken,) = intake.take_in("tiny", "1")
    deliver(contract, "surveys", text="person;answered;mode;proxy;satisfaction;hl1;hl2\nanna;2021-05-01;W;0;6;;\n")
    deliver(contract, "contacts", supersedes="0" * 64)
    told = json.loads(_run("calendar", "tiny", "--status", "--json"))
    of_period = {row["source"]: (row["status"], row["delivery"]) for row in told["due"] if row["period"] == "1"}
    assert of_period["population"] == ("taken in", taken)
    assert (of_period["surveys"], of_period["contacts"]) == (("has come", ""), ("overdue", ""))
    assert told["held"] == [
        f"contacts-{AS_OF}.csv: is held: it supersedes a file that was not taken in — deliver that one first"
    ]


@pytest.mark.usefixtures("results_database")
def test_the_status_shows_the_open_periods_and_every_folder_whole_in_a_narrow_terminal(tiny_contract, monkeypatch):
    contract = tiny_contract()
    deliver(contract)
    (taken,) = intake.take_in("tiny", "1")
    monkeypatch.setenv("COLUMNS", "60")
    told = _run("calendar", "tiny", "--status")
    assert "tiny/population/*.csv" in told and taken in told


@pytest.mark.usefixtures("results_database")
def test_a_period_of_which_everything_is_taken_in_or_nothing_is_due_is_told_in_a_line():
    rows = [
        ("0", "taken in"),
        ("0", "taken in"),
        ("1", "taken in"),
        ("1", "overdue"),
        ("2", "not yet"),
        ("2", "not yet"),
    ]
    shown, line = _open([{"period": period, "status": status} for period, status in rows])
    assert [row["period"] for row in shown] == ["1", "1"]
    assert line == "Periods that are not open: taken in whole: 0; not due yet: 2"


@pytest.mark.usefixtures("results_database")
def test_a_held_file_is_taken_in_after_a_person_s_word(tiny_contract):
    contract = tiny_contract(HELD)
    path = folder(contract, "population") / f"people_{AS_OF}.csv"
    for text in (PEOPLE, MORE):
        put(path, (text.strip() + "\n").encode()), put(path.with_name(f"{path.name}.done"), b"")
        if text is PEOPLE:
            intake.take_in("tiny", "1")
    (held,) = look(contract, "1").refused
    first = sha256((PEOPLE.strip() + "\n").encode())
    assert f"maalbar supersede tiny {path.name} --supersedes {first}" in held.line
    said = _run("supersede", "tiny", path.name, "--supersedes", first, "--name", "Dora Data", "--reason", "by phone")
    assert "says Dora Data" in said
    assert len(intake.take_in("tiny", "1")) == 1
    with transaction() as connection:
        assert [one.supersedes for one in taken_before(connection, "tiny")] == [None, first]


def test_the_specification_is_printed_or_written(tmp_path):
    printed = _run("specification", "plads_til_forskel", "benefits")
    assert printed.startswith("# Leverancespecifikation: Plads til Forskel")
    _run("specification", "plads_til_forskel", "benefits", "--out", str(tmp_path / "dream.md"))
    assert (tmp_path / "dream.md").read_text(encoding="utf-8") == printed
    assert json.loads(_run("specification", "plads_til_forskel", "benefits", "--json")) == {"markdown": printed}
