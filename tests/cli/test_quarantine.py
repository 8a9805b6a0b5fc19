"""The commands about deliveries, as a sender and a data engineer type them."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from maalbar.flow import intake
from tests.flow.landing import AS_OF, PEOPLE, deliver, known


def maalbar(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command as a user does, in a process of its own."""
    command = [sys.executable, "-c", "from maalbar.cli import main; main()", *words]
    return subprocess.run(command, capture_output=True, text=True, env={**os.environ, **environment}, check=False)


@pytest.fixture
def contract(tiny_contract):
    return tiny_contract()


def test_a_sender_checks_a_file_and_gets_its_manifest(contract, home, tmp_path):
    file = tmp_path / "population.csv"
    file.write_text(PEOPLE.strip() + "\n")
    run = maalbar(
        "check-delivery", "tiny", "population", str(file), "--as-of", AS_OF, "--write-manifest", MAALBAR_PERSON_KEYS=""
    )
    assert (run.returncode, run.stderr) == (0, "")
    assert run.stdout.splitlines() == [
        f"population.csv would be taken in, as of {AS_OF}",
        "  4 rows in = 4 accepted",
        f"  its manifest is written: {tmp_path / 'population.manifest.json'}; put it where the file goes, after the file",
    ]
    assert list(home.iterdir()) == []


def test_a_sender_is_told_in_words_what_would_be_refused_and_no_value(contract, home, tmp_path):
    file = tmp_path / "population.csv"
    file.write_text(PEOPLE.replace("1950-04-01", "1.4.1950").strip() + "\n")
    run = maalbar("check-delivery", "tiny", "population", str(file), "--as-of", AS_OF, "--write-manifest")
    assert run.returncode == 5
    lines = run.stdout.splitlines()
    assert lines[0].startswith("population.csv would be refused: row_account")
    assert lines[-1] == ("  set aside: 1 × birth_month: not a date (rows 4): write the day as %Y-%m-%d")
    assert not (tmp_path / "population.manifest.json").exists()
    as_data = maalbar("check-delivery", "tiny", "population", str(file), "--as-of", AS_OF, "--json")
    told = json.loads(as_data.stdout)
    assert (as_data.returncode, told["would_be"], told["kind"]) == (5, "refused", "ChecksFailed")
    assert told["set_aside"][0]["row_numbers"] == "4"
    assert "1.4.1950" not in run.stdout + as_data.stdout + as_data.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("check-delivery", "tiny", "people", "x.csv"), "error: tiny has no delivery `people`"),
        (("check-delivery", "tiny", "population", "x.csv"), "error: x.csv: there is no such file"),
    ],
)
def test_a_question_that_cannot_be_asked_is_one_line(contract, home, words, said):
    run = maalbar(*words)
    assert (run.returncode, run.stdout) == (9, "")
    assert run.stderr.startswith(said) and len(run.stderr.splitlines()) == 1


def test_rows_set_aside_are_listed_exported_and_let_in(contract, results_database, tmp_path):
    more = "".join(f"p{n};F;1950-01-01;north;2010-01-01;;;;0\n" for n in range(8))
    deliver(contract, text=PEOPLE + more + "marta;F;1950-01-01;north;2010-01-01;2022-12-24;;;0\n")
    intake.take_in("tiny", "1")
    delivery_id = known(contract)[0]["delivery_id"]
    listed = maalbar("quarantine", "tiny")
    assert listed.stdout.splitlines() == [
        delivery_id,
        "  13 rows in = 12 accepted + 1 set aside",
        "  set aside: 1 × resident_to: after the day the delivery describes (rows 13): "
        "correct moved_out, or tell us that it is right; may be released as resident_to.after_as_of",
    ]
    exported = maalbar("quarantine", "tiny", delivery_id, "--export", str(tmp_path / "rows.csv"))
    assert exported.stdout.splitlines()[-1] == f"1 lines for the sender in {tmp_path / 'rows.csv'}"
    words = ("release", "tiny", delivery_id, "--reason-code", "resident_to.after_as_of", "--because", "known ahead")
    assert maalbar(*words).returncode == 2, "nobody has said it"
    let_in = maalbar(*words, "--name", "Rita Region", "--json")
    assert json.loads(let_in.stdout)["rows_released"] == 1
    again = maalbar("quarantine", "tiny")
    assert again.stdout.splitlines()[0] == f"{delivery_id}; another version has taken its place"
    assert "2022-12-24" not in listed.stdout + exported.stdout + let_in.stdout + (tmp_path / "rows.csv").read_text()
