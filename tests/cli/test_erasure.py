"""`erase`, `retain`, `rotate-person-keys`, `access-log` and `reproduce` on the command line: clear lines that name nobody."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from typer.testing import CliRunner

from maalbar.cli import main  # noqa: F401  # registers the commands
from maalbar.cli.app import app
from maalbar.contract import write_rehearsal
from maalbar.errors import ErasureRefused, MaalbarError, SetupError
from maalbar.flow import intake
from maalbar.flow.measure import measure
from maalbar.persons import new_key
from tests.flow.landing import CONTACTS, deliver, known

pytestmark = pytest.mark.usefixtures("results_database")


def _run(*words: str, code: int = 0) -> str:
    """What a command prints; its MaalbarError where it ends by one."""
    run = CliRunner().invoke(app, words)
    if isinstance(run.exception, MaalbarError):
        raise run.exception
    assert run.exit_code == code, run.output
    return run.stdout


ALONE = {"cohort.eligibility.benefit_codes": None, "quality.small_cell": "1"}


@pytest.fixture
def contract(tiny_contract):
    contract = tiny_contract(ALONE)
    deliver(contract)
    deliver(contract, "contacts", text=CONTACTS)
    intake.take_in("tiny", "1")
    measure("tiny", "1")
    return contract


@pytest.fixture
def persons(tmp_path):
    path = tmp_path / "persons.txt"
    path.write_text("carl\n", encoding="utf-8")
    return str(path)


def test_an_erasure_says_what_it_did_and_where_its_proof_lies(contract, persons):
    told = _run("erase", "tiny", "--persons", persons, "--because", "objection", "--name", "Hanne Hansen")
    lines = told.splitlines()
    assert lines[0].startswith("tiny: persons no. 1 of benefits, billed, claims, contacts, population")
    assert lines[1] == "  objects replaced: 2 raw, 2 canonical; files removed from the landing folder: 2"
    assert lines[2] == "  measurements that are reached: 1; what was approved and paid stands"
    assert lines[-1] == "delete persons.txt now: it names them, and lies outside what Maalbar keeps"
    assert "carl" not in told
    again = json.loads(
        _run("erase", "tiny", "--persons", persons, "--because", "objection", "--name", "Hanne Hansen", "--json")
    )
    assert (again["number"], again["persons"], again["landed"]) == (1, 1, 0)


@pytest.fixture
def kept_until_2025(contract, tiny_contract):
    """What was taken in before is to be kept until a day that has gone by."""
    return tiny_contract(ALONE | {"deliveries.contacts.keep_until": "2025-12-31"})


def test_the_answer_of_reproduce_is_its_exit_status(contract, persons, tiny_contract):
    assert _run("reproduce", "tiny", "1").splitlines()[0] == "tiny|1|r1: identical"
    _run("erase", "tiny", "--persons", persons, "--because", "objection", "--name", "Hanne Hansen")
    lines = _run("reproduce", "tiny", "1", "1").splitlines()
    assert lines[0] == "tiny|1|r1: identical but for listed erasures"
    assert lines[-1].startswith("  no. 1, persons, ") and lines[-1].endswith(": objection")
    tiny_contract(ALONE | {"deliveries.contacts.keep_until": "2025-12-31"})
    _run("retain", "tiny", "--as-of", "2026-01-01")
    assert json.loads(_run("reproduce", "tiny", "1", "--json", code=13))["answer"] == "sources expired"


def test_what_is_deleted_at_the_end_of_keeping_is_said_and_nothing_when_it_is_not_yet(kept_until_2025):
    assert _run("retain", "tiny", "--as-of", "2025-12-31") == (
        "tiny: nothing is kept longer than it may be on 2025-12-31\n"
    )
    lines = _run("retain", "tiny", "--as-of", "2026-01-01").splitlines()
    assert lines[0] == "tiny: retention no. 1 of contacts: contacts was kept until 2025-12-31"
    assert json.loads(_run("retain", "tiny", "--as-of", "2026-01-01", "--json"))["erasure"] is None


def test_nothing_is_deleted_for_a_day_that_has_not_come_but_in_a_rehearsal_whose_days_lie_ahead(
    tiny_contract, investments
):
    tiny_contract()
    with pytest.raises(SetupError, match="--as-of is in the future — give a day that has come"):
        _run("retain", "tiny", "--as-of", "2099-01-01")
    ahead = write_rehearsal(investments / "tiny.yaml", 80, investments).stem
    assert _run("retain", ahead, "--as-of", "2099-01-01").endswith("kept longer than it may be on 2099-01-01\n")
    back = write_rehearsal(investments / "tiny.yaml", -5, investments).stem
    with pytest.raises(SetupError, match="--as-of is in the future"):
        _run("retain", back, "--as-of", "2099-01-01")


def test_a_key_is_rotated_once(contract, monkeypatch):
    assert _run("rotate-person-keys", "tiny", "--name", "Hanne") == "tiny: every stored id is of the newest key\n"
    monkeypatch.setenv("MAALBAR_PERSON_KEYS", f"2:{new_key()},{os.environ['MAALBAR_PERSON_KEYS']}")
    lines = _run("rotate-person-keys", "tiny", "--name", "Hanne").splitlines()
    assert lines[0] == "tiny: rotation no. 1 of contacts, population: the ids are of key no. 2"


def test_who_opened_what_is_listed(contract, persons, monkeypatch):
    assert _run("access-log", "tiny") == "tiny: nobody has opened a file as it came\n"
    monkeypatch.setenv("MAALBAR_USER", "hanne")
    _run("erase", "tiny", "--persons", persons, "--because", "error", "--name", "Hanne Hansen")
    told = json.loads(_run("access-log", "tiny", "--json"))["openings"]
    assert {(row["who"], row["shelf"], row["why"]) for row in told} == {("hanne", "raw", "erasure of persons")}
    assert len(_run("access-log", "tiny").splitlines()) == len(told) == 2


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"--because": "whim"}, "`whim` is no reason to erase"),
        ({"--name": " "}, "nobody is named who had it erased"),
        ({"--source": "nowhere"}, "there is no source nowhere"),
        ({"--basis": "research"}, "no source is held for research"),
    ],
)
def test_what_cannot_be_meant_is_refused_in_one_line(contract, persons, changed, said):
    given = {"--persons": persons, "--because": "objection", "--name": "Hanne Hansen"} | changed
    with pytest.raises(ErasureRefused, match=said):
        _run("erase", "tiny", *[word for pair in given.items() for word in pair])


def _erased(persons: str, *more: str):
    given = ("--persons", persons, "--because", "objection", "--name", "Hanne Hansen")
    return CliRunner().invoke(app, ["erase", "tiny", *given, *more])


def test_who_is_found_nowhere_is_remembered_and_it_is_said_in_one_line_and_in_the_proof(contract, tmp_path):
    path = tmp_path / "persons.txt"
    path.write_text("emil\n", encoding="utf-8")
    run = _erased(str(path))
    assert run.exit_code == 1
    assert run.stderr == (
        "tiny: nobody named in persons.txt is found in any delivery; they are remembered, and kept out of what comes"
        " — see that the ids are the sender's\n"
    )
    (proof,) = [line.strip() for line in run.stdout.splitlines() if line.endswith(".txt")]
    assert "Found in no delivery; remembered, so that what comes later is kept without them." in Path(proof).read_text()
    assert _erased(str(path), "--absent-ok").exit_code == 0
    deliver(contract, "contacts", text=CONTACTS.replace("carl", "emil"), as_of="2022-10-20")
    deliver(contract, as_of="2022-10-20")
    intake.take_in("tiny", "1")
    assert known(contract)[-1]["rows_erased"] == CONTACTS.count("\ncarl;")


def test_who_is_found_in_one_of_several_sources_is_found(contract, persons):
    run = _erased(persons)
    assert (run.exit_code, run.stderr) == (0, "")


@pytest.mark.parametrize("name", ["251248-9996", "Hanne for 2512 48 9996", "P2512489996", "２５１２４８９９９６"])
def test_no_cpr_number_is_kept_as_the_name_of_who_answers(contract, persons, name, monkeypatch):
    for words in (
        ("erase", "tiny", "--persons", persons, "--because", "objection", "--name", name),
        ("rotate-person-keys", "tiny", "--name", name),
    ):
        with pytest.raises(ErasureRefused, match="the name looks like it holds a CPR number"):
            _run(*words)
    monkeypatch.setenv("MAALBAR_USER", name)
    with pytest.raises(SetupError, match="MAALBAR_USER: the name looks like it holds a CPR number"):
        _run("erase", "tiny", "--persons", persons, "--because", "objection", "--name", "Hanne")
