"""What a sender is told of a file before it is sent is what intake would say of it, and nothing of it is kept."""

from __future__ import annotations

import hashlib
import json
from datetime import date
from pathlib import Path

import pytest

from maalbar.errors import ChecksFailed, DeliveryRefused, SetupError
from maalbar.flow import intake
from maalbar.flow.before_sending import verdict_on, write_manifest
from maalbar.manifest import read_manifest
from maalbar.settings import settings
from tests.flow.landing import AS_OF, PEOPLE, deliver, known

DAY = date.fromisoformat(AS_OF)


@pytest.fixture
def no_keys(monkeypatch, home):
    """As at a sender's: no person key and no database."""
    monkeypatch.delenv("MAALBAR_PERSON_KEYS")
    monkeypatch.delenv("MAALBAR_DATABASE_URL", raising=False)


@pytest.fixture
def contract(tiny_contract):
    return tiny_contract()


def _file(folder: Path, text: str = PEOPLE, name: str = "population.csv") -> Path:
    path = folder / name
    path.write_text(text.strip() + "\n", encoding="utf-8")
    return path


def test_a_sound_file_would_be_taken_in_and_nothing_of_it_is_kept(contract, no_keys, home, tmp_path):
    heard = []
    verdict = verdict_on(contract, "population", _file(tmp_path), DAY, heard.append)
    assert (verdict.fault, verdict.reasons, verdict.file) == (None, (), "population.csv")
    assert (verdict.checked.account.rows_in, verdict.checked.account.accepted) == (4, 4)
    assert heard == [4]
    assert list(home.iterdir()) == []
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["population.csv"]


@pytest.mark.parametrize(
    ("text", "kind", "said"),
    [
        (PEOPLE.replace("dora", "0101501234"), DeliveryRefused, "1 cells look like CPR numbers"),
        (PEOPLE.replace("born", "birth"), DeliveryRefused, "lacks born"),
        (PEOPLE.replace("1950-04-01", "1.4.1950"), ChecksFailed, "born: dates seem to be written d.m.yyyy"),
        (PEOPLE.replace(";F;", ";;"), ChecksFailed, "row_account"),
        (PEOPLE.splitlines()[1], DeliveryRefused, "holds no rows"),
    ],
)
def test_a_file_that_intake_would_refuse_is_refused_in_the_same_words(
    contract, results_database, tmp_path, text, kind, said
):
    verdict = verdict_on(contract, "population", _file(tmp_path, text, f"population-{AS_OF}.csv"), DAY)
    deliver(contract, text=text)
    with pytest.raises(kind) as refused:
        intake.take_in("tiny", "1")
    assert type(verdict.fault) is type(refused.value)
    assert said in verdict.fault.what
    assert refused.value.what == verdict.fault.what
    assert refused.value.mend == verdict.fault.mend
    assert "0101501234" not in verdict.fault.line and "1.4.1950" not in verdict.fault.line


def test_rows_that_would_be_set_aside_are_told_also_where_they_are_too_many(contract, no_keys, tmp_path):
    verdict = verdict_on(contract, "population", _file(tmp_path, PEOPLE.replace("1950-04-01", "1.4.1950")), DAY)
    assert isinstance(verdict.fault, ChecksFailed)
    assert [(one.reason.text, one.rows, one.ranges) for one in verdict.reasons] == [("birth_month: not a date", 1, "4")]


def test_a_packed_file_is_refused_by_its_own_name(tiny_contract, no_keys, tmp_path):
    contract = tiny_contract({"deliveries.population.packed": "zip"})
    verdict = verdict_on(contract, "population", _file(tmp_path, name="population.csv.zip"), DAY)
    assert verdict.fault.line.startswith("population.csv.zip: is no whole zip")


@pytest.mark.parametrize(
    ("name", "day", "said"),
    [
        ("Population 1.csv", AS_OF, "has a name that is not allowed"),
        ("population.csv", "2022-11-01", "serves no period"),
    ],
)
def test_a_name_and_a_day_that_are_not_agreed_are_told_before_the_file_is_read(
    contract, no_keys, tmp_path, name, day, said
):
    verdict = verdict_on(contract, "population", _file(tmp_path, name=name), date.fromisoformat(day))
    assert said in verdict.fault.what
    assert verdict.checked is None


def test_a_file_called_after_a_person_is_found_and_its_name_is_not_repeated(contract, no_keys, tmp_path):
    verdict = verdict_on(contract, "population", _file(tmp_path, name="0101501234.csv"), DAY)
    assert "the name of the file looks like it holds CPR numbers" in verdict.fault.what
    assert "0101501234" not in verdict.fault.line + verdict.file


def test_the_day_may_stand_in_the_name_and_must_stand_somewhere(tiny_contract, no_keys, tmp_path):
    contract = tiny_contract(
        {"deliveries.population.complete_when": "stable", "deliveries.population.file_name": "people_{as_of}.csv"}
    )
    assert verdict_on(contract, "population", _file(tmp_path, name=f"people_{AS_OF}.csv")).as_of == DAY
    with pytest.raises(SetupError, match="nothing says which day"):
        verdict_on(contract, "population", _file(tmp_path))


def test_the_manifest_that_is_written_lets_the_file_in(contract, results_database, tmp_path):
    folder = settings().landing / "tiny" / "population"
    folder.mkdir(parents=True)
    file = _file(folder)
    verdict = verdict_on(contract, "population", file, DAY)
    beside = write_manifest(verdict, file)
    said = read_manifest(beside, contract.deliveries["population"])
    assert (said.rows, said.sha256) == (4, hashlib.sha256(file.read_bytes()).hexdigest())
    intake.take_in("tiny", "1")
    assert len(known(contract)) == 1


def test_a_manifest_that_says_something_else_is_not_written_over(contract, no_keys, tmp_path):
    file = _file(tmp_path)
    verdict = verdict_on(contract, "population", file, DAY)
    beside = write_manifest(verdict, file)
    assert write_manifest(verdict, file) == beside, "again says the same"
    with pytest.raises(SetupError, match="is there already"):
        write_manifest(verdict, file, supersedes="0" * 64)
    assert "supersedes" not in json.loads(beside.read_text())
